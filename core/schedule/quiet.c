/* Quiet hours of systems. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/zone.h"
#include "core/schedule/rest.h"

enum {
    DAY_MINUTES = 1440,
    DAY_S = 86400,
    WEEKDAYS = 7,
    EVERY_DAY = 0x7f,
    HOPS_MOST = 1000, /* from the end of one entry to the end of the next */
    SPANS_MOST = 16,
    AHEAD_MS = 8 * 86400000
};

/* A part of the text, without space around it. */
struct piece {
    const char *at;
    size_t length;
};

static struct piece trimmed(const char *at, size_t length)
{
    while (length > 0 && at[0] == ' ') {
        at++;
        length--;
    }
    while (length > 0 && at[length - 1] == ' ')
        length--;
    return (struct piece){at, length};
}

static bool is_word(struct piece piece, const char *word)
{
    return strlen(word) == piece.length && strncasecmp(piece.at, word, piece.length) == 0;
}

/* 0 Sunday ... 6 Saturday; -1 when it is none. */
static int weekday_of(struct piece piece)
{
    static const char *const words[WEEKDAYS][4] = {
        {"sun", "søn", "sunday", "søndag"},    {"mon", "man", "monday", "mandag"},
        {"tue", "tir", "tuesday", "tirsdag"},  {"wed", "ons", "wednesday", "onsdag"},
        {"thu", "tor", "thursday", "torsdag"}, {"fri", "fre", "friday", "fredag"},
        {"sat", "lør", "saturday", "lørdag"},
    };
    int i;
    int k;

    for (i = 0; i < WEEKDAYS; i++)
        for (k = 0; k < 4; k++)
            if (is_word(piece, words[i][k]))
                return i;
    return -1;
}

/* "mon", "mon-fri", "sat-sun": a bit per weekday; 0 when it is none. */
static uint8_t weekdays_of(struct piece piece)
{
    const char *dash = memchr(piece.at, '-', piece.length);
    unsigned bits = 0;
    int first;
    int last;

    if (dash == NULL) {
        first = weekday_of(piece);
        return first < 0 ? 0 : (uint8_t)(1U << first);
    }
    first = weekday_of((struct piece){piece.at, (size_t)(dash - piece.at)});
    last = weekday_of((struct piece){dash + 1, piece.length - (size_t)(dash - piece.at) - 1});
    if (first < 0 || last < 0)
        return 0;
    for (;; first = (first + 1) % WEEKDAYS) {
        bits |= 1U << first;
        if (first == last)
            return (uint8_t)bits;
    }
}

/* "18:00" at `at`, to 24:00; -1 when it is none. */
static int minute_at(const char *at)
{
    static const char form[] = "00:00";
    int minute;
    int i;

    for (i = 0; i < 5; i++)
        if (form[i] == ':' ? at[i] != ':' : at[i] < '0' || at[i] > '9')
            return -1;
    if (at[3] > '5')
        return -1;
    minute = ((at[0] - '0') * 10 + at[1] - '0') * 60 + (at[3] - '0') * 10 + at[4] - '0';
    return minute <= DAY_MINUTES ? minute : -1;
}

static bool hours_of(struct piece piece, struct quiet_entry *entry)
{
    int from;
    int to;

    if (piece.length != strlen("18:00-06:00") || piece.at[5] != '-')
        return false;
    from = minute_at(piece.at);
    to = minute_at(piece.at + 6);
    if (from < 0 || to < 0 || from == DAY_MINUTES)
        return false;
    entry->from_minute = (int16_t)from;
    entry->to_minute = (int16_t)to;
    return true;
}

/* "sat", "18:00-06:00", "sun 00:00-12:00" */
static bool read_entry(struct piece piece, struct quiet_entry *entry)
{
    const char *space = memchr(piece.at, ' ', piece.length);
    size_t first = space != NULL ? (size_t)(space - piece.at) : piece.length;

    *entry = (struct quiet_entry){EVERY_DAY, 0, DAY_MINUTES};
    if (space == NULL && hours_of(piece, entry))
        return true;
    entry->weekdays = weekdays_of((struct piece){piece.at, first});
    if (entry->weekdays == 0)
        return false;
    return space == NULL || hours_of(trimmed(space, piece.length - first), entry);
}

