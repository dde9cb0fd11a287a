/*
 * host_rate COUNT LIVE [PLUGIN] - runs per second through one automagi-host with this program in
 * the daemon's place: no store, no scheduler, each run asks once for items and gets none. Beside it
 * the rate of bare forks, measured just before and just after, at the same number alive.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "tests/standins/host_driver.h"

enum { LIVE_MAX = 64 };

static struct driver driver;
static struct text start;
static struct text items;

static void encode(enum wire_type type, struct text *target)
{
    static struct wire_frame frame;

    wire_frame_init(&frame, type);
    frame.run = 1;
    frame.robot = wire_string("tester");
    frame.lease = 16;
    frame.last = WIRE_NO_MORE;
    frame.configuration = wire_string("{}");
    text_init(target, WIRE_FRAME_MAX);
    if (wire_encode(&frame, target) < 0)
        exit(1);
}

static int begin_run(void)
{
    static struct wire_frame frame;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        exit(1);
    wire_frame_init(&frame, WIRE_RUN);
    frame.run = 1; /* the same for all, so that the frames can be made once */
    driver_send(driver.process.control_fd, &frame, ends[1]);
    (void)close(ends[1]);
    (void)send(ends[0], start.bytes, start.length, MSG_NOSIGNAL);
    return ends[0];
}

/* Answers LEASE. True when the run's end was closed. */
static bool serve(int channel)
{
    static char bytes[WIRE_FRAME_MAX];
    ssize_t n = recv(channel, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (n == 0)
        return true;
    if (n > 0 && bytes[0] == WIRE_LEASE)
        (void)send(channel, items.bytes, items.length, MSG_NOSIGNAL);
    return false;
}

static double host_rate(long count, long live)
{
    struct pollfd waits[LIVE_MAX + 1];
    int64_t begun = clock_monotonic_us();
    long begun_runs = 0;
    long ended = 0;
    long i;

    waits[LIVE_MAX].fd = driver.process.control_fd;
    waits[LIVE_MAX].events = POLLIN;
    for (i = 0; i < LIVE_MAX; i++) {
        waits[i].events = POLLIN;
        waits[i].fd = i < live && begun_runs++ < count ? begin_run() : -1;
    }
    while (ended < count) {
        if (poll(waits, LIVE_MAX + 1, 10000) <= 0)
            exit(1);
        if (waits[LIVE_MAX].revents) {
            driver_expect(&driver, driver.process.control_fd, WIRE_ENDED);
            ended += driver.frame.status == 0 ? 1 : 1000000000;
        }
        for (i = 0; i < live; i++) {
            if (waits[i].fd < 0 || !waits[i].revents || !serve(waits[i].fd))
                continue;
            (void)close(waits[i].fd);
            waits[i].fd = begun_runs < count ? begin_run() : -1;
            begun_runs++;
        }
    }
    return (double)count * 1e6 / (double)(clock_monotonic_us() - begun);
}

static double fork_rate(long count, long live)
{
    int64_t begun = clock_monotonic_us();
    long alive = 0;
    long i;

    for (i = 0; i < count; i++) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(0);
        if (pid < 0)
            exit(1);
        if (++alive >= live && wait(NULL) > 0)
            alive--;
    }
    while (alive-- > 0)
        (void)wait(NULL);
    return (double)count * 1e6 / (double)(clock_monotonic_us() - begun);
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 5000;
    long live = argc > 2 ? strtol(argv[2], NULL, 10) : 4;
    double before;
    double through;
    double after;

    if (count < 1 || count > 1000000 || live < 1 || live > LIVE_MAX) {
        (void)fprintf(stderr, "usage: host_rate COUNT LIVE [PLUGIN]\n");
        return 2;
    }
    encode(WIRE_START, &start);
    encode(WIRE_ITEMS, &items);
    before = fork_rate(count, live);
    driver_open_ready(&driver, argc > 3 ? argv[3] : driver_plugin("ok"), NULL);
    through = host_rate(count, live);
    (void)driver_close(&driver);
    after = fork_rate(count, live);
    printf("host %.0f/s fork %.0f/s, %.0f/s ratio %.2f\n", through, before, after,
           through * 2 / (before + after));
    return 0;
}
