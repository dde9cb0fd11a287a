/* test_loop_tries.c - runs that cannot begin through no fault of their own: the loop tries again, and not for ever;
 * a registry that cannot be read now; and a pause or a red gate that the loop has not read of yet. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
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
    control = loop_host(&host, robot);
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

/* What is pending is begun; the other end of its host's control channel. */
static int begin_pending(void)
{
    int control = loop_host(&host, robot);

    host.checked_turn = loop->turn;
    assert_int_equal(run_begin(loop, robot, robot->pending_first->id, "{\"case\":1}"), 0);
    assert_true(dispatch_drop(loop, loop->runs->id));
    return control;
}

/* Its process is gone, and so is all that the loop had of it. */
static void end_begun(int control, int status)
{
    (void)close(control); /* with the run's end of its channel */
    loop_end_begun(status);
    daemon_unwatch(loop, &host.control);
}

/* What is pending has begun, and its host says that it could not fork for it. */
static void begin_unborn(void)
{
    end_begun(begin_pending(), -EAGAIN);
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

/* A key's file cannot be opened for want of descriptors: so the run is ended, and another begins when there are some. */
static void who_meets_a_want_of_descriptors_is_asked_again(void **state)
{
    static struct wire_frame add;
    struct rlimit limit;
    struct rlimit none;
    int control;

    (void)state;
    assert_int_equal(job_run_create(loop, robot, RUN_BY_CRON), 0);
    loop_settle();
    control = begin_pending();
    loop_settle();
    wire_frame_init(&add, WIRE_ADD);
    add.count = 1;
    add.items[0].reference = wire_string("case-1");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){1, limit.rlim_max}; /* the loop polls one */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(job_add(loop->runs, &add), 0);
    loop_settle();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(loop->runs->is_violation);
    end_begun(control, SIGKILL);
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE ending = 6 AND note LIKE "
                              "'%Too many open files%' AND note NOT LIKE '%rights%'"),
                     1);
    assert_int_equal(count_of("failed"), 0);
    assert_int_equal(count_of("queued"), 1);
    assert_non_null(robot->pending_first);
    assert_true(robot->host_again_ms > clock_monotonic_ms());
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

static const char PAUSE[] = "UPDATE robot SET paused = 1";
#define SET_GATE "INSERT INTO gate(robot_id, item, state, note, by_whom, at_ms) SELECT id, "
static const char RED[] = SET_GATE "2, 2, 'no risk is described', 'A Person', 1 FROM robot";
static const char GREEN_AGAIN[] =
    SET_GATE "2, 2, 'no risk is described', 'A Person', 1 FROM robot; " SET_GATE
             "2, 1, 'in its folder', 'A Person', 2 FROM robot";

/* The last that the host was told. */
static int told(int control)
{
    static char packet[WIRE_FRAME_MAX];
    static struct wire_frame frame;
    int type = 0;
    int passed = -1;

    while (wire_receive(control, MSG_DONTWAIT, packet, &passed, &frame) > 0) {
        type = (int)frame.type;
        if (passed >= 0)
            (void)close(passed);
        passed = -1;
    }
    return type;
}

/* Two runs are pending, and the first, with an input, is begun when that is in the store; the loop has read of it in no
 * way. The same as begin_pending(). */
static int begin_behind(const char *change)
{
    int control;

    assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    loop_settle();
    temp_home_plant(queue.home, "UPDATE run SET input = '{\"case\":1}' "
                                "WHERE id = (SELECT min(id) FROM run WHERE state = 1)");
    temp_home_plant(queue.home, change);
    control = begin_pending();
    loop_settle();
    return control;
}

/* It is killed, and waits again as before: with its input, before the run that was made after it. */
static void must_wait_behind(const char *change)
{
    int64_t first;
    int control;

    control = begin_behind(change);
    first = loop->runs->id;
    assert_int_equal(told(control), WIRE_KILL);
    assert_int_equal(count_of("queued"), 2);
    assert_int_equal(loop_ask("SELECT count(*) FROM audit WHERE action = 'run started'"), 0);
    end_begun(control, SIGKILL);
    assert_int_equal(count_of("queued"), 2);
    assert_int_equal(robot->queued, 2);
    assert_int_equal(robot->pending_first->id, first);
    assert_string_equal(robot->pending_first->input, "{\"case\":1}");
    assert_ptr_equal(robot->pending_first->next, robot->pending_last);
    assert_true(robot->pending_last->id > first);
    loop->turn++;
    dispatch_all(loop); /* it knows now */
    loop_settle();
    assert_null(loop->runs);
}

