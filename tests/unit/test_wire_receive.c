/* test_wire_receive.c - what lies in a socket comes whole and in order, whatever became of its other end; what is no
 * frame is told apart from nothing, and from the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/run/wire.h"

enum { OURS, THEIRS };

static int pair[2];
static struct wire_frame got;
static char bytes[WIRE_FRAME_MAX];

static int set_up(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int tear_down(void **state)
{
    (void)state;
    (void)close(pair[OURS]);
    if (pair[THEIRS] >= 0)
        (void)close(pair[THEIRS]);
    return 0;
}

static void end(void)
{
    (void)close(pair[THEIRS]);
    pair[THEIRS] = -1;
}

/* A frame that says so, to the socket's other end. */
static void send_end(int fd, enum wire_outcome outcome)
{
    const uint32_t raw[] = {WIRE_END, outcome, 0, 0};

    assert_int_equal(send(fd, raw, sizeof raw, 0), sizeof raw);
}

static void send_nothing(void)
{
    assert_int_equal(send(pair[THEIRS], "", 0, 0), 0);
}

/* With so many descriptors. */
static void send_with(size_t length, int count)
{
    const int passed[2] = {STDERR_FILENO, STDERR_FILENO};
    uint32_t raw[] = {WIRE_END, WIRE_DONE, 0, 0};
    char control[CMSG_SPACE(sizeof passed)] = {0};
    size_t size = (size_t)count * sizeof(int);
    struct iovec part = {raw, length};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), passed, size);
    assert_int_equal(sendmsg(pair[THEIRS], &message, 0), length);
}

static int receive_with(int *ret_fd)
{
    return wire_receive(pair[OURS], MSG_DONTWAIT, bytes, ret_fd, &got);
}

static int receive(void)
{
    return receive_with(NULL);
}

static void comes(enum wire_outcome outcome)
{
    got.outcome = WIRE_STOPPED;
    assert_int_equal(receive(), 16);
    assert_int_equal(got.type, WIRE_END);
    assert_int_equal(got.outcome, outcome);
}

static void nothing_is_no_end(void **state)
{
    (void)state;
    assert_int_equal(receive(), -EAGAIN);
    send_end(pair[THEIRS], WIRE_DONE);
    comes(WIRE_DONE);
    assert_int_equal(receive(), -EAGAIN);
    end();
    assert_int_equal(receive(), -ECONNRESET);
    assert_int_equal(receive(), -ECONNRESET);
}

static void what_was_sent_comes_before_the_end(void **state)
{
    (void)state;
    send_end(pair[THEIRS], WIRE_DONE);
    send_end(pair[THEIRS], WIRE_BROKEN);
    end();
    comes(WIRE_DONE);
    comes(WIRE_BROKEN);
    assert_int_equal(receive(), -ECONNRESET);
}

/* The kernel tells of that before it gives what was sent. */
static void what_was_sent_comes_when_the_other_end_had_not_read_its_own(void **state)
{
    (void)state;
    send_end(pair[OURS], WIRE_DONE);
    send_end(pair[THEIRS], WIRE_DONE);
    send_end(pair[THEIRS], WIRE_BROKEN);
    end();
    comes(WIRE_DONE);
    comes(WIRE_BROKEN);
    assert_int_equal(receive(), -ECONNRESET);
}

static void an_empty_packet_is_no_end(void **state)
{
    (void)state;
    send_nothing();
    assert_int_equal(receive(), -EPROTO);
    assert_int_equal(receive(), -EAGAIN);
    send_nothing();
    send_end(pair[THEIRS], WIRE_DONE);
    assert_int_equal(receive(), -EPROTO);
    comes(WIRE_DONE);
    end();
    assert_int_equal(receive(), -ECONNRESET);
}

static void an_empty_packet_is_no_end_where_the_other_end_is_closed(void **state)
{
    (void)state;
    send_nothing();
    send_nothing();
    send_end(pair[THEIRS], WIRE_DONE);
    send_nothing();
    send_end(pair[THEIRS], WIRE_BROKEN);
    end();
    assert_int_equal(receive(), -EPROTO);
    assert_int_equal(receive(), -EPROTO);
    comes(WIRE_DONE);
    assert_int_equal(receive(), -EPROTO);
    comes(WIRE_BROKEN);
    assert_int_equal(receive(), -ECONNRESET);
}

