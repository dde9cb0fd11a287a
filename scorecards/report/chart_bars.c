/* Horizontal bars, with targets and intervals; values and targets stand in columns to the right. */
#include <stdlib.h>

#include "core/base/text.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

enum {
    GAP = 130,         /* between columns */
    PLOT_LEAST = 1500, /* labels are cut before the bars get no room */
    LABEL_MOST = 2300,
    LEAST = 20,            /* of a bar and of a part that is not nothing */
    NARROW = 70,           /* intervals */
    ROWS_OF_TWO_LINES = 12 /* more of them are drawn narrower */
};

struct layout {
    int label, value, target; /* widths of the columns; target 0: none */
    int top, row, bottom;
    struct svg_scale scale;
    bool has_target, has_interval, has_narrow, has_part;
};

static int larger(int left, int right)
{
    return left > right ? left : right;
}

static int number_width(enum language language, int64_t number)
{
    return svg_width(language_number(language, number, 0).text, SVG_TEXT, true);
}

/* Least and most of all that is drawn. */
static void stretch(const struct chart_bar *bar, int64_t *least, int64_t *most)
{
    int64_t values[4] = {bar->value, bar->value, bar->value, bar->value};
    size_t i;

    if (bar->has_target)
        values[1] = bar->target;
    if (bar->has_interval) {
        values[2] = bar->low;
        values[3] = bar->high;
    }
    for (i = 0; i < 4; i++) {
        *least = values[i] < *least ? values[i] : *least;
        *most = values[i] > *most ? values[i] : *most;
    }
}

/* Its two ends would be one spot. */
static bool is_narrow(const struct layout *layout, const struct chart_bar *bar)
{
    return svg_place(&layout->scale, bar->high) - svg_place(&layout->scale, bar->low) < NARROW;
}

static struct layout lay_out(const struct chart *chart, const struct chart_bar *bars, size_t count)
{
    struct layout layout = {.row = count > ROWS_OF_TWO_LINES ? 260 : 360, .top = 230};
    int64_t least = 0;
    int64_t most = 0;
    int plot;
    size_t i;

    layout.value = svg_width(chart->unit, SVG_TEXT, false);
    for (i = 0; i < count; i++) {
        stretch(&bars[i], &least, &most);
        layout.has_target |= bars[i].has_target;
        layout.has_part |= bars[i].part != 0;
        layout.label = larger(layout.label, svg_width(bars[i].label, SVG_TEXT, false));
        layout.value = larger(layout.value, number_width(chart->language, bars[i].value));
        if (bars[i].has_target)
            layout.target = larger(layout.target, number_width(chart->language, bars[i].target));
    }
    if (layout.has_target)
        layout.target = larger(layout.target, svg_width(words(chart->language, WORDS_CHART_TARGET),
                                                        SVG_TEXT, false)) +
                        GAP;
    layout.label = layout.label > LABEL_MOST ? LABEL_MOST : layout.label;
    plot = SVG_WIDTH - layout.label - layout.value - layout.target - 2 * GAP;
    if (plot < PLOT_LEAST) {
        layout.label -= PLOT_LEAST - plot;
        layout.label = layout.label < 4 * SVG_TEXT ? 4 * SVG_TEXT : layout.label;
        plot = SVG_WIDTH - layout.label - layout.value - layout.target - 2 * GAP;
    }
    layout.scale = svg_scale_across(chart, least, most, plot);
    layout.scale.from = layout.label + GAP;
    layout.bottom = layout.top + (int)count * layout.row;
    for (i = 0; i < count; i++)
        if (bars[i].has_interval && is_narrow(&layout, &bars[i]))
            layout.has_narrow = true;
        else
            layout.has_interval |= bars[i].has_interval;
    return layout;
}

/* One mark, as high as a target's but thin and with ends. */
static void put_narrow(struct text *target, const struct layout *layout, int x, int middle)
{
    int half = layout->row * 11 / 40 + 30;
    struct svg_line line = {x, middle - half, x, middle + half, 16, COLOUR_TEXT, false};
    struct svg_line end = {x - 40, line.y1, x + 40, line.y1, 16, COLOUR_TEXT, false};

    svg_line(target, &line);
    svg_line(target, &end);
    end.y1 = end.y2 = line.y2;
    svg_line(target, &end);
}

/* From low to high, with ends; or one mark in its middle. */
static void put_interval(struct text *target, const struct layout *layout,
                         const struct chart_bar *bar, int middle)
{
    int low = svg_place(&layout->scale, bar->low);
    int high = svg_place(&layout->scale, bar->high);
    struct svg_line line = {low, middle, high, middle, 16, COLOUR_TEXT, false};
    struct svg_line end = {low, middle - 50, low, middle + 50, 16, COLOUR_TEXT, false};

    if (is_narrow(layout, bar)) {
        put_narrow(target, layout, (low + high) / 2, middle);
        return;
    }
    svg_line_on_anything(target, &line);
    svg_line_on_anything(target, &end);
    end.x1 = end.x2 = high;
    svg_line_on_anything(target, &end);
    svg_line(target, &line);
}

