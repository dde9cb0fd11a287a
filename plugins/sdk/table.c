#include "table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#include "danish.h"
#include "table_inner.h"

enum { NAME_BYTES_MAX = 4096, READ_STEP = 65536, KIND_SHIFT = 30 };

const struct ag_table_limits ag_table_usual_limits = {
    .file_bytes = (size_t)64 << 20,
    .rows = 200000,
    .columns = 256,
    .cell_bytes = 32768,
    .zip_entries = 1000,
    .unpacked_bytes = (size_t)256 << 20,
    .ratio = 200,
    .cells = 8000000,
};

void ag_table_say(char problem[AG_TABLE_PROBLEM_MAX], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(problem, AG_TABLE_PROBLEM_MAX, format, arguments);
    va_end(arguments);
}

void ag_table_say_no_memory(char problem[AG_TABLE_PROBLEM_MAX])
{
    ag_table_say(problem, "der er ikke hukommelse nok til at læse filen; del den i flere filer, "
                          "eller giv robotten mere (limits.memory_mib)");
}

int ag_table_reserve(void **list, size_t *room, size_t count, size_t more, size_t size)
{
    size_t wanted, grown;
    void *moved;

    if (__builtin_add_overflow(count, more, &wanted))
        return -ENOMEM;
    if (wanted <= *room)
        return 0;
    grown = *room < 64 ? 64 : *room + *room / 2;
    if (grown < wanted)
        grown = wanted;
    moved = reallocarray(*list, grown, size);
    if (moved == NULL)
        return -ENOMEM;
    *list = moved;
    *room = grown;
    return 0;
}

int ag_table_read_file(int fd, size_t most, char **ret_bytes, size_t *ret_length,
                       char problem[AG_TABLE_PROBLEM_MAX])
{
    void *bytes = NULL;
    size_t room = 0;
    size_t length = 0;
    ssize_t got = 1;
    int result = 0;

    while (got > 0) {
        if (ag_table_reserve(&bytes, &room, length, READ_STEP, 1) < 0) {
            result = ag_table_no_memory(problem);
            goto out;
        }
        got = read(fd, (char *)bytes + length, room - length - 1);
        if (got < 0 && errno == EINTR) {
            got = 1;
        } else if (got < 0) {
            result = ag_table_fail(problem, -EIO, "filen kan ikke læses: %s", strerror(errno));
            goto out;
        } else {
            length += (size_t)got;
        }
        if (length > most) {
            result = ag_table_fail(problem, -E2BIG, "filen er over %zu byte; del den i flere filer",
                                   most);
            goto out;
        }
    }
    ((char *)bytes)[length] = '\0';
    *ret_bytes = bytes;
    *ret_length = length;
    bytes = NULL;
out:
    free(bytes);
    return result;
}

int ag_table_put(struct ag_table *table, const struct ag_table_limits *limits,
                 enum ag_table_kind kind, size_t place, char problem[AG_TABLE_PROBLEM_MAX])
{
    void *cells = table->cells;

    if (table->cell_count >= limits->cells || table->cell_count >= UINT32_MAX ||
        place >= AG_TABLE_TEXT_MAX)
        return ag_table_fail(problem, -E2BIG, "filen har over %zu celler; del den i flere filer",
                             limits->cells);
    if (ag_table_reserve(&cells, &table->cell_room, table->cell_count, 1, sizeof(uint32_t)) < 0)
        return ag_table_no_memory(problem);
    table->cells = cells;
    table->cells[table->cell_count++] = (uint32_t)place | (uint32_t)kind << KIND_SHIFT;
    return 0;
}

static const char *cell_text(const struct ag_table *table, size_t cell)
{
    return table->text + (table->cells[cell] & (AG_TABLE_TEXT_MAX - 1));
}

/* Past spaces, tabs and no-break spaces. */
static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t' || (text[0] == '\xc2' && text[1] == '\xa0'))
        text += *text == '\xc2' ? 2 : 1;
    return text;
}

