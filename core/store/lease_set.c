/*
 * What is leased, in memory as the table `lease` has it; and the items that were done, which
 * are deleted together: side by side in the table, as they were leased, they go by ranges.
 */
#include "core/store/batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/id_set.h"
#include "core/store/sql.h"

/* Runs: many times those that may be alive at once, for of some that a crash cut off leases are left. */
enum { DONE_KEPT_MAX = 65536 /* room for so many is kept */, RUNS_MAX = 4096, ID_DIGITS = 19 };

struct lease_set {
    bool is_loaded;
    bool has_changed; /* since the last flush */
    bool is_touched;  /* changed, or read, since the last part began */
    struct run_lease **runs;
    size_t run_count, run_capacity;
    struct run_lease *last; /* whom the last question was about */
    struct id_set ids;      /* of all items that are leased */
    int64_t *done;
    size_t done_count, done_capacity;
    int64_t promoted[RUNS_MAX]; /* runs for which items became ready: the latest; 0: none yet */
    size_t promoted_next;
};

static void change(struct lease_set *leases)
{
    leases->has_changed = true;
    leases->is_touched = true;
}

static void free_run(struct run_lease *run)
{
    free(run->items);
    free(run);
}

static void forget(struct lease_set *leases)
{
    size_t i;

    for (i = 0; i < leases->run_count; i++)
        free_run(leases->runs[i]);
    leases->run_count = 0;
    leases->last = NULL;
    id_set_release(&leases->ids);
    leases->is_loaded = false;
    leases->has_changed = false;
    leases->is_touched = false;
}

void leases_free(struct lease_set *leases)
{
    if (leases == NULL)
        return;
    forget(leases);
    free(leases->runs);
    free(leases->done);
    free(leases);
}

void leases_discard(struct lease_set *leases, bool is_whole)
{
    if (leases == NULL)
        return;
    leases->done_count = 0;
    if (leases->is_touched || is_whole)
        forget(leases);
}

void leases_part_begun(struct lease_set *leases)
{
    if (leases != NULL)
        leases->is_touched = false;
}

struct run_lease *leases_find(struct lease_set *leases, int64_t run_id)
{
    size_t i;

    if (leases->last != NULL && leases->last->run_id == run_id)
        return leases->last;
    for (i = 0; i < leases->run_count; i++) {
        if (leases->runs[i]->run_id == run_id) {
            leases->last = leases->runs[i];
            return leases->last;
        }
    }
    return NULL;
}

static struct run_lease *find_or_make(struct lease_set *leases, int64_t run_id, int64_t robot_id,
                                      int64_t fence)
{
    struct run_lease *run = leases_find(leases, run_id);

    if (run != NULL)
        return run;
    if (leases->run_count == leases->run_capacity) {
        size_t capacity = leases->run_capacity > 0 ? 2 * leases->run_capacity : 16;
        struct run_lease **runs =
            capacity <= RUNS_MAX ? reallocarray(leases->runs, capacity, sizeof(struct run_lease *))
                                 : NULL;

        if (runs == NULL)
            return NULL;
        leases->runs = runs;
        leases->run_capacity = capacity;
    }
    run = calloc(1, sizeof *run);
    if (run == NULL)
        return NULL;
    run->run_id = run_id;
    run->robot_id = robot_id;
    run->fence = fence;
    leases->runs[leases->run_count++] = run;
    leases->last = run;
    change(leases); /* when the run is undone its number may be another's */
    return run;
}

struct leased_item *leases_item(struct run_lease *run, int64_t item_id)
{
    size_t i;

    /* Results come in the order of the items, as a rule. */
    for (i = 0; i < run->count; i++) {
        size_t at = run->next + i < run->count ? run->next + i : run->next + i - run->count;

        if (run->items[at].id == item_id) {
            if (run->items[at].is_settled)
                continue;
            run->next = at;
            return &run->items[at];
        }
    }
    return NULL;
}

bool leases_hold(const struct lease_set *leases, int64_t item_id)
{
    return id_set_has(&leases->ids, item_id);
}

void leases_doubt(struct lease_set *leases, int64_t item_id, enum item_doubt doubt)
{
    struct leased_item *item;
    size_t i;

    for (i = 0; i < leases->run_count; i++) {
        item = leases_item(leases->runs[i], item_id);
        if (item != NULL)
            item->doubt = doubt;
    }
    change(leases);
}

void leases_promoted(struct lease_set *leases, int64_t run_id)
{
    if (leases_have_promoted(leases, run_id))
        return;
    leases->promoted[leases->promoted_next] = run_id;
    leases->promoted_next = (leases->promoted_next + 1) % RUNS_MAX;
}

