#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "table.h"
#include "table_inner.h"

/* Reads the table's own text and writes each cell over it, which is never longer: what is left
 * out is at least the separator, whose place the NUL takes. */
struct reader {
    struct ag_table *table;
    const struct ag_table_limits *limits;
    char *at;
    char *end;
    unsigned line;
    char separator;
    char *problem;
};

/* Decides by the header's line, up to the first line break outside quotes. */
static char separator_of(const char *at, const char *end)
{
    bool is_quoted = false;
    bool has_tab = false;
    bool has_comma = false;

    for (; at < end && (is_quoted || (*at != '\n' && *at != '\r')); at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        if (is_quoted)
            continue;
        if (*at == ';')
            return ';';
        has_tab = has_tab || *at == '\t';
        has_comma = has_comma || *at == ',';
    }
    if (has_tab)
        return '\t';
    return has_comma ? ',' : ';';
}

static bool take_line_break(struct reader *reader)
{
    if (reader->at < reader->end && reader->at[0] == '\n')
        reader->at++;
    else if (reader->end - reader->at >= 2 && memcmp(reader->at, "\r\n", 2) == 0)
        reader->at += 2;
    else
        return false;
    reader->line++;
    return true;
}

/* A first line that says which separator follows. */
static int take_separator_line(struct reader *reader)
{
    if (reader->end - reader->at < 5 || strncasecmp(reader->at, "sep=", 4) != 0)
        return 0;
    if (strchr(";,\t|", reader->at[4]) == NULL)
        return ag_table_fail(reader->problem, -EINVAL,
                             "linje 1: skilletegnet efter sep= kendes ikke; brug ; eller ,");
    reader->separator = reader->at[4];
    reader->at += 5;
    if (reader->at < reader->end && !take_line_break(reader))
        return ag_table_fail(reader->problem, -EINVAL,
                             "linje 1: efter sep= skal der stå ét tegn og ikke andet");
    return 0;
}

/* A cell in quotes, from after the first one. Leaves `at` after the last one. */
static int take_quoted(struct reader *reader, char **target)
{
    unsigned began = reader->line;

    for (; reader->at < reader->end; reader->at++) {
        if (*reader->at == '"') {
            reader->at++;
            if (reader->at == reader->end || *reader->at != '"')
                return 0;
        }
        reader->line += *reader->at == '\n';
        *(*target)++ = *reader->at;
    }
    return ag_table_fail(reader->problem, -EINVAL,
                         "linje %u: et anførselstegn åbner en celle, som ikke lukkes igen; ret "
                         "linjen",
                         began);
}

/* Takes one cell and what ends it; *more: the row has another. */
static int take_cell(struct reader *reader, char **ret_cell, bool *ret_more)
{
    char *target = reader->at;
    char *start = target;
    unsigned began = reader->line;
    int result = 0;

    if (reader->at < reader->end && *reader->at == '"') {
        reader->at++;
        result = take_quoted(reader, &target);
    }
    if (result < 0)
        return result;
    if (target == reader->at) { /* not in quotes: with them, one byte at least was left out */
        while (reader->at < reader->end && *reader->at != reader->separator &&
               *reader->at != '\n' && *reader->at != '\r')
            reader->at++;
        target = reader->at;
    }
    if ((size_t)(target - start) > reader->limits->cell_bytes)
        return ag_table_fail(reader->problem, -E2BIG,
                             "linje %u: en celle er over %zu byte; ret linjen (mangler der et "
                             "anførselstegn?)",
                             began, reader->limits->cell_bytes);
    *ret_more = reader->at < reader->end && *reader->at == reader->separator;
    if (*ret_more)
        reader->at++;
    else if (reader->at < reader->end && !take_line_break(reader))
        return ag_table_fail(reader->problem, -EINVAL,
                             *reader->at == '\r'
                                 ? "linje %u: der er en vognretur uden linjeskift; gem filen som "
                                   "CSV i UTF-8"
                                 : "linje %u: efter en celle i anførselstegn skal der stå et "
                                   "skilletegn; ret linjen",
                             reader->line);
    *target = '\0';
    *ret_cell = start;
    return 0;
}

