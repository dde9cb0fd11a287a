/* A report: its sections in their order, and each section's figures on a small town. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/dispute.h"
#include "core/store/scorecard.h"
#include "core/store/store.h"
#include "scorecards/report/document.h"
#include "scorecards/report/report.h"
#include "tests/unit/savings_town.h"

/* ---- a town ---- */

struct desk {
    struct town town;
    int64_t north, south;
    int64_t signed_robot, unsigned_robot;
};

static void set_up(struct desk *desk)
{
    struct town *town = &desk->town;
    struct fault fault = {.text = ""};
    int64_t estimate;
    int64_t id = 0;
    int month;

    town_open(town);
    town_rate(town, town_day("2024-01-01"), 34207);
    desk->north = town_department(town, "north", "Nord & Nær");
    desk->south = town_department(town, "south", "Syd");
    desk->signed_robot = town_robot(town, "anna");
    town_shares(town, desk->signed_robot,
                &(struct robot_share){town_day("2024-01-01"), desk->north, SHARE_WHOLE, 0}, 1);
    estimate = town_estimate(town, desk->signed_robot, town_day("2024-01-01"), 600, 1);
    desk->unsigned_robot = town_plain_robot(town, "bent", desk->south, -1);
    town_estimate(town, desk->unsigned_robot, town_day("2025-01-01"), 300, 0);
    town_operate(town, desk->signed_robot, town_day("2024-01-01"));
    town_operate(town, desk->unsigned_robot, town_day("2025-01-01"));
    town_target(town, desk->north, 2025, town_day("2024-12-01"), 100000);
    town_target(town, desk->south, 2025, town_day("2024-12-01"), 20000);
    for (month = 1; month <= 6; month++) {
        town_tasks(town, desk->signed_robot, clock_day(2024, month, 10), 0, 10);
        town_tasks(town, desk->signed_robot, clock_day(2025, month, 10), 0, 20);
        town_tasks(town, desk->unsigned_robot, clock_day(2025, month, 12), 0, 5);
    }
    assert_int_equal(store_begin(town->store, &fault), 0);
    assert_int_equal(dispute_add(town->store,
                                 &(struct dispute_new){estimate, 300, "half of them are short",
                                                       "Critic", clock_now_ms()},
                                 &id, &fault),
                     0);
    assert_int_equal(store_commit(town->store, &fault), 0);
}

static struct report_query half_year(enum language language)
{
    return (struct report_query){.from_day = town_day("2025-01-01"),
                                 .to_day = town_day("2025-06-30"),
                                 .before_from = INT32_MIN,
                                 .before_to = INT32_MIN,
                                 .as_of = town_day("2025-06-30"),
                                 .year = 2025,
                                 .language = language};
}

static void compose(struct town *town, const struct report_query *query, struct document *document)
{
    struct fault fault = {.text = ""};

    if (report_compose(town->reader, query, document, &fault) < 0)
        fail_msg("%s", fault.text);
}

static const struct document_table *table_of(const struct document *document, const char *id)
{
    size_t i;

    for (i = 0; i < document->table_count; i++)
        if (strcmp(document->tables[i]->id, id) == 0)
            return document->tables[i];
    fail_msg("no table %s", id);
    return NULL;
}

static const struct document_cell *cell_of(const struct document *document, const char *table_id,
                                           const char *row, const char *column)
{
    const struct document_table *table = table_of(document, table_id);
    size_t i;
    size_t j;

    for (i = 0; i < table->row_count; i++)
        for (j = 0; j < table->column_count; j++)
            if (strcmp(table->rows[i].id, row) == 0 && strcmp(table->columns[j].id, column) == 0)
                return &table->rows[i].cells[j];
    fail_msg("no %s of %s in %s", column, row, table_id);
    return NULL;
}

static void check(const struct document *document, const char *table, const char *row,
                  const char *column, int64_t expected)
{
    const struct document_cell *cell = cell_of(document, table, row, column);

    if (cell->state != CELL_NUMBER || cell->number != expected)
        fail_msg("%s of %s in %s: %lld, not %lld", column, row, table, (long long)cell->number,
                 (long long)expected);
}

static bool holds(const char *text, const char *words)
{
    return text != NULL && strstr(text, words) != NULL;
}

static const struct document_section *section_of(const struct document *document, const char *id)
{
    size_t i;

    for (i = 0; i < document->section_count; i++)
        if (strcmp(document->sections[i].id, id) == 0)
            return &document->sections[i];
    fail_msg("no section %s", id);
    return NULL;
}

static bool section_says(const struct document *document, const char *id, const char *words)
{
    const struct document_section *section = section_of(document, id);
    size_t i;

    for (i = 0; i < section->block_count; i++)
        if (holds(section->blocks[i].text, words))
            return true;
    return false;
}

