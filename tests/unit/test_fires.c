/* test_fires.c - when triggers fire: the loop's own code over a real store, with a clock of ours. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "tests/unit/loop_home.h"

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("* * * * *");
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

static void a_new_trigger_begins_now(void **state)
{
    (void)state;
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 0);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_newest(), queue.now_ms);
    fires_due(loop);
    loop_settle();
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 1);
}

/* Held up over the minute, and the registry is read again before the timer is looked at. */
static void a_refresh_loses_no_time(void **state)
{
    (void)state;
    loop_at(queue.now_ms + MINUTE_MS + 80);
    registry_refresh(loop);
    loop_settle();
    fires_due(loop);
    loop_settle();
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_newest(), queue.now_ms - 80);
    /* The store has not heard of a fire that is at the writer. */
    loop_drop_runs();
    loop_at(queue.now_ms + MINUTE_MS);
    fires_due(loop);
    registry_refresh(loop);
    fires_due(loop);
    loop_settle();
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 2);
}

/* Made, and then nobody was there for its first times. */
static void the_first_times_of_a_trigger_are_owed_too(void **state)
{
    int64_t made = queue.now_ms;

    (void)state;
    loop_stop();
    loop_at(made + 3 * MINUTE_MS + 500);
    loop_start();
    assert_int_equal(loop_missed(), 2);
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_newest(), made + 3 * MINUTE_MS);
    loop_stop();
    loop_start(); /* again at once: nothing is owed */
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 3);
}

/* `robot add` with the same cron makes no new trigger; one with another cron begins then. */
static void a_trigger_that_stays_keeps_when_it_was_made(void **state)
{
    int64_t made = queue.now_ms;

    (void)state;
    loop_stop();
    loop_at(made + 2 * MINUTE_MS);
    loop_install("* * * * *");
    loop_start();
    assert_int_equal(loop_missed() + loop_runs(), 2);
    loop_drop_runs();
    loop_stop();
    loop_at(made + 4 * MINUTE_MS);
    loop_install("*/1 * * * *");
    loop_start();
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 2);
}

static void after_downtime_the_newest_makes_up_for_all(void **state)
{
    int64_t first = queue.now_ms + MINUTE_MS;

    (void)state;
    loop_fire_at(first);
    loop_stop();
    loop_at(first + 72 * MINUTE_MS + 500);
    loop_start();
    assert_int_equal(loop_missed(), 71);
    assert_int_equal(loop_runs(), 2);
    assert_int_equal(loop_newest(), first + 72 * MINUTE_MS);
    assert_int_equal(loop_ask("SELECT skipped IS NULL FROM fire ORDER BY nominal_ms DESC LIMIT 1"),
                     1);
    loop_stop();
    loop_start(); /* again at once: nothing is owed */
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 73);
}

static void a_long_downtime_is_bounded(void **state)
{
    int64_t first = queue.now_ms + MINUTE_MS;

    (void)state;
    loop_fire_at(first);
    loop_stop();
    loop_at(first + (int64_t)3 * DAY_MS);
    loop_start();
    assert_int_equal(loop_missed(), 1000);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped LIKE '%not listed%'"), 1);
    assert_int_equal(loop_runs(), 2);
    assert_int_equal(loop_newest(), queue.now_ms);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 1003);
}

static void what_is_over_a_day_old_does_not_run(void **state)
{
    int64_t first;

    (void)state;
    loop_stop();
    loop_install("0 7 * * 1"); /* queue_open() stands on a Tuesday */
    loop_start();
    first = queue.now_ms + (int64_t)6 * DAY_MS - (int64_t)5 * HOUR_MS;
    loop_fire_at(first);
    assert_int_equal(loop_runs(), 1);
    loop_stop();
    loop_at(first + (int64_t)16 * DAY_MS);
    loop_start();
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_missed(), 2);
    loop_fire_at(first + (int64_t)21 * DAY_MS);
    assert_int_equal(loop_runs(), 2);
}

