/*
 * explain: a figure of `savings` opened down to its tasks. The answer:
 *   "figure","from","to","department","robot"   what was asked
 *   "message"  the figure and its formula in words
 *   "rows"     what makes it: see explain_rows.h
 *   "check"    {"sum_of_parts","sum_of_tasks","exact","figure"}: the three sums, each made another way;
 *              they are one number, else the command fails. sum_of_tasks null: too many to be
 *              read one by one unless --recount says so
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/explain_forecast_rows.h"
#include "core/command/explain_money_rows.h"
#include "core/command/explain_net_rows.h"
#include "core/command/explain_rows.h"
#include "core/command/nouns.h"
#include "scorecards/explain.h"
#include "scorecards/savings.h"

enum { TASKS_USUAL = 20, READ_MOST = 300000, ENOUGH = 1 };

static enum explain_figure figure_of(const char *word)
{
    static const struct {
        const char *word;
        enum explain_figure figure;
    } figures[] = {{"minutes", EXPLAIN_MINUTES},
                   {"tasks", EXPLAIN_TASKS},
                   {"uncounted", EXPLAIN_UNCOUNTED},
                   {"helped", EXPLAIN_HELPED},
                   {"disputed", EXPLAIN_DISPUTED}};
    size_t i;

    for (i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if (strcmp(word, figures[i].word) == 0)
            return figures[i].figure;
    return EXPLAIN_KRONER;
}

static const char *formula_of(enum explain_figure figure)
{
    switch (figure) {
    case EXPLAIN_KRONER:
        return "kroner = tasks x signed minutes per task x share x rate per hour / 60, exact, and "
               "rounded once, at the end";
    case EXPLAIN_MINUTES:
        return "minutes = tasks x signed minutes per task x share, exact";
    case EXPLAIN_TASKS:
        return "tasks = those done and counted x share, rounded once, at the end";
    case EXPLAIN_UNCOUNTED:
        return "uncounted = tasks done without a signed estimate of their day x share: worth 0 "
               "until it is signed";
    case EXPLAIN_HELPED:
        return "helped = references that ended with a person x share; each is worth the signed "
               "estimate of the kind handover, and 0 minutes without one";
    case EXPLAIN_DISPUTED:
        return "disputed = the kroner under estimates that somebody contests and nobody has "
               "answered; they stand until then, rounded once, at the end";
    }
    return "";
}

/* ---- the range ---- */

static bool is_forecast(const char *figure)
{
    return strcmp(figure, "forecast") == 0 || strcmp(figure, "percent") == 0;
}

static bool is_money(const char *figure)
{
    return strcmp(figure, "realised") == 0 || strcmp(figure, "released") == 0 ||
           strcmp(figure, "gains") == 0;
}

static int check_range(const struct json *arguments, struct fault *fault)
{
    const char *figure = json_string(json_member(arguments, "figure"));
    const char *month = json_string(json_member(arguments, "month"));
    bool is_dated = month != NULL || json_member(arguments, "from") != NULL ||
                    json_member(arguments, "to") != NULL;

    if (range_check(arguments, fault) < 0)
        return -EINVAL;
    if (figure != NULL && is_forecast(figure) && is_dated)
        return fault_set(fault, -EINVAL, "a forecast is of a --year, seen --as-of a day");
    if (figure != NULL && strcmp(figure, "net") == 0 && json_member(arguments, "robot") != NULL &&
        json_member(arguments, "department") != NULL)
        return fault_set(fault, -EINVAL, "net is of a --robot or of a --department, not of both");
    if (figure != NULL && !is_forecast(figure) && json_member(arguments, "as-of") != NULL)
        return fault_set(fault, -EINVAL, "--as-of is of forecast and percent alone");
    return 0;
}

/* ---- the answer ---- */

struct answer {
    struct command_call *call;
    struct explain explain;
    int64_t most, shown, read;
    bool has_more, may_read_all;
};

static int put_entry(const struct explain_entry *entry, void *context)
{
    struct answer *answer = context;

    answer->read++;
    if (answer->shown < answer->most) {
        answer->shown++;
        explain_rows_entry(answer->call->result, &answer->explain, entry);
        return 0;
    }
    answer->has_more = true;
    return answer->may_read_all ? 0 : ENOUGH;
}

