/* savings: what the robots have saved. The form of the answer is design.md's, §6. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "scorecards/savings.h"

enum { NAME_SHOWN = 32 }; /* characters of it in a table */

static void put_numbers(struct json_writer *writer, const struct savings *savings,
                        const struct savings_row *row)
{
    result_int(writer, "tasks", row->tasks);
    result_int(writer, "uncounted_tasks", row->uncounted_tasks);
    result_decimal(writer, "minutes", row->minutes, savings->minute_digits);
    result_int(writer, "kroner", row->kroner);
    result_int(writer, "helped_tasks", row->helped_tasks);
    result_int(writer, "disputed", row->disputed);
    result_int(writer, "released", row->released);
    result_int(writer, "realised", row->realised);
    result_int(writer, "gains", row->gains);
}

static void put_savings(struct json_writer *writer, const struct savings *savings, const char *by)
{
    size_t i;

    json_begin_object(writer);
    result_day(writer, "from", savings->from_day);
    result_day(writer, "to", savings->to_day);
    result_text(writer, "by", by);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < savings->row_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", savings->rows[i].id);
        result_text(writer, "name", savings->rows[i].name);
        put_numbers(writer, savings, &savings->rows[i]);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_key(writer, "total");
    json_begin_object(writer);
    put_numbers(writer, savings, &savings->total);
    json_end_object(writer);
    json_end_object(writer);
}

static enum savings_by grouping(const char *by)
{
    static const struct {
        const char *word;
        enum savings_by by;
    } words[] = {
        {"department", SAVINGS_BY_DEPARTMENT},
        {"area", SAVINGS_BY_AREA},
        {"robot", SAVINGS_BY_ROBOT},
        {"plugin", SAVINGS_BY_PLUGIN},
        {"month", SAVINGS_BY_MONTH},
        {"quarter", SAVINGS_BY_QUARTER},
        {"year", SAVINGS_BY_YEAR},
    };
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(by, words[i].word) == 0)
            return words[i].by;
    return SAVINGS_BY_DEPARTMENT;
}

static int savings_apply(struct command_call *call, struct fault *fault)
{
    const char *by = argument_text(call, "by", "department");
    struct savings_query query = {
        .by = grouping(by),
        .by_completion = argument_flag(call, "by-completion"),
        .is_spread = argument_flag(call, "spread"),
        .robot = argument_text(call, "robot", NULL),
        .department = argument_text(call, "department", NULL),
    };
    struct savings savings = {0};
    int result;

    call_range(call, &query.from_day, &query.to_day);
    result = savings_read(call->store, &query, &savings, fault);
    if (result < 0)
        return result;
    put_savings(call->result, &savings, by);
    savings_release(&savings);
    return 0;
}

static const struct argument arguments[] = {
    RANGE_ARGUMENTS("of that year"),
    {.name = "by",
     .kind = ARGUMENT_CHOICE,
     .choices = "department|area|robot|plugin|month|quarter|year",
     .value = "WHAT",
     .help = "a row per department (usual), area, robot, plugin, month, quarter or year"},
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "only this robot's"},
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "only this department's, or tvaergaaende's",
     .source = SOURCE_DEPARTMENT},
    {.name = "by-completion",
     .kind = ARGUMENT_FLAG,
     .help = "by the month in which tasks were completed, not that in which they are booked"},
    {.name = "spread",
     .kind = ARGUMENT_FLAG,
     .help = "divide what is tvaergaaende's among departments by the distribution keys"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id"},
    {.member = "name", .heading = "name", .most = NAME_SHOWN},
    {.member = "tasks", .heading = "tasks", .is_right = true},
    {.member = "uncounted_tasks", .heading = "uncounted", .is_right = true},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "realised", .heading = "realised", .is_right = true, .drops_zero = true},
    {.member = "disputed", .heading = "disputed", .is_right = true, .drops_zero = true},
    {.member = "helped_tasks", .heading = "helped", .is_right = true, .drops_zero = true},
    {.member = "gains", .heading = "gains", .is_right = true, .drops_zero = true},
    COLUMNS_END,
};

const struct command command_savings = {
    .name = "savings",
    .summary = "tasks, minutes and kroner saved, by department, robot, month and more",
    .help =
        "minutes = tasks x the signed estimate of the day of completion + helped x the signed\n"
        "estimate of the kind handover (0 where nobody signed one), exact. Hours are\n"
        "minutes / 60.\n"
        "kroner = minutes x the rate of the day of completion / 60.\n"
        "uncounted: tasks without a signed estimate, worth 0 until somebody signs one. helped:\n"
        "references that ended with a person. disputed: of the kroner, what lies under an\n"
        "estimate that somebody contests. gains: documented direct gains, never a part of kroner.\n"
        "\n"
        "realised: of the kroner, what a recorded budget reduction covers (`automagi budget\n"
        "realise`); released = kroner - realised. Per department and budget year realised is at\n"
        "most what was cut and at most what was saved, in order of booking month; first for cuts\n"
        "that name a robot, of its kroner, then for the others, of what is left. Tværgående has\n"
        "no budget, so it is always released.\n"
        "\n"
        "A table leaves out realised, disputed, helped and gains when they are 0 in every row;\n"
        "--format json has them always, and released.\n"
        "\n"
        "A robot's tasks go to its departments by the shares of the day; what these leave, and\n"
        "what belongs to no single department, is in the row tvaergaaende. A department given\n"
        "on a task has it whole.\n"
        "\n"
        "Every table adds up to its total, to the krone: the total is rounded half up from the\n"
        "exact sum; rows are rounded down, and the kroner then missing go one each to the largest\n"
        "fractions, ties to the earlier row. Each grouping is rounded for itself, so a month's\n"
        "row and the robots' rows of that month need not be the same krone; the totals are.\n"
        "\n"
        "A task that came after its month was closed counts in the month it was booked in, on its\n"
        "last day; --by-completion counts it on its own day. --spread divides tvaergaaende by the\n"
        "distribution keys valid on the last day of the month of completion; no total changes.\n"
        "By area: as the departments stand on the last day; uden-omraade has those of none. With\n"
        "--robot or --department only rows that something falls into are shown.\n"
        "\n"
        "`automagi explain kroner` opens a row down to its tasks, with the same days and\n"
        "--department or --robot, also where tasks were booked late or taken back; `automagi\n"
        "changes` says why it is not last month's.\n"
        "\n"
        "  automagi savings --from 2025-04-01 --to 2025-12-31\n"
        "  automagi savings --month 2025-09 --by robot\n"
        "  automagi savings --year 2025 --by month --department bae",
    .kind = COMMAND_READS,
    .has_own_view = true,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing in this range",
    .apply = savings_apply,
    .check = range_check,
};
