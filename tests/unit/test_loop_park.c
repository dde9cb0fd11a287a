/* test_loop_park.c - children that the loop has forked ahead of a time, and their hosts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/run/supervise.h"
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

/* Whatever it was that kept the host away, what is stored of it ends with a whole letter. */
static void a_run_says_in_whole_letters_what_it_waits_for(void **state)
{
    struct robot_entry *robot = registry_find(loop, robot_id);
    int shift;

    (void)state;
    loop_fire_at(queue.now_ms + (INT64_C(274) * 24 + 13) * HOUR_MS); /* New Year has come */
    assert_non_null(robot->pending_first);
    robot->pending_first->since_ms = INT32_MIN; /* long enough to be told */
    robot->host_again_ms = INT64_MAX;
    for (shift = 0; shift < 2; shift++) {
        size_t at;

        for (at = (size_t)shift; at + 2 < sizeof robot->host_reason; at += 2)
            memcpy(robot->host_reason + at, "ø", 2);
        robot->host_reason[at] = '\0';
        memset(robot->host_reason, '-', (size_t)shift);
        loop->turn++;
        dispatch_all(loop);
        assert_non_null(strstr(robot->waits, "no host: "));
        assert_true(text_is_line(robot->waits, strlen(robot->waits)));
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_waits_ahead_heeds_the_machine_limit),
        TEST(a_host_that_takes_no_name_gets_no_run),
        TEST(a_host_with_a_child_that_waits_is_not_idle),
        TEST(a_run_says_in_whole_letters_what_it_waits_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
