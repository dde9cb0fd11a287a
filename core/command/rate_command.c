/* rate list | set: what an hour is worth. */
#include <errno.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/store/ledger.h"
#include "core/store/period.h"
#include "scorecards/difference.h"

enum { ANSWER_MAX = 512 };

static int rate_list_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {.name = NULL};
    struct json_writer *writer = call->result;
    size_t i;
    int result = organisation_read(call->store, &organisation, fault);

    if (result < 0)
        return result;
    json_begin_object(writer);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < organisation.rate_count; i++) {
        json_begin_object(writer);
        result_day(writer, "from", organisation.rates[i].from_day);
        result_amount(writer, "kroner_per_hour", organisation.rates[i].ore_per_hour);
        result_month(writer, "booked_from", organisation.rates[i].booking_from);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
    organisation_release(&organisation);
    return 0;
}

struct setting {
    struct command_call *call;
    struct organisation before;
    struct rate rate;
    bool books;                /* --book-difference */
    int32_t next_day;          /* when the rate after it begins */
    int32_t used_day, gap_day; /* with tasks that it would change, that have no rate; 0: none */
};

static void find_next(struct setting *setting)
{
    size_t i = setting->before.rate_count;

    setting->next_day = INT32_MAX;
    for (; i > 0 && setting->before.rates[i - 1].from_day > setting->rate.from_day; i--)
        setting->next_day = setting->before.rates[i - 1].from_day;
}

static bool is_counted(const struct rollup_row *row)
{
    return attempt_outcome_sign(row->outcome) > 0 && row->count != 0;
}

static int look_at_day(const struct rollup_row *row, void *context)
{
    struct setting *setting = context;
    int64_t old = organisation_rate_on(&setting->before, row->period);

    if (!is_counted(row))
        return 0;
    if (row->period < setting->rate.from_day) {
        if (old == 0)
            setting->gap_day = row->period;
        return 0;
    }
    if (old == 0 || old == setting->rate.ore_per_hour)
        return 0;
    setting->used_day = row->period;
    return 1;
}

/* From the month of the new rate, for a first rate that leaves some of its tasks without one. */
static int look_at_tasks(struct setting *setting, struct fault *fault)
{
    char from[CLOCK_DAY_TEXT];
    char day[CLOCK_DAY_TEXT];
    char was[MONEY_NUMBER];
    int32_t first = clock_first_day_of_month(clock_month_of_day(setting->rate.from_day));
    int32_t last = setting->next_day != INT32_MAX ? setting->next_day - 1 : INT32_MAX;
    int result = rollup_each_day(setting->call->store, first, last, look_at_day, setting, fault);

    if (result < 0)
        return result;
    clock_format_day(setting->rate.from_day, from);
    if (setting->gap_day != 0) {
        clock_format_day(setting->gap_day, day);
        return fault_set(fault, -EPERM,
                         "rate gap: tasks of %s were counted before a first rate from %s and would "
                         "be worth nothing; begin it on the first of that month, or earlier",
                         day, from);
    }
    if (setting->used_day == 0 || setting->books)
        return 0;
    clock_format_day(setting->used_day, day);
    decimal_format(organisation_rate_on(&setting->before, setting->used_day), MONEY_DIGITS, was,
                   sizeof was);
    return fault_set(fault, -EPERM,
                     "the hourly rate from %s would change tasks that were counted on %s at %s "
                     "kroner; begin it later, or say --book-difference",
                     from, day, was);
}

static int write_rate(struct setting *setting, int64_t *ret_booked, struct fault *fault)
{
    struct command_call *call = setting->call;
    struct difference difference = {.store = NULL};
    struct difference_cause cause = {.cause = ADJUSTMENT_RATE,
                                     .from_day = setting->rate.from_day,
                                     .reason = argument_text(call, "reason", "the hourly rate"),
                                     .by_whom = call_asker(call),
                                     .now_ms = call->now_ms};
    int result = 0;

    if (setting->rate.booking_from != 0)
        result = difference_begin(call->store, &difference, fault);
    if (result == 0)
        result = rate_set(call->store, &setting->rate, fault);
    if (result == 0 && setting->rate.booking_from != 0)
        result = difference_book(&difference, &cause, ret_booked, fault);
    difference_release(&difference);
    return result;
}

