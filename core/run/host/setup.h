/*
 * setup.h - what the daemon tells a host before anything else (SETUP of wire.h).
 */
#ifndef AUTOMAGI_RUN_HOST_SETUP_H
#define AUTOMAGI_RUN_HOST_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/run/plugin_file.h"

struct fault;
struct json;

struct host_limits { /* 0: none */
    int64_t memory_mib;
    int64_t cpu_s;
    int64_t file_mib;
    int64_t open_files;
    int64_t processes;
    int64_t log_kib; /* never 0 */
};

struct host_folder {
    const char *name;
    const char *path;
    int fd;
    dev_t device; /* of what was opened */
    ino_t inode;
};

struct host_setup {
    struct json *document; /* owned; the strings below point into it */
    const char *robot;
    const char *plugin;
    const char *log_folder;
    const char *work_folder;
    uid_t outer_uid;
    gid_t outer_gid;
    bool as_root;
    bool clear_work; /* nobody else uses the work folder: what is in it was left behind */
    struct host_limits limits;
    struct host_folder folders[PLUGIN_FOLDERS_MAX];
    size_t folder_count;
    int log_fd;   /* -1 until opened */
    int work_fd;  /* -1 until opened */
    int kept_end; /* a run keeps the descriptors below this, and no other */
};

/* Reads the JSON of SETUP. -EINVAL with a fault, -ENOMEM. */
int host_setup_parse(const char *json, size_t length, struct host_setup *ret_setup,
                     struct fault *fault) __attribute__((warn_unused_result));

/* Opens the folders: first those that a run keeps, so that they lie together just
 * above the channel. No descriptor above 3 may be open. Negative errno with a fault
 * that names the folder and its path. */
int host_setup_open_folders(struct host_setup *setup, struct fault *fault)
    __attribute__((warn_unused_result));

/* Are the granted folders still those that lie at their paths? False also when that cannot be
 * told. Waits for as long as their file systems do. */
bool host_setup_is_current(const struct host_setup *setup);

/* Closes and frees. Takes NULL. */
void host_setup_release(struct host_setup *setup);

#endif
