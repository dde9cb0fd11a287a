/*
 * The edge cases that the organisation has named, each by its number there, as far as savings show them. What
 * forecasts, the net view and closing make of them is tested with those.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/task_import.h"
#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "core/store/store.h"
#include "scorecards/period.h"
#include "tests/unit/command_caller.h"
#include "tests/unit/one_town.h"

/* A krone a minute. */
static int open_town(void **state)
{
    int result = one_town_open_in_2026(state);

    town_rate(&town, day("2025-01-01"), 6000);
    return result;
}

static int64_t plain_robot(const char *slug, int64_t department, int64_t hundredths)
{
    return town_plain_robot(&town, slug, department, hundredths);
}

static void done(int64_t robot, const char *date, int64_t count)
{
    (void)town_tasks(&town, robot, town_day(date), 0, count);
}

#define YEAR(by, ...) TOWN_CHECK(&town, "2025-01-01", "2025-12-31", by, __VA_ARGS__)

static void e01_an_unsigned_version_replaces_nothing(void **state)
{
    int64_t robot = plain_robot("r", town_department(&town, "a", "A"), 300);

    (void)state;
    done(robot, "2025-03-09", 1);
    done(robot, "2025-03-10", 1);
    done(robot, "2025-05-01", 1);
    town_estimate(&town, robot, day("2025-03-10"), 900, 0);
    YEAR(SAVINGS_BY_ROBOT, {"r", 3, 0, 900, 9}, {"", 3, 0, 900, 9});
    town_estimate(&town, robot, day("2025-05-01"), 200, 1); /* until here the first one held */
    YEAR(SAVINGS_BY_ROBOT, {"r", 3, 0, 800, 8}, {"", 3, 0, 800, 8});
}

static void e02_without_a_signature_tasks_are_uncounted(void **state)
{
    int64_t robot = plain_robot("r", town_department(&town, "a", "A"), -1);

    (void)state;
    done(robot, "2025-03-09", 3);
    town_estimate(&town, robot, day("2025-01-01"), 900, 0);
    YEAR(SAVINGS_BY_DEPARTMENT, {"a", 0, 3, 0, 0}, {"tvaergaaende", 0, 0, 0, 0}, {"", 0, 3, 0, 0});
}

/* A file of one line, checked; what is said of the line, or "". */
static const char *check_line(const char *line, struct task_import_wrong *wrong)
{
    struct task_import import = {.rows = 0};
    struct fault fault = {.text = ""};
    char file[512];
    int length =
        snprintf(file, sizeof file, "robot,reference,completed_at,outcome,duration_ms\n%s\n", line);
    int fd = memfd_create("tasks", MFD_CLOEXEC);
    int result;

    assert_true(fd >= 0 && write(fd, file, (size_t)length) == length);
    *wrong = (struct task_import_wrong){.count = 0};
    result = task_import_check(town.reader, fd, clock_now_ms(), &import, wrong, &fault);
    (void)close(fd);
    if (result == 0)
        task_import_release(&import);
    assert_int_equal(wrong->count, result == 0 ? 0 : 1);
    return wrong->lines[0].text;
}

static void e03_a_new_rate_never_moves_the_year_before(void **state)
{
    struct task_import_wrong wrong;
    int64_t robot = plain_robot("r", town_department(&town, "a", "A"), 100);

    (void)state;
    done(robot, "2025-12-31", 10);
    done(robot, "2026-01-01", 10);
    TOWN_CHECK(&town, "2025-12-31", "2026-01-01", SAVINGS_BY_YEAR, {"2025", 10, 0, 1000, 10},
               {"2026", 10, 0, 1000, 10}, {"", 20, 0, 2000, 20});
    town_rate(&town, day("2026-01-01"), 12000);
    TOWN_CHECK(&town, "2025-12-31", "2026-01-01", SAVINGS_BY_YEAR, {"2025", 10, 0, 1000, 10},
               {"2026", 10, 0, 1000, 20}, {"", 20, 0, 2000, 30});
    /* by the local day: this is still 2024 there and in Copenhagen 2025 */
    assert_string_equal(check_line("r,x,2024-12-31T23:00:00Z,done,", &wrong), "");
    assert_non_null(strstr(check_line("r,x,2024-12-31T22:59:59Z,done,", &wrong), "line 2: "));
    assert_non_null(strstr(wrong.lines[0].text, "rate"));
}

