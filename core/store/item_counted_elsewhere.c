/*
 * Work without a business day that an import knows of and that lies on the queue in another window than the import's
 * row: what was counted there is marked in the item's own window (ITEM_COUNTED), and that stands until the task is
 * taken back.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/date_note.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

/* 1 when the open item is work that was done then: it has no business date, and was there by that time, or a clock put
 * it there that stands right now. What was put there since is the work that recurs. */
static int is_work_of(struct store *store, int64_t id, const struct item_counted *counted,
                      struct fault *fault)
{
    static const char SQL[] = "SELECT created_ms, business_day, is_dated FROM item WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int64_t created_ms;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        created_ms = sqlite3_column_int64(statement, 0);
        result = (created_ms <= counted->done_ms || created_ms > counted->now_ms) &&
                 !leases_is_dated(statement, 2, sqlite3_column_int(statement, 1), created_ms);
    }
    sql_done(statement);
    return result;
}

/* That it was handed over there is no help any more. */
static int take_handover_back(struct store *store, const struct item_counted *counted,
                              struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        result = handover_take_back_elsewhere(batch,
                                              &(struct handover_done){.robot_id = counted->robot_id,
                                                                      .window = counted->window,
                                                                      .ref_hash = counted->ref_hash,
                                                                      .by_run_id = counted->run_id,
                                                                      .by_seq = counted->seq},
                                              fault);
    return result;
}

