/*
 * The municipality's printed figures, row by row. They are copied here as they were printed; names are
 * the departments' and robots' own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/organisation.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/command_caller.h"
#include "tests/unit/savings_town.h"

#define NOW_MS INT64_C(1767258000000) /* 2026-01-01 */

enum { TABLE_DAYS = 275, HALF_YEAR_DAYS = 183 };

/* results_2025_apr_dec: tasks, hours and kroner as printed, minutes exact. tasks_of and minutes_of
 * are of two robots that give them. */
static const struct printed {
    const char *id, *name;
    int64_t tasks, minutes, hours, kroner;
    int64_t tasks_of[2], minutes_of[2];
} printed[] = {
    {"bae", "Borger, Arbejdsmarked & Erhverv", 5875, 20169, 336, 114987, {5027, 848}, {3, 6}},
    {"bf", "Børn & Familie", 435, 1858, 31, 10593, {376, 59}, {4, 6}},
    {"ds", "Dagtilbud & Skole", 149, 2781, 46, 15855, {116, 33}, {18, 21}},
    {"kb", "Kommunalbestyrelsen", 0, 0, 0, 0, {0, 0}, {0, 0}},
    {"kfe", "Kultur, Fritid & Ejendomme", 147, 441, 7, 2514, {147, 0}, {3, 0}},
    {"mt", "Miljø & Teknik", 0, 0, 0, 0, {0, 0}, {0, 0}},
    {"puljer", "Puljer", 0, 0, 0, 0, {0, 0}, {0, 0}},
    {"aess", "Ældre, Sundhed & Social", 3512, 10536, 176, 60067, {3512, 0}, {3, 0}},
    {"os", "Økonomi & Stab", 9377, 13228, 220, 75415, {5526, 3851}, {1, 2}},
    {"tvaergaaende", "Tværgående", 3940, 3940, 66, 22463, {3940, 0}, {1, 0}},
};
enum { PRINTED = sizeof printed / sizeof printed[0], CROSS = PRINTED - 1 };

/* robots_2025_apr_sep. */
static const struct printed_robot {
    const char *name;
    int64_t tasks, minutes, each;
} robots[] = {
    {"Ove Overskud", 937, 9370, 10},
    {"Flemming Flexløn", 1826, 10956, 6},
    {"Lone Lederliste", 7, 210, 30},
    {"Franco Fakturatjek (Momentum)", 991, 2973, 3},
    {"Slette Jette", 19, 57, 3},
    {"Sød Balance", 79, 790, 10},
    {"Franco Fakturatjek (DUBU)", 144, 432, 3},
    {"Ellen Elevtal", 12, 420, 35},
    {"Ulla Uddannelsesstatistik", 19, 190, 10},
    {"Frida Fritidsvejleder", 15, 45, 3},
    {"Skylar Skyfish", 121, 605, 5},
    {"Mona Mangelliste", 106, 318, 3},
    {"Hjalte Hjælpemiddel", 1887, 5661, 3},
    {"Ferdinan Ferierobot", 245, 735, 3},
    {"Peter PC-overblik", 3, 90, 30},
    {"SBSys Sagsændring", 7826, 7826, 1},
    {"Poul Postfordeler", 126, 126, 1},
    {"Mette Metacompliance", 7, 21, 3},
    {"Agnete Autoluk", 294, 882, 3},
    {"Kitty Kitos", 65, 325, 5},
    {"Iben ITP-Proces", 17, 510, 30},
};
enum { ROBOTS = sizeof robots / sizeof robots[0] };

/* The same by department: computed here from the rows above and the department printed beside them. */
static const struct half_year {
    const char *id;
    int64_t tasks, minutes;
} half_year[] = {
    {"bae", 3780, 23566}, {"bf", 223, 1222},      {"ds", 31, 610},  {"kb", 0, 0},
    {"kfe", 136, 650},    {"mt", 0, 0},           {"puljer", 0, 0}, {"aess", 1993, 5979},
    {"os", 8583, 10515},  {"tvaergaaende", 0, 0},
};

/* budget_targets. */
static const struct targets {
    const char *id;
    int64_t kroner[3]; /* 2026 to 2028 */
} targets[] = {
    {"bae", {24000, 50000, 76000}},   {"bf", {43000, 84000, 126000}},
    {"ds", {224000, 460000, 691000}}, {"kb", {2000, 5000, 7000}},
    {"kfe", {25000, 48000, 73000}},   {"mt", {35000, 70000, 103000}},
    {"puljer", {8000, 12000, 12000}}, {"aess", {120000, 238000, 354000}},
    {"os", {20000, 41000, 62000}},
};

