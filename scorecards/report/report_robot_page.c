/* A page of each robot: its five benefits, where each point comes from, and what was expected. */
#include "core/base/clock.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

enum {
    ID_SIZE = 128,
    ORE_PER_KRONE = 100,
    VALUE_DIGITS = 6,
    VALUES_BESIDE = 3, /* of an indicator: target, actual, evidence */
    EXPECTATIONS = 2,  /* the last columns, of a robot that came of an idea with expected points */

    PERCENT_MILLIONTHS = 10000
};

static int64_t kroner_of(int64_t ore)
{
    return (int64_t)decimal_divide_half_up(ore, ORE_PER_KRONE);
}

const char *report_card_id(struct composing *composing, const struct scorecard *card,
                           const char *of)
{
    struct text id;

    text_init(&id, ID_SIZE);
    text_printf(&id, "%s-%s", of, card->robot->slug);
    return report_keep(composing, &id);
}

/* ---- where points come from ---- */

static const char *from_saving(struct composing *composing, const struct scorecard *card)
{
    if (card->months == 0)
        return report_word(composing, WORDS_REPORT_NO_MONTH_YET);
    if (!card->has_budget_record && card->gains_ore == 0)
        return SAY(composing, WORDS_REPORT_FROM_SAVING_NONE,
                   shown_kroner(composing, kroner_of(card->released_ore)));
    return SAY(
        composing, WORDS_REPORT_FROM_SAVING, shown_kroner(composing, kroner_of(card->realised_ore)),
        shown_kroner(composing, kroner_of(card->gains_ore)),
        shown_kroner(composing, kroner_of(card->running_ore)),
        shown_plural(composing, card->months, WORDS_REPORT_MONTH_UNIT, WORDS_REPORT_MONTHS_UNIT),
        shown_kroner(composing, kroner_of(card->saving_ore)));
}

static const char *from_time(struct composing *composing, const struct scorecard *card)
{
    char letter[2] = {card->confidence, '\0'};

    if (card->months == 0)
        return report_word(composing, WORDS_REPORT_NO_MONTH_YET);
    if (!card->is_signed)
        return SAY(composing, WORDS_REPORT_FROM_TIME_UNSIGNED,
                   shown_count(composing, card->uncounted_tasks));
    return SAY(
        composing, WORDS_REPORT_FROM_TIME, shown_count(composing, card->tasks),
        shown_plural(composing, card->months, WORDS_REPORT_MONTH_UNIT, WORDS_REPORT_MONTHS_UNIT),
        shown_short(composing, card->hundredths_of_hours, 2), letter);
}

static const char *shown_value(struct composing *composing, const struct measured_value *value,
                               const char *unit)
{
    if (value->value == INDICATOR_NONE)
        return report_word(composing, WORDS_REPORT_NOT_MEASURED);
    return SAY(composing, WORDS_REPORT_VALUE, shown_short(composing, value->value, VALUE_DIGITS),
               unit);
}

/* How far it is on its way; "" where that is not known. */
static const char *reached(struct composing *composing, const struct scorecard_indicator *shown)
{
    if (shown->attainment.is_worsened)
        return report_word(composing, WORDS_REPORT_IS_WORSE);
    if (!shown->attainment.is_known)
        return "";
    return SAY(composing, WORDS_REPORT_ATTAINED,
               shown_percent(composing, shown->attainment.millionths / PERCENT_MILLIONTHS, 0));
}

/* On the page its values stand below. */
static const char *from_indicator(struct composing *composing,
                                  const struct scorecard_indicator *shown, bool is_on_page)
{
    const struct indicator *indicator = shown->indicator;
    const char *way = reached(composing, shown);
    const char *now;

    if (indicator->status == INDICATOR_NOT_RELEVANT)
        return report_word(composing, WORDS_REPORT_IS_NOT_RELEVANT);
    if (is_on_page && way[0] != '\0')
        return report_both(composing, SAY(composing, WORDS_REPORT_FROM_TITLE, indicator->title),
                           way);
    now = shown_value(composing, &indicator->actual, indicator->unit);
    if (is_on_page)
        return SAY(composing, WORDS_REPORT_FROM_ACTUAL, indicator->title, now);
    return report_both(composing,
                       SAY(composing, WORDS_REPORT_FROM_INDICATOR, indicator->title,
                           shown_value(composing, &indicator->baseline, indicator->unit), now,
                           shown_value(composing, &indicator->target, indicator->unit)),
                       way);
}