static void put_box(struct text *target, struct svg_box box, int from, int to, enum svg_fill fill)
{
    box.x = from < to ? from : to;
    box.width = abs(to - from);
    if (box.width > 0)
        svg_fill(target, &box, fill);
}

/* From 0 to the value; its end is hatched as far as its part goes. */
static void put_value(struct text *target, const struct layout *layout, const struct chart_bar *bar,
                      const struct svg_box *row)
{
    int least = bar->value < 0 ? -LEAST : LEAST;
    int zero = svg_place(&layout->scale, 0);
    int end = svg_place(&layout->scale, bar->value);
    int border = svg_place(&layout->scale, (int128)bar->value - bar->part);

    /* what is not nothing is seen */
    if (bar->value != 0 && abs(end - zero) < LEAST)
        end = zero + least;
    if (bar->part == 0)
        border = end;
    else if (abs(end - border) < LEAST)
        border = end - least;
    if (bar->value < 0 ? border > zero : border < zero) /* all of it */
        border = zero;
    put_box(target, *row, zero, border, FILL_FIRST);
    put_box(target, *row, border, end, FILL_WEAK);
}

static void put_bar(struct text *target, const struct chart *chart, const struct layout *layout,
                    const struct chart_bar *bar, int y)
{
    int middle = y + layout->row / 2;
    int thick = layout->row * 11 / 20;
    struct svg_words place = {.x = 0, .y = middle, .room = layout->label, .colour = COLOUR_TEXT};

    if (layout->row < 2 * SVG_LINE) {
        place.y += SVG_TEXT * 7 / 20;
        svg_words(target, &place, bar->label);
    } else {
        svg_label(target, &place, bar->label);
    }
    put_value(target, layout, bar, &(struct svg_box){.y = middle - thick / 2, .height = thick});
    if (bar->has_interval)
        put_interval(target, layout, bar, middle);
    if (bar->has_target) {
        int x = svg_place(&layout->scale, bar->target);
        struct svg_line line = {
            x, middle - thick / 2 - 40, x, middle + thick / 2 + 40, 30, COLOUR_TEXT, false};

        svg_line_on_anything(target, &line);
    }
    place = (struct svg_words){.x = SVG_WIDTH - layout->target,
                               .y = middle + SVG_TEXT * 7 / 20,
                               .anchor = ANCHOR_END,
                               .colour = COLOUR_TEXT,
                               .is_bold = true};
    svg_words(target, &place, language_number(chart->language, bar->value, 0).text);
    place.x = SVG_WIDTH;
    place.is_bold = false;
    place.colour = COLOUR_MUTED;
    if (bar->has_target)
        svg_words(target, &place, language_number(chart->language, bar->target, 0).text);
}

static void put_heads(struct text *target, const struct chart *chart, const struct layout *layout)
{
    struct svg_words place = {.x = SVG_WIDTH - layout->target,
                              .y = SVG_TEXT,
                              .anchor = ANCHOR_END,
                              .colour = COLOUR_MUTED};

    svg_words(target, &place, chart->unit);
    place.x = SVG_WIDTH;
    if (layout->has_target)
        svg_words(target, &place, words(chart->language, WORDS_CHART_TARGET));
}

void chart_bars(struct text *target, const struct chart *chart, const struct chart_bar *bars,
                size_t count)
{
    struct layout layout;
    struct svg_key keys[4];
    size_t key_count = 0;
    struct svg_box box = {.width = SVG_WIDTH};
    size_t i;

    if (count == 0) {
        svg_nothing(target, chart);
        return;
    }
    layout = lay_out(chart, bars, count);
    if (layout.has_target)
        keys[key_count++] =
            (struct svg_key){SIGN_TARGET, words(chart->language, WORDS_CHART_TARGET)};
    if (layout.has_interval)
        keys[key_count++] =
            (struct svg_key){SIGN_INTERVAL, words(chart->language, WORDS_CHART_INTERVAL)};
    if (layout.has_narrow)
        keys[key_count++] =
            (struct svg_key){SIGN_RANGE, words(chart->language, WORDS_CHART_NARROW)};
    if (layout.has_part)
        keys[key_count++] = (struct svg_key){SIGN_WEAK, words(chart->language, WORDS_CHART_PART)};
    box.y = layout.bottom + 300;
    svg_begin(target, chart, "bars", SVG_WIDTH, box.y + svg_legend(NULL, &box, keys, key_count));
    put_heads(target, chart, &layout);
    svg_axis_below(target, chart, &layout.scale, layout.top, layout.bottom);
    for (i = 0; i < count; i++)
        put_bar(target, chart, &layout, &bars[i], layout.top + (int)i * layout.row);
    (void)svg_legend(target, &box, keys, key_count);
    svg_end(target);
}
