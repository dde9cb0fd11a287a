/* Giving up an import that was cut short, and can never be finished. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/import_inner.h"
#include "core/store/line.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"

enum {
    NUMBER_SIZE = 8,
    GIVEN_UP_SIZE = IMPORT_HASH_SIZE + NUMBER_SIZE,
    NOTE_SIZE = LINE_BYTES_MAX + 256
};

static int check_left(struct store *store, const struct import_record *import, struct fault *fault)
{
    struct id_set left = {.slots = NULL};
    int result = 0;

    if (import->is_given_up)
        return fault_set(fault, -EALREADY, "import %" PRId64 " was given up before", import->id);
    if (import->finished_ms != 0)
        return fault_set(fault, -EINVAL, "import %" PRId64 " is finished: all of its rows are in",
                         import->id);
    result = import_find_left(store, &left, fault);
    if (result == 0 && !id_set_has(&left, import->id))
        result = fault_set(fault, -EBUSY,
                           "import %" PRId64 " is at work: wait until `automagi task import` has "
                           "ended, or stop that",
                           import->id);
    id_set_release(&left);
    return result;
}

/* Its contents with its number behind them: the file is known no more, and is found again as what it was. */
static int renamed(struct store *store, int64_t import_id,
                   unsigned char ret_contents[static GIVEN_UP_SIZE], struct fault *fault)
{
    static const char SQL[] = "SELECT content_hash FROM import WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);
    size_t i;

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, import_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0 && sqlite3_column_bytes(statement, 0) == IMPORT_HASH_SIZE)
        memcpy(ret_contents, sqlite3_column_blob(statement, 0), IMPORT_HASH_SIZE);
    else if (result >= 0)
        result =
            fault_set(fault, -EBADMSG, "import %" PRId64 ": its contents are not known", import_id);
    for (i = 0; i < NUMBER_SIZE; i++)
        ret_contents[IMPORT_HASH_SIZE + i] = (unsigned char)((uint64_t)import_id >> (56 - 8 * i));
    sql_done(statement);
    return result < 0 ? result : 0;
}

static int end_runs(struct store *store, int64_t import_id, const char *note, int64_t now_ms,
                    struct fault *fault)
{
    static const char SQL[] =
        "UPDATE run SET state = 3, ending = ?3, ended_ms = ?2, note = ?4 WHERE state <> 3 AND id "
        "IN (SELECT run_id FROM import_run WHERE import_id = ?1)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, import_id);
        sqlite3_bind_int64(statement, 2, now_ms);
        sqlite3_bind_int(statement, 3, RUN_STOPPED);
        sql_bind_text(statement, 4, note);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int mark(struct store *store, int64_t import_id, int64_t now_ms, struct fault *fault)
{
    static const char SQL[] = "UPDATE import SET finished_ms = ?2, content_hash = ?3 WHERE id = ?1";
    unsigned char contents[GIVEN_UP_SIZE];
    sqlite3_stmt *statement = NULL;
    int result = renamed(store, import_id, contents, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, import_id);
        sqlite3_bind_int64(statement, 2, now_ms);
        sql_bind_blob(statement, 3, contents, sizeof contents);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int import_give_up(struct store *store, int64_t import_id, const struct import_end *end,
                   struct import_record *ret_import, struct fault *fault)
{
    struct import_record import = {.id = 0};
    char reason[LINE_BYTES_MAX + 1];
    char note[NOTE_SIZE];
    int result = import_read(store, import_id, &import, fault);

    if (result == 0)
        result = check_left(store, &import, fault);
    if (result == 0)
        result = line_take("the reason", end->reason, reason, fault);
    if (result < 0)
        return result;
    if (import.applied == import.rows) /* only its end was cut off */
        return import_finish(store, import_id, end->now_ms, ret_import, fault);
    (void)snprintf(note, sizeof note, "the import was given up by %.127s: %s", end->by, reason);
    result = end_runs(store, import_id, note, end->now_ms, fault);
    if (result == 0)
        result = mark(store, import_id, end->now_ms, fault);
    if (result == 0 && store->rollup != NULL)
        import_discard(store->rollup->progress);
    return result == 0 ? import_read(store, import_id, ret_import, fault) : result;
}
