/* What a run adds is acknowledged when it is durable, and not before: with the test in the run's place. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/run/daemon_inner.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static struct daemon *loop;
static struct robot_entry robot;
static struct host host;
static struct run *run;
static int channel = -1; /* the run's end */
static const char *input = "";
static struct wire_frame sent;
static struct wire_frame got;
static char bytes[WIRE_FRAME_MAX];

/* A run is asked for, which becomes the queue's. */
static void ask(void)
{
    queue_begin(&queue);
    queue_need(&queue, run_create_of(queue.store,
                                     &(struct run_new){.robot_id = queue.policy.robot_id,
                                                       .cause = RUN_BY_HAND,
                                                       .asked_by = "test",
                                                       .now_ms = queue.now_ms,
                                                       .input = input},
                                     &queue.run_id, &queue.fault));
    queue_commit(&queue);
}

/* A run has begun, of a robot whose child was forked ahead. */
static void begin(enum robot_window window, uint32_t queue_items)
{
    static char configuration[] = "{}";
    int pair[2];

    queue_open(&queue, window, MANUAL);
    queue.policy.queue_items = queue_items;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    loop = calloc(1, sizeof *loop);
    assert_non_null(loop);
    loop->timer_watch.fd = -1;
    loop->hosts_file = -1;
    text_init(&loop->encoded, WIRE_FRAME_MAX);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    host = (struct host){.state = HOST_GONE, .side_effects = MANUAL, .tickets = 1, .live = 1};
    robot = (struct robot_entry){.id = queue.policy.robot_id,
                                 .slug = "franco",
                                 .host = &host,
                                 .parked_host = &host,
                                 .parked_fd = pair[0],
                                 .parked_ticket = WIRE_TICKET_FIRST};
    robot.definition = (struct definition){.window = window,
                                           .plugin = "test",
                                           .lease = 16,
                                           .attempts = 3,
                                           .queue_items = queue_items,
                                           .run_timeout_s = 600,
                                           .item_timeout_s = 600};
    robot.definition.configuration = configuration;
    channel = pair[1];
    ask();
}

static void start(void)
{
    queue_need(&queue, writer_start(queue.store, &loop->writer, &queue.fault));
    assert_int_equal(run_begin(loop, &robot, queue.run_id, input), 0);
    run = loop->runs;
    assert_true(wire_receive(channel, 0, bytes, NULL, &got) > 0);
    assert_int_equal(got.type, WIRE_START);
}

/* What the writer has done comes back to the loop. */
static void settle(void)
{
    struct pollfd ready = {.fd = writer_fd(loop->writer), .events = POLLIN};

    while (writer_waiting(loop->writer) > 0) {
        assert_int_equal(poll(&ready, 1, 30000), 1);
        writer_collect(loop->writer);
    }
}

/* Its process is gone, and its end durable. `queue` is usable then. */
static void end(void)
{
    (void)close(channel);
    channel = -1;
    settle();
    run_ended(loop, run, 0);
    settle();
    assert_int_equal(loop->live, 0);
    writer_stop(loop->writer);
    queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
}

static int tear_down(void **state)
{
    (void)state;
    queue_verify(&queue);
    input = "";
    if (run != NULL)
        free(run->end);
    free(run);
    (void)close(loop->epoll_fd);
    text_release(&loop->encoded);
    free(loop);
    queue_close(&queue);
    return 0;
}

/* ---- the writer is held up */

struct held {
    struct writer_job job; /* first */
    sem_t go_on;
};

static struct held held;

static int wait_to_go_on(struct writer_job *job, struct store *store, struct fault *fault)
{
    (void)store;
    (void)fault;
    return sem_wait(&((struct held *)(void *)job)->go_on);
}

static void gone_on(struct writer_job *job, int result, const struct fault *fault)
{
    (void)fault;
    (void)sem_destroy(&((struct held *)(void *)job)->go_on);
    assert_int_equal(result, 0);
}

static void hold_writer(void)
{
    settle();
    held = (struct held){.job = {.apply = wait_to_go_on, .finished = gone_on}};
    (void)sem_init(&held.go_on, 0, 0);
    writer_submit(loop->writer, &held.job);
}

static void let_writer_go_on(void)
{
    (void)sem_post(&held.go_on);
    settle();
}

/* ---- what the run sends, and is told */

static void send_frame(enum wire_type type)
{
    struct text encoded;

    sent.type = type;
    text_init(&encoded, WIRE_FRAME_MAX);
    assert_int_equal(wire_encode(&sent, &encoded), 0);
    assert_int_equal(send(channel, encoded.bytes, encoded.length, 0), encoded.length);
    text_release(&encoded);
    wire_frame_init(&sent, WIRE_FLUSH);
}

