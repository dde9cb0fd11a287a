/* A page of each robot: its five benefits, where each point comes from, and what was expected. */
#include "core/base/clock.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

enum {
    ID_SIZE = 128,
    ORE_PER_KRONE = 100,
    QUARTERS = 4,
    VALUE_DIGITS = 6,
    EXPECTATIONS = 2, /* the last columns, of a robot that came of an idea with expected points */

    PERCENT_MILLIONTHS = 10000
};

static int64_t kroner_of(int64_t ore)
{
    return (int64_t)decimal_divide_half_up(ore, ORE_PER_KRONE);
}

static const char *id_of(struct composing *composing, const struct scorecard *card, const char *of)
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

static const char *from_indicator(struct composing *composing,
                                  const struct scorecard_indicator *shown)
{
    const struct indicator *indicator = shown->indicator;
    const char *sentence;

    if (indicator->status == INDICATOR_NOT_RELEVANT)
        return report_word(composing, WORDS_REPORT_IS_NOT_RELEVANT);
    sentence = SAY(composing, WORDS_REPORT_FROM_INDICATOR, indicator->title,
                   shown_value(composing, &indicator->baseline, indicator->unit),
                   shown_value(composing, &indicator->actual, indicator->unit),
                   shown_value(composing, &indicator->target, indicator->unit));
    if (shown->attainment.is_worsened)
        return report_both(composing, sentence, report_word(composing, WORDS_REPORT_IS_WORSE));
    if (shown->attainment.is_known)
        sentence = report_both(
            composing, sentence,
            SAY(composing, WORDS_REPORT_ATTAINED,
                shown_percent(composing, shown->attainment.millionths / PERCENT_MILLIONTHS, 0)));
    return sentence;
}

static const char *from_of(struct composing *composing, const struct scorecard *card, int at)
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
            sentence = report_both(composing, sentence, from_indicator(composing, &slots[slot]));
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

static const char *held_of(struct composing *composing, const struct scorecard *card, int at)
{
    switch (card->expectation[at]) {
    case EXPECTED_NOTHING:
        break;
    case EXPECTED_LATER:
        return SAY(composing, WORDS_REPORT_HELD_LATER, shown_day(composing, card->held_day));
    case EXPECTED_UNKNOWN:
        return report_word(composing, WORDS_REPORT_HELD_UNKNOWN);
    case EXPECTED_BELOW:
        return report_word(composing, WORDS_REPORT_HELD_BELOW);
    case EXPECTED_WITHIN:
        return report_word(composing, WORDS_REPORT_HELD_WITHIN);
    case EXPECTED_ABOVE:
        return report_word(composing, WORDS_REPORT_HELD_ABOVE);
    }
    return "";
}

static const struct report_column columns[] = {
    {"name", WORDS_REPORT_BENEFIT_HEAD, KIND_TEXT, 0, false},
    {"points", WORDS_REPORT_POINTS, KIND_POINTS, 0, false},
    {"words", WORDS_REPORT_COMES_FROM, KIND_TEXT, 0, false},
    {"expected", WORDS_REPORT_EXPECTED_BEFORE, KIND_TEXT, 0, false},
    {"held", WORDS_REPORT_HELD, KIND_TEXT, 0, false},
};

static void put_scores(struct composing *composing, const struct scorecard *card)
{
    bool is_expected = card->wanted != NULL;
    size_t count = sizeof columns / sizeof columns[0] - (is_expected ? 0 : EXPECTATIONS);
    struct document_table *table = report_table(composing, id_of(composing, card, "card"),
                                                WORDS_REPORT_TABLE_CARD, columns, count);
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        enum scorecard_parameter parameter = (enum scorecard_parameter)(i + 1);

        document_row(table, scorecard_parameter_word(parameter), ROW_PLAIN);
        document_cell_text(table, words_parameter(composing->language, parameter));
        report_cell_score(composing, table, &card->scores[i], "");
        document_cell_text(table, from_of(composing, card, i));
        if (!is_expected)
            continue;
        document_cell_text(table, expected_of(composing, card, i));
        document_cell_text(table, held_of(composing, card, i));
    }
}

