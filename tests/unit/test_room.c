#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "core/store/room.h"
#include "tests/unit/temp_home.h"

static char home[TEMP_HOME_PATH];

static int set_up(void **state)
{
    (void)state;
    return temp_home_make(home);
}

static int tear_down(void **state)
{
    (void)state;
    return temp_home_remove(home);
}

/* It would wait for room for ever. */
static void a_disk_that_says_nothing_is_not_short(void **state)
{
    (void)state;
    assert_int_equal(room_free("/proc"), -1);
    assert_false(room_is_short("/proc", 1));
    assert_int_equal(room_free("/nowhere"), -1);
    assert_false(room_is_short("/nowhere", 1));
}

static void a_disk_that_says_so_is_short(void **state)
{
    (void)state;
    assert_true(room_free(home) > 0);
    assert_true(room_is_short(home, UINT32_MAX)); /* so many leasts has no disk */
}

static int64_t reserved(void)
{
    struct stat about;

    return stat(temp_home_path(home, "reserve"), &about) == 0 ? (int64_t)about.st_size : -1;
}

static void a_reserve_is_given_back_by_halves(void **state)
{
    int64_t whole;

    (void)state;
    room_reserve_halve(home); /* there is none */
    assert_int_equal(reserved(), -1);
    room_reserve_keep(home);
    whole = reserved();
    assert_true(whole > 0);
    room_reserve_halve(home);
    assert_int_equal(reserved(), whole / 2);
    room_reserve_halve(home);
    assert_int_equal(reserved(), whole / 2);
    room_reserve_keep(home);
    assert_int_equal(reserved(), whole);
    room_reserve_free(home);
    assert_int_equal(reserved(), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_disk_that_says_nothing_is_not_short),
        TEST(a_disk_that_says_so_is_short),
        TEST(a_reserve_is_given_back_by_halves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
