/* A report of robots with names that are long, or are those of its own parts. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "scorecards/report/document.h"
#include "scorecards/report/html.h"
#include "scorecards/report/report.h"
#include "scorecards/report/tidy_csv.h"
#include "tests/unit/savings_town.h"

static void compose(struct town *town, struct document *document)
{
    struct report_query query = {.from_day = town_day("2025-01-01"),
                                 .to_day = town_day("2025-06-30"),
                                 .before_from = INT32_MIN,
                                 .before_to = INT32_MIN,
                                 .as_of = town_day("2025-06-30"),
                                 .year = 2025,
                                 .language = LANGUAGE_DANISH};
    struct fault fault = {.text = ""};

    if (report_compose(town->reader, &query, document, &fault) < 0)
        fail_msg("%s", fault.text);
}

static size_t count_of(const char *page, const char *part, size_t length)
{
    size_t count = 0;
    const char *at;

    for (at = page; (at = strstr(at, " id=\"")) != NULL; at += strlen(" id=\""))
        count += strncmp(at, part, length) == 0;
    return count;
}

static void check_ids(const char *page)
{
    const char *at;

    for (at = page; (at = strstr(at, " id=\"")) != NULL; at += strlen(" id=\"")) {
        size_t length = strlen(" id=\"") + strcspn(at + strlen(" id=\""), "\"") + 1;

        if (count_of(page, at, length) != 1)
            fail_msg("%.*s is there twice", (int)length, at);
    }
}

/* What is named of robots may be long. */
static void many_robots_with_long_names(void **state)
{
    enum { ROBOTS = 120 };
    struct fault fault = {.text = ""};
    struct document document;
    struct town town;
    char name[ROBOT_NAME_MAX];
    const char *line;
    struct text csv;
    int64_t id;
    int i;

    (void)state;
    town_open(&town);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(store_begin(town.store, &fault), 0);
    for (i = 0; i < ROBOTS; i++) {
        char slug[16];

        (void)snprintf(slug, sizeof slug, "r%d", i);
        assert_int_equal(robot_put(town.store, slug, name, true, false, &id, &fault), 0);
    }
    assert_int_equal(store_commit(town.store, &fault), 0);
    compose(&town, &document);
    text_init(&csv, DOCUMENT_BYTES_MAX);
    assert_int_equal(tidy_csv_render(&document, &csv, NULL), 0);
    line = strstr(text_string(&csv), "\nstatus-robots,external,");
    assert_non_null(line);
    line = strstr(line, ",names,");
    assert_non_null(line);
    assert_true(strcspn(line, "\n") > ROBOTS * (sizeof name - 1) + (ROBOTS - 1) * strlen(", "));
    text_release(&csv);
    document_release(&document);
    town_close(&town);
}

/* Whatever robots are called, no two parts of the report have one id. */
static void robots_may_be_called_as_parts_of_the_report(void **state)
{
    static const char *const names[] = {"pages", "anna", "chart-anna-title", "robots", "savings"};
    struct document document;
    struct text html;
    struct town town;
    int64_t south;
    size_t i;

    (void)state;
    town_open(&town);
    south = town_department(&town, "south", "Syd");
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        int64_t robot = town_plain_robot(&town, names[i], south, 1);

        town_operate(&town, robot, town_day("2024-01-01"));
    }
    compose(&town, &document);
    text_init(&html, DOCUMENT_BYTES_MAX);
    assert_int_equal(html_render(&document, HTML_SCREEN, &html, NULL), 0);
    check_ids(text_string(&html));
    text_release(&html);
    document_release(&document);
    town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_robots_with_long_names),
        cmocka_unit_test(robots_may_be_called_as_parts_of_the_report),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
