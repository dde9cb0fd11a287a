/* Putting items on the queue. */
#include "core/store/item.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "core/store/batch.h"
#include "core/store/item_inner.h"
#include "core/store/item_room.h"
#include "core/store/reference_key.h"
#include "core/store/sql.h"

enum { DAY_MS = 86400000 };
_Static_assert((int)ITEM_UNDONE_BY_MAX == LEDGER_BY_MAX, "who took a task back");

const char *item_state_word(enum item_state state)
{
    switch (state) {
    case ITEM_READY:
        return "ready";
    case ITEM_LEASED:
        return "leased";
    case ITEM_DEFERRED:
        return "deferred";
    case ITEM_WAITING:
        return "waiting";
    case ITEM_DONE_BY_HAND:
        return "done by hand";
    case ITEM_DROPPED:
        return "dropped";
    }
    return "?";
}

/* An item on its way into the table. */
struct entry {
    const struct item_policy *policy;
    const struct item_new *item;
    int64_t now_ms;
    int64_t added_ms; /* what says of which day it is, and was there when */
    struct item_sought sought;
    int32_t business_day;
    char reference[ITEM_REFERENCE_MAX + 1];
    char masked[REFERENCE_MASKED_MAX];
    unsigned char payload_hash[REFERENCE_PAYLOAD_HASH_SIZE];
    struct text *sealed;
    bool is_undone; /* its task was taken back, and it is on no queue: it waits for a person */
    char note[ITEM_NOTE_MAX + 1];
};

int item_check_business_day(int32_t business_day, int64_t now_ms, struct fault *fault)
{
    int32_t today = clock_local_day(now_ms);
    char first[CLOCK_DAY_TEXT];
    char last[CLOCK_DAY_TEXT];

    if (clock_is_business_day(business_day, today))
        return 0;
    clock_format_day(today - CLOCK_BUSINESS_PAST_DAYS, first);
    clock_format_day(today + CLOCK_BUSINESS_AHEAD_DAYS, last);
    return fault_set(fault, -EINVAL, "the business date must lie between %s and %s", first, last);
}

static enum item_state state_of(const struct entry *entry)
{
    if (entry->is_undone)
        return ITEM_WAITING;
    return entry->item->not_before_ms > entry->now_ms ? ITEM_DEFERRED : ITEM_READY;
}

static int check_times(const struct entry *entry, struct fault *fault)
{
    const struct item_new *item = entry->item;
    int64_t least_ms = entry->now_ms - ITEM_PAST_DAYS * (int64_t)DAY_MS;
    int64_t most_ms = entry->now_ms + ITEM_AHEAD_DAYS * (int64_t)DAY_MS;

    if (item->deadline_ms != 0 && (item->deadline_ms < least_ms || item->deadline_ms > most_ms))
        return fault_set(fault, -EINVAL,
                         "the deadline must lie within ten years of now, back or ahead");
    if (item->not_before_ms < 0 || item->not_before_ms > most_ms)
        return fault_set(fault, -EINVAL,
                         "what an item is put off until must lie at most ten years ahead");
    return 0;
}

static int prepare(struct store *store, struct entry *entry, struct fault *fault)
{
    const struct item_policy *policy = entry->policy;
    int result = reference_normalise(entry->item->reference, entry->reference, fault);

    if (result == 0 && entry->item->business_day != 0)
        result = item_check_business_day(entry->item->business_day, entry->now_ms, fault);
    if (result == 0)
        result = check_times(entry, fault);
    if (result < 0)
        return result;
    if (strnlen(entry->item->payload, ITEM_PAYLOAD_MAX + 1) > ITEM_PAYLOAD_MAX)
        return fault_set(fault, -EINVAL, "the payload is longer than %d bytes", ITEM_PAYLOAD_MAX);
    entry->business_day = entry->item->business_day;
    entry->added_ms = entry->item->added_ms != 0 ? entry->item->added_ms : entry->now_ms;
    if (entry->business_day == 0)
        entry->business_day = clock_local_day(entry->added_ms);
    entry->sought = (struct item_sought){
        .robot_id = policy->robot_id,
        .kind = policy->window,
        .window = robot_window_of(policy->window, entry->business_day),
        .reference = entry->reference,
    };
    return reference_hash(store, policy->robot_id, policy->window, entry->sought.window,
                          entry->reference, entry->sought.hash, fault);
}

static int hash_payload(struct store *store, struct entry *entry, struct fault *fault)
{
    const struct item_policy *policy = entry->policy;

    return reference_payload_hash(store, policy->robot_id, policy->window, entry->sought.window,
                                  entry->item->payload, entry->payload_hash, fault);
}

static int seal(struct store *store, struct entry *entry, struct fault *fault)
{
    const struct item_policy *policy = entry->policy;
    int result = reference_seal(
        store, &(struct reference_place){policy->robot_id, policy->window, entry->sought.window},
        entry->reference, entry->item->payload, entry->sealed, fault);

    if (result == 0)
        reference_mask(entry->reference, policy->window, entry->masked);
    return result;
}