static void who_begins_behind_a_pause_waits_again(void **state)
{
    (void)state;
    must_wait_behind(PAUSE);
    assert_true(robot->is_paused);
    temp_home_plant(queue.home, "UPDATE robot SET paused = 0");
    registry_refresh(loop);
    loop_settle();
    assert_false(robot->is_paused);
    end_begun(begin_pending(), 0);
    assert_int_equal(loop_ask("SELECT count(*) FROM audit WHERE action = 'run started'"), 1);
}

static void who_begins_behind_a_red_gate_waits_again(void **state)
{
    (void)state;
    must_wait_behind(RED);
    assert_int_equal(robot->red_item, GATE_DPIA);
}

/* The newest counts. */
static void a_gate_that_is_green_again_holds_nobody(void **state)
{
    int control;

    (void)state;
    control = begin_behind(GREEN_AGAIN);
    assert_int_equal(told(control), WIRE_RUN);
    assert_int_equal(count_of("queued"), 1);
    end_begun(control, 0);
}

/* While it was being killed: it is not pending again. */
static void who_is_stopped_while_it_is_held_is_gone(void **state)
{
    int64_t first;
    int control;

    (void)state;
    control = begin_behind(PAUSE);
    first = loop->runs->id;
    temp_home_plant(queue.home, "UPDATE run SET state = 3, ending = 3, ended_ms = 1, input = NULL "
                                "WHERE input IS NOT NULL");
    end_begun(control, SIGKILL);
    assert_int_equal(robot->queued, 1);
    assert_true(robot->pending_first->id > first);
}

/* The registry could not be read since the pause. */
static void a_time_behind_a_pause_is_skipped(void **state)
{
    (void)state;
    temp_home_plant(queue.home, PAUSE);
    loop_fire_at(queue.now_ms + (INT64_C(274) * 24 + 13) * HOUR_MS); /* New Year has come */
    assert_int_equal(loop_ask("SELECT count(*) FROM fire WHERE skipped = 'the robot is paused'"),
                     1);
    assert_int_equal(loop_runs(), 0);
    assert_int_equal(count_of("queued"), 0);
    assert_int_equal(robot->queued, 0);
    assert_true(robot->is_paused);
}

static void a_retry_behind_a_red_gate_is_not_made(void **state)
{
    (void)state;
    temp_home_plant(queue.home, RED);
    assert_int_equal(job_run_create(loop, robot, RUN_BY_RETRY), 0);
    loop_settle();
    assert_int_equal(count_of("queued"), 0);
    assert_int_equal(robot->queued, 0);
    assert_int_equal(robot->red_item, GATE_DPIA);
}

/* Nothing lies on the queue that it could be owed to. */
static void who_begins_for_nothing_is_killed_and_done(void **state)
{
    int control;

    (void)state;
    assert_int_equal(job_run_create(loop, robot, RUN_BY_RETRY), 0);
    loop_settle();
    control = begin_pending();
    loop_settle();
    assert_int_equal(told(control), WIRE_KILL);
    end_begun(control, SIGKILL);
    assert_int_equal(loop_ask("SELECT ending FROM run WHERE id = (SELECT max(id) FROM run)"),
                     RUN_DONE);
    assert_null(robot->pending_first);
    assert_int_equal(count_of("queued"), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(who_meets_a_dead_share_waits),
        TEST(who_cannot_be_forked_is_asked_again),
        TEST(who_has_no_input_is_asked_again),
        TEST(who_has_no_input_is_asked_again_beside_a_later_run),
        TEST(who_meets_a_want_of_descriptors_is_asked_again),
        TEST(a_trigger_is_there_when_descriptors_are_again),
        TEST(a_trigger_is_there_when_its_zone_is_again),
        TEST(who_begins_behind_a_pause_waits_again),
        TEST(who_begins_behind_a_red_gate_waits_again),
        TEST(a_gate_that_is_green_again_holds_nobody),
        TEST(who_is_stopped_while_it_is_held_is_gone),
        TEST(a_time_behind_a_pause_is_skipped),
        TEST(a_retry_behind_a_red_gate_is_not_made),
        TEST(who_begins_for_nothing_is_killed_and_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
