#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "core/store/writer.h"
#include "tests/unit/queue_home.h"

enum { JOBS = 20000 };

static struct queue queue;
static struct writer *writer;
static pthread_t loop_thread;
static int finished_count, next_expected;
static bool is_gate_open, is_at_gate; /* the writer waits there, in a transaction */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;

/* A job that adds `writes` rows and then ends with `result`. */
struct test_job {
    struct writer_job job;
    int number, writes, ends_with, expected;
    bool waits_for_gate;
    bool undoes_all;
    int unfinished;          /* times it asks to be called again */
    bool is_slow;            /* longer than a transaction may take */
    bool locks_out;          /* halfway nothing can be written any more */
    struct writer_job *then; /* submitted by finished() */
};

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    queue_need(&queue, writer_start(queue.store, &writer, &queue.fault));
    loop_thread = pthread_self();
    finished_count = 0;
    next_expected = 0;
    is_gate_open = false;
    is_at_gate = false;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    writer_stop(writer);
    queue.store = NULL;
    queue_close(&queue);
    return 0;
}

static int apply(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct test_job *job = (struct test_job *)(void *)base;
    int64_t id = 0;
    int result = 0;
    int i;

    if (pthread_equal(pthread_self(), loop_thread))
        return -EDEADLK;
    pthread_mutex_lock(&gate);
    is_at_gate = job->waits_for_gate;
    (void)pthread_cond_broadcast(&gate_changed);
    while (job->waits_for_gate && !is_gate_open)
        pthread_cond_wait(&gate_changed, &gate);
    pthread_mutex_unlock(&gate);
    for (i = 0; i < job->writes && result == 0; i++)
        result =
            run_create(store, queue.policy.robot_id, RUN_BY_HAND, "job", job->number, &id, fault);
    if (result < 0)
        return result;
    if (job->locks_out) {
        (void)sqlite3_exec(store->db, "PRAGMA query_only = ON", NULL, NULL, NULL);
        return run_create(store, queue.policy.robot_id, RUN_BY_HAND, "job", 0, &id, fault);
    }
    if (job->is_slow)
        clock_pretend(clock_now_ms() + 1000);
    if (job->undoes_all)
        store_rollback(store);
    if (job->unfinished > 0) {
        job->unfinished--;
        base->is_unfinished = true;
    }
    return job->ends_with < 0 ? fault_set(fault, job->ends_with, "job %d ended", job->number)
                              : job->ends_with;
}

static void finished(struct writer_job *base, int result, const struct fault *fault)
{
    struct test_job *job = (struct test_job *)(void *)base;

    assert_true(pthread_equal(pthread_self(), loop_thread));
    assert_int_equal(job->number, next_expected);
    assert_int_equal(result, job->expected);
    assert_true(result < 0 ? fault != NULL && fault->text[0] != '\0' : fault == NULL);
    next_expected++;
    finished_count++;
    if (job->then != NULL)
        writer_submit(writer, job->then);
    free(job);
}

static struct test_job *make(int number)
{
    struct test_job *job = calloc(1, sizeof *job);

    assert_non_null(job);
    job->job.apply = apply;
    job->job.finished = finished;
    job->number = number;
    job->writes = 1;
    return job;
}

static void submit(struct test_job *job)
{
    writer_submit(writer, &job->job);
}

static void open_gate(void)
{
    pthread_mutex_lock(&gate);
    is_gate_open = true;
    pthread_mutex_unlock(&gate);
    (void)pthread_cond_broadcast(&gate_changed);
}

/* The jobs submitted after this are one batch: the writer sees them when the gate is open. */
static void submit_gate(int number)
{
    struct test_job *job = make(number);

    job->waits_for_gate = true;
    submit(job);
    pthread_mutex_lock(&gate);
    while (!is_at_gate)
        pthread_cond_wait(&gate_changed, &gate);
    pthread_mutex_unlock(&gate);
}

static void collect_all(void)
{
    while (writer_waiting(writer) > 0) {
        struct pollfd poll_fd = {.fd = writer_fd(writer), .events = POLLIN};

        assert_int_equal(poll(&poll_fd, 1, 30000), 1);
        writer_collect(writer);
    }
}

