#include "scorecards/report/document.h"

#include <errno.h>
#include <string.h>

#include "scorecards/report/document_inner.h"

enum { DIGITS_MAX = 18 };

void document_init(struct document *document, enum language language)
{
    memset(document, 0, sizeof *document);
    document->language = language;
}

/* What must be there. */
static const char *copy_needed(struct document *document, const char *text)
{
    if (text == NULL)
        document_break(document, -EINVAL);
    return document_copy(document, text);
}

void document_head(struct document *document, const char *title, const char *subtitle,
                   const char *mark, const char *made)
{
    document->title = document_copy(document, title);
    document->subtitle = document_copy(document, subtitle);
    document->mark = document_copy(document, mark);
    document->made = document_copy(document, made);
}

void document_other_language(struct document *document, const char *href)
{
    document->other_language_href = document_copy(document, href);
}

static bool id_is_free(const struct document *document, const char *id)
{
    size_t i;

    for (i = 0; i < document->section_count; i++)
        if (strcmp(document->sections[i].id, id) == 0)
            return false;
    for (i = 0; i < document->table_count; i++)
        if (strcmp(document->tables[i]->id, id) == 0)
            return false;
    return true;
}

static const char *copy_id(struct document *document, const char *id)
{
    if (id != NULL && !id_is_free(document, id))
        document_break(document, -EEXIST);
    return copy_needed(document, id);
}

/* The last one; NULL when there is none, which breaks the document. */
static struct document_section *last_section(struct document *document)
{
    if (document->section_count == 0)
        document_break(document, -EINVAL);
    return document->broken != 0 ? NULL : &document->sections[document->section_count - 1];
}

void document_section(struct document *document, const char *id, int level, const char *title)
{
    struct document_section section = {.level = level};
    void *room = document_room(document, document->sections, document->section_count,
                               &document->section_room, sizeof section);

    section.id = copy_id(document, id);
    section.title = copy_needed(document, title);
    if (room == NULL || document->broken != 0)
        return;
    document->sections = room;
    document->sections[document->section_count++] = section;
}

void document_begins_page(struct document *document)
{
    struct document_section *section = last_section(document);

    if (section != NULL)
        section->begins_page = true;
}

void document_dense(struct document *document)
{
    struct document_section *section = last_section(document);

    if (section != NULL)
        section->is_dense = true;
}

void document_message(struct document *document, const char *sentence)
{
    struct document_section *section = last_section(document);
    const char *message = document_copy(document, sentence);

    if (section != NULL && message != NULL)
        section->message = message;
}

static void add_block(struct document *document, const struct document_block *block)
{
    struct document_section *section = last_section(document);
    void *room = NULL;

    if (section != NULL)
        room = document_room(document, section->blocks, section->block_count, &section->block_room,
                             sizeof *block);
    if (room == NULL)
        return;
    section->blocks = room;
    section->blocks[section->block_count++] = *block;
}

void document_paragraph(struct document *document, enum block_kind kind, const char *text)
{
    add_block(document,
              &(struct document_block){.kind = kind, .text = copy_needed(document, text)});
}

void document_term(struct document *document, const char *term, const char *text)
{
    add_block(document, &(struct document_block){.kind = BLOCK_TERM,
                                                 .term = copy_needed(document, term),
                                                 .text = copy_needed(document, text)});
}

static void copy_columns(struct document *document, struct document_table *table,
                         const struct document_column *columns, size_t count)
{
    size_t i;

    table->columns = document_allocate(document, count, sizeof *columns);
    if (table->columns == NULL)
        return;
    table->column_count = count;
    for (i = 0; i < count; i++) {
        if (columns[i].digits > DIGITS_MAX)
            document_break(document, -EINVAL);
        table->columns[i] = columns[i];
        table->columns[i].id = copy_needed(document, columns[i].id);
        table->columns[i].heading = copy_needed(document, columns[i].heading);
    }
}

struct document_table *document_data_table(struct document *document, const char *id,
                                           const char *title, const struct document_column *columns,
                                           size_t count)
{
    struct document_table *table = document_allocate(document, 1, sizeof *table);
    void *room = document_room(document, document->tables, document->table_count,
                               &document->table_room, sizeof(struct document_table *));

    if (count == 0 || count > DOCUMENT_COLUMNS_MAX)
        document_break(document, -EINVAL);
    if (table == NULL || room == NULL || document->broken != 0)
        return NULL;
    table->document = document;
    table->id = copy_id(document, id);
    table->title = copy_needed(document, title);
    copy_columns(document, table, columns, count);
    document->tables = room;
    if (document->broken != 0)
        return NULL;
    document->tables[document->table_count++] = table;
    return table;
}

