/* test_host.c - the real automagi-host, with the test in the daemon's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/run/plugin_file.h"
#include "tests/standins/host_driver.h"

static struct driver driver;

static void assert_text(const struct wire_text *text, const char *expected)
{
    char found[WIRE_NOTE_MAX + 1];

    assert_in_range(text->length, 0, WIRE_NOTE_MAX);
    memcpy(found, text->bytes, text->length);
    found[text->length] = '\0';
    assert_string_equal(found, expected);
}

static void assert_says(const struct wire_text *text, const char *expected)
{
    if (!memmem(text->bytes, text->length, expected, strlen(expected)))
        fail_msg("\"%s\" is not in: %.*s", expected, (int)text->length, text->bytes);
}

static void assert_clean_end(int64_t run)
{
    int status = driver_expect_ended(&driver, run);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void hello_tells_hash_and_note(void **state)
{
    unsigned char hash[PLUGIN_HASH_SIZE];
    struct plugin_note note;
    struct fault fault;

    (void)state;
    assert_int_equal(plugin_file_describe(driver_plugin("ok"), &note, hash, &fault), 0);
    plugin_note_release(&note);
    driver_open(&driver, driver_plugin("ok"), NULL);
    driver_expect(&driver, driver.process.control_fd, WIRE_HELLO);
    assert_memory_equal(driver.frame.hash.bytes, hash, sizeof(hash));
    assert_says(&driver.frame.note, "\"id\": \"ok\"");
    assert_int_equal(driver_close(&driver), 0);
}

static void whole_run(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("ok"), NULL);
    channel = driver_run(&driver, 7, "600");
    driver_expect(&driver, channel, WIRE_ADD);
    assert_int_equal(driver.frame.count, 256);
    assert_text(&driver.frame.items[1].reference, "case-1");
    assert_int_equal(driver.frame.items[1].priority, 1);
    assert_int_equal(driver.frame.items[1].business_day, 20001);
    driver_expect(&driver, channel, WIRE_ADD);
    driver_expect(&driver, channel, WIRE_ADD);
    assert_int_equal(driver.frame.count, 88);
    driver_expect(&driver, channel, WIRE_FLUSH);
    driver_send_type(channel, WIRE_FLUSHED, 0);
    driver_hand_out(&driver, channel, 11, "done", false, WIRE_MORE_ITEMS);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.item, 11);
    assert_int_equal(driver.frame.outcome, WIRE_DONE);
    assert_true(driver.frame.begun_ms > INT64_C(1700000000000));
    driver_hand_out(&driver, channel, 12, "business", false, WIRE_MORE_ITEMS);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.outcome, WIRE_BUSINESS);
    assert_text(&driver.frame.note, "first line second, [CPR], \\xFF end");
    assert_text(&driver.frame.department, "roads");
    driver_hand_out(&driver, channel, 0, "", false, WIRE_NO_MORE);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_clean_end(7);
    assert_int_equal(driver.frame.count, 2); /* items that it began */
    assert_int_equal(driver.frame.log_bytes, 0);
    assert_true(driver.frame.rss_kib > 0);
    assert_int_equal(driver_file_size(&driver, "logs/7.log"), -1);
    assert_int_equal(driver_file_size(&driver, "work/7"), -1);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

static void result_of(const char *payload, bool is_probe, enum wire_outcome outcome,
                      enum wire_outcome end, const char *note)
{
    static int64_t run = 100;
    int channel = driver_run(&driver, ++run, "0");

    driver_hand_out(&driver, channel, 5, payload, is_probe, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.outcome, outcome);
    assert_says(&driver.frame.note, note);
    driver_expect_end(&driver, channel, end);
    assert_says(&driver.frame.note, end == WIRE_BROKEN ? note : "");
    assert_clean_end(run);
    (void)close(channel);
}

static void outcomes_and_probes(void **state)
{
    (void)state;
    driver_open_ready(&driver, driver_plugin("ok"), NULL);
    result_of("transient", false, WIRE_TRANSIENT, WIRE_DONE, "");
    result_of("broken", false, WIRE_BROKEN, WIRE_BROKEN, "the target system is gone");
    result_of("odd", false, WIRE_BROKEN, WIRE_BROKEN, "perform() returned 42");
    result_of("was done", true, WIRE_DONE, WIRE_DONE, "");
    result_of("cannot tell", true, WIRE_UNKNOWN, WIRE_DONE, "");
    result_of("business", true, WIRE_BUSINESS, WIRE_DONE, "first line");
    assert_int_equal(driver_close(&driver), 0);
}

