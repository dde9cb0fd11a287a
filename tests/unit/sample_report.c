#include "sample_report.h"

#include <stdio.h>

#include "core/base/clock.h"

const char *const SAMPLE_FORMULAS[] = {
    "=1+1",
    "=cmd|'/c calc'!A0",
    "+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "'=1+1",
    "''=1+1",
    "{=1+1}",
    " =1+1",
    "=HYPERLINK(\"http://127.0.0.1/\",\"her\")",
    "=\"\"",
    "-",
    "a\n=1+1",
    "a,=1+1",
    "a;=1+1",
    "a\t=1+1",
    "a\";\"=1+1",
    "a\r\n=1+1",
    "internal:'Ark'!A1",
    "http://127.0.0.1/",
    "mailto:somebody",
    "[en]:*?/\\tabel",
    "'",
    "<b>&amp;</b>",
    "1e5",
    "2026-01-01",
    "TRUE",
    "#REF!",
};
const size_t SAMPLE_FORMULA_COUNT = sizeof SAMPLE_FORMULAS / sizeof SAMPLE_FORMULAS[0];

static const struct document_column DEPARTMENTS[] = {
    {.id = "name", .heading = "Afdeling", .kind = KIND_TEXT},
    {.id = "tasks", .heading = "Opgaver", .kind = KIND_COUNT},
    {.id = "kroner", .heading = "Besparelse", .kind = KIND_KRONER},
    {.id = "hours", .heading = "Timer", .kind = KIND_HOURS, .digits = 1},
    {.id = "minutes", .heading = "Minutter", .kind = KIND_MINUTES, .digits = 2},
    {.id = "percent", .heading = "Af måltal", .kind = KIND_PERCENT, .digits = 1},
    {.id = "points", .heading = "Point", .kind = KIND_POINTS},
    {.id = "day", .heading = "Fra", .kind = KIND_DAY},
    {.id = "month", .heading = "Måned", .kind = KIND_MONTH},
    {.id = "mark", .heading = "Mærke", .kind = KIND_TEXT, .is_narrow = true},
};

static void put_departments(struct document *document)
{
    struct document_table *table =
        document_table(document, "departments", "Afdelinger", DEPARTMENTS,
                       sizeof DEPARTMENTS / sizeof DEPARTMENTS[0]);

    document_row(table, "aeroe", ROW_PLAIN);
    document_cell_link(table, "Ærø & Omegn", "by-month");
    document_cell_number(table, 5875);
    document_cell_number(table, 114987);
    document_cell_number(table, 3361);
    document_cell_number(table, 2016900);
    document_cell_number(table, 1125);
    document_cell_number_beside(table, 5, NULL, true);
    document_cell_number(table, clock_day(2025, 4, 1));
    document_cell_number(table, 2025 * 12 + 3);
    document_cell_text(table, "ja");
    document_row(table, "oesten", ROW_WEAK);
    document_cell_text(table, "Østen");
    document_cell_number_beside(table, -3, "2 omstridte", true);
    document_cell_number(table, -2514);
    document_cell_number(table, -5);
    document_cell_number(table, 1);
    document_cell_none(table, "intet mål");
    document_cell_none(table, NULL);
    document_cell_number(table, clock_day(2026, 12, 31));
    document_cell_number(table, 2026 * 12 + 11);
    document_cell_none(table, "ikke spurgt");
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, "I alt");
    document_cell_number(table, 5872);
    document_cell_number(table, 112473);
    document_note(table, "Rækkerne summer til totalen.");
}

static void put_months(struct document *document)
{
    static const struct document_column columns[] = {
        {.id = "month", .heading = "Måned", .kind = KIND_MONTH},
        {.id = "kroner", .heading = "Kroner", .kind = KIND_KRONER},
    };
    struct document_table *table =
        document_table(document, "months", "Besparelse efter måned", columns, 2);
    int i;

    for (i = 0; i < 12; i++) {
        char id[CLOCK_MONTH_TEXT];

        clock_format_month(2025 * 12 + i, id);
        document_row(table, id, ROW_PLAIN);
        document_cell_number(table, 2025 * 12 + i);
        document_cell_number(table, 1000 * i);
    }
    document_figure(table, "Besparelsen stiger hver måned",
                    "<svg role=\"img\" viewBox=\"0 0 10 10\"><title>t</title></svg>");
}

void sample_report(struct document *document, enum language language)
{
    document_init(document, language);
    document_head(document, "Robotternes gevinster", "1. januar 2025 – 31. december 2025",
                  "DEMO – tallene er opdigtede",
                  "Lavet den 1. februar 2026 af data til og med i går");
    document_section(document, "savings", 1, "Besparelser");
    document_message(document, "Robotterne sparede 883 timer.");
    document_paragraph(document, BLOCK_LEAD, "Robotterne sparede 883 timer.");
    document_paragraph(document, BLOCK_WARNING, "To opgaver er omstridte.");
    put_departments(document);
    document_section(document, "by-month", 2, "Efter måned");
    document_begins_page(document);
    put_months(document);
    document_section(document, "definitions", 1, "Definitioner");
    document_term(document, "Opgave", "En enhed arbejde, som en robot har gjort færdig.");
    document_term(document, "Årsværk", "1.924 timer.");
    (void)document_table(document, "empty", "Ingen rækker", DEPARTMENTS, 3);
}

static void put_hostile(struct document *document, size_t number, const char *text)
{
    char id[32];
    struct document_column columns[] = {
        {.id = "name", .heading = text, .kind = KIND_TEXT},
        {.id = "number", .heading = text, .kind = KIND_COUNT},
        {.id = "words", .heading = text, .kind = KIND_TEXT},
    };
    struct document_table *table;

    (void)snprintf(id, sizeof id, "section-%zu", number);
    document_section(document, id, 1, text);
    document_message(document, text);
    document_paragraph(document, BLOCK_PARAGRAPH, text);
    document_term(document, text, text);
    (void)snprintf(id, sizeof id, "table-%zu", number);
    table = document_table(document, id, text, columns, 3);
    document_row(table, "row", ROW_PLAIN);
    document_cell_text(table, text);
    document_cell_number_beside(table, -1, text, true);
    document_cell_link(table, text, "section-0");
    document_row(table, "none", ROW_TOTAL);
    document_cell_text(table, text);
    document_cell_none(table, text);
    document_cell_none(table, text);
    document_note(table, text);
}

void sample_hostile_report(struct document *document, enum language language)
{
    size_t i;

    document_init(document, language);
    document_head(document, SAMPLE_FORMULAS[0], SAMPLE_FORMULAS[1], SAMPLE_FORMULAS[2],
                  SAMPLE_FORMULAS[4]);
    for (i = 0; i < SAMPLE_FORMULA_COUNT; i++)
        put_hostile(document, i, SAMPLE_FORMULAS[i]);
}
