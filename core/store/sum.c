/*
 * Sums are made in memory and written once per touched group: one upsert for each attempt
 * would cost four tenths of the rate.
 */
#include "core/store/batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/sql.h"

enum { SLOT_BITS = 10, SLOTS = 1 << SLOT_BITS, SUMS_MAX = SLOTS / 4 * 3 };

struct sum {
    struct sum_key key;
    int32_t month; /* of the day; set when they are written */
    int64_t count;
    int64_t duration_ms;
};

struct sums {
    uint16_t slots[SLOTS]; /* a sum's place in the list, from 1; 0: free */
    struct sum list[SUMS_MAX];
    size_t used;
    struct sum *last; /* most attempts fall into the group of the one before */
};

int sums_make(struct sums **ret_sums)
{
    *ret_sums = calloc(1, sizeof **ret_sums);
    return *ret_sums != NULL ? 0 : -ENOMEM;
}

void sums_free(struct sums *sums)
{
    free(sums);
}

void sums_discard(struct sums *sums)
{
    if (sums->used == 0)
        return;
    memset(sums->slots, 0, sizeof sums->slots);
    sums->used = 0;
    sums->last = NULL;
}

static bool is_same(const struct sum_key *a, const struct sum_key *b)
{
    return a->day == b->day && a->robot_id == b->robot_id && a->booking == b->booking &&
           a->department_id == b->department_id && a->outcome == b->outcome;
}

static size_t first_slot(const struct sum_key *key)
{
    static const uint64_t FACTOR = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = (uint64_t)(uint32_t)key->day << 32 | (uint32_t)key->booking;

    mixed = (mixed * FACTOR) ^ (uint64_t)key->robot_id;
    mixed = (mixed * FACTOR) ^ (uint64_t)key->department_id;
    mixed = (mixed * FACTOR) ^ (uint64_t)key->outcome;
    return (size_t)(mixed * FACTOR >> (64 - SLOT_BITS));
}

/* The sum of the key, a new one when there is none; there must be room. */
static struct sum *find(struct sums *sums, const struct sum_key *key)
{
    size_t slot = first_slot(key);

    while (sums->slots[slot] != 0) {
        struct sum *sum = &sums->list[sums->slots[slot] - 1];

        if (is_same(&sum->key, key))
            return sum;
        slot = (slot + 1) % SLOTS;
    }
    sums->list[sums->used] = (struct sum){.key = *key};
    sums->used++;
    sums->slots[slot] = (uint16_t)sums->used;
    return &sums->list[sums->used - 1];
}

static int refuse_sum(const struct sum *sum, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(sum->key.day, day);
    return fault_set(fault, -ERANGE,
                     "the durations of robot number %" PRId64 " on %s, or in its month, add up to "
                     "more milliseconds than the store can keep; look for tasks that took "
                     "thousands of years",
                     sum->key.robot_id, day);
}

int sums_add(struct rollup_batch *batch, const struct sum_key *key, int64_t duration_ms,
             struct fault *fault)
{
    struct sums *sums = batch->sums;
    int64_t total_ms = 0;

    if (sums->last == NULL || !is_same(&sums->last->key, key)) {
        if (sums->used == SUMS_MAX) {
            int result = sums_flush(batch, fault);

            if (result < 0)
                return result;
        }
        sums->last = find(sums, key);
    }
    if (__builtin_add_overflow(sums->last->duration_ms, duration_ms > 0 ? duration_ms : 0,
                               &total_ms))
        return refuse_sum(sums->last, fault);
    sums->last->count++;
    sums->last->duration_ms = total_ms;
    return 0;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_groups(const struct sum *a, const struct sum *b)
{
    int order = compare_numbers(a->month, b->month);

    if (order == 0)
        order = compare_numbers(a->key.robot_id, b->key.robot_id);
    if (order == 0)
        order = compare_numbers(a->key.booking, b->key.booking);
    if (order == 0)
        order = compare_numbers(a->key.department_id, b->key.department_id);
    if (order == 0)
        order = compare_numbers(a->key.outcome, b->key.outcome);
    return order;
}

/* So that the days of a month's group follow one another. */
static int compare_sums(const void *left, const void *right)
{
    const struct sum *a = left;
    const struct sum *b = right;
    int order = compare_groups(a, b);

    return order != 0 ? order : compare_numbers(a->key.day, b->key.day);
}

static int upsert(struct store *store, const char *text, int32_t period, const struct sum *sum,
                  struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int(statement, 1, period);
        sqlite3_bind_int64(statement, 2, sum->key.robot_id);
        sqlite3_bind_int(statement, 3, sum->key.booking);
        sqlite3_bind_int64(statement, 4, sum->key.department_id);
        sqlite3_bind_int(statement, 5, (int)sum->key.outcome);
        sqlite3_bind_int64(statement, 6, sum->count);
        sqlite3_bind_int64(statement, 7, sum->duration_ms);
        result = sql_run(store, statement, fault);
        if (result == -EINVAL) /* SQLite makes a sum that is too large a real, and refuses that */
            result = refuse_sum(sum, fault);
    }
    sql_done(statement);
    return result;
}

static int upsert_day(struct store *store, const struct sum *sum, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO rollup_day(day, robot_id, booking, department_id, outcome, count, "
        "duration_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
        "ON CONFLICT DO UPDATE SET count = count + ?6, duration_ms = duration_ms + ?7";

    return upsert(store, SQL, sum->key.day, sum, fault);
}

static int upsert_month(struct store *store, const struct sum *sum, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO rollup_month(month, robot_id, booking, department_id, outcome, count, "
        "duration_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
        "ON CONFLICT DO UPDATE SET count = count + ?6, duration_ms = duration_ms + ?7";

    return upsert(store, SQL, sum->month, sum, fault);
}

int sums_flush(struct rollup_batch *batch, struct fault *fault)
{
    struct sums *sums = batch->sums;
    int result = 0;
    size_t i;

    if (sums->used == 0)
        return 0;
    for (i = 0; i < sums->used; i++)
        sums->list[i].month = clock_month_of_day(sums->list[i].key.day);
    qsort(sums->list, sums->used, sizeof sums->list[0], compare_sums);
    for (i = 0; i < sums->used && result == 0;) {
        struct sum month = sums->list[i];

        result = upsert_day(batch->store, &sums->list[i], fault);
        while (++i < sums->used && result == 0 && compare_groups(&month, &sums->list[i]) == 0) {
            month.count += sums->list[i].count;
            if (__builtin_add_overflow(month.duration_ms, sums->list[i].duration_ms,
                                       &month.duration_ms))
                result = refuse_sum(&sums->list[i], fault);
            else
                result = upsert_day(batch->store, &sums->list[i], fault);
        }
        if (result == 0)
            result = upsert_month(batch->store, &month, fault);
    }
    sums_discard(sums);
    return store_half_done(result);
}
