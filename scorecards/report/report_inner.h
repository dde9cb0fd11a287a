/*
 * report_inner.h - what the sections of a report share: the figures, read once, and how a sentence, a
 * number and a table are put into the document.
 *
 * Texts that report_say() and shown_*() give live until the report is composed; when memory runs out they are "", and
 * composing fails at its end.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_REPORT_INNER_H
#define AUTOMAGI_SCORECARDS_REPORT_REPORT_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "scorecards/changes.h"
#include "scorecards/net.h"
#include "scorecards/period.h"
#include "scorecards/priority.h"
#include "scorecards/report/document.h"
#include "scorecards/report/report.h"
#include "scorecards/report/words.h"
#include "scorecards/savings.h"
#include "scorecards/scorecard.h"

struct fault;
struct store;

/* Hours of savings' rows, in tenths: exact minutes / 60, and rows add up to the total. */
struct report_hours {
    int64_t *rows;
    int64_t total;
};

/* How a robot's points became what they are: at the ends of quarters, and on the report's last day. */
enum { REPORT_QUARTERS = 4 };
struct report_history {
    struct scorecard_point points[SCORECARD_POINTS_MAX];
    size_t count;
};

struct report_figures {
    struct savings departments, months, robots; /* of the range */
    struct savings before;                      /* by department, of the range before */
    struct report_hours department_hours, month_hours, robot_hours, before_hours;
    struct changes changes; /* with all robots, and the organisation */
    struct ranking ranking; /* of ideas, with the gap of the year and its forecast */
    struct scorecard_list cards;
    struct report_history *histories; /* of each card; of one robot's page that robot's alone */
    struct net net;                   /* by robot, from the beginning to the range's last day */
    struct period_list periods;
};

struct kept;
struct composing {
    struct store *store;
    struct report_query query; /* its days as found */
    enum language language;
    struct document *document;
    struct report_figures figures;
    struct kept *kept;
    int broken;
};

/* report_figures.c. The caller releases them in any case. */
int report_figures_read(struct composing *composing, struct fault *fault)
    __attribute__((warn_unused_result));
void report_figures_release(struct report_figures *figures);
const struct organisation *report_organisation(const struct composing *composing);
const struct robot_list *report_robots(const struct composing *composing);
/* The savings of a robot, and its hours; NULL: none. */
const struct savings_row *report_robot_row(const struct composing *composing, const char *slug,
                                           int64_t *ret_hours);

/* report_say.c. The sentence of the catalogue, filled in. */
const char *report_say(struct composing *composing, enum words id, const char *const *arguments);
#define SAY(composing, id, ...)                                                                    \
    report_say((composing), (id), (const char *const[]){__VA_ARGS__, NULL})
/* The word without anything to fill in. */
const char *report_word(const struct composing *composing, enum words id);
/* Both, with a blank between; one alone when the other is "". */
const char *report_both(struct composing *composing, const char *first, const char *second);
/* Both, with "; " between, as report_both(). */
const char *report_with(struct composing *composing, const char *first, const char *second);
/* The text of it, kept; it is released. */
const char *report_keep(struct composing *composing, struct text *text);
void report_forget(struct composing *composing);

const char *shown_kroner(struct composing *composing, int64_t kroner);
const char *shown_change(struct composing *composing, int64_t kroner); /* with its sign */
const char *shown_count(struct composing *composing, int64_t count);
const char *shown_more_tasks(struct composing *composing, int64_t count); /* "+3 opgaver" */
const char *shown_number(struct composing *composing, int64_t scaled, unsigned digits);
const char *shown_short(struct composing *composing, int64_t scaled, unsigned digits);
const char *shown_hours(struct composing *composing, int64_t tenths); /* "883 timer" */
const char *shown_minutes(struct composing *composing, int64_t hundredths);
const char *shown_percent(struct composing *composing, int64_t scaled, unsigned digits);
const char *shown_day(struct composing *composing, int32_t day);
const char *shown_day_short(struct composing *composing, int32_t day);
const char *shown_month(struct composing *composing, int32_t month);
const char *shown_range(struct composing *composing, int32_t from_day, int32_t to_day);
const char *shown_plural(struct composing *composing, int64_t count, enum words one,
                         enum words many);
