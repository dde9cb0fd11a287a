#include "core/cli/ics.h"

#include <errno.h>
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/cli/ics_lines.h"

enum {
    YEAR_LEAST = 1900,
    YEAR_MOST = 2199,
    DAY_S = 86400,
    MOVED_MAX = 2000,
    LISTED_MAX = 1000,
    RULES_MAX = 10
};

/* An occurrence that is elsewhere, or was cancelled, by an event of its own. */
struct moved {
    const char *uid;
    struct icaltimetype at;
};

struct reading {
    struct ics_lines lines;
    int32_t first_day, last_day;
    struct day_list days;
    struct moved *moved;
    size_t moved_count;
    int64_t steps;
    int64_t begun_s; /* of this process's time on a processor */
    int line;        /* of the event */
    struct fault *fault;
};

/* An event while it is taken apart. */
struct event {
    icalcomponent *component;
    struct icaltimetype start;
    int64_t days;     /* of whole days */
    int64_t length_s; /* of times */
    char name[CALENDAR_NAME_MAX];
};

static int refuse(const struct reading *reading, const char *what)
{
    return fault_set(reading->fault, -EINVAL, "line %d: the event that begins here %s",
                     reading->line, what);
}

static int64_t processor_s(void)
{
    struct timespec used = {0};

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec;
}

static bool is_usable(struct icaltimetype time)
{
    return !icaltime_is_null_time(time) && time.year >= YEAR_LEAST && time.year <= YEAR_MOST &&
           time.month >= 1 && time.month <= 12 && time.day >= 1 && time.day <= 31;
}

static int64_t seconds_of(struct icaltimetype time)
{
    const icaltimezone *zone = time.zone != NULL ? time.zone : icaltimezone_get_utc_timezone();

    return icaltime_as_timet_with_zone(time, zone);
}

/* Times without a zone are local everywhere. */
static int32_t day_of(struct icaltimetype time, int64_t second)
{
    if (time.zone == NULL)
        return (int32_t)(second / DAY_S - (second % DAY_S < 0));
    return clock_local_day(second * 1000);
}

static int add_days(struct reading *reading, const struct event *event, int64_t from, int64_t to)
{
    struct calendar_span span = {0, 0, event->name};
    int result;

    if (to - from >= ICS_EVENT_DAYS_MAX)
        return refuse(reading, "lasts more than 1000 days");
    if (to < reading->first_day || from > reading->last_day)
        return 0;
    span.from_day = (int32_t)(from > reading->first_day ? from : reading->first_day);
    span.to_day = (int32_t)(to < reading->last_day ? to : reading->last_day);
    result = day_list_add(&reading->days, &span, reading->fault);
    return result == -E2BIG ? fault_prefix(reading->fault, -EINVAL, "line %d", reading->line)
                            : result;
}

static bool is_moved(const struct reading *reading, const struct event *event,
                     struct icaltimetype at)
{
    const char *uid = icalcomponent_get_uid(event->component);
    size_t i;

    for (i = 0; uid != NULL && i < reading->moved_count; i++)
        if (strcmp(reading->moved[i].uid, uid) == 0 &&
            (at.is_date ? icaltime_compare_date_only(reading->moved[i].at, at)
                        : icaltime_compare(reading->moved[i].at, at)) == 0)
            return true;
    return false;
}

/* One time the event is held. */
static int add_occurrence(struct reading *reading, const struct event *event,
                          struct icaltimetype at)
{
    int64_t second;
    int32_t from;

    if (!is_usable(at))
        return 0;
    if (at.is_date) {
        from = clock_day(at.year, at.month, at.day);
        return add_days(reading, event, from, from + event->days - 1);
    }
    second = seconds_of(at);
    from = day_of(at, second);
    return add_days(reading, event, from,
                    event->length_s > 0 ? day_of(at, second + event->length_s - 1) : from);
}

