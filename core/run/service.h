/*
 * service.h - what the daemon tells the service manager that started it (systemd, Type=notify).
 *
 * The protocol is public and stable: one datagram of lines "NAME=value" to the socket named by
 * $NOTIFY_SOCKET. sd_notify(3) shows it written out so that a program need not link libsystemd; why
 * this one does not: base/journal.h.
 *
 *   READY=1      commands are taken
 *   WATCHDOG=1   see service_due()
 *   STOPPING=1   an order to stop has come, or the daemon must end
 *   STATUS=...   one line for people (`systemctl status`)
 *
 * Without $NOTIFY_SOCKET nothing is told. Nothing here waits, and a message that could not be sent is
 * lost: the watchdog's next one comes, and READY=1 is the first there is.
 *
 * Threads: the loop's.
 */
#ifndef AUTOMAGI_RUN_SERVICE_H
#define AUTOMAGI_RUN_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct writer;

struct service {
    int fd; /* -1: nobody wants to be told */
    struct sockaddr_un address;
    socklen_t address_length;
    int64_t every_ms; /* between pings; 0: there is no watchdog */
    int64_t next_ms;  /* monotonic: of the next */
    uint64_t beats;   /* of the writer at the last look */
};

/* From the environment, whose variables are removed: they are for this process alone. Watchdog
 * variables meant for another process, and what is not understood, are as if they were not there. */
void service_open(struct service *ret_service);
void service_close(struct service *service);

/* "NAME=value" lines. What is longer than 2 KiB is cut. */
void service_tell(const struct service *service, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Is a ping due? They are sent four times in the time after which the service is ended (half of it
 * is the least that is asked). One is only sent when the writer's thread has moved since the
 * last time: so it says that the loop turns, for it is the loop's, and that the writer does. The
 * writer has a beat for each job, each step of a long statement and each try to begin, and idle it is
 * woken to give one. What has none is one single sync or checkpoint: the service's WatchdogSec must
 * be longer than those can take.
 */
bool service_is_due(const struct service *service, int64_t now_ms);
/* One is due: true when it is to be sent. Sets next_ms. */
bool service_look(struct service *service, struct writer *writer, int64_t now_ms);

#endif
