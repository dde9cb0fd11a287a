/*
 * task_csv.h - the lines of a task import: what they may hold, one at a time.
 *
 * The format is fixed: header robot,reference,completed_at,outcome and, when given,
 * duration_ms,department,business_date, in any order, separated by commas, UTF-8. A line is checked
 * for itself; whether its robot and the rest exist is task_import.h's.
 *
 * Threads: a reader belongs to one thread.
 */
#ifndef AUTOMAGI_COMMAND_TASK_CSV_H
#define AUTOMAGI_COMMAND_TASK_CSV_H

#include <stdint.h>

#include "core/base/csv.h"
#include "core/store/import.h"

struct fault;
struct task_csv;

struct task_row {
    int64_t line;
    const char *robot;     /* all texts are valid until the next call */
    const char *reference; /* normalised: trimmed, NFC */
    int64_t completed_ms;
    enum import_outcome outcome;
    int64_t duration_ms;    /* -1: not given */
    const char *department; /* an id; NULL: not given */
    int32_t business_day;   /* 0: not given */
};

/* Reads the header. now_ms bounds completed_at: nothing is completed over a day
 * from now; and business_date, as for item_check_business_day(). -EINVAL with a fault that names the column or line, or the source's error. */
int task_csv_open(csv_source *source, void *context, int64_t now_ms, struct task_csv **ret_reader,
                  struct fault *fault) __attribute__((warn_unused_result));
/* Takes NULL. */
void task_csv_close(struct task_csv *reader);

/* 1: a row; 0: the end; -EINVAL: this line is wrong, the next can be read; -EILSEQ: this is not
 * CSV, nothing more can be read; both with a fault that begins with "line N: "; or the source's
 * error. */
int task_csv_next(struct task_csv *reader, struct task_row *ret_row, struct fault *fault)
    __attribute__((warn_unused_result));

/* "done", "business", "failed", "undone". */
const char *task_outcome_word(enum import_outcome outcome);

#endif
