/* Which idea should be built next: a row for each rule of benefit, ease, priority and quadrant. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "scorecards/priority.h"
#include "tests/unit/idea_points.h"

static const struct score_weights EVEN = {{1, 1, 1, 1, 1}};

static void test_ease(void **state)
{
    static const struct row {
        int ease[EASES];
        int systems;
        int64_t shown;
    } rows[] = {
        {{5, 5, 5, 5, 5}, 1, 10000},
        {{5, 5, 5, 5, 5}, 0, 10000},
        {{5, 5, 5, 5, 5}, 2, 10000}, /* two systems cost nothing */
        {{5, 5, 5, 5, 5}, 3, 9000},
        {{5, 5, 5, 5, 5}, 4, 8000},
        {{5, 5, 5, 5, 5}, 12, 0},
        {{5, 5, 5, 5, 5}, 50, 0},   /* never below 0 */
        {{0, 5, 5, 5, 5}, 2, 8000}, /* each part weighs the same */
        {{5, 0, 5, 5, 5}, 2, 8000},
        {{5, 5, 0, 5, 5}, 2, 8000},
        {{5, 5, 5, 0, 5}, 2, 8000},
        {{5, 5, 5, 5, 1}, 2, 8400},
        {{4, 5, 5, 5, 5}, 2, 9600},
        {{0, 0, 0, 0, 1}, 3, 0},
        {{0, 0, 0, 0, 1}, 2, 400},
        {{OPEN, 5, 5, 5, 5}, 2, -1}, /* of what nobody has said nothing is known */
        {{5, OPEN, 5, 5, 5}, 2, -1},
        {{5, 5, OPEN, 5, 5}, 2, -1},
        {{5, 5, 5, OPEN, 5}, 2, -1},
        {{5, 5, 5, 5, OPEN}, 2, -1},
        {{5, 5, 5, 5, 5}, OPEN, -1},
    };
    static const int likely[] = {3, 3, 3, 3, 3};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct idea_scores scores = idea_points(likely, rows[i].ease, rows[i].systems);
        struct priority priority = priority_of(&scores, &EVEN);

        if (priority.ease != rows[i].shown)
            fail_msg("row %zu: %d", i, (int)priority.ease);
        if ((priority.priority == -1) != (rows[i].shown == -1))
            fail_msg("row %zu: priority %d", i, (int)priority.priority);
    }
}

static void test_benefit(void **state)
{
    static const struct row {
        int likely[SCORECARD_PARAMETERS];
        struct score_weights weights;
        int64_t shown;
    } rows[] = {
        {{5, 5, 5, 5, 5}, {{1, 1, 1, 1, 1}}, 10000},
        {{0, 0, 0, 0, 0}, {{1, 1, 1, 1, 1}}, 0},
        {{1, 2, 3, 4, 5}, {{1, 1, 1, 1, 1}}, 6000},
        {{5, 0, 0, 0, 0}, {{1, 1, 1, 1, 1}}, 2000},
        {{5, 0, 0, 0, 0}, {{4, 1, 1, 1, 1}}, 5000}, /* 5 × 4 of 8 */
        {{5, 0, 0, 0, 0}, {{1000, 0, 0, 0, 0}}, 10000},
        {{NONE, 4, 4, 4, 4}, {{1, 1, 1, 1, 1}}, 8000}, /* not relevant is not 0 */
        {{0, 4, 4, 4, 4}, {{1, 1, 1, 1, 1}}, 6400},
        {{OPEN, 4, 4, 4, 4}, {{1, 1, 1, 1, 1}}, 8000}, /* nor is open */
        {{NONE, OPEN, 3, NONE, OPEN}, {{1, 1, 1, 1, 1}}, 6000},
        {{NONE, 4, 1, NONE, NONE}, {{1, 2, 1, 1, 1}}, 6000}, /* 9 of 3 */
        {{1, 1, 2, NONE, NONE}, {{1, 1, 1, 1, 1}}, 2667},    /* 20 × 4 / 3, half up */
        {{1, 0, 0, NONE, NONE}, {{1, 1, 1, 1, 1}}, 667},
        {{OPEN, OPEN, OPEN, OPEN, OPEN}, {{1, 1, 1, 1, 1}}, -1},
        {{NONE, NONE, NONE, NONE, NONE}, {{1, 1, 1, 1, 1}}, -1},
        {{5, NONE, NONE, NONE, NONE}, {{0, 1, 1, 1, 1}}, -1}, /* nothing that weighs */
    };
    static const int ease[] = {3, 3, 3, 3, 3};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct idea_scores scores = idea_points(rows[i].likely, ease, 2);
        struct priority priority = priority_of(&scores, &rows[i].weights);

        if (priority.benefit != rows[i].shown)
            fail_msg("row %zu: %d", i, (int)priority.benefit);
        if ((priority.priority == -1) != (rows[i].shown == -1))
            fail_msg("row %zu: priority %d", i, (int)priority.priority);
    }
}

