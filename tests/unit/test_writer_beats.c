/* Whether the writer's thread moves: what the watchdog of a service rests on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sqlite3.h>

#include "core/store/sql.h"
#include "core/store/writer.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static struct writer *writer;
static bool is_gate_open, is_at_gate; /* the writer waits there, in a transaction */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;

static void open_gate(void)
{
    pthread_mutex_lock(&gate);
    is_gate_open = true;
    pthread_mutex_unlock(&gate);
    (void)pthread_cond_broadcast(&gate_changed);
}

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    queue_need(&queue, writer_start(queue.store, &writer, &queue.fault));
    is_gate_open = is_at_gate = false;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    open_gate(); /* a test that failed has left it closed */
    writer_stop(writer);
    queue.store = NULL;
    queue_close(&queue);
    return 0;
}

static int apply(struct writer_job *job, struct store *store, struct fault *fault)
{
    (void)job;
    (void)store;
    (void)fault;
    pthread_mutex_lock(&gate);
    is_at_gate = true;
    (void)pthread_cond_broadcast(&gate_changed);
    while (!is_gate_open)
        pthread_cond_wait(&gate_changed, &gate);
    pthread_mutex_unlock(&gate);
    return 0;
}

static void finished(struct writer_job *job, int result, const struct fault *fault)
{
    (void)job;
    (void)fault;
    assert_int_equal(result, 0);
}

/* Returns when the thread stands in the midst of the job. */
static void stand_still(struct writer_job *job)
{
    *job = (struct writer_job){.apply = apply, .finished = finished};
    writer_submit(writer, job);
    pthread_mutex_lock(&gate);
    while (!is_at_gate)
        pthread_cond_wait(&gate_changed, &gate);
    pthread_mutex_unlock(&gate);
}

static void go_on(void)
{
    open_gate();
    while (writer_waiting(writer) > 0) {
        struct pollfd back = {.fd = writer_fd(writer), .events = POLLIN};

        assert_int_equal(poll(&back, 1, 30000), 1);
        writer_collect(writer);
    }
}

static void wait_for_beat(uint64_t before)
{
    while (writer_beats(writer) == before)
        (void)poll(NULL, 0, 1);
}

/* Idle a nudge moves it; in the midst of a job that stands still none does, until that goes on. That
 * nothing moves is no matter of time, for the gate is closed. */
static void a_nudge_is_answered_when_it_can_be(void **state)
{
    struct writer_job job;
    uint64_t before = writer_beats(writer);
    int round;

    (void)state;
    writer_nudge(writer);
    wait_for_beat(before);
    stand_still(&job);
    before = writer_beats(writer);
    for (round = 0; round < 3; round++) {
        writer_nudge(writer);
        (void)poll(NULL, 0, 1);
        assert_int_equal(writer_beats(writer), before);
    }
    go_on();
    wait_for_beat(before);
}

static void a_job_is_a_beat(void **state)
{
    struct writer_job job;
    uint64_t before = writer_beats(writer);

    (void)state;
    open_gate();
    stand_still(&job);
    go_on();
    assert_true(writer_beats(writer) > before);
}

static void a_long_statement_is_seen_to_go_on(void **state)
{
    static const char LONG[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                               "LIMIT 1000000) SELECT count(*) FROM n";
    struct writer_job job;
    sqlite3_stmt *statement = NULL;
    uint64_t before;

    (void)state;
    stand_still(&job); /* it keeps off the store meanwhile */
    before = writer_beats(writer);
    assert_int_equal(sqlite3_prepare_v2(queue.store->db, LONG, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    (void)sqlite3_finalize(statement);
    assert_true(writer_beats(writer) > before + 3);
    go_on();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_nudge_is_answered_when_it_can_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_job_is_a_beat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_statement_is_seen_to_go_on, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
