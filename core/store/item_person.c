/* What a person does with an item. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/item_inner.h"
#include "core/store/line.h"
#include "core/store/sql.h"

enum { ASKER_MAX = 127 }; /* bytes of a name in a note */

struct found {
    int64_t id;
    int64_t robot_id;
    int64_t window;
    enum item_state state;
    bool has_payload;
    bool is_damaged;
    int64_t attempts;
    enum item_doubt doubt;
    int64_t changed_ms; /* of one that is closed: when it was */
    unsigned char hash[REFERENCE_HASH_SIZE];
    char note[ITEM_NOTE_MAX + 1];
};

static int read_item(struct store *store, int64_t item_id, struct found *ret_found,
                     struct fault *fault)
{
    static const char SQL[] =
        "SELECT state, sealed IS NOT NULL, ref_hash, robot_id, window, attempts, note, "
        "uncertain, changed_ms FROM item "
        "WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    const unsigned char *hash = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, item_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        result = ready_hash(statement, 2, &hash, fault) < 0 ? -ENOMEM : 1;
    if (result > 0) {
        memset(ret_found, 0, sizeof *ret_found);
        ret_found->id = item_id;
        ret_found->state = (enum item_state)sqlite3_column_int(statement, 0);
        ret_found->robot_id = sqlite3_column_int64(statement, 3);
        ret_found->window = sqlite3_column_int64(statement, 4);
        ret_found->has_payload = sqlite3_column_int(statement, 1) != 0;
        if (hash != NULL)
            memcpy(ret_found->hash, hash, REFERENCE_HASH_SIZE);
        ret_found->is_damaged = hash == NULL;
        ret_found->attempts = sqlite3_column_int64(statement, 5);
        (void)text_copy(ret_found->note, sizeof ret_found->note, sql_text(statement, 6));
        ret_found->doubt = (enum item_doubt)sqlite3_column_int(statement, 7);
        ret_found->changed_ms = sqlite3_column_int64(statement, 8);
        result = 0;
    } else if (result == 0) {
        result = fault_set(fault, -ENOENT,
                           "there is no item %lld on a queue; `automagi queue list` shows those "
                           "there are (an item that was done has left it)",
                           (long long)item_id);
    }
    sql_done(statement);
    return result;
}

static int find_item(struct store *store, int64_t item_id, struct rollup_batch **ret_batch,
                     struct found *ret_found, struct fault *fault)
{
    struct lease_set *leases = NULL;
    int result = leases_ready(store, &leases, fault);

    if (result == 0)
        result = batch_of(store, ret_batch, fault);
    if (result == 0)
        result = leases_flush_done(*ret_batch, fault);
    if (result == 0)
        result = read_item(store, item_id, ret_found, fault);
    if (result == 0 && leases_hold(leases, item_id))
        result = fault_set(fault, -EBUSY,
                           "item %lld is in the hands of a run; wait until it has ended, or stop "
                           "it",
                           (long long)item_id);
    return result;
}

static int refuse(const struct found *found, const char *what, struct fault *fault)
{
    return fault_set(fault, -EINVAL, "item %lld is %s: it cannot be %s", (long long)found->id,
                     item_state_word(found->state), what);
}

/* It could be done, but not counted. */
static int refuse_damaged(const struct found *found, const char *what, struct fault *fault)
{
    return found->is_damaged
               ? fault_set(fault, -EINVAL, "item %lld cannot be %s: it is " ITEM_DAMAGED_NOTE,
                           (long long)found->id, what)
               : 0;
}

/* Where a person puts it. */
struct move {
    enum item_state state;
    const char *note;
    bool is_fresh; /* its tries begin anew */
    enum item_doubt doubt;
    int64_t due_ms; /* 0: none */
    int64_t now_ms;
};

