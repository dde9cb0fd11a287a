/* load and export of ends, areas, keys and late versions; and what no file moves: closed months. */
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
#include "tests/standins/sample_text.h"
#include "tests/unit/load_town.h"

static struct caller caller;

static int open_caller(void **state)
{
    (void)state;
    load_town_open(&caller);
    json_free(load_town(&caller, load_town_text));
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    load_town_close(&caller);
    return 0;
}

static char *export_text(void)
{
    struct fault fault = {.text = ""};
    struct text text;

    text_init(&text, 1 << 20);
    if (organisation_export(caller.store, &text, &fault) < 0)
        fail_msg("%s", fault.text);
    return text_take(&text);
}

/* The export without what only the home that booked it knows; free() it. */
static char *without_bookings(const char *exported)
{
    struct text text;
    const char *at;

    text_init(&text, 1 << 20);
    while ((at = strstr(exported, "\"booked_from\"")) != NULL) {
        const char *comma = at;

        while (*comma != ',')
            comma--;
        text_append(&text, exported, (size_t)(comma - exported));
        exported = at + strlen("\"booked_from\": \"2025-06\"");
    }
    text_append_string(&text, exported);
    return text_take(&text);
}

/* Exported from an empty home that took `exported` over, where no month is closed. */
static void expect_taken_over(const char *exported)
{
    char *expected = without_bookings(exported);
    char *after;

    load_town_close(&caller);
    load_town_open(&caller);
    json_free(load_town(&caller, exported));
    after = export_text();
    assert_string_equal(expected, after);
    load_town_no_change(&caller, exported);
    free(expected);
    free(after);
}

static void must(const char *command, const char *arguments)
{
    caller_must(&caller, command, "Invented Person", caller_quoted(arguments));
}

static void close_until_may(void)
{
    temp_home_plant(caller.home,
                    "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES"
                    "(2025 * 12 + 3, 0, 'x', zeroblob(32)), (2025 * 12 + 4, 0, 'x', zeroblob(32))");
}

/* What a file with one thing exchanged is refused with. */
static void refuse(const char *text, const char *from, const char *to, const char *beginning)
{
    char *file = sample_text_replace(strdup(text), from, to);
    char *arguments = caller_file("town.json", file);
    char expected[256];
    const char *error = caller_refused(&caller, "load", NULL, arguments);

    (void)snprintf(expected, sizeof expected, "town.json: %s", beginning);
    if (strncmp(error, expected, strlen(expected)) != 0)
        fail_msg("expected \"%s...\", got \"%s\"", expected, error);
    free(arguments);
    free(file);
}

static void reorganise(void)
{
    must("department add", "{'department':'c','name':'C','from':'2025-06-01'}");
    must("department add", "{'department':'d','name':'D','from':'2025-06-01'}");
    must("department area", "{'department':'b','area':'e','name':'E','from':'2025-06-01'}");
    must("department area", "{'department':'b','none':true,'from':'2025-06-10'}");
    must("department merge", "{'departments':'a','into':'b','from':'2025-06-10','by':'X Y'}");
    must("department split",
         "{'department':'b','into':'c=0.4,d=0.6','from':'2025-07-01','by':'X Y'}");
    must("key set", "{'from':'2025-06-01','share':'b=0.5,d=0.25'}");
    must("share set", "{'robot':'r','from':'2025-06-01','share':'c=0.5'}");
    must("robot suspend", "{'robot':'r','from':'2025-06-10','to':'2025-06-20'}");
}

static void ends_areas_and_keys_go_round(void **state)
{
    char *before;

    (void)state;
    close_until_may();
    reorganise();
    must("share set", "{'robot':'r','from':'2025-05-02','share':'d=0.5','book-difference':true,"
                      "'reason':'A late decision'}");
    before = export_text();
    assert_non_null(strstr(before, "\"booked_from\": \"2025-06\""));
    load_town_no_change(&caller, before);
    refuse(before, "\"booked_from\": \"2025-06\"", "\"booked_from\": \"2025-07\"",
           "robots[0]: the shares of r would change from 2025-05-02");
    expect_taken_over(before);
    free(before);
}

static void a_late_merger_goes_round(void **state)
{
    char *before;

    (void)state;
    close_until_may();
    must("department merge", "{'departments':'a','into':'b','from':'2025-05-10','by':'X Y',"
                             "'book-difference':true,'reason':'A late decision'}");
    before = export_text();
    assert_non_null(strstr(before, "\"booked_from\": \"2025-06\""));
    load_town_no_change(&caller, before);
    expect_taken_over(before);
    free(before);
}

