/* Items that are begun when their run fails: they rest, others go on, and in the end they are set
 * aside. And what a person puts off. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static const char SIGNAL[] = "signal 11 (SIGSEGV)";

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    queue.why = SIGNAL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void add(const char *reference)
{
    queue_begin(&queue);
    (void)queue_add(&queue, reference, "p");
    queue_commit(&queue);
}

/* A run that leases as many as it gets, at most nine. */
static size_t lease(void)
{
    size_t count;

    queue_begin(&queue);
    queue_run(&queue);
    count = queue_lease(&queue, 9);
    queue_commit(&queue);
    return count;
}

static void end(enum item_begun begun, int64_t expected_waiting)
{
    queue_begin(&queue);
    assert_int_equal(queue_release(&queue, begun), expected_waiting);
    queue_need(&queue,
               run_end(queue.store, queue.run_id, RUN_FAILED, "why", queue.now_ms, &queue.fault));
    queue_commit(&queue);
}

static int keep(const struct item_record *item, void *context)
{
    *(struct item_record *)context = *item;
    return 0;
}

/* The one item in that state; id 0: none. */
static struct item_record find(int state)
{
    struct item_record item = {.id = 0};

    queue_need(&queue, item_each(queue.store, &(struct item_filter){.state = state}, 2, keep, &item,
                                 &queue.fault));
    return item;
}

static int64_t quarantined(void)
{
    struct item_outlook outlook;

    queue_need(&queue, item_outlook(queue.store, queue.policy.robot_id, queue.now_ms, &outlook,
                                    &queue.fault));
    return outlook.quarantined;
}

/* The first item of every lease ends the run. Those behind it are done by the next one. */
static void poison_does_not_block_the_queue(void **state)
{
    struct item_record item;
    int64_t poison;

    (void)state;
    add("poison");
    add("B");
    add("C");
    assert_int_equal(lease(), 3);
    poison = queue.leased[0].id;
    end(ITEM_BEGUN_FIRST, 0);
    item = find(ITEM_DEFERRED);
    assert_int_equal(item.id, poison);
    assert_int_equal(item.due_ms, queue.now_ms + 1000);
    assert_string_equal(item.note, "its run ended while it was begun: signal 11 (SIGSEGV)");

    assert_int_equal(lease(), 2); /* the run after it, at once */
    queue_begin(&queue);
    assert_int_equal(queue.leased[0].attempt, 1); /* they were not begun */
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_result(&queue, queue.leased[1].id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    end(ITEM_BEGUN_NONE, 0);

    queue.now_ms += 1000;
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 0);
    queue_crash(&queue);
    queue.now_ms += 2000;
    add("D");
    assert_int_equal(lease(), 2);
    queue_crash(&queue); /* how often it was, is read from the store */
    assert_false(queue.released.is_quarantined);
    end(ITEM_BEGUN_FIRST, 1);
    assert_true(queue.released.is_quarantined); /* which brings the others a run */
    item = find(ITEM_STATE_QUARANTINED);
    assert_int_equal(item.id, poison);
    assert_int_equal(item.state, ITEM_WAITING);
    assert_int_equal(item.lost_runs, 3);
    assert_string_equal(item_record_word(&item), "quarantined");
    assert_string_equal(item.note, "quarantined: 3 runs ended while it was being done: signal 11 "
                                   "(SIGSEGV)");
    assert_int_equal(quarantined(), 1);
    queue_verify(&queue);
    assert_int_equal(lease(), 1); /* D goes on */
}

/* What an item has done once it does again: only its first run says something of the robot. */
static void an_item_is_held_against_its_robot_once(void **state)
{
    (void)state;
    add("poison");
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 0);
    assert_false(queue.released.is_known_poison);
    queue.now_ms += 1000;
    queue_crash(&queue);
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 0);
    assert_true(queue.released.is_known_poison);
    add("B"); /* begun beside it, perhaps, and never before */
    queue.now_ms += 2000;
    assert_int_equal(lease(), 2);
    end(ITEM_BEGUN_ANY, 1);
    assert_false(queue.released.is_known_poison);
    queue.now_ms += 1000;
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_NONE, 0); /* it failed for another reason */
    assert_false(queue.released.is_known_poison);
    queue.why = NULL;
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 0); /* stopped by order */
    assert_false(queue.released.is_known_poison);
    queue_verify(&queue);
}

static void quarantine(const char *reference)
{
    queue.policy.attempts = 1;
    add(reference);
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 1);
    queue.policy.attempts = 3;
    assert_int_equal(quarantined(), 1);
}

