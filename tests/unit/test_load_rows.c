/* load: what it says of each change, to whoever loads and to the audit. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/change_list.h"
#include "core/command/detail.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/load_town.h"

static struct caller caller;

static int open_caller(void **state)
{
    (void)state;
    load_town_open(&caller);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    load_town_close(&caller);
    return 0;
}

static void loads_and_says_what(void **state)
{
    struct json *answer = load_town(&caller, load_town_text);

    (void)state;
    assert_string_equal(caller_message(answer), "Town is loaded: 7 added, 0 changed, 0 removed");
    assert_true(caller.effects.robots_changed);
    EXPECT_ROWS(
        answer,
        {"added", "organisation", NULL, NULL, "Town, Europe/Copenhagen, 1924 hours per FTE"},
        {"added", "rate", "2025-01-01", NULL, "from 2025-01-01: 342.07 kr/hour"},
        {"added", "department", "a", NULL, "from 2025-01-01: A; also called Aa"},
        {"added", "department", "b", NULL, "from 2025-01-01: B"},
        {"added", "budget", "a", NULL, "2026: 24000 kr."},
        {"added", "robot", "r", NULL,
         "R, plugin; 2025-04-01..; from 2025-04-01: a 0.5, b 0.25; from 2025-04-01: 2.5 minutes, "
         "set by Owner, signed by Head on 2025-04-02 (measured)"},
        {"added", "robot", "form", NULL,
         "Form, external, one-off; from 2025-04-01: 1 minutes, set by Owner, unsigned"});
    json_free(answer);
}

/* One thing exchanged, one row. */
static const struct {
    const char *from, *to;
    struct load_row row;
} changes[] = {
    {"\"Town\"",
     "\"City\"",
     {"changed", "organisation", NULL, "Town, Europe/Copenhagen, 1924 hours per FTE",
      "City, Europe/Copenhagen, 1924 hours per FTE"}},
    {"1924",
     "1900",
     {"changed", "organisation", NULL, "Town, Europe/Copenhagen, 1924 hours per FTE",
      "Town, Europe/Copenhagen, 1900 hours per FTE"}},
    {"342.07",
     "350",
     {"changed", "rate", "2025-01-01", "from 2025-01-01: 342.07 kr/hour",
      "from 2025-01-01: 350 kr/hour"}},
    {"\"name\":\"A\"",
     "\"name\":\"Alpha\"",
     {"changed", "department name", "a", "from 2025-01-01: A", "from 2025-01-01: Alpha"}},
    {"[\"Aa\"]", "[]", {"removed", "alias", "a", "Aa", NULL}},
    {"[\"Aa\"]", "[\"Aa\",\"Ab\"]", {"changed", "alias", "a", "Aa", "Aa, Ab"}},
    {"24000", "25000", {"changed", "budget", "a", "2026: 24000 kr.", "2026: 25000 kr."}},
    {"\"name\":\"R\"", "\"name\":\"Rob\"", {"changed", "robot", "r", "R, plugin", "Rob, plugin"}},
    {"\"to\":null",
     "\"to\":\"2025-12-31\"",
     {"changed", "operation", "r", "2025-04-01..", "2025-04-01..2025-12-31"}},
    {"0.25",
     "0.5",
     {"changed", "share", "r", "from 2025-04-01: a 0.5, b 0.25", "from 2025-04-01: a 0.5, b 0.5"}},
    {"{\"id\":\"b\",\"share\":\"0.25\"",
     "{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-05-01\"},"
     "{\"id\":\"b\",\"share\":\"0.25\"",
     {"added", "share", "r", NULL, "from 2025-05-01: b 0.25"}},
    {"\"one_off\":true",
     "\"one_off\":false",
     {"changed", "robot", "form", "Form, external, one-off", "Form, external"}},
    {"\"set_by\":\"Owner\"}",
     "\"set_by\":\"Owner\",\"reason\":\"guess\"}",
     {"changed", "estimate", "form", "from 2025-04-01: 1 minutes, set by Owner, unsigned",
      "from 2025-04-01: 1 minutes, set by Owner, unsigned (guess)"}},
    {"\"minutes\":1,\"from\":\"2025-04-01\"",
     "\"minutes\":1,\"from\":\"2025-06-01\"",
     {"added", "estimate", "form", NULL, "from 2025-06-01: 1 minutes, set by Owner, unsigned"}},
};

