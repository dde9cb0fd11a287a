/* What fits where paging is ours to do: a table's size in print, the rows and words of a slide. Measured in hundredths
 * of an em in the widest of the usual fonts (svg.h), so that what fits here fits with every font. */
#include <string.h>

#include "core/base/text.h"
#include "scorecards/report/html_inner.h"
#include "scorecards/report/svg.h"

enum {
    EM = 100,
    GAP = 90,          /* between columns */
    COMFORTABLE = 900, /* words wrap below this when they need not be longer */
    COMFORTABLE_MOST = 1800,
    DRAWING = 780,    /* five small bars */
    UNIT_DANISH = 140 /* " kr."; "DKK " is 280 */
};

struct column {
    int least;  /* its longest word */
    int widest; /* its longest line */
};

static int larger(int left, int right)
{
    return left > right ? left : right;
}

static int longest_word(const char *words, bool is_bold)
{
    int longest = 0;

    while (*words != '\0') {
        char word[256];
        size_t length = strcspn(words, " /-"); /* where browsers break */
        size_t kept = length < sizeof word ? length : sizeof word - 1;

        memcpy(word, words, kept);
        word[kept] = '\0';
        longest = larger(longest, svg_width(word, EM, is_bold));
        words += length;
        words += strspn(words, " /-");
    }
    return longest;
}

static void measure_cell(const struct document_table *table, size_t index,
                         const struct document_row *row, bool has_units, struct column *column)
{
    const struct document_cell *cell = &row->cells[index];
    struct text text;
    int width;

    if (cell->svg != NULL) {
        column->least = larger(column->least, DRAWING);
        column->widest = larger(column->widest, DRAWING);
        return;
    }
    text_init(&text, DOCUMENT_BYTES_MAX);
    document_cell_put(table, index, cell, &text);
    width = svg_width(text_string(&text), EM, row->kind == ROW_TOTAL);
    if (cell->state == CELL_NUMBER) {
        if (!has_units && table->columns[index].kind == KIND_KRONER)
            width -= table->document->language == LANGUAGE_DANISH ? UNIT_DANISH : 2 * UNIT_DANISH;
        column->least = larger(column->least, width);
        if (cell->text != NULL)
            column->least = larger(column->least, longest_word(cell->text, false));
    } else {
        column->least = larger(column->least, table->columns[index].is_narrow
                                                  ? width
                                                  : longest_word(text_string(&text), false));
    }
    column->widest = larger(column->widest, width);
    text_release(&text);
}

static void measure(const struct document_table *table, bool has_units,
                    struct column columns[static DOCUMENT_COLUMNS_MAX])
{
    size_t i;
    size_t j;

    for (i = 0; i < table->column_count; i++) {
        columns[i].least = longest_word(table->columns[i].heading, true);
        columns[i].widest = columns[i].least;
        for (j = 0; j < table->row_count; j++)
            measure_cell(table, i, &table->rows[j], has_units, &columns[i]);
        columns[i].widest = larger(columns[i].widest, columns[i].least);
    }
}

/* Long texts get more than short ones, yet wrap. */
static int comfortable(int widest)
{
    int width = widest <= COMFORTABLE ? widest : COMFORTABLE + (widest - COMFORTABLE) / 6;

    return width < COMFORTABLE_MOST ? width : COMFORTABLE_MOST;
}

/* How wide it must be to look well. */
static int comfortable_width(const struct document_table *table, bool has_units)
{
    struct column columns[DOCUMENT_COLUMNS_MAX];
    int width = 0;
    size_t i;

    measure(table, has_units, columns);
    for (i = 0; i < table->column_count; i++)
        width += larger(columns[i].least, comfortable(columns[i].widest)) + (i > 0 ? GAP : 0);
    return width;
}

/* How wide it must be not to be cut. */
static int least_width(const struct document_table *table)
{
    struct column columns[DOCUMENT_COLUMNS_MAX];
    int width = 0;
    size_t i;

    measure(table, false, columns);
    for (i = 0; i < table->column_count; i++)
        width += columns[i].least + (i > 0 ? GAP : 0);
    return width;
}

/* Tenths of a point at which so wide a table fills so many points. */
static int size_at(int points, int width)
{
    return width <= 0 ? 1000 : points * 10 * EM / width;
}

struct html_print html_print_of(const struct document_table *table)
{
    enum {
        PORTRAIT = 504,
        LANDSCAPE = 751,
        USUAL = 90,
        OF_PAGE = 80,
        SMALL = 66,
        SMALL_OF_PAGE = 71,
        LEAST = 55
    };
    int usual = table->is_of_page ? OF_PAGE : USUAL;
    int small = table->is_of_page ? SMALL_OF_PAGE : SMALL;
    struct html_print print = {.tenths_of_point = usual};
    int size = size_at(PORTRAIT, comfortable_width(table, true));

