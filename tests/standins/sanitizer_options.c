/*
 * sanitizer_options.c - linked into a sanitized automagi-host alone.
 *
 * A plugin that crashes must be seen to die of its own signal, as in a real host; the
 * sanitizers would catch the signal and turn it into an exit status. The host clears its
 * environment, so ASAN_OPTIONS would not reach a run.
 */

#define OPTIONS "abort_on_error=1:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0"

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
    return OPTIONS;
}

const char *__ubsan_default_options(void)
{
    return OPTIONS;
}
