#include <errno.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/organisation_load.h"
#include "core/store/ledger.h"
#include "core/store/period.h"

enum { NUMBER_TEXT = 48 };

struct rate_use {
    const struct loading *loading;
    int32_t day; /* one with tasks whose rate would change */
    int32_t booking;
    bool is_changed;
};

/* Of a day, as what is booked in `booking` is valued; NULL before the first. */
static const struct rate *rate_on(const struct rate *rates, size_t count, int32_t day,
                                  int32_t booking)
{
    const struct rate *found = NULL;
    size_t i;

    for (i = 0; i < count && rates[i].from_day <= day; i++)
        if (rates[i].booking_from <= booking)
            found = &rates[i];
    return found;
}

static const struct rate *rate_before(const struct loading *loading, int32_t day, int32_t booking)
{
    return rate_on(loading->before.rates, loading->before.rate_count, day, booking);
}

static const struct rate *rate_after(const struct loading *loading, int32_t day, int32_t booking)
{
    return rate_on(loading->file.rates, loading->file.rate_count, day, booking);
}

static bool is_same_on(const struct loading *loading, int32_t day, int32_t booking)
{
    const struct rate *old = rate_before(loading, day, booking);
    const struct rate *new = rate_after(loading, day, booking);

    return (old != NULL ? old->ore_per_hour : 0) == (new != NULL ? new->ore_per_hour : 0);
}

/* A day before the first rate had none that could change. Differences are booked by what is known latest, so
 * that must stay as well. */
static int look_at_day(const struct rollup_row *row, void *context)
{
    const int32_t bookings[] = {BOOKING_LATEST, row->booking};
    struct rate_use *use = context;
    size_t i;

    if (attempt_outcome_sign(row->outcome) <= 0 || row->count == 0)
        return 0;
    for (i = 0; i < sizeof bookings / sizeof bookings[0]; i++) {
        if (rate_before(use->loading, row->period, bookings[i]) == NULL ||
            is_same_on(use->loading, row->period, bookings[i]))
            continue;
        use->day = row->period;
        use->booking = bookings[i];
        use->is_changed = true;
        return 1;
    }
    return 0;
}

static int refuse_use(const struct rate_use *use, struct fault *fault)
{
    const struct rate *old = rate_before(use->loading, use->day, use->booking);
    const struct rate *new = rate_after(use->loading, use->day, use->booking);
    char day[CLOCK_DAY_TEXT];
    char from[CLOCK_DAY_TEXT];
    char was[NUMBER_TEXT];
    char becomes[NUMBER_TEXT] = "none";

    clock_format_day(use->day, day);
    clock_format_day(old->from_day, from);
    decimal_format(old->ore_per_hour, FILE_RATE_DIGITS, was, sizeof(was));
    if (new != NULL)
        decimal_format(new->ore_per_hour, FILE_RATE_DIGITS, becomes, sizeof(becomes));
    return fault_set(
        fault, -EPERM,
        "rates: the rate from %s (%s kroner per hour) is in use by tasks counted on %s, "
        "where the file would make it %s; give the new rate a later \"from\"",
        from, was, day, becomes);
}

/* Also where no task is counted: one that comes late is valued by its day. A rate of the one list is held
 * against both as every booking sees them. */
static int check_closed(const struct loading *loading, const struct rate *rate, int32_t open_from,
                        struct fault *fault)
{
    const struct rate *const lists[] = {loading->before.rates, loading->file.rates};
    const size_t counts[] = {loading->before.rate_count, loading->file.rate_count};
    char day[CLOCK_DAY_TEXT];
    bool is_same = is_same_on(loading, rate->from_day, 0);
    size_t i;
    size_t j;

    if (clock_month_of_day(rate->from_day) >= open_from)
        return 0;
    for (i = 0; i < 2; i++)
        for (j = 0; j < counts[i]; j++)
            is_same = is_same && is_same_on(loading, rate->from_day, lists[i][j].booking_from);
    if (is_same)
        return 0;
    clock_format_day(rate->from_day, day);
    return fault_set(
        fault, -EPERM,
        "rates: the file would change the rate from %s, in a month that is closed; "
        "keep it as `automagi export` gives it, and book the difference with `automagi "
        "rate set --book-difference`",
        day);
}

static int need_open(const struct loading *loading, struct fault *fault)
{
    int32_t open_from = 0;
    size_t i;
    int result = period_open_from(loading->call->store, &open_from, fault);

    for (i = 0; i < loading->before.rate_count && result == 0; i++)
        result = check_closed(loading, &loading->before.rates[i], open_from, fault);
    for (i = 0; i < loading->file.rate_count && result == 0; i++)
        result = check_closed(loading, &loading->file.rates[i], open_from, fault);
    return result;
}

/* The same version: of that day and booking. */
static const struct rate *find_version(const struct rate *rates, size_t count,
                                       const struct rate *wanted)
{
    const struct rate *rate = rate_on(rates, count, wanted->from_day, wanted->booking_from);

    return rate != NULL && rate->from_day == wanted->from_day &&
                   rate->booking_from == wanted->booking_from
               ? rate
               : NULL;
}

static int note_rate(struct loading *loading, int32_t from_day, const struct rate *old,
                     const struct rate *new, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(from_day, day);
    if (old != NULL)
        load_put_rate(&loading->was, old);
    if (new != NULL)
        load_put_rate(&loading->becomes, new);
    return load_note(loading, "rate", day, fault);
}

static int write_rates(struct loading *loading, struct fault *fault)
{
    const struct organisation_file *file = &loading->file;
    const struct organisation *before = &loading->before;
    int result = 0;
    size_t i;

    for (i = 0; i < before->rate_count && result == 0; i++) {
        const struct rate *old = &before->rates[i];

        if (find_version(file->rates, file->rate_count, old) != NULL)
            continue;
        result = rate_remove(loading->call->store, old->from_day, old->booking_from, fault);
        if (result == 0)
            result = note_rate(loading, old->from_day, old, NULL, fault);
    }
    for (i = 0; i < file->rate_count && result == 0; i++) {
        const struct rate *new = &file->rates[i];
        const struct rate *old = find_version(before->rates, before->rate_count, new);

        if (old != NULL && old->ore_per_hour == new->ore_per_hour)
            continue;
        result = rate_set(loading->call->store, new, fault);
        if (result == 0)
            result = note_rate(loading, new->from_day, old, new, fault);
    }
    return result;
}

int load_rates(struct loading *loading, struct fault *fault)
{
    struct rate_use use = {.loading = loading};
    int result;

    if (!loading->file.has_rates)
        return 0;
    result = rollup_each_day(loading->call->store, INT32_MIN, INT32_MAX, look_at_day, &use, fault);
    if (result >= 0 && use.is_changed)
        result = refuse_use(&use, fault);
    if (result >= 0)
        result = need_open(loading, fault);
    return result == 0 ? write_rates(loading, fault) : result;
}
