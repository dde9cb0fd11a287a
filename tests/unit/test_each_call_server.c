/* test_each_call_server.c - who sends the daemon a command while it has no descriptor or no memory for that, or as many
 * clients as it takes at once: nobody waits in vain, and what is told is so. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "tests/standins/wrapped_calls.h"
#include "tests/unit/loop_home.h"

enum { EVENTS = 128, MOST = 64, TURNS = 4, ANSWER_MAX = 4096, FILLERS = 256, PATIENCE_S = 20 };

static const char REQUEST[] = "{\"command\":\"test\"}";
static const char ANSWER[] = "{\"ok\":true,\"result\":{}}";

static struct daemon_settings settings;
static int executed;

static int execute(struct store *store, const char *request, size_t length, const char *account,
                   struct text *reply, struct command_effects *ret_effects)
{
    (void)store;
    (void)length;
    (void)account;
    *ret_effects = (struct command_effects){0};
    assert_string_equal(request, REQUEST);
    text_append_string(reply, ANSWER);
    executed++;
    return 0;
}

static int set_up(void **state)
{
    struct fault fault;

    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_start();
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    settings = *loop->settings;
    settings.execute = execute;
    loop->settings = &settings;
    executed = 0;
    queue_need(&queue, command_server_open(loop, &fault));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(seteuid(getuid()), 0);
    command_server_close(loop);
    command_server_bury(loop);
    assert_null(loop->clients);
    (void)close(loop->epoll_fd);
    loop_stop();
    queue_close(&queue);
    return 0;
}

/* How many descriptors were ready. */
static int turn(void)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS, 0);
    int i;

    assert_true(count >= 0);
    for (i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;

        if (watch->fd >= 0)
            watch->ready(loop, watch, events[i].events);
    }
    command_server_bury(loop);
    return count;
}

static void turns(void)
{
    int i;

    for (i = 0; i < TURNS; i++) {
        (void)turn();
        loop_settle();
    }
}

/* Who is not answered does not wait as long as a person would. */
static int call(void)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct fault fault;
    int fd = -1;

    queue_need(&queue, daemon_client_connect(queue.home, &fd, &fault));
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    return fd;
}

static void ask(int fd)
{
    unsigned char frame[COMMAND_FRAME_HEADER + sizeof(REQUEST) - 1] = {sizeof(REQUEST) - 1};

    memcpy(frame + COMMAND_FRAME_HEADER, REQUEST, sizeof(REQUEST) - 1);
    assert_int_equal(send(fd, frame, sizeof(frame), MSG_NOSIGNAL), sizeof(frame));
}

/* What has come; "" nothing yet, "gone" the end. */
static const char *heard(int fd)
{
    static char bytes[ANSWER_MAX];
    ssize_t count = recv(fd, bytes, sizeof(bytes) - 1, MSG_DONTWAIT);

    if (count < 0 && errno == EAGAIN)
        return "";
    if (count <= COMMAND_FRAME_HEADER)
        return "gone";
    bytes[count] = '\0';
    assert_int_equal((unsigned char)bytes[0] | (unsigned char)bytes[1] << 8,
                     count - COMMAND_FRAME_HEADER);
    return bytes + COMMAND_FRAME_HEADER;
}

static void must_hear(int fd, const char *part)
{
    const char *text = heard(fd);

    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in: %s", part, text);
}

static void must_be_served(int fd)
{
    ask(fd);
    turns();
    assert_string_equal(heard(fd), ANSWER);
}

/* As the command line hears it, which sends when the daemon has closed already. */
static void must_be_refused(int fd, const char *part)
{
    struct text request;
    struct text reply;
    struct fault fault;

    text_init(&request, sizeof(REQUEST));
    text_init(&reply, ANSWER_MAX);
    text_append_string(&request, REQUEST);
    if (daemon_client_ask(fd, &request, &reply, &fault) < 0)
        fail_msg("%s", fault.text);
    if (strstr(text_string(&reply), part) == NULL)
        fail_msg("'%s' is not in: %s", part, text_string(&reply));
    text_release(&reply);
    text_release(&request);
    (void)close(fd);
}

