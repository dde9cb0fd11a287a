/* load of versions that another home booked a difference for: what it makes of them is right here. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/organisation_file.h"
#include "scorecards/period.h"
#include "scorecards/savings.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/load_town.h"

static struct caller here, there;
static char first_line[1024];

static void must(struct caller *caller, const char *command, const char *arguments)
{
    char text[512];
    char *at;

    assert_true(text_copy(text, sizeof text, arguments));
    for (at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    caller_must(caller, command, "Invented Person", text);
}

static void close_month(struct caller *caller, const char *month)
{
    char arguments[64];

    assert_true(text_copy(arguments, sizeof arguments, "{'month':'YYYY-MM','by':'X Y'}"));
    memcpy(strstr(arguments, "YYYY-MM"), month, 7);
    must(caller, "period close", arguments);
}

static void do_tasks(struct caller *caller)
{
    static const char *const instants[] = {
        "2025-04-05T12:00:00+02:00", "2025-04-12T12:00:00+02:00", "2025-04-12T12:01:00+02:00",
        "2025-04-20T12:00:00+02:00", "2025-05-05T12:00:00+02:00", "2025-05-12T12:00:00+02:00",
        "2025-05-20T12:00:00+02:00", "2025-06-05T12:00:00+02:00", "2025-06-12T12:00:00+02:00",
    };
    size_t i;

    for (i = 0; i < sizeof instants / sizeof instants[0]; i++)
        load_town_task(caller, "r", instants[i]);
}

static char *export_text(struct caller *caller)
{
    struct fault fault = {.text = ""};
    struct text text;

    text_init(&text, 1 << 20);
    if (organisation_export(caller->store, &text, &fault) < 0)
        fail_msg("%s", fault.text);
    return text_take(&text);
}

/* Late versions of every kind, two of them of one day, booked in May and in June. */
static int set_up(void **state)
{
    (void)state;
    load_town_open(&here);
    json_free(load_town(&here, load_town_text));
    do_tasks(&here);
    close_month(&here, "2025-04");
    must(&here, "rate set",
         "{'from':'2025-04-10','kroner':'400','book-difference':true,'reason':'x','by':'X Y'}");
    must(&here, "share set",
         "{'robot':'r','from':'2025-04-10','share':'b=1','book-difference':true,'reason':'x'}");
    close_month(&here, "2025-05");
    must(&here, "rate set",
         "{'from':'2025-04-10','kroner':'500','book-difference':true,'reason':'x','by':'X Y'}");
    must(&here, "share set",
         "{'robot':'r','from':'2025-04-10','share':'a=0.3,b=0.3','book-difference':true,"
         "'reason':'x'}");
    must(&here, "estimate set", "{'robot':'r','minutes':'7','from':'2025-04-15','by':'Owner'}");
    must(&here, "estimate sign",
         "{'robot':'r','from':'2025-04-15','by':'Head','book-difference':true}");
    must(&here, "department merge",
         "{'departments':'a','into':'b','from':'2025-05-10','book-difference':true,"
         "'reason':'x','by':'X Y'}");
    load_town_open(&there);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    load_town_close(&there);
    load_town_close(&here);
    return 0;
}

static void read_month(struct caller *caller, const char *from, const char *to,
                       struct savings *savings)
{
    struct savings_query query = {.by = SAVINGS_BY_DEPARTMENT, .by_completion = true};
    struct fault fault = {.text = ""};

    assert_true(clock_parse_day(from, &query.from_day));
    assert_true(clock_parse_day(to, &query.to_day));
    if (savings_read(caller->store, &query, savings, &fault) < 0)
        fail_msg("%s", fault.text);
}

static void expect_same_savings(const char *from, const char *to)
{
    struct savings one;
    struct savings other;
    size_t i;

    read_month(&here, from, to, &one);
    read_month(&there, from, to, &other);
    assert_int_equal(one.row_count, other.row_count);
    assert_true(one.total.kroner > 0);
    for (i = 0; i < one.row_count; i++) {
        assert_string_equal(one.rows[i].id, other.rows[i].id);
        assert_int_equal(one.rows[i].kroner, other.rows[i].kroner);
        assert_int_equal(one.rows[i].tasks, other.rows[i].tasks);
        assert_true(one.rows[i].minutes == other.rows[i].minutes);
    }
    assert_int_equal(one.total.kroner, other.total.kroner);
    savings_release(&one);
    savings_release(&other);
}

static void see_difference(const char *difference, void *context)
{
    (void)context;
    if (first_line[0] == '\0')
        (void)text_copy(first_line, sizeof first_line, difference);
}

static void expect_verified(struct caller *caller)
{
    struct fault fault = {.text = ""};
    struct period_report report = {0};

    first_line[0] = '\0';
    assert_int_equal(period_verify(caller->store, see_difference, NULL, &report, &fault), 0);
    if (report.differences != 0)
        fail_msg("%s", first_line);
}

static void another_home_saves_the_same(void **state)
{
    char *file = export_text(&here);

    (void)state;
    json_free(load_town(&there, file));
    do_tasks(&there);
    expect_same_savings("2025-04-01", "2025-04-30");
    expect_same_savings("2025-05-01", "2025-05-31");
    expect_same_savings("2025-06-01", "2025-06-30");
    expect_same_savings("2025-01-01", "2025-12-31");
    close_month(&there, "2025-04");
    close_month(&there, "2025-05");
    expect_same_savings("2025-04-01", "2025-04-30");
    expect_verified(&here);
    expect_verified(&there);
    free(file);
}

/* Also when those months were closed there after the first time. */
static void loading_again_changes_nothing(void **state)
{
    char *file = export_text(&here);
    char *first;

    (void)state;
    assert_non_null(strstr(file, "\"booked_from\": \"2025-05\""));
    assert_non_null(strstr(file, "\"booked_from\": \"2025-06\""));
    load_town_no_change(&here, file);
    json_free(load_town(&there, file));
    load_town_no_change(&there, file);
    first = export_text(&there);
    assert_null(strstr(first, "booked_from"));
    load_town_no_change(&there, first);
    do_tasks(&there);
    close_month(&there, "2025-04");
    load_town_no_change(&there, file);
    close_month(&there, "2025-05");
    load_town_no_change(&there, file);
    free(first);
    free(file);
}

/* An earlier decision of the same day does not come back where the later one values everything. */
static void of_one_day_the_latest_is_kept(void **state)
{
    char *file = export_text(&here);
    struct json *rates;

    (void)state;
    json_free(load_town(&there, file));
    rates = caller_read(&there, "rate list", "{}");
    assert_int_equal(json_count(json_member(rates, "rows")), 2);
    assert_string_equal(caller_cell(rates, 1, "kroner_per_hour"), "500");
    assert_string_equal(caller_cell(rates, 1, "booked_from"), "null");
    json_free(rates);
    free(file);
}

/* A home that closed April alone knows nothing of the decision of June, and moves no closed month. */
static void a_home_that_closed_less_refuses(void **state)
{
    char *file = export_text(&here);
    char *arguments = caller_file("town.json", file);

    (void)state;
    json_free(load_town(&there, load_town_text));
    do_tasks(&there);
    close_month(&there, "2025-04");
    assert_non_null(strstr(caller_refused(&there, "load", NULL, arguments), "town.json: rates: "));
    expect_verified(&there);
    free(arguments);
    free(file);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(another_home_saves_the_same),
        EACH(loading_again_changes_nothing),
        EACH(of_one_day_the_latest_is_kept),
        EACH(a_home_that_closed_less_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
