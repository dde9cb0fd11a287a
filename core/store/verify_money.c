/* What is wrong with entries about money: each is append-only, so what does not fit was not written by us. */
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/store/budget.h"
#include "core/store/cost.h"
#include "core/store/period.h"
#include "core/store/verify_inner.h"

static int look_at_cost(const struct cost *cost, void *context)
{
    const struct verify *verify = context;

    if (cost->booking_from > verify->open_from)
        verify_say(context,
                   "cost %" PRId64 ": it is booked from a later month on than the oldest open one",
                   cost->id);
    if (cost->to_day < cost->from_day)
        verify_say(context, "cost %" PRId64 ": it ends before it begins", cost->id);
    if (cost->kind == COST_DEVELOPMENT && cost->to_day != COST_NO_END)
        verify_say(context, "cost %" PRId64 ": it is of development, and has an end", cost->id);
    return 0;
}

static int look_at_gain(const struct gain *gain, void *context)
{
    const struct verify *verify = context;
    char month[CLOCK_MONTH_TEXT];

    clock_format_month(gain->booking, month);
    if (gain->booking > clock_month_of_day(gain->day) && gain->booking > verify->open_from)
        verify_say(context,
                   "gain %" PRId64
                   ": it is booked in %s, later than its own month and the oldest open one",
                   gain->id, month);
    if (gain->booking < clock_month_of_day(gain->day))
        verify_say(context, "gain %" PRId64 ": it is booked in %s, before its day", gain->id,
                   month);
    return 0;
}

static int take_reduction(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    verify_say(context, "budget reductions of %s in %d: they are %" PRId64 " kroner together",
               sql_text(row, 0), sqlite3_column_int(row, 1), (int64_t)sqlite3_column_int64(row, 2));
    return 0;
}

struct pool {
    struct verify *verify;
    int64_t balance;
    int32_t open_from;
};

static int look_at_pool(const struct pool_entry *entry, void *context)
{
    struct pool *pool = context;

    pool->balance += entry->kroner;
    if (pool->balance < 0)
        verify_say(pool->verify, "pool entry %" PRId64 ": more was paid out than the pool had",
                   entry->id);
    if (entry->department_id != 0 &&
        clock_month_of_day(clock_day(entry->year, 12, 31)) >= pool->open_from)
        verify_say(pool->verify, "pool entry %" PRId64 ": the surplus of %d, which is not closed",
                   entry->id, (int)entry->year);
    return 0;
}

int verify_money(struct verify *verify, struct fault *fault)
{
    static const char REDUCTIONS[] =
        "SELECT d.slug, b.year, sum(b.kroner) FROM budget_reduction b JOIN department d ON d.id = "
        "b.department_id GROUP BY b.department_id, coalesce(b.robot_id, 0), b.year HAVING "
        "sum(b.kroner) < 0";
    struct pool pool = {.verify = verify};
    int result = cost_each(verify->store, look_at_cost, verify, fault);

    if (result == 0)
        result = gain_each(verify->store, look_at_gain, verify, fault);
    if (result == 0)
        result = sql_each(verify->store, REDUCTIONS, take_reduction, verify, fault);
    if (result == 0)
        result = period_open_from(verify->store, &pool.open_from, fault);
    if (result == 0)
        result = pool_entry_each(verify->store, look_at_pool, &pool, fault);
    return result;
}
