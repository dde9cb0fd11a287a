/* test_policies.c - what becomes of a time: misfire, overlap, calendars, other kinds of triggers,
 * pauses, quiet hours, limits and turns. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/store/calendar.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "core/store/trigger.h"
#include "tests/unit/loop_home.h"

static int64_t robot_id;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    robot_id = queue.policy.robot_id;
    loop_start();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_stop();
    queue_close(&queue);
    return 0;
}

/* While the loop is stopped. */
static int64_t add(int64_t robot, const struct trigger_rule *rule)
{
    struct trigger_origin origin = {true, "test", queue.now_ms};
    int64_t id = 0;

    queue_begin(&queue);
    queue_need(&queue, trigger_add(queue.store, robot, rule, &origin, &id, &queue.fault));
    queue_commit(&queue);
    return id;
}

static struct trigger_rule every_minute(void)
{
    struct trigger_rule rule;

    trigger_rule_init(&rule, TRIGGER_CRON);
    (void)text_copy(rule.cron, sizeof rule.cron, "* * * * *");
    return rule;
}

static void restart_with(const struct trigger_rule *rule)
{
    loop_stop();
    (void)add(robot_id, rule);
    loop_start();
}

static int64_t count_skipped(const char *reason)
{
    char query[256];

    (void)snprintf(query, sizeof query, "SELECT count(*) FROM fire WHERE skipped GLOB '%s'",
                   reason);
    return loop_ask(query);
}

static void misfire_skip_runs_none(void **state)
{
    struct trigger_rule rule = every_minute();

    (void)state;
    rule.misfire = MISFIRE_SKIP;
    restart_with(&rule);
    loop_fire_at(queue.now_ms + (int64_t)10 * MINUTE_MS + 59000);
    assert_int_equal(loop_runs(), 1); /* the newest is not a minute old: punctual */
    assert_int_equal(loop_missed(), 9);
    loop_drop_runs();
    loop_stop();
    loop_at(queue.now_ms + (int64_t)3 * DAY_MS);
    loop_start();
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE run_id IS NULL AND skipped IS NULL"),
                     0);
    assert_true(loop_runs() <= 2);
}

static void misfire_all_runs_the_newest(void **state)
{
    struct trigger_rule rule = every_minute();
    const struct robot_entry *robot;

    (void)state;
    rule.misfire = MISFIRE_ALL;
    rule.misfire_limit = 3;
    restart_with(&rule);
    loop_fire_at(queue.now_ms + (int64_t)10 * MINUTE_MS);
    assert_int_equal(loop_runs(), 3);
    assert_int_equal(loop_missed(), 7);
    assert_int_equal(loop_ask("SELECT count(DISTINCT nominal_ms) FROM fire"), 10);
    assert_int_equal(loop_newest(), queue.now_ms);
    robot = registry_find(loop, robot_id);
    assert_int_equal(robot->queued, 3);
}

/* Three days of minutes are more than are listed one by one: the newest still run. */
static void misfire_all_after_three_days(void **state)
{
    struct trigger_rule rule = every_minute();

    (void)state;
    rule.misfire = MISFIRE_ALL;
    rule.misfire_limit = 5;
    restart_with(&rule);
    loop_fire_at(queue.now_ms + (int64_t)3 * DAY_MS);
    assert_int_equal(loop_runs(), 5);
    assert_int_equal(loop_missed(), 1000);
    assert_int_equal(count_skipped("*not listed one by one"), 1);
    loop_drop_runs();
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 6);
}

static void overlap_skip_and_queue(void **state)
{
    struct trigger_rule rule = every_minute();
    struct robot_entry *robot;

    (void)state;
    rule.overlap = OVERLAP_SKIP;
    restart_with(&rule);
    robot = registry_find(loop, robot_id);
    robot->live = 1;
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 0);
    assert_int_equal(count_skipped("overlap: run * goes on"), 1);
    robot->live = 0;
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 1);
    loop_fire_at(queue.now_ms + MINUTE_MS); /* that one still waits */
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(count_skipped("an earlier run still waits"), 1);
}

static void overlap_allow_lets_them_wait(void **state)
{
    struct trigger_rule rule = every_minute();

    (void)state;
    rule.overlap = OVERLAP_ALLOW;
    restart_with(&rule);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 3);
}

