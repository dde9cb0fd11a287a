/* What each robot brings each department, and why. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/dispute.h"
#include "core/store/store.h"
#include "scorecards/forecast_inner.h"
#include "scorecards/saved_cells.h"

enum { MONTHS_OF_YEAR = 12 };

struct opening {
    struct store *store;
    const struct forecast *forecast;
    struct forecast_basis basis;
    struct saved_cells cells; /* of the year's months that are over */
    size_t robots;
    mpq_ptr kroner, to_date, saved; /* of each place and robot */
    mpq_ptr scratch;                /* two */
    struct forecast_part *parts;    /* the same; not rounded yet */
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

static int take_dispute(const struct dispute *dispute, void *context)
{
    struct forecast_part *part = context;

    part->dispute_id = dispute->id;
    part->dispute_hundredths = dispute->hundredths;
    return 1; /* the oldest */
}

/* Beside the forecast, and no part of it: what the part would be by another estimate. */
static int fill_versions(struct opening *opening, const struct robot *robot,
                         const struct forecast_outlook *outlook, struct forecast_part *part)
{
    const struct forecast_query *query = &opening->forecast->query;
    struct forecast_version version = {
        .basis = &opening->basis,
        .query = query,
        .cells = &opening->cells,
        .robot = robot,
        .outlook = outlook,
        .part = part,
        .to_date = &opening->to_date[part->place * opening->robots + part->robot]};
    const struct estimate *waiting = forecast_version_signable(robot, query);
    const struct estimate *stands = outlook->value.estimate;
    struct dispute_filter filter = {.is_open = true};
    int result = 0;

    if (waiting != NULL && (part->why == FORECAST_UNSIGNED || part->why == FORECAST_BRINGS)) {
        part->is_signable = true;
        part->signable_from = waiting->from_day;
        part->minutes_hundredths = waiting->hundredths;
        /* at most the outlook's, which are 64 bits */
        part->tasks = (int64_t)decimal_divide_half_up(outlook->parts[part->place], SHARE_WHOLE);
        result = forecast_version_to_date(&version, waiting, waiting->hundredths,
                                          &part->kroner_if_signed);
    }
    if (result < 0 || stands == NULL || stands->dispute_id == 0 || mpq_sgn(version.to_date) == 0)
        return result;
    filter.estimate_id = stands->id;
    result = dispute_each(opening->store, &filter, take_dispute, part, opening->fault);
    if (result < 0 || part->dispute_id == 0 || part->dispute_hundredths < 0)
        return result < 0 ? result : 0;
    return forecast_version_to_date(&version, stands, part->dispute_hundredths,
                                    &part->kroner_if_right);
}

static int add_place(struct opening *opening, size_t index, size_t place,
                     const struct forecast_outlook *outlook)
{
    const struct forecast_query *query = &opening->forecast->query;
    const struct robot *robot = &opening->basis.robots.robots[index];
    int32_t january = query->year * MONTHS_OF_YEAR;
    int32_t last = january + MONTHS_OF_YEAR - 1;
    size_t at = place * opening->robots + index;
    struct forecast_part *part = &opening->parts[at];
    int32_t months = 0;
    int32_t left = 0;

    /* It serves the department, or did. */
    if (outlook->units[place] <= 0 && outlook->parts[place] == 0 &&
        mpq_sgn(&opening->saved[at]) == 0)
        return 0;
    opening->serves[at] = true;
    part->place = place;
    part->robot = index;
    part->why = forecast_why_of(robot, query, outlook, outlook->parts[place], &part->why_day);
    if (forecast_goes_on(robot, query->as_of)) {
        months = forecast_months_in(robot, january, last);
        left = forecast_months_in(robot, forecast_left_from(query), last);
    }
    forecast_outlook_amount(outlook, place, months, &opening->scratch[0], &opening->kroner[at]);
    forecast_outlook_amount(outlook, place, left, &opening->scratch[0], &opening->to_date[at]);
    fraction_add(&opening->to_date[at], &opening->saved[at]);
    return fill_versions(opening, robot, outlook, part);
}

