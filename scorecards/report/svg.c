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

/* What is drawn over the ground of a pattern of 80 by 80; NULL: it is solid. */
static const char *pattern_of(enum svg_fill fill)
{
    switch (fill) {
    case FILL_FIRST:
    case FILLS:
        return NULL;
    case FILL_SECOND:
    case FILL_WEAK:
    case FILL_OUTDATED:
        return "M-20 20L20 -20M-20 100L100 -20M60 100L100 60";
    case FILL_THIRD:
        return "M20 20h0M60 60h0";
    case FILL_FOURTH:
        return "M40 18v44M18 40h44";
    }
    return NULL;
}

static void put_pattern(struct text *target, const struct chart *chart, enum svg_fill fill)
{
    bool is_hatched = fill == FILL_WEAK || fill == FILL_OUTDATED;
    unsigned colour = svg_fill_colour(fill);

    text_append_string(target, "<pattern id=\"");
    markup_put(target, chart->id);
    text_printf(target,
                "-p%d\" width=\"80\" height=\"80\" patternUnits=\"userSpaceOnUse\">"
                "<rect width=\"80\" height=\"80\" fill=\"#%06x\"/>"
                "<path d=\"%s\" stroke=\"#%06x\" stroke-width=\"%d\" stroke-linecap=\"%s\"/>"
                "</pattern>",
                (int)fill, is_hatched ? (unsigned)COLOUR_WHITE : colour, pattern_of(fill),
                is_hatched ? colour : (unsigned)COLOUR_WHITE,
                fill == FILL_THIRD ? 22
                : is_hatched       ? 16
                                   : 12,
                fill == FILL_THIRD ? "round" : "butt");
}

void svg_begin(struct text *target, const struct chart *chart, const char *kind, int width,
               int height, unsigned fills)
{
    enum svg_fill fill;

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
    if (fills == 0)
        return;
    text_append_string(target, "<defs>");
    for (fill = FILL_FIRST; fill < FILLS; fill++)
        if ((fills & 1U << fill) != 0 && pattern_of(fill) != NULL)
            put_pattern(target, chart, fill);
    text_append_string(target, "</defs>");
}

void svg_end(struct text *target)
{
    text_append_string(target, "</svg>");
}

/* The outline lies inside the box, so that boxes that touch do not cover one another's. */
void svg_fill(struct text *target, const struct chart *chart, const struct svg_box *box,
              enum svg_fill fill)
{
    int edge = box->width > 30 && box->height > 30 ? 10 : 0;

    text_printf(target, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"",
                box->x + edge / 2, box->y + edge / 2, box->width - edge, box->height - edge);
    if (pattern_of(fill) == NULL || edge == 0) {
        text_printf(target, "#%06x\"", (unsigned)svg_fill_colour(fill));
    } else {
        text_append_string(target, "url(#");
        markup_put(target, chart->id);
        text_printf(target, "-p%d)\"", (int)fill);
    }
    if (edge > 0)
        text_printf(target, " stroke=\"#%06x\" stroke-width=\"%d\"",
                    (unsigned)svg_fill_colour(fill), edge);
    text_append_string(target, "/>");
}

void svg_frame(struct text *target, const struct svg_box *box, enum svg_colour colour)
{
    text_printf(target,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#ffffff\" "
                "stroke=\"#%06x\" stroke-width=\"10\"/>",
                box->x, box->y, box->width, box->height, (unsigned)colour);
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

    svg_begin(target, chart, "nothing", SVG_WIDTH, 900, 0);
    svg_frame(target, &box, COLOUR_GRID);
    svg_words(target, &place, words(chart->language, WORDS_CHART_NOTHING));
    svg_end(target);
}