static struct town town;

/* Spread over so many days from 2025-04-01, the first and the last among them. */
static void spread_tasks(int64_t robot, int64_t count, int days)
{
    int32_t first = town_day("2025-04-01");
    int64_t so_far = 0;
    int i;

    for (i = 0; i < days; i++) {
        int64_t by_now = i == 0 && count > 1 ? 1 : count * (i + 1) / days;

        if (by_now > so_far) {
            (void)town_tasks(&town, robot, first + i, 0, by_now - so_far);
            so_far = by_now;
        }
    }
}

static int64_t hours_of(const struct savings_row *row)
{
    return (int64_t)decimal_divide_half_up(row->minutes, (int128)TASK_MINUTE_SCALE * 60);
}

static void check_printed(const struct savings_row *row, const struct printed *expected)
{
    assert_string_equal(row->id, expected->id);
    assert_string_equal(row->name, expected->name);
    assert_int_equal(row->tasks, expected->tasks);
    assert_true(row->minutes == expected->minutes * (int128)TASK_MINUTE_SCALE);
    assert_int_equal(hours_of(row), expected->hours);
    assert_int_equal(row->kroner, expected->kroner);
}

static void check_total(const struct savings_row *total, int64_t tasks, int64_t minutes,
                        int64_t hours, int64_t kroner)
{
    assert_int_equal(total->tasks, tasks);
    assert_true(total->minutes == minutes * (int128)TASK_MINUTE_SCALE);
    assert_int_equal(hours_of(total), hours);
    assert_int_equal(total->kroner, kroner);
}

static void add_department(const struct printed *row)
{
    int64_t department = row != &printed[CROSS] ? town_department(&town, row->id, row->name) : 0;
    int i;

    for (i = 0; i < 2; i++) {
        char slug[32];
        int64_t robot;

        if (row->tasks_of[i] == 0)
            continue;
        (void)snprintf(slug, sizeof slug, "demo-%s-%d", row->id, i);
        robot = town_plain_robot(&town, slug, department, row->minutes_of[i] * 100);
        spread_tasks(robot, row->tasks_of[i], TABLE_DAYS);
    }
}

/* Without the robots of no department, as in the printed table; then with them, as in the text. */
static void the_table_of_2025_is_met_to_the_krone(void **state)
{
    struct savings savings = {0};
    int64_t hours = 0;
    size_t i;

    (void)state;
    clock_pretend(NOW_MS);
    town_open(&town);
    town_rate(&town, town_day("2025-01-01"), 34207);
    for (i = 0; i < CROSS; i++)
        add_department(&printed[i]);
    town_savings(&town, town_day("2025-04-01"), town_day("2025-12-31"), SAVINGS_BY_DEPARTMENT,
                 &savings);
    assert_int_equal(savings.row_count, PRINTED);
    for (i = 0; i < CROSS; i++) {
        check_printed(&savings.rows[i], &printed[i]);
        hours += hours_of(&savings.rows[i]);
    }
    check_total(&savings.total, 19495, 49013, 817, 279431);
    assert_int_equal(hours, 816); /* so hours are never added up, nor kroner made of them */
    savings_release(&savings);

    add_department(&printed[CROSS]);
    town_savings(&town, town_day("2025-04-01"), town_day("2025-12-31"), SAVINGS_BY_DEPARTMENT,
                 &savings);
    for (i = 0; i < PRINTED; i++)
        check_printed(&savings.rows[i], &printed[i]);
    check_total(&savings.total, 23435, 52953, 883, 301894);
    savings_release(&savings);
    town_close(&town);
    clock_pretend(0);
}

/* The organisation that is delivered, with the commands that load it. */
static void open_organisation(struct caller *caller)
{
    struct fault fault = {.text = ""};
    struct text file;

    text_init(&file, COMMAND_REQUEST_MAX);
    if (file_read(AT_FDCWD, "robots/organisation.json", &file, &fault) < 0)
        fail_msg("%s", fault.text);
    caller_open_loaded(caller, NOW_MS, text_string(&file));
    text_release(&file);
    town = (struct town){.store = caller->store, .reader = caller->store};
}

