/* The figures of a report: each read once, all in one view. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "scorecards/report/report_inner.h"

enum { MINUTES_OF_HOUR = 60, TENTHS = 10 };

static int128 power_of_ten(unsigned digits)
{
    int128 power = 1;

    while (digits-- > 0)
        power *= TENTHS;
    return power;
}

/* The rule of every table: the total half up, rows by the largest remainders. */
static int hours_of(const struct savings *savings, struct report_hours *ret_hours,
                    struct fault *fault)
{
    int128 *exact = calloc(savings->row_count + 1, sizeof *exact);
    int result = 0;
    size_t i;

    ret_hours->rows = calloc(savings->row_count + 1, sizeof *ret_hours->rows);
    if (exact == NULL || ret_hours->rows == NULL) {
        free(exact);
        return fault_no_memory(fault);
    }
    for (i = 0; i < savings->row_count; i++)
        exact[i] = savings->rows[i].minutes * TENTHS;
    result = decimal_apportion(exact, savings->row_count,
                               MINUTES_OF_HOUR * power_of_ten(savings->minute_digits),
                               ret_hours->rows, &ret_hours->total);
    free(exact);
    return result < 0 ? fault_set(fault, result, "the hours do not fit") : 0;
}

static int read_savings(struct composing *composing, int32_t from_day, int32_t to_day,
                        enum savings_by by, struct savings *ret_savings,
                        struct report_hours *ret_hours, struct fault *fault)
{
    struct savings_query query = {.from_day = from_day, .to_day = to_day, .by = by};
    int result = savings_read(composing->store, &query, ret_savings, fault);

    return result == 0 ? hours_of(ret_savings, ret_hours, fault) : result;
}

static int read_all_savings(struct composing *composing, struct fault *fault)
{
    struct report_figures *figures = &composing->figures;
    const struct report_query *query = &composing->query;
    int result = read_savings(composing, query->from_day, query->to_day, SAVINGS_BY_DEPARTMENT,
                              &figures->departments, &figures->department_hours, fault);

    if (result == 0)
        result = read_savings(composing, query->from_day, query->to_day, SAVINGS_BY_MONTH,
                              &figures->months, &figures->month_hours, fault);
    if (result == 0)
        result = read_savings(composing, query->from_day, query->to_day, SAVINGS_BY_ROBOT,
                              &figures->robots, &figures->robot_hours, fault);
    if (result == 0)
        result =
            read_savings(composing, query->before_from, query->before_to, SAVINGS_BY_DEPARTMENT,
                         &figures->before, &figures->before_hours, fault);
    return result;
}

static int read_histories(struct composing *composing, struct fault *fault)
{
    struct report_figures *figures = &composing->figures;
    const struct scorecard_list *cards = &figures->cards;
    const char *only = composing->query.robot;
    int result = 0;
    size_t i;

    if (cards->count == 0)
        return 0;
    figures->histories = calloc(cards->count, sizeof *figures->histories);
    if (figures->histories == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < cards->count && result == 0; i++) {
        const struct robot *robot = cards->cards[i].robot;

        if (only == NULL || robot_list_find(report_robots(composing), only) == NULL ||
            robot_list_find(report_robots(composing), only)->id == robot->id)
            result = scorecard_history(composing->store, robot->id, composing->query.as_of,
                                       REPORT_QUARTERS, figures->histories[i].points,
                                       &figures->histories[i].count, fault);
    }
    return result;
}

int report_figures_read(struct composing *composing, struct fault *fault)
{
    struct report_figures *figures = &composing->figures;
    const struct report_query *query = &composing->query;
    const struct changes_query ranges = {query->before_from, query->before_to, query->from_day,
                                         query->to_day};
    const struct net_query net = {.from_day = INT32_MIN,
                                  .to_day = query->to_day,
                                  .by = SAVINGS_BY_ROBOT,
                                  .today = query->as_of};
    int result = read_all_savings(composing, fault);

    if (result == 0)
        result = changes_read(composing->store, &ranges, &figures->changes, fault);
    if (result == 0)
        result =
            ranking_read(composing->store, query->year, query->as_of, &figures->ranking, fault);
    if (result == 0)
        result = net_read(composing->store, &net, &figures->net, fault);
    if (result == 0)
        result = period_list_read(composing->store, query->as_of, &figures->periods, fault);
    if (result == 0)
        result = scorecard_list_read(composing->store, 0, query->as_of, &figures->cards, fault);
    if (result == 0)
        result = read_histories(composing, fault);
    return result;
}

void report_figures_release(struct report_figures *figures)
{
    savings_release(&figures->departments);
    savings_release(&figures->months);
    savings_release(&figures->robots);
    savings_release(&figures->before);
    free(figures->department_hours.rows);
    free(figures->month_hours.rows);
    free(figures->robot_hours.rows);
    free(figures->before_hours.rows);
    changes_release(&figures->changes);
    ranking_release(&figures->ranking);
    scorecard_list_release(&figures->cards);
    free(figures->histories);
    net_release(&figures->net);
    period_list_release(&figures->periods);
}

const struct organisation *report_organisation(const struct composing *composing)
{
    return &composing->figures.changes.after.organisation;
}

const struct robot_list *report_robots(const struct composing *composing)
{
    return &composing->figures.changes.after.robots;
}

const struct savings_row *report_robot_row(const struct composing *composing, const char *slug,
                                           int64_t *ret_hours)
{
    const struct savings *savings = &composing->figures.robots;
    size_t i;

    for (i = 0; i < savings->row_count; i++) {
        if (strcmp(savings->rows[i].id, slug) != 0)
            continue;
        *ret_hours = composing->figures.robot_hours.rows[i];
        return &savings->rows[i];
    }
    return NULL;
}
