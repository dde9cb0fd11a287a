/*
 * explain_money_rows.h - `explain realised`, `released` and `gains` in words.
 *
 * The answer: "figure","from","to","department","robot", "message" (the figure and its formula),
 * "check" {"sum_of_parts","figure"}, and "rows", as explain_rows.h has them; their kroner add up to the figure:
 *   figure, rounding  as there
 *   reduction N       entry N: more members "year","cut" (kroner),"document","by","department"; no kroner of its
 *                     own, for what it realises stands in the parts
 *   part N            what a robot saved that is booked in a month: "booked","saved","realised","released"
 *   gain N            entry N: "whole" (kroner),"share","document","by","booked"
 */
#ifndef AUTOMAGI_COMMAND_EXPLAIN_MONEY_ROWS_H
#define AUTOMAGI_COMMAND_EXPLAIN_MONEY_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/decimal.h"

struct command_call;
struct explain_gain;
struct explain_query;
struct explain_table;
struct fault;

/* The whole answer; query->figure is not looked at. */
int explain_money_answer(struct command_call *call, const struct explain_query *query,
                         struct fault *fault) __attribute__((warn_unused_result));

/* The row of a gain, and the one that makes the exact sum (x TASK_KRONER_SCALE) what is shown. */
void explain_put_gain(struct explain_table *table, const struct explain_gain *gain,
                      bool is_of_department);
void explain_put_rounding(struct explain_table *table, int64_t shown, int128 exact);

#endif
