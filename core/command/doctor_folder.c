/* A robot's folder, looked at by a process that has become what its runs are. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/command/doctor.h"
#include "core/run/run_identity.h"

enum { ANSWER_MS = 5000 };

/* The host opens a granted folder before it gives its rights away; what is asked of the robot's
 * identity is the folder itself, not the way to it. */
static int look(const struct run_identity *identity, const char *path)
{
    int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = 0;

    if (folder < 0)
        return errno;
    if (identity->as_root &&
        (setgroups(0, NULL) < 0 || setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
         setresuid(identity->uid, identity->uid, identity->uid) < 0))
        error = errno;
    else if (faccessat(folder, ".", R_OK | X_OK, AT_EACCESS) < 0)
        error = errno;
    (void)close(folder);
    return error;
}

static int wait_for(pid_t pid)
{
    struct pollfd ending = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    int status = 0;
    int ready;

    do
        ready = poll(&ending, 1, ANSWER_MS);
    while (ready < 0 && errno == EINTR);
    if (ending.fd >= 0)
        (void)close(ending.fd);
    if (ready <= 0) {
        /* It waits for a disk, and perhaps for ever: it is not waited for. */
        (void)kill(pid, SIGKILL);
        return -ETIMEDOUT;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

int doctor_folder_enter(int64_t robot_id, const char *path)
{
    struct run_identity identity = run_identity_of(robot_id);
    pid_t pid = fork();

    if (pid < 0)
        return -errno;
    if (pid == 0)
        _exit(look(&identity, path));
    return wait_for(pid);
}