static void e04_shares_leave_their_rest_to_tvaergaaende(void **state)
{
    int64_t a = town_department(&town, "a", "A");
    int64_t b = town_department(&town, "b", "B");
    int64_t robot = plain_robot("r", 0, 100);
    struct robot_share shares[] = {{day("2025-01-01"), a, 500000, 0},
                                   {day("2025-01-01"), b, 500001, 0}};
    struct fault fault = {.text = ""};

    (void)state;
    done(robot, "2025-03-09", 8);
    YEAR(SAVINGS_BY_DEPARTMENT, {"a", 0, 0, 0, 0}, {"b", 0, 0, 0, 0},
         {"tvaergaaende", 8, 0, 800, 8}, {"", 8, 0, 800, 8});
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(robot_shares_set(town.store, robot, shares, 2, &fault), -EINVAL);
    store_rollback(town.store);
    shares[1].millionths = 250000;
    town_shares(&town, robot, shares, 2);
    YEAR(SAVINGS_BY_DEPARTMENT, {"a", 4, 0, 400, 4}, {"b", 2, 0, 200, 2},
         {"tvaergaaende", 2, 0, 200, 2}, {"", 8, 0, 800, 8});
    /* those with the latest day alone are valid: a has nothing from April on */
    shares[1].from_day = day("2025-04-01");
    town_shares(&town, robot, shares, 2);
    done(robot, "2025-04-01", 4);
    YEAR(SAVINGS_BY_DEPARTMENT, {"a", 4, 0, 400, 4}, {"b", 1, 0, 100, 1},
         {"tvaergaaende", 7, 0, 700, 7}, {"", 12, 0, 1200, 12});
    (void)town_tasks(&town, robot, day("2025-04-02"), b, 5); /* their own department's, whole */
    YEAR(SAVINGS_BY_DEPARTMENT, {"a", 4, 0, 400, 4}, {"b", 6, 0, 600, 6},
         {"tvaergaaende", 7, 0, 700, 7}, {"", 17, 0, 1700, 17});
}

static void e05_departments_are_renamed_merged_and_split(void **state)
{
    struct savings savings = {0};
    int64_t a = town_department(&town, "a", "A");
    int64_t b = town_department(&town, "b", "B");
    int64_t c = town_department(&town, "c", "C");
    int64_t d = town_department(&town, "d", "D");

    (void)state;
    town_department_name(&town, a, day("2025-10-01"), "A & more");
    done(plain_robot("ra", a, 100), "2025-06-30", 3);
    done(1, "2025-07-01", 4);
    done(plain_robot("rb", b, 100), "2025-07-01", 8);
    /* from July a goes to c, and b by halves to c and d */
    town_plant(&town,
               "INSERT INTO department_successor VALUES(%d,%d,0,%d,1000000),"
               "(%d,%d,0,%d,500000),(%d,%d,0,%d,500000)",
               (int)a, day("2025-07-01"), (int)c, (int)b, day("2025-07-01"), (int)c, (int)b,
               day("2025-07-01"), (int)d);
    YEAR(SAVINGS_BY_DEPARTMENT, {"a", 3, 0, 300, 3}, {"b", 0, 0, 0, 0}, {"c", 8, 0, 800, 8},
         {"d", 4, 0, 400, 4}, {"tvaergaaende", 0, 0, 0, 0}, {"", 15, 0, 1500, 15});
    town_savings(&town, day("2025-01-01"), day("2025-09-30"), SAVINGS_BY_DEPARTMENT, &savings);
    assert_string_equal(town_row(&savings, "a")->name, "A");
    savings_release(&savings);
    town_savings(&town, day("2025-01-01"), day("2025-10-01"), SAVINGS_BY_DEPARTMENT, &savings);
    assert_string_equal(town_row(&savings, "a")->name, "A & more");
    savings_release(&savings);
    /* an area is no department: it has no row among them, and its own adds them up */
    town_plant(&town,
               "INSERT INTO area VALUES(1,'welfare','Velfærd');"
               "INSERT INTO department_area VALUES(%d,0,1),(%d,0,1)",
               (int)c, (int)d);
    YEAR(SAVINGS_BY_AREA, {"welfare", 12, 0, 1200, 12}, {"uden-omraade", 3, 0, 300, 3},
         {"tvaergaaende", 0, 0, 0, 0}, {"", 15, 0, 1500, 15});
}

