/* robot list | show. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/command/robot_show.h"
#include "core/run/definition.h"
#include "core/store/item.h"
#include "core/store/organisation.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "scorecards/savings.h"

enum { SHARE_DIGITS = 6, MINUTE_DIGITS = 2, SHARES_TEXT_MAX = 4096 };

static void put_share(struct text *text, const char *slug, int64_t millionths)
{
    char number[48];

    if (text->length > 0)
        text_append_string(text, ", ");
    text_append_string(text, slug);
    if (millionths == SHARE_WHOLE)
        return;
    decimal_format(millionths, SHARE_DIGITS, number, sizeof(number));
    text_printf(text, " %s", number);
}

/* "bae 0.5, tvaergaaende 0.5": whom the robot serves on a day. */
static void put_departments(struct json_writer *writer, const struct robot *robot,
                            const struct organisation *organisation, int32_t day)
{
    const struct robot_share *shares = NULL;
    size_t count = robot_shares_on(robot, day, &shares);
    int64_t left = SHARE_WHOLE;
    struct text text;
    size_t i;

    text_init(&text, SHARES_TEXT_MAX);
    for (i = 0; i < count; i++) {
        const struct department *department =
            organisation_department_by_id(organisation, shares[i].department_id);

        left -= shares[i].millionths;
        if (department != NULL && shares[i].millionths > 0)
            put_share(&text, department->slug, shares[i].millionths);
    }
    if (left > 0)
        put_share(&text, SAVINGS_CROSS_ID, left);
    result_text(writer, "departments", text_string(&text));
    text_release(&text);
}

static void put_robot_row(struct json_writer *writer, const struct robot *robot,
                          const struct organisation *organisation, int32_t today)
{
    const struct estimate *estimate = robot_estimate_on(robot, today);

    json_begin_object(writer);
    result_text(writer, "id", robot->slug);
    result_text(writer, "name", robot->name);
    put_robot_state(writer, robot, today);
    result_text(writer, "plugin", robot->plugin);
    put_departments(writer, robot, organisation, today);
    if (estimate != NULL)
        result_decimal(writer, "minutes", estimate->hundredths, MINUTE_DIGITS);
    else
        result_text(writer, "minutes", NULL);
    result_text(writer, "estimate",
                estimate != NULL            ? "signed"
                : robot->estimate_count > 0 ? "unsigned"
                                            : "none");
    json_end_object(writer);
}

static int robot_list_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    struct robot_list list = {0};
    size_t i;
    int result = organisation_read(call->store, &organisation, fault);

    if (result == 0)
        result = robot_list_read(call->store, &list, fault);
    if (result == 0) {
        json_begin_object(call->result);
        json_key(call->result, "rows");
        json_begin_array(call->result);
        for (i = 0; i < list.count; i++)
            put_robot_row(call->result, &list.robots[i], &organisation, call_today(call));
        json_end_array(call->result);
        json_end_object(call->result);
    }
    robot_list_release(&list);
    organisation_release(&organisation);
    return result;
}

