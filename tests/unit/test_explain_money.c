/* What is realised, gained, contested, helped, and what is left of it: opened, and counted by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/cost.h"
#include "core/store/dispute.h"
#include "core/store/store.h"
#include "scorecards/explain_money.h"
#include "scorecards/explain_net.h"
#include "tests/unit/savings_town.h"

#define KRONE TASK_KRONER_SCALE
enum { JANUARY = 2025 * 12, NOW_S = 1750000000 /* 2025-06-15 */ };

static struct town town;
static int64_t a, b, r1, r2, estimate;

#define STORED(call)                                                                               \
    do {                                                                                           \
        struct fault fault = {.text = ""};                                                         \
        assert_int_equal(store_begin(town.store, &fault), 0);                                      \
        if ((call) < 0)                                                                            \
            fail_msg("%s", fault.text);                                                            \
        assert_int_equal(store_commit(town.store, &fault), 0);                                     \
    } while (0)

/* A krone a minute and two minutes a task: r1, all of it a's, saves 100 in January and 200 in
 * February; r2, half a's and half b's, 100 in February. */
static int open_town(void **state)
{
    struct robot_share shares[2];

    (void)state;
    clock_pretend(INT64_C(1000) * NOW_S);
    town_open(&town);
    town_rate(&town, town_day("2024-01-01"), 6000);
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    r1 = town_robot(&town, "r1");
    shares[0] = (struct robot_share){town_day("2025-01-01"), a, SHARE_WHOLE, 0};
    town_shares(&town, r1, shares, 1);
    r2 = town_robot(&town, "r2");
    shares[0].millionths = SHARE_WHOLE / 2;
    shares[1] = (struct robot_share){town_day("2025-01-01"), b, SHARE_WHOLE / 2, 0};
    town_shares(&town, r2, shares, 2);
    estimate = town_estimate(&town, r1, town_day("2025-01-01"), 200, 1);
    (void)town_estimate(&town, r2, town_day("2025-01-01"), 200, 1);
    (void)town_tasks(&town, r1, town_day("2025-01-10"), 0, 50);
    (void)town_tasks(&town, r1, town_day("2025-02-10"), 0, 100);
    (void)town_tasks(&town, r2, town_day("2025-02-10"), 0, 50);
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    town_close(&town);
    clock_pretend(0);
    return 0;
}

static struct explain_query query_of(const char *from, const char *department, const char *robot)
{
    return (struct explain_query){.from_day = town_day(from),
                                  .to_day = town_day("2025-03-31"),
                                  .department = department,
                                  .robot = robot};
}

static struct explain_money money_of(const char *from, const char *department, const char *robot)
{
    struct explain_query query = query_of(from, department, robot);
    struct explain_money money = {.month_count = 0};
    struct fault fault = {.text = ""};

    if (explain_money_read(town.reader, &query, &money, &fault) < 0)
        fail_msg("%s", fault.text);
    return money;
}

static void check_month(const struct explain_month *month, int64_t robot, int32_t booking,
                        int64_t kroner, int64_t realised)
{
    assert_int_equal(month->robot->id, robot);
    assert_int_equal(month->booking, booking);
    assert_true(month->kroner == kroner * KRONE);
    assert_true(month->realised == realised * KRONE);
}

/* Cuts of a: 150 because of r1, 60 because of whatever robot. r1 realises 100 in January and 50 of
 * February; of the 150 that are left of it the other cut takes 60, and r2 comes after. */
static void reductions_take_months_in_order(void **state)
{
    struct explain_money money;

    (void)state;
    town_reduction(&town, a, 0, 2024, 999);
    town_reduction(&town, a, r1, 2025, 150);
    town_reduction(&town, a, 0, 2025, 60);
    town_reduction(&town, b, r2, 2025, 7);
    money = money_of("2025-01-01", "a", NULL);
    assert_int_equal(money.month_count, 3);
    check_month(&money.months[0], r1, JANUARY, 100, 100);
    check_month(&money.months[1], r1, JANUARY + 1, 200, 110);
    check_month(&money.months[2], r2, JANUARY + 1, 50, 0);
    assert_true(money.realised == 210 * KRONE);
    assert_int_equal(money.explain.realised, 210);
    assert_int_equal(money.explain.released, 140);
    assert_int_equal(money.reduction_count, 2);
    assert_int_equal(money.reductions[0].id, 2);
    assert_int_equal(money.reductions[0].kroner, 150);
    assert_int_equal(money.reductions[0].robot->id, r1);
    assert_int_equal(money.reductions[1].kroner, 60);
    assert_null(money.reductions[1].robot);
    assert_string_equal(money.reductions[1].department->slug, "a");
    explain_money_release(&money);

    /* what January realised is no part of February */
    money = money_of("2025-02-01", "a", NULL);
    assert_int_equal(money.month_count, 2);
    check_month(&money.months[0], r1, JANUARY + 1, 200, 110);
    assert_int_equal(money.explain.realised, 110);
    explain_money_release(&money);

    /* a robot's: those that name it or none */
    money = money_of("2025-01-01", NULL, "r2");
    assert_int_equal(money.reduction_count, 2);
    assert_int_equal(money.reductions[1].kroner, 7);
    assert_int_equal(money.month_count, 1);
    check_month(&money.months[0], r2, JANUARY + 1, 100, 7);
    explain_money_release(&money);
    money = money_of("2025-01-01", NULL, NULL);
    assert_true(money.realised == 217 * KRONE && money.saved == 400 * KRONE);
    assert_int_equal(money.explain.realised, 217);
    explain_money_release(&money);
}

