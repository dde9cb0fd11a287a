/* Quality, service, well-being, the gate, and history on scorecards. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/fault.h"
#include "core/store/store.h"
#include "tests/unit/score_town.h"

/* The score of r as of a day, which has to be in that state. */
static struct score score_on(const char *as_of, enum scorecard_parameter parameter,
                             enum score_state state)
{
    struct scorecard_list list = score_town_read(r, as_of);
    struct score score = list.cards[0].scores[parameter - 1];

    assert_int_equal(score.state, state);
    scorecard_list_release(&list);
    return score;
}

static struct score given(const char *as_of, enum scorecard_parameter parameter)
{
    return score_on(as_of, parameter, SCORE_GIVEN);
}

static struct indicator errors(int64_t actual)
{
    return score_town_indicator(r, SCORECARD_QUALITY, 50, 10, actual);
}

/* ---- indicators ---- */

static void without_an_indicator_it_is_open(void **state)
{
    (void)state;
    (void)score_on("2025-06-15", SCORECARD_QUALITY, SCORE_OPEN);
    (void)score_on("2025-06-15", SCORECARD_SERVICE, SCORE_OPEN);
    (void)score_on("2025-06-15", SCORECARD_WELLBEING, SCORE_OPEN);
}

static void an_indicator_gives_points_from_its_day_on(void **state)
{
    struct indicator indicator = errors(34); /* 16 of 40: 0.4, 2 points */

    (void)state;
    (void)score_town_put(&indicator, "2025-03-10");
    (void)score_on("2025-03-09", SCORECARD_QUALITY, SCORE_OPEN);
    assert_int_equal(given("2025-03-10", SCORECARD_QUALITY).points, 2);
    (void)score_on("2025-06-15", SCORECARD_SERVICE, SCORE_OPEN);
}

static void not_measured_yet_is_open(void **state)
{
    struct indicator indicator = errors(34);

    (void)state;
    indicator.actual.value = INDICATOR_NONE;
    (void)score_town_put(&indicator, "2025-03-10");
    (void)score_on("2025-06-15", SCORECARD_QUALITY, SCORE_OPEN);
}

static void not_relevant_is_not_0(void **state)
{
    struct indicator indicator = {.robot_id = r,
                                  .parameter = SCORECARD_SERVICE,
                                  .slot = 1,
                                  .status = INDICATOR_NOT_RELEVANT,
                                  .baseline = {.value = INDICATOR_NONE},
                                  .target = {.value = INDICATOR_NONE},
                                  .actual = {.value = INDICATOR_NONE},
                                  .title = "",
                                  .unit = "",
                                  .baseline_method = "",
                                  .link = "",
                                  .owner = "",
                                  .review_day = INT32_MIN,
                                  .comment = "no citizen meets it",
                                  .set_by = "Invented Owner"};

    (void)state;
    (void)score_town_put(&indicator, "2025-03-10");
    assert_true(score_on("2025-06-15", SCORECARD_SERVICE, SCORE_NOT_RELEVANT).is_unapproved);
    assert_false(score_on("2027-06-15", SCORECARD_SERVICE, SCORE_NOT_RELEVANT).is_overdue);
    /* Where something is measured after all, that counts. */
    indicator = score_town_indicator(r, SCORECARD_SERVICE, 50, 10, 50);
    indicator.slot = 2;
    (void)score_town_put(&indicator, "2025-06-16");
    assert_int_equal(given("2025-06-16", SCORECARD_SERVICE).points, 0);
    indicator.actual.value = INDICATOR_NONE; /* or will be */
    (void)score_town_put(&indicator, "2025-06-17");
    (void)score_on("2025-06-17", SCORECARD_SERVICE, SCORE_OPEN);
}

static void a_review_that_has_passed_is_overdue(void **state)
{
    struct indicator indicator = errors(10);

    (void)state;
    (void)score_town_put(&indicator, "2025-03-10");
    assert_false(given("2025-09-01", SCORECARD_QUALITY).is_overdue);
    assert_true(given("2025-09-02", SCORECARD_QUALITY).is_overdue);
    assert_int_equal(given("2025-09-02", SCORECARD_QUALITY).points, 5); /* what was last known */
    indicator.actual.value = INDICATOR_NONE;
    (void)score_town_put(&indicator, "2025-03-11");
    assert_true(score_on("2025-09-02", SCORECARD_QUALITY, SCORE_OPEN).is_overdue);
}

static void what_nobody_else_approved_is_marked(void **state)
{
    struct indicator indicator = errors(10);
    int64_t id = score_town_put(&indicator, "2025-03-10");

    (void)state;
    assert_true(given("2025-06-15", SCORECARD_QUALITY).is_unapproved);
    score_town_approve(id, "2025-04-01");
    assert_true(given("2025-03-31", SCORECARD_QUALITY).is_unapproved);
    assert_false(given("2025-04-01", SCORECARD_QUALITY).is_unapproved);
    (void)score_town_put(&indicator, "2025-05-01"); /* a new version has to be approved anew */
    assert_false(given("2025-04-30", SCORECARD_QUALITY).is_unapproved);
    assert_true(given("2025-05-01", SCORECARD_QUALITY).is_unapproved);
}