/* ---- the indicators, all their fields ---- */

static const char *shown_measured(struct composing *composing, const struct measured_value *value,
                                  const char *unit)
{
    if (value->value == INDICATOR_NONE)
        return report_word(composing, WORDS_REPORT_NOT_MEASURED);
    if (value->answers == INDICATOR_NONE || value->answers == 0)
        return SAY(composing, WORDS_REPORT_MEASURED, shown_value(composing, value, unit),
                   shown_day(composing, value->day));
    return SAY(composing, WORDS_REPORT_MEASURED_OF, shown_value(composing, value, unit),
               shown_day(composing, value->day), shown_count(composing, value->answers));
}

/* Who answers for it, when it is looked at again, who entered and who approved it. */
static void put_people(struct composing *composing, const struct scorecard_indicator *shown)
{
    const struct indicator *indicator = shown->indicator;
    const char *review =
        indicator->review_day == INT32_MIN ? "–" : shown_day(composing, indicator->review_day);

    if (shown->is_overdue)
        review = report_both(composing, review, report_word(composing, WORDS_REPORT_OVERDUE_MARK));
    report_item(composing,
                SAY(composing, WORDS_REPORT_PEOPLE, indicator->owner, review, indicator->set_by,
                    shown_day(composing, indicator->from_day),
                    shown_count(composing, indicator->version),
                    shown->is_unapproved ? report_word(composing, WORDS_REPORT_NOBODY_YET)
                                         : indicator->approved_by));
    if (indicator->comment[0] != '\0')
        report_item(composing, SAY(composing, WORDS_REPORT_COMMENT, indicator->comment));
}

static void put_values(struct composing *composing, const struct indicator *indicator)
{
    report_item(composing, SAY(composing, WORDS_REPORT_BASELINE,
                               shown_measured(composing, &indicator->baseline, indicator->unit),
                               indicator->baseline_method));
    report_item(composing, SAY(composing, WORDS_REPORT_TARGET_IS,
                               shown_measured(composing, &indicator->target, indicator->unit),
                               report_word(composing, indicator->is_lower_better
                                                          ? WORDS_REPORT_LOWER_IS_BETTER
                                                          : WORDS_REPORT_HIGHER_IS_BETTER)));
    report_item(composing,
                SAY(composing, WORDS_REPORT_ACTUAL,
                    shown_measured(composing, &indicator->actual, indicator->unit),
                    report_both(composing, words_evidence(composing->language, indicator->evidence),
                                indicator->link)));
}

static void put_indicator(struct composing *composing, const struct scorecard_indicator *shown,
                          int at)
{
    const struct indicator *indicator = shown->indicator;
    const char *benefit = words_parameter(composing->language, (enum scorecard_parameter)(at + 1));

    if (indicator->status == INDICATOR_NOT_RELEVANT) {
        report_paragraph(
            composing, SAY(composing, WORDS_REPORT_NOT_RELEVANT_HEAD, benefit, indicator->comment));
        return;
    }
    report_paragraph(composing,
                     SAY(composing, WORDS_REPORT_INDICATOR_HEAD, benefit, indicator->title));
    put_values(composing, indicator);
    put_people(composing, shown);
}

static void put_indicators(struct composing *composing, const struct scorecard *card)
{
    int parameter;
    int slot;

    for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++)
        for (slot = 0; slot < INDICATOR_SLOTS; slot++) {
            const struct scorecard_indicator *shown = &card->indicators[parameter][slot];

            if (shown->indicator != NULL && shown->indicator->status != INDICATOR_ENDED)
                put_indicator(composing, shown, parameter);
        }
}

/* ---- the gate and the estimate ---- */

