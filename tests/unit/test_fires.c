/* test_fires.c - when triggers fire: the loop's own code over a real store, with a clock of ours. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/run/daemon_inner.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/temp_home.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

static struct queue queue;
static struct daemon_settings settings;
static struct daemon *daemon_;

/* What the writer has done comes back to the loop. */
static void settle(void)
{
    struct pollfd ready = {.fd = writer_fd(daemon_->writer), .events = POLLIN};

    while (writer_waiting(daemon_->writer) > 0) {
        assert_int_equal(poll(&ready, 1, 10000), 1);
        writer_collect(daemon_->writer);
    }
}

static void start(void)
{
    daemon_ = calloc(1, sizeof *daemon_);
    settings.home = queue.home;
    daemon_->settings = &settings;
    daemon_->next_deadline_ms = INT64_MAX;
    daemon_->timer_watch.fd = daemon_->epoll_fd = -1;
    queue_need(&queue, writer_start(queue.store, &daemon_->writer, &queue.fault));
    registry_refresh(daemon_);
    settle();
    fires_due(daemon_);
    settle();
}

/* The run that a fire made is not started here: out of the way of the next. */
static void drop_runs(void)
{
    struct robot_entry *robot;

    for (robot = daemon_->robots; robot != NULL; robot = robot->next)
        while (robot->pending_first != NULL)
            dispatch_drop(daemon_, robot->pending_first->id);
}

/* As when the process ends: what the loop holds goes with it. The queued runs are done meanwhile. */
static void stop(void)
{
    struct robot_entry *robot;

    writer_stop(daemon_->writer);
    drop_runs();
    while ((robot = daemon_->robots) != NULL) {
        daemon_->robots = robot->next;
        definition_release(&robot->definition);
        free(robot->definition_text);
        free(robot->operations);
        free(robot);
    }
    trigger_set_release(&daemon_->triggers);
    free(daemon_);
    daemon_ = NULL;
    temp_home_plant(queue.home,
                    "UPDATE run SET state = 3, ending = 1, ended_ms = 1 WHERE state = 1");
    queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
}

static void at(int64_t wall_ms)
{
    queue.now_ms = wall_ms;
    clock_pretend(wall_ms);
}

static void fire_at(int64_t wall_ms)
{
    at(wall_ms);
    fires_due(daemon_);
    settle();
}

static int64_t ask(const char *query)
{
    return temp_home_ask(queue.home, query);
}

static int64_t runs(void)
{
    return ask("SELECT count(*) FROM fire WHERE run_id IS NOT NULL");
}

static int64_t missed(void)
{
    return ask("SELECT count(*) FROM fire WHERE skipped = 'automagid was not running'");
}

static int64_t newest(void)
{
    return ask("SELECT max(nominal_ms) FROM fire");
}

static void install(const char *cron)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};
    static char plugin[] = "test";
    static char text[] = "{\"id\": \"franco\", \"plugin\": \"test\"}";
    struct robot definition = {
        .window = WINDOW_YEAR, .plugin = plugin, .side_effects = IDEMPOTENT, .definition = text};
    int64_t robot_id = queue.policy.robot_id;

    queue_begin(&queue);
    queue_need(&queue, robot_operations_set(queue.store, robot_id, &always, 1, &queue.fault));
    queue_need(&queue, robot_install(queue.store, robot_id, &definition, &queue.fault));
    queue_triggers(&queue, &cron, 1);
    queue_need(&queue, run_end(queue.store, queue.run_id, RUN_DONE, NULL, 1, &queue.fault));
    queue_commit(&queue);
}

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    install("* * * * *");
    start();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop();
    queue_close(&queue);
    return 0;
}

static void a_new_trigger_begins_now(void **state)
{
    (void)state;
    assert_int_equal(ask("SELECT count(*) FROM fire"), 0);
    fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(runs(), 1);
    assert_int_equal(newest(), queue.now_ms);
    fires_due(daemon_);
    settle();
    assert_int_equal(ask("SELECT count(*) FROM fire"), 1);
}

/* Held up over the minute, and the registry is read again before the timer is looked at. */
static void a_refresh_loses_no_time(void **state)
{
    (void)state;
    at(queue.now_ms + MINUTE_MS + 80);
    registry_refresh(daemon_);
    settle();
    fires_due(daemon_);
    settle();
    assert_int_equal(runs(), 1);
    assert_int_equal(newest(), queue.now_ms - 80);
    /* The store has not heard of a fire that is at the writer. */
    drop_runs();
    at(queue.now_ms + MINUTE_MS);
    fires_due(daemon_);
    registry_refresh(daemon_);
    fires_due(daemon_);
    settle();
    assert_int_equal(ask("SELECT count(*) FROM fire"), 2);
}

/* Made, and then nobody was there for its first times. */
static void the_first_times_of_a_trigger_are_owed_too(void **state)
{
    int64_t made = queue.now_ms;

    (void)state;
    stop();
    at(made + 3 * MINUTE_MS + 500);
    start();
    assert_int_equal(missed(), 2);
    assert_int_equal(runs(), 1);
    assert_int_equal(newest(), made + 3 * MINUTE_MS);
    stop();
    start(); /* again at once: nothing is owed */
    assert_int_equal(ask("SELECT count(*) FROM fire"), 3);
}

