/* The queue: adding, results. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/reference_key.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    queue_begin(&queue);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void done(const char *reference)
{
    int64_t id = queue_add(&queue, reference, "p");

    assert_true(id > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].id, id);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
}

static void adds_and_leases(void **state)
{
    struct item_new item = {.reference = "  A-1 ", .payload = "first", .business_day = 20150};
    int64_t id;

    (void)state;
    id = queue_add_item(&queue, &item);
    assert_true(id > 0);
    assert_int_equal(queue_lease(&queue, 10), 1);
    assert_int_equal(queue.leased[0].id, id);
    assert_int_equal(queue.leased[0].attempt, 1);
    assert_false(queue.leased[0].is_uncertain);
    assert_int_equal(queue.leased[0].business_day, 20150);
    assert_string_equal(queue.leased[0].reference, "A-1");
    assert_string_equal(queue.leased[0].payload, "first");
    assert_false(queue.more);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void business_day_is_today_when_not_given(void **state)
{
    (void)state;
    assert_true(queue_add(&queue, "A", "") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].business_day, clock_local_day(queue.now_ms));
    assert_string_equal(queue.leased[0].payload, "");
}

static void adds_a_reference_once(void **state)
{
    (void)state;
    assert_true(queue_add(&queue, "A", "p") > 0);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_add(&queue, " A\t", "other"), 0); /* ready: as it is */
    assert_true(queue_add(&queue, "B", "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_add(&queue, "A", "other"), 0); /* leased */
    assert_int_equal(queue_result(&queue, queue.leased[0].id, TRANSIENT), ITEM_TAKEN_RETRY);
    assert_int_equal(queue_add(&queue, "A", "other"), 0); /* deferred */
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "other"), 0);
    assert_int_equal(queue_add(&queue, "B", "other"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 2);
}

static void done_is_not_added_again(void **state)
{
    (void)state;
    done("A");
    assert_int_equal(queue_add(&queue, "A", "other"), 0); /* in the same transaction */
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
    queue_commit(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "other"), 0);
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(queue_add(&queue, "A", "other"), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void another_window_is_another_item(void **state)
{
    struct item_new item = {.reference = "A", .payload = "p"};

    (void)state;
    item.business_day = clock_day(2024, 12, 31);
    assert_true(queue_add_item(&queue, &item) > 0);
    item.business_day = clock_day(2025, 1, 1);
    assert_true(queue_add_item(&queue, &item) > 0);
    item.business_day = clock_day(2025, 12, 31);
    assert_int_equal(queue_add_item(&queue, &item), 0);
}

static void refuses_bad_references(void **state)
{
    static const char *const bad[] = {"", "  ", "a\nb", "a\x01", "\xff\xfe"};
    char longest[400];
    size_t i;
    int64_t id = 0;
    struct item_new item = {.payload = "p"};

    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[256] = '\0';
    item.reference = longest;
    assert_int_equal(item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault),
                     -EINVAL);
    longest[255] = '\0';
    assert_true(queue_add(&queue, longest, "p") > 0);
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        item.reference = bad[i];
        assert_int_equal(
            item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault), -EINVAL);
    }
}

static void refuses_days_far_away(void **state)
{
    int32_t today = clock_local_day(queue.now_ms);
    const int32_t far[] = {today - 3654, today + 732, 1, -1, INT32_MAX, INT32_MIN};
    struct item_new item = {.reference = "A", .payload = "p"};
    int64_t id = 0;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof far / sizeof far[0]; i++) {
        item.business_day = far[i];
        assert_int_equal(
            item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault), -EINVAL);
        assert_non_null(strstr(queue.fault.text, "the business date must lie between 20"));
    }
    item.business_day = today - 3653;
    assert_true(queue_add_item(&queue, &item) > 0);
    item.business_day = today + 731;
    assert_true(queue_add_item(&queue, &item) > 0);
}

