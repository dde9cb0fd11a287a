/* test_loop_turns.c - what comes together in the loop: triggers of one minute, a trigger that is
 * replaced, a clock that is set, a stop. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/store/calendar.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "core/store/trigger.h"
#include "tests/unit/loop_home.h"

static int64_t robot_id;
static int64_t armed_ms;  /* the moment for which the loop's timer is armed */
static bool is_clock_set; /* somebody sets the clock before the timer is armed next */

/* In the place of the C library's: the loop's timer has no descriptor here. */
int timerfd_settime(int fd, int flags, const struct itimerspec *timer, struct itimerspec *old)
{
    (void)fd;
    (void)flags;
    (void)old;
    armed_ms = (int64_t)timer->it_value.tv_sec * 1000 + timer->it_value.tv_nsec / 1000000;
    if (!is_clock_set)
        return 0;
    is_clock_set = false;
    errno = ECANCELED;
    return -1;
}

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    robot_id = queue.policy.robot_id;
    is_clock_set = false;
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

/* Commands of one transaction, while the loop goes on. */
struct change {
    struct writer_job job; /* first */
    int64_t removed;       /* 0: none */
    const struct trigger_rule *rule;
    int64_t id;
};

static int apply_change(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct change *asked = (struct change *)(void *)base;
    struct trigger_origin origin = {true, "test", clock_now_ms()};
    int result = asked->removed != 0 ? trigger_remove(store, asked->removed, fault) : 0;

    if (result == 0 && asked->rule != NULL)
        result = trigger_add(store, robot_id, asked->rule, &origin, &asked->id, fault);
    return result;
}

static void changed(struct writer_job *base, int result, const struct fault *fault)
{
    (void)base;
    (void)fault;
    assert_int_equal(result, 0);
    registry_refresh(loop);
}

static int64_t change(int64_t removed, const struct trigger_rule *rule)
{
    struct change change = {
        .job = {.apply = apply_change, .finished = changed}, .removed = removed, .rule = rule};

    writer_submit(loop->writer, &change.job);
    loop_settle();
    return change.id;
}

/* The day of the one is off; the other's run is not to pay for that. */
static void a_skipped_time_holds_up_no_other(void **state)
{
    struct trigger_rule off = loop_cron("* * * * *");
    struct trigger_rule on = loop_cron("*/1 * * * *");

    (void)state;
    (void)text_copy(off.not_on, sizeof off.not_on, "week-14"); /* queue_open() stands in it */
    (void)change(0, &off);
    (void)change(0, &on);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped GLOB 'week 14'"), 1);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 2);
}

/* An item is to be tried again in five minutes, and a time before that leads to no run. */
static void a_retry_is_armed_after_a_time_without_a_run(void **state)
{
    struct trigger_rule off = loop_cron("1 * * * *");
    int64_t retry_ms = queue.now_ms + (int64_t)5 * MINUTE_MS;

    (void)state;
    (void)text_copy(off.not_on, sizeof off.not_on, "week-14");
    (void)change(0, &off);
    registry_find(loop, robot_id)->retry_ms = retry_ms;
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE run_id IS NULL"), 1);
    assert_int_equal(armed_ms, retry_ms);
}

/* A queued run that is stopped makes way for the retry, which then rests for ten minutes. */
static void a_retry_is_armed_when_a_queued_run_is_stopped(void **state)
{
    struct robot_entry *robot = registry_find(loop, robot_id);
    int64_t retry_ms = queue.now_ms + (int64_t)5 * MINUTE_MS;

    (void)state;
    dispatch_add(loop, 1000, robot, NULL);
    robot->retry_ms = retry_ms;
    fires_arm(loop);
    assert_true(armed_ms > retry_ms);
    assert_true(dispatch_drop(loop, 1000));
    assert_int_equal(armed_ms, queue.now_ms + (int64_t)10 * MINUTE_MS);
}

/* The one before never fired, so nothing in the store remembers it but the number itself. */
static void a_number_of_a_trigger_is_never_given_again(void **state)
{
    struct trigger_rule early = loop_cron("5 * * * *");
    struct trigger_rule late = loop_cron("30 * * * *");
    int64_t first;
    int64_t second;

    (void)state;
    first = change(0, &early);
    second = change(first, &late);
    assert_true(second > first);
    loop_fire_at(queue.now_ms + 5 * MINUTE_MS);
    assert_int_equal(loop_runs(), 0);
    loop_fire_at(queue.now_ms + 25 * MINUTE_MS);
    assert_int_equal(loop_runs(), 1);
}