static void a_worsening_scores_0_and_is_said(void **state)
{
    struct indicator indicator = errors(60);
    struct scorecard_list list;

    (void)state;
    (void)score_town_put(&indicator, "2025-03-10");
    assert_true(given("2025-06-15", SCORECARD_QUALITY).is_worsened);
    assert_int_equal(given("2025-06-15", SCORECARD_QUALITY).points, 0);
    list = score_town_read(r, "2025-06-15");
    assert_int_equal(list.cards[0].indicators[SCORECARD_QUALITY - 1][0].attainment.millionths,
                     -250000);
    assert_null(list.cards[0].indicators[SCORECARD_QUALITY - 1][1].indicator);
    scorecard_list_release(&list);
}

static void evidence_caps_the_points(void **state)
{
    struct indicator indicator = errors(10);

    (void)state;
    indicator.evidence = EVIDENCE_JUDGEMENT;
    (void)score_town_put(&indicator, "2025-03-10");
    assert_int_equal(given("2025-03-10", SCORECARD_QUALITY).points, 2);
    assert_true(given("2025-03-10", SCORECARD_QUALITY).is_capped);
    indicator.evidence = EVIDENCE_SAMPLE;
    (void)score_town_put(&indicator, "2025-03-11");
    assert_int_equal(given("2025-03-11", SCORECARD_QUALITY).points, 4);
    indicator.evidence = EVIDENCE_MEASURED;
    (void)score_town_put(&indicator, "2025-03-12");
    assert_int_equal(given("2025-03-12", SCORECARD_QUALITY).points, 5);
    assert_false(given("2025-03-12", SCORECARD_QUALITY).is_capped);
}

static void two_indicators_are_their_mean(void **state)
{
    struct indicator first = errors(10);  /* 5 */
    struct indicator second = errors(60); /* worse: 0 */

    (void)state;
    second.slot = 2;
    (void)score_town_put(&first, "2025-03-10");
    (void)score_town_put(&second, "2025-03-11");
    assert_int_equal(given("2025-03-10", SCORECARD_QUALITY).points, 5);
    assert_int_equal(given("2025-03-11", SCORECARD_QUALITY).points, 2); /* 2.5, down */
    assert_true(given("2025-03-11", SCORECARD_QUALITY).is_worsened);
    second.actual.value = INDICATOR_NONE; /* then it has no say */
    (void)score_town_put(&second, "2025-03-12");
    assert_int_equal(given("2025-03-12", SCORECARD_QUALITY).points, 5);
    second.status = INDICATOR_ENDED;
    (void)score_town_put(&second, "2025-03-13");
    assert_int_equal(given("2025-03-13", SCORECARD_QUALITY).points, 5);
    first.status = INDICATOR_ENDED;
    (void)score_town_put(&first, "2025-03-14");
    (void)score_on("2025-03-14", SCORECARD_QUALITY, SCORE_OPEN);
}

static void what_has_ended_says_nothing_any_more(void **state)
{
    struct indicator ended = errors(10);
    struct indicator irrelevant = errors(10);
    struct scorecard_list list;

    (void)state;
    ended.status = INDICATOR_ENDED;
    (void)score_town_put(&ended, "2025-03-10");
    assert_false(score_on("2025-06-15", SCORECARD_QUALITY, SCORE_OPEN).is_unapproved);
    list = score_town_read(r, "2026-06-15");
    assert_non_null(list.cards[0].indicators[SCORECARD_QUALITY - 1][0].indicator);
    assert_false(list.cards[0].indicators[SCORECARD_QUALITY - 1][0].attainment.is_known);
    assert_false(list.cards[0].indicators[SCORECARD_QUALITY - 1][0].is_overdue);
    scorecard_list_release(&list);
    irrelevant.slot = 2;
    irrelevant.status = INDICATOR_NOT_RELEVANT;
    (void)score_town_put(&irrelevant, "2025-03-10");
    (void)score_on("2025-06-15", SCORECARD_QUALITY, SCORE_NOT_RELEVANT);
}

static void indicators_are_their_robots_alone(void **state)
{
    int64_t other = town_plain_robot(&town, "s", b, 500);
    struct indicator indicator = errors(10);
    struct scorecard_list list;

    (void)state;
    indicator.robot_id = other;
    (void)score_town_put(&indicator, "2025-03-10");
    list = score_town_read(0, "2025-06-15");
    assert_int_equal(score_town_card(&list, other)->scores[SCORECARD_QUALITY - 1].points, 5);
    assert_int_equal(score_town_card(&list, r)->scores[SCORECARD_QUALITY - 1].state, SCORE_OPEN);
    scorecard_list_release(&list);
}

