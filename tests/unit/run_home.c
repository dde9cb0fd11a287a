/* run_home.c - a run of which the test is the loop. */
#include "tests/unit/run_home.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>

#include "core/store/store.h"

struct daemon daemon_of_test;
struct robot_entry robot;
struct host host;
struct run run;

int run_set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    /* No robots are read: those there are stand here. */
    daemon_of_test = (struct daemon){.runs = &run, .live = 1, .is_registry_waiting = true};
    daemon_of_test.timer_watch.fd = -1;
    robot = (struct robot_entry){.id = queue.policy.robot_id, .slug = "franco", .live = 1};
    host = (struct host){.state = HOST_GONE, .live = 1};
    run = (struct run){.daemon = &daemon_of_test,
                       .robot = &robot,
                       .host = &host,
                       .policy = queue.policy,
                       .end = job_end_new(),
                       .is_process_gone = true};
    assert_non_null(run.end);
    run.channel.fd = -1;
    return 0;
}

int run_tear_down(void **state)
{
    (void)state;
    /* A test that failed left it at work, and it has the store. */
    if (daemon_of_test.writer != NULL) {
        writer_stop(daemon_of_test.writer);
        queue.store = NULL;
    }
    free(run.end);
    queue_close(&queue);
    return 0;
}

void run_work_off(bool has_failed)
{
    while (writer_waiting(daemon_of_test.writer) > 0) {
        struct pollfd ready = {.fd = writer_fd(daemon_of_test.writer), .events = POLLIN};

        assert_int_equal(poll(&ready, 1, 30000), 1);
        writer_collect(daemon_of_test.writer);
    }
    assert_int_equal(writer_failed(daemon_of_test.writer) != NULL, has_failed);
    writer_stop(daemon_of_test.writer);
    daemon_of_test.writer = NULL;
    queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
}

void run_fail_over_one(void)
{
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "");
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    run.id = queue.run_id;
    run.fence = queue.fence;
    run.lease_count = 1;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, RUN_FAILED);
    run_work_off(false);
}

void run_start_one(bool has_failed)
{
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_HAND, "test",
                                  queue.now_ms, &run.id, &queue.fault));
    queue_commit(&queue);
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_start(&run, job_start_new());
    run_work_off(has_failed);
}