static void a_person_lets_it_out(void **state)
{
    struct item_record item;

    (void)state;
    quarantine("A");
    item = find(ITEM_WAITING);
    assert_string_equal(item.note,
                        "quarantined: 1 run ended while it was being done: signal 11 (SIGSEGV)");
    queue_begin(&queue);
    queue_need(&queue,
               item_retry(queue.store, item.id, "Bo", "mended", queue.now_ms, &queue.fault));
    queue_commit(&queue);
    queue_verify(&queue);
    assert_int_equal(quarantined(), 0);
    item = find(ITEM_READY);
    assert_int_equal(item.lost_runs, 0);
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 0); /* its tries begin anew */
    assert_int_equal(find(ITEM_DEFERRED).lost_runs, 1);
}

static void it_is_closed_or_changed(void **state)
{
    (void)state;
    quarantine("A");
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_not_equal(queue_add(&queue, "A", "changed"), 0);
    queue_commit(&queue);
    assert_int_equal(quarantined(), 0);
    assert_int_equal(find(ITEM_READY).lost_runs, 0);
    queue_begin(&queue);
    queue_need(&queue, item_drop(queue.store, 1, "no", queue.now_ms, &queue.fault));
    queue_commit(&queue);
    quarantine("B");
    queue_begin(&queue);
    queue_need(&queue, item_done_by_hand(queue.store, 2, "no", queue.now_ms, &queue.fault));
    queue_commit(&queue);
    assert_int_equal(quarantined(), 0);
    queue_verify(&queue);
}

/* By order of a person, or because the daemon died: that is no item's doing. */
static void only_a_run_that_failed_is_held_against_it(void **state)
{
    int i;

    (void)state;
    queue.why = NULL;
    add("A");
    for (i = 1; i <= 3; i++) {
        assert_int_equal(lease(), 1);
        end(i == 1 ? ITEM_BEGUN_FIRST : ITEM_BEGUN_ANY, i == 3);
        assert_false(queue.released.is_quarantined);
    }
    assert_int_equal(quarantined(), 0);
    assert_string_equal(find(ITEM_WAITING).note,
                        "its run ended while it was begun, and its tries are used up");
    queue_verify(&queue);
}

/* One failed on it, others were stopped: it is set aside, and this end of a run told of none. */
static void its_last_try_is_stopped(void **state)
{
    (void)state;
    queue.policy.attempts = 2;
    add("A");
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 0);
    queue.now_ms += 1000;
    queue.why = NULL;
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 1);
    assert_false(queue.released.is_quarantined);
    assert_int_equal(quarantined(), 1);
    assert_string_equal(find(ITEM_WAITING).note,
                        "quarantined: 1 run ended while it was being done");
    queue_verify(&queue);
}

static void what_may_have_been_done_is_asked_about(void **state)
{
    struct item_record item;

    (void)state;
    queue.policy.side_effects = PROBEABLE;
    quarantine("A");
    assert_non_null(strstr(find(ITEM_WAITING).note, "; see whether it was done"));
    queue_begin(&queue); /* changed or not: it may have been done */
    assert_int_equal(queue_add(&queue, "A", "changed"), 0);
    queue_need(&queue, item_drop(queue.store, 1, "no", queue.now_ms, &queue.fault));
    queue_commit(&queue);
    queue.policy.side_effects = MANUAL;
    add("M");
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 1);
    item = find(ITEM_WAITING);
    assert_false(item.is_quarantined); /* it waits after the first: nothing is known of a second */
    assert_string_equal(item.note, "its run ended while it was begun (signal 11 (SIGSEGV)); see "
                                   "whether it was done, then retry it, or close it as done by "
                                   "hand");
    queue_verify(&queue);
}

/* Those that it may have been are all in hand; and a result between keeps the number. */
static void of_a_run_that_broke_the_protocol(void **state)
{
    (void)state;
    queue.policy.attempts = 2;
    add("A");
    add("B");
    assert_int_equal(lease(), 2);
    end(ITEM_BEGUN_ANY, 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 2"), 2);
    queue.now_ms += 1000;
    assert_int_equal(lease(), 2);
    queue_begin(&queue);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, TRANSIENT), ITEM_TAKEN_WAITING);
    queue_commit(&queue);
    assert_int_equal(find(ITEM_WAITING).lost_runs, 1);
    assert_int_equal(quarantined(), 0); /* the robot itself said what was wrong */
    end(ITEM_BEGUN_ANY, 1);
    assert_int_equal(quarantined(), 1);
    assert_non_null(strstr(find(ITEM_STATE_QUARANTINED).note, "2 runs ended while it was in hand"));
    queue_verify(&queue);
}

/* -------- put off by a person */

static int put_off(int64_t id, int64_t until_ms, const char *reason)
{
    return item_defer(queue.store, id, &(struct item_put_off){until_ms, "Bo", reason, queue.now_ms},
                      &queue.fault);
}

