/* Taking away a robot that was made by mistake. */
#include "core/store/robot.h"

#include <errno.h>

#include "core/base/fault.h"
#include "core/store/batch.h"
#include "core/store/sql.h"

/* What forbids it, the plainest first; NULL: nothing does. Everything else there is of a robot
 * (attempts, ledger, sums, imports) hangs on a run. */
static int find_work(struct store *store, int64_t robot_id, const char **ret_what,
                     struct fault *fault)
{
    static const struct {
        const char *what;
        const char *sql;
    } works[] = {
        {"it has runs or imported tasks", "SELECT 1 FROM run WHERE robot_id = ?1 LIMIT 1"},
        {"it has items on its queue",
         "SELECT 1 FROM item WHERE robot_id = ?1 AND state = 0 UNION ALL "
         "SELECT 1 FROM item WHERE robot_id = ?1 AND state <> 0 LIMIT 1"},
        {"it has a signed estimate",
         "SELECT 1 FROM estimate WHERE robot_id = ?1 AND signed_by IS NOT NULL LIMIT 1"},
        {"costs, gains or cut budgets are entered for it",
         "SELECT 1 FROM cost WHERE robot_id = ?1 UNION ALL SELECT 1 FROM gain WHERE robot_id = ?1 "
         "UNION ALL SELECT 1 FROM budget_reduction WHERE robot_id = ?1 LIMIT 1"},
        {"an idea on the backlog became it", "SELECT 1 FROM idea WHERE robot_id = ?1 LIMIT 1"},
        {"somebody approved an indicator of it",
         "SELECT 1 FROM indicator WHERE robot_id = ?1 AND approved_by IS NOT NULL LIMIT 1"},
        {"it has keys of references", "SELECT 1 FROM reference_key WHERE robot_id = ?1 LIMIT 1"},
    };
    size_t i;
    int result = 0;

    *ret_what = NULL;
    for (i = 0; i < sizeof works / sizeof works[0] && result == 0; i++) {
        sqlite3_stmt *statement = NULL;

        result = sql_use(store, works[i].sql, &statement, fault);
        if (result == 0) {
            sqlite3_bind_int64(statement, 1, robot_id);
            result = sql_step(store, statement, fault);
        }
        if (result > 0)
            *ret_what = works[i].what;
        sql_done(statement);
    }
    return result < 0 ? result : 0;
}

/* Another robot that starts after it would never start again without a word. */
static int refuse_followed(struct store *store, int64_t robot_id, struct fault *fault)
{
    static const char SQL[] = "SELECT r.slug, t.id FROM trigger t JOIN robot r ON r.id = "
                              "t.robot_id WHERE t.after_robot_id = ?1 AND t.robot_id <> ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        result = fault_set(fault, -EBUSY, "%s starts after it (trigger %lld): remove that first",
                           sql_text(statement, 0), (long long)sqlite3_column_int64(statement, 1));
    sql_done(statement);
    return result;
}

int robot_remove(struct store *store, int64_t robot_id, struct fault *fault)
{
    /* Fire records stay: their triggers' numbers are never given again. */
    static const char *const parts[] = {
        "DELETE FROM trigger WHERE robot_id = ?1",
        "DELETE FROM dispute WHERE estimate_id IN (SELECT id FROM estimate WHERE robot_id = ?1)",
        "DELETE FROM estimate WHERE robot_id = ?1",
        "DELETE FROM indicator WHERE robot_id = ?1",
        "DELETE FROM gate WHERE robot_id = ?1",
        "DELETE FROM robot_share WHERE robot_id = ?1",
        "DELETE FROM robot_operation WHERE robot_id = ?1",
        "DELETE FROM robot WHERE id = ?1",
    };
    const char *what = NULL;
    size_t i;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = find_work(store, robot_id, &what, fault);
    if (result == 0 && what == NULL)
        result = refuse_followed(store, robot_id, fault);
    if (result == 0 && what != NULL)
        return fault_set(fault, -EBUSY, "%s, and what a robot did is kept", what);
    for (i = 0; i < sizeof parts / sizeof parts[0] && result == 0; i++) {
        sqlite3_stmt *statement = NULL;

        result = sql_use(store, parts[i], &statement, fault);
        if (result == 0) {
            sqlite3_bind_int64(statement, 1, robot_id);
            result = sql_run(store, statement, fault);
        }
        sql_done(statement);
    }
    if (result == 0 && sql_changes(store) == 0)
        result = fault_set(fault, -ENOENT, "there is no such robot; see `automagi robot list`");
    return result;
}
