/* The order of ideas, and what is said of them in the store. */
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
#include "tests/unit/idea_points.h"

/* Noon of 2026-06-30. */
static const int64_t NOW_MS = INT64_C(1782813600000);

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
    struct idea_scores scores = idea_points(likely, eases, 1);

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
    struct idea_scores more = idea_points(likely, ease, 2);
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
    struct idea_scores scores = idea_points(first, ease, 3);
    struct idea_score_list list = {.count = 0};
    struct fault fault = {.text = ""};
    const struct idea_scores *found;

    (void)state;
    add("one", "a");
    add("two", "a");
    scores.idea_id = 2;
    assert_int_equal(put(&scores, NOW_MS), 0);
    scores = idea_points(second, later, OPEN);
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
    struct idea_scores nothing = idea_points(likely, likely, OPEN);
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
        TEST(test_ties_go_to_whom_most_is_lacking),    TEST(test_ties_are_exact),
        TEST(test_only_what_is_to_be_built_is_ranked), TEST(test_the_newest_of_a_thing_counts),
        TEST(test_what_is_off_its_scale_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
