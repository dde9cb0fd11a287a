/* test_host_park.c - children that a host forks ahead of a time that is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/socket.h>
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

/* A child that is forked ahead waits for START, and is the run that START and NAME say. */
static void a_parked_child_becomes_a_run(void **state)
{
    const int64_t ticket = WIRE_TICKET_FIRST + 3;
    struct wire_frame *frame = &driver.frame;
    int pair[2];

    (void)state;
    driver_open_ready(&driver, driver_plugin("ok"), NULL);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    wire_frame_init(frame, WIRE_RUN);
    frame->run = ticket;
    driver_send(driver.process.control_fd, frame, pair[1]);
    (void)close(pair[1]);
    wire_frame_init(frame, WIRE_NAME);
    frame->run = ticket;
    frame->item = 9;
    driver_send(driver.process.control_fd, frame, -1);
    wire_frame_init(frame, WIRE_START);
    frame->run = 9;
    frame->lease = 1;
    frame->robot = wire_string("franco");
    frame->input = wire_string("{}");
    frame->configuration = wire_string("0");
    driver_send(pair[0], frame, -1);
    driver_hand_out(&driver, pair[0], 11, "done", false, WIRE_NO_MORE);
    driver_expect(&driver, pair[0], WIRE_RESULT);
    driver_expect_end(&driver, pair[0], WIRE_DONE);
    assert_clean_end(9);
    (void)close(pair[0]);
    assert_int_equal(driver_close(&driver), 0);
}

/* One that is not taken leaves when its channel is closed. */
static void a_parked_child_is_let_go(void **state)
{
    const int64_t ticket = WIRE_TICKET_FIRST;
    struct wire_frame *frame = &driver.frame;
    int pair[2];

    (void)state;
    driver_open_ready(&driver, driver_plugin("ok"), NULL);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    wire_frame_init(frame, WIRE_RUN);
    frame->run = ticket;
    driver_send(driver.process.control_fd, frame, pair[1]);
    (void)close(pair[1]);
    (void)close(pair[0]);
    (void)driver_expect_ended(&driver, ticket);
    assert_int_equal(driver_close(&driver), 0);
}

/* What it prints is in the log of the run, also when it has ended before its host hears of NAME. */
static void a_log_is_the_runs(void **state)
{
    const int64_t ticket = WIRE_TICKET_FIRST + 1;
    struct wire_frame *frame = &driver.frame;
    int pair[2];

    (void)state;
    driver_open_ready(&driver, driver_plugin("uses_folders"), NULL);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    wire_frame_init(frame, WIRE_RUN);
    frame->run = ticket;
    driver_send(driver.process.control_fd, frame, pair[1]);
    (void)close(pair[1]);
    wire_frame_init(frame, WIRE_START);
    frame->run = 9;
    frame->lease = 1;
    frame->robot = wire_string("franco");
    frame->input = wire_string("{}");
    frame->configuration = wire_string("{}");
    driver_send(pair[0], frame, -1);
    driver_hand_out(&driver, pair[0], 1, "", false, WIRE_NO_MORE);
    driver_expect(&driver, pair[0], WIRE_RESULT);
    driver_expect_end(&driver, pair[0], WIRE_DONE);
    assert_clean_end(ticket);
    assert_true(driver.frame.log_bytes > 0);
    wire_frame_init(frame, WIRE_NAME);
    frame->run = ticket;
    frame->item = 9;
    driver_send(driver.process.control_fd, frame, -1);
    wire_frame_init(frame, WIRE_CHECK); /* answered when NAME has been taken */
    driver_send(driver.process.control_fd, frame, -1);
    (void)driver_receive(&driver, driver.process.control_fd);
    assert_true(driver_file_size(&driver, "logs/9.log") > 0);
    (void)close(pair[0]);
    assert_int_equal(driver_close(&driver), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parked_child_becomes_a_run),
        cmocka_unit_test(a_parked_child_is_let_go),
        cmocka_unit_test(a_log_is_the_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
