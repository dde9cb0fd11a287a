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

/* ---- the program of hosts */

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
    static struct daemon_settings settings;
    static struct daemon daemon = {.settings = &settings};
    struct host host = {.control.fd = -1};

    settings.host_program = program;
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

/* ---- its robot's plugin */

static struct robot_entry *robot;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *"); /* New Year: out of the way */
    loop_start();
    loop->zones_ms = INT64_MAX;
    loop->machine_runs = 1;
    loop->home_fd = -1;
    robot = registry_find(loop, queue.policy.robot_id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loop_stop();
    queue_close(&queue);
    return 0;
}

/* The loop turns when it has rested as long as it may. */
static void turn_later(void)
{
    loop_at(queue.now_ms + MINUTE_MS);
    loop->turn++;
    dispatch_all(loop);
    loop_settle();
}

/* The next would fail of the same: nobody waits for that once more. */
static void who_waits_for_a_plugin_is_refused_with_the_first(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 3; i++)
        assert_int_equal(job_run_create(loop, robot, RUN_BY_HAND), 0);
    loop_settle();
    for (i = 1; i < HOST_TRIES_FEW; i++)
        turn_later();
    assert_int_equal(loop_ask("SELECT count(*) FROM run WHERE state = 1"), 3);
    turn_later();
    assert_int_equal(
        loop_ask("SELECT count(*) FROM run WHERE ending = 2 AND note LIKE '%was not found%'"), 3);
    assert_int_equal(robot->queued, 0);
    assert_null(robot->pending_first);
}

/* It has its seconds after some minutes of another reason. */
static void each_reason_has_its_own_tries(void **state)
{
    int i;

    (void)state;
    for (i = 1; i < HOST_TRIES_MANY; i++)
        assert_true(host_try_again(loop, robot, "a share is gone", HOST_TRIES_MANY));
    assert_true(host_try_again(loop, robot, "no plugin", HOST_TRIES_FEW));
    assert_int_equal(robot->host_delay_ms, HOST_AGAIN_MS);
    for (i = 2; i < HOST_TRIES_FEW; i++)
        assert_true(host_try_again(loop, robot, "no plugin", HOST_TRIES_FEW));
    assert_false(host_try_again(loop, robot, "no plugin", HOST_TRIES_FEW));
    assert_int_equal(robot->host_tries, 0);
}

static void reasons_that_take_turns_end_too(void **state)
{
    unsigned tries = 1;

    (void)state;
    while (host_try_again(loop, robot, "now this, now that",
                          tries % 2 == 0 ? HOST_TRIES_FEW : HOST_TRIES_MANY))
        assert_true(++tries <= HOST_TRIES_MANY + HOST_TRIES_FEW);
    assert_false(host_try_again(loop, robot, "it crashes", 0)); /* the next would too */
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces_that_are_not_allowed_are_not_waited_for),
        cmocka_unit_test(a_program_that_may_not_be_executed_is_waited_for),
        TEST(who_waits_for_a_plugin_is_refused_with_the_first),
        TEST(each_reason_has_its_own_tries),
        TEST(reasons_that_take_turns_end_too),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
