/* Results of items, and what becomes of those whose run ended. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

enum { DELAY_MOST_MS = 60 * 60 * 1000 };

/* enum wire_outcome's numbers (run/wire.h lies above the store). */
enum { DONE = 0, BUSINESS = 1, TRANSIENT = 2, BROKEN = 3, UNKNOWN = 4 };

int item_change(struct store *store, const struct item_change *change, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET state = ?2, attempts = ?3, uncertain = ?4, due_ms = ?5, note = ?6, "
        "changed_ms = ?7 WHERE id = ?1 AND state = 0";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, change->id);
    sqlite3_bind_int(statement, 2, (int)change->state);
    sqlite3_bind_int64(statement, 3, change->attempts);
    sqlite3_bind_int(statement, 4, change->is_uncertain);
    if (change->due_ms != 0)
        sqlite3_bind_int64(statement, 5, change->due_ms);
    sql_bind_text(statement, 6, change->note);
    sqlite3_bind_int64(statement, 7, change->now_ms);
    result = sql_run(store, statement, fault);
    if (result == 0 && sql_changes(store) != 1)
        result = fault_set(fault, -EBADMSG,
                           "item %" PRId64
                           " is not there though it was ready or leased; the store was changed by "
                           "another program: run `automagi verify`",
                           change->id);
    sql_done(statement);
    return result;
}

