/* Benefit over ease: numbered points in four named quarters. */
#include <stdio.h>

#include "core/base/text.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

enum {
    LEFT = 560,
    TOP = 260,
    SIDE_X = SVG_WIDTH - LEFT - 200,
    SIDE_Y = 3600,
    RADIUS = 125,
    APART = 2 * RADIUS + 20,
    POINTS_MAX = 100, /* that are told apart; more are drawn where they are */
    WHOLE = 10000     /* 100 in hundredths */
};

struct spot {
    int x, y;             /* where it belongs */
    int shown_x, shown_y; /* where it is drawn */
};

static bool is_free(const struct spot *spots, size_t count, int x, int y)
{
    size_t i;

    if (x < LEFT + RADIUS || x > LEFT + SIDE_X - RADIUS || y < TOP + RADIUS ||
        y > TOP + SIDE_Y - RADIUS)
        return false;
    for (i = 0; i < count; i++) {
        int64_t across = x - spots[i].shown_x;
        int64_t down = y - spots[i].shown_y;

        if (across * across + down * down < (int64_t)APART * APART)
            return false;
    }
    return true;
}

/* In rings around where it belongs, the nearest first. */
static void find_room(struct spot *spots, size_t count)
{
    /* thousandths, every 30 degrees */
    static const int turns[][2] = {{1000, 0},    {866, -500},  {500, -866}, {0, -1000},
                                   {-500, -866}, {-866, -500}, {-1000, 0},  {-866, 500},
                                   {-500, 866},  {0, 1000},    {500, 866},  {866, 500}};
    struct spot *spot = &spots[count];
    int ring;
    size_t i;

    if (is_free(spots, count, spot->x, spot->y))
        return;
    for (ring = RADIUS; ring < SIDE_X; ring += RADIUS)
        for (i = 0; i < sizeof turns / sizeof turns[0]; i++) {
            int x = spot->x + ring * turns[i][0] / 1000;
            int y = spot->y + ring * turns[i][1] / 1000;

            if (is_free(spots, count, x, y)) {
                spot->shown_x = x;
                spot->shown_y = y;
                return;
            }
        }
}

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
    int x = LEFT + within(point->ease, SIDE_X);
    int y = height_of(point->benefit);

    return (struct spot){x, y, x, y};
}

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

static void put_point(struct text *target, const struct chart_point *point, const struct spot *spot)
{
    char number[16];
    struct svg_words place = {.x = spot->shown_x,
                              .y = spot->shown_y + 44,
                              .size = SVG_TEXT_SMALL,
                              .anchor = ANCHOR_MIDDLE,
                              .colour = COLOUR_WHITE,
                              .is_bold = point->number < 100}; /* three figures still fit */

    if (point->is_chosen) {
        place.colour = COLOUR_TEXT;
        text_printf(target,
                    "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#ffffff\" stroke=\"#%06x\" "
                    "stroke-width=\"20\"/>",
                    spot->shown_x, spot->shown_y, RADIUS + 5, (unsigned)COLOUR_TEXT);
    }
    text_printf(target, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#%06x\"/>", spot->shown_x,
                spot->shown_y, point->is_chosen ? RADIUS - 20 : RADIUS - 10,
                point->is_chosen ? (unsigned)COLOUR_SECOND : (unsigned)COLOUR_FIRST);
    (void)snprintf(number, sizeof number, "%d", point->number);
    svg_words(target, &place, number);
}

static void put_interval(struct text *target, const struct chart_point *point,
                         const struct spot *spot)
{
    struct svg_line line = {spot->x, height_of(point->low), spot->x, height_of(point->high),
                            14,      COLOUR_FRAME,          false};
    struct svg_line end = {line.x1 - 40, line.y1, line.x1 + 40, line.y1, 14, COLOUR_FRAME, false};

    svg_line(target, &line);
    svg_line(target, &end);
    end.y1 = end.y2 = line.y2;
    svg_line(target, &end);
}

static size_t put_keys(const struct chart *chart, const struct chart_point *points, size_t count,
                       struct svg_key keys[static 2])
{
    bool has_chosen = false;
    bool has_interval = false;
    size_t key_count = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        has_chosen |= points[i].is_chosen;
        has_interval |= points[i].low >= 0;
    }
    if (has_chosen)
        keys[key_count++] =
            (struct svg_key){SIGN_CHOSEN, words(chart->language, WORDS_CHART_CHOSEN)};
    if (has_interval)
        keys[key_count++] =
            (struct svg_key){SIGN_INTERVAL, words(chart->language, WORDS_CHART_RANGE)};
    return key_count;
}

void chart_quadrant(struct text *target, const struct chart *chart,
                    const struct chart_point *points, size_t count)
{
    struct svg_box box = {LEFT, TOP + SIDE_Y + 500, SVG_WIDTH - LEFT, 0};
    struct spot spots[POINTS_MAX];
    struct svg_key keys[2];
    size_t key_count = put_keys(chart, points, count, keys);
    size_t i;

    svg_begin(target, chart, "quadrant", SVG_WIDTH,
              box.y + svg_legend(NULL, &box, keys, key_count));
    put_axes(target, chart);
    put_names(target, chart->language);
    for (i = 0; i < count && i < POINTS_MAX; i++) {
        spots[i] = spot_of(&points[i]);
        find_room(spots, i);
    }
    for (i = 0; i < count; i++) {
        struct spot spot = i < POINTS_MAX ? spots[i] : spot_of(&points[i]);
        struct svg_line line = {spot.x, spot.y,       spot.shown_x, spot.shown_y,
                                10,     COLOUR_FRAME, false};

        if (points[i].low >= 0)
            put_interval(target, &points[i], &spot);
        svg_line(target, &line);
    }
    /* those of the highest rank last, above the others */
    for (i = count; i-- > 0;) {
        struct spot spot = i < POINTS_MAX ? spots[i] : spot_of(&points[i]);

        put_point(target, &points[i], &spot);
    }
    (void)svg_legend(target, &box, keys, key_count);
    svg_end(target);
}
