/* Charts: well-formed, within their frame, with nothing on top of anything else, readable without colour. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "markup_reader.h"
#include "sample_charts.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/markup.h"
#include "scorecards/report/svg.h"

enum { LIMIT = 4 << 20, BOXES_MAX = 2000 };

static struct text draw(size_t chart, enum language language)
{
    struct text svg;

    text_init(&svg, LIMIT);
    sample_chart(&svg, chart, language);
    assert_int_equal(svg.broken, 0);
    return svg;
}

static void each_is_one_image_with_a_name(void **state)
{
    size_t i;
    int language;

    (void)state;
    for (i = 0; i < sample_charts(); i++)
        for (language = 0; language < LANGUAGES; language++) {
            struct text svg = draw(i, (enum language)language);
            const char *id = sample_chart_name(i);
            char part[200];

            markup_read(text_string(&svg), NULL, NULL);
            assert_int_equal(occurrences(text_string(&svg), "<svg "), 1);
            (void)snprintf(part, sizeof part,
                           "role=\"img\" aria-labelledby=\"%s-title %s-desc\" viewBox=\"0 0 ", id,
                           id);
            assert_non_null(strstr(text_string(&svg), part));
            (void)snprintf(part, sizeof part,
                           "<title id=\"%s-title\">Prognose 2026 mod måltal, pr. afdeling</title>"
                           "<desc id=\"%s-desc\">Dagtilbud &amp; Skole mangler mest",
                           id, id);
            assert_non_null(strstr(text_string(&svg), part));
            assert_int_equal(occurrences(text_string(&svg), "http"), 1); /* the name of SVG */
            assert_null(strstr(text_string(&svg), "<script"));
            assert_null(strstr(text_string(&svg), " on"));
            text_release(&svg);
        }
}

/* ---- where things lie ---- */

struct box {
    int left, top, right, bottom;
    char words[64];
};
struct drawing {
    struct box boxes[BOXES_MAX];
    struct box uprights[BOXES_MAX]; /* lines */
    size_t count, upright_count, circle_count;
    int width, height, least_size;
    int is_turned; /* inside the one text that stands upright */
};

static int number_of(const struct markup_element *element, const char *name, int otherwise)
{
    char value[MARKUP_VALUE_MAX];

    return markup_attribute(element, name, value) ? (int)strtol(value, NULL, 10) : otherwise;
}

/* What is written there, its references resolved as far as widths need it. */
static void words_of(const struct markup_element *element, char words[static 600])
{
    size_t length = strcspn(element->inside, "<");
    size_t i;
    size_t kept = 0;

    assert_true(length < 600);
    for (i = 0; i < length; i++) {
        words[kept++] = element->inside[i];
        if (element->inside[i] == '&')
            i += strcspn(element->inside + i, ";");
    }
    words[kept] = '\0';
}

static void keep_text(const struct markup_element *element, struct drawing *drawing)
{
    char words[600];
    char anchor[MARKUP_VALUE_MAX] = "start";
    int size = number_of(element, "font-size", SVG_TEXT);
    int x = number_of(element, "x", 0);
    int y = number_of(element, "y", 0);
    int width;
    struct box *box = &drawing->boxes[drawing->count++];

    assert_true(drawing->count < BOXES_MAX);
    words_of(element, words);
    width = svg_width(words, size, number_of(element, "font-weight", 400) > 400);
    (void)markup_attribute(element, "text-anchor", anchor);
    box->left = strcmp(anchor, "end") == 0      ? x - width
                : strcmp(anchor, "middle") == 0 ? x - width / 2
                                                : x;
    box->right = box->left + width;
    box->top = y - size * 7 / 10; /* as high as capitals are */
    box->bottom = y;
    (void)text_copy(box->words, sizeof box->words, words);
    drawing->least_size = size < drawing->least_size ? size : drawing->least_size;
}

