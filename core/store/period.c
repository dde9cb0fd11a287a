#include "core/store/period.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/batch.h"
#include "core/store/figure.h"
#include "core/store/line.h"
#include "core/store/sql.h"

int period_open_from(struct store *store, int32_t *ret_month, struct fault *fault)
{
    static const char SQL[] = "SELECT coalesce(max(month) + 1, 0) FROM period";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0) {
        *ret_month = sqlite3_column_int(statement, 0);
        result = 0;
    }
    sql_done(statement);
    return result;
}

int period_booked(struct store *store, int32_t *ret_first, int32_t *ret_last, struct fault *fault)
{
    static const char SQL[] = "SELECT coalesce(min(booking), 0), max(coalesce(max(booking), 0), "
                              "(SELECT coalesce(max(booking), 0) FROM adjustment)) "
                              "FROM rollup_month WHERE outcome IN (0, 6, 7, 8)";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0) {
        *ret_first = sqlite3_column_int(statement, 0);
        *ret_last = sqlite3_column_int(statement, 1);
        result = 0;
    }
    sql_done(statement);
    return result;
}

int period_each(struct store *store, period_each_callback *callback, void *context,
                struct fault *fault)
{
    static const char SQL[] = "SELECT month, closed_ms, closed_by, hash FROM period ORDER BY month";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);
    int ended = 0;

    while (result >= 0 && ended == 0 && (result = sql_step(store, statement, fault)) > 0) {
        struct period period = {
            .month = sqlite3_column_int(statement, 0),
            .closed_ms = sqlite3_column_int64(statement, 1),
            .closed_by = sql_text(statement, 2),
            .hash = sql_blob(statement, 3), /* the table sees to its size */
        };

        if (period.hash == NULL)
            result = fault_no_memory(fault);
        else
            ended = callback(&period, context);
    }
    sql_done(statement);
    return ended != 0 ? ended : result;
}

static int read_figure(sqlite3_stmt *row, struct figure *figure, struct fault *fault)
{
    char month[CLOCK_MONTH_TEXT];

    figure->robot_id = sqlite3_column_int64(row, 1);
    if (figure_take(row, 2, figure))
        return 0;
    clock_format_month(sqlite3_column_int(row, 0), month);
    return fault_set(fault, -EBADMSG,
                     "period %s: a frozen amount of robot number %" PRId64 " is no whole number; "
                     "restore the latest backup beside the store and compare",
                     month, figure->robot_id);
}

int figure_each(struct store *store, figure_each_callback *callback, void *context,
                struct fault *fault)
{
    static const char SQL[] =
        "SELECT month, robot_id, department_id, tasks, uncounted, helped, minutes, kroner "
        "FROM period_figure ORDER BY month, robot_id, department_id";
    sqlite3_stmt *statement = NULL;
    struct figure figure;
    int result = sql_use(store, SQL, &statement, fault);
    int ended = 0;

    while (result >= 0 && ended == 0 && (result = sql_step(store, statement, fault)) > 0) {
        ended = read_figure(statement, &figure, fault);
        if (ended == 0)
            ended = callback(sqlite3_column_int(statement, 0), &figure, context);
    }
    sql_done(statement);
    return ended != 0 ? ended : result;
}

static int add_period(struct store *store, const struct period *period, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO period(month, closed_ms, closed_by, hash) VALUES(?1, ?2, ?3, ?4)";
    char closed_by[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = line_take_name("who closes the month", period->closed_by, closed_by, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int(statement, 1, period->month);
        sqlite3_bind_int64(statement, 2, period->closed_ms);
        sql_bind_text(statement, 3, closed_by);
        sql_bind_blob(statement, 4, period->hash, PERIOD_HASH_SIZE);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int add_figure(struct store *store, int32_t month, const struct figure *figure,
                      struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO period_figure(month, robot_id, department_id, tasks, uncounted, helped, "
        "minutes, kroner) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    sqlite3_stmt *statement = NULL;
    struct figure_text text;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int(statement, 1, month);
        sqlite3_bind_int64(statement, 2, figure->robot_id);
        figure_bind(statement, 3, figure, &text);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int period_add(struct store *store, const struct period *period, const struct figure *figures,
               size_t count, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    size_t i;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        result = add_period(store, period, fault);
    for (i = 0; i < count && result == 0; i++)
        result = add_figure(store, period->month, &figures[i], fault);
    if (result == 0)
        booking_closed(batch, period->month);
    return result;
}

int period_admit(struct store *store, const char *what, int32_t from_day, bool books_difference,
                 int32_t *ret_booking_from, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    char open[CLOCK_DAY_TEXT];
    int32_t open_from = 0;
    int result = period_open_from(store, &open_from, fault);

    if (result < 0)
        return result;
    if (clock_month_of_day(from_day) >= open_from) {
        *ret_booking_from = 0;
        return 0;
    }
    if (books_difference) {
        *ret_booking_from = open_from;
        return 0;
    }
    clock_format_day(from_day, day);
    clock_format_day(clock_first_day_of_month(open_from), open);
    return fault_set(fault, -EPERM,
                     "%s would change from %s, in a month that is closed; begin it on %s or later, "
                     "or book what it changes in the oldest open month with --book-difference",
                     what, day, open);
}