static void a_day_off_is_recorded_with_its_name(void **state)
{
    struct trigger_rule rule = every_minute();
    struct calendar_span span = {.name = "Sommerlukket"};
    int64_t id = 0;

    (void)state;
    loop_stop();
    span.from_day = span.to_day = clock_local_day(queue.now_ms);
    queue_begin(&queue);
    queue_need(&queue,
               calendar_put(queue.store, "closed", "Closed", "by hand", 1, &id, &queue.fault));
    queue_need(&queue, calendar_spans_add(queue.store, id, &span, 1, &queue.fault));
    queue_commit(&queue);
    (void)text_copy(rule.not_on, sizeof rule.not_on, "closed,weekends");
    (void)add(robot_id, &rule);
    loop_start();
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 0);
    assert_int_equal(count_skipped("Sommerlukket (closed)"), 1);
}

static void once_fires_once(void **state)
{
    struct trigger_rule rule;

    (void)state;
    trigger_rule_init(&rule, TRIGGER_ONCE);
    rule.at_ms = queue.now_ms + 1500;
    restart_with(&rule);
    loop_fire_at(rule.at_ms - FIRE_LEAD_MS - 1);
    assert_int_equal(loop_runs(), 0);
    loop_fire_at(rule.at_ms - 1); /* it is recorded, and its run waits for the time */
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_newest(), rule.at_ms);
    loop->turn++;
    dispatch_all(loop);
    assert_int_equal(loop->opens_ms, rule.at_ms);
    assert_non_null(loop->robots->pending_first);
    loop_fire_at(rule.at_ms + 3);
    assert_int_equal(loop_runs(), 1);
    loop_drop_runs();
    loop_stop();
    loop_at(queue.now_ms + DAY_MS);
    loop_start();
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_missed(), 0);
}

static void once_that_was_missed_is_made_up_for_within_a_day(void **state)
{
    struct trigger_rule rule;

    (void)state;
    loop_stop();
    trigger_rule_init(&rule, TRIGGER_ONCE);
    rule.at_ms = queue.now_ms + HOUR_MS;
    (void)add(robot_id, &rule);
    rule.at_ms = queue.now_ms + (int64_t)30 * HOUR_MS;
    (void)add(robot_id, &rule);
    loop_at(queue.now_ms + (int64_t)40 * HOUR_MS);
    loop_start();
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_missed(), 1);
}

/* Ends the queue's robot's newest run as `ending`, on the writer's side, and what follows of it. */
static size_t end_run(enum run_ending ending, struct after_runs *after)
{
    bool is_paused = false;

    after->count = 0;
    queue_begin(&queue);
    queue_need(&queue, failure_counted(queue.store, robot_id, ending, "the target is gone",
                                       &is_paused, &queue.fault));
    queue_need(&queue,
               after_run_ended(queue.store, robot_id, ending, queue.now_ms, after, &queue.fault));
    queue_commit(&queue);
    return after->count;
}

/* When the newest run should have ended, in minutes from now. */
static int64_t expected_minutes(void)
{
    return loop_ask("SELECT (expected_ms - created_ms) / 60000 FROM run ORDER BY id DESC LIMIT 1");
}

static int64_t make_follower_by(const struct trigger_rule *rule)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};
    static char plugin[] = "test";
    static char text[] = "{\"id\": \"second\", \"plugin\": \"test\"}";
    struct robot definition = {
        .window = WINDOW_YEAR, .plugin = plugin, .side_effects = IDEMPOTENT, .definition = text};
    int64_t second;

    second = queue_robot(&queue, "second", WINDOW_YEAR);
    queue_begin(&queue);
    queue_need(&queue, robot_operations_set(queue.store, second, &always, 1, &queue.fault));
    queue_need(&queue, robot_install(queue.store, second, &definition, &queue.fault));
    queue_commit(&queue);
    (void)add(second, rule);
    return second;
}

static struct trigger_rule after_franco(enum trigger_after when)
{
    struct trigger_rule rule;

    trigger_rule_init(&rule, TRIGGER_AFTER);
    (void)text_copy(rule.after, sizeof rule.after, "franco");
    rule.after_ending = when;
    return rule;
}

