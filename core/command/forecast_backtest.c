/* forecast --backtest: how far off the rule has been. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/forecast_shown.h"
#include "core/command/nouns.h"
#include "scorecards/backtest.h"

enum { MESSAGE_MAX = 512 };

static void put_row(struct json_writer *writer, const struct backtest_row *row)
{
    json_begin_object(writer);
    result_day(writer, "id", row->day);
    result_int(writer, "months_after", row->months);
    result_int(writer, "tasks_foreseen", row->tasks);
    result_int(writer, "tasks_came", row->tasks_came);
    result_int(writer, "kroner", row->kroner);
    result_int(writer, "low", row->low);
    result_int(writer, "high", row->high);
    result_int(writer, "kroner_came", row->kroner_came);
    forecast_put_percent(writer, "error_percent", &row->error, 1);
    result_bool(writer, "held", row->is_held);
    json_end_object(writer);
}

/* That nothing came when nothing was foreseen tells nothing of the rule. */
static bool is_of_nothing(const struct backtest *backtest)
{
    size_t i;

    for (i = 0; i < backtest->count; i++)
        if (backtest->rows[i].tasks != 0 || backtest->rows[i].tasks_came != 0)
            return false;
    return true;
}

static void put_message(struct json_writer *writer, const struct backtest *backtest)
{
    struct forecast_percent bias = backtest->bias;
    struct text text;

    text_init(&text, MESSAGE_MAX);
    text_printf(&text, "At %zu earlier month ends the 80 %% interval held %zu times",
                backtest->count, backtest->held);
    if (bias.is_defined && backtest->error.is_defined) {
        bool is_low = bias.value < 0;

        bias.value = is_low ? -bias.value : bias.value;
        forecast_add_percent(&text, "; all in all the rule said", &bias);
        text_append_string(&text, is_low ? " too little" : " too much");
        forecast_add_percent(&text, ", and was off by", &backtest->error);
        text_append_string(&text, " on average");
    }
    result_text(writer, "message", text_string(&text));
    text_release(&text);
}

int forecast_backtest(struct command_call *call, int32_t as_of, struct fault *fault)
{
    struct json_writer *writer = call->result;
    struct backtest backtest = {.count = 0};
    struct backtest_query query = {.as_of = as_of,
                                   .department = argument_text(call, "department", NULL)};
    size_t i;
    int result = call_robot_id(call, "robot", &query.robot_id, fault);

    if (result == 0)
        result = backtest_read(call->store, &query, &backtest, fault);
    if (result < 0)
        return result;
    json_begin_object(writer);
    if (backtest.count > 0 && is_of_nothing(&backtest))
        result_message(writer,
                       "no tasks are recorded of the %zu earlier month ends that there are, so the "
                       "rule has not been tried",
                       backtest.count);
    else if (backtest.count > 0)
        put_message(writer, &backtest);
    result_day(writer, "as_of", as_of);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < backtest.count; i++)
        put_row(writer, &backtest.rows[i]);
    json_end_array(writer);
    json_key(writer, "summary");
    json_begin_object(writer);
    result_int(writer, "tested", (int64_t)backtest.count);
    result_int(writer, "held", (int64_t)backtest.held);
    forecast_put_percent(writer, "bias_percent", &backtest.bias, 1);
    forecast_put_percent(writer, "mean_absolute_error_percent", &backtest.error, 1);
    json_end_object(writer);
    json_end_object(writer);
    backtest_release(&backtest);
    return 0;
}
