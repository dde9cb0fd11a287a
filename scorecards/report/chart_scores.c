/* The five points of a robot: as small bars in a row of a table, and over time. */
#include <stdio.h>

#include "core/base/text.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

/* ---- one row of the overview ---- */

enum { BAR = 220, BAR_APART = 300, BAR_TOP = 20, BAR_HEIGHT = 400, ROW_HEIGHT = 600 };

static void put_score(struct text *target, const struct score *score, int x)
{
    struct svg_box frame = {x, BAR_TOP, BAR, BAR_HEIGHT};
    struct svg_box bar = {x, BAR_TOP, BAR, 0};
    struct svg_line line = {x,  BAR_TOP + BAR_HEIGHT, x + BAR, BAR_TOP + BAR_HEIGHT,
                            20, COLOUR_TEXT,          false};
    struct svg_words place = {.x = x + BAR / 2,
                              .y = ROW_HEIGHT - 20,
                              .size = 140,
                              .anchor = ANCHOR_MIDDLE,
                              .colour = COLOUR_TEXT,
                              .is_bold = true};
    char points[16];

    switch (score->state) {
    case SCORE_OPEN:
        svg_frame(target, &frame, COLOUR_FRAME);
        return;
    case SCORE_NOT_RELEVANT:
        line.y1 = line.y2 = BAR_TOP + BAR_HEIGHT / 2;
        svg_line(target, &line);
        return;
    case SCORE_GIVEN:
        break;
    }
    svg_frame(target, &frame, COLOUR_FRAME);
    bar.height = BAR_HEIGHT * score->points / SCORE_MOST;
    bar.y += BAR_HEIGHT - bar.height;
    if (bar.height > 0)
        svg_fill(target, &bar, score->is_overdue ? FILL_OUTDATED : FILL_FIRST);
    if (score->points == 0)
        svg_line(target, &line);
    if (score->is_worsened) {
        svg_triangle(target, place.x, BAR_TOP + BAR_HEIGHT + 40, 150, COLOUR_TEXT);
        return;
    }
    place.colour = score->is_overdue ? COLOUR_MUTED : COLOUR_TEXT;
    (void)snprintf(points, sizeof points, "%d", score->points);
    svg_words(target, &place, points);
}

void chart_scores(struct text *target, const struct chart *chart,
                  const struct score scores[static SCORECARD_PARAMETERS])
{
    int i;

    svg_begin(target, chart, "scores", BAR_APART * SCORECARD_PARAMETERS, ROW_HEIGHT);
    for (i = 0; i < SCORECARD_PARAMETERS; i++)
        put_score(target, &scores[i], i * BAR_APART + (BAR_APART - BAR) / 2);
    svg_end(target);
}

/* ---- over time ---- */

enum {
    CELL_APART = SVG_WIDTH / SCORECARD_PARAMETERS,
    NAME_HEIGHT = 360,
    PLOT_HEIGHT = 550,
    PLOT_LEFT = 160,
    PLOT_WIDTH = CELL_APART - PLOT_LEFT - 120,
    DAYS_HEIGHT = 2 * SVG_LINE + 80,
    KEYS = 3,
    MANY = 20 /* points: drawn smaller */
};

struct frame {
    struct text *target;
    const struct chart *chart;
    const struct scorecard_point *points;
    size_t count;
    int parameter;
    int x, y; /* of the plot's lower left corner */
};

static int x_of(const struct frame *frame, size_t point)
{
    return frame->count < 2
               ? frame->x + PLOT_WIDTH / 2
               : frame->x + 60 + (int)((size_t)(PLOT_WIDTH - 120) * point / (frame->count - 1));
}

static int y_of(const struct frame *frame, int points)
{
    return frame->y - PLOT_HEIGHT * points / SCORE_MOST;
}

static void put_grid(const struct frame *frame)
{
    struct svg_words place = {.x = frame->x - 60, .anchor = ANCHOR_END, .colour = COLOUR_MUTED};
    static const char *const marks[] = {"0", "", "", "", "", "5"};
    int points;

    for (points = 0; points <= SCORE_MOST; points++) {
        int y = y_of(frame, points);
        struct svg_line line = {frame->x, y, frame->x + PLOT_WIDTH,
                                y,        8, points == 0 ? COLOUR_FRAME : COLOUR_GRID,
                                false};

        svg_line(frame->target, &line);
        place.y = y + SVG_TEXT * 7 / 20;
        if (marks[points][0] != '\0')
            svg_words(frame->target, &place, marks[points]);
    }
    place = (struct svg_words){.x = frame->x,
                               .y = frame->y - PLOT_HEIGHT - NAME_HEIGHT / 2,
                               .room = PLOT_WIDTH + 60,
                               .colour = COLOUR_TEXT,
                               .is_bold = true};
    svg_label(
        frame->target, &place,
        words_parameter(frame->chart->language, (enum scorecard_parameter)(frame->parameter + 1)));
}

