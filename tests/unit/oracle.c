#include "tests/unit/oracle.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

void oracle_open(struct oracle *oracle, const char *const arguments[3])
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    oracle->process = fork();
    assert_true(oracle->process >= 0);
    if (oracle->process == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execlp("python3", "python3", "tests/unit/cron_oracle.py", arguments[0], arguments[1],
                     arguments[2], (char *)NULL);
        _exit(127);
    }
    assert_int_equal(close(ends[1]), 0);
    oracle->stream = fdopen(ends[0], "r");
    assert_non_null(oracle->stream);
}

void oracle_close(struct oracle *oracle)
{
    int status = 0;

    assert_int_equal(fclose(oracle->stream), 0);
    assert_int_equal(waitpid(oracle->process, &status, 0), oracle->process);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
