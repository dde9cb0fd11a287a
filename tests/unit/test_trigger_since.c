/* test_trigger_since.c - since when a trigger owes its times: made by a clock that stood ahead, and changed while it owes
 * one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "core/store/trigger.h"
#include "tests/unit/loop_home.h"
#include "tests/unit/temp_home.h"

static int64_t then; /* half past a minute, so that a time that is owed is not one of now */

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    then = queue.now_ms + MINUTE_MS / 2;
    loop_at(then);
    loop_start();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (loop != NULL) /* else it failed between the two */
        loop_stop();
    queue_close(&queue);
    return 0;
}

/* While the loop is stopped. */
static void add(const struct trigger_rule *rule)
{
    struct trigger_origin origin = {true, "test", queue.now_ms};
    int64_t id = 0;

    queue_begin(&queue);
    queue_need(&queue,
               trigger_add(queue.store, queue.policy.robot_id, rule, &origin, &id, &queue.fault));
    queue_commit(&queue);
}

/* robot.json has these; while the loop is stopped. */
static void define(const struct trigger_rule *rules, size_t count)
{
    struct trigger_origin origin = {false, "test", queue.now_ms};

    queue_begin(&queue);
    queue_need(&queue, trigger_define(queue.store, queue.policy.robot_id, rules, count, &origin,
                                      &queue.fault));
    queue_commit(&queue);
}

static void recover(void)
{
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
}

/* Three times of every minute pass while nobody is there. */
static void be_away(void)
{
    loop_at(queue.now_ms + (int64_t)3 * MINUTE_MS);
    recover();
    loop_start();
}

static void made_by_a_clock_that_is_set_back_it_is_of_now(void **state)
{
    const struct trigger_rule rule = loop_cron("* * * * *");

    (void)state;
    loop_stop();
    loop_at(then + (int64_t)30 * DAY_MS);
    add(&rule);
    loop_start();
    loop_fire_at(then + MINUTE_MS);
    assert_int_equal(loop_ask("SELECT max(since_ms) FROM trigger"), then + MINUTE_MS);
    loop_stop();
    be_away();
    assert_int_equal(loop_missed(), 2);
    assert_int_equal(loop_runs(), 1);
}

static void
made_by_a_clock_that_is_set_back_when_nobody_is_there_it_is_of_the_next_start(void **state)
{
    const struct trigger_rule rule = loop_cron("* * * * *");

    (void)state;
    loop_stop();
    loop_at(then + (int64_t)30 * DAY_MS);
    add(&rule);
    loop_at(then);
    recover();
    assert_int_equal(temp_home_ask(queue.home, "SELECT max(since_ms) FROM trigger"), then);
    loop_start();
    loop_stop();
    be_away();
    assert_int_equal(loop_missed(), 2);
    assert_int_equal(loop_runs(), 1);
}

/* As that of a machine whose battery is empty: by that of the home's making it is behind, not right. */
static void made_by_a_clock_that_was_right_it_stays_of_then(void **state)
{
    const struct trigger_rule rule = loop_cron("* * * * *");

    (void)state;
    loop_stop();
    add(&rule);
    loop_at(INT64_C(86400000));
    recover();
    assert_int_equal(temp_home_ask(queue.home, "SELECT max(since_ms) FROM trigger"), then);
    loop_at(then);
    loop_start();
}

/* The store's is heeded, for a trigger may have been changed since the loop read it. */
static void a_run_is_asked_with_the_input_that_its_trigger_has_now(void **state)
{
    const struct trigger_rule rule = loop_cron("* * * * *");
    const struct robot_entry *robot;

    (void)state;
    loop_stop();
    add(&rule);
    loop_start();
    loop_settle();
    temp_home_plant(queue.home, "UPDATE trigger SET input = '{\"case\":1}'");
    loop_fire_at(then + MINUTE_MS);
    robot = registry_find(loop, queue.policy.robot_id);
    assert_non_null(robot->pending_first);
    assert_non_null(robot->pending_first->input);
    assert_string_equal(robot->pending_first->input, "{\"case\":1}");
}

/* The clock is set back when the writer has read the triggers, and the loop has not taken them yet. */
static void what_was_read_by_a_clock_that_stood_ahead_is_read_again(void **state)
{
    struct pollfd ready = {.events = POLLIN};

    (void)state;
    loop_fire_at(then + (int64_t)30 * DAY_MS);
    temp_home_plant(
        queue.home,
        "INSERT INTO trigger(robot_id, kind, cron, misfire, misfire_limit, overlap, "
        "is_added, made_by, since_ms) SELECT robot_id, 1, '* * * * *', 2, 10, 2, 1, 'x', "
        "since_ms + 2592000000 FROM trigger");
    registry_refresh(loop);
    ready.fd = writer_fd(loop->writer);
    assert_int_equal(poll(&ready, 1, 10000), 1);
    loop_fire_at(then);
    loop_fire_at(then + MINUTE_MS);
    assert_int_equal(loop_runs(), 1);
}

