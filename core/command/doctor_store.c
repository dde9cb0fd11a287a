/* doctor: the store, the daemon, and what the record tells. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/process.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/command/doctor.h"
#include "core/command/nouns.h"
#include "core/store/audit.h"
#include "core/store/home.h"
#include "core/store/item.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

enum {
    BEHIND_MS = 60000, /* a clock may be set back by so much */
    DAY_MS = 86400000,
    WEEK_MS = 7 * DAY_MS,
    RUNS_LOOKED_AT = 1000,
    SERVES_SOON_S = 5, /* so soon a daemon does that nothing holds up */
    COMM_MAX = 64,
    ITEMS_MAX = 1000000
};

/* What is there is kept by `restore`. */
static void fix_damaged(struct doctor *doctor)
{
    if (doctor_is_service(doctor))
        doctor_fix(doctor,
                   "systemctl stop automagi; automagi --home %s restore FILE; "
                   "systemctl start automagi",
                   doctor->quoted_home);
    else
        doctor_fix_here(doctor, "restore FILE");
}

/* The daemon does it when it starts; one that is running is the earlier one. */
static void fix_older(struct doctor *doctor)
{
    if (doctor_is_service(doctor))
        doctor_fix(doctor, "systemctl restart automagi");
    else
        doctor_fix_here(doctor, "upgrade");
}

void doctor_store(struct doctor *doctor)
{
    const char *home = doctor->settings->home;
    struct fault fault = {.text = ""};
    int result = store_open(home, STORE_READ, &doctor->store, &fault);

    if (result == 0)
        result = store_quick_check(doctor->store, &fault);
    if (result == 0)
        result = robot_list_read(doctor->store, doctor->list, &fault);
    if (result == 0) {
        doctor_row(doctor, DOCTOR_OK, "store: opens, and every page of it is sound");
        return;
    }
    store_close(doctor->store);
    doctor->store = NULL;
    if (result == -EBADMSG)
        fix_damaged(doctor);
    else if (result == -EPROTONOSUPPORT)
        fix_older(doctor);
    doctor_row(doctor, DOCTOR_WRONG, "store: %s; what it tells of robots was not looked at",
               fault.text);
}

/* ---- the daemon */

static int count_trigger(const struct trigger *trigger, void *context)
{
    int64_t *count = context;

    (void)trigger;
    ++*count;
    return 0;
}

static int count_open(const struct run_record *run, void *context)
{
    int64_t *lost = context;

    *lost += run_is_orphan(run, false);
    return 0;
}

static void fix_start(struct doctor *doctor)
{
    if (doctor_is_service(doctor))
        doctor_fix(doctor, "systemctl start automagi");
    else
        doctor_fix_here(doctor, "serve");
}

/* Nobody there: that is wrong when something waits for it. */
static void check_absent(struct doctor *doctor)
{
    struct fault fault = {.text = ""};
    int64_t triggers = 0;
    int64_t lost = 0;
    bool has_crashed;

    if (doctor->store != NULL) {
        doctor_failed(doctor, trigger_each(doctor->store, 0, count_trigger, &triggers, &fault),
                      "triggers", &fault);
        doctor_failed(doctor, run_each_open(doctor->store, count_open, &lost, &fault), "runs",
                      &fault);
    }
    has_crashed = lost > 0 || home_has_socket(doctor->settings->home);
    fix_start(doctor);
    if (has_crashed)
        doctor_row(doctor, DOCTOR_WRONG,
                   "daemon: is not running and ended without order; %" PRId64
                   " runs were lost with it, and go on when it starts",
                   lost);
    else if (triggers > 0)
        doctor_row(doctor, DOCTOR_WRONG,
                   "daemon: is not running; the times of %" PRId64 " triggers pass", triggers);
    else
        doctor_row(doctor, DOCTOR_NOTE, "daemon: is not running");
}

static void fix_restart(struct doctor *doctor, const char *signal, int64_t pid)
{
    if (doctor_is_service(doctor))
        doctor_fix(doctor, "systemctl restart automagi");
    else if (pid == 0) /* a full disk kept it from being written; 0 is the shell's own group */
        doctor_fix(doctor, "fuser -v %s/%s", doctor->quoted_home,
                   doctor->settings->lock_is_gone ? "automagi.db" : "lock");
    else
        doctor_fix(doctor,
                   "kill -%s %" PRId64 "; tail --pid=%" PRId64
                   " -f /dev/null; automagi --home %s serve",
                   signal, pid, pid, doctor->quoted_home);
}

