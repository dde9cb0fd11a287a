#include "core/command/change_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"

static const char CUT[] = " ...";

static int grow(struct change_list *list, struct fault *fault)
{
    size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
    struct change *grown;

    if (list->count < list->capacity)
        return 0;
    grown = reallocarray(list->changes, capacity, sizeof(*grown));
    if (grown == NULL)
        return fault_no_memory(fault);
    list->changes = grown;
    list->capacity = capacity;
    return 0;
}

static size_t room_for(const struct text *text)
{
    return text->length + sizeof(CUT);
}

/* Copies to *at, which moves behind it. NULL for nothing. */
static const char *place(const struct text *text, char **at)
{
    char *target = *at;

    if (text->length == 0)
        return NULL;
    *at = stpcpy(target, text_string(text));
    if (text->broken != 0)
        *at = stpcpy(*at, CUT);
    (*at)++;
    return target;
}

int change_list_add(struct change_list *list, const char *what, const char *id,
                    const struct text *before, const struct text *after, struct fault *fault)
{
    struct change change = {.what = what};
    char *at;
    int result;

    if (before->broken == -ENOMEM || after->broken == -ENOMEM)
        return fault_no_memory(fault);
    result = grow(list, fault);
    if (result < 0)
        return result;
    change.id = malloc(strlen(id) + 1 + room_for(before) + room_for(after));
    if (change.id == NULL)
        return fault_no_memory(fault);
    at = stpcpy(change.id, id) + 1;
    change.before = place(before, &at);
    change.after = place(after, &at);
    *(change.before == NULL  ? &list->added
      : change.after == NULL ? &list->removed
                             : &list->changed) += 1;
    list->changes[list->count++] = change;
    return 0;
}

static const char *word_of(const struct change *change)
{
    if (change->before == NULL)
        return "added";
    return change->after == NULL ? "removed" : "changed";
}

void change_list_put(const struct change_list *list, struct json_writer *writer,
                     void (*put_string)(struct json_writer *writer, const char *string))
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        const struct change *change = &list->changes[i];

        json_begin_object(writer);
        result_text(writer, "change", word_of(change));
        result_text(writer, "what", change->what);
        json_key(writer, "id");
        put_string(writer, change->id[0] != '\0' ? change->id : NULL);
        json_key(writer, "before");
        put_string(writer, change->before);
        json_key(writer, "after");
        put_string(writer, change->after);
        json_end_object(writer);
    }
}

void change_list_release(struct change_list *list)
{
    size_t i;

    if (list == NULL)
        return;
    for (i = 0; i < list->count; i++)
        free(list->changes[i].id);
    free(list->changes);
    *list = (struct change_list){.changes = NULL};
}
