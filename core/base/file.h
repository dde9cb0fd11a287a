/*
 * file.h - whole files in and out, and folders.
 *
 * Reading follows no symbolic link in the last part of a path and refuses
 * what is not a regular file. Writing is complete or not at all.
 */
#ifndef AUTOMAGI_BASE_FILE_H
#define AUTOMAGI_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fault;
struct text;

/* Reads the file into `target` (initialised; what it held is forgotten; its limit
 * is the largest size accepted). folder_fd is a folder or AT_FDCWD. Negative errno with
 * a fault that names the path; -E2BIG over the limit. */
int file_read(int folder_fd, const char *path, struct text *target, struct fault *fault)
    __attribute__((warn_unused_result));

/* The same of what is open, from where it stands to its end, and appended; `path` is what the fault calls it. On
 * failure the target holds what fitted. */
int file_read_open(int fd, const char *path, struct text *target, struct fault *fault)
    __attribute__((warn_unused_result));
/* All of the bytes to what is open, where it stands. Negative errno; some of them may be written then. */
int file_write_open(int fd, const void *bytes, size_t length) __attribute__((warn_unused_result));

/* Writes through a temporary file in the same folder, fsync, rename and fsync
 * of the folder; so after a power cut the old or the new contents are there.
 * `mode` is exact, whatever the umask. A link at `path` is replaced, not followed. */
int file_write(int folder_fd, const char *path, const void *bytes, size_t length, mode_t mode,
               struct fault *fault) __attribute__((warn_unused_result));

/* A file's bytes, or the names in a folder, are on the disk when this returns: for what another process wrote, who
 * may have been killed before it did so. No link is followed. */
int file_sync(const char *path, struct fault *fault) __attribute__((warn_unused_result));

/* The mode of a file that a person asked for: of everybody, but for what the umask takes away. Threads: no other
 * one makes files meanwhile. */
mode_t file_usual_mode(void);

/* Is there anything of that name, a link too? 1; 0 when there is none, or what should be a folder on the way is none;
 * else negative errno: the disk, or rights, do not say, and it may well be there. */
int file_is_there(int folder_fd, const char *path) __attribute__((warn_unused_result));

/* Makes the folder, with exactly this mode, when it is not there; 0 also when it
 * is. Not its parents. -ENOTDIR for anything else there, a link too. */
int file_make_folder(int folder_fd, const char *path, mode_t mode, struct fault *fault)
    __attribute__((warn_unused_result));

/* Removes folder_fd/name and everything below it, following no link, crossing
 * no mount. Deep or wide trees cost time, not memory. 0 also when absent.
 * What can be removed is removed even when something cannot: then negative errno,
 * such as -EBUSY or -EXDEV for a mount. -EINVAL for "", ".", ".." or a final slash. */
int file_remove_tree(int folder_fd, const char *name) __attribute__((warn_unused_result));

/* "<folder>/<name>" into target; false, and "" in target, when it does not fit. */
bool file_join(char *target, size_t size, const char *folder, const char *name)
    __attribute__((warn_unused_result));
/* "<folder>/<name>" of the first of `folders`, separated by ":" as in PATH, in which there is a `name` that
 * access() grants in this mode (F_OK, X_OK). Empty ones, and those too long for the target, are passed
 * over. False, and "" in target, when none has it. */
bool file_find(const char *folders, const char *name, int mode, char *target, size_t size)
    __attribute__((warn_unused_result));
/* A program on the PATH; in /usr/bin and /bin when there is none. */
bool file_find_program(const char *name, char *target, size_t size)
    __attribute__((warn_unused_result));

#endif
