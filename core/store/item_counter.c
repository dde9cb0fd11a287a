/* Which task counts an item that its mark does not name: of an import, or of a run since it was closed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/date_note.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

/* The item that is sought, and as what. */
struct search {
    const struct item_sought *item;
    int64_t id;
    int64_t now_ms;
    int64_t since_ms; /* any task that was done since then; 0: of imports */
};

void item_task_name(int64_t import_id, int64_t line, char target[static ITEM_TASK_NAME_MAX])
{
    (void)snprintf(target, ITEM_TASK_NAME_MAX, "import %" PRId64 ", line %" PRId64, import_id,
                   line);
}

void item_task_name_past(int64_t import_id, int64_t line, char target[static ITEM_TASK_NAME_MAX])
{
    (void)snprintf(target, ITEM_TASK_NAME_MAX, "line %" PRId64 " of import %" PRId64, line,
                   import_id);
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
        result = item_find_kept(store, sought, windows[i].window, &there, &id, fault);
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

/* A task that stands. */
struct standing {
    bool is_of_import;
    int64_t done_ms;
    char name[ITEM_TASK_NAME_MAX];
};

/* 1 when such a task counted the reference in that window, by no date that is known, and it stands. */
static int find_standing(struct store *store, const struct search *search,
                         const struct item_sought *there, struct standing *task,
                         struct fault *fault)
{
    static const char SQL[] =
        "SELECT t.import_id, l.seq, a.completed_ms, n.note, l.run_id FROM ledger l "
        "LEFT JOIN import_run t ON t.robot_id = l.robot_id AND t.run_id = l.run_id "
        "CROSS JOIN attempt a ON a.run_id = l.run_id AND a.seq = l.seq "
        "LEFT JOIN attempt_note n ON n.run_id = l.run_id AND n.seq = l.seq "
        "WHERE l.robot_id = ?1 AND l.window = ?2 AND l.ref_hash = ?3 "
        "AND (t.import_id IS NOT NULL OR ?4 <> 0) AND NOT EXISTS("
        "SELECT 1 FROM correction c WHERE c.run_id = l.run_id AND c.seq = l.seq)";
    sqlite3_stmt *statement = NULL;
    int32_t day = 0;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, there->robot_id);
        sqlite3_bind_int64(statement, 2, there->window);
        sql_bind_blob(statement, 3, there->hash, REFERENCE_HASH_SIZE);
        sqlite3_bind_int64(statement, 4, search->since_ms);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        task->is_of_import = sqlite3_column_type(statement, 0) != SQLITE_NULL;
        if (task->is_of_import)
            item_task_name(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
                           task->name);
        else
            (void)snprintf(task->name, sizeof task->name, "run %" PRId64 ", attempt %" PRId64,
                           (int64_t)sqlite3_column_int64(statement, 4),
                           (int64_t)sqlite3_column_int64(statement, 1));
        task->done_ms = sqlite3_column_int64(statement, 2);
        result = !date_note_read(sql_text(statement, 3), &day);
    }
    sql_done(statement);
    return result;
}

/* 1 when what was done then is the item that is sought. */
static int is_work(struct store *store, const struct search *search, int64_t done_ms,
                   struct fault *fault)
{
    struct item_counted task = {.done_ms = done_ms, .now_ms = search->now_ms};

    if (search->since_ms != 0 && search->since_ms <= search->now_ms && done_ms < search->since_ms)
        return 0;
    return item_is_work_of(store, search->id, &task, fault);
}