bool leases_have_promoted(const struct lease_set *leases, int64_t run_id)
{
    size_t i;

    for (i = 0; i < RUNS_MAX && leases->promoted[i] != 0; i++)
        if (leases->promoted[i] == run_id)
            return true;
    return false;
}

struct run_lease *leases_take(struct lease_set *leases, int64_t run_id, int64_t robot_id,
                              int64_t fence)
{
    struct run_lease *run = find_or_make(leases, run_id, robot_id, fence);
    size_t i;

    if (run == NULL)
        return NULL;
    /* What it is handed may be what another of the robot made ready, and that may end before it. */
    for (i = 0; i < leases->run_count; i++)
        if (leases->runs[i]->robot_id == robot_id &&
            leases_have_promoted(leases, leases->runs[i]->run_id))
            leases_promoted(leases, run_id);
    return run;
}

int item_lease_owed(struct store *store, int64_t run_id, struct fault *fault)
{
    struct lease_set *leases = NULL;
    int result = leases_ready(store, &leases, fault);

    if (result == 0)
        leases_promoted(leases, run_id);
    return result;
}

/* Settled items leave the list when it must grow. */
static void tidy(struct run_lease *run)
{
    size_t to = 0;
    size_t from;

    for (from = 0; from < run->count; from++)
        if (!run->items[from].is_settled)
            run->items[to++] = run->items[from];
    run->count = to;
    run->next = 0;
}

int leases_reserve(struct lease_set *leases, struct run_lease *run, size_t more)
{
    struct leased_item *items;

    if (run->count + more > run->capacity)
        tidy(run);
    if (more > LEASES_OF_RUN_MAX || run->count + more > LEASES_OF_RUN_MAX)
        return -E2BIG;
    if (run->count + more > run->capacity) {
        items = reallocarray(run->items, run->count + more, sizeof *items);
        if (items == NULL)
            return -ENOMEM;
        run->items = items;
        run->capacity = run->count + more;
    }
    return id_set_reserve(&leases->ids, more);
}

void leases_add(struct lease_set *leases, struct run_lease *run, const struct leased_item *item)
{
    run->items[run->count++] = *item;
    run->open++;
    run->is_due = true;
    change(leases);
    id_set_add(&leases->ids, item->id);
}

void leases_take_back(struct lease_set *leases, struct run_lease *run, size_t count)
{
    while (run->count > count) {
        run->count--;
        run->open--;
        id_set_remove(&leases->ids, run->items[run->count].id);
    }
}

int leases_reserve_done(struct lease_set *leases)
{
    size_t capacity = leases->done_capacity > 0 ? 2 * leases->done_capacity : 256;
    int64_t *done;

    if (leases->done_count < leases->done_capacity)
        return 0;
    done = reallocarray(leases->done, capacity, sizeof *done);
    if (done == NULL)
        return -ENOMEM;
    leases->done = done;
    leases->done_capacity = capacity;
    return 0;
}

void leases_settle(struct lease_set *leases, struct run_lease *run, struct leased_item *item,
                   bool is_done)
{
    item->is_settled = true;
    run->open--;
    run->next++;
    id_set_remove(&leases->ids, item->id);
    change(leases);
    if (is_done)
        leases->done[leases->done_count++] = item->id;
    else
        run->is_due = true; /* it may become ready again: the list must not name it */
}

void leases_drop(struct lease_set *leases, struct run_lease *run)
{
    size_t i;

    for (i = 0; i < run->count; i++)
        if (!run->items[i].is_settled)
            id_set_remove(&leases->ids, run->items[i].id);
    for (i = 0; leases->runs[i] != run; i++)
        continue;
    leases->runs[i] = leases->runs[--leases->run_count];
    leases->last = NULL;
    change(leases);
    free_run(run);
}

/* ---- the table */

static int load(struct store *store, struct lease_set *leases, struct fault *fault)
{
    static const char SQL[] =
        "SELECT l.run_id, l.robot_id, l.fence, i.id, i.window, i.priority, i.business_day, "
        "i.attempts, i.uncertain, i.ref_hash, i.masked, i.lost_runs, i.created_ms, i.is_dated "
        "FROM lease l CROSS JOIN json_each(l.items) j CROSS JOIN item i "
        "WHERE i.id = j.value AND i.state = 0 ORDER BY l.run_id, j.key";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    while ((result = sql_step(store, statement, fault)) > 0) {
        struct leased_item item;
        struct run_lease *run =
            find_or_make(leases, sqlite3_column_int64(statement, 0),
                         sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 2));

        result = run != NULL ? leases_reserve(leases, run, run->count + 1 > run->capacity ? 64 : 1)
                             : -ENOMEM;
        if (result < 0)
            (void)fault_set(fault, result, "the leases in the store cannot be held in memory");
        else
            result = leases_read_item(statement, 3, &item, fault);
        if (result < 0)
            break;
        leases_add(leases, run, &item);
        run->is_due = false;
    }
    sql_done(statement);
    if (result < 0)
        forget(leases);
    leases->has_changed = false;
    leases->is_touched = true; /* the part may have changed the table before it was read */
    leases->is_loaded = result == 0;
    return result;
}

