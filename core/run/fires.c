#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

static int64_t next_fire(const struct daemon *daemon)
{
    const struct robot_entry *robot;
    int64_t next = 0;
    size_t i;

    for (i = 0; i < daemon->trigger_count; i++) {
        int64_t at = daemon->triggers[i].next_ms;

        if (at > 0 && (next == 0 || at < next))
            next = at;
    }
    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->retry_ms > 0 && robot->live == 0 && robot->queued == 0 &&
            (next == 0 || robot->retry_ms < next))
            next = robot->retry_ms;
    }
    return next;
}

void fires_arm(struct daemon *daemon)
{
    struct itimerspec timer;
    int64_t next = next_fire(daemon);

    memset(&timer, 0, sizeof(timer));
    if (next > 0) {
        timer.it_value.tv_sec = next / 1000;
        timer.it_value.tv_nsec = next % 1000 * 1000000 + 1; /* never 0, which would disarm it */
    }
    /* CANCEL_ON_SET: when somebody sets the clock, the read fails and the timer is armed anew. */
    (void)timerfd_settime(daemon->timer_watch.fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
                          &timer, NULL);
}

const char *fires_rest_reason(const struct robot_entry *robot, int64_t nominal_ms)
{
    if (!robot->is_known || !robot->is_installed)
        return "the robot is not installed";
    if (robot->is_paused)
        return "the robot is paused";
    if (!robot_entry_operates(robot, clock_local_day(nominal_ms)))
        return "the robot is not in operation on this day";
    return NULL;
}

static const char *skip_reason(const struct robot_entry *robot, int64_t nominal_ms)
{
    const char *reason = fires_rest_reason(robot, nominal_ms);

    if (reason == NULL && robot->queued > 0)
        return "an earlier run still waits";
    return reason;
}

static void fire(struct daemon *daemon, struct trigger_entry *trigger, int64_t now_ms)
{
    const char *skipped;
    int64_t nominal_ms = 0;

    /* A clock that was wrong and is right again: it does not begin where the wrong one stood. */
    if (trigger->ahead_ms > trigger->last_nominal_ms && trigger->ahead_ms <= now_ms)
        trigger->last_nominal_ms = trigger->ahead_ms;
    if (trigger->next_ms <= trigger->last_nominal_ms && trigger->last_nominal_ms <= now_ms)
        trigger->next_ms = cron_next(&trigger->cron, trigger->last_nominal_ms);
    if (trigger->next_ms == 0 || trigger->next_ms > now_ms)
        return;
    if (trigger->robot != NULL)
        nominal_ms = missed_pass_over(daemon, trigger, now_ms);
    trigger->next_ms = cron_next(&trigger->cron, now_ms);
    if (nominal_ms == 0)
        return;
    trigger->last_nominal_ms = nominal_ms;
    skipped = skip_reason(trigger->robot, nominal_ms);
    if (job_fire(daemon, trigger, nominal_ms, skipped) < 0)
        log_about(LOG_LEVEL_ERROR,
                  &(struct log_about){.robot = trigger->robot->slug, .trigger = trigger->id},
                  "a fire of %s was missed: out of memory", trigger->robot->slug);
}

static void retry(struct daemon *daemon, struct robot_entry *robot, int64_t now_ms)
{
    if (robot->retry_ms == 0 || robot->retry_ms > now_ms || robot->live > 0 || robot->queued > 0)
        return;
    robot->retry_ms = 0;
    if (!robot->is_known || !robot->is_installed || robot->is_paused)
        return; /* resuming reads the registry again, and with it what is deferred */
    if (job_run_create(daemon, robot, RUN_BY_RETRY) < 0)
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug},
                  "a retry of %s was missed: out of memory", robot->slug);
}

/*
 * A clock that stood ahead and is set right would keep the triggers quiet until the time it had
 * shown. They go on from now; a time that has fired does not fire again, for it has its record.
 * After a small step back they wait until the clock is there again.
 */
static void look_at_clock(struct daemon *daemon, int64_t now_ms)
{
    size_t i;

    if (now_ms < daemon->wall_ms - FIRES_AHEAD_MS) {
        log_line(LOG_LEVEL_WARN, "the clock was set back by %lld s: triggers go on from now",
                 (long long)((daemon->wall_ms - now_ms) / 1000));
        for (i = 0; i < daemon->trigger_count; i++) {
            struct trigger_entry *trigger = &daemon->triggers[i];

            trigger->next_ms = cron_next(&trigger->cron, now_ms);
            if (trigger->last_nominal_ms > now_ms)
                trigger->last_nominal_ms = 0;
        }
    }
    daemon->wall_ms = now_ms;
}

void fires_due(struct daemon *daemon)
{
    struct robot_entry *robot;
    int64_t now_ms = clock_now_ms();
    size_t i;

    if (daemon->is_stopping)
        return;
    look_at_clock(daemon, now_ms);
    for (i = 0; i < daemon->trigger_count; i++) {
        if (daemon->triggers[i].next_ms > 0 && daemon->triggers[i].next_ms <= now_ms)
            fire(daemon, &daemon->triggers[i], now_ms);
    }
    for (robot = daemon->robots; robot != NULL; robot = robot->next)
        retry(daemon, robot, now_ms);
    fires_arm(daemon);
}

void fires_timer(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    uint64_t count;

    (void)events;
    /* ECANCELED means the clock was set: all the more reason to look again. */
    (void)!read(watch->fd, &count, sizeof(count));
    fires_due(daemon);
}
