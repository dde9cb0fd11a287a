/* Direct gains: what a robot brings beside time. */
#include <errno.h>
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/cost.h"
#include "core/store/line.h"
#include "core/store/period.h"
#include "core/store/sql.h"

int gain_each(struct store *store, gain_each_callback *callback, void *context, struct fault *fault)
{
    static const char SQL[] = "SELECT id, robot_id, day, booking, department_id, ore, what, "
                              "document, by_whom, at_ms FROM gain ORDER BY id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        struct gain gain = {
            .id = sqlite3_column_int64(statement, 0),
            .robot_id = sqlite3_column_int64(statement, 1),
            .day = sqlite3_column_int(statement, 2),
            .booking = sqlite3_column_int(statement, 3),
            .department_id = sqlite3_column_int64(statement, 4),
            .ore = sqlite3_column_int64(statement, 5),
            .what = sql_text(statement, 6),
            .document = sql_text(statement, 7),
            .by_whom = sql_text(statement, 8),
            .at_ms = sqlite3_column_int64(statement, 9),
        };

        result = callback(&gain, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result;
}

struct lines {
    char what[LINE_BYTES_MAX + 1];
    char document[LINE_BYTES_MAX + 1];
    char by_whom[LINE_BYTES_MAX + 1];
};

static int check_gain(const struct gain *gain, struct lines *ret_lines, struct fault *fault)
{
    int result = line_take("what the gain is", gain->what, ret_lines->what, fault);

    if (result == 0)
        result =
            line_take("where the gain is documented", gain->document, ret_lines->document, fault);
    if (result == 0)
        result = line_take_name("who enters the gain", gain->by_whom, ret_lines->by_whom, fault);
    if (result == 0 && (gain->ore == 0 || gain->ore < -COST_ORE_MOST || gain->ore > COST_ORE_MOST))
        result = fault_set(fault, -EINVAL,
                           "the gain's kroner: expected an amount other than 0 and at most "
                           "%" PRId64 ", either sign",
                           COST_ORE_MOST / 100);
    return result;
}

int gain_add(struct store *store, const struct gain *gain, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO gain(robot_id, day, booking, department_id, ore, what, document, by_whom, "
        "at_ms) VALUES(?1, ?2, max(?3, ?4), ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
    sqlite3_stmt *statement = NULL;
    struct lines lines;
    int32_t open_from = 0;
    int result = check_gain(gain, &lines, fault);

    if (result == 0)
        result = period_open_from(store, &open_from, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, gain->robot_id);
        sqlite3_bind_int(statement, 2, gain->day);
        sqlite3_bind_int(statement, 3, clock_month_of_day(gain->day));
        sqlite3_bind_int(statement, 4, open_from);
        if (gain->department_id != 0)
            sqlite3_bind_int64(statement, 5, gain->department_id);
        sqlite3_bind_int64(statement, 6, gain->ore);
        sql_bind_text(statement, 7, lines.what);
        sql_bind_text(statement, 8, lines.document);
        sql_bind_text(statement, 9, lines.by_whom);
        sqlite3_bind_int64(statement, 10, gain->at_ms);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}
