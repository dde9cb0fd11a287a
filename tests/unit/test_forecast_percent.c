/* Fractions that become whole numbers, and a forecast against its targets, from kroner alone. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

#include "scorecards/forecast_percent.h"

/* The municipality's printed forecast of 2026. */
static void the_printed_percentages_follow_from_their_kroner(void **state)
{
    static const struct {
        int64_t budget, kroner, percent;
    } PRINTED[] = {{24000, 75347, 314}, {43000, 10878, 25},    {224000, 52474, 23},
                   {2000, 0, 0},        {25000, 1231, 5},      {35000, 0, 0},
                   {8000, 0, 0},        {120000, 136691, 114}, {20000, 43853, 219}};
    enum { COUNT = sizeof PRINTED / sizeof PRINTED[0] };
    mpq_ptr kroner = fractions_new(COUNT + 2);
    int64_t targets[COUNT];
    struct forecast_percent percent;
    struct forecast_percentages all;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        fraction_set(&kroner[i], PRINTED[i].kroner, 1);
        fraction_add(&kroner[COUNT + 1], &kroner[i]);
        targets[i] = PRINTED[i].budget;
        assert_int_equal(forecast_percent_of(&kroner[i], targets[i], 1, &percent), 0);
        assert_true(percent.is_defined);
        assert_int_equal(percent.value, PRINTED[i].percent);
    }
    assert_int_equal(forecast_percent_of(&kroner[COUNT + 1], 501000, 1, &percent), 0);
    assert_int_equal(percent.value, 64);
    assert_int_equal(forecast_percentages_of(kroner, targets, COUNT, &all), 0);
    assert_int_equal(all.capped.value, 456);    /* 228583 */
    assert_int_equal(all.with_pool.value, 548); /* and 45945.5 */
    assert_int_equal(all.sum.value, 640);       /* 320474 */
    assert_int_equal(all.with_cross.value, 640);
    fraction_set(&kroner[COUNT], 22463, 1);
    assert_int_equal(forecast_percentages_of(kroner, targets, COUNT, &all), 0);
    assert_int_equal(all.sum.value, 640);
    assert_int_equal(all.with_cross.value, 685); /* 342937 */
    fractions_free(kroner, COUNT + 2);
}

static void percentages_are_rounded_half_up_from_fractions(void **state)
{
    mpq_ptr kroner = fractions_new(2);
    struct forecast_percent percent;

    (void)state;
    fraction_set(kroner, 1249999, 100000); /* 12.49999 */
    assert_int_equal(forecast_percent_of(kroner, 100, 1, &percent), 0);
    assert_int_equal(percent.value, 12);
    fraction_set(kroner, 25, 2);
    assert_int_equal(forecast_percent_of(kroner, 100, 1, &percent), 0);
    assert_int_equal(percent.value, 13);
    assert_int_equal(forecast_percent_of(kroner, 100, 10, &percent), 0);
    assert_int_equal(percent.value, 125);
    assert_int_equal(forecast_percent_of(kroner, 0, 1, &percent), 0);
    assert_false(percent.is_defined);
    assert_int_equal(forecast_percent_of(kroner, -5, 1, &percent), 0);
    assert_false(percent.is_defined);
    fraction_set(kroner, INT64_MAX, 1);
    assert_int_equal(forecast_percent_of(kroner, 1, 1, &percent), -ERANGE);
    fractions_free(kroner, 2);
}

static void targets_that_are_no_targets(void **state)
{
    mpq_ptr kroner = fractions_new(4);
    int64_t targets[3] = {0, -100, 300};
    struct forecast_percentages all;

    (void)state;
    fraction_set(&kroner[0], 50, 1); /* surplus, though the target is 0 */
    fraction_set(&kroner[1], 70, 1); /* capped at -100, and no surplus */
    fraction_set(&kroner[2], 120, 1);
    fraction_set(&kroner[3], 10, 1);
    assert_int_equal(forecast_percentages_of(kroner, targets, 3, &all), 0);
    assert_int_equal(all.capped.value, 100);    /* 0 - 100 + 120 of 200 */
    assert_int_equal(all.with_pool.value, 225); /* and 25 */
    assert_int_equal(all.sum.value, 1200);      /* 240 */
    assert_int_equal(all.with_cross.value, 1250);
    targets[1] = -300;
    assert_int_equal(forecast_percentages_of(kroner, targets, 3, &all), 0);
    assert_false(all.capped.is_defined || all.with_pool.is_defined || all.sum.is_defined ||
                 all.with_cross.is_defined);
    targets[0] = INT64_MAX;
    targets[1] = INT64_MAX;
    assert_int_equal(forecast_percentages_of(kroner, targets, 3, &all), -ERANGE);
    fractions_free(kroner, 4);
}

static void fractions_are_rounded_so_that_they_add_up(void **state)
{
    mpq_ptr exact = fractions_new(4);
    int64_t rows[4] = {0};
    int64_t total = 0;

    (void)state;
    fraction_set(&exact[0], 1, 3);
    fraction_set(&exact[1], 1, 3);
    fraction_set(&exact[2], 1, 3);
    assert_int_equal(fraction_apportion(exact, 3, rows, &total), 0);
    assert_int_equal(total, 1); /* 1 exactly; in doubles it could be less */
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1] + rows[2], 0);
    fraction_set(&exact[0], 1, 4);
    fraction_set(&exact[1], 1, 4); /* a half goes up, to the earlier of two alike */
    fraction_set(&exact[2], 0, 1);
    assert_int_equal(fraction_apportion(exact, 3, rows, &total), 0);
    assert_int_equal(total, 1);
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1], 0);
    fraction_set(&exact[0], 5, 7);
    fraction_set(&exact[1], -11, 13); /* floor -1, lost 2/13 */
    fraction_set(&exact[2], 8, 11);
    fraction_set(&exact[3], 3, 1);
    assert_int_equal(fraction_apportion(exact, 4, rows, &total), 0); /* 3.595 */
    assert_int_equal(total, 4);
    assert_int_equal(rows[0], 1);
    assert_int_equal(rows[1], -1);
    assert_int_equal(rows[2], 1);
    assert_int_equal(rows[3], 3);
    fraction_set(&exact[0], (int128)INT64_MAX * 4, 2);
    assert_int_equal(fraction_apportion(exact, 1, rows, &total), -ERANGE);
    fraction_set(&exact[0], -((int128)1 << 100), (int128)1 << 99); /* beyond 64 bits either way */
    assert_int_equal(fraction_half_up(&exact[0], &total), 0);
    assert_int_equal(total, -2);
    fraction_set(&exact[0], -1, 2);
    assert_int_equal(fraction_half_up(&exact[0], &total), 0);
    assert_int_equal(total, 0);
    assert_int_equal(fraction_apportion(exact, 0, rows, &total), 0);
    assert_int_equal(total, 0);
    fractions_free(exact, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_printed_percentages_follow_from_their_kroner),
        cmocka_unit_test(percentages_are_rounded_half_up_from_fractions),
        cmocka_unit_test(targets_that_are_no_targets),
        cmocka_unit_test(fractions_are_rounded_so_that_they_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
