/* Results shown: as a table, as JSON, as CSV. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/csv.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/terminal.h"

enum {
    CELL_MAX = 1024 * 1024,
    COLUMNS_MAX = 32,
    CUT_LEAST = 12,
    WRAP_LEAST = 30,
    BELOW_INDENT = 4,
    FITTED_COLUMNS = 120
};

/* What breaks a line or a terminal is shown escaped. */
void cli_append_line(const char *line, struct text *target)
{
    if (text_is_line(line, strlen(line)))
        text_append_string(target, line);
    else
        log_redact(line, strlen(line), target);
}

void cli_print_line(const char *line, FILE *target)
{
    struct text text;

    text_init(&text, CELL_MAX);
    cli_append_line(line, &text);
    (void)fprintf(target, "%s\n", text_string(&text));
    text_release(&text);
}

/* JSON escapes what ASCII calls a control; Unicode has more. */
static void append_json(const struct json *value, enum cli_format format, struct text *target)
{
    struct text json;

    text_init(&json, CELL_MAX);
    if (json_print(value, &json) == 0 && format == CLI_TABLE)
        cli_append_line(text_string(&json), target);
    else if (json.broken == 0)
        text_append_string(target, text_string(&json));
    text_release(&json);
}

void cli_cell(const struct json *value, enum cli_format format, struct text *target)
{
    text_clear(target);
    if (value == NULL || json_is_null(value))
        return;
    if (json_is_string(value) && format == CLI_TABLE)
        cli_append_line(json_string(value), target);
    else if (json_is_string(value))
        text_append_string(target, json_string(value));
    else if (json_is_bool(value) && format == CLI_TABLE)
        text_append_string(target, json_bool(value) ? "yes" : "no");
    else
        append_json(value, format, target);
}

static void print_padding(size_t count, FILE *target)
{
    while (count-- > 0)
        (void)fputc(' ', target);
}

struct table {
    struct column columns[COLUMNS_MAX];
    char headings[COLUMNS_MAX][64]; /* of members, when the columns have none */
    size_t widths[COLUMNS_MAX];
    bool has_cell[COLUMNS_MAX]; /* is there anything in it? */
    size_t count;
    bool is_cut;   /* the last column, to the terminal's width; or wrapped */
    bool is_below; /* the others leave too little to read: the last column's words begin a line */
    size_t used;   /* columns of a line before the last column, when is_cut */
    struct text cell;
    const char *indent;
};

/* Without a specification: the members of the first row. */
static void take_columns(struct table *table, const struct column *columns, const struct json *rows)
{
    const struct json *member;
    char *at;

    for (; columns != NULL && columns->member != NULL && table->count < COLUMNS_MAX; columns++)
        if (!columns->is_csv_only)
            table->columns[table->count++] = *columns;
    member = columns == NULL ? json_first(json_first(rows)) : NULL;
    for (; member != NULL && table->count < COLUMNS_MAX; member = json_next(member)) {
        char *heading = table->headings[table->count];

        (void)text_copy(heading, sizeof(table->headings[0]), json_name(member));
        for (at = heading; *at != '\0'; at++)
            if (*at == '_')
                *at = ' ';
        table->columns[table->count++] = (struct column){
            .member = json_name(member), .heading = heading, .is_right = json_is_number(member)};
    }
}

static void cut_cell(struct text *cell, size_t width)
{
    if (text_columns(text_string(cell)) <= width)
        return;
    cell->length = text_fit(text_string(cell), width - 1);
    text_append_string(cell, "…");
}

/* The cell's text, cut where its column or the terminal says so. */
static const char *fill_cell(struct table *table, size_t column, const struct json *row)
{
    const struct json *value = json_member(row, table->columns[column].member);
    bool is_fitted = table->is_cut && column + 1 == table->count && !table->columns[column].wraps;
    size_t most = is_fitted ? table->widths[column] : table->columns[column].most;

    cli_cell(value, CLI_TABLE, &table->cell);
    if (json_is_null(value) && table->columns[column].null != NULL)
        text_append_string(&table->cell, table->columns[column].null);
    if (most > 0)
        cut_cell(&table->cell, most);
    return text_string(&table->cell);
}

static void widen(struct table *table, const struct json *row)
{
    size_t i;

    for (i = 0; row != NULL && i < table->count; i++) {
        const char *cell = fill_cell(table, i, row);
        size_t columns = text_columns(cell);
        bool is_nothing = columns == 0 || (table->columns[i].drops_zero && strcmp(cell, "0") == 0);

        if (columns > table->widths[i])
            table->widths[i] = columns;
        table->has_cell[i] = table->has_cell[i] || !is_nothing;
    }
}

/* A column that no row has anything in only makes lines long. The first one says what rows are. */
static void drop_empty_columns(struct table *table)
{
    size_t kept = 1;
    size_t i;

    for (i = 1; i < table->count; i++) {
        if (!table->has_cell[i])
            continue;
        table->columns[kept] = table->columns[i];
        table->widths[kept++] = table->widths[i];
    }
    if (kept < table->count)
        table->count = kept;
}

