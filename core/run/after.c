/* What the end of a run brings about: other robots that start after it, and a pause of one that
 * fails again and again. In the transaction of the end, so that no crash can lose it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/run/daemon_inner.h"
#include "core/store/audit.h"
#include "core/store/store.h"

enum { REASON_TEXT_MAX = 512, LAST_TEXT_MAX = 401 };

static bool is_failure(enum run_ending ending)
{
    return ending == RUN_FAILED || ending == RUN_TIMED_OUT || ending == RUN_LOST;
}

struct followers {
    enum run_ending ending;
    struct trigger *triggers;
    size_t count;
};

static int keep_follower(const struct trigger *trigger, void *context)
{
    struct followers *followers = context;
    struct trigger *triggers;
    enum trigger_after when = trigger->rule.after_ending;
    bool is_meant = when == AFTER_EITHER || (when == AFTER_FAILED) == is_failure(followers->ending);

    if (!is_meant || followers->count == AFTER_RUNS_MOST)
        return 0;
    triggers = realloc(followers->triggers, (followers->count + 1) * sizeof(*triggers));
    if (triggers == NULL)
        return -ENOMEM;
    followers->triggers = triggers;
    triggers[followers->count++] = *trigger;
    return 0;
}

/* The day and its minute in the trigger's zone; the organisation's when that is gone: the run has
 * ended all the same. */
static int32_t local_day(const struct trigger_rule *rule, int64_t now_ms, int *ret_minute)
{
    struct zone *zone = NULL;
    struct fault ignored;
    int32_t day;

    if (rule->zone[0] != '\0' && zone_open(rule->zone, &zone, &ignored) < 0)
        zone = NULL;
    day = clock_day_in(zone, now_ms, ret_minute);
    zone_close(zone);
    return day;
}

/* As rest_at() and rest_for_overlap() say of robots the loop knows, from the store. */
static int find_rest(struct store *store, const struct robot *robot, const struct trigger *trigger,
                     int64_t now_ms, char reason[static REST_REASON_MAX], struct fault *fault)
{
    struct calendar_set *calendars = NULL;
    struct run_open open = {.queued = 0};
    int minute;
    int result = run_open_count(store, robot->id, &open, fault);

    reason[0] = '\0';
    if (result == 0)
        result = calendar_set_read(store, &calendars, fault);
    if (result < 0)
        return result;
    if (robot->plugin == NULL)
        (void)text_copy(reason, REST_REASON_MAX, "the robot is not installed");
    else if (robot->is_paused)
        (void)text_copy(reason, REST_REASON_MAX, "the robot is paused");
    else if (!robot_operates_on(robot, clock_local_day(now_ms)))
        (void)text_copy(reason, REST_REASON_MAX, "the robot is not in operation on this day");
    else if (robot->red_item != 0)
        gate_red_words(robot->red_item, reason);
    else if (!calendar_day_off(calendars, trigger->rule.not_on,
                               local_day(&trigger->rule, now_ms, &minute), reason)) {
        if (trigger->rule.overlap != OVERLAP_ALLOW && open.queued > open.owed)
            (void)text_copy(reason, REST_REASON_MAX, "an earlier run still waits");
        else if (open.queued >= QUEUED_MOST)
            (void)snprintf(reason, REST_REASON_MAX, "overlap: %d runs of the robot wait already",
                           QUEUED_MOST);
        else if (trigger->rule.overlap == OVERLAP_SKIP && open.running > 0)
            (void)text_copy(reason, REST_REASON_MAX, "overlap: a run of the robot goes on");
    }
    calendar_set_free(calendars);
    return 0;
}

/* Two runs may end in one millisecond: each is a time of its own. */
static int record_fire(struct store *store, struct fire *fire, const struct trigger_rule *rule,
                       int64_t now_ms, int64_t *ret_run_id, struct fault *fault)
{
    int64_t expected_ms;
    int result = -EEXIST;
    int minute = 0;
    int tries;

    (void)local_day(rule, now_ms, &minute);
    expected_ms = expected_at(rule->expected_minute, minute, now_ms);

    for (tries = 0; result == -EEXIST && tries < 1000; tries++, fire->nominal_ms++)
        result = fire->skipped[0] != '\0'
                     ? fire_skip(store, fire, fault)
                     : fire_run(store, fire, expected_ms, now_ms, ret_run_id, fault);
    return result;
}

static int follow(struct store *store, const struct trigger *trigger, int64_t now_ms,
                  struct after_runs *runs, struct fault *fault)
{
    struct fire fire = {.trigger_id = trigger->id, .nominal_ms = now_ms};
    struct robot_list list = {0};
    char reason[REST_REASON_MAX] = "";
    int64_t run_id = 0;
    int result = robot_list_read_one(store, trigger->robot_id, &list, fault);

