/* What a person does with items, and how they are shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, MANUAL);
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int retry(int64_t id)
{
    return item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault);
}

static int drop(int64_t id)
{
    return item_drop(queue.store, id, "not ours", queue.now_ms, &queue.fault);
}

static int close_done(int64_t id)
{
    return item_done_by_hand(queue.store, id, "did it", queue.now_ms, &queue.fault);
}

static int64_t waiting(const char *reference)
{
    int64_t id = queue_add(&queue, reference, "p");

    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    return id;
}

static void retries_what_waits(void **state)
{
    int64_t id = waiting("A");

    (void)state;
    assert_int_equal(retry(id), 0);
    assert_int_equal(retry(id), -EINVAL); /* ready */
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].attempt, 1);
    assert_int_equal(retry(id), -EBUSY);
    assert_int_equal(drop(id), -EBUSY);
    assert_int_equal(close_done(id), -EBUSY);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(retry(id), -ENOENT);
    queue_commit(&queue);
    queue_verify(&queue);
}

static int keep_note(const struct item_record *item, void *context)
{
    memcpy(context, item->note, sizeof item->note);
    return 0;
}

static void note_of_the_first(char note[static 1024])
{
    note[0] = '\0';
    queue_need(&queue, item_each(queue.store, &(struct item_filter){.state = ITEM_STATE_OPEN}, 1,
                                 keep_note, note, &queue.fault));
}

static void a_retry_keeps_what_was_known(void **state)
{
    char note[1024];
    char long_reason[ITEM_NOTE_MAX + 1];
    int64_t id = waiting("A");

    (void)state;
    assert_int_equal(item_retry(queue.store, id, "Bo", "a\nb", 0, &queue.fault), -EINVAL);
    queue_need(&queue, item_retry(queue.store, id, "Bo", "the case was opened", queue.now_ms,
                                  &queue.fault));
    note_of_the_first(note);
    assert_string_equal(note, "to be tried again by order of Bo: the case was opened; was waiting "
                              "after 1 try: why");
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].attempt, 1); /* may be tried as often as a new one */
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    note_of_the_first(note);
    assert_string_equal(note, "why");
    memset(long_reason, 'x', sizeof long_reason);
    long_reason[ITEM_NOTE_MAX] = '\0';
    queue_need(&queue, item_retry(queue.store, id, "Bo", long_reason, queue.now_ms, &queue.fault));
    note_of_the_first(note);
    assert_int_equal(strlen(note), ITEM_NOTE_MAX);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void retries_what_is_deferred(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    (void)queue_lease(&queue, 1);
    (void)queue_result(&queue, id, TRANSIENT);
    assert_int_equal(retry(id), ITEM_RETRY_IS_DUE);
    assert_int_equal(queue_ask(&queue, "SELECT due_ms FROM item"), queue.now_ms);
    assert_int_equal(queue_lease(&queue, 1), 1);
}

static void dropped_stays_dropped_until_a_person_reopens_it(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    assert_int_equal(drop(id), 0);
    assert_int_equal(drop(id), -EINVAL);
    assert_int_equal(close_done(id), -EINVAL);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_add(&queue, "A", "new"), 0); /* also when its payload has changed */
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(retry(id), 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_string_equal(queue.leased[0].payload, "p"); /* nothing was added, nothing has changed */
    queue_commit(&queue);
    queue_verify(&queue);
}

