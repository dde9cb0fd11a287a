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
#include "core/store/ledger.h"
#include "scorecards/changes.h"
#include "scorecards/savings.h"

enum { UNFINISHED_TEXT = 96 };

static bool has(const struct json *arguments, const char *name)
{
    return json_member(arguments, name) != NULL;
}

static int check_month(const struct json *arguments, const char *name, struct fault *fault)
{
    const char *text = json_string(json_member(arguments, name));
    int32_t month;

    if (text == NULL || clock_parse_month(text, &month))
        return 0;
    return fault_set(fault, -EINVAL, "--%s: expected YYYY-MM, not \"%.40s\"", name, text);
}

static int check_ranges(const struct json *arguments, struct fault *fault)
{
    int days = has(arguments, "from") + has(arguments, "to") + has(arguments, "before-from") +
               has(arguments, "before-to");
    const char *by = json_string(json_member(arguments, "by"));
    int result = 0;

    if (days != 0 && (has(arguments, "since") || has(arguments, "month")))
        return fault_set(fault, -EINVAL, "give months or days, not both");
    if (days != 0 && days != 4)
        return fault_set(fault, -EINVAL,
                         "two ranges of days need all of --before-from, --before-to, --from, --to");
    if (has(arguments, "department") && by != NULL && strcmp(by, "robot") == 0)
        return fault_set(fault, -EINVAL,
                         "--department shows rows of a department, --by robot those of robots: "
                         "give one of them");
    result = check_month(arguments, "since", fault);
    return result == 0 ? check_month(arguments, "month", fault) : result;
}

/* Months, unless days are given. */
static int ranges_of(struct command_call *call, struct changes_query *query, struct fault *fault)
{
    int32_t month = clock_month_of_day(call_today(call)) - 1; /* the last one that is complete */
    int32_t since;

    (void)clock_parse_month(argument_text(call, "month", ""), &month);
    since = month - 1;
    (void)clock_parse_month(argument_text(call, "since", ""), &since);
    *query =
        (struct changes_query){clock_first_day_of_month(since), clock_last_day_of_month(since),
                               clock_first_day_of_month(month), clock_last_day_of_month(month)};
    (void)argument_day(call, "before-from", &query->from_before);
    (void)argument_day(call, "before-to", &query->to_before);
    (void)argument_day(call, "from", &query->from_after);
    (void)argument_day(call, "to", &query->to_after);
    if (query->to_before >= query->from_after)
        return fault_set(fault, -EINVAL,
                         "the earlier range must end before the later one begins; see "
                         "`automagi changes --help`");
    return 0;
}

static void put_range(struct json_writer *writer, const char *name, int32_t from, int32_t to)
{
    json_key(writer, name);
    json_begin_object(writer);
    result_day(writer, "from", from);
    result_day(writer, "to", to);
    json_end_object(writer);
}

static int take_day(const struct rollup_row *row, void *context)
{
    int32_t *day = context;

    if (row->period > *day)
        *day = row->period;
    return 0;
}

/* What a month that goes on has so far is no month: whoever compares it must know. */
static int say_unfinished(struct command_call *call, const struct changes_query *query,
                          char words[UNFINISHED_TEXT], struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    int32_t last = INT32_MIN;
    int result;

    words[0] = '\0';
    if (query->to_after < call_today(call))
        return 0;
    result =
        rollup_each_day(call->store, query->from_after, query->to_after, take_day, &last, fault);
    if (result < 0)
        return result;
    if (last == INT32_MIN) {
        (void)snprintf(words, UNFINISHED_TEXT,
                       "; the later range is not over, and has no task so far");
        return 0;
    }
    clock_format_day(last, day);
    (void)snprintf(words, UNFINISHED_TEXT,
                   "; the later range is not over: its last task so far is of %s", day);
    return 0;
}

static int put_answer(struct command_call *call, const struct changes *changes, struct fault *fault)
{
    const struct changes_query *query = &changes->query;
    struct json_writer *writer = call->result;
    char days[4][CLOCK_DAY_TEXT];
    char unfinished[UNFINISHED_TEXT];
    int result = say_unfinished(call, query, unfinished, fault);

    if (result < 0)
        return result;
    clock_format_day(query->from_before, days[0]);
    clock_format_day(query->to_before, days[1]);
    clock_format_day(query->from_after, days[2]);
    clock_format_day(query->to_after, days[3]);
    json_begin_object(writer);
    result_message(writer,
                   "savings booked %s to %s against %s to %s; the reasons of each row figure "
                   "add up to it%s",
                   days[2], days[3], days[0], days[1], unfinished);
    put_range(writer, "before", query->from_before, query->to_before);
    put_range(writer, "after", query->from_after, query->to_after);
    json_key(writer, "rows");
    json_begin_array(writer);
    result = changes_rows_reasons(
        call, changes, strcmp(argument_text(call, "by", "department"), "robot") == 0, fault);
    if (result == 0)
        result = changes_rows_forecast(call, changes, fault);
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
    const char *asked = argument_text(call, "department", NULL);
    const struct department *department = NULL;
    int result = ranges_of(call, &query, fault);

    if (result == 0)
        result = changes_read(call->store, &query, &changes, fault);
    if (result == 0 && asked != NULL)
        result = savings_department(&changes.after.organisation, asked, &department, fault);
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
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "only this department's rows, or tvaergaaende's, and its robots'",
     .source = SOURCE_DEPARTMENT},
    {.name = "before-from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "two ranges of days: the first day of the earlier"},
    {.name = "before-to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "and its last day"},
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "the first day of the later"},
    {.name = "to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "and its last day"},
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .value = "YEAR",
     .help = "the forecast of that year (the later range's)",
     .least = 1900,
     .most = 2199},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id"},
    {.member = "what", .heading = "what"},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "words", .heading = "why", .wraps = true},
    COLUMNS_END,
};

const struct command command_changes = {
    .name = "changes",
    .summary = "what is different since the last report, and the reason of each krone",
    .help =
        "The difference of each department's kroner, divided among its reasons, which add up to\n"
        "it. One thing is changed after another, always in this order:\n"
        "  tasks       more or fewer, at the estimates, rates and shares of the earlier range, or\n"
        "              a robot's first ones from the day they began, and at nothing before it\n"
        "  backdated   versions that were dated back into closed months, by name\n"
        "  estimate    versions that began since, by name: who set and who signed them, and why\n"
        "  rate        hourly rates that began since; before the first, all kroner are the rate's\n"
        "  share       shares, merges and splits\n"
        "  late        tasks that came late or were taken back late, for earlier months\n"
        "  adjustment  counter-entries for closed months, each with its cause\n"
        "  rounding    what whole kroner leave\n"
        "Then the forecast of the year, as of the last day of each range, divided likewise.\n"
        "\n"
        "Below them what moved no kroner yet: robots that began or ended, estimates that wait for\n"
        "a signature or are contested, targets, names, months that were closed. Estimates,\n"
        "disputes, answers and closed months stand there by the day they were entered: those of\n"
        "after the end of the earlier range, up to today; the others by the day they begin, in\n"
        "the later range. `automagi explain` opens either figure down to its tasks.\n"
        "\n"
        "  automagi changes\n"
        "  automagi changes --month 2025-09 --since 2025-06 --by robot\n"
        "  automagi changes --department bae",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing is different",
    .apply = changes_apply,
    .check = check_ranges,
};
