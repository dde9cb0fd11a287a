/* What keeps a robot's run from beginning through no fault of its own is waited for: the run stays queued, and is tried
 * again with a growing delay. */
#include <errno.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

enum { AGAIN_MOST_MS = 30000 };

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
    robot->host_tries++;
    if (robot->host_tries >= tries) {
        host_has_come(robot);
        return false;
    }
    host_put_off(daemon, robot, reason);
    return true;
}

void host_has_come(struct robot_entry *robot)
{
    robot->host_again_ms = robot->host_delay_ms = 0;
    robot->host_tries = 0;
}
