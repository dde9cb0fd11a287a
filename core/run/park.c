/*
 * A robot that is known to start in a second has its host up by then, with a child that is forked
 * and confined and waits for START on its channel. What is left to do at the time is a durable
 * record and one frame. A child that is not taken is let go: its channel is closed.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

void park_drop(struct robot_entry *robot)
{
    if (robot->parked_host == NULL)
        return;
    close(robot->parked_fd); /* at the end of file it leaves */
    robot->parked_fd = -1;
    robot->parked_host = NULL;
    robot->parked_ticket = 0;
}

static void fork_ahead(struct daemon *daemon, struct robot_entry *robot)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return; /* then it starts as any other */
    wire_frame_init(&daemon->out, WIRE_RUN);
    daemon->out.run = WIRE_TICKET_FIRST + daemon->tickets;
    if (host_send(daemon, robot->host, &daemon->out, pair[1]) == 0) {
        robot->parked_fd = pair[0];
        robot->parked_ticket = daemon->out.run;
        robot->parked_host = robot->host;
        robot->host->tickets++;
        daemon->tickets++;
    } else {
        close(pair[0]);
    }
    close(pair[1]);
}

void park_now(struct daemon *daemon, struct robot_entry *robot)
{
    struct fault fault;
    int result;

    if (robot->park_until_ms == 0 || robot->parked_host != NULL || !robot->is_installed)
        return;
    if (robot->host != NULL && !host_is_current(daemon, robot->host))
        host_drain(daemon, robot->host);
    if (robot->host == NULL) {
        if (clock_monotonic_ms() < robot->host_again_ms)
            return;
        result = host_start(daemon, robot, &robot->host, &fault);
        if (result == -EAGAIN)
            host_put_off(daemon, robot, fault.text);
        return; /* when it is ready this is called again; a refusal is said when the run is due */
    }
    if (robot->host->state == HOST_READY)
        fork_ahead(daemon, robot);
}

/* Those that could not run at the time would only take memory. */
static bool is_room(const struct daemon *daemon, const struct robot_entry *robot)
{
    const struct robot_entry *other;
    unsigned count = daemon->live;

    for (other = daemon->robots; other != NULL; other = other->next)
        count += other != robot && other->park_until_ms != 0;
    return count < daemon->machine_runs;
}

void park_ahead(struct daemon *daemon, struct robot_entry *robot, int64_t nominal_ms)
{
    int64_t ahead_ms = nominal_ms - clock_now_ms();

    if (!robot->is_installed || !robot->definition.is_warmed || robot->live > 0 ||
        robot->queued > 0 || ahead_ms < 0 || !is_room(daemon, robot))
        return;
    robot->park_until_ms = clock_monotonic_ms() + ahead_ms + PARK_KEEP_MS;
    daemon_deadline(daemon, robot->park_until_ms);
    /* It is not ended as idle just before its time. */
    if (robot->host != NULL && robot->host->state == HOST_READY &&
        robot->host->deadline_ms < robot->park_until_ms)
        robot->host->deadline_ms = robot->park_until_ms;
    park_now(daemon, robot);
}

bool park_take(struct robot_entry *robot, struct run *run)
{
    if (robot->parked_host == NULL)
        return false;
    if (robot->parked_host != robot->host) {
        park_drop(robot);
        return false;
    }
    run->channel.fd = robot->parked_fd;
    run->ticket = robot->parked_ticket;
    robot->parked_fd = -1;
    robot->parked_host = NULL;
    robot->parked_ticket = 0;
    robot->park_until_ms = 0;
    return true;
}

void park_due(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();
    struct robot_entry *robot;

    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->park_until_ms == 0)
            continue;
        if (now_ms < robot->park_until_ms) {
            daemon_deadline(daemon, robot->park_until_ms);
            continue;
        }
        robot->park_until_ms = 0;
        park_drop(robot);
    }
}
