#include "core/store/import.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/batch.h"
#include "core/store/item.h"
#include "core/store/sql.h"

enum { CONTENT_HASH_SIZE = 32, ROW_TEXT_MAX = ITEM_REFERENCE_MAX + 64 };

/* The import in hand, and what its row in the table is not told yet. */
struct import_progress {
    int64_t id; /* 0: none in hand */
    int64_t rows, applied;
    char by_whom[128];
    int64_t new_rows, repeated_rows, not_done_rows, undone_rows, applied_rows; /* not told */
    int64_t robot_id; /* of the row before, with its window and its run */
    enum robot_window kind;
    int64_t run_id;
};

#define IMPORT_COLUMNS                                                                             \
    "SELECT id, file, rows, applied, new_rows, repeated_rows, not_done_rows, undone_rows, "        \
    "by_whom, begun_ms, finished_ms FROM import "

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
}

void import_discard(struct import_progress *progress)
{
    if (progress != NULL)
        *progress = (struct import_progress){0};
}

void import_progress_free(struct import_progress *progress)
{
    free(progress);
}

int import_flush(struct rollup_batch *batch, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE import SET applied = applied + ?2, new_rows = new_rows + ?3, "
        "repeated_rows = repeated_rows + ?4, not_done_rows = not_done_rows + ?5, "
        "undone_rows = undone_rows + ?6 WHERE id = ?1";
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
        result = sql_run(batch->store, statement, fault);
    }
    sql_done(statement);
    progress->applied_rows = 0;
    progress->new_rows = 0;
    progress->repeated_rows = 0;
    progress->not_done_rows = 0;
    progress->undone_rows = 0;
    return result;
}

/* ---- begin, finish, list */

static int refuse_unknown(int64_t import_id, struct fault *fault)
{
    return fault_set(fault, -ENOENT, "there is no import %" PRId64, import_id);
}

static int read_by_id(struct store *store, int64_t import_id, struct import_record *ret_import,
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
        sql_bind_blob(statement, 1, content_hash, CONTENT_HASH_SIZE);
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
        sql_bind_blob(statement, 2, import->content_hash, CONTENT_HASH_SIZE);
        sqlite3_bind_int64(statement, 3, import->rows);
        sql_bind_text(statement, 4, import->by_whom);
        sqlite3_bind_int64(statement, 5, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result == 0 ? read_by_id(store, sqlite3_last_insert_rowid(store->db), ret_import, fault)
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
    int result = read_by_id(store, import_id, &import, fault);

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
    return result == 0 ? read_by_id(store, import_id, ret_import, fault) : result;
}

int import_each(struct store *store, int64_t limit, import_each_callback *callback, void *context,
                struct fault *fault)
{
    static const char SQL[] = IMPORT_COLUMNS "ORDER BY id DESC LIMIT ?1";
    struct import_record import;
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, limit);
    while ((result = sql_step(store, statement, fault)) > 0) {
        read_import(statement, &import);
        result = callback(&import, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* ---- rows */

/* Takes the import in hand. */
static int hold_import(struct store *store, int64_t import_id, struct import_progress **ret_held,
                       struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    struct import_record import = {.id = 0};
    int result = batch_of(store, &batch, fault);

    if (result < 0)
        return result;
    if (batch->progress == NULL)
        batch->progress = calloc(1, sizeof *batch->progress);
    if (batch->progress == NULL)
        return fault_no_memory(fault);
    *ret_held = batch->progress;
    if (batch->progress->id == import_id)
        return 0;
    result = import_flush(batch, fault);
    if (result == 0)
        result = read_by_id(store, import_id, &import, fault);
    if (result < 0)
        return result;
    import_discard(batch->progress);
    batch->progress->id = import_id;
    batch->progress->rows = import.rows;
    batch->progress->applied = import.applied;
    (void)text_copy(batch->progress->by_whom, sizeof batch->progress->by_whom, import.by_whom);
    return 0;
}

static int make_run(struct store *store, const struct import_progress *held, int64_t robot_id,
                    int64_t now_ms, int64_t *ret_run_id, struct fault *fault)
{
    static const char RUN[] = "INSERT INTO run(robot_id, cause, state, asked_by, fence, "
                              "created_ms, started_ms) VALUES(?1, 4, 2, ?2, 0, ?3, ?3)";
    static const char LINK[] =
        "INSERT INTO import_run(import_id, robot_id, run_id) VALUES(?1, ?2, ?3)";
    sqlite3_stmt *run = NULL;
    sqlite3_stmt *link = NULL;
    int result = sql_use(store, RUN, &run, fault);

    if (result == 0)
        result = sql_use(store, LINK, &link, fault);
    if (result == 0) {
        sqlite3_bind_int64(run, 1, robot_id);
        sql_bind_text(run, 2, held->by_whom);
        sqlite3_bind_int64(run, 3, now_ms);
        result = sql_run(store, run, fault);
    }
    if (result == 0) {
        *ret_run_id = sqlite3_last_insert_rowid(store->db);
        sqlite3_bind_int64(link, 1, held->id);
        sqlite3_bind_int64(link, 2, robot_id);
        sqlite3_bind_int64(link, 3, *ret_run_id);
        result = sql_run(store, link, fault);
    }
    sql_done(run);
    sql_done(link);
    return result;
}

/* The robot's window, and its run in this import; made at its first row. */
static int hold_robot(struct store *store, struct import_progress *held, int64_t robot_id,
                      int64_t now_ms, struct fault *fault)
{
    static const char SQL[] = "SELECT r.window_kind, i.run_id FROM robot r LEFT JOIN import_run i "
                              "ON i.import_id = ?2 AND i.robot_id = r.id WHERE r.id = ?1";
    sqlite3_stmt *statement = NULL;
    int64_t run_id = 0;
    enum robot_window kind = WINDOW_EVER;
    int result;

    if (held->robot_id == robot_id)
        return 0;
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, held->id);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = fault_set(fault, -ENOENT, "there is no robot number %" PRId64, robot_id);
    }
    if (result > 0) {
        kind = (enum robot_window)sqlite3_column_int(statement, 0);
        run_id = sqlite3_column_int64(statement, 1);
        result = 0;
    }
    sql_done(statement);
    if (result == 0 && run_id == 0)
        result = make_run(store, held, robot_id, now_ms, &run_id, fault);
    if (result == 0) {
        held->robot_id = robot_id;
        held->kind = kind;
        held->run_id = run_id;
    }
    return result;
}

/* 1: the row was seen before; 0: now for the first time. */
static int see(struct store *store, const struct import_progress *held,
               const struct import_row *row, int64_t window, const char *reference,
               struct fault *fault)
{
    static const char SQL[] = "INSERT INTO import_seen(robot_id, window, row_hash) "
                              "VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING";
    unsigned char hash[REFERENCE_HASH_SIZE];
    char text[ROW_TEXT_MAX];
    sqlite3_stmt *statement = NULL;
    int result;

    /* No reference has a line break in it: this is the hash of none. */
    (void)snprintf(text, sizeof text, "%s\n%" PRId64 "\n%d", reference, row->completed_ms,
                   (int)row->outcome);
    result = reference_hash(store, row->robot_id, held->kind, window, text, hash, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, row->robot_id);
        sqlite3_bind_int64(statement, 2, window);
        sql_bind_blob(statement, 3, hash, sizeof hash);
        result = sql_run(store, statement, fault);
    }
    if (result == 0)
        result = sql_changes(store) == 0;
    sql_done(statement);
    return result;
}

