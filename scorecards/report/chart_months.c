/* Columns by month: series on top of each other, dark and light in turns. */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

enum {
    PLOT_HEIGHT = 2400,
    COLUMN_MOST = 420, /* a month alone is no wall */
    BETWEEN = 30       /* numbers */
};

struct layout {
    int top, bottom, left;
    int month; /* width of one */
    int right; /* what the last one's number takes beside it; 0: numbers stand above their columns */
    bool has_all; /* of them; else of the highest and of the last */
    size_t highest;
    size_t each;  /* every which month has its name */
    size_t begin; /* of that row of names, in months from the first */
    struct svg_scale scale;
};

/* What stands on a month's axis: "apr.", without its year. */
static void name_of(enum language language, int32_t month, char name[static LANGUAGE_TEXT_MAX])
{
    struct language_text text = language_month_short(language, month);

    text.text[strcspn(text.text, " \xC2")] = '\0'; /* a blank, or one that does not break */
    (void)text_copy(name, LANGUAGE_TEXT_MAX, text.text);
}

static int128 sum_of(const struct chart_months *months, size_t month)
{
    int128 sum = 0;
    size_t i;

    for (i = 0; i < months->series; i++)
        sum += months->values[i][month];
    return sum;
}

static int sum_width(const struct chart_months *months, size_t month, enum language language)
{
    return svg_width(language_number(language, sum_of(months, month), 0).text, SVG_TEXT, false);
}

/* All numbers where each has room above its column; else two, of which the last one's stands to the right of it. */
static void find_numbers(struct layout *layout, const struct chart_months *months,
                         enum language language)
{
    int width = SVG_WIDTH - layout->left;
    size_t last = months->month_count - 1;
    int widest = 0;
    size_t i;

    for (i = 0; i < months->month_count; i++) {
        int each = sum_width(months, i, language);

        widest = each > widest ? each : widest;
        if (sum_of(months, i) > sum_of(months, layout->highest))
            layout->highest = i;
    }
    layout->has_all = widest + BETWEEN <= width / (int)months->month_count;
    if (!layout->has_all)
        layout->right = sum_width(months, last, language) + 2 * BETWEEN;
    layout->month = (width - layout->right) / (int)months->month_count;
}

static size_t months_between_names(const struct chart_months *months, int width,
                                   enum language language)
{
    static const size_t choices[] = {1, 2, 3, 6, 12, 24, 60, 120};
    int widest = 0;
    int32_t month;
    size_t i;

    for (month = 0; month < 12; month++) {
        char name[LANGUAGE_TEXT_MAX];
        int each;

        name_of(language, months->first_month + month, name);
        each = svg_width(name, SVG_TEXT, false);
        widest = each > widest ? each : widest;
    }
    for (i = 0; i + 1 < sizeof choices / sizeof choices[0]; i++)
        if (widest + 50 <= (int)choices[i] * width)
            break;
    return choices[i];
}

static struct layout lay_out(const struct chart *chart, const struct chart_months *months,
                             int legend)
{
    struct layout layout = {.top = legend + 340};
    int128 most = 0;
    size_t i;

    for (i = 0; i < months->month_count; i++) {
        int128 sum = sum_of(months, i);

        most = sum > most ? sum : most;
    }
    layout.bottom = layout.top + PLOT_HEIGHT;
    layout.scale = svg_scale(0, most, 5);
    layout.scale.from = layout.bottom;
    layout.scale.length = -PLOT_HEIGHT;
    layout.left = svg_scale_width(&layout.scale, chart->language) + 100;
    find_numbers(&layout, months, chart->language);
    layout.each = months_between_names(months, layout.month, chart->language);
    layout.begin = (layout.each - (size_t)(months->first_month % 12) % layout.each) % layout.each;
    return layout;
}

static void put_month(struct text *target, const struct chart_months *months,
                      const struct layout *layout, size_t month)
{
    int wanted = layout->month * 7 / 10;
    int thick = wanted > COLUMN_MOST ? COLUMN_MOST : wanted > 20 ? wanted : 20;
    int x = layout->left + (int)month * layout->month + (layout->month - thick) / 2;
    int128 sum = 0;
    size_t i;

    for (i = 0; i < months->series; i++) {
        int below = svg_place(&layout->scale, sum);
        struct svg_box box = {.x = x, .width = thick};

        sum += months->values[i][month];
        box.y = svg_place(&layout->scale, sum);
        box.height = below - box.y;
        if (months->values[i][month] > 0 && box.height < 10)
            box = (struct svg_box){x, below - 10, thick, 10};
        if (box.height > 0)
            svg_fill(target, &box, (enum svg_fill)((size_t)FILL_FIRST + i));
    }
}

