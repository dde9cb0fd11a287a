#include "sample_document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "sample_charts.h"
#include "scorecards/report/document.h"

enum { DAY_2026_01_31 = 20484, MONTH_2025_04 = 2025 * 12 + 3, SVG_LIMIT = 1 << 20 };

static void put_summary(struct document *document)
{
    document_section(document, "summary", 1, "Sammenfatning");
    document_message(document, "Robotterne sparede 883 timer på ni måneder – 301.894 kr.");
    document_paragraph(document, BLOCK_LEAD,
                       "Fra april til december 2025 løste 21 robotter 23.435 opgaver. Det svarer "
                       "til 883 timer og 301.894 kr.");
    document_paragraph(document, BLOCK_PARAGRAPH,
                       "Dagtilbud & Skole er længst fra sit måltal: 52.474 kr. ventes af 224.000 "
                       "kr. Det er næppe muligt at nå med de robotter, der er i drift.");
    document_paragraph(document, BLOCK_WARNING,
                       "To robotter mangler et underskrevet minuttal. Deres 1.204 opgaver er "
                       "utalte og tæller 0 kr.");
    document_paragraph(document, BLOCK_LIST_ITEM, "Flere opgaver: +41.200 kr.");
    document_paragraph(document, BLOCK_LIST_ITEM,
                       "Lavere minuttal efter en ny måling: −52.100 kr.");
    document_paragraph(document, BLOCK_LIST_ITEM,
                       "Specialundervisningsvejlederuddannelsesgodkendelsesproceduren er ny.");
}

static void put_departments(struct document *document)
{
    static const struct document_column columns[] = {
        {.id = "department", .heading = "Afdeling", .kind = KIND_TEXT},
        {.id = "tasks", .heading = "Opgaver", .kind = KIND_COUNT},
        {.id = "uncounted", .heading = "Utalte", .kind = KIND_COUNT},
        {.id = "hours", .heading = "Timer", .kind = KIND_HOURS, .digits = 1},
        {.id = "kroner", .heading = "Besparelse", .kind = KIND_KRONER},
        {.id = "percent", .heading = "Af måltallet", .kind = KIND_PERCENT}};
    static const struct {
        const char *id, *name;
        int64_t tasks, uncounted, hours, kroner, percent;
    } rows[] = {{"bae", "Borger, Arbejdsmarked & Erhverv", 5875, 0, 3362, 114987, 314},
                {"bf", "Børn & Familie", 435, 12, 310, 10593, 25},
                {"ds", "Dagtilbud & Skole", 149, 1192, 464, 15855, 23},
                {"kb", "Kommunalbestyrelsen", 0, 0, 0, 0, -1},
                {"kfe", "Kultur, Fritid & Ejendomme", 147, 0, 74, 2514, 5},
                {"aess", "Ældre, Sundhed & Social", 3512, 0, 1756, 60067, 114},
                {"oes", "Økonomi & Stab", 9377, 0, 2205, 75415, 219},
                {"tvaergaaende", "Tværgående", 3940, 0, 657, 22463, -1}};
    struct document_table *table =
        document_table(document, "departments", "Besparelse pr. afdeling", columns,
                       sizeof columns / sizeof columns[0]);
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        document_row(table, rows[i].id, i == 3 ? ROW_WEAK : ROW_PLAIN);
        document_cell_text(table, rows[i].name);
        document_cell_number(table, rows[i].tasks);
        document_cell_number_beside(table, rows[i].uncounted,
                                    rows[i].uncounted > 1000 ? "mangler underskrift" : NULL,
                                    rows[i].uncounted > 0);
        document_cell_number(table, rows[i].hours);
        document_cell_number(table, rows[i].kroner);
        if (rows[i].percent >= 0)
            document_cell_number(table, rows[i].percent);
        else
            document_cell_none(table, i == 3 ? "intet måltal" : NULL);
    }
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, "I alt");
    document_cell_number(table, 23435);
    document_cell_number(table, 1204);
    document_cell_number(table, 8828);
    document_cell_number(table, 301894);
    document_note(table, "Utalte opgaver er løst uden et underskrevet minuttal og tæller 0 kr.");
}

