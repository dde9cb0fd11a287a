/*
 * Any bytes are a list that keeps its limits, or a problem of one line. What is delivered of a list can
 * be read as a table again, no cell of which is a formula; and who is compared with oneself has not
 * changed. The first byte chooses between CSV and a letter.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/list_delivery/changes.h"
#include "plugins/list_delivery/csv.h"
#include "plugins/list_delivery/list.h"
#include "plugins/list_delivery/receivers.h"
#include "plugins/list_delivery/render.h"
#include "plugins/list_delivery/settings.h"
#include "plugins/list_delivery/text.h"
#include "plugins/sdk/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int truth)
{
    if (!truth)
        abort();
}

/* What a spreadsheet would make of the delivered file. */
static void delivered_hold(const char *bytes, size_t size, size_t columns)
{
    char problem[AG_TABLE_PROBLEM_MAX];
    struct ag_table *table = NULL;
    size_t row, column;

    need(ag_table_read_csv_bytes(bytes, size, NULL, &table, problem) == 0);
    need(ag_table_columns(table) == columns + 1);
    for (row = 1; row < ag_table_rows(table); row++) {
        for (column = 0; column <= columns; column++) {
            need(!csv_is_formula(ag_table_cell(table, row, column)));
            need(!text_has_cpr(ag_table_cell(table, row, column)));
        }
    }
    ag_table_free(table);
}

static void unit_hold(const struct settings *settings, const struct list *list, const char *unit)
{
    struct changes changes;
    struct render render = {.settings = settings,
                            .list = list,
                            .before = list,
                            .before_period = "2026-03-05",
                            .changes = &changes,
                            .unit = unit,
                            .receiver = "en@eksempel.invalid",
                            .day = list->day};
    char *bytes = NULL;
    size_t size = 0;

    need(changes_find(&changes, list, list, unit) == 0);
    need(changes.new_count + changes.changed_count + changes.gone_count == 0);
    need(render_bytes(&render, &bytes, &size) == 0);
    if (!settings->letter)
        delivered_hold(bytes, size, settings->column_count);
    free(bytes);
    changes_release(&changes);
}

static void list_hold(const struct settings *settings, const struct ag_table *table)
{
    char problem[LIST_PROBLEM_MAX] = "";
    char name[TEXT_NAME_MAX];
    struct list list;
    int error = list_take(&list, settings, table, problem);
    size_t i;

    need(error == 0 || (error == -EINVAL && problem[0] != '\0' && strchr(problem, '\n') == NULL));
    need(!text_has_cpr(problem));
    for (i = 0; error == 0 && i < list.count; i++) {
        const struct list_row *row = list.sorted[i];

        need(row->key[0] != '\0' && strlen(row->key) < LIST_KEY_MAX && !text_has_cpr(row->key));
        need(row->unit[0] != '\0' && strlen(row->unit) < LIST_UNIT_MAX);
        need(text_file_name(row->unit, name) && strchr(name, '/') == NULL && name[0] != '.');
        need(list_find(&list, row->unit, row->key) == row);
        if (i == 0 || strcmp(list.sorted[i - 1]->unit, row->unit) != 0)
            unit_hold(settings, &list, row->unit);
    }
    list_release(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ag_table_limits limits = {
        65536, 300, 20, 8192, 10, 65536, 100, 5000,
    };
    struct settings settings = {.date_column = "Dato",
                                .key_column = "Nr",
                                .unit_column = "Enhed",
                                .columns = {{"Nr", SETTINGS_TYPE_TEXT, 0, false},
                                            {"Dage", SETTINGS_TYPE_NUMBER, 2, true},
                                            {"Frist", SETTINGS_TYPE_DAY, 0, false},
                                            {"Note", SETTINGS_TYPE_TEXT, 0, false}},
                                .column_count = 4};
    char problem[AG_TABLE_PROBLEM_MAX];
    char words[] = "{unit} {rows}";
    struct receivers receivers;
    struct ag_table *table = NULL;

    if (size == 0)
        return 0;
    settings.letter = data[0] % 2 == 1;
    settings.subject = settings.opening = settings.closing = words;
    if (ag_table_read_csv_bytes((const char *)data + 1, size - 1, &limits, &table, problem) != 0)
        return 0;
    list_hold(&settings, table);
    (void)receivers_take(&receivers, table, problem);
    receivers_release(&receivers);
    ag_table_free(table);
    return 0;
}
