/*
 * explain_rows_inner.h - what the files of explain_rows.h share; not for others.
 */
#ifndef AUTOMAGI_COMMAND_EXPLAIN_ROWS_INNER_H
#define AUTOMAGI_COMMAND_EXPLAIN_ROWS_INNER_H

#include <stdint.h>

#include "core/base/decimal.h"
#include "core/base/text.h"
#include "scorecards/explain.h"

struct command_call;
struct fault;
struct json_writer;

enum { WORDS_MAX = 4096, MINUTE_DIGITS = 2, ORE_DIGITS = 2, SHARE_DIGITS = 6, PERCENT_DIGITS = 4 };

struct explain_table {
    struct command_call *call;
    struct json_writer *writer;
    const struct explain *explain;
    struct fault *fault;
    struct text words;
    const struct robot *robot;       /* of the estimate that is being told */
    const struct estimate *estimate; /* what was last said, so that it is said once */
    const struct rate *rate;
    const struct robot_share *share;
    int64_t department_id, millionths;
};

void explain_append_percent(struct text *words, int64_t millionths);
void explain_append_day(struct text *words, int32_t day);
void explain_append_month(struct text *words, int32_t month);
void explain_append_decimal(struct text *words, int128 scaled, unsigned digits);
/* Of kroner × TASK_KRONER_SCALE, to EXPLAIN_DIGITS decimals. */
void explain_append_kroner(struct text *words, int128 exact);
void explain_put_kroner(struct json_writer *writer, const char *name, int128 exact);
/* ": why"; nothing for "". */
void explain_append_reason(struct text *words, const char *reason);

/* A row, with the words that are in table->words when it ends. robot may be NULL. */
void explain_begin_row(struct explain_table *table, const char *what, const struct robot *robot);
void explain_end_row(struct explain_table *table);
/* The words say which day it is: of the first task, from which a version is valid, ... */
void explain_put_since(struct json_writer *writer, int32_t day);
/* "booked 2025-04-01 to 2025-04-30" */
void explain_append_range(struct text *words, int32_t from, int32_t to);

/* What a part rests on, as far as the part before did not rest on it: estimate, signature, dispute,
 * rate, share. */
int explain_put_basis(struct explain_table *table, const struct explain_part *part,
                      struct fault *fault) __attribute__((warn_unused_result));

#endif
