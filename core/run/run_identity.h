/*
 * run_identity.h - whom a robot's runs are for the operating system.
 *
 * Never uid 0: limits on processes do not bind root. A daemon that is not root can
 * only run as itself. One that is root gives each robot ids of its own, so that robots
 * cannot reach each other's files: RUN_UID_BASE + the robot's number, in the range that
 * systemd's documentation of UIDs calls free (1879048192 and up); in a container that has
 * no such ids, one of the range for dynamic users (61184 to 65519).
 */
#ifndef AUTOMAGI_RUN_RUN_IDENTITY_H
#define AUTOMAGI_RUN_RUN_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { RUN_UID_BASE = 1879048192, RUN_UID_SMALL = 61184, RUN_UID_SMALL_COUNT = 4336 };

struct run_identity {
    uid_t uid;
    gid_t gid;
    bool as_root; /* the host starts as root and must change */
};

struct run_identity run_identity_of(int64_t robot_id);

#endif