/* What was erased when its time was up does not come back behind that. */
static void dropped_and_forgotten_keeps_no_payload(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");
    int64_t count = 0;

    (void)state;
    assert_int_equal(drop(id), 0);
    queue_need(&queue, item_forget_payloads(queue.store, queue.policy.robot_id, queue.now_ms + 1,
                                            &count, &queue.fault));
    assert_int_equal(count, 1);
    assert_int_equal(queue_add(&queue, "A", "new"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE sealed IS NULL"), 1);
    assert_int_equal(retry(id), -EINVAL);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void notes_are_kept_without_cpr_numbers(void **state)
{
    int64_t dropped = queue_add(&queue, "A", "p");
    int64_t done = queue_add(&queue, "B", "p");

    (void)state;
    queue_need(&queue, item_drop(queue.store, dropped, "borger 010203-1234 ringede", queue.now_ms,
                                 &queue.fault));
    queue_need(&queue, item_done_by_hand(queue.store, done, "010203 1234: skrevet til",
                                         queue.now_ms, &queue.fault));
    assert_int_equal(queue_ask_with(&queue,
                                    "SELECT (SELECT note FROM item WHERE id = ?1) = 'borger [CPR] "
                                    "ringede' AND (SELECT note FROM item WHERE id = ?2) = "
                                    "'[CPR]: skrevet til'",
                                    dropped, done),
                     1);
    queue_need(&queue, item_retry(queue.store, dropped, "Bo", "010203-1234 rang", queue.now_ms,
                                  &queue.fault));
    queue_need(&queue, item_drop(queue.store, dropped, "again", queue.now_ms, &queue.fault));
    assert_int_equal(
        queue_ask_with(&queue,
                       "SELECT note LIKE 'again (was: to be tried again by order of "
                       "Bo: [CPR] rang; was dropped %: borger [CPR] ringede)' FROM item WHERE "
                       "id = ?1",
                       dropped, 0),
        1);
    queue_commit(&queue);
}

static void done_by_hand_is_never_added_again(void **state)
{
    int64_t id = waiting("A");
    int64_t deferred = queue_add(&queue, "B", "p");

    (void)state;
    assert_int_equal(close_done(id), 0);
    assert_int_equal(retry(id), -EINVAL);
    assert_int_equal(queue_add(&queue, "A", "new"), 0);
    (void)queue_lease(&queue, 1);
    (void)queue_result(&queue, deferred, TRANSIENT);
    assert_int_equal(close_done(deferred), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 0); /* counts 0 */
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE due_ms IS NOT NULL"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void unknown_items_and_empty_reasons(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    assert_int_equal(retry(999), -ENOENT);
    assert_int_equal(drop(999), -ENOENT);
    assert_int_equal(item_drop(queue.store, id, "", queue.now_ms, &queue.fault), -EINVAL);
    assert_int_equal(item_drop(queue.store, id, "a\nb", queue.now_ms, &queue.fault), -EINVAL);
    assert_int_equal(queue_lease(&queue, 1), 1);
}

static void forgets_old_payloads(void **state)
{
    int64_t kept = waiting("B");
    int64_t closed = queue_add(&queue, "A", "p");
    int64_t count = 0;

    (void)state;
    assert_int_equal(drop(closed), 0);
    queue_need(&queue, item_forget_payloads(queue.store, queue.policy.robot_id, queue.now_ms,
                                            &count, &queue.fault));
    assert_int_equal(count, 0);
    queue_need(&queue, item_forget_payloads(queue.store, queue.policy.robot_id, queue.now_ms + 1,
                                            &count, &queue.fault));
    assert_int_equal(count, 1);
    assert_int_equal(retry(closed), -EINVAL);
    assert_int_equal(retry(kept), 0);
    assert_int_equal(queue_add(&queue, "A", "new"), 0); /* dropped it stays, found anew or not */
}

/* ---- lists */

struct seen {
    int64_t ids[16];
    enum item_state states[16];
    int64_t runs[16];
    uint32_t attempts[16];
    size_t count;
};

static int see(const struct item_record *item, void *context)
{
    struct seen *seen = context;

    assert_string_equal(item->robot, "franco");
    assert_int_equal(item->masked[0], '*');
    seen->ids[seen->count] = item->id;
    seen->states[seen->count] = item->state;
    seen->runs[seen->count] = item->run_id;
    seen->attempts[seen->count++] = item->attempts;
    return 0;
}

static void list(int64_t robot_id, int state, int64_t limit, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    queue_need(&queue,
               item_each(queue.store, &(struct item_filter){.robot_id = robot_id, .state = state},
                         limit, see, seen, &queue.fault));
}

static int add_count(int64_t robot_id, enum item_state state, int64_t count, void *context)
{
    int64_t *counts = context;

    assert_int_equal(robot_id, queue.policy.robot_id);
    assert_int_equal(counts[state], 0);
    counts[state] = count;
    return 0;
}

static void shows_the_queue(void **state)
{
    int64_t counts[6] = {0};
    struct item_new urgent = {.reference = "urgent", .payload = "p", .priority = 7};
    struct seen seen;
    int64_t wait = waiting("wait");
    int64_t lease = queue_add(&queue, "lease", "p");
    int64_t ready;
    int64_t first;

    (void)state;
    (void)queue_lease(&queue, 1);
    ready = queue_add(&queue, "ready", "p");
    first = queue_add_item(&queue, &urgent);
    assert_int_equal(drop(queue_add(&queue, "drop", "p")), 0);
    list(0, -1, 10, &seen);
    assert_int_equal(seen.count, 4);
    assert_int_equal(seen.ids[0], wait); /* waiting first */
    assert_int_equal(seen.ids[1], first);
    assert_int_equal(seen.ids[2], lease);
    assert_int_equal(seen.states[2], ITEM_LEASED);
    assert_int_equal(seen.runs[2], queue.run_id);
    assert_int_equal(seen.attempts[2], 1);
    assert_int_equal(seen.ids[3], ready);
    list(queue.policy.robot_id, ITEM_READY, 10, &seen);
    assert_int_equal(seen.count, 2);
    list(queue.policy.robot_id, ITEM_LEASED, 10, &seen);
    assert_int_equal(seen.count, 1);
    list(queue.policy.robot_id, ITEM_DROPPED, 10, &seen);
    assert_int_equal(seen.count, 1);
    list(queue.policy.robot_id, -1, 2, &seen);
    assert_int_equal(seen.count, 2);
    list(queue.policy.robot_id + 1, -1, 9, &seen);
    assert_int_equal(seen.count, 0);
    queue_need(&queue, item_count_each(queue.store, add_count, counts, &queue.fault));
    assert_int_equal(counts[ITEM_READY], 2);
    assert_int_equal(counts[ITEM_LEASED], 1);
    assert_int_equal(counts[ITEM_WAITING], 1);
    assert_int_equal(counts[ITEM_DROPPED], 1);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void states_have_words(void **state)
{
    (void)state;
    assert_string_equal(item_state_word(ITEM_DONE_BY_HAND), "done by hand");
    assert_string_equal(item_state_word(ITEM_WAITING), "waiting");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(retries_what_waits),
        TEST(a_retry_keeps_what_was_known),
        TEST(retries_what_is_deferred),
        TEST(dropped_stays_dropped_until_a_person_reopens_it),
        TEST(dropped_and_forgotten_keeps_no_payload),
        TEST(notes_are_kept_without_cpr_numbers),
        TEST(done_by_hand_is_never_added_again),
        TEST(unknown_items_and_empty_reasons),
        TEST(forgets_old_payloads),
        TEST(shows_the_queue),
        TEST(states_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
