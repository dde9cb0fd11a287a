#include "core/command/explain_money_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/explain_rows.h"
#include "core/command/explain_rows_inner.h"
#include "core/command/nouns.h"
#include "scorecards/explain_money.h"

enum money_figure { MONEY_REALISED, MONEY_RELEASED, MONEY_GAINS };

struct answer {
    struct explain_table table;
    const struct explain_money *money;
    enum money_figure figure;
    int64_t shown; /* as `savings` has it */
    int128 exact;  /* sum of the parts */
};

static const char *formula_of(enum money_figure figure)
{
    switch (figure) {
    case MONEY_REALISED:
        return "realised = of what is saved, in order of booking month, as much as the "
               "department's "
               "budget of that year was cut by: first the cuts that name a robot, of what that "
               "robot saved, then the others, of what is left; never more than was cut or saved";
    case MONEY_RELEASED:
        return "released = saved - realised, and realised is only what a recorded cut of the "
               "department's budget of that year takes, in order of booking month";
    case MONEY_GAINS:
        return "gains = the entries of `gain` x the department given on them, or the robot's "
               "shares of their day; beside what is saved, and no part of it";
    }
    return "";
}

/* ---- rows ---- */

static void put_figure(struct answer *answer)
{
    const struct explain *explain = &answer->money->explain;
    struct explain_table *table = &answer->table;
    struct text *words = &table->words;

    explain_begin_row(table, "figure", explain->robot);
    explain_put_since(table->writer, explain->cells.from_day);
    result_int(table->writer, "kroner", answer->shown);
    explain_append_range(words, explain->cells.from_day, explain->cells.to_day);
    text_printf(words, ", %s, as `savings` shows it",
                explain->name[0] != '\0' ? explain->name : "the whole organisation");
    if (answer->figure != MONEY_GAINS)
        text_printf(words,
                    ": of %" PRId64 " kroner saved %" PRId64 " realised, %" PRId64 " released",
                    explain->kroner, explain->realised, explain->released);
    if (answer->figure != MONEY_GAINS && answer->money->reduction_count == 0)
        text_append_string(words, "; no budget was cut, so nothing is realised");
    explain_end_row(table);
}

static void put_reduction(struct answer *answer, const struct explain_reduction *reduction)
{
    struct explain_table *table = &answer->table;
    struct text *words = &table->words;
    const char *department = reduction->department != NULL ? reduction->department->slug : "?";
    char what[48];

    (void)snprintf(what, sizeof what, "reduction %" PRId64, reduction->id);
    explain_begin_row(table, what, reduction->robot);
    explain_put_since(table->writer, reduction->decided_day);
    result_text(table->writer, "department", department);
    result_int(table->writer, "year", reduction->year);
    result_int(table->writer, "cut", reduction->kroner);
    result_text(table->writer, "document", reduction->document);
    result_text(table->writer, "by", reduction->by_whom);
    text_printf(words, "budget %d of %s cut by %" PRId64 " kroner", (int)reduction->year,
                department, reduction->kroner);
    if (reduction->robot != NULL)
        text_printf(words, " because of %s", reduction->robot->slug);
    else
        text_append_string(words, ", no robot named");
    text_append_string(words, "; decided ");
    explain_append_day(words, reduction->decided_day);
    text_printf(words, ", %s, entered by %s", reduction->document, reduction->by_whom);
    explain_end_row(table);
}

static void put_month(struct answer *answer, const struct explain_month *month, size_t number)
{
    struct explain_table *table = &answer->table;
    struct text *words = &table->words;
    int128 released = month->kroner - month->realised;
    char what[32];

    (void)snprintf(what, sizeof what, "part %zu", number);
    explain_begin_row(table, what, month->robot);
    explain_put_since(table->writer, clock_first_day_of_month(month->booking));
    result_month(table->writer, "booked", month->booking);
    explain_put_kroner(table->writer, "kroner",
                       answer->figure == MONEY_REALISED ? month->realised : released);
    explain_put_kroner(table->writer, "saved", month->kroner);
    explain_put_kroner(table->writer, "realised", month->realised);
    explain_put_kroner(table->writer, "released", released);
    text_append_string(words, "booked in ");
    explain_append_month(words, month->booking);
    text_append_string(words, ": saved ");
    explain_append_kroner(words, month->kroner);
    text_append_string(words, ", realised ");
    explain_append_kroner(words, month->realised);
    text_append_string(words, ", released ");
    explain_append_kroner(words, released);
    explain_end_row(table);
}