/* Those of the figure: beside tasks, what is uncounted is none of them. */
static int64_t count_entries(const struct explain *explain)
{
    int64_t count = 0;
    size_t i;

    for (i = 0; i < explain->part_count; i++)
        if (explain_is_of_figure(explain->query.figure, &explain->parts[i]))
            count +=
                explain->parts[i].count < 0 ? -explain->parts[i].count : explain->parts[i].count;
    return count;
}

static void put_sum(struct json_writer *writer, const char *name, const struct explain *explain,
                    const struct saved_amount *sum)
{
    enum explain_figure figure = explain->query.figure;

    result_decimal(
        writer, name,
        decimal_divide_half_up(explain_exact(figure, sum) * EXPLAIN_PARTS, explain_scale(figure)),
        EXPLAIN_DIGITS);
}

static void put_check(const struct answer *answer, bool is_recounted,
                      const struct saved_amount *of_tasks)
{
    struct json_writer *writer = answer->call->result;
    const struct explain *explain = &answer->explain;

    json_key(writer, "check");
    json_begin_object(writer);
    put_sum(writer, "sum_of_parts", explain, &explain->of_parts);
    if (is_recounted)
        put_sum(writer, "sum_of_tasks", explain, of_tasks);
    else
        result_text(writer, "sum_of_tasks", NULL);
    put_sum(writer, "exact", explain, &explain->of_cells);
    if (explain->query.figure == EXPLAIN_MINUTES)
        result_decimal(writer, "figure", explain_shown(explain), TASK_MINUTE_DIGITS);
    else
        result_int(writer, "figure", (int64_t)explain_shown(explain));
    json_end_object(writer);
}

static void put_message(const struct answer *answer, bool is_recounted)
{
    const struct explain *explain = &answer->explain;
    char figure[DECIMAL_TEXT_MAX];
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];
    char check[160] = "the tasks one by one add up to it";

    if (!is_recounted)
        (void)snprintf(check, sizeof check,
                       "more than %d tasks would be read to add them up one by one: --recount does",
                       READ_MOST);
    clock_format_day(explain->cells.from_day, from);
    clock_format_day(explain->cells.to_day, to);
    decimal_format(explain_shown(explain),
                   explain->query.figure == EXPLAIN_MINUTES ? TASK_MINUTE_DIGITS : 0, figure,
                   sizeof figure);
    result_message(answer->call->result, "%s %s%s%s, booked %s to %s: %s; %s", figure,
                   argument_text(answer->call, "figure", ""),
                   explain->name[0] != '\0' ? " of " : "", explain->name, from, to,
                   formula_of(explain->query.figure), check);
}

static int put_answer(struct answer *answer, struct fault *fault)
{
    struct json_writer *writer = answer->call->result;
    const struct explain *explain = &answer->explain;
    struct saved_amount of_tasks = {0};
    int result;

    json_begin_object(writer);
    result_text(writer, "figure", argument_text(answer->call, "figure", ""));
    result_day(writer, "from", explain->cells.from_day);
    result_day(writer, "to", explain->cells.to_day);
    result_text(writer, "department", explain->query.department);
    result_text(writer, "robot", explain->query.robot);
    json_key(writer, "rows");
    json_begin_array(writer);
    result = explain_rows_parts(answer->call, explain, fault);
    if (result == 0)
        result =
            explain_each_entry(answer->call->store, explain, put_entry, answer, &of_tasks, fault);
    if (result >= 0 && answer->has_more)
        explain_rows_rest(writer, count_entries(explain) - answer->shown,
                          answer->most < LIMIT_MOST);
    json_end_array(writer);
    if (result < 0)
        return result;
    put_check(answer, result == 0, &of_tasks);
    put_message(answer, result == 0);
    json_end_object(writer);
    return 0;
}

