#include "core/cli/backup_progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/cli/cli.h"
#include "scorecards/period.h"

enum { AFTER_MS = 1000, EVERY_MS = 200, HUNDRED = 100 };

static void show(void *context, const char *what, int64_t done, int64_t total)
{
    struct cli_progress *shown = context;
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms - shown->begun_ms < AFTER_MS || now_ms - shown->shown_ms < EVERY_MS)
        return;
    shown->shown_ms = now_ms;
    if (total > 0)
        (void)fprintf(stderr, "\r\033[K%s %" PRId64 " %%", what,
                      (int64_t)((double)done * HUNDRED / (double)total));
    else
        (void)fprintf(stderr, "\r\033[K%s", what);
    (void)fflush(stderr);
}

/* With this a copy is proved as `automagi verify` would: closed months are frozen above the store. */
static int recount_months(struct store *copy, verify_callback *say, void *context,
                          int64_t *ret_differences, struct fault *fault)
{
    struct period_report report = {0};
    int result = period_verify(copy, say, context, &report, fault);

    *ret_differences = report.differences;
    return result;
}

static const int signals[CLI_PROGRESS_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t is_cancelled;

static void cancel(int number)
{
    (void)number;
    is_cancelled = 1;
}

/* What was ignored (nohup) stays so. */
static void catch_signals(struct cli_progress *shown)
{
    struct sigaction action = {.sa_handler = cancel, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    size_t i;

    is_cancelled = 0;
    (void)sigemptyset(&action.sa_mask);
    for (i = 0; i < CLI_PROGRESS_SIGNALS; i++)
        if (sigaction(signals[i], NULL, &shown->before[i]) == 0 &&
            shown->before[i].sa_handler != SIG_IGN)
            (void)sigaction(signals[i], &action, NULL);
}

void cli_progress_begin(struct cli_progress *shown, struct backup_progress *ret_progress)
{
    *shown = (struct cli_progress){.begun_ms = clock_monotonic_ms()};
    *ret_progress = (struct backup_progress){
        .context = shown, .is_cancelled = &is_cancelled, .recount = recount_months};
    catch_signals(shown);
    if (isatty(STDERR_FILENO) == 1)
        ret_progress->show = show;
}

void cli_progress_clear(struct cli_progress *shown)
{
    if (shown->shown_ms != 0)
        (void)fputs("\r\033[K", stderr);
    shown->shown_ms = 0;
}

void cli_progress_end(struct cli_progress *shown)
{
    size_t i;

    for (i = 0; i < CLI_PROGRESS_SIGNALS; i++)
        (void)sigaction(signals[i], &shown->before[i], NULL);
    cli_progress_clear(shown);
}

int cli_progress_heed(const struct cli_request *request, struct fault *fault)
{
    if (is_cancelled == 0)
        return 0;
    return fault_set(fault, -ECANCELED, "%s: cancelled, so nothing is changed",
                     request->command->name);
}

int cli_progress_ask(const struct cli_request *request, struct fault *fault)
{
    sigset_t caught;
    sigset_t before;
    size_t i;
    int result;

    (void)sigemptyset(&caught);
    for (i = 0; i < CLI_PROGRESS_SIGNALS; i++)
        (void)sigaddset(&caught, signals[i]);
    (void)sigprocmask(SIG_BLOCK, &caught, &before);
    result = cli_progress_heed(request, fault);
    if (result == 0)
        result = cli_ask(request, &before, fault);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return result < 0 ? result : cli_progress_heed(request, fault);
}
