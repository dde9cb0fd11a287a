/* What the pages of robots say, in tables of all robots, a row for each thing: for workbook and CSV. */
#include "scorecards/report/report_inner.h"

enum { ID_SIZE = 128, VALUE_DIGITS = 6 };

#define DATA(composing, id, title, columns)                                                        \
    report_data_table((composing), (id), (title), (columns), sizeof(columns) / sizeof((columns)[0]))

const char *report_indicator_id(struct composing *composing, const char *slug,
                                const struct indicator *indicator)
{
    struct text id;

    text_init(&id, ID_SIZE);
    text_printf(&id, "%s%s%s-%d", slug, slug[0] != '\0' ? "-" : "",
                scorecard_parameter_word(indicator->parameter), indicator->slot);
    return report_keep(composing, &id);
}

/* A row of a robot and one of its benefits, which are its first two cells. */
static void begin_row(struct composing *composing, struct document_table *table,
                      const struct scorecard *card, int at)
{
    enum scorecard_parameter parameter = (enum scorecard_parameter)(at + 1);
    struct text id;

    text_init(&id, ID_SIZE);
    text_printf(&id, "%s-%s", card->robot->slug, scorecard_parameter_word(parameter));
    document_row(table, report_keep(composing, &id), ROW_PLAIN);
    document_cell_text(table, card->robot->name);
    document_cell_text(table, words_parameter(composing->language, parameter));
}

/* The report's robots, or its one. */
static const struct scorecard *next_card(const struct composing *composing, size_t *at)
{
    const struct scorecard_list *cards = &composing->figures.cards;

    while (*at < cards->count) {
        const struct scorecard *card = &cards->cards[(*at)++];

        const struct report_history *history = report_history_of(composing, card);

        if (history != NULL && (composing->query.robot == NULL || history->count > 0))
            return card;
    }
    return NULL;
}

/* ---- points, and what they come from ---- */

static const struct report_column parameter_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"parameter", WORDS_REPORT_BENEFIT_HEAD, KIND_TEXT, 0, false},
    {"points", WORDS_REPORT_POINTS, KIND_POINTS, 0, false},
    {"words", WORDS_REPORT_COMES_FROM, KIND_TEXT, 0, false},
    {"expected", WORDS_REPORT_EXPECTED_LIKELY, KIND_POINTS, 0, false},
    {"expected_low", WORDS_REPORT_EXPECTED_LOW, KIND_POINTS, 0, false},
    {"expected_high", WORDS_REPORT_EXPECTED_HIGH, KIND_POINTS, 0, false},
    {"held", WORDS_REPORT_HELD, KIND_TEXT, 0, false},
};

static void put_parameter(struct composing *composing, struct document_table *table,
                          const struct scorecard *card, int at)
{
    const struct expected_score *expected =
        card->wanted != NULL ? &card->wanted->expected[at] : NULL;

    begin_row(composing, table, card, at);
    report_cell_score(composing, table, &card->scores[at], WORDS_REPORT_IS_CAPPED);
    document_cell_text(table, report_points_from(composing, card, at, false));
    if (expected == NULL)
        return;
    if (expected->state == SCORE_GIVEN) {
        document_cell_number(table, expected->likely);
        document_cell_number(table, expected->low);
        document_cell_number(table, expected->high);
    } else {
        document_cell_none(table, report_word(composing, expected->state == SCORE_OPEN
                                                             ? WORDS_REPORT_SCORE_OPEN
                                                             : WORDS_REPORT_SCORE_NOT_RELEVANT));
        document_cell_none(table, "");
        document_cell_none(table, "");
    }
    document_cell_text(table, report_points_held(composing, card, at));
}

static void put_parameters(struct composing *composing)
{
    struct document_table *table =
        DATA(composing, "scorecards-parameters", WORDS_REPORT_DATA_PARAMETERS, parameter_columns);
    const struct scorecard *card;
    size_t next = 0;
    int at;

    while ((card = next_card(composing, &next)) != NULL)
        for (at = 0; at < SCORECARD_PARAMETERS; at++)
            put_parameter(composing, table, card, at);
}

/* ---- indicators ---- */

