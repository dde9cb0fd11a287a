#include "core/command/calendar_days.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"

enum { TOGETHER = 100 }; /* entries that are stored by one call */

int day_list_add(struct day_list *list, const struct calendar_span *span, struct fault *fault)
{
    size_t wanted = list->capacity == 0 ? 32 : 2 * list->capacity;
    struct day_entry *entries = list->entries;

    if (list->count == CALENDAR_SPANS_MOST)
        return fault_set(fault, -E2BIG, "more than %d entries of days; give fewer",
                         CALENDAR_SPANS_MOST);
    if (list->count == list->capacity) {
        entries = reallocarray(list->entries, wanted, sizeof(*entries));
        if (entries == NULL)
            return fault_no_memory(fault);
        list->entries = entries;
        list->capacity = wanted;
    }
    entries[list->count] = (struct day_entry){span->from_day, span->to_day, strdup(span->name)};
    if (entries[list->count].name == NULL)
        return fault_no_memory(fault);
    list->count++;
    return 0;
}

size_t day_list_drop(struct day_list *list, int32_t day)
{
    size_t count = list->count;
    size_t kept = 0;
    size_t i;

    for (i = 0; i < count; i++)
        if (list->entries[i].from_day == day)
            free(list->entries[i].name);
        else
            list->entries[kept++] = list->entries[i];
    list->count = kept;
    return count - kept;
}

void day_list_release(struct day_list *list)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        free(list->entries[i].name);
    free(list->entries);
    *list = (struct day_list){0};
}

struct reading {
    struct day_list *list;
    struct fault *fault;
};

static int take_span(int64_t calendar_id, const struct calendar_span *span, void *context)
{
    struct reading *reading = context;

    (void)calendar_id;
    return day_list_add(reading->list, span, reading->fault);
}

int day_list_read(struct store *store, int64_t id, struct day_list *ret_list, struct fault *fault)
{
    struct day_list list = {0};
    struct reading reading = {&list, fault};
    int result = calendar_span_each(store, id, take_span, &reading, fault);

    if (result < 0)
        day_list_release(&list);
    else
        *ret_list = list;
    return result;
}

int day_list_put(struct store *store, int64_t id, const struct day_list *list, struct fault *fault)
{
    struct calendar_span spans[TOGETHER];
    size_t count = 0;
    size_t i;
    int result = 0;

    for (i = 0; i < list->count && result == 0; i++) {
        const struct day_entry *entry = &list->entries[i];

        spans[count++] = (struct calendar_span){entry->from_day, entry->to_day, entry->name};
        if (count == TOGETHER || i + 1 == list->count) {
            result = calendar_spans_add(store, id, spans, count, fault);
            count = 0;
        }
    }
    return result;
}

static int read_entry(const struct json *entry, struct calendar_span *span,
                      char name[static CALENDAR_NAME_MAX])
{
    const struct json *from = json_is_array(entry) ? json_first(entry) : NULL;
    const struct json *to = from != NULL ? json_next(from) : NULL;
    const struct json *called = to != NULL ? json_next(to) : NULL;

    if (json_count(entry) != 3 || !json_is_string(from) || !json_is_string(to) ||
        !json_is_string(called) || !clock_parse_day(json_string(from), &span->from_day) ||
        !clock_parse_day(json_string(to), &span->to_day) || span->from_day > span->to_day ||
        strlen(json_string(called)) >= CALENDAR_NAME_MAX || json_string(called)[0] == '\0' ||
        !text_is_line(json_string(called), strlen(json_string(called))))
        return -EINVAL;
    cpr_hide(json_string(called), name);
    span->name = name;
    return 0;
}

int day_list_of_json(const struct json *days, struct day_list *ret_list, struct fault *fault)
{
    struct day_list list = {0};
    const struct json *entry;
    int result = 0;

    for (entry = json_first(days); entry != NULL && result == 0; entry = json_next(entry)) {
        char name[CALENDAR_NAME_MAX];
        struct calendar_span span;

        result = read_entry(entry, &span, name);
        if (result < 0)
            result = fault_set(fault, result,
                               "days: entry %zu is not of the form [first day, last day, name]",
                               list.count + 1);
        else
            result = day_list_add(&list, &span, fault);
    }
    if (result < 0)
        day_list_release(&list);
    else
        *ret_list = list;
    return result;
}

bool day_span_read(const char *text, size_t length, struct calendar_span *ret_span)
{
    char from[CLOCK_DAY_TEXT] = "";
    char to[CLOCK_DAY_TEXT] = "";
    size_t one = CLOCK_DAY_TEXT - 1;

    if (length != one && (length != 2 * one + 2 || memcmp(text + one, "..", 2) != 0))
        return false;
    memcpy(from, text, one);
    memcpy(to, text + length - one, one);
    return clock_parse_day(from, &ret_span->from_day) && clock_parse_day(to, &ret_span->to_day) &&
           ret_span->from_day <= ret_span->to_day;
}

int calendar_add_check(const struct json *arguments, struct fault *fault)
{
    const char *text = json_string(json_member(arguments, "day"));
    bool has_day = text != NULL;
    struct calendar_span span;

    if (has_day == (json_member(arguments, "file") != NULL))
        return fault_set(fault, -EINVAL, "give either FILE.ics or --day and --name");
    while (text != NULL && text[0] != '\0') {
        size_t length = strcspn(text, ",");

        if (!day_span_read(text, length, &span))
            return fault_set(fault, -EINVAL,
                             "--day: expected a day there is, 2026-12-24, or the first and the "
                             "last of several, 2026-12-24..2027-01-01, not \"%.*s\"",
                             (int)(length < 60 ? length : 60), text);
        text += length + (text[length] == ',');
    }
    if (has_day && json_member(arguments, "name") == NULL)
        return fault_set(fault, -EINVAL, "--day needs --name: what is on these days?");
    return 0;
}

static int compare(const struct day_entry *a, const struct day_entry *b)
{
    if (a->from_day != b->from_day)
        return a->from_day < b->from_day ? -1 : 1;
    return (a->to_day > b->to_day) - (a->to_day < b->to_day);
}

size_t day_list_missing(const struct day_list *list, const struct day_list *wanted)
{
    size_t missing = 0;
    size_t at = 0;
    size_t i;

    for (i = 0; i < wanted->count; i++) {
        const struct day_entry *span = &wanted->entries[i];

        while (at < list->count && compare(&list->entries[at], span) < 0)
            at++;
        missing += at == list->count || compare(&list->entries[at], span) != 0 ||
                   strcmp(list->entries[at].name, span->name) != 0;
    }
    return missing;
}