/* Short names of the first and the last day. */
static void put_days(const struct frame *frame)
{
    struct svg_words place = {.x = frame->x, .y = frame->y + 180, .colour = COLOUR_MUTED};
    enum language language = frame->chart->language;

    if (frame->count == 1) {
        place.x = x_of(frame, 0);
        place.anchor = ANCHOR_MIDDLE;
    }
    svg_words(frame->target, &place, language_day_short(language, frame->points[0].day).text);
    place.x = frame->x + PLOT_WIDTH;
    place.y += SVG_LINE; /* two days are wider than the frame */
    place.anchor = ANCHOR_END;
    if (frame->count > 1)
        svg_words(frame->target, &place,
                  language_day_short(language, frame->points[frame->count - 1].day).text);
}

static void put_dot(const struct frame *frame, const struct score *score, int x)
{
    int y = y_of(frame, score->points);

    switch (score->state) {
    case SCORE_OPEN:
        return;
    case SCORE_NOT_RELEVANT: {
        struct svg_line line = {
            x - 50, frame->y - PLOT_HEIGHT / 2, x + 50, frame->y - PLOT_HEIGHT / 2, 20, COLOUR_TEXT,
            false};

        svg_line(frame->target, &line);
        return;
    }
    case SCORE_GIVEN:
        break;
    }
    if (score->is_worsened)
        svg_triangle(frame->target, x, y - 60, 120, COLOUR_TEXT);
    else
        text_printf(frame->target,
                    "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#%06x\" stroke=\"#%06x\" "
                    "stroke-width=\"16\"/>",
                    x, y, frame->count > MANY ? 28 : 40,
                    score->is_overdue ? (unsigned)COLOUR_WHITE : (unsigned)COLOUR_FIRST,
                    score->is_overdue ? (unsigned)COLOUR_FRAME : (unsigned)COLOUR_FIRST);
}

/* A line from point to point where both have points, and the points on it. */
static void put_points(const struct frame *frame)
{
    const struct score *before = NULL;
    size_t i;

    for (i = 0; i < frame->count; i++) {
        const struct score *score = &frame->points[i].scores[frame->parameter];
        struct svg_line line = {
            0, 0, x_of(frame, i), y_of(frame, score->points), 20, COLOUR_FIRST, false};

        if (before != NULL && before->state == SCORE_GIVEN && score->state == SCORE_GIVEN) {
            line.x1 = x_of(frame, i - 1);
            line.y1 = y_of(frame, before->points);
            svg_line(frame->target, &line);
        }
        before = score;
    }
    for (i = 0; i < frame->count; i++)
        put_dot(frame, &frame->points[i].scores[frame->parameter], x_of(frame, i));
}

/* What is drawn otherwise than a point with a line, and so needs a word. */
static size_t set_keys(const struct chart *chart, const struct scorecard_point *points,
                       size_t count, struct svg_key ret_keys[static KEYS])
{
    bool is_drawn[KEYS] = {false};
    const struct svg_key keys[KEYS] = {
        {SIGN_OVERDUE_POINT, words(chart->language, WORDS_CHART_OVERDUE)},
        {SIGN_WORSENED, words(chart->language, WORDS_CHART_WORSENED)},
        {SIGN_DASH, words(chart->language, WORDS_CHART_NOT_RELEVANT)}};
    size_t found = 0;
    size_t i;
    int parameter;

    for (i = 0; i < count; i++)
        for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++) {
            const struct score *score = &points[i].scores[parameter];
            bool is_given = score->state == SCORE_GIVEN;

            is_drawn[0] = is_drawn[0] || (is_given && score->is_overdue && !score->is_worsened);
            is_drawn[1] = is_drawn[1] || (is_given && score->is_worsened);
            is_drawn[2] = is_drawn[2] || score->state == SCORE_NOT_RELEVANT;
        }
    for (i = 0; i < KEYS; i++)
        if (is_drawn[i])
            ret_keys[found++] = keys[i];
    return found;
}

void chart_history(struct text *target, const struct chart *chart,
                   const struct scorecard_point *points, size_t count)
{
    struct svg_key keys[KEYS];
    size_t key_count = set_keys(chart, points, count, keys);
    struct svg_box box = {PLOT_LEFT, NAME_HEIGHT + PLOT_HEIGHT + DAYS_HEIGHT, SVG_WIDTH - PLOT_LEFT,
                          0};
    struct frame frame = {.target = target, .chart = chart, .points = points, .count = count};

    if (count == 0) {
        svg_nothing(target, chart);
        return;
    }
    svg_begin(target, chart, "history", SVG_WIDTH, box.y + (key_count > 0 ? SVG_KEY_HEIGHT : 0));
    for (frame.parameter = 0; frame.parameter < SCORECARD_PARAMETERS; frame.parameter++) {
        frame.x = frame.parameter * CELL_APART + PLOT_LEFT;
        frame.y = NAME_HEIGHT + PLOT_HEIGHT + 40;
        put_grid(&frame);
        put_days(&frame);
        put_points(&frame);
    }
    (void)svg_legend(target, &box, keys, key_count);
    svg_end(target);
}
