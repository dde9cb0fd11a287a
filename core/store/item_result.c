/* Results of items, and what becomes of those whose run ended. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/backoff.h"
#include "core/store/date_note.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

/* enum wire_outcome's numbers (run/wire.h lies above the store). */
enum { DONE = 0, BUSINESS = 1, TRANSIENT = 2, BROKEN = 3, UNKNOWN = 4 };

/* Bytes of what is said in a note, so that there is room for what to do. */
enum { SAID_MAX = 500, WHY_WAITING_MAX = 700, WHY_RESTING_MAX = 900 };

int item_change(struct store *store, const struct item_change *change, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET state = ?2, attempts = ?3, uncertain = ?4, due_ms = ?5, note = ?6, "
        "changed_ms = ?7, lost_runs = ?8, quarantined = ?9 WHERE id = ?1 AND state = 0";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, change->id);
    sqlite3_bind_int(statement, 2, (int)change->state);
    sqlite3_bind_int64(statement, 3, change->attempts);
    sqlite3_bind_int(statement, 4, (int)change->doubt);
    if (change->due_ms != 0)
        sqlite3_bind_int64(statement, 5, change->due_ms);
    sql_bind_text(statement, 6, change->note);
    sqlite3_bind_int64(statement, 7, change->now_ms);
    sqlite3_bind_int64(statement, 8, change->lost_runs);
    sqlite3_bind_int(statement, 9, change->is_quarantined);
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

int item_change_damaged(struct rollup_batch *batch, const struct item_change *change,
                        struct fault *fault)
{
    int result = item_change(batch->store, change, fault);

    if (result == -EEXIST)
        result = 0;
    if (result == 0 && batch->damaged.count++ == 0)
        batch->damaged.first_id = change->id;
    return result;
}

