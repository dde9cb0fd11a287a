/* A cron in words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/schedule/cron_inner.h"

enum { TIMES_MOST = 6, MINUTES_PER_HOUR = 60, HOURS_PER_DAY = 24, DAYS_MOST = 31 };

static const char *const weekday_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                            "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"",        "January",  "February", "March",  "April",
                                          "May",     "June",     "July",     "August", "September",
                                          "October", "November", "December"};
static const char *const ordinals[] = {"",      "first",   "second", "third", "fourth", "fifth",
                                       "sixth", "seventh", "eighth", "ninth", "tenth"};

/* A list is written in two passes, so that its last part can have an "and": the first counts. */
struct list {
    struct text *target; /* NULL: count */
    int count, total;
    const char *last_link; /* " and " */
};

static void part(struct list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void part(struct list *list, const char *format, ...)
{
    char words[64];
    va_list arguments;

    list->count++;
    if (list->target == NULL)
        return;
    if (list->count > 1)
        text_append_string(list->target, list->count == list->total ? list->last_link : ", ");
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    text_append_string(list->target, words);
}

typedef void write_parts(const struct cron *cron, struct list *list);

static void write_list(const struct cron *cron, struct text *target, write_parts *parts,
                       const char *last_link)
{
    struct list list = {NULL, 0, 0, last_link};

    parts(cron, &list);
    list.total = list.count;
    list.count = 0;
    list.target = target;
    parts(cron, &list);
}

/* "3", "the 12th": 1st, 2nd, 3rd, 4th ... */
static const char *suffix(int number)
{
    if (number / 10 == 1)
        return "th";
    switch (number % 10) {
    case 1:
        return "st";
    case 2:
        return "nd";
    case 3:
        return "rd";
    default:
        return "th";
    }
}

static void write_nth(char *target, size_t size, int number)
{
    if (number <= 10)
        (void)snprintf(target, size, "%s", ordinals[number]);
    else
        (void)snprintf(target, size, "%d%s", number, suffix(number));
}

/* Runs of the set bits from `least` to `most`: three and more as a range. */
static void part_numbers(struct list *list, uint64_t bits, int least, int most,
                         const char *const *names)
{
    int from;
    int to;

    for (from = least; from <= most; from = to + 1) {
        to = from;
        if ((bits >> from & 1) == 0)
            continue;
        while (to < most && (bits >> (to + 1) & 1) != 0)
            to++;
        if (to - from < 2)
            to = from;
        if (names != NULL && to > from)
            part(list, "%s to %s", names[from], names[to]);
        else if (names != NULL)
            part(list, "%s", names[from]);
        else if (to > from)
            part(list, "%d-%d", from, to);
        else
            part(list, "%d", from);
    }
}

static void parts_minutes(const struct cron *cron, struct list *list)
{
    part_numbers(list, cron_minutes(cron), 0, MINUTES_PER_HOUR - 1, NULL);
}

static void parts_hours(const struct cron *cron, struct list *list)
{
    part_numbers(list, cron->hours, 0, HOURS_PER_DAY - 1, NULL);
}

static void parts_times(const struct cron *cron, struct list *list)
{
    int hour;
    int minute;

    for (hour = 0; hour < HOURS_PER_DAY; hour++)
        for (minute = 0; minute < MINUTES_PER_HOUR; minute++)
            if ((cron->hours >> hour & 1) != 0 && (cron_minutes(cron) >> minute & 1) != 0)
                part(list, "%02d:%02d", hour, minute);
}

/* 0, n, 2n, ... to the end of `count` values, with n a divisor: n; otherwise 0. */
static int even_step(uint64_t bits, int count)
{
    int step;
    int value;

    for (step = 1; step < count; step++) {
        uint64_t even = 0;

        for (value = 0; value < count; value += step)
            even |= UINT64_C(1) << value;
        if (even == bits && count % step == 0)
            return step;
    }
    return 0;
}

static void describe_minutes(const struct cron *cron, struct text *target)
{
    uint64_t minutes = cron_minutes(cron);
    int step = even_step(minutes, MINUTES_PER_HOUR);

    if (step == 1) {
        text_append_string(target, "every minute");
    } else if (step > 1) {
        text_printf(target, "every %d minutes", step);
    } else {
        text_append_string(target,
                           __builtin_popcountll(minutes) == 1 ? "at minute " : "at minutes ");
        write_list(cron, target, parts_minutes, " and ");
    }
}

/* False when it says by itself that it is through the whole day. */
static bool describe_time(const struct cron *cron, struct text *target)
{
    uint64_t minutes = cron_minutes(cron);
    int step = even_step(cron->hours, HOURS_PER_DAY);

    if (__builtin_popcountll(minutes) * __builtin_popcount(cron->hours) <= TIMES_MOST) {
        text_append_string(target, "at ");
        write_list(cron, target, parts_times, " and ");
        return true;
    }
    if (minutes == 1 && step == 1) {
        text_append_string(target, "every hour");
        return false;
    }
    if (minutes == 1 && step > 1) {
        text_printf(target, "every %d hours from midnight", step);
        return false;
    }
    describe_minutes(cron, target);
    if (step == 1) {
        if (even_step(minutes, MINUTES_PER_HOUR) == 0)
            text_append_string(target, " of every hour");
        return false;
    }
    text_append_string(target,
                       __builtin_popcount(cron->hours) == 1 ? " of hour " : " of the hours ");
    write_list(cron, target, parts_hours, " and ");
    return true;
}

static void part_before_last(struct list *list, int before, const char *what)
{
    char nth[16];

    write_nth(nth, sizeof nth, before + 1);
    if (before == 0)
        part(list, "the last %s", what);
    else
        part(list, "the %s-last %s", nth, what);
}

static void parts_days(const struct cron *cron, struct list *list)
{
    char nth[16];
    int i;

    for (i = 1; i <= DAYS_MOST; i++)
        if ((cron->days >> i & 1) != 0)
            part(list, "the %d%s", i, suffix(i));
    for (i = DAYS_MOST; i >= 0; i--)
        if ((cron->days_before_last >> i & 1) != 0)
            part_before_last(list, i, "day");
    for (i = 1; i <= DAYS_MOST; i++)
        if ((cron->workdays >> i & 1) != 0)
            part(list, "the Monday to Friday nearest to the %d%s", i, suffix(i));
    if (cron->workdays & 1)
        part(list, "the last Monday to Friday");
    for (i = 1; i <= DAYS_MOST; i++)
        if (i <= 23 && (cron->bank_days >> (i - 1) & 1) != 0) {
            write_nth(nth, sizeof nth, i);
            part(list, "the %s bank day", nth);
        }
    for (i = DAYS_MOST; i >= 0; i--)
        if ((cron->bank_days_before_last >> i & 1) != 0)
            part_before_last(list, i, "bank day");
}

static void parts_months(const struct cron *cron, struct list *list)
{
    part_numbers(list, cron->months, 1, 12, month_names);
}

/* Monday first, as weeks are here. */
static void parts_weekdays(const struct cron *cron, struct list *list)
{
    static const char *const from_monday[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                              "Friday", "Saturday", "Sunday"};
    uint32_t bits = (uint32_t)cron->weekdays >> 1 | ((uint32_t)cron->weekdays & 1) << 6;
    int nth;
    int i;

    part_numbers(list, bits, 0, 6, from_monday);
    for (nth = 0; nth <= CRON_NTH_LAST; nth++)
        for (i = 0; i < 7; i++)
            if ((cron->nth[nth] >> i & 1) != 0)
                part(list, "the %s %s of the month",
                     nth == CRON_NTH_LAST ? "last" : ordinals[nth + 1], weekday_names[i]);
}

static bool has_special_day(const struct cron *cron)
{
    return (cron->days_before_last | cron->workdays | cron->bank_days |
            cron->bank_days_before_last) != 0;
}

static bool has_nth(const struct cron *cron)
{
    static const uint8_t none[sizeof cron->nth];

    return memcmp(cron->nth, none, sizeof none) != 0;
}

/* Where either field may match and one of them means every day, none is worth a word. */
static void choose_days(const struct cron *cron, bool *ret_says_day, bool *ret_says_weekday)
{
    static const uint32_t all_days = 0xfffffffe;
    bool says_day = cron->days != all_days || (has_special_day(cron) && !cron->any_day);
    bool says_weekday =
        cron->weekdays != CRON_ALL_WEEKDAYS || (has_nth(cron) && !cron->any_weekday);
    bool is_all = !cron->any_day && !cron->any_weekday && (!says_day || !says_weekday);

    *ret_says_day = says_day && !is_all;
    *ret_says_weekday = says_weekday && !is_all;
}

void cron_describe(const struct cron *cron, struct text *target)
{
    static const uint16_t all_months = 0x1ffe;
    bool is_either = !cron->any_day && !cron->any_weekday;
    bool is_part = describe_time(cron, target);
    bool says_day;
    bool says_weekday;

    choose_days(cron, &says_day, &says_weekday);
    if (says_day) {
        text_append_string(target, " on ");
        write_list(cron, target, parts_days, " and ");
        if (cron->months == all_months)
            text_append_string(target, " of the month");
    }
    if (says_weekday) {
        text_append_string(target, !says_day ? " on " : is_either ? " and on " : " if it is ");
        write_list(cron, target, parts_weekdays, says_day && !is_either ? " or " : " and ");
    }
    if (cron->months != all_months) {
        text_append_string(target, says_day && !says_weekday ? " of " : " in ");
        write_list(cron, target, parts_months, " and ");
    }
    if (!says_day && !says_weekday && is_part)
        text_append_string(target, " every day");
}
