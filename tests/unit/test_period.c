/* Months that are closed: in order, frozen, hashed, recounted. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/organisation.h"
#include "core/store/period.h"
#include "core/store/store.h"
#include "scorecards/difference.h"
#include "scorecards/period.h"
#include "tests/unit/period_town.h"

static void refused(int32_t month, const char *words)
{
    struct period_month ignored;
    struct fault fault = {.text = ""};

    assert_int_equal(period_town_close(month, &ignored, &fault), -EPERM);
    if (strstr(fault.text, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, fault.text);
    assert_int_equal(period_look(town.reader, month, now_ms, &ignored, &fault), -EPERM);
}

static int64_t ask(const char *query)
{
    return temp_home_ask(town.home, query);
}

static void in_order_and_when_ended(void **state)
{
    (void)state;
    refused(JANUARY, "no task is booked yet");
    (void)town_tasks(&town, mona, town_day("2026-02-03"), 0, 3);
    (void)town_tasks(&town, mona, town_day("2026-04-03"), 0, 1);
    refused(JANUARY, "the next to be closed is 2026-02");
    refused(JANUARY + 2, "2026-03 cannot be closed before 2026-02");
    (void)period_town_closed(JANUARY + 1);
    refused(JANUARY + 1, "the next to be closed is 2026-03");
    refused(JANUARY + 3, "2026-04 cannot be closed before 2026-03");
    (void)period_town_closed(JANUARY + 2); /* nothing is booked in it */
    (void)period_town_closed(JANUARY + 3);
    (void)period_town_closed(JANUARY + 4);
    refused(JANUARY + 5, "2026-06 has not ended; close it on 2026-07-01 or later");
    period_town_verified();
}

static void on_the_first_day_after_it(void **state)
{
    (void)state;
    (void)town_tasks(&town, mona, town_day("2026-02-28"), 0, 1);
    now_ms = (int64_t)town_day("2026-02-28") * 86400000 + 22 * 3600000; /* 23:00 in Copenhagen */
    refused(JANUARY + 1, "has not ended");
    now_ms += 3600000; /* midnight */
    (void)period_town_closed(JANUARY + 1);
}

static void not_with_a_day_without_a_rate(void **state)
{
    (void)state;
    (void)town_tasks(&town, mona, town_day("2024-12-30"), 0, 1);
    (void)town_tasks(&town, franco, town_day("2025-01-02"), 0, 1);
    refused(2024 * 12 + 11, "mona has tasks of 2024-12-30, a day without an hourly rate");
    town_rate(&town, town_day("2024-12-30"), 30000);
    (void)period_town_closed(2024 * 12 + 11);
    period_town_verified();
}

/* By hand: 3 tasks of 2 minutes at 342.07 kr, half the schools', half of no single department. */
static void figures_and_hash(void **state)
{
    static const char text[] =
        "automagi period\nmonth 2026-01\n"
        "previous 0000000000000000000000000000000000000000000000000000000000000000\n"
        "mona tvaergaaende 1500000 0 0 300000000 10262100000000\n"
        "mona schools 1500000 0 0 300000000 10262100000000\n"
        "franco it 1000000 0 0 300000000 10262100000000\n";
    unsigned char hash[PERIOD_HASH_SIZE];
    struct period_month month;

    (void)state;
    (void)town_tasks(&town, mona, town_day("2026-01-05"), 0, 3);
    (void)town_tasks(&town, franco, town_day("2026-01-31"), 0, 1);
    month = period_town_closed(JANUARY);
    assert_int_equal((int64_t)(month.amount.tasks / SHARE_WHOLE), 4);
    assert_int_equal((int64_t)(month.amount.minutes / TASK_MINUTE_SCALE), 9);
    assert_int_equal(month.robots, 2);
    (void)crypto_hash_sha256(hash, (const unsigned char *)text, strlen(text));
    assert_memory_equal(month.hash, hash, sizeof hash);
    assert_int_equal(ask("SELECT count(*) FROM period_figure"), 3);
    period_town_verified();
}

