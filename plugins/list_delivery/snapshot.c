#include "snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "csv.h"
#include "list.h"
#include "settings.h"
#include "source.h"
#include "table.h"
#include "whole_file.h"

static const char ending[] = ".csv";

static void name_make(const struct snapshot_id *id, char target[SNAPSHOT_NAME_MAX])
{
    (void)snprintf(target, SNAPSHOT_NAME_MAX, "%.103s_%.10s%s", id->what, id->period, ending);
}

/* Does the file's name say that it is one of this WHAT, with a period of the same form? */
static bool period_take(const char *name, const struct snapshot_id *id, char *target)
{
    size_t what = strlen(id->what);
    size_t period = strlen(id->period);
    size_t i;

    if (strncmp(name, id->what, what) != 0 || name[what] != '_' ||
        strlen(name) != what + 1 + period + strlen(ending) ||
        strcmp(name + what + 1 + period, ending) != 0)
        return false;
    name += what + 1;
    for (i = 0; i < period; i++) {
        if ((id->period[i] == '-') != (name[i] == '-') ||
            (name[i] != '-' && (name[i] < '0' || name[i] > '9')))
            return false;
    }
    memcpy(target, name, period);
    target[period] = '\0';
    return true;
}

/* The periods that are kept of this WHAT, for free(). */
struct kept {
    char (*periods)[SNAPSHOT_PERIOD_MAX];
    size_t count;
};

static int kept_take(struct kept *kept, const struct snapshot_id *id, DIR *directory)
{
    const struct dirent *entry;
    unsigned entries = 0;

    for (;;) {
        char period[SNAPSHOT_PERIOD_MAX];
        char(*grown)[SNAPSHOT_PERIOD_MAX];

        errno = 0;
        entry = readdir(directory);
        if (entry == NULL)
            return -errno;
        if (++entries > SNAPSHOT_ENTRIES_MAX)
            return -E2BIG;
        if (!period_take(entry->d_name, id, period))
            continue;
        grown = reallocarray(kept->periods, kept->count + 1, sizeof(kept->periods[0]));
        if (grown == NULL)
            return -ENOMEM;
        kept->periods = grown;
        memcpy(kept->periods[kept->count++], period, sizeof(period));
    }
}

static int period_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Sorted, the oldest first. */
static int kept_find(struct kept *kept, int folder, const struct snapshot_id *id)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    int error;

    memset(kept, 0, sizeof(*kept));
    if (directory == NULL) {
        error = -errno;
        if (fd >= 0)
            (void)close(fd);
        return error;
    }
    error = kept_take(kept, id, directory);
    (void)closedir(directory);
    if (kept->count > 1)
        qsort(kept->periods, kept->count, sizeof(kept->periods[0]), period_compare);
    return error;
}

static int row_take(struct list *list, const struct ag_table *table, size_t index)
{
    struct list_row row = {.line = ag_table_line(table, index)};
    size_t size = 1;
    size_t i;
    char *at;

    for (i = 0; i < list->columns; i++)
        size += strlen(ag_table_cell(table, index, i + 2)) + 1;
    row.key = strdup(ag_table_cell(table, index, 0));
    row.unit = strdup(ag_table_cell(table, index, 1));
    row.cells = calloc(1, size);
    if (row.key == NULL || row.unit == NULL || row.cells == NULL) {
        free(row.key);
        free(row.unit);
        free(row.cells);
        return -ENOMEM;
    }
    for (at = row.cells, i = 0; i < list->columns; i++) {
        const char *cell = ag_table_cell(table, index, i + 2);

        memcpy(at, cell, strlen(cell) + 1);
        at += strlen(cell) + 1;
    }
    return list_append(list, row);
}

/* Are its columns those that are delivered now? */
static bool columns_match(const struct settings *settings, const struct ag_table *table)
{
    size_t i;

    for (i = 0; i < settings->column_count; i++) {
        if (strcmp(ag_table_cell(table, 0, i + 2), settings->columns[i].name) != 0)
            return false;
    }
    return ag_table_columns(table) == settings->column_count + 2;
}

