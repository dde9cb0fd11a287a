/* test_host_adds.c - when what a run adds leaves it, with the test in the daemon's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/standins/host_driver.h"

static struct driver driver;

static void need_added(int channel, uint32_t count, const char *first)
{
    const struct wire_text *reference = &driver.frame.items[0].reference;

    driver_expect(&driver, channel, WIRE_ADD);
    assert_int_equal(driver.frame.count, count);
    assert_int_equal(reference->length, strlen(first));
    assert_memory_equal(reference->bytes, first, strlen(first));
}

/* Both come together, each with the moment at which it was added. */
static int begin(int64_t run)
{
    int64_t from_ms = clock_now_ms();
    int channel = driver_run(&driver, run, "{}");
    const struct wire_item *items = driver.frame.items;

    need_added(channel, 2, "of open");
    assert_in_range(items[0].added_ms, from_ms, items[1].added_ms - 1);
    assert_in_range(items[1].added_ms, items[0].added_ms, clock_now_ms());
    return channel;
}

/* Of an item that is done nobody would find out what followed from it. */
static void what_follows_from_an_item_goes_out_before_its_result(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("follows"), NULL);
    channel = begin(1);
    driver_hand_out(&driver, channel, 1, "", false, WIRE_MORE_ITEMS);
    need_added(channel, 1, "of perform");
    driver_expect(&driver, channel, WIRE_RESULT);
    driver_hand_out(&driver, channel, 2, "", false, WIRE_NO_MORE);
    need_added(channel, 1, "of perform");
    driver_expect(&driver, channel, WIRE_RESULT);
    driver_expect(&driver, channel, WIRE_FLUSH);
    driver_send_type(channel, WIRE_FLUSHED, 0);
    need_added(channel, 1, "of close");
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_int_equal(driver_expect_ended(&driver, 1), 0);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

/* The answer to the first is not taken for that to the second. */
static void who_jumps_out_of_a_flush_is_ended_at_the_next(void **state)
{
    int channel;
    int status;

    (void)state;
    driver_open_ready(&driver, driver_plugin("follows"), NULL);
    channel = begin(2);
    driver_hand_out(&driver, channel, 1, "jump", false, WIRE_NO_MORE);
    need_added(channel, 1, "of perform");
    driver_expect(&driver, channel, WIRE_FLUSH);
    status = driver_expect_ended(&driver, 2);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), RUN_EXIT_PROTOCOL);
    assert_true(driver_is_hung_up(channel));
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_from_an_item_goes_out_before_its_result),
        cmocka_unit_test(who_jumps_out_of_a_flush_is_ended_at_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
