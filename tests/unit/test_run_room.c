/* Runs that make room on a full queue, and those that are asked again then. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/store/store.h"
#include "tests/unit/run_home.h"

/* A run that was asked for so collects nothing, for the queue had been full. So many wait then. */
static int64_t queued_after_room(enum run_cause cause, const char *asked_by)
{
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, cause, asked_by, queue.now_ms,
                                  &run.id, &queue.fault));
    queue_commit(&queue);
    run.skips_collect = true;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_start(&run, job_start_new());
    job_end(&run, RUN_DONE);
    run_work_off(false);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1");
}

static void who_makes_room_is_followed_by_one_that_collects(void **state)
{
    (void)state;
    assert_int_equal(queued_after_room(RUN_BY_CRON, "test"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT asked_by = 'full queue' FROM run WHERE state = 1"),
                     1);
    assert_non_null(strstr(run.note, "only made room"));
}

static void who_is_asked_again_and_makes_room_is_followed_too(void **state)
{
    (void)state;
    assert_int_equal(queued_after_room(RUN_BY_RETRY, RUN_ASKED_BY_FULL_QUEUE), 1);
}

/* Or a source that never ends would bring runs without end. */
static void who_was_to_do_what_lies_there_and_makes_room_is_not_followed(void **state)
{
    (void)state;
    assert_int_equal(queued_after_room(RUN_BY_RETRY, RUN_ASKED_BY_DAEMON), 0);
    assert_string_equal(run.note, "");
}

enum { asked_ms = 1700000000 }; /* long before any of these runs begins */

/* What waits is asked again by this, and knows since when; it has an empty input, for it was asked without. */
static void waits_since(int64_t first_ms, const char *by)
{
    struct run_record record;
    char *input = NULL;

    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 1);
    queue_need(&queue, run_read(queue.store, queue_ask(&queue, "SELECT max(id) FROM run"), &record,
                                &queue.fault));
    assert_string_equal(record.asked_by, by);
    assert_int_equal(run_asked_first(&record), first_ms);
    queue_need(&queue, run_input_read(queue.store, record.id, &input, &queue.fault));
    assert_non_null(input);
    assert_string_equal(input, "");
    free(input);
}

/* A system was closed, so the queue may be as full as it was: the next makes room as well. */
static void who_rests_has_not_made_room(void **state)
{
    (void)state;
    run.is_rested = true;
    assert_int_equal(queued_after_room(RUN_BY_CRON, "test"), 1);
    waits_since(queue.now_ms, RUN_ASKED_BY_FULL_QUEUE);
    assert_string_equal(run.note, "");
    assert_true(robot.is_queue_full);
    assert_true(robot.crowded_run > run.id);
}

/* Of what is ready behind that, and in the end there is nothing that is. */
static void who_ends_over_an_item_has_not_made_room(void **state)
{
    (void)state;
    run.skips_collect = true;
    run_fail_over_one();
    waits_since(queue.now_ms, RUN_ASKED_BY_FULL_QUEUE);
    assert_true(robot.is_queue_full);
}

/* Or there would be no end to it. */
static void who_makes_no_room_in_vain_is_followed_by_one_that_collects(void **state)
{
    (void)state;
    run_start_one(false);
    run.skips_collect = true;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, RUN_FAILED);
    run_work_off(false);
    waits_since(queue.now_ms, RUN_ASKED_BY_FULL_QUEUE);
    assert_false(robot.is_queue_full);
}

static void who_has_made_room_leaves_it(void **state)
{
    (void)state;
    assert_int_equal(queued_after_room(RUN_BY_CRON, "test"), 1);
    assert_false(robot.is_queue_full);
}

/* A run that was asked again for this, with an input if an empty one, has begun. */
static void begin_for(const char *asked_by)
{
    static const unsigned char plugin_hash[32] = {1};

    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY, asked_by,
                                  asked_ms, &run.id, &queue.fault));
    queue_need(&queue,
               run_start(queue.store, run.id, plugin_hash, queue.now_ms, &run.fence, &queue.fault));
    queue_commit(&queue);
    temp_home_plant(queue.home, "UPDATE run SET input = '' WHERE state = 2 AND cause = 3");
}

/* It ends so. So many wait then. */
static int64_t queued_after(const char *asked_by, enum run_ending ending)
{
    begin_for(asked_by);
    run.cause = RUN_BY_RETRY;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_end(&run, ending);
    run_work_off(false);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1");
}

/* Or what was done since would be new to the next, and counted twice. */
static void who_is_cut_off_keeps_the_time_of_the_first_asking(void **state)
{
    (void)state;
    assert_int_equal(queued_after(RUN_ASKED_BY_FULL_QUEUE, RUN_CUT_SHORT), 1);
    waits_since(asked_ms, RUN_ASKED_BY_RECOVERY);
}

