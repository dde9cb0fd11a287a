#include "core/store/verify_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"

enum { CAPACITY_MIN = 1024, CAPACITY_MAX = 1 << 25 };

static bool is_same(const struct recount_key *a, const struct recount_key *b)
{
    return a->period == b->period && a->robot_id == b->robot_id && a->booking == b->booking &&
           a->department_id == b->department_id && a->outcome == b->outcome;
}

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static uint64_t hash(const struct recount_key *key)
{
    uint64_t dates = (uint64_t)(uint32_t)key->period << 32 | (uint32_t)key->booking;

    return mix(dates ^ mix((uint64_t)key->robot_id ^
                           mix((uint64_t)key->department_id << 3 ^ (uint64_t)key->outcome)));
}

/* The key's slot, or the free one where it belongs. The table has a free slot. */
static struct recount_sum *slot_of(struct recount_sum *slots, size_t capacity,
                                   const struct recount_key *key)
{
    size_t at = (size_t)hash(key) & (capacity - 1);

    while (slots[at].count != 0 && !is_same(&slots[at].key, key))
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static int grow(struct recount *table, struct fault *fault)
{
    size_t capacity = table->capacity == 0 ? CAPACITY_MIN : 2 * table->capacity;
    struct recount_sum *slots = NULL;
    size_t i;

    if (capacity > CAPACITY_MAX)
        return fault_set(fault, -E2BIG,
                         "the attempts give over %d different sums; please report this",
                         CAPACITY_MAX / 2);
    slots = calloc(capacity, sizeof *slots);
    if (slots == NULL) {
        (void)fault_no_memory(fault);
        return -ENOMEM;
    }
    for (i = 0; table->slots != NULL && i < table->capacity; i++)
        if (table->slots[i].count != 0)
            *slot_of(slots, capacity, &table->slots[i].key) = table->slots[i];
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    table->last = NULL;
    return 0;
}

int recount_add(struct recount *table, const struct recount_key *key, int64_t count,
                int64_t duration_ms, struct fault *fault)
{
    struct recount_sum *sum = table->last;

    if (sum == NULL || !is_same(&sum->key, key)) {
        if (table->slots == NULL || 2 * table->used >= table->capacity) {
            int result = grow(table, fault);

            if (result < 0)
                return result;
        }
        sum = slot_of(table->slots, table->capacity, key);
        table->last = sum;
        if (sum->count == 0) {
            sum->key = *key;
            table->used++;
        }
    }
    sum->count += count;
    if (__builtin_add_overflow(sum->duration_ms, duration_ms, &sum->duration_ms))
        return fault_set(fault, -EBADMSG,
                         "the durations of robot number %" PRId64 "'s attempts of one day or month "
                         "add up to more milliseconds than can be counted; no sum can be right",
                         key->robot_id);
    return 0;
}

struct recount_sum *recount_find(const struct recount *table, const struct recount_key *key)
{
    struct recount_sum *sum =
        table->capacity != 0 ? slot_of(table->slots, table->capacity, key) : NULL;

    return sum != NULL && sum->count != 0 ? sum : NULL;
}

int recount_by_month(const struct recount *days, struct recount *months, struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; i < days->capacity && result == 0; i++) {
        const struct recount_sum *day = &days->slots[i];
        struct recount_key key = day->key;

        if (day->count == 0)
            continue;
        key.period = clock_month_of_day(key.period);
        result = recount_add(months, &key, day->count, day->duration_ms, fault);
    }
    return result;
}

void recount_release(struct recount *table)
{
    free(table->slots);
    *table = (struct recount){0};
}

struct comparing {
    struct verify *verify;
    struct recount *table;
    bool is_month;
};

/* "of 2025-04-01, robot x, booked in 2025-04, department 0, done" */
static void describe(const struct comparing *comparing, const struct recount_key *key, char *target,
                     size_t size)
{
    char period[CLOCK_DAY_TEXT];
    char booking[CLOCK_MONTH_TEXT];
    char robot[64];
    bool is_known = key->outcome >= ATTEMPT_DONE && key->outcome <= ATTEMPT_UNHELPED;

    if (comparing->is_month)
        clock_format_month(key->period, period);
    else
        clock_format_day(key->period, period);
    clock_format_month(key->booking, booking);
    (void)snprintf(
        target, size, "%s of %s, robot %s, booked in %s, department number %" PRId64 ", outcome %s",
        comparing->is_month ? "rollup_month" : "rollup_day", period,
        verify_robot(comparing->verify, key->robot_id, robot), booking, key->department_id,
        is_known ? attempt_outcome_word((enum attempt_outcome)key->outcome)
                 : "unknown to this program");
}

static int take_rollup(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct comparing *comparing = context;
    struct recount_key key = {
        .period = sqlite3_column_int(row, 0),
        .robot_id = sqlite3_column_int64(row, 1),
        .booking = sqlite3_column_int(row, 2),
        .department_id = sqlite3_column_int64(row, 3),
        .outcome = sqlite3_column_int(row, 4),
    };
    int64_t count = sqlite3_column_int64(row, 5);
    int64_t duration_ms = sqlite3_column_int64(row, 6);
    struct recount_sum *sum = recount_find(comparing->table, &key);
    char name[256];

    (void)fault;
    comparing->verify->report.rollup_rows++;
    if (sum != NULL)
        sum->seen++;
    if (sum != NULL ? sum->count == count && sum->duration_ms == duration_ms
                    : count == 0 && duration_ms == 0)
        return 0;
    describe(comparing, &key, name, sizeof name);
    verify_say(comparing->verify,
               "%s: it says %" PRId64 " (%" PRId64 " ms), a recount of the attempts, "
               "corrections and handovers gives %" PRId64 " (%" PRId64 " ms)",
               name, count, duration_ms, sum != NULL ? sum->count : 0,
               sum != NULL ? sum->duration_ms : 0);
    return 0;
}

static void say_missing(struct comparing *comparing)
{
    char name[256];
    size_t i;

    for (i = 0; i < comparing->table->capacity; i++) {
        const struct recount_sum *sum = &comparing->table->slots[i];

        if (sum->count == 0 || sum->seen != 0)
            continue;
        describe(comparing, &sum->key, name, sizeof name);
        verify_say(
            comparing->verify,
            "%s: the row is missing; a recount of the attempts, corrections and handovers gives "
            "%" PRId64 " (%" PRId64 " ms)",
            name, sum->count, sum->duration_ms);
    }
}

static int compare_days(struct verify *verify, struct recount *days, struct fault *fault)
{
    static const char SQL[] = "SELECT day, robot_id, booking, department_id, outcome, count, "
                              "duration_ms FROM rollup_day";
    struct comparing comparing = {.verify = verify, .table = days};
    int result = sql_each(verify->store, SQL, take_rollup, &comparing, fault);

    if (result == 0)
        say_missing(&comparing);
    return result;
}

static int compare_months(struct verify *verify, struct recount *months, struct fault *fault)
{
    static const char SQL[] = "SELECT month, robot_id, booking, department_id, outcome, count, "
                              "duration_ms FROM rollup_month";
    struct comparing comparing = {.verify = verify, .table = months, .is_month = true};
    int result = sql_each(verify->store, SQL, take_rollup, &comparing, fault);

    if (result == 0)
        say_missing(&comparing);
    return result;
}

int verify_sums(struct verify *verify, struct recount *days, struct fault *fault)
{
    struct recount months = {0};
    int result = recount_by_month(days, &months, fault);

    if (result == 0)
        result = compare_days(verify, days, fault);
    if (result == 0)
        result = compare_months(verify, &months, fault);
    recount_release(&months);
    return result;
}