/* Of one month, above its column or, where that has no room, beside it. */
static void put_number(struct text *target, const struct chart *chart,
                       const struct chart_months *months, const struct layout *layout, size_t month)
{
    int128 sum = sum_of(months, month);
    int half = sum_width(months, month, chart->language) / 2;
    int right = layout->left + (int)months->month_count * layout->month;
    struct svg_words place = {.x = layout->left + (int)month * layout->month + layout->month / 2,
                              .y = svg_place(&layout->scale, sum) - BETWEEN,
                              .anchor = ANCHOR_MIDDLE,
                              .colour = COLOUR_TEXT,
                              .has_ground = true};

    if (!layout->has_all && month + 1 == months->month_count) {
        place.x = right + BETWEEN;
        place.y += SVG_TEXT / 2;
        place.anchor = ANCHOR_START;
    } else if (!layout->has_all) {
        place.x = place.x + half > right ? right - half : place.x;
        place.x = place.x - half < layout->left ? layout->left + half : place.x;
    }
    svg_words(target, &place, language_number(chart->language, sum, 0).text);
}

static void put_numbers(struct text *target, const struct chart *chart,
                        const struct chart_months *months, const struct layout *layout)
{
    size_t i;

    for (i = 0; i < months->month_count; i++)
        if (layout->has_all || i == layout->highest || i + 1 == months->month_count)
            put_number(target, chart, months, layout, i);
}

/* Names of months, and below them the years, each between its borders. */
static void put_names(struct text *target, const struct chart *chart,
                      const struct chart_months *months, const struct layout *layout)
{
    struct svg_words place = {
        .y = layout->bottom + 170, .anchor = ANCHOR_MIDDLE, .colour = COLOUR_MUTED};
    size_t year_begin = 0;
    size_t i;

    for (i = layout->begin; i < months->month_count; i += layout->each) {
        char name[LANGUAGE_TEXT_MAX];

        name_of(chart->language, months->first_month + (int32_t)i, name);
        place.x = layout->left + (int)i * layout->month + layout->month / 2;
        if (place.x + svg_width(name, SVG_TEXT, false) / 2 <= SVG_WIDTH)
            svg_words(target, &place, name);
    }
    place.y += 190;
    place.colour = COLOUR_TEXT;
    for (i = 1; i <= months->month_count; i++) {
        int32_t month = months->first_month + (int32_t)i;
        int x = layout->left + (int)i * layout->month;
        struct svg_line line = {x, layout->bottom, x, layout->bottom + 60, 10, COLOUR_FRAME, false};
        char year[16];

        if (month % 12 != 0 && i < months->month_count)
            continue;
        if (i < months->month_count) {
            svg_line(target, &line);
            line.y1 += 230; /* between the years, below the names */
            line.y2 += 320;
            svg_line(target, &line);
        }
        (void)snprintf(year, sizeof year, "%d", (int)((month - 1) / 12));
        place.x = (layout->left + (int)year_begin * layout->month + x) / 2;
        if (svg_width(year, SVG_TEXT, false) <= (int)(i - year_begin) * layout->month)
            svg_words(target, &place, year);
        year_begin = i;
    }
}

void chart_months(struct text *target, const struct chart *chart, const struct chart_months *months)
{
    struct svg_key keys[CHART_SERIES_MAX];
    struct svg_words unit = {.y = SVG_TEXT, .colour = COLOUR_MUTED};
    struct svg_box box = {0, 0, SVG_WIDTH, 0};
    struct layout layout;
    size_t key_count = months->series > 1 ? months->series : 0;
    size_t i;

    if (months->month_count == 0 || months->series == 0) {
        svg_nothing(target, chart);
        return;
    }
    for (i = 0; i < key_count; i++)
        keys[i] = (struct svg_key){(enum svg_sign)((size_t)SIGN_FIRST + i), months->names[i]};
    layout = lay_out(chart, months, svg_legend(NULL, &box, keys, key_count));
    box.y = 210;
    svg_begin(target, chart, "months", SVG_WIDTH, layout.bottom + 420);
    svg_words(target, &unit, chart->unit);
    svg_axis_beside(target, chart, &layout.scale, layout.left,
                    layout.left + (int)months->month_count * layout.month);
    (void)svg_legend(target, &box, keys, key_count);
    for (i = 0; i < months->month_count; i++)
        put_month(target, months, &layout, i);
    put_numbers(target, chart, months, &layout);
    put_names(target, chart, months, &layout);
    svg_end(target);
}