static void what_comes_late_is_booked_in_the_oldest_open_month(void **state)
{
    struct period_month february;
    int64_t task;

    (void)state;
    task = town_tasks(&town, mona, town_day("2026-01-05"), 0, 3);
    (void)period_town_closed(JANUARY);
    (void)town_tasks(&town, franco, town_day("2026-01-06"), 0, 2);
    town_undo(&town, mona, task);
    assert_int_equal(ask("SELECT count(*) FROM attempt WHERE booking = 2026 * 12 + 1"), 2);
    assert_int_equal(ask("SELECT booking FROM correction"), JANUARY + 1);
    february = period_town_listed(JANUARY + 1);
    assert_int_equal((int64_t)(february.late / SHARE_WHOLE), 1); /* two came, one went */
    assert_int_equal((int64_t)(february.amount.tasks / SHARE_WHOLE), 1);
    assert_int_equal((int64_t)(period_town_listed(JANUARY).amount.tasks / SHARE_WHOLE), 3);
    period_town_verified();
    (void)period_town_closed(JANUARY + 1);
    assert_int_equal((int64_t)(period_town_listed(JANUARY + 1).amount.minutes / TASK_MINUTE_SCALE),
                     4);
    period_town_verified();
}

/* A close that is undone leaves nothing behind, in memory neither. */
static void what_is_rolled_back_is_open(void **state)
{
    struct period_month month;
    struct fault fault = {.text = ""};

    (void)state;
    (void)town_tasks(&town, mona, town_day("2026-01-05"), 0, 3);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(store_part_begin(town.store, &fault), 0);
    assert_int_equal(period_close(town.store, JANUARY, "DEMO", now_ms, &month, &fault), 0);
    assert_int_equal(store_part_end(town.store, false, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    (void)town_tasks(&town, mona, town_day("2026-01-06"), 0, 1);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(period_close(town.store, JANUARY, "DEMO", now_ms, &month, &fault), 0);
    store_rollback(town.store);
    (void)town_tasks(&town, mona, town_day("2026-01-07"), 0, 1);
    assert_int_equal(ask("SELECT count(*) FROM attempt WHERE booking IS NOT NULL"), 0);
    assert_int_equal(ask("SELECT count(*) FROM period"), 0);
}

/* A rate dated into closed months, its difference booked. */
static void book_rate(int32_t from_day, int64_t ore)
{
    struct difference difference = {.store = NULL};
    struct difference_cause cause = {ADJUSTMENT_RATE, from_day, "test", "DEMO", now_ms};
    struct rate rate = {.from_day = from_day, .ore_per_hour = ore};
    struct fault fault = {.text = ""};
    int64_t count = 0;
    int result = store_begin(town.store, &fault);

    if (result == 0)
        result = period_admit(town.store, "the rate", from_day, true, &rate.booking_from, &fault);
    if (result == 0)
        result = difference_begin(town.store, &difference, &fault);
    if (result == 0)
        result = rate_set(town.store, &rate, &fault);
    if (result == 0)
        result = difference_book(&difference, &cause, &count, &fault);
    if (result == 0)
        result = store_commit(town.store, &fault);
    difference_release(&difference);
    if (result != 0)
        fail_msg("%s", fault.text);
    assert_true(count > 0);
}

/* As a split makes one: what is of no single department stays that. */
static void a_department_made_in_between(void **state)
{
    struct difference difference = {.store = NULL};
    struct difference_cause cause = {ADJUSTMENT_RATE, town_day("2026-01-03"), "test", "DEMO",
                                     now_ms};
    struct rate rate = {.from_day = cause.from_day, .ore_per_hour = 40000};
    struct fault fault = {.text = ""};
    int64_t count = 0;
    int64_t id = 0;

    (void)state;
    (void)town_tasks(&town, mona, town_day("2026-01-05"), 0, 3);
    (void)period_town_closed(JANUARY);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(
        period_admit(town.store, "it", rate.from_day, true, &rate.booking_from, &fault), 0);
    assert_int_equal(difference_begin(town.store, &difference, &fault), 0);
    assert_int_equal(department_put(town.store, "roads", 9, &id, &fault), 0);
    assert_int_equal(rate_set(town.store, &rate, &fault), 0);
    assert_int_equal(difference_book(&difference, &cause, &count, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    difference_release(&difference);
    assert_int_equal(count, 1);
    assert_int_equal(ask("SELECT count(*) FROM adjustment_part"), 2);
    period_town_verified();
}

/* Versions that came late, tasks that came late between them, months closed between them: what was
 * closed and all adjustments are always what is known now. */
static void adjustments_are_accounted_for(void **state)
{
    int64_t task;
    int64_t february;

    (void)state;
    task = town_tasks(&town, mona, town_day("2026-01-05"), 0, 3);
    (void)town_tasks(&town, franco, town_day("2026-02-05"), 0, 5);
    (void)period_town_closed(JANUARY);
    book_rate(town_day("2026-01-03"), 40000);
    period_town_verified();
    assert_int_equal(period_town_listed(JANUARY + 1).adjustments, 1);
    assert_int_equal((int64_t)(period_town_listed(JANUARY + 1).adjusted * 100 / TASK_KRONER_SCALE),
                     579);
    (void)town_tasks(&town, mona, town_day("2026-01-09"), 0, 2); /* at the new rate, in February */
    (void)period_town_closed(JANUARY + 1);
    february = ask("SELECT sum(kroner) FROM period_figure WHERE month = 2026 * 12 + 1");
    town_undo(&town, mona, task);
    book_rate(town_day("2026-01-04"), 50000);
    period_town_verified();
    (void)period_town_closed(JANUARY + 2);
    book_rate(town_day("2026-01-05"), 10000);
    (void)town_tasks(&town, mona, town_day("2026-01-04"), 0, 2);
    (void)period_town_closed(JANUARY + 3);
    period_town_verified();
    assert_int_equal(ask("SELECT sum(kroner) FROM period_figure WHERE month = 2026 * 12 + 1"),
                     february);
}

/* As files bring them from where months were closed already. franco: 3 minutes at 342.07, later 400 and
 * 500 kr. are 17.10, 20 and 25 kroner; a task of February that comes in April is worth 20 there. */
static void versions_that_value_from_a_later_month_on(void **state)
{
    const struct rate rates[] = {{town_day("2026-01-03"), JANUARY + 3, 40000},
                                 {town_day("2026-01-04"), JANUARY + 4, 50000}};
    struct fault fault = {.text = ""};
    size_t i;

    (void)state;
    (void)town_tasks(&town, franco, town_day("2026-01-05"), 0, 1);
    (void)town_tasks(&town, franco, town_day("2026-02-05"), 0, 1);
    assert_int_equal(store_begin(town.store, &fault), 0);
    for (i = 0; i < sizeof rates / sizeof rates[0]; i++)
        assert_int_equal(rate_set(town.store, &rates[i], &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    for (i = 0; i < 3; i++) {
        (void)period_town_closed(JANUARY + (int32_t)i);
        period_town_verified();
    }
    (void)town_tasks(&town, franco, town_day("2026-02-06"), 0, 1);
    (void)period_town_closed(JANUARY + 3);
    period_town_verified();
    assert_int_equal(ask("SELECT count(*) FROM adjustment WHERE cause = 2"), 5);
    assert_int_equal((int64_t)(period_town_listed(JANUARY).amount.kroner * 100 / TASK_KRONER_SCALE),
                     1710);
    assert_int_equal((int64_t)(period_town_listed(JANUARY + 3).adjusted * 100 / TASK_KRONER_SCALE),
                     579);
    assert_int_equal(
        (int64_t)(period_town_listed(JANUARY + 3).amount.kroner * 100 / TASK_KRONER_SCALE), 2579);
    assert_int_equal((int64_t)(period_town_listed(JANUARY + 4).adjusted * 100 / TASK_KRONER_SCALE),
                     1500);
}

/* Booked in a month that has not ended: savings up to today have it. */
static void adjustments_of_this_month_are_in_the_savings(void **state)
{
    int32_t this_month = clock_month_of_day(clock_local_day(clock_now_ms()));
    int32_t first = clock_first_day_of_month(this_month - 1);
    struct savings savings;
    int64_t before;

    (void)state;
    now_ms = clock_now_ms();
    (void)town_tasks(&town, mona, first + 1, 0, 3);
    (void)period_town_closed(this_month - 1);
    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_ROBOT, &savings);
    before = savings.total.kroner;
    savings_release(&savings);
    book_rate(first, 40000);
    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(before, 34);
    assert_int_equal(savings.total.kroner, 40);
    savings_release(&savings);
}

/* 2 × 3 minutes at 342.07 kr are 34.2 kroner; 20 are the target, and half of the rest is the pool's. */
static void a_december_credits_the_pool(void **state)
{
    (void)state;
    town_target(&town, it, 2025, town_day("2025-01-01"), 20);
    (void)town_tasks(&town, franco, town_day("2025-11-05"), 0, 1);
    (void)town_tasks(&town, franco, town_day("2025-12-05"), 0, 1);
    (void)period_town_closed(JANUARY - 2);
    assert_int_equal(ask("SELECT count(*) FROM pool_entry"), 0);
    (void)period_town_closed(JANUARY - 1);
    assert_int_equal(ask("SELECT kroner FROM pool_entry WHERE year = 2025"), 7);
    (void)period_town_closed(JANUARY);
    assert_int_equal(ask("SELECT count(*) FROM pool_entry"), 1);
}

static const struct {
    const char *statements, *line;
} planted[] = {
    {"UPDATE period_figure SET tasks = tasks + 1000000 WHERE month = 2026 * 12",
     "period 2026-01: its hash is not that of its figures"},
    {"UPDATE period_figure SET kroner = '1' WHERE month = 2026 * 12 + 1",
     "period 2026-02: its hash is not"},
    {"DELETE FROM period_figure WHERE month = 2026 * 12 + 1", "period 2026-02: its hash is not"},
    {"UPDATE period_figure SET minutes = 'x' WHERE month = 2026 * 12",
     "period 2026-01: a frozen amount of robot number 1 is no whole number"},
    {"UPDATE period_figure SET robot_id = 9 WHERE robot_id = 2",
     "period 2026-02: a figure names a robot or department that is not there"},
    {"UPDATE period SET hash = zeroblob(32) WHERE month = 2026 * 12",
     "period 2026-01: its hash is not that of its figures"},
    {"UPDATE period SET month = 5 WHERE month = 2026 * 12",
     "a period is said to be month number 5, which is none"},
    {"UPDATE period SET month = 2147483647 WHERE month = 2026 * 12 + 2",
     "a period is said to be month number 2147483647, which is none"},
    {"UPDATE period SET month = 2026 * 12 + 4 WHERE month = 2026 * 12 + 2",
     "period 2026-05: it is closed, and before it only those up to 2026-02"},
    {"DELETE FROM period_figure WHERE month = 2026 * 12; DELETE FROM period WHERE month = "
     "2026 * 12",
     "period 2026-02: it is the first that is closed, but tasks are booked in 2026-01 before"},
    {"UPDATE rollup_day SET count = 4 WHERE robot_id = 1",
     "period 2026-01, robot mona, department schools: a recount differs from the frozen "
     "figures "
     "by: tasks 0.5, minutes 1, kroner 5.7"},
    {"UPDATE estimate SET hundredths = 301 WHERE robot_id = 2",
     "period 2026-02, robot franco, department it: a recount differs from the frozen figures "
     "by: minutes 0.05, kroner 0.33"},
    {"DELETE FROM adjustment_part", "period 2026-02, robot mona, department schools: a recount"},
    {"UPDATE adjustment_part SET kroner = kroner + 6000000000 WHERE adjustment_id = 2",
     "period 2026-01, robot mona, department schools: with all adjustments it still differs "
     "from what is known now by: kroner -0.01"},
    {"UPDATE adjustment SET month = 2026 * 12 + 1 WHERE id = 2",
     "period 2026-01, robot mona, department schools: with all adjustments it still differs"},
    /* What is of a month without tasks, or booked where no figure looks. */
    {"INSERT INTO adjustment SELECT 9, 1, 1999 * 12, booking, 1, 0, 'x', 'x', 0 FROM adjustment "
     "WHERE id = 2; INSERT INTO adjustment_part VALUES(9, 0, 1000000, 0, 0, '0', '99')",
     "period 1999-01, robot mona, department tvaergaaende: with all adjustments it still differs"},
    {"UPDATE adjustment SET month = 5 WHERE id = 2",
     "adjustment 2 is said to be of month number 5 and booked in month number 24315"},
    {"UPDATE adjustment SET booking = 2147483647 WHERE id = 2",
     "adjustment 2 is said to be of month number 24312 and booked in month number 2147483647"},
    {"UPDATE adjustment SET booking = booking + 1 WHERE id = 2",
     "adjustment 2: it is booked in 2026-05, later than the oldest open month"},
    {"UPDATE adjustment SET booking = 2025 * 12 WHERE id = 2",
     "adjustment 2: it is booked in 2025-01, before a month had been closed"},
    {"UPDATE adjustment SET month = booking WHERE id = 2",
     "adjustment 2: it is booked in 2026-04, which is not after its own month"},
    {"DELETE FROM period_figure; DELETE FROM period",
     "adjustment 1: it is booked in 2026-02, before a month had been closed"},
};

static void every_difference_is_found(void **state)
{
    size_t i;

    for (i = 0; i < sizeof planted / sizeof planted[0]; i++) {
        if (i > 0) {
            (void)period_town_tear_down(state);
            (void)period_town_set_up(state);
        }
        (void)town_tasks(&town, mona, town_day("2026-01-05"), 0, 3);
        (void)town_tasks(&town, franco, town_day("2026-02-05"), 0, 5);
        (void)period_town_closed(JANUARY);
        book_rate(town_day("2026-01-03"), 40000);
        (void)period_town_closed(JANUARY + 1);
        (void)period_town_closed(JANUARY + 2);
        book_rate(town_day("2026-01-04"), 50000);
        book_rate(town_day("2026-01-05"), 45000);
        period_town_verified();
        temp_home_plant(town.home, planted[i].statements);
        if (period_town_differences() == 0 ||
            strncmp(first_line, planted[i].line, strlen(planted[i].line)) != 0)
            fail_msg("%s: %s", planted[i].statements, first_line);
    }
}

static void names_have_no_cpr_numbers(void **state)
{
    struct period_month month;
    struct fault fault = {.text = ""};

    (void)state;
    (void)town_tasks(&town, mona, town_day("2026-01-05"), 0, 3);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(period_close(town.store, JANUARY, "", now_ms, &month, &fault), -EINVAL);
    assert_int_equal(period_close(town.store, JANUARY, "Ane 010203-1234", now_ms, &month, &fault),
                     0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    assert_string_equal(period_town_listed(JANUARY).closed_by, "Ane [CPR]");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, period_town_set_up, period_town_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(in_order_and_when_ended),
        TEST(on_the_first_day_after_it),
        TEST(not_with_a_day_without_a_rate),
        TEST(figures_and_hash),
        TEST(what_comes_late_is_booked_in_the_oldest_open_month),
        TEST(what_is_rolled_back_is_open),
        TEST(a_department_made_in_between),
        TEST(adjustments_are_accounted_for),
        TEST(versions_that_value_from_a_later_month_on),
        TEST(adjustments_of_this_month_are_in_the_savings),
        TEST(a_december_credits_the_pool),
        TEST(every_difference_is_found),
        TEST(names_have_no_cpr_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
