/* Whatever comes in whatever order: nothing closed moves, and every krone is accounted for. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "core/store/period.h"
#include "core/store/store.h"
#include "scorecards/difference.h"
#include "tests/unit/dice.h"
#include "tests/unit/period_town.h"

enum { TOWNS = 100, STEPS = 60, FIRST = JANUARY - 12, CLOSED_MAX = 64 };

static struct dice dice;

static int64_t roll(int64_t sides)
{
    return dice_roll(&dice, sides);
}

static int32_t any_day(void)
{
    return clock_first_day_of_month(FIRST) + (int32_t)roll(300);
}

/* As a file may say it that comes from where those months were closed. */
static void any_later(struct rate *rate)
{
    int32_t next = clock_month_of_day(rate->from_day) + 1;

    if (roll(4) == 0)
        rate->booking_from =
            (next > rate->booking_from ? next : rate->booking_from) + (int32_t)roll(3);
}

/* A version of any day, its difference booked when the day lies in a closed month. */
static void any_version(void)
{
    struct difference difference = {.store = NULL};
    struct fault fault = {.text = ""};
    struct rate rate = {.from_day = any_day(), .ore_per_hour = 20000 + roll(30000)};
    struct difference_cause cause = {ADJUSTMENT_RATE, rate.from_day, "test", "DEMO", now_ms};
    int64_t robot = roll(2) == 0 ? mona : franco;
    int64_t id = 0;
    int64_t count = 0;
    int result = store_begin(town.store, &fault);

    if (result == 0)
        result = period_admit(town.store, "it", rate.from_day, true, &rate.booking_from, &fault);
    any_later(&rate);
    if (result == 0)
        result = difference_begin(town.store, &difference, &fault);
    if (result == 0 && roll(3) == 0) {
        result = rate_set(town.store, &rate, &fault);
    } else if (result == 0) {
        result = estimate_set(
            town.store, robot,
            &(struct estimate_new){.from_day = rate.from_day,
                                   .hundredths = roll(1000),
                                   .set_by = "owner",
                                   .reason = "test",
                                   .kind = roll(3) == 0 ? ESTIMATE_HANDOVER : ESTIMATE_TASK},
            &id, &fault);
        if (result == 0)
            result = estimate_sign_booked(
                town.store, id,
                &(struct estimate_signature){"head", rate.from_day, rate.booking_from}, &fault);
    }
    if (result == 0)
        result = difference_book(&difference, &cause, &count, &fault);
    difference_release(&difference);
    if (result == 0)
        result = store_commit(town.store, &fault);
    else if (result == -EEXIST) /* a signed one of the same day */
        store_rollback(town.store);
    if (result < 0 && result != -EEXIST)
        fail_msg("%s", fault.text);
}

static void any_business(void)
{
    struct fault fault = {.text = ""};
    struct attempt attempt = {
        .robot_id = mona,
        .run_id = town.runs[mona],
        .seq = ++town.tasks,
        .outcome = roll(3) == 0 ? ATTEMPT_DONE : ATTEMPT_BUSINESS,
        .completed_ms = (int64_t)any_day() * 86400000 + 43200000,
        .duration_ms = 1,
        .department_id = roll(2) == 0 ? it : 0,
        .masked = "*",
    };
    unsigned char hash[16] = {0xff, (unsigned char)roll(8)};
    bool is_counted = false;

    assert_int_equal(store_begin(town.store, &fault), 0);
    if (ledger_record(town.store, &attempt, 0, hash, &is_counted, &fault) != 0 ||
        store_commit(town.store, &fault) != 0)
        fail_msg("%s", fault.text);
}

static void any_step(int64_t first, int64_t *undone)
{
    int64_t what = roll(10);

    if (what < 3)
        (void)town_tasks(&town, roll(2) == 0 ? mona : franco, any_day(), roll(3) == 0 ? it : 0,
                         1 + roll(5));
    else if (what < 5)
        any_business();
    else if (what < 6 && *undone < first + 10)
        town_undo(&town, mona, (*undone)++);
    else if (what < 9)
        any_version();
}

/* Nothing closed moves, and every krone of what came late is accounted for. */
static void whatever_comes(void **state)
{
    static struct period_month frozen[CLOSED_MAX];
    int64_t town_number;
    int64_t i;
    int32_t next;
    uint64_t seed = (uint64_t)clock_now_ms();

    dice_start(&dice, seed);
    (void)printf("seed %llu\n", (unsigned long long)seed);
    for (town_number = 0; town_number < TOWNS; town_number++) {
        int64_t first;
        int64_t undone;

        (void)period_town_tear_down(state);
        (void)period_town_set_up(state);
        town_rate(&town, clock_first_day_of_month(FIRST), 30000);
        first = undone = town_tasks(&town, mona, clock_first_day_of_month(FIRST), 0, 10);
        next = FIRST;
        for (i = 0; i < STEPS; i++) {
            any_step(first, &undone);
            if (roll(6) == 0 && next < FIRST + 15) {
                frozen[next - FIRST] = period_town_closed(next);
                next++;
                period_town_verified();
            }
        }
        period_town_verified();
        for (i = FIRST; i < next; i++) {
            struct period_month now = period_town_listed((int32_t)i);

            frozen[i - FIRST].amount.disputed = 0;
            assert_memory_equal(&now.amount, &frozen[i - FIRST].amount, sizeof now.amount);
            assert_memory_equal(now.hash, frozen[i - FIRST].hash, sizeof now.hash);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whatever_comes, period_town_set_up, period_town_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
