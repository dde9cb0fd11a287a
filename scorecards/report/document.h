/*
 * document.h - a report before it has a format: sections of paragraphs, tables and figures.
 *
 * Content (report_*.c) writes it once, in one language; renderers (html.h, xlsx.h, tidy_csv.h) read it. A number is
 * kept as a number, so that no format can show another one than the next.
 *
 *   section = document_section(document, "savings", 1, "Besparelser");
 *   document_message(document, "Robotterne sparede 883 timer.");     its one message, for the screen variant
 *   table = document_table(document, "departments", "Afdelinger", columns, count);
 *   document_row(table, "bae", ROW_PLAIN);
 *   document_cell_text(table, "Borger & Arbejdsmarked");
 *   document_cell_number(table, 114987);
 *
 * Every function takes a document that is broken and then does nothing: document_result() says so once, at
 * the end (-ENOMEM, -E2BIG beyond DOCUMENT_BYTES_MAX; -EEXIST an id twice, -EINVAL what does not fit together: a
 * text that is missing, a cell too many, a number in a column of texts). Texts are copied; they are UTF-8, not markup.
 * A document stays where it was initialised: its tables point to it.
 * ids are slugs, unique in the document (tables and sections among themselves), the same in both languages.
 *
 * Threads: a document belongs to one thread.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_DOCUMENT_H
#define AUTOMAGI_SCORECARDS_REPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/language.h"

struct fault;
struct text;

enum { DOCUMENT_BYTES_MAX = 64 << 20, DOCUMENT_COLUMNS_MAX = 24 };

/* What a column's numbers are; `digits` of the column are their decimals. */
enum column_kind {
    KIND_TEXT,
    KIND_COUNT,   /* tasks, robots; with digits: tasks a month */
    KIND_KRONER,  /* whole kroner */
    KIND_HOURS,   /* number × 10^digits hours */
    KIND_MINUTES, /* number × 10^digits minutes */
    KIND_PERCENT,
    KIND_POINTS, /* a score 0-5 */
    KIND_DAY,    /* days since 1970-01-01 */
    KIND_MONTH   /* year × 12 + month - 1 */
};
struct document_column {
    const char *id;
    const char *heading;
    enum column_kind kind;
    unsigned digits;
    bool is_narrow; /* of text: a word or a mark, not wrapped */
};

enum cell_state {
    CELL_TEXT,
    CELL_NUMBER,
    CELL_NONE /* there is no number; text says why in a few words ("intet mål"), "" shows – */
};
struct document_cell {
    enum cell_state state;
    int64_t number;
    const char *text; /* of a number: what is said beside it, or NULL */
    const char *link; /* id of a section this leads to, or NULL */
    bool is_weak;     /* greyed: overdue, uncertain; the text beside it says why */
    /* Of text: a small chart of what the text says (chart.h), shown instead of it where charts can be; or NULL. */
    const char *svg;
};

enum row_kind { ROW_PLAIN, ROW_TOTAL, ROW_WEAK /* greyed */ };
struct document_row {
    const char *id;
    enum row_kind kind;
    struct document_cell *cells; /* as many as there are columns; those not set are CELL_NONE */
};

struct document_table {
    struct document *document;
    const char *id, *title;
    const char *note;                /* below it, or NULL */
    struct document_column *columns; /* the first is the row's heading */
    size_t column_count;
    struct document_row *rows;
    size_t row_count, row_room;
    size_t next_cell;      /* of the last row, while it is written */
    bool is_behind_figure; /* shown only behind its figure, in HTML folded */
    bool
        is_of_page; /* of one robot's page: workbook and CSV have the same in a table of all robots */
};

enum block_kind {
    BLOCK_PARAGRAPH,
    BLOCK_LEAD,
    BLOCK_WARNING,
    BLOCK_LIST_ITEM,
    BLOCK_TERM,
    BLOCK_TABLE,
    BLOCK_FIGURE
};
struct document_block {
    enum block_kind kind;
    const char *term; /* BLOCK_TERM: what `text` explains */
    const char *text;
    struct document_table *table; /* BLOCK_TABLE; BLOCK_FIGURE: the numbers behind it, never NULL */
    const char *svg;              /* BLOCK_FIGURE: one <svg>, chart.h */
    const char *title;            /* BLOCK_FIGURE: its caption, which says what is to be seen */
};

struct document_section {
    const char *id, *title;
    int level;           /* 1: h2 of the page, 2: h3 below it */
    const char *message; /* the one sentence of its screen page; NULL: it has none there */
    bool begins_page;    /* on paper */
    bool is_dense;       /* on paper: set small, so that it is one page */
    struct document_block *blocks;
    size_t block_count, block_room;
};

struct document {
    enum language language;
    const char *title, *subtitle;
    const char *mark; /* "DEMO – ...": on every page; NULL: none */
    const char *made; /* who made it when, of which data: the last line of each page */
    const char *other_language_href; /* the same report in the other language; NULL: none */
    struct document_section *sections;
    size_t section_count, section_room;
    struct document_table **tables; /* all, in order */
    size_t table_count, table_room;
    void *memory; /* everything it owns */
    size_t bytes;
    int broken;
};

void document_init(struct document *document, enum language language);
/* Takes NULL and a zeroed one. */
void document_release(struct document *document);
/* 0, or why it is broken, with a fault. */
int document_result(const struct document *document, struct fault *fault)
    __attribute__((warn_unused_result));

void document_head(struct document *document, const char *title, const char *subtitle,
                   const char *mark, const char *made);
/* href: a name of a file, as it stands in a link ("rapport-en.html"). */
void document_other_language(struct document *document, const char *href);
/* What follows belongs to it. */
void document_section(struct document *document, const char *id, int level, const char *title);
void document_begins_page(struct document *document);
void document_dense(struct document *document);
void document_message(struct document *document, const char *sentence);
void document_paragraph(struct document *document, enum block_kind kind, const char *text);
void document_term(struct document *document, const char *term, const char *text);
/* NULL when the document is broken: every function below takes that. The table stands in the last
 * section; of a figure's table use document_figure(). Lives as long as the document. */
struct document_table *document_table(struct document *document, const char *id, const char *title,
                                      const struct document_column *columns, size_t count);
/* For workbook and CSV alone: it stands in no section, and no page shows it. */
struct document_table *document_data_table(struct document *document, const char *id,
                                           const char *title, const struct document_column *columns,
                                           size_t count);
/* The table turns from a block of its own into what stands behind the figure. svg is copied. */
void document_figure(struct document_table *table, const char *title, const char *svg);
/* A figure with a table that stands elsewhere. */
void document_figure_of(struct document *document, struct document_table *table, const char *title,
                        const char *svg);
void document_note(struct document_table *table, const char *note);
void document_row(struct document_table *table, const char *id, enum row_kind kind);
/* Cells of the last row, from the left. */
void document_cell_text(struct document_table *table, const char *text);
void document_cell_link(struct document_table *table, const char *text, const char *section_id);
void document_cell_number(struct document_table *table, int64_t number);
void document_cell_number_beside(struct document_table *table, int64_t number, const char *text,
                                 bool is_weak);
void document_cell_none(struct document_table *table, const char *why);
/* After its last row: each column has as many decimals as its numbers need, and not more. */
void document_shorten(struct document_table *table);
/* text says what the chart shows: it is the cell where there is no room for charts. svg is copied. */
void document_cell_chart(struct document_table *table, const char *text, const char *svg);

/* A cell as it is read, in the document's language: "114.987 kr.", "–". Appended. */
void document_cell_put(const struct document_table *table, size_t column,
                       const struct document_cell *cell, struct text *target);

#endif