/* A run that waits when the daemon is to stop says nothing more: the loop sleeps. */
static void a_loop_that_stops_does_not_spin(void **state)
{
    struct robot_entry *robot = registry_find(loop, robot_id);

    (void)state;
    dispatch_add(loop, 1000, robot, NULL);
    loop->is_stopping = true;
    loop_at(queue.now_ms + 1000);
    loop->next_deadline_ms = INT64_MAX;
    dispatch_due(loop);
    dispatch_all(loop);
    assert_true(loop->next_deadline_ms > clock_monotonic_ms());
}

static void look_at_queues(void)
{
    loop->queues_ms = 1;
    queue_triggers_due(loop);
    loop_settle();
    loop_drop_runs();
}

static void a_clock_that_was_ahead_frees_triggers_by_queue(void **state)
{
    struct trigger_rule rule;
    int64_t then = queue.now_ms;

    (void)state;
    loop_stop();
    queue_begin(&queue);
    (void)queue_add(&queue, "a", "1");
    queue_commit(&queue);
    loop_start();
    trigger_rule_init(&rule, TRIGGER_DEPTH);
    rule.threshold = 1;
    (void)change(0, &rule);
    loop_fire_at(then + (int64_t)365 * DAY_MS);
    loop_drop_runs();
    look_at_queues();
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE cause = 7"), 1);
    loop_fire_at(then + MINUTE_MS);
    look_at_queues();
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE cause = 7"), 2);
    look_at_queues(); /* and it rests as ever */
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE cause = 7"), 2);
}

/* timerfd_settime() takes the news with it that the clock was set: nobody would look. */
static void a_clock_that_is_set_while_the_timer_is_armed_is_noticed(void **state)
{
    (void)state;
    loop->timer_watch.fd = 0;
    is_clock_set = true;
    fires_arm(loop);
    assert_true(armed_ms <= queue.now_ms);
    loop->timer_watch.fd = -1;
}

/* One run goes on, and each of the times that were missed may start beside none. */
static void missed_times_heed_a_run_that_goes_on(void **state)
{
    struct trigger_rule rule = loop_cron("* * * * *");
    struct robot_entry *robot = registry_find(loop, robot_id);

    (void)state;
    rule.misfire = MISFIRE_ALL;
    rule.misfire_limit = 3;
    rule.overlap = OVERLAP_SKIP;
    (void)change(0, &rule);
    robot->live = 1;
    loop_fire_at(queue.now_ms + (int64_t)10 * MINUTE_MS);
    robot->live = 0;
    assert_int_equal(loop_runs(), 0);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 10);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped GLOB 'overlap: *'"), 3);
}

/* As an upgrade of the zones does it. */
static void put_zone(const char *folder, const char *name)
{
    char bytes[8192];
    char path[512];
    char next[512];
    size_t length;
    FILE *file;

    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    file = fopen(path, "rb");
    assert_non_null(file);
    length = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    (void)snprintf(path, sizeof path, "%s/Moved", folder);
    (void)snprintf(next, sizeof next, "%s/Next", folder);
    file = fopen(next, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    (void)fclose(file);
    assert_int_equal(rename(next, path), 0);
}

/* The registry is read anew before anybody looked whether the zone's file has changed. */
static void a_refresh_does_not_hide_that_a_zone_has_changed(void **state)
{
    struct trigger_rule rule = loop_cron("0 14 * * *");
    char folder[] = "/tmp/automagi-zones-XXXXXX";
    char path[512];

    (void)state;
    assert_non_null(mkdtemp(folder));
    zone_pretend_folder(folder);
    put_zone(folder, "Europe/Copenhagen");
    (void)text_copy(rule.zone, sizeof rule.zone, "Moved");
    (void)change(0, &rule); /* at 12:00 UTC */
    put_zone(folder, "America/New_York");
    registry_refresh(loop);
    loop_settle();
    zone_pretend_folder(NULL);
    (void)snprintf(path, sizeof path, "%s/Moved", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    loop_fire_at(queue.now_ms + 2 * HOUR_MS);
    assert_int_equal(loop_runs(), 0);
    loop_fire_at(queue.now_ms + 6 * HOUR_MS); /* 18:00 UTC */
    assert_int_equal(loop_runs(), 1);
}

/* robot.json is added anew with another input for a time that has passed, and has fired. */
static void a_time_before_a_trigger_was_made_is_not_owed(void **state)
{
    struct trigger_rule rule;

    (void)state;
    trigger_rule_init(&rule, TRIGGER_ONCE);
    rule.at_ms = queue.now_ms - HOUR_MS;
    (void)change(0, &rule);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    loop_fire_at(queue.now_ms - 3 * (int64_t)HOUR_MS); /* and the clock is set */
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 0);
    loop_stop();
    loop_at(queue.now_ms + 4 * (int64_t)HOUR_MS);
    loop_start();
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), 0);
}

