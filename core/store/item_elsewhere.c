/* Where a reference is known: in its own window, and without a business day in others of its robot. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/date_note.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

/* 1 when the statement, of a robot, a window and a reference's hash, gives a row: it is read before sql_done(). */
static int ask(struct store *store, const char *sql, const struct item_sought *sought,
               sqlite3_stmt **ret_statement, struct fault *fault)
{
    int result = sql_use(store, sql, ret_statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(*ret_statement, 1, sought->robot_id);
        sqlite3_bind_int64(*ret_statement, 2, sought->window);
        sql_bind_blob(*ret_statement, 3, sought->hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, *ret_statement, fault);
    }
    return result;
}

static int look_up(struct store *store, const struct item_sought *sought, struct item_known *known,
                   struct fault *fault)
{
    static const char SQL[] =
        "SELECT EXISTS(SELECT 1 FROM ledger "
        "WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3), "
        "(SELECT id FROM item "
        "WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3 AND state <> 0)";
    sqlite3_stmt *statement = NULL;
    int result = ask(store, SQL, sought, &statement, fault);

    if (result > 0) {
        known->is_done = sqlite3_column_int(statement, 0) != 0;
        known->kept_id = sqlite3_column_int64(statement, 1);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* 1 when an item with the reference is deferred or waits. */
static int look_kept(struct store *store, const struct item_sought *sought,
                     struct item_known *known, struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, EXISTS(SELECT 1 FROM ledger WHERE robot_id = ?1 AND window = ?2 AND "
        "ref_hash = ?3) FROM item WHERE robot_id = ?1 AND window = ?2 AND ref_hash = ?3 AND "
        "state <> 0 AND state IN (2, 3)";
    sqlite3_stmt *statement = NULL;
    int result = ask(store, SQL, sought, &statement, fault);

    if (result > 0) {
        known->kept_id = sqlite3_column_int64(statement, 0);
        known->is_done = sqlite3_column_int(statement, 1) != 0; /* by an import */
    }
    sql_done(statement);
    return result;
}

int item_look_here(struct store *store, const struct item_sought *sought, struct item_known *known,
                   struct fault *fault)
{
    int64_t id = 0;
    int result = ready_find(store, sought->robot_id, sought->window, sought->hash, &id, fault);

    known->is_ready = id != 0;
    return result == 0 && !known->is_ready ? look_up(store, sought, known, fault) : result;
}

int item_hash_in(struct store *store, const struct item_sought *sought, int64_t window,
                 struct item_sought *ret_there, struct fault *fault)
{
    *ret_there = *sought;
    ret_there->window = window;
    return reference_hash_existing(store, sought->robot_id, sought->kind, window, sought->reference,
                                   ret_there->hash, fault);
}

/* A key that is gone may be back tomorrow, and nobody knows whether it was erased on purpose: what may be one of
 * its window's own is not taken for another. */
static int refuse(int result, const char *what, const struct fault *why, struct fault *fault)
{
    return fault_set(fault, result, "%s; %s", why->text, what);
}

#define MAY_BE_OPEN                                                                                \
    "items of that window are open, and this may be one of them: put the key back, or drop those " \
    "items if it was erased on purpose"

int item_look_in(struct store *store, struct item_sought *sought, int64_t window,
                 struct item_known *known, struct fault *fault)
{
    struct item_sought there;
    struct fault why = {""};
    int64_t id = 0;
    int result = item_hash_in(store, sought, window, &there, &why);

    if (result == -ENOENT)
        return 0;
    if (result < 0)
        return refuse(result, MAY_BE_OPEN, &why, fault);
    result = ready_find(store, there.robot_id, window, there.hash, &id, fault);
    if (result == 0 && id != 0) {
        known->is_ready = true;
        result = 1;
    } else if (result == 0) {
        result = look_kept(store, &there, known, fault);
    }
    if (result > 0)
        *sought = there;
    return result;
}

int item_look_open(struct store *store, struct item_sought *sought, struct item_known *known,
                   struct fault *fault)
{
    const struct open_window *windows = NULL;
    struct rollup_batch *batch = NULL;
    int64_t here = sought->window;
    size_t count = 0;
    size_t i;
    int result = batch_of(store, &batch, fault);

    if (result == 0)
        count = ready_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        if (windows[i].window != here)
            result = item_look_in(store, sought, windows[i].window, known, fault);
    return result;
}

/* Has that window, of which items are open, its key? */
static int check_key(struct store *store, const struct item_sought *sought, int64_t window,
                     struct fault *fault)
{
    struct item_sought there;
    struct fault why = {""};
    int result = item_hash_in(store, sought, window, &there, &why);

    return result < 0 && result != -ENOENT ? refuse(result, MAY_BE_OPEN, &why, fault) : 0;
}

/* 1 when what is ready or leased is the work, and none behind it is looked for (item_counted_elsewhere()). */
static int ends_search(struct store *store, const struct item_sought *sought, int64_t id,
                       struct fault *fault)
{
    static const char SQL[] = "SELECT 1 FROM item WHERE id = ?1 AND uncertain NOT IN (3, 4)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result > 0 ? item_without_date(store, sought, fault) : result;
}

int item_can_tell(struct store *store, const struct item_sought *sought, struct fault *fault)
{
    const struct open_window *windows = NULL;
    struct rollup_batch *batch = NULL;
    struct item_known here = {.kept_id = 0};
    int64_t id = 0;
    size_t count = 0;
    size_t i;
    int result = ready_find(store, sought->robot_id, sought->window, sought->hash, &id, fault);

    if (result == 0)
        result = batch_of(store, &batch, fault);
    if (result == 0 && id != 0)
        result = ends_search(store, sought, id, fault);
    if (result == 0)
        count = ready_windows(batch, sought->robot_id, &windows);
    for (i = 0; i < count && result == 0; i++)
        if (windows[i].window != sought->window)
            result = check_key(store, sought, windows[i].window, fault);
    if ((result == -ENOKEY || result == -EKEYREJECTED) &&
        look_up(store, sought, &here, fault) == 0 && here.is_done)
        return 0;
    return result < 0 ? result : 0;
}

/* 1 when anything of that window was done or closed. */
static int has_any(struct store *store, int64_t robot_id, int64_t window, struct fault *fault)
{
    static const char SQL[] =
        "SELECT 1 FROM ledger WHERE robot_id = ?1 AND window = ?2 UNION ALL "
        "SELECT 1 FROM item WHERE robot_id = ?1 AND window = ?2 AND state <> 0 LIMIT 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, window);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* 1 when the days that the note names lie in the window in which the reference is sought, or some of them. */
static bool is_noted_in(const char *note, const struct item_sought *sought)
{
    int32_t from = 0;
    int32_t to = 0;

    return ahead_note_read(note, &from, &to) &&
           robot_window_of(sought->kind, from) <= sought->window &&
           sought->window <= robot_window_of(sought->kind, to);
}

/* 1 when a clock that stood ahead counted something in that window, and it is noted that it was done in the one in which
 * the reference is sought. */
static int has_noted(struct store *store, const struct item_sought *sought, int64_t window,
                     struct fault *fault)
{
    static const char SQL[] = "SELECT n.note FROM ledger l CROSS JOIN attempt_note n "
                              "ON n.run_id = l.run_id AND n.seq = l.seq "
                              "WHERE l.robot_id = ?1 AND l.window = ?2 "
                              "AND n.note GLOB 'clock ahead, *'";
    sqlite3_stmt *statement = NULL;
    bool is_found = false;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, sought->robot_id);
        sqlite3_bind_int64(statement, 2, window);
        while (!is_found && (result = sql_step(store, statement, fault)) > 0)
            is_found = is_noted_in(sql_text(statement, 0), sought);
    }
    sql_done(statement);
    return result < 0 ? result : is_found;
}

/* Where a reference is sought, and another window that is looked into for it: of those from the first to the last. */
struct look {
    const struct item_sought *sought;
    struct item_sought there;
    int64_t now_window;
    int64_t first, last;
};

/* The keys of windows that are past are erased in time: only what is known to be in one of those is asked about. */
static int refuse_ahead(struct store *store, const struct look *look, int64_t window, int refused,
                        const struct fault *why, struct fault *fault)
{
    bool is_ahead = window > look->now_window;
    int result = is_ahead ? has_any(store, look->sought->robot_id, window, fault)
                          : has_noted(store, look->sought, window, fault);

    if (result <= 0)
        return result;
    return refuse(refused,
                  is_ahead ? "tasks were done in that window, which lies after now's, and this may "
                             "be one of them: put the key back"
                           : "a clock that stood ahead counted tasks in that window, and this may "
                             "be one of them: put the key back",
                  why, fault);
}

/* 1 when its task was done by a clock that stood ahead, or of an item that such a clock had put there, in the
 * window in which it is sought. 0: it was counted there by a business date, or by an import, whose days are those of
 * its file, and says nothing of work without one; or as the work of other days. */
static int was_done_ahead(struct store *store, const struct look *look, struct fault *fault)
{
    static const char SQL[] =
        "SELECT n.note FROM ledger l CROSS JOIN run r ON r.id = l.run_id AND r.cause <> 4 "
        "LEFT JOIN attempt_note n ON n.run_id = l.run_id AND n.seq = l.seq "
        "WHERE l.robot_id = ?1 AND l.window = ?2 AND l.ref_hash = ?3";
    sqlite3_stmt *statement = NULL;
    const char *note;
    int32_t from = 0;
    int32_t to = 0;
    int result = ask(store, SQL, &look->there, &statement, fault);

    if (result > 0) {
        note = sql_text(statement, 0);
        if (ahead_note_read(note, &from, &to))
            result = is_noted_in(note, look->sought);
        else
            result = !look->sought->is_dated && !date_note_read(note, &from) &&
                     look->there.window > look->now_window;
    }
    sql_done(statement);
    return result;
}

/* Without a date of its own: by a clock. Of an item of before that is written down: by the clock that it was added by. */
static bool was_put_there(sqlite3_stmt *row, const struct look *look)
{
    int32_t day = clock_local_day(sqlite3_column_int64(row, 0));

    return sqlite3_column_type(row, 2) != SQLITE_NULL
               ? sqlite3_column_int(row, 2) == 0
               : robot_window_of(look->there.kind, day) == look->there.window;
}

/* 1 when the item that was closed there was put there by a clock that stood there, and closed no earlier than in the
 * window in which it is sought; 0: it is there by a business date, or of other days. */
static int was_closed_ahead(struct store *store, const struct look *look, struct fault *fault)
{
    static const char SQL[] =
        "SELECT created_ms, changed_ms, is_dated FROM item WHERE robot_id = ?1 "
        "AND window = ?2 AND ref_hash = ?3 AND state <> 0";
    enum robot_window kind = look->there.kind;
    sqlite3_stmt *statement = NULL;
    int result = ask(store, SQL, &look->there, &statement, fault);

    if (result > 0)
        result = look->there.window > look->now_window && was_put_there(statement, look) &&
                 robot_window_of(kind, clock_local_day(sqlite3_column_int64(statement, 1))) >=
                     look->sought->window;
    sql_done(statement);
    return result;
}

/* 1 when the reference was done or closed in that window. */
static int look_closed(struct store *store, struct look *look, int64_t window,
                       struct item_known *known, struct fault *fault)
{
    struct item_known found = {.kept_id = 0};
    struct fault why = {""};
    int result = item_hash_in(store, look->sought, window, &look->there, &why);

    if (result == -ENOENT)
        return 0;
    if (result == -ENOKEY || result == -EKEYREJECTED)
        return refuse_ahead(store, look, window, result, &why, fault);
    if (result < 0)
        return fault_set(fault, result, "%s", why.text);
    result = look_up(store, &look->there, &found, fault);
    if (result == 0 && found.is_done) {
        result = was_done_ahead(store, look, fault);
        found.is_done = result > 0;
    }
    if (result >= 0 && found.kept_id != 0) {
        result = look->sought->is_dated ? 0 : was_closed_ahead(store, look, fault);
        if (result == 0)
            found.kept_id = 0;
    }
    if (result < 0 || (!found.is_done && found.kept_id == 0))
        return result;
    *known = found;
    return 1;
}

/* As look_closed(), whoever did or closed it; not what was done and taken back, which nothing counts. */
static int look_asked(struct store *store, struct look *look, int64_t window,
                      struct item_known *known, struct fault *fault)
{
    struct item_known found = {.kept_id = 0};
    struct fault why = {""};
    char by[LEDGER_BY_MAX];
    int result = item_hash_in(store, look->sought, window, &look->there, &why);

    if (result == -ENOENT)
        return 0;
    if (result == -ENOKEY || result == -EKEYREJECTED) {
        int is_any = has_any(store, look->sought->robot_id, window, fault);

        return is_any <= 0 ? is_any
                           : refuse(result,
                                    "this is asked for again since then, and may be one of those "
                                    "tasks: put the key back",
                                    &why, fault);
    }
    if (result < 0)
        return fault_set(fault, result, "%s", why.text);
    result = look_up(store, &look->there, &found, fault);
    if (result == 0 && found.is_done) {
        result = ledger_undone_by(store, look->there.robot_id, window, look->there.hash, by, fault);
        found.is_done = result == 0;
    }
    if (result < 0 || (!found.is_done && found.kept_id == 0))
        return result < 0 ? result : 0;
    *known = found;
    return 1;
}

typedef int look_function(struct store *store, struct look *look, int64_t window,
                          struct item_known *known, struct fault *fault);

/* The windows that there are, but for that in which it is sought. */
static int look_through(struct store *store, struct look *look, look_function *look_into,
                        struct item_known *known, struct fault *fault)
{
    static const char SQL[] = "SELECT window FROM reference_key WHERE robot_id = ?1 AND "
                              "window BETWEEN ?2 AND ?3 AND window <> ?4 ORDER BY window";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, look->sought->robot_id);
        sqlite3_bind_int64(statement, 2, look->first);
        sqlite3_bind_int64(statement, 3, look->last);
        sqlite3_bind_int64(statement, 4, look->sought->window);
        while ((result = sql_step(store, statement, fault)) > 0) {
            result = look_into(store, look, sqlite3_column_int64(statement, 0), known, fault);
            if (result != 0)
                break;
        }
    }
    sql_done(statement);
    return result;
}

int item_look_ahead(struct store *store, struct item_sought *sought, int64_t now_window,
                    int64_t after, struct item_known *known, struct fault *fault)
{
    struct look look = {
        .sought = sought, .now_window = now_window, .first = after + 1, .last = INT64_MAX};
    int result = look_through(store, &look, look_closed, known, fault);

    if (result > 0)
        *sought = look.there;
    return result;
}

int item_look_asked(struct store *store, struct item_sought *sought, int64_t first, int64_t last,
                    struct item_known *known, struct fault *fault)
{
    struct look look = {.sought = sought, .first = first, .last = last};
    int result = look_through(store, &look, look_asked, known, fault);

    if (result > 0)
        *sought = look.there;
    return result;
}