/* What is there after a crash: asked through a connection of its own. */
static int64_t count_durable(const char *query)
{
    struct store *reader = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t count;

    queue_need(&queue, store_open(queue.home, STORE_READ, &reader, &queue.fault));
    assert_int_equal(sqlite3_prepare_v2(reader->db, query, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    store_close(reader);
    return count;
}

static const char MADE[] = "SELECT count(*) FROM run WHERE asked_by = 'job'";

static void a_lone_job_is_durable_before_it_comes_back(void **state)
{
    (void)state;
    submit(make(0));
    assert_int_equal(writer_waiting(writer), 1);
    collect_all();
    assert_int_equal(finished_count, 1);
    assert_int_equal(count_durable(MADE), 1);
    assert_null(writer_failed(writer));
}

static void submit_patient(int number, int unfinished)
{
    struct test_job *job = make(number);

    job->job.is_patient = true;
    job->unfinished = unfinished;
    submit(job);
}

static void patient_jobs_step_back_and_keep_their_order(void **state)
{
    int i;

    (void)state;
    submit_gate(0);
    for (i = 0; i < 100; i++)
        submit_patient(i + 101, i == 50 ? 3 : 0);
    for (i = 0; i < 100; i++)
        submit(make(i + 1));
    open_gate();
    collect_all();
    assert_int_equal(finished_count, 201);
    assert_int_equal(count_durable(MADE), 204);
}

/* A run's start is prompt, what the run asks for then is patient. */
static void no_patient_job_overtakes_what_came_before_it(void **state)
{
    struct test_job *slow = make(1);

    (void)state;
    slow->is_slow = true;
    slow->job.weight = 16; /* the clock is looked at after it */
    submit_gate(0);
    submit(slow);
    submit(make(2));
    submit_patient(3, 0);
    open_gate();
    collect_all();
    assert_int_equal(finished_count, 4);
}

static void many_jobs_come_back_in_order(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < JOBS; i++)
        submit(make(i));
    collect_all();
    assert_int_equal(finished_count, JOBS);
    assert_int_equal(count_durable(MADE), JOBS);
    assert_int_equal(count_durable("SELECT count(*) FROM run a JOIN run b ON b.id = a.id + 1 "
                                   "WHERE a.asked_by = 'job' AND b.created_ms < a.created_ms"),
                     0);
}

static void what_waits_shares_a_commit(void **state)
{
    struct pollfd poll_fd = {.fd = writer_fd(writer), .events = POLLIN};
    int i;

    (void)state;
    submit_gate(0);
    for (i = 1; i < 100; i++)
        submit(make(i));
    assert_int_equal(poll(&poll_fd, 1, 50), 0); /* nothing comes back before its commit */
    assert_int_equal(count_durable(MADE), 0);
    open_gate();
    collect_all();
    assert_int_equal(finished_count, 100);
    assert_int_equal(count_durable(MADE), 100);
}

static void a_job_that_fails_is_alone_in_it(void **state)
{
    struct test_job *failing = make(1);

    (void)state;
    failing->writes = 0; /* it has changed nothing */
    failing->ends_with = -EINVAL;
    failing->expected = -EINVAL;
    submit(make(0));
    submit(failing);
    submit(make(2));
    collect_all();
    assert_int_equal(finished_count, 3);
    assert_int_equal(count_durable(MADE), 2);
    assert_null(writer_failed(writer));
}

static void a_part_that_fails_is_undone_alone(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 300; i++) {
        struct test_job *job = make(i);

        job->job.is_part = i % 2 == 0;
        job->writes = 3;
        job->ends_with = i % 4 == 0 ? -EINVAL : i % 3; /* above 0 is no failure */
        if (i % 4 == 0)
            job->expected = -EINVAL;
        submit(job);
    }
    collect_all();
    assert_int_equal(finished_count, 300);
    assert_int_equal(count_durable(MADE), 3 * 225);
    assert_null(writer_failed(writer));
}

/* The whole transaction of the job that failed, those before it too, and all later ones. */
static void expect_fatal(struct test_job *fatal, int code)
{
    int i;

    submit_gate(0);
    for (i = 1; i < 50; i++) {
        struct test_job *job = i == 25 ? fatal : make(i);

        job->number = i;
        job->expected = code;
        submit(job);
    }
    open_gate();
    collect_all();
    assert_int_equal(finished_count, 50);
    assert_non_null(writer_failed(writer));
    for (i = 50; i < 60; i++) {
        struct test_job *job = make(i);

        job->expected = code;
        submit(job);
    }
    collect_all();
    assert_int_equal(finished_count, 60);
    assert_int_equal(count_durable(MADE), 1); /* the one of the transaction before */
}

static void a_disk_that_fails_ends_it(void **state)
{
    struct test_job *fatal = make(0);

    (void)state;
    fatal->ends_with = -EIO;
    expect_fatal(fatal, -EIO);
    assert_non_null(strstr(writer_failed(writer), "job 25 ended"));
}

