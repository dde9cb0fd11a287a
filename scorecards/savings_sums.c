/* The rows of a savings table: what each is given, exactly, and how it is rounded. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "scorecards/savings_inner.h"

static size_t count_rows(const struct savings_sums *sums)
{
    switch (sums->by) {
    case SAVINGS_BY_DEPARTMENT:
        return sums->cells->organisation.department_count + 1; /* and Tværgående, the last */
    case SAVINGS_BY_ROBOT:
        return sums->cells->robots.count;
    case SAVINGS_BY_MONTH:
        return (size_t)(clock_month_of_day(sums->cells->to_day) -
                        clock_month_of_day(sums->cells->from_day) + 1);
    }
    return 0;
}

int savings_sums_init(struct savings_sums *sums, struct fault *fault)
{
    sums->count = count_rows(sums);
    sums->rows = calloc(sums->count + 1, sizeof *sums->rows);
    return sums->rows != NULL ? 0 : fault_no_memory(fault);
}

void savings_sums_release(struct savings_sums *sums)
{
    free(sums->rows);
    sums->rows = NULL;
}

static size_t row_of(const struct savings_sums *sums, const struct saved_cell *cell)
{
    switch (sums->by) {
    case SAVINGS_BY_DEPARTMENT:
        return cell->place;
    case SAVINGS_BY_ROBOT:
        return cell->robot;
    case SAVINGS_BY_MONTH:
        return (size_t)(cell->booking - clock_month_of_day(sums->cells->from_day));
    }
    return 0;
}

int savings_sums_add(struct savings_sums *sums, const struct saved_cell *cell, struct fault *fault)
{
    if (!saved_amount_add(&sums->rows[row_of(sums, cell)], &cell->amount))
        return fault_set(fault, -ERANGE, "the savings of robot %s are too large to add up",
                         sums->cells->robots.robots[cell->robot].slug);
    return 0;
}

static void name_row(const struct savings_sums *sums, size_t index, struct savings_row *row)
{
    const struct organisation *organisation = &sums->cells->organisation;
    const struct robot_list *robots = &sums->cells->robots;
    const char *id = SAVINGS_CROSS_ID;
    const char *name = SAVINGS_CROSS_NAME;
    char month[CLOCK_MONTH_TEXT];

    switch (sums->by) {
    case SAVINGS_BY_DEPARTMENT:
        if (index < organisation->department_count) {
            id = organisation->departments[index].slug;
            name = department_name_on(&organisation->departments[index], sums->cells->to_day);
        }
        break;
    case SAVINGS_BY_ROBOT:
        id = robots->robots[index].slug;
        name = robots->robots[index].name;
        break;
    case SAVINGS_BY_MONTH:
        clock_format_month(clock_month_of_day(sums->cells->from_day) + (int32_t)index, month);
        id = month;
        name = month;
        break;
    }
    (void)text_copy(row->id, sizeof row->id, id);
    (void)text_copy(row->name, sizeof row->name, name);
}

/* One of a row's amounts, of all rows. */
static void gather(const struct savings_sums *sums, size_t offset, int128 *exact)
{
    size_t i;

    for (i = 0; i < sums->count; i++)
        exact[i] = *(const int128 *)(const void *)((const char *)&sums->rows[i] + offset);
}

/* Rounds all rows; `whole` is one number after the other: tasks, uncounted, kroner. */
static int round_rows(const struct savings_sums *sums, int64_t *whole, int128 *exact,
                      struct savings_row *total)
{
    int result;

    gather(sums, offsetof(struct saved_amount, tasks), exact);
    result = decimal_apportion(exact, sums->count, SHARE_WHOLE, whole, &total->tasks);
    gather(sums, offsetof(struct saved_amount, uncounted), exact);
    if (result == 0)
        result = decimal_apportion(exact, sums->count, SHARE_WHOLE, whole + sums->count,
                                   &total->uncounted_tasks);
    gather(sums, offsetof(struct saved_amount, kroner), exact);
    if (result == 0)
        result = decimal_apportion(exact, sums->count, TASK_KRONER_SCALE, whole + 2 * sums->count,
                                   &total->kroner);
    return result;
}

int savings_sums_finish(const struct savings_sums *sums, struct savings *ret_savings,
                        struct fault *fault)
{
    struct savings savings = {.from_day = sums->cells->from_day,
                              .to_day = sums->cells->to_day,
                              .by = sums->by,
                              .row_count = sums->count};
    int64_t *whole = calloc(sums->count + 1, 3 * sizeof *whole);
    int128 *exact = calloc(sums->count + 1, sizeof *exact);
    size_t i;
    int result = -ENOMEM;

    savings.rows = calloc(sums->count + 1, sizeof *savings.rows);
    if (whole != NULL && exact != NULL && savings.rows != NULL)
        result = round_rows(sums, whole, exact, &savings.total);
    for (i = 0; i < sums->count && result == 0; i++) {
        name_row(sums, i, &savings.rows[i]);
        savings.rows[i].tasks = whole[i];
        savings.rows[i].uncounted_tasks = whole[i + sums->count];
        savings.rows[i].kroner = whole[i + 2 * sums->count];
        savings.rows[i].minutes = sums->rows[i].minutes;
        if (__builtin_add_overflow(savings.total.minutes, sums->rows[i].minutes,
                                   &savings.total.minutes))
            result = -ERANGE;
    }
    free(exact);
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
