/* A robot's definition and its cron triggers. */
#include "core/store/robot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/list.h"
#include "core/store/sql.h"

enum { TRIGGERS_MAX = 1000 }; /* of one robot */

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
 * another kind have the same numbers (the year 2025, the day 2025), and would be taken for them. */
static int check_window(struct store *store, int64_t robot_id, enum robot_window kind,
                        struct fault *fault)
{
    static const char SQL[] =
        "SELECT slug, window_kind = ?2 OR NOT (EXISTS(SELECT 1 FROM ledger WHERE robot_id = ?1) OR "
        "EXISTS(SELECT 1 FROM item WHERE robot_id = ?1) OR "
        "EXISTS(SELECT 1 FROM reference_key WHERE robot_id = ?1)) FROM robot WHERE id = ?1";
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
    if (result > 0)
        result = sqlite3_column_int(statement, 1) != 0
                     ? 0
                     : fault_set(fault, -EBUSY,
                                 "robot %s: its window cannot change any more, for it has tasks, "
                                 "items or imported rows and their references would count again; "
                                 "leave the window "
                                 "as it is, or add a new robot",
                                 sql_text(statement, 0));
    sql_done(statement);
    return result;
}

static int write_definition(struct store *store, int64_t robot_id, const struct robot *definition,
                            struct fault *fault)
{
    static const char SQL[] = "UPDATE robot SET window_kind = ?2, plugin = ?3, side_effects = ?4, "
                              "definition = ?5, folder = ?6 WHERE id = ?1";
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

struct trigger_ids {
    int64_t *ids;
    size_t count;
};

/* The robot's triggers that are not in the list. */
static int read_others(struct store *store, int64_t robot_id, const char *const *crons,
                       size_t cron_count, struct trigger_ids *others, struct fault *fault)
{
    static const char SQL[] = "SELECT id, cron FROM trigger WHERE robot_id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, robot_id);
    while ((result = sql_step(store, statement, fault)) > 0) {
        void *grown;
        size_t i;

        for (i = 0; i < cron_count && strcmp(crons[i], sql_text(statement, 1)) != 0;)
            i++;
        if (i < cron_count)
            continue;
        grown = list_grow(others->ids, others->count, sizeof *others->ids, &result, fault);
        if (grown == NULL)
            break;
        others->ids = grown;
        others->ids[others->count++] = sqlite3_column_int64(statement, 0);
    }
    sql_done(statement);
    return result;
}

static int remove_triggers(struct store *store, const struct trigger_ids *others,
                           struct fault *fault)
{
    static const char SQL[] = "DELETE FROM trigger WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);
    size_t i;

    for (i = 0; i < others->count && result == 0; i++) {
        sqlite3_bind_int64(statement, 1, others->ids[i]);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* Fire records are kept by trigger: a number is never given again, or the new
 * trigger's times would seem to have fired. */
static int add_triggers(struct store *store, int64_t robot_id, const char *const *crons,
                        size_t cron_count, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO trigger(id, robot_id, cron, since_ms) VALUES(1 + max("
                              "(SELECT coalesce(max(id), 0) FROM trigger), "
                              "(SELECT coalesce(max(trigger_id), 0) FROM fire)), ?1, ?2, ?3) "
                              "ON CONFLICT(robot_id, cron) DO NOTHING";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);
    size_t i;

    for (i = 0; i < cron_count && result == 0; i++) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sql_bind_text(statement, 2, crons[i]);
        sqlite3_bind_int64(statement, 3, clock_now_ms());
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* Triggers that stay keep their number, and so their fire records, and when they were made. */
static int replace_triggers(struct store *store, int64_t robot_id, const char *const *crons,
                            size_t cron_count, struct fault *fault)
{
    struct trigger_ids others = {0};
    int result = read_others(store, robot_id, crons, cron_count, &others, fault);

    if (result == 0)
        result = remove_triggers(store, &others, fault);
    if (result == 0)
        result = add_triggers(store, robot_id, crons, cron_count, fault);
    free(others.ids);
    return result;
}

int robot_install(struct store *store, int64_t robot_id, const struct robot *definition,
                  const char *const *crons, size_t cron_count, struct fault *fault)
{
    int result = 0;
    size_t i;

    if (cron_count > TRIGGERS_MAX)
        return fault_set(fault, -E2BIG, "a robot has %zu triggers; give at most %d", cron_count,
                         TRIGGERS_MAX);
    for (i = 0; i < cron_count && result == 0; i++)
        result = line_check("the trigger's cron expression", crons[i], fault);
    if (result == 0)
        result = check_window(store, robot_id, definition->window, fault);
    if (result == 0)
        result = write_definition(store, robot_id, definition, fault);
    if (result == 0)
        result = replace_triggers(store, robot_id, crons, cron_count, fault);
    return result;
}