static void a_full_disk_in_a_part_ends_it(void **state)
{
    struct test_job *fatal = make(0);

    (void)state;
    fatal->job.is_part = true;
    fatal->ends_with = -ENOSPC;
    expect_fatal(fatal, -ENOSPC);
}

static void a_commit_that_fails_ends_it(void **state)
{
    struct test_job *fatal = make(0);

    (void)state;
    fatal->undoes_all = true; /* as SQLite does when the disk fails in its midst */
    expect_fatal(fatal, -EIO);
}

/* What the job wrote before would be committed, half of what it is. */
static void a_store_that_cannot_be_written_any_more_ends_it(void **state)
{
    struct test_job *fatal = make(0);

    (void)state;
    fatal->locks_out = true;
    expect_fatal(fatal, -EACCES);
}

static void finished_may_submit(void **state)
{
    struct test_job *job = NULL;
    int i;

    (void)state;
    for (i = 9; i >= 0; i--) {
        struct test_job *before = make(i);

        before->then = job != NULL ? &job->job : NULL;
        job = before;
    }
    submit(job);
    collect_all();
    assert_int_equal(finished_count, 10);
    assert_int_equal(count_durable(MADE), 10);
}

static void stopping_applies_what_waits(void **state)
{
    struct test_job *last;
    int i;

    (void)state;
    for (i = 0; i < 999; i++)
        submit(make(i));
    last = make(999);
    last->then = &make(1000)->job; /* comes too late */
    ((struct test_job *)(void *)last->then)->expected = -ECANCELED;
    submit(last);
    writer_stop(writer);
    assert_int_equal(finished_count, 1001);
    assert_int_equal(count_durable(MADE), 1000);
    queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
    queue_need(&queue, writer_start(queue.store, &writer, &queue.fault));
}

/* The daemon's way: items, leases and results as jobs, one transaction for what waits. */
enum work { ADD, LEASE, RESULT };
struct work_job {
    struct writer_job job;
    enum work what;
    int number;
};

static int apply_work(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct work_job *job = (struct work_job *)(void *)base;
    char reference[32];

    (void)store;
    (void)fault;
    (void)snprintf(reference, sizeof reference, "R%d", job->number);
    switch (job->what) {
    case ADD:
        return queue_add(&queue, reference, "p") > 0 ? 0 : -EEXIST;
    case LEASE:
        return queue_lease(&queue, 100) == 100 ? 0 : -ENOENT;
    case RESULT:
        return queue_result(&queue, queue.leased[job->number].id, DONE) == ITEM_TAKEN_COUNTED
                   ? 0
                   : -ESTALE;
    }
    return -EINVAL;
}

static void finished_work(struct writer_job *base, int result, const struct fault *fault)
{
    (void)fault;
    assert_int_equal(result, 0);
    finished_count++;
    free(base);
}

static void submit_work(enum work what, int number)
{
    struct work_job *job = calloc(1, sizeof *job);

    assert_non_null(job);
    job->job.apply = apply_work;
    job->job.finished = finished_work;
    job->what = what;
    job->number = number;
    writer_submit(writer, &job->job);
}

static void works_a_queue_off(void **state)
{
    int round, i;

    (void)state;
    for (i = 0; i < 1000; i++)
        submit_work(ADD, i);
    for (round = 0; round < 10; round++) {
        submit_work(LEASE, 0);
        for (i = 0; i < 100; i++)
            submit_work(RESULT, i);
    }
    collect_all();
    assert_int_equal(finished_count, 2010);
    assert_int_equal(count_durable("SELECT count(*) FROM ledger"), 1000);
    assert_int_equal(count_durable("SELECT count(*) FROM item"), 0);
    assert_int_equal(count_durable("SELECT sum(count) FROM rollup_month"), 1000);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_lone_job_is_durable_before_it_comes_back),
        TEST(many_jobs_come_back_in_order),
        TEST(patient_jobs_step_back_and_keep_their_order),
        TEST(no_patient_job_overtakes_what_came_before_it),
        TEST(what_waits_shares_a_commit),
        TEST(a_job_that_fails_is_alone_in_it),
        TEST(a_part_that_fails_is_undone_alone),
        TEST(a_disk_that_fails_ends_it),
        TEST(a_full_disk_in_a_part_ends_it),
        TEST(a_commit_that_fails_ends_it),
        TEST(a_store_that_cannot_be_written_any_more_ends_it),
        TEST(finished_may_submit),
        TEST(stopping_applies_what_waits),
        TEST(works_a_queue_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
