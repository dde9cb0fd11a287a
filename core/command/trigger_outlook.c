/* Whether a schedule has times at all, and what calendars make of them for some years. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/command/trigger_shown.h"

enum { CALENDARS_NAMED = 64 };

int trigger_comes(const struct trigger_rule *rule, int64_t now_ms, struct fault *fault)
{
    struct trigger_times times;
    int64_t next_ms;
    int result;

    if (rule->kind != TRIGGER_CRON)
        return 0;
    result = trigger_times_init(&times, rule, NULL, NULL, now_ms, fault);
    if (result < 0)
        return result;
    next_ms = cron_next(&times.cron, times.zone, now_ms);
    trigger_times_release(&times);
    if (next_ms != 0)
        return 0;
    return fault_set(fault, -EINVAL,
                     "the schedule \"%s\" never comes: it fits no day of any year; give it "
                     "a day that there is",
                     rule->cron);
}

/* Notes the calendars that the day is off by; false: by none. */
static bool look_at_day(const struct trigger_times *times, bool is_used[static CALENDARS_NAMED])
{
    const char *names = times->rule->not_on;
    char name[TRIGGER_NOT_ON_MAX];
    char reason[REST_REASON_MAX];
    bool is_off = false;
    size_t i;

    for (i = 0; names[0] != '\0' && i < CALENDARS_NAMED; i++) {
        size_t length = strcspn(names, ",");

        (void)text_copy(name, length + 1, names);
        if (calendar_day_off(times->calendars, name, clock_day_in(times->zone, times->at_ms, NULL),
                             reason))
            is_off = is_used[i] = true;
        names += length + (names[length] == ',');
    }
    return is_off;
}

static void name_idle(const struct trigger_rule *rule, const bool is_used[static CALENDARS_NAMED],
                      char ret_idle[static TRIGGER_NOT_ON_MAX])
{
    const char *names = rule->not_on;
    struct text text;
    size_t i;

    text_init(&text, TRIGGER_NOT_ON_MAX - 1);
    for (i = 0; names[0] != '\0' && i < CALENDARS_NAMED; i++) {
        size_t length = strcspn(names, ",");

        if (!is_used[i]) {
            text_append_string(&text, text.length > 0 ? " and " : "");
            text_append(&text, names, length);
        }
        names += length + (names[length] == ',');
    }
    (void)text_copy(ret_idle, TRIGGER_NOT_ON_MAX, text_string(&text));
    text_release(&text);
}

int trigger_outlook(const struct trigger_rule *rule, const struct calendar_set *calendars,
                    int64_t now_ms, struct trigger_outlook *ret_outlook, struct fault *fault)
{
    struct trigger_outlook outlook = {0};
    bool is_used[CALENDARS_NAMED] = {false};
    char skipped[REST_REASON_MAX];
    struct trigger_times times;
    int64_t until_ms;
    bool has_time = false;
    bool has_run = false;
    int month;
    int day;
    int result = trigger_times_init(&times, rule, NULL, calendars, now_ms, fault);

    if (result < 0)
        return result;
    clock_civil(clock_local_day(now_ms), &outlook.until_year, &month, &day);
    outlook.until_year += OUTLOOK_YEARS;
    until_ms = clock_day(outlook.until_year, month, day <= 28 ? day : 28) * INT64_C(86400000);
    while (rule->not_on[0] != '\0' && trigger_times_next(&times, skipped) != 0 &&
           (times.at_ms < until_ms || !has_time)) {
        has_time = true;
        has_run = !look_at_day(&times, is_used) || has_run;
        trigger_times_pass_day(&times);
    }
    outlook.never_runs = has_time && !has_run;
    if (has_time && has_run && rule->kind == TRIGGER_CRON)
        name_idle(rule, is_used, outlook.idle);
    trigger_times_release(&times);
    *ret_outlook = outlook;
    return 0;
}
