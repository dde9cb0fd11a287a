/* Which runs are owed: what one leaves gets another, and when. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/store.h"
#include "tests/unit/run_home.h"

/* The run ends so after a system that it meets was closed; so many wait then to go on with it. */
static int64_t queued_after_rest(enum run_ending ending)
{
    run_start_one(false);
    run.is_rested = true;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, ending);
    run_work_off(false);
    assert_int_equal(queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", run.id, 0),
                     ending);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1");
}

/* In one transaction: no crash, stop or pause comes between. */
static void a_run_that_rested_leaves_one_that_goes_on(void **state)
{
    (void)state;
    assert_int_equal(queued_after_rest(RUN_DONE), 1);
    assert_int_equal(queue_ask(&queue, "SELECT cause FROM run WHERE state = 1"), RUN_BY_RETRY);
}

/* Its work is not through. */
static void who_follows_waits_for_the_run_that_goes_on(void **state)
{
    struct trigger_origin origin = {true, "test", queue.now_ms};
    struct trigger_rule rule;
    int64_t follower = queue_robot(&queue, "second", WINDOW_YEAR);
    int64_t id = 0;

    (void)state;
    trigger_rule_init(&rule, TRIGGER_AFTER);
    (void)text_copy(rule.after, sizeof rule.after, "franco");
    rule.after_ending = AFTER_DONE;
    queue_begin(&queue);
    queue_need(&queue, trigger_add(queue.store, follower, &rule, &origin, &id, &queue.fault));
    queue_commit(&queue);
    assert_int_equal(queued_after_rest(RUN_DONE), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM fire"), 0);
}

static void a_run_that_was_stopped_leaves_none(void **state)
{
    (void)state;
    assert_int_equal(queued_after_rest(RUN_STOPPED), 0);
}

/* It has not collected, and the daemon's own stop came first: who stopped it was answered all the same. */
static void a_run_that_a_person_stopped_behind_the_daemon_is_not_asked_again(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        run_start_one(false);
        temp_home_plant(queue.home, "UPDATE run SET input = '{}' WHERE state = 2");
        queue_begin(&queue);
        if (i == 0)
            queue_need(&queue, run_note_stop(queue.store, run.id, "A Person", &queue.fault));
        queue_commit(&queue);
        queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
        job_end(&run, RUN_CUT_SHORT);
        run_work_off(false);
        assert_int_equal(queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", run.id, 0),
                         i == 0 ? RUN_STOPPED : RUN_CUT_SHORT);
        assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), i);
        if (i == 0)
            assert_string_equal(run.note, "stopped by A Person");
    }
}

/* Of the two that wait then, or the one, so many are owed. */
static void owed_beside(enum run_cause cause, int waiting)
{
    int64_t id = 0;

    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, cause, "test", queue.now_ms,
                                  &id, &queue.fault));
    queue_commit(&queue);
    assert_int_equal(queued_after_rest(RUN_DONE), waiting);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3"),
                     1);
}

static void one_that_is_owed_already_is_enough(void **state)
{
    (void)state;
    owed_beside(RUN_BY_RETRY, 1);
}

/* It may fail in vain, be refused or stopped, and then owes nothing. */
static void one_that_waits_for_another_reason_is_no_stand_in(void **state)
{
    (void)state;
    owed_beside(RUN_BY_CRON, 2);
}

/* Whether the run says that it has begun nothing beyond its results. */
static bool says_all;

/* A run has two items of three in hand, which were added for `not_before_ms`, and ends so when so many have
 * a result. So many runs wait then. */
static int64_t queued_after_two(int64_t not_before_ms, enum run_ending ending, int results)
{
    static const char *const references[] = {"A", "B", "C"};
    int i;

    queue_begin(&queue);
    for (i = 0; i < 3; i++)
        (void)queue_add_item(&queue, &(struct item_new){.reference = references[i],
                                                        .payload = "",
                                                        .not_before_ms = not_before_ms});
    queue.now_ms += 1000;
    assert_int_equal(queue_lease(&queue, 2), 2);
    for (i = 0; i < results; i++)
        (void)queue_result(&queue, queue.leased[i].id, DONE);
    queue_commit(&queue);
    run.id = queue.run_id;
    run.fence = queue.fence;
    run.done = results;
    run.lease_count = 2;
    run.has_said_end = results > 0 || says_all; /* else the first in hand was begun */
    run.is_step_known = true;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, ending);
    run_work_off(false);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3");
}