static void changes_what_differs(void **state)
{
    struct json *answer;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        (void)close_caller(state);
        (void)open_caller(state);
        json_free(load_town(&caller, load_town_text));
        answer = load_town_changed(&caller, changes[i].from, changes[i].to);
        load_town_rows(answer, &changes[i].row, 1);
        json_free(answer);
        answer = load_town_changed(&caller, changes[i].from, changes[i].to);
        assert_non_null(strstr(caller_message(answer), "no change"));
        assert_int_equal(json_count(json_member(answer, "rows")), 0);
        json_free(answer);
    }
}

static void lists_follow_the_file(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    answer = load_town_changed(&caller, "{\"name\":\"B\",\"from\":\"2025-01-01\"}",
                               "{\"name\":\"B\",\"from\":\"2025-02-01\"}");
    EXPECT_ROWS(answer, {"removed", "department name", "b", "from 2025-01-01: B", NULL},
                {"added", "department name", "b", NULL, "from 2025-02-01: B"});
    assert_string_equal(caller_message(answer), "Town is loaded: 1 added, 0 changed, 1 removed");
    json_free(answer);
    json_free(load_town(&caller, load_town_text));
    answer =
        load_town_changed(&caller, "{\"department\":\"a\",\"year\":2026,\"kroner\":24000}", "");
    EXPECT_ROWS(answer, {"removed", "budget", "a", "2026: 24000 kr.", NULL});
    json_free(answer);
    json_free(load_town(&caller, load_town_text));
    answer = load_town_changed(&caller, "\"2025-01-01\",\"kroner", "\"2024-01-01\",\"kroner");
    EXPECT_ROWS(answer, {"removed", "rate", "2025-01-01", "from 2025-01-01: 342.07 kr/hour", NULL},
                {"added", "rate", "2024-01-01", NULL, "from 2024-01-01: 342.07 kr/hour"});
    json_free(answer);
    json_free(load_town(&caller, load_town_text));
    answer = load_town_changed(&caller, "{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-04-01\"}",
                               "{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-03-01\"}");
    EXPECT_ROWS(
        answer, {"added", "share", "r", NULL, "from 2025-03-01: b 0.25"},
        {"changed", "share", "r", "from 2025-04-01: a 0.5, b 0.25", "from 2025-04-01: a 0.5"});
    json_free(answer);
}

/* What the file does not have comes after what it has. */
static void departments_are_in_the_files_order(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    answer = load_town(&caller,
                       "{\"organisation\":\"Town\",\"robots\":[],\"departments\":[{\"id\":\"b\","
                       "\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]}]}");
    EXPECT_ROWS(answer, {"changed", "department", "b", "place 2", "place 1"},
                {"changed", "department", "a", "place 1", "place 2"});
    json_free(answer);
}

static void a_robot_comes_back_from_retirement(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    caller_must(&caller, "robot retire", NULL, "{\"robot\":\"r\",\"on\":\"2025-05-31\"}");
    answer = load_town(&caller, load_town_text);
    EXPECT_ROWS(answer, {"changed", "operation", "r", "2025-04-01..2025-05-31", "2025-04-01.."});
    json_free(answer);
}

static void a_signature_can_come_later(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    answer = load_town_changed(&caller, "\"set_by\":\"Owner\"}",
                               "\"set_by\":\"Owner\",\"signed_by\":\"Boss\","
                               "\"signed_on\":\"2025-05-01\"}");
    EXPECT_ROWS(answer, {"changed", "signature", "form",
                         "from 2025-04-01: 1 minutes, set by Owner, unsigned",
                         "from 2025-04-01: 1 minutes, set by Owner, signed by Boss on 2025-05-01"});
    json_free(answer);
    /* The file without it takes the signature from nobody. */
    load_town_no_change(&caller, load_town_text);
    answer = caller_read(&caller, "estimate history", "{\"robot\":\"form\"}");
    assert_string_equal(caller_cell(answer, 0, "signed_by"), "Boss");
    assert_string_equal(caller_cell(answer, 0, "signature"), "signed, retroactive");
    json_free(answer);
}