/* A small table behind a chart. */
static void put_figure(struct document *document, const char *id, const char *title, size_t chart)
{
    static const struct document_column columns[] = {
        {.id = "name", .heading = "Række", .kind = KIND_TEXT},
        {.id = "month", .heading = "Måned", .kind = KIND_MONTH},
        {.id = "kroner", .heading = "Beløb", .kind = KIND_KRONER}};
    struct document_table *table = document_table(document, id, title, columns, 3);
    struct text svg;
    int i;

    for (i = 0; i < 4; i++) {
        char row[16];

        (void)snprintf(row, sizeof row, "row-%d", i);
        document_row(table, row, ROW_PLAIN);
        document_cell_text(table, row);
        document_cell_number(table, MONTH_2025_04 + i);
        document_cell_number(table, 1000 * i - 500);
    }
    text_init(&svg, SVG_LIMIT);
    sample_chart(&svg, chart, document->language);
    document_figure(table, title, text_string(&svg));
    text_release(&svg);
}

/* The sample of that name. */
static size_t chart_named(const char *name)
{
    size_t i;

    for (i = 0; i < sample_charts() && strcmp(sample_chart_name(i), name) != 0; i++)
        ;
    return i;
}

static void put_figures(struct document *document)
{
    document_section(document, "changes", 1, "Hvad har ændret sig");
    document_begins_page(document);
    document_message(document, "Besparelsen steg 16.016 kr.: flere opgaver vejede tungere end de "
                               "lavere minuttal.");
    document_paragraph(document, BLOCK_PARAGRAPH,
                       "Perioden holdes op mod de samme måneder året før.");
    put_figure(document, "changes-figure", "Flere opgaver løftede besparelsen med 41.200 kr.",
               chart_named("steps-usual"));
    document_section(document, "forecast", 1, "Prognose mod måltal");
    document_message(document, "Dagtilbud & Skole mangler 171.526 kr. – mest af alle.");
    put_figure(document, "forecast-figure", "Fire af ni afdelinger ventes at nå deres måltal",
               chart_named("bars-usual"));
    document_section(document, "months", 1, "Besparelse pr. måned");
    document_message(document, "December var den bedste måned.");
    put_figure(document, "months-figure", "Besparelsen svinger mest i Økonomi & Stab",
               chart_named("months-usual"));
    document_section(document, "backlog", 1, "Idéer");
    document_message(document, "Byg idé 8 som den næste.");
    put_figure(document, "backlog-figure", "Idé 8 giver mest for indsatsen",
               chart_named("quadrant-usual"));
}