/* Lines of at most `width` columns, broken between words, those after the first below it. */
static void print_wrapped(const char *string, size_t indent, size_t width, FILE *target)
{
    while (text_columns(string) > width) {
        size_t most = text_fit(string, width);
        size_t end = most;

        while (end > 0 && string[end] != ' ')
            end--;
        if (end == 0) /* a word that is longer than a line */
            end = most;
        (void)fprintf(target, "%.*s\n", (int)end, string);
        print_padding(indent, target);
        string += end + (string[end] == ' ');
    }
    (void)fprintf(target, "%s\n", string);
}

static void print_cell(const struct table *table, size_t column, enum terminal_style style,
                       const char *string, FILE *target)
{
    size_t columns = text_columns(string);
    size_t width = table->widths[column];
    size_t padding = columns < width ? width - columns : 0;
    bool is_last = column + 1 == table->count;

    if (is_last && table->is_cut && table->columns[column].wraps) {
        if (table->is_below && style != STYLE_HEADING && string[0] != '\0') {
            (void)fputc('\n', target);
            print_padding(table->used, target);
        }
        print_wrapped(string, table->used, width, target);
        return;
    }
    if (table->columns[column].is_right)
        print_padding(padding, target);
    terminal_put(style, string, target);
    if (!table->columns[column].is_right && !is_last)
        print_padding(padding, target);
    (void)fputs(is_last ? "\n" : "  ", target);
}

/* A last column of text takes what the others leave of the terminal. Where that is too little to
 * read anything, lines are left to break. */
static void fit_to_terminal(struct table *table, FILE *target)
{
    size_t columns = terminal_columns(target);
    size_t used = text_columns(table->indent);
    size_t last = table->count - 1;
    size_t i;

    if (columns == 0 && table->count > 0 &&
        (table->columns[last].fits || table->columns[last].wraps))
        columns = FITTED_COLUMNS;
    if (columns == 0 || table->count == 0 || table->columns[last].is_right)
        return;
    for (i = 0; i < last; i++)
        used += table->widths[i] + 2;
    table->used = used;
    if (table->columns[last].wraps && used + WRAP_LEAST > columns &&
        used + table->widths[last] > columns && columns > 2 * BELOW_INDENT) {
        table->used = BELOW_INDENT;
        table->widths[last] = columns - BELOW_INDENT;
        table->is_cut = table->is_below = true;
        return;
    }
    if (used + CUT_LEAST > columns || used + text_columns(table->columns[last].heading) > columns ||
        table->widths[last] <= columns - used)
        return;
    table->widths[last] = columns - used;
    table->is_cut = true;
}

static void print_row(struct table *table, const struct json *row, const char *first, FILE *target)
{
    size_t i;

    (void)fputs(table->indent, target);
    for (i = 0; i < table->count; i++) {
        const struct json *value = json_member(row, table->columns[i].member);
        const char *cell = fill_cell(table, i, row);

        print_cell(table, i, table->columns[i].is_state ? terminal_style_of(cell) : STYLE_PLAIN,
                   i == 0 && value == NULL ? first : cell, target);
    }
}

static void print_headings(struct table *table, FILE *target)
{
    size_t i;

    (void)fputs(table->indent, target);
    for (i = 0; i < table->count; i++)
        print_cell(table, i, STYLE_HEADING, table->columns[i].heading, target);
}

static void print_rule(struct table *table, FILE *target)
{
    size_t i;
    size_t j;

    (void)fputs(table->indent, target);
    for (i = 0; i < table->count; i++) {
        for (j = 0; j < table->widths[i]; j++)
            (void)fputc('-', target);
        (void)fputs(i + 1 < table->count ? "  " : "\n", target);
    }
}

int cli_print_table(const struct column *columns, const struct json *rows, const struct json *total,
                    const char *indent, FILE *target)
{
    struct table table = {.indent = indent};
    const struct json *row;
    size_t i;

    text_init(&table.cell, CELL_MAX);
    take_columns(&table, columns, rows);
    for (i = 0; i < table.count; i++)
        table.widths[i] = text_columns(table.columns[i].heading);
    for (row = json_first(rows); row != NULL; row = json_next(row))
        widen(&table, row);
    widen(&table, total);
    if (total != NULL && table.count > 0 && table.widths[0] < strlen("total"))
        table.widths[0] = strlen("total");
    drop_empty_columns(&table);
    fit_to_terminal(&table, target);
    print_headings(&table, target);
    for (row = json_first(rows); row != NULL; row = json_next(row))
        print_row(&table, row, "", target);
    if (total != NULL) {
        print_rule(&table, target);
        print_row(&table, total, "total", target);
    }
    text_release(&table.cell);
    return 0;
}

void cli_csv_field(const struct json *value, FILE *target)
{
    struct text cell;
    struct text field;

    text_init(&cell, CELL_MAX);
    text_init(&field, 2 * CELL_MAX + 3);
    cli_cell(value, CLI_CSV, &cell);
    csv_append(&field, text_string(&cell),
               !json_is_number(value)); /* numbers of ours are numbers */
    (void)fputs(text_string(&field), target);
    text_release(&field);
    text_release(&cell);
}

