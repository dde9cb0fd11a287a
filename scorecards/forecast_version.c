/*
 * What a part of the forecast would be by another version of the estimate: one that waits for its
 * signature, or one with the minutes of a dispute.
 *
 * It values the months that it holds in: those that begin on or after its day, and in which no signed
 * version of a later day is valid on the last day. Of the year's months that are over: the tasks booked, each
 * month at the rate of its last day. Of those that are left: the mean, at the as-of day's rate. All else
 * stays as it stands.
 */
#include <errno.h>

#include "core/base/clock.h"
#include "scorecards/forecast_inner.h"
#include "scorecards/saved_cells.h"

const struct estimate *forecast_version_signable(const struct robot *robot,
                                                 const struct forecast_query *query)
{
    const struct estimate *stands = robot_estimate_on(robot, query->estimate_day);
    size_t i = robot->estimate_count;

    while (i > 0) {
        const struct estimate *estimate = &robot->estimates[--i];

        if (estimate->kind == ESTIMATE_TASK && estimate->signed_by == NULL &&
            estimate->from_day < clock_first_day_of_month((query->year + 1) * 12))
            return stands == NULL || stands->from_day < estimate->from_day ? estimate : NULL;
    }
    return NULL;
}

/* Of a month that is over, what the version makes more of a cell. False when it does not fit. */
static bool change_of(const struct forecast_version *version, const struct saved_cell *cell,
                      const struct estimate *estimate, int64_t hundredths,
                      struct task_amount *change)
{
    int32_t last_day = clock_last_day_of_month(cell->month);
    const struct estimate *stands =
        robot_estimate_for(version->robot, ESTIMATE_TASK, last_day, cell->booking);
    struct task_value value = {.is_signed = true,
                               .ore_per_hour = organisation_rate_for(&version->basis->organisation,
                                                                     last_day, cell->booking)};
    struct task_amount uncounted = {.kroner = 0};

    if (clock_first_day_of_month(cell->month) < estimate->from_day ||
        (stands != NULL && stands->from_day > estimate->from_day))
        return true;
    value.hundredths = hundredths - (stands != NULL ? stands->hundredths : 0);
    if (!task_value_of(&value, cell->amount.tasks, change))
        return false;
    value.hundredths = hundredths;
    return task_value_of(&value, cell->amount.uncounted, &uncounted) &&
           task_amount_add(change, &uncounted);
}

/* Of the months that are left: what it makes more of the mean. */
static void add_left(const struct forecast_version *version, const struct estimate *estimate,
                     int64_t hundredths, mpq_ptr sum, mpq_ptr scratch)
{
    struct forecast_outlook outlook = *version->outlook;
    int32_t from = forecast_left_from(version->query);
    int32_t begins = clock_month_of_day(estimate->from_day);
    int32_t months = 0;

    if (clock_first_day_of_month(begins) < estimate->from_day)
        begins++;
    if (forecast_goes_on(version->robot, version->query->as_of))
        months = forecast_months_in(version->robot, begins > from ? begins : from,
                                    version->query->year * 12 + 11);
    outlook.value.hundredths =
        hundredths - (outlook.value.is_signed ? outlook.value.hundredths : 0);
    outlook.value.is_signed = true;
    forecast_outlook_amount(&outlook, version->part->place, months, &scratch[0], &scratch[1]);
    fraction_add(sum, &scratch[1]);
}

int forecast_version_to_date(const struct forecast_version *version,
                             const struct estimate *estimate, int64_t hundredths,
                             int64_t *ret_kroner)
{
    mpq_ptr sum = fractions_new(3); /* and two to work with */
    int result = 0;
    size_t i;

    if (sum == NULL)
        return -ENOMEM;
    mpq_set(&sum[0], version->to_date);
    for (i = 0; i < version->cells->count && result == 0; i++) {
        const struct saved_cell *cell = &version->cells->cells[i];
        struct task_amount change = {.kroner = 0};

        if (cell->robot != version->part->robot || cell->place != version->part->place ||
            cell->is_adjustment)
            continue;
        if (!change_of(version, cell, estimate, hundredths, &change))
            result = -ERANGE;
        fraction_set(&sum[1], change.kroner, TASK_KRONER_SCALE);
        fraction_add(&sum[0], &sum[1]);
    }
    add_left(version, estimate, hundredths, &sum[0], &sum[1]);
    if (result == 0)
        result = fraction_half_up(&sum[0], ret_kroner);
    fractions_free(sum, 3);
    return result;
}
