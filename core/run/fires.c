#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/store/backoff.h"

enum {
    ZONES_LOOK_MS = 60000,
    RETRY_REST_MS = 600000,
    VAIN_REST_MS = 2000, /* the first time */
    FLAGS = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET
};

static void keep_earlier(int64_t *next_ms, int64_t at_ms)
{
    if (at_ms > 0 && (*next_ms == 0 || at_ms < *next_ms))
        *next_ms = at_ms;
}

void fires_rest(struct robot_entry *robot)
{
    robot->retry_rest_ms = clock_now_ms() + RETRY_REST_MS;
}

void fires_rest_vain(struct robot_entry *robot)
{
    robot->vain_runs++;
    robot->retry_rest_ms =
        clock_now_ms() + backoff_delay_ms(VAIN_REST_MS, RETRY_REST_MS, robot->vain_runs);
}

/* A rest of before the clock was set back is none. */
bool fires_rests(const struct robot_entry *robot, int64_t now_ms)
{
    return robot->retry_rest_ms > now_ms && robot->retry_rest_ms <= now_ms + RETRY_REST_MS;
}

/* 0: it is not known when, for nothing is deferred, or the robot is in operation no more. */
static int64_t retry_at(const struct robot_entry *robot, int64_t now_ms)
{
    int64_t at_ms = robot->retry_ms;

    if (at_ms == 0)
        return 0;
    if (at_ms <= robot->retry_rest_ms && fires_rests(robot, now_ms))
        at_ms = robot->retry_rest_ms;
    return robot_entry_operates_from(robot, at_ms > now_ms ? at_ms : now_ms);
}

bool fires_may_add(const struct daemon *daemon, const struct robot_entry *robot)
{
    const struct run *run;

    if (robot->queued > 0 || (robot->live > 0 && robot->live >= robot->definition.limit))
        return false;
    if (robot->live == 0)
        return true;
    if (robot->crowded_run != 0)
        return false;
    for (run = daemon->runs; run != NULL; run = run->next) {
        if (run->robot == robot && !run->has_asked)
            return false;
    }
    return true;
}

/* When the loop has to look again: a second before a time, for the host, and at the time. */
static int64_t next_look(const struct daemon *daemon)
{
    const struct trigger_set *set = &daemon->triggers;
    const struct robot_entry *robot;
    int64_t now_ms = clock_now_ms();
    uint32_t minute = 0;
    int64_t next = 0;
    size_t i;

    if (due_first(&set->due, &minute) != NULL)
        keep_earlier(&next, due_ms(minute) -
                                (daemon->parked_minute != minute ? PARK_AHEAD_MS : FIRE_LEAD_MS));
    for (i = 0; i < set->other_count; i++) {
        int64_t at_ms = set->others[i].next_ms;

        keep_earlier(&next, at_ms > 0 && set->others[i].parked_ms != at_ms ? at_ms - PARK_AHEAD_MS
                                                                           : at_ms - FIRE_LEAD_MS);
    }
    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->retry_ms != 0 && fires_may_add(daemon, robot))
            keep_earlier(&next, retry_at(robot, now_ms));
    }
    keep_earlier(&next, daemon->opens_ms);
    return next;
}

void fires_arm(struct daemon *daemon)
{
    struct itimerspec timer;
    int64_t next = next_look(daemon);

    memset(&timer, 0, sizeof(timer));
    if (next > 0) {
        timer.it_value.tv_sec = next / 1000;
        timer.it_value.tv_nsec = next % 1000 * 1000000 + 1; /* never 0, which would disarm it */
    }
    /* CANCEL_ON_SET: when somebody sets the clock, the read fails and the timer is armed anew. When
     * that was not read yet, it is this call that fails, and the read waits: then it is for now. */
    if (timerfd_settime(daemon->timer_watch.fd, FLAGS, &timer, NULL) == 0 || errno != ECANCELED)
        return;
    daemon->zones_ms = 0;
    timer.it_value = (struct timespec){.tv_nsec = 1};
    (void)timerfd_settime(daemon->timer_watch.fd, FLAGS, &timer, NULL);
}