struct document_table *document_table(struct document *document, const char *id, const char *title,
                                      const struct document_column *columns, size_t count)
{
    struct document_table *table = document_data_table(document, id, title, columns, count);

    if (table != NULL)
        add_block(document, &(struct document_block){.kind = BLOCK_TABLE, .table = table});
    return document->broken != 0 ? NULL : table;
}

/* The block that is this table; NULL: it is none of its own any more. */
static struct document_block *block_of(const struct document_table *table)
{
    struct document *document = table->document;
    size_t i;
    size_t j;

    for (i = document->section_count; i-- > 0;)
        for (j = document->sections[i].block_count; j-- > 0;) {
            struct document_block *block = &document->sections[i].blocks[j];

            if (block->table == table && block->kind == BLOCK_TABLE)
                return block;
        }
    return NULL;
}

void document_figure(struct document_table *table, const char *title, const char *svg)
{
    struct document_block *block;

    if (table == NULL || table->document->broken != 0)
        return;
    block = block_of(table);
    if (block == NULL) {
        document_figure_of(table->document, table, title, svg);
        return;
    }
    block->kind = BLOCK_FIGURE;
    block->title = copy_needed(table->document, title);
    block->svg = copy_needed(table->document, svg);
    table->is_behind_figure = true;
}

void document_figure_of(struct document *document, struct document_table *table, const char *title,
                        const char *svg)
{
    if (table == NULL)
        return;
    add_block(document, &(struct document_block){.kind = BLOCK_FIGURE,
                                                 .table = table,
                                                 .title = copy_needed(document, title),
                                                 .svg = copy_needed(document, svg)});
}

void document_note(struct document_table *table, const char *note)
{
    if (table != NULL)
        table->note = document_copy(table->document, note);
}

void document_row(struct document_table *table, const char *id, enum row_kind kind)
{
    struct document_row row = {.kind = kind};
    size_t i;
    void *room;

    if (table == NULL)
        return;
    row.id = copy_needed(table->document, id);
    row.cells = document_allocate(table->document, table->column_count, sizeof *row.cells);
    room =
        document_room(table->document, table->rows, table->row_count, &table->row_room, sizeof row);
    if (table->document->broken != 0 || room == NULL || row.cells == NULL)
        return;
    for (i = 0; i < table->column_count; i++)
        row.cells[i] = (struct document_cell){.state = CELL_NONE, .text = ""};
    table->rows = room;
    table->rows[table->row_count++] = row;
    table->next_cell = 0;
}

static void add_cell(struct document_table *table, struct document_cell cell)
{
    struct document *document;
    bool is_known = cell.text != NULL;

    if (table == NULL)
        return;
    document = table->document;
    cell.text = document_copy(document, cell.text);
    cell.link = document_copy(document, cell.link);
    cell.svg = document_copy(document, cell.svg);
    if (document->broken != 0)
        return;
    if (table->row_count == 0 || table->next_cell == table->column_count ||
        (cell.state == CELL_NUMBER && table->columns[table->next_cell].kind == KIND_TEXT) ||
        (cell.state != CELL_NUMBER && !is_known)) {
        document_break(document, -EINVAL);
        return;
    }
    table->rows[table->row_count - 1].cells[table->next_cell++] = cell;
}

void document_cell_text(struct document_table *table, const char *text)
{
    add_cell(table, (struct document_cell){.state = CELL_TEXT, .text = text});
}

void document_cell_link(struct document_table *table, const char *text, const char *section_id)
{
    add_cell(table, (struct document_cell){.state = CELL_TEXT, .text = text, .link = section_id});
}

void document_cell_number(struct document_table *table, int64_t number)
{
    add_cell(table, (struct document_cell){.state = CELL_NUMBER, .number = number});
}

void document_cell_number_beside(struct document_table *table, int64_t number, const char *text,
                                 bool is_weak)
{
    add_cell(table, (struct document_cell){
                        .state = CELL_NUMBER, .number = number, .text = text, .is_weak = is_weak});
}

void document_cell_none(struct document_table *table, const char *why)
{
    add_cell(table, (struct document_cell){.state = CELL_NONE, .text = why != NULL ? why : ""});
}

void document_cell_chart(struct document_table *table, const char *text, const char *svg)
{
    add_cell(table, (struct document_cell){.state = CELL_TEXT, .text = text, .svg = svg});
}
