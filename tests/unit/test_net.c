/* The net view against cases worked out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/cost.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "scorecards/net.h"
#include "tests/unit/dice.h"
#include "tests/unit/savings_town.h"

static struct town town;
static int64_t a, b, r, s;

/* 600 kroner an hour: a task of 6 minutes is worth 60. Robot r: half a, half Tværgående; s: b. */
static int set_up(void **state)
{
    struct robot_share shares[1];

    (void)state;
    town_open(&town);
    town_rate(&town, town_day("2025-01-01"), 60000);
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    r = town_robot(&town, "r");
    s = town_robot(&town, "s");
    shares[0] = (struct robot_share){
        .from_day = town_day("2025-01-01"), .department_id = a, .millionths = 500000};
    town_shares(&town, r, shares, 1);
    shares[0].department_id = b;
    shares[0].millionths = SHARE_WHOLE;
    town_shares(&town, s, shares, 1);
    (void)town_estimate(&town, r, town_day("2025-01-01"), 600, 1);
    (void)town_estimate(&town, s, town_day("2025-01-01"), 600, 1);
    town_operate(&town, r, town_day("2025-02-01"));
    town_operate(&town, s, town_day("2025-02-01"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    town_close(&town);
    return 0;
}

static int64_t add_cost(const struct cost *given)
{
    struct fault fault = {.text = ""};
    struct cost cost = *given;
    int64_t id = 0;

    cost.what = "Invented";
    cost.by_whom = "Invented Person";
    if (cost.to_day == 0)
        cost.to_day = COST_NO_END;
    assert_int_equal(store_begin(town.store, &fault), 0);
    if (cost_add(town.store, &cost, &id, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_int_equal(store_commit(town.store, &fault), 0);
    return id;
}

static void add_gain(int64_t robot, const char *day, int64_t department, int64_t ore)
{
    struct fault fault = {.text = ""};
    struct gain gain = {.robot_id = robot,
                        .day = town_day(day),
                        .department_id = department,
                        .ore = ore,
                        .what = "Invented",
                        .document = "case 1",
                        .by_whom = "Invented Person"};
    int64_t id;

    assert_int_equal(store_begin(town.store, &fault), 0);
    if (gain_add(town.store, &gain, &id, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_int_equal(store_commit(town.store, &fault), 0);
}

static void develop(int64_t robot, const char *day, int64_t ore, int64_t hours, int64_t bearer)
{
    (void)add_cost(&(struct cost){.robot_id = robot,
                                  .kind = COST_DEVELOPMENT,
                                  .from_day = town_day(day),
                                  .ore = ore,
                                  .hours = hours,
                                  .bearer_id = bearer});
}

static void run_costs(int64_t robot, const char *from, const char *to, int64_t ore, int64_t hours)
{
    (void)add_cost(&(struct cost){.robot_id = robot,
                                  .kind = COST_RUNNING,
                                  .from_day = town_day(from),
                                  .to_day = to != NULL ? town_day(to) : COST_NO_END,
                                  .ore = ore,
                                  .hours = hours,
                                  .bearer_id = a});
}

static struct net read_net(enum savings_by by, const char *from, const char *to, const char *today)
{
    struct net_query query = {.from_day = from != NULL ? town_day(from) : INT32_MIN,
                              .to_day = to != NULL ? town_day(to) : INT32_MAX,
                              .by = by,
                              .today = town_day(today)};
    struct fault fault = {.text = ""};
    struct net net = {.rows = NULL};

    if (net_read(town.reader, &query, &net, &fault) < 0)
        fail_msg("%s", fault.text);
    return net;
}

static const struct net_row *row(const struct net *net, const char *id)
{
    static const struct net_row none;
    size_t i;

    for (i = 0; i < net->row_count; i++)
        if (strcmp(net->rows[i].id, id) == 0)
            return &net->rows[i];
    fail_msg("no row %s", id);
    return &none;
}

/* development, running, saved, gains, net */
static void expect(const struct net_row *found, const int64_t *wanted)
{
    assert_int_equal(found->development, wanted[0]);
    assert_int_equal(found->running, wanted[1]);
    assert_int_equal(found->saved, wanted[2]);
    assert_int_equal(found->gains, wanted[3]);
    assert_int_equal(found->net, wanted[4]);
}
#define EXPECT(found, ...) expect(found, (const int64_t[]){__VA_ARGS__})

static void expect_payback(const struct net_row *found, enum net_payback_state state,
                           const char *month)
{
    char text[CLOCK_MONTH_TEXT] = "";

    if (found->payback.month != 0)
        clock_format_month(found->payback.month, text);
    assert_string_equal(net_payback_word(found->payback.state), net_payback_word(state));
    assert_string_equal(text, month);
}

static void test_kinds(void **state)
{
    struct net net;

    (void)state;
    /* 2 hours at 600 and 50.50; 100.25 and half an hour, in February, March and April; 20 tasks. */
    develop(r, "2025-01-15", 5050, 200, a);
    run_costs(r, "2025-02-10", "2025-04-01", 10025, 50);
    (void)town_tasks(&town, r, town_day("2025-03-05"), 0, 20);
    add_gain(r, "2025-03-31", 0, 30100);
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-06-15");
    assert_int_equal(net.from_day, town_day("2025-01-15"));
    assert_int_equal(net.to_day, town_day("2025-06-30"));
    /* 1250.5 rounds up; 3 × 400.25 = 1200.75. */
    EXPECT(row(&net, "r"), 1251, 1201, 1200, 301, -951);
    EXPECT(row(&net, "s"), 0, 0, 0, 0, 0);
    EXPECT(&net.total, 1251, 1201, 1200, 301, -951);
    expect_payback(row(&net, "s"), NET_PAYBACK_NONE, "");
    net_release(&net);
    /* A running cost counts on the month's first day in its interval. */
    net = read_net(SAVINGS_BY_ROBOT, "2025-02-11", "2025-03-31", "2025-06-15");
    EXPECT(&net.total, 0, 400, 1200, 301, 1101);
    net_release(&net);
    net = read_net(SAVINGS_BY_ROBOT, "2025-02-10", "2025-02-10", "2025-06-15");
    EXPECT(&net.total, 0, 400, 0, 0, -400);
    net_release(&net);
}

/* Exactly 60 + 0.49 - 0.50 - 0.50 = 59.49: each column is rounded, and net is what the row shows. */
static void test_rounded_by_column(void **state)
{
    struct net net;

    (void)state;
    (void)town_tasks(&town, r, town_day("2025-03-05"), 0, 1);
    add_gain(r, "2025-03-31", 0, 49);
    develop(r, "2025-03-15", 50, 0, a);
    run_costs(r, "2025-03-10", "2025-03-31", 50, 0);
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-06-15");
    EXPECT(row(&net, "r"), 1, 1, 60, 0, 58);
    EXPECT(&net.total, 1, 1, 60, 0, 58);
    net_release(&net);
}

static void test_who_bears(void **state)
{
    struct net net;

    (void)state;
    develop(r, "2025-01-15", 100000, 0, b); /* b pays for what serves a */
    develop(s, "2025-01-15", 70000, 0, 0);
    (void)town_tasks(&town, r, town_day("2025-03-05"), 0, 20);
    add_gain(r, "2025-03-31", 0, 30100); /* by shares: 150.50 each */
    add_gain(r, "2025-03-31", b, -10000);
    net = read_net(SAVINGS_BY_DEPARTMENT, NULL, NULL, "2025-06-15");
    EXPECT(row(&net, "a"), 0, 0, 600, 151, 751);
    EXPECT(row(&net, "b"), 1000, 0, 0, -100, -1100);
    EXPECT(row(&net, "tvaergaaende"), 700, 0, 600, 150, 50);
    EXPECT(&net.total, 1700, 0, 1200, 201, -299);
    net_release(&net);
}

static void test_rate_of_the_day(void **state)
{
    struct net net;

    (void)state;
    town_rate(&town, town_day("2025-03-15"), 66000);
    run_costs(r, "2025-02-20", NULL, 0, 100); /* 600 in February and March, then 660 */
    develop(r, "2025-03-15", 0, 100, a);
    net = read_net(SAVINGS_BY_MONTH, "2025-01-01", NULL, "2025-04-15");
    assert_int_equal(net.row_count, 4);
    EXPECT(row(&net, "2025-01"), 0, 0, 0, 0, 0);
    EXPECT(row(&net, "2025-02"), 0, 600, 0, 0, -600);
    EXPECT(row(&net, "2025-03"), 660, 600, 0, 0, -1260);
    EXPECT(row(&net, "2025-04"), 0, 660, 0, 0, -660);
    assert_int_equal(row(&net, "2025-04")->cumulated, -2520);
    EXPECT(&net.total, 660, 1860, 0, 0, -2520);
    net_release(&net);
}

static void test_late_booking(void **state)
{
    struct net net;

    (void)state;
    temp_home_plant(town.home, "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES"
                               "(2025 * 12 + 2, 1, 'x', zeroblob(32))"); /* March */
    run_costs(r, "2025-02-01", NULL, 10000, 0); /* February and March are booked in April */
    develop(r, "2025-03-31", 50000, 0, a);
    add_gain(r, "2025-01-01", a, 2000);
    net = read_net(SAVINGS_BY_MONTH, "2025-01-01", "2025-05-31", "2025-05-15");
    EXPECT(row(&net, "2025-03"), 0, 0, 0, 0, 0);
    EXPECT(row(&net, "2025-04"), 500, 300, 0, 20, -780);
    EXPECT(row(&net, "2025-05"), 0, 100, 0, 0, -100);
    net_release(&net);
    /* What is late counts on the last day of its month. */
    net = read_net(SAVINGS_BY_ROBOT, "2025-01-01", "2025-04-29", "2025-05-15");
    EXPECT(&net.total, 0, 100, 0, 0, -100);
    net_release(&net);
}

/* A rate that came late values what is booked from then on; what was booked before keeps its own. */
static void test_booked_rate(void **state)
{
    struct net net;

    (void)state;
    run_costs(r, "2025-02-01", "2025-02-28", 0, 100);
    temp_home_plant(town.home, "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES"
                               "(2025 * 12 + 2, 1, 'x', zeroblob(32));"
                               "INSERT INTO rate(from_day, booking_from, ore_per_hour) SELECT "
                               "from_day, 2025 * 12 + 3, 66000 FROM rate");
    run_costs(r, "2025-02-01", "2025-02-28", 0, 100);
    net = read_net(SAVINGS_BY_MONTH, "2025-02-01", "2025-04-30", "2025-05-15");
    EXPECT(row(&net, "2025-02"), 0, 600, 0, 0, -600);
    EXPECT(row(&net, "2025-04"), 0, 660, 0, 0, -660);
    net_release(&net);
}

static void test_correction(void **state)
{
    struct net net;

    (void)state;
    develop(r, "2025-01-15", 100000, 0, a);
    develop(r, "2025-02-15", -100000, 0, a); /* it was a mistake */
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-06-15");
    EXPECT(&net.total, 0, 0, 0, 0, 0);
    expect_payback(&net.total, NET_PAYBACK_REACHED, "2025-02");
    net_release(&net);
    net = read_net(SAVINGS_BY_ROBOT, "2025-02-01", NULL, "2025-06-15");
    EXPECT(&net.total, -1000, 0, 0, 0, 1000);
    net_release(&net);
}

static void test_payback_reached(void **state)
{
    struct net net;

    (void)state;
    /* -1000, +1200, -600 (a new development), +1200: it stays above from April on. */
    develop(r, "2025-01-15", 100000, 0, a);
    (void)town_tasks(&town, r, town_day("2025-02-05"), 0, 20);
    develop(r, "2025-03-01", 60000, 0, a);
    (void)town_tasks(&town, r, town_day("2025-04-05"), 0, 20);
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-06-15");
    expect_payback(row(&net, "r"), NET_PAYBACK_REACHED, "2025-04");
    expect_payback(&net.total, NET_PAYBACK_REACHED, "2025-04");
    net_release(&net);
    /* As it stood in February; the range's first day changes nothing. */
    net = read_net(SAVINGS_BY_ROBOT, "2025-02-01", "2025-02-28", "2025-06-15");
    expect_payback(row(&net, "r"), NET_PAYBACK_REACHED, "2025-02");
    net_release(&net);
}

static void test_payback_expected(void **state)
{
    struct net net;

    (void)state;
    /* 10000 of development; February to May 1200 - 100 each; June is not complete. Missing after June:
     * 10000 - 4 × 1100 + 100 = 5700, and 5700 / 1100 = 5.2: six months. */
    develop(r, "2025-01-15", 1000000, 0, a);
    run_costs(r, "2025-02-01", NULL, 10000, 0);
    (void)town_tasks(&town, r, town_day("2025-02-05"), 0, 20);
    (void)town_tasks(&town, r, town_day("2025-03-05"), 0, 20);
    (void)town_tasks(&town, r, town_day("2025-04-05"), 0, 40);
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-06-15");
    assert_int_equal(row(&net, "r")->net, -5700);
    expect_payback(row(&net, "r"), NET_PAYBACK_EXPECTED, "2025-12");
    expect_payback(&net.total, NET_PAYBACK_EXPECTED, "2025-12");
    net_release(&net);
    /* Development of a month in operation comes once: 3000 - 600 are missing, 600 a month come. */
    develop(s, "2025-02-15", 300000, 0, b);
    (void)town_tasks(&town, s, town_day("2025-02-20"), 0, 10);
    net = read_net(SAVINGS_BY_ROBOT, NULL, "2025-02-28", "2025-06-15");
    expect_payback(row(&net, "s"), NET_PAYBACK_EXPECTED, "2025-06");
    net_release(&net);
    /* On its last day June is complete, with -100: the pace is 4300 / 5 = 860, 6.6: seven. */
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-06-30");
    expect_payback(row(&net, "r"), NET_PAYBACK_EXPECTED, "2026-01");
    net_release(&net);
}

static void test_payback_never(void **state)
{
    struct fault fault = {.text = ""};
    struct net net;

    (void)state;
    /* 60 a month saved, 100 a month paid. */
    develop(r, "2025-01-15", 100000, 0, a);
    run_costs(r, "2025-02-01", NULL, 10000, 0);
    (void)town_tasks(&town, r, town_day("2025-02-05"), 0, 1);
    (void)town_tasks(&town, r, town_day("2025-03-05"), 0, 1);
    /* s brings 600 a month and misses 8800, but ends in July. */
    develop(s, "2025-01-15", 1000000, 0, b);
    (void)town_tasks(&town, s, town_day("2025-02-05"), 0, 10);
    (void)town_tasks(&town, s, town_day("2025-03-05"), 0, 10);
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-03-31");
    expect_payback(row(&net, "r"), NET_PAYBACK_NEVER, "");
    expect_payback(row(&net, "s"), NET_PAYBACK_EXPECTED, "2026-06");
    net_release(&net);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(robot_retire(town.store, s, town_day("2025-07-31"), &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-03-31");
    expect_payback(row(&net, "s"), NET_PAYBACK_NEVER, "");
    net_release(&net);
    net = read_net(SAVINGS_BY_ROBOT, NULL, NULL, "2025-01-20");
    expect_payback(row(&net, "r"), NET_PAYBACK_UNKNOWN, "");
    net_release(&net);
}

static struct dice dice;

static int64_t draw(int64_t most)
{
    return dice_roll(&dice, most);
}

static void check_sums(enum savings_by by, int32_t from, int32_t to)
{
    struct net_query query = {.from_day = from, .to_day = to, .by = by, .today = to};
    struct fault fault = {.text = ""};
    struct net net = {.rows = NULL};
    struct savings savings = {.rows = NULL};
    struct net_row sum = {.net = 0};
    size_t i;

    if (net_read(town.reader, &query, &net, &fault) < 0)
        fail_msg("%s", fault.text);
    town_savings(&town, from, to, by, &savings);
    for (i = 0; i < net.row_count; i++) {
        sum.development += net.rows[i].development;
        sum.running += net.rows[i].running;
        sum.saved += net.rows[i].saved;
        sum.gains += net.rows[i].gains;
        sum.net += net.rows[i].net;
    }
    EXPECT(&net.total, sum.development, sum.running, savings.total.kroner, sum.gains, sum.net);
    assert_int_equal(net.total.net, savings.total.kroner + net.total.gains - net.total.development -
                                        net.total.running);
    assert_int_equal(net.total.saved, sum.saved);
    net_release(&net);
    savings_release(&savings);
}

/* Whatever is entered: rows add up, and the net is savings + gains - costs, on every axis. */
static void test_adds_up(void **state)
{
    int32_t first = town_day("2025-01-01");
    int i;

    (void)state;
    dice_start(&dice, 2026);
    town_rate(&town, town_day("2025-05-17"), 34207);
    for (i = 0; i < 40; i++) {
        int64_t robot = draw(2) == 0 ? r : s;
        int64_t bearer = draw(3);
        int32_t day = first + (int32_t)draw(300);

        if (i == 20)
            temp_home_plant(town.home, "INSERT INTO period(month, closed_ms, closed_by, hash) "
                                       "VALUES(2025 * 12 + 5, 1, 'x', zeroblob(32))");
        (void)add_cost(&(struct cost){.robot_id = robot,
                                      .kind = draw(2) == 0 ? COST_DEVELOPMENT : COST_RUNNING,
                                      .from_day = day,
                                      .ore = draw(100000) - 20000,
                                      .hours = 1 + draw(300),
                                      .bearer_id = bearer == 0   ? 0
                                                   : bearer == 1 ? a
                                                                 : b});
        add_gain(robot, draw(2) == 0 ? "2025-04-09" : "2025-08-09", 0, 1 + draw(70001));
        if (i < 20)
            (void)town_tasks(&town, robot, day, draw(2) == 0 ? a : 0, 1 + draw(7));
    }
    for (i = 0; i < 10; i++) {
        int32_t from = first + (int32_t)draw(200);
        int32_t to = from + (int32_t)draw(200);

        check_sums(SAVINGS_BY_ROBOT, from, to);
        check_sums(SAVINGS_BY_DEPARTMENT, from, to);
        check_sums(SAVINGS_BY_MONTH, from, to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rounded_by_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_bears, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate_of_the_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_late_booking, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_booked_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_correction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_payback_reached, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_payback_expected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_payback_never, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_adds_up, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
