#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/hold.h"

void dispatch_leave(struct daemon *daemon, int64_t run_id, struct robot_entry *robot)
{
    log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug, .run = run_id},
              "run %lld waits until there is memory for it", (long long)run_id);
    if (robot->left_out == 0 || run_id < robot->left_out)
        robot->left_out = run_id;
    registry_later(daemon);
}

/* NULL: no memory. */
static struct pending_run *pending_new(struct daemon *daemon, int64_t run_id,
                                       struct robot_entry *robot, const char *input)
{
    struct pending_run *pending = calloc(1, sizeof(*pending));

    if (pending != NULL && input != NULL && input[0] != '\0') {
        pending->input = strdup(input);
        if (pending->input == NULL) {
            free(pending);
            pending = NULL;
        }
    }
    if (pending == NULL) {
        dispatch_leave(daemon, run_id, robot);
        return NULL;
    }
    pending->id = run_id;
    pending->since_ms = clock_monotonic_ms();
    return pending;
}

/* Behind `before`; NULL: first of all. */
static void insert(struct robot_entry *robot, struct pending_run *before,
                   struct pending_run *pending)
{
    struct pending_run **link = before != NULL ? &before->next : &robot->pending_first;

    pending->next = *link;
    *link = pending;
    if (pending->next == NULL)
        robot->pending_last = pending;
    robot->queued++;
}

struct pending_run *dispatch_add(struct daemon *daemon, int64_t run_id, struct robot_entry *robot,
                                 const char *input)
{
    struct pending_run *pending = pending_new(daemon, run_id, robot, input);

    if (pending == NULL)
        return NULL;
    insert(robot, robot->pending_last, pending);
    if (run_id > robot->newest_run)
        robot->newest_run = run_id;
    return pending;
}

struct pending_run *dispatch_put_back(struct daemon *daemon, int64_t run_id,
                                      struct robot_entry *robot, const char *input)
{
    struct pending_run *pending = pending_new(daemon, run_id, robot, input);
    struct pending_run *before = NULL;
    struct pending_run *next = robot->pending_first;

    if (pending == NULL)
        return NULL;
    for (; next != NULL && next->id < run_id; next = next->next)
        before = next;
    insert(robot, before, pending);
    return pending;
}

void dispatch_owe(struct robot_entry *robot, struct pending_run *pending)
{
    if (pending == NULL)
        return;
    pending->is_owed = true;
    robot->owed++;
}

struct pending_run *dispatch_add_found(struct daemon *daemon, int64_t run_id,
                                       struct robot_entry *robot, const char *input)
{
    const struct pending_run *pending = robot->pending_first;
    bool is_heard_of_here = (input != NULL && input[0] != '\0') ||
                            (robot->looked_from != 0 && run_id >= robot->looked_from);

    /* Numbers only grow, so a larger one is new. A smaller one may be too when it was made with an
     * input, or was left out, for such a run is heard of here alone. */
    if (run_id <= robot->newest_run) {
        while (pending != NULL && pending->id != run_id)
            pending = pending->next;
        if (!is_heard_of_here || pending != NULL || run_find(daemon, run_id) != NULL)
            return NULL;
    }
    return dispatch_add(daemon, run_id, robot, input);
}

enum verdict { START, WAIT, REFUSE, REFUSE_ALL };

static enum verdict refuse(char reason[FAULT_TEXT_MAX], const char *text)
{
    (void)text_copy(reason, FAULT_TEXT_MAX, text);
    return REFUSE;
}

/* In what order robots' first runs start: higher priority, then whose robot has fewer runs going on,
 * then whose robot has not started one for longer. So no robot with a long list holds up another. */
static bool goes_before(const struct robot_entry *one, const struct robot_entry *other)
{
    if (one->definition.priority != other->definition.priority)
        return one->definition.priority > other->definition.priority;
    if (one->live != other->live)
        return one->live < other->live;
    return one->started < other->started;
}

static enum verdict wait_for_host(const struct robot_entry *robot, char reason[FAULT_TEXT_MAX])
{
    (void)snprintf(reason, FAULT_TEXT_MAX, "no host: %s", robot->host_reason);
    return WAIT;
}

