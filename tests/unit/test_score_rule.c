/* The scorecard's rules, row by row as the organisation has written them down. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "scorecards/score_rule.h"

/* The organisation's bands: øre, and hundredths of an hour. */
static const struct score_band saving = {{500000, 1500000, 4000000, 10000000}};
static const struct score_band hours = {{1000, 3000, 7500, 20000}};

struct edge {
    int64_t amount;
    int score;
};

static void check_band(const struct score_band *band, const struct edge *edges, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (score_of_amount(band, edges[i].amount) != edges[i].score)
            fail_msg("%lld gives %d and not %d", (long long)edges[i].amount,
                     score_of_amount(band, edges[i].amount), edges[i].score);
}
#define CHECK_BAND(band, ...)                                                                      \
    check_band(band, (const struct edge[]){__VA_ARGS__},                                           \
               sizeof((const struct edge[]){__VA_ARGS__}) / sizeof(struct edge))

static void saving_0_at_or_below_0(void **state)
{
    (void)state;
    CHECK_BAND(&saving, {INT64_MIN, 0}, {-1, 0}, {-499999, 0}, {0, 0});
}

static void saving_1_below_5000(void **state)
{
    (void)state;
    CHECK_BAND(&saving, {1, 1}, {499999, 1}); /* 4,999.99 kroner */
}

static void saving_2_below_15000(void **state)
{
    (void)state;
    CHECK_BAND(&saving, {500000, 2}, {1499999, 2});
}

static void saving_3_below_40000(void **state)
{
    (void)state;
    CHECK_BAND(&saving, {1500000, 3}, {3999999, 3});
}

static void saving_4_below_100000(void **state)
{
    (void)state;
    CHECK_BAND(&saving, {4000000, 4}, {9999999, 4});
}

static void saving_5_above(void **state)
{
    (void)state;
    CHECK_BAND(&saving, {10000000, 5}, {INT64_MAX, 5});
}

static void time_0_for_none(void **state)
{
    (void)state;
    CHECK_BAND(&hours, {0, 0}, {-1, 0}); /* more was taken back than done */
}

static void time_1_below_10(void **state)
{
    (void)state;
    CHECK_BAND(&hours, {1, 1}, {999, 1});
}

static void time_2_below_30(void **state)
{
    (void)state;
    CHECK_BAND(&hours, {1000, 2}, {2999, 2});
}

static void time_3_below_75(void **state)
{
    (void)state;
    CHECK_BAND(&hours, {3000, 3}, {7499, 3});
}

static void time_4_below_200(void **state)
{
    (void)state;
    CHECK_BAND(&hours, {7500, 4}, {19999, 4});
}

static void time_5_above(void **state)
{
    (void)state;
    CHECK_BAND(&hours, {20000, 5}, {INT64_MAX, 5});
}

static void bands_are_settings(void **state)
{
    static const struct score_band other = {{2, 3, 4, 5}};

    (void)state;
    CHECK_BAND(&other, {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5});
}

/* ---- indicators ---- */

static struct indicator measured(int64_t baseline, int64_t target, int64_t actual)
{
    return (struct indicator){.status = INDICATOR_IN_USE,
                              .is_lower_better = target < baseline,
                              .baseline = {.value = baseline},
                              .target = {.value = target},
                              .actual = {.value = actual},
                              .evidence = EVIDENCE_MEASURED};
}

static struct attainment of(int64_t baseline, int64_t target, int64_t actual)
{
    struct indicator indicator = measured(baseline, target, actual);

    return attainment_of(&indicator);
}

static struct attainment with(enum evidence evidence, int64_t actual)
{
    struct indicator indicator = measured(0, 100, actual);

    indicator.evidence = evidence;
    return attainment_of(&indicator);
}

static void attainment_where_more_is_better(void **state)
{
    struct attainment found = of(20, 100, 60);

    (void)state;
    assert_true(found.is_known);
    assert_int_equal(found.millionths, 500000);
    assert_int_equal(found.score, 3);
    assert_false(found.is_worsened);
    assert_false(found.is_capped);
}

static void attainment_where_less_is_better(void **state)
{
    struct attainment found = of(100, 20, 36);

    (void)state;
    assert_int_equal(found.millionths, 800000);
    assert_int_equal(found.score, 4);
    assert_false(found.is_worsened);
}

static void attainment_is_at_most_1(void **state)
{
    (void)state;
    assert_int_equal(of(0, 100, 100).millionths, 1000000);
    assert_int_equal(of(0, 100, 5000).millionths, 1000000);
    assert_int_equal(of(0, 100, 5000).score, 5);
    assert_int_equal(of(100, 20, -50).millionths, 1000000);
    assert_int_equal(of(100, 20, -50).score, 5);
}

static void attainment_is_at_least_minus_1(void **state)
{
    (void)state;
    assert_int_equal(of(0, 100, -100).millionths, -1000000);
    assert_int_equal(of(0, 100, -5000).millionths, -1000000);
    assert_int_equal(of(100, 20, 900).millionths, -1000000);
}

static void a_worsening_is_shown_and_scores_0(void **state)
{
    struct attainment up = of(50, 100, 40);
    struct attainment down = of(50, 10, 60);

    (void)state;
    assert_true(up.is_worsened);
    assert_int_equal(up.millionths, -200000);
    assert_int_equal(up.score, 0);
    assert_true(down.is_worsened);
    assert_int_equal(down.millionths, -250000);
    assert_int_equal(down.score, 0);
}

static void no_change_is_no_worsening(void **state)
{
    (void)state;
    assert_true(of(50, 100, 50).is_known);
    assert_false(of(50, 100, 50).is_worsened);
    assert_int_equal(of(50, 100, 50).score, 0);
    assert_true(of(0, 2000000, -1).is_worsened); /* less than a millionth */
    assert_int_equal(of(0, 2000000, -1).millionths, 0);
}