static void test_the_ends_of_benefit_have_the_same_mean(void **state)
{
    static const int likely[] = {1, 3, NONE, OPEN, 5};
    static const int ease[] = {3, 3, 3, 3, 3};
    struct score_weights weights = {{1, 2, 7, 7, 1}};
    struct idea_scores scores = idea_points(likely, ease, 2);
    struct priority priority = priority_of(&scores, &weights);

    (void)state;
    assert_int_equal(priority.benefit_low, 4000);  /* 20 × (0 + 2 × 2 + 4) / 4 */
    assert_int_equal(priority.benefit, 6000);      /* 20 × (1 + 2 × 3 + 5) / 4 */
    assert_int_equal(priority.benefit_high, 7500); /* 20 × (2 + 2 × 4 + 5) / 4 */
}

static void test_nothing_is_known_of_nothing(void **state)
{
    struct priority priority = priority_of(NULL, &EVEN);

    (void)state;
    assert_int_equal(priority.benefit, -1);
    assert_int_equal(priority.benefit_low, -1);
    assert_int_equal(priority.benefit_high, -1);
    assert_int_equal(priority.ease, -1);
    assert_int_equal(priority.priority, -1);
    assert_int_equal(priority.quadrant, QUADRANT_NONE);
    assert_int_equal(priority.rank, 0);
}

static void test_priority_and_quadrant(void **state)
{
    static const struct row {
        int likely[SCORECARD_PARAMETERS];
        int ease[EASES];
        int systems;
        int64_t shown;
        enum quadrant quadrant;
    } rows[] = {
        {{5, 5, 5, 5, 5}, {5, 5, 5, 5, 5}, 2, 10000, QUADRANT_BUILD_NOW},
        {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 1}, 3, 0, QUADRANT_LEAVE},
        {{0, 0, 0, 0, 0}, {5, 5, 5, 5, 5}, 2, 0, QUADRANT_QUICK_WIN},
        {{4, 4, 4, 4, 4}, {1, 1, 1, 1, 1}, 2, 4000, QUADRANT_PLAN},      /* √(80 × 20) */
        {{3, 3, 3, 3, 3}, {5, 5, 5, 5, 5}, 2, 7746, QUADRANT_BUILD_NOW}, /* √6000 = 77.4597 */
        {{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}, 2, 2828, QUADRANT_LEAVE},     /* √800 = 28.2843 */
        {{1, 0, 0, NONE, NONE}, {5, 5, 5, 5, 5}, 2, 2582, QUADRANT_QUICK_WIN}, /* √666.67 */
        /* 50 belongs to the upper half of each */
        {{2, 3, NONE, NONE, NONE}, {3, 3, 2, 3, 2}, 2, 5099, QUADRANT_BUILD_NOW}, /* 50, 52 */
        {{2, 3, NONE, NONE, NONE}, {3, 3, 3, 3, 3}, 3, 5000, QUADRANT_BUILD_NOW}, /* 50, 50 */
        {{2, 3, NONE, NONE, NONE}, {3, 3, 2, 2, 2}, 2, 4899, QUADRANT_PLAN},      /* 50, 48 */
        {{2, 2, 3, 3, 2}, {3, 3, 3, 3, 3}, 3, 4899, QUADRANT_QUICK_WIN},          /* 48, 50 */
        {{2, 2, 3, 3, 2}, {3, 3, 2, 2, 2}, 2, 4800, QUADRANT_LEAVE},              /* 48, 48 */
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct idea_scores scores = idea_points(rows[i].likely, rows[i].ease, rows[i].systems);
        struct priority priority = priority_of(&scores, &EVEN);

        if (priority.priority != rows[i].shown || priority.quadrant != rows[i].quadrant)
            fail_msg("row %zu: %d, %s", i, (int)priority.priority,
                     quadrant_word(priority.quadrant));
    }
}

