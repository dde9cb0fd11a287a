/* The robots one by one: what they saved, and the estimates that this rests on. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "scorecards/report/report_inner.h"

enum { ID_SIZE = 96 };

static const struct report_column saved_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"department", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    {"tasks", WORDS_REPORT_TASKS, KIND_COUNT, 0, false},
    {"uncounted_tasks", WORDS_REPORT_UNCOUNTED, KIND_COUNT, 0, false},
    {"hours", WORDS_REPORT_HOURS_HEAD, KIND_HOURS, 1, false},
    {"kroner", WORDS_REPORT_KRONER, KIND_KRONER, 0, false},
    {"disputed", WORDS_REPORT_DISPUTED, KIND_KRONER, 0, false},
};

const char *report_page_id(struct composing *composing, const char *slug)
{
    struct text id;

    text_init(&id, ID_SIZE);
    text_printf(&id, "robot-%s", slug);
    return report_keep(composing, &id);
}

static void put_saved_row(struct composing *composing, struct document_table *table,
                          const struct robot *robot)
{
    int64_t hours = 0;
    const struct savings_row *row = report_robot_row(composing, robot->slug, &hours);

    document_row(table, robot->slug, ROW_PLAIN);
    document_cell_link(table, robot->name, report_page_id(composing, robot->slug));
    document_cell_text(table, shown_departments(composing, robot, composing->query.to_day));
    if (row == NULL)
        return;
    document_cell_number(table, row->tasks);
    document_cell_number(table, row->uncounted_tasks);
    document_cell_number(table, hours);
    document_cell_number(table, row->kroner);
    document_cell_number(table, row->disputed);
}

static void put_saved(struct composing *composing)
{
    const struct robot_list *robots = report_robots(composing);
    const struct savings_row *total = &composing->figures.robots.total;
    struct document_table *table =
        TABLE(composing, "robots-savings", WORDS_REPORT_TABLE_ROBOTS, saved_columns);
    size_t i;

    for (i = 0; i < robots->count; i++)
        put_saved_row(composing, table, &robots->robots[i]);
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, report_word(composing, WORDS_REPORT_TOTAL));
    document_cell_text(table, "");
    document_cell_number(table, total->tasks);
    document_cell_number(table, total->uncounted_tasks);
    document_cell_number(table, composing->figures.robot_hours.total);
    document_cell_number(table, total->kroner);
    document_cell_number(table, total->disputed);
}

static const struct report_column estimate_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"minutes", WORDS_REPORT_MINUTES_A_TASK, KIND_MINUTES, 2, false},
    {"from", WORDS_REPORT_VALID_FROM, KIND_DAY, 0, false},
    {"set_by", WORDS_REPORT_SET_BY, KIND_TEXT, 0, false},
    {"signed_by", WORDS_REPORT_SIGNED_BY, KIND_TEXT, 0, false},
    {"signed_on", WORDS_REPORT_SIGNED_ON, KIND_DAY, 0, false},
    {"words", WORDS_REPORT_REMARK, KIND_TEXT, 0, false},
};

/* The newest that nobody has signed, when none is; NULL: nobody has set one. */
static const struct estimate *newest(const struct robot *robot)
{
    const struct estimate *found = NULL;
    size_t i;

    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].kind == ESTIMATE_TASK)
            found = &robot->estimates[i];
    return found;
}

static const char *remark_of(struct composing *composing, const struct estimate *estimate)
{
    if (estimate->signed_by == NULL)
        return report_word(composing, WORDS_REPORT_ESTIMATE_UNSIGNED);
    if (estimate->dispute_id != 0)
        return report_word(composing, WORDS_REPORT_ESTIMATE_DISPUTED);
    return estimate->signed_day > estimate->from_day
               ? report_word(composing, WORDS_REPORT_ESTIMATE_LATE)
               : estimate->reason;
}

static void put_estimate(struct composing *composing, struct document_table *table,
                         const struct robot *robot)
{
    const struct estimate *estimate = robot_estimate_on(robot, composing->query.to_day);

    if (estimate == NULL)
        estimate = newest(robot);
    document_row(table, robot->slug, ROW_PLAIN);
    document_cell_text(table, robot->name);
    if (estimate == NULL) {
        document_cell_none(table, report_word(composing, WORDS_REPORT_ESTIMATE_NONE));
        return;
    }
    document_cell_number_beside(table, estimate->hundredths, NULL, estimate->signed_by == NULL);
    document_cell_number(table, estimate->from_day);
    document_cell_text(table, estimate->set_by);
    if (estimate->signed_by == NULL) {
        document_cell_none(table, report_word(composing, WORDS_REPORT_NOT_SIGNED));
        document_cell_none(table, "");
    } else {
        document_cell_text(table, estimate->signed_by);
        document_cell_number(table, estimate->signed_day);
    }
    document_cell_text(table, remark_of(composing, estimate));
}

static void put_estimates(struct composing *composing)
{
    const struct robot_list *robots = report_robots(composing);
    struct document_table *table =
        TABLE(composing, "robots-estimates", WORDS_REPORT_TABLE_ESTIMATES, estimate_columns);
    size_t i;

    for (i = 0; i < robots->count; i++)
        put_estimate(composing, table, &robots->robots[i]);
    document_shorten(table);
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_ESTIMATES_NOTE));
}

/* The robot that saved most hours. */
static const char *sentence_of_most(struct composing *composing)
{
    const struct savings *savings = &composing->figures.robots;
    const int64_t *hours = composing->figures.robot_hours.rows;
    size_t most = 0;
    size_t i;

    for (i = 1; i < savings->row_count; i++)
        if (hours[i] > hours[most])
            most = i;
    if (savings->total.tasks == 0)
        return report_word(composing, WORDS_REPORT_SAVINGS_NONE);
    return SAY(composing, WORDS_REPORT_ROBOTS_IS, savings->rows[most].name,
               shown_hours(composing, hours[most]),
               shown_count(composing, savings->rows[most].tasks),
               shown_kroner(composing, savings->rows[most].kroner));
}

int report_robots_section(struct composing *composing, struct fault *fault)
{
    (void)fault;
    report_section(composing, "robots", WORDS_REPORT_ROBOTS);
    document_message(composing->document, sentence_of_most(composing));
    report_paragraph(composing, sentence_of_most(composing));
    put_saved(composing);
    report_paragraph(composing, report_word(composing, WORDS_REPORT_ESTIMATES_LEAD));
    put_estimates(composing);
    return 0;
}
