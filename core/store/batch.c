/* What is due to the transaction is written here, and forgotten when it was undone. */
#include "core/store/batch.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/fault.h"
#include "core/store/item.h"
#include "core/store/item_room.h"
#include "core/store/sql.h"

enum { SEALED_MAX = ITEM_REFERENCE_MAX + ITEM_PAYLOAD_MAX + 64 };

static void forget_all(struct rollup_batch *batch)
{
    sums_discard(batch->sums);
    run_counts_discard(batch->counts);
    item_numbers_discard(batch);
    booking_discard(batch);
    handovers_discard(batch);
    import_discard(batch->progress);
    leases_discard(batch->leases, true);
    ready_discard(batch->ready, true);
    key_cache_forget(batch->store->keys);
    batch->damaged = (struct item_damaged){0};
}

/* This is called from inside the statement that failed: whoever ran it still holds what it was
 * given of the batch, so nothing is freed before batch_renew(). */
static void on_rollback(void *context)
{
    struct rollup_batch *batch = context;

    batch->is_void = true;
}

static int on_commit(void *context)
{
    struct rollup_batch *batch = context;

    key_cache_age(batch->store->keys);
    return 0; /* go on */
}

static int refuse_void(const struct store *store, struct fault *fault)
{
    return fault_set(fault, -EIO,
                     "%s/automagi.db: the transaction was undone in its midst; start again",
                     store->home);
}

int batch_of(struct store *store, struct rollup_batch **ret_batch, struct fault *fault)
{
    struct rollup_batch *batch = store->rollup;

    if (batch != NULL && batch->is_void)
        return refuse_void(store, fault);
    if (batch != NULL) {
        *ret_batch = batch;
        return 0;
    }
    batch = calloc(1, sizeof *batch);
    if (batch == NULL || sums_make(&batch->sums) < 0 || run_counts_make(&batch->counts) < 0) {
        rollup_batch_free(batch);
        return fault_no_memory(fault);
    }
    batch->store = store;
    text_init(&batch->sealed, SEALED_MAX);
    (void)sqlite3_rollback_hook(store->db, on_rollback, batch);
    (void)sqlite3_commit_hook(store->db, on_commit, batch);
    store->rollup = batch;
    *ret_batch = batch;
    return 0;
}

void batch_renew(struct store *store)
{
    if (store->rollup == NULL || !store->rollup->is_void)
        return;
    forget_all(store->rollup);
    store->rollup->is_void = false;
}

void rollup_batch_free(struct rollup_batch *rollup)
{
    if (rollup == NULL)
        return;
    if (rollup->store != NULL) {
        (void)sqlite3_rollback_hook(rollup->store->db, NULL, NULL);
        (void)sqlite3_commit_hook(rollup->store->db, NULL, NULL);
    }
    sums_free(rollup->sums);
    run_counts_free(rollup->counts);
    leases_free(rollup->leases);
    ready_free(rollup->ready);
    item_rooms_free(rollup->rooms);
    import_progress_free(rollup->progress);
    text_release(&rollup->sealed);
    free(rollup);
}

int store_half_done(int result)
{
    return result == 0 || result == -ENOSPC || result == -ENOMEM ? result : -EIO;
}

int rollup_flush(struct store *store, struct fault *fault)
{
    struct rollup_batch *batch = store->rollup;
    int result;

    if (batch == NULL)
        return 0;
    if (batch->is_void)
        return refuse_void(store, fault);
    result = leases_flush_done(batch, fault);
    if (result == 0)
        result = leases_flush(batch, fault);
    if (result == 0)
        result = item_numbers_flush(batch, fault);
    if (result == 0)
        result = sums_flush(batch, fault);
    if (result == 0)
        result = run_counts_flush(batch, fault);
    if (result == 0)
        result = import_flush(batch, fault);
    return store_half_done(result);
}

void rollup_part_begun(struct store *store)
{
    if (store->rollup == NULL)
        return;
    leases_part_begun(store->rollup->leases);
    ready_part_begun(store->rollup->ready);
}

void rollup_discard(struct store *store)
{
    struct rollup_batch *batch = store->rollup;

    batch_renew(store);
    if (batch == NULL)
        return;
    sums_discard(batch->sums);
    run_counts_discard(batch->counts);
    item_numbers_discard(batch);
    booking_discard(batch);
    handovers_discard(batch);
    import_discard(batch->progress);
    leases_discard(batch->leases, false);
    ready_discard(batch->ready, false);
    key_cache_forget(store->keys);
    batch->damaged = (struct item_damaged){0};
}

int batch_settle(struct store *store, struct fault *fault)
{
    if (store->mode != STORE_WRITE || sqlite3_get_autocommit(store->db))
        return 0;
    return rollup_flush(store, fault);
}