/* Many triggers can have missed a time each when the machine was down. */
static void a_missed_time_takes_little_memory(void **state)
{
    struct trigger_rule rule = loop_cron("* * * * *");
    size_t before;
    size_t after;

    (void)state;
    (void)change(0, &rule);
    loop_at(queue.now_ms + (int64_t)MINUTE_MS);
    fires_due(loop); /* what is kept for all that follow is there now, the store's too */
    loop_settle();
    before = mallinfo2().uordblks + mallinfo2().hblkhd;
    loop_at(queue.now_ms + 4 * (int64_t)MINUTE_MS);
    fires_due(loop);
    after = mallinfo2().uordblks + mallinfo2().hblkhd; /* what is at the writer comes back below */
    loop_settle();
    assert_int_equal(loop_missed(), 3);
    assert_true(after < before + 16384);
}

/* It counts as a run that waits from the moment it is durable on, whatever else is read meanwhile. */
static void a_run_with_an_input_waits_at_once(void **state)
{
    struct trigger_rule rule = loop_cron("* * * * *");
    struct robot_entry *robot;

    (void)state;
    (void)text_copy(rule.input, sizeof rule.input, "{\"month\":12}");
    (void)change(0, &rule);
    robot = registry_find(loop, robot_id);
    loop->is_registry_waiting = true; /* one is at the writer, and takes its time */
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(robot->queued, 1);
    assert_non_null(robot->pending_first);
    assert_string_equal(robot->pending_first->input, "{\"month\":12}");
    loop->is_registry_waiting = false;
    registry_refresh(loop);
    loop_settle();
    assert_int_equal(robot->queued, 1);
}

/* Its zone has another day than the organisation's: its days off are by that. */
static void who_follows_has_days_off_by_its_own_zone(void **state)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};
    static char plugin[] = "test";
    static char text[] = "{\"id\": \"second\", \"plugin\": \"test\"}";
    struct robot definition = {
        .window = WINDOW_YEAR, .plugin = plugin, .side_effects = IDEMPOTENT, .definition = text};
    struct trigger_origin origin = {true, "test", queue.now_ms};
    struct calendar_span span = {.name = "Closed"};
    struct after_runs after = {.count = 0};
    struct trigger_rule rule;
    int64_t follower;
    int64_t id = 0;

    (void)state;
    loop_stop();
    follower = queue_robot(&queue, "second", WINDOW_YEAR);
    trigger_rule_init(&rule, TRIGGER_AFTER);
    rule.after_ending = AFTER_DONE;
    (void)text_copy(rule.after, sizeof rule.after, "franco");
    (void)text_copy(rule.zone, sizeof rule.zone, "Pacific/Kiritimati"); /* UTC+14 */
    (void)text_copy(rule.not_on, sizeof rule.not_on, "closed");
    span.from_day = span.to_day = clock_local_day(queue.now_ms) + 1;
    queue_begin(&queue);
    queue_need(&queue, robot_operations_set(queue.store, follower, &always, 1, &queue.fault));
    queue_need(&queue, robot_install(queue.store, follower, &definition, &queue.fault));
    queue_need(&queue,
               calendar_put(queue.store, "closed", "Closed", "by hand", 1, &id, &queue.fault));
    queue_need(&queue, calendar_spans_add(queue.store, id, &span, 1, &queue.fault));
    queue_need(&queue, trigger_add(queue.store, follower, &rule, &origin, &id, &queue.fault));
    queue_need(&queue, after_run_ended(queue.store, robot_id, RUN_DONE, queue.now_ms, &after,
                                       &queue.fault));
    queue_commit(&queue);
    assert_int_equal(after.count, 0);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped = 'Closed (closed)'"), 1);
    loop_start();
}