static void what_is_closed_is_not_moved(void **state)
{
    static const struct {
        const char *from, *to, *beginning;
    } cases[] = {
        {"\"0.25\"", "\"0.3\"",
         "robots[0]: the shares of r would change from 2025-04-01, in a month that is closed"},
        {"{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-04-01\"}",
         "{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-05-31\"}",
         "robots[0]: the shares of r would change from 2025-04-01"},
        {"\"operation\":[{\"from\":\"2025-04-01\"", "\"operation\":[{\"from\":\"2025-05-02\"",
         "robots[0]: the operation of r would change from 2025-04-01"},
        {"\"to\":null", "\"to\":\"2025-05-30\"",
         "robots[0]: the operation of r would change from 2025-05-31"},
        {"{\"name\":\"B\",\"from\":\"2025-01-01\"}",
         "{\"name\":\"B\",\"from\":\"2025-01-01\"},{\"name\":\"Bee\",\"from\":\"2025-05-31\"}",
         "departments[1]: the name of b would change from 2025-05-31"},
        {"\"name\":\"B\"", "\"name\":\"Bee\"",
         "departments[1]: the name of b would change from 2025-01-01"},
        {"\"342.07\"", "\"342.08\"", "rates: the file would change the rate from 2025-01-01"},
        {"\"also_called\":[]",
         "\"ends\":{\"from\":\"2025-05-31\",\"into\":[{\"id\":\"a\","
         "\"share\":\"1\"}]}",
         "departments[1]: the end of b would change from 2025-05-31"},
        {"\"budgets\"",
         "\"distribution_keys\":[{\"from\":\"2025-05-31\",\"id\":\"a\",\"share\":\"1\"}],"
         "\"budgets\"",
         "the distribution keys would change from 2025-05-31"},
    };
    char *before;
    char *after;
    size_t i;

    (void)state;
    close_until_may();
    load_town_no_change(&caller, load_town_text);
    before = export_text();
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse(load_town_text, cases[i].from, cases[i].to, cases[i].beginning);
    after = export_text();
    assert_string_equal(before, after);
    free(before);
    free(after);
    json_free(load_town_changed(&caller, "\"to\":null", "\"to\":\"2025-05-31\""));
}

static void what_is_wrong_is_named_by_its_path(void **state)
{
    static const struct {
        const char *from, *to, *beginning;
    } cases[] = {
        {"\"also_called\":[]", "\"ends\":{\"from\":\"2025-06-01\",\"into\":[]}",
         "departments[1].ends.into: expected at least one"},
        {"\"also_called\":[]",
         "\"ends\":{\"from\":\"2025-06-01\",\"into\":[{\"id\":\"a\",\"share\":\"0.9\"}]}",
         "departments[1]: the parts add up to 0.9"},
        {"\"also_called\":[]",
         "\"ends\":{\"from\":\"2025-06-01\",\"into\":[{\"id\":\"b\",\"share\":\"1\"}]}",
         "departments[1]: b cannot go into itself"},
        {"\"also_called\":[]",
         "\"ends\":{\"from\":\"2025-06-01\",\"into\":[{\"id\":\"x\",\"share\":\"1\"}]}",
         "departments[1].ends.into[0]: no department has the id \"x\""},
        {"\"also_called\":[]", "\"areas\":[{\"id\":\"e\",\"from\":\"2025-06-01\"}]",
         "departments[1].areas: no area has the id \"e\""},
        {"\"budgets\"", "\"areas\":[{\"id\":\"b\",\"name\":\"B\"}],\"budgets\"",
         "areas[0].id: \"b\" is departments[1]"},
        {"\"budgets\"",
         "\"distribution_keys\":[{\"from\":\"2025-06-01\",\"id\":\"a\",\"share\":\"0.6\"},"
         "{\"from\":\"2025-06-01\",\"id\":\"b\",\"share\":\"0.5\"}],\"budgets\"",
         "distribution_keys[1]: the keys of its day add up to 1.1"},
        {"\"share\":\"0.25\"", "\"share\":\"0.25\",\"booked_from\":\"2025-04\"",
         "robots[0].departments[1].booked_from: expected a month"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse(load_town_text, cases[i].from, cases[i].to, cases[i].beginning);
}

/* An end whose day is open can be changed and taken back; a file that says nothing of it leaves it. */
static void an_end_can_be_taken_back(void **state)
{
    struct json *answer;

    (void)state;
    answer = load_town_changed(&caller, "\"also_called\":[]",
                               "\"also_called\":[],\"ends\":{\"from\":\"2025-06-20\",\"into\":["
                               "{\"id\":\"a\",\"share\":\"1\"}]}");
    EXPECT_ROWS(answer, {"added", "department end", "b", NULL, "2025-06-20 into a"});
    json_free(answer);
    load_town_no_change(&caller, load_town_text);
    answer = load_town_changed(&caller, "\"also_called\":[]", "\"also_called\":[],\"ends\":null");
    EXPECT_ROWS(answer, {"removed", "department end", "b", "2025-06-20 into a", NULL});
    json_free(answer);
}

/* The file from before a merger is held against what holds today: twice the same, and no budget of
 * what has ended comes back. */
static void budgets_that_moved_stay_moved(void **state)
{
    struct json *answer;
    char *before;
    char *after;

    (void)state;
    must("department merge", "{'departments':'a','into':'b','from':'2025-06-20','by':'X Y'}");
    load_town_no_change(&caller, load_town_text);
    before = export_text();
    assert_non_null(strstr(before, "\"kroner\": 0,\n   \"from\": \"2025-06-20\""));
    load_town_no_change(&caller, before);
    clock_pretend(INT64_C(1750600000000)); /* 2025-06-22 */
    load_town_no_change(&caller, before);
    refuse(load_town_text, "Town", "Town",
           "budgets[0]: a ends on 2025-06-20, and its budget of 2026 is then that of b");
    after = export_text();
    assert_non_null(strstr(after, "\"kroner\": 24000\n  }"));
    assert_null(strstr(after, "\"kroner\": 0,"));
    load_town_no_change(&caller, after);
    answer = load_town_changed(&caller, "{\"department\":\"a\",\"year\":2026,\"kroner\":24000}",
                               "{\"department\":\"b\",\"year\":2026,\"kroner\":30000}");
    EXPECT_ROWS(answer, {"changed", "budget", "b", "2026: 24000 kr.", "2026: 30000 kr."});
    json_free(answer);
    free(before);
    free(after);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(ends_areas_and_keys_go_round), EACH(a_late_merger_goes_round),
        EACH(what_is_closed_is_not_moved),  EACH(what_is_wrong_is_named_by_its_path),
        EACH(an_end_can_be_taken_back),     EACH(budgets_that_moved_stay_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
