/*
 * The references of ready items. A hash is keyed and as good as random, so its first eight
 * bytes are place and mark at once; a hit is held against the row itself.
 */
#include "core/store/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/store/sql.h"

enum { SLOTS_LEAST = 1024, READY_MAX = 1 << 26 /* items; 2 GiB */ };

struct ready_slot {
    uint64_t mark;
    int64_t id; /* 0: free */
};

struct ready_set {
    struct ready_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    bool is_loaded;
    bool is_touched; /* changed, or read, since the last part began */
    struct open_windows windows;
    struct open_windows
        kept; /* of what is closed, and may be reopened; or more: what is reopened stays in it */
};

static uint64_t mark_of(const unsigned char *hash)
{
    uint64_t mark;

    memcpy(&mark, hash, sizeof mark);
    return mark;
}

void ready_free(struct ready_set *ready)
{
    if (ready == NULL)
        return;
    free(ready->slots);
    open_windows_release(&ready->windows);
    open_windows_release(&ready->kept);
    free(ready);
}

void ready_discard(struct ready_set *ready, bool is_whole)
{
    if (ready == NULL || !ready->is_loaded || !(ready->is_touched || is_whole))
        return;
    free(ready->slots);
    open_windows_release(&ready->windows);
    open_windows_release(&ready->kept);
    *ready = (struct ready_set){0};
}

static void put(struct ready_set *ready, uint64_t mark, int64_t id)
{
    size_t slot = (size_t)mark & (ready->capacity - 1);

    while (ready->slots[slot].id != 0)
        slot = (slot + 1) & (ready->capacity - 1);
    ready->slots[slot] = (struct ready_slot){mark, id};
    ready->count++;
}

static int resize(struct ready_set *ready, size_t capacity)
{
    struct ready_set grown = *ready;
    size_t i;

    grown.capacity = capacity;
    grown.count = 0;
    grown.slots = calloc(capacity, sizeof *grown.slots);
    if (grown.slots == NULL)
        return -ENOMEM;
    for (i = 0; i < ready->capacity; i++)
        if (ready->slots[i].id != 0)
            put(&grown, ready->slots[i].mark, ready->slots[i].id);
    free(ready->slots);
    *ready = grown;
    return 0;
}

static int reserve(struct ready_set *ready, struct fault *fault)
{
    if (open_windows_reserve(&ready->windows) < 0 || open_windows_reserve(&ready->kept) < 0)
        return fault_no_memory(fault);
    if (4 * (ready->count + 1) <= 3 * ready->capacity)
        return 0;
    if (ready->count >= READY_MAX)
        return fault_set(fault, -E2BIG,
                         "the queues hold %d ready items, the most there may be; let the robots "
                         "work them off, or drop some",
                         (int)READY_MAX);
    if (resize(ready, ready->capacity > 0 ? 2 * ready->capacity : SLOTS_LEAST) < 0)
        return fault_no_memory(fault);
    return 0;
}

int ready_reserve(struct rollup_batch *batch, struct fault *fault)
{
    if (batch->ready == NULL || !batch->ready->is_loaded)
        return 0;
    return reserve(batch->ready, fault);
}

void ready_opened(struct rollup_batch *batch, int64_t robot_id, int64_t window)
{
    if (batch->ready == NULL || !batch->ready->is_loaded)
        return;
    open_windows_add(&batch->ready->windows, robot_id, window);
    batch->ready->is_touched = true;
}

void ready_closed(struct rollup_batch *batch, int64_t robot_id, int64_t window)
{
    if (batch->ready == NULL || !batch->ready->is_loaded)
        return;
    open_windows_remove(&batch->ready->windows, robot_id, window);
    batch->ready->is_touched = true;
}

void ready_kept(struct rollup_batch *batch, int64_t robot_id, int64_t window)
{
    if (batch->ready == NULL || !batch->ready->is_loaded)
        return;
    open_windows_add(&batch->ready->kept, robot_id, window);
    batch->ready->is_touched = true;
}

size_t ready_kept_windows(const struct rollup_batch *batch, int64_t robot_id,
                          const struct open_window **ret_first)
{
    return batch->ready != NULL ? open_windows_of(&batch->ready->kept, robot_id, ret_first) : 0;
}

size_t ready_windows(const struct rollup_batch *batch, int64_t robot_id,
                     const struct open_window **ret_first)
{
    return batch->ready != NULL ? open_windows_of(&batch->ready->windows, robot_id, ret_first) : 0;
}

void ready_put(struct rollup_batch *batch, const unsigned char *hash, int64_t id)
{
    if (batch->ready == NULL || !batch->ready->is_loaded)
        return;
    put(batch->ready, mark_of(hash), id);
    batch->ready->is_touched = true;
}