static void put_operations(struct json_writer *writer, const struct robot *robot)
{
    size_t i;

    json_key(writer, "operation");
    json_begin_array(writer);
    for (i = 0; i < robot->operation_count; i++) {
        json_begin_object(writer);
        result_day(writer, "from", robot->operations[i].from_day);
        if (robot->operations[i].to_day == ROBOT_NO_END)
            result_text(writer, "to", NULL);
        else
            result_day(writer, "to", robot->operations[i].to_day);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_shares(struct json_writer *writer, const struct robot *robot,
                       const struct organisation *organisation, int32_t today)
{
    size_t i;

    json_key(writer, "departments");
    json_begin_array(writer);
    if (robot->share_count == 0) { /* nobody's is Tværgående's, and always shown */
        json_begin_object(writer);
        result_text(writer, "from", NULL);
        result_text(writer, "id", SAVINGS_CROSS_ID);
        result_text(writer, "name", SAVINGS_CROSS_NAME);
        result_decimal(writer, "share", SHARE_WHOLE, SHARE_DIGITS);
        json_end_object(writer);
    }
    for (i = 0; i < robot->share_count; i++) {
        const struct robot_share *share = &robot->shares[i];
        const struct department *department =
            organisation_department_by_id(organisation, share->department_id);

        if (department == NULL)
            continue;
        json_begin_object(writer);
        result_day(writer, "from", share->from_day);
        result_text(writer, "id", department->slug);
        result_text(writer, "name", department_name_on(department, today));
        result_decimal(writer, "share", share->millionths, SHARE_DIGITS);
        json_end_object(writer);
    }
    json_end_array(writer);
}

bool estimate_entered_late(const struct estimate *estimate, int32_t *ret_day)
{
    *ret_day = clock_local_day(estimate->set_ms);
    return estimate->signed_by != NULL && estimate->signed_day < *ret_day;
}

void put_estimate_members(struct json_writer *writer, const struct estimate *estimate)
{
    bool is_signed = estimate->signed_by != NULL;
    char month[CLOCK_MONTH_TEXT] = "";
    int32_t entered;

    result_text(writer, "for", estimate_kind_word(estimate->kind));
    result_day(writer, "from", estimate->from_day);
    result_decimal(writer, "minutes", estimate->hundredths, MINUTE_DIGITS);
    result_text(writer, "set_by", estimate->set_by);
    result_text(writer, "signed_by", estimate->signed_by);
    if (is_signed)
        result_day(writer, "signed_on", estimate->signed_day);
    else
        result_text(writer, "signed_on", NULL);
    if (estimate_entered_late(estimate, &entered))
        result_day(writer, "entered_on", entered);
    else
        result_text(writer, "entered_on", NULL);
    result_text(writer, "signature",
                !is_signed                                  ? "unsigned"
                : estimate->signed_day > estimate->from_day ? "signed, retroactive"
                                                            : "signed");
    if (estimate->booking_from != 0)
        clock_format_month(estimate->booking_from, month);
    result_text_or_null(writer, "booked_from", month);
    result_text_or_null(writer, "task", estimate->task);
    result_text_or_null(writer, "method", estimate->method);
    result_text_or_null(writer, "timings", estimate->timings);
    result_text_or_null(writer, "reason", estimate->reason);
}

static void put_estimates(struct json_writer *writer, const struct robot *robot)
{
    size_t i;

    json_key(writer, "estimates");
    json_begin_array(writer);
    for (i = 0; i < robot->estimate_count; i++) {
        json_begin_object(writer);
        put_estimate_members(writer, &robot->estimates[i]);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_who(struct json_writer *writer, const struct robot *robot, int32_t today)
{
    static const char *const windows[] = {"", "day", "month", "year", "ever"};

    result_text(writer, "id", robot->slug);
    result_text(writer, "name", robot->name);
    result_text(writer, "state", robot_state_word(robot, today));
    result_text(writer, "paused_by", robot->paused_by);
    result_text(writer, "paused_reason", robot->paused_reason);
    result_instant(writer, "paused_since", robot->paused_ms);
    result_text(writer, "runs", robot->is_external ? "external" : "plugin");
    result_bool(writer, "one_off", robot->is_one_off);
    result_text(writer, "plugin", robot->plugin);
    result_text(writer, "window", windows[robot->window]);
    result_text_or_null(writer, "folder", robot->folder);
}

static int robot_show_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = organisation_read(call->store, &organisation, fault);
    if (result == 0) {
        json_begin_object(call->result);
        put_who(call->result, robot, call_today(call));
        put_operations(call->result, robot);
        put_shares(call->result, robot, &organisation, call_today(call));
        put_estimates(call->result, robot);
        result = robot_show_work(call, robot, fault);
        json_end_object(call->result);
    }
    organisation_release(&organisation);
    robot_list_release(&list);
    return result;
}

static const struct column list_columns[] = {
    {.member = "id", .heading = "robot"},
    {.member = "name", .heading = "name"},
    {.member = "state_words", .heading = "state", .most = 60, .is_state = true},
    {.member = "plugin", .heading = "plugin"},
    {.member = "departments", .heading = "departments"},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "estimate", .heading = "estimate", .is_state = true},
    COLUMNS_END,
};

const struct command command_robot_list = {
    .name = "robot list",
    .summary = "all robots: state, plugin, whom they serve, estimate of today",
    .kind = COMMAND_READS,
    .columns = list_columns,
    .empty = "no robots yet; load organisation.json with `automagi load`",
    .apply = robot_list_apply,
};

static const struct argument show_arguments[] = {
    ROBOT_ARGUMENT,
    ARGUMENTS_END,
};

const struct command command_robot_show = {
    .name = "robot show",
    .summary = "one robot: definition, operation, shares, estimates, triggers, queue, last runs",
    .kind = COMMAND_READS,
    .arguments = show_arguments,
    .apply = robot_show_apply,
};
