/* From one figure to another by its reasons: each bar begins where the one above it ended. */
#include "core/base/text.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

enum { ROW = 360, THICK = 200, GAP = 130, LABEL_MOST = 2500, PLOT_LEAST = 1500, TOP = 230 };

struct walk {
    struct text *target;
    const struct chart *chart;
    struct svg_scale scale;
    int label; /* width */
    int y;     /* of the next row */
    int128 at; /* where the last one ended */
};

static void put_row(struct walk *walk, const char *label, int128 from, int128 to, bool is_total)
{
    int begin = svg_place(&walk->scale, from);
    int end = svg_place(&walk->scale, to);
    int middle = walk->y + ROW / 2;
    struct svg_box box = {begin < end ? begin : end, middle - THICK / 2,
                          begin < end ? end - begin : begin - end, THICK};
    struct svg_words place = {
        .y = middle, .room = walk->label, .colour = COLOUR_TEXT, .is_bold = is_total};
    enum svg_fill fill = is_total ? FILL_FIRST : from < to ? FILL_FOURTH : FILL_SECOND;
    char bytes[LANGUAGE_TEXT_MAX + 2];
    struct language_text number =
        language_number(walk->chart->language, is_total ? to : to - from, 0);

    svg_label(walk->target, &place, label);
    if (from != to && box.width < 30)
        box.width = 30;
    if (box.width > 0)
        svg_fill(walk->target, &box, fill);
    bytes[0] = '+';
    (void)text_copy(bytes + 1, sizeof bytes - 1, number.text);
    place = (struct svg_words){.x = SVG_WIDTH,
                               .y = middle + SVG_TEXT * 7 / 20,
                               .anchor = ANCHOR_END,
                               .colour = COLOUR_TEXT,
                               .is_bold = is_total};
    svg_words(walk->target, &place, !is_total && to > from ? bytes : number.text);
    walk->y += ROW;
    walk->at = to;
}

/* From the end of the row above down to the beginning of the next. */
static void put_link(struct walk *walk)
{
    int x = svg_place(&walk->scale, walk->at);
    struct svg_line line = {
        x, walk->y - (ROW - THICK) / 2, x, walk->y + (ROW - THICK) / 2, 10, COLOUR_FRAME, false};

    svg_line(walk->target, &line);
}

static int larger(int left, int right)
{
    return left > right ? left : right;
}

static void measure(struct walk *walk, const char *label, int128 number, int *value)
{
    walk->label = larger(walk->label, svg_width(label, SVG_TEXT, true));
    *value = larger(
        *value, svg_width(language_number(walk->chart->language, number, 0).text, SVG_TEXT, true) +
                    SVG_TEXT);
}

/* Where everything stands: widths of labels and numbers, and the axis between them. */
static void lay_out(struct walk *walk, const struct chart_change *change)
{
    int128 at = change->before;
    int128 least = change->before < change->after ? change->before : change->after;
    int128 most = change->before > change->after ? change->before : change->after;
    int value = svg_width(walk->chart->unit, SVG_TEXT, false);
    int plot;
    size_t i;

    measure(walk, "", change->before, &value);
    measure(walk, "", change->after, &value);
    for (i = 0; i < change->count; i++) {
        measure(walk, change->steps[i].label, change->steps[i].change, &value);
        at += change->steps[i].change;
        least = at < least ? at : least;
        most = at > most ? at : most;
    }
    walk->label = walk->label > LABEL_MOST ? LABEL_MOST : walk->label;
    plot = larger(SVG_WIDTH - walk->label - value - 2 * GAP, PLOT_LEAST);
    walk->scale = svg_scale_across(walk->chart, least, most, plot);
    walk->scale.from = SVG_WIDTH - value - GAP - plot;
    walk->label = walk->scale.from - GAP;
}

void chart_steps(struct text *target, const struct chart *chart, const struct chart_change *change)
{
    const struct svg_key keys[] = {{SIGN_FOURTH, words(chart->language, WORDS_CHART_UP)},
                                   {SIGN_SECOND, words(chart->language, WORDS_CHART_DOWN)}};
    int bottom = TOP + ((int)change->count + 2) * ROW;
    struct svg_box box = {0, bottom + 300, SVG_WIDTH, 0};
    struct walk walk = {.target = target, .chart = chart, .y = TOP};
    struct svg_words unit = {
        .x = SVG_WIDTH, .y = SVG_TEXT, .anchor = ANCHOR_END, .colour = COLOUR_MUTED};
    size_t i;

    walk.label = larger(svg_width(change->before_label, SVG_TEXT, true),
                        svg_width(change->after_label, SVG_TEXT, true));
    lay_out(&walk, change);
    svg_begin(target, chart, "steps", SVG_WIDTH, box.y + svg_legend(NULL, &box, keys, 2));
    svg_words(target, &unit, chart->unit);
    svg_axis_below(target, chart, &walk.scale, TOP, bottom);
    put_row(&walk, change->before_label, 0, change->before, true);
    for (i = 0; i < change->count; i++) {
        put_link(&walk);
        put_row(&walk, change->steps[i].label, walk.at, walk.at + change->steps[i].change, false);
    }
    put_link(&walk);
    put_row(&walk, change->after_label, 0, change->after, true);
    (void)svg_legend(target, &box, keys, 2);
    svg_end(target);
}