/* Lines end within the drawing; upright ones are kept. */
static void keep_line(const struct markup_element *element, struct drawing *drawing)
{
    struct box line = {0, 0, 0, 0, ""};
    char value[MARKUP_VALUE_MAX];
    int end = 0;

    if (!markup_attribute(element, "d", value) ||
        sscanf(value, "M%d %dL%d %d%n", &line.left, &line.top, &line.right, &line.bottom, &end) <
            4 ||
        value[end] != '\0')
        return;
    if (line.left < 0 || line.top < 0 || line.right > drawing->width ||
        line.bottom > drawing->height)
        fail_msg("the line %s leaves the drawing", value);
    if (line.left != line.right)
        return;
    drawing->uprights[drawing->upright_count++] = line;
    assert_true(drawing->upright_count < BOXES_MAX);
}

static void keep(const struct markup_element *element, void *context)
{
    struct drawing *drawing = context;
    char value[MARKUP_VALUE_MAX];

    if (markup_is(element, "svg")) {
        assert_true(markup_attribute(element, "viewBox", value));
        assert_int_equal(sscanf(value, "0 0 %d %d", &drawing->width, &drawing->height), 2);
    } else if (markup_is(element, "g")) {
        drawing->is_turned = 1;
    } else if (markup_is(element, "text")) {
        if (!drawing->is_turned)
            keep_text(element, drawing);
        drawing->is_turned = 0;
    } else if (markup_is(element, "circle")) {
        drawing->circle_count++;
    } else if (markup_is(element, "path")) {
        keep_line(element, drawing);
    } else if (markup_is(element, "rect") && markup_attribute(element, "x", value)) {
        int x = number_of(element, "x", -1);
        int y = number_of(element, "y", -1);

        assert_true(x >= 0 && y >= 0 && number_of(element, "width", -1) >= 0 &&
                    number_of(element, "height", -1) >= 0);
        assert_true(x + number_of(element, "width", 0) <= drawing->width);
        assert_true(y + number_of(element, "height", 0) <= drawing->height);
    }
}

static void check_places(const char *name, const struct drawing *drawing)
{
    size_t i;
    size_t j;

    assert_true(drawing->least_size >= SVG_TEXT_SMALL);
    for (i = 0; i < drawing->count; i++) {
        const struct box *box = &drawing->boxes[i];

        if (box->left < 0 || box->top < 0 || box->right > drawing->width ||
            box->bottom > drawing->height)
            fail_msg("%s: '%s' leaves the drawing", name, box->words);
        for (j = 0; j < i; j++) {
            const struct box *other = &drawing->boxes[j];

            if (box->left < other->right && other->left < box->right && box->top < other->bottom &&
                other->top < box->bottom)
                fail_msg("%s: '%s' lies on '%s'", name, box->words, other->words);
        }
        /* a point's number lies on the point, and that on lines */
        for (j = 0; j < drawing->upright_count && drawing->circle_count == 0; j++) {
            const struct box *line = &drawing->uprights[j];

            if (box->left < line->left && line->left < box->right && box->top < line->bottom &&
                line->top < box->bottom)
                fail_msg("%s: a line goes through '%s'", name, box->words);
        }
    }
}

/* Frees the text. */
static void check_drawing(const char *name, struct text *svg)
{
    struct drawing *drawing = calloc(1, sizeof *drawing);

    assert_non_null(drawing);
    assert_int_equal(svg->broken, 0);
    drawing->least_size = 1000;
    markup_read(text_string(svg), keep, drawing);
    check_places(name, drawing);
    free(drawing);
    text_release(svg);
}

static void nothing_overlaps_or_is_cut(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sample_charts(); i++) {
        struct text svg = draw(i, LANGUAGE_DANISH);

        check_drawing(sample_chart_name(i), &svg);
    }
}

static const int64_t EXTREMES[] = {INT64_MIN, INT64_MIN / 3, -1, 0, 1, INT64_MAX / 7, INT64_MAX};
enum { EXTREME_COUNT = sizeof EXTREMES / sizeof EXTREMES[0] };

