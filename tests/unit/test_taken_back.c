/* What is done, or added, under a reference whose task was taken back: it counts nothing, and a person is told. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
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

static void retry(int64_t id)
{
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
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
        queue_drop(&queue, id);
    if (stands == IN_HAND)
        assert_int_equal(queue_lease(&queue, 1), 1);
    import_in(0, IMPORT_DONE);
    if (stands == PUT_OFF)
        queue_put_off(&queue, id);
    if (stands == CLOSED)
        queue_done_by_hand(&queue, id);
    import_in(0, IMPORT_UNDONE);
    return id;
}

#define DONE_FOR_NOTHING                                                                           \
    "done by run %, but counted by nothing: line 2 of import 2 took back the task of this "        \
    "reference; import it under a reference of its own, then close it as done"

/* It was acknowledged, so it is done; and nobody hands it out again by himself. */
static void expect_told_that_it_is_done(int64_t id)
{
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    queue_start_anew(&queue);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    queue_note(&queue, id, DONE_FOR_NOTHING);
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

/* A person was told that it is done: to put it off decides nothing, though its plugin may do it twice. */
static void what_a_run_did_for_nothing_waits_when_it_was_put_off(void **state)
{
    int64_t id;

    (void)state;
    open_anew(IDEMPOTENT);
    id = add_and_take_back(IN_HAND);
    expect_told_that_it_is_done(id);
    queue_put_off(&queue, id);
    queue.now_ms += 60000;
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    queue_note(&queue, id, "%(was: put off until % done by run %, but counted by nothing: ");
    expect_sound();
    retry(id);
    assert_int_equal(queue_lease(&queue, 1), 1);
}

/* Its run, of which the daemon took a part over, goes on under another that knows of it by the table alone. */
static void what_a_dead_daemon_had_in_hand_is_told(void **state)
{
    int64_t id;

    (void)state;
    open_anew(IDEMPOTENT);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_start_anew(&queue);
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
    queue_done_by_hand(&queue, id);
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
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    queue_note(&queue, id, DONE_FOR_NOTHING);
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
    assert_int_equal(queue_state(&queue, id), ITEM_DONE_BY_HAND);
    queue_note(&queue, id, "import 3, line 2 counted it, ");
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
    assert_int_equal(queue_state(&queue, id), INT64_MIN);
    expect_sound();
}

/* ---- added */

#define WOULD_COUNT_NOTHING                                                                        \
    "line 2 of import 2 took back the task of this reference: done, it would count for nothing; "  \
    "retry it when the work is still to be done, or drop it"

static int64_t add_what_was_taken_back(void)
{
    int64_t id = queue_add(&queue, "A", "p");

    assert_int_not_equal(id, 0);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    queue_note(&queue, id, WOULD_COUNT_NOTHING);
    return id;
}

/* Of every class, by the daemon that counted it or by one that was started since. Once. */
static void what_is_added_for_nothing_waits_for_a_person(void **state)
{
    int each;
    int64_t id;

    (void)state;
    for (each = 0; each < 6; each++) {
        open_anew(each % 3 + IDEMPOTENT);
        count_and_take_back();
        if (each >= 3)
            queue_start_anew(&queue);
        id = add_what_was_taken_back();
        assert_int_equal(queue_add(&queue, "A", "p"), 0);
        assert_int_equal(queue_add(&queue, "A", "other"), 0);
        assert_int_equal(queue_lease(&queue, 1), 0);
        queue_start_anew(&queue);
        assert_int_equal(queue_add(&queue, "A", "p"), 0);
        expect_sound();
        retry(id);
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_string_equal(queue.leased[0].payload, "p");
        assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
        assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
        queue_note(&queue, id, DONE_FOR_NOTHING);
        assert_int_equal(queue_add(&queue, "A", "p"), 0);
        assert_int_equal(queue_sum(&queue, ATTEMPT_DONE), 1);
        assert_int_equal(queue_sum(&queue, ATTEMPT_UNDONE), 1);
        expect_sound();
    }
}

/* It answers what is added with its reference. */
static void what_was_told_when_it_was_added_is_not_told_again(void **state)
{
    int each;
    int64_t id;

    (void)state;
    for (each = 0; each < 2; each++) {
        open_anew(MANUAL);
        count_and_take_back();
        id = add_what_was_taken_back();
        if (each == 0)
            queue_drop(&queue, id);
        else
            queue_done_by_hand(&queue, id);
        queue_start_anew(&queue);
        assert_int_equal(queue_add(&queue, "A", "p"), 0);
        expect_sound();
    }
}

/* Nor is it put off past a person, at first or by one who does not decide. */
static void what_is_put_off_waits_all_the_same(void **state)
{
    struct item_new later = {
        .reference = "A", .payload = "p", .not_before_ms = queue.now_ms + 1000};
    int64_t id;

    (void)state;
    count_and_take_back();
    id = queue_add_item(&queue, &later);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    expect_sound();
    queue_put_off(&queue, id);
    queue.now_ms += 2000;
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    expect_sound();
}

/* It takes room, and is refused as any other where there is none: nothing is lost. */
static void what_has_no_room_is_refused(void **state)
{
    struct item_new item = {.reference = "A", .payload = "p"};
    int64_t id = 0;

    (void)state;
    count_and_take_back();
    queue.policy.queue_items = 1;
    (void)queue_add(&queue, "B", "p");
    assert_int_equal(item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault),
                     -EDQUOT);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
}

