/* test_peer.c - who connected lives in our namespaces, or does not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/run/peer.h"

enum { UNSHARE_FAILED = 77, LOOK_MS = 50 };

static struct sockaddr_un address;
static socklen_t address_length;
static int listener;

static int set_up(void **state)
{
    (void)state;
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    address_length = sizeof address;
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    /* Without a path the kernel finds a name. */
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &address_length), 0);
    assert_int_equal(listen(listener, 4), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return close(listener);
}

/* In a child, and with CLONE_NEWPID in a child of that: connects, and stays until it is let go. */
static _Noreturn void connect_from(int flags)
{
    char byte;
    int status = 0;
    int fd;

    if (unshare(flags) < 0)
        _exit(UNSHARE_FAILED);
    if ((flags & CLONE_NEWPID) != 0 && fork() > 0) {
        (void)wait(&status);
        _exit(WEXITSTATUS(status));
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, address_length) < 0)
        _exit(1);
    _exit(read(fd, &byte, 1) == 1 ? 0 : 1);
}

/* -1: such a namespace cannot be made here. */
static int shares(int flags)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    struct pollfd knock = {.fd = listener, .events = POLLIN};
    int status = 0;
    int answer;
    pid_t child = fork();
    int fd;

    assert_true(child >= 0);
    if (child == 0)
        connect_from(flags);
    while (poll(&knock, 1, LOOK_MS) == 0)
        if (waitpid(child, &status, WNOHANG) == child) {
            assert_int_equal(status, W_EXITCODE(UNSHARE_FAILED, 0));
            return -1;
        }
    fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length), 0);
    answer = peer_shares_namespaces(fd, peer.pid);
    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(peer_shares_namespaces(fd, peer.pid), 0); /* it has ended */
    close(fd);
    return answer;
}

static void our_own_are_known(void **state)
{
    (void)state;
    assert_int_equal(shares(0), 1);
}

static void others_are_known(void **state)
{
    static const int kinds[] = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWUSER | CLONE_NEWPID};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_int_not_equal(shares(kinds[i]), 1);
}

static void a_number_that_is_none_is_not_ours(void **state)
{
    (void)state;
    assert_int_equal(peer_shares_namespaces(listener, 0), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(our_own_are_known),
        TEST(others_are_known),
        TEST(a_number_that_is_none_is_not_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
