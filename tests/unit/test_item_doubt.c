/* What a try may have done, and of which nobody was told to look: whoever has it tried again has not looked, so its plugin
 * is asked all the same. And what is still known of an item whose key is away. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/rows_import.h"

static struct queue queue;
static struct rows_import rows;
static int64_t id; /* of the item */

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, PROBEABLE);
    queue.policy.attempts = 2;
    rows = (struct rows_import){.queue = &queue};
    queue_begin(&queue);
    id = queue_add(&queue, "A", "p");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_commit(&queue);
    queue_verify(&queue);
    queue_close(&queue);
    return 0;
}

static void retry(void)
{
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
}

static void put_off_until_due(void)
{
    struct item_put_off put_off = {queue.now_ms + 1000, "Bo", "later", queue.now_ms};

    queue_need(&queue, item_defer(queue.store, id, &put_off, &queue.fault));
    queue.now_ms += 1000;
}

static void lease(void)
{
    assert_int_equal(queue_lease(&queue, 1), 1);
}

/* It is handed out, and its plugin asked or not. */
static void expect_asked(bool is_asked)
{
    lease();
    assert_int_equal(queue.leased[0].is_uncertain, is_asked);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
}

static void expect_waits(const char *note)
{
    assert_int_equal(queue_ask_with(&queue, "SELECT state FROM item WHERE id = ?1", id, 0),
                     ITEM_WAITING);
    assert_int_equal(queue_ask_with(&queue, note, id, 0), 1);
}

/* It was begun when its run ended, and rests or is ready. */
static void leave_begun(const char *why)
{
    lease();
    queue.why = why;
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_ANY), 0);
    queue.why = NULL;
    queue_need(&queue,
               run_end(queue.store, queue.run_id, RUN_LOST, NULL, queue.now_ms, &queue.fault));
    queue_run(&queue);
}

static void start_anew(void)
{
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    queue_run(&queue);
}

/* What is due meanwhile is not handed out. */
static void its_turn_comes_without_its_key(void)
{
    char path[TEMP_HOME_PATH + 32];
    char aside[TEMP_HOME_PATH + 32];

    (void)snprintf(path, sizeof path, "%s/keys/franco/ever", queue.home);
    (void)snprintf(aside, sizeof aside, "%s/aside", queue.home);
    assert_int_equal(rename(path, aside), 0);
    start_anew();
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(rename(aside, path), 0);
    start_anew();
}

/* ---- nobody was told to look */

static void what_is_dropped_while_it_is_ready_is_asked_about(void **state)
{
    (void)state;
    leave_begun(NULL);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item WHERE note IS NULL"), ITEM_READY);
    queue_need(&queue, item_drop(queue.store, id, "not this week", queue.now_ms, &queue.fault));
    retry();
    expect_asked(true);
}

static void what_rests_and_is_dropped_is_asked_about(void **state)
{
    (void)state;
    leave_begun("signal 11");
    queue_need(&queue, item_drop(queue.store, id, "not this week", queue.now_ms, &queue.fault));
    retry();
    expect_asked(true);
}

static void what_could_not_be_asked_about_is_asked_about(void **state)
{
    (void)state;
    leave_begun("signal 11");
    queue.now_ms += 3600000;
    lease();
    assert_true(queue.leased[0].is_uncertain);
    assert_int_equal(queue_result(&queue, id, TRANSIENT), ITEM_TAKEN_WAITING);
    retry();
    expect_asked(true);
}

static void what_broke_is_asked_about(void **state)
{
    (void)state;
    queue.policy.attempts = 1;
    lease();
    assert_int_equal(queue_result(&queue, id, BROKEN), ITEM_TAKEN_WAITING);
    put_off_until_due();
    retry();
    expect_asked(true);
}