/* 120 tasks of 6 minutes: 12 hours, 4,104.84 kroner; half of that the year before. */
static void savings_and_changes_are_those_of_the_town(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document document;
    struct desk desk;

    (void)state;
    set_up(&desk);
    compose(&desk.town, &query, &document);
    check(&document, "savings-departments", "north", "tasks", 120);
    check(&document, "savings-departments", "north", "hours", 120);
    check(&document, "savings-departments", "north", "kroner", 4105);
    check(&document, "savings-departments", "north", "disputed", 4105);
    check(&document, "savings-departments", "south", "tasks", 0);
    check(&document, "savings-departments", "south", "uncounted_tasks", 30);
    check(&document, "savings-departments", "tvaergaaende", "kroner", 0);
    check(&document, "savings-departments", "total", "kroner", 4105);
    check(&document, "savings-months", "2025-03", "tasks", 20);
    check(&document, "summary-periods", "before", "tasks", 60);
    check(&document, "summary-periods", "before", "kroner", 2052);
    check(&document, "changes-reasons", "tasks", "kroner", 2052);
    check(&document, "changes-reasons", "rounding", "kroner", 1);
    check(&document, "changes-reasons", "total", "kroner", 2053);
    check(&document, "changes-reasons", "tasks", "hours", 60);
    check(&document, "changes-departments", "north", "tasks_before", 60);
    check(&document, "changes-robots", "anna", "kroner", 2053);
    assert_true(holds(cell_of(&document, "changes-robots", "anna", "words")->text,
                      "Flere eller færre opgaver +2.052"));
    assert_true(holds(cell_of(&document, "changes-robots", "anna", "words")->text, "Andet +1"));
    assert_true(section_says(&document, "savings", "30 opgaver i perioden er utalte"));
    assert_true(section_says(&document, "events", "bent gik i drift 1. januar 2025"));
    document_release(&document);
    town_close(&desk.town);
}

/* Of north's 18 months six had no tasks: ten a month, so 60 more. south's only robot waits for a signature. */
static void the_furthest_department_and_why(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document document;
    struct desk desk;

    (void)state;
    set_up(&desk);
    compose(&desk.town, &query, &document);
    check(&document, "gap-departments", "north", "expected", 6157);
    check(&document, "gap-departments", "north", "gap", 93843);
    check(&document, "gap-departments", "south", "gap", 20000);
    check(&document, "gap-departments", "total", "gap", 113843);
    assert_string_equal(table_of(&document, "gap-departments")->rows[0].id, "north");
    assert_true(holds(section_of(&document, "furthest")->message,
                      "Nord & Nær er længst fra sit måltal for 2025: der ventes 6.157"));
    assert_true(section_says(&document, "furthest", "I fire af fem tilfælde") ||
                section_says(&document, "furthest", "i fire af fem tilfælde"));
    assert_true(section_says(&document, "furthest", "Minuttallet er anfægtet: med 3 min."));
    assert_true(holds(cell_of(&document, "gap-robots", "south-bent", "words")->text,
                      "så de 30 opgaver, den har løst for afdelingen til nu, er utalte."));
    assert_true(holds(cell_of(&document, "gap-robots", "south-bent", "words")->text,
                      "Et minuttal på 3 min. fra 1. januar 2025 venter på signatur"));
    assert_true(
        section_says(&document, "would-change", "anna er anfægtet. Får indsigelsen ret (3 min."));
    assert_true(
        section_says(&document, "would-change", "bent venter på signatur. Signeret (3 min."));
    check(&document, "forecast-robots", "anna", "months", 18);
    check(&document, "forecast-departments", "south", "kroner", 0);
    document_release(&document);
    town_close(&desk.town);
}

static void what_waits_and_what_estimates_rest_on(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document document;
    struct desk desk;

    (void)state;
    set_up(&desk);
    compose(&desk.town, &query, &document);
    check(&document, "status-robots", "external", "robots", 2);
    assert_int_equal(table_of(&document, "status-waiting")->row_count, 2);
    assert_true(holds(cell_of(&document, "status-waiting", "dispute-1", "words")->text,
                      "half of them are short"));
    check(&document, "robots-estimates", "anna", "minutes", 6);
    check(&document, "robots-estimates", "bent", "minutes", 3);
    assert_int_equal(cell_of(&document, "robots-estimates", "bent", "signed_by")->state, CELL_NONE);
    assert_string_equal(cell_of(&document, "robots-estimates", "anna", "signed_by")->text, "head");
    check(&document, "robots-savings", "bent", "uncounted_tasks", 30);
    check(&document, "net-robots", "anna", "saved", 6157); /* since 2024 */
    document_release(&document);
    town_close(&desk.town);
}

