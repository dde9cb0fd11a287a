#include "sample_charts.h"

#include <stdint.h>
#include <stdio.h>

#include "core/base/text.h"
#include "scorecards/report/chart.h"

enum { DAY_2026_01_01 = 20454, MONTH_2024_04 = 2024 * 12 + 3 };

static struct chart chart_of(const char *id, enum language language)
{
    struct chart chart = {.language = language,
                          .id = id,
                          .title = "Prognose 2026 mod måltal, pr. afdeling",
                          .description = "Dagtilbud & Skole mangler mest: 171.526 kr. af 224.000.",
                          .unit = "kr."};

    return chart;
}

static const struct chart_bar usual_bars[] = {
    {.label = "Borger, Arbejdsmarked & Erhverv",
     .value = 75347,
     .has_target = true,
     .has_interval = true,
     .target = 24000,
     .low = 61000,
     .high = 90100},
    {.label = "Børn & Familie",
     .value = 10878,
     .has_target = true,
     .has_interval = true,
     .target = 43000,
     .low = 8200,
     .high = 13900},
    {.label = "Dagtilbud & Skole",
     .value = 52474,
     .has_target = true,
     .has_interval = true,
     .target = 224000,
     .low = 40000,
     .high = 70000,
     .part = 17000},
    {.label = "Kommunalbestyrelsen", .value = 0, .has_target = true, .target = 2000},
    {.label = "Kultur, Fritid & Ejendomme", .value = 1231, .has_target = true, .target = 25000},
    {.label = "Miljø & Teknik", .value = 0, .has_target = true, .target = 35000},
    {.label = "Puljer", .value = 0, .has_target = true, .target = 8000},
    {.label = "Ældre, Sundhed & Social",
     .value = 136691,
     .has_target = true,
     .has_interval = true,
     .target = 120000,
     .low = 110000,
     .high = 160000},
    {.label = "Økonomi & Stab", .value = 43853, .has_target = true, .target = 20000},
    {.label = "Tværgående", .value = 22463},
};

static void bars_usual(struct text *target, const struct chart *chart)
{
    chart_bars(target, chart, usual_bars, sizeof usual_bars / sizeof usual_bars[0]);
}

static void bars_negative(struct text *target, const struct chart *chart)
{
    static const struct chart_bar bars[] = {
        {.label = "Slette Jette",
         .value = -12500,
         .has_interval = true,
         .low = -14000,
         .high = -9000},
        {.label = "Franco Fakturatjek (Momentum)",
         .value = 30300,
         .has_target = true,
         .target = -5000},
        {.label = "Ulla Uddannelsesstatistik", .value = -3, .part = -3}};

    chart_bars(target, chart, bars, 3);
}

static void bars_zero(struct text *target, const struct chart *chart)
{
    static const struct chart_bar bars[] = {{.label = "Puljer"}, {.label = "Miljø & Teknik"}};

    chart_bars(target, chart, bars, 2);
}

static void bars_one(struct text *target, const struct chart *chart)
{
    static const struct chart_bar bar = {
        .label = "Socialpædagogiskefterværnskoordineringsafdelingen for Unge under Uddannelse",
        .value = 7};

    chart_bars(target, chart, &bar, 1);
}

static void bars_none(struct text *target, const struct chart *chart)
{
    chart_bars(target, chart, NULL, 0);
}

static void bars_many(struct text *target, const struct chart *chart)
{
    struct chart_bar bars[25] = {{0}};
    char labels[25][80];
    int i;

    for (i = 0; i < 25; i++) {
        (void)snprintf(labels[i], sizeof labels[i], "Robot nr. %d til %s", i + 1,
                       i % 3 == 0 ? "hjælpemiddelbevillinger og visitationsafgørelser" : "bilag");
        bars[i].label = labels[i];
        bars[i].value = (int64_t)(i * i % 17) * 4321;
        bars[i].part = i % 7 == 3 ? bars[i].value / 3 : 0;
    }
    chart_bars(target, chart, bars, 25);
}

static void bars_huge(struct text *target, const struct chart *chart)
{
    static const struct chart_bar bars[] = {
        {.label = "Størst af alle afdelinger",
         .value = INT64_MAX,
         .has_target = true,
         .target = INT64_MAX - 1,
         .has_interval = true,
         .low = 1,
         .high = INT64_MAX},
        {.label = "Mindst", .value = INT64_MIN, .has_target = true, .target = INT64_MIN},
        {.label = "Én krone", .value = 1}};

    chart_bars(target, chart, bars, 3);
}

