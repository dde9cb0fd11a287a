/*
 * explain_forecast_rows.h - `explain forecast` and `explain percent`: a forecast opened in words.
 *
 * The answer: "figure","year","as_of","department","robot", "message" (the figure and its formula),
 * "check" {"sum_of_parts","figure"}, and "rows", as explain_rows.h has them:
 *   figure, part N (a robot: more members "months","tasks_so_far","tasks_per_month","months_in_year",
 *   "share","rate_per_hour"), estimate, signature, dispute, rate, rounding, target, percent
 */
#ifndef AUTOMAGI_COMMAND_EXPLAIN_FORECAST_ROWS_H
#define AUTOMAGI_COMMAND_EXPLAIN_FORECAST_ROWS_H

#include <stdbool.h>

struct command_call;
struct fault;

/* The whole answer. is_percent: the percentage of the target is what was asked for. */
int explain_forecast_answer(struct command_call *call, bool is_percent, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
