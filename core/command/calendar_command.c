/*
 * calendar list | show | remove, and what `calendar add` sends:
 *
 *   calendar put  {"calendar": ID, "title": NAME | absent, "source": "by hand" | the file's name,
 *                  "days": [[first day, last day, name], ...]}   days as YYYY-MM-DD
 *
 * From a file they are all days there are; by hand they come beside those that are there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/calendar_days.h"
#include "core/command/detail.h"
#include "core/command/nearest.h"
#include "core/command/nouns.h"
#include "core/schedule/rest.h"

/* A week comes once a year: the one of this year may have passed. */
enum { WEEK_YEARS = 5 };

static const char BY_HAND[] = "by hand";

static const struct {
    const char *slug, *name;
} computed[] = {
    {"weekends", "Saturdays and Sundays"},
    {"danish-holidays", "public holidays in Denmark"},
    {"danish-bank-holidays", "weekdays on which Danish banks are closed"},
    {"week-N", "ISO week N of every year: week-1 to week-53"},
};

static int list_calendar(const struct calendar *calendar, void *context)
{
    struct json_writer *writer = context;

    json_begin_object(writer);
    result_text(writer, "id", calendar->slug);
    result_text(writer, "title", calendar->name);
    result_text(writer, "source", calendar->source);
    result_int(writer, "entries", calendar->days);
    result_int(writer, "triggers", calendar->triggers);
    result_instant(writer, "changed", calendar->changed_ms);
    json_end_object(writer);
    return 0;
}

static int calendar_list_apply(struct command_call *call, struct fault *fault)
{
    size_t i;
    int result;

    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    result = calendar_each(call->store, list_calendar, call->result, fault);
    for (i = 0; i < sizeof(computed) / sizeof(computed[0]); i++) {
        json_begin_object(call->result);
        result_text(call->result, "id", computed[i].slug);
        result_text(call->result, "title", computed[i].name);
        result_text(call->result, "source", "computed");
        json_end_object(call->result);
    }
    json_end_array(call->result);
    json_end_object(call->result);
    return result;
}

static void put_day(struct json_writer *writer, int32_t from_day, int32_t to_day, const char *name)
{
    static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

    json_begin_object(writer);
    result_text(writer, "weekday", weekdays[clock_weekday(from_day) % 7]);
    result_day(writer, "from", from_day);
    result_day(writer, "to", to_day);
    result_text(writer, "name", name);
    json_end_object(writer);
}

struct showing {
    struct json_writer *writer;
    int32_t first, last;
};

static int show_span(int64_t calendar_id, const struct calendar_span *span, void *context)
{
    const struct showing *showing = context;

    (void)calendar_id;
    if (span->to_day >= showing->first && span->from_day <= showing->last)
        put_day(showing->writer, span->from_day, span->to_day, span->name);
    return 0;
}

static void show_computed(const struct showing *showing, const char *slug)
{
    char reason[REST_REASON_MAX];
    char begun[REST_REASON_MAX] = "";
    int32_t from = 0;
    int32_t day;

    for (day = showing->first; day <= showing->last + 1; day++) {
        bool is_off = day <= showing->last && calendar_day_off(NULL, slug, day, reason);
        char *end = is_off ? strstr(reason, " (") : NULL;

        if (end != NULL)
            *end = '\0';
        if (begun[0] != '\0' && (!is_off || strcmp(begun, reason) != 0)) {
            put_day(showing->writer, from, day - 1, begun);
            begun[0] = '\0';
        }
        if (is_off && begun[0] == '\0') {
            from = day;
            (void)text_copy(begun, sizeof(begun), reason);
        }
    }
}

