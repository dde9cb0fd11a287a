/* What lies on a queue and was counted past it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/store/item_inner.h"
#include "core/store/sql.h"

/* How what tell() says of it ends. */
#define MARK_END "to be done once more"

struct known_item {
    int64_t id; /* 0: none */
    enum item_state becomes;
    bool waited; /* for a person, or was put off by one who was told to look */
    char note[ITEM_NOTE_MAX + 1];
};

/* 1 when the statement, which binds nothing else, gives one. */
static int read_known(struct store *store, sqlite3_stmt *statement, struct known_item *item,
                      struct fault *fault)
{
    int result = sql_step(store, statement, fault);

    if (result > 0) {
        item->id = sqlite3_column_int64(statement, 0);
        (void)text_copy(item->note, sizeof item->note, sql_text(statement, 1));
        item->becomes = (enum item_state)sqlite3_column_int(statement, 2);
        item->waited = item->becomes == ITEM_WAITING ||
                       sqlite3_column_int(statement, 3) == ITEM_UNDECIDED ||
                       sqlite3_column_int(statement, 3) == ITEM_COUNTED;
        if (item->becomes != ITEM_DROPPED && item->becomes != ITEM_DONE_BY_HAND)
            item->becomes = ITEM_WAITING;
    }
    return result;
}

