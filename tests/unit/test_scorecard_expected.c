/* What an idea expected of its robot, held against what was measured, on scorecards. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/score_town.h"

static enum expectation expectation_on(const char *as_of, enum scorecard_parameter parameter)
{
    struct scorecard_list list = score_town_read(r, as_of);
    enum expectation found = list.cards[0].expectation[parameter - 1];

    scorecard_list_release(&list);
    return found;
}

static void nothing_is_expected_without_an_idea(void **state)
{
    struct scorecard_list list = score_town_read(r, "2025-12-31");

    (void)state;
    assert_null(list.cards[0].idea);
    assert_null(list.cards[0].wanted);
    scorecard_list_release(&list);
    assert_int_equal(expectation_on("2025-12-31", SCORECARD_TIME), EXPECTED_NOTHING);
    (void)score_town_idea(r);
    list = score_town_read(r, "2025-12-31");
    assert_non_null(list.cards[0].idea);
    assert_null(list.cards[0].wanted);
    scorecard_list_release(&list);
    assert_int_equal(expectation_on("2025-12-31", SCORECARD_TIME), EXPECTED_NOTHING);
}

static void it_is_held_six_months_after_go_live(void **state)
{
    int64_t idea = score_town_idea(r);
    struct scorecard_list list;

    (void)state;
    score_town_expect(idea, SCORECARD_TIME, 3, 4, 5, "2024-12-01");
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 60); /* 6 hours in six months: 12 a year */
    assert_int_equal(expectation_on("2025-07-31", SCORECARD_TIME), EXPECTED_LATER);
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_TIME), EXPECTED_BELOW);
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_QUALITY), EXPECTED_NOTHING);
    list = score_town_read(r, "2026-06-30");
    assert_int_equal(list.cards[0].live_day, day("2025-02-01"));
    assert_int_equal(list.cards[0].held_day, day("2025-08-01"));
    assert_int_equal(list.cards[0].held[SCORECARD_TIME - 1].points, 2);
    assert_int_equal(list.cards[0].scores[SCORECARD_TIME - 1].points, 0); /* of the last year */
    assert_int_equal(list.cards[0].expectation[SCORECARD_TIME - 1], EXPECTED_BELOW);
    scorecard_list_release(&list);
}

static void below_within_and_above(void **state)
{
    int64_t idea = score_town_idea(r);

    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 60); /* 2 points of time */
    score_town_expect(idea, SCORECARD_TIME, 0, 1, 1, "2024-12-01");
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_TIME), EXPECTED_ABOVE);
    score_town_expect(idea, SCORECARD_TIME, 0, 1, 2, "2024-12-02");
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_TIME), EXPECTED_WITHIN);
    score_town_expect(idea, SCORECARD_TIME, 2, 3, 4, "2024-12-03");
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_TIME), EXPECTED_WITHIN);
    score_town_expect(idea, SCORECARD_TIME, 3, 3, 4, "2024-12-04");
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_TIME), EXPECTED_BELOW);
}

static void what_was_measured_later_is_not_held(void **state)
{
    int64_t idea = score_town_idea(r);
    struct indicator indicator = score_town_indicator(r, SCORECARD_QUALITY, 50, 10, 10);

    (void)state;
    score_town_expect(idea, SCORECARD_QUALITY, 5, 5, 5, "2024-12-01");
    (void)score_town_put(&indicator, "2025-08-02"); /* a day late */
    assert_int_equal(expectation_on("2025-12-31", SCORECARD_QUALITY), EXPECTED_UNKNOWN);
    town_plant(&town, "UPDATE indicator SET from_day = from_day - 1");
    assert_int_equal(expectation_on("2025-12-31", SCORECARD_QUALITY), EXPECTED_WITHIN);
}

