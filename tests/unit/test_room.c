#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/store/room.h"
#include "core/store/writer.h"
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
    room_reserve_refill(home);
    assert_int_equal(reserved(), -1);
    room_reserve_make(home);
    whole = reserved();
    assert_true(whole > 0);
    room_reserve_halve(home);
    assert_int_equal(reserved(), whole / 2);
    room_reserve_halve(home);
    assert_int_equal(reserved(), whole / 2);
    room_reserve_refill(home);
    assert_int_equal(reserved(), whole);
    room_reserve_free(home);
    assert_int_equal(reserved(), -1);
}

static int apply(struct writer_job *job, struct store *store, struct fault *fault)
{
    (void)job;
    (void)store;
    (void)fault;
    return 0;
}

static void finished(struct writer_job *job, int result, const struct fault *fault)
{
    (void)job;
    (void)fault;
    assert_int_equal(result, 0);
}

/* A daemon that was started on a full disk goes on for years. */
static void the_writer_fills_what_could_not_be(void **state)
{
    struct writer_job job = {.apply = apply, .finished = finished};
    struct writer *writer = NULL;
    struct fault fault = {""};

    (void)state;
    temp_home_create(home);
    assert_int_equal(close(creat(temp_home_path(home, "reserve"), 0600)), 0);
    assert_int_equal(writer_start(temp_home_open(home), &writer, &fault), 0);
    writer_submit(writer, &job);
    writer_stop(writer);
    assert_true(reserved() > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_disk_that_says_nothing_is_not_short),
        TEST(a_disk_that_says_so_is_short),
        TEST(a_reserve_is_given_back_by_halves),
        TEST(the_writer_fills_what_could_not_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