static void put_months(struct text *target, const struct chart *chart, size_t count, size_t series,
                       int64_t factor)
{
    int64_t values[CHART_SERIES_MAX][120];
    struct chart_months months = {.first_month = MONTH_2024_04,
                                  .month_count = count,
                                  .names = {"Borger & Arbejdsmarked", "Ældre, Sundhed & Social",
                                            "Økonomi & Stab", "Tværgående og øvrige afdelinger"},
                                  .series = series};
    size_t i;
    size_t j;

    for (i = 0; i < series; i++) {
        for (j = 0; j < count; j++)
            values[i][j] = (int64_t)((j * 7 + i * 5) % 11) * factor;
        months.values[i] = values[i];
    }
    chart_months(target, chart, &months);
}

static void months_usual(struct text *target, const struct chart *chart)
{
    put_months(target, chart, 24, 4, 1234);
}

static void months_sixty(struct text *target, const struct chart *chart)
{
    put_months(target, chart, 60, 3, 77);
}

static void months_hundred_and_twenty(struct text *target, const struct chart *chart)
{
    put_months(target, chart, 120, 2, 800);
}

static void months_one(struct text *target, const struct chart *chart)
{
    put_months(target, chart, 1, 4, 100);
}

static void months_zero(struct text *target, const struct chart *chart)
{
    put_months(target, chart, 9, 1, 0);
}

static void months_none(struct text *target, const struct chart *chart)
{
    put_months(target, chart, 0, 0, 0);
}

static void months_huge(struct text *target, const struct chart *chart)
{
    put_months(target, chart, 13, 4, INT64_MAX / 11);
}

static void steps_usual(struct text *target, const struct chart *chart)
{
    static const struct chart_step steps[] = {{"Flere opgaver", 41200},
                                              {"Nye robotter", 18350},
                                              {"Lavere minuttal efter ny måling", -52100},
                                              {"Ny timesats", 9800},
                                              {"Omstridte opgaver, der er taget ud", -1234},
                                              {"Lukkede robotter", 0}};

    chart_steps(target, chart,
                &(struct chart_change){"April-december 2024", "April-december 2025", 285878, 301894,
                                       steps, 6});
}

static void steps_below_zero(struct text *target, const struct chart *chart)
{
    static const struct chart_step steps[] = {{"Udgifter til drift", -90000}, {"Gevinster", 30000}};

    chart_steps(target, chart, &(struct chart_change){"Før", "Efter", 20000, -40000, steps, 2});
}

static void steps_huge(struct text *target, const struct chart *chart)
{
    static const struct chart_step steps[] = {{"Op", INT64_MAX}, {"Og ned", INT64_MIN}};

    chart_steps(target, chart,
                &(struct chart_change){"Før", "Efter", INT64_MAX, INT64_MAX - 1, steps, 2});
}

static void steps_none(struct text *target, const struct chart *chart)
{
    chart_steps(target, chart,
                &(struct chart_change){.before_label = "Før", .after_label = "Efter"});
}

static void quadrant_usual(struct text *target, const struct chart *chart)
{
    struct chart_point points[22];
    int i;

    for (i = 0; i < 22; i++)
        points[i] = (struct chart_point){.number = i + 1,
                                         .benefit = (i * 3700 + 900) % 9000 + 400,
                                         .ease = (i * 5300 + 2100) % 8800 + 600,
                                         .low = i % 4 == 0 ? (i * 3700 + 900) % 9000 - 500 : -1,
                                         .high = (i * 3700 + 900) % 9000 + 1400,
                                         .is_chosen = i == 7,
                                         .is_begun = i % 5 == 3};
    chart_quadrant(target, chart, points, 22);
}

static void quadrant_together(struct text *target, const struct chart *chart)
{
    struct chart_point points[15];
    int i;

    for (i = 0; i < 15; i++)
        points[i] = (struct chart_point){
            .number = 90 + i, .benefit = i < 9 ? 6000 : 10000, .ease = i < 9 ? 7000 : 0, .low = -1};
    points[0].is_chosen = true;
    chart_quadrant(target, chart, points, 15);
}

static void quadrant_none(struct text *target, const struct chart *chart)
{
    chart_quadrant(target, chart, NULL, 0);
}

