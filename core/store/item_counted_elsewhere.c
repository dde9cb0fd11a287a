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

int item_is_work_of(struct store *store, int64_t id, const struct item_counted *counted,
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

/* That it was handed over there is no help any more. 1 when it was. */
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
        result = item_is_work_of(store, id != 0 ? id : known.kept_id, row, fault);
    if (result <= 0)
        return result;
    *sought = there;
    *ret_id = id != 0 ? id : known.kept_id;
    return 1;
}

/* What was counted, sought in one window after another. */
struct counting {
    const struct item_sought *sought;
    const struct item_counted *counted;
    struct item_met
        found; /* is_open: so it is, or was before another task was counted, which is other work */
    struct import_met *met;
};

void item_met_add(struct import_met *met, enum item_counted_is is)
{
    met->waiting += is == ITEM_COUNTED_WAITS;
    met->leased += is == ITEM_COUNTED_LEASED;
}

/* 1: it is open in that window, and what was counted is it, and none behind it. */
static int count_in(struct store *store, struct counting *counting, int64_t window,
                    struct fault *fault)
{
    struct item_sought there = *counting->sought;
    struct item_counted elsewhere = *counting->counted;
    enum item_counted_is is = ITEM_COUNTED_NOT_OPEN;
    bool waited = false;
    int64_t id = 0;
    int result = find_work(store, &there, window, counting->counted, &id, fault);

    if (result <= 0)
        return result;
    counting->found.is_open = true;
    result = is_marked(store, id, fault);
    if (result != 0)
        return result < 0 ? result : 0;
    elsewhere.window = window;
    elsewhere.ref_hash = there.hash;
    result = item_counted(store, &elsewhere, &is, &waited, fault);
    if (result == 0 && !counting->found.is_help_no_more)
        result = take_handover_back(store, &elsewhere, fault);
    if (result < 0)
        return result;
    item_met_add(counting->met, is);
    counting->found.is_help_no_more |= result > 0;
    return !waited;
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

int item_without_date(struct store *store, const struct item_sought *sought, struct fault *fault)
{
    static const struct item_counted ANY_TIME = {.done_ms = INT64_MAX};
    int64_t id = 0;
    int result = find_any(store, sought, &id, fault);

    return result == 0 && id != 0 ? item_is_work_of(store, id, &ANY_TIME, fault) : result;
}

int item_find_kept(struct store *store, const struct item_sought *sought, int64_t window,
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
    static const char SQL[] = "SELECT 1 FROM item WHERE id = ?1 AND "
                              "((state = 5 AND uncertain <> 4) OR (state = 4 AND uncertain = 3))";
    enum item_counted_is ignored = ITEM_COUNTED_NOT_OPEN;
    struct item_counted elsewhere = *counted;
    bool waited = false;
    struct item_sought there;
    sqlite3_stmt *statement = NULL;
    int64_t id = 0;
    int result = item_find_kept(store, sought, window, &there, &id, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    if (result > 0)
        result = item_is_work_of(store, id, counted, fault);
    if (result <= 0)
        return result;
    elsewhere.window = window;
    elsewhere.ref_hash = there.hash;
    return item_counted(store, &elsewhere, &ignored, &waited, fault);
}

int item_counted_elsewhere(struct store *store, const struct item_sought *sought,
                           const struct item_counted *counted, const struct item_met *here,
                           struct import_met *met, struct fault *fault)
{
    struct counting counting = {.sought = sought, .counted = counted, .found = *here, .met = met};
    const struct open_window *windows = NULL;
    struct rollup_batch *batch = NULL;
    size_t count = 0;
    size_t i;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        count = ready_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        if (windows[i].window != sought->window)
            result = count_in(store, &counting, windows[i].window, fault);
    if (result == 0)
        count = counting.found.is_open ? 0 : ready_kept_windows(batch, sought->robot_id, &windows);
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

/* 1: it is open in the window in which it is sought, or its handover there stands. What is closed there may be other work
 * than the row's. */
static int is_own_work(struct store *store, struct rollup_batch *batch,
                       const struct item_sought *sought, struct fault *fault)
{
    struct item_sought here = *sought;
    struct item_known known = {.kept_id = 0};
    int result = item_look_in(store, &here, sought->window, &known, fault);

    return result == 0
               ? handover_stands(batch, sought->robot_id, sought->window, sought->hash, fault)
               : result;
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
    if (result == 0 && (*ret_is_counted || has_task || sought->is_dated))
        return 0;
    if (result == 0)
        result = is_own_work(store, batch, sought, fault);
    if (result == 0)
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

/* Open or closed. */
static int unmark_in(struct store *store, const struct item_sought *sought, int64_t window,
                     const struct unmarking *unmarking, struct fault *fault)
{
    const struct item_taken_back *back = unmarking->task;
    struct item_counter other;
    struct item_sought there;
    int64_t id = 0;
    int result = item_find_kept(store, sought, window, &there, &id, fault);

    if (result == 0 && id != 0)
        result = item_has_mark(store, id, unmarking->name, fault);
    if (result <= 0)
        return result;
    result = item_counter_find(store, &there, id, back->now_ms, &other, fault);
    return result < 0 ? result : item_unmark(store, id, unmarking->name, back->by, &other, fault);
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
    item_task_name(import_id, task->seq, unmarking.name);
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
