#include "core/store/diary.h"

#include <errno.h>

#include "core/base/fault.h"
#include "core/store/sql.h"

struct reading {
    diary_callback *callback;
    void *context;
    int ended; /* what the callback gave */
};

/* kind, day, at_ms, subject, number, before, after, by_whom, reason */
static int take_row(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct reading *reading = context;
    struct diary_entry entry = {
        .kind = (enum diary_kind)sqlite3_column_int(row, 0),
        .day = sqlite3_column_int(row, 1),
        .at_ms = sqlite3_column_int64(row, 2),
        .subject = sqlite3_column_int64(row, 3),
        .number = sqlite3_column_int64(row, 4),
        .before = sqlite3_column_int64(row, 5),
        .after = sqlite3_column_int64(row, 6),
        .has_before = sqlite3_column_type(row, 5) != SQLITE_NULL,
        .has_after = sqlite3_column_type(row, 6) != SQLITE_NULL,
        .by_whom = sql_text(row, 7),
        .reason = sql_text(row, 8),
    };

    (void)fault;
    reading->ended = reading->callback(&entry, reading->context);
    return reading->ended != 0 ? -ECANCELED : 0;
}

int diary_each(struct store *store, diary_callback *callback, void *context, struct fault *fault)
{
    static const char BUDGETS[] =
        "SELECT 1, b.from_day, b.set_ms, b.department_id, b.year, "
        "(SELECT o.kroner FROM budget o WHERE o.department_id = b.department_id AND "
        "o.year = b.year AND o.from_day < b.from_day ORDER BY o.from_day DESC LIMIT 1), "
        "b.kroner, b.set_by, b.reason FROM budget b ORDER BY b.from_day, b.department_id, b.year";
    static const char DISPUTES[] =
        "SELECT 2, 0, d.at_ms, e.robot_id, d.estimate_id, NULL, d.hundredths, d.by_whom, d.reason "
        "FROM dispute d JOIN estimate e ON e.id = d.estimate_id ORDER BY d.at_ms, d.id";
    static const char ANSWERS[] =
        "SELECT 3, 0, d.answered_ms, e.robot_id, d.estimate_id, NULL, NULL, d.answered_by, "
        "d.answer FROM dispute d JOIN estimate e ON e.id = d.estimate_id "
        "WHERE d.answer IS NOT NULL ORDER BY d.answered_ms, d.id";
    static const char PERIODS[] = "SELECT 4, 0, closed_ms, 0, month, NULL, NULL, closed_by, '' "
                                  "FROM period ORDER BY month";
    struct reading reading = {.callback = callback, .context = context};
    int result = sql_each(store, BUDGETS, take_row, &reading, fault);

    if (result == 0)
        result = sql_each(store, DISPUTES, take_row, &reading, fault);
    if (result == 0)
        result = sql_each(store, ANSWERS, take_row, &reading, fault);
    if (result == 0)
        result = sql_each(store, PERIODS, take_row, &reading, fault);
    return reading.ended != 0 ? reading.ended : result;
}

int diary_each_dispute(struct store *store, int64_t estimate_id, diary_callback *callback,
                       void *context, struct fault *fault)
{
    static const char SQL[] =
        "SELECT 2, 0, d.at_ms, e.robot_id, d.estimate_id, NULL, d.hundredths, d.by_whom, d.reason "
        "FROM dispute d JOIN estimate e ON e.id = d.estimate_id WHERE d.estimate_id BETWEEN ?1 AND "
        "?2 AND d.answer IS NULL ORDER BY d.at_ms, d.id";
    struct reading reading = {.callback = callback, .context = context};
    int result = sql_each_in(store, SQL, (struct sql_range){estimate_id, estimate_id}, take_row,
                             &reading, fault);

    return reading.ended != 0 ? reading.ended : result;
}
