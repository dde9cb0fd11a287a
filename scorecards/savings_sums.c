/* The rows of a savings table: what each is given, exactly, and how it is rounded. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "scorecards/savings_inner.h"

int savings_sums_init(struct savings_sums *sums, struct fault *fault)
{
    sums->rows = calloc(sums->axis->count + 1, sizeof *sums->rows);
    return sums->rows != NULL ? 0 : fault_no_memory(fault);
}

void savings_sums_release(struct savings_sums *sums)
{
    free(sums->rows);
    sums->rows = NULL;
}

static bool scale(int128 *number, int64_t factor)
{
    return !__builtin_mul_overflow(*number, (int128)factor, number);
}

static bool scale_amount(struct saved_amount *amount, int64_t factor)
{
    return factor == 1 || (scale(&amount->tasks, factor) && scale(&amount->uncounted, factor) &&
                           scale(&amount->helped, factor) && scale(&amount->minutes, factor) &&
                           scale(&amount->kroner, factor) && scale(&amount->disputed, factor));
}

int savings_sums_add(struct savings_sums *sums, const struct saved_cell *cell, int64_t millionths,
                     struct fault *fault)
{
    struct savings_sum *row = &sums->rows[savings_axis_row(sums->axis, cell)];
    struct saved_amount amount = cell->amount;

    row->is_touched = true;
    /* finer is 1 only when millionths are the whole */
    if (!scale_amount(&amount, sums->finer == 1 ? 1 : millionths) ||
        !saved_amount_add(&row->amount, &amount))
        return fault_set(fault, -ERANGE, "the savings of robot %s are too large to add up",
                         sums->axis->cells->robots.robots[cell->robot].slug);
    return 0;
}

/* Rows as they are shown, while they are rounded. */
struct rounding {
    const struct savings_sums *sums;
    struct savings *savings;
    size_t *places; /* of each shown row among the sums */
    int128 *exact;  /* one amount of all shown rows */
    int64_t *whole;
};

/* The whole numbers of one amount, at `target` in a row and in the total. */
static int round_amount(const struct rounding *rounding, size_t source, size_t target, int128 unit)
{
    struct savings *savings = rounding->savings;
    int64_t *total = (int64_t *)(void *)((char *)&savings->total + target);
    size_t i;
    int result;

    for (i = 0; i < savings->row_count; i++)
        rounding->exact[i] =
            *(const int128 *)(const void *)((const char *)&rounding->sums->rows[rounding->places[i]]
                                                .amount +
                                            source);
    result = decimal_apportion(rounding->exact, savings->row_count, unit * rounding->sums->finer,
                               rounding->whole, total);
    for (i = 0; i < savings->row_count && result == 0; i++)
        *(int64_t *)(void *)((char *)&savings->rows[i] + target) = rounding->whole[i];
    return result;
}

static int round_all(const struct rounding *rounding)
{
    static const struct {
        size_t source, target;
        int128 unit;
    } amounts[] = {
        {offsetof(struct saved_amount, tasks), offsetof(struct savings_row, tasks), SHARE_WHOLE},
        {offsetof(struct saved_amount, uncounted), offsetof(struct savings_row, uncounted_tasks),
         SHARE_WHOLE},
        {offsetof(struct saved_amount, helped), offsetof(struct savings_row, helped_tasks),
         SHARE_WHOLE},
        {offsetof(struct saved_amount, kroner), offsetof(struct savings_row, kroner),
         TASK_KRONER_SCALE},
        {offsetof(struct saved_amount, disputed), offsetof(struct savings_row, disputed),
         TASK_KRONER_SCALE},
    };
    int result = 0;
    size_t i;

    for (i = 0; i < sizeof amounts / sizeof amounts[0] && result == 0; i++)
        result = round_amount(rounding, amounts[i].source, amounts[i].target, amounts[i].unit);
    return result;
}

/* With a filter, only the rows that something falls into. */
static bool is_shown(const struct savings_sums *sums, size_t index)
{
    return (sums->query->robot == NULL && sums->query->department == NULL) ||
           savings_axis_is_time(sums->axis) || sums->rows[index].is_touched;
}

static int fill_rows(const struct rounding *rounding)
{
    const struct savings_sums *sums = rounding->sums;
    struct savings *savings = rounding->savings;
    size_t i;

    for (i = 0; i < sums->axis->count; i++) {
        struct savings_row *row = &savings->rows[savings->row_count];

        if (!is_shown(sums, i))
            continue;
        rounding->places[savings->row_count++] = i;
        savings_axis_name(sums->axis, i, row);
        row->minutes = sums->rows[i].amount.minutes;
        if (__builtin_add_overflow(savings->total.minutes, row->minutes, &savings->total.minutes))
            return -ERANGE;
    }
    return round_all(rounding);
}

int savings_sums_finish(const struct savings_sums *sums, struct savings *ret_savings,
                        struct fault *fault)
{
    size_t room = sums->axis->count + 1;
    struct savings savings = {.from_day = sums->axis->cells->from_day,
                              .to_day = sums->axis->cells->to_day,
                              .by = sums->axis->by,
                              .minute_digits = TASK_MINUTE_DIGITS};
    struct rounding rounding = {.sums = sums,
                                .savings = &savings,
                                .places = calloc(room, sizeof *rounding.places),
                                .exact = calloc(room, sizeof *rounding.exact),
                                .whole = calloc(room, sizeof *rounding.whole)};
    int result = -ENOMEM;

    if (sums->finer != 1)
        savings.minute_digits += SAVINGS_SHARE_DIGITS;
    savings.rows = calloc(room, sizeof *savings.rows);
    if (rounding.places != NULL && rounding.exact != NULL && rounding.whole != NULL &&
        savings.rows != NULL)
        result = fill_rows(&rounding);
    free(rounding.whole);
    free(rounding.exact);
    free(rounding.places);
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
