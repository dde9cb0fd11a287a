#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/organisation.h"
#include "core/store/store.h"
#include "core/store/writer.h"
#include "tests/unit/temp_home.h"

enum { MANY = 300 };

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct store *store;
static struct organisation organisation;

static int set_up(void **state)
{
    (void)state;
    if (temp_home_make(home) < 0)
        return -1;
    temp_home_create(home);
    store = temp_home_open(home);
    return store_begin(store, &fault);
}

static int tear_down(void **state)
{
    (void)state;
    organisation_release(&organisation);
    store_close(store);
    return temp_home_remove(home);
}

static void read_all(void)
{
    organisation_release(&organisation);
    if (organisation_read(store, &organisation, &fault) != 0)
        fail_msg("%s", fault.text);
}

static int64_t put(const char *slug, int64_t position)
{
    int64_t id = 0;

    if (department_put(store, slug, position, &id, &fault) != 0)
        fail_msg("%s", fault.text);
    return id;
}

static void test_nothing_loaded(void **state)
{
    (void)state;
    read_all();
    assert_string_equal(organisation.name, "");
    assert_string_equal(organisation.time_zone, "Europe/Copenhagen");
    assert_int_equal(organisation.hours_per_fte, 1924);
    assert_int_equal(organisation.department_count, 0);
    assert_int_equal(organisation.rate_count, 0);
    assert_int_equal(organisation.budget_count, 0);
    assert_int_equal(organisation_rate_on(&organisation, 20000), 0);
    assert_null(organisation_department(&organisation, "bae"));
    organisation_release(NULL);
}

static void test_self(void **state)
{
    (void)state;
    assert_int_equal(
        organisation_set(store, "Albertslund Kommune", "Europe/Copenhagen", 1924, &fault), 0);
    assert_int_equal(organisation_set(store, "Ærø Kommune", "Asia/Tokyo", 1900, &fault), 0);
    assert_int_equal(store_commit(store, &fault), 0);
    read_all();
    assert_string_equal(organisation.name, "Ærø Kommune");
    assert_string_equal(organisation.time_zone, "Asia/Tokyo");
    assert_int_equal(organisation.hours_per_fte, 1900);
}

static void test_self_is_checked(void **state)
{
    (void)state;
    assert_int_equal(organisation_set(store, "", "Europe/Copenhagen", 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, NULL, "Europe/Copenhagen", 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "a\nb", "Europe/Copenhagen", 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "x", "Europe/Nowhere", 1924, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "Europe/Nowhere"));
    assert_int_equal(organisation_set(store, "x", "../../etc/passwd", 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "x", "/etc/localtime", 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "x", "Europe", 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "x", NULL, 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "x", "Europe/Copenhagen", 0, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "x", "Europe/Copenhagen", 9000, &fault), -EINVAL);
    read_all();
    assert_string_equal(organisation.name, "");
}

/* Another zone would put tasks that are recorded into other windows. */
static void test_the_zone_stays_once_there_are_tasks(void **state)
{
    static const char *const rows[] = {
        "INSERT INTO ledger VALUES(1, 2025, x'00', 1, 1)",
        "INSERT INTO attempt VALUES(1, 1, 4, 20179, 5, NULL, NULL, NULL, '*')",
        ("INSERT INTO item VALUES(1, 1, 1, x'00', 4, 0, 1, 0, 0, NULL, NULL, 0, 0, x'00', NULL, "
         "'', "
         "NULL, 0, 0, NULL)"),
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(organisation_set(store, "x", "Europe/London", 1924, &fault), 0);
        assert_int_equal(store_commit(store, &fault), 0);
        temp_home_plant(home, rows[i]);
        assert_int_equal(store_begin(store, &fault), 0);
        assert_int_equal(organisation_set(store, "x", "Europe/Copenhagen", 1924, &fault), -EINVAL);
        assert_string_equal(fault.text, "the time zone is Europe/London and cannot become "
                                        "Europe/Copenhagen: the local day is stored with each "
                                        "task, and there are tasks; so the zone stays");
        assert_int_equal(organisation_set(store, "y", "Europe/London", 1900, &fault), 0);
        assert_int_equal(store_commit(store, &fault), 0);
        temp_home_plant(home, "DELETE FROM ledger; DELETE FROM attempt; DELETE FROM item");
        assert_int_equal(store_begin(store, &fault), 0);
    }
}

static void test_the_zone_before_anything_is_loaded_stays(void **state)
{
    (void)state;
    assert_int_equal(store_commit(store, &fault), 0);
    temp_home_plant(home, "INSERT INTO attempt VALUES(1, 1, 4, 20179, 5, NULL, NULL, NULL, '*')");
    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(organisation_set(store, "x", "Europe/London", 1924, &fault), -EINVAL);
    assert_int_equal(organisation_set(store, "x", "Europe/Copenhagen", 1924, &fault), 0);
}

