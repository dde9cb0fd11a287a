/* The five points of a robot: as small bars in a row of a table, and over time. */
#include <stdio.h>

#include "core/base/text.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

/* ---- one row of the overview ---- */

enum { BAR = 220, BAR_APART = 300, BAR_TOP = 20, BAR_HEIGHT = 400, ROW_HEIGHT = 600, MARK = 140 };

struct cell {
    struct text *target;
    enum language language;
    int x; /* of its frame */
};

/* Below its frame. */
static void put_mark(const struct cell *cell, const char *mark, enum svg_colour colour)
{
    const struct svg_words place = {.x = cell->x + BAR / 2,
                                    .y = ROW_HEIGHT - 20,
                                    .size = MARK,
                                    .anchor = ANCHOR_MIDDLE,
                                    .colour = colour,
                                    .is_bold = true};

    svg_words(cell->target, &place, mark);
}

/* 0 is a frame on a strong line, as all that has points. */
static void put_given(const struct cell *cell, const struct score *score)
{
    struct svg_box frame = {cell->x, BAR_TOP, BAR, BAR_HEIGHT};
    struct svg_line ground = {cell->x - 20,
                              BAR_TOP + BAR_HEIGHT,
                              cell->x + BAR + 20,
                              BAR_TOP + BAR_HEIGHT,
                              24,
                              COLOUR_TEXT,
                              false};
    enum svg_colour colour = score->is_overdue ? COLOUR_MUTED : COLOUR_TEXT;
    struct cell beside = *cell;
    char points[16];

    svg_frame(cell->target, &frame, COLOUR_FRAME);
    frame.height = BAR_HEIGHT * score->points / SCORE_MOST;
    frame.y += BAR_HEIGHT - frame.height;
    if (frame.height > 0)
        svg_fill(cell->target, &frame, score->is_overdue ? FILL_OUTDATED : FILL_FIRST);
    svg_line(cell->target, &ground);
    if (score->is_worsened) {
        svg_triangle(cell->target, cell->x + BAR / 2 + MARK / 2, ROW_HEIGHT - 20 - MARK * 7 / 10,
                     120, COLOUR_TEXT);
        beside.x -= MARK / 2;
    }
    (void)snprintf(points, sizeof points, "%d", score->points);
    put_mark(&beside, points, colour);
}

static void put_score(const struct cell *cell, const struct score *score)
{
    const struct svg_box frame = {cell->x, BAR_TOP, BAR, BAR_HEIGHT};
    struct svg_line line = {
        cell->x + 40, BAR_TOP + 80, cell->x + BAR - 40, BAR_TOP + BAR_HEIGHT - 80, 16,
        COLOUR_MUTED, false};

    switch (score->state) {
    case SCORE_OPEN:
        svg_frame_dashed(cell->target, &frame, COLOUR_FRAME);
        put_mark(cell, "–", COLOUR_MUTED);
        return;
    case SCORE_NOT_RELEVANT:
        svg_line(cell->target, &line);
        line.y1 = line.y2;
        line.y2 = BAR_TOP + 80;
        svg_line(cell->target, &line);
        put_mark(cell, words(cell->language, WORDS_CHART_NOT_RELEVANT_SHORT), COLOUR_MUTED);
        return;
    case SCORE_GIVEN:
        put_given(cell, score);
        return;
    }
}

void chart_scores(struct text *target, const struct chart *chart,
                  const struct score scores[static SCORECARD_PARAMETERS])
{
    struct cell cell = {.target = target, .language = chart->language};
    int i;

    svg_begin(target, chart, "scores", BAR_APART * SCORECARD_PARAMETERS, ROW_HEIGHT);
    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        cell.x = i * BAR_APART + (BAR_APART - BAR) / 2;
        put_score(&cell, &scores[i]);
    }
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
    KEYS = 2,
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

/* By its day: the time between two points is as long as it was. */
static int x_of(const struct frame *frame, size_t point)
{
    enum { MARGIN = 60 };
    int64_t first = frame->points[0].day;
    int64_t days = frame->points[frame->count - 1].day - first;

    if (days <= 0)
        return frame->x + PLOT_WIDTH / 2;
    return frame->x + MARGIN +
           (int)((PLOT_WIDTH - 2 * MARGIN) * (frame->points[point].day - first) / days);
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

/* A mark for each day, and short names of the first and the last one. */
static void put_days(const struct frame *frame)
{
    struct svg_words place = {.x = frame->x, .y = frame->y + 180, .colour = COLOUR_MUTED};
    enum language language = frame->chart->language;
    size_t i;

    for (i = 0; i < frame->count; i++) {
        int x = x_of(frame, i);
        bool is_named = i == 0 || i + 1 == frame->count;
        struct svg_line line = {x,  frame->y,     x,    frame->y + (is_named ? 70 : 40),
                                12, COLOUR_FRAME, false};

        svg_line(frame->target, &line);
    }
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
    enum svg_colour colour = score->is_overdue ? COLOUR_OUTDATED : COLOUR_FIRST;
    int y = y_of(frame, score->points);

    if (score->state != SCORE_GIVEN)
        return;
    if (score->is_worsened)
        svg_triangle(frame->target, x, y - 60, 120, score->is_overdue ? colour : COLOUR_TEXT);
    else
        text_printf(frame->target,
                    "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#%06x\" stroke=\"#%06x\" "
                    "stroke-width=\"16\"/>",
                    x, y, frame->count > MANY ? 28 : 40, (unsigned)colour,
                    score->is_overdue ? (unsigned)COLOUR_FRAME : (unsigned)COLOUR_FIRST);
}

/* In a frame without points: why, as of the last day. */
static void put_why_empty(const struct frame *frame)
{
    const struct score *last = &frame->points[frame->count - 1].scores[frame->parameter];
    const struct svg_words place = {.x = frame->x + PLOT_WIDTH / 2,
                                    .y = frame->y - PLOT_HEIGHT / 2,
                                    .room = PLOT_WIDTH - 60,
                                    .anchor = ANCHOR_MIDDLE,
                                    .colour = COLOUR_MUTED,
                                    .has_ground = true};
    size_t i;

    for (i = 0; i < frame->count; i++)
        if (frame->points[i].scores[frame->parameter].state == SCORE_GIVEN)
            return;
    svg_label(frame->target, &place,
              words(frame->chart->language, last->state == SCORE_NOT_RELEVANT
                                                ? WORDS_CHART_NOT_RELEVANT
                                                : WORDS_CHART_OPEN));
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
        {SIGN_WORSENED, words(chart->language, WORDS_CHART_WORSENED)}};
    size_t found = 0;
    size_t i;
    int parameter;

    for (i = 0; i < count; i++)
        for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++) {
            const struct score *score = &points[i].scores[parameter];
            bool is_given = score->state == SCORE_GIVEN;

            is_drawn[0] = is_drawn[0] || (is_given && score->is_overdue);
            is_drawn[1] = is_drawn[1] || (is_given && score->is_worsened);
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
        put_why_empty(&frame);
    }
    (void)svg_legend(target, &box, keys, key_count);
    svg_end(target);
}
