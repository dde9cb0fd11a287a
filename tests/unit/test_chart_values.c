/* Charts tell the truth: what is drawn stands where its value is, and as far as it goes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "drawing_reader.h"
#include "markup_reader.h"
#include "scorecards/report/chart.h"
#include "scorecards/report/svg.h"
#include "scorecards/report/words.h"

enum { LIMIT = 4 << 20 };

static const struct chart chart = {LANGUAGE_DANISH, "values", "t", "d", "enhed"};

/* ---- bars ---- */

static struct drawing *draw_bars(const struct chart_bar *bars, size_t count)
{
    struct text svg;

    text_init(&svg, LIMIT);
    chart_bars(&svg, &chart, bars, count);
    return drawing_read(&svg);
}

static void only_the_disputed_part_is_hatched(void **state)
{
    static const struct chart_bar bars[] = {{.label = "a", .value = 1000, .part = 250},
                                            {.label = "b", .value = 1000},
                                            {.label = "c", .value = -400, .part = -400},
                                            {.label = "d", .value = 1000, .part = 5000}};
    struct drawing *drawing = draw_bars(bars, 4);
    const struct shape *box = drawing->boxes.at;

    (void)state;
    /* what is sure, filled; its end white under the hatching; they are as long as their numbers */
    assert_string_equal(box[0].colour, "#123a63");
    assert_string_equal(box[1].colour, "#ffffff");
    assert_in_range(box[0].x + box[0].width, box[1].x - 20, box[1].x);
    assert_in_range(box[0].width, box[1].width * 3 - 20, box[1].width * 3 + 40);
    assert_string_equal(box[2].colour, "#123a63");
    assert_in_range(box[2].width, box[0].width + box[1].width, box[0].width + box[1].width + 20);
    assert_string_equal(box[3].colour, "#ffffff");
    assert_in_range(box[3].x + box[3].width, box[0].x - 20, box[0].x);
    assert_string_equal(box[4].colour, "#ffffff");
    assert_int_equal(box[4].width, box[2].width);
    assert_non_null(drawing_text(drawing, "Anfægtet"));
    free(drawing);
    drawing = draw_bars(&bars[1], 1);
    assert_null(drawing_text(drawing, "Anfægtet"));
    free(drawing);
}

static void the_axis_goes_as_far_as_the_longest_bar(void **state)
{
    static const struct {
        int64_t value;
        const char *last;
    } cases[] = {{336, "400"}, {1, "1"}, {501, "600"}, {1000000, "1.000.000"}, {75347, "80.000"}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chart_bar bar = {.label = "a", .value = cases[i].value};
        struct drawing *drawing = draw_bars(&bar, 1);
        const struct shape *last = &drawing->texts.at[drawing->texts.count - 3];

        /* the unit, the numbers of the axis, label, value */
        assert_string_equal(last->words, cases[i].last);
        assert_true(last->x >= drawing->boxes.at[0].x + drawing->boxes.at[0].width);
        free(drawing);
    }
}

static void an_interval_without_width_is_one_mark(void **state)
{
    struct chart_bar bars[] = {
        {.label = "a", .value = 1000, .has_interval = true, .low = 998, .high = 1002},
        {.label = "b", .value = 1000, .has_interval = true, .low = 800, .high = 1200}};
    struct drawing *drawing = draw_bars(bars, 1);
    size_t narrow = drawing->lines.count;

    (void)state;
    assert_non_null(drawing_text(drawing, words(LANGUAGE_DANISH, WORDS_CHART_NARROW)));
    assert_null(drawing_text(drawing, words(LANGUAGE_DANISH, WORDS_CHART_INTERVAL)));
    free(drawing);
    drawing = draw_bars(&bars[1], 1);
    assert_null(drawing_text(drawing, words(LANGUAGE_DANISH, WORDS_CHART_NARROW)));
    assert_non_null(drawing_text(drawing, words(LANGUAGE_DANISH, WORDS_CHART_INTERVAL)));
    assert_true(drawing->lines.count > narrow);
    free(drawing);
}

/* ---- months ---- */