static int set_zones(struct writer_job *job, struct store *served, struct fault *why)
{
    int result = organisation_set(served, "x", "Europe/Copenhagen", 1900, why);

    (void)job;
    return result < 0 ? result : organisation_set(served, "x", "Asia/Tokyo", 1900, why);
}

static void zones_were_set(struct writer_job *job, int result, const struct fault *why)
{
    (void)job;
    assert_int_equal(result, -EINVAL);
    assert_string_equal(why->text,
                        "the time zone is Europe/Copenhagen and cannot become Asia/Tokyo while "
                        "automagid runs, which counts by the one it started with: stop it, load "
                        "this again, and start it");
}

static void test_the_zone_stays_under_a_daemon(void **state)
{
    struct writer_job job = {.apply = set_zones, .finished = zones_were_set, .is_part = true};
    struct writer *writer = NULL;

    (void)state;
    store_rollback(store);
    assert_int_equal(writer_start(store, &writer, &fault), 0);
    writer_submit(writer, &job);
    writer_stop(writer); /* and with it the store */
    store = temp_home_open(home);
    assert_int_equal(store_begin(store, &fault), 0);
    assert_int_equal(organisation_set(store, "x", "Asia/Tokyo", 1900, &fault), 0);
}

static void test_rates_have_dates(void **state)
{
    (void)state;
    assert_int_equal(
        rate_set(store, &(struct rate){.from_day = clock_day(2026, 1, 1), .ore_per_hour = 35000},
                 &fault),
        0);
    assert_int_equal(
        rate_set(store, &(struct rate){.from_day = clock_day(2025, 1, 1), .ore_per_hour = 34206},
                 &fault),
        0);
    assert_int_equal(
        rate_set(store, &(struct rate){.from_day = clock_day(2025, 1, 1), .ore_per_hour = 34207},
                 &fault),
        0);
    assert_int_equal(rate_set(store,
                              &(struct rate){.from_day = clock_day(2027, 1, 1), .ore_per_hour = 0},
                              &fault),
                     -EINVAL);
    assert_int_equal(
        rate_set(store,
                 &(struct rate){.from_day = clock_day(2027, 1, 1), .ore_per_hour = INT64_MAX},
                 &fault),
        -EINVAL);
    read_all();
    assert_int_equal(organisation.rate_count, 2);
    assert_int_equal(organisation_rate_on(&organisation, clock_day(2024, 12, 31)), 0);
    assert_int_equal(organisation_rate_on(&organisation, clock_day(2025, 1, 1)), 34207);
    assert_int_equal(organisation_rate_on(&organisation, clock_day(2025, 12, 31)), 34207);
    assert_int_equal(organisation_rate_on(&organisation, clock_day(2026, 1, 1)), 35000);
}

static void test_departments_have_dated_names(void **state)
{
    const struct department *department;
    int64_t bae = put("bae", 1);

    (void)state;
    assert_int_equal(department_name_set(store, bae, clock_day(2025, 10, 1),
                                         "Borger, Arbejdsmarked & Erhverv", &fault),
                     0);
    assert_int_equal(
        department_name_set(store, bae, clock_day(2025, 1, 1), "Borger & Arbejdsm.", &fault), 0);
    assert_int_equal(
        department_name_set(store, bae, clock_day(2025, 1, 1), "Borger & Arbejdsmarked", &fault),
        0);
    assert_int_equal(department_name_set(store, bae, 0, "", &fault), -EINVAL);
    assert_int_equal(department_name_set(store, 99, 0, "None", &fault), -EINVAL);
    read_all();
    department = organisation_department(&organisation, "bae");
    assert_non_null(department);
    assert_int_equal(department->name_count, 2);
    assert_string_equal(department_name_on(department, clock_day(2020, 1, 1)),
                        "Borger & Arbejdsmarked");
    assert_string_equal(department_name_on(department, clock_day(2025, 9, 30)),
                        "Borger & Arbejdsmarked");
    assert_string_equal(department_name_on(department, clock_day(2025, 10, 1)),
                        "Borger, Arbejdsmarked & Erhverv");
    assert_ptr_equal(organisation_department_by_id(&organisation, bae), department);
    assert_null(organisation_department_by_id(&organisation, bae + 1));
}

static void test_departments_keep_their_order(void **state)
{
    int64_t id = 0;
    int64_t second = put("a-second", 2);
    int64_t first = put("b-first", 1);

    (void)state;
    assert_true(first > 0 && second > 0);
    read_all();
    assert_int_equal(organisation.department_count, 2);
    assert_string_equal(organisation.departments[0].slug, "b-first");
    /* A name is its id until it has one. */
    assert_string_equal(department_name_on(&organisation.departments[0], 0), "b-first");
    assert_int_equal(put("a-second", 0), second);
    read_all();
    assert_string_equal(organisation.departments[0].slug, "a-second");
    assert_int_equal(department_find(store, "b-first", &id, &fault), 0);
    assert_int_equal(id, first);
    assert_int_equal(department_find(store, "c", &id, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "\"c\""));
}

