/*
 * file_inner.h - what the files of file.h share; not for others.
 */
#ifndef AUTOMAGI_BASE_FILE_INNER_H
#define AUTOMAGI_BASE_FILE_INNER_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

enum { PATH_SIZE = PATH_MAX };

/* Opens the folder that holds `path` (following links to it) and gives the
 * last part, which points into `path`. -EINVAL when that is "", "." or "..";
 * else the errno of opening. close() what comes back. */
int file_open_parent(int folder_fd, const char *path, const char **ret_name)
    __attribute__((warn_unused_result));

/* "<prefix>" and 16 random digits. -EIO without random numbers. */
int file_random_name(const char *prefix, char *target, size_t size)
    __attribute__((warn_unused_result));

/* As fchmod(), also for a descriptor opened with O_PATH. Negative errno. */
int file_set_mode(int fd, mode_t mode) __attribute__((warn_unused_result));

#endif