static const struct report_column indicator_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"parameter", WORDS_REPORT_BENEFIT_HEAD, KIND_TEXT, 0, false},
    {"comment", WORDS_REPORT_REMARK, KIND_TEXT, 0, false},
    {"title", WORDS_REPORT_INDICATOR, KIND_TEXT, 0, false},
    {"unit", WORDS_REPORT_UNIT, KIND_TEXT, 0, false},
    {"direction", WORDS_REPORT_DIRECTION, KIND_TEXT, 0, false},
    {"before", WORDS_REPORT_BEFORE_HEAD, KIND_COUNT, VALUE_DIGITS, false},
    {"before_day", WORDS_REPORT_BEFORE_DAY, KIND_DAY, 0, false},
    {"before_answers", WORDS_REPORT_BEFORE_ANSWERS, KIND_COUNT, 0, false},
    {"before_method", WORDS_REPORT_BEFORE_METHOD, KIND_TEXT, 0, false},
    {"target", WORDS_REPORT_TARGET_HEAD, KIND_COUNT, VALUE_DIGITS, false},
    {"target_day", WORDS_REPORT_TARGET_DAY, KIND_DAY, 0, false},
    {"actual", WORDS_REPORT_ACTUAL_HEAD, KIND_COUNT, VALUE_DIGITS, false},
    {"actual_day", WORDS_REPORT_ACTUAL_DAY, KIND_DAY, 0, false},
    {"actual_answers", WORDS_REPORT_ACTUAL_ANSWERS, KIND_COUNT, 0, false},
    {"evidence", WORDS_REPORT_EVIDENCE_HEAD, KIND_TEXT, 0, false},
    {"link", WORDS_REPORT_EVIDENCE_LINK, KIND_TEXT, 0, false},
    {"owner", WORDS_REPORT_OWNER, KIND_TEXT, 0, false},
    {"review_day", WORDS_REPORT_REVIEW_DAY, KIND_DAY, 0, false},
    {"version", WORDS_REPORT_VERSION, KIND_COUNT, 0, false},
    {"set_by", WORDS_REPORT_ENTERED_BY, KIND_TEXT, 0, false},
    {"from_day", WORDS_REPORT_VALID_FROM, KIND_DAY, 0, false},
    {"approved_by", WORDS_REPORT_APPROVED_BY, KIND_TEXT, 0, false},
};

static void put_measured(struct composing *composing, struct document_table *table,
                         const struct measured_value *value, enum words none)
{
    if (value->value == INDICATOR_NONE) {
        document_cell_none(table, report_word(composing, none));
        document_cell_none(table, "");
        return;
    }
    document_cell_number(table, value->value);
    report_cell_day(table, value->day);
}

static void put_answers(struct document_table *table, const struct measured_value *value)
{
    if (value->value == INDICATOR_NONE || value->answers == INDICATOR_NONE)
        document_cell_none(table, "");
    else
        document_cell_number(table, value->answers);
}

static void put_fields(struct composing *composing, struct document_table *table,
                       const struct scorecard_indicator *shown)
{
    const struct indicator *indicator = shown->indicator;

    document_cell_text(table, indicator->title);
    document_cell_text(table, indicator->unit);
    document_cell_text(table, report_word(composing, indicator->is_lower_better
                                                         ? WORDS_REPORT_LOWER_IS_BETTER
                                                         : WORDS_REPORT_HIGHER_IS_BETTER));
    put_measured(composing, table, &indicator->baseline, WORDS_REPORT_NOT_MEASURED);
    put_answers(table, &indicator->baseline);
    document_cell_text(table, indicator->baseline_method);
    put_measured(composing, table, &indicator->target, WORDS_REPORT_NO_TARGET_SET);
    put_measured(composing, table, &indicator->actual, WORDS_REPORT_NOT_MEASURED);
    put_answers(table, &indicator->actual);
    document_cell_text(table, words_evidence(composing->language, indicator->evidence));
    document_cell_text(table, indicator->link);
    document_cell_text(table, indicator->owner);
    report_cell_day(table, indicator->review_day);
    document_cell_number(table, indicator->version);
    document_cell_text(table, indicator->set_by);
    report_cell_day(table, indicator->from_day);
    document_cell_text(table, shown->is_unapproved ? report_word(composing, WORDS_REPORT_NOBODY_YET)
                                                   : indicator->approved_by);
}

static void put_indicator(struct composing *composing, struct document_table *table,
                          const struct scorecard *card, const struct scorecard_indicator *shown)
{
    const struct indicator *indicator = shown->indicator;

    document_row(table, report_indicator_id(composing, card->robot->slug, indicator), ROW_PLAIN);
    document_cell_text(table, card->robot->name);
    document_cell_text(table, words_parameter(composing->language, indicator->parameter));
    document_cell_text(table, indicator->comment);
    if (indicator->status == INDICATOR_NOT_RELEVANT)
        document_cell_none(table, report_word(composing, WORDS_REPORT_SCORE_NOT_RELEVANT));
    else
        put_fields(composing, table, shown);
}