/* `overlap`: why no run of it is to start beside those there are; NULL: one may. */
static void fire_time(struct daemon *daemon, struct trigger_entry *trigger, int64_t nominal_ms,
                      const char *overlap)
{
    char reason[REST_REASON_MAX];
    const char *skipped = overlap;

    trigger->last_nominal_ms = nominal_ms;
    if (rest_at(daemon, trigger, nominal_ms, reason))
        skipped = reason;
    if (job_fire(daemon, trigger, nominal_ms, skipped) < 0)
        log_about(LOG_LEVEL_ERROR,
                  &(struct log_about){.robot = trigger->robot->slug, .trigger = trigger->id},
                  "a fire of %s was missed: out of memory", trigger->robot->slug);
}

static void fire(struct daemon *daemon, struct trigger_entry *trigger, int64_t now_ms)
{
    int64_t times[TRIGGER_MISFIRE_MOST];
    char reason[REST_REASON_MAX];
    const char *overlap = NULL;
    size_t count = 0;
    size_t i;

    /* A clock that was wrong and is right again: it does not begin where the wrong one stood. */
    if (trigger->ahead_ms > trigger->last_nominal_ms && trigger->ahead_ms <= now_ms)
        trigger->last_nominal_ms = trigger->ahead_ms;
    if (trigger->next_ms <= trigger->last_nominal_ms && trigger->last_nominal_ms <= now_ms)
        trigger->next_ms = trigger_next(trigger, trigger->last_nominal_ms);
    if (trigger->next_ms == 0 || trigger->next_ms > now_ms)
        return;
    if (trigger->robot != NULL)
        count = missed_pass_over(daemon, trigger, now_ms, times, TRIGGER_MISFIRE_MOST);
    trigger->next_ms = trigger_next(trigger, now_ms);
    /* Asked once for all: those that are made up for together wait for each other, and may then wait
     * for others too. */
    if (count > 0 && (count == 1 || trigger->policy->overlap != OVERLAP_QUEUE) &&
        rest_for_overlap(daemon, trigger, reason))
        overlap = reason;
    for (i = 0; i < count; i++)
        fire_time(daemon, trigger, times[i], overlap);
}

static void retry(struct daemon *daemon, struct robot_entry *robot, int64_t now_ms)
{
    int64_t at_ms = retry_at(robot, now_ms);

    if (at_ms == 0 || at_ms > now_ms || !fires_may_add(daemon, robot))
        return;
    if (!robot->is_known || !robot->is_installed || robot->is_paused || robot->red_item != 0) {
        robot->retry_ms =
            0; /* resuming, and a gate that turns green, reads the registry again, and with it what is deferred */
        return;
    }
    if (job_run_create(daemon, robot, RUN_BY_RETRY) == 0) {
        robot->retry_ms = 0;
        return;
    }
    fires_rest(robot);
    log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug},
              "a retry of %s is put off: out of memory", robot->slug);
}

/*
 * A clock that stood ahead and is set right would keep the triggers quiet until the time it had
 * shown. They go on from now; a time that has fired does not fire again, for it has its record.
 * After a small step back they wait until the clock is there again.
 */
static void look_at_clock(struct daemon *daemon, int64_t now_ms)
{
    int64_t at_ms = clock_monotonic_ms();
    int64_t passed_ms = at_ms > daemon->wall_at_ms ? at_ms - daemon->wall_at_ms : 0;
    int64_t shown_ms = daemon->wall_ms + passed_ms; /* had nobody set it */
    int64_t back_ms = shown_ms - now_ms;

    if (daemon->wall_ms != 0 &&
        (back_ms > FIRES_AHEAD_MS ||
         (back_ms > 1000 && clock_local_day(now_ms) != clock_local_day(shown_ms)))) {
        log_line(LOG_LEVEL_WARN, "the clock was set back by %lld s: triggers go on from now",
                 (long long)(back_ms / 1000));
        trigger_set_rebuild(daemon, now_ms);
        daemon->clock_back_ms += back_ms;
        registry_refresh(daemon);
    }
    daemon->wall_ms = now_ms;
    daemon->wall_at_ms = at_ms;
}