static void of_several_ideas_the_oldest_that_said_something(void **state)
{
    int64_t first = score_town_idea(r);
    int64_t second = score_town_idea(r);
    int64_t third = score_town_idea(r);
    struct scorecard_list list = score_town_read(r, "2025-06-15");

    (void)state;
    assert_int_equal(list.cards[0].idea->id, first);
    scorecard_list_release(&list);
    score_town_expect(third, SCORECARD_TIME, 0, 0, 0, "2024-12-01");
    score_town_expect(second, SCORECARD_TIME, 0, 0, 0, "2024-12-02");
    list = score_town_read(r, "2025-06-15");
    assert_int_equal(list.cards[0].idea->id, second);
    assert_int_equal(list.cards[0].wanted->idea_id, second);
    scorecard_list_release(&list);
}

static void an_idea_of_which_ease_alone_is_said_expects_nothing(void **state)
{
    int64_t first = score_town_idea(r);
    int64_t second = score_town_idea(r);
    struct scorecard_list list;

    (void)state;
    town_plant(&town,
               "INSERT INTO idea_score(idea_id, thing, likely, by_whom, at_ms) "
               "VALUES(%d, 20, 2, 'Invented Person', 0)",
               (int)first);
    list = score_town_read(r, "2025-06-15");
    assert_int_equal(list.cards[0].idea->id, first);
    assert_null(list.cards[0].wanted);
    scorecard_list_release(&list);
    score_town_expect(second, SCORECARD_TIME, 0, 0, 0, "2024-12-02");
    list = score_town_read(r, "2025-06-15");
    assert_int_equal(list.cards[0].idea->id, second);
    scorecard_list_release(&list);
}

/* Who sees what is measured cannot make it what was expected. */
static void what_was_expected_when_it_began_stays(void **state)
{
    int64_t idea = score_town_idea(r);

    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 60); /* 2 points of time */
    score_town_expect(idea, SCORECARD_TIME, 0, 0, 0, "2024-12-01");
    score_town_expect(idea, SCORECARD_TIME, 3, 4, 5, "2025-02-01"); /* its first day */
    score_town_expect(idea, SCORECARD_TIME, 2, 2, 2, "2025-02-02");
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_TIME), EXPECTED_BELOW);
    score_town_expect(idea, SCORECARD_SAVING, 0, 0, 0, "2025-07-01"); /* first said late */
    score_town_expect(idea, SCORECARD_SAVING, 1, 1, 1, "2025-07-02"); /* put right within a day */
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_SAVING), EXPECTED_BELOW);
    score_town_expect(idea, SCORECARD_SAVING, 0, 0, 0, "2025-07-03");
    assert_int_equal(expectation_on("2025-08-01", SCORECARD_SAVING), EXPECTED_BELOW);
}

static void what_was_said_of_it_later_is_not_known_yet(void **state)
{
    int64_t idea = score_town_idea(r);
    struct scorecard_list list;

    (void)state;
    score_town_expect(idea, SCORECARD_TIME, 0, 1, 1, "2025-09-10");
    assert_int_equal(expectation_on("2025-09-10", SCORECARD_TIME), EXPECTED_WITHIN);
    list = score_town_read(r, "2025-09-09");
    assert_non_null(list.cards[0].idea);
    assert_null(list.cards[0].wanted);
    scorecard_list_release(&list);
}

static void before_it_begins_it_is_later(void **state)
{
    int64_t waiting = town_plain_robot(&town, "s", b, 500);
    int64_t idea = score_town_idea(waiting);
    struct scorecard_list list;

    (void)state;
    score_town_expect(idea, SCORECARD_TIME, 0, 0, 0, "2024-12-01");
    list = score_town_read(waiting, "2025-06-15");
    assert_int_equal(list.cards[0].live_day, INT32_MIN);
    assert_int_equal(list.cards[0].expectation[SCORECARD_TIME - 1], EXPECTED_LATER);
    scorecard_list_release(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, score_town_set_up, score_town_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_expected_without_an_idea),
        TEST(it_is_held_six_months_after_go_live),
        TEST(below_within_and_above),
        TEST(what_was_measured_later_is_not_held),
        TEST(of_several_ideas_the_oldest_that_said_something),
        TEST(an_idea_of_which_ease_alone_is_said_expects_nothing),
        TEST(what_was_expected_when_it_began_stays),
        TEST(what_was_said_of_it_later_is_not_known_yet),
        TEST(before_it_begins_it_is_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