/* Then a person is told, whatever was known of it before. */
static void what_cannot_be_asked_about_any_more_waits_again(void **state)
{
    static const char NOTE[] =
        "SELECT 1 FROM item WHERE id = ?1 AND note LIKE '%see whether it was "
        "done, then retry it%(was: to be tried again by order of Bo%'";

    (void)state;
    leave_begun(NULL);
    queue_need(&queue, item_drop(queue.store, id, "not this week", queue.now_ms, &queue.fault));
    retry();
    queue.policy.side_effects = MANUAL;
    assert_int_equal(queue_lease(&queue, 1), 0);
    expect_waits(NOTE);
    retry();
    expect_asked(false);
}

/* ---- somebody was */

static void what_its_plugin_does_not_know_was_looked_at(void **state)
{
    (void)state;
    lease();
    assert_int_equal(queue_result(&queue, id, UNKNOWN), ITEM_TAKEN_WAITING);
    retry();
    expect_asked(false);
}

static void what_used_up_its_tries_was_looked_at(void **state)
{
    (void)state;
    queue.policy.attempts = 1;
    lease();
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_ANY), 1);
    expect_waits("SELECT 1 FROM item WHERE id = ?1 AND note LIKE '%see whether it was done'");
    queue_run(&queue);
    retry();
    expect_asked(false);
}

static void what_only_a_person_can_know_was_looked_at(void **state)
{
    (void)state;
    queue.policy.side_effects = MANUAL;
    lease();
    assert_int_equal(queue_result(&queue, id, BROKEN), ITEM_TAKEN_WAITING);
    queue_need(&queue, item_drop(queue.store, id, "not this week", queue.now_ms, &queue.fault));
    retry();
    expect_asked(false);
}

/* ---- its key was away */

static void what_has_no_key_is_asked_about_when_it_has(void **state)
{
    static const char NOTE[] =
        "SELECT 1 FROM item WHERE id = ?1 AND note LIKE '%have been erased, or its key is not in "
        "its place%(was: its run ended while it was begun: signal 11)'";

    (void)state;
    leave_begun("signal 11");
    queue.now_ms += 3600000;
    its_turn_comes_without_its_key();
    expect_waits(NOTE);
    retry();
    expect_asked(true);
}

static void what_was_never_begun_is_not(void **state)
{
    (void)state;
    its_turn_comes_without_its_key();
    expect_waits("SELECT 1 FROM item WHERE id = ?1 AND note LIKE 'robot franco, %is taken'");
    retry();
    expect_asked(false);
}

static void count_it(enum import_outcome outcome)
{
    rows_begin(&rows, 1);
    rows_apply(&rows, "A", outcome, 1);
}

/* A person is to find it by that import, before it is done once more. */
static void what_was_counted_says_so_in_front(void **state)
{
    static const char NOTE[] = "SELECT 1 FROM item WHERE id = ?1 AND note LIKE 'import 1, line 2 "
                               "counted it, %; robot franco, %key is not in its place%'";

    (void)state;
    count_it(IMPORT_DONE);
    put_off_until_due();
    its_turn_comes_without_its_key();
    expect_waits(NOTE);
    assert_int_equal(queue_lease(&queue, 1), 0);
}

static void what_was_counted_is_found_when_that_is_taken_back(void **state)
{
    (void)state;
    count_it(IMPORT_DONE);
    put_off_until_due();
    its_turn_comes_without_its_key();
    count_it(IMPORT_UNDONE);
    expect_waits("SELECT 1 FROM item WHERE id = ?1 AND uncertain = 3 AND note LIKE "
                 "'line 2 of import 2 took that back, %'");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_is_dropped_while_it_is_ready_is_asked_about),
        TEST(what_rests_and_is_dropped_is_asked_about),
        TEST(what_could_not_be_asked_about_is_asked_about),
        TEST(what_broke_is_asked_about),
        TEST(what_cannot_be_asked_about_any_more_waits_again),
        TEST(what_its_plugin_does_not_know_was_looked_at),
        TEST(what_used_up_its_tries_was_looked_at),
        TEST(what_only_a_person_can_know_was_looked_at),
        TEST(what_has_no_key_is_asked_about_when_it_has),
        TEST(what_was_never_begun_is_not),
        TEST(what_was_counted_says_so_in_front),
        TEST(what_was_counted_is_found_when_that_is_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
