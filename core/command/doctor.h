/*
 * doctor.h - what is wrong with an installation, and the command that puts it right.
 *
 * Private to doctor_*.c, but for doctor_run(), which the command line calls: it works without a
 * daemon, and where the store does not open. It changes nothing.
 */
#ifndef AUTOMAGI_COMMAND_DOCTOR_H
#define AUTOMAGI_COMMAND_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/robot.h"

struct fault;
struct store;

/* What the daemon said when it was asked (the command line asks). */
enum doctor_daemon { DAEMON_ABSENT, DAEMON_ANSWERS, DAEMON_SILENT, DAEMON_OTHER };

struct doctor_settings {
    const char *home;
    const char *unit_folders; /* where systemd's units are looked for, separated by ":"; NULL: where
                               * systemd does */
    bool has_systemd;         /* it runs this machine */
    enum doctor_daemon daemon;
    char version[64]; /* the daemon's: DAEMON_ANSWERS */
    bool
        lock_is_gone; /* somebody removed the file that it holds as its lock; DAEMON_ABSENT: its socket too */
    int64_t pid; /* then the daemon's; 0: not known */
    int64_t now_ms;
};

/* Writes one object: rows (state, check, fix), message, ok, and how many are wrong. 0 also when
 * much is wrong; negative errno only when it could not look at all. */
int doctor_run(const struct doctor_settings *settings, struct text *result, struct fault *fault)
    __attribute__((warn_unused_result));

/* ---- private */

enum doctor_state {
    DOCTOR_OK,
    DOCTOR_NOTE, /* worth knowing; nothing is wrong */
    DOCTOR_WRONG
};

enum { DOCTOR_FIX_MAX = 1024, DOCTOR_NAMES_MAX = 512 };

struct doctor {
    const struct doctor_settings *settings;
    struct store *store;     /* NULL: it does not open */
    struct robot_list *list; /* NULL as the store is */
    struct json_writer writer;
    char quoted_home[DOCTOR_FIX_MAX]; /* as a shell takes it */
    char fix[DOCTOR_FIX_MAX];         /* of the next row; "" for none */
    int64_t wrong, notes, rows;
};

/* The fix of the next row, "" before: a command to copy. */
void doctor_fix(struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* As above: `automagi --home HOME ` stands before it. */
void doctor_fix_here(struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_row(struct doctor *doctor, enum doctor_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A negative result is a row. */
void doctor_failed(struct doctor *doctor, int result, const char *what, const struct fault *fault);
/* A text as one word of a shell; "?" when it is too long. */
void doctor_quote(const char *text, char target[static DOCTOR_FIX_MAX]);

/* Robots' names, each once: "a, b, c", and " and more" where there is no room for more. */
struct doctor_names {
    char text[DOCTOR_NAMES_MAX];
    char first[ROBOT_SLUG_MAX + 1];
    bool is_cut;
};
void doctor_name(struct doctor_names *names, const char *name);

/* doctor_home.c. False: there is nothing to look at further. */
bool doctor_home(struct doctor *doctor);
void doctor_disk(struct doctor *doctor);
void doctor_keys(struct doctor *doctor);
/* doctor_system.c. Does systemd's unit serve this home? On a machine with systemd there can be others. */
bool doctor_is_service(const struct doctor *doctor);
void doctor_system(struct doctor *doctor);
/* doctor_store.c. Opens the store, when it can be. */
void doctor_store(struct doctor *doctor);
void doctor_daemon(struct doctor *doctor);
void doctor_record(struct doctor *doctor);
/* doctor_aside.c */
void doctor_aside(struct doctor *doctor);
/* doctor_robot.c */
void doctor_robots(struct doctor *doctor);
/* doctor_import.c */
void doctor_imports(struct doctor *doctor);
/* doctor_operation.c */
void doctor_operation(struct doctor *doctor);
/* doctor_folder.c. Can the run identity of the robot enter and list the folder? 0; -ENOENT,
 * -ENOTDIR, -EACCES and the like; -ETIMEDOUT: it does not answer (a network share that is gone). */
int doctor_folder_enter(int64_t robot_id, const char *path);

#endif