/* A host is brought up. */
static enum verdict need_host(struct daemon *daemon, struct robot_entry *robot,
                              char reason[FAULT_TEXT_MAX])
{
    struct fault fault;
    int result = 0;

    if (robot->host != NULL && !host_is_current(daemon, robot->host))
        host_drain(daemon, robot->host); /* its file on disk is another one by now */
    if (clock_monotonic_ms() < robot->host_again_ms)
        return wait_for_host(robot, reason);
    if (robot->host == NULL)
        result = host_start(daemon, robot, &robot->host, &fault);
    if (result == -EAGAIN)
        host_put_off(daemon, robot, fault.text);
    if (result == -EAGAIN ||
        (result == -EBUSY && host_try_again(daemon, robot, fault.text, HOST_TRIES_MANY)) ||
        (result == -ENOENT && host_try_again(daemon, robot, fault.text, HOST_TRIES_FEW)))
        return wait_for_host(robot, reason);
    if (result < 0) {
        (void)refuse(reason, fault.text);
        return result == -ENOENT ? REFUSE_ALL : REFUSE; /* all have waited for the file */
    }
    if (host_may_start(daemon, robot->host))
        return START;
    (void)text_copy(reason, FAULT_TEXT_MAX, "no host yet: it is being started");
    return WAIT;
}

/* INT64_MAX: nobody knows when. */
static void look_again_at(struct daemon *daemon, int64_t wall_ms)
{
    if (wall_ms == INT64_MAX || (daemon->opens_ms != 0 && daemon->opens_ms <= wall_ms))
        return;
    daemon->opens_ms = wall_ms;
    fires_arm(daemon);
}

/* Last of all, so that it is as new as the run. */
static enum verdict need_drop(struct daemon *daemon, struct robot_entry *robot,
                              char reason[FAULT_TEXT_MAX], enum verdict verdict)
{
    int result = verdict == START ? drop_need(daemon, robot, reason) : 0;

    if (result == 0)
        return verdict;
    return result == -EAGAIN ? WAIT : REFUSE;
}

/* When another waits behind it, a person's or a trigger's, there is no reason to rest. */
bool dispatch_rests(const struct robot_entry *robot)
{
    const struct pending_run *pending = robot->pending_first;

    return pending != NULL && pending->rests && pending->next == NULL &&
           fires_rests(robot, clock_now_ms());
}

static enum verdict rest(struct daemon *daemon, const struct robot_entry *robot,
                         char reason[FAULT_TEXT_MAX])
{
    char until[CLOCK_INSTANT_TEXT];

    clock_format_instant(robot->retry_rest_ms, until);
    (void)snprintf(reason, FAULT_TEXT_MAX,
                   "the last %u run%s failed before anything was begun; the next try is at %s",
                   robot->vain_runs, robot->vain_runs == 1 ? "" : "s", until);
    look_again_at(daemon, robot->retry_rest_ms);
    return WAIT;
}

/* May a run of the robot start now? */
static enum verdict judge(struct daemon *daemon, struct robot_entry *robot,
                          char reason[FAULT_TEXT_MAX])
{
    char resting[REST_REASON_MAX];
    int64_t until_ms = 0;
    int64_t now_ms = clock_now_ms();

    if (!robot->is_installed)
        return refuse(reason, "the robot is not installed: `automagi robot add FILE`");
    if (hold_reason(&(struct robot_hold){robot->is_paused, robot->red_item}, resting)) {
        (void)text_copy(reason, FAULT_TEXT_MAX, resting);
        return WAIT;
    }
    if (dispatch_rests(robot))
        return rest(daemon, robot, reason);
    /* One that is further ahead is of a clock that has been set back. */
    if (robot->nominal_ms > now_ms && robot->nominal_ms - now_ms <= FIRE_LEAD_MS) {
        (void)text_copy(reason, FAULT_TEXT_MAX, "its time has not come");
        look_again_at(daemon, robot->nominal_ms);
        return WAIT;
    }
    until_ms = robot_entry_operates_from(robot, now_ms);
    if (until_ms != now_ms) {
        (void)text_copy(reason, FAULT_TEXT_MAX, "the robot is not in operation on this day");
        look_again_at(daemon, until_ms != 0 ? until_ms : INT64_MAX);
        return WAIT;
    }
    if (rest_for_system(daemon, robot, now_ms, &until_ms, resting)) {
        (void)text_copy(reason, FAULT_TEXT_MAX, resting);
        look_again_at(daemon, until_ms);
        return WAIT;
    }
    if (rest_for_limit(daemon, robot, resting)) {
        (void)text_copy(reason, FAULT_TEXT_MAX, resting);
        return WAIT;
    }
    return need_drop(daemon, robot, reason, need_host(daemon, robot, reason));
}

/* It is in the list no more. */
static void forget(struct robot_entry *robot, struct pending_run *pending)
{
    robot->queued--;
    robot->owed -= pending->is_owed;
    free(pending->input);
    free(pending);
}

