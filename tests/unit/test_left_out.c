/* Runs that the loop had no memory to keep, or to begin: it looks for them, or tries again, when there is some. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/run/supervise.h"
#include "tests/standins/wrapped_calls.h"
#include "tests/unit/loop_home.h"

static struct robot_entry *robot;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    loop_start();
    loop->zones_ms = INT64_MAX;
    robot = registry_find(loop, queue.policy.robot_id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_stop();
    queue_close(&queue);
    return 0;
}

/* One of the two that wait there was not kept. */
static int64_t leave_first(void)
{
    int64_t first;
    int i;

    for (i = 0; i < 2; i++)
        assert_int_equal(job_run_create(loop, robot, RUN_BY_RETRY), 0);
    loop_settle();
    first = robot->pending_first->id;
    assert_true(dispatch_drop(loop, first));
    wrapped_calls_fail(WRAPPED_ALLOCATION, 1, 0);
    assert_null(dispatch_put_back(loop, first, robot, NULL));
    wrapped_calls_heal();
    assert_true(wrapped_calls_have_failed());
    assert_int_equal(robot->queued, 1);
    return first;
}

static void look_later(void)
{
    loop_at(queue.now_ms + MINUTE_MS);
    supervise_due(loop);
    loop_settle();
}

/* Though the loop has heard of a later one, and knows that it has. */
static void a_run_that_was_left_out_is_found(void **state)
{
    int64_t first;

    (void)state;
    first = leave_first();
    look_later();
    assert_int_equal(robot->queued, 2);
    assert_int_equal(robot->owed, 2);
    assert_true(robot->pending_first->id > first);
    assert_int_equal(robot->pending_last->id, first);
    assert_int_equal(robot->left_out, 0);
}

/* What is known is not found twice. */
static void a_run_that_was_found_meanwhile_is_there_once(void **state)
{
    int64_t first;

    (void)state;
    first = leave_first();
    registry_refresh(loop);
    loop_settle();
    dispatch_leave(loop, first, robot);
    look_later();
    assert_int_equal(robot->queued, 2);
}

static sem_t writer_stands;
static sem_t writer_may_go;

static void wait_for(sem_t *what)
{
    while (sem_wait(what) < 0)
        continue;
}

static int apply_wait(struct writer_job *job, struct store *store, struct fault *fault)
{
    (void)job;
    (void)store;
    (void)fault;
    assert_int_equal(sem_post(&writer_stands), 0);
    wait_for(&writer_may_go);
    return 0;
}

static void waited(struct writer_job *job, int result, const struct fault *fault)
{
    (void)job;
    (void)fault;
    assert_int_equal(result, 0);
}

static void turn(struct host *host)
{
    loop->turn++;
    host->looked_turn = host->checked_turn =
        loop->turn; /* its plugin and its folders are as they were */
    dispatch_all(loop);
}

/* The loop turns while the allocation with this number fails. Whether there was one. */
static bool turn_without(struct host *host, long call)
{
    struct writer_job wait = {.apply = apply_wait, .finished = waited};
    bool has_failed;

    writer_submit(loop->writer, &wait); /* its thread allocates too */
    wait_for(&writer_stands);
    wrapped_calls_fail(WRAPPED_ALLOCATION, call, 0);
    turn(host);
    has_failed = wrapped_calls_have_failed();
    wrapped_calls_heal();
    (void)memory_lacked(); /* unlike a daemon's loop, this thread asks the store itself */
    assert_int_equal(sem_post(&writer_may_go), 0);
    loop_settle();
    return has_failed;
}

/* Whether the allocation with this number came. The run begins all the same, though later. */
static bool begins_without(long call)
{
    struct host host;
    bool has_failed;
    int control;
    char byte;

    loop->machine_runs = 1;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    text_init(&loop->encoded, WIRE_FRAME_MAX);
    assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    loop_settle();
    control = loop_host(&host, robot);
    robot->is_queue_full = true;
    has_failed = turn_without(&host, call);
    if (loop->runs != NULL) /* else how long it took is how long the machine is up */
        assert_true(loop->runs->begun_ms > 0);
    if (has_failed) {
        assert_null(loop->runs);
        assert_int_equal(recv(control, &byte, 1, MSG_DONTWAIT), -1); /* no host has been told */
        assert_int_equal(loop_ask("SELECT state FROM run ORDER BY id DESC LIMIT 1"), RUN_QUEUED);
        turn(&host);
        loop_settle();
    }
    assert_true(loop->runs != NULL && !loop->runs->is_violation && loop->runs->skips_collect);
    assert_false(robot->is_queue_full); /* it makes room */
    assert_int_equal(loop_ask("SELECT state FROM run ORDER BY id DESC LIMIT 1"), RUN_RUNNING);
    (void)close(control); /* with the run's end of its channel */
    loop_end_begun(0);
    daemon_unwatch(loop, &host.control);
    loop->hosts = robot->host = NULL;
    (void)close(loop->epoll_fd);
    text_release(&loop->encoded);
    return has_failed;
}

/* Nothing was begun, so nothing has failed, and what it was asked for is not lost. */
static void a_run_that_lacks_memory_waits(void **state)
{
    long call = 1;

    assert_int_equal(sem_init(&writer_stands, 0, 0), 0);
    assert_int_equal(sem_init(&writer_may_go, 0, 0), 0);
    while (begins_without(call)) {
        (void)tear_down(state);
        (void)set_up(state); /* what has failed pauses its robot in the end */
        call++;
    }
    assert_true(call > 4); /* the run, its start and end, and what its host is told */
    (void)sem_destroy(&writer_stands);
    (void)sem_destroy(&writer_may_go);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_run_that_was_left_out_is_found),
        TEST(a_run_that_was_found_meanwhile_is_there_once),
        TEST(a_run_that_lacks_memory_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
