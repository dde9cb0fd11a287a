/* Saving and time on scorecards, against cases worked out by hand and against savings and net. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/net.h"
#include "tests/unit/score_town.h"

static const struct score *score_of(const struct scorecard *card, enum scorecard_parameter of)
{
    return &card->scores[of - 1];
}

/* A card's months, øre and hundredths of an hour a year, and points; points -1: open. */
struct expected {
    int months;
    int64_t saving_ore, hundredths;
    int saving, time;
};

static void expect(const struct scorecard *card, const struct expected *wanted)
{
    assert_int_equal(card->months, wanted->months);
    assert_int_equal(card->saving_ore, wanted->saving_ore);
    assert_int_equal(card->hundredths_of_hours, wanted->hundredths);
    assert_int_equal(score_of(card, SCORECARD_SAVING)->state,
                     wanted->saving < 0 ? SCORE_OPEN : SCORE_GIVEN);
    assert_int_equal(score_of(card, SCORECARD_TIME)->state,
                     wanted->time < 0 ? SCORE_OPEN : SCORE_GIVEN);
    if (wanted->saving >= 0)
        assert_int_equal(score_of(card, SCORECARD_SAVING)->points, wanted->saving);
    if (wanted->time >= 0)
        assert_int_equal(score_of(card, SCORECARD_TIME)->points, wanted->time);
}

static void check(int64_t robot, const char *as_of, const struct expected *wanted)
{
    struct scorecard_list list = score_town_read(robot, as_of);

    assert_int_equal(list.count, 1);
    expect(&list.cards[0], wanted);
    scorecard_list_release(&list);
}
#define CHECK(robot, as_of, ...) check(robot, as_of, &(const struct expected){__VA_ARGS__})

static void before_a_month_is_over_nothing_is_known(void **state)
{
    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 100);
    CHECK(r, "2025-01-31", 0, 0, 0, -1, -1);
    CHECK(r, "2025-02-27", 0, 0, 0, -1, -1);
    CHECK(r, "2025-02-28", 1, 0, 12000, 0, 4);
}

static void three_months_are_made_a_year(void **state)
{
    struct scorecard_list list;
    const struct scorecard *card;

    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 10);
    (void)town_tasks(&town, r, day("2025-04-30"), 0, 3);
    (void)town_tasks(&town, r, day("2025-05-01"), 0, 500); /* in the month that is not over */
    /* 78 minutes of three months, one of them without tasks: 312 a year, which are 5.2 hours. */
    CHECK(r, "2025-05-30", 3, 0, 520, 0, 1);
    list = score_town_read(r, "2025-05-30");
    card = &list.cards[0];
    assert_int_equal(card->confidence, 'B');
    assert_int_equal(card->from_month, 2025 * 12 + 1);
    assert_int_equal(card->to_month, 2025 * 12 + 3);
    assert_int_equal(card->tasks, 13);
    assert_true(card->minutes == (int128)78 * TASK_MINUTE_SCALE);
    scorecard_list_release(&list);
}

static void half_a_hundredth_is_rounded_up_once(void **state)
{
    (void)state;
    /* A task of 0.05 minutes in ten months: 0.06 minutes a year, 0.001 hours: 0.1 hundredths. */
    (void)town_estimate(&town, r, day("2025-03-01"), 5, 1);
    (void)town_tasks(&town, r, day("2025-03-03"), 0, 1);
    CHECK(r, "2025-11-30", 10, 0, 0, 0, 0);
    (void)town_tasks(&town, r, day("2025-03-03"), 0, 4); /* 0.5 */
    CHECK(r, "2025-11-30", 10, 0, 1, 0, 1);
}

static void only_the_last_twelve_months_count(void **state)
{
    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 1000);
    (void)town_tasks(&town, r, day("2025-03-03"), 0, 120);
    CHECK(r, "2026-01-31", 12, 0, 11200, 0, 4);
    CHECK(r, "2026-02-28", 12, 0, 1200, 0, 2);
    CHECK(r, "2026-03-30", 12, 0, 1200, 0, 2); /* March is not over */
    CHECK(r, "2026-03-31", 12, 0, 0, 0, 0);
}

static void suspended_months_do_not_count(void **state)
{
    static const char *const days[][2] = {{"2025-02-01", "2025-02-28"},
                                          {"2025-05-31", "2025-06-01"}};
    struct robot_operation operations[2];
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++)
        operations[i] = (struct robot_operation){day(days[i][0]), day(days[i][1])};
    town_operations(&town, r, operations, 2);
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 10);
    (void)town_tasks(&town, r, day("2025-03-03"), 0, 500); /* not in operation */
    CHECK(r, "2025-06-30", 3, 0, 400, 0, 1);               /* February, May and June */
}

