/* All robots' scorecards side by side: five benefits, never one figure alone. */
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

enum { ID_SIZE = 128 };

static const struct report_column columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"chart", WORDS_REPORT_FIVE, KIND_TEXT, 0, true},
    {"saving", WORDS_PARAMETER_SAVING, KIND_POINTS, 0, false},
    {"time", WORDS_PARAMETER_TIME, KIND_POINTS, 0, false},
    {"quality", WORDS_PARAMETER_QUALITY, KIND_POINTS, 0, false},
    {"service", WORDS_PARAMETER_SERVICE, KIND_POINTS, 0, false},
    {"wellbeing", WORDS_PARAMETER_WELLBEING, KIND_POINTS, 0, false},
    {"gate", WORDS_REPORT_GATE, KIND_TEXT, 0, false},
};

const char *report_score_marks(struct composing *composing, const struct score *score,
                               enum words capped)
{
    const char *marks = "";

    if (score->is_worsened)
        marks = report_both(composing, marks, report_word(composing, WORDS_REPORT_WORSENED));
    if (score->is_overdue)
        marks = report_both(composing, marks, report_word(composing, WORDS_REPORT_OVERDUE));
    if (score->is_unapproved)
        marks = report_both(composing, marks, report_word(composing, WORDS_REPORT_UNAPPROVED));
    if (score->is_capped)
        marks = report_both(composing, marks, report_word(composing, capped));
    return marks;
}

void report_cell_score(struct composing *composing, struct document_table *table,
                       const struct score *score, enum words capped)
{
    const char *marks = report_score_marks(composing, score, capped);

    switch (score->state) {
    case SCORE_OPEN:
        document_cell_none(table, "");
        break;
    case SCORE_GIVEN:
        document_cell_number_beside(table, score->points, marks[0] != '\0' ? marks : NULL,
                                    score->is_overdue);
        break;
    case SCORE_NOT_RELEVANT:
        document_cell_none(table, report_word(composing, WORDS_REPORT_SCORE_NOT_RELEVANT));
        break;
    }
}

const char *report_score_word(struct composing *composing, const struct score *score)
{
    return score->state == SCORE_GIVEN ? shown_count(composing, score->points) : "–";
}

const char *report_scores_words(struct composing *composing,
                                const struct score scores[static SCORECARD_PARAMETERS])
{
    struct text text;
    int i;

    text_init(&text, 1024);
    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        text_append_string(&text, i > 0 ? " · " : "");
        text_append_string(&text, report_score_word(composing, &scores[i]));
    }
    return report_keep(composing, &text);
}

const char *report_scores_chart(struct composing *composing, const struct scorecard *card,
                                const char *of)
{
    struct text id;
    struct text svg;
    struct chart chart = {.language = composing->language, .unit = ""};

    text_init(&id, ID_SIZE);
    text_printf(&id, "%s-%s", of, card->robot->slug);
    chart.id = report_keep(composing, &id);
    chart.title = SAY(composing, WORDS_REPORT_CHART_SCORES, card->robot->name);
    chart.description =
        SAY(composing, WORDS_REPORT_CHART_SCORES_IS, report_scores_words(composing, card->scores));
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_scores(&svg, &chart, card->scores);
    return report_keep(composing, &svg);
}

const char *report_gate_words(struct composing *composing, const struct gate *gate)
{
    enum gate_item red = gate_red(gate);
    int64_t open = 0;
    int i;

    if (red != 0)
        return SAY(composing, WORDS_REPORT_GATE_RED, words_gate_item(composing->language, red));
    for (i = 0; i < GATE_ITEMS; i++)
        open += gate->items[i].state == 0;
    if (open == 0 || open == GATE_ITEMS)
        return report_word(composing,
                           open == 0 ? WORDS_REPORT_GATE_GREEN : WORDS_REPORT_SCORE_OPEN);
    return SAY(composing, WORDS_REPORT_GATE_OPEN, shown_count(composing, open));
}

static void put_card(struct composing *composing, struct document_table *table,
                     const struct scorecard *card)
{
    int i;

    document_row(table, card->robot->slug, ROW_PLAIN);
    document_cell_link(table, card->robot->name, report_page_id(composing, card->robot->slug));
    document_cell_chart(table, report_scores_words(composing, card->scores),
                        report_scores_chart(composing, card, "bars"));
    for (i = 0; i < SCORECARD_PARAMETERS; i++)
        report_cell_score(composing, table, &card->scores[i], WORDS_REPORT_CAPPED_SHORT);
    document_cell_text(table, report_gate_words(composing, &card->gate));
}

/* How many robots are scored on each benefit, and how many of them have points. */
static const char *sentence_of(struct composing *composing)
{
    const struct scorecard_list *cards = &composing->figures.cards;
    int64_t given[SCORECARD_PARAMETERS] = {0};
    int64_t above[SCORECARD_PARAMETERS] = {0};
    const char *parts = "";
    size_t i;
    int parameter;

    for (i = 0; i < cards->count; i++)
        for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++) {
            const struct score *score = &cards->cards[i].scores[parameter];

            given[parameter] += score->state == SCORE_GIVEN;
            above[parameter] += score->state == SCORE_GIVEN && score->points > 0;
        }
    for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++)
        parts = report_with(
            composing, parts,
            SAY(composing, WORDS_REPORT_SCORECARDS_PART,
                words_parameter(composing->language, (enum scorecard_parameter)(parameter + 1)),
                shown_count(composing, given[parameter]),
                shown_count(composing, above[parameter])));
    return SAY(composing, WORDS_REPORT_SCORECARDS_IS,
               shown_plural(composing, (int64_t)cards->count, WORDS_REPORT_ROBOT_UNIT,
                            WORDS_REPORT_ROBOTS_UNIT),
               parts);
}

int report_scorecards(struct composing *composing, struct fault *fault)
{
    const struct scorecard_list *cards = &composing->figures.cards;
    struct document_table *table;
    size_t i;

    (void)fault;
    report_section(composing, "scorecards", WORDS_REPORT_SCORECARDS);
    document_message(composing->document, sentence_of(composing));
    report_lead(composing, report_word(composing, WORDS_REPORT_SCORECARDS_LEAD));
    report_paragraph(composing, sentence_of(composing));
    table = TABLE(composing, "scorecards-robots", WORDS_REPORT_TABLE_SCORECARDS, columns);
    for (i = 0; i < cards->count; i++)
        put_card(composing, table, &cards->cards[i]);
    document_note(table, report_both(composing, report_word(composing, WORDS_SCORECARD_SIGNS),
                                     report_word(composing, WORDS_REPORT_TABLE_SCORECARDS_NOTE)));
    report_scorecard_data(composing);
    return 0;
}