/* As many descriptors as may be are open, the spare one among them, but for some. */
static int fill(int fillers[static FILLERS], int left, struct rlimit *ret_limit)
{
    struct rlimit none;
    int count = 0;
    int fd;

    while ((fd = dup(STDIN_FILENO)) < loop->spare_fd) {
        assert_true(count < FILLERS);
        fillers[count++] = fd;
    }
    (void)close(fd);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, ret_limit), 0);
    none = (struct rlimit){(rlim_t)(fd + left), ret_limit->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    return count;
}

static void heal(void)
{
    assert_true(wrapped_calls_have_failed());
    wrapped_calls_heal();
    (void)
        memory_lacked(); /* by the loop's thread, which the store is used by when it has stopped */
}

/* Where what runs the test closes a connection that finds no descriptor (tests/prove/sanitize/valgrind.unit). */
static void skip_where_callers_are_lost(void)
{
    if (getenv("CALLERS_ARE_LOST") != NULL)
        skip();
}

static void who_calls_without_a_descriptor_is_told(void **state)
{
    int fillers[FILLERS];
    int callers[2];
    struct rlimit limit;
    int count;

    (void)state;
    skip_where_callers_are_lost();
    callers[0] = call();
    callers[1] = call();
    count = fill(fillers, 0, &limit);
    assert_int_equal(turn(), 1);
    assert_true(loop->is_refusing);
    assert_int_equal(turn(), 1);
    assert_int_equal(turn(), 0);
    assert_false(loop->is_short);
    assert_true(loop->spare_fd >= 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    must_be_refused(callers[0], "no free descriptor, so the command was not carried out");
    must_be_refused(callers[1], "no free descriptor");
    assert_int_equal(executed, 0);
    callers[0] = call();
    must_be_served(callers[0]);
    assert_false(loop->is_refusing);
    (void)close(callers[0]);
    while (count > 0)
        (void)close(fillers[--count]);
}

/* As the daemon of a person, who looks at what calls: it can take that in, and has too few to look. */
static void who_cannot_be_looked_at_is_told(void **state)
{
    static const uid_t nobody = 65534;
    char path[TEMP_HOME_PATH + sizeof "/socket"];
    int fillers[FILLERS];
    struct rlimit limit;
    int caller;
    int count;
    int left;

    (void)state;
    skip_where_callers_are_lost();
    (void)snprintf(path, sizeof path, "%s/socket", queue.home);
    if (geteuid() == 0) {
        assert_int_equal(chown(queue.home, nobody, (gid_t)-1), 0);
        assert_int_equal(chown(path, nobody, (gid_t)-1), 0);
        assert_int_equal(seteuid(nobody), 0);
    }
    for (left = 1; left <= 2; left++) {
        caller = call();
        count = fill(fillers, left, &limit);
        assert_int_equal(turn(), 1);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_true(loop->is_refusing);
        assert_null(loop->clients);
        must_be_refused(caller, "no free descriptor, so the command was not carried out");
        while (count > 0)
            (void)close(fillers[--count]);
    }
    caller = call();
    must_be_served(caller);
    assert_false(loop->is_refusing);
    (void)close(caller);
}

/* The spare one is no help: the loop is told to rest, and who calls waits. */
static void who_cannot_even_be_told_waits(void **state)
{
    struct rlimit limit;
    struct rlimit none;
    int caller;

    (void)state;
    skip_where_callers_are_lost();
    caller = call();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){1, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_null(loop->clients);
    loop->listen_watch.ready(loop, &loop->listen_watch, EPOLLIN);
    loop->listen_watch.ready(loop, &loop->listen_watch, EPOLLIN);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(loop->is_short);
    assert_int_equal(loop->spare_fd, -1);
    must_be_served(caller);
    assert_true(loop->spare_fd >= 0);
    (void)close(caller);
}

static void who_is_one_too_many_waits_until_one_has_gone(void **state)
{
    int callers[MOST + 2];
    int i;

    (void)state;
    for (i = 0; i < MOST + 2; i++)
        callers[i] = call();
    for (i = 0; i < MOST; i++)
        assert_int_equal(turn(), 1);
    ask(callers[MOST]);
    ask(callers[MOST + 1]);
    assert_int_equal(turn(), 0); /* and the loop does not turn for them */
    assert_string_equal(heard(callers[MOST]), "");
    must_be_served(callers[3]);
    assert_string_equal(heard(callers[MOST]), "");
    (void)close(callers[5]);
    turns();
    assert_string_equal(heard(callers[MOST]), ANSWER);
    assert_string_equal(heard(callers[MOST + 1]), "");
    ask(callers[7]);
    (void)turn();
    (void)close(
        callers[7]); /* while its command is at the writer, which is carried out all the same */
    turns();
    turns();
    assert_string_equal(heard(callers[MOST + 1]), ANSWER);
    assert_int_equal(executed, 4);
    for (i = 0; i < MOST + 2; i++)
        if (i != 5 && i != 7)
            (void)close(callers[i]);
}

/* Having waited for a place in vain: it believes that nothing was done. */
static void who_has_hung_up_is_not_served(void **state)
{
    int callers[MOST + 1];
    int i;

    (void)state;
    for (i = 0; i <= MOST; i++)
        callers[i] = call();
    for (i = 0; i < MOST; i++)
        (void)turn();
    ask(callers[MOST]);
    for (i = MOST; i >= 0; i--)
        (void)close(callers[i]);
    turns();
    assert_null(loop->clients);
    assert_int_equal(executed, 0);
}

/* Told to end, with all places taken and one more that waits. */
static void who_waits_at_the_end_hears_that_it_has_come(void **state)
{
    int callers[MOST + 1];
    int i;

    (void)state;
    for (i = 0; i <= MOST; i++)
        callers[i] = call();
    for (i = 0; i < MOST; i++)
        (void)turn();
    ask(callers[MOST]);
    command_server_close(loop);
    for (i = 0; i <= MOST; i++) {
        assert_string_equal(heard(callers[i]), "gone");
        (void)close(callers[i]);
    }
    assert_int_equal(executed, 0);
}

/* One for it itself, for the request as it comes in, for the job, and for the request that goes with that. */
static void who_finds_no_memory_is_told_that_nothing_was_done(void **state)
{
    int caller = call();
    long i;

    (void)state;
    wrapped_calls_fail(WRAPPED_ALLOCATION, 1, 0);
    (void)turn();
    heal();
    assert_null(loop->clients);
    must_be_refused(caller, "out of memory, so the command was not carried out");
    for (i = 1; i <= 3; i++) {
        caller = call();
        (void)turn();
        ask(caller);
        wrapped_calls_fail(WRAPPED_ALLOCATION, i, 0);
        (void)turn();
        assert_true(wrapped_calls_have_failed());
        heal();
        must_hear(caller, "out of memory, so the command was not carried out");
        assert_string_equal(heard(caller), "gone");
        assert_null(loop->clients);
        (void)close(caller);
    }
    assert_int_equal(executed, 0);
    caller = call();
    must_be_served(caller);
    (void)close(caller);
}

/* It comes in parts, and the first found no memory. */
static void who_goes_on_sending_is_told_too(void **state)
{
    int caller = call();

    (void)state;
    (void)turn();
    assert_int_equal(send(caller, "\x12\0\0", 3, MSG_NOSIGNAL), 3);
    wrapped_calls_fail(WRAPPED_ALLOCATION, 1, 0);
    (void)turn();
    heal();
    must_be_refused(caller, "was not carried out");
}

static void whose_answer_finds_no_memory_is_told_that_it_was_done(void **state)
{
    struct pollfd ready = {.fd = writer_fd(loop->writer), .events = POLLIN};
    int caller = call();

    (void)state;
    (void)turn();
    ask(caller);
    (void)turn();
    assert_int_equal(poll(&ready, 1, 10000), 1);
    wrapped_calls_fail(WRAPPED_ALLOCATION, 1, 0);
    writer_collect(loop->writer);
    heal();
    assert_int_equal(executed, 1);
    must_hear(caller, "the command was carried out, but the daemon is out of memory");
    assert_string_equal(heard(caller), "gone");
    (void)close(caller);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(who_calls_without_a_descriptor_is_told),
        TEST(who_cannot_be_looked_at_is_told),
        TEST(who_cannot_even_be_told_waits),
        TEST(who_is_one_too_many_waits_until_one_has_gone),
        TEST(who_has_hung_up_is_not_served),
        TEST(who_waits_at_the_end_hears_that_it_has_come),
        TEST(who_finds_no_memory_is_told_that_nothing_was_done),
        TEST(who_goes_on_sending_is_told_too),
        TEST(whose_answer_finds_no_memory_is_told_that_it_was_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
