/* What each robot brings each department, and why. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/forecast_inner.h"

enum { MONTHS_OF_YEAR = 12 };

struct opening {
    const struct forecast *forecast;
    struct forecast_basis basis;
    size_t robots;
    mpq_ptr kroner;              /* of each place and robot */
    mpq_ptr scratch;             /* two */
    struct forecast_part *parts; /* the same; not rounded yet */
    bool *serves;
    int64_t *whole; /* of each robot */
    struct fault *fault;
};

enum forecast_why forecast_why_of(const struct robot *robot, const struct forecast_query *query,
                                  const struct forecast_outlook *outlook, int128 parts,
                                  int32_t *ret_day)
{
    int32_t january = query->year * MONTHS_OF_YEAR;
    int32_t first_day = 0;
    int32_t last_day = 0;

    *ret_day = 0;
    if (robot->operation_count > 0) {
        first_day = robot->operations[0].from_day;
        last_day = robot->operations[robot->operation_count - 1].to_day;
    }
    if (robot->is_one_off)
        return FORECAST_ONE_OFF;
    if (robot->operation_count == 0)
        return FORECAST_NOT_BEGUN;
    if (first_day > query->as_of ||
        first_day > clock_last_day_of_month(january + MONTHS_OF_YEAR - 1)) {
        *ret_day = first_day;
        return FORECAST_NOT_BEGUN;
    }
    if (!forecast_goes_on(robot, query->as_of) || last_day < clock_first_day_of_month(january)) {
        *ret_day = last_day;
        return FORECAST_ENDED;
    }
    if (forecast_months_in(robot, january, january + MONTHS_OF_YEAR - 1) == 0)
        return FORECAST_SUSPENDED;
    if (outlook->months == 0)
        return FORECAST_NO_MONTH;
    if (!outlook->value.is_signed)
        return FORECAST_UNSIGNED;
    return parts == 0 ? FORECAST_NO_TASKS : FORECAST_BRINGS;
}

/* The latest version that waits for its signature, or NULL. */
static const struct estimate *signable(const struct robot *robot)
{
    size_t i = robot->estimate_count;

    while (i > 0) {
        const struct estimate *estimate = &robot->estimates[--i];

        if (estimate->kind == ESTIMATE_TASK && estimate->signed_by == NULL)
            return estimate;
    }
    return NULL;
}

/* As if the version were signed: beside the forecast, and no part of it. */
static int fill_if_signed(struct opening *opening, const struct forecast_outlook *outlook,
                          const struct estimate *estimate, int32_t months,
                          struct forecast_part *part)
{
    struct forecast_outlook signed_outlook = *outlook;
    int128 tasks = decimal_divide_half_up(outlook->parts[part->place], SHARE_WHOLE);

    signed_outlook.value.is_signed = true;
    signed_outlook.value.hundredths = estimate->hundredths;
    forecast_outlook_amount(&signed_outlook, part->place, months, &opening->scratch[0],
                            &opening->scratch[1]);
    part->is_signable = true;
    part->minutes_hundredths = estimate->hundredths;
    part->tasks = (int64_t)tasks; /* at most the outlook's, which are 64 bits */
    return fraction_half_up(&opening->scratch[1], &part->kroner_if_signed);
}

static int add_place(struct opening *opening, size_t index, size_t place,
                     const struct forecast_outlook *outlook)
{
    const struct forecast_query *query = &opening->forecast->query;
    const struct robot *robot = &opening->basis.robots.robots[index];
    const struct estimate *estimate = signable(robot);
    int32_t january = query->year * MONTHS_OF_YEAR;
    size_t at = place * opening->robots + index;
    struct forecast_part *part = &opening->parts[at];
    int32_t months = 0;

    if (outlook->units[place] <= 0 && outlook->parts[place] == 0)
        return 0;
    opening->serves[at] = true;
    part->place = place;
    part->robot = index;
    part->why = forecast_why_of(robot, query, outlook, outlook->parts[place], &part->why_day);
    if (forecast_goes_on(robot, query->as_of))
        months = forecast_months_in(robot, january, january + MONTHS_OF_YEAR - 1);
    forecast_outlook_amount(outlook, place, months, &opening->scratch[0], &opening->kroner[at]);
    if (part->why == FORECAST_UNSIGNED && estimate != NULL)
        return fill_if_signed(opening, outlook, estimate, months, part);
    return 0;
}

static int add_robot(struct opening *opening, size_t index)
{
    struct forecast_outlook outlook = {.months = 0};
    size_t place;
    int result = forecast_outlook_read(&opening->basis, index, &opening->forecast->query, &outlook,
                                       opening->fault);
    bool is_read = result == 0;

    for (place = 0; place < opening->basis.places && result == 0; place++)
        result = add_place(opening, index, place, &outlook);
    forecast_outlook_release(&outlook);
    if (is_read && result < 0)
        return fault_set(opening->fault, result, "the forecast is too large to be shown");
    return result;
}

static int give_place(struct opening *opening, size_t place, forecast_part_callback *take,
                      void *context)
{
    size_t first = place * opening->robots;
    size_t i;
    int result = fraction_apportion_to(&opening->kroner[first], opening->robots,
                                       opening->forecast->rows[place].kroner, opening->whole);

    if (result == -ENOMEM)
        return fault_no_memory(opening->fault);
    if (result < 0)
        return fault_set(opening->fault, result, "the forecast is too large to be shown");
    for (i = 0; i < opening->robots && result == 0; i++) {
        opening->parts[first + i].kroner = opening->whole[i];
        if (opening->serves[first + i])
            result = take(&opening->parts[first + i], context);
    }
    return result;
}

static int open_all(struct opening *opening, struct store *store, forecast_part_callback *take,
                    void *context)
{
    size_t count;
    size_t i;
    int result = forecast_basis_read(store, &opening->basis, opening->fault);

    if (result < 0)
        return result;
    opening->robots = opening->basis.robots.count;
    count = opening->robots * opening->basis.places;
    opening->kroner = fractions_new(count);
    opening->scratch = fractions_new(2);
    opening->parts = calloc(count + 1, sizeof *opening->parts);
    opening->serves = calloc(count + 1, sizeof *opening->serves);
    opening->whole = calloc(opening->robots + 1, sizeof *opening->whole);
    if (opening->kroner == NULL || opening->scratch == NULL || opening->parts == NULL ||
        opening->serves == NULL || opening->whole == NULL)
        result = fault_no_memory(opening->fault);
    for (i = 0; i < opening->robots && result == 0; i++)
        result = add_robot(opening, i);
    for (i = 0; i < opening->basis.places && result == 0; i++)
        result = give_place(opening, i, take, context);
    fractions_free(opening->kroner, count);
    fractions_free(opening->scratch, 2);
    return result;
}

int forecast_parts_each(struct store *store, const struct forecast *forecast,
                        forecast_part_callback *take, void *context, struct fault *fault)
{
    struct opening opening = {.forecast = forecast, .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = open_all(&opening, store, take, context);
    store_view_leave(store, is_entered);
    forecast_basis_release(&opening.basis);
    free(opening.parts);
    free(opening.serves);
    free(opening.whole);
    return result;
}