/* Half of 101.01 is a's; b has the other half, and 20 that name it. */
static void gains_are_whose_they_name_or_by_shares(void **state)
{
    struct explain_money money;

    (void)state;
    town_gain(&town, r2, town_day("2025-02-10"), 0, 10101);
    town_gain(&town, r1, town_day("2025-02-11"), b, 2000);
    town_gain(&town, r1, town_day("2025-04-01"), b, 77700);
    money = money_of("2025-01-01", "a", NULL);
    assert_int_equal(money.gain_count, 1);
    assert_int_equal(money.gains[0].ore, 10101);
    assert_true(money.gained * 1000 == 50505 * KRONE);
    assert_int_equal(money.explain.gains, 51);
    explain_money_release(&money);
    money = money_of("2025-01-01", "b", NULL);
    assert_int_equal(money.gain_count, 2);
    assert_true(money.gains[1].kroner == 20 * KRONE);
    assert_int_equal(money.gains[1].department->id, b);
    assert_true(money.gained * 1000 == 70505 * KRONE);
    assert_int_equal(money.explain.gains, 70);
    explain_money_release(&money);
    /* of the robot both its parts are one entry */
    money = money_of("2025-01-01", NULL, "r2");
    assert_int_equal(money.gain_count, 1);
    assert_true(money.gained * 100 == 10101 * KRONE);
    explain_money_release(&money);
}

static struct explain parts_of(enum explain_figure figure, const char *department)
{
    struct explain_query query = query_of("2025-01-01", department, NULL);
    struct explain explain = {.part_count = 0};
    struct fault fault = {.text = ""};

    query.figure = figure;
    if (explain_read(town.reader, &query, &explain, &fault) < 0)
        fail_msg("%s", fault.text);
    return explain;
}

static void contested_kroner_stand_and_would_be_others(void **state)
{
    struct dispute_new dispute = {.estimate_id = estimate,
                                  .hundredths = 150,
                                  .reason = "less",
                                  .by_whom = "Invented Person",
                                  .now_ms = INT64_C(1000) * NOW_S};
    struct task_amount amount;
    struct explain explain;
    int64_t id = 0;

    (void)state;
    explain = parts_of(EXPLAIN_DISPUTED, "a");
    assert_true(explain_shown(&explain) == 0);
    explain_release(&explain);
    STORED(dispute_add(town.store, &dispute, &id, &fault));
    explain = parts_of(EXPLAIN_DISPUTED, "a");
    assert_true(explain_shown(&explain) == 300);
    assert_true(explain_exact(EXPLAIN_DISPUTED, &explain.of_parts) == 300 * KRONE);
    assert_int_equal(explain.part_count, 2);
    assert_true(explain_is_of_figure(EXPLAIN_DISPUTED, &explain.parts[0]));
    assert_false(explain_is_of_figure(EXPLAIN_DISPUTED, &explain.parts[1]));
    assert_int_equal(explain_as_if(&explain.parts[0], 150, &amount), 0);
    assert_true(amount.kroner == 225 * KRONE);
    assert_int_equal(explain.kroner, 350);
    explain_release(&explain);
}

