/* The rows of a savings table: what each is given, exactly, and how it is rounded. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "scorecards/savings_inner.h"
#include "scorecards/task_value.h"

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

/* A part and where it is added. */
struct adding {
    struct savings_sums *sums;
    const struct savings_part *part;
    struct task_value value;
    struct fault *fault;
};

/* Gives `millionths` of the part to a row. */
static int add_share(size_t row, int64_t millionths, void *context)
{
    const struct adding *adding = context;
    struct savings_sums *sums = adding->sums;
    int128 exact = (int128)adding->part->count * millionths;
    struct task_amount amount;
    bool fits;

    if (!adding->value.is_signed)
        fits = !__builtin_add_overflow(sums->uncounted[row], exact, &sums->uncounted[row]);
    else
        fits = !__builtin_add_overflow(sums->tasks[row], exact, &sums->tasks[row]) &&
               task_value_of(&adding->value, exact, &amount) &&
               !__builtin_add_overflow(sums->minutes[row], amount.minutes, &sums->minutes[row]) &&
               !__builtin_add_overflow(sums->kroner[row], amount.kroner, &sums->kroner[row]);
    if (!fits)
        return fault_set(adding->fault, -ERANGE, "the savings of robot %s are too large to add up",
                         adding->part->robot->slug);
    return 0;
}

int savings_sums_add(struct savings_sums *sums, const struct savings_part *part,
                     struct fault *fault)
{
    struct adding adding = {
        .sums = sums,
        .part = part,
        .value = task_value_on(sums->organisation, part->robot, part->day),
        .fault = fault,
    };

    switch (sums->by) {
    case SAVINGS_BY_DEPARTMENT:
        return task_shares_each(sums->organisation, part->robot, part->department_id, part->day,
                                add_share, &adding);
    case SAVINGS_BY_ROBOT:
        return add_share((size_t)(part->robot - sums->robots->robots), SHARE_WHOLE, &adding);
    case SAVINGS_BY_MONTH:
        return add_share((size_t)(part->booking - clock_month_of_day(sums->from_day)), SHARE_WHOLE,
                         &adding);
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
        result = decimal_apportion(sums->kroner, sums->count, TASK_KRONER_SCALE,
                                   whole + 2 * sums->count, &total->kroner);
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
