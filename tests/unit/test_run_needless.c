/* A run that is owed to what lies on its robot's queue, and begins when nothing does any more. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/store/store.h"
#include "tests/unit/run_home.h"

/* It is made for that, and begins; its process ends at once. Whether its start is in the store. */
static bool begins(enum run_cause cause, const char *asked_by)
{
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, cause, asked_by, queue.now_ms,
                                  &run.id, &queue.fault));
    queue_commit(&queue);
    run.is_channel_read = true;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_start(&run, job_start_new());
    run_work_off(false);
    assert_int_equal(queue_ask_with(&queue, "SELECT state FROM run WHERE id = ?1", run.id, 0),
                     RUN_ENDED);
    return queue_ask(&queue, "SELECT count(*) FROM audit WHERE action = 'run started'") > 0;
}

static void add(int64_t not_before_ms)
{
    queue_begin(&queue);
    (void)queue_add_item(
        &queue,
        &(struct item_new){.reference = "A", .payload = "", .not_before_ms = not_before_ms});
    queue_commit(&queue);
}

/* Others have done it all while it rested. What failed before is neither forgotten for that nor added to. */
static void it_is_done_when_nothing_is_left(void **state)
{
    (void)state;
    temp_home_plant(queue.home, "UPDATE robot SET failures = 2");
    robot.vain_runs = 3;
    assert_false(begins(RUN_BY_RETRY, RUN_ASKED_BY_DAEMON));
    assert_int_equal(queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", run.id, 0),
                     RUN_DONE);
    assert_string_equal(run.note, "nothing is left on the queue of what it was made for");
    assert_int_equal(queue_ask(&queue, "SELECT failures FROM robot"), 2);
    assert_int_equal(robot.vain_runs, 3);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
}

/* By then it may have asked for items of a system that has just been closed. */
static void no_other_goes_on_with_nothing(void **state)
{
    (void)state;
    run.is_rested = true;
    assert_false(begins(RUN_BY_RETRY, RUN_ASKED_BY_DAEMON));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
}

/* And that brings its own run when it is due. */
static void it_is_done_when_all_is_deferred(void **state)
{
    (void)state;
    add(queue.now_ms + 5000);
    assert_false(begins(RUN_BY_RETRY, RUN_ASKED_BY_DAEMON));
    assert_int_equal(robot.retry_ms, queue.now_ms + 5000);
}

static void it_begins_for_what_is_ready(void **state)
{
    (void)state;
    add(0);
    assert_true(begins(RUN_BY_RETRY, RUN_ASKED_BY_DAEMON));
}

static void it_begins_for_what_is_due(void **state)
{
    (void)state;
    add(queue.now_ms + 5000);
    queue.now_ms += 5000;
    clock_pretend(queue.now_ms);
    assert_true(begins(RUN_BY_RETRY, RUN_ASKED_BY_DAEMON));
}

/* Who is to collect has something to do whatever lies on the queue. */
static void who_is_asked_to_collect_begins(void **state)
{
    (void)state;
    assert_true(begins(RUN_BY_CRON, RUN_ASKED_BY_DAEMON));
}

static void who_goes_on_with_what_was_cut_off_begins(void **state)
{
    (void)state;
    assert_true(begins(RUN_BY_RETRY, RUN_ASKED_BY_RECOVERY));
}

static void who_collects_what_found_no_room_begins(void **state)
{
    (void)state;
    assert_true(begins(RUN_BY_RETRY, RUN_ASKED_BY_FULL_QUEUE));
}

/* A run was lost that may not have collected, while this one waits. */
static bool is_left_cut_off_beside(const char *asked_by)
{
    bool is_cut_off = false;
    int64_t id = 0;

    run_start_one(false);
    temp_home_plant(queue.home, "UPDATE run SET state = 3, ending = 5, ended_ms = 1");
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY, asked_by,
                                  queue.now_ms, &id, &queue.fault));
    queue_need(&queue,
               run_was_cut_off(queue.store, queue.policy.robot_id, &is_cut_off, &queue.fault));
    queue_commit(&queue);
    return is_cut_off;
}

/* It may not begin at all. */
static void it_does_not_go_on_with_what_was_cut_off(void **state)
{
    (void)state;
    assert_true(is_left_cut_off_beside(RUN_ASKED_BY_DAEMON));
}

static void who_is_to_collect_goes_on_with_what_was_cut_off(void **state)
{
    (void)state;
    assert_false(is_left_cut_off_beside(RUN_ASKED_BY_FULL_QUEUE));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, run_set_up, run_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(it_is_done_when_nothing_is_left),
        TEST(no_other_goes_on_with_nothing),
        TEST(it_is_done_when_all_is_deferred),
        TEST(it_begins_for_what_is_ready),
        TEST(it_begins_for_what_is_due),
        TEST(who_is_asked_to_collect_begins),
        TEST(who_goes_on_with_what_was_cut_off_begins),
        TEST(who_collects_what_found_no_room_begins),
        TEST(it_does_not_go_on_with_what_was_cut_off),
        TEST(who_is_to_collect_goes_on_with_what_was_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
