/* Handing ready items to a run. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/item_inner.h"
#include "core/store/list.h"
#include "core/store/sql.h"

/* An item that is not handed out: its key was destroyed, it was tampered with or damaged, or it may have been
 * done. */
struct withheld {
    struct leased_item item;
    struct fault why;
};

struct lease_work {
    struct store *store;
    const struct item_policy *policy;
    struct lease_set *leases;
    struct run_lease *run;
    uint32_t want;
    uint32_t taken;
    bool more;
    struct text plain;
    item_lease_callback *callback;
    void *context;
    struct withheld *withheld;
    size_t withheld_count;
};

/* Deferred items that are due become ready; *ret_count: so many, ITEM_DUE_PER_LEASE at most. */
static int promote_due(struct store *store, struct rollup_batch *batch, int64_t robot_id,
                       int64_t now_ms, int *ret_count, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET state = 0, due_ms = NULL, changed_ms = ?2 WHERE id IN "
        "(SELECT id FROM item WHERE robot_id = ?1 AND state = 2 AND due_ms <= ?2 "
        "ORDER BY due_ms LIMIT ?3) RETURNING id, ref_hash";
    sqlite3_stmt *statement = NULL;
    int count = 0;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, robot_id);
    sqlite3_bind_int64(statement, 2, now_ms);
    sqlite3_bind_int(statement, 3, ITEM_DUE_PER_LEASE);
    while ((result = sql_step(store, statement, fault)) > 0) {
        const unsigned char *hash = NULL;

        result = ready_hash(statement, 1, &hash, fault);
        if (result == 0)
            result = ready_reserve(batch, fault);
        if (result < 0)
            break;
        if (hash != NULL) /* else it is set aside in its turn */
            ready_put(batch, hash, sqlite3_column_int64(statement, 0));
        count++;
    }
    sql_done(statement);
    *ret_count = count;
    return result;
}

static int put_aside(struct lease_work *work, const struct leased_item *item,
                     const struct fault *why, struct fault *fault)
{
    int result = 0;
    struct withheld *grown =
        list_grow(work->withheld, work->withheld_count, sizeof *work->withheld, &result, fault);

    if (grown == NULL)
        return result;
    work->withheld = grown;
    grown += work->withheld_count++;
    grown->item = *item;
    grown->why = *why;
    return 0;
}

/* Why it is put aside, and what its note was. */
static void say_why(const char *what, const char *note, struct fault *why)
{
    (void)fault_set(why, -EALREADY, "%s%s%s%s", what, note[0] != '\0' ? " (was: " : "", note,
                    note[0] != '\0' ? ")" : "");
}

/* An import counted it, and a run gave it back or a person put it off: nobody wants it done twice, though a plugin
 * may. */
static bool was_counted(const struct lease_work *work, const struct leased_item *item,
                        const char *note, struct fault *why)
{
    char whole[ITEM_NOTE_MAX + 1];

    if (item->doubt != ITEM_COUNTED || work->policy->side_effects == ITEM_PROBEABLE)
        return false;
    item_counted_say(note, "its turn came, and it was not handed out", whole);
    (void)fault_set(why, -EALREADY, "%s", whole);
    return true;
}

/* Its plugin was one that could be asked, or do it twice, and has become one of which neither holds; or a person put it
 * off who was told to look, and it is due undecided: a plugin that may do it twice does not decide that. */
static bool must_be_looked_at(const struct lease_work *work, const struct leased_item *item,
                              bool is_undecided, const char *note, struct fault *why)
{
    if (item->doubt == ITEM_CERTAIN || work->policy->side_effects == ITEM_PROBEABLE ||
        (work->policy->side_effects == ITEM_IDEMPOTENT && !is_undecided))
        return false;
    say_why(is_undecided
                ? "somebody was told to look, and it is due undecided; see whether it was done, "
                  "then retry it, "
                  "or close it as done by hand"
                : "a try before may have done it, and the plugin cannot be asked; see whether it "
                  "was done, then retry it, or close it as done by hand",
            note, why);
    return true;
}

/* Its key is away, or what it sealed is none: what its note was stays, in front when an import counted it, for that names
 * the task. */
static void keep_note(const struct leased_item *item, const char *note, struct fault *why)
{
    struct fault said = *why;
    char whole[ITEM_NOTE_MAX + 1];

    if (item->doubt != ITEM_COUNTED) {
        say_why(said.text, note, why);
        return;
    }
    item_counted_say(note, said.text, whole);
    (void)fault_set(why, -EALREADY, "%s", whole);
}

