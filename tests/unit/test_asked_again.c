/* A run that is asked again is the same request: what was done since the first asking is what it asked for, in whatever window. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

static struct queue queue;
static int64_t asked_ms; /* before the end of a day, a month and a year */
static const int64_t day_ms = INT64_C(86400000);

static int open_window(enum robot_window window)
{
    queue_open(&queue, window, MANUAL);
    queue_at_old_year(&queue);
    asked_ms = queue.now_ms;
    queue_begin(&queue);
    return 0;
}

static int open_day(void **state)
{
    (void)state;
    return open_window(WINDOW_DAY);
}

static int open_year(void **state)
{
    (void)state;
    return open_window(WINDOW_YEAR);
}

static int open_ever(void **state)
{
    (void)state;
    return open_window(WINDOW_EVER);
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* By a run that was asked again. */
static int64_t add_again(const char *reference)
{
    struct item_new item = {.reference = reference, .payload = "p", .asked_ms = asked_ms};

    return queue_add_item(&queue, &item);
}

static void do_one(const char *reference)
{
    assert_true(queue_add(&queue, reference, "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
}

/* What a person was to see to. */
static int64_t wait_for_person(const char *reference)
{
    assert_true(queue_add(&queue, reference, "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, BUSINESS), ITEM_TAKEN_WAITING);
    return queue.leased[0].id;
}

static void what_was_done_since_is_not_added(void **state)
{
    (void)state;
    do_one("done");
    queue_need(&queue, item_done_by_hand(queue.store, wait_for_person("by hand"), "x", queue.now_ms,
                                         &queue.fault));
    queue_need(&queue,
               item_drop(queue.store, wait_for_person("dropped"), "x", queue.now_ms, &queue.fault));
    (void)wait_for_person("open");
    queue_at_new_year(&queue);
    do_one("done since");
    queue.now_ms += day_ms;
    assert_int_equal(add_again("done"), 0);
    assert_int_equal(add_again("by hand"), 0);
    assert_int_equal(add_again("dropped"), 0);
    assert_int_equal(add_again("open"), 0);
    assert_int_equal(add_again("done since"), 0);
    assert_true(add_again("not yet") > 0);
    assert_int_equal(add_again("not yet"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void a_run_that_nobody_asked_again_is_as_before(void **state)
{
    (void)state;
    do_one("done");
    queue_at_new_year(&queue);
    assert_true(queue_add(&queue, "done", "p") > 0);
}

/* What has a date is that date's work; and what was done in a window before the first asking was not asked for. */
static void what_is_other_work_is_added(void **state)
{
    struct item_new dated = {.reference = "done", .payload = "p", .asked_ms = asked_ms};

    (void)state;
    do_one("done");
    do_one("before");
    queue_at_new_year(&queue);
    dated.business_day = clock_local_day(queue.now_ms);
    assert_true(queue_add_item(&queue, &dated) > 0);
    asked_ms = queue.now_ms;
    assert_true(add_again("before") > 0);
    queue.now_ms += 366 * day_ms;
    assert_true(add_again("not yet") > 0);
}

/* Taken back it counts for nothing, and nobody knows whether it is to be done. */
static void what_was_taken_back_is_added(void **state)
{
    struct rows_import rows = {.queue = &queue};

    (void)state;
    rows_begin(&rows, 2);
    rows_apply(&rows, "done", IMPORT_DONE, 1);
    rows_apply(&rows, "done", IMPORT_UNDONE, 2);
    queue_at_new_year(&queue);
    assert_true(add_again("done") > 0);
}

static void nothing_is_added_without_the_key(void **state)
{
    struct item_new item = {.reference = "new", .payload = "p", .asked_ms = asked_ms};
    char path[128];
    int64_t id = 0;

    (void)state;
    do_one("done");
    queue_commit(&queue);
    (void)snprintf(path, sizeof path, "%s/keys/franco/2024", queue.home);
    assert_int_equal(remove(path), 0);
    queue_begin(&queue);
    queue_at_new_year(&queue);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    assert_int_equal(item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault),
                     -ENOKEY);
    queue_need(&queue, store_part_end(queue.store, false, NULL));
    assert_non_null(strstr(queue.fault.text, "may be one of those tasks"));
    assert_true(queue_add(&queue, "new", "p") > 0);
}

static int64_t asked_first(int64_t run_id)
{
    struct run_record run;

    queue_need(&queue, run_read(queue.store, run_id, &run, &queue.fault));
    return run_asked_first(&run);
}

/* It has begun, and ends without having collected. */
static int64_t ask_again(int64_t run_id, const char *by)
{
    static const unsigned char plugin_hash[32] = {1};
    struct run_again again = {run_id, by, true};
    int64_t fence = 0;
    int64_t id = 0;

    queue_need(&queue,
               run_start(queue.store, run_id, plugin_hash, queue.now_ms, &fence, &queue.fault));
    queue_need(&queue, run_create_again(queue.store, &again, &id, &queue.fault));
    queue_need(&queue, run_end(queue.store, run_id, RUN_LOST, NULL, queue.now_ms, &queue.fault));
    assert_true(id > run_id);
    return id;
}

static void each_that_is_asked_again_knows_when_it_was_first(void **state)
{
    struct run_new run = {.robot_id = queue.policy.robot_id,
                          .cause = RUN_BY_HAND,
                          .asked_by = RUN_ASKED_BY_RECOVERY, /* as a person may be called */
                          .now_ms = asked_ms,
                          .input = "{\"case\":1}"};
    int64_t id = 0;

    (void)state;
    queue_need(&queue, run_create_of(queue.store, &run, &id, &queue.fault));
    assert_int_equal(asked_first(id), 0);
    queue_at_new_year(&queue);
    id = ask_again(id, RUN_ASKED_BY_FULL_QUEUE);
    assert_int_equal(asked_first(id), asked_ms);
    queue.now_ms += day_ms;
    id = ask_again(id, RUN_ASKED_BY_RECOVERY);
    assert_int_equal(asked_first(id), asked_ms);
    id = ask_again(id, RUN_ASKED_BY_RECOVERY_FULL);
    assert_int_equal(asked_first(id), asked_ms);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY,
                                  RUN_ASKED_BY_RECOVERY, queue.now_ms, &id, &queue.fault));
    assert_int_equal(asked_first(id), 0); /* it goes on with what lies on the queue */
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY,
                                  RUN_ASKED_BY_DAEMON, queue.now_ms, &id, &queue.fault));
    assert_int_equal(asked_first(id), 0);
}

int main(void)
{
#define EACH(function, open) cmocka_unit_test_setup_teardown(function, open, tear_down)
    static const struct CMUnitTest tests[] = {
        EACH(what_was_done_since_is_not_added, open_day),
        EACH(what_was_done_since_is_not_added, open_year),
        EACH(what_was_done_since_is_not_added, open_ever),
        EACH(a_run_that_nobody_asked_again_is_as_before, open_day),
        EACH(what_is_other_work_is_added, open_day),
        EACH(what_is_other_work_is_added, open_year),
        EACH(what_was_taken_back_is_added, open_day),
        EACH(nothing_is_added_without_the_key, open_year),
        EACH(each_that_is_asked_again_knows_when_it_was_first, open_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
