/* test_host_adds.c - when what a run adds leaves it, with the test in the daemon's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
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

/* Nothing comes before what close() adds. */
static void expect_end(int channel, int64_t run, enum wire_outcome outcome)
{
    need_added(channel, 1, "of close");
    driver_expect_end(&driver, channel, outcome);
    assert_int_equal(driver_expect_ended(&driver, run), 0);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
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
    driver_hand_out(&driver, channel, 2, "nothing", false, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    expect_end(channel, 1, WIRE_DONE);
}

/* Nothing else may start a run for it. What it brought may be there already: then it comes to nothing. */
static void who_was_told_of_no_more_asks_again_after_an_add(void **state)
{
    static struct wire_frame none;
    int channel;

    (void)state;
    wire_frame_init(&none, WIRE_ITEMS);
    none.last = WIRE_NO_MORE;
    driver_open_ready(&driver, driver_plugin("follows"), NULL);
    channel = begin(6);
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    need_added(channel, 1, "of perform");
    driver_expect(&driver, channel, WIRE_RESULT);
    driver_hand_out(&driver, channel, 2, "", false, WIRE_NO_MORE);
    need_added(channel, 1, "of perform");
    driver_expect(&driver, channel, WIRE_RESULT);
    driver_expect(&driver, channel, WIRE_LEASE);
    driver_send(channel, &none, -1);
    expect_end(channel, 6, WIRE_DONE);
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

/* It has flushed, so it is in its callback; and is told to stop before it goes on. */
static void stop_at_flush(int channel, int64_t run)
{
    driver_expect(&driver, channel, WIRE_FLUSH);
    driver_send_type(driver.process.control_fd, WIRE_STOP, run);
    driver_send_type(channel, WIRE_FLUSHED, 0);
}

/* The item is done and counted, and no run would find what follows from it. It is not through with its work: so
 * the daemon knows whether another run goes on with it. */
static void what_follows_from_an_item_is_taken_while_the_run_is_stopped(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("follows"), NULL);
    channel = begin(3);
    driver_hand_out(&driver, channel, 1, "stop", false, WIRE_NO_MORE);
    need_added(channel, 1, "of perform");
    stop_at_flush(channel, 3);
    need_added(channel, 1, "of a stopped perform");
    driver_expect(&driver, channel, WIRE_FLUSH);
    driver_send_type(channel, WIRE_FLUSHED, 0);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.outcome, WIRE_DONE);
    expect_end(channel, 3, WIRE_STOPPED);
    assert_int_equal(driver.frame.collected, 1);
}

static void what_a_probe_adds_is_taken_while_the_run_is_stopped(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("follows"), NULL);
    channel = begin(4);
    driver_hand_out(&driver, channel, 1, "", true, WIRE_MORE_ITEMS);
    need_added(channel, 1, "of probe");
    stop_at_flush(channel, 4);
    need_added(channel, 1, "of a stopped probe");
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.outcome, WIRE_DONE);
    driver_expect(&driver, channel, WIRE_FLUSH);
    driver_send_type(channel, WIRE_FLUSHED, 0);
    expect_end(channel, 4, WIRE_STOPPED);
}

static void need_in_log(int64_t run, const char *line)
{
    struct fault fault;
    struct text log;
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/logs/%d.log", driver.folder, (int)run);
    text_init(&log, 4096);
    assert_int_equal(file_read(AT_FDCWD, path, &log, &fault), 0);
    assert_non_null(strstr(text_string(&log), line));
    text_release(&log);
}

/* The next run finds it again; and whoever left it reads why. */
static void what_collect_adds_is_refused_aloud_while_the_run_is_stopped(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("follows"), NULL);
    channel = driver_run(&driver, 5, "{\"stop\":true}");
    need_added(channel, 1, "of open");
    stop_at_flush(channel, 5);
    need_added(channel, 1, "of close");
    driver_expect_end(&driver, channel, WIRE_STOPPED);
    assert_int_equal(driver.frame.collected, 0); /* its input is to be asked again */
    assert_int_equal(driver_expect_ended(&driver, 5), 0);
    need_in_log(5, "warn: add: \"of a stopped collect\" is not taken");
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_from_an_item_goes_out_before_its_result),
        cmocka_unit_test(who_was_told_of_no_more_asks_again_after_an_add),
        cmocka_unit_test(who_jumps_out_of_a_flush_is_ended_at_the_next),
        cmocka_unit_test(what_follows_from_an_item_is_taken_while_the_run_is_stopped),
        cmocka_unit_test(what_a_probe_adds_is_taken_while_the_run_is_stopped),
        cmocka_unit_test(what_collect_adds_is_refused_aloud_while_the_run_is_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
