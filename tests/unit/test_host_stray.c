/* test_host_stray.c - the real automagi-host, and a run that what it does would be told by another, or to another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/standins/host_driver.h"

static struct driver driver;

static int run_strays(const char *configuration)
{
    driver_open_ready(&driver, driver_plugin("strays"), NULL);
    return driver_run(&driver, 5, configuration);
}

static void assert_exit(int expected)
{
    int status = driver_expect_ended(&driver, 5);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), expected);
}

/* Else its result, and those of all items behind it, would be told to a stranger. */
static void what_lies_in_the_channels_place_is_told_nothing(void **state)
{
    int channel = run_strays("{}");

    (void)state;
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    assert_exit(RUN_EXIT_CHANNEL);
    assert_int_equal(driver.frame.count, 1); /* it was begun */
    assert_true(driver_is_hung_up(channel));
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

static void another_thread_is_not_listened_to(void **state)
{
    int channel = run_strays("\"thread\"");

    (void)state;
    driver_hand_out(&driver, channel, 0, "", false, WIRE_NO_MORE);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_exit(0);
    assert_true(driver.frame.log_bytes > 0);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_in_the_channels_place_is_told_nothing),
        cmocka_unit_test(another_thread_is_not_listened_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