static int record_late(struct store *store, const struct item_result *result, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO late_result(run_id, item_id, fence, outcome, at_ms) "
                              "VALUES(?1, ?2, ?3, ?4, ?5)";
    sqlite3_stmt *statement = NULL;
    int code = sql_use(store, SQL, &statement, fault);

    if (code == 0) {
        sqlite3_bind_int64(statement, 1, result->run_id);
        sqlite3_bind_int64(statement, 2, result->item_id);
        sqlite3_bind_int64(statement, 3, result->fence);
        sqlite3_bind_int(statement, 4, result->outcome);
        sqlite3_bind_int64(statement, 5, result->completed_ms);
        code = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return code;
}

static int64_t delay_after(const struct item_policy *policy, uint32_t attempts)
{
    int64_t delay_ms = policy->retry_delay_ms > 0 ? policy->retry_delay_ms : 1;
    uint32_t i;

    for (i = 1; i < attempts && delay_ms < DELAY_MOST_MS; i++)
        delay_ms *= 2;
    return delay_ms < DELAY_MOST_MS ? delay_ms : DELAY_MOST_MS;
}

/* What a result other than done means for the attempt and the item. */
static int judge(const struct item_policy *policy, const struct item_result *result,
                 struct attempt *attempt, struct item_change *change, struct fault *fault)
{
    change->state = ITEM_WAITING;
    change->note = result->note;
    switch (result->outcome) {
    case BUSINESS:
        attempt->outcome = ATTEMPT_BUSINESS;
        change->is_uncertain = false;
        break;
    case UNKNOWN:
        attempt->outcome = ATTEMPT_UNKNOWN;
        change->is_uncertain = true;
        break;
    case TRANSIENT:
    case BROKEN:
        attempt->outcome = result->outcome == TRANSIENT ? ATTEMPT_TRANSIENT : ATTEMPT_FAILED;
        /* Transient says that nothing was done; broken does not. */
        if (result->outcome == BROKEN)
            change->is_uncertain = policy->side_effects != ITEM_IDEMPOTENT;
        if (change->attempts < policy->attempts &&
            !(result->outcome == BROKEN && policy->side_effects == ITEM_MANUAL)) {
            change->state = ITEM_DEFERRED;
            change->due_ms = result->completed_ms + delay_after(policy, change->attempts);
        }
        break;
    default:
        return fault_set(fault, -EINVAL, "a result with outcome %d, which there is not",
                         result->outcome);
    }
    if (change->note == NULL || change->note[0] == '\0')
        change->note = change->state == ITEM_DEFERRED ? NULL : "it gave no reason";
    return 0;
}

/* Everything that can fail comes before anything in memory changes. */
static int take_done(struct store *store, struct lease_set *leases, struct attempt *attempt,
                     const struct leased_item *item, enum item_taken *ret_taken,
                     struct fault *fault)
{
    bool is_counted = false;
    int result = leases_reserve_done(leases) < 0 ? fault_no_memory(fault) : 0;

    attempt->outcome = ATTEMPT_DONE;
    if (result == 0)
        result = ledger_record(store, attempt, item->window, item->hash, &is_counted, fault);
    if (result == 0)
        *ret_taken = is_counted ? ITEM_TAKEN_COUNTED : ITEM_TAKEN_REPEATED;
    return result;
}

static int take_other(struct store *store, const struct item_policy *policy,
                      const struct item_result *result, struct attempt *attempt,
                      const struct leased_item *item, enum item_taken *ret_taken,
                      struct fault *fault)
{
    struct item_change change = {
        .id = item->id,
        .attempts = item->attempts + 1,
        .is_uncertain = item->is_uncertain,
        .now_ms = result->completed_ms,
    };
    bool is_counted = false;
    int code = judge(policy, result, attempt, &change, fault);

    if (code == 0)
        code = ledger_record(store, attempt, item->window, item->hash, &is_counted, fault);
    if (code == 0)
        code = store_half_done(item_change(store, &change, fault));
    if (code == 0)
        *ret_taken = change.state == ITEM_DEFERRED ? ITEM_TAKEN_RETRY : ITEM_TAKEN_WAITING;
    return code;
}

int item_take_result(struct store *store, const struct item_policy *policy,
                     const struct item_result *result, enum item_taken *ret_taken,
                     struct fault *fault)
{
    struct attempt attempt = {
        .robot_id = policy->robot_id,
        .run_id = result->run_id,
        .seq = result->seq,
        .completed_ms = result->completed_ms,
        .duration_ms = result->duration_ms,
        .department_id = result->department_id,
        .note = result->note,
    };
    struct rollup_batch *batch = NULL;
    struct lease_set *leases = NULL;
    struct run_lease *run = NULL;
    struct leased_item *item = NULL;
    int code = leases_ready(store, &leases, fault);

    if (code == 0)
        code = batch_of(store, &batch, fault);
    if (code < 0)
        return code;
    run = leases_find(leases, result->run_id);
    if (run != NULL && run->fence == result->fence && run->robot_id == policy->robot_id)
        item = leases_item(run, result->item_id);
    if (item == NULL) {
        code = record_late(store, result, fault);
        if (code == 0)
            *ret_taken = ITEM_TAKEN_LATE;
        return code;
    }
    attempt.masked = item->masked;
    if (result->outcome == DONE)
        code = take_done(store, leases, &attempt, item, ret_taken, fault);
    else
        code = take_other(store, policy, result, &attempt, item, ret_taken, fault);
    if (code == 0) {
        ready_remove(batch, item->hash, item->id);
        if (result->outcome == DONE)
            ready_closed(batch, policy->robot_id, item->window);
        leases_settle(leases, run, item, result->outcome == DONE);
    }
    return code;
}

/* ---- runs that ended */

/* One that was begun, by the class of side effects; false: it may be tried again. */
static bool must_wait(const struct item_policy *policy, struct item_change *change)
{
    bool is_used_up = change->attempts >= policy->attempts;

    switch (policy->side_effects) {
    case ITEM_IDEMPOTENT:
        change->note = "its run ended while it was begun, and its tries are used up";
        return is_used_up;
    case ITEM_PROBEABLE:
        change->is_uncertain = true;
        change->note = "its run ended while it was begun, and its tries are used up; see whether "
                       "it was done";
        return is_used_up;
    default: /* not an enum of ours; whatever is unknown is left to a person */
        change->is_uncertain = true;
        change->note = "its run ended while it was begun; see whether it was done, then retry it, "
                       "or close it as done by hand";
        return true;
    }
}

static int release_begun(struct store *store, const struct item_policy *policy,
                         struct rollup_batch *batch, const struct leased_item *item, int64_t now_ms,
                         int64_t *uncertain, struct fault *fault)
{
    struct item_change change = {
        .id = item->id,
        .attempts = item->attempts + 1,
        .is_uncertain = item->is_uncertain,
        .now_ms = now_ms,
    };
    bool waits = must_wait(policy, &change);
    int result;

    change.state = waits ? ITEM_WAITING : ITEM_READY;
    if (!waits)
        change.note = NULL;
    result = item_change(store, &change, fault);
    if (result == 0 && waits) {
        ready_remove(batch, item->hash, item->id);
        (*uncertain)++;
    }
    return result;
}

static int delete_lease(struct store *store, int64_t run_id, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM lease WHERE run_id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run_id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int item_release_run(struct store *store, const struct item_policy *policy, int64_t run_id,
                     enum item_begun begun, int64_t now_ms, int64_t *ret_uncertain,
                     struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    struct lease_set *leases = NULL;
    struct run_lease *run = NULL;
    int64_t uncertain = 0;
    size_t left = begun == ITEM_BEGUN_NONE ? 0 : begun == ITEM_BEGUN_FIRST ? 1 : SIZE_MAX;
    size_t i;
    int result = leases_ready(store, &leases, fault);

    if (result == 0)
        result = batch_of(store, &batch, fault);
    if (result == 0)
        run = leases_find(leases, run_id);
    if (run != NULL && run->robot_id != policy->robot_id)
        result = fault_set(fault, -EINVAL, "run %" PRId64 " is another robot's", run_id);
    for (i = 0; result == 0 && run != NULL && i < run->count && left > 0; i++) {
        if (run->items[i].is_settled)
            continue;
        left--;
        result = store_half_done(
            release_begun(store, policy, batch, &run->items[i], now_ms, &uncertain, fault));
    }
    if (result == 0)
        result = store_half_done(delete_lease(store, run_id, fault));
    if (result == 0 && run != NULL)
        leases_drop(leases, run);
    if (result == 0)
        *ret_uncertain = uncertain;
    return result;
}
