/* gain list | add: what robots bring beside time. */
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/store/cost.h"
#include "core/store/period.h"

static int list_gain(const struct gain *gain, void *context)
{
    struct money_listing *listing = context;
    struct json_writer *writer = listing->call->result;

    if (listing->robot_id != 0 && gain->robot_id != listing->robot_id)
        return 0;
    listing->has_total = true;
    listing->sum += gain->ore;
    json_begin_object(writer);
    result_int(writer, "id", gain->id);
    result_text(writer, "robot", money_robot_slug(listing, gain->robot_id));
    result_day(writer, "on", gain->day);
    result_amount(writer, "kroner", gain->ore);
    result_text_or_null(writer, "department",
                        gain->department_id != 0
                            ? money_department_slug(&listing->organisation, gain->department_id)
                            : NULL);
    result_month(writer, "booked_in", gain->booking);
    result_text(writer, "what", gain->what);
    result_text(writer, "document", gain->document);
    result_text(writer, "by", gain->by_whom);
    json_end_object(writer);
    return 0;
}

static int list_gains(struct money_listing *listing, struct fault *fault)
{
    return gain_each(listing->call->store, list_gain, listing, fault);
}

static void put_total(const struct money_listing *listing)
{
    result_amount(listing->call->result, "kroner", listing->sum);
}

static int gain_list_apply(struct command_call *call, struct fault *fault)
{
    struct money_listing listing = {.call = call};
    int result = call_robot_id(call, "robot", &listing.robot_id, fault);

    return result == 0 ? money_list(&listing, list_gains, put_total, fault) : result;
}

static int answer_add(struct command_call *call, const struct gain *gain, int64_t id,
                      struct fault *fault)
{
    char kroner[MONEY_NUMBER];
    char words[MONEY_NUMBER * 2];
    int32_t open_from = 0;
    int result = period_open_from(call->store, &open_from, fault);

    if (result < 0)
        return result;
    detail_int(call, "entry", id);
    decimal_format(gain->ore, MONEY_DIGITS, kroner, sizeof kroner);
    money_booking_words(clock_month_of_day(gain->day), open_from, words, sizeof words);
    result_only_message(call, "gain %" PRId64 ": %s kroner by %s%s", id, kroner, call->subject,
                        words);
    return 0;
}

static int gain_add_check(const struct json *arguments, struct fault *fault)
{
    int64_t ore = 0;
    int result = amount_check(arguments, "kroner", COST_ORE_MOST, &ore, fault);

    return result == 0 ? nothing_check(ore, fault) : result;
}

static int gain_add_apply(struct command_call *call, struct fault *fault)
{
    struct gain gain = {.what = argument_text(call, "what", ""),
                        .document = argument_text(call, "document", ""),
                        .by_whom = call_asker(call),
                        .at_ms = call->now_ms};
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int64_t id = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = call_day_past(call, &gain.day, fault);
    gain.ore = call_amount(call, "kroner");
    if (result == 0)
        result = call_department_id(call, "department", false, &gain.department_id, fault);
    if (result == 0) {
        gain.robot_id = robot->id;
        result = gain_add(call->store, &gain, &id, fault);
    }
    if (result == 0)
        result = answer_add(call, &gain, id, fault);
    robot_list_release(&list);
    return result;
}

static const struct argument list_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of that one alone"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "gain", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "on", .heading = "on"},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "department", .heading = "department"},
    {.member = "booked_in", .heading = "booked in"},
    {.member = "what", .heading = "what"},
    {.member = "document", .heading = "document"},
    {.member = "by", .heading = "entered by"},
    COLUMNS_END,
};

const struct command command_gain_list = {
    .name = "gain list",
    .summary = "direct gains beside time saved, with their documents",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = columns,
    .empty = "no direct gain yet; see `automagi gain add --help`",
    .apply = gain_list_apply,
};

static const struct argument add_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "kroner",
     .kind = ARGUMENT_DECIMAL,
     .is_required = true,
     .value = "N",
     .help = "what it brought; negative takes back"},
    {.name = "on", .kind = ARGUMENT_DAY, .is_required = true, .value = "DATE", .help = "when"},
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "whose it is (the robot's shares of the day divide it)",
     .source = SOURCE_DEPARTMENT},
    {.name = "what",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "what was gained",
     .most = MONEY_ABOUT_MAX},
    {.name = "document",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "where it is documented",
     .most = MONEY_ABOUT_MAX},
    BY_ARGUMENT("who enters it"),
    ARGUMENTS_END,
};

const struct command command_gain_add = {
    .name = "gain add",
    .summary = "a direct gain of a robot beside time: fewer wrong payments, correct collection",
    .help =
        "Shown beside savings, never in them. A gain of a closed month is booked in the oldest\n"
        "open one. Entries are never changed: negative kroner take back.\n"
        "\n"
        "  automagi gain add mona-mangelliste --kroner 1250.50 --on 2026-10-05 \\\n"
        "      --what \"wrong payments found\" --document \"case 26/123\" --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .check = gain_add_check,
    .apply = gain_add_apply,
};
