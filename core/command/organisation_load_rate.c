#include <errno.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/organisation_load.h"
#include "core/store/ledger.h"

enum { NUMBER_TEXT = 48 };

struct rate_use {
    const struct organisation *before;
    const struct organisation_file *file;
    int32_t day; /* one with tasks whose rate would change */
    bool is_changed;
};

static const struct rate *rate_on(const struct rate *rates, size_t count, int32_t day)
{
    const struct rate *found = NULL;
    size_t i;

    for (i = 0; i < count && rates[i].from_day <= day; i++)
        found = &rates[i];
    return found;
}

/* A day before the first rate had none that could change. */
static int look_at_day(const struct rollup_row *row, void *context)
{
    struct rate_use *use = context;
    const struct rate *old;
    const struct rate *new;

    if (row->outcome != ATTEMPT_DONE || row->count == 0)
        return 0;
    old = rate_on(use->before->rates, use->before->rate_count, row->period);
    new = rate_on(use->file->rates, use->file->rate_count, row->period);
    if (old == NULL || (new != NULL &&new->ore_per_hour == old->ore_per_hour))
        return 0;
    use->day = row->period;
    use->is_changed = true;
    return 1;
}

static int refuse_use(const struct rate_use *use, struct fault *fault)
{
    const struct rate *old = rate_on(use->before->rates, use->before->rate_count, use->day);
    const struct rate *new = rate_on(use->file->rates, use->file->rate_count, use->day);
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

static const struct rate *rate_from(const struct rate *rates, size_t count, int32_t day)
{
    const struct rate *rate = rate_on(rates, count, day);

    return rate != NULL && rate->from_day == day ? rate : NULL;
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
        if (rate_from(file->rates, file->rate_count, before->rates[i].from_day) != NULL)
            continue;
        result = rate_remove(loading->call->store, before->rates[i].from_day, fault);
        if (result == 0)
            result = note_rate(loading, before->rates[i].from_day, &before->rates[i], NULL, fault);
    }
    for (i = 0; i < file->rate_count && result == 0; i++) {
        const struct rate *new = &file->rates[i];
        const struct rate *old = rate_from(before->rates, before->rate_count, new->from_day);

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
    struct rate_use use = {.before = &loading->before, .file = &loading->file};
    int result;

    if (!loading->file.has_rates)
        return 0;
    result = rollup_each_day(loading->call->store, INT32_MIN, INT32_MAX, look_at_day, &use, fault);
    if (result < 0)
        return result;
    return use.is_changed ? refuse_use(&use, fault) : write_rates(loading, fault);
}
