/* forecast: what the robots in operation will save in a year. The form of the answer is design.md's, §6. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/forecast_shown.h"
#include "core/command/nouns.h"
#include "scorecards/forecast.h"

enum { MESSAGE_MAX = 1024 };

void forecast_put_percent(struct json_writer *writer, const char *name,
                          const struct forecast_percent *percent, unsigned digits)
{
    if (percent->is_defined) {
        result_decimal(writer, name, percent->value, digits);
        return;
    }
    json_key(writer, name);
    json_put_null(writer);
}

/* Robots have no target, so the total below them has none either. */
static void put_numbers(struct json_writer *writer, const struct forecast_row *row, bool has_target)
{
    if (has_target) {
        result_int(writer, "budget", row->budget);
        forecast_put_percent(writer, "percent", &row->percent, 0);
    }
    result_int(writer, "kroner", row->kroner);
    result_decimal(writer, "minutes", row->minutes_hundredths, 2);
    result_int(writer, "low", row->low);
    result_int(writer, "high", row->high);
    result_int(writer, "kroner_to_date", row->kroner_to_date);
    result_int(writer, "low_to_date", row->low_to_date);
    result_int(writer, "high_to_date", row->high_to_date);
}

static void put_departments(struct json_writer *writer, const char *name,
                            const struct forecast *forecast)
{
    size_t i;

    json_key(writer, name);
    json_begin_array(writer);
    for (i = 0; i < forecast->row_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", forecast->rows[i].id);
        result_text(writer, "name", forecast->rows[i].name);
        put_numbers(writer, &forecast->rows[i], true);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_robots(struct json_writer *writer, const char *name,
                       const struct forecast *forecast)
{
    size_t i;

    json_key(writer, name);
    json_begin_array(writer);
    for (i = 0; i < forecast->robot_count; i++) {
        const struct forecast_robot *robot = &forecast->robots[i];
        char letter[2] = {robot->confidence, '\0'};

        json_begin_object(writer);
        result_text(writer, "id", robot->id);
        result_text(writer, "name", robot->name);
        result_int(writer, "months", robot->months);
        result_text(writer, "confidence", letter);
        result_int(writer, "tasks", robot->tasks);
        result_decimal(writer, "tasks_per_month", robot->tasks_per_month_hundredths, 2);
        result_int(writer, "months_in_year", robot->months_in_year);
        result_int(writer, "kroner", robot->kroner);
        result_int(writer, "low", robot->low);
        result_int(writer, "high", robot->high);
        result_int(writer, "kroner_to_date", robot->kroner_to_date);
        json_end_object(writer);
    }
    json_end_array(writer);
}

void forecast_add_percent(struct text *text, const char *name,
                          const struct forecast_percent *percent)
{
    char number[DECIMAL_TEXT_MAX];

    decimal_format(percent->value, 1, number, sizeof number);
    text_printf(text, "%s %s%s %%", name, number, percent->value % 10 == 0 ? ".0" : "");
}

/* What the numbers cannot show of themselves. */
static void say_caveats(struct text *text, const struct forecast *forecast, int32_t today)
{
    size_t unknown = 0;
    size_t i;

    for (i = 0; i < forecast->robot_count; i++)
        if (forecast->robots[i].months == 0 && forecast->robots[i].months_in_year > 0)
            unknown++;
    if (unknown > 0)
        text_printf(text, "; %zu %s no whole month behind %s yet, so nothing is foreseen of %s",
                    unknown, unknown == 1 ? "robot has" : "robots have",
                    unknown == 1 ? "it" : "them", unknown == 1 ? "it" : "them");
    if (forecast->query.as_of > today)
        text_append_string(text, "; that day is yet to come, and the months until then count as "
                                 "months without tasks");
}

void forecast_add_why(struct text *text, enum forecast_why why, int32_t day)
{
    char of_day[CLOCK_DAY_TEXT];

    clock_format_day(day, of_day);
    switch (why) {
    case FORECAST_BRINGS:
        break;
    case FORECAST_ONE_OFF:
        text_append_string(text, "a one-off robot: not in the forecast");
        break;
    case FORECAST_NOT_BEGUN:
        if (day == 0)
            text_append_string(text, "not begun, and no day is set");
        else
            text_printf(text, "not begun: it begins on %s", of_day);
        break;
    case FORECAST_ENDED:
        text_printf(text, "ended on %s: not in the forecast", of_day);
        break;
    case FORECAST_SUSPENDED:
        text_append_string(text, "suspended all the year");
        break;
    case FORECAST_NO_MONTH:
        text_append_string(text, "no month in operation is over yet, so there is no mean");
        break;
    case FORECAST_UNSIGNED:
        text_append_string(text, "no signed estimate: worth 0 until it is signed");
        break;
    case FORECAST_NO_TASKS:
        text_append_string(text, "no tasks yet");
        break;
    }
}

/* What is foreseen, how sure that is, and the four percentages by name. */
static void put_message(struct json_writer *writer, const struct forecast *forecast, int32_t today)
{
    char as_of[CLOCK_DAY_TEXT];
    struct text text;

    text_init(&text, MESSAGE_MAX);
    clock_format_day(forecast->query.as_of, as_of);
    text_printf(&text,
                "%d, seen from %s: %" PRId64 " kr, in four cases of five between %" PRId64
                " and %" PRId64 "; ",
                (int)forecast->query.year, as_of, forecast->total.kroner, forecast->total.low,
                forecast->total.high);
    if (forecast->sum.is_defined) {
        text_printf(&text, "%" PRId64 " %% of the targets' %" PRId64 " kr: ",
                    forecast->total.percent.value, forecast->total.budget);
        forecast_add_percent(&text, "each department capped at its target", &forecast->capped);
        forecast_add_percent(&text, ", with half of every surplus", &forecast->with_pool);
        forecast_add_percent(&text, ", sum of the departments", &forecast->sum);
        forecast_add_percent(&text, ", with cross-department", &forecast->with_cross);
    } else {
        text_append_string(&text, "no percentages, for the targets of the year are not above 0");
    }
    if (forecast->total.saved != 0)
        text_printf(
            &text, "; %" PRId64 " kr are booked so far in the year, %" PRId64 " expected of it all",
            forecast->total.saved, forecast->total.kroner_to_date);
    say_caveats(&text, forecast, today);
    result_text(writer, "message", text_string(&text));
    text_release(&text);
}

static void put_forecast(struct command_call *call, const struct forecast *forecast, const char *by)
{
    struct json_writer *writer = call->result;
    bool is_by_robot = strcmp(by, "robot") == 0;

    json_begin_object(writer);
    put_message(writer, forecast, call_today(call));
    result_int(writer, "year", forecast->query.year);
    result_day(writer, "as_of", forecast->query.as_of);
    result_text(writer, "by", by);
    if (is_by_robot)
        put_robots(writer, "rows", forecast);
    put_departments(writer, is_by_robot ? "departments" : "rows", forecast);
    json_key(writer, "total");
    json_begin_object(writer);
    put_numbers(writer, &forecast->total, !is_by_robot);
    json_end_object(writer);
    put_robots(writer, "robots", forecast);
    json_key(writer, "percentages");
    json_begin_object(writer);
    forecast_put_percent(writer, "capped", &forecast->capped, 1);
    forecast_put_percent(writer, "with_pool", &forecast->with_pool, 1);
    forecast_put_percent(writer, "sum", &forecast->sum, 1);
    forecast_put_percent(writer, "with_cross", &forecast->with_cross, 1);
    json_end_object(writer);
    json_end_object(writer);
}

static int forecast_apply(struct command_call *call, struct fault *fault)
{
    struct forecast forecast = {.row_count = 0};
    struct forecast_query query;
    int32_t as_of = call_today(call);
    int result;

    (void)argument_day(call, "as-of", &as_of);
    if (argument_flag(call, "backtest"))
        return forecast_backtest(call, as_of, fault);
    query = forecast_query_of(
        (int32_t)argument_number(call, "year", clock_month_of_day(call_today(call)) / 12), as_of);
    result = forecast_read(call->store, &query, &forecast, fault);
    if (result < 0)
        return result;
    put_forecast(call, &forecast, argument_text(call, "by", "department"));
    forecast_release(&forecast);
    return 0;
}

static int forecast_check(const struct json *arguments, struct fault *fault)
{
    if (json_bool(json_member(arguments, "backtest")) &&
        (json_member(arguments, "year") != NULL || json_member(arguments, "by") != NULL))
        return fault_set(fault, -EINVAL,
                         "--backtest looks back from --as-of; leave out --year and --by");
    return 0;
}

static const struct argument arguments[] = {
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .value = "YEAR",
     .help = "of that year (the current one)",
     .least = 1900,
     .most = 2199},
    {.name = "as-of",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "seen from the end of that day (today)"},
    {.name = "by",
     .kind = ARGUMENT_CHOICE,
     .choices = "department|robot",
     .value = "WHAT",
     .help = "a row per department (usual) or robot"},
    {.name = "backtest",
     .kind = ARGUMENT_FLAG,
     .help = "instead: what the rule said at earlier month ends, and what came"},
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .value = "ROBOT",
     .help = "of that robot alone",
     .needs = "backtest"},
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "of that department alone, or tvaergaaende",
     .most = 63,
     .source = SOURCE_DEPARTMENT,
     .needs = "backtest"},
    ARGUMENTS_END,
};