static struct drawing *draw_months(const int64_t *values, size_t count)
{
    struct chart_months months = {.first_month = 24300,
                                  .month_count = count,
                                  .names = {"a"},
                                  .values = {values},
                                  .series = 1};
    struct text svg;

    text_init(&svg, LIMIT);
    chart_months(&svg, &chart, &months);
    return drawing_read(&svg);
}

static void no_column_is_higher_than_the_axis(void **state)
{
    static const int64_t values[] = {2120, 1980, 2290, 0, 2340};
    struct drawing *drawing = draw_months(values, 5);
    struct shape top = drawing_the_text(drawing, "2.500");
    size_t i;

    (void)state;
    for (i = 0; i < drawing->boxes.count; i++)
        assert_true(drawing->boxes.at[i].y > top.y - SVG_TEXT);
    free(drawing);
}

/* Each stands above its own column; all are spread over the whole width. */
static void columns_have_their_numbers(void **state)
{
    static const int64_t values[] = {2120, 1980, 2290, 17, 2340};
    static const char *const numbers[] = {"2.120", "1.980", "2.290", "17", "2.340"};
    struct drawing *drawing = draw_months(values, 5);
    size_t i;

    (void)state;
    for (i = 0; i < 5; i++) {
        struct shape number = drawing_the_text(drawing, numbers[i]);
        const struct shape *column = &drawing->boxes.at[i];

        assert_string_equal(column->colour, "#123a63");
        assert_in_range(number.x, column->x + column->width / 2 - 10,
                        column->x + column->width / 2 + 10);
        assert_in_range(number.y, column->y - 60, column->y);
    }
    assert_true(drawing->boxes.at[4].x + drawing->boxes.at[4].width > SVG_WIDTH - 500);
    free(drawing);
}

static void of_many_columns_the_highest_and_the_last_have_numbers(void **state)
{
    enum { MANY = 60 };
    int64_t values[MANY];
    struct drawing *drawing;
    size_t i;

    (void)state;
    for (i = 0; i < MANY; i++)
        values[i] = (int64_t)(1000 + i);
    values[58] = 7001;
    drawing = draw_months(values, MANY);
    assert_non_null(drawing_text(drawing, "7.001"));
    assert_null(drawing_text(drawing, "1.030"));
    /* the last one's beside it, where no other column is */
    assert_true(drawing_the_text(drawing, "1.059").x >
                drawing->boxes.at[59].x + drawing->boxes.at[59].width);
    free(drawing);
}

/* ---- quadrants ---- */

static struct drawing *draw_quadrant(const struct chart_point *points, size_t count)
{
    struct text svg;

    text_init(&svg, LIMIT);
    chart_quadrant(&svg, &chart, points, count);
    return drawing_read(&svg);
}

/* On a line, just off it, one upon another, at the ends. */
static const struct chart_point POINTS[] = {
    {.number = 1, .benefit = 5200, .ease = 5000, .low = -1},
    {.number = 2, .benefit = 4990, .ease = 5010, .low = -1},
    {.number = 3, .benefit = 5010, .ease = 4990, .low = -1},
    {.number = 4, .benefit = 5010, .ease = 4990, .low = -1},
    {.number = 5, .benefit = 5010, .ease = 4990, .low = -1, .is_begun = true},
    {.number = 6, .benefit = 0, .ease = 0, .low = -1},
    {.number = 17, .benefit = 10000, .ease = 10000, .low = -1},
    {.number = 118, .benefit = 0, .ease = 10000, .low = -1}};
enum { POINT_COUNT = sizeof POINTS / sizeof POINTS[0] };

static void points_lie_where_their_values_are(void **state)
{
    struct drawing *drawing = draw_quadrant(POINTS, POINT_COUNT);
    const struct shape *field = &drawing->boxes.at[0];
    size_t i;

    (void)state;
    for (i = 0; i < POINT_COUNT; i++) {
        /* the last one is drawn first, the signs of the legend after all */
        const struct shape *circle = &drawing->circles.at[POINT_COUNT - 1 - i];

        assert_int_equal(circle->x, field->x + POINTS[i].ease * field->width / 10000);
        assert_int_equal(circle->y,
                         field->y + field->height - POINTS[i].benefit * field->height / 10000);
        assert_string_equal(circle->colour, POINTS[i].is_begun ? "#ffffff" : "#123a63");
    }
    (void)drawing_the_text(drawing, "Kandidat");
    (void)drawing_the_text(drawing, "Allerede under udvikling");
    free(drawing);
}