static void put_indicators(struct composing *composing)
{
    struct document_table *table =
        DATA(composing, "scorecards-indicators", WORDS_REPORT_DATA_INDICATORS, indicator_columns);
    const struct scorecard *card;
    size_t next = 0;
    int at;

    while ((card = next_card(composing, &next)) != NULL)
        for (at = 0; at < REPORT_INDICATORS_MOST; at++)
            if (report_indicator(card, at) != NULL)
                put_indicator(composing, table, card, report_indicator(card, at));
}

/* ---- over time ---- */

/* The one that goes back furthest: the others' points are its last ones. */
static const struct report_history *longest_history(const struct composing *composing)
{
    const struct report_history *longest = NULL;
    const struct scorecard *card;
    size_t next = 0;

    while ((card = next_card(composing, &next)) != NULL) {
        const struct report_history *history = report_history_of(composing, card);

        if (longest == NULL || (history != NULL && history->count > longest->count))
            longest = history;
    }
    return longest;
}

static void put_history(struct composing *composing, struct document_table *table,
                        const struct scorecard *card, size_t columns)
{
    const struct report_history *history = report_history_of(composing, card);
    int at;
    size_t i;

    for (at = 0; at < SCORECARD_PARAMETERS && history != NULL; at++) {
        begin_row(composing, table, card, at);
        for (i = history->count; i < columns; i++)
            document_cell_none(table, "");
        for (i = 0; i < history->count; i++)
            report_cell_score(composing, table, &history->points[i].scores[at],
                              WORDS_REPORT_IS_CAPPED);
    }
}

static void put_histories(struct composing *composing)
{
    const struct report_history *longest = longest_history(composing);
    struct document_column columns[DOCUMENT_COLUMNS_MAX] = {
        {"name", report_word(composing, WORDS_REPORT_ROBOT), KIND_TEXT, 0, false},
        {"parameter", report_word(composing, WORDS_REPORT_BENEFIT_HEAD), KIND_TEXT, 0, false}};
    struct document_table *table;
    const struct scorecard *card;
    size_t next = 0;

    if (longest == NULL)
        return;
    report_history_columns(composing, longest, &columns[2]);
    table = document_data_table(composing->document, "scorecards-history",
                                report_word(composing, WORDS_REPORT_DATA_HISTORY), columns,
                                longest->count + 2);
    while ((card = next_card(composing, &next)) != NULL)
        put_history(composing, table, card, longest->count);
}

/* ---- gates ---- */

static const struct report_column gate_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"item", WORDS_REPORT_GATE_ITEM, KIND_TEXT, 0, false},
    {"state", WORDS_REPORT_GATE_STATE, KIND_TEXT, 0, false},
    {"note", WORDS_REPORT_GATE_NOTE, KIND_TEXT, 0, false},
    {"by_whom", WORDS_REPORT_GATE_BY, KIND_TEXT, 0, false},
};

void report_cells_gate(struct composing *composing, struct document_table *table,
                       const struct gate_entry *entry, enum gate_item item)
{
    document_cell_text(table, words_gate_item(composing->language, item));
    document_cell_text(table, words_gate_state(composing->language, entry->state));
    document_cell_text(table, entry->note != NULL ? entry->note : "");
    document_cell_text(table, entry->by_whom != NULL ? entry->by_whom : "");
}

static void put_gates(struct composing *composing)
{
    struct document_table *table =
        DATA(composing, "scorecards-gates", WORDS_REPORT_DATA_GATES, gate_columns);
    const struct scorecard *card;
    size_t next = 0;
    int i;

    while ((card = next_card(composing, &next)) != NULL)
        for (i = 0; i < GATE_ITEMS; i++) {
            enum gate_item item = (enum gate_item)(i + 1);
            struct text id;

            text_init(&id, ID_SIZE);
            text_printf(&id, "%s-%s", card->robot->slug, gate_item_word(item));
            document_row(table, report_keep(composing, &id), ROW_PLAIN);
            document_cell_text(table, card->robot->name);
            report_cells_gate(composing, table, &card->gate.items[i], item);
        }
}

void report_scorecard_data(struct composing *composing)
{
    put_parameters(composing);
    put_indicators(composing);
    put_histories(composing);
    put_gates(composing);
}