void item_damaged_take(struct store *store, struct item_damaged *ret_damaged)
{
    *ret_damaged = (struct item_damaged){0};
    if (store->rollup == NULL)
        return;
    *ret_damaged = store->rollup->damaged;
    store->rollup->damaged = (struct item_damaged){0};
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

static int64_t due_after(const struct item_policy *policy, uint32_t attempts, int64_t now_ms)
{
    return now_ms + backoff_delay_ms(policy->retry_delay_ms, policy->retry_most_ms, attempts);
}

/* What remains when nobody knows what a try did. It is written down whatever the class of side effects, for when
 * the item's turn comes its plugin may be another: the class of the run that leases it decides. Of a manual one a person
 * is told by its waiting. */
static enum item_doubt doubt_of_class(const struct item_policy *policy)
{
    if (policy->side_effects == ITEM_IDEMPOTENT)
        return ITEM_HARMLESS;
    return policy->side_effects == ITEM_PROBEABLE ? ITEM_UNCERTAIN : ITEM_UNDECIDED;
}

/* Whether the item may have been done, after a result that does not say that it was. A plugin whose items may be
 * done twice need not know what it did when it wants to try again, and is not asked about the tries before. */
static enum item_doubt doubt_after(const struct item_policy *policy, int outcome,
                                   enum item_doubt before)
{
    bool is_idempotent = policy->side_effects == ITEM_IDEMPOTENT;

    if (before == ITEM_COUNTED) /* no try of it says anything of that */
        return ITEM_COUNTED;
    switch (outcome) {
    case BUSINESS: /* not by this try */
        return is_idempotent && before != ITEM_CERTAIN ? ITEM_HARMLESS : ITEM_CERTAIN;
    case TRANSIENT: /* nor by this */
        return is_idempotent ? ITEM_HARMLESS : before;
    case UNKNOWN: /* a person is told to look */
        return ITEM_UNDECIDED;
    default:
        return doubt_of_class(policy);
    }
}

/* What a result other than done means for the attempt and the item. */
static int judge(const struct item_policy *policy, const struct item_result *result,
                 struct attempt *attempt, struct item_change *change, struct fault *fault)
{
    change->state = ITEM_WAITING;
    change->note = result->note;
    change->doubt = doubt_after(policy, result->outcome, change->doubt);
    switch (result->outcome) {
    case BUSINESS:
        attempt->outcome = ATTEMPT_BUSINESS;
        break;
    case UNKNOWN:
        attempt->outcome = ATTEMPT_UNKNOWN;
        break;
    case TRANSIENT:
    case BROKEN:
        attempt->outcome = result->outcome == TRANSIENT ? ATTEMPT_TRANSIENT : ATTEMPT_FAILED;
        if (change->attempts < policy->attempts &&
            !(result->outcome == BROKEN && policy->side_effects == ITEM_MANUAL)) {
            change->state = ITEM_DEFERRED;
            change->due_ms = due_after(policy, change->attempts, result->completed_ms);
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

/* In whose window is it counted, when that is not the one of its day? One that is earlier is that of the day it was
 * added on. */
static const char *note_of_window(const struct item_policy *policy, const struct attempt *attempt,
                                  const struct leased_item *item,
                                  char note[static ITEM_NOTE_MAX + 1])
{
    int32_t day = clock_local_day(attempt->completed_ms);
    int64_t window = robot_window_of(policy->window, day);

    if (item->is_dated && item->window != window)
        date_note_write(item->business_day, attempt->note, note, ITEM_NOTE_MAX + 1);
    else if (item->window > window)
        ahead_note_write(day, day, attempt->note, note, ITEM_NOTE_MAX + 1);
    else
        return date_note_foreign(attempt->note, note, ITEM_NOTE_MAX + 1);
    return note;
}

/* Everything that can fail comes before anything in memory changes. */
static int take_done(struct rollup_batch *batch, const struct item_policy *policy,
                     struct attempt *attempt, const struct leased_item *item,
                     char note[static ITEM_NOTE_MAX + 1], enum item_taken *ret_taken,
                     struct fault *fault)
{
    struct store *store = batch->store;
    bool is_counted = false;
    int32_t day = 0;
    int result = leases_reserve_done(batch->leases) < 0 ? fault_no_memory(fault) : 0;

    /* In another window than the item's, perhaps: item_counted_elsewhere(). */
    attempt->outcome = item->doubt == ITEM_COUNTED ? ATTEMPT_REPEATED : ATTEMPT_DONE;
    attempt->note = note_of_window(policy, attempt, item, note);
    if (ahead_note_read(attempt->note, &day, &day))
        import_day_noted(batch, policy->robot_id, day);
    if (result == 0)
        result = ledger_record(store, attempt, item->window, item->hash, &is_counted, fault);
    if (result == 0)
        *ret_taken = is_counted ? ITEM_TAKEN_COUNTED : ITEM_TAKEN_REPEATED;
    return result;
}

static int take_other(struct rollup_batch *batch, const struct item_policy *policy,
                      const struct item_result *result, struct attempt *attempt,
                      const struct leased_item *item, enum item_taken *ret_taken,
                      struct fault *fault)
{
    struct store *store = batch->store;
    struct item_change change = {
        .id = item->id,
        .attempts = item->attempts + 1,
        .doubt = item->doubt,
        .lost_runs = item->lost_runs,
        .now_ms = result->completed_ms,
    };
    char note[ITEM_NOTE_MAX + 1];
    bool is_counted = false;
    int code = judge(policy, result, attempt, &change, fault);

    attempt->is_done_elsewhere = item->doubt == ITEM_COUNTED;
    if (code == 0 && change.doubt == ITEM_COUNTED) {
        code = item_counted_note(store, item->id, change.note, note, fault);
        change.note = note;
    }
    if (code == 0)
        code = ledger_record(store, attempt, item->window, item->hash, &is_counted, fault);
    if (code == 0)
        code = store_half_done(item->is_damaged ? item_change_damaged(batch, &change, fault)
                                                : item_change(store, &change, fault));
    if (code == 0)
        *ret_taken = change.state == ITEM_DEFERRED ? ITEM_TAKEN_RETRY : ITEM_TAKEN_WAITING;
    return code;
}

/* What a run says of a damaged item cannot be counted, for nobody can tell as what. */
static void doubt(struct item_result *result, char note[static ITEM_NOTE_MAX + 1])
{
    char said[SAID_MAX + 1];

    (void)text_copy(said, sizeof said, result->note != NULL ? result->note : "");
    (void)snprintf(note, ITEM_NOTE_MAX + 1, "its run reported %s%s%s; " ITEM_DAMAGED_NOTE,
                   result->outcome == DONE ? "that it was done" : "that it was not done",
                   said[0] != '\0' ? ": " : "", said);
    result->outcome = UNKNOWN;
    result->note = note;
}

int item_take_result(struct store *store, const struct item_policy *policy,
                     const struct item_result *result, enum item_taken *ret_taken,
                     struct fault *fault)
{
    struct item_result known = *result;
    char note[ITEM_NOTE_MAX + 1];
    struct attempt attempt = {
        .robot_id = policy->robot_id,
        .run_id = result->run_id,
        .seq = result->seq,
        .completed_ms = result->completed_ms,
        .duration_ms = result->duration_ms,
        .department_id = result->department_id,
    };
    struct rollup_batch *batch = NULL;
    struct lease_set *leases = NULL;
    struct run_lease *run = NULL;
    struct leased_item *item = NULL;
    enum item_state kept = ITEM_READY;
    int code = leases_ready(store, &leases, fault);

    if (code == 0)
        code = batch_of(store, &batch, fault);
    if (code != 0)
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
    if (item->is_damaged)
        doubt(&known, note);
    attempt.masked = item->masked;
    attempt.note = known.note;
    if (known.outcome == DONE)
        code = take_done(batch, policy, &attempt, item, note, ret_taken, fault);
    else
        code = take_other(batch, policy, &known, &attempt, item, ret_taken, fault);
    if (code == 0 && known.outcome == DONE && *ret_taken == ITEM_TAKEN_REPEATED)
        code = store_half_done(item_keep_done(batch, policy, &known, item, &kept, fault));
    if (code == 0) {
        ready_remove(batch, item->hash, item->id);
        if (known.outcome == DONE && kept != ITEM_WAITING)
            ready_closed(batch, policy->robot_id, item->window);
        if (kept == ITEM_DONE_BY_HAND)
            ready_kept(batch, policy->robot_id, item->window);
        leases_settle(leases, run, item, known.outcome == DONE && kept == ITEM_READY);
    }
    return code;
}

/* ---- runs that ended */

/* Whether one that was begun waits for a person: by the class of side effects, and its tries. */
static bool must_wait(const struct item_policy *policy, const struct item_change *change)
{
    return (policy->side_effects != ITEM_IDEMPOTENT && policy->side_effects != ITEM_PROBEABLE) ||
           change->attempts >= policy->attempts; /* whatever is unknown is left to a person */
}

/* May its tries, used up, be the doing of the item? Not of a manual one: it waits after the first. */
static bool is_poison(const struct item_policy *policy, const struct item_change *change)
{
    return change->lost_runs > 0 &&
           (policy->side_effects == ITEM_IDEMPOTENT || policy->side_effects == ITEM_PROBEABLE);
}

/* Why it waits, and what to do. */
static void write_waiting_note(const struct item_policy *policy, const struct item_release *release,
                               const struct item_change *change,
                               char target[static ITEM_NOTE_MAX + 1])
{
    char why[WHY_WAITING_MAX + 1];
    const char *open = release->why != NULL ? " (" : "";
    const char *close = release->why != NULL ? ")" : "";
    const char *look = policy->side_effects == ITEM_PROBEABLE ? "; see whether it was done" : "";

    (void)text_copy(why, sizeof why, release->why != NULL ? release->why : "");
    if (change->is_quarantined)
        (void)snprintf(target, ITEM_NOTE_MAX + 1, "quarantined: %u %s ended while it was %s%s%s%s",
                       change->lost_runs, change->lost_runs == 1 ? "run" : "runs",
                       release->begun > ITEM_BEGUN_FIRST ? "in hand" : "being done",
                       release->why != NULL ? ": " : "", why, look);
    else if (policy->side_effects == ITEM_IDEMPOTENT || policy->side_effects == ITEM_PROBEABLE)
        (void)snprintf(target, ITEM_NOTE_MAX + 1,
                       "its run ended while it was begun%s%s%s, and its tries are used up%s", open,
                       why, close, look);
    else
        (void)snprintf(target, ITEM_NOTE_MAX + 1,
                       "its run ended while it was begun%s%s%s; see whether it was done, then "
                       "retry it, or close it as done by hand",
                       open, why, close);
}

static void write_resting_note(const struct item_release *release,
                               char target[static ITEM_NOTE_MAX + 1])
{
    char why[WHY_RESTING_MAX + 1];

    (void)text_copy(why, sizeof why, release->why);
    (void)snprintf(target, ITEM_NOTE_MAX + 1, "its run ended while it was begun: %s", why);
}

static int release_begun(const struct item_policy *policy, struct rollup_batch *batch,
                         const struct leased_item *item, const struct item_release *release,
                         struct item_released *released, struct fault *fault)
{
    char note[ITEM_NOTE_MAX + 1];
    char counted_note[ITEM_NOTE_MAX + 1];
    struct item_change change = {
        .id = item->id,
        .state = ITEM_READY,
        .attempts = item->attempts + 1,
        .doubt = item->doubt == ITEM_COUNTED ? ITEM_COUNTED : doubt_of_class(policy),
        .lost_runs = item->lost_runs + (release->why != NULL),
        .now_ms = release->now_ms,
    };
    int result = 0;

    if (item->is_damaged) {
        change.state = ITEM_WAITING;
        change.doubt = ITEM_UNDECIDED;
        change.note = "its run ended while it was begun; " ITEM_DAMAGED_NOTE;
    } else if (must_wait(policy, &change)) {
        change.state = ITEM_WAITING;
        change.is_quarantined = is_poison(policy, &change);
        if (change.doubt == ITEM_UNCERTAIN)
            change.doubt = ITEM_UNDECIDED; /* its note tells to look */
        write_waiting_note(policy, release, &change, note);
        change.note = note;
    } else if (release->why != NULL) {
        change.state = ITEM_DEFERRED;
        change.due_ms = due_after(policy, change.attempts, release->now_ms);
        write_resting_note(release, note);
        change.note = note;
    }
    if (change.doubt == ITEM_COUNTED) {
        result = item_counted_note(batch->store, item->id, change.note, counted_note, fault);
        change.note = counted_note;
    }
    if (result == 0)
        result = item->is_damaged ? item_change_damaged(batch, &change, fault)
                                  : item_change(batch->store, &change, fault);
    if (result == 0 && change.state != ITEM_READY)
        ready_remove(batch, item->hash, item->id);
    if (result == 0 && change.state == ITEM_WAITING)
        released->waiting++;
    if (result == 0 && change.state == ITEM_DEFERRED)
        released->deferred++;
    if (result == 0 && change.is_quarantined && release->why != NULL)
        released->is_quarantined = true;
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

/* Those of its items that were begun. */
static int release_all_begun(struct store *store, const struct item_policy *policy,
                             const struct run_lease *run, const struct item_release *release,
                             struct item_released *released, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    size_t known = 0;
    size_t begun = 0;
    size_t left = release->begun; /* ITEM_BEGUN_ANY: more than there are */
    size_t i;
    int result = batch_of(store, &batch, fault);

    for (i = 0; result == 0 && i < run->count && left > 0; i++) {
        if (run->items[i].is_settled)
            continue;
        left--;
        begun++;
        known += run->items[i].lost_runs > 0;
        result =
            store_half_done(release_begun(policy, batch, &run->items[i], release, released, fault));
    }
    released->is_known_poison = release->why != NULL && begun > 0 && known == begun;
    return result;
}

int item_release_run(struct store *store, const struct item_policy *policy,
                     const struct item_release *release, struct item_released *ret_released,
                     struct fault *fault)
{
    struct lease_set *leases = NULL;
    struct run_lease *run = NULL;
    struct item_released released = {.waiting = 0};
    int result = leases_ready(store, &leases, fault);

    if (result == 0)
        run = leases_find(leases, release->run_id);
    if (run != NULL && run->robot_id != policy->robot_id)
        result = fault_set(fault, -EINVAL, "run %" PRId64 " is another robot's", release->run_id);
    if (result == 0)
        released.has_promoted = leases_have_promoted(leases, release->run_id);
    if (result == 0 && run != NULL)
        result = release_all_begun(store, policy, run, release, &released, fault);
    if (result == 0)
        result = store_half_done(delete_lease(store, release->run_id, fault));
    if (result == 0 && run != NULL)
        leases_drop(leases, run);
    if (result == 0)
        *ret_released = released;
    return result;
}
