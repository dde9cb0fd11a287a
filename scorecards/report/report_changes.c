/* What changed since the period before, and why. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/budget.h"
#include "core/store/dispute.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"
#include "scorecards/task_value.h"

enum { MINUTES_TO_TENTHS_OF_HOURS = 6 };

static const struct report_group everything = {.of = GROUP_ALL};

/* ---- the reasons ---- */

static const struct report_column reason_columns[] = {
    {"name", WORDS_REPORT_REASON, KIND_TEXT, 0, false},
    {"kroner", WORDS_REPORT_KRONER, KIND_KRONER, 0, false},
    {"hours", WORDS_REPORT_HOURS_HEAD, KIND_HOURS, 1, false},
    {"words", WORDS_REPORT_WHICH, KIND_TEXT, 0, false},
};

static int64_t kroner_of(const struct saved_amount *amount)
{
    return (int64_t)decimal_divide_half_up(amount->kroner, TASK_KRONER_SCALE);
}

static int64_t tenths_of(const struct saved_amount *amount)
{
    return (int64_t)decimal_divide_half_up(amount->minutes,
                                           (int128)TASK_MINUTE_SCALE * MINUTES_TO_TENTHS_OF_HOURS);
}

static void put_rounding(struct composing *composing, struct document_table *table, int64_t kroner,
                         int64_t hours)
{
    document_row(table, "rounding", ROW_PLAIN);
    document_cell_text(table, report_word(composing, WORDS_REPORT_ROUNDING));
    document_cell_number(table, kroner);
    document_cell_number(table, hours);
    document_cell_text(table, report_word(composing, WORDS_REPORT_ROUNDING_IS));
}

/* Rows and steps of the chart; rounded as `changes` shows them, with a row for what that leaves. */
static size_t put_reason_rows(struct composing *composing, struct document_table *table,
                              struct chart_step steps[static CHANGE_REASONS + 1], int64_t kroner,
                              int64_t hours)
{
    size_t count = 0;
    int reason;

    for (reason = 0; reason < CHANGE_REASONS; reason++) {
        enum change_reason of = (enum change_reason)reason;
        struct saved_amount sum = report_reason_sum(composing, of, &everything);

        if (sum.kroner == 0 && of != CHANGE_TASKS)
            continue;
        steps[count++] = (struct chart_step){report_reason_name(composing, of), kroner_of(&sum)};
        kroner -= kroner_of(&sum);
        hours -= tenths_of(&sum);
        document_row(table, change_reason_word(of), ROW_PLAIN);
        document_cell_text(table, report_reason_name(composing, of));
        document_cell_number(table, kroner_of(&sum));
        document_cell_number(table, tenths_of(&sum));
        document_cell_text(table, report_reason_words(composing, of, &everything));
    }
    if (kroner != 0 || hours != 0)
        put_rounding(composing, table, kroner, hours);
    if (kroner != 0)
        steps[count++] = (struct chart_step){report_word(composing, WORDS_REPORT_ROUNDING), kroner};
    return count;
}

static void put_reasons(struct composing *composing, int64_t before, int64_t after)
{
    const struct report_query *query = &composing->query;
    struct chart_step steps[CHANGE_REASONS + 1];
    struct document_table *table =
        TABLE(composing, "changes-reasons", WORDS_REPORT_TABLE_REASONS, reason_columns);
    int64_t hours =
        composing->figures.department_hours.total - composing->figures.before_hours.total;
    size_t count = put_reason_rows(composing, table, steps, after - before, hours);
    struct chart chart = {composing->language, "changes-chart",
                          report_word(composing, WORDS_REPORT_CHART_CHANGES),
                          SAY(composing, WORDS_REPORT_CHART_CHANGES_IS,
                              shown_kroner(composing, before), shown_kroner(composing, after)),
                          report_word(composing, WORDS_REPORT_KRONER_UNIT)};
    struct text svg;

    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, report_word(composing, WORDS_REPORT_DIFFERENCE));
    document_cell_number(table, after - before);
    document_cell_number(table, hours);
    document_cell_text(table, "");
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_steps(&svg, &chart,
                &(struct chart_change){
                    .before_label = shown_range(composing, query->before_from, query->before_to),
                    .after_label = shown_range(composing, query->from_day, query->to_day),
                    .before = before,
                    .after = after,
                    .steps = steps,
                    .count = count});
    document_figure(table, chart.title, report_keep(composing, &svg));
}