/* The store has it masked; the same file is the same estimate nevertheless. */
static void what_reads_like_a_cpr_number_changes_nothing(void **state)
{
    char *unsigned_town =
        sample_text_replace(strdup(load_town_text), "\"set_by\":\"Owner\"}",
                            "\"set_by\":\"Owner 010190-1234\",\"reason\":\"Målt 12-05-25 1000 "
                            "sager\"}");
    char *signed_town =
        sample_text_replace(strdup(unsigned_town), "\"set_by\":\"Owner 010190-1234\"",
                            "\"set_by\":\"Owner 010190-1234\",\"signed_by\":\"Boss 020290-1234\","
                            "\"signed_on\":\"2025-05-01\"");
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, unsigned_town));
    load_town_no_change(&caller, unsigned_town);
    answer = load_town(&caller, signed_town);
    assert_int_equal(json_count(json_member(answer, "rows")), 1);
    assert_string_equal(caller_cell(answer, 0, "what"), "signature");
    json_free(answer);
    load_town_no_change(&caller, signed_town);
    load_town_no_change(&caller, unsigned_town);
    free(unsigned_town);
    free(signed_town);
}

static void says_what_it_does_to_what_is_counted(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    load_town_task(&caller, "r", "2025-05-02T12:00:00+02:00");
    load_town_task(&caller, "form", "2025-05-02T12:00:00+02:00");
    load_town_no_change(&caller, load_town_text);
    /* 1 minute at 342.07 kroner; the robot has no departments. */
    answer = load_town_changed(&caller, "\"set_by\":\"Owner\"}",
                               "\"set_by\":\"Owner\",\"signed_by\":\"Boss\","
                               "\"signed_on\":\"2025-05-01\"}");
    assert_string_equal(caller_message(answer),
                        "Town is loaded: 0 added, 1 changed, 0 removed; what is counted already "
                        "changes from 14 to 20 kr.");
    EXPECT_ROWS(answer,
                {"changed", "signature", "form",
                 "from 2025-04-01: 1 minutes, set by Owner, unsigned",
                 "from 2025-04-01: 1 minutes, set by Owner, signed by Boss on 2025-05-01"},
                {"changed", "savings of department", "tvaergaaende", "3 kr.", "9 kr."},
                {"changed", "savings of robot", "form", "0 kr.", "6 kr."});
    json_free(answer);
    /* Nothing that counts. */
    answer = load_town_changed(&caller, "24000", "25000");
    assert_string_equal(caller_message(answer), "Town is loaded: 0 added, 1 changed, 0 removed");
    assert_int_equal(json_count(json_member(answer, "rows")), 1);
    json_free(answer);
    /* Counted before any rate: it is worth nothing, but it counts. */
    load_town_task(&caller, "form", "2024-12-31T12:00:00+01:00");
    answer = load_town(&caller,
                       "{\"organisation\":\"Town\",\"robots\":[{\"id\":\"form\",\"name\":\"Form\","
                       "\"runs\":\"external\",\"one_off\":true,\"estimates\":[{\"minutes\":1,"
                       "\"from\":\"2024-12-01\",\"set_by\":\"Owner\",\"signed_by\":\"Boss\","
                       "\"signed_on\":\"2025-01-01\"}]}]}");
    assert_non_null(
        strstr(caller_message(answer), "what is counted already changes from 2 to 3 tasks"));
    assert_string_equal(caller_cell(answer, 2, "before"), "1 tasks");
    assert_string_equal(caller_cell(answer, 2, "after"), "2 tasks");
    json_free(answer);
    answer = load_town_changed(&caller, "\"share\":\"0.5\"", "\"share\":\"0\"");
    assert_non_null(strstr(caller_message(answer), "what is counted already is shared out"));
    json_free(answer);
}

static void long_rows_are_cut(void **state)
{
    struct json *answer;
    const char *after;
    struct text names;
    char *text;
    int i;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    text_init(&names, 1 << 16);
    for (i = 0; i < 900; i++)
        text_printf(&names, "%s\"another name %d\"", i > 0 ? "," : "", i);
    text = sample_text_replace(strdup(load_town_text), "\"Aa\"", text_string(&names));
    answer = load_town(&caller, text);
    assert_int_equal(json_count(json_member(answer, "rows")), 1);
    after = json_string(json_member(json_first(json_member(answer, "rows")), "after"));
    assert_true(strlen(after) > CHANGE_TEXT_MAX - 100 && strlen(after) < CHANGE_TEXT_MAX + 5);
    assert_string_equal(after + strlen(after) - 4, " ...");
    json_free(answer);
    free(text);
    text_release(&names);
}