/* All that may be made do start: none is left out at the end of the run. */
static void as_many_follow_as_may_be_made(void **state)
{
    struct trigger_origin origin = {true, "test", queue.now_ms};
    struct after_runs after = {.count = 0};
    struct trigger_rule rule;
    int64_t id = 0;
    int made = 0;
    int result = 0;

    (void)state;
    loop_stop();
    queue_begin(&queue);
    trigger_rule_init(&rule, TRIGGER_AFTER);
    rule.after_ending = AFTER_EITHER;
    (void)text_copy(rule.after, sizeof rule.after, "franco");
    while (result == 0 && made < 200) {
        char slug[32];
        int64_t follower;

        (void)snprintf(slug, sizeof slug, "follower-%d", made);
        queue_commit(&queue);
        follower = queue_robot(&queue, slug, WINDOW_YEAR);
        queue_begin(&queue);
        result = trigger_add(queue.store, follower, &rule, &origin, &id, &queue.fault);
        made += result == 0;
    }
    assert_int_equal(result, -E2BIG);
    queue_need(&queue, after_run_ended(queue.store, robot_id, RUN_DONE, queue.now_ms, &after,
                                       &queue.fault));
    queue_commit(&queue);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire"), made);
    loop_start();
}

/* What lies on the queue is owed a run, which may rest for minutes: that is not what a time asks for. */
static void a_run_that_is_owed_stands_in_for_no_time(void **state)
{
    struct trigger_rule rule = loop_cron("* * * * *");

    (void)state;
    (void)text_copy(rule.input, sizeof rule.input, "{\"month\":12}");
    (void)change(0, &rule);
    assert_int_equal(job_run_create(loop, registry_find(loop, robot_id), RUN_BY_RETRY), 0);
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_runs(), 1);
    loop_fire_at(queue.now_ms + MINUTE_MS); /* that one does */
    assert_int_equal(loop_runs(), 1);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped LIKE '%still waits'"), 1);
    loop_drop_runs();
    assert_int_equal(registry_find(loop, robot_id)->owed, 0);
}

/* The same of who follows another robot. */
static void a_run_that_is_owed_stands_in_for_no_follower(void **state)
{
    struct trigger_origin origin = {true, "test", queue.now_ms};
    struct after_runs after = {.count = 0};
    struct trigger_rule rule;
    int64_t first;
    int64_t id = 0;
    int i;

    (void)state;
    loop_stop();
    first = queue_robot(&queue, "first", WINDOW_YEAR);
    trigger_rule_init(&rule, TRIGGER_AFTER);
    rule.after_ending = AFTER_EITHER;
    (void)text_copy(rule.after, sizeof rule.after, "first");
    (void)text_copy(rule.input, sizeof rule.input, "{\"month\":12}");
    queue_begin(&queue);
    queue_need(&queue, trigger_add(queue.store, robot_id, &rule, &origin, &id, &queue.fault));
    queue_need(&queue, run_create(queue.store, robot_id, RUN_BY_RETRY, RUN_ASKED_BY_DAEMON,
                                  queue.now_ms, &id, &queue.fault));
    for (i = 0; i < 2; i++)
        queue_need(&queue, after_run_ended(queue.store, first, RUN_FAILED, queue.now_ms, &after,
                                           &queue.fault));
    queue_commit(&queue);
    loop_start();
    assert_int_equal(after.count, 1);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped LIKE '%still waits'"), 1);
    assert_int_equal(registry_find(loop, robot_id)->owed, 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_skipped_time_holds_up_no_other),
        TEST(a_retry_is_armed_after_a_time_without_a_run),
        TEST(a_retry_is_armed_when_a_queued_run_is_stopped),
        TEST(a_number_of_a_trigger_is_never_given_again),
        TEST(a_loop_that_stops_does_not_spin),
        TEST(a_clock_that_was_ahead_frees_triggers_by_queue),
        TEST(a_clock_that_is_set_while_the_timer_is_armed_is_noticed),
        TEST(missed_times_heed_a_run_that_goes_on),
        TEST(a_refresh_does_not_hide_that_a_zone_has_changed),
        TEST(who_follows_has_days_off_by_its_own_zone),
        TEST(as_many_follow_as_may_be_made),
        TEST(a_run_that_is_owed_stands_in_for_no_time),
        TEST(a_run_that_is_owed_stands_in_for_no_follower),
        TEST(a_time_before_a_trigger_was_made_is_not_owed),
        TEST(a_missed_time_takes_little_memory),
        TEST(a_run_with_an_input_waits_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