static void draw_extremes(const struct chart *chart, int64_t left, int64_t right)
{
    struct chart_bar bars[] = {
        {.label = "Måltal", .value = left, .has_target = true, .target = right},
        {.label = "Interval", .value = right, .has_interval = true, .low = left, .high = right}};
    struct chart_step steps[] = {{"Op", left}, {"Ned", right}, {"Igen", left}};
    int64_t values[2][2] = {{left < 0 ? 0 : left, right < 0 ? 0 : right},
                            {right < 0 ? 0 : right, right < 0 ? 0 : right}};
    struct chart_months months = {.first_month = 24300,
                                  .month_count = 2,
                                  .names = {"A", "B"},
                                  .values = {values[0], values[1]},
                                  .series = 2};
    struct chart_point points[] = {
        {.number = 1, .benefit = left, .ease = right, .low = -1},
        {.number = 2, .benefit = right, .ease = left, .high = 10, .is_chosen = true}};
    struct text svg;

    text_init(&svg, LIMIT);
    chart_bars(&svg, chart, bars, 2);
    check_drawing("bars", &svg);
    text_init(&svg, LIMIT);
    chart_steps(&svg, chart, &(struct chart_change){"Før", "Efter", left, right, steps, 3});
    check_drawing("steps", &svg);
    text_init(&svg, LIMIT);
    chart_months(&svg, chart, &months);
    check_drawing("months", &svg);
    text_init(&svg, LIMIT);
    chart_quadrant(&svg, chart, points, 2);
    check_drawing("quadrant", &svg);
}

static void the_largest_numbers_have_their_place(void **state)
{
    struct chart chart = {LANGUAGE_DANISH, "extreme", "Yderst", "Yderst", "kr."};
    size_t i;
    size_t j;

    (void)state;
    for (i = 0; i < EXTREME_COUNT; i++)
        for (j = 0; j < EXTREME_COUNT; j++)
            draw_extremes(&chart, EXTREMES[i], EXTREMES[j]);
}

/* More ideas than can be told apart are on it all the same. */
static void no_point_is_left_out(void **state)
{
    enum { POINTS = 250 };
    struct chart chart = {LANGUAGE_DANISH, "many", "Mange", "Mange", ""};
    struct chart_point points[POINTS];
    struct text svg;
    int i;

    (void)state;
    for (i = 0; i < POINTS; i++)
        points[i] = (struct chart_point){.number = i + 1, .benefit = 5000, .ease = 5000, .low = -1};
    text_init(&svg, LIMIT);
    chart_quadrant(&svg, &chart, points, POINTS);
    assert_int_equal(occurrences(text_string(&svg), "<circle "), POINTS);
    assert_int_equal(occurrences(text_string(&svg), ">250</text>"), 1);
    text_release(&svg);
}

static void names_are_escaped_in_every_place(void **state)
{
    static const char evil[] = "<b>&\"'\x01</b>";
    const struct chart chart = {LANGUAGE_DANISH, "evil", evil, evil, evil};
    const struct chart_bar bar = {.label = evil, .value = 1};
    const struct chart_step step = {evil, 1};
    const int64_t values[] = {1};
    const struct chart_months months = {24000, 1, {evil, evil}, {values, values}, 2};
    struct text svg;

    (void)state;
    text_init(&svg, LIMIT);
    chart_bars(&svg, &chart, &bar, 1);
    markup_read(text_string(&svg), NULL, NULL);
    text_clear(&svg);
    chart_steps(&svg, &chart, &(struct chart_change){evil, evil, 1, 2, &step, 1});
    markup_read(text_string(&svg), NULL, NULL);
    text_clear(&svg);
    chart_months(&svg, &chart, &months);
    markup_read(text_string(&svg), NULL, NULL);
    assert_null(strstr(text_string(&svg), "<b>"));
    text_release(&svg);
}

static void what_is_not_nothing_is_seen(void **state)
{
    const struct chart chart = {LANGUAGE_DANISH, "small", "t", "d", "kr."};
    const struct chart_bar bars[] = {{.label = "stor", .value = INT64_MAX},
                                     {.label = "lille", .value = 1},
                                     {.label = "intet", .value = 0}};
    struct text svg;

    (void)state;
    text_init(&svg, LIMIT);
    chart_bars(&svg, &chart, bars, 3);
    assert_int_equal(occurrences(text_string(&svg), "<rect "), 2);
    text_release(&svg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_one_image_with_a_name),
        cmocka_unit_test(nothing_overlaps_or_is_cut),
        cmocka_unit_test(the_largest_numbers_have_their_place),
        cmocka_unit_test(no_point_is_left_out),
        cmocka_unit_test(names_are_escaped_in_every_place),
        cmocka_unit_test(what_is_not_nothing_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
