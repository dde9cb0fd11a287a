/* test_loop_tries.c - runs that cannot begin through no fault of their own: the loop tries again, and not for ever;
 * and a registry that cannot be read now. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/run/supervise.h"
#include "tests/unit/loop_home.h"

enum { MOST_REST_MS = 30000 };

static struct robot_entry *robot;
static struct host host;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    loop_start();
    loop->zones_ms = INT64_MAX;
    loop->machine_runs = 1;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    text_init(&loop->encoded, WIRE_FRAME_MAX);
    robot = registry_find(loop, queue.policy.robot_id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop->hosts = NULL;
    robot->host = NULL;
    daemon_unwatch(loop, &host.control);
    (void)close(loop->epoll_fd);
    text_release(&loop->encoded);
    loop_stop();
    queue_close(&queue);
    return 0;
}

/* A host of the robot's that is ready; the other end of its control channel. */
static int put_host(void)
{
    int control[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
    host = (struct host){.robot = robot, .state = HOST_READY, .tries = HOST_TRIES_MANY};
    host.control.fd = control[0];
    host.ending.fd = -1;
    loop->hosts = robot->host = &host;
    return control[1];
}

/* The loop turns when it has rested as long as it may. */
static void turn_later(void)
{
    loop_at(queue.now_ms + MOST_REST_MS);
    loop->turn++;
    dispatch_all(loop);
    loop_settle();
}

static int64_t count_of(const char *what)
{
    return what[0] == 'q'
               ? loop_ask("SELECT count(*) FROM run WHERE state = 1")
               : loop_ask("SELECT count(*) FROM run WHERE ending = 2 AND note IS NOT NULL");
}

/* A share that is gone for a while: nobody's run is ended for it before some minutes are over. */
static void who_meets_a_dead_share_waits(void **state)
{
    int control;
    int i;

    (void)state;
    control = put_host();
    assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    loop_settle();
    host.check_ms = clock_monotonic_ms();
    host_look_at_silence(loop, &host, clock_monotonic_ms());
    loop_settle();
    assert_null(robot->host);
    assert_int_equal(host.check_ms, HOST_HANGS);
    assert_int_equal(count_of("queued"), 2);
    loop->turn++;
    dispatch_all(loop); /* too early to be counted */
    for (i = 2; i < HOST_TRIES_MANY; i++)
        turn_later();
    assert_int_equal(count_of("queued"), 2);
    turn_later();
    assert_int_equal(count_of("queued"), 1); /* the next is given as long */
    assert_int_equal(
        loop_ask("SELECT count(*) FROM run WHERE ending = 2 AND note LIKE '%last host hangs%'"), 1);
    (void)close(control);
}

/* What is pending has begun, and its host says that it could not fork for it. */
static void begin_unborn(void)
{
    int control = put_host();
    struct run *run;

    host.checked_turn = loop->turn;
    assert_int_equal(run_begin(loop, robot, robot->pending_first->id, "{\"case\":1}"), 0);
    assert_true(dispatch_drop(loop, loop->runs->id));
    (void)close(control); /* with the run's end of its channel */
    run = loop->runs;
    run_ended(loop, run, -EAGAIN);
    loop_settle();
    assert_null(loop->runs);
    free(run->end);
    free(loop->graves);
    loop->graves = NULL;
    daemon_unwatch(loop, &host.control);
    registry_refresh(loop);
    loop_settle();
}

static void who_cannot_be_forked_is_asked_again(void **state)
{
    int64_t run;
    int i;

    (void)state;
    assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    loop_settle();
    temp_home_plant(queue.home, "UPDATE run SET input = '{\"case\":1}' WHERE state = 1");
    for (i = 1; i < HOST_TRIES_MANY; i++) {
        run = robot->pending_first->id;
        begin_unborn();
        assert_true(robot->host_again_ms > clock_monotonic_ms());
        assert_non_null(robot->pending_first);
        assert_true(robot->pending_first->id > run);
        assert_string_equal(robot->pending_first->input, "{\"case\":1}");
    }
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE ending = 6 AND note LIKE "
                              "'its process could not be started: Resource temporarily%'"),
                     HOST_TRIES_MANY - 1);
    assert_int_equal(count_of("failed"), 0);
    begin_unborn();
    assert_null(robot->pending_first);
    assert_int_equal(count_of("failed"), 1);
    assert_int_equal(count_of("queued"), 0);
}

/* One that nobody gave an input is not forgotten either. */
static void who_has_no_input_is_asked_again(void **state)
{
    (void)state;
    assert_int_equal(job_run_create(loop, robot, RUN_BY_CRON), 0);
    loop_settle();
    begin_unborn();
    assert_int_equal(count_of("failed"), 0);
    assert_int_equal(count_of("queued"), 1);
    assert_non_null(robot->pending_first);
}

/* Also beside a later run, which the loop knows already: numbers of runs say nothing of what it was told. */
static void who_has_no_input_is_asked_again_beside_a_later_run(void **state)
{
    int64_t first;
    int64_t later;

    (void)state;
    assert_int_equal(job_run_create(loop, robot, RUN_BY_CRON), 0);
    assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    loop_settle();
    first = robot->pending_first->id;
    later = robot->pending_first->next->id;
    robot->newest_run = later + 10; /* of more that were asked for meanwhile */
    begin_unborn();
    assert_int_equal(count_of("queued"), 2);
    assert_int_equal(robot->pending_first->id, later);
    assert_non_null(robot->pending_first->next);
    assert_true(robot->pending_first->next->id > first);
}

/* Its time zone's file cannot be opened for want of descriptors: that is no reason to keep it out. */
static void a_trigger_is_there_when_descriptors_are_again(void **state)
{
    struct rlimit limit;
    struct rlimit none;

    (void)state;
    temp_home_plant(queue.home, "UPDATE trigger SET zone = 'Europe/London'");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){1, limit.rlim_max}; /* the loop polls one */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    registry_refresh(loop);
    loop_settle();
    loop_at(queue.now_ms + MOST_REST_MS);
    supervise_due(loop);
    loop_settle();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(loop->triggers.due.count, 1);
    loop_at(queue.now_ms + MOST_REST_MS);
    supervise_due(loop);
    loop_settle();
    assert_int_equal(loop->triggers.due.count, 1);
    assert_non_null(loop->triggers.policies[0].zone);
    assert_string_equal(zone_name(loop->triggers.policies[0].zone), "Europe/London");
    assert_int_equal(loop->registry_again_ms, 0);
}

/* One that is gone for a while, or that nobody may read, keeps its trigger out for that while alone. */
static void a_trigger_is_there_when_its_zone_is_again(void **state)
{
    (void)state;
    temp_home_plant(queue.home, "UPDATE trigger SET zone = 'Europe/London'");
    zone_pretend_folder(queue.home);
    registry_refresh(loop);
    loop_settle();
    zone_pretend_folder(NULL);
    assert_int_equal(loop->triggers.due.count, 0);
    loop_at(queue.now_ms + HOUR_MS);
    supervise_due(loop);
    loop_settle();
    assert_int_equal(loop->triggers.due.count, 1);
    assert_int_equal(loop->registry_again_ms, 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(who_meets_a_dead_share_waits),
        TEST(who_cannot_be_forked_is_asked_again),
        TEST(who_has_no_input_is_asked_again),
        TEST(who_has_no_input_is_asked_again_beside_a_later_run),
        TEST(a_trigger_is_there_when_descriptors_are_again),
        TEST(a_trigger_is_there_when_its_zone_is_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