static int file_take(struct list *list, int folder, const char *name,
                     const struct settings *settings, char problem[SNAPSHOT_PROBLEM_MAX])
{
    char why[AG_TABLE_PROBLEM_MAX] = "";
    struct ag_table *table = NULL;
    size_t i;
    int error = source_read(folder, name, false, NULL, &table, why);

    if (error == 0) {
        list->columns = columns_match(settings, table) ? settings->column_count : 0;
        for (i = 1; i < ag_table_rows(table) && error == 0; i++)
            error = row_take(list, table, i);
    }
    if (error == 0)
        error = list_sort(list);
    ag_table_free(table);
    if (error == -EBADMSG || error == -EINVAL) {
        (void)snprintf(problem, SNAPSHOT_PROBLEM_MAX,
                       "Den gemte liste \"%.150s\" i mappen \"state\" kan ikke læses; flyt den "
                       "væk, så sammenlignes der med den forrige.",
                       name);
        return -EBADMSG;
    }
    return error;
}

int snapshot_previous(struct list *list, int folder, const struct settings *settings,
                      const struct snapshot_id *id, char ret_period[SNAPSHOT_PERIOD_MAX],
                      char problem[SNAPSHOT_PROBLEM_MAX])
{
    char name[SNAPSHOT_NAME_MAX];
    struct snapshot_id found = {.what = id->what, .period = ""};
    struct kept kept;
    size_t i;
    int error;

    memset(list, 0, sizeof(*list));
    error = kept_find(&kept, folder, id);
    for (i = 0; error == 0 && i < kept.count; i++) {
        if (strcmp(kept.periods[i], id->period) < 0)
            found.period = kept.periods[i];
    }
    if (error == 0 && found.period[0] != '\0') {
        name_make(&found, name);
        error = file_take(list, folder, name, settings, problem);
    }
    if (error == 0)
        (void)snprintf(ret_period, SNAPSHOT_PERIOD_MAX, "%s", found.period);
    free(kept.periods);
    return error;
}

static int bytes_make(const struct list *list, const char *unit, const struct settings *settings,
                      char **ret_bytes, size_t *ret_size)
{
    FILE *stream = open_memstream(ret_bytes, ret_size);
    size_t i, column;
    bool failed;

    if (stream == NULL)
        return -ENOMEM;
    csv_cell(stream, settings->key_column, true, false);
    csv_cell(stream, settings->unit_column, false, false);
    for (column = 0; column < settings->column_count; column++)
        csv_cell(stream, settings->columns[column].name, false, false);
    (void)fputs(CSV_LINE_END, stream);
    for (i = 0; i < list->count; i++) {
        if (unit != NULL && strcmp(list->rows[i].unit, unit) != 0)
            continue;
        csv_cell(stream, list->rows[i].key, true, false);
        csv_cell(stream, list->rows[i].unit, false, false);
        for (column = 0; column < list->columns; column++)
            csv_cell(stream, list_cell(list, &list->rows[i], column), false, false);
        (void)fputs(CSV_LINE_END, stream);
    }
    failed = ferror(stream) != 0;
    failed = fclose(stream) != 0 || failed;
    return failed ? -ENOMEM : 0;
}

int snapshot_write(const struct list *list, const char *unit, int folder,
                   const struct settings *settings, const struct snapshot_id *id)
{
    char name[SNAPSHOT_NAME_MAX];
    struct kept kept = {NULL, 0};
    char *bytes = NULL;
    size_t size = 0;
    size_t i;
    int error = bytes_make(list, unit, settings, &bytes, &size);

    name_make(id, name);
    if (error == 0)
        error = whole_file_write(folder, &(struct whole_file){name, 0600, bytes, size});
    free(bytes);
    if (error == 0)
        error = kept_find(&kept, folder, id);
    for (i = 0; error == 0 && i + SNAPSHOT_KEPT < kept.count; i++) {
        const struct snapshot_id old = {.what = id->what, .period = kept.periods[i]};

        name_make(&old, name);
        /* One that cannot be removed is tried again after the next list. */
        (void)unlinkat(folder, name, 0);
    }
    free(kept.periods);
    return error;
}
