/* What keeps a robot from starting, in words: of its own accord, or just now. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/run/daemon_inner.h"

static bool say(char reason[static REST_REASON_MAX], const char *text)
{
    (void)text_copy(reason, REST_REASON_MAX, text);
    return true;
}

bool rest_at(const struct daemon *daemon, const struct trigger_entry *trigger, int64_t nominal_ms,
             char ret_reason[static REST_REASON_MAX])
{
    const struct robot_entry *robot = trigger->robot;
    int32_t day = clock_day_in(trigger->zone, nominal_ms, NULL);

    if (!robot->is_known || !robot->is_installed)
        return say(ret_reason, "the robot is not installed");
    if (robot->is_paused)
        return say(ret_reason, "the robot is paused");
    if (!robot_entry_operates(robot, clock_local_day(nominal_ms)))
        return say(ret_reason, "the robot is not in operation on this day");
    if (robot->red_item != 0) {
        gate_red_words(robot->red_item, ret_reason);
        return true;
    }
    return daemon->calendars != NULL && trigger->policy->not_on != NULL &&
           calendar_day_off(daemon->calendars, trigger->policy->not_on, day, ret_reason);
}

/* The newest run of the robot that goes on; 0 none. */
static int64_t live_run(const struct daemon *daemon, const struct robot_entry *robot)
{
    const struct run *run;
    int64_t newest = 0;

    for (run = daemon->runs; run != NULL; run = run->next) {
        if (run->robot == robot && run->id > newest)
            newest = run->id;
    }
    return newest;
}

bool rest_for_overlap(const struct daemon *daemon, const struct trigger_entry *trigger,
                      char ret_reason[static REST_REASON_MAX])
{
    const struct robot_entry *robot = trigger->robot;

    if (trigger->policy->overlap == OVERLAP_ALLOW)
        return robot->queued >= QUEUED_MOST &&
               say(ret_reason, "overlap: 100 runs of the robot wait already");
    if (robot->queued > robot->owed)
        return say(ret_reason, "an earlier run still waits");
    if (trigger->policy->overlap == OVERLAP_QUEUE || robot->live == 0)
        return false;
    (void)snprintf(ret_reason, REST_REASON_MAX, "overlap: run %lld goes on",
                   (long long)live_run(daemon, robot));
    return true;
}

static const struct system_entry *find_system(const struct daemon *daemon, const char *slug)
{
    size_t i;

    for (i = 0; i < daemon->system_count; i++) {
        if (strcmp(daemon->systems[i].slug, slug) == 0)
            return &daemon->systems[i];
    }
    return NULL;
}

bool rest_for_system(const struct daemon *daemon, const struct robot_entry *robot, int64_t now_ms,
                     int64_t *ret_until_ms, char ret_reason[static REST_REASON_MAX])
{
    char until[CLOCK_INSTANT_TEXT];
    size_t i;

    for (i = 0; i < robot->definition.system_count; i++) {
        const struct system_entry *system = find_system(daemon, robot->definition.systems[i]);
        int64_t until_ms = system == NULL ? 0 : quiet_until(&system->quiet, NULL, now_ms);

        if (until_ms == 0)
            continue;
        if (until_ms == INT64_MAX) {
            (void)snprintf(ret_reason, REST_REASON_MAX, "%s is closed for more than a week",
                           system->slug);
        } else {
            clock_format_instant(until_ms, until);
            (void)snprintf(ret_reason, REST_REASON_MAX, "%s is closed until %s", system->slug,
                           until);
        }
        *ret_until_ms = until_ms;
        return true;
    }
    return false;
}

static bool is_over(unsigned live, unsigned most, const char *whose,
                    char reason[static REST_REASON_MAX])
{
    if (live < most)
        return false;
    (void)snprintf(reason, REST_REASON_MAX, "the %s limit of %u run%s is reached", whose, most,
                   most == 1 ? "" : "s");
    return true;
}

static bool is_plugin_full(const struct daemon *daemon, const char *plugin,
                           char reason[static REST_REASON_MAX])
{
    const struct robot_entry *robot;
    unsigned live = 0;
    size_t i = 0;

    while (i < daemon->plugin_limit_count && strcmp(daemon->plugin_limits[i].plugin, plugin) != 0)
        i++;
    if (i == daemon->plugin_limit_count)
        return false;
    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->is_installed && strcmp(robot->definition.plugin, plugin) == 0)
            live += robot->live;
    }
    return is_over(live, (unsigned)daemon->plugin_limits[i].runs, "plugin's", reason);
}

bool rest_for_limit(const struct daemon *daemon, const struct robot_entry *robot,
                    char ret_reason[static REST_REASON_MAX])
{
    if (robot->live > 0 && robot->crowded_run != 0)
        return say(ret_reason, "its queue was full: its runs go one at a time until what did not "
                               "fit is on it");
    return is_over(robot->live, robot->definition.limit, "robot's", ret_reason) ||
           is_plugin_full(daemon, robot->definition.plugin, ret_reason) ||
           is_over(daemon->live, daemon->machine_runs, "machine's", ret_reason);
}
