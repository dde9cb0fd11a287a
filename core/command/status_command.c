/* status: is the daemon running, how large is the store, how are the robots. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/item.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { DAEMON_TEXT_MAX = 320 };

struct house {
    const char *home;
    bool is_served;
    bool lock_is_gone; /* and its daemon lives */
    bool is_cut_off;   /* its socket is gone too */
    bool is_held;      /* home_is_held() */
    int64_t holder;    /* then that process, 0: not known */
    int64_t pid;       /* of the daemon, 0: none, or not known */
    int64_t orphans;   /* runs whose daemon is gone */
    int64_t left_out;  /* robots: not installed, and nothing to say of them */
    int64_t lacking;   /* robots in operation that are not installed, as doctor counts them */
};

struct counts {
    const struct robot_list *list;
    bool is_served;
    bool is_all;      /* with those that are not installed */
    int64_t *going;   /* per robot: the newest run that goes on, 0: none */
    int64_t *stuck;   /* of those that go on one that cannot be ended, 0: none */
    int64_t *queued;  /* per robot: ready, leased, deferred */
    int64_t *waiting; /* for a person */
};

static int64_t file_size(const char *path, const char *suffix)
{
    char whole[STORE_PATH_MAX + 8];
    struct stat about;

    (void)snprintf(whole, sizeof(whole), "%s%s", path, suffix);
    return stat(whole, &about) == 0 ? (int64_t)about.st_size : 0;
}

static int count_orphan(const struct run_record *run, void *context)
{
    struct house *house = context;

    house->orphans += run_is_orphan(run, house->is_served);
    return 0;
}

static void describe_daemon(const struct house *house, char target[static DAEMON_TEXT_MAX])
{
    char lost[96] = "";
    char process[40] = "";

    if (house->pid != 0)
        (void)snprintf(process, sizeof(process), " as process %" PRId64, house->pid);
    if (house->orphans > 0)
        (void)snprintf(lost, sizeof(lost), " and %" PRId64 " run%s lost with it", house->orphans,
                       house->orphans == 1 ? " was" : "s were");
    if (house->lock_is_gone)
        (void)snprintf(target, DAEMON_TEXT_MAX,
                       "automagid runs%s, but its lock's file%s removed, and commands that change "
                       "anything are refused until it is ended and started anew (`automagi "
                       "doctor` says how)",
                       process, house->is_cut_off ? " and its socket were" : " was");
    else if (house->is_served)
        (void)snprintf(target, DAEMON_TEXT_MAX, "automagid runs%s", process);
    else if (house->is_held)
        home_holder_words(house->holder, target);
    else if (house->orphans > 0 || home_has_socket(house->home))
        (void)snprintf(target, DAEMON_TEXT_MAX,
                       "automagid is not running: it ended without order%s; start it with "
                       "`automagi serve`, and the work goes on",
                       lost);
    else
        (void)snprintf(target, DAEMON_TEXT_MAX,
                       "automagid is not running; start it with `automagi serve`");
}

static void put_house(struct json_writer *writer, const struct house *house)
{
    char path[STORE_PATH_MAX] = "";
    char daemon[DAEMON_TEXT_MAX];
    char left_out[128] = "";
    int64_t size;

    if (!file_join(path, sizeof(path), house->home, "automagi.db"))
        path[0] = '\0';
    size = file_size(path, "") + file_size(path, "-wal");
    describe_daemon(house, daemon);
    if (house->left_out > 0 && house->lacking > 0)
        (void)snprintf(left_out, sizeof(left_out),
                       "; %" PRId64 " robot%s in operation %s not installed, `automagi status "
                       "--all` lists them",
                       house->lacking, house->lacking == 1 ? "" : "s",
                       house->lacking == 1 ? "is" : "are");
    result_message(writer, "%s; store %s, %" PRId64 ".%" PRId64 " MB%s", daemon, path,
                   size / 1000000, size / 100000 % 10, left_out);
    result_int(writer, "left_out", house->left_out);
    result_text(writer, "daemon", house->is_served ? "running" : "not running");
    json_key(writer, "pid");
    if (house->pid != 0)
        json_put_int(writer, house->pid);
    else
        json_put_null(writer);
    result_int(writer, "lost_runs", house->orphans);
    json_key(writer, "store");
    json_begin_object(writer);
    result_text(writer, "path", path);
    result_int(writer, "bytes", size);
    json_end_object(writer);
}

