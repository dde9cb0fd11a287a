/* Corrections, items and leases. */
#include "core/store/verify_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/id_set.h"
#include "core/store/item.h"
#include "core/store/reference_key.h"
#include "core/store/run_record.h"

struct corrections {
    struct verify *verify;
    struct recount *days;
};

/* Both NULL, or the same number. */
static bool is_same(sqlite3_stmt *row, int left, int right)
{
    return sqlite3_column_type(row, left) == sqlite3_column_type(row, right) &&
           sqlite3_column_int64(row, left) == sqlite3_column_int64(row, right);
}

/* Why the correction is wrong, or NULL. */
static const char *wrong_correction(sqlite3_stmt *row)
{
    if (sqlite3_column_type(row, 6) == SQLITE_NULL)
        return "but the ledger has no such task";
    if (!is_same(row, 1, 6) || !is_same(row, 2, 7))
        return "but the ledger's task is of another attempt";
    if (sqlite3_column_type(row, 8) == SQLITE_NULL)
        return "but there is no such attempt";
    if (!is_same(row, 3, 8) || !is_same(row, 4, 9))
        return "with another day or department than the attempt has";
    return NULL;
}

static int take_correction(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct corrections *corrections = context;
    struct recount_key key = {
        .robot_id = sqlite3_column_int64(row, 0),
        .period = sqlite3_column_int(row, 3),
        .department_id = sqlite3_column_int64(row, 4),
        .booking = sqlite3_column_int(row, 5),
        .outcome = ATTEMPT_UNDONE,
    };
    const char *wrong = wrong_correction(row);
    char robot[64];

    corrections->verify->report.corrections++;
    if (wrong != NULL)
        verify_say(corrections->verify,
                   "correction: it takes back run %" PRId64 ", attempt %" PRId64 " of robot %s, %s",
                   (int64_t)sqlite3_column_int64(row, 1), (int64_t)sqlite3_column_int64(row, 2),
                   verify_robot(corrections->verify, key.robot_id, robot), wrong);
    return recount_add(corrections->days, &key, 1, 0, fault);
}

int verify_corrections(struct verify *verify, struct recount *days, struct fault *fault)
{
    static const char SQL[] =
        "SELECT c.robot_id, c.run_id, c.seq, c.day, c.department_id, c.booking, "
        "l.run_id, l.seq, a.day, a.department_id FROM correction c "
        "LEFT JOIN ledger l ON l.robot_id = c.robot_id AND l.window = c.window AND "
        "l.ref_hash = c.ref_hash "
        "LEFT JOIN attempt a ON a.run_id = c.run_id AND a.seq = c.seq";
    struct corrections corrections = {.verify = verify, .days = days};

    return sql_each(verify->store, SQL, take_correction, &corrections, fault);
}

/* The references of all items, as 64 bits of each: a chance of 2^-64 for any two that differ
 * to be taken for one. */
struct seen_reference {
    uint64_t hash; /* 0: the slot is free */
    int64_t item_id;
};
struct seen_references {
    struct verify *verify;
    struct seen_reference *slots;
    size_t capacity; /* a power of two */
};

enum { CAPACITY_MIN = 1024, CAPACITY_MAX = 1 << 27 };

static uint64_t hash_reference(sqlite3_stmt *row)
{
    struct task_name name = {.robot_id = sqlite3_column_int64(row, 1),
                             .run_id = sqlite3_column_int64(row, 2)};
    const void *bytes = sqlite3_column_blob(row, 3);
    size_t length = (size_t)sqlite3_column_bytes(row, 3);
    uint64_t hash;

    /* Keyed and so already evenly spread; a shorter one is reported for itself. */
    if (length == REFERENCE_HASH_SIZE)
        memcpy(&name.seq, bytes, sizeof name.seq);
    hash = task_mix(&name);
    return hash != 0 ? hash : 1;
}

static void check_state(struct verify *verify, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    int state = sqlite3_column_int(row, 4);
    const char *masked = sql_text(row, 5);

    /* Leased is a ready one that the table `lease` names. */
    if (state < ITEM_READY || state > ITEM_DROPPED || state == ITEM_LEASED)
        verify_say(verify, "item %" PRId64 ": it has the state %d, which is none", id, state);
    if (!verify_is_masked(masked, strlen(masked)))
        verify_say(verify, "item %" PRId64 ": it shows more of its reference than a mask may", id);
    if (sqlite3_column_bytes(row, 3) != REFERENCE_HASH_SIZE)
        verify_say(verify, "item %" PRId64 ": its reference's hash has the wrong length", id);
}