/* As in id_set_remove(). */
static void take_out(struct ready_set *ready, size_t hole)
{
    size_t mask = ready->capacity - 1;
    size_t slot;

    for (slot = (hole + 1) & mask; ready->slots[slot].id != 0; slot = (slot + 1) & mask) {
        if (((slot - (size_t)ready->slots[slot].mark) & mask) >= ((slot - hole) & mask)) {
            ready->slots[hole] = ready->slots[slot];
            hole = slot;
        }
    }
    ready->slots[hole].id = 0;
    ready->count--;
}

void ready_remove(struct rollup_batch *batch, const unsigned char *hash, int64_t id)
{
    struct ready_set *ready = batch->ready;
    size_t slot;

    if (ready == NULL || !ready->is_loaded || ready->capacity == 0)
        return;
    slot = (size_t)mark_of(hash) & (ready->capacity - 1);
    while (ready->slots[slot].id != 0 && ready->slots[slot].id != id)
        slot = (slot + 1) & (ready->capacity - 1);
    if (ready->slots[slot].id == 0)
        return;
    take_out(ready, slot);
    ready->is_touched = true;
    /* A set too large for what it holds costs memory; that it stays so costs nothing else. */
    if (ready->capacity > SLOTS_LEAST && ready->count < ready->capacity / 16)
        (void)resize(ready, ready->capacity / 4);
}

void ready_part_begun(struct ready_set *ready)
{
    if (ready != NULL)
        ready->is_touched = false;
}

int ready_hash(struct sqlite3_stmt *row, int column, const unsigned char **ret_hash,
               struct fault *fault)
{
    *ret_hash = sql_blob(row, column);
    if (memory_lacked())
        return fault_no_memory(fault);
    if (sqlite3_column_bytes(row, column) != REFERENCE_HASH_SIZE)
        *ret_hash = NULL;
    return 0;
}

static int load(struct store *store, struct ready_set *ready, struct fault *fault)
{
    /* Not by item_ready: it would look up each row on its own. */
    static const char SQL[] =
        "SELECT id, ref_hash, robot_id, window, state = 0, state IN (0, 2, 3) FROM item NOT "
        "INDEXED "
        "WHERE state IN (0, 2, 3) OR uncertain = 4 OR "
        "((state = 5 OR (state = 4 AND uncertain = 3)) AND sealed IS NOT NULL)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    while ((result = sql_step(store, statement, fault)) > 0) {
        const unsigned char *hash = NULL;

        result = ready_hash(statement, 1, &hash, fault);
        if (result == 0)
            result = reserve(ready, fault);
        if (result < 0)
            break;
        open_windows_add(sqlite3_column_int(statement, 5) != 0 ? &ready->windows : &ready->kept,
                         sqlite3_column_int64(statement, 2), sqlite3_column_int64(statement, 3));
        if (sqlite3_column_int(statement, 4) != 0 && hash != NULL)
            put(ready, mark_of(hash), sqlite3_column_int64(statement, 0));
    }
    sql_done(statement);
    ready->is_loaded = true;
    ready->is_touched = true; /* the part may have changed the table before it was read */
    if (result < 0)
        ready_discard(ready, true);
    return result;
}

static int prepare(struct store *store, struct ready_set **ret_ready, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    int result = batch_of(store, &batch, fault);

    if (result < 0)
        return result;
    if (batch->ready == NULL)
        batch->ready = calloc(1, sizeof *batch->ready);
    if (batch->ready == NULL)
        return fault_no_memory(fault);
    if (!batch->ready->is_loaded) {
        result = leases_flush_done(batch, fault); /* what was done is not to be read */
        if (result == 0)
            result = load(store, batch->ready, fault);
    }
    *ret_ready = batch->ready;
    return result;
}

static int is_item(struct store *store, int64_t id, int64_t robot_id, int64_t window,
                   const unsigned char *hash, struct fault *fault)
{
    static const char SQL[] =
        "SELECT 1 FROM item WHERE id = ?1 AND robot_id = ?2 AND window = ?3 AND ref_hash = ?4";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int64(statement, 2, robot_id);
        sqlite3_bind_int64(statement, 3, window);
        sql_bind_blob(statement, 4, hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int ready_find(struct store *store, int64_t robot_id, int64_t window, const unsigned char *hash,
               int64_t *ret_id, struct fault *fault)
{
    struct ready_set *ready = NULL;
    uint64_t mark = mark_of(hash);
    size_t slot;
    int result = prepare(store, &ready, fault);

    if (result < 0)
        return result;
    *ret_id = 0;
    if (ready == NULL || ready->capacity == 0)
        return 0;
    slot = (size_t)mark & (ready->capacity - 1);
    for (; ready->slots[slot].id != 0; slot = (slot + 1) & (ready->capacity - 1)) {
        if (ready->slots[slot].mark != mark)
            continue;
        result = is_item(store, ready->slots[slot].id, robot_id, window, hash, fault);
        if (result > 0)
            *ret_id = ready->slots[slot].id;
        if (result != 0)
            break;
    }
    return result < 0 ? result : 0;
}
