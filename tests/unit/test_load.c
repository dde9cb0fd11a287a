/* load and export: twice, changed, refused, and round. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/organisation_file.h"
#include "core/store/ledger.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/command_caller.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */

/* Small enough to be spoiled in one place. */
static const char TOWN[] =
    "{\"organisation\":\"Town\",\"time_zone\":\"Europe/Copenhagen\",\"hours_per_fte\":1924,"
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}],"
    "\"also_called\":[\"Aa\"]},"
    "{\"id\":\"b\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}],\"also_called\":[]}],"
    "\"budgets\":[{\"department\":\"a\",\"year\":2026,\"kroner\":24000}],"
    "\"robots\":[{\"id\":\"r\",\"name\":\"R\",\"runs\":\"plugin\",\"one_off\":false,"
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],"
    "\"departments\":[{\"id\":\"a\",\"share\":\"0.5\",\"from\":\"2025-04-01\"},"
    "{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-04-01\"}],"
    "\"estimates\":[{\"minutes\":2.5,\"from\":\"2025-04-01\",\"set_by\":\"Owner\","
    "\"signed_by\":\"Head\",\"signed_on\":\"2025-04-02\",\"reason\":\"measured\"}]},"
    "{\"id\":\"form\",\"name\":\"Form\",\"runs\":\"external\",\"one_off\":true,"
    "\"operation\":[],\"departments\":[],"
    "\"estimates\":[{\"minutes\":1,\"from\":\"2025-04-01\",\"set_by\":\"Owner\"}]}]}";

static struct caller caller;

static int open_caller(void **state)
{
    (void)state;
    clock_pretend(NOW_MS);
    caller_open(&caller);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    caller_close(&caller);
    clock_pretend(0);
    return 0;
}

static char *changed(const char *from, const char *to)
{
    return sample_text_replace(strdup(TOWN), from, to);
}

static struct json *load(const char *text)
{
    char *arguments = caller_file("town.json", text);
    struct json *answer = caller_do(&caller, "load", NULL, arguments);

    free(arguments);
    return answer;
}

/* Loads TOWN with one thing exchanged. */
static struct json *load_changed(const char *from, const char *to)
{
    char *text = changed(from, to);
    struct json *answer = load(text);

    free(text);
    return answer;
}

static char *export_text(struct store *store)
{
    struct fault fault = {.text = ""};
    struct text text;

    text_init(&text, 1 << 20);
    if (organisation_export(store, &text, &fault) < 0)
        fail_msg("%s", fault.text);
    return text_take(&text);
}

static void expect_refusal(const char *from, const char *to, const char *beginning)
{
    char *text = changed(from, to);
    char *arguments = caller_file("town.json", text);
    char expected[256];
    const char *error = caller_refused(&caller, "load", NULL, arguments);

    (void)snprintf(expected, sizeof expected, "town.json: %s", beginning);
    if (strncmp(error, expected, strlen(expected)) != 0)
        fail_msg("expected \"%s...\", got \"%s\"", expected, error);
    assert_int_equal(caller.status, 1);
    free(arguments);
    free(text);
}

/* rows of the answer: organisation, rates, departments, budgets, robots, estimates. */
static void expect_row(const struct json *answer, size_t row, const char *added,
                       const char *altered, const char *removed, const char *unchanged)
{
    assert_string_equal(caller_cell(answer, row, "added"), added);
    assert_string_equal(caller_cell(answer, row, "changed"), altered);
    assert_string_equal(caller_cell(answer, row, "removed"), removed);
    assert_string_equal(caller_cell(answer, row, "unchanged"), unchanged);
}

static void loads_and_says_how_much(void **state)
{
    struct json *answer = load(TOWN);

    (void)state;
    assert_string_equal(caller_message(answer), "Town is loaded");
    assert_true(caller.effects.robots_changed);
    expect_row(answer, 0, "1", "0", "0", "0");
    expect_row(answer, 1, "1", "0", "0", "0");
    expect_row(answer, 2, "2", "0", "0", "0");
    expect_row(answer, 3, "1", "0", "0", "0");
    expect_row(answer, 4, "2", "0", "0", "0");
    expect_row(answer, 5, "2", "0", "0", "0");
    json_free(answer);
}

