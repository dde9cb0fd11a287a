/* budget list | set: the target of each department and year. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/command/parts.h"
#include "core/store/budget.h"
#include "core/store/period.h"

#define BUDGET_MOST INT64_C(1000000000000) /* as in organisation.json */

static bool is_latest(const struct money_listing *listing, const struct budget_version *version)
{
    const struct budget *latest =
        organisation_budget(&listing->organisation, version->department_id, version->year);

    return latest != NULL && latest->from_day == version->from_day;
}

static int list_version(const struct budget_version *version, void *context)
{
    struct money_listing *listing = context;
    struct json_writer *writer = listing->call->result;
    const struct department *department =
        organisation_department_by_id(&listing->organisation, version->department_id);
    bool counts = is_latest(listing, version);

    if ((listing->year != 0 && version->year != listing->year) ||
        (!counts && !argument_flag(listing->call, "history")))
        return 0;
    if (listing->first_year == 0)
        listing->first_year = version->year;
    listing->has_total = version->year == listing->first_year; /* of several years is nothing */
    listing->sum += counts ? version->kroner : 0;
    json_begin_object(writer);
    result_text(writer, "id",
                money_department_slug(&listing->organisation, version->department_id));
    result_text(writer, "name",
                department != NULL ? department_name_on(department, call_today(listing->call))
                                   : "");
    result_int(writer, "year", version->year);
    result_int(writer, "kroner", version->kroner);
    result_day(writer, "since", version->from_day);
    result_text(writer, "set_by", version->set_by);
    result_text_or_null(writer, "reason", version->reason);
    json_end_object(writer);
    return 0;
}

static int list_versions(struct money_listing *listing, struct fault *fault)
{
    return budget_version_each(listing->call->store, list_version, listing, fault);
}

static void put_total(const struct money_listing *listing)
{
    result_int(listing->call->result, "year", listing->first_year);
    result_int(listing->call->result, "kroner", listing->sum);
}

static int budget_list_apply(struct command_call *call, struct fault *fault)
{
    struct money_listing listing = {.call = call,
                                    .year = (int32_t)argument_number(call, "year", 0)};

    return money_list(&listing, list_versions, put_total, fault);
}

static int admit_day(struct command_call *call, int32_t from_day, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    char open[CLOCK_DAY_TEXT];
    int32_t open_from = 0;
    int result = period_open_from(call->store, &open_from, fault);

    if (result < 0 || clock_month_of_day(from_day) >= open_from)
        return result;
    clock_format_day(from_day, day);
    clock_format_day(clock_first_day_of_month(open_from), open);
    return fault_set(
        fault, -EPERM,
        "the target of %s would change from %s, in a month that is closed; what it was "
        "then stays: begin on %s or later",
        call->subject, day, open);
}

/* A target that is not 0 would be a second one beside that which has moved, and no file would take it over. */
static int need_going_on(struct command_call *call, const struct organisation *organisation,
                         const struct budget_new *budget, struct fault *fault)
{
    const struct department *department =
        organisation_department_by_id(organisation, budget->department_id);
    int32_t today = call_today(call);

    if (budget->kroner == 0 || department == NULL)
        return 0;
    return department_need_target(organisation, department, budget->year,
                                  budget->from_day > today ? budget->from_day : today, fault);
}

static void answer_set(struct command_call *call, const struct budget_new *budget, bool was,
                       int64_t old)
{
    char from[CLOCK_DAY_TEXT];
    char before[MONEY_NUMBER] = "";

    clock_format_day(budget->from_day, from);
    if (was)
        (void)snprintf(before, sizeof before, " (before: %" PRId64 ")", old);
    result_only_message(call,
                        "%s has to save %" PRId64 " kroner in %" PRId32
                        ", from %s%s" UNTIL_NEXT_LOAD("budgets"),
                        call->subject, budget->kroner, budget->year, from, before);
}

static int budget_set_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {.name = NULL};
    struct budget_new budget = {.year = (int32_t)argument_number(call, "year", 0),
                                .kroner = argument_number(call, "kroner", 0),
                                .from_day = call_today(call),
                                .set_by = call_asker(call),
                                .reason = argument_text(call, "reason", "")};
    int64_t old = 0;
    bool was = false;
    int result = call_department_id(call, "department", false, &budget.department_id, fault);

    (void)text_copy(call->subject, sizeof call->subject, argument_text(call, "department", ""));
    (void)argument_day(call, "from", &budget.from_day);
    if (result == 0)
        result = admit_day(call, budget.from_day, fault);
    if (result == 0)
        result = organisation_read(call->store, &organisation, fault);
    if (result == 0)
        result = need_going_on(call, &organisation, &budget, fault);
    if (result == 0) {
        was = organisation_budget_on(&organisation, budget.department_id, budget.year,
                                     budget.from_day, &old);
        result = budget_set(call->store, &budget, fault);
    }
    if (result == 0) {
        if (was)
            detail_int(call, "kroner_before", old);
        detail_day(call, "since", budget.from_day);
        answer_set(call, &budget, was, old);
    }
    organisation_release(&organisation);
    return result;
}

static const struct argument list_arguments[] = {
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .value = "YEAR",
     .help = "of that year alone, with the sum",
     .least = MONEY_FIRST_YEAR,
     .most = MONEY_LAST_YEAR},
    {.name = "history", .kind = ARGUMENT_FLAG, .help = "also what targets were before"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "department"},
    {.member = "name", .heading = "name"},
    {.member = "year", .heading = "year", .is_right = true},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "since", .heading = "since"},
    {.member = "set_by", .heading = "set by"},
    {.member = "reason", .heading = "reason"},
    COLUMNS_END,
};

const struct command command_budget_list = {
    .name = "budget list",
    .summary = "what each department has to save in a year, since when, and who set it",
    .help = "The latest version of each target; --history shows all. tvaergaaende has none. The\n"
            "sum is that of one year's targets.",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = columns,
    .empty = "no target yet; see `automagi budget set --help`",
    .apply = budget_list_apply,
};

static const struct argument set_arguments[] = {
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "DEPARTMENT",
     .help = "the department's id",
     .source = SOURCE_DEPARTMENT},
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .value = "YEAR",
     .help = "of which year",
     .least = MONEY_FIRST_YEAR,
     .most = MONEY_LAST_YEAR},
    {.name = "kroner",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .value = "N",
     .help = "what it has to save in the year",
     .least = -BUDGET_MOST,
     .most = BUDGET_MOST},
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "decided that day (today)"},
    BY_ARGUMENT("who enters it"),
    {.name = "reason",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "why, or where it was decided",
     .most = MONEY_ABOUT_MAX},
    ARGUMENTS_END,
};

const struct command command_budget_set = {
    .name = "budget set",
    .summary = "what a department has to save in a year: its target",
    .help =
        "A new version beside the old ones, which tell what the target was on earlier days. It\n"
        "cannot begin in a closed month: what targets were then stays.\n"
        "\n"
        "  automagi budget set bf --year 2027 --kroner 80000 --by NAME --reason \"decided by the "
        "council\"",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .apply = budget_set_apply,
};
