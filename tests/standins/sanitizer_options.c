/*
 * sanitizer_options.c - linked into a sanitized automagi-host alone.
 *
 * A plugin that crashes must be seen to die of its own signal, as in a real host; the
 * sanitizers would catch the signal and turn it into an exit status. The host clears its
 * environment, so ASAN_OPTIONS would not reach a run. Where the build has a folder "reports"
 * (AUTOMAGI_REPORTS), what is reported goes there: tests/prove/sanitize.sh makes one, for not every test
 * looks at what hosts and runs say.
 */
#include <sys/syscall.h>
#include <unistd.h>

#define OPTIONS "abort_on_error=1:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0"

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__tsan_default_options(void);

/* Asked before a sanitizer is there: this file is made without, and calls nothing it stands before. */
static const char *options(void)
{
    return syscall(SYS_access, AUTOMAGI_REPORTS, W_OK) == 0 ? OPTIONS ":log_path=" AUTOMAGI_REPORTS
                                                                      "/host"
                                                            : OPTIONS;
}

const char *__asan_default_options(void)
{
    return options();
}

const char *__ubsan_default_options(void)
{
    return options();
}

const char *__tsan_default_options(void)
{
    return options();
}