static size_t sealed_size(const struct entry *entry)
{
    return strlen(entry->reference) + strlen(entry->item->payload) + REFERENCE_SEAL_BYTES;
}

static void bind_entry(sqlite3_stmt *statement, const struct entry *entry, int64_t id)
{
    sqlite3_bind_int64(statement, 1, entry->policy->robot_id);
    sqlite3_bind_int64(statement, 2, entry->sought.window);
    sql_bind_blob(statement, 3, entry->sought.hash, sizeof entry->sought.hash);
    sqlite3_bind_int(statement, 4, entry->item->priority);
    sqlite3_bind_int(statement, 5, entry->business_day);
    sql_bind_blob(statement, 6, entry->payload_hash, sizeof entry->payload_hash);
    sql_bind_blob(statement, 7, entry->sealed->bytes, entry->sealed->length);
    sql_bind_text(statement, 8, entry->masked);
    sqlite3_bind_int64(statement, 9, entry->now_ms);
    sqlite3_bind_int64(statement, 10, id);
    sqlite3_bind_int(statement, 11, (int)state_of(entry));
    if (state_of(entry) == ITEM_DEFERRED)
        sqlite3_bind_int64(statement, 12, entry->item->not_before_ms);
    if (entry->item->deadline_ms != 0)
        sqlite3_bind_int64(statement, 13, entry->item->deadline_ms);
    sqlite3_bind_int(statement, 14, entry->item->business_day != 0);
}

/* Without a date of its own the entry has that of the item that is open, or is of another window. */
static int read_state(struct store *store, struct entry *entry, struct item_known *known,
                      struct fault *fault)
{
    static const char SQL[] = "SELECT state, business_day FROM item WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, known->kept_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        known->kept_state = (enum item_state)sqlite3_column_int(statement, 0);
    if (result > 0 && entry->item->business_day == 0 &&
        (known->kept_state <= ITEM_WAITING ||
         robot_window_of(entry->policy->window, entry->business_day) != entry->sought.window))
        entry->business_day = sqlite3_column_int(statement, 1);
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* In the entry's own window. */
static int look_here(struct store *store, struct entry *entry, struct item_known *known,
                     struct fault *fault)
{
    int result = item_look_here(store, &entry->sought, known, fault);

    if (result == 0 && known->kept_id != 0)
        result = read_state(store, entry, known, fault);
    return result;
}

static bool is_settled(const struct item_known *known)
{
    return known->is_ready || known->is_done ||
           (known->kept_id != 0 && known->kept_state != ITEM_DROPPED);
}

/* Its task was taken back: done, it would be a repeat, and count nothing. Without a date it may be open in another window:
 * then it is there. */
static int look_undone(struct store *store, struct entry *entry, struct item_known *known,
                       struct fault *fault)
{
    struct item_sought elsewhere = entry->sought;
    struct item_known open = {.kept_id = 0};
    char by[LEDGER_BY_MAX];
    int result = ledger_undone_by(store, entry->sought.robot_id, entry->sought.window,
                                  entry->sought.hash, by, fault);

    if (result <= 0)
        return result;
    result = entry->item->business_day != 0 ? 0 : item_look_open(store, &elsewhere, &open, fault);
    if (result != 0)
        return result < 0 ? result : 0;
    known->is_done = false;
    entry->is_undone = true;
    (void)snprintf(entry->note, sizeof entry->note,
                   "%s took back the task of this reference: done, it would count for nothing; "
                   "retry it when the work is still to be done, or drop it",
                   by);
    return 0;
}

/* Of a run that was asked again, without a date: all that was done since the first asking is what was asked for. */
static int look_asked(struct store *store, struct entry *entry, int64_t now_window,
                      struct item_known *known, struct fault *fault)
{
    int64_t here = entry->sought.window;
    int64_t asked_ms = entry->item->asked_ms;

    if (asked_ms == 0)
        return 0;
    return item_look_asked(store, &entry->sought,
                           robot_window_of(entry->sought.kind, clock_local_day(asked_ms)),
                           now_window > here ? now_window : here, known, fault);
}

/* An item without a date that is open since before the window's end is still the same one; and so is
 * one that was worked off when the clock stood ahead. */
static int look(struct store *store, struct entry *entry, struct item_known *known,
                struct fault *fault)
{
    int64_t here = entry->sought.window;
    int64_t now = robot_window_of(entry->sought.kind, clock_local_day(entry->now_ms));
    int result = look_here(store, entry, known, fault);