/* A hundredth is shown as 50, and is none. */
static void test_a_quadrant_is_by_what_is_exact(void **state)
{
    static const int likely[] = {2, 3, NONE, NONE, NONE};
    static const int ease[] = {5, 5, 5, 5, 5};
    struct score_weights weights = {{1000, 999, 1, 1, 1}};
    struct idea_scores scores = idea_points(likely, ease, 2);
    struct priority priority = priority_of(&scores, &weights);

    (void)state;
    assert_int_equal(priority.benefit, 4999); /* 49.99499... */
    assert_int_equal(priority.quadrant, QUADRANT_QUICK_WIN);
}

/* What is shown is the nearest hundredth of the root, found by another way. */
static void test_the_root_is_half_up_everywhere(void **state)
{
    int score;
    int weight;
    int part;

    (void)state;
    for (weight = 1; weight <= 7; weight++)
        for (score = 0; score <= 5; score++)
            for (part = 0; part <= 25; part++) {
                struct score_weights weights = {{weight, 3, 0, 0, 0}};
                int likely[] = {score, 2, OPEN, OPEN, OPEN};
                int ease[] = {part / 5, part / 5, part / 5, part / 5, 1 + part % 5};
                struct idea_scores scores = idea_points(likely, ease, 2);
                struct priority priority = priority_of(&scores, &weights);
                int64_t sum = 4 * (4 * (int64_t)(part / 5) + 1 + part % 5);
                int64_t numerator = 20 * ((int64_t)weight * score + 6) * sum;
                int64_t denominator = weight + 3;
                int64_t root = 0;

                if (part / 5 > 5)
                    continue;
                while ((2 * root + 1) * (2 * root + 1) * denominator <= 40000 * numerator)
                    root++;
                assert_int_equal(priority.priority, root);
            }
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(quadrant_word(QUADRANT_NONE), "");
    assert_string_equal(quadrant_word(QUADRANT_BUILD_NOW), "build-now");
    assert_string_equal(quadrant_word(QUADRANT_PLAN), "plan");
    assert_string_equal(quadrant_word(QUADRANT_QUICK_WIN), "quick-win");
    assert_string_equal(quadrant_word(QUADRANT_LEAVE), "leave");
    assert_string_equal(ease_word(EASE_RULES), "rules");
    assert_string_equal(ease_word(EASE_DIGITAL), "digital");
    assert_string_equal(ease_word(EASE_STRUCTURED), "structured");
    assert_string_equal(ease_word(EASE_STABILITY), "stability");
    assert_string_equal(ease_word(EASE_INTERFACE), "interface");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ease),
        cmocka_unit_test(test_benefit),
        cmocka_unit_test(test_the_ends_of_benefit_have_the_same_mean),
        cmocka_unit_test(test_nothing_is_known_of_nothing),
        cmocka_unit_test(test_priority_and_quadrant),
        cmocka_unit_test(test_a_quadrant_is_by_what_is_exact),
        cmocka_unit_test(test_the_root_is_half_up_everywhere),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
