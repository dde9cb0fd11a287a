/*
 * Tasks by their reference. The store holds it only as a hash that is keyed for each window, so
 * it is hashed for every window that the robot has a key for, and looked up in each: as many key
 * files as windows, and one row of the ledger's index for each.
 */
#include <errno.h>

#include "core/store/ledger.h"
#include "core/store/reference_key.h"
#include "core/store/sql.h"

struct lookup {
    struct store *store;
    const struct task_filter *filter;
    const char *normalised;
    task_each_callback *callback;
    void *context;
    struct fault *fault;
    int64_t erased;
};

static int show(const struct lookup *lookup, int64_t run_id, int64_t seq)
{
    const struct task_filter *filter = lookup->filter;
    struct task_record task;
    int result = task_read(lookup->store, run_id, seq, &task, lookup->fault);

    if (result < 0 || task.day < filter->from_day || task.day > filter->to_day ||
        (filter->run_id != 0 && filter->run_id != run_id))
        return result;
    return lookup->callback(&task, lookup->context);
}

/* The window is of the business day and the range of the completion, so no window is left out
 * for its days. */
static int look_in(struct lookup *lookup, enum robot_window kind, int64_t window)
{
    int64_t robot_id = lookup->filter->robot_id;
    unsigned char hash[REFERENCE_HASH_SIZE];
    int64_t run_id = 0;
    int64_t seq = 0;
    int result = reference_hash_existing(lookup->store, robot_id, kind, window, lookup->normalised,
                                         hash, lookup->fault);

    if (result == -ENOKEY) {
        lookup->erased++;
        return 0;
    }
    if (result == 0)
        result = ledger_find(lookup->store, robot_id, window, hash, &run_id, &seq, lookup->fault);
    return result > 0 ? show(lookup, run_id, seq) : result;
}

int task_each_of_reference(struct store *store, const struct task_filter *filter,
                           const char *normalised, task_each_callback *callback, void *context,
                           int64_t *ret_erased, struct fault *fault)
{
    static const char SQL[] =
        "SELECT r.window_kind, k.window FROM robot r JOIN reference_key k ON k.robot_id = r.id "
        "WHERE r.id = ?1 ORDER BY k.window DESC";
    struct lookup lookup = {
        .store = store,
        .filter = filter,
        .normalised = normalised,
        .callback = callback,
        .context = context,
        .fault = fault,
    };
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, filter->robot_id);
    while ((result = sql_step(store, statement, fault)) > 0) {
        result = look_in(&lookup, (enum robot_window)sqlite3_column_int(statement, 0),
                         sqlite3_column_int64(statement, 1));
        if (result != 0)
            break;
    }
    sql_done(statement);
    if (result >= 0)
        *ret_erased = lookup.erased;
    return result < 0 ? result : 0;
}