/* Of the robot's shares on the day: "Økonomi & Stab", with parts where there are several. */
const char *shown_departments(struct composing *composing, const struct robot *robot, int32_t day);
/* Of a department on the report's last day; Tværgående for 0. */
const char *shown_department(struct composing *composing, int64_t department_id);

const char *shown_year(struct composing *composing, int32_t year); /* without a point: 2026 */

/* report_gap.c. Sentences of the gap: which department is furthest; what the year is expected to bring; how sure a
 * row is; what a robot's part waits for; whether ideas would close it; a gap in hours of the rate. */
const char *report_furthest(struct composing *composing);
const char *report_expected(struct composing *composing);
const char *report_gap_sure(struct composing *composing, const struct gap_row *row);
const char *report_gap_why(struct composing *composing, const struct forecast_part *part);
const char *report_gap_ideas(struct composing *composing, const struct gap_row *row);
/* The same of a whole year; "": it has no ideas. Departments that are short and have no robot; "": none. */
const char *report_gap_full_year(struct composing *composing, const struct gap_row *row);
const char *report_no_robots(struct composing *composing);
/* What is expected in the year is not the forecast, and where they differ. */
const char *report_expected_or_forecast(struct composing *composing);
const char *report_gap_hours(struct composing *composing, int64_t kroner);
bool report_year_is_over(const struct composing *composing);

/* report_scorecards.c, report_backlog.c. A score in a cell, its marks in words ("forværret"; capped: how it is said that
 * its evidence limits it), in short, all five in short, their bars; the gate in a few words; which idea is next. */
void report_cell_score(struct composing *composing, struct document_table *table,
                       const struct score *score, enum words capped);
const char *report_score_marks(struct composing *composing, const struct score *score,
                               enum words capped);
const char *report_score_word(struct composing *composing, const struct score *score);
const char *report_scores_words(struct composing *composing,
                                const struct score scores[static SCORECARD_PARAMETERS]);
const char *report_scores_chart(struct composing *composing, const struct scorecard *card,
                                const char *of);
const char *report_gate_words(struct composing *composing, const struct gate *gate);
const char *report_next_idea(struct composing *composing);
/* report_robot_page.c. Its page, as a section of that level; where a benefit's points come from (on its page without the
 * values of indicators, which stand below), and how they hold against what was expected; one of its indicators, NULL
 * where there is none in use. */
const char *report_card_id(struct composing *composing, const struct scorecard *card,
                           const char *of); /* "card-SLUG" */
void report_robot_page(struct composing *composing, const struct scorecard *card, int level);
const char *report_points_from(struct composing *composing, const struct scorecard *card, int at,
                               bool is_on_page);
const char *report_points_held(struct composing *composing, const struct scorecard *card, int at);
enum { REPORT_INDICATORS_MOST = SCORECARD_PARAMETERS * INDICATOR_SLOTS };
const struct scorecard_indicator *report_indicator(const struct scorecard *card, int at);

/* report_history.c. Drawn on its page when there is more than one point. */
void report_history_figure(struct composing *composing, const struct scorecard *card);
/* NULL: none was read. */
const struct report_history *report_history_of(const struct composing *composing,
                                               const struct scorecard *card);
/* A column for each of its days. */
void report_history_columns(struct composing *composing, const struct report_history *history,
                            struct document_column *columns);

/* report_scorecard_data.c. What the pages of robots say, in tables of all robots: for workbook and CSV. */
void report_scorecard_data(struct composing *composing);
/* "quality-1"; of a robot with its slug before it. */
const char *report_indicator_id(struct composing *composing, const char *slug,
                                const struct indicator *indicator);
/* report_savings.c. What is saved, as columns behind the row's heading; their ids are those of `savings --format
 * json`, so that whoever reads both knows them. */
