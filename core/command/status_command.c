/* status: is the daemon running, how large is the store, how are the robots. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

enum { PID_MAX = 4194304, PID_FILE_MAX = 64 };

struct counts {
    const struct robot_list *list;
    int64_t *queued;  /* per robot: ready, leased, deferred */
    int64_t *waiting; /* for a person */
};

/* Commands hold the lock too, for a moment; the daemon also listens. */
static bool is_listening(const char *home)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_open = false;

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/socket", folder);
    if (folder >= 0 && fd >= 0)
        is_open = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
    return is_open;
}

static int64_t read_pid(const char *home)
{
    char path[STORE_PATH_MAX];
    struct text text;
    int64_t pid = 0;

    text_init(&text, PID_FILE_MAX);
    if (file_join(path, sizeof(path), home, "lock") &&
        file_read(AT_FDCWD, path, &text, NULL) == 0) {
        while (text.length > 0 && text.bytes[text.length - 1] == '\n')
            text.bytes[--text.length] = '\0';
        if (!text_to_int64(text_string(&text), 1, PID_MAX, &pid))
            pid = 0;
    }
    text_release(&text);
    return pid;
}

static int64_t file_size(const char *path, const char *suffix)
{
    char whole[STORE_PATH_MAX + 8];
    struct stat about;

    (void)snprintf(whole, sizeof(whole), "%s%s", path, suffix);
    return stat(whole, &about) == 0 ? (int64_t)about.st_size : 0;
}

static void put_house(struct json_writer *writer, const char *home)
{
    bool is_running = home_is_locked(home) && is_listening(home);
    int64_t pid = is_running ? read_pid(home) : 0;
    char path[STORE_PATH_MAX] = "";
    char daemon[64] = "automagid does not run";
    int64_t size;

    if (!file_join(path, sizeof(path), home, "automagi.db"))
        path[0] = '\0';
    size = file_size(path, "") + file_size(path, "-wal");
    if (is_running)
        (void)snprintf(daemon, sizeof(daemon), "automagid runs as process %" PRId64, pid);
    result_message(writer, "%s; store %s, %" PRId64 ".%" PRId64 " MB", daemon, path, size / 1000000,
                   size / 100000 % 10);
    json_key(writer, "daemon");
    json_begin_object(writer);
    result_bool(writer, "running", is_running);
    json_key(writer, "pid");
    if (pid != 0)
        json_put_int(writer, pid);
    else
        json_put_null(writer);
    json_end_object(writer);
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

static int put_last_run(const struct run_record *run, void *context)
{
    struct command_call *call = context;

    result_int(call->result, "run", run->id);
    result_text(call->result, "run_state",
                run->state == RUN_ENDED ? run_ending_word(run->ending)
                                        : run_state_word(run->state));
    result_instant(call->result, "run_at",
                   run->ended_ms != 0     ? run->ended_ms
                   : run->started_ms != 0 ? run->started_ms
                                          : run->created_ms);
    return 0;
}

static int put_robots(struct command_call *call, const struct counts *counts, struct fault *fault)
{
    int32_t today = call_today(call);
    int result = 0;
    size_t i;

    json_key(call->result, "rows");
    json_begin_array(call->result);
    for (i = 0; i < counts->list->count && result == 0; i++) {
        const struct robot *robot = &counts->list->robots[i];

        json_begin_object(call->result);
        result_text(call->result, "robot", robot->slug);
        result_text(call->result, "state", robot_state_word(robot, today));
        result_int(call->result, "queued", counts->queued[i]);
        result_int(call->result, "waiting", counts->waiting[i]);
        result = run_each(call->store, robot->id, 1, put_last_run, call, fault);
        json_end_object(call->result);
    }
    json_end_array(call->result);
    return result;
}

static int status_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    struct counts counts = {.list = &list};
    int result = robot_list_read(call->store, &list, fault);

    if (result < 0)
        return result;
    counts.queued = calloc(list.count + 1, sizeof(*counts.queued));
    counts.waiting = calloc(list.count + 1, sizeof(*counts.waiting));
    if (counts.queued == NULL || counts.waiting == NULL)
        result = fault_no_memory(fault);
    if (result == 0)
        result = item_count_each(call->store, count_item, &counts, fault);
    if (result == 0) {
        json_begin_object(call->result);
        put_house(call->result, store_home(call->store));
        result = put_robots(call, &counts, fault);
        json_end_object(call->result);
    }
    free(counts.queued);
    free(counts.waiting);
    robot_list_release(&list);
    return result;
}

static const struct column columns[] = {
    {.member = "robot", .heading = "robot"},
    {.member = "state", .heading = "state"},
    {.member = "run", .heading = "last run", .is_right = true},
    {.member = "run_state", .heading = "ended"},
    {.member = "run_at", .heading = "at"},
    {.member = "queued", .heading = "queued", .is_right = true},
    {.member = "waiting", .heading = "waiting for a person", .is_right = true},
    COLUMNS_END,
};

const struct command command_status = {
    .name = "status",
    .summary = "the daemon, the store, and every robot's state, last run and queue",
    .kind = COMMAND_READS,
    .columns = columns,
    .empty = "no robots yet; load organisation.json with `automagi load`",
    .apply = status_apply,
};
