/* What an import counted, was closed or lies there still, and was taken back: whatever counts it after that is told. */
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

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_MONTH, MANUAL);
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

/* A row of the month that lies so many after that of the item, in a file of its own. */
static void import_in(int months, enum import_outcome outcome)
{
    rows_begin(&rows, 1);
    rows.done_ago_ms = -months * month_ms;
    rows_apply(&rows, "A", outcome, 1);
}

static int retry(int64_t id)
{
    return item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault);
}

/* What becomes of it while it is marked. */
enum meanwhile { WAITS, PUT_OFF, DROPPED, CLOSED, DONE_BY_RUN, MEANWHILE_COUNT };

/* Counted in the month after its own. */
static int64_t add_and_count(enum meanwhile meanwhile)
{
    int64_t id = queue_add(&queue, "A", "p");

    if (meanwhile == DONE_BY_RUN)
        assert_int_equal(queue_lease(&queue, 1), 1);
    import_in(1, IMPORT_DONE);
    if (meanwhile == PUT_OFF)
        queue_put_off(&queue, id);
    if (meanwhile == DROPPED)
        queue_drop(&queue, id);
    if (meanwhile == CLOSED)
        queue_done_by_hand(&queue, id);
    if (meanwhile == DONE_BY_RUN)
        assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_REPEATED);
    return id;
}

static int64_t add_and_take_back(enum meanwhile meanwhile)
{
    int64_t id = add_and_count(meanwhile);

    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 2 took that back, so nothing counts it: ");
    return id;
}

static bool is_closed_as_done(enum meanwhile meanwhile)
{
    return meanwhile == CLOSED || meanwhile == DONE_BY_RUN;
}

/* One of the table below. It is handed out to nobody, and when that is taken back too its note says so. */
static void expect_told(enum meanwhile meanwhile, int months, bool is_restarted)
{
    int64_t id = add_and_take_back(meanwhile);
    int64_t state = queue_state(&queue, id);

    if (is_restarted)
        queue_start_anew(&queue);
    import_in(months, IMPORT_DONE);
    queue_note(&queue, id,
               is_closed_as_done(meanwhile)
                   ? "import 3, line 2 counted it, so something else has done it: it is closed"
                   : "import 3, line 2 counted it, so something else has done it: ");
    assert_int_equal(queue_state(&queue, id), meanwhile == PUT_OFF ? ITEM_WAITING : state);
    if (is_closed_as_done(meanwhile))
        assert_int_equal(retry(id), -EINVAL);
    assert_int_equal(queue_lease(&queue, 1), 0);
    import_in(months, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 4 took that back, so nothing counts it: ");
    queue_need(&queue, retry(id));
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

/* In its own month (0) or in another, by the daemon that saw it taken back or by one that was started since. */
static void what_was_taken_back_is_told_of_what_counts_it_next(void **state)
{
    int each;

    for (each = 0; each < 4 * MEANWHILE_COUNT; each++) {
        (void)tear_down(state);
        (void)set_up(state);
        expect_told((enum meanwhile)(each / 4), each % 4 / 2 == 0 ? 0 : 2, each % 2 == 1);
    }
}

/* That of its own month marks it anew, as it does what is open: what was counted first may be taken back then. */
static void what_is_closed_is_counted_anew_in_its_own_month(void **state)
{
    int64_t id = add_and_count(CLOSED);

    (void)state;
    import_in(0, IMPORT_DONE);
    queue_note(&queue, id,
               "import 2, line 2 counted it, so something else has done it: it is closed");
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id, "import 2, line 2 counted it, ");
    assert_int_equal(retry(id), -EINVAL);
    import_in(0, IMPORT_UNDONE);
    queue_note(&queue, id, "line 2 of import 4 took that back, so nothing counts it: ");
}

/* And that of another does not: the first is its mark until it is taken back. */
static void what_is_closed_keeps_its_mark_when_another_counts_it(void **state)
{
    int64_t id = add_and_count(CLOSED);

    (void)state;
    import_in(2, IMPORT_DONE);
    queue_note(&queue, id, "import 1, line 2 counted it, ");
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id,
               "import 2, line 2 counted it, so something else has done it: it is closed, and "
               "not to be done once more (was: line 2 of ");
    assert_int_equal(retry(id), -EINVAL);
}