/* Of a window whose key is away: 1 when any such task stands in it that may be the item's. */
static int may_be_counted_in(struct store *store, const struct search *search, int64_t window,
                             struct fault *fault)
{
    static const char SQL[] =
        "SELECT max(a.completed_ms) FROM ledger l "
        "LEFT JOIN import_run t ON t.robot_id = l.robot_id AND t.run_id = l.run_id "
        "CROSS JOIN attempt a ON a.run_id = l.run_id AND a.seq = l.seq "
        "WHERE l.robot_id = ?1 AND l.window = ?2 "
        "AND (t.import_id IS NOT NULL OR ?3 <> 0) AND NOT EXISTS("
        "SELECT 1 FROM correction c WHERE c.run_id = l.run_id AND c.seq = l.seq)";
    int64_t last_ms = 0;
    sqlite3_stmt *statement = NULL;
    bool is_any = false;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, search->item->robot_id);
        sqlite3_bind_int64(statement, 2, window);
        sqlite3_bind_int64(statement, 3, search->since_ms);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        is_any = sqlite3_column_type(statement, 0) != SQLITE_NULL;
        last_ms = sqlite3_column_int64(statement, 0);
    }
    sql_done(statement);
    if (result < 0 || !is_any)
        return result < 0 ? result : 0;
    return is_work(store, search, last_ms, fault);
}

/* 1 when it was counted in that window too. */
static int is_counted_in(struct store *store, const struct search *search, int64_t window,
                         struct item_counter *counter, struct fault *fault)
{
    struct standing task = {.name = ""};
    struct item_sought there;
    struct fault why = {""};
    int result = item_hash_in(store, search->item, window, &there, &why);

    if (result == -ENOENT)
        return 0;
    if (result == -ENOKEY || result == -EKEYREJECTED) {
        result = may_be_counted_in(store, search, window, fault);
        if (result > 0)
            robot_window_name(search->item->kind, window, counter->hidden, sizeof counter->hidden);
        return result < 0 ? result : 0;
    }
    if (result < 0)
        return fault_set(fault, result, "%s", why.text);
    result = find_standing(store, search, &there, &task, fault);
    if (result > 0)
        result = is_work(store, search, task.done_ms, fault);
    if (result > 0 && task.is_of_import) {
        result = is_of_another(store, search->item, task.name, fault);
        result = result < 0 ? result : result == 0;
    }
    if (result > 0)
        memcpy(counter->task, task.name, sizeof counter->task);
    return result;
}

/* What has no date was not done before the window that the item lies in, unless a clock that stood ahead put it there; or
 * since it was closed, as what was dropped itself and reopened. */
static int find_counter(struct store *store, const struct search *search,
                        struct item_counter *ret_counter, struct fault *fault)
{
    static const char SQL[] = "SELECT window FROM reference_key WHERE robot_id = ?1 AND "
                              "window >= ?2 AND window <> ?3 ORDER BY window";
    const struct item_sought *item = search->item;
    bool is_any = search->since_ms != 0 ||
                  item->window > robot_window_of(item->kind, clock_local_day(search->now_ms));
    sqlite3_stmt *statement = NULL;
    char by[LEDGER_BY_MAX];
    int result = ledger_undone_by(store, item->robot_id, item->window, item->hash, by, fault);

    *ret_counter = (struct item_counter){.task = "", .is_repeat = result > 0};
    if (result >= 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, item->robot_id);
        sqlite3_bind_int64(statement, 2, is_any ? INT64_MIN : item->window);
        sqlite3_bind_int64(statement, 3, item->window);
        while ((result = sql_step(store, statement, fault)) > 0) {
            result = is_counted_in(store, search, sqlite3_column_int64(statement, 0), ret_counter,
                                   fault);
            if (result != 0)
                break;
        }
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int item_counter_find(struct store *store, const struct item_sought *item, int64_t id,
                      int64_t now_ms, struct item_counter *ret_counter, struct fault *fault)
{
    struct search search = {.item = item, .id = id, .now_ms = now_ms};

    return find_counter(store, &search, ret_counter, fault);
}

/* Work without a date is known by its reference alone, wherever it is open: item_add(). */
static int find_open(struct store *store, const struct search *search, int64_t *ret_id,
                     struct fault *fault)
{
    struct item_sought there = *search->item;
    struct item_known known = {.kept_id = 0};
    int result = is_work(store, search, INT64_MAX, fault);