    if (size >= usual)
        return print;
    print.has_units_in_head = true;
    print.breaks_words =
        size_at(table->is_of_page ? PORTRAIT : LANDSCAPE, least_width(table)) < LEAST;
    if (table->is_of_page || size_at(PORTRAIT, least_width(table)) >= SMALL) {
        size = size_at(PORTRAIT, comfortable_width(table, false));
        size = size < small ? small : size;
    } else {
        print.is_wide = true;
        size = size_at(LANDSCAPE, comfortable_width(table, false));
        size = size < LEAST ? LEAST : size;
    }
    print.tenths_of_point = size < usual ? size : usual;
    return print;
}

/* ---- slides: 338.67 by 190.5 mm, measured in tenths of a millimetre; html_style.c has the sizes ---- */

enum {
    SLIDE_WIDTH = 3126,
    SLIDE_ROOM = 1480, /* below the line above the heading, above the foot */
    HEADING = 102,
    HEADING_LONG = 78,
    WORDS = 64,
    CELLS = 49
};

/* Lines of so large words; of more than two, a tenth of each stays empty where words do not break. */
static int lines_of(const char *words, int size, bool is_bold, int room)
{
    int64_t width = (int64_t)svg_width(words, EM, is_bold) * size / EM;

    return width <= room ? 1 : width <= 2 * (int64_t)room ? 2 : 1 + (int)(width * 11 / 10 / room);
}

bool html_is_long(const char *message)
{
    return lines_of(message, HEADING, true, SLIDE_WIDTH) > 2;
}

int html_slide_room(const char *message)
{
    int size = html_is_long(message) ? HEADING_LONG : HEADING;

    return SLIDE_ROOM - lines_of(message, size, true, SLIDE_WIDTH) * size * 12 / 10 - size / 2;
}

int html_height_of_text(const struct document_block *block)
{
    int lines = lines_of(block->text, block->kind == BLOCK_LEAD ? WORDS * 112 / 100 : WORDS,
                         block->kind == BLOCK_LEAD, SLIDE_WIDTH - 3 * WORDS);

    if (block->kind == BLOCK_TERM)
        lines += 1;
    return lines * WORDS * 16 / 10 + WORDS * (block->kind == BLOCK_WARNING ? 22 : 8) / 10;
}

static int height_of_row(const struct document_table *table, const struct document_row *row,
                         const int widths[static DOCUMENT_COLUMNS_MAX])
{
    int most = 1;
    size_t i;

    for (i = 0; i < table->column_count; i++) {
        const struct document_cell *cell = &row->cells[i];
        int lines = 1;

        if (cell->svg != NULL)
            lines = 3;
        else if (cell->state == CELL_NUMBER)
            lines =
                1 + (cell->text != NULL ? lines_of(cell->text, CELLS, false, widths[i] * CELLS / EM)
                                        : 0);
        else
            lines = lines_of(cell->text, CELLS, false, widths[i] * CELLS / EM);
        most = larger(most, lines);
    }
    return most * CELLS * 14 / 10 + CELLS * 9 / 10;
}

/* What words want is shared out when they want more than there is. */
static void share_width(const struct document_table *table, int widths[static DOCUMENT_COLUMNS_MAX])
{
    struct column columns[DOCUMENT_COLUMNS_MAX];
    int64_t room = SLIDE_WIDTH * EM / CELLS;
    int64_t wanted = 0;
    size_t i;

    measure(table, true, columns);
    for (i = 0; i < table->column_count; i++) {
        room -= columns[i].least + GAP;
        wanted += columns[i].widest - columns[i].least;
    }
    room = room < 0 ? 0 : room;
    for (i = 0; i < table->column_count; i++) {
        int64_t more = columns[i].widest - columns[i].least;

        if (wanted > room)
            more = more * room / wanted;
        widths[i] = columns[i].least + (int)more;
        widths[i] = larger(widths[i], EM);
    }
}

bool html_fits_slide(const struct document_table *table)
{
    struct column columns[DOCUMENT_COLUMNS_MAX];
    int width = 0;
    size_t i;

    measure(table, true, columns);
    for (i = 0; i < table->column_count; i++)
        width += columns[i].least + GAP;
    return (int64_t)width * CELLS / EM <= SLIDE_WIDTH;
}

size_t html_rows_that_fit(const struct document_table *table, int room)
{
    int widths[DOCUMENT_COLUMNS_MAX];
    size_t count;
    size_t i;

    share_width(table, widths);
    room -= CELLS * 2 + 2 * CELLS * 14 / 10 + CELLS; /* caption, heads */
    room -= 2 * CELLS * 15 / 10;                     /* that there are more rows */
    if (table->note != NULL)
        room -= lines_of(table->note, CELLS, false, SLIDE_WIDTH) * CELLS * 15 / 10;
    for (i = 0; i < table->row_count; i++)
        if (table->rows[i].kind == ROW_TOTAL)
            room -= height_of_row(table, &table->rows[i], widths);
    for (count = 0; count < table->row_count; count++) {
        if (table->rows[count].kind == ROW_TOTAL)
            continue;
        room -= height_of_row(table, &table->rows[count], widths);
        if (room < 0)
            break;
    }
    return count;
}
