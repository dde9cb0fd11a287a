/* What a run has done and that counts nothing now: it stays on the queue when nothing else would tell of it. */
#include <inttypes.h>
#include <stdio.h>

#include "core/store/item_inner.h"

/* For an import has counted it in another window: its own is to know it, or it would be added there again, and be done
 * and counted once more. */
static int keep_counted(struct rollup_batch *batch, const struct leased_item *item,
                        struct item_change *change, char note[static ITEM_NOTE_MAX + 1],
                        struct fault *fault)
{
    int result = item_counted_note(batch->store, item->id, "it has done it too", note, fault);

    change->state = ITEM_DONE_BY_HAND;
    change->doubt = ITEM_COUNTED;
    return result == 0 ? ready_reserve(batch, fault) : result;
}

/* For the task of its reference was taken back, and stays so: who knows whether that was a mistake is to read that the work
 * is done. */
static void wait_uncounted(const struct item_result *result, const char *by,
                           struct item_change *change, char note[static ITEM_NOTE_MAX + 1])
{
    (void)snprintf(note, ITEM_NOTE_MAX + 1,
                   "done by run %" PRId64 ", but counted by nothing: %s took back the task of this "
                   "reference; import it under a reference of its own, then close it as done",
                   result->run_id, by);
    change->state = ITEM_WAITING;
    change->doubt = ITEM_UNDECIDED;
}

int item_keep_done(struct rollup_batch *batch, const struct item_policy *policy,
                   const struct item_result *result, const struct leased_item *item,
                   enum item_state *ret_state, struct fault *fault)
{
    struct store *store = batch->store;
    char by[LEDGER_BY_MAX] = "";
    char note[ITEM_NOTE_MAX + 1];
    struct item_change change = {
        .id = item->id,
        .attempts = item->attempts + 1,
        .lost_runs = item->lost_runs,
        .note = note,
        .now_ms = result->completed_ms,
    };
    bool has_task = false;
    int code = ledger_has(store, policy->robot_id, item->window, item->hash, &has_task, fault);
    bool is_undone = false;

    if (code == 0 && has_task) {
        code = ledger_undone_by(store, policy->robot_id, item->window, item->hash, by, fault);
        is_undone = code > 0;
    }
    if (code < 0 || (has_task && !is_undone))
        return code;
    code = 0;
    if (item->doubt == ITEM_COUNTED)
        code = keep_counted(batch, item, &change, note, fault);
    else
        wait_uncounted(result, by, &change, note);
    if (code == 0)
        code = item_change(store, &change, fault);
    if (code == 0)
        *ret_state = change.state;
    return code;
}
