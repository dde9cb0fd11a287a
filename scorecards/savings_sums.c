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

int savings_sums_add(struct savings_sums *sums, const struct savings_part *part, int64_t millionths,
                     struct fault *fault)
{
    struct savings_sum *row = &sums->rows[savings_axis_row(sums->axis, &part->cell)];
    int64_t factor = sums->finer == 1 ? 1 : millionths; /* finer is 1 only for the whole */
    struct savings_part scaled = *part;

    row->is_touched = true;
    if (!scale_amount(&scaled.cell.amount, factor) || !scale(&scaled.realised, factor) ||
        !scale(&scaled.gains, factor) || !saved_amount_add(&row->amount, &scaled.cell.amount) ||
        __builtin_add_overflow(row->realised, scaled.realised, &row->realised) ||
        __builtin_add_overflow(row->gains, scaled.gains, &row->gains))
        return fault_set(fault, -ERANGE, "the savings of robot %s are too large to add up",
                         sums->axis->cells->robots.robots[part->cell.robot].slug);
    return 0;
}

enum { ORE_A_KRONE = 100 };

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
        rounding->exact[i] = *(
            const int128 *)(const void *)((const char *)&rounding->sums->rows[rounding->places[i]] +
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
        {offsetof(struct savings_sum, amount.tasks), offsetof(struct savings_row, tasks),
         SHARE_WHOLE},
        {offsetof(struct savings_sum, amount.uncounted),
         offsetof(struct savings_row, uncounted_tasks), SHARE_WHOLE},
        {offsetof(struct savings_sum, amount.helped), offsetof(struct savings_row, helped_tasks),
         SHARE_WHOLE},
        {offsetof(struct savings_sum, amount.kroner), offsetof(struct savings_row, kroner),
         TASK_KRONER_SCALE},
        {offsetof(struct savings_sum, amount.disputed), offsetof(struct savings_row, disputed),
         TASK_KRONER_SCALE},
        {offsetof(struct savings_sum, gains), offsetof(struct savings_row, gains),
         (int128)SHARE_WHOLE * ORE_A_KRONE},
        {offsetof(struct savings_sum, realised), offsetof(struct savings_row, realised),
         TASK_KRONER_SCALE},
    };
    int result = 0;
    size_t i;

    for (i = 0; i < sizeof amounts / sizeof amounts[0] && result == 0; i++)
        result = round_amount(rounding, amounts[i].source, amounts[i].target, amounts[i].unit);
    return result;
}

/* Kroner and realised are each rounded so that their rows add up, so a row can have been given a krone
 * of the second and none of the first: more realised than saved. That krone goes to the row that
 * has most left, of those where anything is realised first. (A row that is more realised than
 * saved before it is rounded stays so: something was taken back in another department.) */
static void fit_realised(const struct rounding *rounding)
{
    struct savings *savings = rounding->savings;
    size_t i;
    size_t j;

    for (i = 0; i < savings->row_count; i++) {
        const struct savings_sum *sum = &rounding->sums->rows[rounding->places[i]];
        struct savings_row *row = &savings->rows[i];
        struct savings_row *best = NULL;
        bool is_best_realised = false;

        if (row->realised <= row->kroner || sum->realised > sum->amount.kroner)
            continue;
        for (j = 0; j < savings->row_count; j++) {
            struct savings_row *other = &savings->rows[j];
            bool is_realised = rounding->sums->rows[rounding->places[j]].realised > 0;

            if (other->kroner <= other->realised || is_realised < is_best_realised)
                continue;
            if (best == NULL || is_realised > is_best_realised ||
                other->kroner - other->realised > best->kroner - best->realised)
                best = other;
            is_best_realised = is_realised;
        }
        if (best == NULL)
            return;
        row->realised--;
        best->realised++;
    }
}

static void set_released(struct savings_row *row)
{
    row->released = row->kroner - row->realised;
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
    int result;

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
    result = round_all(rounding);
    if (result < 0)
        return result;
    fit_realised(rounding);
    for (i = 0; i < savings->row_count; i++)
        set_released(&savings->rows[i]);
    set_released(&savings->total);
    return 0;
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
