/*
 * Whatever members a backup's file has, it is unpacked into its place alone, or refused in one line. As a fuzzer
 * seldom makes headers whose checksums are right, they are made here: the input's parts, with a byte 0
 * between, are name and contents of one member after another; the first byte says how many bytes are cut off
 * at the end.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/backup_inner.h"
#include "core/store/backup_manifest.h"
#include "core/store/tar.h"
#include "tests/fuzz/target.h"

enum { FILE_MOST = 1 << 20 };

static void append_member(struct text *file, const uint8_t *name, size_t name_size,
                          const uint8_t *bytes, size_t size)
{
    static const char zeros[TAR_BLOCK];
    struct tar_member member = {.size_bytes = (int64_t)size};
    unsigned char block[TAR_BLOCK];

    memcpy(member.name, name, name_size < TAR_NAME_MAX ? name_size : TAR_NAME_MAX);
    tar_header(&member, block);
    text_append(file, block, sizeof block);
    text_append(file, bytes, size);
    text_append(file, zeros, tar_padding((int64_t)size));
}

static void make_file(const uint8_t *data, size_t size, struct text *file)
{
    size_t cut = data[0];

    data++;
    size--;
    while (data != NULL) {
        size_t rest = 0;
        const uint8_t *contents = second_part(data, &size, &rest);
        size_t after = 0;
        const uint8_t *next = contents == NULL ? NULL : second_part(contents, &rest, &after);

        append_member(file, data, size, contents != NULL ? contents : data, rest);
        data = next;
        size = after;
    }
    must(file->broken == 0);
    file->length -= cut < file->length ? cut : file->length;
}

/* Nothing but the database and keys is in the place. */
static void place_hold(const struct backup_place *place)
{
    struct stat at;

    must(faccessat(place->fd, BACKUP_MANIFEST, F_OK, 0) != 0);
    if (fstatat(place->fd, "keys", &at, AT_SYMLINK_NOFOLLOW) == 0)
        must(S_ISDIR(at.st_mode));
    if (fstatat(place->fd, BACKUP_DATABASE, &at, AT_SYMLINK_NOFOLLOW) == 0)
        must(S_ISREG(at.st_mode) && at.st_size <= FILE_MOST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct backup_place place = {.parent_fd = -1, .fd = -1};
    struct backup_manifest manifest = {.program = ""};
    struct fault fault = {.text = ""};
    char sha256[BACKUP_DIGEST_TEXT];
    struct text file;
    int fd;

    if (size == 0)
        return 0;
    text_init(&file, FILE_MOST);
    make_file(data, size, &file);
    fd = memfd_create("backup", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, file.bytes, file.length) == (ssize_t)file.length);
    must(backup_place_make(memory_folder(), &place, &fault) == 0);
    if (backup_read_seal(fd, "backup", NULL, sha256, &fault) < 0)
        must_be_fault(&fault);
    if (backup_read_members(fd, "backup", &place, NULL, &manifest, &fault) < 0)
        must_be_fault(&fault);
    else
        backup_manifest_release(&manifest);
    place_hold(&place);
    backup_place_release(&place);
    must(close(fd) == 0);
    text_release(&file);
    return 0;
}
