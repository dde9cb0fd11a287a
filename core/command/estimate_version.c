#include "core/command/estimate_version.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/store/organisation.h"
#include "core/store/timing.h"

enum { MINUTE_DIGITS = 2 };
#define HUNDREDTHS_MOST INT64_C(10000000) /* 100,000 minutes */

enum estimate_kind call_estimate_kind(const struct command_call *call)
{
    return strcmp(argument_text(call, "for", "task"), "handover") == 0 ? ESTIMATE_HANDOVER
                                                                       : ESTIMATE_TASK;
}

static bool is_minutes(const char *minutes, int64_t *ret_hundredths)
{
    return decimal_parse(minutes, MINUTE_DIGITS, ret_hundredths) && *ret_hundredths >= 0 &&
           *ret_hundredths <= HUNDREDTHS_MOST;
}

int minutes_check(const struct json *arguments, struct fault *fault)
{
    const char *minutes = json_string(json_member(arguments, "minutes"));
    const char *timings = json_string(json_member(arguments, "timings"));
    struct timings read;
    int64_t hundredths;

    if (minutes != NULL && !is_minutes(minutes, &hundredths))
        return fault_set(fault, -EINVAL,
                         "--minutes: expected 0 to 100000 with at most two decimals, not \"%.60s\"",
                         minutes);
    return timings != NULL ? timings_read(timings, &read, fault) : 0;
}

void call_minutes(const struct command_call *call, int64_t *ret_hundredths)
{
    const char *minutes = argument_text(call, "minutes", NULL);
    int64_t hundredths;

    if (minutes != NULL && is_minutes(minutes, &hundredths))
        *ret_hundredths = hundredths;
}

const struct estimate *estimate_signed_from(const struct robot *robot, enum estimate_kind kind,
                                            int32_t day)
{
    size_t i;

    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].kind == kind && robot->estimates[i].from_day == day &&
            robot->estimates[i].signed_by != NULL)
            return &robot->estimates[i];
    return NULL;
}

int estimate_refuse_signed(const struct robot *robot, const struct estimate *estimate,
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

int estimate_find_unsigned(const struct command_call *call, const struct robot *robot,
                           const struct estimate **ret_estimate, struct fault *fault)
{
    enum estimate_kind kind = call_estimate_kind(call);
    const struct estimate *found = NULL;
    bool is_dated;
    int32_t from = 0;
    size_t i;

    is_dated = argument_day(call, "from", &from);
    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];

        /* One that another version of its day was preferred to waits for nobody. */
        if (estimate->kind != kind || estimate->signed_by != NULL ||
            (is_dated && estimate->from_day != from) ||
            (!is_dated && estimate_signed_from(robot, kind, estimate->from_day) != NULL))
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

/* The signed version of a day, else the newest of it. */
static const struct estimate *version_from(const struct robot *robot, enum estimate_kind kind,
                                           int32_t day)
{
    const struct estimate *found = estimate_signed_from(robot, kind, day);
    size_t i;

    for (i = 0; i < robot->estimate_count && (found == NULL || found->signed_by == NULL); i++)
        if (robot->estimates[i].kind == kind && robot->estimates[i].from_day == day)
            found = &robot->estimates[i];
    return found;
}

int estimate_find_meant(const struct command_call *call, const struct robot *robot,
                        const struct estimate **ret_estimate, struct fault *fault)
{
    enum estimate_kind kind = call_estimate_kind(call);
    const struct estimate *found;
    int32_t from = 0;

    if (argument_day(call, "from", &from))
        found = version_from(robot, kind, from);
    else
        found = robot_estimate_for(robot, kind, call_today(call), BOOKING_LATEST);
    if (found == NULL)
        return fault_set(fault, -ENOENT,
                         "%s has no %sestimate %s; `automagi estimate history %s` shows those "
                         "there are, say which with --from",
                         robot->slug, from == 0 ? "signed " : "",
                         from == 0 ? "that is valid today" : "from that day", robot->slug);
    *ret_estimate = found;
    return 0;
}
