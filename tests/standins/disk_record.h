/*
 * disk_record.h - what was done to the disk below a folder, in the order in which it was done.
 *
 * Written by tests/e2e/recorded_disk.c, which is preloaded; read by cut_disk.c. A file or folder is
 * known by its inode. Each record is this head, its names, each with its NUL, and its bytes.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_DISK_RECORD_H
#define AUTOMAGI_TESTS_STANDINS_DISK_RECORD_H

#include <stdint.h>

enum disk_record_kind {
    DISK_MADE_FILE = 1, /* `file` got its first name, in `folder` */
    DISK_MADE_FOLDER,
    DISK_LINKED,   /* another name */
    DISK_UNLINKED, /* a name is gone */
    DISK_MOVED,    /* name in `folder` to the second name in `other_folder` */
    DISK_WRITTEN,  /* the bytes, at `at` */
    DISK_RESIZED,  /* to `at` bytes */
    DISK_SYNCED,   /* `file`, which may be a folder, lies on the disk as it is */
    DISK_SYNCED_ALL
};

struct disk_record {
    uint32_t kind;
    uint32_t name_length; /* of both names, with their NULs */
    uint64_t length;      /* of the bytes */
    uint64_t file, folder, other_folder;
    int64_t at;
};

#endif
