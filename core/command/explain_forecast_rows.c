#include "core/command/explain_forecast_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/explain_rows.h"
#include "core/command/explain_rows_inner.h"
#include "core/command/forecast_shown.h"
#include "core/command/nouns.h"
#include "core/store/budget.h"
#include "scorecards/explain_forecast.h"

struct answer {
    struct explain_table table;
    const struct explain_forecast *explain;
    int64_t department_id; /* 0: none, or Tværgående, which has no target */
    bool has_target;       /* it was told */
};

/* ---- a robot's part ---- */

/* Has it an estimate, and months, though its tasks may be none? */
static bool is_valued(const struct explain_outlook *outlook)
{
    return outlook->why == FORECAST_BRINGS || outlook->why == FORECAST_NO_TASKS;
}

static void say_part(struct answer *answer, const struct explain_outlook *outlook)
{
    struct text *words = &answer->table.words;

    text_printf(words, "%" PRId64 " tasks in %d months of operation (%c)", outlook->tasks,
                (int)outlook->months, forecast_confidence(outlook->months));
    if (outlook->robot->operation_count > 0) {
        text_append_string(words, ", the first from ");
        explain_append_day(words, outlook->robot->operations[0].from_day);
    }
    if (!is_valued(outlook)) {
        text_append_string(words, "; ");
        forecast_add_why(words, outlook->why, outlook->why_day);
        return;
    }
    text_append_string(words, " = ");
    explain_append_decimal(
        words, decimal_divide_half_up((int128)outlook->tasks * 100, outlook->months), 2);
    text_printf(words, " a month x %d months of %d x ", (int)outlook->months_in_year,
                (int)answer->explain->query.year);
    explain_append_decimal(words, outlook->value.hundredths, MINUTE_DIGITS);
    text_append_string(words, " min");
    if (answer->explain->is_of_department && outlook->tasks != 0) {
        text_append_string(words, " x ");
        explain_append_percent(words,
                               (int64_t)decimal_divide_half_up(outlook->parts, outlook->tasks));
    }
    text_append_string(words, " x ");
    explain_append_decimal(words, outlook->value.ore_per_hour, ORE_DIGITS);
    text_append_string(words, " kr/hour");
}

static void put_part_members(struct json_writer *writer, const struct explain_outlook *outlook)
{
    result_int(writer, "months", outlook->months);
    result_int(writer, "tasks_so_far", outlook->tasks);
    if (outlook->months > 0)
        result_decimal(writer, "tasks_per_month",
                       decimal_divide_half_up((int128)outlook->tasks * 100, outlook->months), 2);
    result_int(writer, "months_in_year", outlook->months_in_year);
    if (outlook->tasks != 0)
        result_decimal(writer, "share", decimal_divide_half_up(outlook->parts, outlook->tasks),
                       SHARE_DIGITS);
    result_decimal(writer, "rate_per_hour", outlook->value.ore_per_hour, ORE_DIGITS);
}

static int put_part(struct answer *answer, const struct explain_outlook *outlook, size_t number)
{
    struct explain_table *table = &answer->table;
    struct json_writer *writer = table->writer;
    struct explain_part basis = {.kind = EXPLAIN_DONE,
                                 .robot = outlook->robot,
                                 .estimate = outlook->value.estimate,
                                 .rate = outlook->rate};
    char what[32];

    (void)snprintf(what, sizeof what, "part %zu", number);
    explain_begin_row(table, what, outlook->robot);
    result_int(writer, "part", (int64_t)number);
    if (outlook->robot->operation_count > 0)
        explain_put_since(writer, outlook->robot->operations[0].from_day);
    result_decimal(writer, "tasks", outlook->parts, SHARE_DIGITS);
    result_decimal(writer, "minutes", outlook->minutes, EXPLAIN_FORECAST_DIGITS);
    result_decimal(writer, "kroner", outlook->kroner, EXPLAIN_FORECAST_DIGITS);
    put_part_members(writer, outlook);
    say_part(answer, outlook);
    explain_end_row(table);
    return is_valued(outlook) ? explain_put_basis(table, &basis, table->fault) : 0;
}

/* ---- the figure, its rounding, and its target ---- */

static void put_figure(struct answer *answer)
{
    struct explain_table *table = &answer->table;

    explain_begin_row(table, "figure", NULL);
    result_int(table->writer, "kroner", answer->explain->kroner);
    text_printf(&table->words, "forecast of %d for %s, as `forecast` shows it",
                (int)answer->explain->query.year,
                answer->explain->name[0] != '\0' ? answer->explain->name
                                                 : "the whole organisation");
    explain_end_row(table);
}

static void put_rounding(struct answer *answer)
{
    struct explain_table *table = &answer->table;
    int128 difference = (int128)answer->explain->kroner * EXPLAIN_PARTS - answer->explain->exact;

    if (difference == 0)
        return;
    explain_begin_row(table, "rounding", NULL);
    result_decimal(table->writer, "kroner", difference, EXPLAIN_FORECAST_DIGITS);
    text_append_string(&table->words,
                       "to whole kroner, once, and so that the table adds up to its total");
    explain_end_row(table);
}