/* As far as there is room it is a frame. */
static void a_packet_that_is_too_long_is_none(void **state)
{
    static char raw[WIRE_FRAME_MAX + 1];
    static struct wire_frame frame;
    static char payload[WIRE_PAYLOAD_MAX];
    size_t empty;
    struct text encoded;

    (void)state;
    memset(payload, 'x', sizeof payload);
    wire_frame_init(&frame, WIRE_ADD);
    frame.count = 3;
    memset(frame.items, 0, 3 * sizeof frame.items[0]);
    frame.items[0].reference = frame.items[1].reference = frame.items[2].reference =
        wire_string("sag");
    frame.items[0].payload = (struct wire_text){payload, 60000};
    frame.items[1].payload = (struct wire_text){payload, 60000};
    frame.items[2].payload = wire_string("");
    text_init(&encoded, WIRE_FRAME_MAX);
    assert_int_equal(wire_encode(&frame, &encoded), 0);
    empty = WIRE_FRAME_MAX - encoded.length;
    frame.items[2].payload = (struct wire_text){payload, (uint32_t)empty};
    assert_int_equal(wire_encode(&frame, &encoded), 0);
    assert_int_equal(encoded.length, WIRE_FRAME_MAX);
    memcpy(raw, encoded.bytes, encoded.length);
    text_release(&encoded);
    assert_int_equal(send(pair[THEIRS], raw, WIRE_FRAME_MAX, 0), WIRE_FRAME_MAX);
    assert_int_equal(receive(), WIRE_FRAME_MAX);
    assert_int_equal(send(pair[THEIRS], raw, sizeof raw, 0), sizeof raw);
    assert_int_equal(receive(), -EPROTO);
    assert_int_equal(receive(), -EAGAIN);
}

static void a_descriptor_comes_where_one_may(void **state)
{
    int free_fd = dup(STDERR_FILENO);
    int came = -1;

    (void)state;
    (void)close(free_fd);
    send_with(16, 1);
    assert_int_equal(receive(), -EPROTO);
    send_with(16, 2);
    assert_int_equal(receive_with(&came), -EPROTO);
    send_with(4, 1); /* no frame */
    assert_int_equal(receive_with(&came), -EPROTO);
    assert_int_equal(came, -1);
    send_with(16, 1);
    assert_int_equal(receive_with(&came), 16);
    assert_int_equal(came, free_fd); /* none of the others is left open */
    assert_int_equal(fcntl(came, F_GETFD), FD_CLOEXEC);
    (void)close(came);
    send_end(pair[THEIRS], WIRE_DONE);
    assert_int_equal(receive_with(&came), 16);
    assert_int_equal(came, -1);
}

static void an_empty_packet_with_a_descriptor_is_no_end(void **state)
{
    int came = -1;

    (void)state;
    send_with(0, 1);
    send_with(0, 1);
    end();
    assert_int_equal(receive(), -EPROTO);
    assert_int_equal(receive_with(&came), -EPROTO);
    assert_int_equal(receive_with(&came), -ECONNRESET);
    assert_int_equal(came, -1);
}

static void what_cannot_be_read_is_no_end(void **state)
{
    int other[2];

    (void)state;
    assert_int_equal(pipe(other), 0);
    assert_int_equal(wire_receive(other[0], MSG_DONTWAIT, bytes, NULL, &got), -EIO);
    (void)close(other[0]);
    (void)close(other[1]);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(nothing_is_no_end),
        TEST(what_was_sent_comes_before_the_end),
        TEST(what_was_sent_comes_when_the_other_end_had_not_read_its_own),
        TEST(an_empty_packet_is_no_end),
        TEST(an_empty_packet_is_no_end_where_the_other_end_is_closed),
        TEST(a_packet_that_is_too_long_is_none),
        TEST(a_descriptor_comes_where_one_may),
        TEST(an_empty_packet_with_a_descriptor_is_no_end),
        TEST(what_cannot_be_read_is_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
