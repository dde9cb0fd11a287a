/* The rows of a savings table: what each is given, exactly, and how it is rounded. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "scorecards/savings_inner.h"

/* Øre per kroner × minutes per hour. */
enum { ORE_MINUTES = 100 * 60 };
#define KRONER_SCALE ((int128)SAVINGS_MINUTE_SCALE * ORE_MINUTES)

static size_t count_rows(const struct savings_sums *sums)
{
    switch (sums->by) {
    case SAVINGS_BY_DEPARTMENT:
        return sums->organisation->department_count + 1; /* and Tværgående, the last */
    case SAVINGS_BY_ROBOT:
        return sums->robots->count;
    case SAVINGS_BY_MONTH:
        return (size_t)(clock_month_of_day(sums->to_day) - clock_month_of_day(sums->from_day) + 1);
    }
    return 0;
}

int savings_sums_init(struct savings_sums *sums, struct fault *fault)
{
    sums->count = count_rows(sums);
    sums->tasks = calloc(sums->count + 1, 4 * sizeof *sums->tasks);
    if (sums->tasks == NULL)
        return fault_no_memory(fault);
    sums->uncounted = sums->tasks + sums->count;
    sums->minutes = sums->uncounted + sums->count;
    sums->kroner = sums->minutes + sums->count;
    return 0;
}

void savings_sums_release(struct savings_sums *sums)
{
    free(sums->tasks);
    sums->tasks = NULL;
}

/* *sum += one × other × third; true when it does not fit. */
static bool add_product(int128 *sum, int128 one, int64_t other, int64_t third)
{
    return __builtin_mul_overflow(one, (int128)other, &one) ||
           __builtin_mul_overflow(one, (int128)third, &one) ||
           __builtin_add_overflow(*sum, one, sum);
}

/* Gives `millionths` of the part to a row. */
static int add_share(struct savings_sums *sums, const struct savings_part *part, size_t row,
                     int64_t millionths, struct fault *fault)
{
    const struct estimate *estimate = robot_estimate_on(part->robot, part->day);
    int64_t rate = organisation_rate_on(sums->organisation, part->day);
    int128 exact = (int128)part->count * millionths;
    bool is_over;

    if (estimate == NULL)
        is_over = __builtin_add_overflow(sums->uncounted[row], exact, &sums->uncounted[row]);
    else
        is_over = __builtin_add_overflow(sums->tasks[row], exact, &sums->tasks[row]) ||
                  add_product(&sums->minutes[row], exact, estimate->hundredths, 1) ||
                  add_product(&sums->kroner[row], exact, estimate->hundredths, rate);
    if (is_over)
        return fault_set(fault, -ERANGE, "the savings of robot %s are too large to add up",
                         part->robot->slug);
    return 0;
}

/* A department that is not there is Tværgående, so that the rows still add up. */
static size_t department_row(const struct savings_sums *sums, int64_t department_id)
{
    const struct department *department =
        organisation_department_by_id(sums->organisation, department_id);

    if (department == NULL)
        return sums->count - 1;
    return (size_t)(department - sums->organisation->departments);
}

static int add_by_department(struct savings_sums *sums, const struct savings_part *part,
                             struct fault *fault)
{
    const struct robot_share *share = NULL;
    int64_t rest = SHARE_WHOLE;
    size_t count;
    int result = 0;

    if (part->department_id != 0)
        return add_share(sums, part, department_row(sums, part->department_id), rest, fault);
    count = robot_shares_on(part->robot, part->day, &share);
    for (; count > 0 && result == 0; count--, share++) {
        result = add_share(sums, part, department_row(sums, share->department_id),
                           share->millionths, fault);
        rest -= share->millionths;
    }
    if (result == 0 && rest != 0)
        result = add_share(sums, part, sums->count - 1, rest, fault);
    return result;
}

int savings_sums_add(struct savings_sums *sums, const struct savings_part *part,
                     struct fault *fault)
{
    switch (sums->by) {
    case SAVINGS_BY_DEPARTMENT:
        return add_by_department(sums, part, fault);
    case SAVINGS_BY_ROBOT:
        return add_share(sums, part, (size_t)(part->robot - sums->robots->robots), SHARE_WHOLE,
                         fault);
    case SAVINGS_BY_MONTH:
        return add_share(sums, part, (size_t)(part->booking - clock_month_of_day(sums->from_day)),
                         SHARE_WHOLE, fault);
    }
    return 0;
}

static void name_row(const struct savings_sums *sums, size_t index, struct savings_row *row)
{
    const char *id = SAVINGS_CROSS_ID;
    const char *name = SAVINGS_CROSS_NAME;
    char month[CLOCK_MONTH_TEXT];

    switch (sums->by) {
    case SAVINGS_BY_DEPARTMENT:
        if (index < sums->organisation->department_count) {
            id = sums->organisation->departments[index].slug;
            name = department_name_on(&sums->organisation->departments[index], sums->to_day);
        }
        break;
    case SAVINGS_BY_ROBOT:
        id = sums->robots->robots[index].slug;
        name = sums->robots->robots[index].name;
        break;
    case SAVINGS_BY_MONTH:
        clock_format_month(clock_month_of_day(sums->from_day) + (int32_t)index, month);
        id = month;
        name = month;
        break;
    }
    (void)text_copy(row->id, sizeof row->id, id);
    (void)text_copy(row->name, sizeof row->name, name);
}

/* Rounds all rows; `whole` is one number after the other: tasks, uncounted, kroner. */
static int round_rows(const struct savings_sums *sums, int64_t *whole, struct savings_row *total)
{
    int result = decimal_apportion(sums->tasks, sums->count, SHARE_WHOLE, whole, &total->tasks);

    if (result == 0)
        result = decimal_apportion(sums->uncounted, sums->count, SHARE_WHOLE, whole + sums->count,
                                   &total->uncounted_tasks);
    if (result == 0)
        result = decimal_apportion(sums->kroner, sums->count, KRONER_SCALE, whole + 2 * sums->count,
                                   &total->kroner);
    return result;
}

int savings_sums_finish(const struct savings_sums *sums, struct savings *ret_savings,
                        struct fault *fault)
{
    struct savings savings = {.from_day = sums->from_day,
                              .to_day = sums->to_day,
                              .by = sums->by,
                              .row_count = sums->count};
    int64_t *whole = calloc(sums->count + 1, 3 * sizeof *whole);
    size_t i;
    int result = -ENOMEM;

    savings.rows = calloc(sums->count + 1, sizeof *savings.rows);
    if (whole != NULL && savings.rows != NULL)
        result = round_rows(sums, whole, &savings.total);
    for (i = 0; i < sums->count && result == 0; i++) {
        name_row(sums, i, &savings.rows[i]);
        savings.rows[i].tasks = whole[i];
        savings.rows[i].uncounted_tasks = whole[i + sums->count];
        savings.rows[i].kroner = whole[i + 2 * sums->count];
        savings.rows[i].minutes = sums->minutes[i];
        if (__builtin_add_overflow(savings.total.minutes, sums->minutes[i], &savings.total.minutes))
            result = -ERANGE;
    }
    free(whole);
    if (result < 0) {
        savings_release(&savings);
        return result == -ENOMEM ? fault_no_memory(fault)
                                 : fault_set(fault, result, "the savings are too large to add up");
    }
    *ret_savings = savings;
    return 0;
}

void savings_release(struct savings *savings)
{
    if (savings == NULL)
        return;
    free(savings->rows);
    savings->rows = NULL;
    savings->row_count = 0;
}
