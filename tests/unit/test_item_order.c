/* Which item is next: priority, deadline, age; what is put off; and what that costs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

enum { HOUR_MS = 3600000, MANY = 100000, FEW = 20, REFERENCE_SIZE = 32 };

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int64_t put(const char *reference, int32_t priority, int64_t deadline_ms,
                   int64_t not_before_ms)
{
    struct item_new item = {.reference = reference,
                            .payload = "p",
                            .priority = priority,
                            .deadline_ms = deadline_ms,
                            .not_before_ms = not_before_ms};

    return queue_add_item(&queue, &item);
}

/* All that is ready, in order; references of one letter. */
static const char *order(void)
{
    static char letters[16];
    size_t i;

    (void)queue_lease(&queue, sizeof letters - 1);
    for (i = 0; i < queue.leased_count; i++)
        letters[i] = queue.leased[i].reference[0];
    letters[i] = '\0';
    return letters;
}

static void priority_then_deadline_then_age(void **state)
{
    int64_t now_ms = queue.now_ms;

    (void)state;
    (void)put("a", 0, 0, 0);
    (void)put("b", 0, now_ms + 2 * HOUR_MS, 0);
    (void)put("c", 0, now_ms + HOUR_MS, 0);
    (void)put("d", 0, now_ms + HOUR_MS, 0);
    (void)put("e", 0, now_ms - HOUR_MS, 0); /* overdue: still to be done, and first */
    (void)put("f", 0, 0, 0);
    (void)put("g", 5, 0, 0);
    (void)put("h", -5, now_ms + 1, 0);
    assert_string_equal(order(), "gecdbafh");
    assert_int_equal(queue.leased[1].deadline_ms, now_ms - HOUR_MS);
    assert_int_equal(queue.leased[5].deadline_ms, 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

static int see_order(const struct item_record *item, void *context)
{
    char *letters = context;

    letters[strlen(letters)] = (char)('a' + item->id - 1);
    return 0;
}

static void the_list_has_the_same_order(void **state)
{
    struct item_filter filter = {.state = ITEM_STATE_OPEN, .now_ms = queue.now_ms + 2};
    char letters[16] = "";

    (void)state;
    (void)put("a", 0, 0, 0);
    (void)put("b", 0, queue.now_ms + 2, 0);
    (void)put("c", 0, queue.now_ms + 1, 0);
    (void)put("d", 1, 0, queue.now_ms + HOUR_MS);
    queue_need(&queue, item_each(queue.store, &filter, 9, see_order, letters, &queue.fault));
    assert_string_equal(letters, "dcba");
    memset(letters, 0, sizeof letters);
    filter.is_overdue = true; /* at its deadline it is not */
    queue_need(&queue, item_each(queue.store, &filter, 9, see_order, letters, &queue.fault));
    assert_string_equal(letters, "c");
}

static void what_is_put_off_comes_when_it_is_due(void **state)
{
    int64_t due_ms = 0;

    (void)state;
    (void)put("a", 0, 0, queue.now_ms + HOUR_MS);
    (void)put("b", 0, 0, queue.now_ms); /* not ahead: at once */
    assert_int_equal(put("a", 0, 0, 0), 0);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item WHERE id = 1"), ITEM_DEFERRED);
    queue_need(&queue, item_next_due(queue.store, queue.policy.robot_id, &due_ms, &queue.fault));
    assert_int_equal(due_ms, queue.now_ms + HOUR_MS);
    assert_string_equal(order(), "b");
    queue_commit(&queue);
    queue_crash(&queue);
    queue_verify(&queue);
    queue_begin(&queue);
    queue.now_ms += HOUR_MS - 1;
    assert_string_equal(order(), "");
    queue.now_ms += 1;
    assert_string_equal(order(), "a");
    assert_int_equal(queue.leased[0].attempt, 1);
}

static void a_changed_item_can_be_put_off(void **state)
{
    struct item_new item = {.reference = "a", .payload = "changed"};
    int64_t id = put("a", 0, queue.now_ms + 5, 0);

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    item.not_before_ms = queue.now_ms + HOUR_MS;
    assert_int_equal(queue_add_item(&queue, &item), id);
    assert_string_equal(order(), "");
    assert_int_equal(queue_ask(&queue, "SELECT deadline_ms IS NULL FROM item"), 1);
    queue.now_ms += HOUR_MS;
    assert_string_equal(order(), "a");
    queue_commit(&queue);
    queue_verify(&queue);
}

static void expect_refused(int64_t deadline_ms, int64_t not_before_ms, const char *why)
{
    struct item_new item = {.reference = "far",
                            .payload = "p",
                            .deadline_ms = deadline_ms,
                            .not_before_ms = not_before_ms};
    int64_t id = 0;

    assert_int_equal(item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault),
                     -EINVAL);
    assert_non_null(strstr(queue.fault.text, why));
    assert_int_equal(id, 0);
}

static void times_are_within_ten_years(void **state)
{
    int64_t far_ms = (ITEM_AHEAD_DAYS * INT64_C(24) + 1) * HOUR_MS;

    (void)state;
    expect_refused(queue.now_ms + far_ms, 0, "the deadline must lie within ten years");
    expect_refused(queue.now_ms - far_ms, 0, "the deadline must lie within ten years");
    expect_refused(-1, 0, "the deadline");
    expect_refused(0, queue.now_ms + far_ms, "at most ten years ahead");
    expect_refused(0, -1, "at most ten years ahead");
    expect_refused(INT64_MAX, INT64_MAX, "the deadline");
}

static void outlook_counts(void **state)
{
    struct item_outlook outlook;
    int64_t waits = put("w", 9, queue.now_ms - 2, 0);
    int64_t done;

    (void)state;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, waits, BUSINESS), ITEM_TAKEN_WAITING);
    done = put("x", 9, queue.now_ms - 9, 0);
    (void)put("l", 8, queue.now_ms - 1, 0);
    assert_int_equal(queue_lease(&queue, 2), 2);
    assert_int_equal(queue_result(&queue, done, DONE), ITEM_TAKEN_COUNTED);
    (void)put("a", 0, queue.now_ms, 0);
    (void)put("b", 0, queue.now_ms + 1, 0);
    (void)put("c", 0, 0, 0);
    (void)put("d", 0, 0, queue.now_ms + 1);
    queue_need(&queue, item_drop(queue.store, put("e", 0, queue.now_ms - 3, 0), "no", queue.now_ms,
                                 &queue.fault));
    queue_need(&queue, item_outlook(queue.store, queue.policy.robot_id, queue.now_ms, &outlook,
                                    &queue.fault));
    assert_int_equal(outlook.ready, 3);
    assert_int_equal(outlook.leased, 1);
    assert_int_equal(outlook.deferred, 1);
    assert_int_equal(outlook.waiting, 1);
    assert_int_equal(outlook.quarantined, 0);
    assert_int_equal(outlook.overdue, 2);
    assert_int_equal(outlook.next_deadline_ms, queue.now_ms);
    queue_need(&queue, item_outlook(queue.store, queue.policy.robot_id + 1, queue.now_ms, &outlook,
                                    &queue.fault));
    assert_int_equal(outlook.ready + outlook.leased + outlook.deferred + outlook.waiting, 0);
    assert_int_equal(outlook.next_deadline_ms, 0);
}

