/* The period in a few sentences; every figure in it stands again, with its reasons, further down. */
#include "core/store/store.h"
#include "scorecards/report/report_inner.h"

static const struct report_column columns[] = {
    {"name", WORDS_REPORT_PERIOD, KIND_TEXT, 0, false},
    REPORT_SAVED_COLUMNS,
};

static void put_periods(struct composing *composing)
{
    const struct report_figures *figures = &composing->figures;
    const struct report_query *query = &composing->query;
    struct document_table *table =
        TABLE(composing, "summary-periods", WORDS_REPORT_TABLE_PERIODS_BOTH, columns);

    document_row(table, "now", ROW_PLAIN);
    document_cell_text(table, shown_range(composing, query->from_day, query->to_day));
    report_cells_saved(table, &figures->departments.total, figures->department_hours.total);
    document_row(table, "before", ROW_PLAIN);
    document_cell_text(table, shown_range(composing, query->before_from, query->before_to));
    report_cells_saved(table, &figures->before.total, figures->before_hours.total);
}

/* How many robots have more than half of the points of each benefit: beside the kroner, always. */
static const char *benefits_of(struct composing *composing)
{
    const struct scorecard_list *cards = &composing->figures.cards;
    int64_t good[SCORECARD_PARAMETERS] = {0};
    size_t i;
    int parameter;

    for (i = 0; i < cards->count; i++)
        for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++) {
            const struct score *score = &cards->cards[i].scores[parameter];

            good[parameter] += score->state == SCORE_GIVEN && score->points * 2 > SCORE_MOST;
        }
    return SAY(composing, WORDS_REPORT_SUMMARY_BENEFITS, shown_count(composing, good[0]),
               shown_count(composing, good[1]), shown_count(composing, good[2]),
               shown_count(composing, good[3]), shown_count(composing, good[4]));
}

/* Årsværk, with two decimals. */
static const char *shown_years(struct composing *composing)
{
    int64_t hours = report_organisation(composing)->hours_per_fte;

    if (hours <= 0)
        return "–";
    return shown_number(
        composing,
        (int64_t)decimal_divide_half_up(composing->figures.department_hours.total * 10, hours), 2);
}

int report_summary(struct composing *composing, struct fault *fault)
{
    const struct report_figures *figures = &composing->figures;
    const struct savings_row *total = &figures->departments.total;
    const char *saved =
        SAY(composing, WORDS_REPORT_SUMMARY_SAVED, shown_count(composing, total->tasks),
            shown_hours(composing, figures->department_hours.total),
            shown_kroner(composing, total->kroner), shown_kroner(composing, total->realised),
            shown_years(composing));

    (void)fault;
    report_section(composing, "summary", WORDS_REPORT_SUMMARY);
    document_message(composing->document, saved);
    if (store_is_demo(composing->store))
        report_warning(composing, report_word(composing, WORDS_REPORT_DEMO_IS));
    report_lead(composing, saved);
    report_item(composing, report_change_sentence(composing));
    report_item(composing, report_expected(composing));
    report_item(composing, report_furthest(composing));
    report_item(composing, benefits_of(composing));
    report_item(composing, report_next_idea(composing));
    report_blocked(composing);
    put_periods(composing);
    report_paragraph(composing, report_word(composing, WORDS_REPORT_SUMMARY_READ));
    return 0;
}
