/*
 * What is done at a start with what the last daemon left: runs that were lost are ended, and the
 * work that was cut off goes on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/store/robot.h"
#include "core/store/store.h"

enum { LOST_NOTE_MAX = 192 };

struct lost_runs {
    struct run_record *runs;
    size_t count, capacity;
};

static int gather(const struct run_record *run, void *context)
{
    struct lost_runs *lost = context;

    if (run->state != RUN_RUNNING || run->cause == RUN_BY_IMPORT)
        return 0;
    if (lost->count == lost->capacity) {
        size_t capacity = lost->capacity == 0 ? 16 : lost->capacity * 2;
        struct run_record *grown = realloc(lost->runs, capacity * sizeof(*grown));

        if (grown == NULL)
            return -ENOMEM;
        lost->runs = grown;
        lost->capacity = capacity;
    }
    lost->runs[lost->count++] = *run;
    return 0;
}

/* What its input asks for is nowhere else, so each that is cut off before it has collected has a follower. Whether one for a
 * full queue was making room, or had it, is not known any more: it is made. */
static int ask_again(struct store *store, const struct run_record *run, struct fault *fault)
{
    int64_t id = 0;
    struct run_again again = {
        run->id, run_is_for_full_queue(run) ? RUN_ASKED_BY_RECOVERY_FULL : RUN_ASKED_BY_RECOVERY,
        true};
    int result = run_create_again(store, &again, &id, fault);

    if (result == 0 && id != 0)
        log_asked_again(run->robot, run->id, id);
    return result;
}

static void describe_lost(const struct run_record *run, char ret_note[static LOST_NOTE_MAX])
{
    const char *by = run_stop_asked_by(run);

    if (by != NULL)
        (void)snprintf(ret_note, LOST_NOTE_MAX, "stopped by %.127s; the daemon ended before it had",
                       by);
    else
        (void)snprintf(ret_note, LOST_NOTE_MAX, "the daemon ended while this run went on");
}

/* What a person had asked to stop has stopped now; what it had begun may have been done as in any other that is lost. */
static int end_lost(struct store *store, const struct robot *robot, const struct run_record *run,
                    int64_t now_ms, struct fault *fault)
{
    struct item_policy policy;
    struct after_runs after = {.count = 0}; /* the loop finds them queued */
    enum run_ending ending = run_stop_asked_by(run) != NULL ? RUN_STOPPED : RUN_LOST;
    char note[LOST_NOTE_MAX];
    bool is_paused = false;
    struct item_released released = {.waiting = 0};
    struct item_damaged damaged;
    int result;

    if (robot == NULL)
        return fault_set(fault, -EBADMSG, "run %lld is of a robot that is not there",
                         (long long)run->id);
    describe_lost(run, note);
    definition_policy_of(robot, &policy);
    result = item_release_run(
        store, &policy,
        &(struct item_release){.run_id = run->id, .begun = ITEM_BEGUN_ANY, .now_ms = now_ms},
        &released, fault);
    if (result == 0 && ending == RUN_LOST)
        result = ask_again(store, run, fault);
    if (result == 0)
        result = run_end(store, run->id, ending, note, now_ms, fault);
    if (result == 0)
        result = failure_counted(store, robot->id, ending, note, &is_paused, fault);
    if (result == 0)
        result = after_run_ended(store, robot->id, ending, now_ms, &after, fault);
    if (result >= 0)
        log_about(LOG_LEVEL_WARN, &(struct log_about){.robot = run->robot, .run = run->id},
                  "run %lld of %s was %s; %lld items wait for a person", (long long)run->id,
                  run->robot, ending == RUN_LOST ? "lost" : note, (long long)released.waiting);
    item_damaged_take(store, &damaged);
    if (result >= 0)
        log_damaged(run->robot, run->id, &damaged);
    return result < 0 ? result : 0;
}

/* The same after an order to stop as after a crash. What a person stopped stays stopped; behind a red gate, or while its
 * robot is paused or out of operation, for some days or until further notice, the run waits: nothing looks again when it is
 * back. */
static int go_on(struct store *store, const struct robot *robot, int64_t now_ms,
                 struct fault *fault)
{
    bool is_cut_off = false;
    int64_t id = 0;
    int result;

    if (robot->plugin == NULL || robot->is_external)
        return 0;
    result = run_was_cut_off(store, robot->id, &is_cut_off, fault);
    if (result < 0 || !is_cut_off)
        return result;
    result = run_create(store, robot->id, RUN_BY_RETRY, RUN_ASKED_BY_RECOVERY, now_ms, &id, fault);
    if (result == 0)
        log_about(LOG_LEVEL_INFO, &(struct log_about){.robot = robot->slug, .run = id},
                  "%s was cut off; run %lld goes on with it", robot->slug, (long long)id);
    return result;
}

int recovery_make(struct store *store, struct fault *fault)
{
    struct lost_runs lost = {NULL, 0, 0};
    struct robot_list robots = {0};
    int64_t now_ms = clock_now_ms();
    int64_t righted = 0;
    size_t i;
    int result = store_begin(store, fault);

    if (result == 0)
        result = run_each_open(store, gather, &lost, fault);
    if (result == 0)
        result = robot_list_read(store, &robots, fault);
    for (i = 0; i < lost.count && result == 0; i++)
        result = end_lost(store, robot_list_find_id(&robots, lost.runs[i].robot_id), &lost.runs[i],
                          now_ms, fault);
    if (result == 0)
        result = item_right_clock(store, now_ms, 0, &righted, fault);
    if (result == 0)
        result = trigger_right_clock(store, now_ms, fault);
    for (i = 0; i < robots.count && result == 0; i++)
        result = go_on(store, &robots.robots[i], now_ms, fault);
    if (result == 0)
        result = store_commit(store, fault);
    else
        store_rollback(store);
    robot_list_release(&robots);
    free(lost.runs);
    return result;
}
