/* What is done, or added, under a reference whose task was taken back: it counts nothing, and a person is told. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/store/import.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

static struct queue queue;
static struct rows_import rows;
static const int64_t month_ms = INT64_C(31) * 86400000;

static void open_anew(int side_effects)
{
    if (queue.store != NULL)
        queue_close(&queue);
    queue_open(&queue, WINDOW_MONTH, side_effects);
    rows = (struct rows_import){.queue = &queue};
    queue_begin(&queue);
}

static int set_up(void **state)
{
    (void)state;
    memset(&queue, 0, sizeof queue);
    open_anew(MANUAL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* A row of the month that lies so many after that of the item, in a file of its own. */
static void import_in(int months, enum import_outcome outcome)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = -months * month_ms;
    rows_apply(&rows, "A", outcome, 1);
}

static void count_and_take_back(void)
{
    import_in(0, IMPORT_DONE);
    import_in(0, IMPORT_UNDONE);
}

/* As a daemon does that starts again. */
static void start_anew(void)
{
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
}

static void expect_note(int64_t id, const char *begins)
{
    char query[512];

    (void)snprintf(query, sizeof query,
                   "SELECT count(*) FROM item WHERE id = ?1 AND note LIKE '%s%%'", begins);
    if (queue_ask_with(&queue, query, id, 0) != 1)
        fail_msg("the note does not begin with: %s", begins);
}

static int64_t state_of(int64_t id)
{
    return queue_ask_with(&queue, "SELECT state FROM item WHERE id = ?1", id, 0);
}

static void retry(int64_t id)
{
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
}

static void close_as_done(int64_t id)
{
    queue_need(&queue, item_done_by_hand(queue.store, id, "by me", queue.now_ms, &queue.fault));
}

static void drop(int64_t id)
{
    queue_need(&queue, item_drop(queue.store, id, "not ours", queue.now_ms, &queue.fault));
}

static void put_off(int64_t id)
{
    struct item_put_off later = {
        .until_ms = queue.now_ms + 1000, .by = "Bo", .reason = "later", .now_ms = queue.now_ms};

    queue_need(&queue, item_defer(queue.store, id, &later, &queue.fault));
}

static void expect_sound(void)
{
    queue_commit(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
}

/* ---- done by a run */

/* How the item stands when the import that counted it is taken back. */
enum stands { WAITS, PUT_OFF, DROPPED, CLOSED, IN_HAND, STANDS_COUNT };

static int64_t add_and_take_back(enum stands stands)
{
    int64_t id = queue_add(&queue, "A", "p");

    if (stands == DROPPED)
        drop(id);
    if (stands == IN_HAND)
        assert_int_equal(queue_lease(&queue, 1), 1);
    import_in(0, IMPORT_DONE);
    if (stands == PUT_OFF)
        put_off(id);
    if (stands == CLOSED)
        close_as_done(id);
    import_in(0, IMPORT_UNDONE);
    return id;
}

#define DONE_FOR_NOTHING                                                                           \
    "done by run %, but counted by nothing: import 2, line 2 took back the task of this "          \
    "reference; import it under a reference of its own, then close it as done"

/* It was acknowledged, so it is done; and nobody hands it out again by himself. */
static void expect_told_that_it_is_done(int64_t id)
{
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    start_anew();
    assert_int_equal(state_of(id), ITEM_WAITING);
    expect_note(id, DONE_FOR_NOTHING);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_add(&queue, "A", "other"), 0);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 1);
    assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), 1);
    assert_int_equal(queue_sum(&queue, ATTEMPT_REPEATED), 1);
    expect_sound();
}

static void what_a_run_does_for_nothing_waits_for_a_person(void **state)
{
    static const int classes[] = {IDEMPOTENT, PROBEABLE, MANUAL};
    int each;
    int64_t id;

    (void)state;
    for (each = 0; each < 3 * STANDS_COUNT; each++) {
        enum stands stands = (enum stands)(each % STANDS_COUNT);

        open_anew(classes[each / STANDS_COUNT]);
        id = add_and_take_back(stands);
        if (stands != IN_HAND) {
            retry(id);
            assert_int_equal(queue_lease(&queue, 1), 1);
        }
        expect_told_that_it_is_done(id);
    }
}

/* Its run, of which the daemon took a part over, goes on under another that knows of it by the table alone. */
static void what_a_dead_daemon_had_in_hand_is_told(void **state)
{
    int64_t id;

    (void)state;
    open_anew(IDEMPOTENT);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    start_anew();
    count_and_take_back();
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_ANY), 0);
    queue_run(&queue);
    assert_int_equal(queue_lease(&queue, 1), 1);
    expect_told_that_it_is_done(id);
}

/* It is imported as it says, and closed. Nothing is told twice. */
static void what_was_told_is_closed_for_good(void **state)
{
    int64_t id = add_and_take_back(IN_HAND);

    (void)state;
    expect_told_that_it_is_done(id);
    close_as_done(id);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault), -EINVAL);
    expect_sound();
}

/* Who wants it done again is told again. */
static void what_was_told_may_be_retried(void **state)
{
    int64_t id = add_and_take_back(IN_HAND);

    (void)state;
    expect_told_that_it_is_done(id);
    retry(id);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(state_of(id), ITEM_WAITING);
    expect_note(id, DONE_FOR_NOTHING);
    expect_sound();
}

/* Another task of it stands in the next month, and counts it: nobody is asked for anything. */
static void what_another_month_counts_is_closed(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    count_and_take_back();
    import_in(1, IMPORT_DONE);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(state_of(id), ITEM_DONE_BY_HAND);
    expect_note(id, "import 3, line 2 counted it, ");
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    expect_sound();
}

/* One that stands is the record of it. */
static void what_stands_leaves_the_queue(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    import_in(0, IMPORT_DONE);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(state_of(id), INT64_MIN);
    expect_sound();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_a_run_does_for_nothing_waits_for_a_person),
        TEST(what_a_dead_daemon_had_in_hand_is_told),
        TEST(what_was_told_is_closed_for_good),
        TEST(what_was_told_may_be_retried),
        TEST(what_another_month_counts_is_closed),
        TEST(what_stands_leaves_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
