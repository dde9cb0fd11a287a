/* The line that says how far something is. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/cli/progress.h"

static void expect(int64_t done, int64_t total, int64_t elapsed_ms, const char *expected)
{
    char line[128];

    progress_line("task import", "rows", done, total, elapsed_ms, line, sizeof line);
    assert_string_equal(line, expected);
}

static void says_how_far_how_fast_how_long(void **state)
{
    (void)state;
    expect(2000, 8000, 2000, "task import: 2000 of 8000 rows, 25 %, 1000 a second, 6 s left");
    expect(8000, 8000, 3000, "task import: 8000 of 8000 rows, 100 %, 2666 a second, 0 s left");
    expect(1, 4, 60000, "task import: 1 of 4 rows, 25 %");
    expect(0, 4, 0, "task import: 0 of 4 rows, 0 %");
    expect(0, 0, 12345, "task import: 12 s");
}

/* Tests run without a terminal on standard error, or make it so. */
static void nobody_looks_nothing_is_said(void **state)
{
    int kept = dup(STDERR_FILENO);
    int pipes[2];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_true(kept >= 0 && dup2(pipes[1], STDERR_FILENO) >= 0);
    assert_null(progress_begin("verify", NULL, 0));
    progress_at(NULL, 5);
    progress_end(NULL);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    close(pipes[0]);
    close(pipes[1]);
}

/* What the terminal is shown, until `text` has come. */
static void read_until(int terminal, const char *text, char shown[static 4096])
{
    size_t used = strlen(shown);

    while (strstr(shown, text) == NULL) {
        ssize_t count = read(terminal, shown + used, 4095 - used);

        if (count <= 0)
            fail_msg("%s never came: %s", text, shown);
        used += (size_t)count;
        shown[used] = '\0';
    }
}

static void a_terminal_is_told_and_left_clean(void **state)
{
    int kept = dup(STDERR_FILENO);
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    char shown[4096] = "";
    struct progress *progress;
    int slave;

    (void)state;
    assert_true(kept >= 0 && terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0 && dup2(slave, STDERR_FILENO) >= 0);
    progress = progress_begin("verify", NULL, 0);
    read_until(terminal, "verify: 1 s", shown);
    progress_end(progress);
    clock_pretend(1000000);
    progress = progress_begin("task import", "rows", 10);
    progress_at(progress, 1); /* too soon to be worth a word */
    clock_pretend(1002000);
    progress_at(progress, 4);
    progress_end(progress);
    clock_pretend(0);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    read_until(terminal, "40 %, 2 a second, 3 s left\033[K\r\033[K", shown);
    assert_null(strstr(shown, "10 %"));
    close(kept);
    close(slave);
    close(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_how_far_how_fast_how_long),
        cmocka_unit_test(nobody_looks_nothing_is_said),
        cmocka_unit_test(a_terminal_is_told_and_left_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
