/* A run whose process is gone ends, whichever allocation of the loop failed meanwhile: no other event would end it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>

#include "core/run/daemon_inner.h"
#include "core/store/store.h"
#include "tests/standins/wrapped_calls.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static struct daemon loop;
static struct robot_entry robot;
static struct host host;
static struct run run;

static void begin(void)
{
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    loop = (struct daemon){.live = 1, .runs = &run};
    loop.timer_watch.fd = -1;
    robot = (struct robot_entry){.id = queue.policy.robot_id, .slug = "franco", .live = 1};
    host = (struct host){.state = HOST_GONE, .live = 1};
    queue_begin(&queue);
    queue_run(&queue);
    queue_commit(&queue);
    run = (struct run){.daemon = &loop,
                       .robot = &robot,
                       .host = &host,
                       .policy = queue.policy,
                       .id = queue.run_id,
                       .fence = queue.fence,
                       .is_channel_read = true,
                       .end = job_end_new()};
    assert_non_null(run.end);
    run.channel.fd = -1;
    queue_need(&queue, writer_start(queue.store, &loop.writer, &queue.fault));
}

static void settle(void)
{
    struct pollfd ready = {.fd = writer_fd(loop.writer), .events = POLLIN};

    while (writer_waiting(loop.writer) > 0) {
        assert_int_equal(poll(&ready, 1, 30000), 1);
        writer_collect(loop.writer);
    }
    writer_stop(loop.writer);
    queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
}

/* Whether the allocation with this number came. */
static bool ends_without(long call)
{
    bool has_failed;

    begin();
    wrapped_calls_fail(WRAPPED_ALLOCATION, call, 0);
    run_ended(&loop, &run, 0);
    has_failed = wrapped_calls_have_failed();
    wrapped_calls_heal();
    settle();
    assert_int_equal(loop.live, 0);
    assert_int_equal(queue_ask_with(&queue, "SELECT state FROM run WHERE id = ?1", run.id, 0),
                     RUN_ENDED);
    free(run.end);
    queue_close(&queue);
    return has_failed;
}

static void a_run_ends_whatever_lacks_memory(void **state)
{
    long call = 1;

    (void)state;
    while (ends_without(call))
        call++;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(a_run_ends_whatever_lacks_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
