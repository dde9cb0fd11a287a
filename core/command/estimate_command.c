/* estimate set | sign | history: what a task is worth in minutes, and who answers for it. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/command/robot_show.h"

enum { MINUTE_DIGITS = 2, NUMBER_TEXT = 48 };
#define HUNDREDTHS_MOST INT64_C(10000000) /* 100,000 minutes */

static const struct estimate *signed_from(const struct robot *robot, int32_t day)
{
    size_t i;

    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].from_day == day && robot->estimates[i].signed_by != NULL)
            return &robot->estimates[i];
    return NULL;
}

static int refuse_signed(const struct robot *robot, const struct estimate *estimate,
                         struct fault *fault)
{
    char from[CLOCK_DAY_TEXT];
    char on[CLOCK_DAY_TEXT];

    clock_format_day(estimate->from_day, from);
    clock_format_day(estimate->signed_day, on);
    return fault_set(fault, -EPERM,
                     "%s: the estimate from %s is signed by %s on %s and stays as it is; give the "
                     "new one another --from",
                     robot->slug, from, estimate->signed_by, on);
}

static int need_minutes(const struct command_call *call, int64_t *ret_hundredths,
                        struct fault *fault)
{
    const char *minutes = argument_text(call, "minutes", "");

    if (decimal_parse(minutes, MINUTE_DIGITS, ret_hundredths) && *ret_hundredths >= 0 &&
        *ret_hundredths <= HUNDREDTHS_MOST)
        return 0;
    return fault_set(fault, -EINVAL,
                     "--minutes: expected 0 to 100000 with at most two decimals, not \"%.60s\"",
                     minutes);
}

static int estimate_set_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    char day[CLOCK_DAY_TEXT];
    char minutes[NUMBER_TEXT];
    int64_t hundredths = 0;
    int32_t from = 0;
    int64_t id = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = need_minutes(call, &hundredths, fault);
    if (result == 0 && argument_day(call, "from", &from) && signed_from(robot, from) != NULL)
        result = refuse_signed(robot, signed_from(robot, from), fault);
    if (result == 0)
        result = estimate_set(call->store, robot->id,
                              &(struct estimate_new){.from_day = from,
                                                     .hundredths = hundredths,
                                                     .set_by = call->by,
                                                     .reason = argument_text(call, "reason", "")},
                              &id, fault);
    if (result == 0) {
        detail_int(call, "version", id);
        clock_format_day(from, day);
        decimal_format(hundredths, MINUTE_DIGITS, minutes, sizeof(minutes));
        result_only_message(
            call,
            "%s: %s minutes per task from %s, set by %s; it counts when the head of "
            "department has signed it (`automagi estimate sign %s --by NAME`)",
            robot->slug, minutes, day, call->by, robot->slug);
    }
    robot_list_release(&list);
    return result;
}

/* The newest unsigned version, of the valid-from asked for or of the only one there is. */
static int find_unsigned(const struct command_call *call, const struct robot *robot,
                         const struct estimate **ret_estimate, struct fault *fault)
{
    const struct estimate *found = NULL;
    bool is_dated;
    int32_t from = 0;
    size_t i;

    is_dated = argument_day(call, "from", &from);
    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];

        /* One that another version of its day was preferred to waits for nobody. */
        if (estimate->signed_by != NULL || (is_dated && estimate->from_day != from) ||
            (!is_dated && signed_from(robot, estimate->from_day) != NULL))
            continue;
        if (found != NULL && found->from_day != estimate->from_day)
            return fault_set(fault, -EINVAL,
                             "%s has unsigned estimates of several dates; say which with --from",
                             robot->slug);
        if (found == NULL || estimate->id > found->id)
            found = estimate;
    }
    if (found == NULL)
        return fault_set(fault, -ENOENT,
                         "%s has no unsigned estimate%s; set one with `automagi estimate set`, or "
                         "see `automagi estimate history %s`",
                         robot->slug, is_dated ? " from that day" : "", robot->slug);
    *ret_estimate = found;
    return 0;
}