int quiet_parse(const char *text, struct quiet *ret_quiet, struct fault *fault)
{
    struct quiet quiet = {.count = 0};

    if (trimmed(text, strlen(text)).length == 0) {
        *ret_quiet = quiet;
        return 0;
    }
    for (;;) {
        size_t length = strcspn(text, ",");
        struct piece piece = trimmed(text, length);

        if (quiet.count == QUIET_ENTRIES_MAX)
            return fault_set(fault, -EINVAL, "quiet hours: at most %d entries between commas",
                             QUIET_ENTRIES_MAX);
        if (!read_entry(piece, &quiet.entries[quiet.count]))
            return fault_set(fault, -EINVAL,
                             "quiet hours: \"%.*s\" must be weekdays (sat, mon-fri), hours "
                             "(18:00-06:00, 00:00-24:00), or both, as \"sun 00:00-12:00\"",
                             (int)(piece.length < 60 ? piece.length : 60), piece.at);
        quiet.count++;
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    *ret_quiet = quiet;
    return 0;
}

static bool begins_on(const struct quiet_entry *entry, int32_t day)
{
    return (entry->weekdays >> clock_weekday(day) & 1) != 0;
}

/* Local seconds since 1970 at which the entry that holds the local moment ends; the moment itself when none
 * holds it. */
static int64_t closed_until(const struct quiet *quiet, int64_t local_s)
{
    int64_t whole = local_s / DAY_S - (local_s % DAY_S < 0);
    int32_t day = (int32_t)whole;
    int64_t until_s = local_s;
    size_t i;

    for (i = 0; i < quiet->count; i++) {
        const struct quiet_entry *entry = &quiet->entries[i];
        bool is_over_midnight = entry->to_minute <= entry->from_minute;
        int64_t second = local_s - whole * DAY_S;
        int64_t end_s = local_s;

        if (begins_on(entry, day) && second >= (int64_t)entry->from_minute * 60 &&
            (is_over_midnight || second < (int64_t)entry->to_minute * 60))
            end_s = (whole + is_over_midnight) * DAY_S + (int64_t)entry->to_minute * 60;
        if (is_over_midnight && begins_on(entry, day - 1) &&
            second < (int64_t)entry->to_minute * 60 && end_s == local_s)
            end_s = whole * DAY_S + (int64_t)entry->to_minute * 60;
        if (end_s > until_s)
            until_s = end_s;
    }
    return until_s;
}

/* The first moment after `utc_s` at which the clock shows local_s or later. */
static int64_t when_shown(const struct zone *zone, int64_t local_s, int64_t utc_s)
{
    struct zone_span span;
    int i;

    for (i = 0; i < SPANS_MOST; i++) {
        zone_span(zone, utc_s, &span);
        if (utc_s + span.offset_s >= local_s)
            return utc_s;
        if (local_s - span.offset_s < span.to_s)
            return local_s - span.offset_s;
        utc_s = span.to_s;
    }
    return utc_s;
}

int64_t quiet_until(const struct quiet *quiet, const struct zone *zone, int64_t now_ms)
{
    int64_t utc_s = now_ms / 1000 - (now_ms % 1000 < 0);
    int hops;

    if (zone == NULL)
        zone = clock_zone();
    for (hops = 0; hops < HOPS_MOST && utc_s * 1000 - now_ms <= AHEAD_MS; hops++) {
        int64_t local_s = utc_s + zone_offset_s(zone, utc_s);
        int64_t until_s = closed_until(quiet, local_s);

        if (until_s == local_s)
            return hops == 0 ? 0 : utc_s * 1000;
        utc_s = when_shown(zone, until_s, utc_s);
    }
    return INT64_MAX;
}
