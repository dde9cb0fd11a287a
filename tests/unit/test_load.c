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
#include "core/command/change_list.h"
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

static size_t count_rows(const struct json *answer)
{
    return json_count(json_member(answer, "rows"));
}

/* NULL: null. */
struct row {
    const char *change, *what, *id, *before, *after;
};

static void expect_cell(const struct json *answer, size_t index, const char *member,
                        const char *expected)
{
    const char *cell = caller_cell(answer, index, member);

    if (strcmp(cell, expected != NULL ? expected : "null") != 0)
        fail_msg("row %zu, %s: expected \"%s\", got \"%s\"", index, member,
                 expected != NULL ? expected : "null", cell);
}

static void expect_row(const struct json *answer, size_t index, const struct row *row)
{
    expect_cell(answer, index, "change", row->change);
    expect_cell(answer, index, "what", row->what);
    expect_cell(answer, index, "id", row->id);
    expect_cell(answer, index, "before", row->before);
    expect_cell(answer, index, "after", row->after);
}

static void expect_rows(const struct json *answer, const struct row *rows, size_t count)
{
    size_t i;

    assert_int_equal(count_rows(answer), count);
    for (i = 0; i < count; i++)
        expect_row(answer, i, &rows[i]);
}
#define EXPECT_ROWS(answer, ...)                                                                   \
    expect_rows(answer, (const struct row[]){__VA_ARGS__},                                         \
                sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static void loads_and_says_what(void **state)
{
    struct json *answer = load(TOWN);

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

static void expect_no_change(const char *text)
{
    struct json *answer = load(text);

    assert_string_equal(caller_message(answer), "Town: no change");
    assert_int_equal(count_rows(answer), 0);
    assert_false(caller.effects.robots_changed);
    json_free(answer);
}

static void loading_twice_changes_nothing(void **state)
{
    char *before;
    char *after;

    (void)state;
    json_free(load(TOWN));
    before = export_text(caller.store);
    expect_no_change(TOWN);
    after = export_text(caller.store);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void changes_what_differs(void **state)
{
    static const struct {
        const char *from, *to;
        struct row row;
    } cases[] = {
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
        {"\"name\":\"R\"",
         "\"name\":\"Rob\"",
         {"changed", "robot", "r", "R, plugin", "Rob, plugin"}},
        {"\"to\":null",
         "\"to\":\"2025-12-31\"",
         {"changed", "operation", "r", "2025-04-01..", "2025-04-01..2025-12-31"}},
        {"0.25",
         "0.5",
         {"changed", "share", "r", "from 2025-04-01: a 0.5, b 0.25",
          "from 2025-04-01: a 0.5, b 0.5"}},
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
    struct json *answer;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)close_caller(state);
        (void)open_caller(state);
        json_free(load(TOWN));
        answer = load_changed(cases[i].from, cases[i].to);
        expect_rows(answer, &cases[i].row, 1);
        json_free(answer);
        answer = load_changed(cases[i].from, cases[i].to);
        assert_non_null(strstr(caller_message(answer), "no change"));
        assert_int_equal(count_rows(answer), 0);
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
    EXPECT_ROWS(answer, {"removed", "department name", "b", "from 2025-01-01: B", NULL},
                {"added", "department name", "b", NULL, "from 2025-02-01: B"});
    assert_string_equal(caller_message(answer), "Town is loaded: 1 added, 0 changed, 1 removed");
    json_free(answer);
    json_free(load(TOWN));
    answer = load_changed("{\"department\":\"a\",\"year\":2026,\"kroner\":24000}", "");
    EXPECT_ROWS(answer, {"removed", "budget", "a", "2026: 24000 kr.", NULL});
    json_free(answer);
    json_free(load(TOWN));
    answer = load_changed("\"2025-01-01\",\"kroner", "\"2024-01-01\",\"kroner");
    EXPECT_ROWS(answer, {"removed", "rate", "2025-01-01", "from 2025-01-01: 342.07 kr/hour", NULL},
                {"added", "rate", "2024-01-01", NULL, "from 2024-01-01: 342.07 kr/hour"});
    json_free(answer);
    json_free(load(TOWN));
    answer = load_changed("{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-04-01\"}",
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
    json_free(load(TOWN));
    answer = load("{\"organisation\":\"Town\",\"robots\":[],\"departments\":[{\"id\":\"b\","
                  "\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]}]}");
    EXPECT_ROWS(answer, {"changed", "department", "b", "place 2", "place 1"},
                {"changed", "department", "a", "place 1", "place 2"});
    json_free(answer);
}

static void a_robot_comes_back_from_retirement(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load(TOWN));
    caller_must(&caller, "robot retire", NULL, "{\"robot\":\"r\",\"on\":\"2025-05-31\"}");
    answer = load(TOWN);
    EXPECT_ROWS(answer, {"changed", "operation", "r", "2025-04-01..2025-05-31", "2025-04-01.."});
    json_free(answer);
}

static void what_the_file_lacks_is_left(void **state)
{
    (void)state;
    json_free(load(TOWN));
    expect_no_change("{\"organisation\":\"Town\",\"robots\":[{\"id\":\"r\",\"name\":\"R\","
                     "\"runs\":\"plugin\"}]}");
    expect_no_change(TOWN);
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
    assert_int_equal(count_rows(answer), 7); /* nothing had been loaded */
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
    EXPECT_ROWS(answer, {"changed", "signature", "form",
                         "from 2025-04-01: 1 minutes, set by Owner, unsigned",
                         "from 2025-04-01: 1 minutes, set by Owner, signed by Boss on 2025-05-01"});
    json_free(answer);
    /* The file without it takes the signature from nobody. */
    expect_no_change(TOWN);
    answer = caller_read(&caller, "estimate history", "{\"robot\":\"form\"}");
    assert_string_equal(caller_cell(answer, 0, "signed_by"), "Boss");
    assert_string_equal(caller_cell(answer, 0, "signature"), "signed, retroactive");
    json_free(answer);
}

static void count_a_task(const char *robot, const char *day)
{
    struct fault fault = {.text = ""};
    struct attempt attempt = {.seq = 1, .duration_ms = -1, .masked = "*1"};
    bool is_counted = false;

    assert_true(clock_parse_instant(day, &attempt.completed_ms));
    assert_int_equal(store_begin(caller.store, &fault), 0);
    if (robot_find(caller.store, robot, &attempt.robot_id, &fault) < 0 ||
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
    count_a_task("r", "2025-05-02T12:00:00+02:00");
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
    EXPECT_ROWS(answer, {"added", "rate", "2026-01-01", NULL, "from 2026-01-01: 350 kr/hour"});
    json_free(answer);
}

static void says_what_it_does_to_what_is_counted(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load(TOWN));
    count_a_task("r", "2025-05-02T12:00:00+02:00");
    count_a_task("form", "2025-05-02T12:00:00+02:00");
    expect_no_change(TOWN);
    /* 1 minute at 342.07 kroner; the robot has no departments. */
    answer = load_changed("\"set_by\":\"Owner\"}", "\"set_by\":\"Owner\",\"signed_by\":\"Boss\","
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
    answer = load_changed("24000", "25000");
    assert_string_equal(caller_message(answer), "Town is loaded: 0 added, 1 changed, 0 removed");
    assert_int_equal(count_rows(answer), 1);
    json_free(answer);
    answer = load_changed("\"share\":\"0.5\"", "\"share\":\"0\"");
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
    json_free(load(TOWN));
    text_init(&names, 1 << 16);
    for (i = 0; i < 900; i++)
        text_printf(&names, "%s\"another name %d\"", i > 0 ? "," : "", i);
    text = changed("\"Aa\"", text_string(&names));
    answer = load(text);
    assert_int_equal(count_rows(answer), 1);
    after = json_string(json_member(json_first(json_member(answer, "rows")), "after"));
    assert_true(strlen(after) > CHANGE_TEXT_MAX - 100 && strlen(after) < CHANGE_TEXT_MAX + 5);
    assert_string_equal(after + strlen(after) - 4, " ...");
    json_free(answer);
    free(text);
    text_release(&names);
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
        EACH(loads_and_says_what),
        EACH(loading_twice_changes_nothing),
        EACH(changes_what_differs),
        EACH(lists_follow_the_file),
        EACH(departments_are_in_the_files_order),
        EACH(a_robot_comes_back_from_retirement),
        EACH(what_the_file_lacks_is_left),
        EACH(refuses_by_path),
        EACH(what_is_signed_is_refused),
        EACH(a_signature_can_come_later),
        EACH(a_rate_in_use_is_refused),
        EACH(says_what_it_does_to_what_is_counted),
        EACH(long_rows_are_cut),
        EACH(export_round_trip),
        EACH(exports_unsigned_and_fractions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
