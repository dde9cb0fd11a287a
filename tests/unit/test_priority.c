/* Which idea should be built next: a row for each rule of benefit, ease, priority, quadrant and order. */
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
#include "core/store/idea.h"
#include "scorecards/priority.h"
#include "tests/unit/command_caller.h"

/* Noon of 2026-06-30. */
static const int64_t NOW_MS = INT64_C(1782813600000);
static const struct score_weights EVEN = {{1, 1, 1, 1, 1}};

/* a lacks 1,000 kroner in 2026, b 5,000, zero nothing. */
static const char town[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"60\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"b\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"zero\",\"names\":[{\"name\":\"Zero\",\"from\":\"2025-01-01\"}]}],"
    "\"budgets\":[{\"department\":\"a\",\"year\":2026,\"kroner\":1000},"
    "{\"department\":\"b\",\"year\":2026,\"kroner\":5000},"
    "{\"department\":\"zero\",\"year\":2026,\"kroner\":0}],"
    "\"robots\":[]}";

enum { OPEN = -1, NONE = -2 };

/* Likely scores of the five (OPEN: nobody has said, NONE: not relevant), the five of ease, systems. */
static struct idea_scores scores_of(const int *likely, const int *ease, int systems)
{
    struct idea_scores scores = {.systems = systems};
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        scores.expected[i].state = likely[i] == OPEN   ? SCORE_OPEN
                                   : likely[i] == NONE ? SCORE_NOT_RELEVANT
                                                       : SCORE_GIVEN;
        scores.expected[i].likely = likely[i];
        scores.expected[i].low = likely[i] > 0 ? likely[i] - 1 : 0;
        scores.expected[i].high = likely[i] < 5 ? likely[i] + 1 : 5;
    }
    for (i = 0; i < EASES; i++)
        scores.ease[i] = ease[i];
    return scores;
}

/* ---- the rule alone ---- */

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
        struct idea_scores scores = scores_of(likely, rows[i].ease, rows[i].systems);
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
        struct idea_scores scores = scores_of(rows[i].likely, ease, 2);
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
    struct idea_scores scores = scores_of(likely, ease, 2);
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
        struct idea_scores scores = scores_of(rows[i].likely, rows[i].ease, rows[i].systems);
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
    struct idea_scores scores = scores_of(likely, ease, 2);
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
                struct idea_scores scores = scores_of(likely, ease, 2);
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

/* ---- in the store ---- */

static struct caller caller;

static int open_town(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, town);
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

/* A wish of a department ("": of no single one). */
static void add(const char *title, const char *department)
{
    char arguments[256];

    (void)snprintf(arguments, sizeof arguments, "{\"title\":\"%s\",\"sender\":\"S\"%s%s%s}", title,
                   department[0] != '\0' ? ",\"department\":\"" : "", department,
                   department[0] != '\0' ? "\"" : "");
    caller_must(&caller, "backlog add", NULL, arguments);
}

static int put(const struct idea_scores *scores, int64_t now_ms)
{
    struct fault fault = {.text = ""};
    int result = store_begin(caller.store, &fault);

    assert_int_equal(result, 0);
    result = idea_score(caller.store, scores, "Invented Scorer", now_ms, &fault);
    if (result == 0)
        assert_int_equal(store_commit(caller.store, &fault), 0);
    else
        store_rollback(caller.store);
    return result;
}

/* Benefit 20 × points, ease 20 × points. */
static void score(int64_t id, int points, int ease)
{
    int likely[] = {points, points, points, points, points};
    int eases[] = {ease, ease, ease, ease, ease};
    struct idea_scores scores = scores_of(likely, eases, 1);

    scores.idea_id = id;
    assert_int_equal(put(&scores, NOW_MS), 0);
}