/* ---- by department and by robot ---- */

static const struct report_column department_columns[] = {
    {"name", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    {"tasks_before", WORDS_REPORT_TASKS_BEFORE, KIND_COUNT, 0, false},
    {"tasks", WORDS_REPORT_TASKS_NOW, KIND_COUNT, 0, false},
    {"before", WORDS_REPORT_KRONER_BEFORE, KIND_KRONER, 0, false},
    {"after", WORDS_REPORT_KRONER_NOW, KIND_KRONER, 0, false},
    {"kroner", WORDS_REPORT_DIFFERENCE, KIND_KRONER, 0, false},
    {"words", WORDS_REPORT_WHY, KIND_TEXT, 0, false},
};

static void put_departments(struct composing *composing)
{
    const struct changes *changes = &composing->figures.changes;
    const struct savings *now = &composing->figures.departments;
    const struct savings *before = &composing->figures.before;
    size_t places = changes->after.organisation.department_count + 1;
    struct document_table *table =
        TABLE(composing, "changes-departments", WORDS_REPORT_TABLE_CHANGES, department_columns);
    size_t i;

    for (i = 0; i <= places; i++) {
        const struct savings_row *row = i < places ? &now->rows[i] : &now->total;
        const struct report_group group = {GROUP_PLACE, i};
        int64_t difference = changes->places_after[i] - changes->places_before[i];

        document_row(table, i < places ? row->id : "total", i < places ? ROW_PLAIN : ROW_TOTAL);
        document_cell_text(table,
                           i < places ? row->name : report_word(composing, WORDS_REPORT_TOTAL));
        document_cell_number(table, i < places ? before->rows[i].tasks : before->total.tasks);
        document_cell_number(table, row->tasks);
        document_cell_number(table, changes->places_before[i]);
        document_cell_number(table, changes->places_after[i]);
        document_cell_number(table, difference);
        document_cell_text(table, i < places ? report_reasons(composing, &group, difference) : "");
    }
}

static const struct report_column robot_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"before", WORDS_REPORT_KRONER_BEFORE, KIND_KRONER, 0, false},
    {"after", WORDS_REPORT_KRONER_NOW, KIND_KRONER, 0, false},
    {"kroner", WORDS_REPORT_DIFFERENCE, KIND_KRONER, 0, false},
    {"words", WORDS_REPORT_WHY, KIND_TEXT, 0, false},
};

static void put_robots(struct composing *composing)
{
    const struct changes *changes = &composing->figures.changes;
    const struct robot_list *robots = report_robots(composing);
    struct document_table *table =
        TABLE(composing, "changes-robots", WORDS_REPORT_TABLE_CHANGES_ROBOTS, robot_columns);
    size_t i;

    for (i = 0; i < robots->count; i++) {
        const struct report_group group = {GROUP_ROBOT, i};
        int64_t difference = changes->robots_after[i] - changes->robots_before[i];

        document_row(table, robots->robots[i].slug, ROW_PLAIN);
        document_cell_text(table, robots->robots[i].name);
        document_cell_number(table, changes->robots_before[i]);
        document_cell_number(table, changes->robots_after[i]);
        document_cell_number(table, difference);
        document_cell_text(table, report_reasons(composing, &group, difference));
    }
}

/* ---- what happened beside the kroner ---- */

struct events {
    struct composing *composing;
    int count;
};

static void put_event(struct events *events, const char *sentence)
{
    report_item(events->composing, sentence);
    events->count++;
}

/* After the last day before, up to the last day of the range. */
static bool is_between(const struct events *events, int32_t day)
{
    const struct report_query *query = &events->composing->query;

    return day > query->before_to && day <= query->to_day;
}

static void put_operations(struct events *events, const struct robot *robot)
{
    struct composing *composing = events->composing;
    size_t i;

    for (i = 0; i < robot->operation_count; i++) {
        const struct robot_operation *operation = &robot->operations[i];

        if (is_between(events, operation->from_day))
            put_event(events,
                      SAY(composing, i == 0 ? WORDS_REPORT_EVENT_BEGAN : WORDS_REPORT_EVENT_AGAIN,
                          robot->name, shown_day(composing, operation->from_day)));
        if (operation->to_day != ROBOT_NO_END && is_between(events, operation->to_day))
            put_event(events, SAY(composing, WORDS_REPORT_EVENT_ENDED, robot->name,
                                  shown_day(composing, operation->to_day)));
    }
}

