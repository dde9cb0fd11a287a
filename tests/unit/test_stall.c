/* test_stall.c - the loop while the writer waits, and when it goes on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/run/supervise.h"
#include "tests/unit/loop_home.h"

enum { RUN_S = 3600, ITEM_S = 60, BEGAN_S = 100, STALLED_S = 86400, SECOND_MS = 1000 };

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("* * * * *");
    loop_start();
    loop->robots->definition.run_timeout_s = RUN_S;
    loop->robots->definition.item_timeout_s = ITEM_S;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop->runs = NULL;
    loop_stop();
    queue_close(&queue);
    return 0;
}

/* The writer has waited for a day, and moves again. */
static void stall_has_ended(void)
{
    loop->stall = WRITER_WAITS_FOR_ROOM;
    loop->stalled_ms = clock_monotonic_ms() - (int64_t)STALLED_S * SECOND_MS;
    stall_look(loop);
    assert_false(is_stalled(loop));
}

/* `then_ms`: earliest moment that so much is counted from. */
static void assert_left(int64_t deadline_ms, int64_t then_ms, int64_t left_ms)
{
    assert_in_range(deadline_ms, then_ms + left_ms, clock_monotonic_ms() + left_ms);
}

static void a_run_has_the_time_left_that_it_had(void **state)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t before_ms = now_ms - (int64_t)STALLED_S * SECOND_MS;
    struct run run = {.robot = loop->robots};

    (void)state;
    loop->runs = &run;
    run.run_deadline_ms = before_ms + (int64_t)(RUN_S - BEGAN_S) * SECOND_MS;
    run.item_deadline_ms = before_ms + SECOND_MS;
    stall_has_ended();
    assert_left(run.run_deadline_ms, now_ms, (int64_t)(RUN_S - BEGAN_S) * SECOND_MS);
    assert_left(run.item_deadline_ms, now_ms, SECOND_MS);
}

/* The lease that had waited for room came back before the loop heard that there is some. */
static void what_comes_with_the_end_has_its_own_time_alone(void **state)
{
    struct run run = {.robot = loop->robots};
    int64_t now_ms = clock_monotonic_ms();

    (void)state;
    loop->runs = &run;
    run.run_deadline_ms = now_ms + (int64_t)RUN_S * SECOND_MS;
    run.item_deadline_ms = now_ms + (int64_t)ITEM_S * SECOND_MS;
    stall_has_ended();
    assert_left(run.run_deadline_ms, now_ms, (int64_t)RUN_S * SECOND_MS);
    assert_left(run.item_deadline_ms, now_ms, (int64_t)ITEM_S * SECOND_MS);
}

static void no_item_has_no_time(void **state)
{
    struct run run = {.robot = loop->robots, .run_deadline_ms = clock_monotonic_ms()};

    (void)state;
    loop->runs = &run;
    stall_has_ended();
    assert_int_equal(run.item_deadline_ms, 0);
}

/* One that has asked for nothing may be who holds the room. */
static void who_does_not_wait_is_timed_out(void **state)
{
    struct host gone = {.state = HOST_GONE};
    struct run waits = {.robot = loop->robots, .host = &gone, .run_deadline_ms = 1, .jobs = 1};
    struct run hangs = {.robot = loop->robots, .host = &gone, .run_deadline_ms = 1, .next = &waits};

    (void)state;
    loop->runs = &hangs;
    loop->stall = WRITER_WAITS_FOR_ROOM;
    supervise_due(loop);
    assert_int_equal(waits.forced, 0);
    assert_int_equal(hangs.forced, RUN_TIMED_OUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_has_the_time_left_that_it_had, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_comes_with_the_end_has_its_own_time_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_does_not_wait_is_timed_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_item_has_no_time, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("stall", tests, NULL, NULL);
}
