#include "scorecards/forecast_percent.h"

#include <errno.h>

int forecast_percent_between(mpq_srcptr part, mpq_srcptr whole, int64_t steps,
                             struct forecast_percent *ret_percent)
{
    struct forecast_percent percent = {.is_defined = mpq_sgn(whole) > 0};
    mpq_t exact;
    int result = 0;

    if (percent.is_defined) {
        mpq_init(exact);
        mpq_div(exact, part, whole);
        fraction_multiply(exact, 100 * steps);
        result = fraction_half_up(exact, &percent.value);
        mpq_clear(exact);
    }
    if (result == 0)
        *ret_percent = percent;
    return result;
}

int forecast_percent_of(mpq_srcptr kroner, int64_t target, int64_t steps,
                        struct forecast_percent *ret_percent)
{
    mpq_t whole;
    int result;

    mpq_init(whole);
    fraction_set(whole, target, 1);
    result = forecast_percent_between(kroner, whole, steps, ret_percent);
    mpq_clear(whole);
    return result;
}

enum part { CAPPED, POOL, SUM, CROSS, PARTS };

/* What one department adds. */
static void add_department(mpq_ptr parts, mpq_srcptr kroner, int64_t target, mpq_ptr scratch)
{
    fraction_set(scratch, target, 1);
    if (mpq_cmp(kroner, scratch) > 0) {
        fraction_add(&parts[CAPPED], scratch);
        if (target >= 0) {
            mpq_sub(scratch, kroner, scratch);
            mpq_div_2exp(scratch, scratch, 1);
            fraction_add(&parts[POOL], scratch);
        }
    } else {
        fraction_add(&parts[CAPPED], kroner);
    }
    fraction_add(&parts[SUM], kroner);
}

int forecast_percentages_of(mpq_srcptr kroner, const int64_t *targets, size_t departments,
                            struct forecast_percentages *ret_percentages)
{
    struct forecast_percentages percentages;
    mpq_ptr parts = fractions_new(PARTS + 1);
    int64_t target = 0;
    size_t i;
    int result = parts == NULL ? -ENOMEM : 0;

    for (i = 0; i < departments && result == 0; i++) {
        add_department(parts, &kroner[i], targets[i], &parts[PARTS]);
        if (__builtin_add_overflow(target, targets[i], &target))
            result = -ERANGE;
    }
    if (result < 0)
        goto out;
    fraction_add(&parts[POOL], &parts[CAPPED]);
    mpq_add(&parts[CROSS], &parts[SUM], &kroner[departments]);
    result = forecast_percent_of(&parts[CAPPED], target, 10, &percentages.capped);
    if (result == 0)
        result = forecast_percent_of(&parts[POOL], target, 10, &percentages.with_pool);
    if (result == 0)
        result = forecast_percent_of(&parts[SUM], target, 10, &percentages.sum);
    if (result == 0)
        result = forecast_percent_of(&parts[CROSS], target, 10, &percentages.with_cross);
    if (result == 0)
        *ret_percentages = percentages;
out:
    fractions_free(parts, PARTS + 1);
    return result;
}