/* `robot add` with the same cron makes no new trigger; one with another cron begins then. */
static void a_trigger_that_stays_keeps_when_it_was_made(void **state)
{
    int64_t made = queue.now_ms;

    (void)state;
    stop();
    at(made + 2 * MINUTE_MS);
    install("* * * * *");
    start();
    assert_int_equal(missed() + runs(), 2);
    drop_runs();
    stop();
    at(made + 4 * MINUTE_MS);
    install("*/1 * * * *");
    start();
    assert_int_equal(ask("SELECT count(*) FROM fire"), 2);
}

static void after_downtime_the_newest_makes_up_for_all(void **state)
{
    int64_t first = queue.now_ms + MINUTE_MS;

    (void)state;
    fire_at(first);
    stop();
    at(first + 72 * MINUTE_MS + 500);
    start();
    assert_int_equal(missed(), 71);
    assert_int_equal(runs(), 2);
    assert_int_equal(newest(), first + 72 * MINUTE_MS);
    assert_int_equal(ask("SELECT skipped IS NULL FROM fire ORDER BY nominal_ms DESC LIMIT 1"), 1);
    stop();
    start(); /* again at once: nothing is owed */
    assert_int_equal(ask("SELECT count(*) FROM fire"), 73);
}

static void a_long_downtime_is_bounded(void **state)
{
    int64_t first = queue.now_ms + MINUTE_MS;

    (void)state;
    fire_at(first);
    stop();
    at(first + (int64_t)3 * DAY_MS);
    start();
    assert_int_equal(missed(), 1000);
    assert_int_equal(ask("SELECT count(*) FROM fire WHERE skipped LIKE '%not listed%'"), 1);
    assert_int_equal(runs(), 2);
    assert_int_equal(newest(), queue.now_ms);
    assert_int_equal(ask("SELECT count(*) FROM fire"), 1003);
}

static void what_is_over_a_day_old_does_not_run(void **state)
{
    int64_t first;

    (void)state;
    stop();
    install("0 7 * * 1"); /* queue_open() stands on a Tuesday */
    start();
    first = queue.now_ms + (int64_t)6 * DAY_MS - (int64_t)5 * HOUR_MS;
    fire_at(first);
    assert_int_equal(runs(), 1);
    stop();
    at(first + (int64_t)16 * DAY_MS);
    start();
    assert_int_equal(runs(), 1);
    assert_int_equal(missed(), 2);
    fire_at(first + (int64_t)21 * DAY_MS);
    assert_int_equal(runs(), 2);
}

static void a_paused_robot_has_its_own_reason(void **state)
{
    (void)state;
    fire_at(queue.now_ms + MINUTE_MS);
    stop();
    queue_begin(&queue);
    queue_need(&queue,
               robot_pause(queue.store, queue.policy.robot_id, NULL, NULL, 1, &queue.fault));
    queue_commit(&queue);
    at(queue.now_ms + (int64_t)5 * MINUTE_MS);
    start();
    assert_int_equal(runs(), 1);
    assert_int_equal(missed(), 0);
    assert_int_equal(ask("SELECT count(*) FROM fire WHERE skipped = 'the robot is paused'"), 5);
}

/* A year ahead, one fire there, and back: it does not wait for the year to pass. */
static void a_clock_that_was_ahead_silences_nobody(void **state)
{
    int64_t then = queue.now_ms;

    (void)state;
    fire_at(then + MINUTE_MS);
    drop_runs();
    fire_at(then + (int64_t)365 * DAY_MS);
    drop_runs();
    assert_int_equal(runs(), 2);
    fire_at(then + 2 * MINUTE_MS + 100);
    fire_at(then + 3 * MINUTE_MS);
    drop_runs(); /* that time had a record, of one that was passed over: the run takes it over */
    assert_int_equal(runs(), 3);
    stop();
    at(then + 5 * MINUTE_MS);
    start();
    drop_runs();
    assert_int_equal(ask("SELECT count(*) FROM fire WHERE run_id IS NOT NULL AND nominal_ms = "
                         "1743501900000"),
                     1);
    fire_at(then + 6 * MINUTE_MS);
    assert_int_equal(runs(), 5);
    /* A small step back fires nothing again, and waits. */
    drop_runs();
    fire_at(then + 4 * MINUTE_MS);
    assert_int_equal(runs(), 5);
    fire_at(then + 7 * MINUTE_MS);
    assert_int_equal(runs(), 6);
}

/* A machine that starts in 1970 and then learns the time. */
static void a_clock_that_was_behind_owes_nothing(void **state)
{
    int64_t then = queue.now_ms + MINUTE_MS;

    (void)state;
    fire_at(then);
    stop();
    at(HOUR_MS);
    start();
    fire_at(then + 10 * MINUTE_MS);
    assert_int_equal(missed(), 9);
    assert_int_equal(runs(), 2);
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
        TEST(a_paused_robot_has_its_own_reason),
        TEST(a_clock_that_was_ahead_silences_nobody),
        TEST(a_clock_that_was_behind_owes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
