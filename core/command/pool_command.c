/* pool list | spend: the account of the common pool. */
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/store/budget.h"

static int list_entry(const struct pool_entry *entry, void *context)
{
    struct money_listing *listing = context;
    struct json_writer *writer = listing->call->result;

    listing->has_total = true;
    listing->sum += entry->kroner;
    json_begin_object(writer);
    result_int(writer, "id", entry->id);
    result_day(writer, "on", clock_local_day(entry->at_ms));
    result_int(writer, "year", entry->year);
    result_text_or_null(writer, "department",
                        entry->department_id != 0
                            ? money_department_slug(&listing->organisation, entry->department_id)
                            : NULL);
    result_int(writer, "kroner", entry->kroner);
    result_int(writer, "balance", listing->sum);
    result_text(writer, "reason", entry->reason);
    result_text(writer, "by", entry->by_whom);
    json_end_object(writer);
    return 0;
}

static int list_entries(struct money_listing *listing, struct fault *fault)
{
    return pool_entry_each(listing->call->store, list_entry, listing, fault);
}

static void put_total(const struct money_listing *listing)
{
    result_int(listing->call->result, "kroner", listing->sum);
    result_int(listing->call->result, "balance", listing->sum);
}

static int pool_list_apply(struct command_call *call, struct fault *fault)
{
    struct money_listing listing = {.call = call};

    return money_list(&listing, list_entries, put_total, fault);
}

static int sum_pool(const struct pool_entry *entry, void *context)
{
    *(int64_t *)context += entry->kroner;
    return 0;
}

static int pool_spend_check(const struct json *arguments, struct fault *fault)
{
    int64_t kroner = 0;

    (void)json_int64(json_member(arguments, "kroner"), &kroner);
    return nothing_check(kroner, fault);
}

static int pool_spend_apply(struct command_call *call, struct fault *fault)
{
    struct pool_entry entry = {.year = (int32_t)argument_number(call, "year", 0),
                               .kroner = -argument_number(call, "kroner", 0),
                               .reason = argument_text(call, "reason", ""),
                               .by_whom = call_asker(call),
                               .at_ms = call->now_ms};
    int64_t balance = 0;
    int64_t id = 0;
    int result = pool_entry_add(call->store, &entry, &id, fault);

    if (result == 0)
        result = pool_entry_each(call->store, sum_pool, &balance, fault);
    if (result < 0)
        return result;
    (void)text_copy(call->subject, sizeof call->subject, "the common pool");
    detail_int(call, "entry", id);
    detail_int(call, "balance", balance);
    result_only_message(call, "entry %" PRId64 ": the common pool has %" PRId64 " kroner left", id,
                        balance);
    return 0;
}

static const struct column columns[] = {
    {.member = "id", .heading = "entry", .is_right = true},
    {.member = "on", .heading = "entered on"},
    {.member = "year", .heading = "year", .is_right = true},
    {.member = "department", .heading = "department"},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "balance", .heading = "balance", .is_right = true},
    {.member = "reason", .heading = "reason"},
    {.member = "by", .heading = "entered by"},
    COLUMNS_END,
};

const struct command command_pool_list = {
    .name = "pool list",
    .summary = "the account of the common pool",
    .help =
        "When a year's December is closed, each department that saved more than its target of\n"
        "that year gives half of the surplus to the common pool; an odd krone stays with it.\n"
        "The department keeps the other half. What a department saved that has ended by then is\n"
        "held against the targets of its successors, to whom its own has moved.",
    .kind = COMMAND_READS,
    .columns = columns,
    .empty = "nothing yet: surpluses come when the December of a year is closed",
    .apply = pool_list_apply,
};

static const struct argument spend_arguments[] = {
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .value = "YEAR",
     .help = "of which year's account",
     .least = MONEY_FIRST_YEAR,
     .most = MONEY_LAST_YEAR},
    {.name = "kroner",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .value = "N",
     .help = "so much; negative gives back of what was paid",
     .least = -BUDGET_KRONER_MOST,
     .most = BUDGET_KRONER_MOST},
    {.name = "reason",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "what it is paid for",
     .most = MONEY_ABOUT_MAX},
    BY_ARGUMENT("who enters it"),
    ARGUMENTS_END,
};

const struct command command_pool_spend = {
    .name = "pool spend",
    .summary = "pay out of the common pool",
    .help =
        "Never more than the pool has. Entries are never changed: negative kroner give back, at\n"
        "most what was paid out of the year's account.",
    .kind = COMMAND_CHANGES,
    .arguments = spend_arguments,
    .check = pool_spend_check,
    .apply = pool_spend_apply,
};