/* ---- saving ---- */

static void without_a_budget_record_nothing_is_realised(void **state)
{
    struct scorecard_list list;
    const struct scorecard *card;

    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 100);
    list = score_town_read(r, "2025-03-31");
    card = &list.cards[0];
    expect(card, &(const struct expected){2, 0, 6000, 0, 3});
    assert_false(card->has_budget_record);
    assert_int_equal(card->realised_ore, 0);
    assert_int_equal(card->released_ore, 600000); /* beside it */
    scorecard_list_release(&list);
}

static void a_budget_record_realises(void **state)
{
    struct scorecard_list list;
    const struct scorecard *card;

    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 100);
    town_reduction(&town, a, r, 2025, 2500);
    list = score_town_read(r, "2025-03-31");
    card = &list.cards[0];
    expect(card, &(const struct expected){2, 1500000, 6000, 3, 3}); /* 2500 in two months */
    assert_true(card->has_budget_record);
    assert_int_equal(card->realised_ore, 250000);
    assert_int_equal(card->released_ore, 350000);
    scorecard_list_release(&list);
}

static void a_direct_gain_is_a_saving(void **state)
{
    struct scorecard_list list;

    (void)state;
    town_gain(&town, r, day("2025-03-04"), 0, 100001);
    town_gain(&town, r, day("2025-04-01"), 0, 5000000); /* in no complete month */
    list = score_town_read(r, "2025-04-15");
    /* 1,000.01 in two months. */
    expect(&list.cards[0], &(const struct expected){2, 600006, 0, 2, 0});
    assert_false(list.cards[0].has_budget_record);
    assert_int_equal(list.cards[0].gains_ore, 100001);
    scorecard_list_release(&list);
}

static void running_cost_is_taken_off(void **state)
{
    struct scorecard_list list;

    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 100);
    town_reduction(&town, a, r, 2025, 2500);
    score_town_cost(r, "2025-01-01", NULL, 100000);
    list = score_town_read(r, "2025-03-31");
    /* 2,500 - 2 × 1,000, not the 1,000 of January, in two months. */
    expect(&list.cards[0], &(const struct expected){2, 300000, 6000, 1, 3});
    assert_int_equal(list.cards[0].running_ore, 200000);
    scorecard_list_release(&list);
}

static void running_cost_can_make_it_negative(void **state)
{
    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 100);
    town_reduction(&town, a, r, 2025, 2500);
    score_town_cost(r, "2025-02-01", "2025-03-01", 130000);
    CHECK(r, "2025-03-31", 2, -60000, 6000, 0, 3);
}

static void only_cost_is_a_loss_of_0_points(void **state)
{
    (void)state;
    score_town_cost(r, "2025-02-01", NULL, 1);
    CHECK(r, "2025-02-28", 1, -12, 0, 0, 0);
}

/* ---- which robots ---- */

static void a_one_off_robot_has_no_year(void **state)
{
    struct robot_operation once = {day("2025-03-03"), day("2025-03-07")};

    (void)state;
    town_operations(&town, r, &once, 1);
    town_plant(&town, "UPDATE robot SET one_off = 1 WHERE id = %d", (int)r);
    (void)town_tasks(&town, r, day("2025-03-04"), 0, 125);
    town_reduction(&town, a, r, 2025, 6000);
    CHECK(r, "2025-03-30", 0, 0, 0, -1, -1);
    CHECK(r, "2025-05-31", 1, 600000, 1250, 2, 2);
    CHECK(r, "2026-02-28", 1, 600000, 1250, 2, 2);
    CHECK(r, "2026-03-31", 0, 0, 0, -1, -1); /* a year later it brings nothing any more */
}

static void a_retired_robot_keeps_what_it_brought_for_a_year(void **state)
{
    struct robot_operation ended = {day("2025-02-01"), day("2025-04-30")};

    (void)state;
    town_operations(&town, r, &ended, 1);
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 300);
    (void)town_tasks(&town, r, day("2025-04-03"), 0, 30);
    CHECK(r, "2025-12-31", 3, 0, 13200, 0, 4);
    CHECK(r, "2026-03-31", 1, 0, 3600, 0, 3);
    CHECK(r, "2026-04-30", 0, 0, 0, -1, -1);
}

