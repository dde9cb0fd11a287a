/*
 * A disk that fails, or is full, or memory that is used up, at each call in turn while the queue
 * is worked off: there is one fault, nothing is lost of what was committed, and after a new start
 * the work goes on. SQLite undoes the transaction inside the statement that failed, so this is
 * also about memory: meant to be run under the address sanitizer.
 *
 * Every seventh call fails, each way of failing beginning with another one; DISK_FAULT_EVERY=1 lets
 * each fail (`make prove PART=torture-queue`).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/run_record.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/standins/failing_disk.h"
#include "tests/standins/failing_memory.h"
#include "tests/unit/queue_home.h"

/* So much that a cache of a few pages cannot hold it and must be written in the midst. */
enum { ITEMS = 12, PAYLOAD = 6000, CALLS_MAX = 5000 };

/* How far it is from one call that fails to the next, where nobody asks for another. */
enum { EVERY = 7 };

static struct queue queue;
static char payload[PAYLOAD + 1];

static int set_up(void **state)
{
    (void)state;
    if (failing_disk_use() != SQLITE_OK)
        return -1;
    failing_disk_heal();
    memset(payload, 'p', PAYLOAD);
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    failing_disk_heal();
    queue_close(&queue);
    return 0;
}

static void shrink_cache(void)
{
    if (sqlite3_exec(queue.store->db, "PRAGMA cache_size = 10", NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(queue.store->db));
}

static int add(long round, int number)
{
    char reference[64];
    struct item_new item = {.reference = reference, .payload = payload};
    int64_t id = 0;

    (void)snprintf(reference, sizeof reference, "round %ld, item %d", round, number);
    return item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault);
}

static int keep(const struct item_lease *item, void *context)
{
    (void)context;
    queue.leased[queue.leased_count++].id = item->id;
    return 0;
}

static int lease(uint32_t want)
{
    queue.leased_count = 0;
    return item_lease(queue.store, &queue.policy,
                      &(struct item_lease_request){queue.run_id, queue.fence, want, queue.now_ms},
                      keep, NULL, &queue.more, &queue.fault);
}

static int take(size_t index, int outcome)
{
    struct item_result result = {
        .item_id = queue.leased[index].id,
        .run_id = queue.run_id,
        .fence = queue.fence,
        .seq = ++queue.seq,
        .outcome = outcome,
        .completed_ms = queue.now_ms,
        .note = "why",
    };
    enum item_taken taken;

    return item_take_result(queue.store, &queue.policy, &result, &taken, &queue.fault);
}

/* Items that are deferred, and a run that holds as many. */
static void prepare(long round)
{
    size_t i;

    queue_begin(&queue);
    queue_run(&queue);
    for (i = 0; i < ITEMS; i++)
        queue_need(&queue, add(round, (int)i));
    queue_need(&queue, lease(ITEMS));
    for (i = 0; i < queue.leased_count; i++)
        queue_need(&queue, take(i, i % 2 == 0 ? TRANSIENT : DONE));
    for (i = 0; i < ITEMS; i++)
        queue_need(&queue, add(round, ITEMS + (int)i));
    queue_need(&queue, lease(ITEMS / 2));
    queue_commit(&queue);
    queue.now_ms += 3600000; /* what is deferred is due */
}

static int end_run(void)
{
    struct item_released released;
    int result = item_release_run(
        queue.store, &queue.policy,
        &(struct item_release){queue.run_id, ITEM_BEGUN_FIRST, "signal 11", queue.now_ms},
        &released, &queue.fault);

    if (result == 0)
        result = run_end(queue.store, queue.run_id, RUN_FAILED, "why", queue.now_ms, &queue.fault);
    return result < 0 ? result : 0;
}