static int calendar_show_apply(struct command_call *call, struct fault *fault)
{
    const char *slug = argument_text(call, "calendar", "");
    bool is_computed = calendar_is_computed(slug);
    struct showing showing = {call->result, INT32_MIN, INT32_MAX - 1};
    int64_t year = argument_number(call, "year", 0);
    int64_t id = 0;
    int this_year;
    int month;
    int day;
    int result = is_computed ? 0 : calendar_find(call->store, slug, &id, fault);

    if (result == -ENOENT)
        return nearest_calendar(call->store, slug, result, fault);
    if (result < 0)
        return result;
    clock_civil(call_today(call), &this_year, &month, &day);
    if (year == 0 && is_computed && strncmp(slug, "week-", 5) == 0) {
        showing.first = clock_day(this_year, 1, 1);
        showing.last = clock_day(this_year + WEEK_YEARS, 12, 31);
    } else if (year == 0 && is_computed) {
        year = this_year;
    }
    if (year != 0) {
        showing.first = clock_day((int)year, 1, 1);
        showing.last = clock_day((int)year, 12, 31);
    }
    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    if (is_computed)
        show_computed(&showing, slug);
    else
        result = calendar_span_each(call->store, id, show_span, &showing, fault);
    json_end_array(call->result);
    json_end_object(call->result);
    return result;
}

static int refuse_computed(const char *slug, struct fault *fault)
{
    return fault_set(fault, -EINVAL,
                     "%s is computed and cannot be changed; take another name for your own", slug);
}

static int take_slug(struct command_call *call, const char **ret_slug, struct fault *fault)
{
    const char *slug = argument_text(call, "calendar", "");

    if (!text_is_slug(slug))
        return fault_set(
            fault, -EINVAL,
            "CALENDAR: expected an id of small letters, digits, - and _, not \"%.80s\"", slug);
    (void)text_copy(call->subject, sizeof(call->subject), slug);
    *ret_slug = slug;
    return calendar_is_computed(slug) ? refuse_computed(slug, fault) : 0;
}

struct known {
    const char *slug;
    struct calendar calendar; /* id 0: there is none */
    int64_t count;
};

static int look_at_calendar(const struct calendar *calendar, void *context)
{
    struct known *known = context;

    known->count++;
    if (strcmp(calendar->slug, known->slug) == 0)
        known->calendar = *calendar;
    return 0;
}

/* What differs between the days there were and those there are: whole entries. */
static void answer_put(struct command_call *call, const struct known *known,
                       const struct day_list *before, const struct day_list *after)
{
    size_t added = day_list_missing(before, after);
    size_t removed = day_list_missing(after, before);

    detail_int(call, "entries", (int64_t)after->count);
    detail_int(call, "added", (int64_t)added);
    detail_int(call, "removed", (int64_t)removed);
    json_begin_object(call->result);
    if (known->calendar.id != 0 && added == 0 && removed == 0)
        result_message(call->result, "%s: no change, %zu entr%s", known->slug, after->count,
                       after->count == 1 ? "y" : "ies");
    else
        result_message(call->result, "%s %s: %zu entr%s, %zu added, %zu removed", known->slug,
                       known->calendar.id != 0 ? "is changed" : "is new", after->count,
                       after->count == 1 ? "y" : "ies", added, removed);
    result_int(call->result, "entries", (int64_t)after->count);
    result_int(call->result, "added", (int64_t)added);
    result_int(call->result, "removed", (int64_t)removed);
    json_end_object(call->result);
}

static int put_days(struct command_call *call, const struct known *known, const char *source,
                    struct fault *fault)
{
    const char *title =
        argument_text(call, "title", known->calendar.id != 0 ? known->calendar.name : known->slug);
    bool is_by_hand = strcmp(source, BY_HAND) == 0;
    struct day_list before = {0};
    struct day_list given = {0};
    struct day_list after = {0};
    char name[CALENDAR_NAME_MAX];
    int64_t id = 0;
    int result = day_list_of_json(json_member(call->arguments, "days"), &given, fault);

