/* rights.c - from root to nobody, in the order in which that works. */
#include "core/print/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"

enum { NOBODY = 65534 };

static int write_map(const char *path, unsigned id)
{
    char line[64];
    int length = id == UINT_MAX ? snprintf(line, sizeof(line), "deny")
                                : snprintf(line, sizeof(line), "%u %u 1\n", id, id);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int result;

    if (fd < 0)
        return -errno;
    result = write(fd, line, (size_t)length) < 0 ? -errno : 0;
    (void)close(fd);
    return result;
}

/* A new network's loopback is down. */
static int raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int result = fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0 ? -errno : 0;

    request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    if (result == 0 && ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        result = -errno;
    if (fd >= 0)
        (void)close(fd);
    return result;
}

/* Who is not root may do this in a user namespace, in which the ids stay as they are. */
static int enter_own_network(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    int result = 0;

    if (unshare(uid == 0 ? CLONE_NEWNET : CLONE_NEWNET | CLONE_NEWUSER) < 0)
        return -errno;
    if (uid != 0)
        result = write_map("/proc/self/setgroups", UINT_MAX);
    if (result == 0 && uid != 0)
        result = write_map("/proc/self/uid_map", uid);
    if (result == 0 && uid != 0)
        result = write_map("/proc/self/gid_map", gid);
    return result == 0 ? raise_loopback() : result;
}

/* There is no way back from half of it, so a child tries it first. Where it cannot be done, the browser's own
 * switches keep pages from the network (print.c). */
static void leave_network(void)
{
    int status = 1;
    pid_t pid = fork();

    if (pid == 0)
        _exit(enter_own_network() == 0 ? 0 : 1);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        (void)enter_own_network();
}

static int become_nobody(struct fault *fault)
{
    if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) < 0)
        return fault_set(fault, -errno,
                         "cannot become nobody (uid and gid %d), as whom root's pages are "
                         "printed: %s; print as another user than root",
                         NOBODY, strerror(errno));
    return 0;
}

int rights_drop(struct fault *fault)
{
    const struct rlimit no_core = {0, 0};
    int death_signal = 0;
    pid_t parent = getppid();
    int result = 0;

    (void)close_range(STDERR_FILENO + 1, UINT_MAX, 0);
    (void)umask(077);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)prctl(PR_GET_PDEATHSIG, &death_signal);
    leave_network();
    if (geteuid() == 0)
        result = become_nobody(fault);
    if (result == 0 && (getuid() == 0 || geteuid() == 0))
        result = fault_set(fault, -EPERM,
                           "would print with rights of root; start it without changed ids");
    /* Changing ids cleared it; a starter that died meanwhile sent nothing. */
    if (result == 0 && death_signal != 0) {
        (void)prctl(PR_SET_PDEATHSIG, death_signal);
        if (getppid() != parent)
            (void)raise(death_signal);
    }
    return result;
}
