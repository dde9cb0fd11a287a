/* Each setting is read back: a connection that cannot have them is not used. */
#include "core/store/store_inner.h"

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"

struct setting {
    const char *set;
    const char *get;
    int64_t wanted;
};

/* In this order: busy_timeout holds for all that follow. */
static const struct setting settings_of_all[] = {
    {"PRAGMA busy_timeout = 2000", "PRAGMA busy_timeout", 2000},
    {"PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", 0},
    {"PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", 1},
    {"PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", 1},
    {"PRAGMA synchronous = FULL", "PRAGMA synchronous", 2},
    {"PRAGMA secure_delete = ON", "PRAGMA secure_delete", 1},
    {"PRAGMA temp_store = MEMORY", "PRAGMA temp_store", 2},
    {"PRAGMA mmap_size = 0", "PRAGMA mmap_size", 0},
    {"PRAGMA cache_size = -4096", "PRAGMA cache_size", -4096},
};

/* The log is cut to its limit when it starts anew, and emptied when the store is closed. */
static const struct setting settings_of_writer[] = {
    {"PRAGMA wal_autocheckpoint = 4000", "PRAGMA wal_autocheckpoint", 4000},
    {"PRAGMA journal_size_limit = 67108864", "PRAGMA journal_size_limit", 67108864},
};

static const struct setting settings_of_reader[] = {
    {"PRAGMA wal_autocheckpoint = 0", "PRAGMA wal_autocheckpoint", 0},
    {"PRAGMA query_only = ON", "PRAGMA query_only", 1},
};

static int refuse(const struct store *store, const char *setting, struct fault *fault)
{
    return fault_set(fault, -ENOTSUP,
                     "%s/automagi.db: the setting \"%s\" did not take; this SQLite (%s) cannot "
                     "hold the store safely, use 3.40 or later",
                     store->home, setting, sqlite3_libversion());
}

/* To its end: what a pragma writes is committed after its row, and may fail then. */
static int end_of(struct store *store, sqlite3_stmt *statement, struct fault *fault)
{
    int code = sqlite3_step(statement);

    return code == SQLITE_DONE ? 0
                               : sql_fault(store, code == SQLITE_ROW ? SQLITE_ERROR : code, fault);
}

int store_ask_int(struct store *store, const char *text, int64_t *ret_value, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = 0;
    int code = sqlite3_prepare_v2(store->db, text, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *ret_value = sqlite3_column_int64(statement, 0);
        result = end_of(store, statement, fault);
    } else if (code != SQLITE_DONE)
        result = sql_fault(store, code, fault);
    (void)sqlite3_finalize(statement);
    return result;
}

int store_insist(struct store *store, const char *set, const char *get, int64_t wanted,
                 struct fault *fault)
{
    int64_t found = 0;
    int result = store_ask_int(store, set, &found, fault);

    found = ~wanted;
    if (result == 0)
        result = store_ask_int(store, get, &found, fault);
    if (result == 0 && found != wanted)
        result = refuse(store, set, fault);
    return result;
}

static int insist_each(struct store *store, const struct setting *settings, size_t count,
                       struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; i < count && result == 0; i++)
        result = store_insist(store, settings[i].set, settings[i].get, settings[i].wanted, fault);
    return result;
}

/* Asks for text, such as a mode, and compares it. */
static int ask_whether(struct store *store, const char *text, const char *wanted, bool *ret_is,
                       struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = 0;
    int code = sqlite3_prepare_v2(store->db, text, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *ret_is = strcmp(sql_text(statement, 0), wanted) == 0;
        result = end_of(store, statement, fault);
    } else
        result = sql_fault(store, code == SQLITE_DONE ? SQLITE_ERROR : code, fault);
    (void)sqlite3_finalize(statement);
    return result;
}

static int insist_config(struct store *store, int option, int wanted, const char *name,
                         struct fault *fault)
{
    int found = !wanted;

    if (sqlite3_db_config(store->db, option, wanted, &found) != SQLITE_OK || found != wanted)
        return refuse(store, name, fault);
    return 0;
}

static int insist_configs(struct store *store, struct fault *fault)
{
    int result = insist_config(store, SQLITE_DBCONFIG_DEFENSIVE, 1, "DEFENSIVE", fault);

    if (result == 0)
        result = insist_config(store, SQLITE_DBCONFIG_DQS_DML, 0, "DQS_DML", fault);
    if (result == 0)
        result = insist_config(store, SQLITE_DBCONFIG_DQS_DDL, 0, "DQS_DDL", fault);
    if (result == 0 && store->mode == STORE_READ)
        result =
            insist_config(store, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, "NO_CKPT_ON_CLOSE", fault);
    return result;
}

/* So that the log outlives the last program, and a reader needs no right to make it. */
static int insist_persistent(struct store *store, struct fault *fault)
{
    int wanted = 1;
    int found = -1; /* asks */

    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_PERSIST_WAL, &wanted) != SQLITE_OK ||
        sqlite3_file_control(store->db, "main", SQLITE_FCNTL_PERSIST_WAL, &found) != SQLITE_OK ||
        found != 1)
        return refuse(store, "PERSIST_WAL", fault);
    return 0;
}

int store_set_connection(struct store *store, struct fault *fault)
{
    bool is_normal = false;
    int result = insist_configs(store, fault);

    if (result == 0)
        result = insist_persistent(store, fault);
    if (result == 0)
        result = insist_each(store, settings_of_all,
                             sizeof settings_of_all / sizeof settings_of_all[0], fault);
    if (result == 0 && store->mode == STORE_WRITE)
        result = insist_each(store, settings_of_writer,
                             sizeof settings_of_writer / sizeof settings_of_writer[0], fault);
    if (result == 0 && store->mode == STORE_READ)
        result = insist_each(store, settings_of_reader,
                             sizeof settings_of_reader / sizeof settings_of_reader[0], fault);
    if (result == 0)
        result = ask_whether(store, "PRAGMA locking_mode = NORMAL", "normal", &is_normal, fault);
    if (result == 0 && !is_normal)
        result = refuse(store, "PRAGMA locking_mode = NORMAL", fault);
    return result;
}

int store_set_journal(struct store *store, struct fault *fault)
{
    bool is_wal = false;
    int result = 0;

    if (store->mode == STORE_WRITE)
        result = ask_whether(store, "PRAGMA journal_mode = WAL", "wal", &is_wal, fault);
    else
        result = ask_whether(store, "PRAGMA journal_mode", "wal", &is_wal, fault);
    if (result < 0 || is_wal)
        return result;
    if (store->mode == STORE_WRITE)
        return refuse(store, "PRAGMA journal_mode = WAL", fault);
    return fault_set(fault, -EINVAL,
                     "%s/automagi.db: is a copy that no daemon has used yet (it has no write-ahead "
                     "log); start automagid on it once",
                     store->home);
}

int store_empty_log(struct store *store, struct fault *fault)
{
    int64_t is_busy = 1;
    int result = store_ask_int(store, "PRAGMA wal_checkpoint(TRUNCATE)", &is_busy, fault);

    if (result == 0 && is_busy != 0)
        result = fault_set(fault, -EBUSY, "%s: somebody reads the copy; try again", store->home);
    return result;
}
