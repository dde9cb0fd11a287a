/* test_loop_turns.c - what comes together in the loop: triggers of one minute, a trigger that is
 * replaced, a clock that is set, a stop. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
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

static struct trigger_rule cron(const char *text)
{
    struct trigger_rule rule;

    trigger_rule_init(&rule, TRIGGER_CRON);
    assert_true(text_copy(rule.cron, sizeof rule.cron, text));
    return rule;
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
    struct change *change = (struct change *)(void *)base;
    struct trigger_origin origin = {true, "test", clock_now_ms()};
    int result = change->removed != 0 ? trigger_remove(store, change->removed, fault) : 0;

    if (result == 0 && change->rule != NULL)
        result = trigger_add(store, robot_id, change->rule, &origin, &change->id, fault);
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
    struct trigger_rule off = cron("* * * * *");
    struct trigger_rule on = cron("*/1 * * * *");

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
    struct trigger_rule off = cron("1 * * * *");
    int64_t retry_ms = queue.now_ms + (int64_t)5 * MINUTE_MS;

    (void)state;
    (void)text_copy(off.not_on, sizeof off.not_on, "week-14");
    (void)change(0, &off);
    registry_find(loop, robot_id)->retry_ms = retry_ms;
    loop_fire_at(queue.now_ms + MINUTE_MS);
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE run_id IS NULL"), 1);
    assert_int_equal(armed_ms, retry_ms);
}

/* A queued run that is stopped makes way for the retry. */
static void a_retry_is_armed_when_a_queued_run_is_stopped(void **state)
{
    struct robot_entry *robot = registry_find(loop, robot_id);
    int64_t retry_ms = queue.now_ms + (int64_t)5 * MINUTE_MS;

    (void)state;
    dispatch_add(loop, 1000, robot, NULL);
    robot->retry_ms = retry_ms;
    fires_arm(loop);
    assert_true(armed_ms > retry_ms);
    dispatch_drop(loop, 1000);
    assert_int_equal(armed_ms, retry_ms);
}

/* The one before never fired, so nothing in the store remembers it but the number itself. */
static void a_number_of_a_trigger_is_never_given_again(void **state)
{
    struct trigger_rule early = cron("5 * * * *");
    struct trigger_rule late = cron("30 * * * *");
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
    struct trigger_rule rule = cron("* * * * *");
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
    struct trigger_rule rule = cron("0 14 * * *");
    char folder[] = "/tmp/automagi-zones-XXXXXX";
    char path[512];

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("TZDIR", folder, 1), 0);
    put_zone(folder, "Europe/Copenhagen");
    (void)text_copy(rule.zone, sizeof rule.zone, "Moved");
    (void)change(0, &rule); /* at 12:00 UTC */
    put_zone(folder, "America/New_York");
    registry_refresh(loop);
    loop_settle();
    (void)unsetenv("TZDIR");
    (void)snprintf(path, sizeof path, "%s/Moved", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    loop_fire_at(queue.now_ms + 2 * HOUR_MS);
    assert_int_equal(loop_runs(), 0);
    loop_fire_at(queue.now_ms + 6 * HOUR_MS); /* 18:00 UTC */
    assert_int_equal(loop_runs(), 1);
}

/* It counts as a run that waits from the moment it is durable on, whatever else is read meanwhile. */
static void a_run_with_an_input_waits_at_once(void **state)
{
    struct trigger_rule rule = cron("* * * * *");
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

/* No more children are forked ahead than may run. */
static void what_waits_ahead_heeds_the_machine_limit(void **state)
{
    struct robot_entry *robot = registry_find(loop, robot_id);
    struct robot_entry other = *robot;

    (void)state;
    other.next = loop->robots;
    other.host_again_ms = robot->host_again_ms = INT64_MAX; /* no host is started here */
    other.definition.is_warmed = robot->definition.is_warmed = true;
    loop->robots = &other;
    loop->machine_runs = 1;
    park_ahead(loop, &other, queue.now_ms + 1000);
    park_ahead(loop, robot, queue.now_ms + 1000);
    loop->robots = other.next;
    assert_true(other.park_until_ms != 0);
    assert_true(robot->park_until_ms == 0);
    loop->live = 1;
    park_ahead(loop, robot, queue.now_ms + 1000);
    assert_true(robot->park_until_ms == 0);
    loop->live = 0;
    park_ahead(loop, robot, queue.now_ms + 1000);
    assert_true(robot->park_until_ms != 0);
    park_ahead(loop, robot, queue.now_ms + 1000); /* its own is no obstacle */
}

/* A host of the robot's that is ready, with a child that waits; its control channel's other end is
 * returned. */
static int park(struct host *host, struct robot_entry *robot)
{
    int control[2];
    int channel[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel), 0);
    (void)close(channel[1]);
    *host = (struct host){.robot = robot, .state = HOST_READY, .tickets = 1};
    host->control.fd = control[0];
    host->ending.fd = -1;
    host->next = loop->hosts;
    loop->hosts = host;
    robot->host = robot->parked_host = host;
    robot->parked_fd = channel[0];
    robot->parked_ticket = WIRE_TICKET_FIRST;
    return control[1];
}

/* The host is gone, but nobody has heard of that yet: the run waits for another one. */
static void a_host_that_takes_no_name_gets_no_run(void **state)
{
    struct robot_entry *robot = registry_find(loop, robot_id);
    struct host host;

    (void)state;
    text_init(&loop->encoded, WIRE_FRAME_MAX);
    (void)close(park(&host, robot));
    assert_true(run_begin(loop, robot, 1000, "") < 0);
    assert_null(robot->host);
    assert_null(robot->parked_host);
    assert_null(loop->runs);
    loop->hosts = NULL;
    daemon_unwatch(loop, &host.control);
    text_release(&loop->encoded);
}

/* Idle for a minute just before its robot's time. */
static void a_host_with_a_child_that_waits_is_not_idle(void **state)
{
    struct robot_entry *robot = registry_find(loop, robot_id);
    struct host host;
    int control;

    (void)state;
    control = park(&host, robot);
    host.deadline_ms = clock_monotonic_ms() + 100;
    robot->definition.is_warmed = true;
    park_ahead(loop, robot, queue.now_ms + 1000);
    loop_at(queue.now_ms + 500);
    loop->zones_ms = INT64_MAX;
    supervise_due(loop);
    assert_ptr_equal(robot->host, &host);
    assert_ptr_equal(robot->parked_host, &host);
    loop_at(queue.now_ms + 7000); /* nobody took it */
    supervise_due(loop);
    assert_null(robot->parked_host);
    loop->hosts = NULL;
    robot->host = NULL;
    daemon_unwatch(loop, &host.control);
    (void)close(control);
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
        TEST(as_many_follow_as_may_be_made),
        TEST(a_run_with_an_input_waits_at_once),
        TEST(what_waits_ahead_heeds_the_machine_limit),
        TEST(a_host_that_takes_no_name_gets_no_run),
        TEST(a_host_with_a_child_that_waits_is_not_idle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