static void send_added(const char *reference, int64_t added_ms)
{
    wire_frame_init(&sent, WIRE_ADD);
    sent.count = 1;
    memset(&sent.items[0], 0, sizeof sent.items[0]);
    sent.items[0].reference = wire_string(reference);
    sent.items[0].payload = wire_string("");
    sent.items[0].added_ms = added_ms;
    send_frame(WIRE_ADD);
}

static void send_add(const char *reference)
{
    send_added(reference, 0);
}

static void send_lease(void)
{
    wire_frame_init(&sent, WIRE_LEASE);
    sent.count = 16;
    send_frame(WIRE_LEASE);
}

static void send_done(int64_t item)
{
    wire_frame_init(&sent, WIRE_RESULT);
    sent.item = item;
    send_frame(WIRE_RESULT);
}

/* The loop takes what lies in the channel. */
static void take(void)
{
    run->channel.ready(loop, &run->channel, EPOLLIN);
}

static bool is_answered(enum wire_type type)
{
    int length = wire_receive(channel, MSG_DONTWAIT, bytes, NULL, &got);

    if (length == -EAGAIN)
        return false;
    assert_true(length > 0);
    assert_int_equal(got.type, type);
    return true;
}

static void need_answer(enum wire_type type)
{
    assert_true(is_answered(type));
}

static void what_was_added_is_durable_when_the_flush_is_answered(void **state)
{
    (void)state;
    begin(WINDOW_YEAR, 0);
    start();
    hold_writer();
    send_add("a");
    send_frame(WIRE_FLUSH);
    take();
    assert_false(is_answered(WIRE_FLUSHED));
    let_writer_go_on();
    need_answer(WIRE_FLUSHED);
    assert_int_equal(got.count, 1);
    end();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
}

/* The run hears nothing more, and does not take what it added to be safe. */
static void a_flush_is_not_answered_after_an_add_that_was_refused(void **state)
{
    (void)state;
    begin(WINDOW_YEAR, 1);
    start();
    send_add("a");
    send_add("b");
    send_frame(WIRE_FLUSH);
    take();
    settle();
    assert_true(run->is_violation);
    assert_false(is_answered(WIRE_FLUSHED));
    end();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
    assert_int_equal(
        queue_ask_with(&queue, "SELECT ending FROM run WHERE id = ?1", queue.run_id, 0),
        RUN_FAILED);
}

/* What it did ends with a person, as of a run that was lost: counted, nobody would add it again. */
static void an_item_is_not_done_whose_follow_up_was_refused(void **state)
{
    (void)state;
    begin(WINDOW_YEAR, 1);
    queue_begin(&queue);
    (void)queue_add(&queue, "a", "");
    queue_commit(&queue);
    start();
    send_lease();
    take();
    settle();
    need_answer(WIRE_ITEMS);
    assert_int_equal(got.count, 1);
    send_add("follows a");
    send_done(got.items[0].id);
    take();
    settle();
    assert_true(run->is_violation);
    assert_int_equal(run->done, 0);
    end();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item WHERE state = 3"), 1);
    assert_non_null(strstr(run->note, "queue_items"));
}

/* No items: it is to end. That acknowledges what it sent before as any answer does. */
static void is_denied_when_all_is_durable(void)
{
    hold_writer();
    send_add("a");
    send_lease();
    take();
    assert_false(is_answered(WIRE_ITEMS));
    let_writer_go_on();
    need_answer(WIRE_ITEMS);
    assert_int_equal(got.count, 0);
    assert_int_equal(got.last, WIRE_NO_MORE);
    end();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
}

static void a_lease_is_denied_when_all_before_it_is_durable(void **state)
{
    (void)state;
    begin(WINDOW_YEAR, 0);
    start();
    loop->is_stopping = true;
    is_denied_when_all_is_durable();
    assert_true(run->is_denied);
}

static void a_lease_is_put_off_when_all_before_it_is_durable(void **state)
{
    static char slugs[1][CALENDAR_SLUG_MAX] = {"ledger"};
    static struct system_entry system = {.slug = "ledger"};
    struct fault fault;

    (void)state;
    assert_int_equal(quiet_parse("00:00-24:00", &system.quiet, &fault), 0);
    begin(WINDOW_YEAR, 0);
    robot.definition.systems = slugs;
    robot.definition.system_count = 1;
    loop->systems = &system;
    loop->system_count = 1;
    start();
    is_denied_when_all_is_durable();
    assert_true(run->is_rested);
}

static void a_lease_is_not_denied_after_an_add_that_was_refused(void **state)
{
    (void)state;
    begin(WINDOW_YEAR, 1);
    start();
    loop->is_stopping = true;
    send_add("a");
    send_add("b");
    send_lease();
    take();
    settle();
    assert_true(run->is_violation);
    assert_false(is_answered(WIRE_ITEMS));
    end();
}

