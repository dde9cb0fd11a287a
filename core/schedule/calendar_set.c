/* The installation's calendars in memory, and those that are computed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/schedule/holiday.h"
#include "core/schedule/rest.h"
#include "core/store/calendar.h"

enum { WEEKS_MOST = 53, SPANS_ALL_MOST = 1000000, DAY_WORDS_MAX = 180 };

static const char WEEK[] = "week-";

struct span {
    int32_t from_day, to_day;
    size_t reaches; /* index of the one that ends last, of those of its calendar up to here */
    char *name;
};

struct known_calendar {
    int64_t id;
    char slug[CALENDAR_SLUG_MAX];
    struct span *spans; /* by first day */
    size_t count, capacity;
};

struct calendar_set {
    struct known_calendar *calendars; /* by slug */
    size_t count, capacity;
    size_t span_count;
};

/* The items with room for one more than `count`; NULL: out of memory. */
static void *with_room(void *items, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity == 0 ? 8 : 2 * *capacity;
    void *grown;

    if (count < *capacity)
        return items;
    grown = reallocarray(items, wanted, size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

static int take_calendar(const struct calendar *calendar, void *context)
{
    struct calendar_set *set = context;
    struct known_calendar *calendars;

    if (set->count >= CALENDARS_MOST)
        return -E2BIG;
    calendars = with_room(set->calendars, set->count, &set->capacity, sizeof(*calendars));
    if (calendars == NULL)
        return -ENOMEM;
    set->calendars = calendars;
    set->calendars[set->count] = (struct known_calendar){.id = calendar->id};
    (void)text_copy(set->calendars[set->count++].slug, CALENDAR_SLUG_MAX, calendar->slug);
    return 0;
}

static int take_span(int64_t calendar_id, const struct calendar_span *span, void *context)
{
    struct calendar_set *set = context;
    struct known_calendar *calendar = NULL;
    struct span *spans;
    struct span *target;
    size_t i;

    for (i = 0; i < set->count && calendar == NULL; i++)
        if (set->calendars[i].id == calendar_id)
            calendar = &set->calendars[i];
    if (calendar == NULL)
        return 0;
    if (set->span_count++ >= SPANS_ALL_MOST)
        return -E2BIG;
    spans = with_room(calendar->spans, calendar->count, &calendar->capacity, sizeof(*spans));
    if (spans == NULL)
        return -ENOMEM;
    calendar->spans = spans;
    target = &calendar->spans[calendar->count];
    *target = (struct span){.from_day = span->from_day, .to_day = span->to_day};
    target->name = strdup(span->name);
    if (target->name == NULL)
        return -ENOMEM;
    calendar->count++;
    return 0;
}

static int compare_calendars(const void *one, const void *other)
{
    const struct known_calendar *a = one;
    const struct known_calendar *b = other;

    return strcmp(a->slug, b->slug);
}

static int compare_spans(const void *one, const void *other)
{
    const struct span *a = one;
    const struct span *b = other;

    if (a->from_day != b->from_day)
        return a->from_day < b->from_day ? -1 : 1;
    return (a->to_day > b->to_day) - (a->to_day < b->to_day);
}

static void sort(struct calendar_set *set)
{
    size_t i;
    size_t k;

    if (set->count > 0)
        qsort(set->calendars, set->count, sizeof(*set->calendars), compare_calendars);
    for (i = 0; i < set->count; i++) {
        struct known_calendar *calendar = &set->calendars[i];

        if (calendar->count > 0)
            qsort(calendar->spans, calendar->count, sizeof(*calendar->spans), compare_spans);
        for (k = 0; k < calendar->count; k++) {
            size_t before = k > 0 ? calendar->spans[k - 1].reaches : 0;

            calendar->spans[k].reaches =
                k > 0 && calendar->spans[before].to_day >= calendar->spans[k].to_day ? before : k;
        }
    }
}

int calendar_set_read(struct store *store, struct calendar_set **ret_set, struct fault *fault)
{
    struct calendar_set *set = calloc(1, sizeof(*set));
    int result;

    if (set == NULL)
        return fault_no_memory(fault);
    result = calendar_each(store, take_calendar, set, fault);
    if (result == 0)
        result = calendar_span_each(store, 0, take_span, set, fault);
    if (result == -ENOMEM)
        result = fault_no_memory(fault);
    else if (result == -E2BIG)
        result = fault_set(fault, result,
                           "there are more calendars than can be read (%d, with %d entries "
                           "together): remove some",
                           CALENDARS_MOST, SPANS_ALL_MOST);
    if (result < 0) {
        calendar_set_free(set);
        return result;
    }
    sort(set);
    *ret_set = set;
    return 0;
}

void calendar_set_free(struct calendar_set *set)
{
    size_t i;
    size_t k;

    if (set == NULL)
        return;
    for (i = 0; i < set->count; i++) {
        for (k = 0; k < set->calendars[i].count; k++)
            free(set->calendars[i].spans[k].name);
        free(set->calendars[i].spans);
    }
    free(set->calendars);
    free(set);
}

/* "week-42": its number; 0 for anything else. */
static int week_of(const char *slug)
{
    int64_t week = 0;

    if (strncmp(slug, WEEK, strlen(WEEK)) != 0 || slug[strlen(WEEK)] == '0' ||
        !text_to_int64(slug + strlen(WEEK), 1, WEEKS_MOST, &week))
        return 0;
    return (int)week;
}

bool calendar_is_computed(const char *slug)
{
    return strcmp(slug, "weekends") == 0 || strcmp(slug, "danish-holidays") == 0 ||
           strcmp(slug, "danish-bank-holidays") == 0 || week_of(slug) != 0;
}

static const struct known_calendar *find(const struct calendar_set *set, const char *slug)
{
    struct known_calendar key;

    if (set == NULL || set->count == 0 || !text_copy(key.slug, sizeof(key.slug), slug))
        return NULL;
    return bsearch(&key, set->calendars, set->count, sizeof(*set->calendars), compare_calendars);
}

bool calendar_is_known(const struct calendar_set *set, const char *slug)
{
    return calendar_is_computed(slug) || find(set, slug) != NULL;
}

/* The name of a computed calendar's day, NULL when it is not off. */
static const char *computed_name(const char *slug, int32_t day)
{
    int weekday = clock_weekday(day);
    int year;
    int week;

    if (strcmp(slug, "weekends") == 0)
        return weekday == 6 ? "Saturday" : weekday == 0 ? "Sunday" : NULL;
    if (strcmp(slug, "danish-holidays") == 0)
        return holiday_name(day);
    if (strcmp(slug, "danish-bank-holidays") == 0)
        return weekday == 0 || weekday == 6 ? NULL : holiday_bank_closed_name(day);
    clock_iso_week(day, &year, &week);
    return week_of(slug) == week ? "" : NULL;
}

static const char *own_name(const struct known_calendar *calendar, int32_t day)
{
    const struct span *span;
    size_t low = 0;
    size_t high = calendar->count;

    while (low < high) { /* how many begin on the day or before */
        size_t middle = low + (high - low) / 2;

        if (calendar->spans[middle].from_day <= day)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    span = &calendar->spans[calendar->spans[low - 1].reaches];
    return span->to_day >= day ? span->name : NULL;
}

static bool is_off(const struct calendar_set *set, const char *slug, int32_t day,
                   char reason[static REST_REASON_MAX])
{
    const struct known_calendar *own = NULL;
    char words[DAY_WORDS_MAX + 1];
    const char *name;

    if (calendar_is_computed(slug)) {
        name = computed_name(slug, day);
    } else {
        own = find(set, slug);
        name = own != NULL ? own_name(own, day) : NULL;
    }
    if (name == NULL)
        return false;
    (void)text_copy(words, sizeof(words), name);
    if (name[0] == '\0')
        (void)snprintf(reason, REST_REASON_MAX, "week %d", week_of(slug));
    else
        (void)snprintf(reason, REST_REASON_MAX, "%s (%.63s)", words, slug);
    return true;
}

bool calendar_day_off(const struct calendar_set *set, const char *not_on, int32_t day,
                      char ret_reason[static REST_REASON_MAX])
{
    char slug[CALENDAR_SLUG_MAX];

    while (not_on[0] != '\0') {
        size_t length = strcspn(not_on, ",");

        if (length < sizeof(slug)) {
            memcpy(slug, not_on, length);
            slug[length] = '\0';
            if (is_off(set, slug, day, ret_reason))
                return true;
        }
        not_on += length + (not_on[length] == ',');
    }
    return false;
}
