/* The queue of a window whose key is gone: put aside for a moment, or erased. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    queue_at_old_year(&queue);
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void move_key(const char *from, const char *to)
{
    char here[128];
    char there[128];

    (void)snprintf(here, sizeof here, "%s/%s", queue.home, from);
    (void)snprintf(there, sizeof there, "%s/%s", queue.home, to);
    assert_int_equal(rename(here, there), 0);
}

static void expect_refused(const char *reference, const char *why)
{
    struct item_new item = {.reference = reference, .payload = "p"};
    int64_t id = 0;

    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_int_equal(item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault),
                     -ENOKEY);
    queue_need(&queue, store_part_end(queue.store, false, NULL));
    assert_int_equal(id, 0);
    assert_non_null(strstr(queue.fault.text, why));
}

/* A key that is put aside for a moment: nobody can tell what was done there. */
static void what_was_done_ahead_is_refused_without_its_key(void **state)
{
    int64_t done;
    struct item_new dated = {.reference = "A", .payload = "p"};

    (void)state;
    queue_at_new_year(&queue);
    done = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 9), 1);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    move_key("keys/franco/2025", "aside");
    queue_begin(&queue);
    queue_at_old_year(&queue);
    expect_refused("A", "which lies after now's");
    dated.business_day = clock_local_day(queue.now_ms); /* other work */
    assert_true(queue_add_item(&queue, &dated) > done);
    queue_commit(&queue);
    move_key("aside", "keys/franco/2025");
    queue_begin(&queue);
    assert_true(queue_add(&queue, "B", "p") > done);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Of a window ahead in which nothing was done nothing is asked. */
static void an_empty_window_ahead_holds_nothing(void **state)
{
    int64_t id;

    (void)state;
    queue_key(&queue, queue.policy.robot_id, WINDOW_YEAR, 2025);
    queue_commit(&queue);
    move_key("keys/franco/2025", "aside");
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    assert_true(id > 0);
}

/* Deferred, leased and waiting ones: the work may be done when the key is back. As it was found: it was done twice and
 * counted twice. */
static void what_is_open_is_refused_without_its_key(void **state)
{
    struct item_new later = {.reference = "C", .payload = "p"};
    int64_t waiting;
    int64_t leased;
    int64_t deferred;

    (void)state;
    queue_at_old_year(&queue);
    leased = queue_add(&queue, "A", "p");
    waiting = queue_add(&queue, "B", "p");
    later.not_before_ms = queue.now_ms + 60000;
    deferred = queue_add_item(&queue, &later);
    assert_int_equal(queue_lease(&queue, 9), 2);
    assert_int_equal(queue_result(&queue, waiting, BUSINESS), ITEM_TAKEN_WAITING);
    queue_commit(&queue);
    move_key("keys/franco/2024", "aside");
    queue_begin(&queue);
    queue_at_new_year(&queue);
    expect_refused("A", "drop those items if it was erased on purpose");
    expect_refused("B", "drop those items");
    expect_refused("C", "drop those items");
    queue_need(&queue, item_drop(queue.store, waiting, "x", queue.now_ms, &queue.fault));
    queue_need(&queue, item_drop(queue.store, deferred, "x", queue.now_ms, &queue.fault));
    expect_refused("C", "drop those items"); /* one is leased */
    queue_commit(&queue);
    move_key("aside", "keys/franco/2024");
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_result(&queue, leased, DONE), ITEM_TAKEN_COUNTED);
    assert_true(queue_add(&queue, "C", "p") > deferred);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* What was erased on purpose holds up nobody once nothing of it is to be done. */
static void an_erased_window_holds_nothing(void **state)
{
    char path[128];
    int64_t id;

    (void)state;
    id = queue_add(&queue, "A", "p");
    queue_commit(&queue);
    (void)snprintf(path, sizeof path, "%s/keys/franco/2024", queue.home);
    assert_int_equal(unlink(path), 0);
    queue_begin(&queue);
    queue_at_new_year(&queue);
    expect_refused("A", "keys/franco/2024");
    queue_need(&queue, item_drop(queue.store, id, "erased", queue.now_ms, &queue.fault));
    assert_true(queue_add(&queue, "A", "p") > id);
    assert_int_equal(queue_lease(&queue, 9), 1);
}

/* When that window is past too: there alone it may be, and what else was done there holds up nobody. */
static void what_is_noted_as_done_ahead_is_refused_without_its_key(void **state)
{
    struct rows_import rows = {.queue = &queue, .done_ago_ms = INT64_C(800) * 86400000};
    int64_t delayed = 0;

    (void)state;
    queue_at_new_year(&queue);
    (void)queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    queue_at_old_year(&queue);
    queue_need(&queue,
               item_right_clock(queue.store, queue.now_ms, 1200000, &delayed, &queue.fault));
    queue_commit(&queue);
    move_key("keys/franco/2025", "aside");
    queue_begin(&queue);
    queue.now_ms += rows.done_ago_ms;
    rows_begin(&rows, 3);
    rows_expect(&rows, "A", 1, -ENOKEY, "a clock that stood ahead counted tasks in that window");
    rows.done_ago_ms += INT64_C(366) * 86400000;
    rows_apply(&rows, "A", IMPORT_DONE, 1); /* of 2023 */
    rows.done_ago_ms = 0;
    rows_apply(&rows, "A", IMPORT_DONE, 2);
    assert_int_equal(rows_count(&rows, "new_rows"), 2);
    queue_commit(&queue);
    move_key("aside", "keys/franco/2025");
    queue_begin(&queue);
    rows.done_ago_ms = INT64_C(800) * 86400000;
    rows_apply(&rows, "A", IMPORT_DONE, 3);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_was_done_ahead_is_refused_without_its_key),
        TEST(what_is_noted_as_done_ahead_is_refused_without_its_key),
        TEST(an_empty_window_ahead_holds_nothing),
        TEST(what_is_open_is_refused_without_its_key),
        TEST(an_erased_window_holds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
