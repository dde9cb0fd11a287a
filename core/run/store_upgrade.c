/* A store of an earlier version at the start: the daemon upgrades it, so that an update needs nobody. */
#include <inttypes.h>
#include <signal.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/store/upgrade.h"

enum { TELL_EVERY_MS = 10000, MORE_TIME_US = 60000000, HUNDRED = 100 };

struct watched {
    const struct daemon *daemon;
    int64_t told_ms; /* monotonic */
    volatile sig_atomic_t is_cancelled;
};

/* Signals are blocked by now and nobody reads them yet. */
static bool is_told_to_stop(void)
{
    sigset_t waiting;

    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

/* The service manager gives time as long as it goes on. */
static void show(void *context, const char *what, int64_t done, int64_t total)
{
    struct watched *watched = context;
    int64_t now_ms = clock_monotonic_ms();
    int64_t percent = total > 0 ? (int64_t)((double)done * HUNDRED / (double)total) : 0;

    if (is_told_to_stop())
        watched->is_cancelled = 1;
    if (now_ms - watched->told_ms < TELL_EVERY_MS)
        return;
    watched->told_ms = now_ms;
    service_tell(&watched->daemon->service,
                 "EXTEND_TIMEOUT_USEC=%d\nSTATUS=upgrading the store: %s %" PRId64 " %%",
                 MORE_TIME_US, what, percent);
    if (total > 0)
        log_line(LOG_LEVEL_INFO, "the store is upgraded: %s %" PRId64 " %%", what, percent);
    else
        log_line(LOG_LEVEL_INFO, "the store is upgraded: %s", what);
}

int daemon_upgrade_store(struct daemon *daemon, struct fault *fault)
{
    const char *home = daemon->settings->home;
    struct watched watched = {.daemon = daemon, .told_ms = clock_monotonic_ms()};
    struct backup_progress progress = {
        .show = show, .context = &watched, .is_cancelled = &watched.is_cancelled};
    struct upgrade_asker asker = {.account = daemon->account};
    struct upgrade_report report = {.copy = ""};
    int result = upgrade_make(home, &asker, &progress, &report, fault);

    if (result == 0 && report.from != report.to)
        log_line(LOG_LEVEL_INFO,
                 "the store was upgraded from version %" PRId64 " to %" PRId64 " in %" PRId64
                 " ms; as it was it lies in %s/%s",
                 report.from, report.to, report.took_ms, home, report.copy);
    return result;
}
