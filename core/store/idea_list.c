/* Ideas as they are read, and their statuses in words. */
#include <stdlib.h>
#include <string.h>

#include "core/store/idea.h"
#include "core/store/list.h"
#include "core/store/sql.h"

static const char *const words[] = {
    [IDEA_WISH] = "wish",
    [IDEA_APPROVED] = "approved",
    [IDEA_DEVELOPMENT] = "development",
    [IDEA_OPERATION] = "operation",
    [IDEA_REJECTED] = "rejected",
};

const char *idea_status_word(enum idea_status status)
{
    return status >= IDEA_WISH && status <= IDEA_REJECTED ? words[status] : "?";
}

const char *idea_status_phrase(enum idea_status status)
{
    switch (status) {
    case IDEA_WISH:
        return "a wish";
    case IDEA_APPROVED:
        return "approved";
    case IDEA_DEVELOPMENT:
        return "in development";
    case IDEA_OPERATION:
        return "in operation";
    case IDEA_REJECTED:
        return "rejected";
    }
    return "?";
}

enum idea_status idea_status_of(const char *word)
{
    int status;

    for (status = IDEA_WISH; status <= IDEA_REJECTED; status++)
        if (strcmp(words[status], word) == 0)
            return (enum idea_status)status;
    return (enum idea_status)0;
}

static int64_t number_or(sqlite3_stmt *row, int column, int64_t fallback)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? fallback
                                                           : sqlite3_column_int64(row, column);
}

static const char *keep_text(struct idea_list *list, sqlite3_stmt *row, int column, int *result,
                             struct fault *fault)
{
    return sql_keep(row, column, &list->texts, &list->text_count, result, fault);
}

static int take_idea(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct idea_list *list = context;
    struct idea *idea;
    int result = 0;
    void *grown = list_grow(list->ideas, list->count, sizeof *list->ideas, &result, fault);

    if (grown == NULL)
        return result;
    list->ideas = grown;
    idea = &list->ideas[list->count++];
    idea->id = sqlite3_column_int64(row, 0);
    idea->title = keep_text(list, row, 1, &result, fault);
    idea->status = (enum idea_status)sqlite3_column_int(row, 2);
    idea->department_id = sqlite3_column_int64(row, 3);
    idea->sender = keep_text(list, row, 4, &result, fault);
    idea->owner = keep_text(list, row, 5, &result, fault);
    idea->description = keep_text(list, row, 6, &result, fault);
    idea->hours = number_or(row, 7, IDEA_UNKNOWN);
    idea->go_live_day = (int32_t)number_or(row, 8, IDEA_NO_DAY);
    idea->priority = number_or(row, 9, IDEA_UNKNOWN);
    idea->robot_id = sqlite3_column_int64(row, 10);
    idea->approved_by = keep_text(list, row, 11, &result, fault);
    idea->approved_day = sqlite3_column_int(row, 12);
    idea->answer = keep_text(list, row, 13, &result, fault);
    idea->made_ms = sqlite3_column_int64(row, 14);
    idea->changed_ms = sqlite3_column_int64(row, 15);
    idea->department_text = keep_text(list, row, 16, &result, fault);
    idea->answered_by = keep_text(list, row, 17, &result, fault);
    idea->answered_ms = sqlite3_column_int64(row, 18);
    idea->red_item = (enum gate_item)sqlite3_column_int(row, 19);
    return result;
}

int idea_list_read(struct store *store, struct idea_list *ret_list, struct fault *fault)
{
    static const char SQL[] =
        "SELECT i.id, i.title, i.status, i.department_id, i.sender, i.owner, i.description, "
        "i.hours, i.go_live_day, i.priority, i.robot_id, i.approved_by, i.approved_day, i.answer, "
        "i.made_ms, i.changed_ms, i.department_text, i.answered_by, i.answered_ms, (SELECT "
        "min(g.item) FROM gate g WHERE g.idea_id = i.id AND g.state = 2 AND g.id = (SELECT "
        "max(o.id) FROM gate o WHERE o.idea_id = i.id AND o.item = g.item)) FROM idea i LEFT JOIN "
        "department d ON d.id = i.department_id "
        "ORDER BY d.id IS NULL, d.position, d.id, i.priority IS NULL, i.priority, i.id";
    struct idea_list list = {.count = 0};
    int result = sql_each(store, SQL, take_idea, &list, fault);

    if (result < 0)
        idea_list_release(&list);
    else
        *ret_list = list;
    return result;
}

void idea_list_release(struct idea_list *list)
{
    size_t i;

    if (list == NULL)
        return;
    for (i = 0; i < list->text_count; i++)
        free(list->texts[i]);
    free(list->texts);
    free(list->ideas);
    *list = (struct idea_list){.count = 0};
}

const struct idea *idea_list_find(const struct idea_list *list, int64_t id)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (list->ideas[i].id == id)
            return &list->ideas[i];
    return NULL;
}
