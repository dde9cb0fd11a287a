/* share set | list: whom a robot serves, and with how much of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/change_list.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/command/organisation_load.h"
#include "core/command/parts.h"
#include "scorecards/difference.h"
#include "scorecards/savings.h"

enum { WHAT_MAX = ROBOT_SLUG_MAX + 32, NUMBER_TEXT = 48 };

static int share_set_check(const struct json *arguments, struct fault *fault)
{
    struct part_list parts;

    return parts_read(arguments, "share", &parts, fault);
}

/* The version in hand. */
struct setting {
    struct command_call *call;
    const struct organisation *organisation;
    const struct robot *robot;
    struct part_list parts;
    int32_t from_day, booking_from;
    int64_t booked; /* adjustments */
};

static bool is_of_version(const struct setting *setting, const struct robot_share *share)
{
    return share->from_day == setting->from_day && share->booking_from == setting->booking_from;
}

/* The version as it stands, of which *ret_count. They lie together. */
static const struct robot_share *version_now(const struct setting *setting, size_t *ret_count)
{
    const struct robot *robot = setting->robot;
    size_t first = 0;
    size_t count = 0;

    while (first < robot->share_count && !is_of_version(setting, &robot->shares[first]))
        first++;
    while (first + count < robot->share_count &&
           is_of_version(setting, &robot->shares[first + count]))
        count++;
    *ret_count = count;
    return robot->shares + first;
}

static bool is_there_already(const struct setting *setting)
{
    size_t count = 0;
    const struct robot_share *shares = version_now(setting, &count);
    size_t i;
    size_t j;

    for (i = 0; i < setting->parts.count && count == setting->parts.count; i++) {
        const struct part *part = &setting->parts.parts[i];

        for (j = 0; j < count; j++)
            if (shares[j].department_id == part->department->id &&
                shares[j].millionths == part->millionths)
                break;
        if (j == count)
            return false;
    }
    return count == setting->parts.count;
}

static int write_shares(const struct setting *setting, struct fault *fault)
{
    const struct robot *robot = setting->robot;
    struct robot_share *shares =
        calloc(robot->share_count + setting->parts.count + 1, sizeof(*shares));
    size_t count = 0;
    size_t i;
    int result;

    if (shares == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < robot->share_count; i++)
        if (!is_of_version(setting, &robot->shares[i]))
            shares[count++] = robot->shares[i];
    for (i = 0; i < setting->parts.count; i++)
        shares[count++] = (struct robot_share){
            .from_day = setting->from_day,
            .department_id = setting->parts.parts[i].department->id,
            .millionths = setting->parts.parts[i].millionths,
            .booking_from = setting->booking_from,
        };
    result = robot_shares_set(setting->call->store, robot->id, shares, count, fault);
    free(shares);
    return result;
}

static int write_version(struct setting *setting, struct fault *fault)
{
    struct command_call *call = setting->call;
    struct difference difference = {.store = NULL};
    struct difference_cause cause = {ADJUSTMENT_SHARE, setting->from_day,
                                     argument_text(call, "reason", ""), call_asker(call),
                                     call->now_ms};
    int result = 0;

    if (setting->booking_from != 0)
        result = difference_begin(call->store, &difference, fault);
    if (result == 0)
        result = write_shares(setting, fault);
    if (result == 0 && setting->booking_from != 0)
        result = difference_book(&difference, &cause, &setting->booked, fault);
    difference_release(&difference);
    return result;
}

static void put_parts(struct text *target, const struct setting *setting)
{
    char number[NUMBER_TEXT];

    parts_words(&setting->parts, target);
    if (setting->parts.sum == SHARE_WHOLE)
        return;
    decimal_format(SHARE_WHOLE - setting->parts.sum, FILE_SHARE_DIGITS, number, sizeof(number));
    text_printf(target, ", and %s of it is %s", number, SAVINGS_CROSS_NAME);
}

/* Until when: the next version's day. */
static void put_next(struct text *target, const struct setting *setting)
{
    const struct robot *robot = setting->robot;
    char day[CLOCK_DAY_TEXT];
    size_t i = 0;

    while (i < robot->share_count && robot->shares[i].from_day <= setting->from_day)
        i++;
    if (i == robot->share_count)
        return;
    clock_format_day(robot->shares[i].from_day, day);
    text_printf(target, "; its shares from %s stay as they are", day);
}

void put_booked(struct text *target, int64_t booked, int32_t booking_from)
{
    char month[CLOCK_MONTH_TEXT];

    if (booking_from == 0)
        return;
    clock_format_month(booking_from, month);
    if (booked == 0)
        text_printf(target, "; it changes no figure of a closed month");
    else
        text_printf(target,
                    "; closed months stay as they are, and the difference is booked in %s: "
                    "%" PRId64 " counter-entr%s",
                    month, booked, booked == 1 ? "y" : "ies");
}

static void answer(const struct setting *setting)
{
    struct command_call *call = setting->call;
    struct text text;
    struct text was;
    char day[CLOCK_DAY_TEXT];
    const struct robot_share *shares;
    size_t count = 0;

    text_init(&text, CHANGE_TEXT_MAX);
    text_init(&was, CHANGE_TEXT_MAX);
    shares = version_now(setting, &count);
    if (count == 0) /* it takes over from the version before it */
        count = robot_shares_on(setting->robot, setting->from_day, &shares);
    load_put_shares(&was, setting->organisation, shares, count);
    detail_text(call, "before", text_string(&was));
    clock_format_day(setting->from_day, day);
    text_printf(&text, "%s from %s: ", setting->robot->slug, day);
    put_parts(&text, setting);
    put_next(&text, setting);
    put_booked(&text, setting->booked, setting->booking_from);
    detail_int(call, "counter_entries", setting->booked);
    if (setting->booking_from == 0)
        text_append_string(&text, UNTIL_NEXT_LOAD("its shares"));
    result_only_message(call, "%s", text_string(&text));
    text_release(&text);
    text_release(&was);
}

