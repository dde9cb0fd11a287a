/*
 * tar.h - the blocks of a backup's file: POSIX ustar, in one spelling.
 *
 * Every field is written in one way only (mode 0600, owner 0, no name of an owner), and a header
 * that is read must be what is written for its name, size and time, to the last byte. So no link,
 * device, folder, long name or odd spelling exists for a reader here, and `tar tvf` and `tar xf`
 * read what we write. (A general tar library reads dozens of formats, and brings XML, compression
 * and cryptography into every call of the program.)
 */
#ifndef AUTOMAGI_STORE_TAR_H
#define AUTOMAGI_STORE_TAR_H

#include <stdbool.h>
#include <stdint.h>

enum { TAR_BLOCK = 512, TAR_NAME_MAX = 100 };

struct tar_member {
    char name[TAR_NAME_MAX + 1]; /* of letters, digits and "._/-" */
    int64_t size_bytes;          /* 0 or more; from 8 GiB on as GNU tar writes it */
    int64_t modified_s;          /* 0 to 2^33 - 1, seconds since 1970 UTC */
};

void tar_header(const struct tar_member *member, unsigned char ret_block[static TAR_BLOCK]);
/* False when it is not what tar_header() makes; then *ret_member is as it was. */
bool tar_header_read(const unsigned char block[static TAR_BLOCK], struct tar_member *ret_member);
/* Zeros that follow the bytes of a member of this size. */
unsigned tar_padding(int64_t size_bytes);

#endif