int leases_ready(struct store *store, struct lease_set **ret_leases, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    int result = batch_of(store, &batch, fault);

    if (result < 0)
        return result;
    if (batch->leases == NULL)
        batch->leases = calloc(1, sizeof *batch->leases);
    if (batch->leases == NULL) {
        (void)fault_no_memory(fault);
        return -ENOMEM;
    }
    if (!batch->leases->is_loaded)
        result = load(store, batch->leases, fault);
    *ret_leases = batch->leases;
    return result;
}

static int compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Items with ids from first to last, all of which are known to be there. */
static int delete_range(struct store *store, int64_t first, int64_t last, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM item WHERE id BETWEEN ?1 AND ?2 AND state = 0";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, first);
        sqlite3_bind_int64(statement, 2, last);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    if (result == 0 && sql_changes(store) != last - first + 1)
        result = fault_set(fault, -EBADMSG,
                           "items %" PRId64 " to %" PRId64
                           ": not all are there though they are leased; the store was changed by "
                           "another program: run `automagi verify`",
                           first, last);
    return result;
}

int leases_flush_done(struct rollup_batch *batch, struct fault *fault)
{
    struct lease_set *leases = batch->leases;
    int result = 0;
    size_t from;
    size_t to;

    if (leases == NULL || leases->done_count == 0)
        return 0;
    qsort(leases->done, leases->done_count, sizeof leases->done[0], compare_ids);
    for (from = 0; from < leases->done_count && result == 0; from = to) {
        for (to = from + 1; to < leases->done_count;)
            if (leases->done[to] != leases->done[to - 1] + 1)
                break;
            else
                to++;
        result = delete_range(batch->store, leases->done[from], leases->done[to - 1], fault);
    }
    leases->done_count = 0;
    if (leases->done_capacity > DONE_KEPT_MAX) {
        free(leases->done);
        leases->done = NULL;
        leases->done_capacity = 0;
    }
    return store_half_done(result);
}

/* Ids are printed by the thousand: printf() would be a fortieth of all the store does. */
static void append_id(struct text *target, int64_t id)
{
    char digits[ID_DIGITS];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + id % 10);
        id /= 10;
    } while (id > 0);
    text_append(target, digits + at, sizeof digits - at);
}

static int write_run(struct store *store, const struct run_lease *run, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO lease(run_id, robot_id, fence, items) VALUES(?1, ?2, ?3, ?4) "
        "ON CONFLICT DO UPDATE SET fence = ?3, items = ?4";
    sqlite3_stmt *statement = NULL;
    struct text items;
    size_t i;
    int result = sql_use(store, SQL, &statement, fault);

    text_init(&items, (size_t)LEASES_OF_RUN_MAX * (ID_DIGITS + 1) + 2);
    text_append_char(&items, '[');
    for (i = 0; i < run->count; i++) {
        if (run->items[i].is_settled)
            continue;
        if (items.length > 1)
            text_append_char(&items, ',');
        append_id(&items, run->items[i].id);
    }
    text_append_char(&items, ']');
    if (result == 0 && items.broken != 0)
        result = fault_no_memory(fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, run->run_id);
        sqlite3_bind_int64(statement, 2, run->robot_id);
        sqlite3_bind_int64(statement, 3, run->fence);
        sql_bind_text(statement, 4, text_string(&items));
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    text_release(&items);
    return result;
}

int leases_flush(struct rollup_batch *batch, struct fault *fault)
{
    struct lease_set *leases = batch->leases;
    int result = 0;
    size_t i;

    if (leases == NULL || !leases->has_changed)
        return 0;
    for (i = 0; i < leases->run_count && result == 0; i++) {
        if (!leases->runs[i]->is_due)
            continue;
        result = write_run(batch->store, leases->runs[i], fault);
        leases->runs[i]->is_due = false;
    }
    if (result == 0)
        leases->has_changed = false;
    return result;
}
