#include "scorecards/report/svg.h"

#include <string.h>

#include "core/base/text.h"
#include "core/base/utf8.h"
#include "scorecards/report/markup.h"
#include "scorecards/report/words.h"

enum svg_colour svg_fill_colour(enum svg_fill fill)
{
    switch (fill) {
    case FILL_FIRST:
    case FILL_WEAK:
    case FILLS:
        return COLOUR_FIRST;
    case FILL_SECOND:
        return COLOUR_SECOND;
    case FILL_THIRD:
        return COLOUR_THIRD;
    case FILL_FOURTH:
        return COLOUR_FOURTH;
    case FILL_OUTDATED:
        return COLOUR_FRAME;
    }
    return COLOUR_FIRST;
}

/* How far apart the marks of a pattern are. */
enum { APART = 80 };

static bool is_hatched(enum svg_fill fill)
{
    return fill == FILL_WEAK || fill == FILL_OUTDATED;
}

/* Diagonals from the lower left to the upper right, cut at the box. */
static void put_diagonals(struct text *target, const struct svg_box *box)
{
    int right = box->x + box->width;
    int bottom = box->y + box->height;
    int at; /* x + y of a diagonal; it begins at a multiple, so that neighbours go on */

    for (at = ((box->x + box->y) / APART + 1) * APART; at < right + bottom; at += APART) {
        int x = at - bottom > box->x ? at - bottom : box->x;
        int y = at - box->y < right ? box->y : at - right;

        text_printf(target, "M%d %dL%d %d", x, at - x, at - y, y);
    }
}

/* Dots or crosses, every second row moved by half; one that would not be whole is left out. */
static void put_grid(struct text *target, const struct svg_box *box, bool is_cross)
{
    int margin = is_cross ? 24 : 14;
    int row;
    int x;

    for (row = 0; row * APART / 2 < box->height - 2 * margin; row++)
        for (x = box->x + APART / 4 + row % 2 * APART / 2; x < box->x + box->width - margin;
             x += APART) {
            int y = box->y + margin + row * APART / 2;

            if (x < box->x + margin)
                continue;
            if (is_cross)
                text_printf(target, "M%d %dv32M%d %dh32", x, y - 16, x - 16, y);
            else
                text_printf(target, "M%d %dh0", x, y);
        }
}

/* Drawn as lines and not as a <pattern>, which printing would turn into pictures of points. */
static void put_pattern(struct text *target, const struct svg_box *box, enum svg_fill fill)
{
    if (fill == FILL_FIRST || fill == FILLS)
        return;
    text_append_string(target, "<path d=\"");
    if (fill == FILL_THIRD || fill == FILL_FOURTH)
        put_grid(target, box, fill == FILL_FOURTH);
    else
        put_diagonals(target, box);
    text_printf(target, "\" stroke=\"#%06x\" stroke-width=\"%d\"%s/>",
                is_hatched(fill) ? (unsigned)svg_fill_colour(fill) : (unsigned)COLOUR_WHITE,
                fill == FILL_THIRD ? 24 : 12,
                fill == FILL_THIRD ? " stroke-linecap=\"round\"" : "");
}

void svg_begin(struct text *target, const struct chart *chart, const char *kind, int width,
               int height)
{
    text_append_string(target,
                       "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"");
    markup_put(target, chart->id);
    text_append_string(target, "-title ");
    markup_put(target, chart->id);
    text_printf(target,
                "-desc\" viewBox=\"0 0 %d %d\" class=\"chart chart-%s\" font-size=\"%d\" "
                "font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
                "'Liberation Sans',Arial,sans-serif\" fill=\"#%06x\"><title id=\"",
                width, height, kind, SVG_TEXT, (unsigned)COLOUR_TEXT);
    markup_put(target, chart->id);
    text_append_string(target, "-title\">");
    markup_put(target, chart->title);
    text_append_string(target, "</title><desc id=\"");
    markup_put(target, chart->id);
    text_append_string(target, "-desc\">");
    markup_put(target, chart->description);
    text_append_string(target, "</desc>");
}

void svg_end(struct text *target)
{
    text_append_string(target, "</svg>");
}

/* The outline lies inside the box, so that boxes that touch do not cover one another's. */
void svg_fill(struct text *target, const struct svg_box *box, enum svg_fill fill)
{
    enum { EDGE = 10 };
    unsigned colour = svg_fill_colour(fill);
    struct svg_box inner = {box->x + EDGE / 2, box->y + EDGE / 2, box->width - EDGE,
                            box->height - EDGE};

    if (inner.width <= 2 * EDGE || inner.height <= 2 * EDGE) {
        text_printf(target, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>",
                    box->x, box->y, box->width, box->height, colour);
        return;
    }
    text_printf(target,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\" "
                "stroke=\"#%06x\" stroke-width=\"%d\"/>",
                inner.x, inner.y, inner.width, inner.height,
                is_hatched(fill) ? (unsigned)COLOUR_WHITE : colour, colour, EDGE);
    put_pattern(target, &inner, fill);
}

static void put_frame(struct text *target, const struct svg_box *box, enum svg_colour colour,
                      const char *dashes)
{
    text_printf(target,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#ffffff\" "
                "stroke=\"#%06x\" stroke-width=\"10\"%s/>",
                box->x, box->y, box->width, box->height, (unsigned)colour, dashes);
}

void svg_frame(struct text *target, const struct svg_box *box, enum svg_colour colour)
{
    put_frame(target, box, colour, "");
}

void svg_frame_dashed(struct text *target, const struct svg_box *box, enum svg_colour colour)
{
    put_frame(target, box, colour, " stroke-dasharray=\"45 35\"");
}

void svg_line(struct text *target, const struct svg_line *line)
{
    text_printf(target, "<path d=\"M%d %dL%d %d\" stroke=\"#%06x\" stroke-width=\"%d\"%s/>",
                line->x1, line->y1, line->x2, line->y2, (unsigned)line->colour, line->width,
                line->is_dashed ? " stroke-dasharray=\"40 30\"" : "");
}

void svg_line_on_anything(struct text *target, const struct svg_line *line)
{
    struct svg_line edge = *line;

    edge.colour = COLOUR_WHITE;
    edge.width += 30;
    edge.is_dashed = false;
    svg_line(target, &edge);
    svg_line(target, line);
}

void svg_triangle(struct text *target, int x, int y, int size, enum svg_colour colour)
{
    text_printf(target, "<path d=\"M%d %dh%dl%d %dz\" fill=\"#%06x\"/>", x - size / 2, y, size,
                -size / 2, size * 4 / 5, (unsigned)colour);
}

void svg_nothing(struct text *target, const struct chart *chart)
{
    struct svg_box box = {5, 5, SVG_WIDTH - 10, 890};
    struct svg_words place = {
        .x = SVG_WIDTH / 2, .y = 500, .anchor = ANCHOR_MIDDLE, .colour = COLOUR_MUTED};

    svg_begin(target, chart, "nothing", SVG_WIDTH, 900);
    svg_frame(target, &box, COLOUR_GRID);
    svg_words(target, &place, words(chart->language, WORDS_CHART_NOTHING));
    svg_end(target);
}
