/* What a report says of versions that were dated back: rates and shares as well as estimates. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/fault.h"
#include "scorecards/report/document.h"
#include "scorecards/report/report.h"
#include "tests/unit/savings_town.h"

enum { MAY = 2025 * 12 + 4 };

static struct town town;
static int64_t north, robot;

/* Three minutes a task at a krone a minute, ten tasks in April and in May. */
static int set_up(void **state)
{
    (void)state;
    town_open(&town);
    town_rate(&town, town_day("2025-01-01"), 6000);
    north = town_department(&town, "north", "Nord");
    robot = town_plain_robot(&town, "anna", north, 300);
    town_tasks(&town, robot, town_day("2025-04-20"), 0, 10);
    town_tasks(&town, robot, town_day("2025-05-20"), 0, 10);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    town_close(&town);
    return 0;
}

static const char *backdated_of(const struct document_table *table)
{
    size_t i;
    size_t j;

    for (i = 0; i < table->row_count; i++)
        for (j = 0; j < table->column_count; j++)
            if (strcmp(table->rows[i].id, "backdated") == 0 &&
                strcmp(table->columns[j].id, "words") == 0)
                return table->rows[i].cells[j].text;
    fail_msg("nothing is dated back");
    return "";
}

static void expect_backdated(const char *words)
{
    struct report_query query = {.from_day = town_day("2025-05-01"),
                                 .to_day = town_day("2025-05-31"),
                                 .before_from = town_day("2025-04-01"),
                                 .before_to = town_day("2025-04-30"),
                                 .as_of = town_day("2025-05-31"),
                                 .year = 2025,
                                 .language = LANGUAGE_ENGLISH};
    struct document document;
    struct fault fault = {.text = ""};
    const char *said = "";
    size_t i;

    if (report_compose(town.reader, &query, &document, &fault) < 0)
        fail_msg("%s", fault.text);
    for (i = 0; i < document.table_count; i++)
        if (strcmp(document.tables[i]->id, "changes-reasons") == 0)
            said = backdated_of(document.tables[i]);
    assert_string_equal(said, words);
    document_release(&document);
}

static void a_rate_dated_back_is_named(void **state)
{
    (void)state;
    town_rate(&town, town_day("2025-04-10"), 12000);
    town_plant(&town, "UPDATE rate SET booking_from = %d WHERE from_day = %d", MAY,
               town_day("2025-04-10"));
    expect_backdated("From 60.00 to 120.00 kr. an hour from 10 April 2025.");
}

/* A robot's kroner are said once, with all that was dated back of it. */
static void shares_dated_back_are_named_with_the_rate(void **state)
{
    (void)state;
    town_rate(&town, town_day("2025-04-10"), 12000);
    town_plant(&town, "UPDATE rate SET booking_from = %d WHERE from_day = %d", MAY,
               town_day("2025-04-10"));
    town_plant(&town, "INSERT INTO robot_share VALUES(%d, %d, %d, %d, 500000)", (int)robot,
               town_day("2025-04-12"), MAY, (int)north);
    expect_backdated("From 60.00 to 120.00 kr. an hour from 10 April 2025. "
                     "anna: Nord before; Nord 50% from 12 April 2025 (+DKK\u00a030).");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_rate_dated_back_is_named),
        TEST(shares_dated_back_are_named_with_the_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