void explain_put_gain(struct explain_table *table, const struct explain_gain *gain,
                      bool is_of_department)
{
    struct text *words = &table->words;
    int64_t millionths = gain->ore != 0
                             ? (int64_t)decimal_divide_half_up(
                                   gain->kroner, TASK_KRONER_SCALE / SHARE_WHOLE / 100 * gain->ore)
                             : 0;
    char what[32];

    (void)snprintf(what, sizeof what, "gain %" PRId64, gain->id);
    explain_begin_row(table, what, gain->robot);
    explain_put_since(table->writer, gain->day);
    explain_put_kroner(table->writer, "kroner", gain->kroner);
    result_decimal(table->writer, "whole", gain->ore, ORE_DIGITS);
    result_decimal(table->writer, "share", millionths, SHARE_DIGITS);
    result_month(table->writer, "booked", gain->booking);
    result_text(table->writer, "document", gain->document);
    result_text(table->writer, "by", gain->by_whom);
    text_append_string(words, "gained ");
    explain_append_day(words, gain->day);
    text_printf(words, ": %s: ", gain->what);
    explain_append_decimal(words, gain->ore, ORE_DIGITS);
    text_append_string(words, " kroner");
    if (is_of_department) {
        text_append_string(words, " x ");
        explain_append_percent(words, millionths);
    }
    if (gain->department != NULL)
        text_printf(words, ", the gain of %s", gain->department->slug);
    else
        text_append_string(words, ", by the robot's shares of the day");
    text_printf(words, "; %s, entered by %s", gain->document, gain->by_whom);
    if (gain->booking != clock_month_of_day(gain->day)) {
        text_append_string(words, "; late, booked in ");
        explain_append_month(words, gain->booking);
    }
    explain_end_row(table);
}

void explain_put_rounding(struct explain_table *table, int64_t shown, int128 exact)
{
    int128 difference = shown * TASK_KRONER_SCALE - exact;

    if (difference == 0)
        return;
    explain_begin_row(table, "rounding", NULL);
    explain_put_kroner(table->writer, "kroner", difference);
    text_append_string(&table->words,
                       "to whole kroner, once, and so that the table adds up to its total");
    explain_end_row(table);
}

static void put_rows(struct answer *answer)
{
    const struct explain_money *money = answer->money;
    size_t i;

    put_figure(answer);
    for (i = 0; i < money->reduction_count && answer->figure != MONEY_GAINS; i++)
        put_reduction(answer, &money->reductions[i]);
    for (i = 0; i < money->month_count && answer->figure != MONEY_GAINS; i++)
        put_month(answer, &money->months[i], i + 1);
    for (i = 0; i < money->gain_count && answer->figure == MONEY_GAINS; i++)
        explain_put_gain(&answer->table, &money->gains[i], money->explain.is_of_department);
    explain_put_rounding(&answer->table, answer->shown, answer->exact);
}

/* ---- all of it ---- */

static void put_answer(struct answer *answer)
{
    struct json_writer *writer = answer->table.writer;
    const struct explain *explain = &answer->money->explain;
    const char *figure = argument_text(answer->table.call, "figure", "");
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];

    clock_format_day(explain->cells.from_day, from);
    clock_format_day(explain->cells.to_day, to);
    json_begin_object(writer);
    result_text(writer, "figure", figure);
    result_day(writer, "from", explain->cells.from_day);
    result_day(writer, "to", explain->cells.to_day);
    result_text(writer, "department", explain->query.department);
    result_text(writer, "robot", explain->query.robot);
    result_message(writer, "%" PRId64 " kroner %s%s%s, booked %s to %s: %s; the rows add up to it",
                   answer->shown, figure, explain->name[0] != '\0' ? " of " : "", explain->name,
                   from, to, formula_of(answer->figure));
    json_key(writer, "rows");
    json_begin_array(writer);
    put_rows(answer);
    json_end_array(writer);
    json_key(writer, "check");
    json_begin_object(writer);
    explain_put_kroner(writer, "sum_of_parts", answer->exact);
    result_int(writer, "figure", answer->shown);
    json_end_object(writer);
    json_end_object(writer);
}

/* Which of them it is, and what it comes to. */
static void find_figure(struct answer *answer)
{
    const struct explain_money *money = answer->money;
    const char *figure = argument_text(answer->table.call, "figure", "");

    if (strcmp(figure, "gains") == 0) {
        answer->figure = MONEY_GAINS;
        answer->shown = money->explain.gains;
        answer->exact = money->gained;
    } else if (strcmp(figure, "released") == 0) {
        answer->figure = MONEY_RELEASED;
        answer->shown = money->explain.released;
        answer->exact = money->saved - money->realised;
    } else {
        answer->figure = MONEY_REALISED;
        answer->shown = money->explain.realised;
        answer->exact = money->realised;
    }
}

int explain_money_answer(struct command_call *call, const struct explain_query *query,
                         struct fault *fault)
{
    struct explain_money money = {.month_count = 0};
    struct answer answer = {
        .table = {.call = call, .writer = call->result, .fault = fault},
        .money = &money,
    };
    int result = explain_money_read(call->store, query, &money, fault);

    if (result < 0)
        return result;
    text_init(&answer.table.words, WORDS_MAX);
    find_figure(&answer);
    put_answer(&answer);
    if (answer.table.words.broken < 0)
        result = fault_broken(fault, answer.table.words.broken, "the explanation is too long");
    text_release(&answer.table.words);
    explain_money_release(&money);
    return result;
}