static int take_item(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct seen_references *seen = context;
    int64_t id = sqlite3_column_int64(row, 0);
    uint64_t hash = hash_reference(row);
    size_t at = (size_t)hash & (seen->capacity - 1);
    char robot[64];

    if ((size_t)++seen->verify->report.items >= seen->capacity)
        return fault_set(fault, -EBADMSG, "the store changed while it was looked at; verify again");
    check_state(seen->verify, row);
    while (seen->slots[at].hash != 0 && seen->slots[at].hash != hash)
        at = (at + 1) & (seen->capacity - 1);
    if (seen->slots[at].hash != 0)
        verify_say(seen->verify,
                   "item %" PRId64 " of robot %s has the same reference as item %" PRId64, id,
                   verify_robot(seen->verify, sqlite3_column_int64(row, 1), robot),
                   seen->slots[at].item_id);
    seen->slots[at] = (struct seen_reference){.hash = hash, .item_id = id};
    return 0;
}

static int take_count(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    *(int64_t *)context = sqlite3_column_int64(row, 0);
    return 0;
}

int verify_items(struct verify *verify, struct fault *fault)
{
    static const char COUNT[] = "SELECT count(*) FROM item";
    static const char SQL[] = "SELECT id, robot_id, window, ref_hash, state, masked FROM item";
    struct seen_references seen = {.verify = verify, .capacity = CAPACITY_MIN};
    int64_t count = 0;
    int result = sql_each(verify->store, COUNT, take_count, &count, fault);

    if (result < 0)
        return result;
    while (seen.capacity / 2 <= (size_t)count && seen.capacity < CAPACITY_MAX)
        seen.capacity *= 2;
    seen.slots = calloc(seen.capacity, sizeof *seen.slots);
    if (seen.slots == NULL)
        return fault_no_memory(fault);
    result = sql_each(verify->store, SQL, take_item, &seen, fault);
    free(seen.slots);
    return result;
}

/* Why the lease is wrong, or NULL. */
static const char *wrong_lease(sqlite3_stmt *row)
{
    if (sqlite3_column_type(row, 3) == SQLITE_NULL)
        return "which is not there";
    if (sqlite3_column_int(row, 3) != RUN_RUNNING)
        return "which is not running";
    if (!is_same(row, 2, 4))
        return "with another fence than the run has";
    if (!is_same(row, 1, 5))
        return "which is another robot's";
    return NULL;
}

static int take_lease(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const char *wrong = wrong_lease(row);
    char robot[64];

    (void)fault;
    if (wrong != NULL)
        verify_say(context, "lease: items of robot %s are leased by run %" PRId64 ", %s",
                   verify_robot(context, sqlite3_column_int64(row, 1), robot),
                   (int64_t)sqlite3_column_int64(row, 0), wrong);
    return 0;
}

struct leased {
    struct verify *verify;
    struct id_set ids;
};

static int take_leased(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct leased *leased = context;
    int64_t id = sqlite3_column_int64(row, 0);
    int64_t run_id = sqlite3_column_int64(row, 1);

    if (id_set_reserve(&leased->ids, 1) < 0)
        return fault_no_memory(fault);
    if (id_set_has(&leased->ids, id))
        verify_say(leased->verify, "lease: item %" PRId64 " is leased twice, also by run %" PRId64,
                   id, run_id);
    else
        id_set_add(&leased->ids, id);
    if (!is_same(row, 2, 3))
        verify_say(leased->verify,
                   "lease: item %" PRId64 " is leased by run %" PRId64 ", which is another robot's",
                   id, run_id);
    return 0;
}

int verify_leases(struct verify *verify, struct fault *fault)
{
    static const char LEASES[] = "SELECT l.run_id, l.robot_id, l.fence, r.state, r.fence, "
                                 "r.robot_id FROM lease l LEFT JOIN run r ON r.id = l.run_id";
    static const char ITEMS[] =
        "SELECT i.id, l.run_id, l.robot_id, i.robot_id FROM lease l "
        "CROSS JOIN json_each(l.items) j CROSS JOIN item i WHERE i.id = j.value AND i.state = 0";
    struct leased leased = {.verify = verify};
    int result = sql_each(verify->store, LEASES, take_lease, verify, fault);

    if (result == 0)
        result = sql_each(verify->store, ITEMS, take_leased, &leased, fault);
    id_set_release(&leased.ids);
    return result;
}