    cpr_hide(title, name);
    if (result == 0 && known->calendar.id != 0)
        result = day_list_read(call->store, known->calendar.id, &before, fault);
    if (result == 0)
        result = calendar_put(call->store, known->slug, name, source, call->now_ms, &id, fault);
    if (result == 0 && !is_by_hand)
        result = calendar_spans_clear(call->store, id, fault);
    if (result == 0)
        result = day_list_put(call->store, id, &given, fault);
    if (result == 0)
        result = day_list_read(call->store, id, &after, fault);
    if (result == -E2BIG)
        result = fault_prefix(fault, -EINVAL, "%s", known->slug);
    if (result == 0)
        answer_put(call, known, &before, &after);
    day_list_release(&before);
    day_list_release(&given);
    day_list_release(&after);
    return result;
}

static int calendar_put_apply(struct command_call *call, struct fault *fault)
{
    const char *source = argument_text(call, "source", BY_HAND);
    struct known known = {.count = 0};
    int result = take_slug(call, &known.slug, fault);

    if (result == 0)
        result = calendar_each(call->store, look_at_calendar, &known, fault);
    if (result == 0 && known.calendar.id == 0 && known.count >= CALENDARS_MOST)
        result = fault_set(fault, -EINVAL, "there are %d calendars, which is the most: remove one",
                           CALENDARS_MOST);
    if (result == 0)
        result = put_days(call, &known, source, fault);
    if (result == 0)
        call->effects.robots_changed = true;
    return result;
}

static int remove_day(struct command_call *call, const struct known *known, int32_t day,
                      struct fault *fault)
{
    const struct calendar *calendar = &known->calendar;
    const char *slug = known->slug;
    int64_t id = calendar->id;
    struct day_list days = {0};
    char text[CLOCK_DAY_TEXT];
    size_t dropped = 0;
    int result = day_list_read(call->store, id, &days, fault);

    clock_format_day(day, text);
    if (result == 0)
        dropped = day_list_drop(&days, day);
    if (result == 0 && dropped == 0)
        result = fault_set(fault, -ENOENT,
                           "%s has no entry that begins on %s; `automagi calendar show %s` shows "
                           "them",
                           slug, text, slug);
    if (result == 0)
        result = calendar_spans_clear(call->store, id, fault);
    if (result == 0)
        result = day_list_put(call->store, id, &days, fault);
    if (result == 0)
        result = calendar_put(call->store, slug, calendar->name, calendar->source, call->now_ms,
                              &id, fault);
    if (result == 0)
        result_only_message(call, "%s: %zu entr%s from %s on removed, %zu left", slug, dropped,
                            dropped == 1 ? "y" : "ies", text, days.count);
    day_list_release(&days);
    return result;
}

static int calendar_remove_apply(struct command_call *call, struct fault *fault)
{
    struct known known = {.count = 0};
    int32_t day = 0;
    int64_t id = 0;
    int result = take_slug(call, &known.slug, fault);

    if (result == 0)
        result = calendar_find(call->store, known.slug, &id, fault);
    if (result == -ENOENT)
        result = nearest_calendar(call->store, known.slug, result, fault);
    if (result == 0)
        result = calendar_each(call->store, look_at_calendar, &known, fault);
    if (result == 0 && argument_day(call, "day", &day)) {
        result = remove_day(call, &known, day, fault);
    } else if (result == 0) {
        detail_text(call, "title_before", known.calendar.name);
        detail_int(call, "entries_before", known.calendar.days);
        result = calendar_remove(call->store, id, fault);
        if (result == -EBUSY)
            result = fault_prefix(fault, -EINVAL, "%s cannot be removed", known.slug);
        if (result == 0)
            result_only_message(call, "%s is removed", known.slug);
    }
    if (result == 0)
        call->effects.robots_changed = true;
    return result;
}

static const struct column list_columns[] = {
    {.member = "id", .heading = "calendar"},
    {.member = "title", .heading = "title"},
    {.member = "source", .heading = "source"},
    {.member = "entries", .heading = "entries", .is_right = true},
    {.member = "triggers", .heading = "triggers", .is_right = true},
    {.member = "changed", .heading = "changed"},
    COLUMNS_END,
};

