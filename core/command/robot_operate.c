/* robot operate | suspend: the days on which a robot is in operation. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/change_list.h"
#include "core/command/detail.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/command/organisation_load.h"
#include "core/store/operation.h"

enum { WHAT_MAX = ROBOT_SLUG_MAX + 32 };

typedef int change_operations(const struct robot_operation *operations, size_t count,
                              const struct robot_operation *interval,
                              struct operation_list *ret_list, struct fault *fault);

int need_open_operation(struct store *store, const char *slug, const struct operation_list *before,
                        const struct operation_list *after, bool *ret_is_changed,
                        struct fault *fault)
{
    char what[WHAT_MAX];
    int32_t day = 0;

    *ret_is_changed = operation_first_change(before, after, &day);
    if (!*ret_is_changed)
        return 0;
    (void)text_copy(what, sizeof(what), "the operation of ");
    (void)text_copy(what + strlen(what), sizeof(what) - strlen(what), slug);
    return need_open_month(store, what, day, fault);
}

static void answer(struct command_call *call, const struct robot *robot,
                   const struct operation_list *before, const struct operation_list *after,
                   bool is_changed)
{
    char remark[GATE_REMARK_MAX];
    struct text was;
    struct text is;

    text_init(&was, CHANGE_TEXT_MAX);
    text_init(&is, CHANGE_TEXT_MAX);
    load_put_operations(&was, before->operations, before->count);
    load_put_operations(&is, after->operations, after->count);
    robot_gate_remark(robot, remark);
    if (!is_changed) {
        detail_bool(call, "no_change", true);
        result_only_message(call, "%s: no change, it is in operation %s%s", robot->slug,
                            is.length > 0 ? text_string(&is) : "on no day", remark);
    } else {
        detail_text(call, "before", text_string(&was));
        detail_text(call, "after", text_string(&is));
        result_only_message(call, "%s is in operation %s (before: %s)" UNTIL_NEXT_LOAD("it") "%s",
                            robot->slug, is.length > 0 ? text_string(&is) : "on no day",
                            was.length > 0 ? text_string(&was) : "on no day", remark);
    }
    text_release(&was);
    text_release(&is);
}

static int change(struct command_call *call, change_operations *how, struct fault *fault)
{
    struct robot_operation interval = {.to_day = ROBOT_NO_END};
    struct operation_list before = {.count = 0};
    struct operation_list after = {.count = 0};
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    bool is_changed = false;
    int result = call_robot(call, "robot", &list, &robot, fault);

    (void)argument_day(call, "from", &interval.from_day);
    (void)argument_day(call, "to", &interval.to_day);
    if (result == 0)
        result = operation_list_copy(robot->operations, robot->operation_count, &before, fault);
    if (result == 0)
        result = how(robot->operations, robot->operation_count, &interval, &after, fault);
    if (result == 0)
        result = need_open_operation(call->store, robot->slug, &before, &after, &is_changed, fault);
    if (result == 0 && is_changed)
        result = robot_operations_set(call->store, robot->id, after.operations, after.count, fault);
    if (result == 0) {
        call->effects.robots_changed = is_changed;
        answer(call, robot, &before, &after, is_changed);
    }
    operation_list_release(&before);
    operation_list_release(&after);
    robot_list_release(&list);
    return result;
}

static int operate_apply(struct command_call *call, struct fault *fault)
{
    return change(call, operation_list_add, fault);
}

static int suspend_apply(struct command_call *call, struct fault *fault)
{
    return change(call, operation_list_cut, fault);
}

#define INTERVAL_ARGUMENTS(first, last)                                                            \
    ROBOT_ARGUMENT,                                                                                \
        {.name = "from",                                                                           \
         .kind = ARGUMENT_DAY,                                                                     \
         .is_required = true,                                                                      \
         .value = "DATE",                                                                          \
         .help = (first)},                                                                         \
        {.name = "to", .kind = ARGUMENT_DAY, .value = "DATE", .help = (last)},                     \
    {                                                                                              \
        .name = "reason", .kind = ARGUMENT_TEXT, .value = "TEXT",                                  \
        .help = "why, for whoever looks later", .most = REASON_MAX                                 \
    }

static const struct argument operate_arguments[] = {
    INTERVAL_ARGUMENTS("its first day of operation", "its last day of operation (no end known)"),
    ARGUMENTS_END,
};

const struct command command_robot_operate = {
    .name = "robot operate",
    .summary = "put a robot into operation from a day on, or again",
    .help =
        "Days in operation are the denominator of its forecast. What overlaps with what it has\n"
        "becomes one interval. The first day that changes must lie in an open month.",
    .kind = COMMAND_CHANGES,
    .arguments = operate_arguments,
    .apply = operate_apply,
};

static const struct argument suspend_arguments[] = {
    INTERVAL_ARGUMENTS("its first day out of operation",
                       "its last day out of operation (until `robot operate`)"),
    ARGUMENTS_END,
};

const struct command command_robot_suspend = {
    .name = "robot suspend",
    .summary = "take a robot out of operation for some days, or until further notice",
    .help = "It does not start then, and months without a day in operation do not count in its\n"
            "forecast: neither as months it did nothing in, nor as months to come. What it did\n"
            "stays counted. To keep it from starting without that, see `robot pause`. The first\n"
            "day that changes must lie in an open month.",
    .kind = COMMAND_CHANGES,
    .arguments = suspend_arguments,
    .preview = robot_suspend_preview,
    .apply = suspend_apply,
};
