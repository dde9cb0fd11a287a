/* Items: what each row says, and what is sealed in it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/item.h"
#include "core/store/reference_key.h"
#include "core/store/verify_inner.h"

/* The references of all items, as 64 bits of each: a chance of 2^-64 for any two that differ
 * to be taken for one. */
struct seen_reference {
    uint64_t hash; /* 0: the slot is free */
    int64_t item_id;
};
struct items {
    struct verify *verify;
    struct seen_reference *slots;
    size_t capacity;                /* a power of two */
    struct text plain;              /* what the last one held */
    struct reference_place keyless; /* the last window that could not be opened */
};

enum { CAPACITY_MIN = 1024, CAPACITY_MAX = 1 << 27 };

static uint64_t hash_reference(sqlite3_stmt *row)
{
    struct task_name name = {.robot_id = sqlite3_column_int64(row, 1),
                             .run_id = sqlite3_column_int64(row, 2)};
    const void *bytes = sql_blob(row, 3);
    size_t length = (size_t)sqlite3_column_bytes(row, 3);
    uint64_t hash;

    /* Keyed and so already evenly spread; what has another length is compared with nothing. */
    if (bytes != NULL && length == REFERENCE_HASH_SIZE)
        memcpy(&name.seq, bytes, sizeof name.seq);
    hash = task_mix(&name);
    return hash != 0 ? hash : 1;
}

static bool is_open(int state)
{
    return state == ITEM_READY || state == ITEM_DEFERRED || state == ITEM_WAITING;
}

static void check_row(struct verify *verify, sqlite3_stmt *row)
{
    enum robot_window kind = verify_window_kind(verify, sqlite3_column_int64(row, 1));
    int64_t id = sqlite3_column_int64(row, 0);
    int64_t window = sqlite3_column_int64(row, 2);
    int state = sqlite3_column_int(row, 4);
    const char *masked = sql_text(row, 5);
    const void *hash = sql_blob(row, 3);

    /* Leased is a ready one that the table `lease` names. */
    if (state < ITEM_READY || state > ITEM_DROPPED || state == ITEM_LEASED)
        verify_say(verify, "item %" PRId64 ": it has the state %d, which is none", id, state);
    if (!reference_is_masked(masked, strlen(masked), kind))
        verify_say(verify,
                   "item %" PRId64 ": it has no mask, or shows more of its reference than a mask "
                   "may",
                   id);
    if (!verify_is_hash(hash, (size_t)sqlite3_column_bytes(row, 3)))
        verify_say(verify, "item %" PRId64 ": its reference's hash is none", id);
    if (kind != 0 && window != robot_window_of(kind, sqlite3_column_int(row, 6)))
        verify_say(verify,
                   "item %" PRId64 ": its window, number %" PRId64
                   ", is not that of its business date",
                   id, window);
}

/* What goes with each state. */
static void check_marks(struct verify *verify, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    int state = sqlite3_column_int(row, 4);
    bool has_due = sqlite3_column_type(row, 8) != SQLITE_NULL;
    bool has_deadline = sqlite3_column_type(row, 9) != SQLITE_NULL;
    int64_t lost_runs = sqlite3_column_int64(row, 10);
    bool is_quarantined = sqlite3_column_int64(row, 11) != 0;

    if (has_due && state != ITEM_DEFERRED)
        verify_say(verify,
                   "item %" PRId64 ": it has a time it is deferred until, but is not deferred", id);
    if (!has_due && state == ITEM_DEFERRED)
        verify_say(verify, "item %" PRId64 ": it is deferred, but not until any time", id);
    if (has_deadline && sqlite3_column_int64(row, 9) <= 0)
        verify_say(verify, "item %" PRId64 ": its deadline is none", id);
    if (lost_runs < 0 || lost_runs > sqlite3_column_int64(row, 12))
        verify_say(verify,
                   "item %" PRId64 ": more runs failed while it was begun than it had tries", id);
    if (is_quarantined && (state != ITEM_WAITING || lost_runs == 0))
        verify_say(verify, "item %" PRId64 ": it is quarantined, but %s", id,
                   lost_runs == 0 ? "no run failed while it was begun" : "does not wait");
}

static void check_opened(struct items *items, sqlite3_stmt *row,
                         const struct reference_place *place, const struct reference_opened *opened)
{
    const void *known = sql_blob(row, 3);
    unsigned char hash[REFERENCE_HASH_SIZE];
    struct fault why = {""};

    if (reference_hash_existing(items->verify->store, place->robot_id, place->kind, place->window,
                                opened->reference, hash, &why) == 0 &&
        known != NULL && sqlite3_column_bytes(row, 3) == REFERENCE_HASH_SIZE &&
        memcmp(known, hash, sizeof hash) != 0)
        verify_say(items->verify,
                   "item %" PRId64 ": the reference sealed in it is another than its hash is of",
                   (int64_t)sqlite3_column_int64(row, 0));
}

