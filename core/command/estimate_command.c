/* estimate set: what a task is worth in minutes, and who answers for it. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/estimate_version.h"
#include "core/command/nouns.h"
#include "core/store/period.h"
#include "core/store/timing.h"

enum { MINUTE_DIGITS = 2, MESSAGE_MAX = 2048 };

/* The version that was set last, whose words hold on where nothing else is said. */
static const struct estimate *latest_set(const struct robot *robot, enum estimate_kind kind)
{
    const struct estimate *latest = NULL;
    size_t i;

    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].kind == kind &&
            (latest == NULL || robot->estimates[i].id > latest->id))
            latest = &robot->estimates[i];
    return latest;
}

/* "; mean 3.42 and median 3.5 of 3 timings", and a warning: a saving is rather counted too low. */
static void tell_timings(struct text *message, const struct timings *timings, int64_t hundredths)
{
    char mean[DECIMAL_TEXT_MAX];
    char median[DECIMAL_TEXT_MAX];

    if (timings->count == 0)
        return;
    decimal_format(timings->mean, MINUTE_DIGITS, mean, sizeof(mean));
    decimal_format((int128)timings->twice_median * 5, MINUTE_DIGITS + 1, median, sizeof(median));
    text_printf(message, "; mean %s and median %s of %zu timing%s", mean, median, timings->count,
                timings->count == 1 ? "" : "s");
    if (2 * hundredths > timings->twice_median)
        text_append_string(message, ": the minutes lie above the median, and an estimate shall be "
                                    "conservative");
}

static int tell_closed(struct command_call *call, struct text *message, int32_t from,
                       struct fault *fault)
{
    char month[CLOCK_MONTH_TEXT];
    int32_t open_from = 0;
    int result = period_open_from(call->store, &open_from, fault);

    if (result < 0 || clock_month_of_day(from) >= open_from)
        return result;
    clock_format_month(clock_month_of_day(from), month);
    text_printf(message, "; %s is closed: signing it will need --book-difference", month);
    return 0;
}

static int answer_set(struct command_call *call, const struct robot *robot,
                      const struct estimate_new *new, const struct timings *timings,
                      struct fault *fault)
{
    struct text message;
    char day[CLOCK_DAY_TEXT];
    char minutes[DECIMAL_TEXT_MAX];
    int result;

    text_init(&message, MESSAGE_MAX);
    clock_format_day(new->from_day, day);
    decimal_format(new->hundredths, MINUTE_DIGITS, minutes, sizeof(minutes));
    text_printf(&message,
                "%s: %s minutes per %s from %s, set by %s; it counts when the head of department "
                "has signed it (`automagi estimate sign %s%s --by NAME`)",
                robot->slug, minutes, estimate_kind_word(new->kind), day, call->by, robot->slug,
                new->kind == ESTIMATE_HANDOVER ? " --for handover" : "");
    tell_timings(&message, timings, new->hundredths);
    result = tell_closed(call, &message, new->from_day, fault);
    if (result == 0)
        result_only_message(call, "%s", text_string(&message));
    text_release(&message);
    return result;
}

static int set(struct command_call *call, const struct robot *robot, struct fault *fault)
{
    struct estimate_new new = {.kind = call_estimate_kind(call),
                               .set_by = call->by,
                               .reason = argument_text(call, "reason", ""),
                               .timings = argument_text(call, "timings", "")};
    const struct estimate *before = latest_set(robot, new.kind);
    struct timings timings = {.count = 0};
    int64_t id = 0;
    int result = timings_read(new.timings, &timings, fault);

    call_minutes(call, &new.hundredths);
    (void)argument_day(call, "from", &new.from_day);
    new.task = argument_text(call, "task", before != NULL ? before->task : "");
    /* How other minutes were found says nothing of these. */
    new.method =
        argument_text(call, "method",
                      before != NULL && before->hundredths == new.hundredths ? before->method : "");
    if (result == 0 && estimate_signed_from(robot, new.kind, new.from_day) != NULL)
        result = estimate_refuse_signed(robot, estimate_signed_from(robot, new.kind, new.from_day),
                                        fault);
    if (result == 0)
        result = estimate_set(call->store, robot->id, &new, &id, fault);
    if (result < 0)
        return result;
    detail_int(call, "version", id);
    return answer_set(call, robot, &new, &timings, fault);
}

static int estimate_set_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = set(call, robot, fault);
    robot_list_release(&list);
    return result;
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
    ESTIMATE_KIND_ARGUMENT,
    {.name = "task",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "what one task is, such as \"one invoice checked\" (that of the version before)",
     .most = REASON_MAX},
    {.name = "method",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "how the minutes were found (that of the version before)",
     .most = REASON_MAX},
    {.name = "timings",
     .kind = ARGUMENT_TEXT,
     .value = "LIST",
     .help = "sample timings in minutes, such as 3.5,4,2.75",
     .most = TIMINGS_TEXT_MAX - 1},
    REASON_ARGUMENT(false),
    BY_ARGUMENT("the process owner, who answers for it"),
    ARGUMENTS_END,
};

const struct command command_estimate_set = {
    .name = "estimate set",
    .summary = "a new version of a robot's minutes per task; unsigned, so it counts nothing yet",
    .help =
        "With --timings the answer says their mean and median, and warns when the minutes lie\n"
        "above the median: an estimate shall be conservative. Without --task that of the version\n"
        "before stays, and without --method too when the minutes are the same.\n"
        "--for handover: minutes saved on a reference that the robot began and a person finishes.\n"
        "\n"
        "  automagi estimate set mona-mangelliste --minutes 3 --from 2026-01-01 \\\n"
        "      --task \"one list sent\" --method \"stopwatch, 3 cases\" --timings 3.5,4,2.75 --by "
        "NAME",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .check = minutes_check,
    .apply = estimate_set_apply,
};