static void e06_targets_of_zero_below_zero_and_none(void **state)
{
    struct budget_new targets[] = {
        {.department_id = town_department(&town, "a", "A"), .kroner = 0},
        {.department_id = town_department(&town, "b", "B"), .kroner = -5000},
    };
    int64_t none = town_department(&town, "c", "C");
    struct organisation organisation = {.name = NULL};
    struct fault fault = {.text = ""};
    int64_t kroner = 1;
    size_t i;

    (void)state;
    assert_int_equal(store_begin(town.store, &fault), 0);
    for (i = 0; i < 2; i++) {
        targets[i].year = 2026;
        targets[i].from_day = day("2025-12-01");
        targets[i].set_by = "DEMO council";
        targets[i].reason = "";
        assert_int_equal(budget_set(town.store, &targets[i], &fault), 0);
    }
    assert_int_equal(store_commit(town.store, &fault), 0);
    assert_int_equal(organisation_read(town.reader, &organisation, &fault), 0);
    for (i = 0; i < 2; i++) {
        assert_true(organisation_budget_on(&organisation, targets[i].department_id, 2026,
                                           day("2025-12-31"), &kroner));
        assert_int_equal(kroner, targets[i].kroner);
    }
    assert_false(organisation_budget_on(&organisation, none, 2026, day("2025-12-31"), &kroner));
    assert_int_equal(kroner, 0);
    organisation_release(&organisation);
}