static void help_counts_by_an_estimate_of_its_own(void **state)
{
    struct estimate_new new = {.from_day = town_day("2025-01-01"),
                               .hundredths = 50,
                               .set_by = "Invented Owner",
                               .reason = "",
                               .kind = ESTIMATE_HANDOVER};
    struct explain explain;
    int64_t id = 0;

    (void)state;
    town_book(&town, r2, town_day("2025-02-20"), JANUARY + 1, ATTEMPT_HELPED, 4);
    explain = parts_of(EXPLAIN_HELPED, "a");
    assert_true(explain_shown(&explain) == 2);
    assert_true(explain_exact(EXPLAIN_HELPED, &explain.of_parts) == 2 * SHARE_WHOLE);
    assert_int_equal(explain.part_count, 3);
    assert_true(explain_is_of_figure(EXPLAIN_HELPED, &explain.parts[2]));
    assert_false(explain_is_of_figure(EXPLAIN_HELPED, &explain.parts[0]));
    assert_null(explain.parts[2].estimate);
    assert_true(explain.parts[2].amount.minutes == 0);
    explain_release(&explain);
    STORED(estimate_set(town.store, r2, &new, &id, &fault));
    STORED(estimate_sign(town.store, id, "Invented Head", town_day("2025-01-01"), &fault));
    explain = parts_of(EXPLAIN_HELPED, "a");
    assert_int_equal(explain.parts[2].estimate->id, id);
    assert_true(explain.parts[2].amount.minutes == TASK_MINUTE_SCALE);
    explain_release(&explain);
}

static void add_cost(const struct cost *given)
{
    struct cost cost = *given;
    int64_t id = 0;

    cost.what = "Invented";
    cost.by_whom = "Invented Person";
    cost.to_day = COST_NO_END;
    STORED(cost_add(town.store, &cost, &id, &fault));
}

static struct explain_net net_of(const char *department, const char *robot)
{
    struct explain_query query = query_of("2025-01-01", department, robot);
    struct explain_net net = {.cost_count = 0};
    struct fault fault = {.text = ""};

    if (explain_net_read(town.reader, &query, town_day("2025-06-15"), &net, &fault) < 0)
        fail_msg("%s", fault.text);
    return net;
}

/* r1: 160.50 to make, with an hour of 60; 10.25 in each of three months, which b bears. */
static void net_is_its_entries(void **state)
{
    struct explain_query both = query_of("2025-01-01", "a", "r1");
    struct fault fault = {.text = ""};
    struct explain_net net;

    (void)state;
    town_gain(&town, r1, town_day("2025-02-11"), b, 2000);
    add_cost(&(struct cost){.robot_id = r1,
                            .kind = COST_DEVELOPMENT,
                            .from_day = town_day("2025-01-05"),
                            .ore = 10050,
                            .hours = 100});
    add_cost(&(struct cost){.robot_id = r1,
                            .kind = COST_RUNNING,
                            .from_day = town_day("2025-01-10"),
                            .ore = 1025,
                            .bearer_id = b});
    add_cost(&(struct cost){
        .robot_id = r2, .kind = COST_RUNNING, .from_day = town_day("2025-03-01"), .ore = 500});
    net = net_of(NULL, "r1");
    assert_int_equal(net.cost_count, 2);
    assert_int_equal(net.costs[0].kind, COST_DEVELOPMENT);
    assert_true(net.costs[0].kroner * 10 == 1605 * KRONE);
    assert_null(net.costs[0].bearer);
    assert_int_equal(net.costs[1].months, 3);
    assert_int_equal(net.costs[1].first_booking, JANUARY);
    assert_int_equal(net.costs[1].last_booking, JANUARY + 2);
    assert_int_equal(net.costs[1].bearer->id, b);
    assert_true(net.costs[1].kroner * 100 == 3075 * KRONE);
    assert_true(explain_net_exact(&net) * 100 == 12875 * KRONE);
    assert_int_equal(net.row.saved + net.row.gains - net.row.development - net.row.running,
                     net.row.net);
    assert_in_range(net.row.net, 128, 129);
    assert_int_equal(net.row.payback.state, NET_PAYBACK_REACHED);
    explain_net_release(&net);

    /* of b: what it bears, the gain that names it, and its half of r2 */
    net = net_of("b", NULL);
    assert_int_equal(net.cost_count, 1);
    assert_true(explain_net_exact(&net) * 100 == 3925 * KRONE);
    explain_net_release(&net);
    net = net_of(NULL, NULL);
    assert_int_equal(net.cost_count, 3);
    assert_true(explain_net_exact(&net) * 100 == (40000 + 2000 - 16050 - 3075 - 500) * KRONE);
    explain_net_release(&net);
    assert_int_equal(explain_net_read(town.reader, &both, town_day("2025-06-15"), &net, &fault),
                     -EINVAL);
}

#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN_TEST(reductions_take_months_in_order),
        TOWN_TEST(gains_are_whose_they_name_or_by_shares),
        TOWN_TEST(contested_kroner_stand_and_would_be_others),
        TOWN_TEST(help_counts_by_an_estimate_of_its_own),
        TOWN_TEST(net_is_its_entries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