/* Of departments, of robots, and of --backtest: a table leaves out those that are empty. */
static const struct column columns[] = {
    {.member = "id", .heading = "id"},
    {.member = "name", .heading = "name"},
    {.member = "months_after", .heading = "months", .is_right = true},
    {.member = "tasks_foreseen", .heading = "tasks", .is_right = true},
    {.member = "tasks_came", .heading = "came", .is_right = true},
    {.member = "months", .heading = "months", .is_right = true},
    {.member = "confidence", .heading = "sure"},
    {.member = "tasks_per_month", .heading = "tasks/month", .is_right = true},
    {.member = "budget", .heading = "target", .is_right = true},
    {.member = "kroner", .heading = "forecast", .is_right = true},
    {.member = "percent", .heading = "percent", .is_right = true, .null = "–"},
    {.member = "low", .heading = "low", .is_right = true},
    {.member = "high", .heading = "high", .is_right = true},
    {.member = "kroner_to_date", .heading = "expected", .is_right = true},
    {.member = "kroner_came", .heading = "came", .is_right = true},
    {.member = "error_percent", .heading = "error %", .is_right = true, .null = "–"},
    {.member = "held", .heading = "held"},
    COLUMNS_END,
};

const struct command command_forecast = {
    .name = "forecast",
    .summary = "what the robots in operation will save in a year, against the targets",
    .help =
        "forecast: mean tasks per month in operation x months in operation in the year x the\n"
        "signed estimate x the rate, all as of the day it is seen from. A month counts when the\n"
        "robot operated on a day of it, also with no tasks; the month of that day only when it is\n"
        "its last day. One-off robots, those that have ended by then and those without a signed\n"
        "estimate: 0. A known retirement ends the months at its date.\n"
        "Seen from a day that is past, it knows what was recorded since about the time until "
        "then:\n"
        "late tasks, signatures of estimates valid by then, and when robots operate.\n"
        "expected: what the months of the year that are over have saved (`automagi savings`), and\n"
        "the mean for the months left. Before the year it is the forecast, after it the savings.\n"
        "\n"
        "low, high: in four cases of five what comes will lie between them, if the robots go on\n"
        "as they have until now. Narrow when every month was alike, wide when months differ or\n"
        "when there are few of them. They know nothing of a change that has not been seen yet.\n"
        "sure: A from 6 months in operation, B from 3, C below.\n"
        "\n"
        "percent: forecast / target; - where the target is not above 0. The four percentages in "
        "the\n"
        "first line are of the sum of all targets: each department capped at its target; that and\n"
        "half of every surplus (the common pool's half); the plain sum of the departments; that\n"
        "and what belongs to no department (tvaergaaende). Rows add up to the total.\n"
        "\n"
        "--backtest: at the end of each earlier month, what the rule would have said of the "
        "months\n"
        "that followed (up to 12 that are over), and what came, both at the estimate, rate and\n"
        "shares of that day, so that only the counts are judged. error: too much (above 0) or too\n"
        "little, in percent of what came. held: it came within low and high. Month ends lie close\n"
        "together, so their errors are alike. Not with --year or --by.\n"
        "\n"
        "  automagi forecast --year 2027 --as-of 2026-06-30\n"
        "  automagi forecast --backtest --department ds",
    .kind = COMMAND_READS,
    .has_own_view = true,
    .arguments = arguments,
    .check = forecast_check,
    .columns = columns,
    .empty = "no robot has been in operation for long enough",
    .apply = forecast_apply,
};
