/* Something done in a process of its own: whatever becomes of that, this one knows it and goes on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/apart.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/base/text.h"

enum { SAID_MAX = 4096 };

/* What is done there, by its name. */
static int do_there(void *context, struct fault *fault)
{
    const struct rlimit no_core = {0};
    const char *what = context;

    (void)setrlimit(RLIMIT_CORE, &no_core);
    if (strcmp(what, "refuse") == 0)
        return fault_set(fault, -E2BIG, "too much of it");
    if (strcmp(what, "speak") == 0)
        (void)fprintf(stderr, "a library's word\n");
    if (strcmp(what, "print") == 0)
        (void)printf("not to be seen\n");
    if (strcmp(what, "lack memory") == 0)
        memory_lack();
    if (strcmp(what, "crash") == 0) {
        (void)fprintf(stderr, "before the crash\n");
        (void)signal(SIGSEGV, SIG_DFL);
        (void)raise(SIGSEGV);
    }
    if (strcmp(what, "leave") == 0)
        _exit(7);
    return 0;
}

static int done(const char *what, struct text *said, struct fault *fault)
{
    static char words[32];

    (void)text_copy(words, sizeof words, what);
    return apart_do("the library", do_there, words, said, fault);
}

static void each_end_is_known(void **state)
{
    static const struct {
        const char *what;
        int result;
        const char *fault, *said;
    } cases[] = {
        {"nothing", 0, "", ""},
        {"refuse", -E2BIG, "too much of it", ""},
        {"speak", 0, "", "a library's word\n"},
        {"lack memory", -ENOMEM, "out of memory", ""},
        {"crash", -ECHILD, "the library was ended by signal 11 (Segmentation fault)",
         "before the crash\n"},
        {"leave", -ECHILD, "the library ended with status 7 in the middle of it", ""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {""};
        struct text said;

        text_init(&said, SAID_MAX);
        assert_int_equal(done(cases[i].what, &said, &fault), cases[i].result);
        assert_string_equal(fault.text, cases[i].fault);
        assert_string_equal(text_string(&said), cases[i].said);
        text_release(&said);
        assert_false(memory_lacked());
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left behind */
    }
}

static void more_than_fits_is_cut(void **state)
{
    struct fault fault = {""};
    struct text said;

    (void)state;
    text_init(&said, 5);
    assert_int_equal(done("speak", &said, &fault), 0);
    assert_string_equal(text_string(&said), "");
    text_release(&said);
}

/* As a daemon of old may have started this program. */
static void ends_are_known_where_children_are_not_waited_for(void **state)
{
    struct fault fault = {""};
    struct text said;

    (void)state;
    text_init(&said, SAID_MAX);
    (void)signal(SIGCHLD, SIG_IGN);
    assert_int_equal(done("refuse", &said, &fault), -E2BIG);
    assert_int_equal(done("speak", &said, &fault), 0);
    assert_int_equal(done("leave", &said, &fault), -ECHILD);
    (void)signal(SIGCHLD, SIG_DFL);
    text_release(&said);
}

/* A line that is buffered here comes once, and nothing is printed there. */
static void what_is_buffered_comes_once(void **state)
{
    struct text printed;
    struct text said;
    int file = apart_file("printed");
    int before = dup(STDOUT_FILENO);
    static char buffer[256];

    (void)state;
    text_init(&said, SAID_MAX);
    text_init(&printed, SAID_MAX);
    (void)fflush(stdout);
    assert_true(file > STDERR_FILENO && dup2(file, STDOUT_FILENO) >= 0);
    (void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    (void)printf("here\n");
    assert_int_equal(done("print", &said, NULL), 0);
    (void)fflush(stdout);
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    (void)dup2(before, STDOUT_FILENO);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    assert_int_equal(file_read_open(file, "printed", &printed, NULL), 0);
    assert_string_equal(text_string(&printed), "here\n");
    (void)close(before);
    (void)close(file);
    text_release(&printed);
    text_release(&said);
}

/* No file of ours takes the place of a standard descriptor that this program was started without. */
static void files_leave_standard_descriptors_alone(void **state)
{
    int before = dup(STDIN_FILENO);
    int file;

    (void)state;
    (void)close(STDIN_FILENO);
    file = apart_file("it");
    (void)dup2(before, STDIN_FILENO);
    (void)close(before);
    assert_true(file > STDERR_FILENO);
    (void)close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_is_known),
        cmocka_unit_test(more_than_fits_is_cut),
        cmocka_unit_test(ends_are_known_where_children_are_not_waited_for),
        cmocka_unit_test(what_is_buffered_comes_once),
        cmocka_unit_test(files_leave_standard_descriptors_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