static void half_a_point_is_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(of(0, 1000, 99).score, 0); /* 0.495 */
    assert_int_equal(of(0, 1000, 100).score, 1);
    assert_int_equal(of(0, 1000, 299).score, 1);
    assert_int_equal(of(0, 1000, 300).score, 2);
    assert_int_equal(of(0, 1000, 500).score, 3);
    assert_int_equal(of(0, 1000, 700).score, 4);
    assert_int_equal(of(0, 1000, 899).score, 4);
    assert_int_equal(of(0, 1000, 900).score, 5);
    assert_int_equal(of(1000, 0, 900).score, 1);
    assert_int_equal(of(1000, 0, 901).score, 0);
}

static void judgement_gives_at_most_2(void **state)
{
    (void)state;
    assert_int_equal(score_cap(EVIDENCE_JUDGEMENT), 2);
    assert_int_equal(with(EVIDENCE_JUDGEMENT, 100).score, 2);
    assert_true(with(EVIDENCE_JUDGEMENT, 100).is_capped);
    assert_int_equal(with(EVIDENCE_JUDGEMENT, 40).score, 2); /* would be 2 anyway */
    assert_false(with(EVIDENCE_JUDGEMENT, 40).is_capped);
    assert_int_equal(with(EVIDENCE_JUDGEMENT, 20).score, 1);
}

static void a_sample_gives_at_most_4(void **state)
{
    (void)state;
    assert_int_equal(score_cap(EVIDENCE_SAMPLE), 4);
    assert_int_equal(with(EVIDENCE_SAMPLE, 100).score, 4);
    assert_true(with(EVIDENCE_SAMPLE, 100).is_capped);
    assert_int_equal(with(EVIDENCE_SAMPLE, 80).score, 4);
    assert_false(with(EVIDENCE_SAMPLE, 80).is_capped);
}

static void measuring_gives_at_most_5(void **state)
{
    (void)state;
    assert_int_equal(score_cap(EVIDENCE_MEASURED), 5);
    assert_int_equal(with(EVIDENCE_MEASURED, 100).score, 5);
    assert_false(with(EVIDENCE_MEASURED, 100).is_capped);
}

static void a_worsening_needs_no_evidence(void **state)
{
    (void)state;
    assert_true(with(EVIDENCE_JUDGEMENT, -10).is_worsened);
    assert_int_equal(with(EVIDENCE_JUDGEMENT, -10).score, 0);
    assert_false(with(EVIDENCE_JUDGEMENT, -10).is_capped);
}

static void without_a_value_nothing_is_known(void **state)
{
    (void)state;
    assert_false(of(INDICATOR_NONE, INDICATOR_NONE, INDICATOR_NONE).is_known);
    assert_false(of(10, INDICATOR_NONE, 20).is_known);
    assert_false(of(10, 20, INDICATOR_NONE).is_known);
    assert_false(of(INDICATOR_NONE, 20, 20).is_known);
    assert_false(of(10, 10, 20).is_known); /* no way to go */
    assert_int_equal(of(10, INDICATOR_NONE, 20).score, 0);
}

static void the_largest_values_are_exact(void **state)
{
    (void)state;
    assert_int_equal(of(-INDICATOR_MOST, INDICATOR_MOST, INDICATOR_MOST).score, 5);
    assert_int_equal(of(-INDICATOR_MOST, INDICATOR_MOST, 0).millionths, 500000);
    assert_int_equal(of(INDICATOR_MOST, -INDICATOR_MOST, 1).millionths, 499999); /* cut */
    assert_int_equal(of(-INDICATOR_MOST, INDICATOR_MOST, -1).millionths, 499999);
}

static void two_indicators_are_their_mean(void **state)
{
    (void)state;
    assert_int_equal(score_of_indicators((const int[]){3}, 1), 3);
    assert_int_equal(score_of_indicators((const int[]){3, 5}, 2), 4);
    assert_int_equal(score_of_indicators((const int[]){0, 5}, 2), 2); /* 2.5, down */
    assert_int_equal(score_of_indicators((const int[]){5, 4}, 2), 4);
    assert_int_equal(score_of_indicators((const int[]){0, 0}, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saving_0_at_or_below_0),
        cmocka_unit_test(saving_1_below_5000),
        cmocka_unit_test(saving_2_below_15000),
        cmocka_unit_test(saving_3_below_40000),
        cmocka_unit_test(saving_4_below_100000),
        cmocka_unit_test(saving_5_above),
        cmocka_unit_test(time_0_for_none),
        cmocka_unit_test(time_1_below_10),
        cmocka_unit_test(time_2_below_30),
        cmocka_unit_test(time_3_below_75),
        cmocka_unit_test(time_4_below_200),
        cmocka_unit_test(time_5_above),
        cmocka_unit_test(bands_are_settings),
        cmocka_unit_test(attainment_where_more_is_better),
        cmocka_unit_test(attainment_where_less_is_better),
        cmocka_unit_test(attainment_is_at_most_1),
        cmocka_unit_test(attainment_is_at_least_minus_1),
        cmocka_unit_test(a_worsening_is_shown_and_scores_0),
        cmocka_unit_test(no_change_is_no_worsening),
        cmocka_unit_test(half_a_point_is_rounded_up),
        cmocka_unit_test(judgement_gives_at_most_2),
        cmocka_unit_test(a_sample_gives_at_most_4),
        cmocka_unit_test(measuring_gives_at_most_5),
        cmocka_unit_test(a_worsening_needs_no_evidence),
        cmocka_unit_test(without_a_value_nothing_is_known),
        cmocka_unit_test(the_largest_values_are_exact),
        cmocka_unit_test(two_indicators_are_their_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