static void put_gate(struct composing *composing, const struct scorecard *card)
{
    int i;

    report_paragraph(
        composing, SAY(composing, WORDS_REPORT_GATE_IS, report_gate_words(composing, &card->gate)));
    for (i = 0; i < GATE_ITEMS; i++) {
        const struct gate_entry *entry = &card->gate.items[i];

        if (entry->state != 0)
            report_item(composing,
                        SAY(composing, WORDS_REPORT_GATE_ENTRY,
                            words_gate_item(composing->language, (enum gate_item)(i + 1)),
                            words_gate_state(composing->language, entry->state),
                            entry->note != NULL ? entry->note : "",
                            entry->by_whom != NULL ? entry->by_whom : ""));
    }
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

/* ---- over time ---- */

/* A column for each day, so that the page has room for it. */
static struct document_table *begin_history(struct composing *composing,
                                            const struct scorecard *card,
                                            const struct scorecard_point *points, size_t count)
{
    struct document_column shown[QUARTERS + 2] = {
        {"name", report_word(composing, WORDS_REPORT_BENEFIT_HEAD), KIND_TEXT, 0, false}};
    size_t i;

    for (i = 0; i < count; i++) {
        char day[CLOCK_DAY_TEXT];
        struct text id;

        clock_format_day(points[i].day, day);
        text_init(&id, ID_SIZE);
        text_printf(&id, "day-%s", day);
        shown[i + 1] = (struct document_column){report_keep(composing, &id),
                                                shown_day_short(composing, points[i].day),
                                                KIND_POINTS, 0, false};
    }
    return document_table(composing->document, id_of(composing, card, "history"),
                          report_word(composing, WORDS_REPORT_TABLE_HISTORY), shown, count + 1);
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
            report_cell_score(composing, table, &points[i].scores[parameter], "");
    }
}

static int put_history(struct composing *composing, const struct scorecard *card,
                       struct fault *fault)
{
    struct scorecard_point points[SCORECARD_POINTS_MAX];
    struct chart chart = {composing->language, id_of(composing, card, "chart-history"),
                          SAY(composing, WORDS_REPORT_CHART_HISTORY, card->robot->name),
                          report_word(composing, WORDS_REPORT_CHART_HISTORY_IS), ""};
    struct document_table *table;
    struct text svg;
    size_t count = 0;
    int result = scorecard_history(composing->store, card->robot->id, composing->query.as_of,
                                   QUARTERS, points, &count, fault);

    if (result < 0 || count < 2)
        return result;
    table = begin_history(composing, card, points, count);
    put_history_rows(composing, table, points, count);
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_history(&svg, &chart, points, count);
    document_figure(table, chart.title, report_keep(composing, &svg));
    return 0;
}

int report_robot_page(struct composing *composing, const struct scorecard *card, int level,
                      struct fault *fault)
{
    const struct robot *robot = card->robot;

    document_section(composing->document, report_page_id(composing, robot->slug), level,
                     robot->name);
    document_begins_page(composing->document);
    report_lead(composing, SAY(composing, WORDS_REPORT_PAGE_IS, robot->name,
                               shown_departments(composing, robot, composing->query.as_of),
                               report_state(composing, robot)));
    put_scores(composing, card);
    put_estimate(composing, robot);
    if (card->idea != NULL)
        report_paragraph(composing, SAY(composing, WORDS_REPORT_PAGE_IDEA, card->idea->title));
    put_indicators(composing, card);
    put_gate(composing, card);
    return put_history(composing, card, fault);
}

int report_robot_pages(struct composing *composing, struct fault *fault)
{
    const struct scorecard_list *cards = &composing->figures.cards;
    int result = 0;
    size_t i;

    if (cards->count == 0)
        return 0;
    report_section(composing, "pages", WORDS_REPORT_PAGES);
    report_paragraph(composing, report_word(composing, WORDS_REPORT_PAGES_LEAD));
    for (i = 0; i < cards->count && result == 0; i++)
        result = report_robot_page(composing, &cards->cards[i], 2, fault);
    return result;
}
