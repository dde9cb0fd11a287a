#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

void dispatch_add(struct daemon *daemon, int64_t run_id, struct robot_entry *robot)
{
    struct pending_run *pending;

    (void)daemon;
    if (run_id <= robot->newest_run)
        return;
    pending = calloc(1, sizeof(*pending));
    if (pending == NULL) {
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug, .run = run_id},
                  "run %lld stays queued until the next start: out of memory", (long long)run_id);
        return;
    }
    robot->newest_run = run_id;
    pending->id = run_id;
    if (robot->pending_last != NULL)
        robot->pending_last->next = pending;
    else
        robot->pending_first = pending;
    robot->pending_last = pending;
    robot->queued++;
}

enum verdict { START, WAIT, REFUSE };

static enum verdict refuse(char reason[FAULT_TEXT_MAX], const char *text)
{
    (void)text_copy(reason, FAULT_TEXT_MAX, text);
    return REFUSE;
}

/* May a run of the robot start now? A host is brought up on the way. */
static enum verdict judge(struct daemon *daemon, struct robot_entry *robot,
                          char reason[FAULT_TEXT_MAX])
{
    struct fault fault;
    int result;

    if (!robot->is_installed)
        return refuse(reason, "the robot is not installed: `automagi robot add FILE`");
    if (robot->is_paused || robot->live >= robot->definition.limit ||
        daemon->live >= MACHINE_RUNS_MAX)
        return WAIT;
    if (robot->host != NULL && !host_is_current(daemon, robot->host))
        host_drain(daemon, robot->host); /* its file on disk is another one by now */
    if (robot->host == NULL) {
        if (clock_monotonic_ms() < robot->host_again_ms)
            return WAIT;
        result = host_start(daemon, robot, &robot->host, &fault);
        if (result == -EAGAIN)
            host_put_off(daemon, robot, fault.text);
        if (result < 0)
            return result == -EAGAIN ? WAIT : refuse(reason, fault.text);
    }
    return host_may_start(daemon, robot->host) ? START : WAIT;
}

static void drop_first(struct robot_entry *robot)
{
    struct pending_run *pending = robot->pending_first;

    robot->pending_first = pending->next;
    if (robot->pending_first == NULL)
        robot->pending_last = NULL;
    robot->queued--;
    free(pending);
}

void dispatch_drop(struct daemon *daemon, int64_t run_id)
{
    struct robot_entry *robot;
    struct pending_run *before;
    struct pending_run *pending;

    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        before = NULL;
        for (pending = robot->pending_first; pending != NULL; pending = pending->next) {
            if (pending->id == run_id)
                break;
            before = pending;
        }
        if (pending == NULL)
            continue;
        if (before == NULL) {
            drop_first(robot);
            return;
        }
        before->next = pending->next;
        if (robot->pending_last == pending)
            robot->pending_last = before;
        robot->queued--;
        free(pending);
        return;
    }
}

static void dispatch_robot(struct daemon *daemon, struct robot_entry *robot)
{
    char reason[FAULT_TEXT_MAX];

    while (robot->pending_first != NULL) {
        int64_t id = robot->pending_first->id;
        enum verdict verdict = judge(daemon, robot, reason);

        if (verdict == START && run_begin(daemon, robot, id) < 0)
            verdict = WAIT; /* out of descriptors or memory: tried again at the next turn */
        if (verdict == REFUSE && job_refuse(daemon, robot, id, reason) < 0)
            verdict = WAIT;
        if (verdict == WAIT)
            return;
        drop_first(robot);
    }
}

void dispatch_all(struct daemon *daemon)
{
    struct robot_entry *robot;

    if (daemon->is_stopping)
        return;
    for (robot = daemon->robots; robot != NULL; robot = robot->next)
        dispatch_robot(daemon, robot);
}

void dispatch_refuse(struct daemon *daemon, struct robot_entry *robot, const char *reason)
{
    while (robot->pending_first != NULL) {
        if (job_refuse(daemon, robot, robot->pending_first->id, reason) < 0)
            return;
        drop_first(robot);
    }
}