static int add_repeated(struct reading *reading, struct event *event, struct icaltimetype at)
{
    if (is_moved(reading, event, at) ||
        icalproperty_recurrence_is_excluded(event->component, &event->start, &at))
        return 0;
    return add_occurrence(reading, event, at);
}

static bool is_behind(const struct reading *reading, struct icaltimetype at)
{
    return at.year > YEAR_MOST || clock_day(at.year, at.month, at.day) > reading->last_day + 1;
}

static bool has_several(const short *by)
{
    return by[0] != ICAL_RECURRENCE_ARRAY_MAX && by[1] != ICAL_RECURRENCE_ARRAY_MAX;
}

/* Several times in one day, of which libical tries each of each day, up to 86400 of them. */
static bool is_many_times_a_day(const struct icalrecurrencetype *rule)
{
    return rule->freq == ICAL_SECONDLY_RECURRENCE || rule->freq == ICAL_MINUTELY_RECURRENCE ||
           rule->freq == ICAL_HOURLY_RECURRENCE || has_several(rule->by_hour) ||
           has_several(rule->by_minute) || has_several(rule->by_second);
}

static int add_rule(struct reading *reading, struct event *event, const icalproperty *property)
{
    struct icalrecurrencetype rule = icalproperty_get_rrule(property);
    icalrecur_iterator *iterator;
    struct icaltimetype at;
    int result = 0;

    if (is_many_times_a_day(&rule))
        return refuse(reading, "repeats many times a day (RRULE); give it as days");
    iterator = icalrecur_iterator_new(rule, event->start);
    if (iterator == NULL)
        return refuse(reading, "has a repetition (RRULE) that cannot be followed");
    while (result == 0) {
        /* A rule that no day fits is looked for on every day to the year 2582. */
        if (processor_s() - reading->begun_s >= ICS_SECONDS_MAX) {
            result = refuse(reading, "has a repetition (RRULE) that takes too long to follow");
            break;
        }
        at = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(at) || is_behind(reading, at))
            break;
        if (++reading->steps > ICS_STEPS_MAX)
            result = refuse(reading, "repeats too often: more than 200000 times in this file");
        else
            result = add_repeated(reading, event, at);
    }
    icalrecur_iterator_free(iterator);
    return result;
}

/* The event's nth property of a kind. Walked anew each time, for libical has one place per component that such
 * walks share with its own; so there are few of a kind. */
static icalproperty *property_at(icalcomponent *component, icalproperty_kind kind, int index)
{
    icalproperty *property = icalcomponent_get_first_property(component, kind);

    for (; property != NULL && index > 0; index--)
        property = icalcomponent_get_next_property(component, kind);
    return property;
}

static int add_date(struct reading *reading, struct event *event, icalproperty *property)
{
    struct icaltimetype at = icalproperty_get_datetime_with_component(property, event->component);

    if (icaltime_is_null_time(at))
        at = icalproperty_get_rdate(property).period.start;
    if (++reading->steps > ICS_STEPS_MAX)
        return refuse(reading, "repeats too often: more than 200000 times in this file");
    return add_repeated(reading, event, at);
}

/* All the times of an event that has no RECURRENCE-ID. */
static int add_all(struct reading *reading, struct event *event)
{
    icalproperty *property = property_at(event->component, ICAL_RRULE_PROPERTY, 0);
    int result = property == NULL ? add_repeated(reading, event, event->start) : 0;
    int i;

    for (i = 0; property != NULL && result == 0; i++) {
        result = add_rule(reading, event, property);
        property = property_at(event->component, ICAL_RRULE_PROPERTY, i + 1);
    }
    property = property_at(event->component, ICAL_RDATE_PROPERTY, 0);
    for (i = 0; property != NULL && result == 0; i++) {
        result = add_date(reading, event, property);
        property = property_at(event->component, ICAL_RDATE_PROPERTY, i + 1);
    }
    return result;
}