static int count_item(int64_t robot_id, enum item_state state, int64_t count, void *context)
{
    struct counts *counts = context;
    const struct robot *robot = robot_list_find_id(counts->list, robot_id);
    size_t index;

    if (robot == NULL)
        return 0;
    index = (size_t)(robot - counts->list->robots);
    switch (state) {
    case ITEM_READY:
    case ITEM_LEASED:
    case ITEM_DEFERRED:
        counts->queued[index] += count;
        break;
    case ITEM_WAITING:
        counts->waiting[index] += count;
        break;
    case ITEM_DONE_BY_HAND:
    case ITEM_DROPPED:
        break;
    }
    return 0;
}

struct row {
    struct json_writer *writer;
    bool is_served;
};

/* Oldest first: the last one is the newest. */
static int note_going(const struct run_record *run, void *context)
{
    struct counts *counts = context;
    const struct robot *robot = robot_list_find_id(counts->list, run->robot_id);

    if (robot != NULL && run->state == RUN_RUNNING && !run_is_orphan(run, counts->is_served)) {
        counts->going[robot - counts->list->robots] = run->id;
        if (run_has_remark(run))
            counts->stuck[robot - counts->list->robots] = run->id;
    }
    return 0;
}

static int put_run(const struct run_record *run, void *context)
{
    const struct row *row = context;
    bool is_orphan = run_is_orphan(run, row->is_served);

    result_int(row->writer, "run", run->id);
    result_run_state(row->writer, "run_state", run, row->is_served);
    result_instant(row->writer, "run_at",
                   run->ended_ms != 0     ? run->ended_ms
                   : run->started_ms != 0 ? run->started_ms
                                          : run->created_ms);
    result_text_or_null(row->writer, "waits",
                        run->state == RUN_QUEUED               ? run->waits
                        : run->state == RUN_ENDED || is_orphan ? ""
                                                               : run->note);
    return 0;
}

/* The run that cannot be ended, or goes on, though a newer one may wait behind it; else the newest. */
static int put_shown_run(struct command_call *call, const struct robot *robot, int64_t going,
                         struct row *row, struct fault *fault)
{
    struct run_record run = {0};
    int result;

    if (going == 0)
        return run_each(call->store, robot->id, 1, put_run, row, fault);
    result = run_read(call->store, going, &run, fault);
    return result == 0 ? put_run(&run, row) : result;
}

/* The organisation has many robots that are not installed; one with work is shown all the same. */
static bool is_shown(const struct counts *counts, size_t i)
{
    return counts->is_all || counts->list->robots[i].plugin != NULL || counts->going[i] != 0 ||
           counts->queued[i] != 0 || counts->waiting[i] != 0;
}

static int put_robots(struct command_call *call, const struct counts *counts, struct fault *fault)
{
    struct row row = {call->result, counts->is_served};
    int32_t today = call_today(call);
    int result = 0;
    size_t i;

    json_key(call->result, "rows");
    json_begin_array(call->result);
    for (i = 0; i < counts->list->count && result == 0; i++) {
        const struct robot *robot = &counts->list->robots[i];

        if (!is_shown(counts, i))
            continue;
        json_begin_object(call->result);
        result_text(call->result, "robot", robot->slug);
        put_robot_state(call->result, robot, today);
        result_int(call->result, "queued", counts->queued[i]);
        result_int(call->result, "waiting", counts->waiting[i]);
        result = put_shown_run(
            call, robot, counts->stuck[i] != 0 ? counts->stuck[i] : counts->going[i], &row, fault);
        json_end_object(call->result);
    }
    json_end_array(call->result);
    return result;
}