/* Of the newest audit row; json_free() *ret_answer. */
static const struct json *newest_detail(struct json **ret_answer)
{
    *ret_answer = caller_read(&caller, "audit", "{\"limit\":1}");
    return json_member(json_first(json_member(*ret_answer, "rows")), "detail");
}

static void expect_number(const struct json *object, const char *name, int64_t expected)
{
    int64_t number = -1;

    assert_true(json_int64(json_member(object, name), &number));
    assert_int_equal(number, expected);
}

static void the_audit_has_the_changes(void **state)
{
    const struct json *detail;
    const struct json *change;
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    load_town_task(&caller, "form", "2025-05-02T12:00:00+02:00");
    json_free(
        load_town_changed(&caller, "\"set_by\":\"Owner\"}",
                          "\"set_by\":\"Owner\",\"signed_by\":\"Boss\","
                          "\"signed_on\":\"2025-05-01\",\"reason\":\"as 010190-1234 asked\"}"));
    detail = newest_detail(&answer);
    assert_string_equal(json_string(json_member(detail, "file")), "town.json");
    assert_int_equal(strlen(json_string(json_member(detail, "sha256"))), 64);
    expect_number(detail, "added", 0);
    expect_number(detail, "changed", 1);
    expect_number(detail, "removed", 0);
    assert_null(json_member(detail, "truncated"));
    assert_int_equal(json_count(json_member(detail, "changes")), 3);
    change = json_first(json_member(detail, "changes"));
    assert_string_equal(json_string(json_member(change, "what")), "estimate");
    assert_string_equal(json_string(json_member(change, "after")),
                        "from 2025-04-01: 1 minutes, set by Owner, signed by Boss on 2025-05-01 "
                        "(as [CPR] asked)");
    json_free(answer);
}

/* A load is never refused because its audit row would be long. */
static void a_long_audit_is_counts_alone(void **state)
{
    const struct json *detail;
    struct json *answer;
    struct text town;
    int i;

    (void)state;
    text_init(&town, 1 << 20);
    text_append_string(&town, "{\"organisation\":\"Town\",\"robots\":[],\"departments\":[");
    for (i = 0; i < 500; i++)
        text_printf(&town,
                    "%s{\"id\":\"d%d\",\"names\":[{\"name\":\"D\",\"from\":\"2025-01-01\"}]}",
                    i > 0 ? "," : "", i);
    text_append_string(&town, "]}");
    json_free(load_town(&caller, text_string(&town)));
    text_release(&town);
    detail = newest_detail(&answer);
    expect_number(detail, "added", 501);
    assert_true(json_bool(json_member(detail, "truncated")));
    assert_null(json_member(detail, "changes"));
    assert_string_equal(json_string(json_member(detail, "file")), "town.json");
    json_free(answer);
}

/* Not even the arguments fit. */
static void an_endless_path_is_left_out(void **state)
{
    static char path[DETAIL_MAX + 1];
    struct json *answer;
    char *arguments;

    (void)state;
    memset(path, 'x', sizeof path - 1);
    arguments = caller_file(path, load_town_text);
    caller_must(&caller, "load", NULL, arguments);
    free(arguments);
    assert_true(json_bool(json_member(newest_detail(&answer), "truncated")));
    json_free(answer);
}

/* As `sha256sum` prints it. */
static void the_audit_has_the_files_hash(void **state)
{
    const struct json *detail;
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, "{\"organisation\":\"Town\",\"departments\":[],\"robots\":[]}"));
    detail = newest_detail(&answer);
    assert_string_equal(json_string(json_member(detail, "sha256")),
                        "2451362bfdd719407036837514c9bd20c65aa648d76e7ca31dac9cf4d05f127a");
    json_free(answer);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(loads_and_says_what),
        EACH(changes_what_differs),
        EACH(lists_follow_the_file),
        EACH(departments_are_in_the_files_order),
        EACH(a_robot_comes_back_from_retirement),
        EACH(a_signature_can_come_later),
        EACH(what_reads_like_a_cpr_number_changes_nothing),
        EACH(says_what_it_does_to_what_is_counted),
        EACH(long_rows_are_cut),
        EACH(the_audit_has_the_changes),
        EACH(a_long_audit_is_counts_alone),
        EACH(an_endless_path_is_left_out),
        EACH(the_audit_has_the_files_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
