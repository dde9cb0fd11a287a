/* The forecast against targets, how sure it is, and why. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

enum { ID_SIZE = 192, PARTS_TOLD = 10 };

/* ids of columns are those of `gap --format json`. */
static const struct report_column target_columns[] = {
    {"name", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    {"budget", WORDS_REPORT_TARGET, KIND_KRONER, 0, false},
    {"saved", WORDS_REPORT_SAVED_SO_FAR, KIND_KRONER, 0, false},
    {"expected", WORDS_REPORT_EXPECTED, KIND_KRONER, 0, false},
    {"low", WORDS_REPORT_LOW, KIND_KRONER, 0, false},
    {"high", WORDS_REPORT_HIGH, KIND_KRONER, 0, false},
    {"gap", WORDS_REPORT_GAP, KIND_KRONER, 0, false},
    {"certainty", WORDS_REPORT_CERTAINTY, KIND_TEXT, 0, false},
};

static void put_target_row(struct document_table *table, const struct forecast_row *row)
{
    document_cell_number(table, row->budget);
    document_cell_number(table, row->saved);
    document_cell_number(table, row->kroner_to_date);
    document_cell_number(table, row->low_to_date);
    document_cell_number(table, row->high_to_date);
}

/* In a word or two; report_gap_sure() has the sentence. */
static const char *certainty_of(const struct composing *composing, const struct gap_row *row)
{
    if (report_year_is_over(composing) && row->certainty != GAP_NO_TARGET)
        return report_word(composing,
                           row->gap > 0 ? WORDS_REPORT_SHORT_MISSED : WORDS_REPORT_SHORT_MET);
    switch (row->certainty) {
    case GAP_NO_TARGET:
        break;
    case GAP_REACHED:
        return report_word(composing, WORDS_REPORT_SHORT_REACHED);
    case GAP_LIKELY:
        return report_word(composing, WORDS_REPORT_SHORT_LIKELY);
    case GAP_UNLIKELY:
        return report_word(composing, WORDS_REPORT_SHORT_UNLIKELY);
    case GAP_OUT_OF_REACH:
        return report_word(composing, WORDS_REPORT_SHORT_OUT_OF_REACH);
    }
    return report_word(composing, WORDS_REPORT_NO_TARGET);
}

static int put_target_chart(struct composing *composing, struct document_table *table,
                            struct fault *fault)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    struct chart chart = {
        composing->language, "targets-chart",
        SAY(composing, WORDS_REPORT_CHART_TARGETS, shown_year(composing, gap->forecast.query.year)),
        report_word(composing, WORDS_REPORT_CHART_TARGETS_IS),
        report_word(composing, WORDS_REPORT_KRONER_UNIT)};
    struct chart_bar *bars = calloc(gap->row_count + 1, sizeof *bars);
    struct text svg;
    size_t i;

    if (bars == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < gap->row_count; i++) {
        const struct forecast_row *row = gap->rows[i].forecast;

        bars[i] = (struct chart_bar){.label = row->name,
                                     .value = row->kroner_to_date,
                                     .has_target = gap->rows[i].certainty != GAP_NO_TARGET,
                                     .target = row->budget,
                                     .has_interval = row->low_to_date != row->high_to_date,
                                     .low = row->low_to_date,
                                     .high = row->high_to_date,
                                     .part = gap->rows[i].disputed};
    }
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_bars(&svg, &chart, bars, gap->row_count);
    free(bars);
    document_figure(table, chart.title, report_keep(composing, &svg));
    return 0;
}

static int put_targets(struct composing *composing, struct fault *fault)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    const struct forecast *forecast = &gap->forecast;
    struct document_table *table =
        TABLE(composing, "gap-departments", WORDS_REPORT_TABLE_TARGETS, target_columns);
    int64_t missing = 0;
    size_t i;

    for (i = 0; i < gap->row_count; i++) {
        document_row(table, gap->rows[i].forecast->id, ROW_PLAIN);
        document_cell_text(table, gap->rows[i].forecast->name);
        put_target_row(table, gap->rows[i].forecast);
        document_cell_number(table, gap->rows[i].gap);
        missing += gap->rows[i].gap;
        document_cell_text(table, certainty_of(composing, &gap->rows[i]));
    }
    if (forecast->row_count > 0) {
        document_row(table, SAVINGS_CROSS_ID, ROW_PLAIN);
        document_cell_text(table, SAVINGS_CROSS_NAME);
        put_target_row(table, &forecast->rows[forecast->row_count - 1]);
    }
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, report_word(composing, WORDS_REPORT_TOTAL));
    put_target_row(table, &forecast->total);
    document_cell_number(table, missing);
    document_cell_none(table, "");
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_TARGETS_NOTE));
    return put_target_chart(composing, table, fault);
}

