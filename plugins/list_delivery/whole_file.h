/*
 * whole_file.h - files that are there whole or not at all, under a name that is always the same.
 *
 * Written beside its place as ".NAME.part", synced, and put there by rename: whoever reads the folder
 * never sees half a file, and writing it again after a crash leaves the same folder.
 *
 * Threads: one writer of a name at a time (a robot's "limit" of 1 sees to it).
 */
#ifndef LIST_DELIVERY_WHOLE_FILE_H
#define LIST_DELIVERY_WHOLE_FILE_H

#include <stddef.h>

struct whole_file {
    const char *path;
    unsigned
        mode; /* of the file; folders get 0750. Both less the umask, or as a default ACL says */
    const char *bytes;
    size_t size;
};

/* Writes it below the descriptor `folder`; folders on the way are made. No part of the path may be "",
 * ".", ".." or a link. 0, -EINVAL for a path as above, or what the system said; then what was there
 * before is still there. */
int whole_file_write(int folder, const struct whole_file *file);

#endif
