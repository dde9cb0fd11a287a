#include "core/schedule/cron.h"

#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"

enum {
    FIELDS = 5,
    MINUTES_PER_DAY = 1440,
    MS_PER_MINUTE = 60000,
    HORIZON_DAYS = 8 * 366 /* 29 February can be eight years away: 2096 to 2104 */
};

struct field {
    const char *name;
    int least, most;
};

static const struct field fields[FIELDS] = {
    {"minute", 0, 59}, {"hour", 0, 23},   {"day of month", 1, 31},
    {"month", 1, 12},  {"weekday", 0, 7},
};

/* One field as written. */
struct values {
    uint64_t bits;
    bool has_star; /* it begins with *, as Debian's cron looks at it */
    bool has_step;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Digits at *at, at most three: no field needs more. */
static bool take_number(const char **at, int *ret_number)
{
    int number = 0;
    int digits = 0;

    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        if (digits == 3)
            return false;
        number = number * 10 + (**at - '0');
    }
    *ret_number = number;
    return digits > 0;
}

/* "*", "7", "6-18", each but the number alone with "/2". */
static bool take_item(const char **at, const struct field *field, struct values *values)
{
    int from = field->least;
    int to = field->most;
    int step = 1;
    bool is_range = true;

    if (**at == '*') {
        (*at)++;
    } else {
        if (!take_number(at, &from))
            return false;
        is_range = **at == '-';
        to = from;
        if (is_range) {
            (*at)++;
            if (!take_number(at, &to))
                return false;
        }
    }
    if (is_range && **at == '/') {
        (*at)++;
        if (!take_number(at, &step) || step == 0)
            return false;
        values->has_step = true;
    }
    if (from < field->least || to > field->most || from > to)
        return false;
    for (; from <= to; from += step)
        values->bits |= UINT64_C(1) << from;
    return true;
}

static bool take_field(const char **at, const struct field *field, struct values *values)
{
    memset(values, 0, sizeof *values);
    while (is_blank(**at))
        (*at)++;
    values->has_star = **at == '*';
    while (take_item(at, field, values)) {
        if (**at != ',')
            return **at == '\0' || is_blank(**at);
        (*at)++;
    }
    return false;
}

int cron_parse(const char *text, struct cron *ret_cron, struct fault *fault)
{
    struct values values[FIELDS];
    const char *at = text;
    int i;

    for (i = 0; i < FIELDS; i++)
        if (!take_field(&at, &fields[i], &values[i]))
            return fault_set(fault, -EINVAL,
                             "the schedule \"%.128s\": the %s must be * or numbers %d-%d, with "
                             "lists (1,2), ranges (1-5) and steps (*/5, 1-9/2)",
                             text, fields[i].name, fields[i].least, fields[i].most);
    while (is_blank(*at))
        at++;
    if (*at != '\0')
        return fault_set(fault, -EINVAL,
                         "the schedule \"%.128s\" has more than its five fields: minute, hour, "
                         "day of month, month, weekday",
                         text);
    ret_cron->minutes = values[0].bits;
    ret_cron->hours = (uint32_t)values[1].bits;
    ret_cron->days = (uint32_t)values[2].bits;
    ret_cron->months = (uint16_t)values[3].bits;
    ret_cron->weekdays = (uint8_t)((values[4].bits & 0x7f) | (values[4].bits >> 7 & 1));
    ret_cron->any_day = values[2].has_star;
    ret_cron->any_weekday = values[4].has_star;
    ret_cron->is_hour_wild = values[1].has_star || values[1].has_step;
    return 0;
}

static bool day_matches(const struct cron *cron, int32_t day)
{
    int year;
    int month;
    int day_of_month;
    bool is_day;
    bool is_weekday;

    clock_civil(day, &year, &month, &day_of_month);
    if ((cron->months >> month & 1) == 0)
        return false;
    is_day = cron->days >> day_of_month & 1;
    is_weekday = cron->weekdays >> clock_weekday(day) & 1;
    if (cron->any_day || cron->any_weekday)
        return is_day && is_weekday;
    return is_day || is_weekday;
}

static bool minute_matches(const struct cron *cron, int minute)
{
    return (cron->hours >> minute / 60 & 1) != 0 && (cron->minutes >> minute % 60 & 1) != 0;
}

/* Minutes since 1970, of UTC. */
static int offset_at(int64_t utc_minute)
{
    int32_t day;
    int minute;
    int offset;

    clock_local_minute(utc_minute * MS_PER_MINUTE, &day, &minute, &offset);
    return offset;
}

/* The first minute after `from` that has another offset; `to` has. */
static int64_t find_change(int64_t from, int64_t to)
{
    int before = offset_at(from);

    while (to - from > 1) {
        int64_t middle = from + (to - from) / 2;

        if (offset_at(middle) == before)
            from = middle;
        else
            to = middle;
    }
    return to;
}

/* What is earlier of `found` (0: nothing yet) and a moment, if that is late enough. */
static void keep_first(int64_t *found, int64_t moment, int64_t after)
{
    if (moment > after && (*found == 0 || moment < *found))
        *found = moment;
}

/* A day on which the clocks change, or a neighbour of one: `before` and `later` are the
 * offsets a day away on either side. */
static int64_t first_on_odd_day(const struct cron *cron, int32_t day, int64_t after, int before,
                                int later)
{
    int64_t start = (int64_t)day * MINUTES_PER_DAY;
    int64_t change = find_change(start - MINUTES_PER_DAY, start + (int64_t)2 * MINUTES_PER_DAY);
    int64_t found = 0;
    int minute;

    for (minute = 0; minute < MINUTES_PER_DAY; minute++) {
        int64_t first = start + minute - before;
        int64_t second = start + minute - later;

        if (!minute_matches(cron, minute))
            continue;
        if (first < change)
            keep_first(&found, first, after);
        else if (second < change && !cron->is_hour_wild)
            keep_first(&found, change, after); /* in the gap */
        if (second >= change && (first >= change || cron->is_hour_wild))
            keep_first(&found, second, after);
    }
    return found;
}

/* The first fire of a local day after the UTC minute `after`, 0 when there is none. */
static int64_t first_on_day(const struct cron *cron, int32_t day, int64_t after)
{
    int64_t start = (int64_t)day * MINUTES_PER_DAY;
    int before = offset_at(start - MINUTES_PER_DAY);
    int later = offset_at(start + (int64_t)2 * MINUTES_PER_DAY);
    int minute;

    if (before != later)
        return first_on_odd_day(cron, day, after, before, later);
    for (minute = 0; minute < MINUTES_PER_DAY; minute++)
        if (start + minute - before > after && minute_matches(cron, minute))
            return start + minute - before;
    return 0;
}

int64_t cron_next(const struct cron *cron, int64_t after_ms)
{
    int64_t after = after_ms / MS_PER_MINUTE - (after_ms % MS_PER_MINUTE < 0);
    int32_t day = clock_local_day(after_ms) - 1; /* its gap may end in today */
    int32_t last = day + HORIZON_DAYS;
    int64_t found = 0;

    for (; day <= last; day++) {
        if (!day_matches(cron, day))
            continue;
        found = first_on_day(cron, day, after);
        if (found != 0)
            break;
    }
    /* Where clocks go back over midnight the next day begins before this one ends. */
    if (found != 0 && day_matches(cron, day + 1)) {
        int64_t next = first_on_day(cron, day + 1, after);

        keep_first(&found, next, after);
    }
    return found * MS_PER_MINUTE;
}
