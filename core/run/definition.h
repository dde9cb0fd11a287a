/*
 * definition.h - robot.json: how a robot is run.
 *
 * organisation.json owns a robot's name, operation, shares and estimates; robot.json owns
 * plugin, configuration, folders, triggers, window, limits and retention. Members and
 * defaults are explained in plugins/README.md.
 */
#ifndef AUTOMAGI_RUN_DEFINITION_H
#define AUTOMAGI_RUN_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/calendar.h"
#include "core/store/item.h"
#include "core/store/robot.h"
#include "core/store/trigger.h"

struct fault;
struct plugin_note;

enum { DEFINITION_MAX = 65536, DEFINITION_FOLDERS_MAX = 16, DEFINITION_TRIGGERS_MAX = 16 };

struct definition_folder {
    char name[64];
    char path[4096]; /* absolute */
};

struct definition {
    char id[64];
    char plugin[64];
    char *configuration; /* JSON text, "{}" when absent */
    struct definition_folder *folders;
    size_t folder_count;
    struct trigger_rule *triggers;
    size_t trigger_count;
    enum robot_window window;
    uint32_t attempts;       /* 1-100, default 3 */
    uint32_t retry_delay_s;  /* 1-3600, default 30 */
    uint32_t retry_most_s;   /* retry_delay_s-604800, default 3600 */
    uint32_t lease;          /* 1-256; default 1 for manual side effects, else 16 */
    uint32_t limit;          /* runs at once, 1-64, default 1 */
    uint32_t run_timeout_s;  /* default 3600 */
    uint32_t item_timeout_s; /* default 300 */
    uint32_t stop_grace_s;   /* TERM to KILL, default 10 */
    uint32_t memory_mib, cpu_s, file_mib, open_files, processes, log_kib;
    uint32_t queue_items, queue_mib; /* of open items; default 100000, 256 */
    bool is_warmed;                  /* its host is up ahead of a time that is known; default */
    uint32_t pause_after; /* failures in a row, an item's first alone; 0: never; default 5 */
    bool reads_warehouse; /* its runs are given a warehouse drop */
    int32_t priority;     /* of its runs: higher first; -100 to 100, default 0 */
    char (*systems)[CALENDAR_SLUG_MAX]; /* it meets them: it waits while one of them is closed */
    size_t system_count;
    uint32_t retention_days; /* default 30 */
};

/* Parses robot.json's text. Relative folders are below `folder`. `side_effects` (enum
 * plugin_side_effects) chooses the default lease. -EINVAL names the member. */
int definition_parse(const char *text, size_t length, const char *folder, int side_effects,
                     struct definition *ret_definition, struct fault *fault)
    __attribute__((warn_unused_result));
void definition_release(struct definition *definition);

/* What the queue must know of the robot. side_effects: its plugin's. */
void definition_policy(const struct definition *definition, int64_t robot_id, int side_effects,
                       struct item_policy *ret_policy);
/* The same from a robot of the store. From a definition that is not there or cannot be read nothing
 * follows: one attempt, and nothing may be repeated. */
void definition_policy_of(const struct robot *robot, struct item_policy *ret_policy);

/* Holds the definition against its plugin's note: configuration against the schema,
 * folders against those the plugin asks for (each must be granted, none more). */
int definition_check(const struct definition *definition, const struct plugin_note *note,
                     struct fault *fault) __attribute__((warn_unused_result));

/* Where the plugin's file is: HOME/plugins, then beside the programs (../plugins), then the
 * installed folder. -ENOENT names where it was looked for. target[4096]. */
int plugin_locate(const char *home, const char *plugin, char *target, struct fault *fault)
    __attribute__((warn_unused_result));
/* The folders searched, in order; index from 0; false after the last. target[4096]. */
bool plugin_folder(const char *home, unsigned index, char *target);

#endif
