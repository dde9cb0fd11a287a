#include "core/store/audit.h"

#include "core/base/clock.h"
#include "core/store/sql.h"

#define DAY_MS INT64_C(86400000)

int audit_add(struct store *store, const struct audit_record *record, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO audit(at_ms, account, by_whom, action, subject, detail) "
                              "VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, clock_now_ms());
        sql_bind_text(statement, 2, record->account);
        sql_bind_text(statement, 3, record->by_whom);
        sql_bind_text(statement, 4, record->action);
        sql_bind_text(statement, 5, record->subject);
        sql_bind_text(statement, 6, record->detail);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static bool is_in_days(const struct audit_filter *filter, int64_t at_ms)
{
    int32_t day = clock_local_day(at_ms);

    return day >= filter->from_day && day <= filter->to_day;
}

static int use_filter(struct store *store, const struct audit_filter *filter,
                      sqlite3_stmt **ret_statement, struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, at_ms, account, by_whom, action, subject, detail FROM audit "
        "WHERE at_ms BETWEEN ?1 AND ?2 "
        "AND (?3 IS NULL OR action = ?3 OR substr(action, 1, length(?3) + 1) = ?3 || ' ') "
        "AND (?4 IS NULL OR subject = ?4) "
        "AND (?5 IS NULL OR account = ?5 OR by_whom = ?5) ORDER BY id DESC";
    int result = sql_use(store, SQL, ret_statement, fault);

    if (result < 0)
        return result;
    /* A day more at both ends, for offsets from UTC; is_in_days() is exact. */
    sqlite3_bind_int64(*ret_statement, 1, ((int64_t)filter->from_day - 1) * DAY_MS);
    sqlite3_bind_int64(*ret_statement, 2, ((int64_t)filter->to_day + 2) * DAY_MS);
    sql_bind_text(*ret_statement, 3, filter->action);
    sql_bind_text(*ret_statement, 4, filter->subject);
    sql_bind_text(*ret_statement, 5, filter->who);
    return 0;
}

static void read_record(sqlite3_stmt *row, struct audit_record *record)
{
    *record = (struct audit_record){
        .id = sqlite3_column_int64(row, 0),
        .at_ms = sqlite3_column_int64(row, 1),
        .account = sql_text(row, 2),
        .by_whom = sqlite3_column_type(row, 3) != SQLITE_NULL ? sql_text(row, 3) : NULL,
        .action = sql_text(row, 4),
        .subject = sql_text(row, 5),
        .detail = sql_text(row, 6),
    };
}

int audit_each(struct store *store, const struct audit_filter *filter,
               audit_each_callback *callback, void *context, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    struct audit_record record;
    int64_t count = 0;
    int result = use_filter(store, filter, &statement, fault);

    if (result < 0)
        return result;
    while (count != filter->limit && (result = sql_step(store, statement, fault)) > 0) {
        read_record(statement, &record);
        if (!is_in_days(filter, record.at_ms))
            continue;
        count++;
        result = callback(&record, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}
