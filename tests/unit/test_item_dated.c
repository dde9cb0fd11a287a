/* Whether an item has a business date of its own, when it was added, and what its task is a repeat of then. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/store/import.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

static struct queue queue;
static struct rows_import rows;
static const int64_t minute_ms = 60000;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_DAY, MANUAL);
    rows = (struct rows_import){.queue = &queue};
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void end(void)
{
    queue_commit(&queue);
    queue_verify(&queue);
}

/* Found before midnight, and taken in after it. */
static int64_t add_late(const char *reference)
{
    struct item_new item = {.reference = reference, .payload = "p"};

    queue_at_old_year(&queue);
    item.added_ms = queue.now_ms;
    queue_at_new_year(&queue);
    return queue_add_item(&queue, &item);
}

static void import_done(const char *reference, int64_t ago_ms)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = ago_ms;
    rows_apply(&rows, reference, IMPORT_DONE, 1);
}

static void what_is_taken_in_late_was_there_before(void **state)
{
    int64_t id = add_late("A");

    (void)state;
    assert_int_equal(
        queue_ask_with(&queue, "SELECT changed_ms - created_ms FROM item WHERE id = ?1", id, 0),
        20 * minute_ms);
    import_done("A", 0);
    assert_int_equal(rows.met.waiting, 1);
    assert_int_equal(queue_lease(&queue, 1), 0);
    end();
}

/* It was done before it was taken in. */
static void what_is_taken_in_late_may_be_done_by_then(void **state)
{
    (void)state;
    (void)add_late("A");
    import_done("A", 5 * minute_ms);
    assert_int_equal(rows.met.waiting, 1);
    end();
}

static void what_is_taken_in_late_has_no_date(void **state)
{
    (void)state;
    (void)add_late("A");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note"), 0);
    end();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_is_taken_in_late_was_there_before),
        TEST(what_is_taken_in_late_may_be_done_by_then),
        TEST(what_is_taken_in_late_has_no_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
