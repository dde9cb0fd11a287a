/*
 * import.h - tasks that something else finished, line by line.
 *
 * An import is known by the hash of its file's contents: the same contents again change
 * nothing, and an import that was cut short goes on where it stopped. Each
 * robot in it gets a run (cause import); a row's attempt has the line number as its
 * sequence. Rows come checked (see import_command.c): here only their order is.
 *
 * Threads: the writer's. All calls belong inside a transaction; one chunk of rows per
 * transaction keeps robots' results flowing beside a long import.
 */
#ifndef AUTOMAGI_STORE_IMPORT_H
#define AUTOMAGI_STORE_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/store/robot.h"

struct fault;
struct store;

/* What a row may hold, for those who read one: from a file, or from a program that sends rows. */
#define IMPORT_DURATION_MAX_MS (INT64_C(366) * 24 * 60 * 60 * 1000)
#define IMPORT_AHEAD_MAX_MS    (INT64_C(24) * 60 * 60 * 1000) /* completed after now */

enum import_outcome { IMPORT_DONE = 0, IMPORT_BUSINESS = 1, IMPORT_FAILED = 2, IMPORT_UNDONE = 3 };
/* A row's reference as it is compared. One that is taken back may have been counted when references had spaces and
 * signs that they may not have any more. As reference_normalise(). */
int import_reference(enum import_outcome outcome, const char *reference, char *target,
                     struct fault *fault) __attribute__((warn_unused_result));

struct import_row {
    int64_t number; /* which row of the file it is, from 1 */
    int64_t line;   /* where it begins; higher with every row */
    int64_t robot_id;
    const char *reference;
    int64_t completed_ms;
    enum import_outcome outcome;
    int64_t duration_ms;   /* -1: not given */
    int64_t department_id; /* 0: not given */
    int32_t business_day;  /* which window it is counted in; 0: that of its completion decides */
};
/* Which that is. */
int64_t import_window(enum robot_window kind, int32_t business_day, int64_t completed_ms);

struct import_record {
    int64_t id;
    char file[256];
    int64_t rows, applied;
    int64_t new_rows, repeated_rows, not_done_rows, undone_rows;
    int64_t late_rows;    /* of the new and the undone: booked late, for their months are closed */
    int32_t late_booking; /* the month, of the last of them; 0: none was late */
    char by_whom[128];
    int64_t begun_ms, finished_ms; /* finished 0: not finished */
    bool is_cut_short; /* import_each() alone says so: not finished, and no process is at it */
    bool is_given_up;  /* import_give_up(); then finished_ms is when */
};

struct import_new {
    const char *file;
    const unsigned char *content_hash; /* 32 bytes */
    int64_t rows;
    const char *by_whom;
};

/* Begins, or finds again by contents (32-byte hash), unless that was given up. *ret_import says how far it got. */
int import_begin(struct store *store, const struct import_new *import, int64_t now_ms,
                 struct import_record *ret_import, struct fault *fault)
    __attribute__((warn_unused_result));

/* What rows met in the store. */
struct import_met {
    /* Open items on queues whose references were counted: */
    int64_t waiting; /* they were set to wait for a person */
    int64_t leased;  /* in the hands of a run, whose results will be repeats */
    /* Done rows that repeat a task which was taken back: nothing counts them. */
    int64_t repeated_undone;
};

/* Applies row number applied + 1 of the file. 1 when the row was applied before: nothing changes,
 * so that two who import the same file, or one who goes on while rows of one that was killed are
 * still being read, do not apply a row twice. -ESTALE when rows before it are missing; -EINVAL when
 * the file has no such row or its line is not behind that of the row before, or the import was given up. A done row
 * takes its reference if it is free (new), else it is repeated; without a business day it is repeated too when
 * its reference was counted in a later window by a clock that stood ahead (as item_add() has it; date_note.h; -ENOKEY
 * or -EKEYREJECTED: nobody can tell, until that window's key is back; of a window that is past, when it has a task with
 * a note of such days). An undone row takes the
 * task back, that one too, (undone) or is repeated when that was done before; -ENOENT when there is no
 * such task: the whole import is refused by the caller beforehand. Business and failed
 * rows are attempts (not done), or repeated when the same row was seen before. -EINVAL for a
 * business day that is too far away (item_check_business_day()); one that makes another window than the
 * day of completion does is the note of its attempt.
 *
 * What is handed over, in a business row without a business day, and lies open in another window of the robot, is help in
 * that window: once, and none when it is done there. What an import has counted already is no help. When the task of a row is
 * taken back, items that were marked by it (item_counted()) are so no more. What is closed in a window whose key cannot be
 * read is told of neither.
 *
 * What is new may lie on the robot's queue: then it is not done again unasked, see item_counted(),
 * and is added to *met. So is a done row that repeats a task which was taken back. -ENOKEY or -EKEYREJECTED likewise when it has no business day and items are open in another
 * window whose key cannot be read: it may be one of them, until the key is back or they are dropped. So it is of business
 * rows, and of undone ones that take back what an import counted, whatever their date. */
int import_apply(struct store *store, int64_t import_id, const struct import_row *row,
                 int64_t now_ms, struct import_met *met, struct fault *fault)
    __attribute__((warn_unused_result));

/* Would such an undone row of a robot with that window take back what a clock that stood ahead had counted? 1 or 0; also 0
 * when nobody can tell. *spans: what is read for many rows; NULL at first, import_spans_free(). */
struct import_progress;
int import_has_ahead(struct store *store, const struct import_row *row, enum robot_window kind,
                     int64_t now_ms, struct import_progress **spans, struct fault *fault)
    __attribute__((warn_unused_result));
void import_spans_free(struct import_progress *spans);

/* All rows were applied: ends its runs. -EINVAL when rows are missing. */
int import_finish(struct store *store, int64_t import_id, int64_t now_ms,
                  struct import_record *ret_import, struct fault *fault)
    __attribute__((warn_unused_result));

/* Ends one that was cut short, whose file is gone or is refused now. What it has counted stays counted; its runs end as
 * stopped, with a note that says who gave up and why. Its file is not known any more: imported again it is a new import, to
 * which what is counted is repeated. When all rows are in it is finished, as import_finish() does. -EALREADY: it was given up
 * before; -EINVAL: it is finished; -EBUSY: a process is at it. */
struct import_end {
    const char *by, *reason;
    int64_t now_ms;
};
int import_give_up(struct store *store, int64_t import_id, const struct import_end *end,
                   struct import_record *ret_import, struct fault *fault)
    __attribute__((warn_unused_result));

typedef int import_each_callback(const struct import_record *import, void *context);
/* Newest first; a negative limit is none. Who asks which was cut short has no view open: inside one that may be said of
 * what just finishes. */
int import_each(struct store *store, int64_t limit, import_each_callback *callback, void *context,
                struct fault *fault) __attribute__((warn_unused_result));

/* Whoever imports is at work, for others to see, until import_work_end() or its process's end: from before import_begin(),
 * when it may be any import, to behind import_finish(); and at that one alone from import_work_on() on. One that does not
 * say so is taken for cut short meanwhile. The home's folder is opened; -1 when that, or its lock, fails: the import is as
 * good, and both others take -1. Threads: any. */
int import_work_begin(const char *home);
void import_work_on(int work_fd, int64_t import_id);
void import_work_end(int work_fd);

#endif