static void without_a_signature_no_task_counts(void **state)
{
    int64_t robot = town_plain_robot(&town, "unsigned", a, -1);
    struct scorecard_list list;
    const struct scorecard *card;

    (void)state;
    (void)town_estimate(&town, robot, day("2025-01-01"), 600, 0);
    (void)town_tasks(&town, robot, day("2025-02-03"), 0, 100);
    CHECK(robot, "2025-02-28", 0, 0, 0, -1, -1); /* nor has it begun */
    town_operate(&town, robot, day("2025-02-01"));
    list = score_town_read(robot, "2025-02-28");
    card = &list.cards[0];
    expect(card, &(const struct expected){1, 0, 0, 0, 0});
    assert_false(card->is_signed);
    assert_int_equal(card->tasks, 0);
    assert_int_equal(card->uncounted_tasks, 100);
    assert_int_equal(card->released_ore, 0);
    scorecard_list_release(&list);
    list = score_town_read(r, "2025-02-28");
    assert_true(list.cards[0].is_signed);
    scorecard_list_release(&list);
}

static void external_and_installed_robots_have_one(void **state)
{
    struct scorecard_list list = score_town_read(0, "2025-06-15");

    (void)state;
    assert_true(score_town_card(&list, r)->robot->is_external); /* all of this town's are */
    scorecard_list_release(&list);
    town_plant(&town, "UPDATE robot SET external = 0 WHERE id = %d", (int)r);
    list = score_town_read(0, "2025-06-15");
    assert_int_equal(list.count, 1);
    assert_false(score_town_card(&list, r)->robot->is_external);
    scorecard_list_release(&list);
}

static void a_robot_of_several_departments_is_one(void **state)
{
    struct robot_share shares[2] = {
        {.from_day = day("2025-01-01"), .department_id = a, .millionths = 333333},
        {.from_day = day("2025-01-01"), .department_id = b, .millionths = 333333}};
    struct scorecard_list list;

    (void)state;
    town_shares(&town, r, shares, 2); /* a third is Tværgående's */
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 7);
    (void)town_tasks(&town, r, day("2025-02-03"), b, 3); /* whole b's */
    town_reduction(&town, b, 0, 2025, 100000);           /* 319.99986 of it are saved there */
    list = score_town_read(r, "2025-02-28");
    expect(&list.cards[0], &(const struct expected){1, 384000, 1200, 1, 2});
    assert_int_equal(list.cards[0].tasks, 10);
    assert_int_equal(list.cards[0].realised_ore, 32000);
    assert_int_equal(list.cards[0].released_ore, 28000);
    scorecard_list_release(&list);
}

/* ---- the same as elsewhere ---- */

static int64_t whole(int64_t hundredths)
{
    return (int64_t)decimal_divide_half_up(hundredths, 100);
}

/* A card's amounts against savings and net of its months. */
static void equals_savings_and_net(const struct scorecard *card)
{
    struct savings_query query = {.from_day = clock_first_day_of_month(card->from_month),
                                  .to_day = clock_last_day_of_month(card->to_month),
                                  .by = SAVINGS_BY_ROBOT,
                                  .robot = card->robot->slug};
    struct net_query costs = {.from_day = query.from_day,
                              .to_day = query.to_day,
                              .by = SAVINGS_BY_ROBOT,
                              .today = day("2025-12-31")};
    struct fault fault = {.text = ""};
    struct savings savings;
    struct net net;
    size_t i;

    town_ask(&town, &query, &savings);
    assert_int_equal(savings.total.tasks, card->tasks);
    assert_int_equal(savings.total.uncounted_tasks, card->uncounted_tasks);
    assert_true(savings.total.minutes == card->minutes);
    assert_int_equal(savings.total.realised, whole(card->realised_ore));
    assert_int_equal(savings.total.kroner, whole(card->realised_ore + card->released_ore));
    assert_int_equal(savings.total.gains, whole(card->gains_ore));
    savings_release(&savings);
    if (net_read(town.reader, &costs, &net, &fault) < 0)
        fail_msg("%s", fault.text);
    for (i = 0; i < net.row_count; i++)
        if (net.rows[i].id[0] == card->robot->slug[0])
            assert_int_equal(net.rows[i].running, whole(card->running_ore));
    net_release(&net);
}

