/* Systems and their quiet hours, and limits on runs at once. */
#include <errno.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/calendar.h"
#include "core/store/line.h"
#include "core/store/sql.h"

int system_each(struct store *store, system_each_callback *callback, void *context,
                struct fault *fault)
{
    static const char SQL[] = "SELECT id, slug, name, closed FROM system ORDER BY slug";
    struct system system;
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    while ((result = sql_step(store, statement, fault)) > 0) {
        system.id = sqlite3_column_int64(statement, 0);
        (void)text_copy(system.slug, sizeof(system.slug), sql_text(statement, 1));
        (void)text_copy(system.name, sizeof(system.name), sql_text(statement, 2));
        (void)text_copy(system.closed, sizeof(system.closed), sql_text(statement, 3));
        result = callback(&system, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int system_put(struct store *store, const char *slug, const char *name, const char *closed,
               struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO system(slug, name, closed) VALUES(?1, ?2, ?3) ON CONFLICT(slug) DO UPDATE "
        "SET name = excluded.name, closed = excluded.closed";
    sqlite3_stmt *statement = NULL;
    int result = line_check("the system's name", name, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        sql_bind_text(statement, 2, name);
        sql_bind_text(statement, 3, closed);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int system_remove(struct store *store, const char *slug, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM system WHERE slug = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result == 0 && sql_changes(store) == 0)
        result = fault_set(fault, -ENOENT,
                           "there is no system \"%.64s\"; `automagi system list` shows those there "
                           "are",
                           slug);
    return result;
}

int run_limit_each(struct store *store, run_limit_callback *callback, void *context,
                   struct fault *fault)
{
    static const char SQL[] = "SELECT plugin, runs FROM run_limit ORDER BY plugin";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    while ((result = sql_step(store, statement, fault)) > 0) {
        result = callback(sql_text(statement, 0), sqlite3_column_int(statement, 1), context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int run_limit_set(struct store *store, const char *plugin, int runs, struct fault *fault)
{
    static const char SET[] = "INSERT INTO run_limit(plugin, runs) VALUES(?1, ?2) ON "
                              "CONFLICT(plugin) DO UPDATE SET runs = excluded.runs";
    static const char REMOVE[] = "DELETE FROM run_limit WHERE plugin = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, runs == 0 ? REMOVE : SET, &statement, fault);

    if (result == 0) {
        sql_bind_text(statement, 1, plugin);
        if (runs != 0)
            sqlite3_bind_int(statement, 2, runs);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