/* One line: what is not fit for one is a space, and spaces in a row are one. */
static void name_event(struct event *event)
{
    const char *summary = icalcomponent_get_summary(event->component);
    struct text name;

    text_init(&name, CALENDAR_NAME_MAX - 1);
    while (summary != NULL && summary[0] != '\0') {
        size_t length = 1;

        while ((summary[length] & 0xc0) == 0x80)
            length++;
        if (name.length + length >= CALENDAR_NAME_MAX)
            break;
        if (summary[0] != ' ' && text_is_line(summary, length))
            text_append(&name, summary, length);
        else if (name.length > 0 && name.bytes[name.length - 1] != ' ')
            text_append_char(&name, ' ');
        summary += length;
    }
    while (name.length > 0 && name.bytes[name.length - 1] == ' ')
        name.bytes[--name.length] = '\0';
    (void)text_copy(event->name, sizeof(event->name),
                    name.length > 0 && text_is_line(name.bytes, name.length) ? name.bytes
                                                                             : "closed");
    text_release(&name);
}

/* What libical could not read and left out, where it changes which days these are. */
static int check_errors(const struct reading *reading, icalcomponent *component)
{
    static const char *const names[] = {"DTSTART", "DTEND",  "DURATION",      "RRULE",
                                        "RDATE",   "EXDATE", "RECURRENCE-ID", "STATUS"};
    icalproperty *error;
    size_t i;

    for (error = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
         error != NULL;
         error = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        const char *text = icalproperty_get_xlicerror(error);

        for (i = 0; text != NULL && i < sizeof(names) / sizeof(names[0]); i++)
            if (strstr(text, names[i]) != NULL)
                return fault_set(reading->fault, -EINVAL,
                                 "line %d: the event that begins here has a %s that cannot be read",
                                 reading->line, names[i]);
    }
    if (icalcomponent_get_first_property(component, ICAL_EXRULE_PROPERTY) != NULL)
        return refuse(reading, "has an EXRULE, which is not read; give the days as EXDATE");
    if (icalcomponent_count_properties(component, ICAL_EXDATE_PROPERTY) > LISTED_MAX ||
        icalcomponent_count_properties(component, ICAL_RDATE_PROPERTY) > LISTED_MAX)
        return refuse(reading, "has more than 1000 days listed (RDATE, EXDATE)");
    if (icalcomponent_count_properties(component, ICAL_RRULE_PROPERTY) > RULES_MAX)
        return refuse(reading, "has more than 10 repetitions (RRULE)");
    return 0;
}

static int measure(const struct reading *reading, struct event *event)
{
    struct icaltimetype end = icalcomponent_get_dtend(event->component);
    struct icaltimetype start = icalcomponent_get_dtstart(event->component);

    event->start = start;
    if (!is_usable(start))
        return refuse(reading, "has no start (DTSTART) from 1900 to 2199");
    event->days = 1;
    event->length_s = 0;
    if (!is_usable(end))
        return 0;
    if (start.is_date)
        event->days = (int64_t)clock_day(end.year, end.month, end.day) -
                      clock_day(start.year, start.month, start.day);
    else
        event->length_s = seconds_of(end) - seconds_of(start);
    if (event->days < 0 || event->length_s < 0)
        return refuse(reading, "ends before it begins");
    if (event->days == 0) /* an end on the same day is no end */
        event->days = 1;
    return 0;
}

static int take_event(struct reading *reading, icalcomponent *component)
{
    struct event event = {.component = component};
    int result = check_errors(reading, component);

    if (result == 0 && icalcomponent_get_status(component) == ICAL_STATUS_CANCELLED)
        return 0;
    if (result == 0)
        result = measure(reading, &event);
    if (result < 0)
        return result;
    name_event(&event);
    if (icalcomponent_get_first_property(component, ICAL_RECURRENCEID_PROPERTY) != NULL)
        return add_occurrence(reading, &event, event.start);
    return add_all(reading, &event);
}

