/*
 * item_inner.h - private to core/store: what the files of the queue share.
 */
#ifndef AUTOMAGI_STORE_ITEM_INNER_H
#define AUTOMAGI_STORE_ITEM_INNER_H

#include "core/store/batch.h"
#include "core/store/item.h"

/* enum plugin_side_effects' numbers (run/plugin_file.h lies above the store). */
enum { ITEM_IDEMPOTENT = 1, ITEM_PROBEABLE = 2, ITEM_MANUAL = 3 };

/* What becomes of an item whose try ended without being done. */
struct item_change {
    int64_t id;
    enum item_state state; /* not ITEM_LEASED */
    uint32_t attempts;
    enum item_doubt doubt;
    bool is_quarantined;
    uint32_t lost_runs;
    int64_t due_ms;   /* 0: none */
    const char *note; /* NULL: none */
    int64_t now_ms;
};
/* The row alone. -EBADMSG when it is not there as ready or leased. */
int item_change(struct store *store, const struct item_change *change, struct fault *fault)
    __attribute__((warn_unused_result));

#define ITEM_DAMAGED_NOTE                                                                          \
    "damaged: what its reference is known by in the store is none (`automagi verify` names it), "  \
    "so "                                                                                          \
    "it is neither handed out nor counted; see whether it was done, then drop it: what was not "   \
    "done "                                                                                        \
    "its robot adds when it finds it again"
/* Of one whose reference is no hash, which is to wait: item_damaged_take() tells of it. When another that
 * waits or is closed has the same for a reference the row stays as it is, which is not handed out either. */
int item_change_damaged(struct rollup_batch *batch, const struct item_change *change,
                        struct fault *fault) __attribute__((warn_unused_result));

#endif