static void drop_first(struct robot_entry *robot)
{
    struct pending_run *pending = robot->pending_first;

    robot->pending_first = pending->next;
    if (robot->pending_first == NULL)
        robot->pending_last = NULL;
    forget(robot, pending);
}

static bool drop(struct robot_entry *robot, int64_t run_id)
{
    struct pending_run *before = NULL;
    struct pending_run *pending = robot->pending_first;

    while (pending != NULL && pending->id != run_id) {
        before = pending;
        pending = pending->next;
    }
    if (pending == NULL)
        return false;
    if (before == NULL) {
        drop_first(robot);
        return true;
    }
    before->next = pending->next;
    if (robot->pending_last == pending)
        robot->pending_last = before;
    forget(robot, pending);
    return true;
}

bool dispatch_drop(struct daemon *daemon, int64_t run_id)
{
    struct robot_entry *robot = daemon->robots;

    while (robot != NULL && !drop(robot, run_id))
        robot = robot->next;
    if (robot == NULL)
        return false;
    fires_rest(robot);
    fires_arm(daemon); /* a retry may have waited for it */
    return true;
}

/* A run that waits for a while says why in the store, for `why` and for those who find it there
 * after a crash. */
static void note_wait(struct daemon *daemon, struct robot_entry *robot, const char *reason)
{
    const struct pending_run *pending = robot->pending_first;
    int64_t noted_ms = pending->since_ms + WAITS_NOTED_MS;

    if (robot->waits_run == pending->id && strcmp(robot->waits, reason) == 0)
        return;
    if (clock_monotonic_ms() < noted_ms) {
        daemon_deadline(daemon, noted_ms);
        return;
    }
    robot->waits_run = pending->id;
    (void)text_copy(robot->waits, sizeof(robot->waits), reason);
    (void)job_waits(daemon, robot, pending->id, robot->waits); /* no memory: said the next time */
}

/* The robot's first run starts, is refused, or waits: then the robot is not asked again in this
 * turn. */
static void dispatch_first(struct daemon *daemon, struct robot_entry *robot)
{
    char reason[FAULT_TEXT_MAX] = "";
    int64_t id = robot->pending_first->id;
    const char *input = robot->pending_first->input;
    enum verdict verdict = judge(daemon, robot, reason);

    if (verdict == START && run_begin(daemon, robot, id, input != NULL ? input : "") < 0) {
        (void)text_copy(reason, sizeof(reason), "out of descriptors or memory");
        verdict = WAIT;
    }
    if (verdict == REFUSE && job_refuse(daemon, robot, id, reason) < 0)
        verdict = WAIT;
    if (verdict == REFUSE_ALL) {
        dispatch_refuse(daemon, robot, reason);
        if (robot->pending_first == NULL)
            return;
        verdict = WAIT; /* no memory: the next time */
    }
    if (verdict == START)
        robot->started = ++daemon->starts;
    if (verdict == WAIT) {
        robot->judged_turn = daemon->turn;
        note_wait(daemon, robot, reason);
        return;
    }
    drop_first(robot);
}

static struct robot_entry *next_robot(struct daemon *daemon)
{
    struct robot_entry *first = NULL;
    struct robot_entry *robot;

    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->pending_first != NULL && robot->judged_turn != daemon->turn &&
            (first == NULL || goes_before(robot, first)))
            first = robot;
    }
    return first;
}

void dispatch_all(struct daemon *daemon)
{
    struct robot_entry *robot;

    if (daemon->is_stopping || is_stalled(daemon))
        return;
    daemon->opens_ms = 0;
    writer_hold(daemon->writer);
    while ((robot = next_robot(daemon)) != NULL)
        dispatch_first(daemon, robot);
    run_name_parked(daemon);
    writer_release(daemon->writer);
}

void dispatch_due(struct daemon *daemon)
{
    const struct robot_entry *robot;

    if (daemon->is_stopping || is_stalled(daemon)) /* dispatch_all() does not see to it */
        return;
    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->pending_first != NULL && robot->waits_run != robot->pending_first->id)
            daemon_deadline(daemon, robot->pending_first->since_ms + WAITS_NOTED_MS);
    }
}

void dispatch_refuse(struct daemon *daemon, struct robot_entry *robot, const char *reason)
{
    while (robot->pending_first != NULL) {
        if (job_refuse(daemon, robot, robot->pending_first->id, reason) < 0)
            return;
        drop_first(robot);
    }
}