static void who_gets_no_process_keeps_the_time_of_the_first_asking(void **state)
{
    (void)state;
    run.is_unborn = true;
    assert_int_equal(queued_after(RUN_ASKED_BY_FULL_QUEUE, RUN_CUT_SHORT), 1);
    waits_since(asked_ms, RUN_ASKED_BY_RECOVERY);
}

static void who_is_cut_off_while_it_makes_room_is_followed_by_one_that_does(void **state)
{
    (void)state;
    run.skips_collect = true;
    assert_int_equal(queued_after(RUN_ASKED_BY_FULL_QUEUE, RUN_CUT_SHORT), 1);
    waits_since(asked_ms, RUN_ASKED_BY_RECOVERY_FULL);
}

/* Whether it made room or had it is not known any more. */
static void who_is_lost_is_followed_by_one_that_makes_room(void **state)
{
    (void)state;
    begin_for(RUN_ASKED_BY_FULL_QUEUE);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    waits_since(asked_ms, RUN_ASKED_BY_RECOVERY_FULL);
}

static void who_is_lost_and_had_collected_is_not_asked_again(void **state)
{
    (void)state;
    begin_for(RUN_ASKED_BY_FULL_QUEUE);
    queue_begin(&queue);
    queue_need(&queue, run_input_drop(queue.store, run.id, &queue.fault));
    queue_commit(&queue);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND "
                                       "asked_by <> 'recovery'"),
                     0);
}

/* What it found is in the queue. */
static void who_asks_for_items_has_collected_without_an_input_too(void **state)
{
    (void)state;
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY,
                                  RUN_ASKED_BY_FULL_QUEUE, asked_ms, &run.id, &queue.fault));
    queue_commit(&queue);
    temp_home_plant(queue.home, "UPDATE run SET input = '' WHERE state = 1");
    text_init(&daemon_of_test.encoded, WIRE_FRAME_MAX);
    run.is_process_gone = false;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    job_start(&run, job_start_new());
    assert_int_equal(job_deny(&run), 0);
    run_work_off(false);
    text_release(&daemon_of_test.encoded);
    assert_int_equal(queue_ask(&queue, "SELECT count(input) FROM run"), 0);
}

/* It was made for what was lost: no other is. */
static void what_a_person_did_not_want_stays_stopped(void **state)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};

    (void)state;
    queue_begin(&queue);
    queue_need(&queue,
               robot_operations_set(queue.store, queue.policy.robot_id, &always, 1, &queue.fault));
    queue_commit(&queue);
    temp_home_plant(queue.home, "UPDATE robot SET plugin = 'test', side_effects = 3, definition = "
                                "'{\"id\":\"franco\",\"plugin\":\"test\"}'");
    begin_for(RUN_ASKED_BY_FULL_QUEUE);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    queue_begin(&queue);
    queue_need(&queue, run_end(queue.store, queue_ask(&queue, "SELECT max(id) FROM run"),
                               RUN_STOPPED, NULL, queue.now_ms, &queue.fault));
    queue_commit(&queue);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
}

/* Cut off before it had collected, so that no room has been made for it yet. */
static void who_was_cut_off_and_finds_no_room_is_asked_again(void **state)
{
    (void)state;
    run.is_full = true;
    assert_int_equal(queued_after(RUN_ASKED_BY_RECOVERY, RUN_FAILED), 1);
    waits_since(asked_ms, RUN_ASKED_BY_FULL_QUEUE);
    assert_true(robot.crowded_run > run.id);
}

/* What never fits is not asked for for ever. */
static void who_had_room_and_finds_none_has_failed(void **state)
{
    (void)state;
    run.is_full = true;
    assert_int_equal(queued_after(RUN_ASKED_BY_FULL_QUEUE, RUN_FAILED), 0);
    assert_int_equal(queued_after(RUN_ASKED_BY_RECOVERY_FULL, RUN_FAILED), 0);
    assert_int_equal(queued_after(RUN_ASKED_BY_DAEMON, RUN_FAILED), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, run_set_up, run_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(who_makes_room_is_followed_by_one_that_collects),
        TEST(who_is_asked_again_and_makes_room_is_followed_too),
        TEST(who_was_to_do_what_lies_there_and_makes_room_is_not_followed),
        TEST(who_rests_has_not_made_room),
        TEST(who_ends_over_an_item_has_not_made_room),
        TEST(who_makes_no_room_in_vain_is_followed_by_one_that_collects),
        TEST(who_has_made_room_leaves_it),
        TEST(who_is_cut_off_keeps_the_time_of_the_first_asking),
        TEST(who_gets_no_process_keeps_the_time_of_the_first_asking),
        TEST(who_is_cut_off_while_it_makes_room_is_followed_by_one_that_does),
        TEST(who_is_lost_is_followed_by_one_that_makes_room),
        TEST(who_is_lost_and_had_collected_is_not_asked_again),
        TEST(who_asks_for_items_has_collected_without_an_input_too),
        TEST(what_a_person_did_not_want_stays_stopped),
        TEST(who_was_cut_off_and_finds_no_room_is_asked_again),
        TEST(who_had_room_and_finds_none_has_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
