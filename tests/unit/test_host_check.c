/* test_host_check.c - a host knows whether its granted folders are still those at their paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/standins/host_driver.h"

static struct driver driver;

static const char *path(const char *name)
{
    static char paths[2][128];
    static unsigned next;

    next = (next + 1) % 2;
    (void)snprintf(paths[next], sizeof(paths[next]), "%s/%s", driver.folder, name);
    return paths[next];
}

static enum wire_type check(void)
{
    driver_send_type(driver.process.control_fd, WIRE_CHECK, 0);
    return driver_receive(&driver, driver.process.control_fd);
}

static void a_replaced_folder_is_noticed(void **state)
{
    (void)state;
    driver_open_ready(&driver, driver_plugin("inspect"), NULL);
    assert_int_equal(chmod(driver.folder, 0755), 0);
    assert_int_equal(check(), WIRE_READY);
    assert_int_equal(rename(path("out"), path("old")), 0);
    assert_int_equal(check(), WIRE_CHECK);
    assert_int_equal(mkdir(path("out"), 0700), 0);
    assert_int_equal(check(), WIRE_CHECK);
    assert_int_equal(rmdir(path("out")), 0);
    assert_int_equal(rename(path("old"), path("out")), 0);
    assert_int_equal(check(), WIRE_READY);
    assert_int_equal(driver_close(&driver), 0);
}

/* A robot's user that may not look at the path is not told that all is well. */
static void what_cannot_be_seen_is_not_current(void **state)
{
    (void)state;
    driver_open_ready(&driver, driver_plugin("inspect"), NULL);
    assert_int_equal(chmod(driver.folder, 0), 0);
    assert_int_equal(check(), WIRE_CHECK);
    assert_int_equal(chmod(driver.folder, 0700), 0);
    assert_int_equal(driver_close(&driver), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replaced_folder_is_noticed),
        cmocka_unit_test(what_cannot_be_seen_is_not_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
