#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/schedule/due.h"

enum { MANY = 5000, STEPS = 20000 };

static uint64_t random_state = 88172645463325252;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 11) % limit;
}

static void add(struct due *due, uint32_t id, uint32_t next)
{
    struct due_schedule schedule = {.id = id, .rule = id % 3, .last_minute = 7};

    assert_int_equal(due_add(due, &schedule, next, NULL), 0);
}

/* Beside a plain list of the next times: the earliest, and of equal ones the one with the lowest id. */
static void the_earliest_is_first(void **state)
{
    static uint32_t plain[MANY];
    struct due due;
    size_t i;
    int step;

    (void)state;
    due_init(&due);
    for (i = 0; i < MANY; i++) {
        plain[i] = random_below(MANY * 2);
        add(&due, (uint32_t)i + 1, plain[i]);
    }
    due_build(&due);
    for (step = 0; step < STEPS; step++) {
        uint32_t minute = 0;
        const struct due_schedule *first = due_first(&due, &minute);
        size_t least = 0;

        for (i = 1; i < MANY; i++)
            if (plain[i] < plain[least])
                least = i;
        assert_non_null(first);
        assert_int_equal(first->id, least + 1);
        assert_int_equal(minute, plain[least]);
        plain[least] = random_below(10) == 0 ? DUE_NEVER : minute + random_below(MANY);
        due_replace_first(&due, plain[least]);
        if (due.heap[0].minute == DUE_NEVER)
            break;
    }
    due_release(&due);
}

static uint32_t ten_later(const struct due_schedule *schedule, uint32_t old_minute, void *context)
{
    size_t *count = context;

    assert_int_equal(schedule->id, ++*count); /* in their order */
    return schedule->id % 10 == 0 ? DUE_NEVER : old_minute + 10;
}

static void all_next_times_can_be_made_anew(void **state)
{
    struct due due;
    uint32_t minute = 0;
    uint32_t before = 0;
    uint32_t sum = 0;
    size_t count = 0;
    uint32_t i;

    (void)state;
    due_init(&due);
    for (i = 1; i <= MANY; i++)
        add(&due, i, (i * 7919) % 1000 + 1);
    due_build(&due);
    for (i = 0; i < 500; i++) /* in some disorder */
        due_replace_first(&due, 1000 + random_below(100));
    due_rebuild(&due, ten_later, &count);
    assert_int_equal(count, MANY);
    for (i = 0; due_first(&due, &minute) != NULL; i++) {
        assert_true(minute >= before);
        before = minute;
        sum += due_first(&due, &minute)->id % 10 == 0;
        due_replace_first(&due, DUE_NEVER);
    }
    assert_int_equal(i, MANY - MANY / 10);
    assert_int_equal(sum, 0);
    due_release(&due);
}

static void memory_has_little_slack(void **state)
{
    struct due due;
    uint32_t i;

    (void)state;
    due_init(&due);
    for (i = 1; i <= 100000; i++) {
        add(&due, i, i);
        assert_true(due.capacity <= due.count + due.count / 16 + 64);
    }
    due_build(&due);
    assert_int_equal(due.capacity, 100000);
    due_release(&due);
    assert_int_equal(due_reserve(&due, 500, NULL), 0);
    assert_int_equal(due.capacity, 500);
    due_release(&due);
}

static void refuses(void **state)
{
    struct due_schedule schedule = {.id = 5};
    struct fault fault = {.text = ""};
    struct due due;
    uint32_t minute = 0;

    (void)state;
    due_init(&due);
    assert_null(due_first(&due, &minute));
    assert_null(due_find(&due, 5));
    due_replace_first(&due, 1);
    due_build(&due);
    assert_int_equal(due_add(&due, &schedule, 1, &fault), 0);
    assert_int_equal(due_add(&due, &schedule, 1, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "5 does not follow 5"));
    schedule.id = 4;
    assert_int_equal(due_add(&due, &schedule, 1, &fault), -EINVAL);
    schedule.id = 9;
    assert_int_equal(due_add(&due, &schedule, DUE_NEVER, &fault), 0);
    due_build(&due);
    assert_int_equal(due_find(&due, 9)->id, 9);
    assert_int_equal(due_find(&due, 5)->id, 5);
    assert_null(due_find(&due, 7));
    assert_null(due_find(&due, 10));
    assert_int_equal(due_reserve(&due, DUE_MOST + 1, &fault), -E2BIG);
    due_release(&due);
    due_release(NULL);
}

static void note(const struct due_schedule *schedule, uint32_t minute, void *context)
{
    assert_int_equal(minute, 3);
    *(uint64_t *)context |= UINT64_C(1) << schedule->id;
}

static void those_of_the_earliest_minute(void **state)
{
    struct due due;
    uint64_t seen = 0;
    uint32_t i;

    (void)state;
    due_init(&due);
    due_each_first(&due, note, &seen);
    for (i = 1; i < 60; i++)
        add(&due, i, i % 7 == 0 ? 3 : 4 + i % 5);
    due_build(&due);
    due_each_first(&due, note, &seen);
    assert_true(seen ==
                (UINT64_C(1) << 7 | UINT64_C(1) << 14 | UINT64_C(1) << 21 | UINT64_C(1) << 28 |
                 UINT64_C(1) << 35 | UINT64_C(1) << 42 | UINT64_C(1) << 49 | UINT64_C(1) << 56));
    due_release(&due);
}

static void minutes_of_a_schedule(void **state)
{
    struct cron cron;
    int64_t ms = 0;

    (void)state;
    assert_int_equal(clock_set_zone("Europe/Copenhagen", NULL), 0);
    assert_true(clock_parse_instant("2025-06-01T06:00:00+02:00", &ms));
    assert_int_equal(cron_parse("30 6 * * *", &cron, NULL), 0);
    assert_int_equal(due_next(&cron, NULL, due_minute(ms)), due_minute(ms) + 30);
    assert_int_equal(due_next(&cron, NULL, due_minute(ms) + 30), due_minute(ms) + 30 + 1440);
    assert_int_equal(due_ms(due_minute(ms + 59999)), ms);
    assert_int_equal(cron_parse("0 0 30 2 *", &cron, NULL), 0);
    assert_true(due_next(&cron, NULL, due_minute(ms)) == DUE_NEVER);
    /* or what never fires would be due since 1970 */
    assert_true(due_minute(cron_next(&cron, NULL, ms)) == DUE_NEVER);
    assert_true(due_minute(-1) == DUE_NEVER);
    assert_true(due_minute(INT64_MAX) == DUE_NEVER);
    assert_int_equal(due_minute(1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_is_first),
        cmocka_unit_test(all_next_times_can_be_made_anew),
        cmocka_unit_test(memory_has_little_slack),
        cmocka_unit_test(refuses),
        cmocka_unit_test(minutes_of_a_schedule),
        cmocka_unit_test(those_of_the_earliest_minute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
