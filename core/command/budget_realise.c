/* budget realise | realised: budgets that were cut, which is what makes a saving realised. */
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/store/budget.h"

#define REALISED_MOST BUDGET_KRONER_MOST

static int list_reduction(const struct budget_reduction *reduction, void *context)
{
    struct money_listing *listing = context;
    struct json_writer *writer = listing->call->result;

    if ((listing->year != 0 && reduction->year != listing->year) ||
        (listing->department_id != 0 && reduction->department_id != listing->department_id))
        return 0;
    listing->has_total = true;
    listing->sum += reduction->kroner;
    json_begin_object(writer);
    result_int(writer, "id", reduction->id);
    result_text(writer, "department",
                money_department_slug(&listing->organisation, reduction->department_id));
    result_text_or_null(writer, "robot", money_robot_slug(listing, reduction->robot_id));
    result_int(writer, "year", reduction->year);
    result_int(writer, "kroner", reduction->kroner);
    result_day(writer, "decided", reduction->decided_day);
    result_text(writer, "document", reduction->document);
    result_text(writer, "by", reduction->by_whom);
    json_end_object(writer);
    return 0;
}

static int list_reductions(struct money_listing *listing, struct fault *fault)
{
    return budget_reduction_each(listing->call->store, list_reduction, listing, fault);
}

static void put_total(const struct money_listing *listing)
{
    result_int(listing->call->result, "kroner", listing->sum);
}

static int budget_realised_apply(struct command_call *call, struct fault *fault)
{
    struct money_listing listing = {.call = call,
                                    .year = (int32_t)argument_number(call, "year", 0)};
    int result = call_department_id(call, "department", false, &listing.department_id, fault);

    return result == 0 ? money_list(&listing, list_reductions, put_total, fault) : result;
}

static int budget_realise_check(const struct json *arguments, struct fault *fault)
{
    int64_t kroner = 0;

    (void)json_int64(json_member(arguments, "kroner"), &kroner);
    return nothing_check(kroner, fault);
}

static int budget_realise_apply(struct command_call *call, struct fault *fault)
{
    struct budget_reduction reduction = {.year = (int32_t)argument_number(call, "year", 0),
                                         .kroner = argument_number(call, "kroner", 0),
                                         .document = argument_text(call, "document", ""),
                                         .by_whom = call_asker(call),
                                         .at_ms = call->now_ms};
    int64_t id = 0;
    int result = call_department_id(call, "department", false, &reduction.department_id, fault);

    (void)text_copy(call->subject, sizeof call->subject, argument_text(call, "department", ""));
    if (result == 0)
        result = call_day_past(call, &reduction.decided_day, fault);
    if (result == 0)
        result = call_robot_id(call, "robot", &reduction.robot_id, fault);
    if (result == 0)
        result = budget_reduction_add(call->store, &reduction, &id, fault);
    if (result < 0)
        return result;
    detail_int(call, "entry", id);
    if (reduction.kroner > 0)
        result_only_message(call,
                            "entry %" PRId64 ": the budget of %s in %" PRId32 " is cut by %" PRId64
                            " kroner; so much of its saving is realised",
                            id, call->subject, reduction.year, reduction.kroner);
    else
        result_only_message(call,
                            "entry %" PRId64 ": %" PRId64 " kroner are taken back of what was "
                            "realised by %s in %" PRId32,
                            id, -reduction.kroner, call->subject, reduction.year);
    return 0;
}

#define YEAR_ARGUMENT(required, words)                                                             \
    {                                                                                              \
        .name = "year", .kind = ARGUMENT_NUMBER, .is_required = (required), .value = "YEAR",       \
        .help = (words), .least = MONEY_FIRST_YEAR, .most = MONEY_LAST_YEAR                        \
    }

static const struct argument realise_arguments[] = {
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "DEPARTMENT",
     .help = "whose budget was cut",
     .source = SOURCE_DEPARTMENT},
    YEAR_ARGUMENT(true, "of which year"),
    {.name = "kroner",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .value = "N",
     .help = "it was cut by so much; negative takes back",
     .least = -REALISED_MOST,
     .most = REALISED_MOST},
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .value = "ROBOT",
     .help = "for what that robot saves (whichever robot it is)"},
    {.name = "document",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "where the decision is found",
     .most = MONEY_ABOUT_MAX},
    {.name = "on", .kind = ARGUMENT_DAY, .value = "DATE", .help = "decided that day (today)"},
    BY_ARGUMENT("who enters it"),
    ARGUMENTS_END,
};

const struct command command_budget_realise = {
    .name = "budget realise",
    .summary = "a department's budget was cut because of what robots save",
    .help =
        "Only that makes a saving realised; without it, it is released (time that is free for\n"
        "other work). Entries are never changed: a mistake is taken back with negative kroner,\n"
        "at most what the department, robot and year have.\n"
        "\n"
        "  automagi budget realise bae --year 2026 --kroner 10000 --document \"case 26/123\" --by "
        "NAME",
    .kind = COMMAND_CHANGES,
    .arguments = realise_arguments,
    .check = budget_realise_check,
    .apply = budget_realise_apply,
};

static const struct argument realised_arguments[] = {
    YEAR_ARGUMENT(false, "of that year alone"),
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "of that department alone",
     .source = SOURCE_DEPARTMENT},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "entry", .is_right = true},
    {.member = "department", .heading = "department"},
    {.member = "robot", .heading = "robot"},
    {.member = "year", .heading = "year", .is_right = true},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "decided", .heading = "decided"},
    {.member = "document", .heading = "document"},
    {.member = "by", .heading = "entered by"},
    COLUMNS_END,
};

const struct command command_budget_realised = {
    .name = "budget realised",
    .summary = "budgets that were cut because of what robots save, with the documents",
    .kind = COMMAND_READS,
    .arguments = realised_arguments,
    .columns = columns,
    .empty = "no budget was cut yet: all savings are released; see `automagi budget realise "
             "--help`",
    .apply = budget_realised_apply,
};