static void scores_mixed(struct text *target, const struct chart *chart)
{
    static const struct score scores[SCORECARD_PARAMETERS] = {
        {.state = SCORE_GIVEN, .points = 4},
        {.state = SCORE_GIVEN, .points = 3, .is_overdue = true},
        {.state = SCORE_OPEN},
        {.state = SCORE_NOT_RELEVANT},
        {.state = SCORE_GIVEN, .is_worsened = true}};

    chart_scores(target, chart, scores);
}

static void scores_ends(struct text *target, const struct chart *chart)
{
    static const struct score scores[SCORECARD_PARAMETERS] = {
        {.state = SCORE_GIVEN, .points = 0},
        {.state = SCORE_GIVEN, .points = 5},
        {.state = SCORE_GIVEN, .points = 1},
        {.state = SCORE_GIVEN, .points = 0, .is_overdue = true},
        {.state = SCORE_GIVEN, .points = 5, .is_overdue = true}};

    chart_scores(target, chart, scores);
}

static void put_history(struct text *target, const struct chart *chart, size_t count)
{
    struct scorecard_point points[SCORECARD_POINTS_MAX] = {{0}};
    size_t i;
    int j;

    for (i = 0; i < count; i++) {
        points[i].day = DAY_2026_01_01 - 91 * (int32_t)(count - 1 - i);
        for (j = 0; j < SCORECARD_PARAMETERS; j++) {
            struct score *score = &points[i].scores[j];

            score->state = j == 3 && i < count / 2 ? SCORE_OPEN
                           : j == 4 && i % 3 == 0  ? SCORE_NOT_RELEVANT
                                                   : SCORE_GIVEN;
            score->points = (int)(i * (size_t)(j + 1) / 2 % 6);
            score->is_worsened = j == 2 && score->points == 0;
            score->is_overdue = j == 1 && i + 2 >= count;
        }
    }
    chart_history(target, chart, points, count);
}

static void history_usual(struct text *target, const struct chart *chart)
{
    put_history(target, chart, 9);
}

static void history_long(struct text *target, const struct chart *chart)
{
    put_history(target, chart, SCORECARD_POINTS_MAX);
}

static void history_one(struct text *target, const struct chart *chart)
{
    put_history(target, chart, 1);
}

static void history_empty(struct text *target, const struct chart *chart)
{
    struct scorecard_point points[] = {{.day = DAY_2026_01_01 - 92}, {.day = DAY_2026_01_01}};
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++)
        points[1].scores[i].state = i % 2 == 0 ? SCORE_OPEN : SCORE_NOT_RELEVANT;
    chart_history(target, chart, points, 2);
}

static void history_none(struct text *target, const struct chart *chart)
{
    put_history(target, chart, 0);
}

static const struct {
    const char *name;
    void (*draw)(struct text *target, const struct chart *chart);
} samples[] = {
    {"bars-usual", bars_usual},         {"bars-negative", bars_negative},
    {"bars-zero", bars_zero},           {"bars-one", bars_one},
    {"bars-none", bars_none},           {"bars-many", bars_many},
    {"bars-huge", bars_huge},           {"months-usual", months_usual},
    {"months-sixty", months_sixty},     {"months-hundred-and-twenty", months_hundred_and_twenty},
    {"months-one", months_one},         {"months-zero", months_zero},
    {"months-none", months_none},       {"months-huge", months_huge},
    {"steps-usual", steps_usual},       {"steps-below-zero", steps_below_zero},
    {"steps-huge", steps_huge},         {"steps-none", steps_none},
    {"quadrant-usual", quadrant_usual}, {"quadrant-together", quadrant_together},
    {"quadrant-none", quadrant_none},   {"scores-mixed", scores_mixed},
    {"scores-ends", scores_ends},       {"history-usual", history_usual},
    {"history-long", history_long},     {"history-one", history_one},
    {"history-empty", history_empty},   {"history-none", history_none}};

size_t sample_charts(void)
{
    return sizeof samples / sizeof samples[0];
}

const char *sample_chart_name(size_t chart)
{
    return samples[chart].name;
}

void sample_chart(struct text *target, size_t chart, enum language language)
{
    struct chart drawn = chart_of(samples[chart].name, language);

    samples[chart].draw(target, &drawn);
}

void sample_scores(struct text *target, const char *id, enum language language, size_t which)
{
    struct chart drawn = chart_of(id, language);

    if (which % 2 == 0)
        scores_mixed(target, &drawn);
    else
        scores_ends(target, &drawn);
}
