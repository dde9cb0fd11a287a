/* What a run has the writer do is done whole or not at all. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/run/daemon_inner.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static struct daemon daemon_of_test;
static struct robot_entry robot;
static struct host host;
static struct run run;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, MANUAL);
    daemon_of_test = (struct daemon){.writer = NULL};
    daemon_of_test.timer_watch.fd = -1;
    robot = (struct robot_entry){.id = queue.policy.robot_id, .slug = "franco"};
    host = (struct host){.state = HOST_GONE};
    run = (struct run){.daemon = &daemon_of_test,
                       .robot = &robot,
                       .host = &host,
                       .policy = queue.policy,
                       .is_process_gone = true};
    run.channel.fd = -1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void refuse_audit(void)
{
    static const char SQL[] = "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.audit "
                              "BEGIN SELECT RAISE(ABORT, 'not today'); END";

    if (sqlite3_exec(queue.store->db, SQL, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(queue.store->db));
}

/* Has the writer do what was submitted, and ends it. */
static void work_off(bool has_failed)
{
    while (writer_waiting(daemon_of_test.writer) > 0) {
        struct pollfd ready = {.fd = writer_fd(daemon_of_test.writer), .events = POLLIN};

        assert_int_equal(poll(&ready, 1, 30000), 1);
        writer_collect(daemon_of_test.writer);
    }
    assert_int_equal(writer_failed(daemon_of_test.writer) != NULL, has_failed);
    writer_stop(daemon_of_test.writer);
    queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
}

static void start(bool has_failed)
{
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_HAND, "test",
                                  queue.now_ms, &run.id, &queue.fault));
    queue_commit(&queue);
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    assert_int_equal(job_start(&run), 0);
    work_off(has_failed);
}

static void a_run_starts_with_its_audit(void **state)
{
    (void)state;
    start(false);
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
    start(true);
    assert_int_equal(queue_ask_with(&queue, "SELECT state FROM run WHERE id = ?1", run.id, 0),
                     RUN_QUEUED);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM audit WHERE action = 'run started'"),
                     0);
    queue_verify(&queue);
}

/* The run ends so after a system that it meets was closed; so many wait then to go on with it. */
static int64_t queued_after_rest(enum run_ending ending)
{
    start(false);
    run.is_rested = true;
    daemon_of_test.runs = &run;
    daemon_of_test.live = robot.live = host.live = 1;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    assert_int_equal(job_end(&run, ending), 0);
    work_off(false);
    assert_int_equal(queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", run.id, 0),
                     ending);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1");
}

/* In one transaction: no crash, stop or pause comes between. */
static void a_run_that_rested_leaves_one_that_goes_on(void **state)
{
    (void)state;
    assert_int_equal(queued_after_rest(RUN_DONE), 1);
    assert_int_equal(queue_ask(&queue, "SELECT cause FROM run WHERE state = 1"), RUN_BY_RETRY);
}

/* Its work is not through. */
static void who_follows_waits_for_the_run_that_goes_on(void **state)
{
    struct trigger_origin origin = {true, "test", queue.now_ms};
    struct trigger_rule rule;
    int64_t follower = queue_robot(&queue, "second", WINDOW_YEAR);
    int64_t id = 0;

    (void)state;
    trigger_rule_init(&rule, TRIGGER_AFTER);
    (void)text_copy(rule.after, sizeof rule.after, "franco");
    rule.after_ending = AFTER_DONE;
    queue_begin(&queue);
    queue_need(&queue, trigger_add(queue.store, follower, &rule, &origin, &id, &queue.fault));
    queue_commit(&queue);
    assert_int_equal(queued_after_rest(RUN_DONE), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM fire"), 0);
}

static void a_run_that_was_stopped_leaves_none(void **state)
{
    (void)state;
    assert_int_equal(queued_after_rest(RUN_STOPPED), 0);
}

static void one_that_waits_already_is_enough(void **state)
{
    int64_t id = 0;

    (void)state;
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_CRON, "test",
                                  queue.now_ms, &id, &queue.fault));
    queue_commit(&queue);
    assert_int_equal(queued_after_rest(RUN_DONE), 1);
    assert_int_equal(queue_ask(&queue, "SELECT cause FROM run WHERE state = 1"), RUN_BY_CRON);
}

