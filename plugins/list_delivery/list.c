#include "list.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "danish.h"
#include "settings.h"
#include "table.h"
#include "text.h"

enum { CELLS_MAX = SETTINGS_COLUMNS_MAX * LIST_CELL_MAX };

/* Where the file has what is asked for. */
struct place {
    int date; /* -1: not asked for */
    int key;
    int unit;
    int columns[SETTINGS_COLUMNS_MAX];
};

static int fail(char problem[LIST_PROBLEM_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(char problem[LIST_PROBLEM_MAX], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(problem, LIST_PROBLEM_MAX, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

static int column_find(const struct ag_table *table, const char *name, int *ret_column,
                       char *problem)
{
    int column = ag_table_column(table, name);

    if (column == -1)
        return fail(problem, "kolonnen \"%s\" mangler", name);
    if (column < 0)
        return fail(problem, "kolonnen \"%s\" er der to gange", name);
    *ret_column = column;
    return 0;
}

static int place_find(struct place *place, const struct settings *settings,
                      const struct ag_table *table, char *problem)
{
    size_t i;
    int error = 0;

    if (settings->date_column[0] != '\0')
        error = column_find(table, settings->date_column, &place->date, problem);
    if (error == 0)
        error = column_find(table, settings->key_column, &place->key, problem);
    if (error == 0)
        error = column_find(table, settings->unit_column, &place->unit, problem);
    for (i = 0; error == 0 && i < settings->column_count; i++)
        error = column_find(table, settings->columns[i].name, &place->columns[i], problem);
    return error;
}

/* Takes "06", and what stands before it. */
static bool two_digits_take(const char **text, const char *before)
{
    const char *at = *text;

    if (*before != '\0' && (*at == '\0' || strchr(before, *at) == NULL))
        return false;
    at += *before != '\0';
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *text = at + 2;
    return true;
}

/* "14:30", "14.30.00", "14:30:00.000", "14:30:00Z". */
static bool is_time_of_day(const char *text)
{
    if (!two_digits_take(&text, "") || !two_digits_take(&text, ":."))
        return false;
    if (two_digits_take(&text, ":.") && (*text == '.' || *text == ','))
        text += 1 + strspn(text + 1, "0123456789");
    text += *text == 'Z';
    return *text == '\0';
}

/* A day, also with a time of day after it; anything else after it could be another day. */
static bool day_read(const char *text, int32_t *ret_day)
{
    char day[16];
    size_t length = strcspn(text, " ");

    if (length >= sizeof(day) ||
        (text[length] == ' ' && !is_time_of_day(text + length + strspn(text + length, " "))))
        return false;
    memcpy(day, text, length);
    day[length] = '\0';
    return ag_danish_day(day, ret_day);
}

/* A key or a unit: there, short, and no person's number. */
static int name_take(const struct ag_table *table, size_t row, int column, size_t size,
                     char **ret_text, char *problem)
{
    const char *header = ag_table_cell(table, 0, (size_t)column);
    unsigned line = ag_table_line(table, row);
    char shown[TEXT_SHOWN_MAX];
    const char *at;

    *ret_text = text_trimmed(ag_table_cell(table, row, (size_t)column));
    if (*ret_text == NULL)
        return -ENOMEM;
    text_shown(header, shown);
    if (**ret_text == '\0')
        return fail(problem, "linje %u: \"%s\" er tom", line, shown);
    if (strlen(*ret_text) >= size)
        return fail(problem, "linje %u: \"%s\" er over %zu tegn", line, shown, size - 1);
    if (text_has_cpr(*ret_text))
        return fail(problem,
                    "linje %u: \"%s\" ligner et CPR-nummer; rækker og enheder skal kendes på et "
                    "nummer, der ikke er en persons",
                    line, shown);
    for (at = *ret_text; *at != '\0'; at += text_character(at)) {
        if (text_character(at) == 0)
            return fail(problem, "linje %u: \"%s\" har et tegn, der ikke kan ses", line, shown);
    }
    return 0;
}

/* One cell as it is delivered. */
struct render {
    const struct ag_table *table;
    size_t row;
    int from; /* column of the table */
    const struct settings_column *column;
    bool negative;
};

/* Before it is looked at: a CPR number that a line break or a tab divides is one when that is a space. */
static void controls_are_spaces(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
    }
}

static int cell_render(struct render *render, char target[LIST_CELL_MAX], char *problem)
{
    const struct settings_column *column = render->column;
    unsigned line = ag_table_line(render->table, render->row);
    char *text = text_trimmed(ag_table_cell(render->table, render->row, (size_t)render->from));
    int64_t number = 0;
    int32_t day = 0;
    int error = 0;

    if (text == NULL)
        return -ENOMEM;
    if (column->type == SETTINGS_TYPE_TEXT)
        controls_are_spaces(text);
    if (column->type == SETTINGS_TYPE_NUMBER) {
        if (ag_table_number(render->table, render->row, (size_t)render->from, column->decimals,
                            &number))
            ag_danish_number_text(number, column->decimals, target);
        else
            error = fail(problem, "linje %u: \"%s\" er ikke et tal med højst %u decimaler", line,
                         column->name, column->decimals);
        render->negative = render->negative || (column->not_negative && number < 0);
    } else if (column->type == SETTINGS_TYPE_DAY && text[0] != '\0') {
        if (day_read(text, &day))
            ag_danish_day_text(day, target);
        else
            error = fail(problem, "linje %u: \"%s\" er ikke en dato", line, column->name);
    } else if (strlen(text) >= LIST_CELL_MAX) {
        error = fail(problem, "linje %u: \"%s\" er over %d tegn", line, column->name,
                     LIST_CELL_MAX - 1);
    } else if (text_has_cpr(text)) {
        error =
            fail(problem, "linje %u: \"%s\" ligner et CPR-nummer, og CPR-numre bliver ikke leveret",
                 line, column->name);
    } else {
        memcpy(target, text, strlen(text) + 1);
    }
    free(text);
    return error;
}

static int cells_take(struct list_row *row, const struct settings *settings,
                      const struct ag_table *table, size_t index, const struct place *place,
                      char *problem)
{
    char cell[LIST_CELL_MAX];
    char *cells = malloc(CELLS_MAX);
    char *fitting;
    size_t used = 0;
    size_t i;
    int error = cells == NULL ? -ENOMEM : 0;

    for (i = 0; error == 0 && i < settings->column_count; i++) {
        struct render render = {table, index, place->columns[i], &settings->columns[i], false};

        error = cell_render(&render, cell, problem);
        if (error == 0) {
            memcpy(cells + used, cell, strlen(cell) + 1);
            used += strlen(cell) + 1;
            row->negative = row->negative || render.negative;
        }
    }
    fitting = error == 0 ? realloc(cells, used + 1) : NULL;
    if (fitting == NULL)
        free(cells);
    row->cells = fitting;
    return error == 0 && fitting == NULL ? -ENOMEM : error;
}

/* Every row says of which day the list is, and all say the same. */
static int date_take(struct list *list, const struct ag_table *table, size_t index, int column,
                     char *problem)
{
    unsigned line = ag_table_line(table, index);
    char *text = text_trimmed(ag_table_cell(table, index, (size_t)column));
    bool is_day = text != NULL && text[0] != '\0';
    bool no_memory = text == NULL;
    int32_t day = 0;

    is_day = is_day && day_read(text, &day);
    free(text);
    if (no_memory)
        return -ENOMEM;
    if (!is_day || day <= 0)
        return fail(problem, "linje %u: \"%s\" er ikke en dato", line,
                    ag_table_cell(table, 0, (size_t)column));
    if (index > 1 && day != list->day)
        return fail(problem, "linje %u: \"%s\" er en anden dato end på den første linje", line,
                    ag_table_cell(table, 0, (size_t)column));
    list->day = day;
    return 0;
}

static void row_release(struct list_row *row)
{
    free(row->key);
    free(row->unit);
    free(row->cells);
    memset(row, 0, sizeof(*row));
}

int list_append(struct list *list, struct list_row row)
{
    /* Doubled at 1, 2, 4, ... */
    if ((list->count & (list->count - 1)) == 0) {
        size_t room = list->count == 0 ? 1 : 2 * list->count;
        struct list_row *rows = reallocarray(list->rows, room, sizeof(rows[0]));

        if (rows == NULL) {
            row_release(&row);
            return -ENOMEM;
        }
        list->rows = rows;
    }
    list->rows[list->count++] = row;
    return 0;
}

static int sorted_compare(const void *a, const void *b)
{
    const struct list_row *left = *(const struct list_row *const *)a;
    const struct list_row *right = *(const struct list_row *const *)b;
    int order = strcmp(left->unit, right->unit);

    return order != 0 ? order : strcmp(left->key, right->key);
}

int list_sort(struct list *list)
{
    size_t i;

    list->sorted = calloc(list->count + 1, sizeof(list->sorted[0]));
    if (list->sorted == NULL)
        return -ENOMEM;
    for (i = 0; i < list->count; i++)
        list->sorted[i] = &list->rows[i];
    qsort(list->sorted, list->count, sizeof(list->sorted[0]), sorted_compare);
    return 0;
}

static int key_compare(const void *a, const void *b)
{
    return strcmp((*(const struct list_row *const *)a)->key,
                  (*(const struct list_row *const *)b)->key);
}

static int file_compare(const void *a, const void *b)
{
    return strcmp(((const struct list_file *)a)->key, ((const struct list_file *)b)->key);
}

/* So that the sentence names the lines in their order, whatever the sort did. */
static int lines_refuse(const struct list_row *const pair[2], const char *what, char *problem)
{
    bool in_order = pair[0]->line < pair[1]->line;

    return fail(problem, "linje %u og %u %s", pair[in_order ? 0 : 1]->line,
                pair[in_order ? 1 : 0]->line, what);
}

static int twins_refuse(const struct list *list, char *problem)
{
    const struct list_row **rows = calloc(list->count + 1, sizeof(rows[0]));
    size_t i;
    int error = 0;

    if (rows == NULL)
        return -ENOMEM;
    memcpy(rows, list->sorted, list->count * sizeof(rows[0]));
    qsort(rows, list->count, sizeof(rows[0]), key_compare);
    for (i = 1; i < list->count && error == 0; i++) {
        if (key_compare(&rows[i - 1], &rows[i]) == 0)
            error = lines_refuse(&rows[i - 1], "er om det samme nummer", problem);
    }
    free(rows);
    return error;
}

/* What the units' files are known by; two units that one file would be of are refused. */
static int files_refuse(struct list *list, char *problem)
{
    struct list_file *files = calloc(list->count + 1, sizeof(files[0]));
    size_t count = 0;
    size_t i;
    int error = files == NULL ? -ENOMEM : 0;

    for (i = 0; i < list->count && error == 0; i++) {
        if (i > 0 && strcmp(list->sorted[i]->unit, list->sorted[i - 1]->unit) == 0)
            continue;
        files[count].row = list->sorted[i];
        files[count].key = text_file_key(list->sorted[i]->unit);
        error = files[count++].key == NULL ? -ENOMEM : 0;
    }
    if (error == 0)
        qsort(files, count, sizeof(files[0]), file_compare);
    for (i = 1; i < count && error == 0; i++) {
        const struct list_row *const pair[2] = {files[i - 1].row, files[i].row};

        if (file_compare(&files[i - 1], &files[i]) == 0)
            error = lines_refuse(pair,
                                 "har to enheder, der ville få den samme fil; giv dem navne, der "
                                 "er forskellige i andet end store bogstaver og tegn",
                                 problem);
    }
    list->files = files;
    list->file_count = count;
    return error;
}

int list_has_file(const struct list *list, const char *unit, bool *ret_has)
{
    struct list_file asked = {.key = text_file_key(unit)};

    if (asked.key == NULL)
        return -ENOMEM;
    *ret_has = list->file_count > 0 &&
               bsearch(&asked, list->files, list->file_count, sizeof(asked), file_compare) != NULL;
    free(asked.key);
    return 0;
}

static int row_take(struct list *list, const struct settings *settings,
                    const struct ag_table *table, size_t index, const struct place *place,
                    char *problem)
{
    struct list_row row = {.line = ag_table_line(table, index)};
    int error = 0;

    if (place->date >= 0)
        error = date_take(list, table, index, place->date, problem);
    if (error == 0)
        error = name_take(table, index, place->key, LIST_KEY_MAX, &row.key, problem);
    if (error == 0)
        error = name_take(table, index, place->unit, LIST_UNIT_MAX, &row.unit, problem);
    if (error == 0)
        error = cells_take(&row, settings, table, index, place, problem);
    if (error == 0)
        return list_append(list, row);
    row_release(&row);
    return error;
}

int list_take(struct list *list, const struct settings *settings, const struct ag_table *table,
              char problem[LIST_PROBLEM_MAX])
{
    struct place place = {.date = -1};
    size_t i;
    int error;

    memset(list, 0, sizeof(*list));
    list->columns = settings->column_count;
    error = place_find(&place, settings, table, problem);
    if (error == 0 && ag_table_rows(table) < 2)
        error = fail(problem, "den er tom: der er ingen rækker under overskrifterne");
    for (i = 1; error == 0 && i < ag_table_rows(table); i++)
        error = row_take(list, settings, table, i, &place, problem);
    if (error == 0)
        error = list_sort(list);
    if (error == 0)
        error = twins_refuse(list, problem);
    if (error == 0)
        error = files_refuse(list, problem);
    return error;
}

void list_release(struct list *list)
{
    size_t i;

    if (list == NULL)
        return;
    for (i = 0; i < list->count; i++)
        row_release(&list->rows[i]);
    for (i = 0; i < list->file_count; i++)
        free(list->files[i].key);
    free(list->files);
    free(list->rows);
    free(list->sorted);
    memset(list, 0, sizeof(*list));
}

const char *list_cell(const struct list *list, const struct list_row *row, size_t column)
{
    const char *cell = row->cells;

    if (column >= list->columns)
        return "";
    for (; column > 0; column--)
        cell += strlen(cell) + 1;
    return cell;
}

const struct list_row *list_find(const struct list *list, const char *unit, const char *key)
{
    size_t low = 0;
    size_t high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(list->sorted[middle]->unit, unit);

        order = order != 0 ? order : strcmp(list->sorted[middle]->key, key);
        if (order == 0)
            return list->sorted[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

size_t list_unit(const struct list *list, const char *unit, size_t *ret_count)
{
    size_t low = 0;
    size_t high = list->count;
    size_t end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(list->sorted[middle]->unit, unit) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < list->count && strcmp(list->sorted[end]->unit, unit) == 0; end++)
        ;
    *ret_count = end - low;
    return low;
}
