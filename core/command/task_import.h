/*
 * task_import.h - a file of tasks: checked whole, then sent chunk by chunk.
 *
 * The file is read as a stream, once to check it (twice when it takes tasks back) and once
 * to send it, so that memory does not grow with it. What is sent is held against what was
 * checked, chunk by chunk: a file that changes in between is refused before
 * the changed part is sent.
 *
 * A line is wrong, and named by its number, when its robot or department is unknown, when no rate
 * holds on its local day, when its references have been erased, and, for undone, when
 * its window holds no such task, in the ledger or on an earlier line. All lines are checked, so
 * that whoever mends the file sees more than one at a time; tasks taken back only when nothing
 * else is wrong, since a line that is wrong may be the one they need.
 *
 * Threads: one.
 */
#ifndef AUTOMAGI_COMMAND_TASK_IMPORT_H
#define AUTOMAGI_COMMAND_TASK_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/fault.h"
#include "core/store/import.h"

struct json;
struct store;

enum {
    TASK_IMPORT_CHUNK = 1000,
    TASK_IMPORT_HASH = 32,
    TASK_IMPORT_CHUNK_HASH = 16,
    TASK_IMPORT_WRONG_MAX = 100, /* lines, then the check ends */
    TASK_IMPORT_WRONG_SHOWN = 10,
    TASK_IMPORT_ROBOTS = 512
};
#define TASK_IMPORT_SIZE_MAX (INT64_C(1) << 30)

/* A file that was checked. task_import_release(). */
struct task_import {
    int64_t rows;
    unsigned char content_hash[TASK_IMPORT_HASH];
    unsigned char (*chunks)[TASK_IMPORT_CHUNK_HASH]; /* of the rows of each chunk */
    size_t chunk_count;
    int64_t outside_operation; /* rows whose robot was not in operation on their day */
    char outside_robots[TASK_IMPORT_ROBOTS]; /* "a (ended 2025-09-30), b (not begun)" */
};

/* Lines that are wrong. */
struct task_import_wrong {
    int count;
    bool is_cut; /* the file was not read to its end: there may be more */
    struct fault lines[TASK_IMPORT_WRONG_SHOWN]; /* the first; each begins with "line N: " */
};

/* Reads the file from its start and checks it. `store` may be read-only. -EINVAL: lines are
 * wrong, and *wrong says which; the fault is the line when it is one, else how many they are.
 * -E2BIG over TASK_IMPORT_SIZE_MAX. `wrong` is zeroed by the caller. */
int task_import_check(struct store *store, int fd, int64_t now_ms, struct task_import *ret_import,
                      struct task_import_wrong *wrong, struct fault *fault)
    __attribute__((warn_unused_result));
void task_import_release(struct task_import *import);

struct task_import_sender {
    /* Carries out one command; as cli_session_send(). */
    int (*request)(void *context, const char *command, const char *arguments,
                   struct json **ret_result, struct fault *fault);
    /* After each chunk: rows of the file that are durable. May be NULL. */
    void (*progress)(void *context, int64_t rows);
    void *context;
    const char *home; /* where others see that it is at work (import_work_begin()); NULL: nowhere */
};

struct task_import_answer {
    bool was_imported; /* the same contents were imported before: all rows are repeats */
    int64_t rows, new_rows, repeated, not_done, undone;
    int64_t import_id;     /* 0: the file has no rows */
    struct import_met met; /* of an import that was cut short, since */
    int64_t late;          /* of the new and the undone: booked late, for their months are closed */
    char late_booking[16]; /* "2026-04", where the last of them are; "": none was late */
};

/* Sends what was checked, going on where an interrupted import of the same contents
 * stopped. `file` names it in lists of imports. -ESTALE: the file has changed. */
int task_import_send(const struct task_import *import, int fd, const char *file, int64_t now_ms,
                     const struct task_import_sender *sender, struct task_import_answer *ret_answer,
                     struct fault *fault) __attribute__((warn_unused_result));

#endif
