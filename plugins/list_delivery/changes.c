#include "changes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

static bool is_same(const struct list *now, const struct list_row *row, const struct list *before,
                    const struct list_row *old)
{
    size_t i;

    for (i = 0; now->columns == before->columns && i < now->columns; i++) {
        if (strcmp(list_cell(now, row, i), list_cell(before, old, i)) != 0)
            return false;
    }
    return true;
}

int changes_find(struct changes *changes, const struct list *now, const struct list *before,
                 const char *unit)
{
    size_t i;

    memset(changes, 0, sizeof(*changes));
    changes->marks = calloc(now->count + 1, sizeof(changes->marks[0]));
    changes->gone = calloc(before == NULL ? 1 : before->count + 1, sizeof(changes->gone[0]));
    if (changes->marks == NULL || changes->gone == NULL) {
        changes_release(changes);
        return -ENOMEM;
    }
    for (i = 0; before != NULL && i < now->count; i++) {
        const struct list_row *row = &now->rows[i];
        const struct list_row *old;

        if (unit != NULL && strcmp(row->unit, unit) != 0)
            continue;
        old = list_find(before, row->unit, row->key);
        if (old == NULL) {
            changes->marks[i] = CHANGE_NEW;
            changes->new_count++;
        } else if (!is_same(now, row, before, old)) {
            changes->marks[i] = CHANGE_CHANGED;
            changes->changed_count++;
        }
    }
    for (i = 0; before != NULL && i < before->count; i++) {
        const struct list_row *old = &before->rows[i];

        if ((unit == NULL || strcmp(old->unit, unit) == 0) &&
            list_find(now, old->unit, old->key) == NULL)
            changes->gone[changes->gone_count++] = old;
    }
    return 0;
}

void changes_release(struct changes *changes)
{
    if (changes == NULL)
        return;
    free(changes->marks);
    free(changes->gone);
    memset(changes, 0, sizeof(*changes));
}

void changes_say(size_t new_count, size_t changed_count, size_t gone_count,
                 char target[CHANGES_SAID_MAX])
{
    (void)snprintf(target, CHANGES_SAID_MAX, "%zu %s, %zu %s og %zu %s", new_count,
                   new_count == 1 ? "ny" : "nye", changed_count,
                   changed_count == 1 ? "ændret" : "ændrede", gone_count,
                   gone_count == 1 ? "udgået" : "udgåede");
}
