/*
 * misbehaves_says.h - plugins that say what may not be said: on their output, or on the run's channel
 * to the daemon. Part of misbehaves.h.
 */
#ifndef AUTOMAGI_STANDINS_MISBEHAVES_SAYS_H
#define AUTOMAGI_STANDINS_MISBEHAVES_SAYS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "tests/standins/plugins/misbehaves_takes.h"

enum {
    CHANNEL_FD = 3,
    FRAME_ADD = 33,
    FRAME_FLUSH = 34,
    FRAME_LEASE = 36,
    FRAME_RESULT = 38,
    FRAME_END = 39,
    LONGEST = 200000,
    BLOCK = 65536,
    PASSED = 200
};

static void put_out(int fd, const char *bytes, size_t length)
{
    ssize_t n;

    while (length > 0) {
        n = write(fd, bytes, length);
        if (n <= 0)
            return;
        bytes += n;
        length -= (size_t)n;
    }
}

/* MiB of a pattern on both outputs. */
static int32_t flood(const struct harm *harm, const char *pattern, size_t size)
{
    static char block[BLOCK];
    size_t length = 0;
    long i;

    while (length + size <= sizeof(block)) {
        (void)memcpy(block + length, pattern, size);
        length += size;
    }
    for (i = 0; i < harm->number * (CHUNK / BLOCK); i++)
        put_out(i % 2 == 0 ? STDOUT_FILENO : STDERR_FILENO, block, length);
    return AG_OK;
}

static int32_t harm_print_nul(const struct harm *harm)
{
    return flood(harm, "\0\0\0\0", 4);
}

/* Colours, a title, the cursor home, a line that claims to be another's, and the direction of text. */
static int32_t harm_print_escapes(const struct harm *harm)
{
    static const char pattern[] = "\033[31m\033]0;title\007\033[2J\r2027-01-01T00:00:00.000Z info: "
                                  "all is well\b\b\b\x7f\xc2\x9b\xe2\x80\xae=cmd()|'/c calc'!A1\n";

    return flood(harm, pattern, sizeof(pattern) - 1);
}

static int32_t harm_print_invalid(const struct harm *harm)
{
    static const char pattern[] = "\xff\xfe\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80\xe2\x82\n";

    return flood(harm, pattern, sizeof(pattern) - 1);
}

static int32_t harm_print_no_line(const struct harm *harm)
{
    return flood(harm, "x", 1);
}

static int32_t harm_print_numbers(const struct harm *harm)
{
    static const char pattern[] = "the citizen 010190-1234 wrote\n{\"level\":\"error\"}\n";

    return flood(harm, pattern, sizeof(pattern) - 1);
}

/* A reason of so many bytes, none of them NUL, with AG_BROKEN. The place for it has AG_NOTE_MAX. */
static int32_t harm_long_note(const struct harm *harm)
{
    (void)memset(harm->note, 'n', (size_t)harm->number);
    return AG_BROKEN;
}

/* The work was done for a department that there is not, or whose name is none. */
static int32_t harm_department(const struct harm *harm)
{
    (void)strncpy(harm->result->department, harm->number == 0 ? "nobody" : "\033[31m\n\xff",
                  sizeof(harm->result->department) - 1);
    return AG_OK;
}

/* The same work, so often. */
static int32_t harm_add_again(const struct harm *harm)
{
    struct ag_item item = {
        .size = (uint32_t)sizeof(item), .payload = "", .business_day = 20700, .reference = "sag-2"};
    long i;

    for (i = 0; i < harm->number; i++)
        if (harm->host->add(harm->host->run, &item) != AG_OK)
            return AG_BROKEN;
    return AG_OK;
}

/* ---- the channel */

struct frame {
    char bytes[LONGEST];
    size_t length;
};

static struct frame frame;

static void put32(uint32_t value)
{
    (void)memcpy(frame.bytes + frame.length, &value, sizeof(value));
    frame.length += sizeof(value);
}

static void put64(int64_t value)
{
    (void)memcpy(frame.bytes + frame.length, &value, sizeof(value));
    frame.length += sizeof(value);
}

static void put_text(const char *text)
{
    size_t length = strlen(text);

    put32((uint32_t)length);
    (void)memcpy(frame.bytes + frame.length, text, length);
    frame.length += length;
}

static void send_frame(void)
{
    (void)send(CHANNEL_FD, frame.bytes, frame.length, MSG_NOSIGNAL);
    frame.length = 0;
}

static void send_result(int64_t item, uint32_t outcome, int64_t begun_ms, uint32_t duration_ms)
{
    put32(FRAME_RESULT);
    put64(item);
    put32(outcome);
    put64(begun_ms);
    put32(duration_ms);
    put_text("");
    put_text("");
    send_frame();
}