/* A key that is gone or wrong is verify_keys()'s to say. */
static int check_sealed(struct items *items, sqlite3_stmt *row, struct fault *fault)
{
    struct reference_place place = {.robot_id = sqlite3_column_int64(row, 1),
                                    .window = sqlite3_column_int64(row, 2)};
    struct reference_opened opened;
    struct fault why = {""};
    const void *sealed;
    int result;

    place.kind = verify_window_kind(items->verify, place.robot_id);
    if (sqlite3_column_type(row, 7) == SQLITE_NULL) {
        verify_say(items->verify, "item %" PRId64 ": it is open, but its payload is gone",
                   (int64_t)sqlite3_column_int64(row, 0));
        return 0;
    }
    if (place.kind == 0 ||
        (place.robot_id == items->keyless.robot_id && place.window == items->keyless.window))
        return 0;
    sealed = sql_blob(row, 7);
    if (sealed == NULL && memory_lacked())
        return fault_no_memory(fault);
    result = reference_open(items->verify->store, &place, sealed,
                            (size_t)sqlite3_column_bytes(row, 7), &items->plain, &opened, &why);
    if (result == -ENOMEM || result == -EIO || result == -ENOSYS)
        return fault_set(fault, result, "%s", why.text);
    if (result == -EBADMSG || result == -E2BIG)
        verify_say(items->verify,
                   "item %" PRId64 ": what is sealed in it does not open: it was "
                   "changed",
                   (int64_t)sqlite3_column_int64(row, 0));
    else if (result < 0)
        items->keyless = place;
    else
        check_opened(items, row, &place, &opened);
    return 0;
}

static int take_item(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct items *seen = context;
    int64_t id = sqlite3_column_int64(row, 0);
    uint64_t hash = hash_reference(row);
    size_t at = (size_t)hash & (seen->capacity - 1);
    char robot[64];
    int result = 0;

    if ((size_t)++seen->verify->report.items >= seen->capacity)
        return fault_set(fault, -EBADMSG, "the store changed while it was looked at; verify again");
    check_row(seen->verify, row);
    check_marks(seen->verify, row);
    if (is_open(sqlite3_column_int(row, 4)))
        result = check_sealed(seen, row, fault);
    if (sqlite3_column_bytes(row, 3) != REFERENCE_HASH_SIZE)
        return result; /* it is no item's */
    while (seen->slots[at].hash != 0 && seen->slots[at].hash != hash)
        at = (at + 1) & (seen->capacity - 1);
    if (seen->slots[at].hash != 0)
        verify_say(seen->verify,
                   "item %" PRId64 " of robot %s has the same reference as item %" PRId64, id,
                   verify_robot(seen->verify, sqlite3_column_int64(row, 1), robot),
                   seen->slots[at].item_id);
    seen->slots[at] = (struct seen_reference){.hash = hash, .item_id = id};
    return result;
}

static int take_count(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    *(int64_t *)context = sqlite3_column_int64(row, 0);
    return 0;
}

static int take_window(sqlite3_stmt *row, void *context, struct fault *fault)
{
    return verify_window(context, "item", sqlite3_column_int64(row, 0),
                         sqlite3_column_int64(row, 1), fault);
}

static int take_counted(sqlite3_stmt *row, void *context, struct fault *fault)
{
    char robot[64];

    (void)fault;
    verify_say(context,
               "item %" PRId64 " of robot %s is open, but the ledger has its reference: run "
               "%" PRId64 ", attempt %" PRId64,
               (int64_t)sqlite3_column_int64(row, 0),
               verify_robot(context, sqlite3_column_int64(row, 1), robot),
               (int64_t)sqlite3_column_int64(row, 2), (int64_t)sqlite3_column_int64(row, 3));
    return 0;
}

/* What an import counted may still be open: it was done elsewhere meanwhile. And so may that whose task was taken back: it
 * waits for a person, or is done once more by his order. */
static int check_others(struct verify *verify, struct fault *fault)
{
    static const char WINDOWS[] = "SELECT DISTINCT robot_id, window FROM item";
    static const char COUNTED[] =
        "SELECT i.id, i.robot_id, l.run_id, l.seq FROM item i NOT INDEXED CROSS JOIN ledger l "
        "LEFT JOIN run r ON r.id = l.run_id WHERE i.state IN (0, 2, 3) AND "
        "l.robot_id = i.robot_id AND l.window = i.window AND l.ref_hash = i.ref_hash AND "
        "r.cause IS NOT 4 AND NOT EXISTS(SELECT 1 FROM correction c WHERE "
        "c.run_id = l.run_id AND c.seq = l.seq)";
    int result = sql_each(verify->store, WINDOWS, take_window, verify, fault);

    if (result == 0)
        result = sql_each(verify->store, COUNTED, take_counted, verify, fault);
    return result;
}

int verify_items(struct verify *verify, struct fault *fault)
{
    static const char COUNT[] = "SELECT count(*) FROM item";
    static const char SQL[] = "SELECT id, robot_id, window, ref_hash, state, masked, "
                              "business_day, sealed, due_ms, deadline_ms, lost_runs, "
                              "quarantined, attempts FROM item";
    struct items items = {.verify = verify, .capacity = CAPACITY_MIN};
    int64_t count = 0;
    int result = sql_each(verify->store, COUNT, take_count, &count, fault);

    if (result < 0)
        return result;
    while (items.capacity / 2 <= (size_t)count && items.capacity < CAPACITY_MAX)
        items.capacity *= 2;
    items.slots = calloc(items.capacity, sizeof *items.slots);
    if (items.slots == NULL)
        return fault_no_memory(fault);
    text_init(&items.plain, ITEM_REFERENCE_MAX + ITEM_PAYLOAD_MAX + 2);
    result = sql_each(verify->store, SQL, take_item, &items, fault);
    if (items.plain.bytes != NULL)
        explicit_bzero(items.plain.bytes, items.plain.capacity);
    text_release(&items.plain);
    free(items.slots);
    return result == 0 ? check_others(verify, fault) : result;
}
