/*
 * Any bytes are a warehouse drop whose files lie within it, each under a name of its own, or a problem of one line.
 * As a fuzzer seldom finds a header's checksum, an odd first byte has them put right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/warehouse_drop/members.h"
#include "tests/fuzz/target.h"

enum { BLOCK = 512, CHECKSUM = 148, CHECKSUM_BYTES = 8, MAGIC = 257 };

static void put_checksums_right(char *bytes, size_t size)
{
    size_t at;

    for (at = 0; at + BLOCK <= size; at += BLOCK) {
        char *block = bytes + at;
        unsigned sum = 0;
        int i;

        if (memcmp(block + MAGIC, "ustar", 5) != 0)
            continue;
        memset(block + CHECKSUM, ' ', CHECKSUM_BYTES);
        for (i = 0; i < BLOCK; i++)
            sum += (unsigned char)block[i];
        (void)snprintf(block + CHECKSUM, CHECKSUM_BYTES - 1, "%06o",
                       sum & 0777777U); /* of 512 bytes: never more */
    }
}

static void files_hold(const struct members *members, const char *bytes, size_t size)
{
    size_t i;

    must(members->count <= MEMBERS_MAX);
    for (i = 0; i < members->count; i++) {
        const struct whole_folder_file *file = &members->files[i];

        must(file->bytes >= bytes && file->size <= size &&
             (size_t)(file->bytes - bytes) <= size - file->size);
        must(members_find(members, file->name) == file);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct members members;
    char why[MEMBERS_WHY_MAX] = "";
    size_t length = size - 1;
    char *bytes;

    if (size < 2)
        return 0;
    bytes = malloc(length);
    must(bytes != NULL);
    memcpy(bytes, data + 1, length);
    if (data[0] % 2 == 1)
        put_checksums_right(bytes, length);
    if (members_read(bytes, length, &members, why) < 0)
        must_be_line(why);
    else
        files_hold(&members, bytes, length);
    free(bytes);
    return 0;
}