static void takes_the_largest_payload(void **state)
{
    static char payload[ITEM_PAYLOAD_MAX + 2];
    int64_t id = 0;
    struct item_new item = {.reference = "A", .payload = payload};

    (void)state;
    memset(payload, 'p', sizeof payload - 1);
    assert_int_equal(item_add(queue.store, &queue.policy, &item, queue.now_ms, &id, &queue.fault),
                     -EINVAL);
    payload[ITEM_PAYLOAD_MAX] = '\0';
    assert_true(queue_add_item(&queue, &item) > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
}

static void stale_fence_changes_nothing(void **state)
{
    int64_t id;

    (void)state;
    (void)queue_add(&queue, "A", "p");
    (void)queue_lease(&queue, 1);
    id = queue.leased[0].id;
    queue.fence--;
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_LATE);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM late_result"), 1);
    queue.fence++;
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_LATE); /* twice */
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT sum(count) FROM rollup_day"), 1);
}

static void a_result_for_another_robot_is_late(void **state)
{
    int64_t robot_id = queue.policy.robot_id;
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    (void)queue_lease(&queue, 1);
    queue.policy.robot_id = robot_id + 1;
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_LATE);
    queue.policy.robot_id = robot_id;
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
}

static void a_used_sequence_is_refused_whole(void **state)
{
    struct item_result result = {
        .run_id = queue.run_id, .fence = queue.fence, .seq = 1, .completed_ms = queue.now_ms};
    enum item_taken taken;

    (void)state;
    (void)queue_add(&queue, "A", "p");
    (void)queue_add(&queue, "B", "p");
    (void)queue_lease(&queue, 2);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    result.item_id = queue.leased[1].id;
    assert_int_equal(item_take_result(queue.store, &queue.policy, &result, &taken, &queue.fault),
                     -EEXIST);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
    assert_int_equal(queue_result(&queue, queue.leased[1].id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void done_is_counted_with_its_sums(void **state)
{
    (void)state;
    done("A");
    done("B");
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count FROM rollup_day WHERE outcome = 0"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT duration_ms FROM rollup_month"), 20);
    assert_int_equal(queue_ask(&queue, "SELECT done FROM run"), 2);
    queue_verify(&queue);
}

/* Two items with one reference cannot be; so an import takes it first. */
static void counted_elsewhere_is_repeated(void **state)
{
    struct attempt attempt = {.run_id = queue.run_id,
                              .seq = 900,
                              .completed_ms = queue.now_ms,
                              .duration_ms = -1,
                              .masked = "*"};
    unsigned char hash[REFERENCE_HASH_SIZE];
    bool is_counted = false;

    (void)state;
    attempt.robot_id = queue.policy.robot_id;
    (void)queue_add(&queue, "A", "p");
    (void)queue_lease(&queue, 1);
    queue_need(&queue, reference_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR,
                                      robot_window_of(WINDOW_YEAR, clock_local_day(queue.now_ms)),
                                      "A", hash, &queue.fault));
    queue_need(&queue, ledger_record(queue.store, &attempt,
                                     robot_window_of(WINDOW_YEAR, clock_local_day(queue.now_ms)),
                                     hash, &is_counted, &queue.fault));
    assert_true(is_counted);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_REPEATED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT outcome FROM attempt WHERE seq = 1"),
                     ATTEMPT_REPEATED);
    queue_verify(&queue);
}

static void business_waits_for_a_person(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    (void)queue_lease(&queue, 1);
    assert_int_equal(queue_result(&queue, id, BUSINESS), ITEM_TAKEN_WAITING);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_WAITING);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt_note WHERE note = 'why'"), 1);
    assert_int_equal(queue_lease(&queue, 1), 0);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    assert_int_equal(queue_add(&queue, "A", "changed"), id); /* changed: anew */
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_string_equal(queue.leased[0].payload, "changed");
    assert_int_equal(queue.leased[0].attempt, 1);
    assert_int_equal(queue_result(&queue, id, DONE), ITEM_TAKEN_COUNTED);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT business * 100 + done FROM run"), 101);
    queue_verify(&queue);
}