static void ranked_as(const char *const *titles, size_t ranked_count, size_t count)
{
    struct fault fault = {.text = ""};
    struct ranking ranking = {.count = 0};
    size_t i;

    assert_int_equal(ranking_read(caller.store, 2026, clock_day(2026, 6, 30), &ranking, &fault), 0);
    assert_int_equal(ranking.ranked_count, ranked_count);
    assert_int_equal(ranking.count, count);
    for (i = 0; i < count; i++) {
        if (strcmp(ranking.ideas[i].idea->title, titles[i]) != 0)
            fail_msg("%zu: %s instead of %s", i, ranking.ideas[i].idea->title, titles[i]);
        assert_int_equal(ranking.ideas[i].priority.rank, i < ranked_count ? i + 1 : 0);
    }
    ranking_release(&ranking);
}

static void test_ties_go_to_whom_most_is_lacking(void **state)
{
    static const char *const order[] = {"of b",      "newer of b", "of a", "of zero",
                                        "of nobody", "weaker",     "open"};

    (void)state;
    add("of nobody", "");
    add("of zero", "zero");
    add("of a", "a");
    add("of b", "b");
    add("newer of b", "b");
    add("weaker", "b");
    add("open", "b");
    score(1, 2, 4);
    score(2, 2, 4);
    score(3, 4, 2); /* 80 × 40 is 40 × 80 */
    score(4, 2, 4);
    score(5, 4, 2);
    score(6, 2, 3);
    ranked_as(order, 6, 7);
}

/* Equal as it is shown is not equal: with these weights 99.995 × 80 stands behind 100 × 80. */
static void test_ties_are_exact(void **state)
{
    static const char *const order[] = {"more", "less"};
    static const int likely[] = {NONE, 5, 5, 5, 5};
    static const int ease[] = {4, 4, 4, 4, 4};
    struct score_weights weights = {{1, 1000, 1000, 1000, 1000}};
    struct idea_scores more = scores_of(likely, ease, 2);
    struct idea_scores less = more;

    (void)state;
    add("less", "b");
    add("more", "a");
    less.idea_id = 1;
    less.expected[0] = (struct expected_score){SCORE_GIVEN, 4, 4, 4};
    more.idea_id = 2;
    assert_int_equal(priority_of(&less, &weights).priority, priority_of(&more, &weights).priority);
    assert_int_equal(put(&less, NOW_MS), 0);
    assert_int_equal(put(&more, NOW_MS), 0);
    temp_home_plant(caller.home,
                    "INSERT INTO score_weight(from_day, parameter, weight, set_by, set_ms) "
                    "VALUES(20000, 1, 1, 'S', 0), (20000, 2, 1000, 'S', 0), "
                    "(20000, 3, 1000, 'S', 0), (20000, 4, 1000, 'S', 0), "
                    "(20000, 5, 1000, 'S', 0)");
    ranked_as(order, 2, 2);
}

static void test_only_what_is_to_be_built_is_ranked(void **state)
{
    static const char *const order[] = {"wish", "unscored of a", "unscored", "in operation",
                                        "rejected"};

    (void)state;
    add("in operation", "a");
    add("rejected", "b");
    add("unscored", "");
    add("unscored of a", "a");
    add("wish", "zero");
    score(1, 5, 5);
    score(2, 5, 5);
    score(5, 1, 1);
    temp_home_plant(caller.home, "UPDATE idea SET status = 4 WHERE id = 1");
    temp_home_plant(caller.home, "UPDATE idea SET status = 5 WHERE id = 2");
    ranked_as(order, 1, 5);
}

