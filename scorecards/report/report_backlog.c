/* The ideas, in the order in which they should be built, and why. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/report_inner.h"

enum { ID_SIZE = 64, DIGITS = 2, TENTHS = 10 };

/* ids of columns are those of `backlog list --format json` where it has them. */
static const struct report_column columns[] = {
    {"name", WORDS_REPORT_IDEA_HEAD, KIND_TEXT, 0, false},
    {"rank", WORDS_REPORT_RANK, KIND_COUNT, 0, false},
    {"department", WORDS_REPORT_DEPARTMENT, KIND_TEXT, 0, false},
    {"status", WORDS_REPORT_STATUS_HEAD, KIND_TEXT, 0, true},
    {"benefit", WORDS_REPORT_BENEFIT, KIND_COUNT, DIGITS, false},
    {"benefit_low", WORDS_REPORT_BENEFIT_LOW, KIND_COUNT, DIGITS, false},
    {"benefit_high", WORDS_REPORT_BENEFIT_HIGH, KIND_COUNT, DIGITS, false},
    {"ease", WORDS_REPORT_EASE, KIND_COUNT, DIGITS, false},
    {"priority", WORDS_REPORT_PRIORITY, KIND_COUNT, DIGITS, false},
    {"quadrant", WORDS_REPORT_QUADRANT, KIND_TEXT, 0, true},
    {"hours", WORDS_REPORT_HOURS_A_YEAR, KIND_HOURS, DIGITS, false},
};

static void put_known(struct composing *composing, struct document_table *table, int64_t number)
{
    if (number < 0)
        document_cell_none(table, report_word(composing, WORDS_REPORT_NOT_SAID));
    else
        document_cell_number(table, number);
}

static const char *department_of(struct composing *composing, const struct idea *idea)
{
    if (idea->department_id == 0 && idea->department_text[0] != '\0')
        return idea->department_text;
    return shown_department(composing, idea->department_id);
}

static void put_idea(struct composing *composing, struct document_table *table,
                     const struct ranked_idea *ranked)
{
    const struct priority *priority = &ranked->priority;
    char id[ID_SIZE];

    (void)snprintf(id, sizeof id, "idea-%" PRId64, ranked->idea->id);
    document_row(table, id, ROW_PLAIN);
    document_cell_text(table, ranked->idea->title);
    if (priority->rank > 0)
        document_cell_number(table, priority->rank);
    else
        document_cell_none(table, report_word(composing, WORDS_REPORT_NOT_RANKED));
    document_cell_text(table, department_of(composing, ranked->idea));
    document_cell_text(table, words_idea_status(composing->language, ranked->idea->status));
    put_known(composing, table, priority->benefit);
    put_known(composing, table, priority->benefit_low);
    put_known(composing, table, priority->benefit_high);
    put_known(composing, table, priority->ease);
    put_known(composing, table, priority->priority);
    document_cell_text(table, words_quadrant(composing->language, priority->quadrant));
    put_known(composing, table, ranked->idea->hours);
}

/* The first that nobody builds yet; NULL: none. */
static const struct ranked_idea *next_after(const struct composing *composing,
                                            const struct ranked_idea *idea)
{
    const struct ranking *ranking = &composing->figures.ranking;
    size_t i;

    for (i = idea != NULL ? (size_t)(idea - ranking->ideas) + 1 : 0; i < ranking->ranked_count; i++)
        if (ranking->ideas[i].idea->status != IDEA_DEVELOPMENT)
            return &ranking->ideas[i];
    return NULL;
}

static int put_chart(struct composing *composing, struct document_table *table, struct fault *fault)
{
    const struct ranking *ranking = &composing->figures.ranking;
    struct chart chart = {composing->language, "backlog-chart",
                          report_word(composing, WORDS_REPORT_CHART_BACKLOG),
                          report_word(composing, WORDS_REPORT_CHART_BACKLOG_IS), ""};
    const struct ranked_idea *next = next_after(composing, NULL);
    struct chart_point *points = calloc(ranking->ranked_count + 1, sizeof *points);
    struct text svg;
    size_t i;

    if (points == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < ranking->ranked_count; i++) {
        const struct priority *priority = &ranking->ideas[i].priority;

        points[i] =
            (struct chart_point){.number = priority->rank,
                                 .benefit = priority->benefit,
                                 .ease = priority->ease,
                                 .low = priority->benefit_low,
                                 .high = priority->benefit_high,
                                 .is_chosen = next == &ranking->ideas[i],
                                 .is_begun = ranking->ideas[i].idea->status == IDEA_DEVELOPMENT};
    }
    text_init(&svg, DOCUMENT_BYTES_MAX);
    chart_quadrant(&svg, &chart, points, ranking->ranked_count);
    free(points);
    document_figure(table, chart.title, report_keep(composing, &svg));
    return 0;
}

/* ---- which is next ---- */

/* Hundredths of 0-100, as people say them. */
static const char *shown_share(struct composing *composing, int64_t hundredths)
{
    return shown_short(composing, (int64_t)decimal_divide_half_up(hundredths, TENTHS), 1);
}

const char *report_next_idea(struct composing *composing)
{
    const struct ranking *ranking = &composing->figures.ranking;
    const struct ranked_idea *first = next_after(composing, NULL);

    if (first == NULL)
        return report_word(composing, ranking->count == 0 ? WORDS_REPORT_NO_IDEAS
                                                          : WORDS_REPORT_NO_RANKED_IDEAS);
    return SAY(composing, WORDS_REPORT_NEXT_IDEA, first->idea->title,
               department_of(composing, first->idea),
               shown_share(composing, first->priority.priority),
               shown_share(composing, first->priority.benefit),
               shown_share(composing, first->priority.ease));
}