/* A person has stopped it; something else was ending it so by then. */
static void end_behind_a_stop(enum run_ending ending, const char *why)
{
    temp_home_plant(queue.home,
                    "UPDATE run SET note = 'is being stopped by A Person' WHERE state = 2");
    (void)text_copy(run.note, sizeof run.note, why);
    run.policy.side_effects = IDEMPOTENT; /* what it had begun may be tried again */
    assert_int_equal(queued_after_two(queue.now_ms + 500, ending, 0), 0);
    assert_int_equal(queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", run.id, 0),
                     RUN_STOPPED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 0"), 3);
    assert_int_equal(robot.retry_ms, 0);
    assert_int_equal(robot.vain_runs, 0);
    assert_int_equal(queue_ask(&queue, "SELECT failures FROM robot"), 0);
}

/* It was answered, so the time-out brings no run by itself: not for what stood behind its item, and not for that. */
static void a_stop_behind_a_time_out_is_heeded(void **state)
{
    (void)state;
    end_behind_a_stop(RUN_TIMED_OUT, "one item took too long");
    assert_string_equal(run.note, "stopped by A Person; one item took too long");
}

static void a_stop_behind_a_failure_is_heeded(void **state)
{
    (void)state;
    run.cause = RUN_BY_RETRY;
    end_behind_a_stop(RUN_FAILED, "the plugin crashed");
    assert_string_equal(run.note, "stopped by A Person; the plugin crashed");
}

/* Its process had ended in order, and another run would go on when the system is open. */
static void a_stop_behind_a_rest_is_heeded(void **state)
{
    (void)state;
    run_start_one(false);
    temp_home_plant(queue.home,
                    "UPDATE run SET note = 'is being stopped by A Person' WHERE state = 2");
    run.is_rested = true;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, RUN_DONE);
    run_work_off(false);
    assert_int_equal(queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", run.id, 0),
                     RUN_STOPPED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
}

/* There was nothing left to stop. */
static void a_stop_behind_the_end_of_all_changes_nothing(void **state)
{
    (void)state;
    run_start_one(false);
    temp_home_plant(queue.home,
                    "UPDATE run SET note = 'is being stopped by A Person' WHERE state = 2");
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, RUN_DONE);
    run_work_off(false);
    assert_int_equal(queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", run.id, 0),
                     RUN_DONE);
}

/* The first lease made all of them ready, so that nothing is deferred that would bring a run. */
static void what_was_due_behind_an_item_that_ends_its_run_gets_another(void **state)
{
    (void)state;
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_FAILED, 0), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 0"), 2);
}

static void what_was_due_behind_a_result_gets_another(void **state)
{
    (void)state;
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_TIMED_OUT, 1), 1);
}

/* The robot is paused for it: the run waits. */
static void what_was_due_is_owed_a_run_when_its_robot_goes_on(void **state)
{
    (void)state;
    temp_home_plant(queue.home, "UPDATE robot SET plugin = 'test', side_effects = 3, definition = "
                                "'{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":1}'");
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_FAILED, 0), 1);
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 1);
}

static void a_run_that_was_owed_owes_the_next(void **state)
{
    (void)state;
    run.cause = RUN_BY_RETRY;
    assert_int_equal(queued_after_two(0, RUN_FAILED, 0), 1);
}

/* Three are ready that the run is owed to; another beside it, by hand, has one in hand and fails over that. */
static void what_is_owed_to_a_run_is_owed_by_who_leases_beside_it(void **state)
{
    struct run beside = run;
    int pairs[2][2];
    int i;

    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "");
    (void)queue_add(&queue, "B", "");
    (void)queue_add(&queue, "C", "");
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY, "test",
                                  queue.now_ms, &run.id, &queue.fault));
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_HAND, "test",
                                  queue.now_ms, &beside.id, &queue.fault));
    queue_commit(&queue);
    for (i = 0; i < 2; i++)
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pairs[i]), 0);
    text_init(&daemon_of_test.encoded, WIRE_FRAME_MAX);
    run.is_process_gone = false;
    run.channel.fd = pairs[0][0];
    beside.channel.fd = pairs[1][0];
    beside.end = job_end_new();
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_start(&run, job_start_new());
    assert_int_equal(job_lease(&run, 1), 0);
    job_start(&beside, job_start_new());
    assert_int_equal(job_lease(&beside, 1), 0);
    job_end(&beside, RUN_FAILED);
    run_work_off(false);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 3"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3"),
                     1);
    for (i = 0; i < 2; i++) {
        (void)close(pairs[i][0]);
        (void)close(pairs[i][1]);
    }
    run.channel.fd = -1;
    text_release(&daemon_of_test.encoded);
    free(beside.end);
}

