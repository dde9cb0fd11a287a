#include "core/store/audit.h"

#include "core/base/clock.h"
#include "core/store/sql.h"

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

int audit_each(struct store *store, int64_t limit, audit_each_callback *callback, void *context,
               struct fault *fault)
{
    static const char SQL[] = "SELECT id, at_ms, account, by_whom, action, subject, detail "
                              "FROM audit ORDER BY id DESC LIMIT ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, limit);
    while ((result = sql_step(store, statement, fault)) > 0) {
        struct audit_record record = {
            .id = sqlite3_column_int64(statement, 0),
            .at_ms = sqlite3_column_int64(statement, 1),
            .account = sql_text(statement, 2),
            .by_whom =
                sqlite3_column_type(statement, 3) != SQLITE_NULL ? sql_text(statement, 3) : NULL,
            .action = sql_text(statement, 4),
            .subject = sql_text(statement, 5),
            .detail = sql_text(statement, 6),
        };

        result = callback(&record, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}