static void answer_set(const struct setting *setting, int64_t booked)
{
    char from[CLOCK_DAY_TEXT];
    char kroner[MONEY_NUMBER];
    struct text text;

    text_init(&text, ANSWER_MAX);
    clock_format_day(setting->rate.from_day, from);
    decimal_format(setting->rate.ore_per_hour, MONEY_DIGITS, kroner, sizeof kroner);
    text_printf(&text, "%s kroner per hour from %s", kroner, from);
    put_booked(&text, booked, setting->rate.booking_from);
    result_only_message(setting->call, "%s" UNTIL_NEXT_LOAD("rates"), text_string(&text));
    text_release(&text);
}

static int take_rate(struct setting *setting, struct fault *fault)
{
    struct command_call *call = setting->call;

    setting->rate.ore_per_hour = call_amount(call, "kroner");
    (void)argument_day(call, "from", &setting->rate.from_day);
    clock_format_day(setting->rate.from_day, call->subject);
    setting->books = argument_flag(call, "book-difference");
    return organisation_read(call->store, &setting->before, fault);
}

static int rate_set_check(const struct json *arguments, struct fault *fault)
{
    int64_t ore = 0;
    int result = amount_check(arguments, "kroner", RATE_ORE_MOST, &ore, fault);

    if (result == 0 && ore <= 0)
        result = fault_set(fault, -EINVAL, "--kroner: the rate of an hour must be above 0");
    return result;
}

static int rate_set_apply(struct command_call *call, struct fault *fault)
{
    struct setting setting = {.call = call};
    int64_t booked = 0;
    int64_t old;
    int result = take_rate(&setting, fault);

    find_next(&setting);
    if (result == 0)
        result = look_at_tasks(&setting, fault);
    if (result == 0)
        result = period_admit(call->store, "the hourly rate", setting.rate.from_day, setting.books,
                              &setting.rate.booking_from, fault);
    if (result == 0)
        result = write_rate(&setting, &booked, fault);
    if (result == 0) {
        old = organisation_rate_on(&setting.before, setting.rate.from_day);
        detail_decimal(call, "kroner_before", old, MONEY_DIGITS);
        detail_int(call, "adjustments", booked);
        answer_set(&setting, booked);
    }
    organisation_release(&setting.before);
    return result;
}

static const struct column columns[] = {
    {.member = "from", .heading = "from"},
    {.member = "kroner_per_hour", .heading = "kroner per hour", .is_right = true},
    {.member = "booked_from", .heading = "booked from"},
    COLUMNS_END,
};

const struct command command_rate_list = {
    .name = "rate list",
    .summary = "what an hour is worth, and since when",
    .help =
        "A rate holds from its day until the next one. One that came when its month was closed\n"
        "values only what is booked from the month under \"booked from\" on.",
    .kind = COMMAND_READS,
    .columns = columns,
    .empty = "no rate yet; see `automagi rate set --help`",
    .apply = rate_list_apply,
};

static const struct argument set_arguments[] = {
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .is_required = true,
     .value = "DATE",
     .help = "holds for tasks of that day and later ones"},
    {.name = "kroner",
     .kind = ARGUMENT_DECIMAL,
     .is_required = true,
     .value = "N",
     .help = "per hour, such as 351.20"},
    BY_ARGUMENT("who sets it"),
    {.name = "reason",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "why, for whoever looks later",
     .most = MONEY_ABOUT_MAX},
    {.name = "book-difference",
     .kind = ARGUMENT_FLAG,
     .help = "also where tasks are counted already, or from a day in a closed month"},
    ARGUMENTS_END,
};

const struct command command_rate_set = {
    .name = "rate set",
    .summary = "what an hour is worth from a day on",
    .help =
        "Earlier tasks keep the rate of their day. A rate that would change tasks that are\n"
        "counted already, or that begins in a closed month, is refused.\n"
        "\n"
        "With --book-difference it is taken: open months are valued by it, closed ones stay as\n"
        "they were signed off, and the difference is booked as counter-entries in the oldest open\n"
        "month.\n"
        "\n"
        "  automagi rate set --from 2027-01-01 --kroner 351.20 --by NAME --reason TEXT",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .check = rate_set_check,
    .apply = rate_set_apply,
};
