/* Fires: one record per trigger and nominal time. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/fault.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"
#include "core/store/trigger.h"

enum { ASKER_MAX = 160 };

static enum run_cause cause_of(enum trigger_kind kind)
{
    switch (kind) {
    case TRIGGER_CRON:
        return RUN_BY_CRON;
    case TRIGGER_ONCE:
        return RUN_BY_ONCE;
    case TRIGGER_AFTER:
        return RUN_BY_AFTER;
    case TRIGGER_DEPTH:
    case TRIGGER_AGE:
        return RUN_BY_QUEUE;
    }
    return RUN_BY_CRON;
}

static bool has_fired(struct store *store, const struct fire *fire, int *result,
                      struct fault *fault)
{
    static const char SQL[] =
        "SELECT 1 FROM fire WHERE trigger_id = ?1 AND nominal_ms = ?2 AND (skipped IS NULL OR "
        "skipped NOT GLOB '" FIRE_MISSED "*')";
    sqlite3_stmt *statement = NULL;

    *result = sql_use(store, SQL, &statement, fault);
    if (*result == 0) {
        sqlite3_bind_int64(statement, 1, fire->trigger_id);
        sqlite3_bind_int64(statement, 2, fire->nominal_ms);
        *result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return *result > 0;
}

static int refuse_repeated(const struct fire *fire, struct fault *fault)
{
    return fault_set(fault, -EEXIST, "trigger %" PRId64 " has fired for that time",
                     fire->trigger_id);
}

/* run_id 0: it was skipped. -EEXIST when that time has its record. */
static int insert(struct store *store, const struct fire *fire, int64_t run_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO fire(trigger_id, nominal_ms, run_id, skipped) VALUES(?1, ?2, ?3, ?4) "
        "ON CONFLICT(trigger_id, nominal_ms) DO UPDATE SET run_id = excluded.run_id, skipped = "
        "NULL WHERE excluded.run_id IS NOT NULL AND fire.skipped GLOB '" FIRE_MISSED "*'";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, fire->trigger_id);
    sqlite3_bind_int64(statement, 2, fire->nominal_ms);
    if (run_id != 0)
        sqlite3_bind_int64(statement, 3, run_id);
    else
        sql_bind_text(statement, 4, fire->skipped);
    result = sql_run(store, statement, fault);
    if (result == 0 && sql_changes(store) == 0)
        result = refuse_repeated(fire, fault);
    sql_done(statement);
    return result;
}

int fire_run(struct store *store, const struct fire *fire, int64_t expected_ms, int64_t now_ms,
             int64_t *ret_run_id, struct fault *fault)
{
    struct trigger trigger;
    char asker[ASKER_MAX];
    struct run_new run = {.asked_by = asker, .now_ms = now_ms, .expected_ms = expected_ms};
    int64_t run_id = 0;
    int result = trigger_read(store, fire->trigger_id, &trigger, fault);

    if (result < 0)
        return result;
    if (has_fired(store, fire, &result, fault))
        return refuse_repeated(fire, fault);
    if (result < 0)
        return result;
    if (trigger.rule.kind == TRIGGER_AFTER)
        (void)snprintf(asker, sizeof(asker), "after %s", trigger.rule.after);
    else if (trigger.rule.kind == TRIGGER_CRON)
        (void)snprintf(asker, sizeof(asker), "cron %s", trigger.rule.cron);
    else
        (void)snprintf(asker, sizeof(asker), "%s, trigger %" PRId64,
                       trigger_kind_word(trigger.rule.kind), trigger.id);
    run.robot_id = trigger.robot_id;
    run.cause = cause_of(trigger.rule.kind);
    run.input = trigger.rule.input;
    result = run_create_of(store, &run, &run_id, fault);
    if (result == 0)
        result = insert(store, fire, run_id, fault);
    if (result == 0)
        *ret_run_id = run_id;
    return result;
}

int fire_skip(struct store *store, const struct fire *fire, struct fault *fault)
{
    return insert(store, fire, 0, fault);
}

int fire_newest(struct store *store, int64_t trigger_id, int64_t until_ms, int64_t *ret_nominal_ms,
                struct fault *fault)
{
    static const char SQL[] =
        "SELECT max(nominal_ms) FROM fire WHERE trigger_id = ?1 AND nominal_ms <= ?2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, trigger_id);
        sqlite3_bind_int64(statement, 2, until_ms);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_nominal_ms = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result < 0 ? result : 0;
}

int fire_each(struct store *store, int64_t robot_id, int64_t limit, fire_each_callback *callback,
              void *context, struct fault *fault)
{
    static const char SQL[] = "SELECT f.trigger_id, f.nominal_ms, f.run_id, f.skipped FROM fire f "
                              "WHERE f.trigger_id IN (SELECT id FROM trigger WHERE robot_id = ?1) "
                              "ORDER BY f.nominal_ms DESC, f.trigger_id LIMIT ?2";
    sqlite3_stmt *statement = NULL;
    struct fire fire;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, robot_id);
    sqlite3_bind_int64(statement, 2, limit);
    while ((result = sql_step(store, statement, fault)) > 0) {
        fire.trigger_id = sqlite3_column_int64(statement, 0);
        fire.nominal_ms = sqlite3_column_int64(statement, 1);
        fire.run_id = sqlite3_column_int64(statement, 2);
        fire.skipped = sql_text(statement, 3);
        result = callback(&fire, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}