static void the_gate_is_that_of_the_day(void **state)
{
    struct gate_change change = {.subject = {.robot_id = r},
                                 .item = GATE_DPIA,
                                 .state = GATE_RED,
                                 .note = "DEMO missing",
                                 .by_whom = "Invented Person",
                                 .now_ms = INT64_C(1748779200000)}; /* 2025-06-01 */
    struct fault fault = {.text = ""};
    struct scorecard_list list;

    (void)state;
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(gate_set(town.store, &change, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    list = score_town_read(r, "2025-05-31");
    assert_int_equal(gate_red(&list.cards[0].gate), 0);
    scorecard_list_release(&list);
    list = score_town_read(r, "2025-06-01");
    assert_int_equal(gate_red(&list.cards[0].gate), GATE_DPIA);
    scorecard_list_release(&list);
}

/* ---- history ---- */

static size_t read_history(const char *as_of, int quarters, struct scorecard_point *points)
{
    struct fault fault = {.text = ""};
    size_t count = 0;

    if (scorecard_history(town.reader, r, day(as_of), quarters, points, &count, &fault) < 0)
        fail_msg("%s", fault.text);
    return count;
}

static void history_has_the_versions_and_bands_of_its_days(void **state)
{
    static const struct score_band low = {{100, 200, 300, 400}};
    struct scorecard_point points[SCORECARD_POINTS_MAX];
    struct indicator indicator = errors(34);
    struct fault fault = {.text = ""};

    (void)state;
    (void)town_tasks(&town, r, day("2025-02-03"), 0, 10); /* an hour: 6, 2.4 and 1.71 a year */
    (void)score_town_put(&indicator, "2025-03-10");
    indicator.actual.value = 10 * INDICATOR_SCALE;
    (void)score_town_put(&indicator, "2025-05-10");
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(score_band_set(town.store, SCORECARD_TIME, &low, day("2025-06-01"), "x",
                                    INT64_C(1748779200000), &fault),
                     0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    assert_int_equal(read_history("2025-09-05", 2, points), 3);
    assert_int_equal(points[0].day, day("2025-03-31"));
    assert_int_equal(points[1].day, day("2025-06-30"));
    assert_int_equal(points[2].day, day("2025-09-05"));
    assert_int_equal(points[0].scores[SCORECARD_TIME - 1].points, 1);
    assert_int_equal(points[1].scores[SCORECARD_TIME - 1].points, 3);
    assert_int_equal(points[2].scores[SCORECARD_TIME - 1].points, 2);
    assert_int_equal(points[0].scores[SCORECARD_QUALITY - 1].points, 2);
    assert_int_equal(points[1].scores[SCORECARD_QUALITY - 1].points, 5);
    assert_false(points[1].scores[SCORECARD_QUALITY - 1].is_overdue);
    assert_true(points[2].scores[SCORECARD_QUALITY - 1].is_overdue);
    assert_int_equal(points[2].scores[SCORECARD_SERVICE - 1].state, SCORE_OPEN);
}

static void history_begins_when_something_is_known(void **state)
{
    struct scorecard_point points[SCORECARD_POINTS_MAX];

    (void)state;
    assert_int_equal(read_history("2025-06-30", 40, points),
                     2); /* the end of a quarter is one point */
    assert_int_equal(points[0].day, day("2025-03-31"));
    assert_int_equal(points[1].day, day("2025-06-30"));
    assert_int_equal(read_history("2025-06-29", 0, points), 1);
    assert_int_equal(points[0].day, day("2025-06-29"));
    assert_int_equal(read_history("2024-06-29", 8, points), 1); /* nothing yet */
    assert_int_equal(points[0].day, day("2024-06-29"));
}

static void history_has_a_limit(void **state)
{
    struct scorecard_point points[SCORECARD_POINTS_MAX];
    struct fault fault = {.text = ""};
    size_t count = 0;

    (void)state;
    assert_int_equal(scorecard_history(town.reader, r, day("2025-06-15"), SCORECARD_POINTS_MAX,
                                       points, &count, &fault),
                     -EINVAL);
    assert_int_equal(
        scorecard_history(town.reader, 99, day("2025-06-15"), 1, points, &count, &fault), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, score_town_set_up, score_town_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_an_indicator_it_is_open),
        TEST(an_indicator_gives_points_from_its_day_on),
        TEST(not_measured_yet_is_open),
        TEST(not_relevant_is_not_0),
        TEST(a_review_that_has_passed_is_overdue),
        TEST(what_nobody_else_approved_is_marked),
        TEST(a_worsening_scores_0_and_is_said),
        TEST(evidence_caps_the_points),
        TEST(two_indicators_are_their_mean),
        TEST(what_has_ended_says_nothing_any_more),
        TEST(indicators_are_their_robots_alone),
        TEST(the_gate_is_that_of_the_day),
        TEST(history_has_the_versions_and_bands_of_its_days),
        TEST(history_begins_when_something_is_known),
        TEST(history_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