static void unknown_is_not_begun_anew_by_itself(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");

    (void)state;
    (void)queue_lease(&queue, 1);
    assert_int_equal(queue_result(&queue, id, UNKNOWN), ITEM_TAKEN_WAITING);
    assert_int_equal(queue_add(&queue, "A", "changed"), 0); /* it may have been done */
    queue_need(&queue, item_retry(queue.store, id, "Bo", NULL, queue.now_ms, &queue.fault));
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_string_equal(queue.leased[0].payload, "p");
}

static void transient_backs_off_until_its_tries_are_used_up(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");
    int64_t due = 0;

    (void)state;
    (void)queue_lease(&queue, 1);
    assert_int_equal(queue_result(&queue, id, TRANSIENT), ITEM_TAKEN_RETRY);
    queue_need(&queue, item_next_due(queue.store, queue.policy.robot_id, &due, &queue.fault));
    assert_int_equal(due - queue.now_ms, 1000);
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue.now_ms = due - 1;
    assert_int_equal(queue_lease(&queue, 1), 0);
    queue.now_ms = due;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].attempt, 2);
    assert_int_equal(queue_result(&queue, id, BROKEN), ITEM_TAKEN_RETRY);
    queue_need(&queue, item_next_due(queue.store, queue.policy.robot_id, &due, &queue.fault));
    assert_int_equal(due - queue.now_ms, 2000);
    queue.now_ms = due;
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue.leased[0].attempt, 3);
    assert_int_equal(queue_result(&queue, id, TRANSIENT), ITEM_TAKEN_WAITING);
    queue_need(&queue, item_next_due(queue.store, queue.policy.robot_id, &due, &queue.fault));
    assert_int_equal(due, 0);
    assert_int_equal(queue_add(&queue, "A", "p"), 0);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT failed FROM run"), 3);
    queue_verify(&queue);
}

static void back_off_is_an_hour_at_most(void **state)
{
    int64_t id = queue_add(&queue, "A", "p");
    int64_t due = 0;
    int i;

    (void)state;
    queue.policy.attempts = 100;
    for (i = 0; i < 40; i++) {
        assert_int_equal(queue_lease(&queue, 1), 1);
        assert_int_equal(queue_result(&queue, id, TRANSIENT), ITEM_TAKEN_RETRY);
        queue_need(&queue, item_next_due(queue.store, queue.policy.robot_id, &due, &queue.fault));
        assert_true(due - queue.now_ms <= 3600000);
        queue.now_ms = due;
    }
    assert_int_equal(queue_ask(&queue, "SELECT due_ms - changed_ms FROM item"), 3600000);
}

static void an_unknown_outcome_is_refused_whole(void **state)
{
    struct item_result result = {.run_id = queue.run_id,
                                 .fence = queue.fence,
                                 .seq = 1,
                                 .outcome = 7,
                                 .completed_ms = queue.now_ms};
    enum item_taken taken;

    (void)state;
    result.item_id = queue_add(&queue, "A", "p");
    (void)queue_lease(&queue, 1);
    assert_int_equal(item_take_result(queue.store, &queue.policy, &result, &taken, &queue.fault),
                     -EINVAL);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM attempt"), 0);
    assert_int_equal(queue_result(&queue, result.item_id, DONE), ITEM_TAKEN_COUNTED);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(adds_and_leases),
        TEST(business_day_is_today_when_not_given),
        TEST(adds_a_reference_once),
        TEST(done_is_not_added_again),
        TEST(another_window_is_another_item),
        TEST(refuses_bad_references),
        TEST(refuses_days_far_away),
        TEST(takes_the_largest_payload),
        TEST(stale_fence_changes_nothing),
        TEST(a_result_for_another_robot_is_late),
        TEST(a_used_sequence_is_refused_whole),
        TEST(done_is_counted_with_its_sums),
        TEST(counted_elsewhere_is_repeated),
        TEST(business_waits_for_a_person),
        TEST(unknown_is_not_begun_anew_by_itself),
        TEST(transient_backs_off_until_its_tries_are_used_up),
        TEST(back_off_is_an_hour_at_most),
        TEST(an_unknown_outcome_is_refused_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
