/*
 * plugin_file.h - what a plugin's file says of itself, without running it.
 *
 * Reads the ELF note of plugins/sdk/automagi.h from bytes in memory. The file is
 * foreign: every offset is checked, and a file that is truncated, of another
 * machine, of the wrong kind or without the note is refused with a sentence.
 * Used by the host (on its sealed copy) and by the commands `plugin list|check` and
 * `robot add`; the daemon itself never loads a plugin.
 */
#ifndef AUTOMAGI_RUN_PLUGIN_FILE_H
#define AUTOMAGI_RUN_PLUGIN_FILE_H

#include <stddef.h>

struct fault;
struct json;
struct text;

enum {
    PLUGIN_FILE_MAX = 64 * 1024 * 1024,
    PLUGIN_HASH_SIZE = 32,
    PLUGIN_ID_MAX = 64,
    PLUGIN_FOLDERS_MAX = 32 /* folders a plugin may ask for */
};

enum plugin_side_effects { PLUGIN_IDEMPOTENT = 1, PLUGIN_PROBEABLE = 2, PLUGIN_MANUAL = 3 };

struct plugin_note {
    struct json *document; /* owned: plugin_note_release() */
    const char *id;        /* into document, as the rest */
    const char *version;
    const char *title;
    enum plugin_side_effects side_effects;
    const struct json *configuration; /* schema; NULL when the plugin takes none */
    const struct json *folders;       /* object name -> what for; NULL when none */
    const char *warehouse;            /* what it reads warehouse drops for; NULL: it does not */
};

/* Finds the note in an ELF shared object of this machine's kind. Points into
 * `bytes`. -ENOEXEC with a fault that starts with `name`. */
int plugin_file_find_note(const char *bytes, size_t length, const char *name, const char **ret_note,
                          size_t *ret_length, struct fault *fault)
    __attribute__((warn_unused_result));

/* Parses and checks a note. -EINVAL names the member. */
int plugin_note_parse(const char *note, size_t length, const char *name,
                      struct plugin_note *ret_note, struct fault *fault)
    __attribute__((warn_unused_result));
void plugin_note_release(struct plugin_note *note);

/* The id must be the name of the file at `path` without ".so". -EINVAL. */
int plugin_note_check_name(const struct plugin_note *note, const char *path, struct fault *fault)
    __attribute__((warn_unused_result));

/* BLAKE2b-256 of the file's bytes. */
void plugin_file_hash(const char *bytes, size_t length,
                      unsigned char ret_hash[static PLUGIN_HASH_SIZE]);

/* Reads path whole, then the two above; checks that the id is the file's name.
 * ret_hash may be NULL. */
int plugin_file_describe(const char *path, struct plugin_note *ret_note,
                         unsigned char ret_hash[PLUGIN_HASH_SIZE], struct fault *fault)
    __attribute__((warn_unused_result));

#endif