static void put_robots(struct document *document)
{
    static const struct document_column columns[] = {
        {.id = "robot", .heading = "Robot", .kind = KIND_TEXT},
        {.id = "scores", .heading = "De fem gevinster", .kind = KIND_TEXT},
        {.id = "saving", .heading = "Besparelse", .kind = KIND_POINTS},
        {.id = "time", .heading = "Tid", .kind = KIND_POINTS},
        {.id = "estimate", .heading = "Minuttal", .kind = KIND_MINUTES, .digits = 2},
        {.id = "signed", .heading = "Underskrevet", .kind = KIND_DAY},
        {.id = "state", .heading = "Status", .kind = KIND_TEXT}};
    static const char *const names[] = {"Franco Fakturatjek (Momentum)", "Slette Jette",
                                        "Ulla Uddannelsesstatistik", "Hjalte Hjælpemiddel"};
    struct document_table *table;
    size_t i;

    document_section(document, "robots", 1, "Robotter");
    document_begins_page(document);
    document_message(document, "Alle robotter har mere end kroner at byde på.");
    table = document_table(document, "robots-table", "Robotternes scorecards", columns,
                           sizeof columns / sizeof columns[0]);
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        char id[24];
        char chart[48];
        struct text svg;

        (void)snprintf(id, sizeof id, "robot-%zu", i);
        (void)snprintf(chart, sizeof chart, "scores-%zu", i);
        document_row(table, id, i == 2 ? ROW_WEAK : ROW_PLAIN);
        document_cell_link(table, names[i], i == 0 ? "franco" : "nowhere");
        text_init(&svg, SVG_LIMIT);
        sample_scores(&svg, chart, document->language, i);
        document_cell_chart(table, "besparelse 4, tid 3, kvalitet ikke vurderet",
                            text_string(&svg));
        text_release(&svg);
        document_cell_number(table, (int64_t)i);
        document_cell_number_beside(table, 3, "forældet", true);
        document_cell_number(table, 350);
        document_cell_number(table, DAY_2026_01_31 - (int32_t)i);
        document_cell_text(
            table, i == 0 ? "Tabellen viser kun de måneder, hvor robotten var i drift" : "i drift");
    }
    document_section(document, "franco", 2, "Franco Fakturatjek (Momentum)");
    document_begins_page(document);
    document_message(document, "Franco frigiver 100 timer om året.");
    put_figure(document, "franco-history", "Fire af fem gevinster er vokset",
               chart_named("history-usual"));
}

static void put_wide(struct document *document)
{
    struct document_column columns[DOCUMENT_COLUMNS_MAX] = {
        {.id = "robot", .heading = "Robot", .kind = KIND_TEXT}};
    char ids[DOCUMENT_COLUMNS_MAX][16];
    char heads[DOCUMENT_COLUMNS_MAX][16];
    struct document_table *table;
    int i;
    int j;

    for (i = 1; i < DOCUMENT_COLUMNS_MAX; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "m%d", i);
        (void)snprintf(heads[i], sizeof heads[i], "%d. måned", i);
        columns[i] = (struct document_column){ids[i], heads[i], KIND_COUNT, 0, false};
    }
    document_section(document, "wide", 1, "Opgaver pr. måned");
    table = document_table(document, "wide-table", "Opgaver pr. robot og måned", columns,
                           DOCUMENT_COLUMNS_MAX);
    for (i = 0; i < 30; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "r%d", i);
        document_row(table, id, ROW_PLAIN);
        document_cell_text(table, i % 2 == 0 ? "Hjalte Hjælpemiddelbevillingsrobot" : "Mona");
        for (j = 1; j < DOCUMENT_COLUMNS_MAX; j++)
            document_cell_number(table, (int64_t)i * j * j * 97);
    }
}

static void put_definitions(struct document *document)
{
    document_section(document, "definitions", 1, "Ord og regler");
    document_message(document, "Et tal kan altid åbnes ned til den enkelte opgave.");
    document_term(document, "Minuttal",
                  "De minutter, en medarbejder ville have brugt på én opgave; forsigtigt sat af "
                  "procesejeren og underskrevet af afdelingslederen.");
    document_term(document, "Årsværk", "1.924 timer (37 × 52).");
    document_paragraph(document, BLOCK_PARAGRAPH, "Alle beløb er i hele kroner.");
}

void sample_document(struct document *ret_document, enum language language)
{
    document_init(ret_document, language);
    document_head(
        ret_document, "Robotternes gevinster", "April-december 2025", "DEMO – alle tal er opfundne",
        "Lavet den 31. januar 2026 af Prøve Prøvesen af data til og med 31. december 2025");
    document_other_language(ret_document, "rapport-en.html");
    put_summary(ret_document);
    put_figures(ret_document);
    document_section(ret_document, "savings", 1, "Besparelser");
    document_message(ret_document, "Borger, Arbejdsmarked & Erhverv sparer mest.");
    put_departments(ret_document);
    put_robots(ret_document);
    put_wide(ret_document);
    put_definitions(ret_document);
}
