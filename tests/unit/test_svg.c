/* What charts are drawn of: colours and patterns that are told apart, text that is escaped and fits, round axes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "markup_reader.h"
#include "scorecards/report/markup.h"
#include "scorecards/report/svg.h"

enum { LIMIT = 4 << 20 };

static double channel(unsigned colour, int shift)
{
    double value = (double)(colour >> shift & 0xFF) / 255;

    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* WCAG 2.1, "relative luminance". */
static double luminance(unsigned colour)
{
    return 0.2126 * channel(colour, 16) + 0.7152 * channel(colour, 8) + 0.0722 * channel(colour, 0);
}

static double contrast(unsigned left, unsigned right)
{
    double one = luminance(left) + 0.05;
    double other = luminance(right) + 0.05;

    return one > other ? one / other : other / one;
}

static void colours_can_be_told_apart(void **state)
{
    enum svg_fill fill;

    (void)state;
    assert_true(contrast(0x000000, COLOUR_WHITE) > 20.99); /* the formula */
    for (fill = FILL_FIRST; fill < FILLS; fill++)
        assert_true(contrast(svg_fill_colour(fill), COLOUR_WHITE) >= 3);
    /* those that stand on top of each other in chart_months() */
    for (fill = FILL_FIRST; fill < FILL_FOURTH; fill++)
        assert_true(contrast(svg_fill_colour(fill), svg_fill_colour(fill + 1)) >= 3);
    assert_true(contrast(COLOUR_TEXT, COLOUR_WHITE) >= 4.5);
    assert_true(contrast(COLOUR_MUTED, COLOUR_WHITE) >= 4.5);
    assert_true(contrast(COLOUR_FIRST, COLOUR_WHITE) >=
                4.5); /* names of quarters; numbers in points */
    assert_true(contrast(COLOUR_TEXT, COLOUR_SECOND) >= 4.5); /* the number in the chosen point */
    assert_true(contrast(COLOUR_FRAME, COLOUR_WHITE) >= 3);
    /* a point that is overdue, on paper and beside one that is not */
    assert_true(contrast(COLOUR_OUTDATED, COLOUR_WHITE) >= 3);
    assert_true(contrast(COLOUR_OUTDATED, COLOUR_FIRST) >= 3);
    assert_true(contrast(COLOUR_FRAME, COLOUR_TINT) >= 3);
    assert_true(contrast(COLOUR_FIRST, COLOUR_TINT) >= 3);
}

/* Each fill is drawn in a way of its own, not in a colour alone; and none as a <pattern>, which paper blurs. */
static void series_have_patterns(void **state)
{
    static const char *const marks[FILLS] = {NULL, "L", "h0", "v32", "L", "L"};
    const struct svg_box box = {100, 100, 600, 600};
    enum svg_fill fill;

    (void)state;
    for (fill = FILL_FIRST; fill < FILLS; fill++) {
        struct text svg;

        text_init(&svg, LIMIT);
        svg_fill(&svg, &box, fill);
        markup_read(text_string(&svg), NULL, NULL);
        if (marks[fill] == NULL)
            assert_null(strstr(text_string(&svg), "<path"));
        else
            assert_true(occurrences(text_string(&svg), marks[fill]) > 10);
        text_release(&svg);
    }
}

/* The marks stay inside the bar, whatever its size. */
static void patterns_stay_inside(void **state)
{
    int size;
    enum svg_fill fill;

    (void)state;
    for (size = 1; size < 400; size += 7)
        for (fill = FILL_SECOND; fill < FILLS; fill++) {
            const struct svg_box box = {333, 777, size, 400 - size};
            struct text svg;
            const char *at;

            text_init(&svg, LIMIT);
            svg_fill(&svg, &box, fill);
            for (at = strpbrk(text_string(&svg), "ML"); at != NULL; at = strpbrk(at + 1, "ML")) {
                int x;
                int y;

                assert_int_equal(sscanf(at + 1, "%d %d", &x, &y), 2);
                assert_true(x >= box.x && x <= box.x + box.width);
                assert_true(y >= box.y && y <= box.y + box.height);
            }
            text_release(&svg);
        }
}

