/* Counter-entries of versions that were dated into closed months. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "core/store/figure.h"
#include "core/store/line.h"
#include "core/store/list.h"
#include "core/store/period.h"
#include "core/store/sql.h"

const char *adjustment_cause_word(enum adjustment_cause cause)
{
    switch (cause) {
    case ADJUSTMENT_ESTIMATE:
        return "estimate";
    case ADJUSTMENT_RATE:
        return "rate";
    case ADJUSTMENT_SHARE:
        return "share";
    case ADJUSTMENT_DEPARTMENT:
        return "department";
    }
    return "?";
}

/* Rows come by adjustment; one is handed on when the next begins. */
struct reading {
    struct adjustment entry;
    char *reason, *by_whom;
    struct figure *parts;
    adjustment_each_callback *callback;
    void *context;
    int ended; /* what the callback gave */
};

static int hand_on(struct reading *reading)
{
    int result = 0;

    if (reading->entry.id != 0) {
        reading->entry.reason = reading->reason;
        reading->entry.by_whom = reading->by_whom;
        reading->entry.parts = reading->parts;
        result = reading->callback(&reading->entry, reading->context);
    }
    free(reading->reason);
    free(reading->by_whom);
    free(reading->parts);
    reading->reason = NULL;
    reading->by_whom = NULL;
    reading->parts = NULL;
    reading->entry = (struct adjustment){.id = 0};
    return result;
}

/* A month that a day of this program can lie in; others would be counted nowhere. */
static bool is_month(int64_t month)
{
    return month >= PERIOD_MONTH_LEAST && month <= PERIOD_MONTH_MOST;
}

static int take_head(sqlite3_stmt *row, struct reading *reading, struct fault *fault)
{
    int result = 0;

    if (!is_month(sqlite3_column_int64(row, 2)) || !is_month(sqlite3_column_int64(row, 3)))
        return fault_set(fault, -EBADMSG,
                         "adjustment %" PRId64 " is said to be of month number %" PRId64
                         " and booked in month number %" PRId64 ", and there is no such month; "
                         "restore the latest backup beside the store and compare",
                         (int64_t)sqlite3_column_int64(row, 0),
                         (int64_t)sqlite3_column_int64(row, 2),
                         (int64_t)sqlite3_column_int64(row, 3));
    reading->entry = (struct adjustment){
        .id = sqlite3_column_int64(row, 0),
        .robot_id = sqlite3_column_int64(row, 1),
        .month = sqlite3_column_int(row, 2),
        .booking = sqlite3_column_int(row, 3),
        .cause = (enum adjustment_cause)sqlite3_column_int(row, 4),
        .from_day = sqlite3_column_int(row, 5),
        .at_ms = sqlite3_column_int64(row, 8),
    };
    reading->reason = sql_copy(row, 6, &result);
    reading->by_whom = sql_copy(row, 7, &result);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static int take_part(sqlite3_stmt *row, struct reading *reading, struct fault *fault)
{
    int result = 0;
    struct figure *part;
    struct figure *grown = list_grow(reading->parts, reading->entry.part_count,
                                     sizeof *reading->parts, &result, fault);

    if (grown == NULL)
        return result;
    reading->parts = grown;
    part = &reading->parts[reading->entry.part_count];
    part->robot_id = reading->entry.robot_id;
    if (!figure_take(row, 9, part))
        return fault_set(fault, -EBADMSG,
                         "adjustment %" PRId64 " has an amount that is no whole number; run "
                         "`automagi verify`, and restore the latest backup",
                         reading->entry.id);
    reading->entry.part_count++;
    return 0;
}

static int take_row(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct reading *reading = context;
    int result = 0;

    if (sqlite3_column_int64(row, 0) != reading->entry.id) {
        reading->ended = hand_on(reading);
        if (reading->ended != 0)
            return -ECANCELED;
        result = take_head(row, reading, fault);
    }
    if (result == 0 && sqlite3_column_type(row, 9) != SQLITE_NULL)
        result = take_part(row, reading, fault);
    return result;
}

int adjustment_each(struct store *store, adjustment_each_callback *callback, void *context,
                    struct fault *fault)
{
    static const char SQL[] =
        "SELECT a.id, a.robot_id, a.month, a.booking, a.cause, a.from_day, a.reason, a.by_whom, "
        "a.at_ms, p.department_id, p.tasks, p.uncounted, p.helped, p.minutes, p.kroner "
        "FROM adjustment a LEFT JOIN adjustment_part p ON p.adjustment_id = a.id "
        "LEFT JOIN department d ON d.id = p.department_id "
        "ORDER BY a.id, p.department_id = 0, d.position, d.id";
    struct reading reading = {.callback = callback, .context = context};
    int result = sql_each(store, SQL, take_row, &reading, fault);

    if (result == 0)
        return hand_on(&reading);
    reading.entry.id = 0;
    (void)hand_on(&reading);
    return reading.ended != 0 ? reading.ended : result;
}

static int add_part(struct store *store, int64_t id, const struct figure *part, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO adjustment_part(adjustment_id, department_id, tasks, "
                              "uncounted, helped, minutes, kroner) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
                              "?7)";
    sqlite3_stmt *statement = NULL;
    struct figure_text text;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        figure_bind(statement, 2, part, &text);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int add_head(struct store *store, const struct adjustment *adjustment, int64_t *ret_id,
                    struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO adjustment(robot_id, month, booking, cause, from_day, reason, by_whom, at_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id";
    sqlite3_stmt *statement = NULL;
    char reason[LINE_BYTES_MAX + 1];
    char by_whom[LINE_BYTES_MAX + 1];
    int result = line_take("the adjustment's reason", adjustment->reason, reason, fault);

    if (result == 0)
        result = line_take_name("who books the difference", adjustment->by_whom, by_whom, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, adjustment->robot_id);
        sqlite3_bind_int(statement, 2, adjustment->month);
        sqlite3_bind_int(statement, 3, adjustment->booking);
        sqlite3_bind_int(statement, 4, (int)adjustment->cause);
        sqlite3_bind_int(statement, 5, adjustment->from_day);
        sql_bind_text(statement, 6, reason);
        sql_bind_text(statement, 7, by_whom);
        sqlite3_bind_int64(statement, 8, adjustment->at_ms);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

int adjustment_add(struct store *store, const struct adjustment *adjustment, int64_t *ret_id,
                   struct fault *fault)
{
    int64_t id = 0;
    int result = add_head(store, adjustment, &id, fault);
    size_t i;

    for (i = 0; i < adjustment->part_count && result == 0; i++)
        result = add_part(store, id, &adjustment->parts[i], fault);
    if (result == 0)
        *ret_id = id;
    return result;
}