/* ---- the furthest ---- */

static void put_part_sentences(struct composing *composing, const struct gap_row *row)
{
    const struct forecast *forecast = &composing->figures.ranking.gap.forecast;
    size_t i;

    if (row->part_count == 0)
        report_paragraph(composing, report_word(composing, WORDS_REPORT_NO_ROBOT_SERVES));
    else
        report_paragraph(composing, report_word(composing, WORDS_REPORT_ROBOTS_THAT_SERVE));
    for (i = 0; i < row->part_count && i < PARTS_TOLD; i++) {
        const struct forecast_part *part = &row->parts[i];

        report_item(composing, report_both(composing,
                                           SAY(composing, WORDS_REPORT_PART,
                                               forecast->robots[part->robot].name,
                                               shown_kroner(composing, part->kroner_to_date),
                                               shown_kroner(composing, part->saved)),
                                           report_gap_why(composing, part)));
    }
}

static void put_furthest(struct composing *composing)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    const struct gap_row *row = gap->row_count > 0 ? &gap->rows[0] : NULL;
    const char *none = report_no_robots(composing);

    if (row == NULL || row->gap == 0)
        return;
    report_subsection(composing, "furthest", WORDS_REPORT_FURTHEST);
    document_message(composing->document, report_furthest(composing));
    report_lead(composing, report_furthest(composing));
    report_paragraph(composing, report_gap_sure(composing, row));
    put_part_sentences(composing, row);
    report_paragraph(composing, report_both(composing, report_gap_ideas(composing, row),
                                            report_gap_full_year(composing, row)));
    if (none[0] != '\0')
        report_paragraph(composing, none);
}

static const struct report_column part_columns[] = {
    {"department", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"saved", WORDS_REPORT_SAVED_SO_FAR, KIND_KRONER, 0, false},
    {"expected", WORDS_REPORT_EXPECTED, KIND_KRONER, 0, false},
    {"words", WORDS_REPORT_WHY, KIND_TEXT, 0, false},
};

static void put_parts(struct composing *composing)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    struct document_table *table =
        TABLE(composing, "gap-robots", WORDS_REPORT_TABLE_PARTS, part_columns);
    size_t i;
    size_t j;

    for (i = 0; i < gap->row_count; i++) {
        for (j = 0; j < gap->rows[i].part_count; j++) {
            const struct forecast_part *part = &gap->rows[i].parts[j];
            const struct forecast_robot *robot = &gap->forecast.robots[part->robot];
            char id[ID_SIZE];

            (void)snprintf(id, sizeof id, "%s-%s", gap->rows[i].forecast->id, robot->id);
            document_row(table, id, ROW_PLAIN);
            document_cell_text(table, gap->rows[i].forecast->name);
            document_cell_text(table, robot->name);
            document_cell_number(table, part->saved);
            document_cell_number(table, part->kroner_to_date);
            document_cell_text(table, report_gap_why(composing, part));
        }
    }
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_PARTS_NOTE));
}

