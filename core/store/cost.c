#include "core/store/cost.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/period.h"
#include "core/store/sql.h"

const char *cost_kind_word(enum cost_kind kind)
{
    switch (kind) {
    case COST_DEVELOPMENT:
        return "development";
    case COST_RUNNING:
        return "running";
    }
    return "?";
}

static struct cost take(sqlite3_stmt *row)
{
    return (struct cost){
        .id = sqlite3_column_int64(row, 0),
        .robot_id = sqlite3_column_int64(row, 1),
        .kind = (enum cost_kind)sqlite3_column_int(row, 2),
        .from_day = sqlite3_column_int(row, 3),
        .to_day =
            sqlite3_column_type(row, 4) != SQLITE_NULL ? sqlite3_column_int(row, 4) : COST_NO_END,
        .ore = sqlite3_column_int64(row, 5),
        .hours = sqlite3_column_int64(row, 6),
        .bearer_id = sqlite3_column_int64(row, 7),
        .booking_from = sqlite3_column_int(row, 8),
        .what = sql_text(row, 9),
        .by_whom = sql_text(row, 10),
        .at_ms = sqlite3_column_int64(row, 11),
    };
}

int cost_each(struct store *store, cost_each_callback *callback, void *context, struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, robot_id, kind, from_day, to_day, ore, hours, bearer_id, booking_from, what, "
        "by_whom, at_ms FROM cost ORDER BY id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        struct cost cost = take(statement);

        result = callback(&cost, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result;
}

static int check_amount(const char *what, int64_t amount, int64_t most, struct fault *fault)
{
    if (amount >= -most && amount <= most)
        return 0;
    return fault_set(fault, -EINVAL, "the cost's %s: at most %" PRId64 " is taken, either sign",
                     what, most / 100);
}

static int check_cost(const struct cost *cost, struct fault *fault)
{
    int result = check_amount("kroner", cost->ore, COST_ORE_MOST, fault);

    if (result == 0)
        result = check_amount("hours", cost->hours, COST_HOURS_MOST, fault);
    if (result == 0 && cost->ore == 0 && cost->hours == 0)
        result = fault_set(fault, -EINVAL, "the cost is nothing: give hours, kroner or both");
    if (result == 0 && cost->to_day < cost->from_day)
        result = fault_set(fault, -EINVAL, "the cost ends before it begins");
    return result;
}

static void bind_cost(sqlite3_stmt *statement, const struct cost *cost)
{
    sqlite3_bind_int64(statement, 1, cost->robot_id);
    sqlite3_bind_int(statement, 2, (int)cost->kind);
    sqlite3_bind_int(statement, 3, cost->from_day);
    if (cost->to_day != COST_NO_END)
        sqlite3_bind_int(statement, 4, cost->to_day);
    sqlite3_bind_int64(statement, 5, cost->ore);
    sqlite3_bind_int64(statement, 6, cost->hours);
    if (cost->bearer_id != 0)
        sqlite3_bind_int64(statement, 7, cost->bearer_id);
    sqlite3_bind_int64(statement, 11, cost->at_ms);
}

int cost_add(struct store *store, const struct cost *cost, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO cost(robot_id, kind, from_day, to_day, ore, hours, bearer_id, booking_from, "
        "what, by_whom, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id";
    char what[LINE_BYTES_MAX + 1];
    char by_whom[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int32_t open_from = 0;
    int result = check_cost(cost, fault);

    if (result == 0)
        result = line_take("what the cost is for", cost->what, what, fault);
    if (result == 0)
        result = line_take_name("who enters the cost", cost->by_whom, by_whom, fault);
    if (result == 0)
        result = period_open_from(store, &open_from, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        bind_cost(statement, cost);
        sqlite3_bind_int(statement, 8, open_from);
        sql_bind_text(statement, 9, what);
        sql_bind_text(statement, 10, by_whom);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

struct finding {
    int64_t id;
    struct cost cost; /* id 0: not found; its texts are gone */
};

static int look_for(const struct cost *cost, void *context)
{
    struct finding *finding = context;

    if (cost->id == finding->id)
        finding->cost = *cost;
    return 0;
}

static int check_stop(const struct cost *cost, int32_t last_day, int32_t open_from,
                      struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];

    if (cost->kind == COST_DEVELOPMENT)
        return fault_set(fault, -EINVAL,
                         "cost %" PRId64 " is of development, which comes once; take it back by an "
                         "entry of the opposite sign",
                         cost->id);
    if (cost->to_day != COST_NO_END) {
        clock_format_day(cost->to_day, day);
        return fault_set(fault, -EALREADY,
                         "cost %" PRId64 " ends on %s already; add an entry for what differs",
                         cost->id, day);
    }
    if (last_day < cost->from_day) {
        clock_format_day(cost->from_day, day);
        return fault_set(fault, -EINVAL,
                         "cost %" PRId64 " begins on %s; take it back by an entry of the opposite "
                         "sign",
                         cost->id, day);
    }
    /* What was booked in closed months since: those after last_day. */
    if (clock_month_of_day(last_day) + 1 < open_from && cost->booking_from < open_from) {
        clock_format_day(clock_last_day_of_month(open_from - 1), day);
        return fault_set(fault, -EPERM,
                         "cost %" PRId64 " is booked in months that are closed: end it on %s or "
                         "later, and take back what was too much by an entry of the opposite sign",
                         cost->id, day);
    }
    return 0;
}

int cost_stop(struct store *store, int64_t id, int32_t last_day, struct fault *fault)
{
    static const char SQL[] = "UPDATE cost SET to_day = ?2 WHERE id = ?1";
    struct finding finding = {.id = id};
    sqlite3_stmt *statement = NULL;
    int32_t open_from = 0;
    int result = cost_each(store, look_for, &finding, fault);

    if (result == 0)
        result = period_open_from(store, &open_from, fault);
    if (result == 0 && finding.cost.id == 0)
        result = fault_set(fault, -ENOENT,
                           "there is no cost %" PRId64 "; `automagi cost list` shows those there "
                           "are",
                           id);
    if (result == 0)
        result = check_stop(&finding.cost, last_day, open_from, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int(statement, 2, last_day);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