/* Nobody can have it done again, and what counts it and is taken back does not make it so. */
static void what_a_person_has_done_is_never_told(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");
    int64_t beside = queue_add(&queue, "B", "p");
    int months;

    (void)state;
    queue_done_by_hand(&queue, id);
    queue_drop(&queue, beside); /* so its month is known to hold what may be reopened */
    for (months = 1; months >= 0; months--) {
        import_in(months, IMPORT_DONE);
        queue_note(&queue, id, "by me");
        import_in(months, IMPORT_UNDONE);
        queue_note(&queue, id, "by me");
        assert_int_equal(retry(id), -EINVAL);
    }
}

/* Its payload was removed when its time was up: nobody looks for it after a start. */
static void what_nobody_can_have_done_again_is_not_told(void **state)
{
    int64_t id = add_and_take_back(CLOSED);
    int64_t forgotten = 0;

    (void)state;
    queue_need(&queue, item_forget_payloads(queue.store, queue.policy.robot_id, queue.now_ms + 1,
                                            &forgotten, &queue.fault));
    assert_int_equal(forgotten, 1);
    queue_start_anew(&queue);
    import_in(2, IMPORT_DONE);
    queue_note(&queue, id, "line 2 of import 2 took that back, ");
    assert_int_equal(retry(id), -EINVAL);
}

/* ---- a key is away */

#define NOBODY_CAN_TELL                                                                            \
    "line 2 of import % took that back, and nothing that can be read counts it, but of 2025-06, "  \
    "whose key is away, nobody can tell: see whether it was done, "

/* Counted in two months, and taken back in one while the key of the other is away. */
static int64_t take_back_half(enum meanwhile meanwhile)
{
    int64_t id = add_and_count(meanwhile);

    import_in(2, IMPORT_DONE);
    queue_move_key(&queue, "keys/franco/2025-06", "aside");
    import_in(1, IMPORT_UNDONE);
    return id;
}

/* When the key is back. Nothing is done twice, in whatever state it is. */
static void what_cannot_be_told_is_said_and_looked_at_again(void **state)
{
    static const enum meanwhile cases[] = {WAITS, DROPPED, CLOSED};
    size_t i;
    int64_t id;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)tear_down(state);
        (void)set_up(state);
        id = take_back_half(cases[i]);
        queue_note(&queue, id, NOBODY_CAN_TELL);
        queue_move_key(&queue, "aside", "keys/franco/2025-06");
        assert_int_equal(retry(id), -EINVAL);
        assert_non_null(strstr(queue.fault.text, "import 2, line 2 counted it, "));
        import_in(2, IMPORT_UNDONE);
        queue_need(&queue, retry(id));
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    }
}

/* A person has read that nobody can tell, and seen that it was not done. */
static void what_cannot_be_told_is_for_a_person_to_say(void **state)
{
    int64_t id = take_back_half(CLOSED);

    (void)state;
    queue_need(&queue, retry(id));
    assert_int_equal(queue_lease(&queue, 1), 1);
}

static void what_is_away_itself_is_not_tried_again(void **state)
{
    int64_t id = take_back_half(CLOSED);

    (void)state;
    queue_move_key(&queue, "keys/franco/2025-04", "too");
    assert_int_equal(retry(id), -ENOKEY);
    assert_non_null(strstr(queue.fault.text, "nobody can see whether it was counted"));
    queue_move_key(&queue, "too", "keys/franco/2025-04");
    queue_need(&queue, retry(id));
}