    if (result > 0)
        result = item_look_open(store, &there, &known, fault);
    if (result > 0 && known.is_ready)
        result = ready_find(store, there.robot_id, there.window, there.hash, ret_id, fault);
    else if (result > 0)
        *ret_id = known.kept_id;
    return result < 0 ? result : 0;
}

/* Opens what the row of the item holds: its robot, window, the robot's kind of it, what is sealed, and the hash. */
static int open_item(struct store *store, sqlite3_stmt *row, struct text *plain,
                     struct item_sought *ret_item, struct fault *fault)
{
    const unsigned char *hash = NULL;
    struct reference_opened opened;
    struct reference_place place = {.robot_id = sqlite3_column_int64(row, 0),
                                    .kind = (enum robot_window)sqlite3_column_int(row, 2),
                                    .window = sqlite3_column_int64(row, 1)};
    const void *sealed = sql_blob(row, 3);
    int result;

    if (memory_lacked())
        return fault_no_memory(fault);
    result = ready_hash(row, 4, &hash, fault);
    if (result < 0)
        return result;
    if (sealed == NULL || hash == NULL)
        return fault_set(fault, -EBADMSG, "what it holds cannot be read");
    result = reference_open(store, &place, sealed, (size_t)sqlite3_column_bytes(row, 3), plain,
                            &opened, fault);
    if (result < 0)
        return result;
    *ret_item = (struct item_sought){.robot_id = place.robot_id,
                                     .kind = place.kind,
                                     .window = place.window,
                                     .reference = opened.reference};
    memcpy(ret_item->hash, hash, sizeof ret_item->hash);
    return 0;
}

int item_counter_of(struct store *store, int64_t id, int64_t since_ms, int64_t now_ms,
                    struct item_counter *ret_counter, struct fault *fault)
{
    static const char SQL[] = "SELECT i.robot_id, i.window, r.window_kind, i.sealed, i.ref_hash "
                              "FROM item i CROSS JOIN robot r ON r.id = i.robot_id WHERE i.id = ?1";
    struct item_sought item = {.robot_id = 0};
    struct search search = {&item, id, now_ms, since_ms};
    sqlite3_stmt *statement = NULL;
    struct text plain;
    int64_t ready_id = 0;
    int64_t open_id = 0;
    int result = sql_use(store, SQL, &statement, fault);

    text_init(&plain, ITEM_REFERENCE_MAX + ITEM_PAYLOAD_MAX + 2);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        result = open_item(store, statement, &plain, &item, fault);
    sql_done(statement);
    if (result == 0) /* reads the windows */
        result = ready_find(store, item.robot_id, item.window, item.hash, &ready_id, fault);
    if (result == 0 && since_ms != 0)
        result = find_open(store, &search, &open_id, fault);
    if (result == 0)
        result = find_counter(store, &search, ret_counter, fault);
    ret_counter->open_id = open_id;
    if (plain.bytes != NULL)
        explicit_bzero(plain.bytes, plain.capacity);
    text_release(&plain);
    return result;
}

/* The task that it is marked with, as its note begins. */
static bool read_mark(const char *note, int64_t *ret_import_id, int64_t *ret_line)
{
    int end = 0;

    return sscanf(note, "import %" SCNd64 ", line %" SCNd64 " counted it%n", ret_import_id,
                  ret_line, &end) == 2 &&
           end > 0;
}

int item_mark_is_stale(struct store *store, int64_t robot_id, const char *note, struct fault *fault)
{
    static const char SQL[] =
        "SELECT 1 FROM import_run t CROSS JOIN correction c ON c.run_id = t.run_id AND c.seq = ?3 "
        "WHERE t.import_id = ?1 AND t.robot_id = ?2";
    sqlite3_stmt *statement = NULL;
    int64_t import_id = 0;
    int64_t line = 0;
    int result;

    if (!read_mark(note, &import_id, &line))
        return 0;
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, import_id);
        sqlite3_bind_int64(statement, 2, robot_id);
        sqlite3_bind_int64(statement, 3, line);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
