/* What a run has the writer do is done whole or not at all. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/run/daemon_inner.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/run_home.h"

static void refuse_audit(void)
{
    static const char SQL[] = "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.audit "
                              "BEGIN SELECT RAISE(ABORT, 'not today'); END";

    if (sqlite3_exec(queue.store->db, SQL, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(queue.store->db));
}

static void a_run_starts_with_its_audit(void **state)
{
    (void)state;
    run_start_one(false);
    assert_false(run.is_violation);
    assert_int_equal(queue_ask_with(&queue, "SELECT state FROM run WHERE id = ?1", run.id, 0),
                     RUN_RUNNING);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM audit WHERE action = 'run started'"),
                     1);
}

static void a_run_does_not_start_without_its_audit(void **state)
{
    (void)state;
    refuse_audit();
    run_start_one(true);
    assert_int_equal(queue_ask_with(&queue, "SELECT state FROM run WHERE id = ?1", run.id, 0),
                     RUN_QUEUED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM audit WHERE action = 'run started'"),
                     0);
    queue_verify(&queue);
}

static void send_frame(int channel, enum wire_type type, enum wire_outcome outcome, int64_t item)
{
    static struct wire_frame frame;
    struct text encoded;

    wire_frame_init(&frame, type);
    frame.outcome = outcome;
    frame.item = item;
    text_init(&encoded, WIRE_FRAME_MAX);
    assert_int_equal(wire_encode(&frame, &encoded), 0);
    assert_int_equal(send(channel, encoded.bytes, encoded.length, 0), encoded.length);
    text_release(&encoded);
}

/* What a run is given and tells before its process is gone. */
struct death {
    bool is_channel_held;
    bool is_channel_unreadable;
    bool is_answer_unread;
    bool is_packet_empty; /* before its results */
    int results;
    bool is_end_sent;
    enum wire_outcome outcome; /* of END */
    bool is_step_known;
    enum wire_step step;
    uint32_t begun;       /* items, as the process counted */
    bool is_order_missed; /* a SIGTERM was sent to the daemon as well, which has not read it */
};

static void send_what_it_tells(int channel, const struct death *death)
{
    int i;

    if (death->is_answer_unread)
        assert_int_equal(send(run.channel.fd, "answer", 6, 0), 6);
    if (death->is_packet_empty)
        assert_int_equal(send(channel, "", 0, 0), 0);
    for (i = 0; i < death->results; i++)
        send_frame(channel, WIRE_RESULT, WIRE_DONE, queue.leased[i].id);
    if (death->is_end_sent)
        send_frame(channel, WIRE_END, death->outcome, 0);
}

/* Its end of the channel is none that can be read. */
static void make_unreadable(void)
{
    (void)close(run.channel.fd);
    run.channel.fd = eventfd(0, EFD_CLOEXEC);
    assert_true(run.channel.fd >= 0);
}

/* Two items are leased, and so much is told of them before the run's process is gone; so many of them wait for a
 * person then. */
static int64_t waiting_after_death(const struct death *death)
{
    int pair[2];
    int i;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    queue_begin(&queue);
    (void)queue_add(&queue, "one", "");
    (void)queue_add(&queue, "two", "");
    assert_int_equal(queue_lease(&queue, 2), 2);
    queue_commit(&queue);
    run.is_process_gone = false;
    run.id = queue.run_id;
    run.fence = queue.fence;
    run.channel.fd = pair[0];
    daemon_of_test.epoll_fd = -1;
    run.leased = run.lease_count = 2;
    for (i = 0; i < 2; i++)
        run.lease_ids[i] = queue.leased[i].id;
    run.is_step_known = death->is_step_known;
    run.step = death->step;
    run.begun = death->begun;
    send_what_it_tells(pair[1], death);
    if (death->is_channel_unreadable)
        make_unreadable();
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    if (!death->is_channel_held)
        (void)close(pair[1]);
    run_ended(&daemon_of_test, &run, 0);
    if (death->is_order_missed) {
        assert_false(run.is_ending);
        daemon_of_test.is_stopping = true;
        run_end_when_over(&run);
    }
    if (death->is_channel_held)
        (void)close(pair[1]);
    run_work_off(false);
    assert_int_equal(run.channel.fd, -1);
    return queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 3");
}

static void of_a_run_that_dies_the_first_item_was_begun(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_step_known = true}), 1);
    assert_false(run.is_violation);
}

/* Results went another way: it ends with an END, or without. */
static void what_a_run_counted_as_begun_was_begun(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_step_known = true, .begun = 2}), 2);
    assert_false(run.is_violation);
}

static void what_a_run_counted_as_begun_was_begun_in_spite_of_its_end(void **state)
{
    (void)state;
    assert_int_equal(
        waiting_after_death(&(struct death){
            .is_end_sent = true, .outcome = WIRE_BROKEN, .is_step_known = true, .begun = 2}),
        2);
}

