#include "core/store/round.h"

#include "core/store/sql.h"

int round_put(struct store *store, int64_t department_id, int32_t year, int64_t document_id,
              struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO round_approval(department_id, year, document_id) VALUES(?1, ?2, ?3) "
        "ON CONFLICT(department_id, year) DO UPDATE SET document_id = excluded.document_id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, department_id);
        sqlite3_bind_int(statement, 2, year);
        sqlite3_bind_int64(statement, 3, document_id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int round_find(struct store *store, int64_t department_id, int32_t year, int64_t *ret_document_id,
               struct fault *fault)
{
    static const char SQL[] =
        "SELECT document_id FROM round_approval WHERE department_id = ?1 AND year = ?2";
    sqlite3_stmt *statement = NULL;
    int64_t found = 0;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, department_id);
        sqlite3_bind_int(statement, 2, year);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        found = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    if (result < 0)
        return result;
    *ret_document_id = found;
    return 0;
}
