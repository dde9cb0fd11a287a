/*
 * forecast_shown.h - what the commands that show a forecast share.
 */
#ifndef AUTOMAGI_COMMAND_FORECAST_SHOWN_H
#define AUTOMAGI_COMMAND_FORECAST_SHOWN_H

#include <stdint.h>

#include "scorecards/forecast.h"

struct command_call;
struct fault;
struct json_writer;
struct text;

/* A member: a number, null when it is undefined. */
void forecast_put_percent(struct json_writer *writer, const char *name,
                          const struct forecast_percent *percent, unsigned digits);
/* "NAME 45.6 %", of tenths. */
void forecast_add_percent(struct text *text, const char *name,
                          const struct forecast_percent *percent);
/* Why a robot brings nothing, in words; the day as forecast_part has it. Nothing for FORECAST_BRINGS. */
void forecast_add_why(struct text *text, enum forecast_why why, int32_t day);
/* The whole answer of --backtest. */
int forecast_backtest(struct command_call *call, int32_t as_of, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
