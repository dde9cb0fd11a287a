/* Benefit over ease: numbered points in four named quarters. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

enum {
    LEFT = 560,
    TOP = 260,
    SIDE_X = SVG_WIDTH - LEFT - 200,
    SIDE_Y = 3600,
    RADIUS = 50,        /* of a point */
    RADIUS_CHOSEN = 80, /* with its ring */
    CLEAR = 16,         /* around a number */
    RING = 60,          /* how far numbers move at a time */
    INTERVALS = 3,      /* of the first ones and of the chosen one; more would hide the points */
    ASIDE = 75,         /* an interval from another of the same ease */
    LABELS_MAX = 100,   /* that have a place of their own; more are written on their points */
    WHOLE = 10000       /* 100 in hundredths */
};

struct spot {
    int x, y; /* of the point: where its value is */
};
struct interval {
    size_t point;
    int x, top, bottom;
};
/* What numbers keep clear of. */
struct field {
    const struct chart_point *points;
    size_t count;
    struct interval intervals[INTERVALS + 1];
    size_t interval_count;
    struct svg_box labels[LABELS_MAX];
    size_t label_count;
};

static int within(int64_t hundredths, int length)
{
    int64_t kept = hundredths < 0 ? 0 : hundredths > WHOLE ? WHOLE : hundredths;

    return (int)(kept * length / WHOLE);
}

static int height_of(int64_t benefit)
{
    return TOP + SIDE_Y - within(benefit, SIDE_Y);
}

static struct spot spot_of(const struct chart_point *point)
{
    return (struct spot){LEFT + within(point->ease, SIDE_X), height_of(point->benefit)};
}

/* ---- where numbers stand ---- */

static bool meets(const struct svg_box *one, const struct svg_box *other)
{
    return one->x < other->x + other->width && other->x < one->x + one->width &&
           one->y < other->y + other->height && other->y < one->y + one->height;
}

static bool meets_a_point(const struct field *field, const struct svg_box *box)
{
    size_t i;

    for (i = 0; i < field->count; i++) {
        struct spot spot = spot_of(&field->points[i]);
        int radius = field->points[i].is_chosen ? RADIUS_CHOSEN : RADIUS;

        if (meets(box, &(struct svg_box){spot.x - radius, spot.y - radius, 2 * radius, 2 * radius}))
            return true;
    }
    return false;
}

static bool meets_a_line(const struct field *field, const struct svg_box *box)
{
    const struct svg_box upright = {LEFT + SIDE_X / 2 - 10, TOP, 20, SIDE_Y};
    const struct svg_box across = {LEFT, TOP + SIDE_Y / 2 - 10, SIDE_X, 20};
    size_t i;

    if (meets(box, &upright) || meets(box, &across))
        return true;
    for (i = 0; i < field->interval_count; i++) {
        const struct interval *interval = &field->intervals[i];

        if (meets(box, &(struct svg_box){interval->x - 40, interval->top, 80,
                                         interval->bottom - interval->top}))
            return true;
    }
    return false;
}

static bool is_free(const struct field *field, const struct svg_box *box, bool is_strict)
{
    size_t i;

    if (box->x < LEFT || box->x + box->width > LEFT + SIDE_X || box->y < TOP ||
        box->y + box->height > TOP + SIDE_Y)
        return false;
    for (i = 0; i < field->label_count; i++)
        if (meets(box, &field->labels[i]))
            return false;
    return !meets_a_point(field, box) && !(is_strict && meets_a_line(field, box));
}

/* In rings around its point, the nearest first; on a line only where nothing else is free near by. */
static struct svg_box find_room(const struct field *field, const struct chart_point *point,
                                struct svg_box box)
{
    /* thousandths, every 30 degrees */
    static const int turns[][2] = {{866, -500}, {1000, 0},    {866, 500},   {0, -1000},
                                   {0, 1000},   {-866, -500}, {-1000, 0},   {-866, 500},
                                   {500, -866}, {500, 866},   {-500, -866}, {-500, 866}};
    struct spot spot = spot_of(point);
    int first = point->is_chosen ? RADIUS_CHOSEN : RADIUS;
    int ring;
    size_t i;

    for (ring = first; ring < SIDE_X; ring += RING)
        for (i = 0; i < 2 * sizeof turns / sizeof turns[0]; i++) {
            const int *turn = turns[i % (sizeof turns / sizeof turns[0])];
            bool is_strict = i < sizeof turns / sizeof turns[0];
            struct svg_box tried = box;

            tried.x = spot.x + turn[0] * (ring + box.width / 2) / 1000 - box.width / 2;
            tried.y = spot.y + turn[1] * (ring + box.height / 2) / 1000 - box.height / 2;
            if ((is_strict || ring > first + 4 * RING) && is_free(field, &tried, is_strict))
                return tried;
        }
    box.x = spot.x - box.width / 2;
    box.y = spot.y - box.height / 2;
    return box;
}