/* A number lies on no point, nearer to its own than a tenth of the field, inside the field. */
static void numbers_give_way_and_points_do_not(void **state)
{
    struct drawing *drawing = draw_quadrant(POINTS, POINT_COUNT);
    const struct shape *field = &drawing->boxes.at[0];
    size_t i;
    size_t j;

    (void)state;
    for (i = 0; i < POINT_COUNT; i++) {
        char number[16];
        struct shape text;
        int half;

        (void)snprintf(number, sizeof number, "%d", POINTS[i].number);
        text = drawing_the_text(drawing, number);
        half = svg_width(number, SVG_TEXT_SMALL, true) / 2;
        assert_true(text.x - half >= field->x && text.x + half <= field->x + field->width);
        assert_true(abs(text.x - drawing->circles.at[POINT_COUNT - 1 - i].x) < field->width / 10);
        for (j = 0; j < POINT_COUNT; j++) {
            const struct shape *circle = &drawing->circles.at[j];
            bool is_beside = text.x + half <= circle->x - circle->width ||
                             text.x - half >= circle->x + circle->width;

            assert_true(is_beside || text.y <= circle->y - circle->width ||
                        text.y - SVG_TEXT_SMALL * 7 / 10 >= circle->y + circle->width);
        }
    }
    free(drawing);
}

static void intervals_of_the_same_ease_stand_side_by_side(void **state)
{
    struct chart_point points[6];
    struct drawing *drawing;
    int x[8] = {0};
    size_t found = 0;
    size_t i;

    (void)state;
    for (i = 0; i < 6; i++)
        points[i] = (struct chart_point){.number = (int)i + 1,
                                         .benefit = 3000 + 700 * (int64_t)i,
                                         .ease = 7000,
                                         .low = 2000,
                                         .high = 8000,
                                         .is_chosen = i == 4};
    drawing = draw_quadrant(points, 6);
    for (i = 0; i < drawing->lines.count; i++) {
        const struct shape *line = &drawing->lines.at[i];

        if (line->x == line->width && abs(line->height - line->y) == 3600 * 6 / 10 && found < 8)
            x[found++] = line->x;
    }
    assert_int_equal(found, 4); /* of the first three and the chosen one */
    for (i = 1; i < found; i++)
        assert_true(x[i] >= x[i - 1] + 70);
    /* and none goes through another point */
    assert_true(x[0] > drawing->circles.at[0].x + drawing->circles.at[0].width);
    free(drawing);
}

/* ---- five points ---- */

/* What is drawn of one score, its place in the row taken out: all five are the same. */
static void draw_score(struct text *svg, const struct score *score)
{
    struct score scores[SCORECARD_PARAMETERS];
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++)
        scores[i] = *score;
    text_init(svg, LIMIT);
    chart_scores(svg, &chart, scores);
    assert_int_equal(svg->broken, 0);
}

static void no_points_are_not_nothing(void **state)
{
    static const struct {
        struct score score;
        const char *mark; /* below it */
        size_t frames, dashed, lines;
    } cases[] = {{{.state = SCORE_GIVEN, .points = 0}, "0", 1, 0, 1},
                 {{.state = SCORE_OPEN}, "–", 1, 1, 0},
                 {{.state = SCORE_NOT_RELEVANT}, "i.r.", 0, 0, 2},
                 {{.state = SCORE_GIVEN, .is_worsened = true}, "0", 1, 0, 1}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct drawing *drawing;
        struct text svg;

        draw_score(&svg, &cases[i].score);
        assert_int_equal(occurrences(text_string(&svg), "<rect "), 5 * cases[i].frames);
        assert_int_equal(occurrences(text_string(&svg), "stroke-dasharray"), 5 * cases[i].dashed);
        assert_int_equal(occurrences(text_string(&svg), "z\" fill"),
                         cases[i].score.is_worsened ? 5 : 0);
        drawing = drawing_read(&svg);
        assert_int_equal(drawing->lines.count, 5 * cases[i].lines);
        (void)drawing_the_text(drawing, cases[i].mark);
        free(drawing);
    }
}