/* What is said later is added: nothing else changes, and what was stays readable. */
static void test_the_newest_of_a_thing_counts(void **state)
{
    static const int first[] = {1, 2, NONE, OPEN, 5};
    static const int second[] = {OPEN, 4, 3, NONE, OPEN};
    static const int ease[] = {1, 2, 3, 4, 5};
    static const int later[] = {OPEN, OPEN, 0, OPEN, OPEN};
    struct idea_scores scores = scores_of(first, ease, 3);
    struct idea_score_list list = {.count = 0};
    struct fault fault = {.text = ""};
    const struct idea_scores *found;

    (void)state;
    add("one", "a");
    add("two", "a");
    scores.idea_id = 2;
    assert_int_equal(put(&scores, NOW_MS), 0);
    scores = scores_of(second, later, OPEN);
    scores.idea_id = 2;
    assert_int_equal(put(&scores, NOW_MS + 5), 0);
    assert_int_equal(idea_score_list_read(caller.store, INT64_MAX, &list, &fault), 0);
    assert_null(idea_score_list_find(&list, 1));
    found = idea_score_list_find(&list, 2);
    assert_non_null(found);
    assert_int_equal(found->expected[0].likely, 1);
    assert_int_equal(found->expected[1].low, 3);
    assert_int_equal(found->expected[1].likely, 4);
    assert_int_equal(found->expected[1].high, 5);
    assert_int_equal(found->expected[2].state, SCORE_GIVEN);
    assert_int_equal(found->expected[3].state, SCORE_NOT_RELEVANT);
    assert_int_equal(found->expected[4].likely, 5);
    assert_int_equal(found->ease[1], 2);
    assert_int_equal(found->ease[2], 0);
    assert_int_equal(found->systems, 3);
    assert_int_equal(found->at_ms, NOW_MS + 5);
    assert_string_equal(found->by_whom, "Invented Scorer");
    idea_score_list_release(&list);
    assert_int_equal(idea_score_list_read(caller.store, NOW_MS + 4, &list, &fault), 0);
    found = idea_score_list_find(&list, 2);
    assert_int_equal(found->expected[1].likely, 2);
    assert_int_equal(found->expected[2].state, SCORE_NOT_RELEVANT);
    assert_int_equal(found->expected[3].state, SCORE_OPEN);
    assert_int_equal(found->ease[2], 3);
    idea_score_list_release(&list);
    assert_int_equal(idea_score_list_read(caller.store, NOW_MS - 1, &list, &fault), 0);
    assert_int_equal(list.count, 0);
    idea_score_list_release(&list);
}

static void test_what_is_off_its_scale_is_refused(void **state)
{
    static const int likely[] = {OPEN, OPEN, OPEN, OPEN, OPEN};
    struct idea_scores nothing = scores_of(likely, likely, OPEN);
    struct idea_scores scores;
    int i;

    (void)state;
    add("one", "a");
    nothing.idea_id = 1;
    assert_int_equal(put(&nothing, NOW_MS), -EINVAL);
    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        static const struct expected_score wrong[] = {{SCORE_GIVEN, -1, 0, 0},
                                                      {SCORE_GIVEN, 2, 1, 3},
                                                      {SCORE_GIVEN, 1, 3, 2},
                                                      {SCORE_GIVEN, 4, 5, 6}};
        size_t j;

        for (j = 0; j < sizeof wrong / sizeof wrong[0]; j++) {
            scores = nothing;
            scores.expected[i] = wrong[j];
            assert_int_equal(put(&scores, NOW_MS), -EINVAL);
        }
    }
    for (i = 0; i < EASES; i++) {
        scores = nothing;
        scores.ease[i] = 6;
        assert_int_equal(put(&scores, NOW_MS), -EINVAL);
        scores.ease[i] = -2;
        assert_int_equal(put(&scores, NOW_MS), -EINVAL);
        scores.ease[i] = 0; /* only ways to reach a system are counted from 1 */
        assert_int_equal(put(&scores, NOW_MS), i == EASE_INTERFACE - 1 ? -EINVAL : 0);
    }
    scores = nothing;
    scores.systems = 51;
    assert_int_equal(put(&scores, NOW_MS), -EINVAL);
    scores.systems = 50;
    assert_int_equal(put(&scores, NOW_MS), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)

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
        TEST(test_ties_go_to_whom_most_is_lacking),
        TEST(test_ties_are_exact),
        TEST(test_only_what_is_to_be_built_is_ranked),
        TEST(test_the_newest_of_a_thing_counts),
        TEST(test_what_is_off_its_scale_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