static void put_number(char number[static 16], const struct chart_point *point)
{
    (void)snprintf(number, 16, "%d", point->number);
}

static struct svg_box room_of(const struct chart_point *point)
{
    char number[16];

    put_number(number, point);
    return (struct svg_box){.width = svg_width(number, SVG_TEXT_SMALL, true) + 2 * CLEAR,
                            .height = SVG_TEXT_SMALL * 3 / 4 + 2 * CLEAR};
}

/* It would go through another point, and seem to be that one's. */
static bool hits_a_point(const struct field *field, const struct interval *interval)
{
    size_t i;

    for (i = 0; i < field->count; i++) {
        struct spot spot = spot_of(&field->points[i]);

        if (i != interval->point && abs(spot.x - interval->x) < ASIDE &&
            spot.y + RADIUS > interval->top && spot.y - RADIUS < interval->bottom)
            return true;
    }
    return false;
}

/* One of the same ease as another one or another point stands a little to its right. */
static void find_intervals(struct field *field)
{
    size_t i;
    size_t j;

    for (i = 0; i < field->count; i++) {
        const struct chart_point *point = &field->points[i];
        struct interval interval = {i, spot_of(point).x, height_of(point->high),
                                    height_of(point->low)};

        if (point->low < 0 || field->interval_count > INTERVALS ||
            (!point->is_chosen && field->interval_count >= INTERVALS))
            continue;
        if (hits_a_point(field, &interval))
            interval.x += ASIDE;
        for (j = 0; j < field->interval_count; j++)
            if (interval.x < field->intervals[j].x + ASIDE &&
                interval.x > field->intervals[j].x - ASIDE)
                interval.x = field->intervals[j].x + ASIDE;
        field->intervals[field->interval_count++] = interval;
    }
}

static void find_labels(struct field *field)
{
    size_t i;

    for (i = 0; i < field->count && i < LABELS_MAX; i++) {
        field->labels[i] = find_room(field, &field->points[i], room_of(&field->points[i]));
        field->label_count++;
    }
}

/* ---- drawing ---- */

static void put_axes(struct text *target, const struct chart *chart)
{
    struct svg_box box = {LEFT, TOP, SIDE_X, SIDE_Y};
    struct svg_scale across = {0, 100, 50, LEFT, SIDE_X};
    struct svg_scale upwards = {0, 100, 50, TOP + SIDE_Y, -SIDE_Y};
    struct svg_words place = {.x = LEFT + SIDE_X / 2,
                              .y = TOP + SIDE_Y + 170,
                              .anchor = ANCHOR_MIDDLE,
                              .colour = COLOUR_TEXT};
    int x = svg_place(&across, 50);
    int y = svg_place(&upwards, 50);
    struct svg_line line = {x, TOP, x, TOP + SIDE_Y, 12, COLOUR_FRAME, true};

    svg_frame(target, &box, COLOUR_FRAME);
    text_printf(target, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>", x,
                TOP, SIDE_X / 2, SIDE_Y / 2, (unsigned)COLOUR_TINT);
    svg_axis_below(target, chart, &across, TOP, TOP + SIDE_Y);
    svg_axis_beside(target, chart, &upwards, LEFT, LEFT + SIDE_X);
    svg_line(target, &line);
    line = (struct svg_line){LEFT, y, LEFT + SIDE_X, y, 12, COLOUR_FRAME, true};
    svg_line(target, &line);
    place.y += 190;
    place.is_bold = true;
    svg_words(target, &place, words(chart->language, WORDS_CHART_EASE));
    text_printf(target, "<g transform=\"translate(%d %d) rotate(-90)\">", SVG_TEXT,
                TOP + SIDE_Y / 2);
    place.x = place.y = 0;
    svg_words(target, &place, words(chart->language, WORDS_CHART_BENEFIT));
    text_append_string(target, "</g>");
}

/* Outside the field, where no point can lie on them. */
static void put_names(struct text *target, enum language language)
{
    static const struct {
        enum quadrant quadrant;
        bool is_right, is_below;
    } names[] = {{QUADRANT_PLAN, false, false},
                 {QUADRANT_BUILD_NOW, true, false},
                 {QUADRANT_LEAVE, false, true},
                 {QUADRANT_QUICK_WIN, true, true}};
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct svg_words place = {.x = LEFT + SIDE_X / 4 + (names[i].is_right ? SIDE_X / 2 : 0),
                                  .y = names[i].is_below ? TOP + SIDE_Y + 170 : TOP - 90,
                                  .room = SIDE_X / 2 - 400,
                                  .anchor = ANCHOR_MIDDLE,
                                  .colour = COLOUR_FIRST,
                                  .is_bold = true};

        svg_words(target, &place, words_quadrant(language, names[i].quadrant));
    }
}