const char *report_points_from(struct composing *composing, const struct scorecard *card, int at,
                               bool is_on_page)
{
    const struct scorecard_indicator *slots = card->indicators[at];
    const char *sentence = "";
    int slot;

    if (at + 1 == SCORECARD_SAVING)
        return from_saving(composing, card);
    if (at + 1 == SCORECARD_TIME)
        return from_time(composing, card);
    for (slot = 0; slot < INDICATOR_SLOTS; slot++)
        if (slots[slot].indicator != NULL && slots[slot].indicator->status != INDICATOR_ENDED)
            sentence = report_both(composing, sentence,
                                   from_indicator(composing, &slots[slot], is_on_page));
    return sentence[0] != '\0' ? sentence : report_word(composing, WORDS_REPORT_NOTHING_KNOWN);
}

/* ---- expected and measured ---- */

static const char *expected_of(struct composing *composing, const struct scorecard *card, int at)
{
    const struct expected_score *expected;

    expected = &card->wanted->expected[at];
    if (expected->state != SCORE_GIVEN)
        return report_word(composing, expected->state == SCORE_OPEN
                                          ? WORDS_REPORT_SCORE_OPEN
                                          : WORDS_REPORT_SCORE_NOT_RELEVANT);
    return SAY(composing, WORDS_REPORT_EXPECTED_RANGE, shown_count(composing, expected->likely),
               shown_count(composing, expected->low), shown_count(composing, expected->high));
}

const char *report_points_held(struct composing *composing, const struct scorecard *card, int at)
{
    switch (card->expectation[at]) {
    case EXPECTED_NOTHING:
        break;
    case EXPECTED_LATER:
        return SAY(composing, WORDS_REPORT_HELD_LATER, shown_day(composing, card->held_day));
    case EXPECTED_UNKNOWN:
        return report_word(composing, WORDS_REPORT_HELD_UNKNOWN);
    case EXPECTED_BELOW:
        return SAY(composing, WORDS_REPORT_HELD_BELOW,
                   shown_count(composing, card->held[at].points));
    case EXPECTED_WITHIN:
        return SAY(composing, WORDS_REPORT_HELD_WITHIN,
                   shown_count(composing, card->held[at].points));
    case EXPECTED_ABOVE:
        return SAY(composing, WORDS_REPORT_HELD_ABOVE,
                   shown_count(composing, card->held[at].points));
    }
    return "";
}

static struct document_table *page_table(struct composing *composing, const char *id,
                                         const char *title, const struct report_column *columns,
                                         size_t count)
{
    struct document_table *table = report_table_titled(composing, id, title, columns, count);

    if (table != NULL)
        table->is_of_page = true;
    return table;
}

static const struct report_column score_columns[] = {
    {"name", WORDS_REPORT_BENEFIT_HEAD, KIND_TEXT, 0, false},
    {"points", WORDS_REPORT_POINTS, KIND_POINTS, 0, false},
    {"words", WORDS_REPORT_COMES_FROM, KIND_TEXT, 0, false},
    {"expected", WORDS_REPORT_EXPECTED_BEFORE, KIND_TEXT, 0, false},
    {"held", WORDS_REPORT_HELD, KIND_TEXT, 0, false},
};

/* Marks stand in the words beside. */
static void put_points(struct composing *composing, struct document_table *table,
                       const struct scorecard *card, int at)
{
    const struct score *score = &card->scores[at];
    const char *marks = report_score_marks(composing, score, WORDS_REPORT_IS_CAPPED);
    const char *from = report_points_from(composing, card, at, true);

    if (score->state == SCORE_GIVEN)
        document_cell_number_beside(table, score->points, NULL, score->is_overdue);
    else
        document_cell_none(table, score->state == SCORE_OPEN
                                      ? ""
                                      : report_word(composing, WORDS_REPORT_SCORE_NOT_RELEVANT));
    document_cell_text(
        table, marks[0] != '\0'
                   ? report_both(composing, from, SAY(composing, WORDS_REPORT_MARKED, marks))
                   : from);
}

static void put_scores(struct composing *composing, const struct scorecard *card)
{
    bool is_expected = card->wanted != NULL;
    size_t count =
        sizeof score_columns / sizeof score_columns[0] - (is_expected ? 0 : EXPECTATIONS);
    struct document_table *table =
        page_table(composing, report_card_id(composing, card, "card"),
                   report_word(composing, WORDS_REPORT_TABLE_CARD), score_columns, count);
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        enum scorecard_parameter parameter = (enum scorecard_parameter)(i + 1);

        document_row(table, scorecard_parameter_word(parameter), ROW_PLAIN);
        document_cell_text(table, words_parameter(composing->language, parameter));
        put_points(composing, table, card, i);
        if (!is_expected)
            continue;
        document_cell_text(table, expected_of(composing, card, i));
        document_cell_text(table, report_points_held(composing, card, i));
    }
}

/* ---- the indicators, all their fields ---- */