static int set(struct setting *setting, struct fault *fault)
{
    struct command_call *call = setting->call;
    char what[WHAT_MAX];
    int result;

    (void)snprintf(what, sizeof(what), "the shares of %s", setting->robot->slug);
    result = parts_read(call->arguments, "share", &setting->parts, fault);
    if (result == 0)
        result = parts_find(&setting->parts, setting->organisation, setting->from_day, fault);
    if (result == 0)
        result =
            period_admit(call->store, what, setting->from_day,
                         argument_flag(call, "book-difference"), &setting->booking_from, fault);
    if (result < 0)
        return result;
    if (is_there_already(setting)) {
        detail_bool(call, "no_change", true);
        result_only_message(call, "%s: no change", setting->robot->slug);
        return 0;
    }
    result = write_version(setting, fault);
    if (result == 0)
        answer(setting);
    return result;
}

static int share_set_apply(struct command_call *call, struct fault *fault)
{
    struct setting setting = {.call = call};
    struct organisation organisation = {0};
    struct robot_list list = {0};
    int result = call_robot(call, "robot", &list, &setting.robot, fault);

    if (result == 0)
        result = organisation_read(call->store, &organisation, fault);
    setting.organisation = &organisation;
    (void)argument_day(call, "from", &setting.from_day);
    if (result == 0)
        result = set(&setting, fault);
    organisation_release(&organisation);
    robot_list_release(&list);
    return result;
}

static void put_row(struct json_writer *writer, const struct robot_share *share, const char *id,
                    const char *name, int64_t millionths)
{
    char month[CLOCK_MONTH_TEXT] = "";

    if (share->booking_from != 0)
        clock_format_month(share->booking_from, month);
    json_begin_object(writer);
    result_day(writer, "from", share->from_day);
    result_text(writer, "department", id);
    result_text(writer, "name", name);
    result_decimal(writer, "share", millionths, FILE_SHARE_DIGITS);
    result_text_or_null(writer, "booked_from", month);
    json_end_object(writer);
}

static void put_rows(struct json_writer *writer, const struct organisation *organisation,
                     const struct robot *robot)
{
    int64_t rest = SHARE_WHOLE;
    size_t i;

    for (i = 0; i < robot->share_count; i++) {
        const struct robot_share *share = &robot->shares[i];
        const struct department *department =
            organisation_department_by_id(organisation, share->department_id);
        bool is_last = i + 1 == robot->share_count || share[1].from_day != share->from_day ||
                       share[1].booking_from != share->booking_from;

        put_row(writer, share, department != NULL ? department->slug : "?",
                department != NULL ? department_name_on(department, share->from_day) : "?",
                share->millionths);
        rest -= share->millionths;
        if (!is_last)
            continue;
        if (rest != 0)
            put_row(writer, share, SAVINGS_CROSS_ID, SAVINGS_CROSS_NAME, rest);
        rest = SHARE_WHOLE;
    }
}

static int share_list_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = organisation_read(call->store, &organisation, fault);
    if (result == 0) {
        json_begin_object(call->result);
        json_key(call->result, "rows");
        json_begin_array(call->result);
        put_rows(call->result, &organisation, robot);
        json_end_array(call->result);
        json_end_object(call->result);
    }
    organisation_release(&organisation);
    robot_list_release(&list);
    return result;
}

static const struct argument set_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .is_required = true,
     .value = "DATE",
     .help = "valid from that day"},
    {.name = "share",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "ID=SHARE",
     .help = "a department and its share, 0 to 1; several with commas, or given again",
     .is_repeated = true,
     .most = PARTS_TEXT_MAX,
     .source = SOURCE_DEPARTMENT},
    BOOK_DIFFERENCE_ARGUMENT,
    REASON_ARGUMENT(false),
    ARGUMENTS_END,
};

const struct command command_share_set = {
    .name = "share set",
    .summary = "whom a robot serves from a day on: a new version of all its shares",
    .help =
        "What is not given to a department goes to Tværgående; bae=0 gives it all. A task\n"
        "with a department of its own goes there whole. Tasks before the day stay as they are.\n"
        "\n"
        "  automagi share set mona-mangelliste --from 2026-08-01 --share bae=0.5,bf=0.3",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .check = share_set_check,
    .apply = share_set_apply,
};

static const struct argument list_arguments[] = {ROBOT_ARGUMENT, ARGUMENTS_END};

static const struct column list_columns[] = {
    {.member = "from", .heading = "from"},
    {.member = "department", .heading = "department"},
    {.member = "name", .heading = "name"},
    {.member = "share", .heading = "share", .is_right = true},
    {.member = "booked_from", .heading = "for bookings from"},
    COLUMNS_END,
};

const struct command command_share_list = {
    .name = "share list",
    .summary = "every version of a robot's shares",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "no shares: all it does is Tværgående; see `automagi share set --help`",
    .apply = share_list_apply,
};