static void look_at_queues(void)
{
    loop->queues_ms = 1;
    queue_triggers_due(loop);
    loop_settle();
    loop_drop_runs();
}

/* Added by a clock that stood ahead, it is the oldest: those behind it are not to wait for that clock's time. */
static void an_item_of_a_clock_that_stood_ahead_holds_up_none(void **state)
{
    struct trigger_rule rule;

    (void)state;
    loop_stop();
    trigger_rule_init(&rule, TRIGGER_AGE);
    rule.threshold = 3600;
    add(&rule);
    loop_at(then + (int64_t)30 * DAY_MS);
    queue_begin(&queue);
    (void)queue_add(&queue, "a", "1");
    queue_commit(&queue);
    loop_at(then + (int64_t)30 * DAY_MS - MINUTE_MS); /* a small step back: it waits */
    loop_start();
    look_at_queues();
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE cause = 7"), 0);
    loop_fire_at(then);
    look_at_queues();
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE cause = 7"), 1);
}

/* Of three, one says something else of its times, one has others, and one is there no more. */
static void a_trigger_whose_times_stay_owes_them_still(void **state)
{
    struct trigger_rule rules[3] = {loop_cron("* * * * *"), loop_cron("*/2 * * * *"),
                                    loop_cron("*/3 * * * *")};

    (void)state;
    loop_stop();
    define(rules, 3);
    loop_at(then + (int64_t)3 * MINUTE_MS);
    rules[0].expected_minute = 540;
    rules[0].overlap = OVERLAP_SKIP;
    (void)text_copy(rules[1].zone, sizeof rules[1].zone, "America/New_York");
    define(rules, 2);
    assert_int_equal(temp_home_ask(queue.home, "SELECT count(*) FROM trigger WHERE id IN (2, 5)"),
                     2);
    assert_int_equal(temp_home_ask(queue.home, "SELECT count(*) FROM trigger"), 2);
    assert_int_equal(temp_home_ask(queue.home, "SELECT count(*) FROM trigger WHERE id = 2 AND "
                                               "expected_minute = 540 AND overlap = 1"),
                     1);
    loop_start();
    assert_int_equal(loop_missed(), 2);
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE trigger_id = 2"), 3);
}

static void a_time_once_that_is_owed_stays_so(void **state)
{
    struct trigger_rule rule;

    (void)state;
    trigger_rule_init(&rule, TRIGGER_ONCE);
    rule.at_ms = then + MINUTE_MS;
    loop_stop();
    define(&rule, 1);
    loop_at(then + (int64_t)3 * MINUTE_MS);
    rule.overlap = OVERLAP_ALLOW;
    define(&rule, 1);
    loop_start();
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_newest(), then + MINUTE_MS);
}

/* Two of the same times, which differ in what they say of them: each becomes one. */
static void triggers_of_the_same_times_stay_two(void **state)
{
    struct trigger_rule rules[2] = {loop_cron("* * * * *"), loop_cron("* * * * *")};

    (void)state;
    loop_stop();
    (void)text_copy(rules[1].input, sizeof rules[1].input, "{\"part\":2}");
    define(rules, 2);
    rules[0].misfire = MISFIRE_ALL;
    define(rules, 2);
    assert_int_equal(temp_home_ask(queue.home,
                                   "SELECT count(*) FROM trigger WHERE id = 2 AND misfire = 3"
                                   " AND input IS NULL"),
                     1);
    assert_int_equal(temp_home_ask(queue.home,
                                   "SELECT count(*) FROM trigger WHERE id = 3 AND misfire = 2"
                                   " AND input IS NOT NULL"),
                     1);
    assert_int_equal(temp_home_ask(queue.home, "SELECT count(*) FROM trigger"), 2);
    loop_start();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(made_by_a_clock_that_is_set_back_it_is_of_now),
        TEST(made_by_a_clock_that_is_set_back_when_nobody_is_there_it_is_of_the_next_start),
        TEST(made_by_a_clock_that_was_right_it_stays_of_then),
        TEST(a_run_is_asked_with_the_input_that_its_trigger_has_now),
        TEST(what_was_read_by_a_clock_that_stood_ahead_is_read_again),
        TEST(an_item_of_a_clock_that_stood_ahead_holds_up_none),
        TEST(a_trigger_whose_times_stay_owes_them_still),
        TEST(a_time_once_that_is_owed_stays_so),
        TEST(triggers_of_the_same_times_stay_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