static void e07_a_task_counts_once_and_is_taken_back_once(void **state)
{
    static const unsigned char hash[16] = "the same task";
    int64_t robot = plain_robot("r", town_department(&town, "a", "A"), 100);
    struct attempt attempt = {.robot_id = robot,
                              .run_id = town.runs[robot],
                              .outcome = ATTEMPT_DONE,
                              .duration_ms = -1,
                              .masked = "*"};
    struct ledger_reversal reversal = {.robot_id = robot,
                                       .ref_hash = hash,
                                       .reason = "DEMO wrong case",
                                       .by_whom = "DEMO owner",
                                       .now_ms = clock_now_ms()};
    struct fault fault = {.text = ""};
    bool is_counted = false;
    int i;

    (void)state;
    attempt.completed_ms = (int64_t)day("2025-03-09") * 86400000;
    for (i = 1; i <= 2; i++) {
        attempt.seq = i;
        assert_int_equal(store_begin(town.store, &fault), 0);
        assert_int_equal(ledger_record(town.store, &attempt, 0, hash, &is_counted, &fault), 0);
        assert_int_equal(store_commit(town.store, &fault), 0);
        assert_int_equal(is_counted, i == 1);
    }
    YEAR(SAVINGS_BY_ROBOT, {"r", 1, 0, 100, 1}, {"", 1, 0, 100, 1});
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(ledger_undo(town.store, &reversal, &fault), 0);
    assert_int_equal(ledger_undo(town.store, &reversal, &fault), -EALREADY);
    assert_int_equal(store_commit(town.store, &fault), 0);
    YEAR(SAVINGS_BY_ROBOT, {"r", 0, 0, 0, 0}, {"", 0, 0, 0, 0});
    /* nothing was deleted: the reference is still taken */
    assert_int_equal(store_begin(town.store, &fault), 0);
    attempt.seq = 3;
    assert_int_equal(ledger_record(town.store, &attempt, 0, hash, &is_counted, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    assert_false(is_counted);
}

static void sign_handover(int64_t robot, int32_t from_day, int64_t hundredths)
{
    struct estimate_new estimate = {.from_day = from_day,
                                    .hundredths = hundredths,
                                    .set_by = "DEMO owner",
                                    .reason = "DEMO",
                                    .kind = ESTIMATE_HANDOVER};
    struct fault fault = {.text = ""};
    int64_t id = 0;

    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(estimate_set(town.store, robot, &estimate, &id, &fault), 0);
    assert_int_equal(estimate_sign(town.store, id, "DEMO head", from_day, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
}

static void e08_what_ended_with_a_person_counts_nothing_by_default(void **state)
{
    struct savings savings = {0};
    int64_t robot = plain_robot("r", town_department(&town, "a", "A"), 1000);

    (void)state;
    done(robot, "2025-03-09", 1);
    town_book(&town, robot, day("2025-03-09"), 2025 * 12 + 2, ATTEMPT_HELPED, 5);
    town_book(&town, robot, day("2025-03-20"), 2025 * 12 + 2, ATTEMPT_HELPED, 5);
    town_book(&town, robot, day("2025-03-20"), 2025 * 12 + 2, ATTEMPT_UNHELPED, 1);
    YEAR(SAVINGS_BY_ROBOT, {"r", 1, 0, 1000, 10}, {"", 1, 0, 1000, 10});
    sign_handover(robot, day("2025-03-10"), 200);
    YEAR(SAVINGS_BY_ROBOT, {"r", 1, 0, 1800, 18}, {"", 1, 0, 1800, 18});
    town_savings(&town, day("2025-01-01"), day("2025-12-31"), SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.total.helped_tasks, 9);
    savings_release(&savings);
}

/* One task of each instant. */
static void done_at(int64_t robot, const char *instant)
{
    static unsigned char number;
    unsigned char hash[16] = {++number};
    struct attempt attempt = {.robot_id = robot,
                              .run_id = town.runs[robot],
                              .seq = number,
                              .outcome = ATTEMPT_DONE,
                              .duration_ms = -1,
                              .masked = "*"};
    struct fault fault = {.text = ""};
    bool is_counted = false;

    assert_true(clock_parse_instant(instant, &attempt.completed_ms));
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(ledger_record(town.store, &attempt, 0, hash, &is_counted, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    assert_true(is_counted);
}

static void e09_months_are_cut_in_copenhagen(void **state)
{
    int64_t robot = plain_robot("r", 0, 100);

    (void)state;
    done_at(robot, "2025-01-31T22:59:59.999Z");
    done_at(robot, "2025-01-31T23:00:00Z"); /* February by winter time */
    done_at(robot, "2025-03-31T21:59:59.999Z");
    done_at(robot, "2025-03-31T22:00:00Z"); /* April by summer time, which began the day before */
    done_at(robot, "2025-03-31T23:30:00Z");
    done_at(robot, "2025-10-31T22:59:59.999Z"); /* summer time ended five days before */
    done_at(robot, "2025-10-31T23:00:00Z");
    done_at(robot, "2025-12-31T23:59:59+01:00");
    done_at(robot, "2025-12-31T23:30:00Z"); /* next year's */
    TOWN_CHECK(&town, "2025-01-01", "2025-04-30", SAVINGS_BY_MONTH, {"2025-01", 1, 0, 100, 1},
               {"2025-02", 1, 0, 100, 1}, {"2025-03", 1, 0, 100, 1}, {"2025-04", 2, 0, 200, 2},
               {"", 5, 0, 500, 5});
    TOWN_CHECK(&town, "2025-10-01", "2025-12-31", SAVINGS_BY_MONTH, {"2025-10", 1, 0, 100, 1},
               {"2025-11", 1, 0, 100, 1}, {"2025-12", 1, 0, 100, 1}, {"", 3, 0, 300, 3});
    TOWN_CHECK(&town, "2025-03-31", "2025-03-31", SAVINGS_BY_MONTH, {"2025-03", 1, 0, 100, 1},
               {"", 1, 0, 100, 1});
}

static void close_month(int32_t month)
{
    struct period_month closed;
    struct fault fault = {.text = ""};

    assert_int_equal(store_begin(town.store, &fault), 0);
    if (period_close(town.store, month, "DEMO owner", clock_now_ms(), &closed, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_int_equal(store_commit(town.store, &fault), 0);
}

static void e10_a_closed_month_stands_and_late_work_is_booked_later(void **state)
{
    struct savings_query query = {
        .from_day = day("2025-03-01"), .to_day = day("2025-04-30"), .by = SAVINGS_BY_MONTH};
    struct savings savings = {0};
    int64_t robot = plain_robot("r", town_department(&town, "a", "A"), 100);
    int64_t first = town_tasks(&town, robot, day("2025-03-09"), 0, 10);

    (void)state;
    done(robot, "2025-03-20", 10);
    done(robot, "2025-04-09", 10);
    close_month(2025 * 12 + 2);
    /* two tasks of March that come after that, and one that is taken back */
    done(robot, "2025-03-20", 2);
    town_undo(&town, robot, first);
    /* and a new estimate from March, which values only what is booked from April on */
    town_estimate(&town, robot, day("2025-03-15"), 300, 1);
    town_plant(&town, "UPDATE estimate SET booking_from = %d WHERE hundredths = 300",
               2025 * 12 + 3);
    town_ask(&town, &query, &savings);
    assert_int_equal(savings.rows[0].kroner, 20);
    assert_int_equal(savings.rows[1].kroner, 30 + 2 * 3 - 1); /* by their day: 3 and 1 minute */
    assert_int_equal(savings.rows[1].tasks, 11);
    savings_release(&savings);
    query.by_completion = true;
    town_ask(&town, &query, &savings);
    assert_int_equal(savings.rows[0].kroner, 20 + 2 * 3 - 1);
    assert_int_equal(savings.rows[1].kroner, 30);
    assert_int_equal(savings.total.kroner, 55);
    savings_release(&savings);
}

static void e11_number_formats_are_never_guessed(void **state)
{
    static const char *const durations[] = {"24,000", "24.000", "24 000", "2.4e4", "0x10", "+5"};
    static const char FORM[] =
        "{\"organisation\":\"Town\",\"departments\":[{\"id\":\"a\",\"names\":"
        "[{\"name\":\"A\",\"from\":\"2025-01-01\"}]}],\"budgets\":[{"
        "\"department\":\"a\",\"year\":2026,\"kroner\":%s}]}";
    static const char *const amounts[] = {"\"24.000\"", "\"24,000\"", "24.5"};
    struct task_import_wrong wrong;
    struct caller caller;
    size_t i;

    (void)state;
    (void)plain_robot("r", 0, 100);
    assert_string_equal(check_line("r,x,2025-05-01T10:00Z,done,24000", &wrong), "");
    for (i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        char line[128];

        (void)snprintf(line, sizeof line, "r,x,2025-05-01T10:00Z,done,\"%s\"", durations[i]);
        assert_non_null(strstr(check_line(line, &wrong), "line 2: "));
    }
    caller_open(&caller);
    for (i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        char form[512];
        char *arguments;

        (void)snprintf(form, sizeof form, FORM, amounts[i]);
        arguments = caller_file("town.json", form);
        assert_non_null(strstr(caller_refused(&caller, "load", NULL, arguments), "kroner"));
        free(arguments);
    }
    store_close(caller.store);
    assert_int_equal(temp_home_remove(caller.home), 0);
}

static void e12_released_and_realised_stand_apart_from_gains(void **state)
{
    struct savings savings = {0};
    int64_t a = town_department(&town, "a", "A");
    int64_t robot = plain_robot("r", a, 100);

    (void)state;
    done(robot, "2025-03-09", 100);
    town_gain(&town, robot, day("2025-03-09"), 0, 1250);
    town_savings(&town, day("2025-01-01"), day("2025-12-31"), SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.rows[0].released, 100);
    assert_int_equal(savings.rows[0].realised, 0);
    assert_int_equal(savings.rows[0].gains, 13); /* half up */
    savings_release(&savings);
    town_reduction(&town, a, robot, 2025, 40);
    town_savings(&town, day("2025-01-01"), day("2025-12-31"), SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.rows[0].kroner, 100);
    assert_int_equal(savings.rows[0].released, 60);
    assert_int_equal(savings.rows[0].realised, 40);
    savings_release(&savings);
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, one_town_close)
    const struct CMUnitTest tests[] = {
        TOWN_TEST(e01_an_unsigned_version_replaces_nothing),
        TOWN_TEST(e02_without_a_signature_tasks_are_uncounted),
        TOWN_TEST(e03_a_new_rate_never_moves_the_year_before),
        TOWN_TEST(e04_shares_leave_their_rest_to_tvaergaaende),
        TOWN_TEST(e05_departments_are_renamed_merged_and_split),
        TOWN_TEST(e06_targets_of_zero_below_zero_and_none),
        TOWN_TEST(e07_a_task_counts_once_and_is_taken_back_once),
        TOWN_TEST(e08_what_ended_with_a_person_counts_nothing_by_default),
        TOWN_TEST(e09_months_are_cut_in_copenhagen),
        TOWN_TEST(e10_a_closed_month_stands_and_late_work_is_booked_later),
        TOWN_TEST(e11_number_formats_are_never_guessed),
        TOWN_TEST(e12_released_and_realised_stand_apart_from_gains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