static int read_note(struct store *store, int64_t id, struct known_item *item, struct fault *fault)
{
    static const char SQL[] = "SELECT id, note, state, uncertain FROM item WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = read_known(store, statement, item, fault);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* One that is deferred or waits, or was dropped; or was closed as done, and may be retried, for what had counted it was
 * taken back; or may be so when what counts it now is. What was closed so and never counted is for good. */
static int read_kept(struct store *store, const struct item_counted *counted,
                     struct known_item *item, struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, note, state, uncertain FROM item WHERE robot_id = ?1 AND window = ?2 AND "
        "ref_hash = ?3 AND state <> 0 AND "
        "(state IN (2, 3, 5) OR (state = 4 AND uncertain IN (3, 4)))";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, counted->robot_id);
        sqlite3_bind_int64(statement, 2, counted->window);
        sql_bind_blob(statement, 3, counted->ref_hash, REFERENCE_HASH_SIZE);
        result = read_known(store, statement, item, fault);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* What a person may do with it. */
static const char *advice_of(enum item_state state)
{
    if (state == ITEM_DROPPED)
        return "only retry it when it is " MARK_END;
    if (state == ITEM_DONE_BY_HAND)
        return "it is closed, and not " MARK_END;
    return "drop it, or retry it when it is " MARK_END;
}

static void write_said(enum item_state becomes, const char *said, const char *was,
                       char target[static ITEM_NOTE_MAX + 1])
{
    char whole[2 * ITEM_NOTE_MAX + 512];

    (void)snprintf(whole, sizeof whole, "%.255s: %s%s%s%s", said, advice_of(becomes),
                   was[0] != '\0' ? " (was: " : "", was, was[0] != '\0' ? ")" : "");
    (void)text_copy(target, ITEM_NOTE_MAX + 1, whole);
}

static void write_mark(enum item_state becomes, const char *task, const char *was,
                       char target[static ITEM_NOTE_MAX + 1])
{
    char said[256];

    (void)snprintf(said, sizeof said, "%s counted it, so something else has done it", task);
    write_said(becomes, said, was, target);
}

void item_counter_say(const struct item_counter *counter, const char *was,
                      char target[static ITEM_NOTE_MAX + 1])
{
    char said[256];

    if (counter->task[0] != '\0')
        (void)snprintf(
            said, sizeof said,
            "%s counted it, or work that recurs under its reference, since it was closed",
            counter->task);
    else if (counter->open_id != 0)
        (void)snprintf(said, sizeof said,
                       "item %" PRId64 " is open and has its reference, so it may be the same work",
                       counter->open_id);
    else
        (void)snprintf(said, sizeof said,
                       "a task of %s, whose key is away, may have counted it since it was closed",
                       counter->hidden);
    write_said(ITEM_WAITING, said, was, target);
}

/* An open one stays open, and waits; how often it was tried stays: a person may still have it done. To put it off does
 * not decide that. What a run has in its hands stays there.
 * A closed one stays so, and its payload is kept no longer than it was: but who would have it done after all is to
 * read that it was counted. */
static int tell(struct store *store, const struct known_item *item,
                const struct item_counted *counted, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE item SET note = ?2, uncertain = ?4, due_ms = NULL, "
        "state = ?5, changed_ms = CASE ?5 WHEN 3 THEN ?3 ELSE changed_ms END WHERE id = ?1";
    char note[ITEM_NOTE_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    write_mark(item->becomes, counted->by, item->note, note);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, item->id);
        sql_bind_text(statement, 2, note);
        sqlite3_bind_int64(statement, 3, counted->now_ms);
        sqlite3_bind_int(statement, 4, ITEM_COUNTED);
        sqlite3_bind_int(statement, 5, (int)item->becomes);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

void item_counted_say(const char *was, const char *said, char target[static ITEM_NOTE_MAX + 1])
{
    char whole[3 * ITEM_NOTE_MAX];
    char old[ITEM_NOTE_MAX + 1];
    char mark[ITEM_NOTE_MAX + 1];
    const char *end;
    const char *rest;

    (void)text_copy(old, sizeof old, was);
    end = strstr(old, MARK_END);
    rest = end != NULL ? end + strlen(MARK_END) : old + strlen(old);
    (void)text_copy(mark, (size_t)(rest - old) + 1, old);
    (void)snprintf(whole, sizeof whole, "%s; %s%s", mark, said, rest);
    (void)text_copy(target, ITEM_NOTE_MAX + 1, whole);
}

int item_counted_note(struct store *store, int64_t id, const char *note,
                      char target[static ITEM_NOTE_MAX + 1], struct fault *fault)
{
    struct known_item item = {.id = 0};
    char said[ITEM_NOTE_MAX + 64];
    int result = read_note(store, id, &item, fault);

    (void)snprintf(said, sizeof said, "its run: %s", note != NULL ? note : "");
    if (note == NULL || note[0] == '\0')
        (void)text_copy(target, ITEM_NOTE_MAX + 1, item.note);
    else
        item_counted_say(item.note, said, target);
    return result;
}

/* It begins with the task's name. */
static int read_marked(struct store *store, int64_t id, const char *task, struct known_item *item,
                       struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, note, state, uncertain FROM item WHERE id = ?1 AND uncertain = 4 "
        "AND instr(note, ?2 || ' counted it') = 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        sql_bind_text(statement, 2, task);
        result = read_known(store, statement, item, fault);
    }
    sql_done(statement);
    return result;
}

int item_has_mark(struct store *store, int64_t id, const char *task, struct fault *fault)
{
    struct known_item item = {.id = 0};

    return read_marked(store, id, task, &item, fault);
}

/* What a person may do with what nothing counts any more. */
static const char *advice_when_back(const struct item_counter *other)
{
    return other->is_repeat
               ? "done under this reference it would be a repeat, so retry it when the work is "
                 "still to be done, close it when it is not; it counts when it is imported under a "
                 "reference of its own"
               : "see whether it was done, and retry it when it was not";
}

enum { PAST_NOTE_MAX = 2 * ITEM_NOTE_MAX }; /* what is in it is longer by a part of its length */

/* A note in which no task is named as in a mark that stands. */
static void write_past(const char *note, char target[static PAST_NOTE_MAX])
{
    char name[ITEM_TASK_NAME_MAX];
    size_t length = 0;

    while (*note != '\0' && length + sizeof name < PAST_NOTE_MAX) {
        int64_t import_id = 0;
        int64_t line = 0;
        int end = 0;

        if (sscanf(note, "import %" SCNd64 ", line %" SCNd64 "%n", &import_id, &line, &end) == 2) {
            item_task_name_past(import_id, line, name);
            (void)text_copy(target + length, sizeof name, name);
            length += strlen(name);
            note += end;
        } else {
            target[length++] = *note++;
        }
    }
    target[length] = '\0';
}

/* What is said of a mark that is lifted, or is another's now. */
static void write_back_note(const struct known_item *item, const char *by,
                            const struct item_counter *other, char target[static ITEM_NOTE_MAX + 1])
{
    char whole[PAST_NOTE_MAX + 512];
    char past[PAST_NOTE_MAX];
    char counts[128] = "so nothing counts it";

    write_past(item->note, past);
    if (other->task[0] != '\0') {
        (void)snprintf(whole, sizeof whole, "%s took this back: %s", by, past);
        write_mark(item->becomes, other->task, whole, target);
        return;
    }
    if (other->hidden[0] != '\0')
        (void)snprintf(counts, sizeof counts,
                       "and nothing that can be read counts it, but of %s, " ITEM_NOBODY_CAN_TELL,
                       other->hidden);
    (void)snprintf(whole, sizeof whole, "%s took that back, %s: %s (was: %s)", by, counts,
                   advice_when_back(other), past);
    (void)text_copy(target, ITEM_NOTE_MAX + 1, whole);
}

int item_unmark(struct store *store, int64_t id, const char *task, const char *by,
                const struct item_counter *other, struct fault *fault)
{
    static const char SQL[] = "UPDATE item SET uncertain = ?2, note = ?3 WHERE id = ?1";
    bool is_counted = other->task[0] != '\0';
    struct known_item item = {.id = 0};
    struct lease_set *leases = NULL;
    sqlite3_stmt *statement = NULL;
    char note[ITEM_NOTE_MAX + 1];
    int result = read_marked(store, id, task, &item, fault);

    if (result <= 0)
        return result;
    write_back_note(&item, by, other, note);
    result = leases_ready(store, &leases, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int(statement, 2, is_counted ? ITEM_COUNTED : ITEM_UNDECIDED);
        sql_bind_text(statement, 3, note);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result == 0 && !is_counted)
        leases_doubt(leases, id, ITEM_UNCERTAIN);
    return result;
}

/* Its run may give it back as it is: then it is not handed out to another unasked. */
static int doubt_leased(struct store *store, struct lease_set *leases,
                        const struct item_counted *counted, int64_t id, bool *ret_waited,
                        struct fault *fault)
{
    struct known_item item = {.id = 0};
    int result = read_note(store, id, &item, fault);

    item.becomes = ITEM_READY;
    if (result == 0)
        result = tell(store, &item, counted, fault);
    if (result == 0)
        leases_doubt(leases, id, ITEM_COUNTED);
    *ret_waited = item.waited;
    return result;
}

int item_counted(struct store *store, const struct item_counted *counted,
                 enum item_counted_is *ret_is, bool *ret_waited, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    struct lease_set *leases = NULL;
    struct known_item item = {.id = 0};
    int64_t ready_id = 0;
    int result = leases_ready(store, &leases, fault);

    if (result == 0)
        result = batch_of(store, &batch, fault);
    if (result == 0)
        result = leases_flush_done(batch, fault);
    if (result == 0)
        result = ready_find(store, counted->robot_id, counted->window, counted->ref_hash, &ready_id,
                            fault);
    if (result == 0 && ready_id != 0 && leases_hold(leases, ready_id)) {
        result = doubt_leased(store, leases, counted, ready_id, ret_waited, fault);
        if (result == 0)
            *ret_is = ITEM_COUNTED_LEASED;
        return result;
    }
    if (result == 0)
        result = ready_id != 0 ? read_note(store, ready_id, &item, fault)
                               : read_kept(store, counted, &item, fault);
    if (result == 0 && item.id != 0)
        result = tell(store, &item, counted, fault);
    if (result < 0)
        return result;
    if (ready_id != 0)
        ready_remove(batch, counted->ref_hash, ready_id);
    *ret_waited = item.waited;
    *ret_is =
        item.id != 0 && item.becomes == ITEM_WAITING ? ITEM_COUNTED_WAITS : ITEM_COUNTED_NOT_OPEN;
    return 0;
}