static void loading_twice_changes_nothing(void **state)
{
    char *before;
    char *after;
    struct json *answer;

    (void)state;
    json_free(load(TOWN));
    before = export_text(caller.store);
    answer = load(TOWN);
    assert_string_equal(caller_message(answer), "Town: no change");
    assert_false(caller.effects.robots_changed);
    expect_row(answer, 0, "0", "0", "0", "1");
    expect_row(answer, 1, "0", "0", "0", "1");
    expect_row(answer, 2, "0", "0", "0", "2");
    expect_row(answer, 3, "0", "0", "0", "1");
    expect_row(answer, 4, "0", "0", "0", "2");
    expect_row(answer, 5, "0", "0", "0", "2");
    after = export_text(caller.store);
    assert_string_equal(before, after);
    free(before);
    free(after);
    json_free(answer);
}

static void changes_what_differs(void **state)
{
    static const struct {
        const char *from, *to;
        size_t row;
    } cases[] = {
        {"\"Town\"", "\"City\"", 0},
        {"1924", "1900", 0},
        {"342.07", "350", 1},
        {"\"name\":\"A\"", "\"name\":\"Alpha\"", 2},
        {"[\"Aa\"]", "[]", 2},
        {"24000", "25000", 3},
        {"\"name\":\"R\"", "\"name\":\"Rob\"", 4},
        {"\"to\":null", "\"to\":\"2025-12-31\"", 4},
        {"0.25", "0.5", 4},
        {"\"one_off\":true", "\"one_off\":false", 4},
    };
    struct json *answer;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_free(load(TOWN));
        answer = load_changed(cases[i].from, cases[i].to);
        assert_string_equal(caller_cell(answer, cases[i].row, "changed"), "1");
        json_free(answer);
        answer = load_changed(cases[i].from, cases[i].to);
        assert_non_null(strstr(caller_message(answer), "no change"));
        json_free(answer);
    }
}

static void lists_follow_the_file(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load(TOWN));
    answer = load_changed("{\"name\":\"B\",\"from\":\"2025-01-01\"}",
                          "{\"name\":\"B\",\"from\":\"2025-02-01\"}");
    expect_row(answer, 2, "0", "1", "0", "1");
    json_free(answer);
    answer = load_changed("{\"department\":\"a\",\"year\":2026,\"kroner\":24000}", "");
    expect_row(answer, 3, "0", "0", "1", "0");
    json_free(answer);
    answer = load_changed("\"2025-01-01\",\"kroner", "\"2024-01-01\",\"kroner");
    expect_row(answer, 1, "1", "0", "1", "0");
    json_free(answer);
}

static void what_the_file_lacks_is_left(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load(TOWN));
    answer = load("{\"organisation\":\"Town\",\"robots\":[{\"id\":\"r\",\"name\":\"R\","
                  "\"runs\":\"plugin\"}]}");
    assert_string_equal(caller_message(answer), "Town: no change");
    json_free(answer);
    answer = load(TOWN);
    assert_string_equal(caller_message(answer), "Town: no change");
    json_free(answer);
}

