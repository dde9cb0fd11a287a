/* How deep and how old the part of a queue is that is ready: for triggers. */
#include "core/store/batch.h"
#include "core/store/item.h"
#include "core/store/sql.h"

int item_ready_look(struct store *store, int64_t robot_id, int64_t most,
                    struct item_ready_state *ret_state, struct fault *fault)
{
    static const char SQL[] =
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM item WHERE robot_id = ?1 AND state = 0 "
        "LIMIT ?2)), (SELECT changed_ms FROM item WHERE id = "
        "(SELECT min(id) FROM item WHERE robot_id = ?1 AND state = 0))";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, most);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        ret_state->count = sqlite3_column_int64(statement, 0);
        ret_state->oldest_ms = sqlite3_column_int64(statement, 1);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}
