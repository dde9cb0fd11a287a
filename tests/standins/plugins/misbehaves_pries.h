/*
 * misbehaves_pries.h - plugins that look into what is not theirs, and change what surrounds them. Part
 * of misbehaves.h.
 */
#ifndef AUTOMAGI_STANDINS_MISBEHAVES_PRIES_H
#define AUTOMAGI_STANDINS_MISBEHAVES_PRIES_H

#include <dirent.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/un.h>

#include "tests/standins/plugins/misbehaves_says.h"

/* The home that the robot's tests name in the configuration: "home":"/...". */
static const char *home_of(const struct harm *harm, const char *name, char target[4096])
{
    static const char member[] = "\"home\":\"";
    const char *at = strstr(harm->host->configuration, member);
    size_t length = 0;

    if (at != NULL) {
        at += sizeof(member) - 1;
        length = strcspn(at, "\"");
    }
    (void)snprintf(target, 4096, "%.*s/%s", (int)length, at != NULL ? at : "", name);
    return target;
}

/* Opens what is in the home, for reading and for writing. */
static int32_t harm_open_home(const struct harm *harm)
{
    static const char *const names[] = {"automagi.db", "automagi.db-wal", "keys", "logs", "hosts",
                                        "lock",        "plugins/x.so",    "."};
    char path[4096];
    long got = 0;
    size_t i;
    int fd;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        fd = open(home_of(harm, names[i], path), O_RDONLY | O_CLOEXEC);
        got += fd >= 0;
        if (fd >= 0)
            (void)close(fd);
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        got += fd >= 0;
        if (fd >= 0)
            (void)close(fd);
    }
    return got > 0 ? tell(harm, "files of the home opened", got) : AG_OK;
}

/* Gives the daemon a command, as a person would. An answer that it was refused is none. */
static int32_t harm_command(const struct harm *harm)
{
    static const char request[] =
        "{\"command\":\"robot pause\",\"arguments\":{\"robot\":\"decent-1\"}}";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const uint32_t size = sizeof(request) - 1;
    char path[4096];
    char reply[4096] = "";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%.107s",
                   home_of(harm, "socket", path));
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return AG_OK;
    (void)send(fd, &size, sizeof(size), MSG_NOSIGNAL);
    (void)send(fd, request, size, MSG_NOSIGNAL);
    (void)recv(fd, reply, sizeof(reply) - 1, 0);
    (void)close(fd);
    if (strstr(reply + 4, "\"ok\":true") == NULL)
        return AG_OK;
    return tell(harm, "commands carried out", 1);
}

static long open_of(const char *process, const char *what, int flags)
{
    char path[300];
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%.200s/%.32s", process, what);
    fd = open(path, flags | O_CLOEXEC);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

/* Every process that it can see: memory, environment, descriptors; and stopping it. */
static int32_t harm_processes_of_others(const struct harm *harm)
{
    DIR *folder = opendir("/proc");
    const struct dirent *entry;
    char own[64] = "";
    long got = 0;
    ssize_t length = readlink("/proc/self", own, sizeof(own) - 1);

    while (folder != NULL && length > 0 && (entry = readdir(folder)) != NULL) {
        if (strspn(entry->d_name, "0123456789") == 0 || strcmp(entry->d_name, own) == 0)
            continue;
        got += open_of(entry->d_name, "mem", O_RDWR) + open_of(entry->d_name, "environ", O_RDONLY) +
               open_of(entry->d_name, "cwd", O_RDONLY | O_DIRECTORY) +
               open_of(entry->d_name, "fd/0", O_PATH);
    }
    if (folder != NULL)
        (void)closedir(folder);
    return got > 0 ? tell(harm, "of other processes opened", got) : AG_OK;
}

static int32_t harm_ptrace(const struct harm *harm)
{
    long got = 0;
    pid_t pid;

    for (pid = 2; pid < 100; pid++)
        got += ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0;
    got += getppid() > 0 && ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
    return got > harm->number ? tell(harm, "processes traced", got) : AG_OK;
}

/* Whatever prctl() and its like change of a process is its own: the run goes on as it should. */
static int32_t harm_surroundings(const struct harm *harm)
{
    (void)prctl(PR_SET_PDEATHSIG, 0);
    (void)prctl(PR_SET_DUMPABLE, 1);
    (void)prctl(PR_SET_NAME, "automagid");
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    (void)personality(ADDR_NO_RANDOMIZE);
    (void)umask(0);
    (void)setpriority(PRIO_PROCESS, 0, 19);
    if (chdir("/tmp") < 0)
        return AG_OK;
    (void)mlock(&frame, 4096);
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
    return unshare(CLONE_NEWPID) == 0 || setuid(0) == 0 || setgid(0) == 0
               ? tell(harm, "rights it had given up", 1)
               : AG_OK;
}

#endif