    if (result == 0 && known->is_done && known->kept_id == 0)
        return look_undone(store, entry, known, fault);
    if (result < 0 || known->is_ready || known->is_done || entry->item->business_day != 0 ||
        (known->kept_id != 0 && known->kept_state <= ITEM_WAITING))
        return result;
    result = item_look_open(store, &entry->sought, known, fault);
    if (result == 0 && !is_settled(known)) /* it may have been added in a window that is past */
        result =
            item_look_ahead(store, &entry->sought, now > here ? now : here, here, known, fault);
    if (result == 0 && !is_settled(known))
        result = look_asked(store, entry, now, known, fault);
    if (result > 0 && known->kept_id != 0)
        result = read_state(store, entry, known, fault);
    return result < 0 ? result : 0;
}

/* A statement that read `item` beside would make a temporary table each time. */
static int insert(struct store *store, const struct entry *entry, int64_t id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO item(robot_id, window, ref_hash, state, priority, business_day, attempts, "
        "payload_hash, sealed, masked, created_ms, changed_ms, id, due_ms, deadline_ms, is_dated, "
        "note, uncertain) "
        "VALUES(?1, ?2, ?3, ?11, ?4, ?5, 0, ?6, ?7, ?8, ?15, ?9, ?10, ?12, ?13, ?14, ?16, ?17)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        bind_entry(statement, entry, id);
        sqlite3_bind_int64(statement, 15, entry->added_ms);
        if (entry->is_undone)
            sql_bind_text(statement, 16, entry->note);
        sqlite3_bind_int(statement, 17, entry->is_undone ? ITEM_UNDECIDED : ITEM_CERTAIN);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* 1 when the item takes the payload that has changed: it waits for a person, and no try may have done it already,
 * unless it may be done twice. What is known of its tries stays: its plugin may be another when it is leased. */
static int takes_payload(struct store *store, const struct entry *entry, int64_t id,
                         struct fault *fault)
{
    static const char SQL[] =
        "SELECT 1 FROM item WHERE id = ?1 AND state = 3 "
        "AND (uncertain = 0 OR (uncertain = 2 AND ?3)) AND payload_hash <> ?2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        sql_bind_blob(statement, 2, entry->payload_hash, sizeof entry->payload_hash);
        sqlite3_bind_int(statement, 3, entry->policy->side_effects == ITEM_IDEMPOTENT);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* Without a date of its own the entry has the item's, and says nothing of whether that has one. */
static int renew(struct store *store, const struct entry *entry, int64_t id, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET state = ?11, priority = ?4, business_day = ?5, attempts = 0, "
        "is_dated = CASE WHEN ?14 THEN 1 ELSE is_dated END, "
        "due_ms = ?12, deadline_ms = ?13, lost_runs = 0, quarantined = 0, payload_hash = ?6, "
        "sealed = ?7, masked = ?8, note = NULL, changed_ms = ?9 WHERE id = ?10";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        bind_entry(statement, entry, id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* *ret_id stays 0 when nothing is added. */
static int put(struct store *store, struct entry *entry, int64_t *ret_id, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    struct item_known known = {.kept_id = 0};
    int64_t id = 0;
    int result = look(store, entry, &known, fault);

    if (result < 0 || known.is_ready || known.is_done)
        return result;
    result = batch_of(store, &batch, fault);
    if (result < 0)
        return result;
    entry->sealed = &batch->sealed;
    result = ready_reserve(batch, fault);
    if (result == 0)
        result = hash_payload(store, entry, fault);
    if (result == 0 && known.kept_id != 0) {
        result = takes_payload(store, entry, known.kept_id, fault);
        if (result <= 0)
            return result;
        result = 0;
    }
    /* One that waits for a person has its room. */
    if (result == 0 && known.kept_id == 0)
        result = item_room_take(batch, entry->policy, sealed_size(entry), fault);
    if (result == 0)
        result = seal(store, entry, fault);
    if (result == 0 && known.kept_id != 0) {
        id = known.kept_id;
        result = renew(store, entry, id, fault);
    } else if (result == 0) {
        result = item_number_next(batch, &id, fault);
        if (result == 0)
            result = insert(store, entry, id, fault);
    }
    if (result < 0)
        return result;
    if (known.kept_id == 0)
        ready_opened(batch, entry->policy->robot_id, entry->sought.window);
    if (state_of(entry) == ITEM_READY)
        ready_put(batch, entry->sought.hash, id);
    *ret_id = id;
    return 0;
}

int item_add(struct store *store, const struct item_policy *policy, const struct item_new *item,
             int64_t now_ms, int64_t *ret_id, struct fault *fault)
{
    struct entry entry;
    int64_t id = 0;
    int result;

    entry.policy = policy;
    entry.item = item;
    entry.now_ms = now_ms;
    entry.is_undone = false;
    result = prepare(store, &entry, fault);
    if (result == 0)
        result = put(store, &entry, &id, fault);
    if (result == 0)
        *ret_id = id;
    return result;
}

int item_undone_by(struct store *store, const struct item_policy *policy,
                   const struct item_new *item, int64_t now_ms,
                   char ret_by[static ITEM_UNDONE_BY_MAX], struct fault *fault)
{
    struct entry entry;
    int result;

    entry.policy = policy;
    entry.item = item;
    entry.now_ms = now_ms;
    result = prepare(store, &entry, fault);
    if (result == 0)
        result = ledger_undone_by(store, policy->robot_id, entry.sought.window, entry.sought.hash,
                                  ret_by, fault);
    return result;
}