static const struct report_column indicator_columns[] = {
    {"indicator", WORDS_REPORT_INDICATOR, KIND_TEXT, 0, false},
    {"before", WORDS_REPORT_BEFORE_HEAD, KIND_TEXT, 0, false},
    {"target", WORDS_REPORT_TARGET_HEAD, KIND_TEXT, 0, false},
    {"actual", WORDS_REPORT_ACTUAL_HEAD, KIND_TEXT, 0, false},
    {"evidence", WORDS_REPORT_EVIDENCE_HEAD, KIND_TEXT, 0, false},
    {"people", WORDS_REPORT_PEOPLE_HEAD, KIND_TEXT, 0, false},
};

static const char *shown_measured(struct composing *composing, const struct measured_value *value,
                                  const char *unit)
{
    if (value->value == INDICATOR_NONE)
        return report_word(composing, WORDS_REPORT_NOT_MEASURED);
    if (value->answers == INDICATOR_NONE || value->answers == 0)
        return SAY(composing, WORDS_REPORT_MEASURED, shown_value(composing, value, unit),
                   shown_day_short(composing, value->day));
    return SAY(composing, WORDS_REPORT_MEASURED_OF, shown_value(composing, value, unit),
               shown_day_short(composing, value->day), shown_count(composing, value->answers));
}

static const char *comment_of(struct composing *composing, const struct indicator *indicator)
{
    return indicator->comment[0] != '\0' ? SAY(composing, WORDS_REPORT_COMMENT, indicator->comment)
                                         : "";
}

/* Who answers for it, when it is looked at again, who entered and who approved it. */
static const char *people_of(struct composing *composing, const struct scorecard_indicator *shown)
{
    const struct indicator *indicator = shown->indicator;
    const char *review = indicator->review_day == INT32_MIN
                             ? "–"
                             : shown_day_short(composing, indicator->review_day);

    if (shown->is_overdue)
        review = report_both(composing, review, report_word(composing, WORDS_REPORT_OVERDUE_MARK));
    return report_both(composing,
                       SAY(composing, WORDS_REPORT_PEOPLE, indicator->owner, review,
                           indicator->set_by, shown_day_short(composing, indicator->from_day),
                           shown_count(composing, indicator->version),
                           shown->is_unapproved ? report_word(composing, WORDS_REPORT_NOBODY_YET)
                                                : indicator->approved_by),
                       comment_of(composing, indicator));
}

/* Where there is anything to follow. */
static const char *followed_by(struct composing *composing, const char *first, enum words both,
                               const char *second)
{
    return second[0] != '\0' ? SAY(composing, both, first, second) : first;
}

static void put_measured(struct composing *composing, struct document_table *table,
                         const struct scorecard_indicator *shown)
{
    const struct indicator *indicator = shown->indicator;
    const char *direction =
        report_word(composing, indicator->is_lower_better ? WORDS_REPORT_LOWER_IS_BETTER
                                                          : WORDS_REPORT_HIGHER_IS_BETTER);

    document_cell_text(table,
                       followed_by(composing,
                                   shown_measured(composing, &indicator->baseline, indicator->unit),
                                   WORDS_REPORT_MEASURED_HOW, indicator->baseline_method));
    document_cell_text(table, SAY(composing, WORDS_REPORT_MEASURED,
                                  shown_measured(composing, &indicator->target, indicator->unit),
                                  direction));
    document_cell_text(table, shown_measured(composing, &indicator->actual, indicator->unit));
    document_cell_text(table, followed_by(composing,
                                          words_evidence(composing->language, indicator->evidence),
                                          WORDS_REPORT_EVIDENCE_IN, indicator->link));
    document_cell_text(table, people_of(composing, shown));
}

static void put_indicator(struct composing *composing, struct document_table *table,
                          const struct scorecard_indicator *shown)
{
    const struct indicator *indicator = shown->indicator;
    const char *benefit = words_parameter(composing->language, indicator->parameter);
    int i;

    document_row(table, report_indicator_id(composing, "", indicator), ROW_PLAIN);
    if (indicator->status != INDICATOR_NOT_RELEVANT) {
        document_cell_text(table,
                           SAY(composing, WORDS_REPORT_INDICATOR_IS, benefit, indicator->title));
        put_measured(composing, table, shown);
        return;
    }
    document_cell_text(table, benefit);
    document_cell_none(table, report_word(composing, WORDS_REPORT_SCORE_NOT_RELEVANT));
    for (i = 0; i < VALUES_BESIDE; i++)
        document_cell_none(table, "");
    document_cell_text(table, comment_of(composing, indicator));
}