static int64_t make_follower(enum trigger_after when)
{
    struct trigger_rule rule = after_franco(when);

    return make_follower_by(&rule);
}

/* In the trigger's zone, like the times of others: it is 12:00 in Copenhagen, 00:00 in Kiritimati. */
static void after_is_expected_by_its_own_clock(void **state)
{
    struct trigger_rule rule = after_franco(AFTER_DONE);
    struct after_runs after;

    (void)state;
    loop_stop();
    rule.expected_minute = 60;
    (void)text_copy(rule.zone, sizeof rule.zone, "Pacific/Kiritimati");
    (void)make_follower_by(&rule);
    assert_int_equal(end_run(RUN_DONE, &after), 1);
    assert_int_equal(expected_minutes(), 60);
    loop_start();
}

static void after_done_and_failed(void **state)
{
    struct after_runs after;
    int64_t second;

    (void)state;
    loop_stop();
    second = make_follower(AFTER_DONE);
    assert_int_equal(end_run(RUN_FAILED, &after), 0);
    assert_int_equal(end_run(RUN_STOPPED, &after), 0);
    assert_int_equal(end_run(RUN_DONE, &after), 1);
    assert_int_equal(after.runs[0].robot_id, second);
    assert_int_equal(end_run(RUN_DONE, &after), 0); /* that one still waits: recorded as skipped */
    loop_start();
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(count_skipped("an earlier run still waits"), 1);
    assert_int_equal(registry_find(loop, second)->queued, 1);
}

static void after_either_survives_a_crash(void **state)
{
    struct after_runs after;
    int64_t second;

    (void)state;
    loop_stop();
    second = make_follower(AFTER_EITHER);
    assert_int_equal(end_run(RUN_LOST, &after), 1);
    loop_start(); /* it was never told: the run is in the store */
    assert_int_equal(registry_find(loop, second)->queued, 1);
}

static void failures_in_a_row_pause(void **state)
{
    struct after_runs after;
    struct robot_list list = {0};
    int i;

    (void)state;
    loop_stop();
    for (i = 0; i < 4; i++)
        (void)end_run(RUN_FAILED, &after);
    (void)end_run(RUN_DONE, &after); /* begins anew */
    for (i = 0; i < 4; i++)
        (void)end_run(i % 2 == 0 ? RUN_TIMED_OUT : RUN_LOST, &after);
    queue_need(&queue, robot_list_read_one(queue.store, robot_id, &list, &queue.fault));
    assert_false(list.robots[0].is_paused);
    robot_list_release(&list);
    (void)end_run(RUN_FAILED, &after);
    queue_need(&queue, robot_list_read_one(queue.store, robot_id, &list, &queue.fault));
    assert_true(list.robots[0].is_paused);
    assert_string_equal(list.robots[0].paused_by, "automagid");
    assert_string_equal(list.robots[0].paused_reason,
                        "5 runs in a row have failed; the last: the target is gone");
    robot_list_release(&list);
    queue_begin(&queue);
    queue_need(&queue, robot_resume(queue.store, robot_id, &queue.fault));
    queue_commit(&queue);
    queue_need(&queue, robot_list_read_one(queue.store, robot_id, &list, &queue.fault));
    assert_int_equal(list.robots[0].failures, 0);
    robot_list_release(&list);
    loop_start();
    assert_int_equal(loop_ask("SELECT count(*) FROM audit WHERE action = 'robot paused'"), 1);
}

static void a_deep_queue_starts_a_run(void **state)
{
    struct trigger_rule rule;

    (void)state;
    loop_stop();
    trigger_rule_init(&rule, TRIGGER_DEPTH);
    rule.threshold = 3;
    (void)add(robot_id, &rule);
    queue_begin(&queue);
    (void)queue_add(&queue, "a", "1");
    (void)queue_add(&queue, "b", "1");
    queue_commit(&queue);
    loop_start();
    loop->queues_ms = 1; /* it is time to look */
    queue_triggers_due(loop);
    loop_settle();
    assert_int_equal(loop_runs(), 0);
    loop_stop();
    queue_begin(&queue);
    (void)queue_add(&queue, "c", "1");
    queue_commit(&queue);
    loop_start();
    loop->queues_ms = 1;
    queue_triggers_due(loop);
    loop_settle();
    assert_int_equal(loop_runs(), 1);
    loop_drop_runs();
    loop_at(queue.now_ms + 30000); /* the run left the items as they are: not at once again */
    loop->queues_ms = 1;
    queue_triggers_due(loop);
    loop_settle();
    assert_int_equal(loop_runs(), 1);
    loop_at(queue.now_ms + 31000);
    loop->queues_ms = 1;
    queue_triggers_due(loop);
    loop_settle();
    assert_int_equal(loop_runs(), 2);
}

