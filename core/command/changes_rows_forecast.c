/* Why the year's forecast is another: rows of `changes` after those of the savings. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/changes_rows.h"
#include "core/command/nouns.h"
#include "scorecards/changes.h"
#include "scorecards/changes_forecast.h"

static const struct {
    const char *what, *words;
} steps[CHANGES_FORECAST_STEPS] = {
    {"forecast tasks", "tasks and months that are over by now, and when robots operate"},
    {"forecast estimate", "signed estimates that hold by now"},
    {"forecast rate", "the rate that holds by now"},
    {"forecast share", "shares, merges and splits that hold by now"},
};

static void put_row(struct json_writer *writer, const char *id, const char *what, int64_t kroner,
                    const char *words)
{
    json_begin_object(writer);
    result_text(writer, "id", id);
    result_text(writer, "what", what);
    result_int(writer, "kroner", kroner);
    result_text(writer, "words", words);
    json_end_object(writer);
}

static void put_place(struct command_call *call, const struct changes_forecast *changes,
                      size_t place)
{
    struct json_writer *writer = call->result;
    const struct forecast_row *before = changes_forecast_row(changes, 0, place);
    const struct forecast_row *after = changes_forecast_row(changes, CHANGES_FORECAST_STEPS, place);
    bool is_total = place >= changes->forecasts[0].row_count;
    const char *id = is_total ? "total" : after->id;
    bool is_same = before->kroner == after->kroner;
    char words[160];
    size_t i;

    for (i = 0; i < CHANGES_FORECAST_STEPS; i++)
        is_same = is_same && changes_forecast_row(changes, i + 1, place)->kroner == before->kroner;
    if (is_same || !changes_is_asked(call, id))
        return;
    (void)snprintf(words, sizeof words, "%" PRId64 " -> %" PRId64 " in %d; target %" PRId64,
                   before->kroner, after->kroner, (int)changes->forecasts[0].query.year,
                   after->budget);
    put_row(writer, id, "forecast", after->kroner - before->kroner, words);
    for (i = 0; i < CHANGES_FORECAST_STEPS; i++) {
        int64_t kroner = changes_forecast_row(changes, i + 1, place)->kroner -
                         changes_forecast_row(changes, i, place)->kroner;

        if (kroner != 0)
            put_row(writer, id, steps[i].what, kroner, steps[i].words);
    }
}

int changes_rows_forecast(struct command_call *call, const struct changes *changes,
                          struct fault *fault)
{
    const struct changes_query *query = &changes->query;
    struct changes_forecast forecast = {0};
    int32_t year = clock_month_of_day(query->to_after) / 12;
    size_t place;
    int result;

    result = changes_forecast_read(call->store, (int32_t)argument_number(call, "year", year),
                                   query->to_before, query->to_after, &forecast, fault);
    if (result < 0)
        return result;
    for (place = 0; place <= forecast.forecasts[0].row_count; place++)
        put_place(call, &forecast, place);
    changes_forecast_release(&forecast);
    return 0;
}
