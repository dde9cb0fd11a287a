#include "core/store/tar.h"

#include <stdio.h>
#include <string.h>

/* Offsets and sizes of the fields of a ustar header (POSIX.1-1988). */
enum {
    MODE = 100,
    OWNER = 108,
    GROUP = 116,
    SIZE = 124,
    SIZE_BYTES = 12,
    MODIFIED = 136,
    MODIFIED_BYTES = 12,
    CHECKSUM = 148,
    CHECKSUM_BYTES = 8,
    KIND = 156,
    MAGIC = 257
};

#define OCTAL_END (INT64_C(1) << 33) /* eleven digits */

/* Octal digits to the field's last byte but one, which stays NUL. */
static void put_octal(unsigned char *field, int bytes, uint64_t value)
{
    int i;

    for (i = bytes - 2; i >= 0; i--) {
        field[i] = (unsigned char)('0' + (value & 7));
        value >>= 3;
    }
}

/* Larger sizes: a first byte of 0x80, then the number, its highest byte first. */
static void put_size(unsigned char *field, int64_t size_bytes)
{
    uint64_t value = (uint64_t)size_bytes;
    int i;

    if (size_bytes < OCTAL_END) {
        put_octal(field, SIZE_BYTES, value);
        return;
    }
    field[0] = 0x80;
    for (i = SIZE_BYTES - 1; i > 0; i--) {
        field[i] = (unsigned char)(value & 0xff);
        value >>= 8;
    }
}

static int64_t get_octal(const unsigned char *field, int bytes)
{
    int64_t value = 0;
    int i;

    for (i = 0; i < bytes - 1; i++)
        value = value << 3 | (field[i] & 7);
    return value;
}

static int64_t get_size(const unsigned char *field)
{
    uint64_t value = 0;
    int i;

    if (field[0] != 0x80)
        return get_octal(field, SIZE_BYTES);
    for (i = SIZE_BYTES - 8; i < SIZE_BYTES; i++)
        value = value << 8 | field[i];
    return value <= INT64_MAX ? (int64_t)value : 0;
}

static bool is_name(const char *name)
{
    static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._/-";

    return name[0] != '\0' && name[strspn(name, ALLOWED)] == '\0';
}

void tar_header(const struct tar_member *member, unsigned char ret_block[static TAR_BLOCK])
{
    uint64_t sum = 0;
    int i;

    memset(ret_block, 0, TAR_BLOCK);
    memcpy(ret_block, member->name, strnlen(member->name, TAR_NAME_MAX));
    put_octal(ret_block + MODE, OWNER - MODE, 0600);
    put_octal(ret_block + OWNER, GROUP - OWNER, 0);
    put_octal(ret_block + GROUP, SIZE - GROUP, 0);
    put_size(ret_block + SIZE, member->size_bytes);
    put_octal(ret_block + MODIFIED, MODIFIED_BYTES, (uint64_t)member->modified_s);
    ret_block[KIND] = '0'; /* a regular file */
    memcpy(ret_block + MAGIC,
           "ustar\0"
           "00",
           8);
    memset(ret_block + CHECKSUM, ' ', CHECKSUM_BYTES);
    for (i = 0; i < TAR_BLOCK; i++)
        sum += ret_block[i];
    put_octal(ret_block + CHECKSUM, CHECKSUM_BYTES - 1, sum);
    ret_block[CHECKSUM + CHECKSUM_BYTES - 2] = '\0';
}

bool tar_header_read(const unsigned char block[static TAR_BLOCK], struct tar_member *ret_member)
{
    unsigned char wanted[TAR_BLOCK];
    struct tar_member member = {.name = ""};

    memcpy(member.name, block, TAR_NAME_MAX);
    member.size_bytes = get_size(block + SIZE);
    member.modified_s = get_octal(block + MODIFIED, MODIFIED_BYTES);
    if (!is_name(member.name))
        return false;
    tar_header(&member, wanted);
    if (memcmp(wanted, block, TAR_BLOCK) != 0)
        return false;
    *ret_member = member;
    return true;
}

unsigned tar_padding(int64_t size_bytes)
{
    return (unsigned)(TAR_BLOCK - 1 - (size_bytes + TAR_BLOCK - 1) % TAR_BLOCK);
}
