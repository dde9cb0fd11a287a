/* The kept sums, as readers see them. */
#include "core/store/batch.h"
#include "core/store/sql.h"

static int each_row(struct store *store, const char *text, const int32_t range[static 2],
                    rollup_each_callback *callback, void *context, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, text, &statement, fault);
    if (result < 0)
        return result;
    sqlite3_bind_int(statement, 1, range[0]);
    sqlite3_bind_int(statement, 2, range[1]);
    while ((result = sql_step(store, statement, fault)) > 0) {
        struct rollup_row row = {
            .period = sqlite3_column_int(statement, 0),
            .robot_id = sqlite3_column_int64(statement, 1),
            .booking = sqlite3_column_int(statement, 2),
            .department_id = sqlite3_column_int64(statement, 3),
            .outcome = (enum attempt_outcome)sqlite3_column_int(statement, 4),
            .count = sqlite3_column_int64(statement, 5),
            .duration_ms = sqlite3_column_int64(statement, 6),
        };

        result = callback(&row, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int rollup_each_day(struct store *store, int32_t from_day, int32_t to_day,
                    rollup_each_callback *callback, void *context, struct fault *fault)
{
    static const char SQL[] =
        "SELECT day, robot_id, booking, department_id, outcome, count, duration_ms "
        "FROM rollup_day WHERE day BETWEEN ?1 AND ?2 "
        "ORDER BY day, robot_id, booking, department_id, outcome";
    const int32_t range[2] = {from_day, to_day};

    return each_row(store, SQL, range, callback, context, fault);
}

int rollup_each_month(struct store *store, int32_t from_month, int32_t to_month,
                      rollup_each_callback *callback, void *context, struct fault *fault)
{
    static const char SQL[] =
        "SELECT month, robot_id, booking, department_id, outcome, count, duration_ms "
        "FROM rollup_month WHERE month BETWEEN ?1 AND ?2 "
        "ORDER BY month, robot_id, booking, department_id, outcome";
    const int32_t range[2] = {from_month, to_month};

    return each_row(store, SQL, range, callback, context, fault);
}