/* A run has two items of three in hand, which were added for `not_before_ms`, and ends so when so many have
 * a result. So many runs wait then. */
static int64_t queued_after_two(int64_t not_before_ms, enum run_ending ending, int results)
{
    static const char *const references[] = {"A", "B", "C"};
    int i;

    queue_begin(&queue);
    for (i = 0; i < 3; i++)
        (void)queue_add_item(&queue, &(struct item_new){.reference = references[i],
                                                        .payload = "",
                                                        .not_before_ms = not_before_ms});
    queue.now_ms += 1000;
    assert_int_equal(queue_lease(&queue, 2), 2);
    for (i = 0; i < results; i++)
        (void)queue_result(&queue, queue.leased[i].id, DONE);
    queue_commit(&queue);
    run.id = queue.run_id;
    run.fence = queue.fence;
    run.done = results;
    run.has_said_end = results > 0; /* else the first in hand was begun */
    run.is_step_known = true;
    daemon_of_test.runs = &run;
    daemon_of_test.live = robot.live = host.live = 1;
    queue_need(&queue, writer_start(queue.store, &daemon_of_test.writer, &queue.fault));
    assert_int_equal(job_end(&run, ending), 0);
    work_off(false);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3");
}

/* The first lease made all of them ready, so that nothing is deferred that would bring a run. */
static void what_was_due_behind_an_item_that_ends_its_run_gets_another(void **state)
{
    (void)state;
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_FAILED, 0), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 0"), 2);
}

static void what_was_due_behind_a_result_gets_another(void **state)
{
    (void)state;
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_TIMED_OUT, 1), 1);
}

/* The robot is paused for it: the run waits. */
static void what_was_due_is_owed_a_run_when_its_robot_goes_on(void **state)
{
    (void)state;
    temp_home_plant(queue.home, "UPDATE robot SET plugin = 'test', side_effects = 3, definition = "
                                "'{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":1}'");
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_FAILED, 0), 1);
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 1);
}

static void a_run_that_was_owed_owes_the_next(void **state)
{
    (void)state;
    run.cause = RUN_BY_RETRY;
    assert_int_equal(queued_after_two(0, RUN_FAILED, 0), 1);
}

static void what_waited_for_a_trigger_goes_on_to_wait(void **state)
{
    (void)state;
    run.cause = RUN_BY_CRON;
    assert_int_equal(queued_after_two(0, RUN_FAILED, 0), 0);
}

static void what_was_due_when_a_person_stops_its_run_waits(void **state)
{
    (void)state;
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_STOPPED, 1), 0);
}

static void what_stands_behind_a_quarantined_one_gets_another(void **state)
{
    (void)state;
    run.policy.side_effects = IDEMPOTENT;
    run.policy.attempts = 1;
    assert_int_equal(queued_after_two(0, RUN_FAILED, 0), 1);
}

static void what_is_deferred_brings_the_run_itself(void **state)
{
    (void)state;
    run.policy.side_effects = IDEMPOTENT; /* what it had begun is deferred */
    assert_int_equal(queued_after_two(queue.now_ms + 500, RUN_FAILED, 0), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 2"), 1);
    assert_true(robot.retry_ms > 0);
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
    uint32_t begun; /* items, as the process counted */
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
    daemon_of_test.runs = &run;
    daemon_of_test.live = robot.live = host.live = 1;
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
    if (death->is_channel_held)
        (void)close(pair[1]);
    work_off(false);
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

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(a_run_starts_with_its_audit),
        TEST(a_run_does_not_start_without_its_audit),
        TEST(a_run_that_rested_leaves_one_that_goes_on),
        TEST(who_follows_waits_for_the_run_that_goes_on),
        TEST(a_run_that_was_stopped_leaves_none),
        TEST(one_that_waits_already_is_enough),
        TEST(what_was_due_behind_an_item_that_ends_its_run_gets_another),
        TEST(what_was_due_behind_a_result_gets_another),
        TEST(what_was_due_is_owed_a_run_when_its_robot_goes_on),
        TEST(a_run_that_was_owed_owes_the_next),
        TEST(what_waited_for_a_trigger_goes_on_to_wait),
        TEST(what_was_due_when_a_person_stops_its_run_waits),
        TEST(what_stands_behind_a_quarantined_one_gets_another),
        TEST(what_is_deferred_brings_the_run_itself),
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