static void put_names(struct events *events)
{
    const struct organisation *organisation = report_organisation(events->composing);
    size_t i;
    size_t j;

    for (i = 0; i < organisation->department_count; i++) {
        const struct department *department = &organisation->departments[i];

        for (j = 1; j < department->name_count; j++)
            if (is_between(events, department->names[j].from_day))
                put_event(events, SAY(events->composing, WORDS_REPORT_EVENT_NAME,
                                      department->names[j - 1].name, department->names[j].name,
                                      shown_day(events->composing, department->names[j].from_day)));
    }
}

static int take_budget(const struct budget_version *version, void *context)
{
    struct events *events = context;
    struct composing *composing = events->composing;

    if (is_between(events, version->from_day))
        put_event(events, SAY(composing, WORDS_REPORT_EVENT_TARGET,
                              shown_department(composing, version->department_id),
                              shown_year(composing, version->year),
                              shown_kroner(composing, version->kroner),
                              shown_day(composing, version->from_day), version->set_by));
    return 0;
}

static int take_dispute(const struct dispute *dispute, void *context)
{
    struct events *events = context;
    struct composing *composing = events->composing;
    const struct robot *robot = robot_list_find_id(report_robots(composing), dispute->robot_id);
    const char *name = robot != NULL ? robot->name : "?";

    if (is_between(events, clock_local_day(dispute->at_ms)))
        put_event(events,
                  SAY(composing, WORDS_REPORT_EVENT_DISPUTE, name, dispute->by_whom,
                      shown_day(composing, clock_local_day(dispute->at_ms)), dispute->reason));
    if (dispute->answer != NULL && is_between(events, clock_local_day(dispute->answered_ms)))
        put_event(events, SAY(composing, WORDS_REPORT_EVENT_ANSWER, name, dispute->answered_by,
                              shown_day(composing, clock_local_day(dispute->answered_ms)),
                              dispute->answer));
    return 0;
}

static int put_events(struct composing *composing, struct fault *fault)
{
    const struct robot_list *robots = report_robots(composing);
    const struct dispute_filter all = {.is_open = false};
    struct events events = {.composing = composing};
    int result;
    size_t i;

    report_subsection(composing, "events", WORDS_REPORT_EVENTS);
    for (i = 0; i < robots->count; i++)
        put_operations(&events, &robots->robots[i]);
    put_names(&events);
    result = budget_version_each(composing->store, take_budget, &events, fault);
    if (result == 0)
        result = dispute_each(composing->store, &all, take_dispute, &events, fault);
    if (events.count == 0)
        report_paragraph(composing, report_word(composing, WORDS_REPORT_EVENTS_NONE));
    return result;
}

const char *report_change_sentence(struct composing *composing)
{
    const struct report_figures *figures = &composing->figures;
    const struct report_query *query = &composing->query;
    int64_t before = figures->before.total.kroner;
    int64_t after = figures->departments.total.kroner;
    enum words id = after > before   ? WORDS_REPORT_CHANGE_MORE
                    : after < before ? WORDS_REPORT_CHANGE_LESS
                                     : WORDS_REPORT_CHANGE_SAME;

    return SAY(composing, id, shown_range(composing, query->before_from, query->before_to),
               shown_hours(composing, figures->before_hours.total), shown_kroner(composing, before),
               shown_hours(composing, figures->department_hours.total),
               shown_kroner(composing, after), shown_change(composing, after - before));
}

int report_changes(struct composing *composing, struct fault *fault)
{
    int64_t before = composing->figures.before.total.kroner;
    int64_t after = composing->figures.departments.total.kroner;
    const char *reasons = report_reasons(composing, &everything, after - before);

    report_section(composing, "changes", WORDS_REPORT_CHANGES);
    document_message(composing->document, report_change_sentence(composing));
    report_lead(composing, report_change_sentence(composing));
    if (reasons[0] != '\0')
        report_paragraph(composing, SAY(composing, WORDS_REPORT_LARGEST, reasons));
    put_reasons(composing, before, after);
    put_departments(composing);
    put_robots(composing);
    return put_events(composing, fault);
}