static int explain_apply(struct command_call *call, struct fault *fault)
{
    struct explain_query query = {.figure = figure_of(argument_text(call, "figure", "")),
                                  .department = argument_text(call, "department", NULL),
                                  .robot = argument_text(call, "robot", NULL)};
    struct answer answer = {.call = call, .most = argument_number(call, "tasks", TASKS_USUAL)};
    const char *figure = argument_text(call, "figure", "");
    int result;

    if (is_forecast(figure))
        return explain_forecast_answer(call, strcmp(figure, "percent") == 0, fault);
    if (answer.most == 0)
        answer.most = LIMIT_MOST;
    call_range(call, &query.from_day, &query.to_day);
    if (strcmp(figure, "net") == 0)
        return explain_net_answer(call, &query, fault);
    if (is_money(figure))
        return explain_money_answer(call, &query, fault);
    result = explain_read(call->store, &query, &answer.explain, fault);
    if (result < 0)
        return result;
    answer.may_read_all =
        argument_flag(call, "recount") || explain_cost(&answer.explain) <= READ_MOST;
    result = put_answer(&answer, fault);
    explain_release(&answer.explain);
    return result;
}

static const struct argument arguments[] = {
    {.name = "figure",
     .kind = ARGUMENT_CHOICE,
     .is_positional = true,
     .is_required = true,
     .choices = "kroner|minutes|tasks|uncounted|helped|disputed|realised|released|gains|net|"
                "forecast|percent",
     .value = "FIGURE",
     .help = "a column of `savings`, `net` or `forecast`"},
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "the row of this department, or of tvaergaaende (the total)",
     .source = SOURCE_DEPARTMENT},
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "the row of this robot"},
    RANGE_ARGUMENTS("of that year (a forecast: the current one)"),
    {.name = "as-of",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "a forecast seen from the end of that day (today)"},
    {.name = "tasks",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "list at most so many tasks (20); 0: all, up to 100000",
     .least = 0,
     .most = LIMIT_MOST},
    {.name = "recount",
     .kind = ARGUMENT_FLAG,
     .help = "add the tasks up one by one also when they are more than 300000"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "what", .heading = "what"},
    {.member = "robot", .heading = "robot"},
    {.member = "since", .heading = "date"},
    {.member = "tasks", .heading = "tasks", .is_right = true},
    {.member = "uncounted", .heading = "uncounted", .is_right = true},
    {.member = "helped", .heading = "helped", .is_right = true},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "words", .heading = "why", .wraps = true},
    COLUMNS_END,
};

const struct command command_explain = {
    .name = "explain",
    .summary = "a figure opened: estimate, signature, rate, share, and the tasks it is made of",
    .help =
        "Each part is a run of tasks that are valued alike; below it stand the estimate (who set\n"
        "it, who signed it, whether somebody contests it), the rate and the shares it rests on.\n"
        "Tasks taken back, tasks booked late and what was booked for closed months are parts of\n"
        "their own. The parts and the rounding add up to the figure, and so do the tasks: both\n"
        "are held against what `savings` shows, and a difference is an error.\n"
        "\n"
        "Days are those of booking, as in `savings`: a task that came after its month was closed\n"
        "counts on the last day of the month it was booked in. A department's task counts by its\n"
        "share. Kroner of parts and tasks are shown to four decimals; sums are exact.\n"
        "The words of a row say which day its date is: first task, valid from, signed, completed.\n"
        "\n"
        "A forecast has a part for each robot: its mean a month, the months of the year, and what\n"
        "it rests on. percent adds the target, with who set it.\n"
        "\n"
        "realised and released: the budget cuts that count, and of each robot and booking month\n"
        "what was saved and how much of it they take, in that order; those without a cut are\n"
        "released. gains: each entry with its document and share. disputed: the parts under\n"
        "estimates that somebody contests, and beside them, not counted, what they would be at\n"
        "the minutes they hold right. helped: what was handed over to a person, with the estimate\n"
        "of that kind, or 0 minutes without one. net: each cost, what was saved, each gain, and\n"
        "when it has paid for itself; of a robot, of a department as `net --by department`, or "
        "all.\n"
        "\n"
        "  automagi explain kroner --department bae --month 2025-09\n"
        "  automagi explain percent --department bae --year 2026\n"
        "  automagi explain realised --department bae --year 2025\n"
        "  automagi explain net --robot mona-mangelliste\n"
        "  automagi explain minutes --robot mona-mangelliste --year 2025 --tasks 0",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .apply = explain_apply,
    .check = check_range,
};