static void what_waited_for_a_trigger_goes_on_to_wait(void **state)
{
    (void)state;
    run.cause = RUN_BY_CRON;
    assert_int_equal(queued_after_two(0, RUN_FAILED, 0), 0);
}

static void what_waited_behind_one_that_is_deferred_goes_on_to_wait(void **state)
{
    run.policy.side_effects = IDEMPOTENT;
    what_waited_for_a_trigger_goes_on_to_wait(state);
}

static void what_was_due_when_a_person_stops_its_run_waits(void **state)
{
    (void)state;
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_STOPPED, 1), 0);
}

static void what_stands_behind_a_quarantined_one_gets_another(void **state)
{
    (void)state;
    run.policy.side_effects = IDEMPOTENT;
    run.policy.attempts = 1;
    assert_int_equal(queued_after_two(0, RUN_FAILED, 0), 1);
}

static void drop_pending(void)
{
    while (robot.pending_first != NULL)
        (void)dispatch_drop(&daemon_of_test, robot.pending_first->id);
}

/* As when its time is out while its lease is at the writer. It rests: what kept it may last. */
static int64_t queued_after_none_begun(enum run_cause cause, int64_t not_before_ms)
{
    int64_t waiting;

    says_all = true;
    run.cause = cause;
    daemon_of_test.robots = &robot;
    waiting = queued_after_two(not_before_ms, RUN_TIMED_OUT, 0);
    says_all = false;
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 0"), 3);
    assert_int_equal(dispatch_rests(&robot), waiting > 0);
    drop_pending();
    return waiting;
}

static void what_a_run_was_handed_and_has_not_begun_gets_another(void **state)
{
    (void)state;
    assert_int_equal(queued_after_none_begun(RUN_BY_RETRY, 0), 1);
}

static void what_was_due_in_a_run_that_began_none_gets_another(void **state)
{
    (void)state;
    assert_int_equal(queued_after_none_begun(RUN_BY_CRON, queue.now_ms + 500), 1);
}

static void what_waited_for_a_trigger_and_was_not_begun_goes_on_to_wait(void **state)
{
    (void)state;
    assert_int_equal(queued_after_none_begun(RUN_BY_CRON, 0), 0);
}

/* Each that waits in vain for another program's lock is handed its items, and begins none. */
static void there_is_an_end_to_owed_runs_that_begin_nothing(void **state)
{
    (void)state;
    robot.vain_runs = OWED_VAIN_MOST;
    assert_int_equal(queued_after_none_begun(RUN_BY_RETRY, 0), 0);
    assert_int_equal(robot.vain_runs, OWED_VAIN_MOST + 1);
}

/* That one may be dropped, put off or counted by an import before it is due, and then brings none. */
static void what_was_due_behind_one_that_is_deferred_does_not_wait_for_it(void **state)
{
    (void)state;
    run.policy.side_effects = IDEMPOTENT; /* what it had begun is deferred */
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_FAILED, 0), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 2"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 0"), 2);
    assert_true(robot.retry_ms > 0);
}

/* Nothing is left that is ready. */
static void one_that_is_deferred_alone_brings_the_run_itself(void **state)
{
    (void)state;
    run.cause = RUN_BY_RETRY;
    run.policy.side_effects = IDEMPOTENT;
    run.is_step_known = true;
    run_fail_over_one();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
    assert_true(robot.retry_ms > 0);
}

/* One item is ready, and a run of this cause has failed before it was handed that. So many wait then. */
static int64_t queued_after_vain(enum run_cause cause)
{
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "");
    queue_commit(&queue);
    run_start_one(false);
    run.cause = cause;
    daemon_of_test.robots = &robot;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, RUN_FAILED);
    run_work_off(false);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3");
}