/* In another window it is other work, or the same that is still open. */
static void what_was_taken_back_in_another_month_is_nothing_to_it(void **state)
{
    struct item_new dated = {.reference = "A", .payload = "p"};
    int64_t id;

    (void)state;
    import_in(1, IMPORT_DONE);
    import_in(1, IMPORT_UNDONE);
    id = queue_add(&queue, "A", "p");
    assert_int_equal(queue_state(&queue, id), ITEM_READY);
    queue.now_ms += month_ms;
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    dated.business_day = clock_local_day(queue.now_ms);
    id = queue_add_item(&queue, &dated);
    assert_int_equal(queue_state(&queue, id), ITEM_WAITING);
    expect_sound();
}

/* Who imports it again to have it counted reads that it is not. */
static void what_repeats_what_was_taken_back_is_told(void **state)
{
    (void)state;
    import_in(0, IMPORT_DONE);
    import_in(0, IMPORT_DONE);
    assert_int_equal(rows.met.repeated_undone, 0);
    import_in(0, IMPORT_UNDONE);
    import_in(0, IMPORT_UNDONE);
    assert_int_equal(rows.met.repeated_undone, 0);
    import_in(0, IMPORT_DONE);
    assert_int_equal(rows.met.repeated_undone, 1);
    assert_int_equal(rows_count(&rows, "repeated_rows"), 3);
    expect_sound();
}

/* What a run itself had counted, and an import has taken back. */
static void what_a_run_counted_and_was_taken_back_is_told_when_it_is_done_again(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");
    int64_t again;

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    import_in(0, IMPORT_UNDONE);
    again = queue_add(&queue, "A", "p");
    assert_int_equal(queue_state(&queue, again), ITEM_WAITING);
    expect_sound();
    retry(again);
    expect_sound();
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, again, DONE), ITEM_TAKEN_REPEATED);
    assert_int_equal(queue_state(&queue, again), ITEM_WAITING);
    expect_sound();
}

/* ---- what its note says when it is taken back */

#define BACK "line 2 of import 2 took that back, so nothing counts it: "
#define OF_ITS_OWN                                                                                 \
    BACK "done under this reference it would be a repeat, so retry it when the work is still to "  \
         "be done, close it when it is not; it counts when it is imported under a reference of "   \
         "its own (was: line 2 of import 1 counted it, "

static void what_would_be_a_repeat_says_so(void **state)
{
    int each;

    (void)state;
    for (each = 0; each < STANDS_COUNT; each++) {
        open_anew(MANUAL);
        queue_note(&queue, add_and_take_back((enum stands)each), OF_ITS_OWN);
        expect_sound();
    }
}

/* And is: its own month counted nothing. */
static void what_another_month_had_counted_may_be_counted(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    import_in(1, IMPORT_DONE);
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id, BACK "see whether it was done, and retry it when it was not (was: ");
    retry(id);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    expect_sound();
}

/* When its own month's was taken back before, nothing is counted under it, whatever it was that was taken back last. */
static void what_its_own_month_took_back_before_says_so(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    count_and_take_back();
    import_in(1, IMPORT_DONE);
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id,
               "line 2 of import 4 took that back, so nothing counts it: done under this "
               "reference it would be a repeat, ");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_a_run_does_for_nothing_waits_for_a_person),
        TEST(what_a_run_did_for_nothing_waits_when_it_was_put_off),
        TEST(what_a_dead_daemon_had_in_hand_is_told),
        TEST(what_was_told_is_closed_for_good),
        TEST(what_was_told_may_be_retried),
        TEST(what_another_month_counts_is_closed),
        TEST(what_stands_leaves_the_queue),
        TEST(what_is_added_for_nothing_waits_for_a_person),
        TEST(what_was_told_when_it_was_added_is_not_told_again),
        TEST(what_is_put_off_waits_all_the_same),
        TEST(what_has_no_room_is_refused),
        TEST(what_was_taken_back_in_another_month_is_nothing_to_it),
        TEST(what_repeats_what_was_taken_back_is_told),
        TEST(what_a_run_counted_and_was_taken_back_is_told_when_it_is_done_again),
        TEST(what_would_be_a_repeat_says_so),
        TEST(what_another_month_had_counted_may_be_counted),
        TEST(what_its_own_month_took_back_before_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