void fires_begin(struct daemon *daemon)
{
    daemon->wall_ms = clock_now_ms();
    daemon->wall_at_ms = clock_monotonic_ms();
    fires_arm(daemon); /* for no time yet, but it hears of a clock that is set */
}

/* A time is near: what it will need is made ready. */
static void look_ahead(struct daemon *daemon, const struct trigger_entry *trigger)
{
    char reason[REST_REASON_MAX];
    int64_t until_ms;

    if (trigger->robot != NULL && !rest_at(daemon, trigger, trigger->next_ms, reason) &&
        !rest_for_system(daemon, trigger->robot, trigger->next_ms, &until_ms, reason))
        park_ahead(daemon, trigger->robot, trigger->next_ms);
}

static void look_ahead_of(const struct due_schedule *schedule, uint32_t minute, void *context)
{
    struct daemon *daemon = context;
    struct trigger_entry trigger;

    trigger_of_schedule(&daemon->triggers, schedule, minute, &trigger);
    look_ahead(daemon, &trigger);
}

static void schedules_due(struct daemon *daemon, int64_t now_ms)
{
    struct trigger_set *set = &daemon->triggers;
    struct due_schedule *schedule;
    struct trigger_entry trigger;
    uint32_t minute = 0;

    while ((schedule = due_first(&set->due, &minute)) != NULL && due_ms(minute) <= now_ms) {
        trigger_of_schedule(set, schedule, minute, &trigger);
        fire(daemon, &trigger, now_ms);
        schedule->last_minute =
            trigger.last_nominal_ms == 0 ? 0 : due_minute(trigger.last_nominal_ms);
        due_replace_first(&set->due, due_minute(trigger.next_ms));
    }
    if (schedule != NULL && minute != daemon->parked_minute &&
        due_ms(minute) - PARK_AHEAD_MS <= now_ms) {
        daemon->parked_minute = minute;
        due_each_first(&set->due, look_ahead_of, daemon);
    }
}

void fires_due(struct daemon *daemon)
{
    struct robot_entry *robot;
    int64_t now_ms = clock_now_ms() + FIRE_LEAD_MS;
    size_t i;

    if (daemon->is_stopping || is_stalled(daemon))
        return;
    writer_hold(daemon->writer);
    look_at_clock(daemon, now_ms);
    schedules_due(daemon, now_ms);
    for (i = 0; i < daemon->triggers.other_count; i++) {
        struct trigger_entry *trigger = &daemon->triggers.others[i];

        if (trigger->next_ms > 0 && trigger->next_ms <= now_ms)
            fire(daemon, trigger, now_ms);
        if (trigger->next_ms != 0 && trigger->parked_ms != trigger->next_ms &&
            trigger->next_ms - PARK_AHEAD_MS <= now_ms) {
            trigger->parked_ms = trigger->next_ms;
            look_ahead(daemon, trigger);
        }
    }
    for (robot = daemon->robots; robot != NULL; robot = robot->next)
        retry(daemon, robot, now_ms - FIRE_LEAD_MS); /* an item is ready when it is, not before */
    writer_release(daemon->writer);
    fires_arm(daemon);
}

void fires_zones_look(struct daemon *daemon)
{
    daemon->zones_ms = 0;
    fires_zones_due(daemon);
}

void fires_zones_due(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms >= daemon->zones_ms) {
        daemon->zones_ms = now_ms + ZONES_LOOK_MS;
        if (trigger_set_renew_zones(&daemon->triggers)) {
            log_line(LOG_LEVEL_INFO, "a time zone's file has changed: triggers go by the new one");
            fires_due(daemon); /* by the old one what is due already */
            trigger_set_rebuild(daemon, clock_now_ms());
            fires_arm(daemon);
        }
    }
    daemon_deadline(daemon, daemon->zones_ms);
}

void fires_timer(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    uint64_t count;

    (void)events;
    /* The clock was set: all the more reason to look again, also at what else may be another. */
    if (read(watch->fd, &count, sizeof(count)) < 0 && errno == ECANCELED)
        daemon->zones_ms = 0;
    if (daemon->zones_ms == 0)
        fires_zones_due(daemon);
    fires_due(daemon);
}
