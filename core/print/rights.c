/* rights.c - from root to nobody, in the order in which that works. */
#include "core/print/rights.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"

enum { NOBODY = 65534 };

/* A new network's loopback is down. Without the right to all this the browser's own switches keep it
 * from the network (print.c), so a failure is none of the caller's. */
static void leave_network(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd;

    if (unshare(CLONE_NEWNET) < 0)
        return;
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
        request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
        (void)ioctl(fd, SIOCSIFFLAGS, &request);
    }
    (void)close(fd);
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
    if (geteuid() == 0) {
        leave_network();
        result = become_nobody(fault);
    }
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