/* ---- over time ---- */

enum { DAYS = 4, DAY_FIRST = 20454 };
static const int32_t STEPS[DAYS] = {0, 90, 180, 211};

static struct drawing *draw_history(struct scorecard_point points[static DAYS])
{
    struct text svg;
    size_t i;

    for (i = 0; i < DAYS; i++)
        points[i].day = DAY_FIRST + STEPS[i];
    text_init(&svg, LIMIT);
    chart_history(&svg, &chart, points, DAYS);
    return drawing_read(&svg);
}

static void points_over_time_stand_at_their_days(void **state)
{
    struct scorecard_point points[DAYS] = {{0}};
    struct drawing *drawing;
    const struct shape *circle;
    size_t ticks = 0;
    size_t i;
    size_t j;

    (void)state;
    for (i = 0; i < DAYS; i++)
        points[i].scores[0] =
            (struct score){.state = SCORE_GIVEN, .points = (int)i, .is_overdue = i == 3};
    drawing = draw_history(points);
    circle = drawing->circles.at;
    for (i = 0; i < DAYS; i++) {
        int far = circle[3].x - circle[0].x;

        assert_in_range(circle[i].x - circle[0].x + 1, far * STEPS[i] / STEPS[3],
                        far * STEPS[i] / STEPS[3] + 2);
        assert_string_equal(circle[i].colour, i == 3 ? "#8a929d" : "#123a63");
        if (i > 0)
            assert_true(circle[i].y < circle[i - 1].y);
        /* a mark below each, at its day */
        for (j = 0; j < drawing->lines.count; j++) {
            const struct shape *line = &drawing->lines.at[j];

            ticks += line->x == circle[i].x && line->width == line->x && line->y >= circle[0].y;
        }
    }
    assert_int_equal(ticks, DAYS);
    (void)drawing_the_text(drawing, language_day_short(LANGUAGE_DANISH, DAY_FIRST).text);
    (void)drawing_the_text(drawing, language_day_short(LANGUAGE_DANISH, DAY_FIRST + STEPS[3]).text);
    free(drawing);
}

/* What is not relevant or not known is said in words, and nothing is drawn that could be a score. */
static void empty_frames_say_why(void **state)
{
    struct scorecard_point points[DAYS] = {{0}};
    struct drawing *drawing;
    size_t i;

    (void)state;
    for (i = 0; i < DAYS; i++) {
        points[i].scores[0] = (struct score){.state = SCORE_GIVEN, .points = (int)i};
        points[i].scores[4].state = SCORE_NOT_RELEVANT;
    }
    drawing = draw_history(points);
    assert_int_equal(drawing->circles.count, DAYS);
    (void)drawing_the_text(drawing, "Ikke relevant");
    (void)drawing_the_text(drawing, "Ikke vurderet");
    for (i = 0; i < drawing->lines.count; i++) {
        const struct shape *line = &drawing->lines.at[i];

        /* short lines across stand nowhere */
        assert_true(line->y != line->height || abs(line->width - line->x) > 200);
    }
    free(drawing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_disputed_part_is_hatched),
        cmocka_unit_test(the_axis_goes_as_far_as_the_longest_bar),
        cmocka_unit_test(an_interval_without_width_is_one_mark),
        cmocka_unit_test(no_column_is_higher_than_the_axis),
        cmocka_unit_test(columns_have_their_numbers),
        cmocka_unit_test(of_many_columns_the_highest_and_the_last_have_numbers),
        cmocka_unit_test(points_lie_where_their_values_are),
        cmocka_unit_test(numbers_give_way_and_points_do_not),
        cmocka_unit_test(intervals_of_the_same_ease_stand_side_by_side),
        cmocka_unit_test(no_points_are_not_nothing),
        cmocka_unit_test(points_over_time_stand_at_their_days),
        cmocka_unit_test(empty_frames_say_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
