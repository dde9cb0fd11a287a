/* Axes with round steps, and legends. */
#include <string.h>

#include "core/base/text.h"
#include "scorecards/report/svg.h"

/* The next of 1, 2, 5, 10, 20, 50, ... */
static int128 next_round(int128 step)
{
    int128 lead = step;

    while (lead >= 10)
        lead /= 10;
    return lead == 2 ? step / 2 * 5 : step * 2;
}

struct svg_scale svg_scale(int128 least, int128 most, int steps)
{
    struct svg_scale scale = {.step = 1};

    scale.least = least < 0 ? least : 0;
    scale.most = most > 0 ? most : 0;
    if (scale.least == scale.most) { /* 0 alone has a mark */
        scale.most = 1;
        scale.step = 2;
    }
    /* a sum of many 64-bit numbers is below 10^25: 3 steps for each digit */
    while (scale.most - scale.least > scale.step * steps)
        scale.step = next_round(scale.step);
    if (scale.step <= scale.most - scale.least) { /* from a mark to a mark */
        scale.least = decimal_divide_floor(scale.least, scale.step) * scale.step;
        scale.most = -decimal_divide_floor(-scale.most, scale.step) * scale.step;
    }
    return scale;
}

int svg_place(const struct svg_scale *scale, int128 value)
{
    return scale->from +
           (int)((value - scale->least) * scale->length / (scale->most - scale->least));
}

int svg_scale_width(const struct svg_scale *scale, enum language language)
{
    int left = svg_width(language_number(language, scale->least, 0).text, SVG_TEXT, false);
    int right = svg_width(language_number(language, scale->most, 0).text, SVG_TEXT, false);

    return left > right ? left : right;
}

struct svg_scale svg_scale_across(const struct chart *chart, int128 least, int128 most, int length)
{
    struct svg_scale scale;
    int steps = 6;

    do
        scale = svg_scale(least, most, steps);
    while (--steps > 1 && svg_scale_width(&scale, chart->language) + 150 >
                              (int)(length * scale.step / (scale.most - scale.least)));
    scale.length = length;
    return scale;
}

void svg_axis_below(struct text *target, const struct chart *chart, const struct svg_scale *scale,
                    int top, int bottom)
{
    struct svg_words place = {.y = bottom + 170, .anchor = ANCHOR_MIDDLE, .colour = COLOUR_MUTED};
    int taken = 0; /* by the numbers before */
    int128 value;

    for (value = scale->least; value <= scale->most; value += scale->step) {
        int x = svg_place(scale, value);
        struct svg_line line = {x, top, x, bottom, 8, COLOUR_GRID, false};
        struct language_text number;
        int half;

        if (value == 0)
            line.colour = COLOUR_FRAME;
        svg_line(target, &line);
        number = language_number(chart->language, value, 0);
        half = svg_width(number.text, SVG_TEXT, false) / 2;
        if (x - half < taken || x + half > SVG_WIDTH)
            continue;
        place.x = x;
        svg_words(target, &place, number.text);
        taken = x + half + SVG_TEXT / 2;
    }
}

void svg_axis_beside(struct text *target, const struct chart *chart, const struct svg_scale *scale,
                     int left, int right)
{
    struct svg_words place = {.x = left - 70, .anchor = ANCHOR_END, .colour = COLOUR_MUTED};
    int128 value;

    for (value = scale->least; value <= scale->most; value += scale->step) {
        int y = svg_place(scale, value);
        struct svg_line line = {left, y, right, y, 8, COLOUR_GRID, false};

        if (value == 0)
            line.colour = COLOUR_FRAME;
        svg_line(target, &line);
        place.y = y + SVG_TEXT * 7 / 20;
        svg_words(target, &place, language_number(chart->language, value, 0).text);
    }
}

/* In the middle of a sign. */
static void put_circle(struct text *target, int x, int y, int radius, enum svg_colour fill,
                       enum svg_colour edge)
{
    text_printf(target,
                "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#%06x\" stroke=\"#%06x\" "
                "stroke-width=\"20\"/>",
                x + 100, y + 85, radius, (unsigned)fill, (unsigned)edge);
}

static void put_sign(struct text *target, enum svg_sign sign, int x, int y)
{
    struct svg_box box = {x, y + 20, 200, 130};
    struct svg_line across = {x, y + 85, x + 200, y + 85, 22, COLOUR_TEXT, false};
    struct svg_line upright = {x + 100, y, x + 100, y + 170, 30, COLOUR_TEXT, false};

    switch (sign) {
    case SIGN_FIRST:
    case SIGN_SECOND:
    case SIGN_THIRD:
    case SIGN_FOURTH:
    case SIGN_WEAK:
    case SIGN_OUTDATED:
        svg_fill(target, &box, (enum svg_fill)sign);
        return;
    case SIGN_TARGET:
        svg_line(target, &upright);
        return;
    case SIGN_INTERVAL:
        svg_line(target, &across);
        upright = (struct svg_line){x + 11, y + 35, x + 11, y + 135, 22, COLOUR_TEXT, false};
        svg_line(target, &upright);
        upright.x1 = upright.x2 = x + 189;
        svg_line(target, &upright);
        return;
    case SIGN_RANGE:
        upright.width = 14;
        svg_line(target, &upright);
        across = (struct svg_line){x + 65, y, x + 135, y, 14, COLOUR_TEXT, false};
        svg_line(target, &across);
        across.y1 = across.y2 = y + 170;
        svg_line(target, &across);
        return;
    case SIGN_CHOSEN:
        put_circle(target, x, y, 70, COLOUR_WHITE, COLOUR_TEXT);
        put_circle(target, x, y, 45, COLOUR_SECOND, COLOUR_SECOND);
        return;
    case SIGN_POINT:
        put_circle(target, x, y, 40, COLOUR_FIRST, COLOUR_FIRST);
        return;
    case SIGN_BEGUN_POINT:
        put_circle(target, x, y, 40, COLOUR_WHITE, COLOUR_FIRST);
        return;
    case SIGN_WORSENED:
        svg_triangle(target, x + 100, y + 30, 130, COLOUR_TEXT);
        return;
    case SIGN_OVERDUE_POINT:
        put_circle(target, x, y, 40, COLOUR_OUTDATED, COLOUR_FRAME);
        return;
    }
}

int svg_legend(struct text *target, const struct svg_box *box, const struct svg_key *keys,
               size_t count)
{
    int x = 0;
    int y = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        int room = box->width - 260;
        int width = svg_width(keys[i].name, SVG_TEXT, false);
        struct svg_words place = {.room = room, .colour = COLOUR_TEXT};

        if (width > room)
            width = room;
        if (x > 0 && x + 260 + width > box->width) {
            x = 0;
            y += SVG_KEY_HEIGHT;
        }
        if (target != NULL) {
            put_sign(target, keys[i].sign, box->x + x, box->y + y);
            place.x = box->x + x + 260;
            place.y = box->y + y + 130;
            svg_words(target, &place, keys[i].name);
        }
        x += 260 + width + 300;
    }
    return count == 0 ? 0 : y + SVG_KEY_HEIGHT;
}