static int note_moved(struct reading *reading, icalcomponent *component)
{
    const char *uid = icalcomponent_get_uid(component);
    icalproperty *moved = icalcomponent_get_first_property(component, ICAL_RECURRENCEID_PROPERTY);

    if (moved != NULL && icalproperty_get_first_parameter(moved, ICAL_RANGE_PARAMETER) != NULL)
        return refuse(reading, "moves those after it too (RECURRENCE-ID with RANGE), which is not "
                               "read; end the repetition there and begin a new one");
    if (uid == NULL || moved == NULL)
        return 0;
    if (reading->moved_count == MOVED_MAX)
        return refuse(reading, "is one too many that was moved (RECURRENCE-ID): 2000 are the most");
    reading->moved[reading->moved_count++] =
        (struct moved){uid, icalcomponent_get_recurrenceid(component)};
    return 0;
}

/* Every event in the order of the file, which is that of lines.events. */
static int each_event(struct reading *reading, icalcomponent *root,
                      int (*take)(struct reading *reading, icalcomponent *component))
{
    bool is_one = icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT;
    icalcomponent *calendar =
        is_one ? root : icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT);
    size_t index = 0;
    int result = 0;

    while (calendar != NULL && result == 0) {
        icalcompiter at = icalcomponent_begin_component(calendar, ICAL_VEVENT_COMPONENT);

        for (; icalcompiter_deref(&at) != NULL && result == 0; (void)icalcompiter_next(&at)) {
            reading->line = index < reading->lines.event_count ? reading->lines.events[index++] : 0;
            result = take(reading, icalcompiter_deref(&at));
        }
        calendar = is_one ? NULL : icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT);
    }
    return result;
}

static int compare_spans(const void *one, const void *other)
{
    const struct day_entry *a = one;
    const struct day_entry *b = other;

    if (a->from_day != b->from_day)
        return a->from_day < b->from_day ? -1 : 1;
    if (a->to_day != b->to_day)
        return a->to_day < b->to_day ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* Sorted; what goes on under the same name is one, and of the same days the first is kept. */
static void tidy(struct day_list *days)
{
    size_t kept = 0;
    size_t i;

    if (days->count > 0)
        qsort(days->entries, days->count, sizeof(*days->entries), compare_spans);
    for (i = 1; i < days->count; i++) {
        struct day_entry *last = &days->entries[kept];
        struct day_entry *span = &days->entries[i];
        bool is_same = span->from_day == last->from_day && span->to_day == last->to_day;
        bool goes_on = span->from_day <= last->to_day + 1 && strcmp(span->name, last->name) == 0;

        if (goes_on && span->to_day > last->to_day)
            last->to_day = span->to_day;
        if (is_same || goes_on)
            free(span->name);
        else
            days->entries[++kept] = *span;
    }
    if (days->count > 0)
        days->count = kept + 1;
}

static int read_events(struct reading *reading)
{
    icalcomponent *root = icalparser_parse_string(text_string(&reading->lines.unfolded));
    int result;

    if (root == NULL)
        return fault_set(reading->fault, -EINVAL, "line 1: not an iCalendar file");
    result = each_event(reading, root, note_moved);
    if (result == 0)
        result = each_event(reading, root, take_event);
    icalcomponent_free(root);
    icalmemory_free_ring();
    return result;
}

int ics_read(const char *text, size_t length, int32_t first_day, int32_t last_day,
             struct day_list *ret_days, struct fault *fault)
{
    struct reading reading = {
        .first_day = first_day, .last_day = last_day, .begun_s = processor_s(), .fault = fault};
    int result = ics_lines_read(text, length, &reading.lines, fault);

    if (result < 0)
        return result;
    reading.moved = calloc(MOVED_MAX, sizeof(*reading.moved));
    icalerror_set_errors_are_fatal(0);
    result = reading.moved == NULL ? fault_no_memory(fault) : read_events(&reading);
    if (result == 0) {
        tidy(&reading.days);
        *ret_days = reading.days;
    } else {
        day_list_release(&reading.days);
    }
    free(reading.moved);
    ics_lines_release(&reading.lines);
    return result;
}
