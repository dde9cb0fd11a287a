/* Imports as a whole; import_row.c has their rows. */
#include "core/store/import_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/sql.h"

#define IMPORT_COLUMNS                                                                             \
    "SELECT id, file, rows, applied, new_rows, repeated_rows, not_done_rows, undone_rows, "        \
    "by_whom, begun_ms, finished_ms, late_rows, late_booking, length(content_hash) FROM import "

static void read_import(sqlite3_stmt *row, struct import_record *import)
{
    import->id = sqlite3_column_int64(row, 0);
    (void)text_copy(import->file, sizeof import->file, sql_text(row, 1));
    import->rows = sqlite3_column_int64(row, 2);
    import->applied = sqlite3_column_int64(row, 3);
    import->new_rows = sqlite3_column_int64(row, 4);
    import->repeated_rows = sqlite3_column_int64(row, 5);
    import->not_done_rows = sqlite3_column_int64(row, 6);
    import->undone_rows = sqlite3_column_int64(row, 7);
    (void)text_copy(import->by_whom, sizeof import->by_whom, sql_text(row, 8));
    import->begun_ms = sqlite3_column_int64(row, 9);
    import->finished_ms = sqlite3_column_int64(row, 10);
    import->late_rows = sqlite3_column_int64(row, 11);
    import->late_booking = sqlite3_column_int(row, 12);
    import->is_given_up =
        import->finished_ms != 0 && sqlite3_column_int64(row, 13) > IMPORT_HASH_SIZE;
}

void import_discard(struct import_progress *progress)
{
    if (progress != NULL) {
        free(progress->spans);
        *progress = (struct import_progress){0};
    }
}

void import_progress_free(struct import_progress *progress)
{
    import_discard(progress);
    free(progress);
}

int import_flush(struct rollup_batch *batch, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE import SET applied = applied + ?2, new_rows = new_rows + ?3, "
        "repeated_rows = repeated_rows + ?4, not_done_rows = not_done_rows + ?5, "
        "undone_rows = undone_rows + ?6, late_rows = late_rows + ?7, "
        "late_booking = coalesce(?8, late_booking) WHERE id = ?1";
    struct import_progress *progress = batch->progress;
    sqlite3_stmt *statement = NULL;
    int result;

    if (progress == NULL || progress->applied_rows == 0)
        return 0;
    result = sql_use(batch->store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, progress->id);
        sqlite3_bind_int64(statement, 2, progress->applied_rows);
        sqlite3_bind_int64(statement, 3, progress->new_rows);
        sqlite3_bind_int64(statement, 4, progress->repeated_rows);
        sqlite3_bind_int64(statement, 5, progress->not_done_rows);
        sqlite3_bind_int64(statement, 6, progress->undone_rows);
        sqlite3_bind_int64(statement, 7, progress->late_rows);
        if (progress->late_booking != 0)
            sqlite3_bind_int(statement, 8, progress->late_booking);
        result = sql_run(batch->store, statement, fault);
    }
    sql_done(statement);
    progress->applied_rows = 0;
    progress->new_rows = 0;
    progress->repeated_rows = 0;
    progress->not_done_rows = 0;
    progress->undone_rows = 0;
    progress->late_rows = 0;
    progress->late_booking = 0;
    return result;
}

/* ---- begin, finish, list */

static int refuse_unknown(int64_t import_id, struct fault *fault)
{
    return fault_set(fault, -ENOENT, "there is no import %" PRId64, import_id);
}

int import_read(struct store *store, int64_t import_id, struct import_record *ret_import,
                struct fault *fault)
{
    static const char SQL[] = IMPORT_COLUMNS "WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, import_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        read_import(statement, ret_import);
    else if (result == 0)
        result = refuse_unknown(import_id, fault);
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* 1: found. */
static int read_by_contents(struct store *store, const unsigned char *content_hash,
                            struct import_record *ret_import, struct fault *fault)
{
    static const char SQL[] = IMPORT_COLUMNS "WHERE content_hash = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sql_bind_blob(statement, 1, content_hash, IMPORT_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        read_import(statement, ret_import);
    sql_done(statement);
    return result;
}

int import_begin(struct store *store, const struct import_new *import, int64_t now_ms,
                 struct import_record *ret_import, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO import(file, content_hash, rows, applied, new_rows, repeated_rows, "
        "not_done_rows, undone_rows, by_whom, begun_ms) VALUES(?1, ?2, ?3, 0, 0, 0, 0, 0, ?4, ?5)";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = read_by_contents(store, import->content_hash, ret_import, fault);
    if (result > 0 && ret_import->rows != import->rows)
        return fault_set(fault, -EINVAL,
                         "%s: this file was begun as import %" PRId64 " with %" PRId64
                         " rows, not %" PRId64,
                         import->file, ret_import->id, ret_import->rows, import->rows);
    if (result != 0)
        return result < 0 ? result : 0;
    if (import->rows < 0)
        return fault_set(fault, -EINVAL, "%s: %" PRId64 " rows", import->file, import->rows);
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, import->file);
        sql_bind_blob(statement, 2, import->content_hash, IMPORT_HASH_SIZE);
        sqlite3_bind_int64(statement, 3, import->rows);
        sql_bind_text(statement, 4, import->by_whom);
        sqlite3_bind_int64(statement, 5, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result == 0 ? import_read(store, sqlite3_last_insert_rowid(store->db), ret_import, fault)
                       : result;
}

/* Both statements end what has not ended: a second call changes nothing. */
static int end_import(struct store *store, const char *text, int64_t import_id, int64_t now_ms,
                      struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, import_id);
        sqlite3_bind_int64(statement, 2, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int import_finish(struct store *store, int64_t import_id, int64_t now_ms,
                  struct import_record *ret_import, struct fault *fault)
{
    static const char END_RUNS[] =
        "UPDATE run SET state = 3, ending = 1, ended_ms = ?2 WHERE state <> 3 AND id IN "
        "(SELECT run_id FROM import_run WHERE import_id = ?1)";
    static const char END_IMPORT[] =
        "UPDATE import SET finished_ms = ?2 WHERE id = ?1 AND finished_ms IS NULL";
    struct import_record import = {.id = 0};
    int result = import_read(store, import_id, &import, fault);

    if (result < 0)
        return result;
    if (import.applied != import.rows)
        return fault_set(fault, -EINVAL,
                         "%s: %" PRId64 " of %" PRId64 " rows were applied; import it again to "
                         "finish it",
                         import.file, import.applied, import.rows);
    result = end_import(store, END_RUNS, import_id, now_ms, fault);
    if (result == 0)
        result = end_import(store, END_IMPORT, import_id, now_ms, fault);
    if (result == 0 && store->rollup != NULL)
        import_discard(store->rollup->progress);
    return result == 0 ? import_read(store, import_id, ret_import, fault) : result;
}

int import_each(struct store *store, int64_t limit, import_each_callback *callback, void *context,
                struct fault *fault)
{
    static const char SQL[] = IMPORT_COLUMNS "ORDER BY id DESC LIMIT ?1";
    struct import_record import = {.id = 0};
    struct id_set left = {.slots = NULL};
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = import_find_left(store, &left, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0)
        sqlite3_bind_int64(statement, 1, limit);
    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        read_import(statement, &import);
        import.is_cut_short = import.finished_ms == 0 && id_set_has(&left, import.id);
        result = callback(&import, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    id_set_release(&left);
    return result < 0 ? result : 0;
}