static int move(struct store *store, const struct found *found, const struct move *to,
                struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET state = ?2, note = ?3, due_ms = ?6, changed_ms = ?4, quarantined = 0, "
        "attempts = CASE WHEN ?5 THEN 0 ELSE attempts END, "
        "lost_runs = CASE WHEN ?5 THEN 0 ELSE lost_runs END, "
        "uncertain = ?7 WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, found->id);
        sqlite3_bind_int(statement, 2, (int)to->state);
        sql_bind_text(statement, 3, to->note);
        sqlite3_bind_int64(statement, 4, to->now_ms);
        sqlite3_bind_int(statement, 5, to->is_fresh);
        if (to->due_ms != 0)
            sqlite3_bind_int64(statement, 6, to->due_ms);
        sqlite3_bind_int(statement, 7, (int)to->doubt);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* What was known of it is not lost with the decision to try it again. */
static void write_retry_note(const struct found *found, const char *what, const char *by,
                             const char *reason, char target[static ITEM_NOTE_MAX + 1])
{
    char whole[3 * ITEM_NOTE_MAX + 256];
    char asker[ASKER_MAX + 1];

    (void)text_copy(asker, sizeof asker, by);
    (void)snprintf(whole, sizeof whole, "%.80s by order of %s%s%s; was %s after %" PRId64 " %s%s%s",
                   what, asker, reason != NULL ? ": " : "", reason != NULL ? reason : "",
                   item_state_word(found->state), found->attempts,
                   found->attempts == 1 ? "try" : "tries", found->note[0] != '\0' ? ": " : "",
                   found->note);
    (void)text_copy(target, ITEM_NOTE_MAX + 1, whole);
}

/* Who has it tried again has looked, when somebody was told to, as the note of what was counted does: not of what was
 * harmless, nor of what is uncertain, in whatever state. That is asked about, or its next lease tells a person. */
static enum item_doubt doubt_when_retried(const struct found *found)
{
    return found->doubt == ITEM_UNDECIDED || found->doubt == ITEM_COUNTED ? ITEM_CERTAIN
                                                                          : found->doubt;
}

/* 1 when it may. What is closed as done is so for good, unless what counted it was taken back: its mark was lifted then,
 * or could not be, for its key was away. */
static int may_be_retried(struct store *store, const struct found *found, struct fault *fault)
{
    if (found->state == ITEM_DONE_BY_HAND && found->doubt == ITEM_COUNTED)
        return item_mark_is_stale(store, found->robot_id, found->note, fault);
    if (found->state == ITEM_DONE_BY_HAND)
        return found->doubt == ITEM_UNDECIDED;
    return found->state == ITEM_WAITING || found->state == ITEM_DEFERRED ||
           found->state == ITEM_DROPPED;
}

/* What was taken back while a key was away may have been counted by another task all the same: now it may be seen. Its
 * note says of which window nobody could tell; or it was closed as done, and the mark could not be lifted. */
static int look_again(struct store *store, const struct found *found, int64_t now_ms,
                      struct fault *fault)
{
    bool is_stale = found->state == ITEM_DONE_BY_HAND && found->doubt == ITEM_COUNTED;
    struct item_counter counter = {.task = ""};
    int result;

    if (!is_stale &&
        (found->doubt != ITEM_UNDECIDED || strstr(found->note, ITEM_NOBODY_CAN_TELL) == NULL))
        return 0;
    result = item_counter_of(store, found->id, 0, now_ms, &counter, fault);
    if (result < 0)
        return fault_prefix(fault, result, "nobody can see whether it was counted");
    if (counter.task[0] == '\0' && is_stale && counter.hidden[0] != '\0')
        return fault_set(fault, -ENOKEY,
                         "item %lld cannot be tried again: the task that its note names was taken "
                         "back, but of %s, " ITEM_NOBODY_CAN_TELL
                         " whether another counted it: put the key back",
                         (long long)found->id, counter.hidden);
    if (counter.task[0] == '\0')
        return 0;
    return fault_set(fault, -EINVAL,
                     "item %lld cannot be tried again: %s counted it, which could not be seen when "
                     "that which its note names was taken back; close it as done by hand, when it "
                     "is open",
                     (long long)found->id, counter.task);
}

/* Its reference may have been done in another window since it was closed, or lie there to be done, as work that recurs or as
 * this: a person is told before it is done, and counted, once more. 1 when one is to be: the note says so. Who retries what an
 * import has counted was. */
static int look_since(struct store *store, const struct found *found, int64_t now_ms,
                      char note[static ITEM_NOTE_MAX + 1], struct fault *fault)
{
    bool is_closed = found->state == ITEM_DROPPED || found->state == ITEM_DONE_BY_HAND;
    struct item_counter counter = {.task = ""};
    char was[ITEM_NOTE_MAX + 1];
    int result;

    if (!is_closed || (found->state == ITEM_DROPPED && found->doubt == ITEM_COUNTED))
        return 0;
    result = item_counter_of(store, found->id, found->changed_ms, now_ms, &counter, fault);
    if (result < 0)
        return fault_prefix(fault, result, "nobody can see whether it was done since");
    if (strstr(found->note, ITEM_NOBODY_CAN_TELL) != NULL)
        counter.hidden[0] = '\0'; /* somebody was told, and has looked */
    if (counter.task[0] == '\0' && counter.hidden[0] == '\0' && counter.open_id == 0)
        return 0;
    memcpy(was, note, sizeof was);
    item_counter_say(&counter, was, note);
    return 1;
}

/* Ready, or of one that a person is told of: it waits for what they say. */
static int reopen(struct store *store, struct rollup_batch *batch, const struct found *found,
                  const struct move *to, struct fault *fault)
{
    int result = ready_reserve(batch, fault);

    if (result == 0)
        result = move(store, found, to, fault);
    if (result < 0)
        return result;
    if (found->state == ITEM_DROPPED || found->state == ITEM_DONE_BY_HAND)
        ready_opened(batch, found->robot_id, found->window);
    if (to->state == ITEM_READY)
        ready_put(batch, found->hash, found->id);
    return 0;
}

int item_retry(struct store *store, int64_t item_id, const char *by, const char *reason,
               int64_t now_ms, struct fault *fault)
{
    char note[ITEM_NOTE_MAX + 1];
    char kept[LINE_BYTES_MAX + 1];
    struct rollup_batch *batch = NULL;
    struct found found = {.id = 0};
    struct move to = {.state = ITEM_READY, .note = note, .is_fresh = true, .now_ms = now_ms};
    bool is_told;
    int result = line_check("who asks for it", by, fault);

    if (result == 0 && reason != NULL)
        result = line_take("the reason", reason, kept, fault);
    if (result == 0)
        result = find_item(store, item_id, &batch, &found, fault);
    if (result < 0)
        return result;
    result = may_be_retried(store, &found, fault);
    if (result <= 0)
        return result < 0 ? result : refuse(&found, "tried again", fault);
    if (refuse_damaged(&found, "tried again", fault) < 0)
        return -EINVAL;
    if (!found.has_payload)
        return fault_set(fault, -EINVAL,
                         "item %lld cannot be tried again: its payload was removed when its time "
                         "was up; what is left of it is to be done by hand",
                         (long long)item_id);
    write_retry_note(&found, "to be tried again", by, reason != NULL ? kept : NULL, note);
    result = look_again(store, &found, now_ms, fault);
    if (result == 0)
        result = look_since(store, &found, now_ms, note, fault);
    if (result < 0)
        return result;
    is_told = result > 0;
    to.doubt = is_told ? ITEM_UNDECIDED : doubt_when_retried(&found);
    if (is_told)
        to.state = ITEM_WAITING;
    else if (found.state == ITEM_DEFERRED) { /* it would bring a run, and does so now */
        to.state = ITEM_DEFERRED;
        to.due_ms = now_ms;
    }
    result = reopen(store, batch, &found, &to, fault);
    if (result < 0 || to.state == ITEM_READY)
        return result;
    return is_told ? ITEM_RETRY_WAITS : ITEM_RETRY_IS_DUE;
}

/* That it was counted stays in front, where it is sought when that task is taken back. */
static void write_put_off_note(const struct found *found, const char *what, const char *by,
                               const char *reason, char target[static ITEM_NOTE_MAX + 1])
{
    char said[ITEM_NOTE_MAX + 1];
    struct found bare = *found;

    write_retry_note(found, what, by, reason, target);
    if (found->doubt != ITEM_COUNTED)
        return;
    bare.note[0] = '\0';
    write_retry_note(&bare, what, by, reason, said);
    item_counted_say(found->note, said, target);
}

static int check_until(const struct item_put_off *put_off, struct fault *fault)
{
    if (put_off->until_ms > put_off->now_ms &&
        put_off->until_ms <= put_off->now_ms + ITEM_AHEAD_DAYS * INT64_C(86400000))
        return 0;
    return fault_set(fault, -EINVAL,
                     "what an item is put off until must lie ahead, at most ten years");
}

int item_defer(struct store *store, int64_t item_id, const struct item_put_off *put_off,
               struct fault *fault)
{
    char until[CLOCK_INSTANT_TEXT];
    char what[CLOCK_INSTANT_TEXT + 16];
    char note[ITEM_NOTE_MAX + 1];
    char kept[LINE_BYTES_MAX + 1];
    struct rollup_batch *batch = NULL;
    struct found found = {.id = 0};
    int result = line_check("who asks for it", put_off->by, fault);

    if (result == 0)
        result = line_take("the reason", put_off->reason, kept, fault);
    if (result == 0)
        result = check_until(put_off, fault);
    if (result == 0)
        result = find_item(store, item_id, &batch, &found, fault);
    if (result < 0)
        return result;
    if (found.state == ITEM_DONE_BY_HAND || found.state == ITEM_DROPPED)
        return refuse(&found, "put off", fault);
    if (refuse_damaged(&found, "put off", fault) < 0)
        return -EINVAL;
    clock_format_instant(put_off->until_ms, until);
    (void)snprintf(what, sizeof what, "put off until %s", until);
    write_put_off_note(&found, what, put_off->by, kept, note);
    result = move(store, &found,
                  &(struct move){.state = ITEM_DEFERRED,
                                 .note = note,
                                 .is_fresh = found.state == ITEM_WAITING,
                                 .doubt = found.doubt, /* to put it off decides nothing */
                                 .due_ms = put_off->until_ms,
                                 .now_ms = put_off->now_ms},
                  fault);
    if (result == 0 && found.state == ITEM_READY)
        ready_remove(batch, found.hash, found.id);
    return result;
}

/* That a person has done it is decided. */
static enum item_doubt doubt_when_done(const struct found *found)
{
    return found->doubt == ITEM_UNDECIDED ? ITEM_CERTAIN : found->doubt;
}

/* What was known of it stays to be read. */
static void write_closing_note(const struct found *found, const char *reason,
                               char target[static ITEM_NOTE_MAX + 1])
{
    char whole[2 * ITEM_NOTE_MAX + LINE_BYTES_MAX + 16];

    (void)snprintf(whole, sizeof whole, "%s%s%s%s", reason, found->note[0] != '\0' ? " (was: " : "",
                   found->note, found->note[0] != '\0' ? ")" : "");
    (void)text_copy(target, ITEM_NOTE_MAX + 1, whole);
    if (found->doubt == ITEM_COUNTED)
        item_counted_say(found->note, reason, target);
}

static int close_item(struct store *store, int64_t item_id, enum item_state state, const char *note,
                      int64_t now_ms, struct fault *fault)
{
    bool is_done = state == ITEM_DONE_BY_HAND;
    struct rollup_batch *batch = NULL;
    struct found found = {.id = 0};
    char kept[LINE_BYTES_MAX + 1];
    char whole_note[ITEM_NOTE_MAX + 1];
    int result = line_take(is_done ? "the note" : "the reason", note, kept, fault);

    if (result == 0)
        result = find_item(store, item_id, &batch, &found, fault);
    if (result < 0)
        return result;
    if (found.state == ITEM_DONE_BY_HAND || found.state == ITEM_DROPPED)
        return refuse(&found, is_done ? "closed as done" : "dropped", fault);
    write_closing_note(&found, kept, whole_note);
    result = ready_reserve(batch, fault);
    if (result == 0)
        result = move(store, &found,
                      &(struct move){.state = state,
                                     .note = whole_note,
                                     .doubt = is_done ? doubt_when_done(&found) : found.doubt,
                                     .now_ms = now_ms},
                      fault);
    if (result == 0)
        ready_closed(batch, found.robot_id, found.window);
    if (result == 0 && (!is_done || found.doubt == ITEM_COUNTED))
        ready_kept(batch, found.robot_id, found.window);
    if (result == 0 && found.state == ITEM_READY)
        ready_remove(batch, found.hash, found.id);
    return result;
}

int item_done_by_hand(struct store *store, int64_t item_id, const char *note, int64_t now_ms,
                      struct fault *fault)
{
    return close_item(store, item_id, ITEM_DONE_BY_HAND, note, now_ms, fault);
}

int item_drop(struct store *store, int64_t item_id, const char *reason, int64_t now_ms,
              struct fault *fault)
{
    return close_item(store, item_id, ITEM_DROPPED, reason, now_ms, fault);
}

int item_forget_payloads(struct store *store, int64_t robot_id, int64_t before_ms,
                         int64_t *ret_count, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET sealed = NULL WHERE robot_id = ?1 AND state <> 0 AND state IN (4, 5) "
        "AND changed_ms < ?2 AND sealed IS NOT NULL";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, before_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result == 0)
        *ret_count = sql_changes(store);
    return result;
}