static bool is_in_a_section(const struct document *document, const char *table_id)
{
    size_t i;
    size_t j;

    for (i = 0; i < document->section_count; i++)
        for (j = 0; j < document->sections[i].block_count; j++)
            if (document->sections[i].blocks[j].table == table_of(document, table_id))
                return true;
    return false;
}

static void scorecards_stand_side_by_side_and_on_pages(void **state)
{
    struct report_query query = half_year(LANGUAGE_ENGLISH);
    struct document document;
    struct desk desk;

    (void)state;
    set_up(&desk);
    compose(&desk.town, &query, &document);
    check(&document, "scorecards-robots", "anna", "saving", 0);
    check(&document, "scorecards-robots", "anna", "time", 2);
    assert_int_equal(cell_of(&document, "scorecards-robots", "anna", "quality")->state, CELL_NONE);
    assert_non_null(cell_of(&document, "scorecards-robots", "anna", "chart")->svg);
    assert_string_equal(cell_of(&document, "scorecards-robots", "anna", "name")->link,
                        "robot-anna");
    check(&document, "card-anna", "time", "points", 2);
    check(&document, "scorecards-parameters", "anna-time", "points", 2);
    check(&document, "scorecards-history", "anna-time", "day-2025-06-30", 2);
    assert_string_equal(cell_of(&document, "scorecards-gates", "bent-dpia", "state")->text,
                        "Not assessed");
    assert_true(table_of(&document, "card-anna")->is_of_page);
    assert_false(table_of(&document, "scorecards-parameters")->is_of_page);
    assert_false(is_in_a_section(&document, "scorecards-parameters"));
    assert_true(holds(cell_of(&document, "card-bent", "time", "words")->text,
                      "Its estimate is not signed: 30 tasks are uncounted."));
    assert_true(section_of(&document, "robot-bent")->begins_page);
    assert_true(section_says(&document, "backlog", "There are no ideas."));
    document_release(&document);
    town_close(&desk.town);
}

/* Both robots are run elsewhere; half of anna's work is south's from April on. */
static void blocked_robots_and_both_shares_are_told(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document document;
    struct desk desk;

    (void)state;
    set_up(&desk);
    town_shares(
        &desk.town, desk.signed_robot,
        (const struct robot_share[]){{town_day("2024-01-01"), desk.north, SHARE_WHOLE, 0},
                                     {town_day("2025-04-01"), desk.north, SHARE_WHOLE / 2, 0},
                                     {town_day("2025-04-01"), desk.south, SHARE_WHOLE / 2, 0}},
        3);
    town_plant(&desk.town,
               "INSERT INTO gate(robot_id, item, state, note, by_whom, at_ms)"
               " SELECT id, %d, %d, 'not known yet', 'Lawyer', 0 FROM robot WHERE slug = 'anna'",
               GATE_ARCHIVE_DUTY, GATE_RED);
    compose(&desk.town, &query, &document);
    assert_true(holds(cell_of(&document, "changes-departments", "south", "words")->text,
                      "anna: før Nord & Nær; fra 1. april 2025 Nord & Nær 50"));
    assert_true(holds(cell_of(&document, "changes-departments", "north", "words")->text,
                      "Ændret fordeling mellem afdelinger \u22121.026"));
    assert_true(
        section_says(&document, "status", "anna er spærret, men i drift: Arkiveringspligt"));
    assert_true(
        section_says(&document, "summary", "anna er spærret, men i drift: Arkiveringspligt"));
    document_release(&document);
    town_close(&desk.town);
}

static void sections_come_in_their_order(void **state)
{
    static const char *const order[] = {
        "summary",  "changes",  "events",      "status",       "savings",    "robots",
        "forecast", "furthest", "gaps",        "would-change", "rule",       "scorecards",
        "backlog",  "net",      "definitions", "pages",        "robot-anna", "robot-bent"};
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document document;
    struct desk desk;
    size_t i;

    (void)state;
    set_up(&desk);
    compose(&desk.town, &query, &document);
    assert_int_equal(document.section_count, sizeof order / sizeof order[0]);
    for (i = 0; i < document.section_count; i++)
        assert_string_equal(document.sections[i].id, order[i]);
    assert_null(document.mark);
    assert_true(holds(document.subtitle, "1. januar 2025 til 30. juni 2025"));
    document_release(&document);
    town_close(&desk.town);
}

/* ---- both languages ---- */