static void what_is_put_off_comes_back(void **state)
{
    struct item_record item;
    int64_t until_ms = queue.now_ms + 3600000;

    (void)state;
    add("A");
    queue_begin(&queue);
    assert_int_equal(put_off(1, until_ms, "the office is closed"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
    item = find(ITEM_DEFERRED);
    assert_int_equal(item.due_ms, until_ms);
    assert_string_equal(item.note, "put off until 2025-04-01T13:00:00+02:00 by order of Bo: the "
                                   "office is closed; was ready after 0 tries");
    assert_int_equal(lease(), 0);
    queue_begin(&queue);
    assert_int_equal(put_off(1, until_ms + 1, "again"), 0);
    queue_commit(&queue);
    queue.now_ms = until_ms;
    assert_int_equal(lease(), 0);
    queue.now_ms++;
    assert_int_equal(lease(), 1);
    assert_int_equal(queue.leased[0].attempt, 1);
}

static void put_off_from_waiting_its_tries_begin_anew(void **state)
{
    (void)state;
    quarantine("A");
    queue_begin(&queue);
    assert_int_equal(put_off(1, queue.now_ms + 1, "tomorrow"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
    assert_int_equal(find(ITEM_DEFERRED).lost_runs, 0);
    assert_non_null(
        strstr(find(ITEM_DEFERRED).note, "was waiting after 1 try: quarantined: 1 run"));
    queue.now_ms++;
    assert_int_equal(lease(), 1);
    assert_int_equal(queue.leased[0].attempt, 1);
}

/* Nobody was asked to look whether it was done: the plugin is, as it would have been. */
static void what_is_deferred_is_asked_about_when_it_is_hurried(void **state)
{
    (void)state;
    queue.policy.side_effects = PROBEABLE;
    add("A");
    assert_int_equal(lease(), 1);
    end(ITEM_BEGUN_FIRST, 0);
    queue_begin(&queue);
    assert_int_equal(
        item_retry(queue.store, 1, "Bo", "the system is up", queue.now_ms, &queue.fault),
        ITEM_RETRY_IS_DUE);
    queue_commit(&queue);
    assert_int_equal(lease(), 1);
    assert_int_equal(queue.leased[0].attempt, 1);
    assert_true(queue.leased[0].is_uncertain);
    end(ITEM_BEGUN_FIRST, 0);
    queue_begin(&queue);
    assert_int_equal(put_off(1, queue.now_ms + 1, "later"), 0);
    queue_commit(&queue);
    queue.now_ms++;
    assert_int_equal(lease(), 1);
    assert_true(queue.leased[0].is_uncertain);
    queue_verify(&queue);
}

static void what_cannot_be_put_off(void **state)
{
    int64_t now_ms = queue.now_ms;

    (void)state;
    add("A");
    add("B");
    queue_begin(&queue);
    assert_int_equal(put_off(1, now_ms, "r"), -EINVAL);
    assert_int_equal(put_off(1, now_ms + (ITEM_AHEAD_DAYS + 1) * INT64_C(86400000), "r"), -EINVAL);
    assert_int_equal(put_off(1, now_ms + 1, ""), -EINVAL);
    assert_int_equal(put_off(9, now_ms + 1, "r"), -ENOENT);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(put_off(1, now_ms + 1, "r"), -EBUSY);
    queue_need(&queue, item_drop(queue.store, 2, "no", now_ms, &queue.fault));
    assert_int_equal(put_off(2, now_ms + 1, "r"), -EINVAL);
    assert_string_equal(queue.fault.text, "item 2 is dropped: it cannot be put off");
}

/* What a person writes of another is not kept. */
static void reasons_are_kept_without_cpr_numbers(void **state)
{
    (void)state;
    add("A");
    queue_begin(&queue);
    assert_int_equal(put_off(1, queue.now_ms + 1, "wait for 010203-1234"), 0);
    queue_commit(&queue);
    assert_null(strstr(find(ITEM_DEFERRED).note, "1234"));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(poison_does_not_block_the_queue),
        TEST(an_item_is_held_against_its_robot_once),
        TEST(a_person_lets_it_out),
        TEST(it_is_closed_or_changed),
        TEST(only_a_run_that_failed_is_held_against_it),
        TEST(its_last_try_is_stopped),
        TEST(what_may_have_been_done_is_asked_about),
        TEST(of_a_run_that_broke_the_protocol),
        TEST(what_is_put_off_comes_back),
        TEST(put_off_from_waiting_its_tries_begin_anew),
        TEST(what_is_deferred_is_asked_about_when_it_is_hurried),
        TEST(what_cannot_be_put_off),
        TEST(reasons_are_kept_without_cpr_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
