/*
 * sealed_plugin.h - a plugin's file as a copy that nobody can change any more.
 *
 * The copy lives in sealed memory: what is hashed and accepted by the daemon is,
 * byte for byte, what is then loaded, whoever may write to the file.
 */
#ifndef AUTOMAGI_RUN_HOST_SEALED_PLUGIN_H
#define AUTOMAGI_RUN_HOST_SEALED_PLUGIN_H

#include <stddef.h>

#include "core/run/plugin_file.h"

struct ag_plugin;
struct fault;

struct sealed_plugin {
    int fd; /* the sealed copy; -1 when loaded or released */
    unsigned char hash[PLUGIN_HASH_SIZE];
    char *note; /* owned; as in the file */
    size_t note_length;
    enum plugin_side_effects side_effects;
    const struct ag_plugin *plugin; /* NULL until loaded; then valid to the end */
};

/* A regular file that not everybody may write to. Copies, seals, hashes, reads the note. Negative errno with a fault that names path. */
int sealed_plugin_read(const char *path, struct sealed_plugin *ret_plugin, struct fault *fault)
    __attribute__((warn_unused_result));

/* Loads it, with its constructors: rights must have been dropped. -ENOEXEC with a fault. */
int sealed_plugin_load(struct sealed_plugin *plugin, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* Before it is loaded or after; never unloads. Takes NULL. */
void sealed_plugin_release(struct sealed_plugin *plugin);

#endif
