#include "members.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Offsets and sizes of a ustar header (POSIX.1-1988). */
enum {
    BLOCK = 512,
    NAME_BYTES = 100,
    SIZE = 124,
    SIZE_DIGITS = 11,
    CHECKSUM = 148,
    CHECKSUM_BYTES = 8,
    KIND = 156,
    MAGIC = 257
};

static bool is_zero(const char *block)
{
    size_t i;

    for (i = 0; i < BLOCK; i++)
        if (block[i] != '\0')
            return false;
    return true;
}

/* Octal digits up to the first that is none. */
static size_t octal(const char *field, size_t digits)
{
    size_t value = 0;
    size_t i;

    for (i = 0; i < digits && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (size_t)(field[i] - '0');
    return value;
}

/* The sum of all bytes, those of the checksum itself as blanks. */
static size_t checksum(const char *block)
{
    size_t sum = 0;
    size_t i;

    for (i = 0; i < BLOCK; i++)
        sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES ? ' ' : (unsigned char)block[i];
    return sum;
}

static int refuse(char *why, const char *what, size_t at)
{
    (void)snprintf(why, MEMBERS_WHY_MAX, "the drop is damaged: %s at byte %zu", what, at);
    return -EBADMSG;
}

static int take_member(const char *bytes, size_t size, size_t *at, struct members *members,
                       char *why)
{
    const char *block = bytes + *at;
    size_t length = octal(block + SIZE, SIZE_DIGITS);
    char *name;

    if (memcmp(block + MAGIC, "ustar", 5) != 0 || block[KIND] != '0' ||
        octal(block + CHECKSUM, CHECKSUM_BYTES - 2) != checksum(block))
        return refuse(why, "no header of a plain file", *at);
    if (members->count == MEMBERS_MAX)
        return refuse(why, "more files than it may have", *at);
    name = members->names[members->count];
    memcpy(name, block, NAME_BYTES);
    name[NAME_BYTES] = '\0';
    if (members_find(members, name) != NULL)
        return refuse(why, "a file is there twice", *at);
    *at += BLOCK;
    if (length > size - *at)
        return refuse(why, "a file is cut off", *at);
    members->files[members->count++] =
        (struct whole_folder_file){.name = name, .bytes = bytes + *at, .size = length};
    length += (BLOCK - length % BLOCK) % BLOCK;
    if (length > size - *at)
        return refuse(why, "a file is cut off", *at);
    *at += length;
    return 0;
}

int members_read(const char *bytes, size_t size, struct members *ret_members,
                 char ret_why[static MEMBERS_WHY_MAX])
{
    size_t at = 0;

    ret_members->count = 0;
    while (size - at >= BLOCK) {
        int result;

        if (is_zero(bytes + at))
            return 0;
        result = take_member(bytes, size, &at, ret_members, ret_why);
        if (result < 0)
            return result;
    }
    return refuse(ret_why, "its end is missing", at);
}

const struct whole_folder_file *members_find(const struct members *members, const char *name)
{
    size_t i;

    for (i = 0; i < members->count; i++)
        if (strcmp(members->files[i].name, name) == 0)
            return &members->files[i];
    return NULL;
}