static const struct report_column idea_columns[] = {
    {"department", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    {"name", WORDS_REPORT_IDEA_HEAD, KIND_TEXT, 0, false},
    {"status", WORDS_REPORT_STATUS_HEAD, KIND_TEXT, 0, true},
    {"brings", WORDS_REPORT_BRINGS, KIND_KRONER, 0, false},
    {"brings_per_year", WORDS_REPORT_BRINGS_A_YEAR, KIND_KRONER, 0, false},
    {"words", WORDS_REPORT_REMARK, KIND_TEXT, 0, false},
};

static void put_idea(struct composing *composing, struct document_table *table,
                     const struct gap_row *row, const struct gap_idea *idea)
{
    char id[ID_SIZE];

    (void)snprintf(id, sizeof id, "idea-%" PRId64, idea->idea->id);
    document_row(table, id, ROW_PLAIN);
    document_cell_text(table, row->forecast->name);
    document_cell_text(table, idea->idea->title);
    document_cell_text(table, words_idea_status(composing->language, idea->idea->status));
    document_cell_number(table, idea->kroner);
    document_cell_number(table, idea->kroner_per_year);
    document_cell_text(
        table,
        report_both(composing,
                    idea->is_planned ? "" : report_word(composing, WORDS_REPORT_IDEA_NO_DATE),
                    idea->closes ? report_word(composing, WORDS_REPORT_IDEA_CLOSES) : ""));
}

static void put_ideas(struct composing *composing)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    struct document_table *table = NULL;
    size_t i;
    size_t j;

    for (i = 0; i < gap->row_count; i++)
        for (j = 0; j < gap->rows[i].idea_count && gap->rows[i].gap > 0; j++) {
            if (table == NULL)
                table = TABLE(composing, "gap-ideas", WORDS_REPORT_TABLE_IDEAS, idea_columns);
            put_idea(composing, table, &gap->rows[i], &gap->rows[i].ideas[j]);
        }
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_IDEAS_NOTE));
}

/* ---- the rule ---- */

static const struct report_column rule_columns[] = {
    {"name", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    {"budget", WORDS_REPORT_TARGET, KIND_KRONER, 0, false},
    {"hours", WORDS_REPORT_HOURS_HEAD, KIND_HOURS, 1, false},
    {"kroner", WORDS_REPORT_FORECAST_HEAD, KIND_KRONER, 0, false},
    {"low", WORDS_REPORT_LOW, KIND_KRONER, 0, false},
    {"high", WORDS_REPORT_HIGH, KIND_KRONER, 0, false},
    {"percent", WORDS_REPORT_PERCENT_OF_TARGET, KIND_PERCENT, 0, false},
};

enum { HUNDREDTHS_TO_TENTHS_OF_HOURS = 600 };

/* Tenths, by the rule of every table; the total stands behind the rows. The caller frees them. */
static int rule_hours(const struct forecast *forecast, int64_t **ret_hours, struct fault *fault)
{
    int128 *exact = calloc(forecast->row_count + 1, sizeof *exact);
    int64_t *hours = calloc(forecast->row_count + 1, sizeof *hours);
    int result = 0;
    size_t i;

    *ret_hours = hours;
    if (exact == NULL || hours == NULL) {
        free(exact);
        return fault_no_memory(fault);
    }
    for (i = 0; i < forecast->row_count; i++)
        exact[i] = forecast->rows[i].minutes_hundredths;
    result = decimal_apportion(exact, forecast->row_count, HUNDREDTHS_TO_TENTHS_OF_HOURS, hours,
                               &hours[forecast->row_count]);
    free(exact);
    return result < 0 ? fault_set(fault, result, "the hours do not fit") : 0;
}

static void put_rule_row(struct composing *composing, struct document_table *table,
                         const struct forecast_row *row, int64_t hours)
{
    document_cell_number(table, row->budget);
    document_cell_number(table, hours);
    document_cell_number(table, row->kroner);
    document_cell_number(table, row->low);
    document_cell_number(table, row->high);
    report_cell_percent(composing, table, &row->percent);
}

static int put_rule(struct composing *composing, struct fault *fault)
{
    const struct forecast *forecast = &composing->figures.ranking.gap.forecast;
    struct document_table *table;
    int64_t *hours = NULL;
    int result = rule_hours(forecast, &hours, fault);
    size_t i;

    if (result < 0)
        goto out;
    report_subsection(composing, "rule", WORDS_REPORT_RULE);
    report_paragraph(
        composing, SAY(composing, WORDS_REPORT_RULE_LEAD, report_expected_or_forecast(composing)));
    table = TABLE(composing, "forecast-departments", WORDS_REPORT_TABLE_RULE, rule_columns);
    for (i = 0; i < forecast->row_count; i++) {
        document_row(table, forecast->rows[i].id, ROW_PLAIN);
        document_cell_text(table, forecast->rows[i].name);
        put_rule_row(composing, table, &forecast->rows[i], hours[i]);
    }
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, report_word(composing, WORDS_REPORT_TOTAL));
    put_rule_row(composing, table, &forecast->total, hours[forecast->row_count]);
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_RULE_NOTE));
out:
    free(hours);
    return result;
}