static int status_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    struct counts counts = {.list = &list};
    struct house house = {.home = store_home(call->store)};
    int result = robot_list_read(call->store, &list, fault);
    size_t i;

    if (result < 0)
        return result;
    counts.queued = calloc(list.count + 1, sizeof(*counts.queued));
    counts.waiting = calloc(list.count + 1, sizeof(*counts.waiting));
    counts.going = calloc(list.count + 1, sizeof(*counts.going));
    counts.stuck = calloc(list.count + 1, sizeof(*counts.stuck));
    if (counts.queued == NULL || counts.waiting == NULL || counts.going == NULL ||
        counts.stuck == NULL)
        result = fault_no_memory(fault);
    if (result == 0)
        result = item_count_each(call->store, count_item, &counts, fault);
    house.lock_is_gone = home_lock_is_gone(house.home, &house.pid);
    house.is_served = house.lock_is_gone || home_is_served(house.home);
    house.is_cut_off = house.lock_is_gone && !home_is_reached(house.home);
    if (house.is_served && !house.lock_is_gone)
        house.pid = home_lock_pid(house.home);
    house.is_held = !house.is_served && home_is_held(house.home, &house.holder);
    counts.is_served = house.is_served;
    counts.is_all = argument_flag(call, "all");
    if (result == 0)
        result = run_each_open(call->store, count_orphan, &house, fault);
    if (result == 0)
        result = run_each_open(call->store, note_going, &counts, fault);
    for (i = 0; i < list.count && result == 0; i++) {
        house.left_out += !is_shown(&counts, i);
        house.lacking += robot_lacks_plugin_on(&list.robots[i], call_today(call));
    }
    if (result == 0) {
        json_begin_object(call->result);
        put_house(call->result, &house);
        result = put_robots(call, &counts, fault);
        json_end_object(call->result);
    }
    free(counts.queued);
    free(counts.waiting);
    free(counts.going);
    free(counts.stuck);
    robot_list_release(&list);
    return result;
}

static const struct argument arguments[] = {
    {.name = "watch", .kind = ARGUMENT_FLAG, .help = "again and again, in place on a terminal"},
    {.name = "all",
     .kind = ARGUMENT_FLAG,
     .help = "also robots of the organisation that are not installed"},
    {.name = "seconds",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .value = "SECONDS",
     .help = "with --watch: how often (2)",
     .needs = "watch",
     .least = 1,
     .most = 3600},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "robot", .heading = "robot"},
    {.member = "state_words", .heading = "state", .most = 60, .is_state = true},
    {.member = "run", .heading = "run", .is_right = true},
    {.member = "run_state", .heading = "run state", .is_state = true},
    {.member = "run_at", .heading = "since"},
    {.member = "waits", .heading = "why it waits", .most = 60},
    {.member = "queued", .heading = "queued", .is_right = true},
    {.member = "waiting", .heading = "waits for a person", .is_right = true},
    COLUMNS_END,
};

const struct command command_status = {
    .name = "status",
    .summary = "the daemon, the store, and every robot's state, run and queue",
    .help =
        "Exit status 0 also when automagid is not running: programs ask --format json, whose\n"
        "\"daemon\" is \"running\" or \"not running\". A run whose daemon is gone is lost, and is\n"
        "shown so before the next start records it. Of a robot's runs the one that goes on is\n"
        "shown, else the newest, and why it waits when it is queued, or by whom it is being\n"
        "stopped, or that it was killed and does not go; since: when it began, or ended. Robots\n"
        "that are not installed and have nothing in hand are left out, in all formats, unless\n"
        "--all is given.\n"
        "`status --watch 5` looks every five seconds until Ctrl-C, which ends it with exit status\n"
        "0.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty =
        "no robot is installed yet; `automagi load` reads organisation.json, `automagi robot add` "
        "installs a robot",
    .apply = status_apply,
};