    if (result == 0 && list.count == 1)
        result = find_rest(store, &list.robots[0], trigger, now_ms, reason, fault);
    fire.skipped = reason;
    if (result == 0 && list.count == 1)
        result = record_fire(store, &fire, &trigger->rule, now_ms, &run_id, fault);
    if (result == 0 && run_id != 0 && runs->count < AFTER_RUNS_MOST)
        runs->runs[runs->count++] = (struct after_run){.robot_id = trigger->robot_id,
                                                       .run_id = run_id,
                                                       .has_input = trigger->rule.input[0] != '\0'};
    robot_list_release(&list);
    return result;
}

int after_run_ended(struct store *store, int64_t robot_id, enum run_ending ending, int64_t now_ms,
                    struct after_runs *runs, struct fault *fault)
{
    struct followers followers = {.ending = ending};
    size_t i;
    int result;

    if (ending == RUN_STOPPED ||
        ending == RUN_CUT_SHORT) /* not over: a person says, or it goes on */
        return 0;
    result = trigger_each_after(store, robot_id, keep_follower, &followers, fault);
    for (i = 0; i < followers.count && result == 0; i++)
        result = follow(store, &followers.triggers[i], now_ms, runs, fault);
    free(followers.triggers);
    return result == -ENOMEM ? fault_no_memory(fault) : result;
}

int after_run_owed(struct store *store, int64_t robot_id, bool rests, struct after_runs *runs,
                   struct fault *fault)
{
    bool waits = false;
    int64_t id = 0;
    int result = run_retry_waits(store, robot_id, &waits, fault);

    if (result < 0 || waits)
        return result;
    result =
        run_create(store, robot_id, RUN_BY_RETRY, RUN_ASKED_BY_DAEMON, clock_now_ms(), &id, fault);
    if (result == 0)
        runs->runs[runs->count++] =
            (struct after_run){.robot_id = robot_id, .run_id = id, .is_owed = true, .rests = rests};
    return result;
}

static int pause_failing(struct store *store, const struct robot *robot, int failures,
                         const char *note, struct fault *fault)
{
    struct audit_record record = {.account = "automagid", .action = "robot paused"};
    char reason[REASON_TEXT_MAX];
    char last[LAST_TEXT_MAX];
    struct json_writer writer;
    struct text detail;
    int result;

    (void)text_copy(last, sizeof(last), note[0] != '\0' ? note : "it did not say why");
    (void)snprintf(reason, sizeof(reason), "%d runs in a row have failed; the last: %s", failures,
                   last);
    result = robot_pause(store, robot->id, "automagid", reason, clock_now_ms(), fault);
    if (result == -EINVAL) { /* no words of a plugin keep it from being paused */
        (void)snprintf(reason, sizeof(reason), "%d runs in a row have failed", failures);
        result = robot_pause(store, robot->id, "automagid", reason, clock_now_ms(), fault);
    }
    if (result < 0)
        return result;
    text_init(&detail, 4096);
    json_writer_init(&writer, &detail);
    json_begin_object(&writer);
    json_key(&writer, "failures");
    json_put_int(&writer, failures);
    json_key(&writer, "reason");
    json_put_string(&writer, reason);
    json_end_object(&writer);
    record.subject = robot->slug;
    record.detail = text_string(&detail);
    result = audit_add(store, &record, fault);
    text_release(&detail);
    return result;
}

/* How many failures in a row pause the robot; 0: none do. */
static unsigned patience_of(const struct robot *robot)
{
    struct definition definition;
    struct fault ignored;
    unsigned pause_after;

    if (robot->definition == NULL ||
        definition_parse(robot->definition, strlen(robot->definition),
                         robot->folder != NULL ? robot->folder : "/", robot->side_effects,
                         &definition, &ignored) < 0)
        return 0;
    pause_after = definition.pause_after;
    definition_release(&definition);
    return pause_after;
}

int failure_counted(struct store *store, int64_t robot_id, enum run_ending ending, const char *note,
                    bool *ret_is_paused, struct fault *fault)
{
    struct robot_list list = {0};
    unsigned pause_after;
    int failures = 0;
    int result;

    if (ending == RUN_STOPPED || ending == RUN_CUT_SHORT)
        return 0;
    result = robot_failure_count(store, robot_id, is_failure(ending), &failures, fault);
    if (result < 0 || !is_failure(ending))
        return result;
    result = robot_list_read_one(store, robot_id, &list, fault);
    if (result == 0 && list.count == 1 && !list.robots[0].is_paused) {
        pause_after = patience_of(&list.robots[0]);
        if (pause_after > 0 && failures >= (int)pause_after) {
            result = pause_failing(store, &list.robots[0], failures, note, fault);
            *ret_is_paused = result == 0;
        }
    }
    robot_list_release(&list);
    return result;
}