static void odd_items_are_not_taken(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("odd_items"), NULL);
    channel = driver_run(&driver, 1, "{}");
    driver_expect(&driver, channel, WIRE_ADD);
    assert_int_equal(driver.frame.count, 1); /* two of the largest are more than a frame */
    assert_int_equal(driver.frame.items[0].payload.length, WIRE_PAYLOAD_MAX);
    driver_expect(&driver, channel, WIRE_ADD);
    assert_int_equal(driver.frame.count, 5);
    assert_text(&driver.frame.items[1].payload, "tab\tand\nline");
    assert_text(&driver.frame.items[2].reference, "t1");
    assert_true(driver.frame.items[2].deadline_ms > driver.frame.items[2].not_before_ms);
    assert_text(&driver.frame.items[3].reference, "t2"); /* of ABI 1.0 */
    assert_int_equal(driver.frame.items[3].deadline_ms, 0);
    assert_true(driver.frame.items[4].deadline_ms > 0);
    assert_int_equal(driver.frame.items[4].not_before_ms, 0);
    driver_hand_out(&driver, channel, 0, "", false, WIRE_NO_MORE);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_clean_end(1);
    assert_true(driver.frame.log_bytes > 0);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

static void rights_are_gone(void **state)
{
    const struct driver_options options = {.limits = "{\"open_files\": 100, \"memory_mib\": 512, "
                                                     "\"cpu_s\": 5, \"file_mib\": 10, "
                                                     "\"processes\": 20}"};
    char expected[512];
    unsigned id = geteuid() == 0 ? 64321 : geteuid();
    unsigned gid = geteuid() == 0 ? 64321 : getegid();
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("inspect"), &options);
    channel = driver_run(&driver, 1, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_not_equal(id, 0);
    /* 0-3, one granted folder, the work folder */
    (void)snprintf(expected, sizeof(expected),
                   "uid=%u gid=%u euid=%u pid=1 caps=0000000000000000/0000000000000000/"
                   "0000000000000000/0000000000000000/0000000000000000 nnp=1 fds=6 env=0 cwd=/ "
                   "umask=77 nofile=100 dumpable=0 folder=4",
                   id, gid, id);
    assert_text(&driver.frame.note, expected);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_clean_end(1);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

/* Runs `plugin` to its death on one item; the status of ENDED. */
static int death_of(const char *plugin, int64_t run, const struct driver_options *options)
{
    int channel;
    int status;

    driver_open_ready(&driver, driver_plugin(plugin), options);
    channel = driver_run(&driver, run, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    status = driver_expect_ended(&driver, run);
    assert_true(driver_is_hung_up(channel)); /* neither RESULT nor END came */
    (void)close(channel);
    return status;
}

static void crash_is_told(void **state)
{
    int status;

    (void)state;
    status = death_of("crash", 1, NULL);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_int_equal(driver.frame.count, 1);
    assert_int_equal(driver_close(&driver), 0);
    status = death_of("abort", 2, NULL);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGABRT);
    assert_true(driver_file_size(&driver, "logs/2.log") > 0);
    assert_int_equal(driver_close(&driver), 0);
}

#ifndef __SANITIZE_THREAD__ /* which holds a signal back until the next call of libc */
static void cpu_limit_is_told(void **state)
{
    const struct driver_options one_second = {.limits = "{\"cpu_s\": 1}"};
    int status;

    (void)state;
    status = death_of("spins", 3, &one_second);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGXCPU);
    /* The limit counts the clock's ticks, this what was really used: only its order is the same. */
    assert_in_range(driver.frame.cpu_ms, 100, 10000);
    assert_int_equal(driver_close(&driver), 0);
}
#endif