static void refuses_by_path(void **state)
{
    static const struct {
        const char *from, *to, *beginning;
    } cases[] = {
        {"\"hours_per_fte\"", "\"hours\"", "hours: is not a member known here"},
        {"\"Town\"", "7", "organisation: expected a string"},
        {"Europe/Copenhagen", "Europe/Nowhere", "the time zone \"Europe/Nowhere\""},
        {"1924", "0", "hours_per_fte: expected a whole number"},
        {"\"342.07\"", "\"342.071\"", "rates[0].kroner_per_hour: expected"},
        {"\"342.07\"", "\"0\"", "rates[0].kroner_per_hour: expected"},
        {"\"from\":\"2025-01-01\",\"kroner", "\"from\":\"2025-02-30\",\"kroner",
         "rates[0].from: expected a date"},
        {"\"id\":\"b\",\"names\"", "\"id\":\"a\",\"names\"", "departments[1].id: \"a\" is"},
        {"\"id\":\"b\",\"names\"", "\"id\":\"tvaergaaende\",\"names\"", "departments[1].id"},
        {"\"id\":\"b\",\"names\"", "\"id\":\"B\",\"names\"", "departments[1].id: expected"},
        {"[{\"name\":\"B\",\"from\":\"2025-01-01\"}]", "[]", "departments[1].names: expected"},
        {"\"name\":\"B\"", "\"name\":\" B\"", "departments[1].names[0].name: expected"},
        {"[\"Aa\"]", "[3]", "departments[0].also_called[0]: expected a name"},
        {"{\"department\":\"a\",\"year\"", "{\"department\":\"c\",\"year\"",
         "budgets[0].department: no department"},
        {"2026", "26", "budgets[0].year: expected"},
        {"24000", "24000.5", "budgets[0].kroner: expected a whole number"},
        {"\"id\":\"form\"", "\"id\":\"r\"", "robots[1].id: \"r\" is robots[0] already"},
        {"\"external\"", "\"elsewhere\"", "robots[1].runs: expected"},
        {"\"one_off\":true", "\"one_off\":1", "robots[1].one_off: expected true or false"},
        {"\"to\":null", "\"to\":\"2025-03-31\"", "robots[0].operation[0].to: lies before"},
        {"{\"from\":\"2025-04-01\",\"to\":null}",
         "{\"from\":\"2025-04-01\",\"to\":null},{\"from\":\"2025-05-01\",\"to\":null}",
         "robots[0].operation: two intervals overlap"},
        {"\"0.25\"", "\"0.75\"",
         "robots[0].departments: the shares from 2025-04-01 add up to 1.25"},
        {"\"0.25\"", "\"0.2500001\"", "robots[0].departments[1].share: expected"},
        {"\"0.25\"", "-0.25", "robots[0].departments[1].share: expected"},
        {"{\"id\":\"b\",\"share\"", "{\"id\":\"x\",\"share\"",
         "robots[0].departments[1].id: no department"},
        {"{\"id\":\"b\",\"share\"", "{\"id\":\"a\",\"share\"",
         "robots[0].departments[1]: \"a\" has a share"},
        {"2.5", "2.555", "robots[0].estimates[0].minutes: expected"},
        {"2.5", "-1", "robots[0].estimates[0].minutes: expected"},
        {"\"signed_on\":\"2025-04-02\",", "", "robots[0].estimates[0].signed_on: missing"},
        {"\"signed_by\":\"Head\",", "", "robots[0].estimates[0].signed_by: missing"},
        {"\"Head\"", "\"Owner\"", "robots[0].estimates[0].signed_by: \"Owner\" set"},
        {"\"Head\"", "\"OWNER\"", "robots[0].estimates[0]: \"Owner\" set"},
        {"\"set_by\":\"Owner\"}", "\"set_by\":\"\"}", "robots[1].estimates[0].set_by: expected"},
        {"\"set_by\":\"Owner\"}", "\"by\":\"Owner\"}", "robots[1].estimates[0].by: is not"},
    };
    struct json *answer;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refusal(cases[i].from, cases[i].to, cases[i].beginning);
    answer = load(TOWN);
    assert_string_equal(caller_cell(answer, 4, "added"), "2"); /* nothing had been loaded */
    json_free(answer);
}

static void what_is_signed_is_refused(void **state)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"\"minutes\":2.5", "\"minutes\":3"},
        {"\"Head\"", "\"Other\""},
        {"\"2025-04-02\"", "\"2025-04-03\""},
        {"\"measured\"", "\"guessed\""},
        {"\"set_by\":\"Owner\",\"signed_by\":\"Head\"", "\"set_by\":\"O\",\"signed_by\":\"Head\""},
        {"\"minutes\":2.5,\"from\":\"2025-04-01\",\"set_by\":\"Owner\","
         "\"signed_by\":\"Head\",\"signed_on\":\"2025-04-02\"",
         "\"minutes\":3,\"from\":\"2025-04-01\",\"set_by\":\"Owner\""},
    };
    char *before;
    char *after;
    size_t i;

    (void)state;
    json_free(load(TOWN));
    before = export_text(caller.store);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = changed(cases[i].from, cases[i].to);
        char *arguments;

        /* Something else changes too, and is not loaded either. */
        text = sample_text_replace(text, "24000", "99");
        arguments = caller_file("town.json", text);
        assert_non_null(strstr(caller_refused(&caller, "load", NULL, arguments),
                               "robots[0].estimates[0]: the estimate of r from 2025-04-01 is "
                               "signed (2.5 minutes, by Head on 2025-04-02)"));
        free(arguments);
        free(text);
    }
    after = export_text(caller.store);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_signature_can_come_later(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load(TOWN));
    answer = load_changed("\"set_by\":\"Owner\"}", "\"set_by\":\"Owner\",\"signed_by\":\"Boss\","
                                                   "\"signed_on\":\"2025-05-01\"}");
    expect_row(answer, 5, "0", "1", "0", "1");
    json_free(answer);
    /* The file without it takes the signature from nobody. */
    answer = load(TOWN);
    expect_row(answer, 5, "0", "0", "0", "2");
    json_free(answer);
    answer = caller_read(&caller, "estimate history", "{\"robot\":\"form\"}");
    assert_string_equal(caller_cell(answer, 0, "signed_by"), "Boss");
    assert_string_equal(caller_cell(answer, 0, "signature"), "signed, retroactive");
    json_free(answer);
}