static void what_a_run_counted_and_reported_is_done(void **state)
{
    (void)state;
    assert_int_equal(
        waiting_after_death(&(struct death){.results = 1, .is_step_known = true, .begun = 1}), 1);
    assert_int_equal(run.done, 1);
}

/* It writes its count itself. */
static void a_count_of_less_than_was_reported_takes_nothing_back(void **state)
{
    (void)state;
    assert_int_equal(
        waiting_after_death(&(struct death){.results = 1, .is_step_known = true, .begun = 0}), 1);
    assert_int_equal(run.done, 1);
}

/* Results may lie there. */
static void of_a_run_whose_channel_is_not_read_to_its_end_any_item_was_begun(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_channel_held = true}), 2);
    assert_true(run.is_violation);
}

/* The kernel tells of an answer that it has not read before it gives what was sent. */
static void results_of_a_run_that_dies_with_an_answer_unread_are_taken(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_answer_unread = true, .results = 1}),
                     1);
    assert_false(run.is_violation);
    assert_int_equal(run.done, 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
}

static void of_a_run_whose_channel_cannot_be_read_any_item_was_begun(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_channel_unreadable = true}), 2);
    assert_true(run.is_violation);
    assert_string_equal(run.note, "its channel could not be read to its end");
}

/* What stands behind it is not taken, and not taken for nothing. */
static void an_empty_packet_is_a_frame_that_is_none(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_packet_empty = true, .results = 1}),
                     2);
    assert_true(run.is_violation);
    assert_string_equal(run.note, "it sent a frame that is none");
}

static void a_run_that_broke_off_has_begun_none_of_what_is_left(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){
                         .is_end_sent = true, .outcome = WIRE_BROKEN, .is_step_known = true}),
                     0);
    assert_false(run.is_violation);
}

static void an_end_from_within_perform_says_nothing_of_the_items(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_end_sent = true,
                                                         .outcome = WIRE_BROKEN,
                                                         .is_step_known = true,
                                                         .step = WIRE_IN_PERFORM}),
                     2);
    assert_true(run.is_violation);
    assert_string_equal(run.note, "it said that it had ended while it was in perform() of item 1");
}

static void a_run_is_not_done_with_items_that_it_has_not_reported(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){
                         .is_end_sent = true, .outcome = WIRE_DONE, .is_step_known = true}),
                     2);
    assert_true(run.is_violation);
}

/* Its host died before it could tell: the run may have been anywhere. */
static void an_end_whose_place_nobody_told_leaves_the_first_item_begun(void **state)
{
    (void)state;
    assert_int_equal(
        waiting_after_death(&(struct death){.is_end_sent = true, .outcome = WIRE_BROKEN}), 1);
}

static int64_t ending_of_run(void)
{
    return queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", queue.run_id, 0);
}

/* It is taken up again at the next start. */
static void a_run_that_a_signal_to_all_stopped_was_cut_short(void **state)
{
    (void)state;
    assert_int_equal(waiting_after_death(&(struct death){.is_end_sent = true,
                                                         .outcome = WIRE_STOPPED,
                                                         .is_step_known = true,
                                                         .is_order_missed = true}),
                     0);
    assert_int_equal(ending_of_run(), RUN_CUT_SHORT);
    assert_string_equal(run.note, "the daemon was stopped");
}

/* Nobody goes on with it, so that it is told as what has failed. */
static void a_run_that_a_signal_of_its_own_stopped_has_failed(void **state)
{
    (void)state;
    run.stray_ms = 1; /* long ago */
    assert_int_equal(waiting_after_death(&(struct death){
                         .is_end_sent = true, .outcome = WIRE_STOPPED, .is_step_known = true}),
                     0);
    assert_int_equal(ending_of_run(), RUN_FAILED);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, run_set_up, run_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_run_starts_with_its_audit),
        TEST(a_run_does_not_start_without_its_audit),
        TEST(of_a_run_that_dies_the_first_item_was_begun),
        TEST(what_a_run_counted_as_begun_was_begun),
        TEST(what_a_run_counted_as_begun_was_begun_in_spite_of_its_end),
        TEST(what_a_run_counted_and_reported_is_done),
        TEST(a_count_of_less_than_was_reported_takes_nothing_back),
        TEST(results_of_a_run_that_dies_with_an_answer_unread_are_taken),
        TEST(of_a_run_whose_channel_cannot_be_read_any_item_was_begun),
        TEST(an_empty_packet_is_a_frame_that_is_none),
        TEST(a_run_that_broke_off_has_begun_none_of_what_is_left),
        TEST(an_end_from_within_perform_says_nothing_of_the_items),
        TEST(a_run_is_not_done_with_items_that_it_has_not_reported),
        TEST(an_end_whose_place_nobody_told_leaves_the_first_item_begun),
        TEST(of_a_run_whose_channel_is_not_read_to_its_end_any_item_was_begun),
        TEST(a_run_that_a_signal_to_all_stopped_was_cut_short),
        TEST(a_run_that_a_signal_of_its_own_stopped_has_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
