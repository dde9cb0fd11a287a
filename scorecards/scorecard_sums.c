/* What robots brought and cost by month, and what that is in a year. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "scorecards/forecast_inner.h"
#include "scorecards/net_inner.h"
#include "scorecards/realised.h"
#include "scorecards/saved_cells.h"
#include "scorecards/scorecard_inner.h"
#include "scorecards/task_value.h"

/* Sums are 112 bytes: at most half a gigabyte of them. */
enum { SUMS_MOST = 1 << 22 };
enum { MONTHS_A_YEAR = 12, MINUTES_AN_HOUR = 60, HUNDREDTHS = 100 };

int32_t scorecard_first_month(int32_t day)
{
    return forecast_complete_month(day) - (SCORECARD_MONTHS - 1);
}

/* NULL: nothing of this robot and month is asked for. */
static struct scorecard_sum *sum_at(const struct scorecard_sums *sums, size_t robot, int32_t month)
{
    size_t line = sums->only == SIZE_MAX ? robot : 0;

    if ((sums->only != SIZE_MAX && sums->only != robot) || robot >= sums->robots ||
        month < sums->first_month || (size_t)(month - sums->first_month) >= sums->months)
        return NULL;
    return &sums->of[line * sums->months + (size_t)(month - sums->first_month)];
}

static bool add_to(int128 *sum, int128 amount)
{
    return !__builtin_add_overflow(*sum, amount, sum);
}

static int take_part(const struct net_part *part, void *context)
{
    struct scorecard_sum *sum = sum_at(context, part->robot, part->booking);

    if (sum == NULL)
        return 0;
    switch (part->kind) {
    case NET_RUNNING:
        return add_to(&sum->running, part->kroner) ? 0 : -ERANGE;
    case NET_GAINS:
        return add_to(&sum->gains, part->kroner) ? 0 : -ERANGE;
    case NET_DEVELOPMENT: /* once, and so no year's */
    case NET_SAVED:       /* of cells */
        break;
    }
    return 0;
}

static int add_cells(const struct saved_cells *cells, const int128 *realised,
                     struct scorecard_sums *sums)
{
    size_t i;

    for (i = 0; i < cells->count; i++) {
        const struct saved_cell *cell = &cells->cells[i];
        struct scorecard_sum *sum = sum_at(sums, cell->robot, cell->booking);

        if (sum != NULL &&
            !(add_to(&sum->tasks, cell->amount.tasks) &&
              add_to(&sum->uncounted, cell->amount.uncounted) &&
              add_to(&sum->minutes, cell->amount.minutes) &&
              add_to(&sum->kroner, cell->amount.kroner) && add_to(&sum->realised, realised[i])))
            return -ERANGE;
    }
    return 0;
}

static int make_room(struct scorecard_sums *sums, size_t robots, struct fault *fault)
{
    size_t lines = sums->only == SIZE_MAX ? robots : 1;

    sums->robots = robots;
    if (lines > SUMS_MOST / sums->months)
        return fault_set(fault, -E2BIG,
                         "scorecards of %zu robots and %zu months are too many at a time", lines,
                         sums->months);
    sums->of = calloc(lines * sums->months + 1, sizeof *sums->of);
    return sums->of != NULL ? 0 : fault_no_memory(fault);
}

int scorecard_sums_read(struct store *store, size_t only, int32_t first_month, int32_t last_month,
                        struct scorecard_sums *sums, struct fault *fault)
{
    struct saved_query query = {.from_day = clock_first_day_of_month(first_month),
                                .to_day = clock_last_day_of_month(last_month)};
    struct saved_cells cells = {.count = 0};
    struct net_entries entries = {.count = 0};
    int128 *realised = NULL;
    int result;