static const struct report_column percent_columns[] = {
    {"name", WORDS_REPORT_PERCENTAGE, KIND_TEXT, 0, false},
    {"percent", WORDS_REPORT_PERCENT_OF_ALL, KIND_PERCENT, 1, false},
    {"words", WORDS_REPORT_MEANING, KIND_TEXT, 0, false},
};

static void put_percentages(struct composing *composing)
{
    const struct forecast *forecast = &composing->figures.ranking.gap.forecast;
    const struct {
        const char *id;
        enum words name, meaning;
        const struct forecast_percent *percent;
    } rows[] = {
        {"capped", WORDS_REPORT_CAPPED, WORDS_REPORT_CAPPED_IS, &forecast->capped},
        {"with_pool", WORDS_REPORT_WITH_POOL, WORDS_REPORT_WITH_POOL_IS, &forecast->with_pool},
        {"sum", WORDS_REPORT_SUM, WORDS_REPORT_SUM_IS, &forecast->sum},
        {"with_cross", WORDS_REPORT_WITH_CROSS, WORDS_REPORT_WITH_CROSS_IS, &forecast->with_cross},
    };
    struct document_table *table =
        TABLE(composing, "forecast-percentages", WORDS_REPORT_TABLE_PERCENTAGES, percent_columns);
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        document_row(table, rows[i].id, ROW_PLAIN);
        document_cell_text(table, report_word(composing, rows[i].name));
        report_cell_percent(composing, table, rows[i].percent);
        document_cell_text(table, report_word(composing, rows[i].meaning));
    }
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_PERCENTAGES_NOTE));
}

static const struct report_column robot_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"confidence", WORDS_REPORT_CONFIDENCE, KIND_TEXT, 0, true},
    {"months", WORDS_REPORT_MONTHS_BEHIND, KIND_COUNT, 0, false},
    {"tasks_per_month", WORDS_REPORT_TASKS_A_MONTH, KIND_COUNT, 2, false},
    {"kroner", WORDS_REPORT_FORECAST_HEAD, KIND_KRONER, 0, false},
    {"low", WORDS_REPORT_LOW, KIND_KRONER, 0, false},
    {"high", WORDS_REPORT_HIGH, KIND_KRONER, 0, false},
};

static void put_robots(struct composing *composing)
{
    const struct forecast *forecast = &composing->figures.ranking.gap.forecast;
    struct document_table *table =
        TABLE(composing, "forecast-robots", WORDS_REPORT_TABLE_FORECAST_ROBOTS, robot_columns);
    size_t i;

    for (i = 0; i < forecast->robot_count; i++) {
        const struct forecast_robot *robot = &forecast->robots[i];
        char letter[2] = {robot->confidence, '\0'};

        document_row(table, robot->id, ROW_PLAIN);
        document_cell_text(table, robot->name);
        document_cell_text(table, letter);
        document_cell_number(table, robot->months);
        document_cell_number(table, robot->tasks_per_month_hundredths);
        document_cell_number(table, robot->kroner);
        document_cell_number(table, robot->low);
        document_cell_number(table, robot->high);
    }
}

int report_forecast(struct composing *composing, struct fault *fault)
{
    const struct forecast *forecast = &composing->figures.ranking.gap.forecast;
    int result;

    report_section(composing, "forecast", WORDS_REPORT_FORECAST);
    document_message(composing->document, report_expected(composing));
    report_lead(composing, report_expected(composing));
    report_paragraph(composing, SAY(composing, WORDS_REPORT_EXPECTED_OF,
                                    shown_kroner(composing, forecast->total.saved),
                                    shown_kroner(composing, forecast->total.low_to_date),
                                    shown_kroner(composing, forecast->total.high_to_date)));
    report_paragraph(composing, report_expected_or_forecast(composing));
    result = put_targets(composing, fault);
    put_furthest(composing);
    report_subsection(composing, "gaps", WORDS_REPORT_GAPS);
    report_paragraph(composing, report_word(composing, WORDS_REPORT_GAPS_LEAD));
    put_parts(composing);
    put_ideas(composing);
    if (result == 0)
        result = report_would_change(composing, fault);
    if (result == 0)
        result = put_rule(composing, fault);
    put_percentages(composing);
    put_robots(composing);
    return result;
}