static const char *shown_points(struct composing *composing, const struct idea_scores *scores)
{
    const char *list = "";
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        const struct expected_score *expected = &scores->expected[i];
        const char *name = words_parameter(composing->language, (enum scorecard_parameter)(i + 1));

        if (expected->state == SCORE_GIVEN && expected->low == expected->high)
            name = SAY(composing, WORDS_REPORT_NO_POINTS, name,
                       shown_count(composing, expected->likely));
        else if (expected->state == SCORE_GIVEN)
            name =
                SAY(composing, WORDS_REPORT_EXPECTED_POINTS, name,
                    shown_count(composing, expected->likely), shown_count(composing, expected->low),
                    shown_count(composing, expected->high));
        else
            name = SAY(composing, WORDS_REPORT_NO_POINTS, name,
                       report_word(composing, expected->state == SCORE_OPEN
                                                  ? WORDS_REPORT_SCORE_OPEN
                                                  : WORDS_REPORT_SCORE_NOT_RELEVANT));
        list = report_with(composing, list, name);
    }
    return list;
}

/* Two with the same priority: whose department lacks most comes first. */
static void put_tie(struct composing *composing, const struct ranked_idea *first)
{
    const struct ranked_idea *second = next_after(composing, first);

    if (second == NULL || first->priority.priority != second->priority.priority ||
        first->gap <= second->gap)
        return;
    report_paragraph(composing, SAY(composing, WORDS_REPORT_NEXT_TIE, second->idea->title,
                                    department_of(composing, first->idea),
                                    shown_kroner(composing, first->gap)));
}

static int64_t kroner_of(const struct composing *composing, const struct ranked_idea *ranked)
{
    return gap_kroner_per_year(ranked->idea, composing->figures.ranking.gap.ore_per_hour);
}

/* In a whole year, and why it is nothing in this one. */
static const char *say_brings(struct composing *composing, const struct ranked_idea *first)
{
    const struct idea *idea = first->idea;
    int32_t year = composing->figures.ranking.year;
    const char *later = "";

    if (idea->hours == IDEA_UNKNOWN)
        return report_word(composing, WORDS_REPORT_NEXT_BRINGS_UNKNOWN);
    if (idea->go_live_day != IDEA_NO_DAY && gap_months_after(year, idea->go_live_day) == 0)
        later = SAY(composing, WORDS_REPORT_NEXT_NOTHING_YET, shown_year(composing, year),
                    shown_day(composing, idea->go_live_day));
    return report_both(composing,
                       SAY(composing, WORDS_REPORT_NEXT_BRINGS,
                           shown_short(composing, idea->hours, DIGITS),
                           shown_kroner(composing, kroner_of(composing, first))),
                       later);
}

/* Why the one behind it, which would bring more kroner, is not the next. */
static void put_second(struct composing *composing, const struct ranked_idea *first)
{
    const struct ranked_idea *second = next_after(composing, first);

    if (second == NULL || kroner_of(composing, second) <= kroner_of(composing, first) ||
        second->priority.priority == first->priority.priority)
        return;
    report_paragraph(composing, SAY(composing, WORDS_REPORT_NEXT_SECOND_MORE, second->idea->title,
                                    shown_kroner(composing, kroner_of(composing, second)),
                                    shown_share(composing, second->priority.priority),
                                    shown_share(composing, second->priority.benefit),
                                    shown_share(composing, second->priority.ease)));
}

static void put_in_development(struct composing *composing)
{
    const struct ranking *ranking = &composing->figures.ranking;
    const char *names = "";
    size_t i;

    for (i = 0; i < ranking->ranked_count; i++)
        if (ranking->ideas[i].idea->status == IDEA_DEVELOPMENT)
            names = report_with(composing, names, ranking->ideas[i].idea->title);
    if (names[0] != '\0')
        report_paragraph(composing, SAY(composing, WORDS_REPORT_NEXT_IN_DEVELOPMENT, names));
}

static void put_why(struct composing *composing, const struct ranked_idea *first)
{
    report_paragraph(composing, say_brings(composing, first));

    report_paragraph(composing, SAY(composing, WORDS_REPORT_NEXT_SURE,
                                    shown_share(composing, first->priority.benefit_low),
                                    shown_share(composing, first->priority.benefit_high),
                                    words_quadrant(composing->language, first->priority.quadrant)));
    report_paragraph(composing, SAY(composing, WORDS_REPORT_NEXT_POINTS,
                                    shown_points(composing, first->scores)));
    put_tie(composing, first);
    put_second(composing, first);
    report_paragraph(composing, report_word(composing, first->idea->status == IDEA_WISH
                                                           ? WORDS_REPORT_NEXT_TO_APPROVE
                                                           : WORDS_REPORT_NEXT_APPROVED));
}

int report_backlog(struct composing *composing, struct fault *fault)
{
    const struct ranking *ranking = &composing->figures.ranking;
    const struct ranked_idea *next = next_after(composing, NULL);
    struct document_table *table;
    size_t i;

    report_section(composing, "backlog", WORDS_REPORT_BACKLOG);
    document_message(composing->document, report_next_idea(composing));
    report_lead(composing, report_next_idea(composing));
    if (next != NULL)
        put_why(composing, next);
    put_in_development(composing);
    table = TABLE(composing, "backlog-ideas", WORDS_REPORT_TABLE_BACKLOG, columns);
    for (i = 0; i < ranking->count; i++)
        put_idea(composing, table, &ranking->ideas[i]);
    document_shorten(table);
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_BACKLOG_NOTE));
    return put_chart(composing, table, fault);
}