/* Nothing is left to be filled in, or doubled. */
static void check_text(const char *text)
{
    if (text != NULL &&
        (strchr(text, '{') != NULL || strstr(text, "..") != NULL || strstr(text, "  ") != NULL))
        fail_msg("\"%s\"", text);
}

static void check_words(const struct document *document)
{
    size_t i;
    size_t j;

    for (i = 0; i < document->section_count; i++) {
        const struct document_section *section = &document->sections[i];

        assert_string_not_equal(section->title, "");
        check_text(section->message);
        for (j = 0; j < section->block_count; j++)
            check_text(section->blocks[j].text);
        assert_true(section->level > 1 || section->message != NULL ||
                    strcmp(section->id, "definitions") == 0 || strcmp(section->id, "pages") == 0);
    }
}

static void check_alike(const struct document_table *left, const struct document_table *right)
{
    size_t i;
    size_t j;

    assert_string_equal(left->id, right->id);
    assert_int_equal(left->column_count, right->column_count);
    assert_int_equal(left->row_count, right->row_count);
    for (i = 0; i < left->row_count; i++) {
        assert_string_equal(left->rows[i].id, right->rows[i].id);
        for (j = 0; j < left->column_count; j++) {
            assert_string_equal(left->columns[j].id, right->columns[j].id);
            check_text(left->rows[i].cells[j].text);
            check_text(right->rows[i].cells[j].text);
            assert_int_equal(left->rows[i].cells[j].state, right->rows[i].cells[j].state);
            assert_true(left->rows[i].cells[j].number == right->rows[i].cells[j].number);
        }
    }
}

static void both_languages_have_the_same_figures(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document danish;
    struct document english;
    struct desk desk;
    size_t i;

    (void)state;
    set_up(&desk);
    compose(&desk.town, &query, &danish);
    query.language = LANGUAGE_ENGLISH;
    compose(&desk.town, &query, &english);
    check_words(&danish);
    check_words(&english);
    assert_int_equal(danish.table_count, english.table_count);
    for (i = 0; i < danish.table_count; i++)
        check_alike(danish.tables[i], english.tables[i]);
    document_release(&danish);
    document_release(&english);
    town_close(&desk.town);
}

/* ---- little, nothing, and what is refused ---- */

static void an_empty_town_has_a_report(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document document;
    struct town town;

    (void)state;
    town_open(&town);
    compose(&town, &query, &document);
    check(&document, "savings-departments", "total", "tasks", 0);
    check(&document, "status-robots", "total", "robots", 0);
    check_words(&document);
    document_release(&document);
    town_close(&town);
}

static void one_robot_has_its_page_alone(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct document document;
    struct desk desk;

    (void)state;
    set_up(&desk);
    query.robot = "anna";
    compose(&desk.town, &query, &document);
    assert_int_equal(document.section_count, 2);
    assert_string_equal(document.sections[0].id, "robot-anna");
    assert_string_equal(document.title, "Scorecard: anna");
    document_release(&document);
    town_close(&desk.town);
}

static void refuse(struct town *town, const struct report_query *query, int expected,
                   const char *words)
{
    struct fault fault = {.text = ""};
    struct document document;

    assert_int_equal(report_compose(town->reader, query, &document, &fault), expected);
    if (strstr(fault.text, words) == NULL)
        fail_msg("%s", fault.text);
    document_release(&document);
}

static void ranges_and_robots_that_are_none_are_refused(void **state)
{
    struct report_query query = half_year(LANGUAGE_DANISH);
    struct town town;

    (void)state;
    town_open(&town);
    query.robot = "nobody";
    refuse(&town, &query, -ENOENT, "nobody");
    query = half_year(LANGUAGE_DANISH);
    query.to_day = query.from_day - 1;
    refuse(&town, &query, -EINVAL, "lies after its last");
    query = half_year(LANGUAGE_DANISH);
    query.before_from = query.from_day - 10;
    query.before_to = query.from_day;
    refuse(&town, &query, -EINVAL, "must end before it begins");
    query.before_to = query.before_from - 1;
    refuse(&town, &query, -EINVAL, "must end before it begins");
    town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(savings_and_changes_are_those_of_the_town),
        cmocka_unit_test(the_furthest_department_and_why),
        cmocka_unit_test(what_waits_and_what_estimates_rest_on),
        cmocka_unit_test(scorecards_stand_side_by_side_and_on_pages),
        cmocka_unit_test(blocked_robots_and_both_shares_are_told),
        cmocka_unit_test(sections_come_in_their_order),
        cmocka_unit_test(both_languages_have_the_same_figures),
        cmocka_unit_test(an_empty_town_has_a_report),
        cmocka_unit_test(one_robot_has_its_page_alone),
        cmocka_unit_test(ranges_and_robots_that_are_none_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
