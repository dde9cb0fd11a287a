/* Reading a backup's file: its seal, then its members into a place. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/backup_inner.h"
#include "core/store/tar.h"

enum { CHUNK = 65536 };

static int damaged(const char *path, const char *what, struct fault *fault)
{
    return fault_set(fault, -EBADMSG, "%s: is no whole backup: %s; use another copy of it", path,
                     what);
}

/* All of `length` bytes, or -EBADMSG when the file ends before. */
static int get(int fd, const char *path, void *target, size_t length, struct fault *fault)
{
    unsigned char *at = target;

    while (length > 0) {
        ssize_t count = read(fd, at, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
        if (count == 0)
            return damaged(path, "it ends too early", fault);
        at += count;
        length -= (size_t)count;
    }
    return 0;
}

static int digest_of(int fd, const char *path, int64_t size_bytes,
                     const struct backup_progress *progress,
                     unsigned char ret_digest[static BACKUP_DIGEST], struct fault *fault)
{
    crypto_hash_sha256_state state;
    unsigned char *chunk = malloc(CHUNK);
    int64_t left = size_bytes;
    int result = chunk == NULL ? fault_no_memory(fault) : 0;

    (void)crypto_hash_sha256_init(&state);
    while (result == 0 && left > 0) {
        size_t length = left < CHUNK ? (size_t)left : CHUNK;

        result = get(fd, path, chunk, length, fault);
        if (result == 0)
            (void)crypto_hash_sha256_update(&state, chunk, length);
        left -= (int64_t)length;
        if (result == 0)
            result = backup_tell(progress, "checked", size_bytes - left, size_bytes, fault);
    }
    if (result == 0)
        (void)crypto_hash_sha256_final(&state, ret_digest);
    free(chunk);
    return result;
}

int backup_read_seal(int fd, const char *path, const struct backup_progress *progress,
                     char ret_sha256[static BACKUP_DIGEST_TEXT], struct fault *fault)
{
    unsigned char digest[BACKUP_DIGEST];
    unsigned char wanted[BACKUP_SEAL_SIZE];
    unsigned char found[BACKUP_SEAL_SIZE];
    struct tar_member member = {0};
    struct stat about;
    int result = 0;

    if (fstat(fd, &about) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
    if (about.st_size < BACKUP_SEAL_SIZE || about.st_size % TAR_BLOCK != 0)
        return damaged(path, "it was cut off, or is something else", fault);
    result = digest_of(fd, path, about.st_size - BACKUP_SEAL_SIZE, progress, digest, fault);
    if (result == 0)
        result = get(fd, path, found, sizeof found, fault);
    if (result < 0)
        return result;
    if (!tar_header_read(found, &member) || strcmp(member.name, BACKUP_SEAL) != 0)
        return damaged(
            path, "it does not end in its checksum, so it was cut off or is something else", fault);
    backup_seal(digest, member.modified_s, wanted);
    if (memcmp(wanted, found, sizeof found) != 0)
        return damaged(path, "its bytes do not have the checksum they had", fault);
    backup_hex(digest, sizeof digest, ret_sha256);
    return 0;
}

struct input {
    int fd;
    const char *path;
    const struct backup_place *place;
    const struct backup_progress *progress;
};

static int get_header(const struct input *input, struct tar_member *ret_member, struct fault *fault)
{
    unsigned char block[TAR_BLOCK];
    int result = get(input->fd, input->path, block, sizeof block, fault);

    if (result == 0 && !tar_header_read(block, ret_member))
        result = damaged(input->path, "it holds a member of a kind that no backup has", fault);
    return result;
}

static int skip_padding(const struct input *input, int64_t size_bytes, struct fault *fault)
{
    unsigned char padding[TAR_BLOCK];

    return get(input->fd, input->path, padding, tar_padding(size_bytes), fault);
}

static int refuse_member(const struct input *input, const struct tar_member *member,
                         const char *wanted, struct fault *fault)
{
    return fault_set(fault, -EBADMSG,
                     "%s: is no whole backup: it holds %s of %" PRId64
                     " bytes where %s is expected; use another copy of it",
                     input->path, member->name, member->size_bytes, wanted);
}

static int get_manifest(const struct input *input, struct backup_manifest *ret_manifest,
                        struct fault *fault)
{
    struct tar_member member = {0};
    char *bytes = NULL;
    int result = get_header(input, &member, fault);

    if (result == 0 &&
        (strcmp(member.name, BACKUP_MANIFEST) != 0 || member.size_bytes > BACKUP_MANIFEST_MAX))
        result = refuse_member(input, &member, BACKUP_MANIFEST, fault);
    if (result < 0)
        return result;
    bytes = malloc((size_t)member.size_bytes + 1);
    if (bytes == NULL)
        return fault_no_memory(fault);
    result = get(input->fd, input->path, bytes, (size_t)member.size_bytes, fault);
    if (result == 0)
        result = skip_padding(input, member.size_bytes, fault);
    if (result == 0) {
        result = backup_manifest_read(bytes, (size_t)member.size_bytes, ret_manifest, fault);
        if (result < 0)
            result = fault_prefix(fault, result == -EINVAL ? -EBADMSG : result, "%s", input->path);
    }
    free(bytes);
    return result;
}

static int copy_out(const struct input *input, int target_fd, int64_t size_bytes,
                    struct fault *fault)
{
    unsigned char *chunk = malloc(CHUNK);
    int64_t left = size_bytes;
    int result = chunk == NULL ? fault_no_memory(fault) : 0;

    while (result == 0 && left > 0) {
        size_t length = left < CHUNK ? (size_t)left : CHUNK;

        result = get(input->fd, input->path, chunk, length, fault);
        errno = 0;
        if (result == 0 && write(target_fd, chunk, length) != (ssize_t)length)
            result = fault_set(fault, errno != 0 ? -errno : -ENOSPC,
                               "%s: cannot be written: %s; make room", input->place->path,
                               strerror(errno != 0 ? errno : ENOSPC));
        left -= (int64_t)length;
        if (result == 0)
            result = backup_tell(input->progress, "unpacked", size_bytes - left, size_bytes, fault);
    }
    free(chunk);
    return result;
}

static int get_database(const struct input *input, int64_t wanted_bytes, struct fault *fault)
{
    struct tar_member member = {0};
    int result = get_header(input, &member, fault);
    int fd;

    if (result == 0 &&
        (strcmp(member.name, BACKUP_DATABASE) != 0 || member.size_bytes != wanted_bytes))
        result = refuse_member(input, &member, BACKUP_DATABASE, fault);
    if (result < 0)
        return result;
    fd = openat(input->place->fd, BACKUP_DATABASE,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be written: %s", input->place->path,
                         strerror(errno));
    result = copy_out(input, fd, member.size_bytes, fault);
    (void)close(fd);
    return result == 0 ? skip_padding(input, member.size_bytes, fault) : result;
}

static int get_key(const struct input *input, struct fault *fault)
{
    unsigned char key[BACKUP_KEY_SIZE];
    struct tar_member member = {0};
    int result = get_header(input, &member, fault);

    if (result == 0 && (!backup_key_is_name(member.name) || member.size_bytes != BACKUP_KEY_SIZE))
        result = refuse_member(input, &member, "a key", fault);
    if (result == 0)
        result = get(input->fd, input->path, key, sizeof key, fault);
    if (result == 0)
        result = skip_padding(input, BACKUP_KEY_SIZE, fault);
    if (result == 0)
        result = backup_key_write(input->place->fd, member.name, key, fault);
    sodium_memzero(key, sizeof key);
    return result == -EEXIST ? damaged(input->path, "it holds a key twice", fault) : result;
}

int backup_read_members(int fd, const char *path, const struct backup_place *place,
                        const struct backup_progress *progress,
                        struct backup_manifest *ret_manifest, struct fault *fault)
{
    struct input input = {fd, path, place, progress};
    struct backup_manifest manifest = {.program = ""};
    struct tar_member member = {0};
    int64_t i;
    int result = 0;

    if (lseek(fd, 0, SEEK_SET) < 0)
        return fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
    result = get_manifest(&input, &manifest, fault);
    if (result == 0)
        result = get_database(&input, manifest.database_bytes, fault);
    for (i = 0; i < manifest.keys && result == 0; i++)
        result = get_key(&input, fault);
    if (result == 0)
        result = get_header(&input, &member, fault);
    if (result == 0 && strcmp(member.name, BACKUP_SEAL) != 0)
        result = refuse_member(&input, &member, BACKUP_SEAL, fault);
    if (result == 0)
        *ret_manifest = manifest;
    else
        backup_manifest_release(&manifest);
    return result;
}
