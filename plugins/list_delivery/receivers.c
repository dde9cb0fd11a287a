#include "receivers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "table.h"
#include "text.h"

static int unit_compare(const void *a, const void *b)
{
    return strcmp(((const struct receiver *)a)->unit, ((const struct receiver *)b)->unit);
}

static int row_take(struct receivers *receivers, const struct ag_table *table, size_t row,
                    const int columns[2], char *problem)
{
    struct receiver *receiver = &receivers->list[receivers->count];
    unsigned line = ag_table_line(table, row);

    receiver->unit = text_trimmed(ag_table_cell(table, row, (size_t)columns[0]));
    receiver->name = text_trimmed(ag_table_cell(table, row, (size_t)columns[1]));
    receivers->count++; /* so that it is released */
    if (receiver->unit == NULL || receiver->name == NULL)
        return -ENOMEM;
    if (receiver->unit[0] == '\0')
        (void)snprintf(problem, RECEIVERS_PROBLEM_MAX, "linje %u: der mangler en enhed", line);
    else if (strlen(receiver->name) >= RECEIVERS_TEXT_MAX)
        (void)snprintf(problem, RECEIVERS_PROBLEM_MAX, "linje %u: modtageren er over 200 tegn",
                       line);
    else if (text_has_cpr(receiver->unit) || text_has_cpr(receiver->name))
        (void)snprintf(problem, RECEIVERS_PROBLEM_MAX, "linje %u ligner et CPR-nummer", line);
    else
        return 0;
    return -EINVAL;
}

int receivers_take(struct receivers *receivers, const struct ag_table *table,
                   char problem[RECEIVERS_PROBLEM_MAX])
{
    static const char *const headers[2] = {"unit", "receiver"};
    int columns[2];
    char shown[TEXT_SHOWN_MAX];
    size_t i;
    int error = 0;

    memset(receivers, 0, sizeof(*receivers));
    for (i = 0; i < 2; i++) {
        columns[i] = ag_table_column(table, headers[i]);
        if (columns[i] < 0) {
            (void)snprintf(problem, RECEIVERS_PROBLEM_MAX, "kolonnen \"%s\" %s", headers[i],
                           columns[i] == -1 ? "mangler" : "er der to gange");
            return -EINVAL;
        }
    }
    receivers->list = calloc(ag_table_rows(table), sizeof(receivers->list[0]));
    if (receivers->list == NULL)
        return -ENOMEM;
    for (i = 1; i < ag_table_rows(table) && error == 0; i++)
        error = row_take(receivers, table, i, columns, problem);
    if (error != 0)
        return error;
    if (receivers->count > 1)
        qsort(receivers->list, receivers->count, sizeof(receivers->list[0]), unit_compare);
    for (i = 1; i < receivers->count; i++) {
        if (unit_compare(&receivers->list[i - 1], &receivers->list[i]) == 0) {
            text_shown(receivers->list[i].unit, shown);
            (void)snprintf(problem, RECEIVERS_PROBLEM_MAX, "enheden %s står der to gange", shown);
            return -EINVAL;
        }
    }
    return 0;
}

/* A receiver and what its part of a path is known by. */
struct place {
    char *key;
    const char *name;
};

static int place_compare(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->key, ((const struct place *)b)->key);
}

int receivers_tell_apart(const struct receivers *receivers, char problem[RECEIVERS_PROBLEM_MAX])
{
    struct place *places = calloc(receivers->count + 1, sizeof(places[0]));
    char shown[2][TEXT_SHOWN_MAX];
    size_t count = 0;
    size_t i;
    int error = places == NULL ? -ENOMEM : 0;

    for (i = 0; i < receivers->count && error == 0; i++) {
        if (receivers->list[i].name[0] == '\0' ||
            strlen(receivers->list[i].name) >= TEXT_NAME_MAX) /* too long: delivery.c says so */
            continue;
        places[count].name = receivers->list[i].name;
        places[count].key = text_file_key(receivers->list[i].name);
        error = places[count++].key == NULL ? -ENOMEM : 0;
    }
    if (error == 0)
        qsort(places, count, sizeof(places[0]), place_compare);
    for (i = 1; i < count && error == 0; i++) {
        if (place_compare(&places[i - 1], &places[i]) != 0 ||
            strcasecmp(places[i - 1].name, places[i].name) == 0)
            continue;
        text_shown(places[i - 1].name, shown[0]);
        text_shown(places[i].name, shown[1]);
        (void)snprintf(
            problem, RECEIVERS_PROBLEM_MAX,
            "%.100s og %.100s ville få den samme mappe eller fil; skriv dem uden tegn som / og :",
            shown[0], shown[1]);
        error = -EINVAL;
    }
    for (i = 0; i < count; i++)
        free(places[i].key);
    free(places);
    return error;
}

void receivers_release(struct receivers *receivers)
{
    size_t i;

    if (receivers == NULL)
        return;
    for (i = 0; i < receivers->count; i++) {
        free(receivers->list[i].unit);
        free(receivers->list[i].name);
    }
    free(receivers->list);
    memset(receivers, 0, sizeof(*receivers));
}

const char *receivers_find(const struct receivers *receivers, const char *unit)
{
    size_t low = 0;
    size_t high = receivers->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(receivers->list[middle].unit, unit);

        if (order == 0)
            return receivers->list[middle].name[0] == '\0' ? NULL : receivers->list[middle].name;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
