#include "scorecards/pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/store/budget.h"
#include "core/store/organisation.h"
#include "core/store/period.h"
#include "scorecards/savings.h"
#include "scorecards/task_value.h"

enum { REASON_ROOM = 160 };

struct credit {
    struct store *store;
    const char *by;
    int64_t now_ms;
    int32_t year;
    int64_t department_id;
    bool is_credited; /* the department, for the year */
};

static int look_at_entry(const struct pool_entry *entry, void *context)
{
    struct credit *credit = context;

    if (entry->year == credit->year && entry->department_id == credit->department_id)
        credit->is_credited = true;
    return 0;
}

static int need_closed(const struct credit *credit, struct fault *fault)
{
    int32_t december = clock_month_of_day(clock_day(credit->year, 12, 31));
    int32_t open_from = 0;
    int result = period_open_from(credit->store, &open_from, fault);

    if (result == 0 && open_from <= december)
        result = fault_set(fault, -EPERM,
                           "the common pool of %" PRId32 ": its December is not closed; the year's "
                           "surpluses are known when it is",
                           credit->year);
    return result;
}

/* inherited: of what was saved, by departments that ended. */
static int credit_one(struct credit *credit, int64_t saved, int64_t target, int64_t inherited,
                      struct fault *fault)
{
    struct pool_entry entry = {.year = credit->year,
                               .department_id = credit->department_id,
                               .kroner = (saved - target) / 2,
                               .by_whom = credit->by,
                               .at_ms = credit->now_ms};
    char reason[REASON_ROOM];
    size_t length;
    int64_t id;
    int result;

    credit->is_credited = false;
    result = pool_entry_each(credit->store, look_at_entry, credit, fault);
    if (result < 0 || credit->is_credited || entry.kroner == 0)
        return result;
    length = (size_t)snprintf(reason, sizeof reason,
                              "half of what was saved beyond the target: %" PRId64 " of %" PRId64
                              " kroner",
                              saved, target);
    if (inherited != 0)
        (void)snprintf(reason + length, sizeof reason - length,
                       ", %" PRId64 " of them by departments that went into it", inherited);
    entry.reason = reason;
    return pool_entry_add(credit->store, &entry, &id, fault);
}

/* Kroner on their way to whoever holds a target for them at the end of the year. */
struct holding {
    int128 *exact; /* of each place, × SHARE_WHOLE */
    int64_t kroner;
};

static int hold(size_t place, int64_t millionths, void *context)
{
    struct holding *holding = context;

    holding->exact[place] += (int128)holding->kroner * millionths;
    return 0;
}

/* The savings as they are held against the targets: a target moves whole when its department ends, so what was saved
 * towards it before moves as well. Whole kroner that add up. ret_held: of each row. */
static int hold_against(const struct organisation *organisation, const struct savings *savings,
                        int32_t last_day, int64_t *ret_held, struct fault *fault)
{
    struct valuation at = valuation_of(last_day, clock_month_of_day(last_day));
    struct holding holding = {.exact = calloc(savings->row_count, sizeof *holding.exact)};
    int64_t total = 0;
    int result = 0;
    size_t i;

    if (holding.exact == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < savings->row_count; i++) {
        holding.kroner = savings->rows[i].kroner;
        if (i < organisation->department_count)
            (void)task_successors_each(organisation, organisation->departments[i].id, SHARE_WHOLE,
                                       &at, hold, &holding);
        else
            (void)hold(i, SHARE_WHOLE, &holding);
    }
    result = decimal_apportion(holding.exact, savings->row_count, SHARE_WHOLE, ret_held, &total);
    free(holding.exact);
    return result < 0 ? fault_set(fault, result, "the savings of the year cannot be added up") : 0;
}

static int credit_all(struct credit *credit, const struct organisation *organisation,
                      const struct savings *savings, struct fault *fault)
{
    int32_t last_day = clock_day(credit->year, 12, 31);
    int64_t *held = calloc(savings->row_count, sizeof *held);
    int64_t target = 0;
    size_t i;
    int result;

    if (held == NULL)
        return fault_no_memory(fault);
    result = hold_against(organisation, savings, last_day, held, fault);
    /* Its rows are the departments in their order, and behind them Tværgående. */
    for (i = 0; i < organisation->department_count && result == 0; i++) {
        credit->department_id = organisation->departments[i].id;
        if (organisation_budget_on(organisation, credit->department_id, credit->year, last_day,
                                   &target) &&
            target >= 0 && held[i] > target)
            result = credit_one(credit, held[i], target, held[i] - savings->rows[i].kroner, fault);
    }
    free(held);
    return result;
}

int pool_credit_year(struct store *store, int32_t year, const char *by, int64_t now_ms,
                     struct fault *fault)
{
    struct credit credit = {.store = store, .by = by, .now_ms = now_ms, .year = year};
    struct organisation organisation = {.name = NULL};
    struct savings_query query = {.from_day = clock_day(year, 1, 1),
                                  .to_day = clock_day(year, 12, 31),
                                  .by = SAVINGS_BY_DEPARTMENT};
    struct savings savings = {.rows = NULL};
    int result = need_closed(&credit, fault);

    if (result == 0)
        result = organisation_read(store, &organisation, fault);
    if (result == 0)
        result = savings_read(store, &query, &savings, fault);
    if (result == 0)
        result = credit_all(&credit, &organisation, &savings, fault);
    savings_release(&savings);
    organisation_release(&organisation);
    return result;
}
