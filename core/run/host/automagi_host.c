/*
 * automagi_host.c - the program automagi-host: one per robot in use.
 *
 * Reads the plugin into sealed memory, tells the daemon what it is, drops its rights
 * when the daemon accepts it, loads it, and forks a fresh process per run.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/run/host/channel.h"
#include "core/run/host/confine.h"
#include "core/run/host/host_loop.h"
#include "core/run/host/run_signals.h"
#include "core/run/host/sealed_plugin.h"
#include "core/run/host/setup.h"

enum { THREAD_ENDS_WITHIN_MS = 1000 };

static bool is_started_by_daemon(void)
{
    int domain = 0;
    int type = 0;
    socklen_t size = sizeof(int);

    if (getpid() != 1 || getsockopt(HOST_CONTROL_FD, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0)
        return false;
    size = sizeof(int);
    return getsockopt(HOST_CONTROL_FD, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           domain == AF_UNIX && type == SOCK_SEQPACKET;
}

/* The daemon is gone when this fails: then nobody is there to tell. */
static void expect(enum wire_type type, const struct wire_frame **ret_frame)
{
    int r = channel_receive(HOST_CONTROL_FD, 0, NULL, ret_frame);

    if (r < 0)
        _exit(r == -ECONNRESET ? 0 : 1);
    if ((*ret_frame)->type != type)
        _exit(1);
}

static void send_or_end(void)
{
    if (channel_send(HOST_CONTROL_FD) < 0)
        _exit(1);
}

_Noreturn static void refuse(const struct fault *fault)
{
    struct wire_frame *frame = channel_frame(WIRE_REFUSED);
    char text[WIRE_TEXT_MAX + 1];

    (void)text_copy(text, sizeof(text), fault->text);
    if (!text_is_line(text, strlen(text)))
        (void)text_copy(text, sizeof(text), "the reason cannot be shown: it is not text");
    frame->text = wire_string(text);
    send_or_end();
    _exit(1);
}

/* What a host that was killed left behind. Here and not in the daemon, for it can take long. */
static void clear_work(const char *folder)
{
    if (file_remove_tree(AT_FDCWD, folder) < 0)
        (void)dprintf(STDERR_FILENO, "automagi-host: %s: not all that was left could be removed\n",
                      folder);
    /* When it cannot be made, opening it says so. */
    (void)mkdir(folder, 0700);
}

/* SETUP to HELLO: as who we were started, but nothing of the plugin is run. */
static int prepare(struct host_setup *setup, struct sealed_plugin *plugin, struct fault *fault)
{
    const struct wire_frame *frame = NULL;
    struct wire_frame *hello;
    int r;

    expect(WIRE_SETUP, &frame);
    r = host_setup_parse(frame->text.bytes, frame->text.length, setup, fault);
    if (r == 0 && (setup->outer_uid == 0 || (setup->as_root && setup->outer_gid == 0)))
        r = fault_set(fault, -EPERM,
                      "the robot would run as root; give it ids of its own that are not 0");
    if (r == 0 && !setup->as_root)
        r = confine_map_ids(setup, fault);
    if (r == 0) {
        if (setup->clear_work)
            clear_work(setup->work_folder);
        confine_mount_work(setup);
        r = host_setup_open_folders(setup, fault);
    }
    if (r == 0)
        r = sealed_plugin_read(setup->plugin, plugin, fault);
    if (r < 0)
        return r;
    hello = channel_frame(WIRE_HELLO);
    hello->hash.bytes = (const char *)plugin->hash;
    hello->hash.length = sizeof(plugin->hash);
    hello->note.bytes = plugin->note;
    hello->note.length = (uint32_t)plugin->note_length;
    send_or_end();
    return 0;
}

/* A thread that was joined is the process's for a moment more. */
static int check_one_thread(const char *path, struct fault *fault)
{
#ifdef __SANITIZE_THREAD__
    (void)path;
    (void)fault;
    return 0; /* it has a thread of its own */
#else
    static const struct timespec moment = {.tv_nsec = 1000000};
    int tries;

    for (tries = 0; unshare(CLONE_THREAD) < 0; tries++) { /* changes nothing (unshare(2)) */
        if (errno != EINVAL)
            return fault_set(fault, -errno, "%s: whether it began threads cannot be told: %s", path,
                             strerror(errno));
        if (tries == THREAD_ENDS_WITHIN_MS)
            return fault_set(fault, -EBUSY,
                             "%s: a constructor of it, or of a library that it is linked with, "
                             "began a thread, which would go on when a run is over; begin threads "
                             "in open() or later",
                             path);
        (void)nanosleep(&moment, NULL);
    }
    return 0;
#endif
}

/* What constructors began outside of a run would outlive every run: so it ends before the first. As the first process of a
 * namespace of its own this one means by -1 all others of that, and of those below it, and all of them become its own. */
static int end_all_else(const char *path, struct fault *fault)
{
    int r = check_one_thread(path, fault);

    if (r < 0 || getpid() != 1)
        return r;
    (void)kill(-1, SIGKILL);
    while (waitpid(-1, NULL, __WALL) >= 0 || errno == EINTR)
        continue;
    return 0;
}

/* LOAD to READY. */
static int load(const struct host_setup *setup, struct sealed_plugin *plugin, struct fault *fault)
{
    const struct wire_frame *frame = NULL;
    int r;

    expect(WIRE_LOAD, &frame);
    r = confine_host(setup, fault);
    if (r < 0)
        return r;
    /* What constructors print, and who they think they talk to, is not the daemon's. */
    if (dup2(STDIN_FILENO, STDOUT_FILENO) < 0 || dup2(STDIN_FILENO, STDERR_FILENO) < 0)
        return fault_set(fault, -errno, "stderr cannot be closed: %s", strerror(errno));
    /* Before and after: abort() in a constructor is to be told from other crashes, and a
     * constructor may have set other handlers. */
    r = host_loop_prepare();
    if (r < 0)
        return fault_no_memory(fault);
    r = run_signals_prepare();
    if (r == 0) {
        r = sealed_plugin_load(plugin, setup->plugin, fault);
        if (!run_is_first())
            _exit(1); /* a constructor forked, and its copy came back: there is one host */
        if (r == 0)
            r = end_all_else(setup->plugin, fault);
        if (r == 0)
            r = confine_loaded(fault);
        if (r < 0)
            return r;
        r = run_signals_prepare();
    }
    if (r < 0)
        return fault_set(fault, r, "signals cannot be set up: %s", strerror(-r));
    /* Runs inherit it: a line that a plugin prints is in the log when it is printed. */
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    (void)channel_frame(WIRE_READY);
    send_or_end();
    return 0;
}

int main(int argc, char **argv)
{
    static struct host_setup setup;
    static struct sealed_plugin plugin;
    struct fault fault = {""};

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("automagi-host %s\n", automagi_version);
        return 0;
    }
    if (!is_started_by_daemon()) {
        (void)fputs("usage: automagi-host is started by automagid, not by hand\n", stderr);
        return 2;
    }
    confine_start();
    if (channel_start() < 0)
        return 1; /* nobody can be told */
    if (prepare(&setup, &plugin, &fault) < 0 || load(&setup, &plugin, &fault) < 0)
        refuse(&fault);
    /* Every page that is left in memory is a page that every fork pays for. */
    (void)malloc_trim(0);
    host_loop(&setup, plugin.plugin);
}
