/* savings: what the robots have saved. The form of the answer is design.md's, §6. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "scorecards/savings.h"

static void put_numbers(struct json_writer *writer, const struct savings_row *row)
{
    result_int(writer, "tasks", row->tasks);
    result_int(writer, "uncounted_tasks", row->uncounted_tasks);
    result_decimal(writer, "minutes", row->minutes, TASK_MINUTE_DIGITS);
    result_int(writer, "kroner", row->kroner);
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
        put_numbers(writer, &savings->rows[i]);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_key(writer, "total");
    json_begin_object(writer);
    put_numbers(writer, &savings->total);
    json_end_object(writer);
    json_end_object(writer);
}

static enum savings_by grouping(const char *by)
{
    if (strcmp(by, "robot") == 0)
        return SAVINGS_BY_ROBOT;
    return strcmp(by, "month") == 0 ? SAVINGS_BY_MONTH : SAVINGS_BY_DEPARTMENT;
}

static int savings_apply(struct command_call *call, struct fault *fault)
{
    const char *by = argument_text(call, "by", "department");
    struct savings savings = {0};
    int32_t from = INT32_MIN;
    int32_t to = INT32_MAX;
    int result;

    (void)argument_day(call, "from", &from);
    (void)argument_day(call, "to", &to);
    result = savings_read(call->store, from, to, grouping(by), &savings, fault);
    if (result < 0)
        return result;
    put_savings(call->result, &savings, by);
    savings_release(&savings);
    return 0;
}

static const struct argument arguments[] = {
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "from that day on (the first task)"},
    {.name = "to",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "up to and with that day (today)"},
    {.name = "by",
     .kind = ARGUMENT_CHOICE,
     .choices = "department|robot|month",
     .value = "WHAT",
     .help = "a row per department (usual), robot or month"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id"},
    {.member = "name", .heading = "name"},
    {.member = "tasks", .heading = "tasks", .is_right = true},
    {.member = "uncounted_tasks", .heading = "uncounted", .is_right = true},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    COLUMNS_END,
};

const struct command command_savings = {
    .name = "savings",
    .summary = "tasks, minutes and kroner saved, by department, robot or month",
    .help = "minutes = tasks x the signed estimate of the day, exact; hours are minutes / 60.\n"
            "kroner = minutes x the rate of the day / 60. Uncounted: without a signed estimate.\n"
            "\n"
            "Every table adds up to its total, to the krone: the total is rounded once, and the\n"
            "rows so that they give it. Each grouping is rounded for itself, so a month's row and\n"
            "the robots' rows of that month need not be the same krone. What belongs to no single\n"
            "department is in the row tvaergaaende. `automagi task list` shows the tasks behind a\n"
            "row, with the same --from, --to and --department or --robot.",
    .kind = COMMAND_READS,
    .has_own_view = true,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing in this range",
    .apply = savings_apply,
};