/* A row that is an attempt: done, business or failed. */
static int apply_attempt(struct store *store, struct import_progress *held,
                         const struct import_row *row, int64_t window, const char *reference,
                         struct fault *fault)
{
    struct attempt attempt = {
        .robot_id = row->robot_id,
        .run_id = held->run_id,
        .seq = row->line,
        .outcome = row->outcome == IMPORT_BUSINESS ? ATTEMPT_BUSINESS : ATTEMPT_FAILED,
        .completed_ms = row->completed_ms,
        .duration_ms = row->duration_ms,
        .department_id = row->department_id,
    };
    unsigned char hash[REFERENCE_HASH_SIZE] = {0};
    char masked[REFERENCE_MASKED_MAX];
    bool is_counted = false;
    int result = 0;

    if (row->outcome == IMPORT_DONE) {
        attempt.outcome = ATTEMPT_DONE;
        result = reference_hash(store, row->robot_id, held->kind, window, reference, hash, fault);
    } else {
        result = see(store, held, row, window, reference, fault);
    }
    if (result > 0)
        held->repeated_rows++;
    if (result != 0)
        return result < 0 ? result : 0;
    reference_mask(reference, masked);
    attempt.masked = masked;
    result = ledger_record(store, &attempt, window, hash, &is_counted, fault);
    if (result < 0)
        return result;
    if (row->outcome != IMPORT_DONE)
        held->not_done_rows++;
    else if (is_counted)
        held->new_rows++;
    else
        held->repeated_rows++;
    return 0;
}

static int apply_undone(struct store *store, struct import_progress *held,
                        const struct import_row *row, int64_t window, const char *reference,
                        int64_t now_ms, struct fault *fault)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    char reason[64];
    int result =
        reference_hash_existing(store, row->robot_id, held->kind, window, reference, hash, fault);

    (void)snprintf(reason, sizeof reason, "import %" PRId64 ", line %" PRId64, held->id, row->line);
    if (result == 0)
        result = ledger_undo(store,
                             &(struct ledger_reversal){row->robot_id, window, hash, reason,
                                                       held->run_id, held->by_whom, now_ms},
                             fault);
    if (result == 0)
        held->undone_rows++;
    if (result == -EALREADY) {
        held->repeated_rows++;
        result = 0;
    }
    return result;
}

static int apply_row(struct store *store, struct import_progress *held,
                     const struct import_row *row, int64_t now_ms, struct fault *fault)
{
    char reference[ITEM_REFERENCE_MAX + 1];
    int64_t window;
    int result = reference_normalise(row->reference, reference, fault);

    if (result == 0)
        result = hold_robot(store, held, row->robot_id, now_ms, fault);
    if (result < 0)
        return result;
    window = robot_window_of(held->kind, clock_local_day(row->completed_ms));
    switch (row->outcome) {
    case IMPORT_DONE:
    case IMPORT_BUSINESS:
    case IMPORT_FAILED:
        return apply_attempt(store, held, row, window, reference, fault);
    case IMPORT_UNDONE:
        return apply_undone(store, held, row, window, reference, now_ms, fault);
    }
    return fault_set(fault, -EINVAL, "an outcome that there is not");
}

int import_apply(struct store *store, int64_t import_id, const struct import_row *row,
                 int64_t now_ms, struct fault *fault)
{
    struct import_progress *held = NULL;
    int result = hold_import(store, import_id, &held, fault);

    if (result < 0 || held == NULL)
        return result;
    if (held->applied >= held->rows)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": import %" PRId64 " has all of its %" PRId64 " rows",
                         row->line, import_id, held->rows);
    result = apply_row(store, held, row, now_ms, fault);
    if (result < 0)
        return fault_prefix(fault, result, "line %" PRId64, row->line);
    held->applied++;
    held->applied_rows++;
    return 0;
}