/* Not at once: what it failed for may still be so. Nor when somebody else has it run. */
static void an_owed_run_that_fails_in_vain_brings_another_that_rests(void **state)
{
    (void)state;
    assert_int_equal(queued_after_vain(RUN_BY_RETRY), 1);
    assert_int_equal(robot.queued, 1);
    assert_true(robot.retry_rest_ms > queue.now_ms);
    assert_true(dispatch_rests(&robot));
    clock_pretend(robot.retry_rest_ms);
    assert_false(dispatch_rests(&robot));
    clock_pretend(queue.now_ms);
    dispatch_add(&daemon_of_test, 1000, &robot, NULL);
    assert_false(dispatch_rests(&robot));
    drop_pending();
}

static void there_is_an_end_to_owed_runs_that_fail_in_vain(void **state)
{
    (void)state;
    robot.vain_runs = OWED_VAIN_MOST;
    assert_int_equal(queued_after_vain(RUN_BY_RETRY), 0);
    assert_null(robot.pending_first);
}

static void who_has_a_run_fail_in_vain_is_told_of_that_alone(void **state)
{
    (void)state;
    assert_int_equal(queued_after_vain(RUN_BY_HAND), 0);
}

/* Also when all that wait are refused together: the other, of a person, is none that is owed. */
static void an_owed_run_that_is_refused_brings_another_that_rests(void **state)
{
    int64_t other = 0;
    int64_t id = 0;

    (void)state;
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "");
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_HAND, "test",
                                  queue.now_ms, &other, &queue.fault));
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY, "test",
                                  queue.now_ms, &id, &queue.fault));
    queue_commit(&queue);
    daemon_of_test.robots = &robot;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    assert_int_equal(job_refuse(&daemon_of_test, &robot, id, "no plugin"), 0);
    assert_int_equal(job_refuse(&daemon_of_test, &robot, other, "no plugin"), 0);
    run_work_off(false);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3"),
                     1);
    assert_true(dispatch_rests(&robot));
    drop_pending();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, run_set_up, run_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_run_that_rested_leaves_one_that_goes_on),
        TEST(who_follows_waits_for_the_run_that_goes_on),
        TEST(a_run_that_was_stopped_leaves_none),
        TEST(a_run_that_a_person_stopped_behind_the_daemon_is_not_asked_again),
        TEST(a_stop_behind_a_time_out_is_heeded),
        TEST(a_stop_behind_a_failure_is_heeded),
        TEST(a_stop_behind_a_rest_is_heeded),
        TEST(a_stop_behind_the_end_of_all_changes_nothing),
        TEST(one_that_is_owed_already_is_enough),
        TEST(one_that_waits_for_another_reason_is_no_stand_in),
        TEST(what_was_due_behind_an_item_that_ends_its_run_gets_another),
        TEST(what_was_due_behind_a_result_gets_another),
        TEST(what_was_due_is_owed_a_run_when_its_robot_goes_on),
        TEST(a_run_that_was_owed_owes_the_next),
        TEST(what_is_owed_to_a_run_is_owed_by_who_leases_beside_it),
        TEST(what_waited_for_a_trigger_goes_on_to_wait),
        TEST(what_waited_behind_one_that_is_deferred_goes_on_to_wait),
        TEST(what_was_due_when_a_person_stops_its_run_waits),
        TEST(what_stands_behind_a_quarantined_one_gets_another),
        TEST(what_was_due_behind_one_that_is_deferred_does_not_wait_for_it),
        TEST(one_that_is_deferred_alone_brings_the_run_itself),
        TEST(what_a_run_was_handed_and_has_not_begun_gets_another),
        TEST(what_was_due_in_a_run_that_began_none_gets_another),
        TEST(what_waited_for_a_trigger_and_was_not_begun_goes_on_to_wait),
        TEST(there_is_an_end_to_owed_runs_that_begin_nothing),
        TEST(an_owed_run_that_fails_in_vain_brings_another_that_rests),
        TEST(there_is_an_end_to_owed_runs_that_fail_in_vain),
        TEST(who_has_a_run_fail_in_vain_is_told_of_that_alone),
        TEST(an_owed_run_that_is_refused_brings_another_that_rests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
