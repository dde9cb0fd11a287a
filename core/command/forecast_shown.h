/*
 * forecast_shown.h - what the files of the command `forecast` share.
 */
#ifndef AUTOMAGI_COMMAND_FORECAST_SHOWN_H
#define AUTOMAGI_COMMAND_FORECAST_SHOWN_H

#include <stdint.h>

struct command_call;
struct fault;
struct forecast_percent;
struct json_writer;
struct text;

/* A member: a number, null when it is undefined. */
void forecast_put_percent(struct json_writer *writer, const char *name,
                          const struct forecast_percent *percent, unsigned digits);
/* "NAME 45.6 %", of tenths. */
void forecast_add_percent(struct text *text, const char *name,
                          const struct forecast_percent *percent);
/* The whole answer of --backtest. */
int forecast_backtest(struct command_call *call, int32_t as_of, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
