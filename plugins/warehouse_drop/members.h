/*
 * members.h - the files in a warehouse drop: a tar (POSIX ustar) of plain files in memory.
 *
 * It is checked as if it were foreign: sizes against what there is, the header's checksum, one kind of entry.
 * What names may be is whole_folder.h's to say.
 */
#ifndef WAREHOUSE_DROP_MEMBERS_H
#define WAREHOUSE_DROP_MEMBERS_H

#include <stddef.h>

#include "whole_folder.h"

enum { MEMBERS_MAX = WHOLE_FOLDER_FILES_MAX, MEMBER_NAME_MAX = 101, MEMBERS_WHY_MAX = 256 };

struct members {
    char names[MEMBERS_MAX][MEMBER_NAME_MAX];
    struct whole_folder_file files[MEMBERS_MAX]; /* their bytes lie in the tar */
    size_t count;
};

/* 0, or -EBADMSG with a line in ret_why. */
int members_read(const char *bytes, size_t size, struct members *ret_members,
                 char ret_why[static MEMBERS_WHY_MAX]);
/* NULL when there is none. */
const struct whole_folder_file *members_find(const struct members *members, const char *name);

#endif