static void print_csv(const struct column *columns, const struct json *rows, FILE *target)
{
    const struct column *column;
    const struct json *row;

    for (column = columns; column->member != NULL; column++)
        (void)fprintf(target, "%s%s", column == columns ? "" : ",", column->member);
    (void)fputs("\r\n", target);
    for (row = json_first(rows); row != NULL; row = json_next(row)) {
        for (column = columns; column->member != NULL; column++) {
            if (column != columns)
                (void)fputc(',', target);
            cli_csv_field(json_member(row, column->member), target);
        }
        (void)fputs("\r\n", target);
    }
}

static int print_json(const struct json *value, const char *raw, FILE *target, struct fault *fault)
{
    struct text text;
    int result = 0;

    text_init(&text, COMMAND_REPLY_MAX);
    if (raw == NULL)
        result = json_print(value, &text);
    if (result < 0)
        (void)fault_no_memory(fault);
    else
        (void)fprintf(target, "%s\n", raw != NULL ? raw : text_string(&text));
    text_release(&text);
    return result;
}

/* Not among the rows: those may go to a file, and it is not to look complete. */
static void note_more(const struct json *result, FILE *target, FILE *notes)
{
    if (!json_bool(json_member(result, "more")))
        return;
    (void)fflush(target); /* a terminal shows it after the rows */
    (void)fprintf(notes, "%zu of more; --limit shows more\n",
                  json_count(json_member(result, "rows")));
}

/* Each line by itself, for what a terminal would act on is shown escaped. */
static void print_text(const char *text, FILE *target)
{
    struct text line;

    text_init(&line, CELL_MAX);
    for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
        text_clear(&line);
        text_append(&line, text, strcspn(text, "\n"));
        cli_print_line(text_string(&line), target);
    }
    text_release(&line);
}

/* Of a table whose words are wrapped; else it is a line. */
static size_t message_width(const struct column *columns, FILE *target)
{
    size_t width = terminal_columns(target);

    for (; columns->member != NULL; columns++)
        if (columns->wraps)
            return width > 0 ? width : FITTED_COLUMNS;
    return SIZE_MAX;
}

static int print_rows(const struct command *command, const struct json *result, const char *message,
                      FILE *target)
{
    const struct json *rows = json_member(result, "rows");
    const char *empty = json_string(json_member(result, "empty"));
    int printed = 0;

    if (message != NULL)
        print_wrapped(message, 0, message_width(command->columns, target), target);
    if (json_first(rows) != NULL)
        printed = cli_print_table(command->columns, rows, json_member(result, "total"), "", target);
    else if (empty != NULL || command->empty != NULL)
        (void)fprintf(target, "%s\n", empty != NULL ? empty : command->empty);
    return printed;
}

void cli_print_message(enum cli_format format, const char *message, FILE *target)
{
    struct json_writer writer;
    struct text text;

    if (format != CLI_JSON) {
        (void)fprintf(target, "%s\n", message);
        return;
    }
    text_init(&text, CELL_MAX);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    json_key(&writer, "message");
    json_put_string(&writer, message);
    json_end_object(&writer);
    (void)fprintf(target, "%s\n", text_string(&text));
    text_release(&text);
}

/* Above what people read; CSV goes to programs as it is, so it is said beside it. A document says it itself. */
static void note_demo(const struct json *result, enum cli_format format, FILE *target, FILE *notes)
{
    if (!json_bool(json_member(result, "demo")) || format == CLI_JSON)
        return;
    if (format == CLI_CSV || json_string(json_member(result, "text")) != NULL)
        target = notes;
    (void)fputs("DEMO: everything in this home is invented\n", target);
}

int cli_print_result(const struct command *command, enum cli_format format,
                     const struct json *result, const char *raw, FILE *target, FILE *notes,
                     struct fault *fault)
{
    const struct json *ok = json_member(result, "ok");
    bool is_failed = json_is_bool(ok) && !json_bool(ok);
    const char *message = json_string(json_member(result, "message"));
    const char *text = json_string(json_member(result, "text"));
    int printed = 0;

    note_demo(result, format, target, notes);
    if (format == CLI_JSON)
        printed = print_json(result, raw, target, fault);
    else if (command->columns != NULL && format == CLI_CSV)
        print_csv(command->columns, json_member(result, "rows"), target);
    else if (command->columns != NULL)
        printed = print_rows(command, result, is_failed ? NULL : message, target);
    else if (message != NULL)
        (void)fprintf(target, "%s\n", message);
    else if (format == CLI_TABLE && text != NULL)
        print_text(text, target);
    else if (format == CLI_CSV)
        cli_print_object_csv(result, target);
    else
        cli_print_object(result, command->labels, target);
    if (format != CLI_JSON)
        note_more(result, target, notes);
    if (printed == 0 && is_failed)
        printed = fault_set(fault, -ECANCELED, "%s", message != NULL ? message : command->name);
    return printed;
}