static void test_department_ids_are_checked(void **state)
{
    int64_t id = 7;

    (void)state;
    assert_int_equal(department_put(store, "Bae", 1, &id, &fault), -EINVAL);
    assert_int_equal(department_put(store, "", 1, &id, &fault), -EINVAL);
    assert_int_equal(department_put(store, "tvaergaaende", 1, &id, &fault), -EINVAL);
    assert_int_equal(id, 7);
}

static void test_aliases_are_replaced(void **state)
{
    char one[] = "KB";
    char two[] = "Kommunalbestyrelsen";
    char bad[] = "a\tb";
    char *const both[] = {one, two};
    char *const wrong[] = {one, bad};
    int64_t id = put("kommunalbestyrelsen", 1);
    int64_t other = put("other", 2);

    (void)state;
    assert_int_equal(department_aliases_set(store, id, both, 2, &fault), 0);
    assert_int_equal(department_aliases_set(store, other, both, 1, &fault), 0);
    assert_int_equal(department_aliases_set(store, id, wrong, 2, &fault), -EINVAL);
    read_all();
    assert_int_equal(organisation.departments[0].alias_count, 2);
    assert_string_equal(organisation.departments[0].aliases[1], two);
    assert_int_equal(organisation.departments[1].alias_count, 1);
    assert_int_equal(department_aliases_set(store, id, both + 1, 1, &fault), 0);
    read_all();
    assert_int_equal(organisation.departments[0].alias_count, 1);
    assert_string_equal(organisation.departments[0].aliases[0], two);
    assert_int_equal(department_aliases_set(store, id, NULL, 0, &fault), 0);
    read_all();
    assert_int_equal(organisation.departments[0].alias_count, 0);
}

/* Decided on one day, so that a second one replaces the first. */
static int set_budget(int64_t department, int32_t year, int64_t kroner)
{
    return budget_set(store,
                      &(struct budget_new){.department_id = department,
                                           .year = year,
                                           .from_day = clock_day(2025, 12, 1),
                                           .kroner = kroner,
                                           .set_by = "Invented Person",
                                           .reason = ""},
                      &fault);
}

static void test_budgets(void **state)
{
    int64_t late = put("late", 2);
    int64_t early = put("early", 1);

    (void)state;
    assert_int_equal(set_budget(late, 2026, 100), 0);
    assert_int_equal(set_budget(early, 2027, -300), 0);
    assert_int_equal(set_budget(early, 2026, 1), 0);
    assert_int_equal(set_budget(early, 2026, 0), 0);
    assert_int_equal(set_budget(early, 1066, 1), -EINVAL);
    assert_int_equal(set_budget(early, 2026, INT64_MIN), -EINVAL);
    assert_int_equal(set_budget(99, 2026, 1), -EINVAL);
    read_all();
    assert_int_equal(organisation.budget_count, 3);
    assert_int_equal(organisation.budgets[0].department_id, early);
    assert_int_equal(organisation.budgets[0].year, 2026);
    assert_int_equal(organisation.budgets[0].kroner, 0);
    assert_int_equal(organisation.budgets[1].kroner, -300);
    assert_int_equal(organisation.budgets[2].department_id, late);
}

static void test_many_departments(void **state)
{
    char slug[16];
    int i;

    (void)state;
    for (i = 0; i < MANY; i++) {
        (void)snprintf(slug, sizeof slug, "d%d", i);
        assert_int_equal(department_name_set(store, put(slug, MANY - i), 0, slug, &fault), 0);
    }
    read_all();
    assert_int_equal(organisation.department_count, MANY);
    for (i = 0; i < MANY; i++) {
        assert_int_equal(organisation.departments[i].name_count, 1);
        assert_string_equal(organisation.departments[i].names[0].name,
                            organisation.departments[i].slug);
    }
    assert_string_equal(organisation.departments[0].slug, "d299");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_loaded),
        TEST(test_self),
        TEST(test_self_is_checked),
        TEST(test_the_zone_stays_once_there_are_tasks),
        TEST(test_the_zone_before_anything_is_loaded_stays),
        TEST(test_the_zone_stays_under_a_daemon),
        TEST(test_rates_have_dates),
        TEST(test_departments_have_dated_names),
        TEST(test_departments_keep_their_order),
        TEST(test_department_ids_are_checked),
        TEST(test_aliases_are_replaced),
        TEST(test_budgets),
        TEST(test_many_departments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
