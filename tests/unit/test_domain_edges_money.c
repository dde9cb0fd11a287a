/*
 * The organisation's edge cases 6 and 12 where they meet forecast and cost: targets of 0, below 0 and
 * none; what a robot costs against what it saves, also when that stays negative. The other ten, and
 * the rest of these, are in test_domain_edges.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/fault.h"
#include "core/store/cost.h"
#include "core/store/store.h"
#include "scorecards/forecast.h"
#include "scorecards/net.h"
#include "tests/unit/one_town.h"

/* A robot of the department that did `tasks` tasks of a minute and a krone each in 2025, and goes on. */
static int64_t year_robot(const char *slug, int64_t department, int64_t tasks)
{
    int64_t robot = town_plain_robot(&town, slug, department, 100);

    town_operate(&town, robot, day("2025-01-01"));
    (void)town_tasks(&town, robot, day("2025-03-10"), 0, tasks);
    return robot;
}

static struct forecast foresee(int32_t year)
{
    struct forecast_query query = forecast_query_of(year, day("2025-12-31"));
    struct forecast forecast = {.row_count = 0};
    struct fault fault = {.text = ""};

    if (forecast_read(town.reader, &query, &forecast, &fault) < 0)
        fail_msg("%s", fault.text);
    return forecast;
}

static void e06_a_percent_needs_a_target_above_zero(void **state)
{
    int64_t zero = town_department(&town, "zero", "Zero");
    int64_t below = town_department(&town, "below", "Below");
    int64_t none = town_department(&town, "none", "None");
    int64_t plain = town_department(&town, "plain", "Plain");
    struct forecast forecast;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000); /* a krone a minute */
    (void)year_robot("r-zero", zero, 100);
    (void)year_robot("r-none", none, 60);
    (void)year_robot("r-plain", plain, 3000);
    town_target(&town, zero, 2026, day("2025-12-01"), 0);
    town_target(&town, below, 2026, day("2025-12-01"), -500);
    town_target(&town, plain, 2026, day("2025-12-01"), 1000);
    forecast = foresee(2026);
    assert_int_equal(forecast.row_count, 5);
    assert_int_equal(forecast.rows[0].kroner, 100);
    assert_false(forecast.rows[0].percent.is_defined); /* shown as – */
    assert_int_equal(forecast.rows[1].budget, -500);
    assert_int_equal(forecast.rows[1].kroner, 0); /* no forecast is 0, not missing */
    assert_false(forecast.rows[1].percent.is_defined);
    assert_int_equal(forecast.rows[2].kroner, 60);
    assert_false(forecast.rows[2].percent.is_defined);
    assert_int_equal(forecast.rows[3].percent.value, 300);
    /* Of 500: capped 0 - 500 + 0 + 1000; surplus 100, 60 and 2000, and none below a target below 0. */
    assert_int_equal(forecast.capped.value, 1000);
    assert_int_equal(forecast.with_pool.value, 1000 + 2160);
    assert_int_equal(forecast.sum.value, 6320);
    assert_int_equal(forecast.with_cross.value, 6320);
    forecast_release(&forecast);
    town_target(&town, below, 2027, day("2025-12-01"), -5000);
    forecast = foresee(2027);
    assert_false(forecast.capped.is_defined); /* the sum of all targets is not above 0 */
    assert_false(forecast.sum.is_defined);
    forecast_release(&forecast);
}

static void spend(const struct cost *cost)
{
    struct fault fault = {.text = ""};
    int64_t id = 0;

    assert_int_equal(store_begin(town.store, &fault), 0);
    if (cost_add(town.store, cost, &id, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_int_equal(store_commit(town.store, &fault), 0);
}

static struct net_row net_of_robot(size_t index)
{
    struct net_query query = {.from_day = INT32_MIN,
                              .to_day = day("2025-12-31"),
                              .by = SAVINGS_BY_ROBOT,
                              .today = day("2025-12-31")};
    struct net net = {.row_count = 0};
    struct fault fault = {.text = ""};
    struct net_row row;

    if (net_read(town.reader, &query, &net, &fault) < 0)
        fail_msg("%s", fault.text);
    row = net.rows[index];
    net_release(&net);
    return row;
}

/* Ten hours at 60 kroner and 5 kroner a month, against 1,000 kroner saved in March; and against 50. */
static void e12_what_is_saved_less_what_it_costs(void **state)
{
    int64_t a = town_department(&town, "a", "A");
    struct cost development = {.kind = COST_DEVELOPMENT,
                               .from_day = day("2025-01-15"),
                               .to_day = COST_NO_END,
                               .hours = 1000,
                               .bearer_id = a,
                               .what = "DEMO",
                               .by_whom = "Invented Person"};
    struct cost running = {.kind = COST_RUNNING,
                           .from_day = day("2025-01-01"),
                           .to_day = COST_NO_END,
                           .ore = 500,
                           .bearer_id = a,
                           .what = "DEMO",
                           .by_whom = "Invented Person"};
    struct net_row row;
    size_t i;

    (void)state;
    town_rate(&town, day("2025-01-01"), 6000);
    for (i = 0; i < 2; i++) {
        development.robot_id = year_robot(i == 0 ? "much" : "little", a, i == 0 ? 1000 : 50);
        running.robot_id = development.robot_id;
        spend(&development);
        spend(&running);
    }
    town_reduction(&town, a, 0, 2025, 700);
    row = net_of_robot(0);
    assert_int_equal(row.development, 600);
    assert_int_equal(row.running, 60);
    assert_int_equal(row.saved, 1000);
    assert_int_equal(row.realised, 700);
    assert_int_equal(row.released, 300);
    assert_int_equal(row.net, 340);
    assert_int_equal(row.payback.state, NET_PAYBACK_REACHED);
    assert_int_equal(row.payback.month, 2025 * 12 + 2);
    row = net_of_robot(1);
    assert_int_equal(row.net, 50 - 600 - 60);
    assert_int_equal(row.payback.state, NET_PAYBACK_NEVER); /* it costs more than it saves */
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, one_town_open_in_2026, one_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(e06_a_percent_needs_a_target_above_zero),
        TEST(e12_what_is_saved_less_what_it_costs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