static void an_old_queue_starts_a_run(void **state)
{
    struct trigger_rule rule;

    (void)state;
    loop_stop();
    trigger_rule_init(&rule, TRIGGER_AGE);
    rule.threshold = 3600;
    (void)add(robot_id, &rule);
    queue_begin(&queue);
    (void)queue_add(&queue, "a", "1");
    queue_commit(&queue);
    loop_start();
    loop_at(queue.now_ms + HOUR_MS - 1);
    loop->queues_ms = 1;
    queue_triggers_due(loop);
    loop_settle();
    assert_int_equal(loop_runs(), 0);
    loop_at(queue.now_ms + 1);
    loop->queues_ms = 1;
    queue_triggers_due(loop);
    loop_settle();
    assert_int_equal(loop_runs(), 1);
}

static void quiet_hours_and_limits_hold_back(void **state)
{
    char reason[REST_REASON_MAX];
    struct robot_entry *robot;
    int64_t until_ms = 0;

    (void)state;
    loop_stop();
    queue_begin(&queue);
    queue_need(&queue, system_put(queue.store, "opus", "OPUS", "12:00-13:00", &queue.fault));
    queue_need(&queue, run_limit_set(queue.store, "test", 2, &queue.fault));
    queue_need(&queue, run_limit_set(queue.store, "", 5, &queue.fault));
    queue_commit(&queue);
    loop_start();
    robot = registry_find(loop, robot_id);
    assert_false(rest_for_system(loop, robot, queue.now_ms, &until_ms, reason));
    robot->definition.systems = calloc(1, sizeof *robot->definition.systems);
    (void)text_copy(robot->definition.systems[0], sizeof robot->definition.systems[0], "opus");
    robot->definition.system_count = 1;
    /* The clock of queue_open() shows 12:00. */
    assert_true(rest_for_system(loop, robot, queue.now_ms, &until_ms, reason));
    assert_int_equal(until_ms, queue.now_ms + HOUR_MS);
    assert_string_equal(reason, "opus is closed until 2025-04-01T13:00:00+02:00");
    assert_false(rest_for_system(loop, robot, until_ms, &until_ms, reason));

    assert_false(rest_for_limit(loop, robot, reason));
    robot->live = 1;
    assert_true(rest_for_limit(loop, robot, reason));
    assert_string_equal(reason, "the robot's limit of 1 run is reached");
    robot->definition.limit = 10;
    assert_false(rest_for_limit(loop, robot, reason));
    robot->live = 2;
    assert_true(rest_for_limit(loop, robot, reason));
    assert_string_equal(reason, "the plugin's limit of 2 runs is reached");
    robot->live = 0;
    loop->live = 5;
    assert_true(rest_for_limit(loop, robot, reason));
    assert_string_equal(reason, "the machine's limit of 5 runs is reached");
    loop->live = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(misfire_skip_runs_none),
        TEST(misfire_all_runs_the_newest),
        TEST(misfire_all_after_three_days),
        TEST(overlap_skip_and_queue),
        TEST(overlap_allow_lets_them_wait),
        TEST(a_day_off_is_recorded_with_its_name),
        TEST(once_fires_once),
        TEST(once_that_was_missed_is_made_up_for_within_a_day),
        TEST(after_is_expected_by_its_own_clock),
        TEST(after_done_and_failed),
        TEST(after_either_survives_a_crash),
        TEST(failures_in_a_row_pause),
        TEST(a_deep_queue_starts_a_run),
        TEST(an_old_queue_starts_a_run),
        TEST(quiet_hours_and_limits_hold_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
