/* Runs as they are shown: one whose daemon is gone does not run, whatever the store still says. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/home_author.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

/* To whoever listens there; -1: nobody does. */
static int connect_to(const char *home)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bool is_open = false;
    int folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/socket", folder);
    if (folder >= 0 && fd >= 0)
        is_open = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0 && !is_open)
        close(fd);
    if (folder >= 0)
        close(folder);
    return is_open ? fd : -1;
}

/* It listens as long as it lives, whatever becomes of the lock's file; commands that hold the lock for a moment do not. */
bool home_is_reached(const char *home)
{
    int fd = connect_to(home);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The socket can be removed too; the store's own lock goes with the store. */
bool home_is_served(const char *home)
{
    return home_is_reached(home) || home_has_unseen_writer(home);
}

/* Asked in this order: a daemon that ends in between is none, and one that starts holds the lock before it listens. */
bool home_lock_is_gone(const char *home, int64_t *ret_pid)
{
    struct ucred who = {.pid = 0};
    socklen_t size = sizeof(who);
    int fd;

    *ret_pid = 0;
    if (home_is_locked(home))
        return false;
    fd = connect_to(home);
    if (fd < 0) {
        if (!home_has_unseen_writer(home))
            return false;
        *ret_pid = home_author_pid(home);
        return true;
    }
    *ret_pid = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 ? who.pid : 0;
    close(fd);
    return true;
}

bool home_is_held(const char *home, int64_t *ret_pid)
{
    if (!home_is_locked(home) || home_is_reached(home))
        return false;
    *ret_pid = home_lock_pid(home);
    return true;
}

void home_holder_words(int64_t pid, char ret_words[static HOLDER_WORDS_MAX])
{
    char process[40] = "a process";

    if (pid != 0)
        (void)snprintf(process, sizeof(process), "process %" PRId64, pid);
    (void)snprintf(ret_words, HOLDER_WORDS_MAX,
                   "automagid does not answer: %s holds the lock: it is starting, or waits, and "
                   "its log says for what; or its socket was removed (end it and start it anew); "
                   "or it is a command, which writes by itself",
                   process);
}

bool home_has_socket(const char *home)
{
    char path[STORE_PATH_MAX];
    struct stat about;

    return file_join(path, sizeof(path), home, "socket") && lstat(path, &about) == 0;
}

bool run_is_orphan(const struct run_record *run, bool is_served)
{
    return run->state == RUN_RUNNING && run->cause != RUN_BY_IMPORT && !is_served;
}

void result_run_state(struct json_writer *writer, const char *name, const struct run_record *run,
                      bool is_served)
{
    const char *word = run_state_word(run->state);

    if (run->state == RUN_ENDED)
        word = run_ending_word(run->ending);
    else if (run_is_orphan(run, is_served))
        word = run_ending_word(run_stop_asked_by(run) != NULL ? RUN_STOPPED : RUN_LOST);
    result_text(writer, name, word);
}

void result_run_note(struct json_writer *writer, const struct run_record *run, bool is_served)
{
    const char *by = run_stop_asked_by(run);
    char stopped[224];

    if (run_is_orphan(run, is_served) && by != NULL) {
        (void)snprintf(stopped, sizeof(stopped),
                       "stopped by %.127s; its daemon ended before it had; this is recorded when "
                       "`automagi serve` starts",
                       by);
        result_text(writer, "note", stopped);
    } else if (run_is_orphan(run, is_served)) {
        result_text(writer, "note",
                    "its daemon ended under it; this is recorded when `automagi serve` starts");
    } else {
        result_text_or_null(writer, "note", run->note);
    }
}