static int take_row(struct lease_work *work, sqlite3_stmt *row, struct fault *fault)
{
    struct leased_item item;
    struct item_lease lease;
    struct fault why = {""};
    struct reference_opened opened;
    const char *note = sql_text(row, 13);
    const void *sealed;
    int result = leases_read_item(row, 0, &item, fault);

    if (result < 0)
        return result;
    if (item.is_damaged)
        (void)fault_set(&why, -EBADMSG, ITEM_DAMAGED_NOTE);
    else if (!was_counted(work, &item, note, &why) &&
             must_be_looked_at(work, &item, sqlite3_column_int(row, 5) == ITEM_UNDECIDED, note,
                               &why))
        item.doubt = ITEM_UNDECIDED; /* somebody is told to look now */
    if (why.text[0] != '\0')
        return put_aside(work, &item, &why, fault);
    sealed = sql_blob(row, 11);
    if (memory_lacked())
        return fault_no_memory(fault);
    lease = (struct item_lease){
        .id = item.id,
        .attempt = item.attempts + 1,
        .is_uncertain = item.doubt != ITEM_CERTAIN && work->policy->side_effects == ITEM_PROBEABLE,
        .priority = item.priority,
        .business_day = item.business_day,
        .deadline_ms = sqlite3_column_int64(row, 12),
    };
    result = reference_open(
        work->store,
        &(struct reference_place){work->policy->robot_id, work->policy->window, item.window},
        sealed, (size_t)sqlite3_column_bytes(row, 11), &work->plain, &opened, &why);
    if (result == -ENOKEY || result == -EKEYREJECTED || result == -EBADMSG || result == -ENOENT) {
        keep_note(&item, note, &why);
        return put_aside(work, &item, &why, fault);
    }
    if (result < 0)
        return fault_set(fault, result, "%s", why.text);
    lease.reference = opened.reference;
    lease.payload = opened.payload;
    result = work->callback(&lease, work->context);
    if (result != 0)
        return result < 0 ? fault_set(fault, result, "the leased items could not be taken over")
                          : -ECANCELED;
    leases_add(work->leases, work->run, &item);
    work->taken++;
    return 0;
}

/* Rows of other runs' leases stand among the ready ones and are passed over. */
static int take_rows(struct lease_work *work, struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, window, priority, business_day, attempts, uncertain, ref_hash, masked, "
        "lost_runs, created_ms, is_dated, sealed, deadline_ms, note FROM item "
        "WHERE robot_id = ?1 AND state = 0 "
        "ORDER BY priority DESC, -deadline_ms DESC, id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(work->store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, work->policy->robot_id);
    while ((result = sql_step(work->store, statement, fault)) > 0) {
        if (leases_hold(work->leases, sqlite3_column_int64(statement, 0)))
            continue;
        if (work->taken == work->want) {
            work->more = true;
            result = 0;
            break;
        }
        result = take_row(work, statement, fault);
        if (result < 0)
            break;
    }
    sql_done(statement);
    return result;
}

/* What is not handed out waits for a person, so that it does not stop the rest; what is known of its tries
 * stays, for its key can come back. */
static int set_aside(struct lease_work *work, struct rollup_batch *batch, int64_t now_ms,
                     struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; i < work->withheld_count && result == 0; i++) {
        const struct withheld *withheld = &work->withheld[i];
        struct item_change change = {
            .id = withheld->item.id,
            .state = ITEM_WAITING,
            .attempts = withheld->item.attempts,
            .doubt = withheld->item.doubt,
            .lost_runs = withheld->item.lost_runs,
            .note = withheld->why.text,
            .now_ms = now_ms,
        };

        result =
            store_half_done(withheld->item.is_damaged ? item_change_damaged(batch, &change, fault)
                                                      : item_change(work->store, &change, fault));
        if (result == 0)
            ready_remove(batch, withheld->item.hash, withheld->item.id);
    }
    return result;
}

static int find_run(struct lease_work *work, int64_t run_id, int64_t fence, struct fault *fault)
{
    int result;

    work->run = leases_take(work->leases, run_id, work->policy->robot_id, fence);
    if (work->run == NULL)
        return fault_no_memory(fault);
    if (work->run->fence != fence || work->run->robot_id != work->policy->robot_id)
        return fault_set(fault, -EINVAL, "run %" PRId64 " has leased under another fence or robot",
                         run_id);
    result = leases_reserve(work->leases, work->run, work->want);
    if (result == -E2BIG)
        return fault_set(fault, result, "run %" PRId64 " cannot lease more than %d items", run_id,
                         (int)LEASES_OF_RUN_MAX);
    return result < 0 ? fault_no_memory(fault) : 0;
}

int item_lease(struct store *store, const struct item_policy *policy,
               const struct item_lease_request *request, item_lease_callback *callback,
               void *context, bool *ret_more, struct fault *fault)
{
    struct lease_work work = {.store = store,
                              .policy = policy,
                              .want = request->want,
                              .callback = callback,
                              .context = context};
    struct rollup_batch *batch = NULL;
    size_t count = 0;
    int due = 0;
    int result = leases_ready(store, &work.leases, fault);

    if (result == 0)
        result = batch_of(store, &batch, fault);
    if (result == 0)
        result = leases_flush_done(batch, fault);
    if (result == 0)
        result = find_run(&work, request->run_id, request->fence, fault);
    if (result < 0)
        return result;
    count = work.run->count;
    text_init(&work.plain, ITEM_REFERENCE_MAX + ITEM_PAYLOAD_MAX + 2);
    result =
        store_half_done(promote_due(store, batch, policy->robot_id, request->now_ms, &due, fault));
    if (result == 0)
        result = take_rows(&work, fault);
    if (result == 0)
        result = set_aside(&work, batch, request->now_ms, fault);
    if (due > 0)
        leases_promoted(work.leases, request->run_id);
    if (result < 0)
        leases_take_back(work.leases, work.run, count);
    else
        *ret_more = work.more || due == ITEM_DUE_PER_LEASE;
    text_release(&work.plain);
    free(work.withheld);
    return result;
}