const struct scorecard_indicator *report_indicator(const struct scorecard *card, int at)
{
    const struct scorecard_indicator *shown =
        &card->indicators[at / INDICATOR_SLOTS][at % INDICATOR_SLOTS];

    return shown->indicator == NULL || shown->indicator->status == INDICATOR_ENDED ? NULL : shown;
}

static void put_indicators(struct composing *composing, const struct scorecard *card)
{
    struct document_table *table = NULL;
    int at;

    for (at = 0; at < REPORT_INDICATORS_MOST; at++) {
        const struct scorecard_indicator *shown = report_indicator(card, at);

        if (shown == NULL)
            continue;
        if (table == NULL)
            table =
                page_table(composing, report_card_id(composing, card, "indicators"),
                           report_word(composing, WORDS_REPORT_TABLE_INDICATORS), indicator_columns,
                           sizeof indicator_columns / sizeof indicator_columns[0]);
        put_indicator(composing, table, shown);
    }
}

/* ---- the gate and the estimate ---- */

static const struct report_column gate_columns[] = {
    {"item", WORDS_REPORT_GATE_ITEM, KIND_TEXT, 0, false},
    {"state", WORDS_REPORT_GATE_STATE, KIND_TEXT, 0, false},
    {"note", WORDS_REPORT_GATE_NOTE, KIND_TEXT, 0, false},
    {"by_whom", WORDS_REPORT_GATE_BY, KIND_TEXT, 0, false},
};

/* Only what somebody has said something of. */
static void put_gate(struct composing *composing, const struct scorecard *card)
{
    const char *stands = report_gate_words(composing, &card->gate);
    struct document_table *table = NULL;
    int i;

    for (i = 0; i < GATE_ITEMS; i++) {
        const struct gate_entry *entry = &card->gate.items[i];

        if (entry->state == 0)
            continue;
        if (table == NULL)
            table = page_table(composing, report_card_id(composing, card, "gate"),
                               SAY(composing, WORDS_REPORT_TABLE_GATE, stands), gate_columns,
                               sizeof gate_columns / sizeof gate_columns[0]);
        document_row(table, gate_item_word((enum gate_item)(i + 1)), ROW_PLAIN);
        report_cells_gate(composing, table, entry, (enum gate_item)(i + 1));
    }
    if (table == NULL)
        report_paragraph(composing, SAY(composing, WORDS_REPORT_GATE_IS, stands));
}

static void put_estimate(struct composing *composing, const struct robot *robot)
{
    const struct estimate *estimate = robot_estimate_on(robot, composing->query.as_of);

    if (estimate == NULL) {
        report_warning(composing, report_word(composing, WORDS_REPORT_PAGE_UNSIGNED));
        return;
    }
    report_paragraph(
        composing, report_both(composing,
                               SAY(composing, WORDS_REPORT_PAGE_ESTIMATE,
                                   shown_minutes(composing, estimate->hundredths),
                                   shown_day(composing, estimate->from_day), estimate->set_by,
                                   estimate->signed_by, shown_day(composing, estimate->signed_day)),
                               estimate->method[0] == '\0'
                                   ? ""
                                   : SAY(composing, WORDS_REPORT_PAGE_METHOD, estimate->method)));
    if (estimate->dispute_id != 0)
        report_warning(composing, report_word(composing, WORDS_REPORT_ESTIMATE_DISPUTED));
}

void report_robot_page(struct composing *composing, const struct scorecard *card, int level)
{
    const struct robot *robot = card->robot;

    document_section(composing->document, report_page_id(composing, robot->slug), level,
                     robot->name);
    document_dense(composing->document);
    report_lead(composing, SAY(composing, WORDS_REPORT_PAGE_IS, robot->name,
                               shown_departments(composing, robot, composing->query.as_of),
                               report_state(composing, robot)));
    put_scores(composing, card);
    put_estimate(composing, robot);
    if (card->idea != NULL)
        report_paragraph(composing, SAY(composing, WORDS_REPORT_PAGE_IDEA, card->idea->title));
    put_indicators(composing, card);
    put_gate(composing, card);
    report_history_figure(composing, card);
}

int report_robot_pages(struct composing *composing, struct fault *fault)
{
    const struct scorecard_list *cards = &composing->figures.cards;
    size_t i;

    (void)fault;
    if (cards->count == 0)
        return 0;
    report_section(composing, "pages", WORDS_REPORT_PAGES);
    document_begins_page(composing->document);
    report_paragraph(composing, report_word(composing, WORDS_REPORT_PAGES_LEAD));
    for (i = 0; i < cards->count; i++) {
        report_robot_page(composing, &cards->cards[i], 2);
        if (i > 0) /* the first stands below the appendix's heading */
            document_begins_page(composing->document);
    }
    return 0;
}