/* One transaction of all that a run does. */
static int work(long round)
{
    size_t i;
    int result = store_begin(queue.store, &queue.fault);

    for (i = 0; i < 4 && result == 0; i++)
        result = add(round, 1000 + (int)i);
    for (i = 0; i < 4 && result == 0; i++)
        result = take(i, i == 0 ? BUSINESS : DONE);
    if (result == 0)
        result = lease(ITEMS);
    for (i = 0; i < 4 && result == 0; i++)
        result = take(i, i == 0 ? TRANSIENT : DONE);
    if (result == 0)
        result = end_run();
    return result == 0 ? store_commit(queue.store, &queue.fault) : result;
}

/* The run that was lost is released, and another does all there is. */
static void go_on(void)
{
    size_t i;

    shrink_cache();
    queue_begin(&queue);
    if (queue_ask_with(&queue, "SELECT state FROM run WHERE id = ?1", queue.run_id, 0) != RUN_ENDED)
        queue_need(&queue, end_run());
    queue_run(&queue);
    queue.now_ms += 3600000;
    queue_need(&queue, lease(QUEUE_LEASED_MAX));
    for (i = 0; i < queue.leased_count; i++)
        queue_need(&queue, take(i, DONE));
    queue_need(&queue, end_run());
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state <> 3"), 0);
    queue_verify(&queue);
}

static long every(void)
{
    const char *asked = getenv("DISK_FAULT_EVERY");
    long step = asked != NULL ? strtol(asked, NULL, 10) : EVERY;

    assert_true(step >= 1);
    return step;
}

/* `first` differs from way to way, so that together they meet more calls than each. */
static void fail_each(enum failing_disk_as as, bool is_for_good, long first)
{
    long step = every();
    long call;
    int result;

    shrink_cache();
    for (call = 1 + first % step; call < CALLS_MAX; call += step) {
        prepare(call);
        queue.fault.text[0] = '\0';
        failing_disk_fail(call, as, is_for_good);
        result = work(call);
        if (result < 0) {
            assert_true(failing_disk_has_failed());
            assert_true(result == -EIO || result == -ENOSPC);
            assert_true(queue.fault.text[0] != '\0');
            assert_null(strchr(queue.fault.text, '\n'));
            store_rollback(queue.store);
            assert_true(store_begin(queue.store, &queue.fault) < 0); /* never on the same handle */
        }
        store_close(queue.store);
        failing_disk_heal();
        queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
        go_on();
        if (!failing_disk_has_failed())
            break;
    }
    assert_true(call > 20 && call < CALLS_MAX); /* it came to its end, and there was something */
}

/* SQLite's own memory; what it had in hand for the transaction it undoes itself. */
static void use_up_each(bool is_for_good, long first)
{
    long step = every();
    long call;
    int result;

    for (call = 1 + first % step; call < CALLS_MAX; call += step) {
        prepare(call);
        queue.fault.text[0] = '\0';
        failing_memory_fail(call, is_for_good);
        result = work(call);
        failing_memory_heal();
        if (result < 0) {
            if (result != -ENOMEM && result != -EIO)
                fail_msg("allocation %ld: %d: %s", call, result, queue.fault.text);
            assert_true(queue.fault.text[0] != '\0');
        }
        queue_crash(&queue);
        go_on();
        if (!failing_memory_has_failed())
            break;
    }
    assert_true(call > 20 && call < CALLS_MAX);
}

static void memory_fails_once(void **state)
{
    (void)state;
    use_up_each(false, 0);
}

static void memory_fails_for_good(void **state)
{
    (void)state;
    use_up_each(true, 3);
}

static void fails_once(void **state)
{
    (void)state;
    fail_each(FAILING_DISK_BROKEN, false, 0);
}

static void fails_for_good(void **state)
{
    (void)state;
    fail_each(FAILING_DISK_BROKEN, true, 2);
}

static void is_full(void **state)
{
    (void)state;
    fail_each(FAILING_DISK_FULL, true, 4);
}

static void is_full_once(void **state)
{
    (void)state;
    fail_each(FAILING_DISK_FULL, false, 6);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(fails_once),   TEST(fails_for_good),    TEST(is_full),
        TEST(is_full_once), TEST(memory_fails_once), TEST(memory_fails_for_good),
    };

    if (failing_memory_use() != SQLITE_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