static void figures_are_those_of_savings_and_net(void **state)
{
    int64_t s = town_plain_robot(&town, "s", b, 500);
    struct scorecard_list list;
    int month;

    (void)state;
    town_operate(&town, s, day("2025-01-20"));
    for (month = 1; month < 12; month++) {
        int32_t first = clock_first_day_of_month(2025 * 12 + month);

        (void)town_tasks(&town, r, first + month, 0, 7 * month);
        (void)town_tasks(&town, s, first + 2 * month, month % 3 == 0 ? a : 0, 31 - month);
    }
    town_reduction(&town, a, r, 2025, 3000);
    town_reduction(&town, b, 0, 2025, 2000);
    town_gain(&town, s, day("2025-07-31"), 0, 12300);
    score_town_cost(r, "2025-03-10", "2025-08-09", 5500);
    score_town_cost(s, "2025-01-01", NULL, 2100);
    /* January is closed, so what comes late for it is booked in February. */
    town_plant(&town, "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES(2025 * 12, 1, "
                      "'x', zeroblob(32))");
    town_book(&town, s, day("2025-01-25"), 2025 * 12 + 1, ATTEMPT_DONE, 11);
    score_town_cost(s, "2025-01-01", "2025-01-31", 100);
    for (month = 1; month < 12; month++) {
        char as_of[CLOCK_DAY_TEXT];

        clock_format_day(clock_last_day_of_month(2025 * 12 + month), as_of);
        list = score_town_read(0, as_of);
        assert_int_equal(list.count, 2);
        equals_savings_and_net(&list.cards[0]);
        equals_savings_and_net(&list.cards[1]);
        scorecard_list_release(&list);
    }
}

static void what_came_late_counts_where_it_is_booked(void **state)
{
    struct scorecard_list list;

    (void)state;
    town_plant(&town, "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES(2025 * 12, 1, "
                      "'x', zeroblob(32))"); /* January, in which r was not in operation */
    town_book(&town, r, day("2025-01-25"), 2025 * 12 + 1, ATTEMPT_DONE, 10);
    score_town_cost(r, "2025-01-01", "2025-01-31", 100);
    list = score_town_read(r, "2025-02-28");
    expect(&list.cards[0], &(const struct expected){1, -1200, 1200, 0, 2});
    equals_savings_and_net(&list.cards[0]);
    scorecard_list_release(&list);
}

static void one_card_is_that_of_the_list(void **state)
{
    int64_t s = town_plain_robot(&town, "s", b, 500);
    struct scorecard_list all;
    struct scorecard_list one;

    (void)state;
    town_operate(&town, s, day("2025-01-20"));
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 100);
    (void)town_tasks(&town, s, day("2025-02-03"), 0, 10);
    town_reduction(&town, b, 0, 2025, 1000);
    all = score_town_read(0, "2025-04-30");
    one = score_town_read(s, "2025-04-30");
    assert_int_equal(one.count, 1);
    assert_int_equal(one.cards[0].robot->id, s);
    assert_int_equal(one.cards[0].saving_ore, score_town_card(&all, s)->saving_ore);
    assert_int_equal(one.cards[0].hundredths_of_hours,
                     score_town_card(&all, s)->hundredths_of_hours);
    assert_int_equal(score_town_card(&all, r)->hundredths_of_hours, 4000);
    scorecard_list_release(&one);
    scorecard_list_release(&all);
}

static void an_unknown_robot_is_refused(void **state)
{
    struct scorecard_list list;
    struct fault fault = {.text = ""};

    (void)state;
    assert_int_equal(scorecard_list_read(town.reader, 99, day("2025-06-15"), &list, &fault),
                     -ENOENT);
    assert_string_not_equal(fault.text, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, score_town_set_up, score_town_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(before_a_month_is_over_nothing_is_known),
        TEST(three_months_are_made_a_year),
        TEST(half_a_hundredth_is_rounded_up_once),
        TEST(only_the_last_twelve_months_count),
        TEST(suspended_months_do_not_count),
        TEST(without_a_budget_record_nothing_is_realised),
        TEST(a_budget_record_realises),
        TEST(a_direct_gain_is_a_saving),
        TEST(running_cost_is_taken_off),
        TEST(running_cost_can_make_it_negative),
        TEST(only_cost_is_a_loss_of_0_points),
        TEST(a_one_off_robot_has_no_year),
        TEST(a_retired_robot_keeps_what_it_brought_for_a_year),
        TEST(without_a_signature_no_task_counts),
        TEST(external_and_installed_robots_have_one),
        TEST(a_robot_of_several_departments_is_one),
        TEST(figures_are_those_of_savings_and_net),
        TEST(what_came_late_counts_where_it_is_booked),
        TEST(one_card_is_that_of_the_list),
        TEST(an_unknown_robot_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
