#include "core/store/counter_entry.h"

#include <errno.h>

#include "core/base/fault.h"
#include "core/store/batch.h"
#include "core/store/sql.h"

struct reading {
    counter_entry_callback *callback;
    void *context;
    int ended; /* what the callback gave */
};

static int take_row(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct reading *reading = context;
    struct counter_entry entry = {
        .outcome = (enum attempt_outcome)sqlite3_column_int(row, 0),
        .robot_id = sqlite3_column_int64(row, 1),
        .run_id = sqlite3_column_int64(row, 2),
        .seq = sqlite3_column_int64(row, 3),
        .day = sqlite3_column_int(row, 4),
        .booking = sqlite3_column_int(row, 5),
        .department_id = sqlite3_column_int64(row, 6), /* NULL gives 0 */
        .completed_ms = sqlite3_column_int64(row, 7),
        .masked = sql_text(row, 8),
        .reason = sql_text(row, 9),
        .by_whom = sql_text(row, 10),
        .at_ms = sqlite3_column_int64(row, 11),
    };

    (void)fault;
    reading->ended = reading->callback(&entry, reading->context);
    return reading->ended != 0 ? -ECANCELED : 0;
}

int counter_entry_each(struct store *store, int32_t first_booking, int32_t last_booking,
                       counter_entry_callback *callback, void *context, struct fault *fault)
{
    static const char TAKEN_BACK[] =
        "SELECT 6, c.robot_id, c.run_id, c.seq, c.day, c.booking, c.department_id, "
        "a.completed_ms, a.masked, c.reason, c.by_whom, c.at_ms FROM correction c "
        "LEFT JOIN attempt a ON a.run_id = c.run_id AND a.seq = c.seq "
        "WHERE c.booking BETWEEN ?1 AND ?2 "
        "ORDER BY c.at_ms DESC, c.run_id DESC, c.seq DESC";
    static const char HELP[] =
        "SELECT 7, h.robot_id, h.run_id, h.seq, h.day, h.booking, h.department_id, "
        "a.completed_ms, a.masked, NULL, NULL, 0 FROM handover h "
        "LEFT JOIN attempt a ON a.run_id = h.run_id AND a.seq = h.seq "
        "WHERE h.booking BETWEEN ?1 AND ?2";
    static const char HELP_TAKEN_BACK[] =
        "SELECT 8, h.robot_id, h.run_id, h.seq, h.day, h.back_booking, h.department_id, "
        "a.completed_ms, a.masked, NULL, NULL, 0 FROM handover h "
        "LEFT JOIN attempt a ON a.run_id = h.run_id AND a.seq = h.seq "
        "WHERE h.back_booking BETWEEN ?1 AND ?2"; /* none of NULL */
    struct sql_range months = {first_booking, last_booking};
    struct reading reading = {.callback = callback, .context = context};
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_each_in(store, TAKEN_BACK, months, take_row, &reading, fault);
    if (result == 0)
        result = sql_each_in(store, HELP, months, take_row, &reading, fault);
    if (result == 0)
        result = sql_each_in(store, HELP_TAKEN_BACK, months, take_row, &reading, fault);
    if (reading.ended != 0)
        return reading.ended < 0 ? reading.ended : 0;
    return result;
}
