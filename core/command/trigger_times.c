/* The times of a trigger to come, and which of them will be skipped. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"

enum {
    TIMES_LOOKED_AT = 1000,
    SKIPPED_SHOWN = 3, /* of times in a row */
    MINUTES_OF_DAY = 1440,
    MS_OF_MINUTE = 60000
};

int trigger_times_init(struct trigger_times *times, const struct trigger_rule *rule,
                       const struct robot *robot, const struct calendar_set *calendars,
                       int64_t after_ms, struct fault *fault)
{
    int result = 0;

    *times = (struct trigger_times){
        .rule = rule, .robot = robot, .calendars = calendars, .at_ms = after_ms};
    if (rule->zone[0] != '\0')
        result = zone_open(rule->zone, &times->own_zone, fault);
    times->zone = times->own_zone != NULL ? times->own_zone : clock_zone();
    if (result == 0 && rule->kind == TRIGGER_CRON)
        result = cron_parse(rule->cron, &times->cron, fault);
    if (result < 0)
        trigger_times_release(times);
    return result;
}

void trigger_times_release(struct trigger_times *times)
{
    zone_close(times->own_zone);
    *times = (struct trigger_times){0};
}

static int64_t next_time(const struct trigger_times *times)
{
    switch (times->rule->kind) {
    case TRIGGER_CRON:
        return cron_next(&times->cron, times->zone, times->at_ms);
    case TRIGGER_ONCE:
        return times->rule->at_ms > times->at_ms ? times->rule->at_ms : 0;
    case TRIGGER_AFTER:
    case TRIGGER_DEPTH:
    case TRIGGER_AGE:
        return 0;
    }
    return 0;
}

int64_t trigger_times_next(struct trigger_times *times, char ret_skipped[static REST_REASON_MAX])
{
    int64_t next_ms = next_time(times);

    ret_skipped[0] = '\0';
    if (next_ms == 0)
        return 0;
    times->at_ms = next_ms;
    if (times->robot != NULL && !robot_operates_on(times->robot, clock_local_day(next_ms)))
        (void)text_copy(ret_skipped, REST_REASON_MAX, "the robot is not in operation on this day");
    else
        (void)calendar_day_off(times->calendars, times->rule->not_on,
                               clock_day_in(times->zone, next_ms, NULL), ret_skipped);
    return next_ms;
}

/* On to the last minutes of the day, whatever the clocks do on it. Operation is by the organisation's
 * days, calendars are by those of the trigger's zone. */
void trigger_times_pass_day(struct trigger_times *times)
{
    bool is_operating =
        times->robot == NULL || robot_operates_on(times->robot, clock_local_day(times->at_ms));
    const struct zone *zone = is_operating ? times->zone : clock_zone();
    int minute = 0;
    int32_t day = clock_day_in(zone, times->at_ms, &minute);
    int64_t last_ms = times->at_ms + (MINUTES_OF_DAY - minute) * (int64_t)MS_OF_MINUTE - 1;

    while (clock_day_in(zone, last_ms, &minute) > day)
        last_ms -= 30 * (int64_t)MS_OF_MINUTE;
    if (last_ms > times->at_ms)
        times->at_ms = last_ms;
}

int64_t trigger_times_next_run(struct trigger_times *times)
{
    char skipped[REST_REASON_MAX];
    int64_t next_ms;
    int i;

    for (i = 0; i < TIMES_LOOKED_AT; i++) {
        next_ms = trigger_times_next(times, skipped);
        if (next_ms == 0 || skipped[0] == '\0')
            return next_ms;
        trigger_times_pass_day(times);
    }
    return 0;
}

static bool is_next_skipped(const struct trigger_times *times)
{
    struct trigger_times ahead = *times; /* borrows all; nothing of it is released */
    char skipped[REST_REASON_MAX];

    return trigger_times_next(&ahead, skipped) != 0 && skipped[0] != '\0';
}

