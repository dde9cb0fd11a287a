/* Writing a backup's file: members, and the seal of all before it. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/backup_inner.h"
#include "core/store/store.h"
#include "core/store/tar.h"

enum { CHUNK = 65536 };

_Static_assert(BACKUP_DIGEST == crypto_hash_sha256_BYTES, "a SHA-256");
_Static_assert((int)BACKUP_KEY_NAME_MAX <= (int)TAR_NAME_MAX + 1, "a key's name fits");
_Static_assert(BACKUP_SEAL_SIZE == 4 * TAR_BLOCK, "header, digest, end of the archive");

struct output {
    const struct backup_place *place;
    const struct backup_progress *progress;
    int fd;
    int64_t modified_s;
    int64_t written, total;
    crypto_hash_sha256_state state;
};

static int put(struct output *output, const unsigned char *bytes, size_t length,
               struct fault *fault)
{
    (void)crypto_hash_sha256_update(&output->state, bytes, length);
    output->written += (int64_t)length;
    while (length > 0) {
        ssize_t count = write(output->fd, bytes, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fault_set(fault, -errno,
                             "the backup cannot be written: %s; make room, or give "
                             "another folder",
                             strerror(errno));
        bytes += count;
        length -= (size_t)count;
    }
    return 0;
}

static int put_header(struct output *output, const char *name, int64_t size_bytes,
                      struct fault *fault)
{
    struct tar_member member = {.size_bytes = size_bytes, .modified_s = output->modified_s};
    unsigned char block[TAR_BLOCK];

    (void)text_copy(member.name, sizeof member.name, name);
    tar_header(&member, block);
    return put(output, block, sizeof block, fault);
}

static int put_padding(struct output *output, int64_t size_bytes, struct fault *fault)
{
    static const unsigned char zeros[TAR_BLOCK];

    return put(output, zeros, tar_padding(size_bytes), fault);
}

static int put_bytes(struct output *output, const char *name, const void *bytes, size_t length,
                     struct fault *fault)
{
    int result = put_header(output, name, (int64_t)length, fault);

    if (result == 0)
        result = put(output, bytes, length, fault);
    if (result == 0)
        result = put_padding(output, (int64_t)length, fault);
    return result;
}

static int put_contents(struct output *output, int fd, int64_t size_bytes, struct fault *fault)
{
    unsigned char *chunk = malloc(CHUNK);
    int64_t left = size_bytes;
    int result = chunk == NULL ? fault_no_memory(fault) : 0;

    while (result == 0 && left > 0) {
        ssize_t count = read(fd, chunk, left < CHUNK ? (size_t)left : CHUNK);

        if (count <= 0)
            result = fault_set(fault, count < 0 ? -errno : -EIO, "the copy cannot be read: %s",
                               strerror(count < 0 ? errno : EIO));
        else
            result = put(output, chunk, (size_t)count, fault);
        left -= count > 0 ? count : 0;
        if (result == 0)
            result =
                backup_tell(output->progress, "written", output->written, output->total, fault);
    }
    free(chunk);
    return result;
}

static int put_database(struct output *output, int64_t size_bytes, struct fault *fault)
{
    int result = put_header(output, BACKUP_DATABASE, size_bytes, fault);
    int fd;

    if (result < 0)
        return result;
    fd = openat(output->place->fd, BACKUP_DATABASE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fault_set(fault, -errno, "the copy cannot be opened: %s", strerror(errno));
    result = put_contents(output, fd, size_bytes, fault);
    (void)close(fd);
    return result == 0 ? put_padding(output, size_bytes, fault) : result;
}

static int put_key(const char *name, void *context, struct fault *fault)
{
    struct output *output = context;
    unsigned char key[BACKUP_KEY_SIZE];
    int result = backup_key_read(output->place->fd, name, key, fault);

    if (result == 0)
        result = put_bytes(output, name, key, sizeof key, fault);
    sodium_memzero(key, sizeof key);
    return result > 0 ? 0 : result;
}

static int put_keys(struct output *output, struct fault *fault)
{
    struct store *store = NULL;
    int result = store_open(output->place->path, STORE_READ, &store, fault);

    if (result < 0)
        return result;
    result = backup_each_key(store, put_key, output, fault);
    store_close(store);
    backup_place_drop_log(output->place);
    return result;
}

void backup_seal(const unsigned char digest[static BACKUP_DIGEST], int64_t modified_s,
                 unsigned char ret_seal[static BACKUP_SEAL_SIZE])
{
    struct tar_member member = {
        .name = BACKUP_SEAL, .size_bytes = BACKUP_DIGEST_TEXT, .modified_s = modified_s};
    char text[BACKUP_DIGEST_TEXT];

    memset(ret_seal, 0, BACKUP_SEAL_SIZE);
    tar_header(&member, ret_seal);
    backup_hex(digest, BACKUP_DIGEST, text);
    text[sizeof text - 1] = '\n';
    memcpy(ret_seal + TAR_BLOCK, text, sizeof text);
}

static int put_seal(struct output *output, struct fault *fault)
{
    unsigned char digest[BACKUP_DIGEST];
    unsigned char seal[BACKUP_SEAL_SIZE];

    (void)crypto_hash_sha256_final(&output->state, digest);
    backup_seal(digest, output->modified_s, seal);
    (void)crypto_hash_sha256_init(&output->state); /* put() adds to it */
    return put(output, seal, sizeof seal, fault);
}

int backup_file_write(const struct backup_place *place, const struct backup_manifest *manifest,
                      const struct backup_progress *progress, struct fault *fault)
{
    struct output output = {.place = place,
                            .progress = progress,
                            .modified_s = manifest->made_ms / 1000,
                            .total = manifest->database_bytes};
    struct text text;
    int result;

    output.fd =
        openat(place->fd, "backup", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (output.fd < 0)
        return fault_set(fault, -errno, "the backup cannot be made: %s", strerror(errno));
    (void)crypto_hash_sha256_init(&output.state);
    text_init(&text, BACKUP_MANIFEST_MAX);
    backup_manifest_write(manifest, &text);
    result = text.broken != 0 ? fault_broken(fault, text.broken, "too many plugins are installed")
                              : put_bytes(&output, BACKUP_MANIFEST, text.bytes, text.length, fault);
    text_release(&text);
    if (result == 0)
        result = put_database(&output, manifest->database_bytes, fault);
    if (result == 0)
        result = put_keys(&output, fault);
    if (result == 0)
        result = put_seal(&output, fault);
    if (result == 0 && (fchmod(output.fd, 0600) < 0 || fsync(output.fd) < 0))
        result = fault_set(fault, -errno, "the backup did not reach the disk: %s", strerror(errno));
    (void)close(output.fd);
    return result;
}
