#include "tests/unit/recounter.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void recounter_open(struct recounter *recounter)
{
    int down[2];
    int up[2];

    assert_int_equal(pipe(down), 0);
    assert_int_equal(pipe(up), 0);
    recounter->process = fork();
    assert_true(recounter->process >= 0);
    if (recounter->process == 0) {
        (void)dup2(down[0], STDIN_FILENO);
        (void)dup2(up[1], STDOUT_FILENO);
        (void)close(down[0]);
        (void)close(down[1]);
        (void)close(up[0]);
        (void)close(up[1]);
        (void)execlp("python3", "python3", "tests/unit/recount_figures.py", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(close(down[0]), 0);
    assert_int_equal(close(up[1]), 0);
    recounter->questions = fdopen(down[1], "w");
    recounter->verdicts = fdopen(up[0], "r");
    assert_non_null(recounter->questions);
    assert_non_null(recounter->verdicts);
}

const char *recounter_ask(struct recounter *recounter, const char *question)
{
    static char verdict[8192];

    assert_true(fprintf(recounter->questions, "%s\n", question) > 0);
    assert_int_equal(fflush(recounter->questions), 0);
    if (fgets(verdict, sizeof verdict, recounter->verdicts) == NULL)
        fail_msg("recount_figures.py ended without an answer");
    verdict[strcspn(verdict, "\n")] = '\0';
    return verdict;
}

void recounter_close(struct recounter *recounter)
{
    int status = 0;

    assert_int_equal(fclose(recounter->questions), 0);
    assert_int_equal(fclose(recounter->verdicts), 0);
    assert_int_equal(waitpid(recounter->process, &status, 0), recounter->process);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
