/* Ideas, the gap they would close, and the yearly round: by their commands. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "scorecards/gap.h"
#include "tests/unit/command_caller.h"

/* Noon of 2026-06-30: six months are left. */
static const int64_t NOW_MS = INT64_C(1782813600000);

/* One minute and 60 kroner an hour, so that a task is a krone; two a month. */
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

static void add(const char *arguments)
{
    caller_must(&caller, "backlog add", NULL, arguments);
}

static void test_an_idea_goes_its_way(void **state)
{
    struct json *list;

    (void)state;
    add("{\"title\":\"Breve\",\"sender\":\"Invented Sender\",\"owner\":\"Invented Owner\"}");
    caller_refused(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"development\"}");
    assert_non_null(strstr(caller.error, "is not approved"));
    caller_refused(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"invented  SENDER\"}");
    assert_non_null(strstr(caller.error, "sent idea 1"));
    caller_refused(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Owner\"}");
    assert_non_null(strstr(caller.error, "owns idea 1"));
    caller_refused(&caller, "backlog approve", NULL, "{\"id\":7,\"by\":\"Invented Head\"}");
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    caller_refused(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    caller_must(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"development\"}");
    caller_must(&caller, "backlog change", NULL, "{\"id\":1,\"hours\":\"12.5\"}");
    list = caller_read(&caller, "backlog list", "{\"status\":\"development\"}");
    assert_string_equal(caller_cell(list, 0, "title"), "Breve");
    assert_string_equal(caller_cell(list, 0, "kroner"), "750");
    assert_string_equal(caller_cell(list, 0, "approved_by"), "Invented Head");
    assert_string_equal(caller_cell(list, 0, "department"), "tvaergaaende");
    json_free(list);
}

static void test_what_came_of_an_idea_is_not_removed(void **state)
{
    (void)state;
    temp_home_plant(caller.home, "INSERT INTO robot(slug, name, position, external, one_off) "
                                 "VALUES('ove', 'Ove', 1, 0, 0)");
    add("{\"title\":\"Breve\",\"sender\":\"Invented Sender\"}");
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    caller_must(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"development\"}");
    caller_must(&caller, "backlog move", NULL,
                "{\"id\":1,\"status\":\"operation\",\"robot\":\"ove\"}");
    caller_refused(&caller, "robot remove", NULL, "{\"robot\":\"ove\"}");
    if (strstr(caller.error, "an idea on the backlog became it") == NULL)
        fail_msg("%s", caller.error);
}

/* What was approved is not made another idea, nor its approver's own, behind the approval. */
static void test_what_is_approved_stays_what_it_is(void **state)
{
    static const char *const changes[] = {
        "{\"id\":1,\"title\":\"Another\"}",
        "{\"id\":1,\"description\":\"Another\"}",
        "{\"id\":1,\"department\":\"a\"}",
        "{\"id\":1,\"owner\":\"head, Invented\"}",
    };
    size_t i;

    (void)state;
    add("{\"title\":\"Breve\",\"sender\":\"Invented Sender\",\"department\":\"b\"}");
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    for (i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        caller_refused(&caller, "backlog change", NULL, changes[i]);
        assert_non_null(strstr(caller.error, "is approved by \"Invented Head\""));
    }
    caller_must(&caller, "backlog change", NULL,
                "{\"id\":1,\"title\":\"Breve\",\"owner\":\"Invented Owner\",\"hours\":\"9\"}");
    caller_must(&caller, "backlog move", "Invented Head",
                "{\"id\":1,\"status\":\"wish\",\"reason\":\"another idea\"}");
    caller_must(&caller, "backlog change", NULL, changes[0]);
    caller_refused(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"approved\"}");
    assert_non_null(strstr(caller.error, "is not approved"));
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
}

static void assert_move(const char *by, const char *arguments, const char *message)
{
    struct json *answer = caller_do(&caller, "backlog move", by, caller_quoted(arguments));

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

/* Wherever it had come to, an approval is not lost by the way. */
static void test_an_approval_is_taken_back_by_somebody_for_a_reason(void **state)
{
    static const char *const lost = "the approval by Invented Head of 2026-06-30 is taken back";

    (void)state;
    add("{\"title\":\"Breve\",\"sender\":\"Invented Sender\"}");
    assert_move(NULL, "{'id':1,'status':'wish'}", "idea 1 (Breve) is a wish"); /* as it was */
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    caller_must(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"development\"}");
    caller_refused_with(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"wish\"}", lost);
    caller_refused_with(&caller, "backlog move", "Invented Person",
                        "{\"id\":1,\"status\":\"wish\"}", "--reason TEXT");
    caller_refused_with(&caller, "backlog move", NULL,
                        caller_quoted("{'id':1,'status':'wish','reason':'other rules'}"),
                        "--by NAME");
    assert_move("Invented Person", "{'id':1,'status':'wish','reason':'other rules'}",
                "idea 1 (Breve) is a wish; the approval by Invented Head of 2026-06-30 is taken "
                "back");
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    assert_move("Invented Person", "{'id':1,'status':'wish','answer':'other rules'}",
                "idea 1 (Breve) is a wish; the approval by Invented Head of 2026-06-30 is taken "
                "back");
}

static void test_operation_asks_which_robot_came_of_it(void **state)
{
    (void)state;
    temp_home_plant(caller.home, "INSERT INTO robot(slug, name, position, external, one_off) "
                                 "VALUES('ove', 'Ove', 1, 0, 0)");
    add("{\"title\":\"Breve\",\"sender\":\"Invented Sender\"}");
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    assert_move(NULL, "{'id':1,'status':'operation'}",
                "idea 1 (Breve) is in operation; which robot came of it is not said: --robot ROBOT "
                "does so");
    assert_move(NULL, "{'id':1,'status':'operation','robot':'ove'}",
                "idea 1 (Breve) is in operation");
    assert_move(NULL, "{'id':1,'status':'operation'}", "idea 1 (Breve) is in operation");
}

/* A mark in the place of a number helps nobody: whoever writes it leaves it out. */
static void test_a_cpr_number_is_refused_wherever_an_idea_is_written(void **state)
{
    static const char *const written[][3] = {
        {"backlog add", "{'title':'About 010190-1234','sender':'S'}", "the title holds what"},
        {"backlog add", "{'title':'T','sender':'S 010190-1234'}", "--sender holds what"},
        {"backlog add", "{'title':'T','sender':'S','owner':'010190-1234 O'}", "--owner holds what"},
        {"backlog add", "{'title':'T','sender':'S','description':'010190 1234'}",
         "--description holds what"},
        {"backlog add", "{'title':'T','sender':'S','today':'0101901234'}", "--today holds what"},
        {"backlog add", "{'title':'T','sender':'S','trouble':'0101901234'}",
         "--trouble holds what"},
        {"backlog add", "{'title':'T','sender':'S','wish':'0101901234'}", "--wish holds what"},
        {"backlog add", "{'title':'T','sender':'S','today':'a 010190','wish':'1234 b'}",
         "the three sentences behind each other hold what"},
        {"backlog change", "{'id':1,'title':'010190-1234'}", "the title holds what"},
        {"backlog change", "{'id':1,'owner':'010190-1234 O'}", "--owner holds what"},
        {"backlog change", "{'id':1,'description':'010190-1234'}", "--description holds what"},
        {"backlog answer", "{'id':1,'by':'A','answer':'010190-1234'}", "--answer holds what"},
        {"backlog approve", "{'id':1,'by':'A','answer':'010190-1234'}", "--answer holds what"},
        {"backlog move", "{'id':1,'status':'rejected','answer':'010190-1234'}",
         "--answer holds what"},
        {"backlog move", "{'id':1,'status':'wish','reason':'010190-1234'}", "--reason holds what"},
    };
    size_t i;

    (void)state;
    add("{\"title\":\"Breve\",\"sender\":\"Invented Sender\"}");
    for (i = 0; i < sizeof written / sizeof written[0]; i++) {
        caller_refused_with(&caller, written[i][0], NULL, caller_quoted(written[i][1]),
                            written[i][2]);
        assert_int_equal(caller.status, 2);
    }
}

static void test_a_rejection_is_answered(void **state)
{
    struct json *list;

    (void)state;
    add("{\"title\":\"Breve\",\"sender\":\"Invented Sender\"}");
    caller_refused(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"rejected\"}");
    assert_non_null(strstr(caller.error, "tell \"Invented Sender\" why not"));
    list = caller_do(&caller, "backlog move", NULL,
                     "{\"id\":1,\"status\":\"rejected\",\"answer\":\"for few\"}");
    assert_string_equal(caller_message(list), "idea 1 (Breve) is rejected");
    json_free(list);
    list = caller_read(&caller, "backlog list", "{}");
    assert_string_equal(caller_cell(list, 0, "answer"), "for few");
    json_free(list);
}

static void test_bad_ideas_are_refused(void **state)
{
    (void)state;
    caller_refused(&caller, "backlog add", NULL,
                   "{\"title\":\"T\",\"sender\":\"S\",\"department\":\"nowhere\"}");
    caller_refused(&caller, "backlog add", NULL,
                   "{\"title\":\"T\",\"sender\":\"S\",\"hours\":\"-1\"}");
    caller_refused(&caller, "backlog add", NULL,
                   "{\"title\":\"T\",\"sender\":\"S\",\"hours\":\"1000000.01\"}");
    caller_refused(&caller, "backlog add", NULL, "{\"title\":\"\",\"sender\":\"S\"}");
}

static void test_months_after_go_live(void **state)
{
    (void)state;
    assert_int_equal(gap_months_after(2026, clock_day(2025, 3, 4)), 12);
    assert_int_equal(gap_months_after(2026, clock_day(2026, 1, 1)), 12);
    assert_int_equal(gap_months_after(2026, clock_day(2026, 1, 2)), 11);
    assert_int_equal(gap_months_after(2026, clock_day(2026, 12, 1)), 1);
    assert_int_equal(gap_months_after(2026, clock_day(2026, 12, 2)), 0);
    assert_int_equal(gap_months_after(2026, clock_day(2027, 1, 1)), 0);
}

/* b lacks 5,000: its ideas bring 3,000 (approved, half a year), 2,500 (no date: six months are left), 600. */
static void test_what_closes_the_gap(void **state)
{
    struct fault fault = {.text = ""};
    struct gap gap = {.row_count = 0};
    struct json *list;

    (void)state;
    add("{\"title\":\"late\",\"sender\":\"S\",\"department\":\"b\",\"hours\":\"40\","
        "\"go-live\":\"2026-10-01\"}");
    add("{\"title\":\"undated\",\"sender\":\"S\",\"department\":\"b\",\"hours\":\"83.33\"}");
    add("{\"title\":\"decided\",\"sender\":\"S\",\"department\":\"b\",\"hours\":\"100\","
        "\"go-live\":\"2026-07-01\"}");
    add("{\"title\":\"wordless\",\"sender\":\"S\",\"department\":\"b\"}");
    add("{\"title\":\"of all\",\"sender\":\"S\",\"hours\":\"1000\"}");
    caller_must(&caller, "backlog approve", NULL, "{\"id\":3,\"by\":\"Invented Head\"}");
    assert_int_equal(gap_read(caller.store, 2026, clock_day(2026, 6, 30), &gap, &fault), 0);
    assert_int_equal(gap.row_count, 3);
    assert_string_equal(gap.rows[0].forecast->id, "b");
    assert_int_equal(gap.rows[0].gap, 5000);
    assert_int_equal(gap.rows[0].certainty, GAP_OUT_OF_REACH);
    assert_int_equal(gap.rows[0].idea_count, 3);
    assert_string_equal(gap.rows[0].ideas[0].idea->title, "decided");
    assert_int_equal(gap.rows[0].ideas[0].kroner, 3000);
    assert_int_equal(gap.rows[0].ideas[1].kroner, 2500);
    assert_int_equal(gap.rows[0].ideas[1].months, 6);
    assert_false(gap.rows[0].ideas[1].is_planned);
    assert_false(gap.rows[0].ideas[0].closes);
    assert_true(gap.rows[0].ideas[1].closes);
    assert_int_equal(gap.rows[0].ideas[2].kroner, 600);
    assert_false(gap.rows[0].ideas[2].closes);
    assert_int_equal(gap.rows[0].idea_kroner, 6100);
    assert_int_equal(gap.rows[0].decided_count, 1);
    assert_int_equal(gap.rows[0].decided_kroner, 3000);
    assert_int_equal(gap.rows[0].wordless_count, 1);
    assert_string_equal(gap.rows[1].forecast->id, "a");
    assert_int_equal(gap.rows[2].certainty, GAP_NO_TARGET);
    assert_int_equal(gap.rows[2].gap, 0);
    gap_release(&gap);
    list = caller_read(&caller, "gap", "{\"department\":\"b\"}");
    assert_string_equal(caller_cell(list, 0, "words"),
                        "no robot serves it; 1 approved idea would bring 3000, 2 wishes 3100, "
                        "which together close it; 1 idea says no hours");
    json_free(list);
    list = caller_read(&caller, "gap", "{\"department\":\"a\"}");
    assert_non_null(strstr(caller_message(list), "A is below its target: 0 of 1000 kroner"));
    json_free(list);
}

static void test_a_round_is_one_signed_document(void **state)
{
    struct json *shown;
    struct json *list;
    const char *text;

    (void)state;
    add("{\"title\":\"Breve\",\"sender\":\"S\",\"department\":\"b\",\"hours\":\"100\"}");
    shown = caller_read(&caller, "round show", "{\"department\":\"b\"}");
    assert_non_null(strstr(json_string(json_member(shown, "text")), "UDKAST"));
    assert_false(json_bool(json_member(shown, "approved")));
    json_free(shown);
    caller_refused(&caller, "round approve", NULL,
                   "{\"department\":\"b\",\"by\":\"Invented Head\",\"year\":2025}");
    assert_non_null(strstr(caller.error, "2025 is over"));
    caller_must(&caller, "round approve", NULL, "{\"department\":\"b\",\"by\":\"Invented Head\"}");
    caller_must(&caller, "backlog change", NULL, "{\"id\":1,\"title\":\"Andet\"}");
    shown = caller_read(&caller, "round show", "{\"department\":\"b\"}");
    text = json_string(json_member(shown, "text"));
    assert_null(strstr(text, "UDKAST"));
    assert_non_null(strstr(text, "1. Breve (nr. 1, ønske, ikke godkendt): 100 timer om året"));
    assert_non_null(strstr(text, "Invented Head"));
    assert_non_null(strstr(text, "Prognose efter organisationens regel: 0\u00a0kr."));
    assert_non_null(strstr(text, "Forventet i året: 0\u00a0kr., heraf 0\u00a0kr. bogført"));
    json_free(shown);
    list = caller_read(&caller, "round list", "{\"year\":2026}");
    assert_string_equal(caller_cell(list, 1, "state"), "approved");
    assert_string_equal(caller_cell(list, 0, "state"), "waiting");
    json_free(list);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_idea_goes_its_way),
        TEST(test_a_rejection_is_answered),
        TEST(test_an_approval_is_taken_back_by_somebody_for_a_reason),
        TEST(test_operation_asks_which_robot_came_of_it),
        TEST(test_a_cpr_number_is_refused_wherever_an_idea_is_written),
        TEST(test_what_came_of_an_idea_is_not_removed),
        TEST(test_what_is_approved_stays_what_it_is),
        TEST(test_bad_ideas_are_refused),
        TEST(test_months_after_go_live),
        TEST(test_what_closes_the_gap),
        TEST(test_a_round_is_one_signed_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
