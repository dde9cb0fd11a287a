/* load and export: twice, refused, and round. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/organisation_file.h"
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

static char *changed(const char *from, const char *to)
{
    return sample_text_replace(strdup(load_town_text), from, to);
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

static void loading_twice_changes_nothing(void **state)
{
    char *before;
    char *after;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    before = export_text(caller.store);
    load_town_no_change(&caller, load_town_text);
    after = export_text(caller.store);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void what_the_file_lacks_is_left(void **state)
{
    (void)state;
    json_free(load_town(&caller, load_town_text));
    load_town_no_change(&caller,
                        "{\"organisation\":\"Town\",\"robots\":[{\"id\":\"r\",\"name\":\"R\","
                        "\"runs\":\"plugin\"}]}");
    load_town_no_change(&caller, load_town_text);
}

/* One thing of the town exchanged, and how the refusal begins. */
static const struct {
    const char *from, *to, *beginning;
} wrong[] = {
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
    {"\"0.25\"", "\"0.75\"", "robots[0].departments: the shares from 2025-04-01 add up to 1.25"},
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
    {"\"Head\"", "\"Owner.\"", "robots[0].estimates[0]: \"Owner\" set"},
    {"\"Head\"", "\"\xc2\xa0\"", "robots[0].estimates[0]: who signs the estimate"},
    {"\"signed_on\":\"2025-04-02\"", "\"signed_on\":\"2025-06-16\"",
     "robots[0].estimates[0]: signed_on lies ahead"},
    {"\"Town\"", "\"Town 010180-1234\"", "organisation: holds a CPR number"},
    {"\"name\":\"B\"", "\"name\":\"B 0101801234\"", "departments[1].names[0].name: holds a"},
    {"\"set_by\":\"Owner\"}", "\"set_by\":\"\"}", "robots[1].estimates[0].set_by: expected"},
    {"\"set_by\":\"Owner\"}", "\"by\":\"Owner\"}", "robots[1].estimates[0].by: is not"},
};

static void refuses_by_path(void **state)
{
    struct json *answer;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refusal(wrong[i].from, wrong[i].to, wrong[i].beginning);
    answer = load_town(&caller, load_town_text);
    assert_int_equal(json_count(json_member(answer, "rows")), 7); /* nothing had been loaded */
    json_free(answer);
}

/* 24.000 is JSON for 24, and printed it is 24 thousand. */
static void a_whole_number_that_could_mean_two_things_is_refused(void **state)
{
    (void)state;
    expect_refusal("24000", "24.000", "budgets[0].kroner: 24.000 could mean two things");
    expect_refusal("24000", "2.4e4", "budgets[0].kroner: 2.4e4 has an exponent");
    expect_refusal("1924", "1.924", "hours_per_fte: expected a whole number");
    expect_refusal("1924", "1924.0", "hours_per_fte: 1924.0 could mean two things");
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
    json_free(load_town(&caller, load_town_text));
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

static void a_rate_in_use_is_refused(void **state)
{
    struct json *answer;

    (void)state;
    json_free(load_town(&caller, load_town_text));
    load_town_task(&caller, "r", "2025-05-02T12:00:00+02:00");
    expect_refusal("342.07", "350",
                   "rates: the rate from 2025-01-01 (342.07 kroner per hour) is in use by tasks "
                   "counted on 2025-05-02");
    expect_refusal("{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}", "", "rates: ");
    expect_refusal("\"from\":\"2025-01-01\",\"kroner", "\"from\":\"2025-06-01\",\"kroner",
                   "rates: ");
    /* A later one changes no day that has tasks. */
    answer = load_town_changed(&caller, "{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}",
                               "{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"},"
                               "{\"from\":\"2026-01-01\",\"kroner_per_hour\":\"350\"}");
    EXPECT_ROWS(answer, {"added", "rate", "2026-01-01", NULL, "from 2026-01-01: 350 kr/hour"});
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
    json_free(load_town(&caller, original));
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
    json_free(load_town(&caller, load_town_text));
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
        EACH(loading_twice_changes_nothing),
        EACH(what_the_file_lacks_is_left),
        EACH(refuses_by_path),
        EACH(a_whole_number_that_could_mean_two_things_is_refused),
        EACH(what_is_signed_is_refused),
        EACH(a_rate_in_use_is_refused),
        EACH(export_round_trip),
        EACH(exports_unsigned_and_fractions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
