/* test_host_again.c - what keeps a robot's host from coming up: what is waited for, for how long, and what is not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "tests/unit/loop_home.h"

struct started {
    const char *program;
    int result; /* of host_start_program(); 1: nothing was refused */
    struct fault fault;
};

/* As a security module does that forbids namespaces: of this thread alone. */
static bool forbid_clone(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof(steps) / sizeof(steps[0]), steps};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static int start(const char *program, struct fault *fault)
{
    static struct daemon daemon;
    struct daemon_settings settings = {.host_program = program};
    struct host host = {.control.fd = -1};

    daemon.settings = &settings;
    return host_start_program(&daemon, &host, fault);
}

static void *start_without_clone(void *argument)
{
    struct started *started = argument;

    started->result = forbid_clone() ? start(started->program, &started->fault) : 1;
    return NULL;
}

/* EACCES as well, and no installing mends it: an administrator must, and is told at once. */
static void namespaces_that_are_not_allowed_are_not_waited_for(void **state)
{
    struct started started = {.program = "/bin/true", .fault = {""}};
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, start_without_clone, &started), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(started.result, -EACCES);
    assert_ptr_equal(strstr(started.fault.text, "a host cannot be started in a "),
                     started.fault.text);
}

static void a_program_that_may_not_be_executed_is_waited_for(void **state)
{
    struct fault fault = {""};

    (void)state;
    assert_int_equal(start("/dev/null", &fault), -EAGAIN);
    assert_ptr_equal(strstr(fault.text, "its program is missing, or being installed: "),
                     fault.text);
    assert_non_null(strstr(fault.text, "executing it: Permission denied"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces_that_are_not_allowed_are_not_waited_for),
        cmocka_unit_test(a_program_that_may_not_be_executed_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