static void set_gate(enum gate_state gate_state)
{
    struct gate_change change = {.subject = {.robot_id = queue.policy.robot_id},
                                 .item = GATE_DPIA,
                                 .state = gate_state,
                                 .note = "a test",
                                 .by_whom = "Invented Officer",
                                 .now_ms = 1};

    queue_begin(&queue);
    queue_need(&queue, gate_set(queue.store, &change, &queue.fault));
    queue_commit(&queue);
}

static void a_red_gate_has_its_own_reason(void **state)
{
    (void)state;
    loop_stop();
    set_gate(GATE_RED);
    loop_start();
    loop_fire_at(queue.now_ms + MINUTE_MS);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 0);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped = 'its gate is red: dpia'"),
                     2);
    loop_stop();
    set_gate(GATE_GREEN);
    loop_start();
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 1);
}

static void a_paused_robot_has_its_own_reason(void **state)
{
    (void)state;
    loop_fire_at(queue.now_ms + MINUTE_MS);
    loop_stop();
    queue_begin(&queue);
    queue_need(&queue,
               robot_pause(queue.store, queue.policy.robot_id, NULL, NULL, 1, &queue.fault));
    queue_commit(&queue);
    loop_at(queue.now_ms + (int64_t)5 * MINUTE_MS);
    loop_start();
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_missed(), 0);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped = 'the robot is paused'"),
                     5);
}

/* A year ahead, one fire there, and back: it does not wait for the year to pass. */
static void a_clock_that_was_ahead_silences_nobody(void **state)
{
    int64_t then = queue.now_ms;

    (void)state;
    loop_fire_at(then + MINUTE_MS);
    loop_drop_runs();
    loop_fire_at(then + (int64_t)365 * DAY_MS);
    loop_drop_runs();
    assert_int_equal(loop_runs(), 2);
    loop_fire_at(then + 2 * MINUTE_MS + 100);
    loop_fire_at(then + 3 * MINUTE_MS);
    loop_drop_runs(); /* that time had a record, of one that was passed over: the run takes it over */
    assert_int_equal(loop_runs(), 3);
    loop_stop();
    loop_at(then + 5 * MINUTE_MS);
    loop_start();
    loop_drop_runs();
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE run_id IS NOT NULL AND nominal_ms = "
                              "1743501900000"),
                     1);
    loop_fire_at(then + 6 * MINUTE_MS);
    assert_int_equal(loop_runs(), 5);
    /* A small step back fires nothing again, and waits. */
    loop_drop_runs();
    loop_fire_at(then + 4 * MINUTE_MS);
    assert_int_equal(loop_runs(), 5);
    loop_fire_at(then + 7 * MINUTE_MS);
    assert_int_equal(loop_runs(), 6);
}

/* A machine that starts in 1970 and then learns the time. */
static void a_clock_that_was_behind_owes_nothing(void **state)
{
    int64_t then = queue.now_ms + MINUTE_MS;

    (void)state;
    loop_fire_at(then);
    loop_stop();
    loop_at(HOUR_MS);
    loop_start();
    loop_fire_at(then + 10 * MINUTE_MS);
    assert_int_equal(loop_missed(), 9);
    assert_int_equal(loop_runs(), 2);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_new_trigger_begins_now),
        TEST(a_refresh_loses_no_time),
        TEST(the_first_times_of_a_trigger_are_owed_too),
        TEST(a_trigger_that_stays_keeps_when_it_was_made),
        TEST(after_downtime_the_newest_makes_up_for_all),
        TEST(a_long_downtime_is_bounded),
        TEST(what_is_over_a_day_old_does_not_run),
        TEST(a_red_gate_has_its_own_reason),
        TEST(a_paused_robot_has_its_own_reason),
        TEST(a_clock_that_was_ahead_silences_nobody),
        TEST(a_clock_that_was_behind_owes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
