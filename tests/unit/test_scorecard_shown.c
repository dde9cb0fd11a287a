/* Scorecards as their commands show them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/unit/command_caller.h"

/* Noon of 2026-06-30. */
static const int64_t NOW_MS = INT64_C(1782813600000);

static struct caller caller;

static int open_town(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, caller_town);
    return 0;
}

static int open_empty(void **state)
{
    (void)state;
    caller_open(&caller);
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

static struct json *cards(const char *arguments)
{
    return caller_read(&caller, "scorecard", caller_quoted(arguments));
}

static void set_quality(const char *more)
{
    char arguments[1024];

    (void)snprintf(arguments, sizeof arguments,
                   "{'robot':'r','parameter':'quality','indicator':'DEMO errors','unit':'per 100',"
                   "'lower-is-better':true,'baseline':'8','baseline-on':'2026-01-31',"
                   "'baseline-method':'DEMO count','baseline-n':200,'target':'2',"
                   "'target-on':'2026-12-31','owner':'Invented Owner','review-on':'2026-07-31',"
                   "'by':'Invented Owner'%s}",
                   more);
    caller_must(&caller, "scorecard set", NULL, caller_quoted(arguments));
}

/* The cell holds that. */
static void has(const struct json *answer, size_t row, const char *member, const char *part)
{
    const char *cell = caller_cell(answer, row, member);

    if (strstr(cell, part) == NULL)
        fail_msg("%s of row %zu is \"%s\", without \"%s\"", member, row, cell, part);
}

static const struct json *row_of(const struct json *answer, size_t index)
{
    const struct json *row = json_first(json_member(answer, "rows"));

    while (index-- > 0)
        row = json_next(row);
    return row;
}

static void without_robots_it_says_what_to_do(void **state)
{
    struct json *answer = cards("{}");

    (void)state;
    assert_null(json_first(json_member(answer, "rows")));
    assert_null(json_member(answer, "message"));
    assert_non_null(strstr(command_find("scorecard")->empty, "automagi load"));
    json_free(answer);
}

static void five_scores_stand_side_by_side(void **state)
{
    struct json *answer;

    (void)state;
    set_quality(",'actual':'3.2','actual-on':'2026-06-01','evidence':'E2','link':'DEMO case'");
    answer = cards("{}");
    assert_string_equal(caller_cell(answer, 0, "id"), "r");
    assert_string_equal(caller_cell(answer, 1, "id"), "form"); /* external ones, too */
    assert_string_equal(caller_cell(answer, 0, "saving_shown"), "0 ·····");
    assert_string_equal(caller_cell(answer, 0, "quality_shown"), "4 ████·");
    assert_string_equal(caller_cell(answer, 0, "service_shown"), "-");
    assert_string_equal(caller_cell(answer, 0, "quality"), "4");
    assert_true(json_is_number(json_member(row_of(answer, 0), "quality")));
    assert_true(json_is_null(json_member(row_of(answer, 0), "service")));
    assert_true(json_is_null(json_member(row_of(answer, 1), "quality")));
    assert_string_equal(caller_cell(answer, 0, "confidence"), "A");
    assert_string_equal(caller_cell(answer, 0, "gate"), "open");
    has(answer, 0, "words", "quality not approved");
    has(answer, 0, "words", "no estimate is signed");
    has(answer, 0, "words", "no task recorded in these months");
    assert_non_null(strstr(caller_message(answer), "neither is 0"));
    assert_null(strstr(caller_message(answer), "scorecard set"));
    json_free(answer);
    answer = cards("{'as-of':'2026-05-31'}");
    assert_true(json_is_null(json_member(row_of(answer, 0), "quality")));
    json_free(answer);
}

static void what_is_overdue_is_greyed(void **state)
{
    struct json *answer;

    (void)state;
    set_quality(",'actual':'8','actual-on':'2026-06-01','evidence':'E0'");
    temp_home_plant(caller.home, "UPDATE indicator SET review_day = review_day - 60");
    answer = cards("{}");
    assert_string_equal(caller_cell(answer, 0, "quality_shown"), "0 ·····");
    has(answer, 0, "words", "quality overdue for review, not approved");
    assert_non_null(strstr(caller_message(answer), "1 score is overdue"));
    json_free(answer);
    temp_home_plant(caller.home, "UPDATE indicator SET actual = 2000000");
    answer = cards("{'robot':'r'}");
    assert_string_equal(caller_cell(answer, 2, "points_shown"), "2 ▒▒···");
    has(answer, 2, "words", "overdue for review, capped by its evidence, not approved");
    has(answer, 3, "words", "its review was due on 2026-06-01");
    has(answer, 3, "words", "100 % of the way; E0, which gives at most 2");
    json_free(answer);
}

static void one_robot_says_where_points_come_from(void **state)
{
    static const char *const ids[] = {
        "saving",           "time",        "quality", "quality 1",          "service",
        "wellbeing",        "legal-basis", "dpia",    "automated-decision", "processing-agreement",
        "supplier-consent", "archive-duty"};
    struct json *answer;
    size_t i;

    (void)state;
    set_quality(",'actual':'9.5','actual-on':'2026-06-01','evidence':'E1','link':'DEMO case'");
    caller_must(&caller, "scorecard gate", NULL,
                caller_quoted("{'robot':'r','item':'dpia','state':'red','note':'DEMO missing',"
                              "'by':'Invented Person'}"));
    answer = cards("{'robot':'r'}");
    for (i = 0; i < sizeof ids / sizeof ids[0]; i++)
        assert_string_equal(caller_cell(answer, i, "id"), ids[i]);
    assert_null(row_of(answer, i));
    has(answer, 0, "words", "no budget was cut and no gain is documented");
    has(answer, 1, "words", "no estimate is signed");
    has(answer, 2, "words", "worsened, not approved");
    has(answer, 3, "words",
        "DEMO errors (per 100, lower is better): 8 on 2026-01-31 (DEMO count, n 200), target 2 by "
        "2026-12-31, actual 9.5 on 2026-06-01: -25 % of the way, worse; E1, DEMO case; owner "
        "Invented Owner; review by 2026-07-31; version 1 set by Invented Owner, not approved");
    assert_string_equal(caller_cell(answer, 3, "attainment"), "-0.25");
    assert_string_equal(caller_cell(answer, 3, "baseline"), "8");
    has(answer, 4, "words", "automagi scorecard set r --parameter service");
    assert_string_equal(caller_cell(answer, 7, "points_shown"), "red");
    has(answer, 7, "words", "DEMO missing; by Invented Person");
    has(answer, 8, "words", "nobody has looked at it");
    assert_non_null(strstr(caller_message(answer), "12 complete months in operation, 2025-07 to "
                                                   "2026-06, confidence A, in which no task is "
                                                   "recorded; gate red: dpia; open: "
                                                   "5 of 6"));
    json_free(answer);
}

/* Of an earlier day it shows nothing that was decided later. */
static void who_approved_it_later_is_not_shown(void **state)
{
    struct json *answer;

    (void)state;
    set_quality("");
    caller_must(&caller, "scorecard approve", NULL,
                caller_quoted("{'robot':'r','parameter':'quality','by':'Invented Approver'}"));
    answer = cards("{'robot':'r'}");
    assert_string_equal(caller_cell(answer, 3, "approved_by"), "Invented Approver");
    has(answer, 3, "words", ", approved by Invented Approver");
    json_free(answer);
    temp_home_plant(caller.home, "UPDATE indicator SET from_day = from_day - 1");
    answer = cards("{'robot':'r','as-of':'2026-06-29'}");
    has(answer, 3, "words", ", not approved");
    assert_true(json_is_null(json_member(row_of(answer, 3), "approved_by")));
    assert_true(json_is_null(json_member(row_of(answer, 3), "approved_at")));
    json_free(answer);
}

static void amounts_are_exact_numbers(void **state)
{
    struct json *answer;
    const struct json *row;

    (void)state;
    caller_must(&caller, "gain add", NULL,
                caller_quoted("{'robot':'r','kroner':'1234.56','on':'2026-02-03','what':'DEMO',"
                              "'document':'DEMO note','by':'Invented Person'}"));
    caller_must(
        &caller, "cost add", NULL,
        caller_quoted(
            "{'robot':'r','running':true,'monthly':'0.01','borne-by':'a','from':'2026-06-01',"
            "'what':'DEMO','by':'Invented Person'}"));
    answer = cards("{'robot':'r'}");
    row = row_of(answer, 0);
    assert_string_equal(caller_cell(answer, 0, "kroner_per_year"), "1234.55");
    assert_true(json_is_number(json_member(row, "kroner_per_year")));
    assert_string_equal(caller_cell(answer, 0, "gains"), "1234.56");
    assert_string_equal(caller_cell(answer, 0, "running"), "0.01");
    assert_string_equal(caller_cell(answer, 0, "months"), "12");
    has(answer, 0, "words",
        "1234.55 kr a year = (realised 0 + gains 1234.56 - running cost 0.01) / 12 months x 12; "
        "released beside it: 0");
    assert_string_equal(caller_cell(answer, 0, "points"), "1");
    json_free(answer);
}

static void what_an_idea_expected_is_said(void **state)
{
    struct json *answer;

    (void)state;
    temp_home_plant(caller.home,
                    "INSERT INTO idea(id, title, status, department_text, sender, owner, "
                    "description, robot_id, made_ms, changed_ms) SELECT 7, 'DEMO', 4, '', 'x', '', "
                    "'', id, 1, 1 FROM robot WHERE slug = 'r';"
                    "INSERT INTO idea_score(idea_id, thing, low, likely, high, by_whom, at_ms) "
                    "VALUES(7, 2, 2, 3, 4, 'x', 1), (7, 3, 1, 1, 2, 'x', 1)");
    answer = cards("{'robot':'r','as-of':'2025-09-30'}");
    has(answer, 1, "words",
        "; idea 7 expected 2 to 4, likely 3: to be held against it on "
        "2025-10-01");
    assert_string_equal(caller_cell(answer, 1, "expectation"), "later");
    json_free(answer);
    answer = cards("{'robot':'r'}");
    has(answer, 1, "words", "; idea 7 expected 2 to 4, likely 3: on 2025-10-01 it was 0, below");
    assert_string_equal(caller_cell(answer, 1, "expectation"), "below");
    assert_string_equal(caller_cell(answer, 1, "held_points"), "0");
    has(answer, 2, "words", "on 2025-10-01 nothing was measured");
    assert_string_equal(caller_cell(answer, 2, "expectation"), "unknown");
    json_free(answer);
}

static void history_is_shown_by_quarters(void **state)
{
    struct json *answer;

    (void)state;
    set_quality(",'actual':'2','actual-on':'2026-06-01','evidence':'E2','link':'DEMO case'");
    answer = caller_read(&caller, "scorecard history", caller_quoted("{'robot':'r','quarters':1}"));
    assert_string_equal(caller_cell(answer, 0, "day"), "2026-03-31");
    assert_string_equal(caller_cell(answer, 0, "quality_shown"), "-");
    assert_string_equal(caller_cell(answer, 1, "day"), "2026-06-30");
    assert_string_equal(caller_cell(answer, 1, "quality_shown"), "5 █████");
    assert_null(row_of(answer, 2));
    json_free(answer);
    answer = caller_read(&caller, "scorecard history", caller_quoted("{'robot':'r'}"));
    assert_string_equal(caller_cell(answer, 0, "day"), "2025-06-30");
    json_free(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_town, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_robots_it_says_what_to_do, open_empty, close_town),
        TEST(five_scores_stand_side_by_side),
        TEST(what_is_overdue_is_greyed),
        TEST(one_robot_says_where_points_come_from),
        TEST(who_approved_it_later_is_not_shown),
        TEST(amounts_are_exact_numbers),
        TEST(what_an_idea_expected_is_said),
        TEST(history_is_shown_by_quarters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