int ag_table_end_row(struct ag_table *table, const struct ag_table_limits *limits, uint32_t line,
                     char problem[AG_TABLE_PROBLEM_MAX])
{
    void *rows = table->rows;
    struct ag_table_row *row;
    bool is_blank = true;
    size_t count, i;

    while (table->cell_count > table->begun && *cell_text(table, table->cell_count - 1) == '\0')
        table->cell_count--;
    for (i = table->begun; is_blank && i < table->cell_count; i++)
        is_blank = *skip_blanks(cell_text(table, i)) == '\0';
    if (is_blank) {
        table->cell_count = table->begun;
        return 0;
    }
    if (table->row_count >= limits->rows)
        return ag_table_fail(problem, -E2BIG, "filen har over %zu rækker; del den i flere filer",
                             limits->rows);
    if (ag_table_reserve(&rows, &table->row_room, table->row_count, 1, sizeof(*row)) < 0)
        return ag_table_no_memory(problem);
    table->rows = rows;
    count = table->cell_count - table->begun;
    row = &table->rows[table->row_count++];
    row->first = (uint32_t)table->begun;
    row->count = (uint32_t)count;
    row->line = line;
    table->begun = table->cell_count;
    if (count > table->columns)
        table->columns = count;
    return 0;
}

void ag_table_free(struct ag_table *table)
{
    if (table == NULL)
        return;
    free(table->text);
    free(table->cells);
    free(table->rows);
    free(table);
}

size_t ag_table_rows(const struct ag_table *table)
{
    return table->row_count;
}

size_t ag_table_columns(const struct ag_table *table)
{
    return table->columns;
}

const char *ag_table_cell(const struct ag_table *table, size_t row, size_t column)
{
    if (row >= table->row_count || column >= table->rows[row].count)
        return "";
    return cell_text(table, table->rows[row].first + column);
}

unsigned ag_table_line(const struct ag_table *table, size_t row)
{
    return row < table->row_count ? table->rows[row].line : 0;
}

/* A name without what does not tell it from others; NULL when it is too long or no text. */
static utf8proc_uint8_t *name_folded(const char *name)
{
    utf8proc_uint8_t *folded = NULL;
    size_t length;

    name = skip_blanks(name);
    length = strlen(name);
    while (length > 0 && (name[length - 1] == ' ' || name[length - 1] == '\t' ||
                          (length > 1 && memcmp(name + length - 2, "\xc2\xa0", 2) == 0)))
        length -= (name[length - 1] == '\xa0') ? 2 : 1;
    if (length == 0 || length > NAME_BYTES_MAX)
        return NULL;
    if (utf8proc_map((const utf8proc_uint8_t *)name, (utf8proc_ssize_t)length, &folded,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD)) <
        0)
        return NULL;
    return folded;
}

bool ag_table_same_name(const char *a, const char *b)
{
    utf8proc_uint8_t *first = name_folded(a);
    utf8proc_uint8_t *second = name_folded(b);
    bool is_same =
        first != NULL && second != NULL && strcmp((const char *)first, (const char *)second) == 0;

    free(first);
    free(second);
    return is_same;
}

int ag_table_column(const struct ag_table *table, const char *name)
{
    int found = -1;
    size_t i;

    for (i = 0; table->row_count > 0 && i < table->rows[0].count; i++) {
        if (!ag_table_same_name(ag_table_cell(table, 0, i), name))
            continue;
        if (found >= 0)
            return -2;
        found = (int)i;
    }
    return found;
}

bool ag_table_number(const struct ag_table *table, size_t row, size_t column, unsigned decimals,
                     int64_t *ret_scaled)
{
    const char *text = ag_table_cell(table, row, column);

    if (row >= table->row_count || column >= table->rows[row].count)
        return false;
    switch ((enum ag_table_kind)(table->cells[table->rows[row].first + column] >> KIND_SHIFT)) {
    case AG_TABLE_TEXT:
        return ag_danish_number(text, decimals, ret_scaled);
    case AG_TABLE_NUMBER:
        return ag_table_plain_number(text, decimals, ret_scaled);
    case AG_TABLE_OTHER:
        return false;
    }
    return false;
}