#define REPORT_SAVED_COLUMNS                                                                       \
    {"tasks", WORDS_REPORT_TASKS, KIND_COUNT, 0, false},                                           \
        {"uncounted_tasks", WORDS_REPORT_UNCOUNTED, KIND_COUNT, 0, false},                         \
        {"hours", WORDS_REPORT_HOURS_HEAD, KIND_HOURS, 1, false},                                  \
        {"kroner", WORDS_REPORT_KRONER, KIND_KRONER, 0, false},                                    \
        {"disputed", WORDS_REPORT_DISPUTED, KIND_KRONER, 0, false},                                \
        {"realised", WORDS_REPORT_REALISED, KIND_KRONER, 0, false},                                \
    {                                                                                              \
        "gains", WORDS_REPORT_GAINS, KIND_KRONER, 0, false                                         \
    }
/* Their cells. hours: in tenths. */
void report_cells_saved(struct document_table *table, const struct savings_row *row, int64_t hours);
/* What the item is, how it stands, why, and who says so. */
void report_cells_gate(struct composing *composing, struct document_table *table,
                       const struct gate_entry *entry, enum gate_item item);

struct report_column {
    const char *id;
    enum words heading;
    enum column_kind kind;
    unsigned digits;
    bool is_narrow;
};
struct document_table *report_table(struct composing *composing, const char *id, enum words title,
                                    const struct report_column *columns, size_t count);
struct document_table *report_table_titled(struct composing *composing, const char *id,
                                           const char *title, const struct report_column *columns,
                                           size_t count);
/* For workbook and CSV alone. */
struct document_table *report_data_table(struct composing *composing, const char *id,
                                         enum words title, const struct report_column *columns,
                                         size_t count);
#define TABLE(composing, id, title, columns)                                                       \
    report_table((composing), (id), (title), (columns), sizeof(columns) / sizeof((columns)[0]))
void report_section(struct composing *composing, const char *id, enum words title);
void report_subsection(struct composing *composing, const char *id, enum words title);
void report_lead(struct composing *composing, const char *sentence);
void report_paragraph(struct composing *composing, const char *sentence);
void report_item(struct composing *composing, const char *sentence);
void report_warning(struct composing *composing, const char *sentence);
/* A number, or the words where there is none. */
void report_cell_percent(struct composing *composing, struct document_table *table,
                         const struct forecast_percent *percent);
void report_cell_day(struct document_table *table, int32_t day);

/* report_reasons.c. A reason of changes in words; what it is made of, the largest first. */
const char *report_reason_name(const struct composing *composing, enum change_reason reason);
struct report_group {
    enum { GROUP_ALL, GROUP_PLACE, GROUP_ROBOT } of;
    size_t at;
};
bool report_is_of_group(const struct change_entry *entry, const struct report_group *group);
/* The exact sum of a reason in a group. */
struct saved_amount report_reason_sum(const struct composing *composing, enum change_reason reason,
                                      const struct report_group *group);
const char *report_reason_words(struct composing *composing, enum change_reason reason,
                                const struct report_group *group);
/* The reasons of a group with their amounts, the largest first; those not named are summed, so that they add up to its
 * difference, in kroner; "": none. */
const char *report_reasons(struct composing *composing, const struct report_group *group,
                           int64_t difference);
const char *report_change_sentence(struct composing *composing);
/* report_status.c, report_robots.c. A robot's state in words; the id of its page. */
const char *report_state(const struct composing *composing, const struct robot *robot);
const char *report_page_id(struct composing *composing, const char *slug);

/* report_status.c. Each robot in operation whose gate is red, in a sentence, as warnings. */
void report_blocked(struct composing *composing);
/* report_would_change.c. What a signature or a dispute would change, of all robots. */
int report_would_change(struct composing *composing, struct fault *fault)
    __attribute__((warn_unused_result));

/* The sections, in their order. 0, or what the store said. */
int report_summary(struct composing *composing, struct fault *fault);
int report_changes(struct composing *composing, struct fault *fault);
int report_status(struct composing *composing, struct fault *fault);
int report_savings(struct composing *composing, struct fault *fault);
int report_robots_section(struct composing *composing, struct fault *fault);
int report_forecast(struct composing *composing, struct fault *fault);
int report_scorecards(struct composing *composing, struct fault *fault);
int report_backlog(struct composing *composing, struct fault *fault);
int report_net(struct composing *composing, struct fault *fault);
int report_definitions(struct composing *composing, struct fault *fault);
int report_robot_pages(struct composing *composing, struct fault *fault);

#endif
