/* What the common pool is credited when a year is closed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/budget.h"
#include "core/store/organisation.h"
#include "core/store/store.h"
#include "scorecards/pool.h"
#include "tests/unit/savings_town.h"

static struct town town;
static int64_t departments[5];

/* 600 kroner an hour; each department has a robot whose tasks of 6 minutes are worth 60. */
static int set_up(void **state)
{
    static const char *const slugs[] = {"a", "b", "c", "d", "e"};
    size_t i;

    (void)state;
    town_open(&town);
    town_rate(&town, town_day("2024-01-01"), 60000);
    for (i = 0; i < 5; i++) {
        struct robot_share share = {.from_day = town_day("2024-01-01"), .millionths = SHARE_WHOLE};
        int64_t robot;

        departments[i] = town_department(&town, slugs[i], slugs[i]);
        robot = town_robot(&town, slugs[i]);
        share.department_id = departments[i];
        town_shares(&town, robot, &share, 1);
        (void)town_estimate(&town, robot, town_day("2024-01-01"), 600, 1);
        (void)town_tasks(&town, robot, town_day("2024-12-31"), 0, 100);
        (void)town_tasks(&town, robot, town_day("2025-01-01"), 0, 2);
        (void)town_tasks(&town, robot, town_day("2025-12-31"), 0, 3); /* 300 in the year */
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    town_close(&town);
    return 0;
}

static void target(size_t department, const char *from, int64_t kroner)
{
    town_target(&town, departments[department], 2025, town_day(from), kroner);
}

static int credit(int32_t year, struct fault *fault)
{
    int result;

    assert_int_equal(store_begin(town.store, fault), 0);
    result = pool_credit_year(town.store, year, "Invented Person", 1767225600000, fault);
    assert_int_equal(store_commit(town.store, fault), 0);
    return result;
}

static void close_to(const char *months)
{
    char text[256];

    (void)snprintf(
        text, sizeof text,
        "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES(%s, 1, 'x', zeroblob(32))",
        months);
    temp_home_plant(town.home, text);
}

struct account {
    int64_t kroner[8], departments[8];
    char reasons[8][160];
    size_t count;
};

static int note(const struct pool_entry *entry, void *context)
{
    struct account *account = context;

    assert_int_equal(entry->year, 2025);
    assert_string_equal(entry->by_whom, "Invented Person");
    account->kroner[account->count] = entry->kroner;
    assert_true(
        text_copy(account->reasons[account->count], sizeof account->reasons[0], entry->reason));
    account->departments[account->count++] = entry->department_id;
    return 0;
}

static struct account read_account(void)
{
    struct account account = {.count = 0};
    struct fault fault = {.text = ""};

    assert_int_equal(pool_entry_each(town.reader, note, &account, &fault), 0);
    return account;
}

static void test_credit(void **state)
{
    struct fault fault = {.text = ""};
    struct account account;

    (void)state;
    target(0, "2025-01-01", 101); /* 199 beyond: 99, the odd krone stays */
    target(1, "2025-01-01", 300); /* reached, not exceeded */
    target(2, "2025-01-01", -10); /* no surplus where the target is negative */
    target(3, "2025-01-01", 500); /* as it stood on 31 December: 0 */
    target(3, "2025-12-31", 0);
    target(3, "2026-01-01", 900);
    assert_int_equal(credit(2025, &fault), -EPERM); /* nothing is closed */
    close_to("2025 * 12 + 10");
    assert_int_equal(credit(2025, &fault), -EPERM);
    assert_non_null(strstr(fault.text, "December is not closed"));
    assert_int_equal(read_account().count, 0);
    close_to("2025 * 12 + 11");
    assert_int_equal(credit(2025, &fault), 0);
    account = read_account(); /* e has no target at all */
    assert_int_equal(account.count, 2);
    assert_int_equal(account.departments[0], departments[0]);
    assert_int_equal(account.kroner[0], 99);
    assert_int_equal(account.departments[1], departments[3]);
    assert_int_equal(account.kroner[1], 150);
    /* Again: nothing. The year before had no targets. */
    assert_int_equal(credit(2025, &fault), 0);
    assert_int_equal(credit(2024, &fault), 0);
    assert_int_equal(read_account().count, 2);
}

/* From 2025-07-01 on, when each has saved 120; booking_from as it is in the store. */
static void goes_into(size_t department, size_t successor, int millionths, int booking_from)
{
    town_plant(&town, "INSERT INTO department_successor VALUES(%d, %d, %d, %d, %d)",
               (int)departments[department], town_day("2025-07-01"), booking_from,
               (int)departments[successor], millionths);
}

/* Its target is the other's from its end on, and so is what it saved towards it. */
static void test_what_ended_has_no_surplus(void **state)
{
    struct fault fault = {.text = ""};
    struct account account;

    (void)state;
    target(0, "2025-01-01", 400);
    target(0, "2025-07-01", 0);
    target(1, "2025-01-01", 300);
    target(1, "2025-07-01", 700); /* 600 are saved of them, 120 by a */
    goes_into(0, 1, SHARE_WHOLE, 0);
    target(2, "2025-01-01", 200);
    target(2, "2025-07-01", 0);
    target(3, "2025-01-01", 300); /* 360 by itself, and a third of c's 120 */
    target(4, "2025-01-01", 500); /* 420 and 80: reached, not exceeded */
    goes_into(2, 3, 333334, 0);
    goes_into(2, 4, 666666, 0);
    close_to("2025 * 12 + 11");
    assert_int_equal(credit(2025, &fault), 0);
    account = read_account();
    assert_int_equal(account.count, 1);
    assert_int_equal(account.departments[0], departments[3]);
    assert_int_equal(account.kroner[0], 50);
    assert_string_equal(account.reasons[0],
                        "half of what was saved beyond the target: 400 of 300 kroner, 40 of them "
                        "by departments that went into it");
}

/* Booked in the next year, the end has moved no target of this one. */
static void test_an_end_booked_later_moves_nothing(void **state)
{
    struct fault fault = {.text = ""};
    struct account account;

    (void)state;
    target(0, "2025-01-01", 100); /* 300 are saved */
    target(1, "2025-01-01", 300);
    goes_into(0, 1, SHARE_WHOLE, 2026 * 12);
    close_to("2025 * 12 + 11");
    assert_int_equal(credit(2025, &fault), 0);
    account = read_account();
    assert_int_equal(account.count, 1);
    assert_int_equal(account.departments[0], departments[0]);
    assert_int_equal(account.kroner[0], 100);
    assert_string_equal(account.reasons[0],
                        "half of what was saved beyond the target: 300 of 100 kroner");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_credit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_ended_has_no_surplus, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_end_booked_later_moves_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