/* Nothing of the month whose key is away may be it: it was taken back, or was done before; or it has a date. */
static void what_can_be_told_is_said(void **state)
{
    static const char NOTHING[] = "line 2 of import % took that back, so nothing counts it: ";
    struct item_new dated = {
        .reference = "A", .payload = "p", .business_day = clock_local_day(queue.now_ms)};
    int64_t id = add_and_count(CLOSED);

    import_in(2, IMPORT_DONE);
    import_in(2, IMPORT_UNDONE);
    queue_move_key(&queue, "keys/franco/2025-06", "aside");
    import_in(1, IMPORT_UNDONE);
    queue_note(&queue, id, NOTHING);
    queue_move_key(&queue, "aside", "keys/franco/2025-06");
    (void)tear_down(state);
    (void)set_up(state);
    id = queue_add_item(&queue, &dated);
    import_in(0, IMPORT_DONE);
    import_in(2, IMPORT_DONE);
    queue_move_key(&queue, "keys/franco/2025-06", "aside");
    import_in(0, IMPORT_UNDONE);
    queue_note(&queue, id, NOTHING);
}

/* Its mark stays while its own key is away, for nobody can see whose it is. */
static int64_t take_back_unseen(enum meanwhile meanwhile, bool is_counted_too)
{
    int64_t id = add_and_count(meanwhile);

    if (is_counted_too)
        import_in(2, IMPORT_DONE);
    queue_move_key(&queue, "keys/franco/2025-04", "aside");
    import_in(1, IMPORT_UNDONE);
    queue_move_key(&queue, "aside", "keys/franco/2025-04");
    queue_note(&queue, id, "import 1, line 2 counted it, ");
    return id;
}

static void what_could_not_be_told_may_be_retried(void **state)
{
    static const enum meanwhile cases[] = {CLOSED, DONE_BY_RUN};
    size_t i;
    int64_t id;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)tear_down(state);
        (void)set_up(state);
        id = take_back_unseen(cases[i], false);
        queue_need(&queue, retry(id));
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
        queue_commit(&queue);
        queue_verify(&queue);
    }
}

/* The mark says nothing of that one. */
static void what_another_has_counted_too_is_not_retried(void **state)
{
    int64_t id = take_back_unseen(CLOSED, true);

    (void)state;
    assert_int_equal(retry(id), -EINVAL);
    assert_non_null(strstr(queue.fault.text, "import 2, line 2 counted it, "));
    queue_move_key(&queue, "keys/franco/2025-06", "aside");
    assert_int_equal(retry(id), -ENOKEY);
    assert_non_null(strstr(queue.fault.text, "but of 2025-06, "));
    queue_move_key(&queue, "aside", "keys/franco/2025-06");
    import_in(2, IMPORT_UNDONE);
    queue_need(&queue, retry(id));
}

/* Who reopens it reads that it was counted, and has said that it is to be done once more. */
static void what_was_dropped_is_retried_all_the_same(void **state)
{
    int64_t id = take_back_unseen(DROPPED, true);

    (void)state;
    queue_need(&queue, retry(id));
}

/* Another line of the same import was. */
static void what_was_not_taken_back_stays_closed(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    rows_begin(&rows, 2);
    rows.done_ago_ms = -month_ms;
    rows_apply(&rows, "A", IMPORT_DONE, 1);
    rows_apply(&rows, "B", IMPORT_DONE, 2);
    queue_done_by_hand(&queue, id);
    rows_begin(&rows, 1);
    rows_apply(&rows, "B", IMPORT_UNDONE, 1);
    assert_int_equal(retry(id), -EINVAL);
    assert_non_null(strstr(queue.fault.text, "is done by hand"));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_was_taken_back_is_told_of_what_counts_it_next),
        TEST(what_is_closed_is_counted_anew_in_its_own_month),
        TEST(what_is_closed_keeps_its_mark_when_another_counts_it),
        TEST(what_a_person_has_done_is_never_told),
        TEST(what_nobody_can_have_done_again_is_not_told),
        TEST(what_cannot_be_told_is_said_and_looked_at_again),
        TEST(what_cannot_be_told_is_for_a_person_to_say),
        TEST(what_is_away_itself_is_not_tried_again),
        TEST(what_can_be_told_is_said),
        TEST(what_could_not_be_told_may_be_retried),
        TEST(what_another_has_counted_too_is_not_retried),
        TEST(what_was_dropped_is_retried_all_the_same),
        TEST(what_was_not_taken_back_stays_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
