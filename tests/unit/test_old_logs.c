/* Logs go when their robot's retention is over, and nothing else does. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/run/old_logs.h"
#include "tests/unit/temp_home.h"

#define DAY_MS INT64_C(86400000)

static char home[TEMP_HOME_PATH];
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    if (temp_home_make(home) < 0)
        return -1;
    assert_int_equal(mkdir(temp_home_path(home, "logs"), 0700), 0);
    assert_int_equal(mkdir(temp_home_path(home, "logs/franco"), 0700), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

static void make(const char *name, int64_t written_ms)
{
    const struct timespec times[2] = {{.tv_sec = written_ms / 1000}, {.tv_sec = written_ms / 1000}};
    int fd = open(temp_home_path(home, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(utimensat(AT_FDCWD, temp_home_path(home, name), times, 0), 0);
}

static bool is_there(const char *name)
{
    struct stat status;

    return lstat(temp_home_path(home, name), &status) == 0;
}

static void old_ones_go(void **state)
{
    int64_t removed = -1;

    (void)state;
    make("logs/franco/1.log", 9 * DAY_MS);
    make("logs/franco/2.log", 10 * DAY_MS);
    make("logs/franco/3.log", 11 * DAY_MS);
    assert_int_equal(old_logs_remove(home, "franco", 10 * DAY_MS, &removed, &fault), 0);
    assert_int_equal(removed, 1);
    assert_false(is_there("logs/franco/1.log"));
    assert_true(is_there("logs/franco/2.log"));
    assert_true(is_there("logs/franco/3.log"));
}

static void a_robot_that_never_ran_has_none(void **state)
{
    int64_t removed = -1;

    (void)state;
    assert_int_equal(old_logs_remove(home, "mona", DAY_MS, &removed, &fault), 0);
    assert_int_equal(removed, 0);
}

/* The folder is the robot's own: it may have put anything there. */
static void links_are_not_followed(void **state)
{
    int64_t removed = -1;

    (void)state;
    make("precious", DAY_MS);
    assert_int_equal(
        symlink(temp_home_path(home, "precious"), temp_home_path(home, "logs/franco/link")), 0);
    assert_int_equal(mkdir(temp_home_path(home, "logs/franco/folder"), 0700), 0);
    assert_int_equal(old_logs_remove(home, "franco", INT64_C(1) << 52, &removed, &fault), 0);
    assert_int_equal(removed, 1); /* the link itself */
    assert_true(is_there("precious"));
    assert_true(is_there("logs/franco/folder"));
    assert_int_equal(symlink(home, temp_home_path(home, "logs/evil")), 0);
    assert_true(old_logs_remove(home, "evil", INT64_C(1) << 52, &removed, &fault) < 0);
    assert_true(is_there("precious"));
}

static void many_go_in_parts(void **state)
{
    int64_t removed = -1;
    char name[64];
    int i;

    (void)state;
    for (i = 0; i < OLD_LOGS_AT_ONCE + 3; i++) {
        (void)snprintf(name, sizeof(name), "logs/franco/%d.log", i);
        make(name, DAY_MS);
    }
    assert_int_equal(old_logs_remove(home, "franco", 2 * DAY_MS, &removed, &fault), 0);
    assert_int_equal(removed, OLD_LOGS_AT_ONCE);
    assert_int_equal(old_logs_remove(home, "franco", 2 * DAY_MS, &removed, &fault), 0);
    assert_int_equal(removed, 3);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(old_ones_go),
        TEST(a_robot_that_never_ran_has_none),
        TEST(links_are_not_followed),
        TEST(many_go_in_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
