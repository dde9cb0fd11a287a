/* The rows of an import, one by one. */
#include "core/store/import_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "core/store/date_note.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

enum { ROW_NAME_MAX = ITEM_TASK_NAME_MAX };

/* Of the rows applied before only those that became attempts are known by their line. */
static int read_last_line(struct store *store, int64_t import_id, int64_t *ret_line,
                          struct fault *fault)
{
    static const char SQL[] = "SELECT max((SELECT max(seq) FROM attempt WHERE run_id = i.run_id)) "
                              "FROM import_run i WHERE i.import_id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, import_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_line = sqlite3_column_int64(statement, 0); /* NULL, there are none, is 0 */
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* Takes the import in hand. */
static int hold_import(struct store *store, int64_t import_id, struct import_progress **ret_held,
                       struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    struct import_record import = {.id = 0};
    int64_t last_line = 0;
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
        result = import_read(store, import_id, &import, fault);
    if (result == 0)
        result = read_last_line(store, import_id, &last_line, fault);
    if (result == 0 && import.is_given_up)
        result = fault_set(fault, -EINVAL, "import %" PRId64 " was given up; import the file again",
                           import_id);
    if (result < 0)
        return result;
    import_discard(batch->progress);
    batch->progress->id = import_id;
    batch->progress->rows = import.rows;
    batch->progress->applied = import.applied;
    batch->progress->last_line = last_line;
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

/* A task that is counted now: was its month closed? */
static int note_late(struct store *store, struct import_progress *held, int32_t day,
                     struct fault *fault)
{
    int32_t booking = 0;
    int result = booking_month_of(store, day, &booking, fault);

    if (result == 0 && booking != clock_month_of_day(day)) {
        held->late_rows++;
        held->late_booking = booking;
    }
    return result;
}

int64_t import_window(enum robot_window kind, int32_t business_day, int64_t completed_ms)
{
    return robot_window_of(kind, business_day != 0 ? business_day : clock_local_day(completed_ms));
}

/* What has a date in the row's window need not be what a row without one is of: what has none in another may be it too, as
 * it may be behind what waited for a person. */
static int look_in_others(struct store *store, const struct applying *applying,
                          const struct item_counted *counted, bool waited, struct item_met *here,
                          struct fault *fault)
{
    struct item_sought sought = import_sought(applying);
    int result = 0;

    memcpy(sought.hash, counted->ref_hash, sizeof sought.hash);
    if (here->is_open)
        result = item_without_date(store, &sought, fault);
    here->is_open = result > 0;
    if (result < 0 || (here->is_open && !waited))
        return result < 0 ? result : 0;
    return item_counted_elsewhere(store, &sought, counted, here, applying->met, fault);
}

/* A task that is counted now: does it lie on the queue? */
static int look_on_queue(struct store *store, const struct applying *applying,
                         const unsigned char *ref_hash, bool is_help_no_more, struct fault *fault)
{
    enum item_counted_is is = ITEM_COUNTED_NOT_OPEN;
    struct item_met here = {.is_help_no_more = is_help_no_more};
    char by[ROW_NAME_MAX];
    struct item_counted counted = {.robot_id = applying->row->robot_id,
                                   .window = applying->window,
                                   .ref_hash = ref_hash,
                                   .by = by,
                                   .run_id = applying->held->run_id,
                                   .seq = applying->row->line,
                                   .done_ms = applying->row->completed_ms,
                                   .now_ms = applying->now_ms};
    bool waited = false;
    int result;

    item_task_name(applying->held->id, applying->row->line, by);
    result = item_counted(store, &counted, &is, &waited, fault);
    item_met_add(applying->met, is);
    here.is_open = is != ITEM_COUNTED_NOT_OPEN;
    if (result == 0 && applying->row->business_day == 0)
        result = look_in_others(store, applying, &counted, waited, &here, fault);
    return store_half_done(result);
}

/* Does its handover stand in the row's window? Counting the row takes that back. */
static int look_for_help(struct store *store, const struct item_sought *sought, bool *ret_stands,
                         struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        result = handover_stands(batch, sought->robot_id, sought->window, sought->hash, fault);
    *ret_stands = result > 0;
    return result < 0 ? result : 0;
}

/* Of a row that is done: 1 when it is a repeat of what a clock ahead had counted. What may be an item that cannot be read
 * is not counted: that would be done once more. */
static int look_elsewhere(struct store *store, const struct applying *applying,
                          unsigned char ret_hash[static REFERENCE_HASH_SIZE], bool *ret_has_helped,
                          struct fault *fault)
{
    struct item_sought sought = import_sought(applying);
    int result = reference_hash(store, sought.robot_id, sought.kind, sought.window,
                                sought.reference, ret_hash, fault);

    if (result == 0)
        result = import_was_ahead(store, applying, ret_hash, fault);
    if (result == 0 && !sought.is_dated) {
        memcpy(sought.hash, ret_hash, sizeof sought.hash);
        result = item_can_tell(store, &sought, fault);
        if (result == 0)
            result = look_for_help(store, &sought, ret_has_helped, fault);
    }
    return result;
}

/* Of a row that ended with a person: whose work it is, and in which window. */
static int look_handed(struct store *store, const struct applying *applying,
                       struct item_sought *sought, bool *ret_is_counted, struct fault *fault)
{
    struct item_counted row = {.robot_id = applying->row->robot_id,
                               .done_ms = applying->row->completed_ms,
                               .now_ms = applying->now_ms};
    int result = reference_hash(store, sought->robot_id, sought->kind, sought->window,
                                sought->reference, sought->hash, fault);

    return result == 0 ? item_handed_over(store, sought, &row, ret_is_counted, fault) : result;
}

/* A done row that counts nothing; nor does what it repeats, when that was taken back. */
static int note_repeated(struct store *store, const struct applying *applying,
                         const struct item_sought *sought, struct fault *fault)
{
    char by[LEDGER_BY_MAX];
    int result = ledger_undone_by(store, sought->robot_id, sought->window, sought->hash, by, fault);

    applying->held->repeated_rows++;
    applying->met->repeated_undone += result > 0;
    return result < 0 ? result : 0;
}

/* A row that is an attempt: done, business or failed. */
static int apply_attempt(struct store *store, const struct applying *applying, struct fault *fault)
{
    const struct import_row *row = applying->row;
    struct import_progress *held = applying->held;
    const char *reference = applying->reference;
    struct attempt attempt = {
        .robot_id = row->robot_id,
        .run_id = held->run_id,
        .seq = row->line,
        .outcome = row->outcome == IMPORT_BUSINESS ? ATTEMPT_BUSINESS : ATTEMPT_FAILED,
        .completed_ms = row->completed_ms,
        .duration_ms = row->duration_ms,
        .department_id = row->department_id,
    };
    struct item_sought sought = import_sought(applying);
    char masked[REFERENCE_MASKED_MAX];
    char note[DATE_NOTE_MAX];
    bool is_counted = false;
    bool has_helped = false;
    int result = 0;

    if (row->outcome == IMPORT_DONE) {
        attempt.outcome = ATTEMPT_DONE;
        result = look_elsewhere(store, applying, sought.hash, &has_helped, fault);
    } else {
        result = import_see(store, applying, fault);
        if (result == 0 && attempt.outcome == ATTEMPT_BUSINESS)
            result = look_handed(store, applying, &sought, &attempt.is_done_elsewhere, fault);
    }
    if (result > 0)
        held->repeated_rows++;
    if (result != 0)
        return result < 0 ? result : 0;
    reference_mask(reference, held->kind, masked);
    attempt.masked = masked;
    if (applying->window != import_window(held->kind, 0, row->completed_ms)) {
        date_note_write(row->business_day, NULL, note, sizeof note);
        attempt.note = note;
    }
    result = ledger_record(store, &attempt, sought.window, sought.hash, &is_counted, fault);
    if (result < 0)
        return result;
    if (row->outcome != IMPORT_DONE)
        held->not_done_rows++;
    else if (is_counted)
        held->new_rows++;
    else
        result = note_repeated(store, applying, &sought, fault);
    if (is_counted)
        result = note_late(store, held, clock_local_day(row->completed_ms), fault);
    if (is_counted && result == 0)
        result = look_on_queue(store, applying, sought.hash, has_helped, fault);
    return result;
}

/* The attempt that is taken back, and its day, which need not be that of the row. */
static int read_undone(struct store *store, const struct item_sought *task,
                       struct item_taken_back *back, int32_t *ret_day, struct fault *fault)
{
    static const char SQL[] = "SELECT day, run_id, seq FROM correction "
                              "WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, task->robot_id);
        sqlite3_bind_int64(statement, 2, task->window);
        sql_bind_blob(statement, 3, task->hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        *ret_day = sqlite3_column_int(statement, 0);
        back->robot_id = task->robot_id;
        back->run_id = sqlite3_column_int64(statement, 1);
        back->seq = sqlite3_column_int64(statement, 2);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* -ENOENT when it was not counted there. */
static int undo(struct store *store, const struct applying *applying,
                const struct item_sought *task, const char *by, struct fault *fault)
{
    const struct import_progress *held = applying->held;

    return ledger_undo(store,
                       &(struct ledger_reversal){task->robot_id, task->window, task->hash, by,
                                                 held->run_id, held->by_whom, applying->now_ms},
                       fault);
}

/* What is not there may be that which a clock that stood ahead had counted, as what is done is. */
static int apply_undone(struct store *store, const struct applying *applying, struct fault *fault)
{
    struct import_progress *held = applying->held;
    struct item_sought task = import_sought(applying);
    struct fault ignored = {""};
    char by[ROW_NAME_MAX];
    struct item_taken_back back = {.by = by, .now_ms = applying->now_ms};
    int32_t day = 0;
    int result = reference_hash_existing(store, task.robot_id, task.kind, task.window,
                                         task.reference, task.hash, fault);

    item_task_name_past(held->id, applying->row->line, by);
    if (result == 0)
        result = undo(store, applying, &task, by, fault);
    if (result == -ENOENT && import_look_ahead(store, applying, &task, &ignored) > 0)
        result = undo(store, applying, &task, by, fault);
    if (result == 0)
        result = read_undone(store, &task, &back, &day, fault);
    if (result == 0)
        result = note_late(store, held, day, fault);
    if (result == 0)
        result = item_counted_back(store, &task, &back, fault);
    if (result == 0)
        held->undone_rows++;
    if (result == -EALREADY) {
        held->repeated_rows++;
        result = 0;
    }
    return result;
}

int import_reference(enum import_outcome outcome, const char *reference, char *target,
                     struct fault *fault)
{
    return outcome == IMPORT_UNDONE ? reference_compose(reference, target, fault)
                                    : reference_normalise(reference, target, fault);
}

static int apply_row(struct store *store, struct applying *applying, struct fault *fault)
{
    const struct import_row *row = applying->row;
    int result = import_reference(row->outcome, row->reference, applying->reference, fault);

    if (result == 0 && row->business_day != 0)
        result = item_check_business_day(row->business_day, applying->now_ms, fault);
    if (result == 0)
        result = hold_robot(store, applying->held, row->robot_id, applying->now_ms, fault);
    if (result < 0)
        return result;
    applying->window = import_window(applying->held->kind, row->business_day, row->completed_ms);
    switch (row->outcome) {
    case IMPORT_DONE:
    case IMPORT_BUSINESS:
    case IMPORT_FAILED:
        return apply_attempt(store, applying, fault);
    case IMPORT_UNDONE:
        return apply_undone(store, applying, fault);
    }
    return fault_set(fault, -EINVAL, "an outcome that there is not");
}

/* 1: the row is not the next, it was applied before. */
static int check_order(const struct import_progress *held, const struct import_row *row,
                       struct fault *fault)
{
    if (row->number < 1 || row->number > held->rows)
        return fault_set(fault, -EINVAL,
                         "import %" PRId64 " has %" PRId64 " rows, and none of the number %" PRId64,
                         held->id, held->rows, row->number);
    if (row->number <= held->applied)
        return 1;
    if (row->number > held->applied + 1)
        return fault_set(fault, -ESTALE,
                         "it is row %" PRId64 " of import %" PRId64 ", of which only %" PRId64
                         " rows were applied; those between are missing",
                         row->number, held->id, held->applied);
    if (row->line <= held->last_line)
        return fault_set(fault, -EINVAL,
                         "the row before it is on line %" PRId64 "; rows come in the file's order",
                         held->last_line);
    return 0;
}

int import_apply(struct store *store, int64_t import_id, const struct import_row *row,
                 int64_t now_ms, struct import_met *met, struct fault *fault)
{
    struct applying applying = {.row = row, .now_ms = now_ms, .met = met};
    struct import_progress *held = NULL;
    int result = hold_import(store, import_id, &held, fault);

    if (result < 0 || held == NULL)
        return result;
    result = check_order(held, row, fault);
    applying.held = held;
    if (result == 0)
        result = apply_row(store, &applying, fault);
    if (result < 0)
        return fault_prefix(fault, result, "line %" PRId64, row->line);
    if (result > 0)
        return 1;
    held->applied++;
    held->applied_rows++;
    held->last_line = row->line;
    return 0;
}