const struct command command_calendar_list = {
    .name = "calendar list",
    .summary = "days on which triggers can be told not to run: your own, and those computed",
    .kind = COMMAND_READS,
    .columns = list_columns,
    .empty = "no calendars",
    .apply = calendar_list_apply,
};

#define CALENDAR_ARGUMENT(offered)                                                                 \
    {                                                                                              \
        .name = "calendar", .kind = ARGUMENT_TEXT, .is_positional = true, .is_required = true,     \
        .value = "CALENDAR", .help = "its id", .most = CALENDAR_SLUG_MAX - 1, .source = (offered)  \
    }

static const struct argument show_arguments[] = {
    CALENDAR_ARGUMENT(SOURCE_CALENDAR),
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .value = "YEAR",
     .help = "of this year alone (all; of a computed one this year, of a week the next ones too)",
     .least = 1970,
     .most = 2199},
    ARGUMENTS_END,
};

static const struct column show_columns[] = {
    {.member = "weekday", .heading = ""},
    {.member = "from", .heading = "from"},
    {.member = "to", .heading = "to"},
    {.member = "name", .heading = "name"},
    COLUMNS_END,
};

const struct command command_calendar_show = {
    .name = "calendar show",
    .summary = "the days of a calendar, also of a computed one such as danish-holidays",
    .kind = COMMAND_READS,
    .arguments = show_arguments,
    .columns = show_columns,
    .empty = "no days",
    .apply = calendar_show_apply,
};

static const struct argument add_arguments[] = {
    CALENDAR_ARGUMENT(SOURCE_OWN_CALENDAR),
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .value = "FILE.ics",
     .help = "an iCalendar file: its days replace those that were there"},
    {.name = "day",
     .kind = ARGUMENT_TEXT,
     .value = "DATE[..DATE]",
     .help = "a day or days in a row, beside those that are there; may be given again",
     .is_repeated = true},
    {.name = "name",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "what these days are called",
     .needs = "day",
     .most = CALENDAR_NAME_MAX - 1},
    {.name = "title",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "how the calendar is called (its id)",
     .most = CALENDAR_NAME_MAX - 1},
    ARGUMENTS_END,
};

const struct command command_calendar_add = {
    .name = "calendar add",
    .summary = "make a calendar of your own, or change its days",
    .help =
        "  automagi calendar add closing --day 2026-12-24..2027-01-01 --name Juleferie\n"
        "  automagi calendar add school school.ics\n"
        "\n"
        "A file is read here, from a year back to ten years ahead: whole days as they are, events\n"
        "with times as the days they touch, repeated ones one by one; cancelled ones are left "
        "out.\n"
        "Adding a file again makes the calendar what the file says.",
    .kind = COMMAND_LOCAL,
    .arguments = add_arguments,
    .check = calendar_add_check,
};

static const struct argument put_arguments[] = {
    CALENDAR_ARGUMENT(SOURCE_OWN_CALENDAR),
    {.name = "title", .kind = ARGUMENT_TEXT, .help = "its name", .most = CALENDAR_NAME_MAX - 1},
    {.name = "source",
     .kind = ARGUMENT_TEXT,
     .help = "by hand, or a file's name",
     .most = CALENDAR_NAME_MAX - 1},
    {.name = "days", .kind = ARGUMENT_LIST, .is_required = true, .help = "the days"},
    ARGUMENTS_END,
};

const struct command command_calendar_put = {
    .name = "calendar put",
    .kind = COMMAND_CHANGES,
    .arguments = put_arguments,
    .apply = calendar_put_apply,
};

static const struct argument remove_arguments[] = {
    CALENDAR_ARGUMENT(SOURCE_OWN_CALENDAR),
    {.name = "day", .kind = ARGUMENT_DAY, .value = "DATE", .help = "only what begins on this day"},
    ARGUMENTS_END,
};

const struct command command_calendar_remove = {
    .name = "calendar remove",
    .summary = "take away a calendar that no trigger names, or days of it",
    .kind = COMMAND_CHANGES,
    .arguments = remove_arguments,
    .apply = calendar_remove_apply,
};