static void count_a_task(const char *day)
{
    struct fault fault = {.text = ""};
    struct attempt attempt = {.seq = 1, .duration_ms = -1, .masked = "*1"};
    bool is_counted = false;

    assert_true(clock_parse_instant(day, &attempt.completed_ms));
    assert_int_equal(store_begin(caller.store, &fault), 0);
    if (robot_find(caller.store, "r", &attempt.robot_id, &fault) < 0 ||
        run_create(caller.store, attempt.robot_id, RUN_BY_IMPORT, "tester", NOW_MS, &attempt.run_id,
                   &fault) < 0 ||
        ledger_record(caller.store, &attempt, 2025, (const unsigned char *)"0123456789abcdef",
                      &is_counted, &fault) < 0 ||
        store_commit(caller.store, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_true(is_counted);
}

static void a_rate_in_use_is_refused(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load(TOWN));
    count_a_task("2025-05-02T12:00:00+02:00");
    expect_refusal("342.07", "350",
                   "rates: the rate from 2025-01-01 (342.07 kroner per hour) is in use by tasks "
                   "counted on 2025-05-02");
    expect_refusal("{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}", "", "rates: ");
    expect_refusal("\"from\":\"2025-01-01\",\"kroner", "\"from\":\"2025-06-01\",\"kroner",
                   "rates: ");
    /* A later one changes no day that has tasks. */
    answer = load_changed("{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}",
                          "{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"},"
                          "{\"from\":\"2026-01-01\",\"kroner_per_hour\":\"350\"}");
    expect_row(answer, 1, "1", "0", "0", "1");
    json_free(answer);
}

static void export_round_trip(void **state)
{
    char *original = sample_text_read("robots/organisation.json");
    struct caller other;
    char *first;
    char *second;
    char *arguments;

    (void)state;
    json_free(load(original));
    first = export_text(caller.store);
    /* Written as the original is; only the last line's end may be missing there. */
    assert_memory_equal(first, original, strlen(original));
    assert_true(strlen(first) - strlen(original) <= 1);
    caller_open(&other);
    arguments = caller_file("exported.json", first);
    caller_must(&other, "load", NULL, arguments);
    second = export_text(other.store);
    assert_string_equal(first, second);
    caller_close(&other);
    free(original);
    free(first);
    free(second);
    free(arguments);
}

static void exports_unsigned_and_fractions(void **state)
{
    char *text;

    (void)state;
    json_free(load(TOWN));
    text = export_text(caller.store);
    assert_non_null(strstr(text, "\"minutes\": 2.5,"));
    assert_non_null(strstr(text, "\"share\": \"0.25\","));
    assert_non_null(strstr(text, "\"set_by\": \"Owner\"\n"));
    assert_non_null(strstr(text, "\"runs\": \"external\","));
    assert_non_null(strstr(text, "\"operation\": [],"));
    free(text);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(loads_and_says_how_much),        EACH(loading_twice_changes_nothing),
        EACH(changes_what_differs),           EACH(lists_follow_the_file),
        EACH(what_the_file_lacks_is_left),    EACH(refuses_by_path),
        EACH(what_is_signed_is_refused),      EACH(a_signature_can_come_later),
        EACH(a_rate_in_use_is_refused),       EACH(export_round_trip),
        EACH(exports_unsigned_and_fractions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
