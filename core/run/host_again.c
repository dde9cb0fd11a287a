/* What keeps a robot's run from beginning through no fault of its own is waited for: the run stays queued, and is tried
 * again with a growing delay. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

enum { AGAIN_MOST_MS = 30000, BEING_COPIED_MS = 10000 };

bool host_is_for_want_of_room(int result)
{
    return result == -EMFILE || result == -ENFILE || result == -ENOMEM || result == -EAGAIN ||
           result == -ENOSPC || result == -EDQUOT;
}

void host_put_off(struct daemon *daemon, struct robot_entry *robot, const char *reason)
{
    robot->host_delay_ms = robot->host_delay_ms == 0 ? HOST_AGAIN_MS : 2 * robot->host_delay_ms;
    if (robot->host_delay_ms > AGAIN_MOST_MS)
        robot->host_delay_ms = AGAIN_MOST_MS;
    robot->host_again_ms = clock_monotonic_ms() + robot->host_delay_ms;
    daemon_deadline(daemon, robot->host_again_ms);
    (void)text_copy(robot->host_reason, sizeof(robot->host_reason), reason);
    log_about(LOG_LEVEL_WARN, &(struct log_about){.robot = robot->slug},
              "robot %s waits for its host, tried again in %lld ms: %s", robot->slug,
              (long long)robot->host_delay_ms, reason);
}

bool host_try_again(struct daemon *daemon, struct robot_entry *robot, const char *reason,
                    unsigned tries)
{
    if (tries != robot->host_tries_most) {
        robot->host_tries_alike = 0;
        robot->host_delay_ms = 0;
    }
    robot->host_tries_most = tries;
    robot->host_tries_alike++;
    robot->host_tries++;
    if (robot->host_tries_alike >= tries || robot->host_tries >= HOST_TRIES_MANY + HOST_TRIES_FEW) {
        host_has_come(robot);
        return false;
    }
    host_put_off(daemon, robot, reason);
    return true;
}

void host_has_come(struct robot_entry *robot)
{
    robot->host_again_ms = robot->host_delay_ms = 0;
    robot->host_tries = robot->host_tries_alike = robot->host_tries_most = 0;
}

/* As the kernel says of executing a file that is missing, or written by another, or of which a part is there. */
static bool is_not_whole(int exec_error)
{
    return exec_error == ENOENT || exec_error == ENOEXEC || exec_error == EACCES ||
           exec_error == ETXTBSY || exec_error == EIO;
}

int host_start_program(const struct daemon *daemon, struct host *host, struct fault *fault)
{
    int result = host_process_start(daemon->settings->host_program, &host->process, fault);

    return is_not_whole(host->process.exec_error)
               ? fault_prefix(fault, -EAGAIN, "its program is missing, or being installed")
               : result;
}

void host_is_stillborn(const struct daemon *daemon, struct host *host)
{
    if (host->refusal[0] != '\0')
        return;
    (void)snprintf(host->refusal, sizeof(host->refusal),
                   "its program ended before it was set up, as one that is not whole, or being "
                   "installed: %.300s",
                   daemon->settings->host_program);
    host->is_for_want_of_room = true;
}

void host_look_at_birth(const struct daemon *daemon, struct host *host)
{
    socklen_t size = sizeof(int);
    int error = 0;

    if (host->state == HOST_STARTING &&
        getsockopt(host->control.fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
        error == ECONNRESET)
        host_is_stillborn(daemon, host);
}

/* By its inode's time: what `cp -p` says of the other is old. */
bool host_plugin_is_new(const struct host *host)
{
    struct stat about;
    int64_t age_ms;

    if (stat(host->plugin_path, &about) < 0)
        return true; /* it was there a moment ago */
    age_ms = clock_now_ms() - (int64_t)about.st_ctim.tv_sec * 1000;
    return age_ms < BEING_COPIED_MS && age_ms > -BEING_COPIED_MS;
}