/* What SQLite's machine has done since it was asked last: as many rows looked at, as many steps. */
static int64_t steps_since(void)
{
    sqlite3_stmt *statement = NULL;
    int64_t steps = 0;

    while ((statement = sqlite3_next_stmt(queue.store->db, statement)) != NULL)
        steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
}

/* Items of every sort that stand before and behind what is claimed. */
static void fill(int count, char sort)
{
    int i;

    for (i = 0; i < count; i++) {
        char reference[REFERENCE_SIZE];

        (void)snprintf(reference, sizeof reference, "%c%d", sort, i);
        (void)put(reference, 0, i % 2 == 0 ? queue.now_ms + HOUR_MS + i : 0,
                  i % 4 == 1 ? queue.now_ms + HOUR_MS : 0);
    }
}

/* What is leased is ready again, for the next run. */
static void give_back(void)
{
    (void)queue_release(&queue, ITEM_BEGUN_NONE);
    queue_run(&queue);
}

static int64_t steps_of_a_lease(void)
{
    (void)steps_since();
    assert_int_equal(queue_lease(&queue, 8), 8);
    return steps_since();
}

/* Neither many that are ready, nor many that are put off, make the next claim dearer. */
static void a_claim_costs_the_same_before_many(void **state)
{
    struct item_outlook outlook;
    int64_t few;
    int64_t many;
    int64_t due_ms = 0;

    (void)state;
    fill(FEW, 'f');
    (void)steps_of_a_lease(); /* memory is read in */
    give_back();
    few = steps_of_a_lease();
    fill(MANY, 'm');
    give_back();
    many = steps_of_a_lease();
    print_message("a lease of 8: %lld steps before %d items, %lld before %d\n", (long long)few, FEW,
                  (long long)many, MANY);
    assert_true(many <= few + few / 10);
    (void)steps_since();
    queue_need(&queue, item_next_due(queue.store, queue.policy.robot_id, &due_ms, &queue.fault));
    assert_true(steps_since() < 50);
    queue_need(&queue, item_outlook(queue.store, queue.policy.robot_id, queue.now_ms, &outlook,
                                    &queue.fault));
    assert_int_equal(outlook.ready + outlook.leased + outlook.deferred, FEW + MANY);
}

/* What was put off until the same morning comes in parts, and all of it comes. */
static void a_morning_does_not_come_all_at_once(void **state)
{
    char reference[REFERENCE_SIZE];
    int i;

    (void)state;
    for (i = 0; i < ITEM_DUE_PER_LEASE + 10; i++) {
        (void)snprintf(reference, sizeof reference, "m%d", i);
        (void)put(reference, 0, 0, queue.now_ms + HOUR_MS);
    }
    queue.now_ms += HOUR_MS;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_true(queue.more);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 2"), 10);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 2"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(priority_then_deadline_then_age),      TEST(the_list_has_the_same_order),
        TEST(what_is_put_off_comes_when_it_is_due), TEST(a_changed_item_can_be_put_off),
        TEST(times_are_within_ten_years),           TEST(outlook_counts),
        TEST(a_claim_costs_the_same_before_many),   TEST(a_morning_does_not_come_all_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