static void put_point(struct text *target, const struct chart_point *point)
{
    struct spot spot = spot_of(point);

    if (point->is_chosen)
        text_printf(target,
                    "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#ffffff\" stroke=\"#%06x\" "
                    "stroke-width=\"20\"/>",
                    spot.x, spot.y, RADIUS_CHOSEN - 10, (unsigned)COLOUR_TEXT);
    if (point->is_begun)
        text_printf(target,
                    "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#ffffff\" stroke=\"#%06x\" "
                    "stroke-width=\"20\"/>",
                    spot.x, spot.y, RADIUS - 10, (unsigned)COLOUR_FIRST);
    else
        text_printf(target, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#%06x\"/>", spot.x, spot.y,
                    RADIUS - (point->is_chosen ? 5 : 0),
                    point->is_chosen ? (unsigned)COLOUR_SECOND : (unsigned)COLOUR_FIRST);
}

static int between(int least, int value, int most)
{
    return value < least ? least : value > most ? most : value;
}

/* Beside its point; from further away with a thin line to it. */
static void put_label(struct text *target, const struct field *field, size_t i)
{
    const struct chart_point *point = &field->points[i];
    struct spot spot = spot_of(point);
    struct svg_box box = i < field->label_count ? field->labels[i] : room_of(point);
    struct svg_words place = {
        .size = SVG_TEXT_SMALL, .anchor = ANCHOR_MIDDLE, .colour = COLOUR_TEXT, .is_bold = true};
    struct svg_line line = {spot.x, spot.y, 0, 0, 8, COLOUR_FRAME, false};
    char number[16];

    if (i >= field->label_count) {
        box.x = spot.x - box.width / 2;
        box.y = spot.y - box.height / 2;
    }
    line.x2 = between(box.x, spot.x, box.x + box.width);
    line.y2 = between(box.y, spot.y, box.y + box.height);
    if (abs(line.x2 - spot.x) > RADIUS_CHOSEN || abs(line.y2 - spot.y) > RADIUS_CHOSEN)
        svg_line(target, &line);
    place.x = box.x + box.width / 2;
    place.y = box.y + box.height - CLEAR;
    put_number(number, point);
    svg_words(target, &place, number);
}

static void put_interval(struct text *target, const struct field *field,
                         const struct interval *interval)
{
    struct spot spot = spot_of(&field->points[interval->point]);
    struct svg_line line = {interval->x, interval->top, interval->x, interval->bottom,
                            14,          COLOUR_FRAME,  false};
    struct svg_line end = {line.x1 - 35, line.y1, line.x1 + 35, line.y1, 14, COLOUR_FRAME, false};

    svg_line(target, &line);
    svg_line(target, &end);
    end.y1 = end.y2 = line.y2;
    svg_line(target, &end);
    if (interval->x == spot.x)
        return;
    end = (struct svg_line){spot.x, spot.y, interval->x, spot.y, 14, COLOUR_FRAME, false};
    svg_line(target, &end);
}

static size_t put_keys(const struct chart *chart, const struct field *field,
                       struct svg_key keys[static 4])
{
    bool has_chosen = false;
    bool has_begun = false;
    size_t key_count = 0;
    size_t i;

    for (i = 0; i < field->count; i++) {
        has_chosen |= field->points[i].is_chosen;
        has_begun |= field->points[i].is_begun;
    }
    if (has_chosen)
        keys[key_count++] =
            (struct svg_key){SIGN_CHOSEN, words(chart->language, WORDS_CHART_CHOSEN)};
    if (has_begun) {
        keys[key_count++] =
            (struct svg_key){SIGN_POINT, words(chart->language, WORDS_CHART_CANDIDATE)};
        keys[key_count++] =
            (struct svg_key){SIGN_BEGUN_POINT, words(chart->language, WORDS_CHART_BEGUN)};
    }
    if (field->interval_count > 0)
        keys[key_count++] = (struct svg_key){SIGN_RANGE, words(chart->language, WORDS_CHART_RANGE)};
    return key_count;
}

void chart_quadrant(struct text *target, const struct chart *chart,
                    const struct chart_point *points, size_t count)
{
    struct svg_box box = {LEFT, TOP + SIDE_Y + 500, SVG_WIDTH - LEFT, 0};
    struct field field = {.points = points, .count = count};
    struct svg_key keys[4];
    size_t key_count;
    size_t i;

    find_intervals(&field);
    find_labels(&field);
    key_count = put_keys(chart, &field, keys);
    svg_begin(target, chart, "quadrant", SVG_WIDTH,
              box.y + svg_legend(NULL, &box, keys, key_count));
    put_axes(target, chart);
    put_names(target, chart->language);
    for (i = 0; i < field.interval_count; i++)
        put_interval(target, &field, &field.intervals[i]);
    for (i = 0; i < count; i++)
        put_label(target, &field, i);
    /* those of the highest rank last, above the others */
    for (i = count; i-- > 0;)
        put_point(target, &points[i]);
    (void)svg_legend(target, &box, keys, key_count);
    svg_end(target);
}