static void do_half_year(void)
{
    struct fault fault = {.text = ""};
    struct robot_list list = {.count = 0};
    size_t i;
    size_t j;

    assert_int_equal(robot_list_read(town.store, &list, &fault), 0);
    for (i = 0; i < ROBOTS; i++) {
        int64_t id = 0;

        for (j = 0; j < list.count; j++)
            if (strcmp(list.robots[j].name, robots[i].name) == 0)
                id = list.robots[j].id;
        assert_in_range(id, 1, TOWN_ROBOTS - 1);
        assert_int_equal(store_begin(town.store, &fault), 0);
        assert_int_equal(run_create(town.store, id, RUN_BY_IMPORT, "test", clock_now_ms(),
                                    &town.runs[id], &fault),
                         0);
        assert_int_equal(store_commit(town.store, &fault), 0);
        spread_tasks(id, robots[i].tasks, HALF_YEAR_DAYS);
    }
    robot_list_release(&list);
}

static void the_robots_of_april_to_september(void **state)
{
    struct caller caller;
    struct savings savings = {0};
    size_t i;

    (void)state;
    open_organisation(&caller);
    do_half_year();
    town_savings(&town, town_day("2025-04-01"), town_day("2025-09-30"), SAVINGS_BY_ROBOT, &savings);
    assert_int_equal(savings.row_count, ROBOTS);
    for (i = 0; i < ROBOTS; i++) {
        assert_string_equal(savings.rows[i].name, robots[i].name);
        assert_int_equal(savings.rows[i].tasks, robots[i].tasks);
        assert_int_equal(robots[i].tasks * robots[i].each, robots[i].minutes);
        assert_true(savings.rows[i].minutes == robots[i].minutes * (int128)TASK_MINUTE_SCALE);
        assert_int_equal(savings.rows[i].uncounted_tasks, 0);
    }
    check_total(&savings.total, 14746, 42542, 709, 242539); /* 759 hours are printed */
    savings_release(&savings);

    town_savings(&town, town_day("2025-04-01"), town_day("2025-09-30"), SAVINGS_BY_DEPARTMENT,
                 &savings);
    assert_int_equal(savings.row_count, sizeof half_year / sizeof half_year[0]);
    for (i = 0; i < savings.row_count; i++) {
        assert_string_equal(savings.rows[i].id, half_year[i].id);
        assert_int_equal(savings.rows[i].tasks, half_year[i].tasks);
        assert_true(savings.rows[i].minutes == half_year[i].minutes * (int128)TASK_MINUTE_SCALE);
    }
    assert_string_equal(town_row(&savings, "bae")->name, "Borger & Arbejdsmarked");
    savings_release(&savings);
    /* six months, not "the last five" */
    town_savings(&town, town_day("2025-04-01"), town_day("2025-09-30"), SAVINGS_BY_MONTH, &savings);
    assert_int_equal(savings.row_count, 6);
    check_total(&savings.total, 14746, 42542, 709, 242539);
    savings_release(&savings);
    caller_close(&caller);
}

static void the_targets_of_2026_to_2028(void **state)
{
    static const int64_t sums[] = {501000, 1008000, 1504000};
    struct organisation organisation = {.name = NULL};
    struct fault fault = {.text = ""};
    struct caller caller;
    size_t i;
    int year;

    (void)state;
    open_organisation(&caller);
    assert_int_equal(organisation_read(caller.store, &organisation, &fault), 0);
    assert_int_equal(organisation.department_count, sizeof targets / sizeof targets[0]);
    for (year = 0; year < 3; year++) {
        int64_t sum = 0;

        for (i = 0; i < organisation.department_count; i++) {
            const struct budget *budget =
                organisation_budget(&organisation, organisation.departments[i].id, 2026 + year);

            assert_string_equal(organisation.departments[i].slug, targets[i].id);
            assert_non_null(budget);
            assert_int_equal(budget->kroner, targets[i].kroner[year]);
            sum += budget->kroner;
        }
        assert_int_equal(sum, sums[year]);
    }
    organisation_release(&organisation);
    caller_close(&caller);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_2025_is_met_to_the_krone),
        cmocka_unit_test(the_robots_of_april_to_september),
        cmocka_unit_test(the_targets_of_2026_to_2028),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
