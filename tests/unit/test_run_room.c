/* Runs that make room on a full queue, and those that are asked again then. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

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
    assert_int_equal(job_start(&run), 0);
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

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, run_set_up, run_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(who_makes_room_is_followed_by_one_that_collects),
        TEST(who_is_asked_again_and_makes_room_is_followed_too),
        TEST(who_was_to_do_what_lies_there_and_makes_room_is_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