/* Where the row went wrong is where the caseworker looks: what was taken for cells is counted. */
static int too_many(const struct reader *reader, unsigned line)
{
    const struct ag_table *table = reader->table;

    if (table->row_count > 0)
        return ag_table_fail(reader->problem, -EINVAL,
                             "linje %u: rækken har flere celler end overskriftens %u; sæt celler, "
                             "der selv har et skilletegn, i anførselstegn",
                             line, table->rows[0].count);
    return ag_table_fail(reader->problem, -E2BIG,
                         "linje %u: overskriften har over %zu kolonner; slet dem, der ikke bruges",
                         line, reader->limits->columns);
}

static int take_row(struct reader *reader)
{
    const struct ag_table *table = reader->table;
    size_t most = table->row_count > 0 ? table->rows[0].count : reader->limits->columns;
    unsigned line = reader->line;
    bool has_more = true;
    size_t count = 0;
    int result = 0;

    while (has_more && result == 0) {
        char *cell = table->text; /* the empty one */

        result = take_cell(reader, &cell, &has_more);
        if (result < 0)
            return result;
        if (count < most)
            result =
                ag_table_put(reader->table, reader->limits, AG_TABLE_TEXT,
                             *cell == '\0' ? 0 : (size_t)(cell - table->text), reader->problem);
        else if (*cell != '\0')
            result = too_many(reader, line);
        count++;
    }
    if (result == 0)
        result = ag_table_end_row(reader->table, reader->limits, line, reader->problem);
    return result;
}

static int read_rows(struct ag_table *table, const struct ag_table_limits *limits, char *problem)
{
    struct reader reader = {.table = table,
                            .limits = limits,
                            .at = table->text + 1,
                            .end = table->text + table->text_length,
                            .line = 1,
                            .problem = problem};
    int result = take_separator_line(&reader);

    while (result == 0 && reader.at < reader.end && take_line_break(&reader))
        continue;
    if (result == 0 && reader.separator == '\0')
        reader.separator = separator_of(reader.at, reader.end);
    while (result == 0 && reader.at < reader.end)
        result = take_row(&reader);
    if (result == 0 && table->row_count == 0)
        result = ag_table_fail(problem, -EINVAL,
                               "filen er tom; den skal have en linje med overskrifter");
    return result;
}

int ag_table_read_csv_bytes(const char *bytes, size_t length, const struct ag_table_limits *limits,
                            struct ag_table **ret_table, char problem[AG_TABLE_PROBLEM_MAX])
{
    struct ag_table *table = calloc(1, sizeof(*table));
    int result;

    if (limits == NULL)
        limits = &ag_table_usual_limits;
    if (table == NULL)
        result = ag_table_no_memory(problem);
    else if (length > limits->file_bytes)
        result = ag_table_fail(problem, -E2BIG, "filen er over %zu byte; del den i flere filer",
                               limits->file_bytes);
    else
        result = ag_table_decode(table, bytes, length, problem);
    if (result == 0)
        result = read_rows(table, limits, problem);
    if (result == 0) {
        *ret_table = table;
        table = NULL;
    }
    ag_table_free(table);
    return result;
}

int ag_table_read_csv(int fd, const struct ag_table_limits *limits, struct ag_table **ret_table,
                      char problem[AG_TABLE_PROBLEM_MAX])
{
    char *bytes = NULL;
    size_t length = 0;
    int result;

    if (limits == NULL)
        limits = &ag_table_usual_limits;
    result = ag_table_read_file(fd, limits->file_bytes, &bytes, &length, problem);
    if (result == 0)
        result = ag_table_read_csv_bytes(bytes, length, limits, ret_table, problem);
    free(bytes);
    return result;
}
