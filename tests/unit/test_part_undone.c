/* What a part did to the queue and is undone is in no memory either, also when a list was read in its midst: what is due
 * is written for that, and undone with the part. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int64_t second;

/* With two items, of which A is leased and B is `second`, and all that is kept in memory read. */
static void begin(void)
{
    queue_begin(&queue);
    (void)queue_add(&queue, "A", "p");
    second = queue_add(&queue, "B", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_begin(&queue);
}

static int look_at(const struct item_record *item, void *context)
{
    (void)item;
    (void)context;
    return 0;
}

static void begin_part(void)
{
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
}

/* As a command that shows the queue, and fails. */
static void read_and_undo(void)
{
    const struct item_filter filter = {.state = ITEM_STATE_OPEN};

    queue_need(&queue, item_each(queue.store, &filter, 100, look_at, NULL, &queue.fault));
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
}

static void end(void)
{
    queue_commit(&queue);
    queue_verify(&queue);
}

static void a_reference_that_was_added(void **state)
{
    (void)state;
    begin();
    begin_part();
    assert_true(queue_add(&queue, "C", "p") > 0);
    read_and_undo();
    begin_part();
    read_and_undo();
    assert_true(queue_add(&queue, "C", "p") > 0);
    end();
}

static void an_item_that_was_leased(void **state)
{
    (void)state;
    begin();
    begin_part();
    assert_int_equal(queue_lease(&queue, 1), 1);
    read_and_undo();
    assert_int_equal(queue_lease(&queue, 1), 1); /* it is ready again */
    end();
}

static void a_result(void **state)
{
    int64_t id;

    (void)state;
    begin();
    id = queue.leased[0].id;
    begin_part();
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    read_and_undo();
    assert_int_equal(queue_add(&queue, "A", "p"), 0); /* it is there as before */
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    end();
}

/* The first that asks for it reads it: in the part, after what the part has done. */
static void what_was_first_read_in_the_part(void **state)
{
    (void)state;
    begin();
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    begin_part();
    queue_need(&queue, item_drop(queue.store, second, "why", queue.now_ms, &queue.fault));
    assert_true(queue_add(&queue, "C", "p") > 0);
    read_and_undo();
    assert_int_equal(queue_add(&queue, "B", "p"), 0);
    end();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_reference_that_was_added),
        TEST(an_item_that_was_leased),
        TEST(a_result),
        TEST(what_was_first_read_in_the_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