static void orphans_are_gone(void **state)
{
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("double_fork"), NULL);
    channel = driver_run(&driver, 1, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    driver_expect(&driver, channel, WIRE_END);
    assert_clean_end(1);
    assert_true(driver_is_hung_up(channel)); /* the orphan held its end, too */
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

/* Each copy that comes back from a callback has ended before the run goes on. */
static void copies_do_no_items(void **state)
{
    static const char *const said[] = {"back from open()",       "back from collect()",
                                       "back from probe()",      "back from perform()",
                                       "back from close()",      "add: called in a copy",
                                       "flush: called in a copy"};
    struct text log;
    struct fault fault;
    char path[256];
    size_t i;
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("forks"), NULL);
    channel = driver_run(&driver, 8, "{}");
    driver_hand_out(&driver, channel, 1, "", true, WIRE_MORE_ITEMS);
    driver_expect(&driver, channel, WIRE_RESULT);
    driver_hand_out(&driver, channel, 2, "", false, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.item, 2);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_clean_end(8);
    (void)snprintf(path, sizeof(path), "%s/logs/8.log", driver.folder);
    text_init(&log, 4096);
    assert_int_equal(file_read(AT_FDCWD, path, &log, &fault), 0);
    for (i = 0; i < sizeof said / sizeof said[0]; i++)
        if (strstr(log.bytes, said[i]) == NULL)
            fail_msg("'%s' is not in: %s", said[i], log.bytes);
    text_release(&log);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

static void flood_is_cut(void **state)
{
    const struct driver_options options = {.limits = "{\"log_kib\": 64}"};
    int calm;
    int flood;
    int i;

    (void)state;
    driver_open_ready(&driver, driver_plugin("floods_log"), &options);
    flood = driver_run(&driver, 1, "{}");
    driver_hand_out(&driver, flood, 1, "", false, WIRE_MORE_ITEMS);
    for (i = 0; i < 10000 && driver_file_size(&driver, "logs/1.log") < 60 * 1024; i++)
        (void)usleep(1000);    /* one that is stopped before has no result, or has said less */
    for (i = 2; i < 12; i++) { /* others come through meanwhile */
        calm = driver_run(&driver, i, "{}");
        driver_hand_out(&driver, calm, 0, "", false, WIRE_NO_MORE);
        driver_expect_end(&driver, calm, WIRE_DONE);
        assert_clean_end(i);
        assert_int_equal(driver_file_size(&driver, "logs/2.log"), -1);
        (void)close(calm);
    }
    driver_send_type(driver.process.control_fd, WIRE_STOP, 1);
    driver_expect(&driver, flood, WIRE_RESULT);
    driver_expect_end(&driver, flood, WIRE_STOPPED);
    assert_clean_end(1);
    assert_in_range(driver.frame.log_bytes, 60 * 1024, 64 * 1024);
    assert_int_equal(driver_file_size(&driver, "logs/1.log"), driver.frame.log_bytes);
    (void)close(flood);
    assert_int_equal(driver_close(&driver), 0);
}

static void folders_and_log(void **state)
{
    struct text log;
    struct fault fault;
    char path[256];
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("uses_folders"), NULL);
    channel = driver_run(&driver, 31, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_text(&driver.frame.note, "");
    assert_int_equal(driver.frame.outcome, WIRE_DONE);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_clean_end(31);
    assert_int_equal(driver_file_size(&driver, "work/31"), -1);
    assert_int_equal(driver_file_size(&driver, "out/result"), 1);
    (void)snprintf(path, sizeof(path), "%s/logs/31.log", driver.folder);
    text_init(&log, 4096);
    assert_int_equal(file_read(AT_FDCWD, path, &log, &fault), 0);
    assert_int_equal(log.length, driver.frame.log_bytes);
    assert_non_null(strstr(log.bytes, "Z warn: cpr [CPR] in tester run 31\n"));
    assert_non_null(strstr(log.bytes, "Z to stderr\n"));
    assert_non_null(strstr(log.bytes, "Z unfinished\n"));
    assert_int_equal(log.bytes[4], '-');
    assert_int_equal(log.bytes[10], 'T');
    assert_int_equal(log.bytes[19], '.');
    text_release(&log);
    (void)close(channel);
    /* It makes its folder anew, which works only when nothing of the first is left. */
    (void)snprintf(path, sizeof(path), "%s/out/result", driver.folder);
    assert_int_equal(unlink(path), 0);
    channel = driver_run(&driver, 31, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    driver_expect(&driver, channel, WIRE_RESULT);
    assert_int_equal(driver.frame.outcome, WIRE_DONE);
    driver_expect_end(&driver, channel, WIRE_DONE);
    assert_clean_end(31);
    (void)close(channel);
    assert_int_equal(driver_close(&driver), 0);
}

static void refusal_of(const char *plugin, const struct driver_options *options,
                       const char *expected)
{
    bool is_loaded = strncmp(expected, "LOAD ", 5) == 0;

    driver_open(&driver, plugin, options);
    if (is_loaded) {
        driver_expect(&driver, driver.process.control_fd, WIRE_HELLO);
        driver_send_type(driver.process.control_fd, WIRE_LOAD, 0);
    }
    driver_expect(&driver, driver.process.control_fd, WIRE_REFUSED);
    assert_says(&driver.frame.text, expected + (is_loaded ? 5 : 0));
    assert_int_equal(WEXITSTATUS(driver_close(&driver)), 1);
}

static void refusals(void **state)
{
    const struct driver_options missing = {.folders = "{\"in\": \"/tmp/is/not/there\"}"};
    const struct driver_options root = {.is_uid_0 = true};

    (void)state;
    refusal_of(driver_plugin("no_note"), NULL, "carries no Automagi note");
    refusal_of(driver_plugin("no_symbol"), NULL, "LOAD does not export automagi_plugin");
    refusal_of(driver_plugin("bad_magic"), NULL, "LOAD begins with 0x12345678");
    refusal_of(driver_plugin("bad_abi"), NULL, "LOAD is built for version 2");
    refusal_of(driver_plugin("bad_size"), NULL, "LOAD is 24 bytes, at least 56");
    refusal_of(driver_plugin("no_perform"), NULL, "LOAD has no perform()");
    refusal_of(driver_plugin("no_probe"), NULL, "LOAD has no probe()");
    refusal_of("/tmp/not-there.so", NULL, "/tmp/not-there.so: cannot be opened");
    refusal_of("/dev/null", NULL, "/dev/null: is not a regular file");
    refusal_of("/etc/passwd", NULL, "is not an ELF file");
    refusal_of(driver_plugin("ok"), &missing, "folders.in: granted folder: /tmp/is/not/there");
    refusal_of(driver_plugin("ok"), &root, "would run as root");
}

static void nothing_outlives_the_host(void **state)
{
    int channel;
    int status;

    (void)state;
    driver_open_ready(&driver, driver_plugin("double_fork"), NULL);
    channel = driver_run(&driver, 1, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_MORE_ITEMS);
    driver_expect(&driver, channel, WIRE_RESULT);
    driver_expect(&driver, channel, WIRE_LEASE);
    assert_int_equal(syscall(SYS_pidfd_send_signal, driver.process.pidfd, SIGKILL, NULL, 0), 0);
    status = driver_close(&driver);
    assert_true(WIFSIGNALED(status));
    assert_true(driver_is_hung_up(channel));
    (void)close(channel);
}

static void closed_channel_ends_all(void **state)
{
    char byte;
    int channel;

    (void)state;
    driver_open_ready(&driver, driver_plugin("ignores_term"), NULL);
    channel = driver_run(&driver, 1, "{}");
    driver_hand_out(&driver, channel, 1, "", false, WIRE_NO_MORE);
    driver_send_type(driver.process.control_fd, WIRE_STOP, 1);
    assert_int_equal(driver_close(&driver), 0);
    while (recv(channel, &byte, 1, MSG_DONTWAIT) > 0) /* the stop may have come before the item */
        continue;
    assert_true(driver_is_hung_up(channel));
    (void)close(channel);
}

/* What is no frame, or may not come, ends the host or the run; never more. */
static void violations(void **state)
{
    int channel;
    int status;

    (void)state;
    driver_open_ready(&driver, driver_plugin("ok"), NULL);
    channel = driver_run(&driver, 1, "0");
    driver_expect(&driver, channel, WIRE_LEASE);
    driver_send_type(channel, WIRE_FLUSHED, 0); /* nobody asked */
    status = driver_expect_ended(&driver, 1);
    assert_int_equal(WEXITSTATUS(status), 76);
    (void)close(channel);
    channel = driver_run(&driver, 2, "0");
    driver_expect(&driver, channel, WIRE_LEASE);
    (void)close(channel);
    status = driver_expect_ended(&driver, 2);
    assert_int_equal(WEXITSTATUS(status), 70);
    assert_int_equal(send(driver.process.control_fd, "junk", 4, 0), 4);
    assert_int_equal(WEXITSTATUS(driver_close(&driver)), 1);
    driver_open_ready(&driver, driver_plugin("ok"), NULL);
    driver_send_type(driver.process.control_fd, WIRE_RUN, 3); /* without its channel */
    assert_int_equal(WEXITSTATUS(driver_close(&driver)), 1);
}

static void start_failure_is_told(void **state)
{
    struct host_process process = {.pid = -1};
    struct fault fault = {""};

    (void)state;
    assert_int_equal(host_process_start("/tmp/not-there", &process, &fault), -2);
    assert_string_equal(fault.text, "/tmp/not-there cannot be started: executing it: No such file "
                                    "or directory");
    assert_int_equal(process.pid, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_tells_hash_and_note),
        cmocka_unit_test(whole_run),
        cmocka_unit_test(outcomes_and_probes),
        cmocka_unit_test(odd_items_are_not_taken),
        cmocka_unit_test(rights_are_gone),
        cmocka_unit_test(crash_is_told),
#ifndef __SANITIZE_THREAD__
        cmocka_unit_test(cpu_limit_is_told),
#endif
        cmocka_unit_test(orphans_are_gone),
        cmocka_unit_test(copies_do_no_items),
        cmocka_unit_test(flood_is_cut),
        cmocka_unit_test(folders_and_log),
        cmocka_unit_test(refusals),
        cmocka_unit_test(nothing_outlives_the_host),
        cmocka_unit_test(closed_channel_ends_all),
        cmocka_unit_test(violations),
        cmocka_unit_test(start_failure_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
