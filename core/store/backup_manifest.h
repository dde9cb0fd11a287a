/*
 * backup_manifest.h - what a backup says of itself: its first member, a JSON object.
 *
 *   {"format":1,"program":"0.1","made_ms":N,"installation":HEX,"database_bytes":N,"tasks":N,
 *    "items":N,"newest_ms":N,"keys":N,"keys_gone":N,
 *    "plugins":[{"file":"x.so","size_bytes":N,"sha256":HEX}]}
 *
 * It is foreign when it is read: every member is checked, none is believed before the copy itself
 * has been counted.
 */
#ifndef AUTOMAGI_STORE_BACKUP_MANIFEST_H
#define AUTOMAGI_STORE_BACKUP_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct text;

enum {
    BACKUP_MANIFEST_MAX = 1024 * 1024,
    BACKUP_PLUGINS_MAX = 1000,
    BACKUP_KEYS_MAX = 10000000,
    BACKUP_FILE_NAME_MAX = 255,
    BACKUP_DIGEST_TEXT = 65, /* SHA-256 in hexadecimal, and NUL */
    BACKUP_INSTALLATION_TEXT = 33
};

/* A plugin that lay in HOME/plugins. The backup holds its name and digest, not its code. */
struct backup_plugin {
    char file[BACKUP_FILE_NAME_MAX + 1];
    char sha256[BACKUP_DIGEST_TEXT];
    int64_t size_bytes;
};

struct backup_manifest {
    char program[64]; /* its version */
    char installation[BACKUP_INSTALLATION_TEXT];
    int64_t made_ms; /* what was acknowledged before this instant is in it */
    int64_t database_bytes;
    int64_t tasks;
    int64_t items;     /* that are not closed */
    int64_t newest_ms; /* completion of the newest attempt; 0: none */
    int64_t keys;      /* files of keys in it */
    int64_t keys_gone; /* keys that had been destroyed before */
    struct backup_plugin *plugins;
    size_t plugin_count;
};

/* Appends it; errors show in target->broken. */
void backup_manifest_write(const struct backup_manifest *manifest, struct text *target);
/* -EINVAL names the member; -EPROTO: of a later format. backup_manifest_release() frees it. */
int backup_manifest_read(const char *bytes, size_t length, struct backup_manifest *ret_manifest,
                         struct fault *fault) __attribute__((warn_unused_result));
void backup_manifest_release(struct backup_manifest *manifest);

#endif
