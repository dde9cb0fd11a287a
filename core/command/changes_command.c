/*
 * changes: what is different since another month, and why. The answer:
 *   "before","after"  {"from","to"}: the two ranges
 *   "rows"            changes_rows.h
 *   "message"         the ranges in words
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/changes_rows.h"
#include "core/command/nouns.h"
#include "scorecards/changes.h"

static int month_of(const struct command_call *call, const char *name, int32_t *ret_month,
                    struct fault *fault)
{
    const char *text = argument_text(call, name, NULL);

    if (text == NULL || clock_parse_month(text, ret_month))
        return 0;
    return fault_set(fault, -EINVAL, "--%s: expected YYYY-MM, not \"%.40s\"", name, text);
}

/* --from and --to against --before-from and --before-to. */
static int ranges_of_days(struct command_call *call, struct changes_query *query,
                          struct fault *fault)
{
    if (argument_text(call, "since", NULL) != NULL || argument_text(call, "month", NULL) != NULL)
        return fault_set(fault, -EINVAL, "give months or days, not both");
    if (!argument_day(call, "from", &query->from_after) ||
        !argument_day(call, "to", &query->to_after) ||
        !argument_day(call, "before-from", &query->from_before) ||
        !argument_day(call, "before-to", &query->to_before))
        return fault_set(fault, -EINVAL,
                         "two ranges of days need all of --before-from, --before-to, --from, --to");
    if (query->to_before >= query->from_after)
        return fault_set(fault, -EINVAL,
                         "the earlier range ends on or after the first day of the later one");
    return 0;
}

static int ranges_of_months(struct command_call *call, struct changes_query *query,
                            struct fault *fault)
{
    int32_t month = clock_month_of_day(call_today(call)) - 1; /* the last one that is complete */
    int32_t since;
    int result = month_of(call, "month", &month, fault);

    since = month - 1;
    if (result == 0)
        result = month_of(call, "since", &since, fault);
    if (result == 0 && since >= month)
        result = fault_set(fault, -EINVAL,
                           "--since is not before the month it is held against; give an earlier "
                           "one, or a later --month");
    *query =
        (struct changes_query){clock_first_day_of_month(since), clock_last_day_of_month(since),
                               clock_first_day_of_month(month), clock_last_day_of_month(month)};
    return result;
}

static int ranges_of(struct command_call *call, struct changes_query *query, struct fault *fault)
{
    int32_t day;

    if (argument_day(call, "from", &day) || argument_day(call, "to", &day) ||
        argument_day(call, "before-from", &day) || argument_day(call, "before-to", &day))
        return ranges_of_days(call, query, fault);
    return ranges_of_months(call, query, fault);
}

static void put_range(struct json_writer *writer, const char *name, int32_t from, int32_t to)
{
    json_key(writer, name);
    json_begin_object(writer);
    result_day(writer, "from", from);
    result_day(writer, "to", to);
    json_end_object(writer);
}

static int put_answer(struct command_call *call, const struct changes *changes, struct fault *fault)
{
    const struct changes_query *query = &changes->query;
    struct json_writer *writer = call->result;
    char days[4][CLOCK_DAY_TEXT];
    int result;

    clock_format_day(query->from_before, days[0]);
    clock_format_day(query->to_before, days[1]);
    clock_format_day(query->from_after, days[2]);
    clock_format_day(query->to_after, days[3]);
    json_begin_object(writer);
    result_message(writer,
                   "savings booked %s to %s against %s to %s; the reasons of each row figure "
                   "add up to it",
                   days[2], days[3], days[0], days[1]);
    put_range(writer, "before", query->from_before, query->to_before);
    put_range(writer, "after", query->from_after, query->to_after);
    json_key(writer, "rows");
    json_begin_array(writer);
    result = changes_rows_reasons(
        call, changes, strcmp(argument_text(call, "by", "department"), "robot") == 0, fault);
    if (result == 0)
        result = changes_rows_events(call, changes, fault);
    json_end_array(writer);
    json_end_object(writer);
    return result;
}

static int changes_apply(struct command_call *call, struct fault *fault)
{
    struct changes_query query = {0};
    struct changes changes = {.entry_count = 0};
    int result = ranges_of(call, &query, fault);

    if (result == 0)
        result = changes_read(call->store, &query, &changes, fault);
    if (result == 0)
        result = put_answer(call, &changes, fault);
    changes_release(&changes);
    return result;
}

static const struct argument arguments[] = {
    {.name = "since",
     .kind = ARGUMENT_TEXT,
     .value = "YYYY-MM",
     .help = "against that month (the one before)"},
    {.name = "month",
     .kind = ARGUMENT_TEXT,
     .value = "YYYY-MM",
     .help = "what is different in that month (the last one that is complete)"},
    {.name = "by",
     .kind = ARGUMENT_CHOICE,
     .choices = "department|robot",
     .value = "WHAT",
     .help = "reasons per department (usual) or robot"},
    {.name = "before-from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "two ranges of days: the first day of the earlier"},
    {.name = "before-to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "and its last day"},
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "the first day of the later"},
    {.name = "to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "and its last day"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id"},
    {.member = "what", .heading = "what"},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "words", .heading = "why"},
    COLUMNS_END,
};

const struct command command_changes = {
    .name = "changes",
    .summary = "what is different since the last report, and the reason of each krone",
    .help =
        "The difference of each department's kroner, divided among its reasons, which add up to\n"
        "it. One thing is changed after another, always in this order:\n"
        "  tasks       more or fewer, at the estimates, rates and shares of the earlier range\n"
        "  backdated   versions that were dated back into closed months\n"
        "  estimate    versions that began since, by name: who set and who signed them, and why\n"
        "  rate        hourly rates that began since\n"
        "  share       shares, merges and splits\n"
        "  late        tasks that came late or were taken back late, for earlier months\n"
        "  adjustment  counter-entries for closed months, each with its cause\n"
        "  rounding    what whole kroner leave\n"
        "\n"
        "Below them what moved no kroner yet: robots that began or ended, estimates that wait for\n"
        "a signature or are contested, targets, names, months that were closed. `automagi "
        "explain`\n"
        "opens either figure down to its tasks.\n"
        "\n"
        "  automagi changes\n"
        "  automagi changes --month 2025-09 --since 2025-06 --by robot",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing is different",
    .apply = changes_apply,
};