static void text_is_escaped(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, 1000);
    markup_put(&text, "<a href='x'>\"&amp;\"</a>");
    assert_string_equal(text_string(&text),
                        "&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;&quot;&lt;/a&gt;");
    text_clear(&text);
    markup_put(&text, "\x01\t\n\x7f\xc2\x85\xff\xef\xbf\xbf\xe2\x80\xae z\xc3");
    assert_string_equal(text_string(&text), "\uFFFD  \uFFFD\uFFFD\uFFFD\uFFFD\uFFFD z\uFFFD");
    text_clear(&text);
    markup_put_style(&text, "a\"b\\c</style>\n&'\x02 æ");
    assert_string_equal(text_string(&text),
                        "a\\000022b\\00005cc\\00003c/style\\00003e \\000026\\000027\\00fffd æ");
    text_release(&text);
}

static void long_text_is_cut(void **state)
{
    struct svg_words place = {.room = 1000, .colour = COLOUR_TEXT};
    struct text svg;
    char many[2000];

    (void)state;
    text_init(&svg, LIMIT);
    svg_words(&svg, &place, "Hjælpemiddelbevillinger");
    assert_non_null(strstr(text_string(&svg), "…</text>"));
    assert_null(strstr(text_string(&svg), "bevillinger"));
    text_clear(&svg);
    svg_words(&svg, &place, "Kort");
    assert_non_null(strstr(text_string(&svg), ">Kort</text>"));
    text_clear(&svg);
    svg_label(&svg, &place, "Kultur, Fritid & Ejendomme i byen");
    assert_int_equal(occurrences(text_string(&svg), "<text"), 2);
    assert_int_equal(occurrences(text_string(&svg), "…"), 1);
    text_clear(&svg);
    memset(many, 'i', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    place.room = 0;
    svg_words(&svg, &place, many);
    assert_true(svg.length < 600);
    text_release(&svg);
}

static void axes_have_round_steps(void **state)
{
    static const struct {
        int64_t least, most, step;
        int steps;
    } cases[] = {
        {0, 10, 2, 5},     {0, 11, 5, 5},    {0, 224000, 50000, 5}, {-14000, 30300, 10000, 5},
        {0, 0, 2, 5},      {-7, -3, 2, 5},   {0, 1, 1, 6},          {0, 999, 200, 5},
        {0, 1000, 200, 5}, {0, 1001, 500, 5}};
    struct svg_scale scale;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scale = svg_scale(cases[i].least, cases[i].most, cases[i].steps);
        assert_int_equal((int64_t)scale.step, cases[i].step);
        assert_true(scale.least <= 0 && scale.most >= 0 && scale.least < scale.most);
        /* it ends at a mark that is not below what it shows */
        assert_true(scale.least <= cases[i].least && scale.most >= cases[i].most);
        assert_true(scale.most == 1 || scale.most % scale.step == 0);
        assert_true(scale.least % scale.step == 0);
    }
    scale = svg_scale(INT64_MIN, INT64_MAX, 5);
    scale.from = 100;
    scale.length = 1000;
    assert_int_equal((int64_t)(scale.least / scale.step), -2);
    assert_int_equal((int64_t)(scale.most / scale.step), 2);
    assert_int_equal(svg_place(&scale, scale.least), 100);
    assert_int_equal(svg_place(&scale, scale.most), 1100);
    assert_int_equal(svg_place(&scale, 0), 600);
}

/* 9 points where the drawing is as wide as the text of an A4 page: 210 mm less margins of 18 mm. */
static void text_is_large_enough_on_paper(void **state)
{
    int points_of_page = (210 - 2 * 18) * 720 / 254; /* 493 */

    (void)state;
    assert_true(SVG_TEXT_SMALL * points_of_page >= 9 * SVG_WIDTH);
    assert_true(SVG_TEXT > SVG_TEXT_SMALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_can_be_told_apart),
        cmocka_unit_test(series_have_patterns),
        cmocka_unit_test(patterns_stay_inside),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(axes_have_round_steps),
        cmocka_unit_test(text_is_large_enough_on_paper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