/* 1 when an import has counted it already. */
static int is_marked(struct store *store, int64_t id, struct fault *fault)
{
    static const char SQL[] = "SELECT 1 FROM item WHERE id = ?1 AND uncertain = 4";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* 1: it is open in that window, and is the work that the row is of; *sought is of that window then. */
static int find_work(struct store *store, struct item_sought *sought, int64_t window,
                     const struct item_counted *row, int64_t *ret_id, struct fault *fault)
{
    struct item_sought there = *sought;
    struct item_known known = {.kept_id = 0};
    int64_t id = 0;
    int result = item_look_in(store, &there, window, &known, fault);

    if (result <= 0)
        return result;
    result = ready_find(store, there.robot_id, window, there.hash, &id, fault);
    if (result == 0)
        result = is_work_of(store, id != 0 ? id : known.kept_id, row, fault);
    if (result <= 0)
        return result;
    *sought = there;
    *ret_id = id != 0 ? id : known.kept_id;
    return 1;
}

/* 1: it is open in that window, and what was counted is it. *ret_is_open: or was, before another task was counted, which
 * is other work, and may be open in another window. */
static int count_in(struct store *store, const struct item_sought *sought, int64_t window,
                    const struct item_counted *counted, enum item_counted_is *ret_is,
                    bool *ret_is_open, struct fault *fault)
{
    struct item_sought there = *sought;
    struct item_counted elsewhere = *counted;
    int64_t id = 0;
    int result = find_work(store, &there, window, counted, &id, fault);

    if (result <= 0)
        return result;
    *ret_is_open = true;
    result = is_marked(store, id, fault);
    if (result != 0)
        return result < 0 ? result : 0;
    elsewhere.window = window;
    elsewhere.ref_hash = there.hash;
    result = item_counted(store, &elsewhere, ret_is, fault);
    if (result == 0)
        result = take_handover_back(store, &elsewhere, fault);
    return result < 0 ? result : 1;
}

/* The item with the reference in that window, in whatever state; 0: there is none. */
static int find_any(struct store *store, const struct item_sought *there, int64_t *ret_id,
                    struct fault *fault)
{
    static const char SQL[] = "SELECT id FROM item WHERE robot_id = ?1 AND window = ?2 AND "
                              "ref_hash = ?3 AND state <> 0";
    sqlite3_stmt *statement = NULL;
    int result = ready_find(store, there->robot_id, there->window, there->hash, ret_id, fault);

    if (result < 0 || *ret_id != 0)
        return result;
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, there->robot_id);
        sqlite3_bind_int64(statement, 2, there->window);
        sql_bind_blob(statement, 3, there->hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_id = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* Likewise where items are closed: what nobody can read there is not done before its key is back, and somebody opens
 * it again. */
static int find_kept(struct store *store, const struct item_sought *sought, int64_t window,
                     struct item_sought *ret_there, int64_t *ret_id, struct fault *fault)
{
    struct fault why = {""};
    int result = item_hash_in(store, sought, window, ret_there, &why);

    if (result == -ENOENT || result == -ENOKEY || result == -EKEYREJECTED)
        return 0;
    if (result < 0)
        return fault_set(fault, result, "%s", why.text);
    return find_any(store, ret_there, ret_id, fault);
}

/* It was closed there, and who would reopen it is to read that it was counted: of what was closed as done that is possible
 * when what had counted it was taken back. A handover stays: what was closed holds nothing back, and the task may be work
 * that recurs. */
static int tell_closed(struct store *store, const struct item_sought *sought, int64_t window,
                       const struct item_counted *counted, struct fault *fault)
{
    static const char SQL[] = "SELECT 1 FROM item WHERE id = ?1 AND ((state = 5 AND "
                              "uncertain <> 4) OR (state = 4 AND uncertain = 3))";
    enum item_counted_is ignored = ITEM_COUNTED_NOT_OPEN;
    struct item_counted elsewhere = *counted;
    struct item_sought there;
    sqlite3_stmt *statement = NULL;
    int64_t id = 0;
    int result = find_kept(store, sought, window, &there, &id, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    if (result > 0)
        result = is_work_of(store, id, counted, fault);
    if (result <= 0)
        return result;
    elsewhere.window = window;
    elsewhere.ref_hash = there.hash;
    return item_counted(store, &elsewhere, &ignored, fault);
}

int item_counted_elsewhere(struct store *store, const struct item_sought *sought,
                           const struct item_counted *counted, enum item_counted_is *ret_is,
                           struct fault *fault)
{
    const struct open_window *windows = NULL;
    struct rollup_batch *batch = NULL;
    bool is_open = false;
    size_t count = 0;
    size_t i;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        count = ready_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        if (windows[i].window != sought->window)
            result = count_in(store, sought, windows[i].window, counted, ret_is, &is_open, fault);
    if (result == 0)
        count = is_open ? 0 : ready_kept_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        if (windows[i].window != sought->window)
            result = tell_closed(store, sought, windows[i].window, counted, fault);
    return result < 0 ? result : 0;
}

/* As find_work(), of what no import has counted; *ret_is_counted: one has. */
static int find_uncounted(struct store *store, struct item_sought *sought, int64_t window,
                          const struct item_counted *row, bool *ret_is_counted, struct fault *fault)
{
    struct item_sought there = *sought;
    int64_t id = 0;
    int result = find_work(store, &there, window, row, &id, fault);

    if (result <= 0)
        return result;
    result = is_marked(store, id, fault);
    *ret_is_counted = result > 0;
    if (result != 0)
        return result < 0 ? result : 0;
    *sought = there;
    return 1;
}

int item_handed_over(struct store *store, struct item_sought *sought,
                     const struct item_counted *row, bool *ret_is_counted, struct fault *fault)
{
    const struct open_window *windows = NULL;
    struct rollup_batch *batch = NULL;
    bool has_task = false;
    int64_t here = sought->window;
    int64_t id = 0;
    size_t count = 0;
    size_t i;
    int result = find_any(store, sought, &id, fault);

    if (result == 0)
        result = is_marked(store, id, fault);
    *ret_is_counted = result > 0;
    if (result >= 0)
        result = ledger_has(store, sought->robot_id, here, sought->hash, &has_task, fault);
    if (result == 0)
        result = batch_of(store, &batch, fault);
    if (result == 0 && id == 0 && !has_task && !sought->is_dated)
        count = ready_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        if (windows[i].window != here)
            result = find_uncounted(store, sought, windows[i].window, row, ret_is_counted, fault);
    return result < 0 ? result : 0;
}

/* Which import that was; 0: none. */
static int read_import(struct store *store, const struct item_taken_back *task, int64_t *ret_id,
                       struct fault *fault)
{
    static const char SQL[] =
        "SELECT import_id FROM import_run WHERE robot_id = ?1 AND run_id = ?2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, task->robot_id);
        sqlite3_bind_int64(statement, 2, task->run_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_id = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* A task that is taken back, as its items are marked with it. */
struct unmarking {
    const struct item_taken_back *task;
    char name[ITEM_TASK_NAME_MAX];
};

static void name_task(int64_t import_id, int64_t line, char target[static ITEM_TASK_NAME_MAX])
{
    (void)snprintf(target, ITEM_TASK_NAME_MAX, "import %" PRId64 ", line %" PRId64, import_id,
                   line);
}

/* 1 when an item of one of those windows is marked with the task. */
static int has_marked(struct store *store, const struct item_sought *sought,
                      const struct open_window *windows, size_t count, const char *task,
                      struct fault *fault)
{
    struct item_sought there;
    int64_t id;
    size_t i;
    int result = 0;

    for (i = 0; i < count && result == 0; i++) {
        id = 0;
        result = find_kept(store, sought, windows[i].window, &there, &id, fault);
        if (result == 0 && id != 0)
            result = item_has_mark(store, id, task, fault);
    }
    return result;
}

/* 1 when it is the work of another item, which it has counted. */
static int is_of_another(struct store *store, const struct item_sought *sought, const char *task,
                         struct fault *fault)
{
    const struct open_window *windows = NULL;
    struct rollup_batch *batch = NULL;
    size_t count;
    int result = batch_of(store, &batch, fault);

    if (result == 0) {
        count = ready_windows(batch, sought->robot_id, &windows);
        result = has_marked(store, sought, windows, count, task, fault);
    }
    if (result == 0) {
        count = ready_kept_windows(batch, sought->robot_id, &windows);
        result = has_marked(store, sought, windows, count, task, fault);
    }
    return result;
}

/* 1 when an import counted the reference in that window, by no date that is known, and it stands. *row: when it was done. */
static int find_standing(struct store *store, const struct item_sought *there,
                         struct item_counted *row, char task[static ITEM_TASK_NAME_MAX],
                         struct fault *fault)
{
    static const char SQL[] =
        "SELECT t.import_id, l.seq, a.completed_ms, n.note FROM ledger l "
        "CROSS JOIN import_run t ON t.robot_id = l.robot_id AND t.run_id = l.run_id "
        "CROSS JOIN attempt a ON a.run_id = l.run_id AND a.seq = l.seq "
        "LEFT JOIN attempt_note n ON n.run_id = l.run_id AND n.seq = l.seq "
        "WHERE l.robot_id = ?1 AND l.window = ?2 AND l.ref_hash = ?3 AND NOT EXISTS("
        "SELECT 1 FROM correction c WHERE c.run_id = l.run_id AND c.seq = l.seq)";
    sqlite3_stmt *statement = NULL;
    int32_t day = 0;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, there->robot_id);
        sqlite3_bind_int64(statement, 2, there->window);
        sql_bind_blob(statement, 3, there->hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        name_task(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1), task);
        row->done_ms = sqlite3_column_int64(statement, 2);
        result = !date_note_read(sql_text(statement, 3), &day);
    }
    sql_done(statement);
    return result;
}

/* 1 when it was counted in that window too, of which nobody knows anything any more when its key is gone. */
static int is_counted_in(struct store *store, const struct item_sought *item, int64_t id,
                         int64_t window, int64_t now_ms, char task[static ITEM_TASK_NAME_MAX],
                         struct fault *fault)
{
    struct item_counted row = {.now_ms = now_ms};
    struct item_sought there;
    struct fault why = {""};
    int result = item_hash_in(store, item, window, &there, &why);

    if (result == -ENOENT || result == -ENOKEY || result == -EKEYREJECTED)
        return 0;
    if (result < 0)
        return fault_set(fault, result, "%s", why.text);
    result = find_standing(store, &there, &row, task, fault);
    if (result > 0)
        result = is_work_of(store, id, &row, fault);
    if (result <= 0)
        return result;
    result = is_of_another(store, item, task, fault);
    return result < 0 ? result : result == 0;
}

/* 1: another task, which stands, has counted the item too, though it is not marked with it, for it was marked before.
 * What has no date was not done before the window that the item lies in, unless a clock that stood ahead put it there. */
static int find_other(struct store *store, const struct item_sought *item, int64_t id,
                      int64_t now_ms, char task[static ITEM_TASK_NAME_MAX], struct fault *fault)
{
    static const char SQL[] = "SELECT window FROM reference_key WHERE robot_id = ?1 AND "
                              "window >= ?2 AND window <> ?3 ORDER BY window";
    bool is_ahead = item->window > robot_window_of(item->kind, clock_local_day(now_ms));
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, item->robot_id);
        sqlite3_bind_int64(statement, 2, is_ahead ? INT64_MIN : item->window);
        sqlite3_bind_int64(statement, 3, item->window);
        while ((result = sql_step(store, statement, fault)) > 0) {
            result = is_counted_in(store, item, id, sqlite3_column_int64(statement, 0), now_ms,
                                   task, fault);
            if (result != 0)
                break;
        }
    }
    sql_done(statement);
    return result;
}

/* Open or closed. */
static int unmark_in(struct store *store, const struct item_sought *sought, int64_t window,
                     const struct unmarking *unmarking, struct fault *fault)
{
    const struct item_taken_back *back = unmarking->task;
    char other[ITEM_TASK_NAME_MAX] = "";
    struct item_sought there;
    int64_t id = 0;
    int result = find_kept(store, sought, window, &there, &id, fault);

    if (result == 0 && id != 0)
        result = item_has_mark(store, id, unmarking->name, fault);
    if (result <= 0)
        return result;
    result = find_other(store, &there, id, back->now_ms, other, fault);
    return result < 0 ? result
                      : item_unmark(store, id, unmarking->name, back->by, result > 0 ? other : NULL,
                                    fault);
}

/* What is open there, and nobody can read, may be it. */
static int unmark_open(struct store *store, const struct item_sought *sought, int64_t window,
                       const struct unmarking *unmarking, struct fault *fault)
{
    struct item_sought there = *sought;
    struct item_known known = {.kept_id = 0};
    int result = item_look_in(store, &there, window, &known, fault);

    return result > 0 ? unmark_in(store, sought, window, unmarking, fault) : result;
}

int item_counted_back(struct store *store, const struct item_sought *sought,
                      const struct item_taken_back *task, struct fault *fault)
{
    const struct open_window *windows = NULL;
    struct rollup_batch *batch = NULL;
    struct lease_set *leases = NULL;
    struct unmarking unmarking = {.task = task};
    int64_t import_id = 0;
    int64_t id = 0;
    size_t count = 0;
    size_t i;
    int result = read_import(store, task, &import_id, fault);

    if (result < 0 || import_id == 0)
        return result;
    name_task(import_id, task->seq, unmarking.name);
    result = leases_ready(store, &leases, fault);
    if (result == 0)
        result = batch_of(store, &batch, fault);
    if (result == 0)
        result = leases_flush_done(batch, fault);
    if (result == 0) /* reads the windows */
        result = ready_find(store, sought->robot_id, sought->window, sought->hash, &id, fault);
    if (result == 0)
        count = ready_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        result = unmark_open(store, sought, windows[i].window, &unmarking, fault);
    if (result == 0)
        count = ready_kept_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        result = unmark_in(store, sought, windows[i].window, &unmarking, fault);
    return result;
}