static int sign(struct command_call *call, const struct robot *robot,
                const struct estimate *estimate, struct fault *fault)
{
    int32_t on = call_today(call);
    char minutes[NUMBER_TEXT];
    char from[CLOCK_DAY_TEXT];
    int result;

    (void)argument_day(call, "on", &on);
    if (on > call_today(call))
        return fault_set(fault, -EINVAL, "--on lies ahead; sign on the day itself");
    if (signed_from(robot, estimate->from_day) != NULL)
        return refuse_signed(robot, signed_from(robot, estimate->from_day), fault);
    result = estimate_sign(call->store, estimate->id, call->by, on, fault);
    if (result < 0)
        return fault_prefix(fault, result, "%s", robot->slug);
    detail_int(call, "version", estimate->id);
    detail_day(call, "valid_from", estimate->from_day);
    detail_decimal(call, "minutes", estimate->hundredths, MINUTE_DIGITS);
    clock_format_day(estimate->from_day, from);
    decimal_format(estimate->hundredths, MINUTE_DIGITS, minutes, sizeof(minutes));
    result_only_message(call, "%s: %s minutes per task from %s, signed by %s%s", robot->slug,
                        minutes, from, call->by,
                        on > estimate->from_day ? "; retroactive: it counts from its date" : "");
    return 0;
}

static int estimate_sign_apply(struct command_call *call, struct fault *fault)
{
    const struct estimate *estimate = NULL;
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = find_unsigned(call, robot, &estimate, fault);
    if (result == 0 && estimate != NULL)
        result = sign(call, robot, estimate, fault);
    robot_list_release(&list);
    return result;
}

static int estimate_history_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    size_t i;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0) {
        json_begin_object(call->result);
        json_key(call->result, "rows");
        json_begin_array(call->result);
        for (i = 0; i < robot->estimate_count; i++)
            put_estimate(call->result, &robot->estimates[i]);
        json_end_array(call->result);
        json_end_object(call->result);
    }
    robot_list_release(&list);
    return result;
}

#define ROBOT_ARGUMENT                                                                             \
    {                                                                                              \
        .name = "robot", .kind = ARGUMENT_ROBOT, .is_positional = true, .is_required = true,       \
        .value = "ROBOT", .help = "the robot's id"                                                 \
    }

static const struct argument set_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "minutes",
     .kind = ARGUMENT_DECIMAL,
     .is_required = true,
     .value = "N",
     .help = "what a person would use per task, such as 2.5"},
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .is_required = true,
     .value = "DATE",
     .help = "valid from that day"},
    {.name = "reason",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "why, for whoever looks later",
     .most = REASON_MAX},
    {.name = "by",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "NAME",
     .help = "the process owner, who answers for it",
     .most = BY_MAX},
    ARGUMENTS_END,
};

const struct command command_estimate_set = {
    .name = "estimate set",
    .summary = "a new version of a robot's minutes per task; unsigned, so it counts nothing yet",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .apply = estimate_set_apply,
};

static const struct argument sign_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "which version, when several wait"},
    {.name = "by",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "NAME",
     .help = "the head of department; not who set it",
     .most = BY_MAX},
    {.name = "on", .kind = ARGUMENT_DAY, .value = "DATE", .help = "signed on that day (today)"},
    ARGUMENTS_END,
};

const struct command command_estimate_sign = {
    .name = "estimate sign",
    .summary = "the head of department signs; from then on the robot's tasks count",
    .kind = COMMAND_CHANGES,
    .arguments = sign_arguments,
    .apply = estimate_sign_apply,
};

static const struct argument history_arguments[] = {ROBOT_ARGUMENT, ARGUMENTS_END};

static const struct column history_columns[] = {
    {.member = "from", .heading = "from"},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "set_by", .heading = "set by"},
    {.member = "signed_by", .heading = "signed by"},
    {.member = "signed_on", .heading = "signed on"},
    {.member = "signature", .heading = "signature", .is_state = true},
    {.member = "reason", .heading = "reason"},
    COLUMNS_END,
};

const struct command command_estimate_history = {
    .name = "estimate history",
    .summary = "every version of a robot's estimate: who set it, who signed it",
    .kind = COMMAND_READS,
    .arguments = history_arguments,
    .columns = history_columns,
    .empty = "no estimate yet",
    .apply = estimate_history_apply,
};
