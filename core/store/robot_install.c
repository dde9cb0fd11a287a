/* A robot's definition. */
#include "core/store/robot.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/fault.h"
#include "core/store/sql.h"

/* A run of robot ?1 goes on, other than an import's. */
#define A_RUN_GOES_ON                                                                              \
    "EXISTS(SELECT 1 FROM run WHERE robot_id = ?1 AND state <> 3 AND state = 2 AND cause <> 4)"

static bool is_window(enum robot_window kind)
{
    switch (kind) {
    case WINDOW_DAY:
    case WINDOW_MONTH:
    case WINDOW_YEAR:
    case WINDOW_EVER:
        return true;
    }
    return false;
}

/* 0 when the window kind may become `kind`: it is the same, or nothing is known by it yet. A key
 * stands for rows of imports that were not done, too, and for what has been erased: windows of
 * another kind have the same numbers (the year 2025, the day 2025), and would be taken for them. A run
 * that goes on adds to windows of the kind it began with. */
static int check_window(struct store *store, int64_t robot_id, enum robot_window kind,
                        struct fault *fault)
{
    static const char SQL[] =
        "SELECT slug, window_kind = ?2 OR NOT (EXISTS(SELECT 1 FROM ledger WHERE robot_id = ?1) OR "
        "EXISTS(SELECT 1 FROM item WHERE robot_id = ?1) OR "
        "EXISTS(SELECT 1 FROM reference_key WHERE robot_id = ?1)), "
        "window_kind <> ?2 AND " A_RUN_GOES_ON " FROM robot WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result;

    if (!is_window(kind))
        return fault_set(fault, -EINVAL, "the window is none of day, month, year, ever");
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, (int)kind);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = fault_set(fault, -ENOENT,
                               "there is no robot number %" PRId64
                               "; `automagi robot list` shows those there are",
                               robot_id);
    }
    if (result > 0 && sqlite3_column_int(statement, 1) == 0)
        result = fault_set(fault, -EBUSY,
                           "robot %s: its window cannot change any more, for it has tasks, "
                           "items or imported rows and their references would count again; "
                           "leave the window "
                           "as it is, or add a new robot",
                           sql_text(statement, 0));
    if (result > 0 && sqlite3_column_int(statement, 2) != 0)
        result = fault_set(fault, -EBUSY,
                           "robot %s: its window cannot change while a run of it goes on; stop "
                           "that first",
                           sql_text(statement, 0));
    sql_done(statement);
    return result < 0 ? result : 0;
}

static int write_definition(struct store *store, int64_t robot_id, const struct robot *definition,
                            struct fault *fault)
{
    static const char SQL[] =
        "UPDATE robot SET window_kind = ?2, plugin = ?3, definition = ?5, folder = ?6, "
        "side_effects = iif(side_effects > ?4 AND " A_RUN_GOES_ON ", side_effects, ?4) "
        "WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, (int)definition->window);
        sql_bind_text(statement, 3, definition->plugin);
        if (definition->side_effects != 0)
            sqlite3_bind_int(statement, 4, definition->side_effects);
        sql_bind_text(statement, 5, definition->definition);
        sql_bind_text(statement, 6, definition->folder);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int robot_install(struct store *store, int64_t robot_id, const struct robot *definition,
                  struct fault *fault)
{
    int result = check_window(store, robot_id, definition->window, fault);

    return result == 0 ? write_definition(store, robot_id, definition, fault) : result;
}

int robot_window_check(struct store *store, int64_t robot_id, enum robot_window kind,
                       struct fault *fault)
{
    static const char SQL[] = "SELECT slug FROM robot WHERE id = ?1 AND window_kind <> ?2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, (int)kind);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        result =
            fault_set(fault, -EINVAL,
                      "robot %s: its window was changed just before the run began; run it again",
                      sql_text(statement, 0));
    sql_done(statement);
    return result;
}

int robot_side_effects_begin(struct store *store, int64_t robot_id, int64_t run_id,
                             int side_effects, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE robot SET side_effects = ?2 WHERE id = ?1 AND side_effects IS NOT ?2 AND "
        "(coalesce(side_effects, 0) < ?2 OR NOT EXISTS(SELECT 1 FROM run WHERE robot_id = ?1 AND "
        "state <> 3 AND state = 2 AND cause <> 4 AND id <> ?3))";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int(statement, 2, side_effects);
        sqlite3_bind_int64(statement, 3, run_id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