    *sums = (struct scorecard_sums){
        .first_month = first_month, .months = (size_t)(last_month - first_month + 1), .only = only};
    result = saved_cells_read(store, &query, &cells, fault);
    if (result == 0)
        result = realised_read(store, &query, &cells, &realised, fault);
    if (result == 0)
        result = net_entries_read(store, &entries, fault);
    if (result == 0)
        result = make_room(sums, cells.robots.count, fault);
    if (result == 0) {
        result = add_cells(&cells, realised, sums);
        if (result == 0)
            result = net_entries_each(&entries, &cells.organisation, &cells.robots, query.to_day,
                                      take_part, sums);
        if (result == -ERANGE)
            result = fault_set(fault, result, "what the robots bring is too large to add up");
    }
    net_entries_release(&entries);
    free(realised);
    saved_cells_release(&cells);
    return result;
}

void scorecard_sums_release(struct scorecard_sums *sums)
{
    free(sums->of);
    *sums = (struct scorecard_sums){.of = NULL};
}

/* ---- of a year ---- */

/* exact × factor / (months × scale), half up. */
static bool a_year(int128 exact, int64_t factor, int32_t months, int128 scale, int64_t *ret_whole)
{
    int128 whole;

    if (__builtin_mul_overflow(exact, (int128)factor, &exact))
        return false;
    whole = decimal_divide_half_up(exact, scale * months);
    if (whole > INT64_MAX || whole < INT64_MIN)
        return false;
    *ret_whole = (int64_t)whole;
    return true;
}

static bool add_sum(struct scorecard_sum *total, const struct scorecard_sum *sum)
{
    return add_to(&total->tasks, sum->tasks) && add_to(&total->uncounted, sum->uncounted) &&
           add_to(&total->minutes, sum->minutes) && add_to(&total->kroner, sum->kroner) &&
           add_to(&total->realised, sum->realised) && add_to(&total->gains, sum->gains) &&
           add_to(&total->running, sum->running);
}

/* The months in operation among those of the day. */
static bool add_months(const struct scorecard_sums *sums, size_t robot, int32_t day,
                       struct scorecard *card, struct scorecard_sum *total)
{
    int32_t last = forecast_complete_month(day);
    int32_t month;

    for (month = scorecard_first_month(day); month <= last; month++) {
        const struct scorecard_sum *sum = sum_at(sums, robot, month);

        if (sum == NULL || !forecast_operates_in(card->robot, month))
            continue;
        if (card->months++ == 0)
            card->from_month = month;
        card->to_month = month;
        if (!add_sum(total, sum))
            return false;
    }
    return true;
}

int scorecard_amounts(const struct scorecard_sums *sums, size_t robot, int32_t day,
                      struct scorecard *card)
{
    static const int128 per_ore = TASK_KRONER_SCALE / HUNDREDTHS;
    struct scorecard_sum total = {.tasks = 0};
    bool is_year = !card->robot->is_one_off;
    int64_t factor = is_year ? MONTHS_A_YEAR : 1;
    int32_t months;
    int128 saving;

    card->months = 0;
    if (!add_months(sums, robot, day, card, &total))
        return -ERANGE;
    card->confidence = ' ';
    if (card->months > 0)
        card->confidence = forecast_confidence(card->months);
    months = is_year && card->months > 0 ? card->months : 1;
    card->is_signed = robot_estimate_on(card->robot, day) != NULL;
    card->minutes = total.minutes;
    card->has_budget_record = total.realised != 0;
    saving = total.realised;
    if (!add_to(&saving, total.gains) || !add_to(&saving, -total.running) ||
        !a_year(saving, factor, months, per_ore, &card->saving_ore) ||
        !a_year(total.minutes, factor * HUNDREDTHS, months,
                (int128)TASK_MINUTE_SCALE * MINUTES_AN_HOUR, &card->hundredths_of_hours) ||
        !a_year(total.tasks, 1, 1, SHARE_WHOLE, &card->tasks) ||
        !a_year(total.uncounted, 1, 1, SHARE_WHOLE, &card->uncounted_tasks) ||
        !a_year(total.realised, 1, 1, per_ore, &card->realised_ore) ||
        !a_year(total.gains, 1, 1, per_ore, &card->gains_ore) ||
        !a_year(total.running, 1, 1, per_ore, &card->running_ore) ||
        !a_year(total.kroner - total.realised, 1, 1, per_ore, &card->released_ore))
        return -ERANGE;
    return 0;
}