/* A run with an input adds what that asks for, and the daemon is told to stop: so many are asked the same. */
static int64_t asked_again(bool asks_for_items, uint32_t collected)
{
    input = "{\"case\":1}";
    begin(WINDOW_YEAR, 0);
    start();
    send_add("a");
    loop->is_stopping = true;
    loop->is_registry_waiting = true; /* the robot is the test's, and no other is read */
    run->forced = RUN_CUT_SHORT;
    if (asks_for_items)
        send_lease();
    take();
    settle();
    wire_frame_init(&sent, WIRE_END);
    sent.outcome = WIRE_STOPPED;
    sent.collected = collected;
    send_frame(WIRE_END);
    end();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE ending = 6"), 1);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND input IS NOT NULL");
}

static void who_had_not_collected_is_asked_again(void **state)
{
    (void)state;
    assert_int_equal(asked_again(false, 0), 1);
}

/* What it found is in the queue; found again it could have other references. */
static void who_says_that_it_had_collected_is_not_asked_again(void **state)
{
    (void)state;
    assert_int_equal(asked_again(false, 1), 0);
}

static void who_asks_for_items_has_collected_though_it_is_denied_them(void **state)
{
    (void)state;
    assert_int_equal(asked_again(true, 0), 0);
}

static int64_t day_of(int64_t id)
{
    return queue_ask_with(&queue, "SELECT business_day FROM item WHERE id = ?1", id, 0);
}

/* Whenever it is taken in; and within the run's life, whatever the run says. */
static void an_item_is_of_the_day_on_which_it_was_added(void **state)
{
    int64_t evening_ms;
    int64_t night_ms;

    (void)state;
    begin(WINDOW_DAY, 0);
    queue_at_old_year(&queue);
    evening_ms = queue.now_ms;
    clock_pretend(evening_ms);
    start();
    queue_at_new_year(&queue);
    night_ms = queue.now_ms;
    clock_pretend(night_ms);
    send_added("evening", evening_ms + 1);
    send_added("night", night_ms - 1);
    send_added("too early", 0);
    send_added("too late", night_ms + INT64_C(86400000));
    take();
    settle();
    end();
    assert_int_equal(day_of(1), clock_local_day(evening_ms));
    assert_int_equal(day_of(2), clock_local_day(night_ms));
    assert_int_equal(day_of(3), clock_local_day(evening_ms));
    assert_int_equal(day_of(4), clock_local_day(night_ms));
    assert_int_equal(queue_ask(&queue, "SELECT count(DISTINCT window) FROM item"), 2);
    assert_int_equal(clock_local_day(night_ms), clock_local_day(evening_ms) + 1);
}

/* Done in the window in which it was asked first, by a run of before; and it has begun in the next. */
static void what_was_done_before_it_was_asked_again_is_not_added(void **state)
{
    static const unsigned char plugin_hash[32] = {1};
    struct run_again again = {.asked_by = RUN_ASKED_BY_RECOVERY, .needs_input = true};
    int64_t fence = 0;

    (void)state;
    input = "{\"case\":1}";
    begin(WINDOW_DAY, 0);
    queue_at_old_year(&queue);
    ask();
    again.run_id = queue.run_id;
    queue_begin(&queue);
    queue_run(&queue);
    assert_true(queue_add(&queue, "done", "") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    assert_int_equal(queue_result(&queue, queue.leased[0].id, DONE), ITEM_TAKEN_COUNTED);
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_ANY), 0);
    queue_need(&queue,
               run_end(queue.store, queue.run_id, RUN_DONE, NULL, queue.now_ms, &queue.fault));
    queue_need(&queue, run_start(queue.store, again.run_id, plugin_hash, queue.now_ms, &fence,
                                 &queue.fault));
    queue_need(&queue, run_create_again(queue.store, &again, &queue.run_id, &queue.fault));
    queue_need(&queue,
               run_end(queue.store, again.run_id, RUN_LOST, NULL, queue.now_ms, &queue.fault));
    queue_commit(&queue);
    queue_at_new_year(&queue);
    start();
    send_add("done");
    send_add("new");
    take();
    settle();
    end();
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM item"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM ledger"), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_teardown(function, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_was_added_is_durable_when_the_flush_is_answered),
        TEST(a_flush_is_not_answered_after_an_add_that_was_refused),
        TEST(an_item_is_not_done_whose_follow_up_was_refused),
        TEST(a_lease_is_denied_when_all_before_it_is_durable),
        TEST(a_lease_is_put_off_when_all_before_it_is_durable),
        TEST(an_item_is_of_the_day_on_which_it_was_added),
        TEST(a_lease_is_not_denied_after_an_add_that_was_refused),
        TEST(who_had_not_collected_is_asked_again),
        TEST(who_says_that_it_had_collected_is_not_asked_again),
        TEST(what_was_done_before_it_was_asked_again_is_not_added),
        TEST(who_asks_for_items_has_collected_though_it_is_denied_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