/* Is it a daemon that had the time to make its socket? A command holds the lock for a moment, and under its own name. */
static bool is_daemon_for_long(int64_t pid)
{
    static const char name[] = "automagid\n";
    unsigned long long started = 0;
    struct timespec up = {0};
    struct text comm;
    char path[48];
    bool is_daemon;

    text_init(&comm, COMM_MAX);
    (void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/comm", pid);
    is_daemon =
        file_read(AT_FDCWD, path, &comm, NULL) == 0 && strcmp(text_string(&comm), name) == 0;
    text_release(&comm);
    return is_daemon && process_started((pid_t)pid, &started) == 0 && started != 0 &&
           clock_gettime(CLOCK_BOOTTIME, &up) == 0 &&
           up.tv_sec - (time_t)(started / (unsigned long long)sysconf(_SC_CLK_TCK)) > SERVES_SOON_S;
}

/* One that is started beside it would end: whoever has the lock is to be seen to. */
static void check_held(struct doctor *doctor, int64_t pid)
{
    char words[HOLDER_WORDS_MAX];
    char restart[DOCTOR_FIX_MAX] = "";

    home_holder_words(pid, words);
    if (pid != 0 && !home_has_socket(doctor->settings->home) && is_daemon_for_long(pid)) {
        fix_restart(doctor, "TERM", pid);
        (void)snprintf(restart, sizeof(restart), "; %.1000s", doctor->fix);
    }
    if (doctor_is_service(doctor))
        doctor_fix(doctor, "systemctl status automagi; journalctl -u automagi -n 20%s", restart);
    else if (pid != 0)
        doctor_fix(doctor, "ls -l /proc/%" PRId64 "/fd/2%s", pid, restart); /* where its log goes */
    else
        doctor_fix(doctor, "fuser -v %s/lock", doctor->quoted_home);
    doctor_row(doctor, DOCTOR_WRONG, "daemon: %s", words);
}

/* Whom HOME/lock names is nobody when it is another file than the daemon's. */
static int64_t daemon_pid(const struct doctor_settings *settings)
{
    return settings->lock_is_gone ? settings->pid : home_lock_pid(settings->home);
}

static void check_answering(struct doctor *doctor, int64_t pid)
{
    const char *version = doctor->settings->version;

    if (strcmp(version, automagi_version) != 0) {
        fix_restart(doctor, "TERM", pid);
        doctor_row(doctor, DOCTOR_WRONG,
                   "daemon: process %" PRId64 " is version %s, and this program %s", pid, version,
                   automagi_version);
    } else if (doctor->settings->lock_is_gone) {
        fix_restart(doctor, "TERM", pid);
        doctor_row(doctor, DOCTOR_WRONG,
                   "daemon: process %" PRId64 " runs, but its lock's file %s/lock was removed: "
                   "commands that change anything are refused until it is started anew",
                   pid, doctor->settings->home);
    } else {
        doctor_row(doctor, DOCTOR_OK, "daemon: process %" PRId64 " answers, version %s", pid,
                   version);
    }
}

/* Nothing reaches it, and it works on. */
static void check_cut_off(struct doctor *doctor, int64_t pid)
{
    char process[48] = "a program that has the store";

    if (pid != 0)
        (void)snprintf(process, sizeof(process), "process %" PRId64, pid);
    fix_restart(doctor, "TERM", pid);
    doctor_row(doctor, DOCTOR_WRONG,
               "daemon: %s runs, but its lock's file %s/lock and its socket were removed: commands "
               "that change anything are refused until it is started anew",
               process, doctor->settings->home);
}

void doctor_daemon(struct doctor *doctor)
{
    int64_t pid = daemon_pid(doctor->settings);
    int64_t holder = 0;

    switch (doctor->settings->daemon) {
    case DAEMON_ABSENT:
        if (doctor->settings->lock_is_gone)
            check_cut_off(doctor, pid);
        else if (home_is_held(doctor->settings->home, &holder))
            check_held(doctor, holder);
        else
            check_absent(doctor);
        break;
    case DAEMON_SILENT:
        fix_restart(doctor, "KILL", pid);
        doctor_row(
            doctor, DOCTOR_WRONG,
            "daemon: process %" PRId64 " %s and does not answer: it hangs, or the disk does", pid,
            doctor->settings->lock_is_gone ? "runs, its lock's file removed," : "holds the lock");
        break;
    case DAEMON_OTHER:
        fix_restart(doctor, "TERM", pid);
        doctor_row(doctor, DOCTOR_WRONG,
                   "daemon: process %" PRId64
                   " does not say its version: it is of another one than this program (%s)",
                   pid, automagi_version);
        break;
    case DAEMON_ANSWERS:
        check_answering(doctor, pid);
        break;
    }
}

/* ---- what the record tells */

static int keep_newest(const struct audit_record *record, void *context)
{
    int64_t *at_ms = context;

    if (record->at_ms > *at_ms)
        *at_ms = record->at_ms;
    return 0;
}

/* When something was last done; 0: never. */
static int64_t newest_audit(struct doctor *doctor, const char *action)
{
    const struct audit_filter filter = {.from_day = INT32_MIN,
                                        .to_day = INT32_MAX,
                                        .action = action,
                                        .limit = action == NULL ? 100 : 1};
    struct fault fault = {.text = ""};
    int64_t at_ms = 0;

    doctor_failed(doctor, audit_each(doctor->store, &filter, keep_newest, &at_ms, &fault), "audit",
                  &fault);
    return at_ms;
}

struct runs_seen {
    int64_t newest_ms;
    int64_t since_ms; /* lost ones are counted from then on */
    int64_t lost;
    struct doctor_names names;
};

static int look_at_run(const struct run_record *run, void *context)
{
    struct runs_seen *seen = context;

    if (run->created_ms > seen->newest_ms)
        seen->newest_ms = run->created_ms;
    if (run->ended_ms > seen->newest_ms)
        seen->newest_ms = run->ended_ms;
    if (run->ending == RUN_LOST && run->ended_ms >= seen->since_ms) {
        seen->lost++;
        doctor_name(&seen->names, run->robot);
    }
    return 0;
}

static void check_clock(struct doctor *doctor, int64_t newest_ms)
{
    char now[CLOCK_INSTANT_TEXT];
    char newest[CLOCK_INSTANT_TEXT];

    clock_format_instant(doctor->settings->now_ms, now);
    clock_format_instant(newest_ms, newest);
    if (newest_ms <= doctor->settings->now_ms + BEHIND_MS) {
        doctor_row(doctor, DOCTOR_OK, "clock: %s, after all that is recorded", now);
        return;
    }
    doctor_fix(doctor, "timedatectl set-ntp true; timedatectl");
    doctor_row(doctor, DOCTOR_WRONG,
               "clock: it is %s, and something is recorded for %s: the clock is behind, or was "
               "ahead then",
               now, newest);
}

static void tell_ahead(struct doctor *doctor, const struct robot *robot,
                       const struct item_ahead *ahead)
{
    char first[CLOCK_DAY_TEXT];
    char last[CLOCK_DAY_TEXT];
    bool is_one = ahead->count == 1;

    clock_format_day(ahead->first_day, first);
    clock_format_day(ahead->last_day, last);
    doctor_fix_here(doctor, "task list --robot %s --from %s --to %s", robot->slug, first, last);
    robot_window_name(robot->window, ahead->first_window, first, sizeof(first));
    robot_window_name(robot->window, ahead->last_window, last, sizeof(last));
    doctor_row(doctor, DOCTOR_NOTE,
               "clock: robot %s: %" PRId64 " reference%s counted for %s%s%s, which is not there "
               "yet, by a clock that stood ahead%s: when it comes its own work with %s will be "
               "taken for a repeat, and not be done; put that on the queue under %s of its own",
               robot->slug, ahead->count, is_one ? " was" : "s were", first,
               ahead->first_window == ahead->last_window ? "" : " to ",
               ahead->first_window == ahead->last_window ? "" : last,
               ahead->not_noted > 0 ? " (or now's is behind)" : "", is_one ? "it" : "them",
               is_one ? "a reference" : "references");
}

static void check_ahead(struct doctor *doctor)
{
    struct item_ahead ahead = {.count = 0};
    struct fault fault = {.text = ""};
    int result = 0;
    size_t i;

    for (i = 0; i < doctor->list->count && result == 0; i++) {
        const struct robot *robot = &doctor->list->robots[i];

        result = item_ahead_read(doctor->store, robot->id, robot->window, doctor->settings->now_ms,
                                 &ahead, &fault);
        if (result == 0 && ahead.count > 0)
            tell_ahead(doctor, robot, &ahead);
    }
    doctor_failed(doctor, result, "clock", &fault);
}

static void check_backup(struct doctor *doctor)
{
    int64_t restored_ms = newest_audit(doctor, "restore");
    int64_t made_ms = newest_audit(doctor, "backup");
    bool is_restored = restored_ms > made_ms; /* a copy has no row of its own making */
    int64_t at_ms = is_restored ? restored_ms : made_ms;
    char text[CLOCK_INSTANT_TEXT];
    bool is_old = doctor->settings->now_ms - at_ms > DAY_MS;

    clock_format_instant(at_ms, text);
    if (at_ms == 0 || is_old)
        doctor_fix_here(doctor, "backup /var/backups/automagi-$(date +%%F).tar");
    if (at_ms == 0)
        doctor_row(doctor, DOCTOR_NOTE, "backup: no backup has been made");
    else
        doctor_row(doctor, is_old ? DOCTOR_WRONG : DOCTOR_OK, "backup: %s %s%s",
                   is_restored ? "none since it was restored from one," : "the last is of", text,
                   is_old ? ", more than a day old" : "");
}

struct waiting {
    int64_t before_ms;
    int64_t count;
    struct doctor_names names;
};

static int look_at_item(const struct item_record *item, void *context)
{
    struct waiting *waiting = context;

    if (item->changed_ms >= waiting->before_ms)
        return 0;
    waiting->count++;
    doctor_name(&waiting->names, item->robot);
    return 0;
}

static void check_waiting(struct doctor *doctor)
{
    struct waiting waiting = {.before_ms = doctor->settings->now_ms - WEEK_MS};
    struct item_filter filter = {.state = ITEM_WAITING, .now_ms = doctor->settings->now_ms};
    struct fault fault = {.text = ""};

    if (item_each(doctor->store, &filter, ITEMS_MAX, look_at_item, &waiting, &fault) < 0) {
        doctor_row(doctor, DOCTOR_WRONG, "queue: %s", fault.text);
    } else if (waiting.count == 0) {
        doctor_row(doctor, DOCTOR_OK, "queue: nothing has waited for a person for over a week");
    } else {
        doctor_fix_here(doctor, "queue list --state waiting --robot %s", waiting.names.first);
        doctor_row(doctor, DOCTOR_WRONG,
                   "queue: %" PRId64 " items have waited for a person for over a week: %s",
                   waiting.count, waiting.names.text);
    }
}

void doctor_record(struct doctor *doctor)
{
    struct runs_seen seen = {.since_ms = doctor->settings->now_ms - WEEK_MS};
    struct fault fault = {.text = ""};
    int64_t newest_ms;

    if (doctor->store == NULL)
        return;
    newest_ms = newest_audit(doctor, NULL);
    doctor_failed(doctor, run_each(doctor->store, 0, RUNS_LOOKED_AT, look_at_run, &seen, &fault),
                  "runs", &fault);
    check_clock(doctor, seen.newest_ms > newest_ms ? seen.newest_ms : newest_ms);
    check_ahead(doctor);
    if (seen.lost > 0) {
        doctor_fix_here(doctor, "runs --robot %s", seen.names.first);
        doctor_row(doctor, DOCTOR_NOTE,
                   "runs: %" PRId64 " were lost with the daemon within a week: %s", seen.lost,
                   seen.names.text);
    } else {
        doctor_row(doctor, DOCTOR_OK, "runs: none was lost with the daemon within a week");
    }
    check_waiting(doctor);
    check_backup(doctor);
}