int64_t trigger_times_next_shown(struct trigger_times *times,
                                 char ret_skipped[static REST_REASON_MAX])
{
    char skipped[REST_REASON_MAX];
    int64_t next_ms;

    if (times->skipped_in_row == SKIPPED_SHOWN) {
        times->skipped_in_row = 0;
        ret_skipped[0] = '\0';
        return trigger_times_next_run(times);
    }
    next_ms = trigger_times_next(times, ret_skipped);
    times->skipped_in_row = ret_skipped[0] != '\0' ? times->skipped_in_row + 1 : 0;
    if (times->skipped_in_row == SKIPPED_SHOWN && is_next_skipped(times)) {
        (void)text_copy(skipped, sizeof(skipped), ret_skipped);
        (void)snprintf(ret_skipped, REST_REASON_MAX, "%.200s; more are skipped after it", skipped);
    }
    return next_ms;
}

int64_t trigger_next_run(const struct trigger *trigger, const struct robot *robot,
                         const struct calendar_set *calendars, int64_t now_ms)
{
    struct trigger_times times;
    struct fault ignored;
    int64_t next_ms;

    if (robot->is_paused || robot->red_item != 0 ||
        trigger_times_init(&times, &trigger->rule, robot, calendars, now_ms, &ignored) < 0)
        return 0;
    next_ms = trigger_times_next_run(&times);
    trigger_times_release(&times);
    return next_ms;
}

bool trigger_lacks_zone(const struct trigger *trigger)
{
    const struct trigger_rule *rule = &trigger->rule;
    struct zone *zone = NULL;
    struct fault ignored;
    int result;

    if (rule->zone[0] == '\0' || rule->kind == TRIGGER_AFTER ||
        (rule->kind == TRIGGER_ONCE && trigger->last_nominal_ms != 0))
        return false;
    result = zone_open(rule->zone, &zone, &ignored);
    zone_close(zone);
    return result == -EINVAL;
}

void moment_of(const struct zone *zone, int64_t at_ms, struct moment *ret_moment)
{
    static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int minute = 0;
    int32_t day = clock_day_in(zone, at_ms, &minute);
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    (void)text_copy(ret_moment->weekday, sizeof(ret_moment->weekday),
                    weekdays[clock_weekday(day) % 7]);
    (void)text_copy(ret_moment->day, sizeof(ret_moment->day), text);
    (void)snprintf(ret_moment->time, sizeof(ret_moment->time), "%02u:%02u",
                   (unsigned)minute / 60 % 24, (unsigned)minute % 60);
    (void)text_copy(ret_moment->zone, sizeof(ret_moment->zone), zone_name(zone));
}

void moment_words(int64_t at_ms, int64_t now_ms, char ret_words[static MOMENT_MAX])
{
    int32_t ahead = clock_local_day(at_ms) - clock_local_day(now_ms);
    struct moment moment;

    moment_of(clock_zone(), at_ms, &moment);
    if (ahead == 0)
        (void)snprintf(ret_words, MOMENT_MAX, "%s", moment.time);
    else if (ahead == 1 || ahead == -1)
        (void)snprintf(ret_words, MOMENT_MAX, "%s %s", moment.time,
                       ahead == 1 ? "tomorrow" : "yesterday");
    else
        (void)snprintf(ret_words, MOMENT_MAX, "%s on %s %s", moment.time, moment.weekday,
                       moment.day);
}

void put_time(struct json_writer *writer, const struct trigger_times *times, int64_t trigger_id,
              int64_t at_ms, const char *skipped)
{
    struct moment moment;

    moment_of(times->zone, at_ms, &moment);
    json_begin_object(writer);
    result_text(writer, "weekday", moment.weekday);
    result_text(writer, "date", moment.day);
    result_text(writer, "time", moment.time);
    result_text(writer, "zone", moment.zone);
    result_text(writer, "robot", times->robot->slug);
    if (trigger_id != 0)
        result_int(writer, "trigger", trigger_id);
    result_instant(writer, "at", at_ms);
    result_text_or_null(writer, "skipped", skipped);
    json_end_object(writer);
}