static void add_saved(struct opening *opening)
{
    size_t i;

    for (i = 0; i < opening->cells.count; i++) {
        const struct saved_cell *cell = &opening->cells.cells[i];

        fraction_set(&opening->scratch[0], cell->amount.kroner, TASK_KRONER_SCALE);
        fraction_add(&opening->saved[cell->place * opening->robots + cell->robot],
                     &opening->scratch[0]);
    }
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
    if (is_read && result == -ENOMEM)
        return fault_no_memory(opening->fault);
    if (is_read && result == -ERANGE)
        return fault_set(opening->fault, result, "the forecast is too large to be shown");
    return result;
}

/* The robots of a place, by each rule, so that they add up to its row. */
static int round_place(struct opening *opening, size_t place)
{
    const struct forecast_row *row = &opening->forecast->rows[place];
    size_t first = place * opening->robots;
    struct forecast_part *parts = &opening->parts[first];
    size_t count = opening->robots;
    size_t i;
    int result = fraction_apportion_to(&opening->kroner[first], count, row->kroner, opening->whole);

    for (i = 0; i < count && result == 0; i++)
        parts[i].kroner = opening->whole[i];
    if (result == 0)
        result = fraction_apportion_to(&opening->to_date[first], count, row->kroner_to_date,
                                       opening->whole);
    for (i = 0; i < count && result == 0; i++)
        parts[i].kroner_to_date = opening->whole[i];
    if (result == 0)
        result = fraction_apportion_to(&opening->saved[first], count, row->saved, opening->whole);
    for (i = 0; i < count && result == 0; i++)
        parts[i].saved = opening->whole[i];
    return result;
}

static int give_place(struct opening *opening, size_t place, forecast_part_callback *take,
                      void *context)
{
    size_t first = place * opening->robots;
    size_t i;
    int result = round_place(opening, place);

    if (result == -ENOMEM)
        return fault_no_memory(opening->fault);
    if (result < 0)
        return fault_set(opening->fault, result, "the forecast is too large to be shown");
    for (i = 0; i < opening->robots && result == 0; i++)
        if (opening->serves[first + i])
            result = take(&opening->parts[first + i], context);
    return result;
}

static int make_room(struct opening *opening)
{
    size_t count = opening->robots * opening->basis.places;

    opening->kroner = fractions_new(count);
    opening->to_date = fractions_new(count);
    opening->saved = fractions_new(count);
    opening->scratch = fractions_new(2);
    opening->parts = calloc(count + 1, sizeof *opening->parts);
    opening->serves = calloc(count + 1, sizeof *opening->serves);
    opening->whole = calloc(opening->robots + 1, sizeof *opening->whole);
    if (opening->kroner == NULL || opening->to_date == NULL || opening->saved == NULL ||
        opening->scratch == NULL || opening->parts == NULL || opening->serves == NULL ||
        opening->whole == NULL)
        return fault_no_memory(opening->fault);
    return 0;
}

static void release_room(struct opening *opening)
{
    size_t count = opening->robots * opening->basis.places;

    fractions_free(opening->kroner, count);
    fractions_free(opening->to_date, count);
    fractions_free(opening->saved, count);
    fractions_free(opening->scratch, 2);
    free(opening->parts);
    free(opening->serves);
    free(opening->whole);
}

static int open_all(struct opening *opening, forecast_part_callback *take, void *context)
{
    size_t i;
    int result = forecast_basis_read(opening->store, &opening->basis, opening->fault);

    if (result < 0)
        return result;
    opening->robots = opening->basis.robots.count;
    result = make_room(opening);
    if (result == 0)
        result = forecast_saved_read(opening->store, &opening->forecast->query, &opening->cells,
                                     opening->fault);
    if (result == 0)
        add_saved(opening);
    for (i = 0; i < opening->robots && result == 0; i++)
        result = add_robot(opening, i);
    for (i = 0; i < opening->basis.places && result == 0; i++)
        result = give_place(opening, i, take, context);
    release_room(opening);
    return result;
}

int forecast_parts_each(struct store *store, const struct forecast *forecast,
                        forecast_part_callback *take, void *context, struct fault *fault)
{
    struct opening opening = {.store = store, .forecast = forecast, .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = open_all(&opening, take, context);
    store_view_leave(store, is_entered);
    saved_cells_release(&opening.cells);
    forecast_basis_release(&opening.basis);
    return result;
}