/* Alive in every way but that of its work: it logs, and asks whether all is durable. */
static int32_t harm_beat(const struct harm *harm)
{
    char answer[64];

    while (zero == 0) {
        harm->host->log(harm->host->run, AG_LOG_INFO, "still at it");
        put32(FRAME_FLUSH);
        send_frame();
        while (recv(CHANNEL_FD, answer, sizeof(answer), 0) < 0 && errno == EINTR)
            continue;
        (void)usleep(NAP_US);
    }
    return AG_OK;
}

/* What came is none of the types that a run may send; the number is the type. */
static int32_t harm_frame_type(const struct harm *harm)
{
    put32((uint32_t)harm->number);
    send_frame();
    return harm_hang(harm);
}

/* So many bytes that are no frame. */
static int32_t harm_frame_bytes(const struct harm *harm)
{
    (void)memset(frame.bytes, 'A', sizeof(frame.bytes));
    frame.length =
        (size_t)harm->number < sizeof(frame.bytes) ? (size_t)harm->number : sizeof(frame.bytes);
    send_frame();
    return harm_hang(harm);
}

/* A frame that is right but for a length within it. */
static int32_t harm_frame_length(const struct harm *harm)
{
    put32(FRAME_END);
    put32(0);
    put32(0);
    put32((uint32_t)harm->number);
    put32(0x41414141);
    send_frame();
    return harm_hang(harm);
}

/* The number is added to the item in hand: another's, or one that there is not. */
static int32_t harm_result_other(const struct harm *harm)
{
    send_result(harm->item + harm->number, 0, 0, 1);
    return harm_hang(harm);
}

/* The item in hand, so often. What the library sends for it is one more. */
static int32_t harm_result_again(const struct harm *harm)
{
    long i;

    for (i = 0; i < harm->number; i++)
        send_result(harm->item, 0, 0, 1);
    return AG_OK;
}

/* The item in hand is done, and has taken 49 days: in place of what the library would say. */
static int32_t harm_result_long(const struct harm *harm)
{
    send_result(harm->item, 0, INT64_C(1) << 60, UINT32_MAX);
    return harm_hang(harm);
}

static int32_t harm_result_negative(const struct harm *harm)
{
    send_result(harm->item, 0, -1, (uint32_t)-1);
    return harm_hang(harm);
}

/* END, as of a run that broke off, and more work behind it. */
static int32_t harm_after_end(const struct harm *harm)
{
    put32(FRAME_END);
    put32(3);
    put32(0);
    put_text("");
    send_frame();
    send_result(harm->item, 0, 0, 1);
    return harm_hang(harm);
}

/* END of that outcome within a callback, and then no more of it. */
static int32_t harm_end_early(const struct harm *harm)
{
    put32(FRAME_END);
    put32((uint32_t)harm->number);
    put32(0);
    put_text("");
    send_frame();
    _exit(0);
}

static int32_t harm_lease_twice(const struct harm *harm)
{
    put32(FRAME_LEASE);
    put32(1);
    send_frame();
    return harm_hang(harm);
}

static int32_t harm_close_all(const struct harm *harm)
{
    (void)close_range((unsigned)harm->number, ~0u, 0);
    return AG_OK;
}

/* The channel is another socket now, whose other end nobody reads. */
static int32_t harm_other_channel(const struct harm *harm)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0)
        (void)dup2(pair[0], CHANNEL_FD);
    return harm->number != 0 ? AG_BROKEN : AG_OK;
}

/* A library closes what it does not know, and what it then connects with has the channel's number. Whatever is sent there is taken, and answered by nobody. */
static int32_t harm_close_and_connect(const struct harm *harm)
{
    int pair[2];

    (void)harm;
    return close_range(CHANNEL_FD, ~0U, 0) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0
               ? AG_OK
               : AG_BROKEN;
}

/* The kernel takes what it sends, and gives it to nobody: its END as well. */
static int32_t harm_swallow(const struct harm *harm)
{
    static struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendto, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
    };
    const struct sock_fprog filter = {sizeof steps / sizeof steps[0], steps};

    (void)harm;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? AG_OK : AG_BROKEN;
}

/* Descriptors that the daemon did not ask for, with frames that are right. */
static int32_t harm_pass_descriptors(const struct harm *harm)
{
    char control[CMSG_SPACE(sizeof(int))];
    int passed = CHANNEL_FD;
    int i;

    for (i = 0; i < PASSED; i++) {
        struct iovec part = {frame.bytes, 0};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof(control)};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        frame.length = 0;
        put32(FRAME_ADD);
        put32(1);
        put64(0);
        put32(0);
        put32(0);
        put32(0);
        put32(0);
        put64(0);
        put64(0);
        put64(0);
        put_text("passed");
        put_text("");
        part.iov_len = frame.length;
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        (void)memcpy(CMSG_DATA(header), &passed, sizeof(passed));
        (void)sendmsg(CHANNEL_FD, &message, MSG_NOSIGNAL);
    }
    frame.length = 0;
    return harm->number != 0 ? AG_BROKEN : AG_OK;
}

#endif
