/* test_host_stop.c - runs that are stopped or killed, with the test in the daemon's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/standins/host_driver.h"

static struct driver driver;

static void assert_clean_end(int64_t run)
{
    int status = driver_expect_ended(&driver, run);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A run that is stopped before it begins its item gives no result, which is right and shows nothing: then
 * once more, and a little later. The channel of the one that gave its result. */
static int stop_inside_perform(int control)
{
    int64_t run;

    for (run = 10; run < 60; run++) {
        int channel = driver_run(&driver, run, "{}");
        enum wire_type type;

        driver_hand_out(&driver, channel, run, "", false, WIRE_MORE_ITEMS);
        (void)usleep((useconds_t)(run - 10) * 1000);
        driver_send_type(control, WIRE_STOP, run);
        type = driver_receive(&driver, channel);
        if (type == WIRE_RESULT)
            driver_expect_end(&driver, channel, WIRE_STOPPED);
        else
            assert_int_equal(type, WIRE_END);
        assert_clean_end(run);
        if (type == WIRE_RESULT)
            return channel;
        (void)close(channel);
    }
    fail_msg("no run was stopped inside perform()");
    return -1;
}

static void stop_and_kill(void **state)
{
    int control;
    int first;
    int second;
    int status;

    (void)state;
    driver_open_ready(&driver, driver_plugin("hang"), NULL);
    control = driver.process.control_fd;
    second = driver_run(&driver, 2, "{}");
    driver_hand_out(&driver, second, 2, "", false, WIRE_MORE_ITEMS);
    driver_send_type(control, WIRE_STOP, 99); /* nobody: ignored */
    first = stop_inside_perform(control);
    driver_send_type(control, WIRE_KILL, 2);
    status = driver_expect_ended(&driver, 2);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_true(driver_is_hung_up(second));
    (void)close(first);
    (void)close(second);
    assert_int_equal(driver_close(&driver), 0);
}

/* SIGTERM may come before the child set anything up: it must not be lost. */
static void early_stop_is_not_lost(void **state)
{
    static struct wire_frame item;
    int64_t run;
    int channel;

    (void)state;
    wire_frame_init(&item, WIRE_ITEMS);
    item.count = 1;
    item.last = WIRE_MORE_ITEMS;
    item.items[0].id = 1;
    item.items[0].reference = wire_string("case-1");
    driver_open_ready(&driver, driver_plugin("hang"), NULL);
    for (run = 1; run <= 50; run++) {
        channel = driver_run(&driver, run, "{}");
        driver_send_type(driver.process.control_fd, WIRE_STOP, run);
        while (driver_receive(&driver, channel) != WIRE_END) /* how far it came is open */
            if (driver.frame.type == WIRE_LEASE)
                driver_send(channel, &item, -1);
        assert_int_equal(driver.frame.outcome, WIRE_STOPPED);
        assert_clean_end(run);
        (void)close(channel);
    }
    assert_int_equal(driver_close(&driver), 0);
}

static void *start_host(void *plugin)
{
    driver_open_ready(&driver, driver_plugin(plugin), NULL);
    return NULL;
}

/* A constructor has asked the kernel not to tell it. The thread that starts a host is what the kernel takes for its
 * parent, and the control channel stays open. */
static void who_loaded_a_plugin_dies_with_its_parent(void **state)
{
    static char plugin[] = "outlives";
    struct pollfd ended = {.events = POLLIN};
    pthread_t thread;
    int status;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, start_host, plugin), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    ended.fd = driver.process.pidfd;
    assert_int_equal(poll(&ended, 1, 10000), 1);
    status = driver_close(&driver);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* What a constructor began belongs to no run, and would outlive each. */
static void what_a_constructor_began_is_over(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("begins"), NULL);
    channel = driver_run(&driver, 1, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.outcome, WIRE_DONE);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_clean_end(1);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

static void a_thread_of_a_constructor_is_refused(void **state)
{
    int control;

    (void)state;
    driver_open(&driver, driver_plugin("begins_thread"), NULL);
    control = driver.process.control_fd;
    driver_expect(&driver, control, WIRE_HELLO);
    driver_send_type(control, WIRE_LOAD, 0);
    driver_expect(&driver, control, WIRE_REFUSED);
    assert_non_null(
        memmem(driver.frame.text.bytes, driver.frame.text.length, "began a thread", 14));
    assert_int_equal(WEXITSTATUS(driver_close(&driver)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_and_kill),
        cmocka_unit_test(early_stop_is_not_lost),
        cmocka_unit_test(who_loaded_a_plugin_dies_with_its_parent),
        cmocka_unit_test(what_a_constructor_began_is_over),
#ifndef __SANITIZE_THREAD__
        cmocka_unit_test(a_thread_of_a_constructor_is_refused),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
