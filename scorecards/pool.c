#include "scorecards/pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/budget.h"
#include "core/store/organisation.h"
#include "core/store/period.h"
#include "scorecards/savings.h"

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

static int credit_one(struct credit *credit, int64_t saved, int64_t target, struct fault *fault)
{
    struct pool_entry entry = {.year = credit->year,
                               .department_id = credit->department_id,
                               .kroner = (saved - target) / 2,
                               .by_whom = credit->by,
                               .at_ms = credit->now_ms};
    char reason[REASON_ROOM];
    int64_t id;
    int result;

    credit->is_credited = false;
    result = pool_entry_each(credit->store, look_at_entry, credit, fault);
    if (result < 0 || credit->is_credited || entry.kroner == 0)
        return result;
    (void)snprintf(reason, sizeof reason,
                   "half of what was saved beyond the target: %" PRId64 " of %" PRId64 " kroner",
                   saved, target);
    entry.reason = reason;
    return pool_entry_add(credit->store, &entry, &id, fault);
}

int pool_credit_year(struct store *store, int32_t year, const char *by, int64_t now_ms,
                     struct fault *fault)
{
    struct credit credit = {.store = store, .by = by, .now_ms = now_ms, .year = year};
    int32_t last_day = clock_day(year, 12, 31);
    struct organisation organisation = {.name = NULL};
    struct savings_query query = {
        .from_day = clock_day(year, 1, 1), .to_day = last_day, .by = SAVINGS_BY_DEPARTMENT};
    struct savings savings = {.rows = NULL};
    int64_t target = 0;
    size_t i;
    int result = need_closed(&credit, fault);

    if (result == 0)
        result = organisation_read(store, &organisation, fault);
    if (result == 0)
        result = savings_read(store, &query, &savings, fault);
    /* Its rows are the departments in their order, and behind them Tværgående. */
    for (i = 0; i < organisation.department_count && result == 0; i++) {
        credit.department_id = organisation.departments[i].id;
        if (organisation_budget_on(&organisation, credit.department_id, year, last_day, &target) &&
            target >= 0 && savings.rows[i].kroner > target)
            result = credit_one(&credit, savings.rows[i].kroner, target, fault);
    }
    savings_release(&savings);
    organisation_release(&organisation);
    return result;
}
