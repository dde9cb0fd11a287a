/* How the points of a robot became what they are: drawn on its page. */
#include "core/base/clock.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

enum { ID_SIZE = 128 };

const struct report_history *report_history_of(const struct composing *composing,
                                               const struct scorecard *card)
{
    const struct report_figures *figures = &composing->figures;

    return figures->histories == NULL ? NULL : &figures->histories[card - figures->cards.cards];
}

void report_history_columns(struct composing *composing, const struct report_history *history,
                            struct document_column *columns)
{
    size_t i;

    for (i = 0; i < history->count; i++) {
        char day[CLOCK_DAY_TEXT];
        struct text id;

        clock_format_day(history->points[i].day, day);
        text_init(&id, ID_SIZE);
        text_printf(&id, "day-%s", day);
        columns[i] = (struct document_column){report_keep(composing, &id),
                                              shown_day_short(composing, history->points[i].day),
                                              KIND_POINTS, 0, false};
    }
}

/* What the drawing shows, for who cannot see it: paper has no table behind it. */
static const char *history_words(struct composing *composing, const struct scorecard_point *points,
                                 size_t count)
{
    const char *sentences = "";
    const char *days = shown_day_short(composing, points[0].day);
    int parameter;
    size_t i;

    for (i = 1; i < count; i++)
        days = SAY(composing, WORDS_REPORT_CHART_HISTORY_AND, days,
                   shown_day_short(composing, points[i].day));
    for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++) {
        const char *scores = report_score_word(composing, &points[0].scores[parameter]);

        for (i = 1; i < count; i++)
            scores = SAY(composing, WORDS_REPORT_CHART_HISTORY_AND, scores,
                         report_score_word(composing, &points[i].scores[parameter]));
        sentences = report_both(
            composing, sentences,
            SAY(composing, WORDS_REPORT_CHART_HISTORY_OF,
                words_parameter(composing->language, (enum scorecard_parameter)(parameter + 1)),
                scores));
    }
    return SAY(composing, WORDS_REPORT_CHART_HISTORY_IS, days, sentences);
}

static void put_history_rows(struct composing *composing, struct document_table *table,
                             const struct scorecard_point *points, size_t count)
{
    int parameter;
    size_t i;

    for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++) {
        enum scorecard_parameter of = (enum scorecard_parameter)(parameter + 1);

        document_row(table, scorecard_parameter_word(of), ROW_PLAIN);
        document_cell_text(table, words_parameter(composing->language, of));
        for (i = 0; i < count; i++)
            report_cell_score(composing, table, &points[i].scores[parameter],
                              WORDS_REPORT_IS_CAPPED);
    }
}

void report_history_figure(struct composing *composing, const struct scorecard *card)
{
    const struct report_history *history = report_history_of(composing, card);
    struct chart chart = {composing->language, report_card_id(composing, card, "chart-history"),
                          SAY(composing, WORDS_REPORT_CHART_HISTORY, card->robot->name), "", ""};
    struct document_column columns[DOCUMENT_COLUMNS_MAX] = {
        {"name", report_word(composing, WORDS_REPORT_BENEFIT_HEAD), KIND_TEXT, 0, false}};
    struct document_table *table;
    struct text svg;

    if (history == NULL || history->count < 2)
        return;
    report_history_columns(composing, history, &columns[1]);
    table = document_table(composing->document, report_card_id(composing, card, "history"),
                           report_word(composing, WORDS_REPORT_TABLE_HISTORY), columns,
                           history->count + 1);
    if (table == NULL)
        return;
    table->is_of_page = true;
    put_history_rows(composing, table, history->points, history->count);
    chart.description = history_words(composing, history->points, history->count);
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_history(&svg, &chart, history->points, history->count);
    document_figure(table, chart.title, report_keep(composing, &svg));
}