static int take_target(const struct budget_version *version, void *context)
{
    struct answer *answer = context;
    const struct explain_forecast *explain = answer->explain;
    struct explain_table *table = &answer->table;

    /* before the first version of a year that one holds too */
    if (version->department_id != answer->department_id || version->year != explain->query.year ||
        (version->from_day > explain->query.budget_day && answer->has_target))
        return 0;
    answer->has_target = true;
    explain_begin_row(table, "target", NULL);
    explain_put_since(table->writer, version->from_day);
    result_int(table->writer, "kroner", version->kroner);
    text_printf(&table->words, "target of %d, set by %s on ", (int)version->year, version->set_by);
    explain_append_day(&table->words, clock_local_day(version->set_ms));
    text_append_string(&table->words, ", valid from ");
    explain_append_day(&table->words, version->from_day);
    explain_append_reason(&table->words, version->reason);
    explain_end_row(table);
    return 0;
}

static int put_targets(struct answer *answer)
{
    struct explain_table *table = &answer->table;
    const struct explain_forecast *explain = answer->explain;
    int result;

    if (explain->is_of_robot)
        return 0;
    result = budget_version_each(table->call->store, take_target, answer, table->fault);
    explain_begin_row(table, "percent", NULL);
    if (explain->percent.is_defined)
        text_printf(&table->words,
                    "%" PRId64 " %% = %" PRId64 " / %" PRId64
                    ", from exact kroner, rounded half up",
                    explain->percent.value, explain->kroner, explain->budget);
    else
        text_printf(&table->words, "none: the target is %" PRId64 " kroner, not above 0",
                    explain->budget);
    explain_end_row(table);
    return result;
}

static int put_rows(struct answer *answer)
{
    size_t i;
    int result = 0;

    put_figure(answer);
    for (i = 0; i < answer->explain->count && result == 0; i++)
        result = put_part(answer, &answer->explain->outlooks[i], i + 1);
    put_rounding(answer);
    return result == 0 ? put_targets(answer) : result;
}

/* ---- all of it ---- */

static void put_message(struct command_call *call, const struct explain_forecast *explain,
                        bool is_percent)
{
    char as_of[CLOCK_DAY_TEXT];
    char percent[32] = "no percentage";

    clock_format_day(explain->query.as_of, as_of);
    if (explain->percent.is_defined)
        (void)snprintf(percent, sizeof percent, "%" PRId64 " %%", explain->percent.value);
    if (is_percent)
        result_message(call->result,
                       "%s of the target%s%s, %d seen from %s: percent = forecast / target of the "
                       "year; forecast = sum of the robots' tasks per month in operation x months "
                       "in operation in the year x signed minutes x share x rate / 60",
                       percent, explain->name[0] != '\0' ? " of " : "", explain->name,
                       (int)explain->query.year, as_of);
    else
        result_message(call->result,
                       "%" PRId64 " kroner%s%s, %d seen from %s: forecast = sum of the robots' "
                       "tasks per month in operation x months in operation in the year x signed "
                       "minutes per task x share x rate per hour / 60, exact, rounded once",
                       explain->kroner, explain->name[0] != '\0' ? " of " : "", explain->name,
                       (int)explain->query.year, as_of);
}

static int put_answer(struct command_call *call, const struct explain_forecast *explain,
                      bool is_percent, struct fault *fault)
{
    struct explain nothing = {.query = {.figure = EXPLAIN_KRONER}};
    struct answer answer = {
        .table = {.call = call, .writer = call->result, .explain = &nothing, .fault = fault},
        .explain = explain};
    struct json_writer *writer = call->result;
    int result;

    if (explain->is_of_department)
        answer.department_id = explain_forecast_department(explain);
    text_init(&answer.table.words, WORDS_MAX);
    json_begin_object(writer);
    result_text(writer, "figure", is_percent ? "percent" : "forecast");
    result_int(writer, "year", explain->query.year);
    result_day(writer, "as_of", explain->query.as_of);
    result_text(writer, "department", argument_text(call, "department", NULL));
    result_text(writer, "robot", argument_text(call, "robot", NULL));
    put_message(call, explain, is_percent);
    json_key(writer, "rows");
    json_begin_array(writer);
    result = put_rows(&answer);
    json_end_array(writer);
    json_key(writer, "check");
    json_begin_object(writer);
    result_decimal(writer, "sum_of_parts", explain->exact, EXPLAIN_FORECAST_DIGITS);
    result_int(writer, "figure", explain->kroner);
    json_end_object(writer);
    json_end_object(writer);
    if (result == 0 && answer.table.words.broken < 0)
        result = fault_broken(fault, answer.table.words.broken, "the explanation is too long");
    text_release(&answer.table.words);
    return result;
}

int explain_forecast_answer(struct command_call *call, bool is_percent, struct fault *fault)
{
    struct explain_forecast explain = {.count = 0};
    struct forecast_query query;
    int32_t as_of = call_today(call);
    int result;

    (void)argument_day(call, "as-of", &as_of);
    query = forecast_query_of(
        (int32_t)argument_number(call, "year", clock_month_of_day(call_today(call)) / 12), as_of);
    result = explain_forecast_read(call->store, &query, argument_text(call, "department", NULL),
                                   argument_text(call, "robot", NULL), &explain, fault);
    if (result == 0)
        result = put_answer(call, &explain, is_percent, fault);
    explain_forecast_release(&explain);
    return result;
}
