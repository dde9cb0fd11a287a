/*
 * Whatever members a backup's file has, it is unpacked into its place alone, or refused in one line. As a fuzzer
 * seldom makes headers whose checksums are right, they are made here: the input's parts, with a byte 0
 * between, are name and contents of one member after another; the first byte says how many bytes are cut off
 * at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
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

static void empty(const struct backup_place *place)
{
    (void)unlinkat(place->fd, BACKUP_DATABASE, 0);
    if (unlinkat(place->fd, "keys", AT_REMOVEDIR) < 0 && errno == ENOTEMPTY)
        must(file_remove_tree(place->fd, "keys") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct backup_place place; /* one for all, emptied after each */
    struct backup_manifest manifest = {.program = ""};
    struct fault fault = {.text = ""};
    char sha256[BACKUP_DIGEST_TEXT];
    struct text file;
    int fd;

    if (size == 0)
        return 0;
    text_init(&file, FILE_MOST);
    make_file(data, size, &file);
    fd = memory_file(file.bytes, file.length);
    if (place.name[0] == '\0')
        must(backup_place_make(memory_folder(), &place, &fault) == 0);
    if (backup_read_seal(fd, "backup", NULL, sha256, &fault) < 0)
        must_be_fault(&fault);
    if (backup_read_members(fd, "backup", &place, NULL, &manifest, &fault) < 0)
        must_be_fault(&fault);
    else
        backup_manifest_release(&manifest);
    place_hold(&place);
    empty(&place);
    text_release(&file);
    return 0;
}
