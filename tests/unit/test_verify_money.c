/* Entries about money and closings that do not fit are found, and those that do are not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store.h"
#include "core/store/verify.h"
#include "tests/unit/temp_home.h"

static char home[TEMP_HOME_PATH];
static char line[1024]; /* the last that was said */

#define COST                                                                                       \
    "INSERT INTO cost(robot_id, kind, from_day, to_day, ore, hours, booking_from, what, by_whom, " \
    "at_ms) VALUES"
#define GAIN "INSERT INTO gain(robot_id, day, booking, ore, what, document, by_whom, at_ms) VALUES"
#define REDUCTION                                                                                  \
    "INSERT INTO budget_reduction(department_id, year, kroner, decided_day, document, "            \
    "by_whom, at_ms) VALUES"
#define POOL "INSERT INTO pool_entry(year, department_id, kroner, reason, by_whom, at_ms) VALUES"

#define AUDIT                                                                                      \
    "INSERT INTO audit(at_ms, account, action, subject, detail) VALUES(1, 'x', 'period close', "
#define PERIOD "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES"

static int set_up(void **state)
{
    (void)state;
    temp_home_install(home);
    temp_home_plant(home, "INSERT INTO robot(id, slug, name, position, external, one_off) "
                          "VALUES(1, 'ove', 'Ove', 1, 0, 0);"
                          "INSERT INTO department(id, slug, position) VALUES(1, 'money', 1)");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(temp_home_remove(home), 0);
    return 0;
}

static void keep(const char *difference, void *context)
{
    (void)context;
    (void)text_copy(line, sizeof line, difference);
}

static int64_t verify(void)
{
    struct verify_report report = {.differences = 0};
    struct fault fault = {.text = ""};
    struct store *store = NULL;

    line[0] = '\0';
    if (store_open(home, STORE_READ, &store, &fault) != 0 ||
        verify_store(store, keep, NULL, &report, &fault) != 0)
        fail_msg("%s", fault.text);
    store_close(store);
    return report.differences;
}

/* Day 20000 is 2024-10-04, of the month 2024 * 12 + 9. */
static void test_good(void **state)
{
    (void)state;
    temp_home_plant(home, COST "(1, 1, 20000, NULL, 1, 0, 0, 'w', 'x', 1),"
                               "(1, 2, 20000, 20000, 1, 0, 0, 'w', 'x', 1)");
    temp_home_plant(home, GAIN "(1, 20000, 2024 * 12 + 9, 1, 'w', 'd', 'x', 1)");
    temp_home_plant(home,
                    REDUCTION "(1, 2024, 5, 20000, 'd', 'x', 1), (1, 2024, -5, 1, 'd', 'x', 1)");
    temp_home_plant(home, POOL "(2024, NULL, 5, 'r', 'x', 1), (2024, NULL, -5, 'r', 'x', "
                               "1)");
    temp_home_plant(
        home, PERIOD
        "(2024 * 12, 1, 'x', x'0000000000000000000000000000000000000000000000000000000000000007')");
    temp_home_plant(home, AUDIT "'2024-01', '{\"hash\":\"' || printf('%064d', 7) || '\"}')");
    temp_home_plant(home, AUDIT "'2024-01', '{\"hash\":\"00[CPR]00\"}')");
    assert_int_equal(verify(), 0);
}

static void test_found(void **state)
{
    static const struct {
        const char *statement, *words;
    } planted[] = {
        {COST "(1, 2, 20000, 19999, 1, 0, 0, 'w', 'x', 1)", "cost 1: it ends before it begins"},
        {COST "(1, 1, 20000, 20001, 1, 0, 0, 'w', 'x', 1)",
         "cost 1: it is of development, and has an end"},
        {GAIN "(1, 20000, 2024 * 12 + 8, 1, 'w', 'd', 'x', 1)",
         "gain 1: it is booked in 2024-09, before its day"},
        {GAIN "(1, 20000, 2024 * 12 + 10, 1, 'w', 'd', 'x', 1)",
         "gain 1: it is booked in 2024-11, later than its own month"},
        {COST "(1, 2, 20000, 20000, 1, 0, 2024 * 12, 'w', 'x', 1)",
         "cost 1: it is booked from a later month"},
        {REDUCTION "(1, 2024, -5, 20000, 'd', 'x', 1)",
         "budget reductions of money in 2024: they are -5 kroner together"},
        {POOL "(2024, NULL, -5, 'r', 'x', 1)", "pool entry 1: more was paid out"},
        {POOL "(2024, 1, 5, 'r', 'x', 1)",
         "pool entry 1: the surplus of 2024, which is not closed"},
        {AUDIT "'2024-12', '{}')", "period 2024-12: the audit says that it was closed, but it is "
                                   "not among the closed months"},
        {PERIOD "(2024 * 12 + 11, 1, 'x', zeroblob(32));" AUDIT
                "'2024-12', '{\"hash\":\"' || printf('%064d', 7) || '\"}')",
         "period 2024-12: the audit says that it was closed with another hash"},
    };

    size_t i;

    for (i = 0; i < sizeof planted / sizeof planted[0]; i++) {
        temp_home_plant(home, planted[i].statement);
        assert_int_equal(verify(), 1);
        if (strstr(line, planted[i].words) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", planted[i].words, line);
        (void)tear_down(state);
        (void)set_up(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_found, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
