#include "core/run/service.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/store/writer.h"

enum { MESSAGE_MAX = 2048, PINGS = 4 /* in the time of the watchdog */ };

/* "/run/systemd/notify", or "@name" for a socket that no file stands for. */
static bool parse_address(const char *name, struct service *service)
{
    size_t length = strlen(name);

    if ((name[0] != '/' && name[0] != '@') || length < 2 ||
        length >= sizeof(service->address.sun_path))
        return false;
    service->address.sun_family = AF_UNIX;
    memcpy(service->address.sun_path, name, length);
    if (name[0] == '@')
        service->address.sun_path[0] = '\0';
    service->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

/* Of sd_watchdog_enabled(3). */
static int64_t ping_every_ms(void)
{
    const char *time = getenv("WATCHDOG_USEC");
    const char *whose = getenv("WATCHDOG_PID");
    int64_t time_us = 0;
    int64_t pid = 0;

    if (time == NULL || !text_to_int64(time, 1, INT64_MAX, &time_us))
        return 0;
    if (whose != NULL && (!text_to_int64(whose, 1, INT32_MAX, &pid) || pid != getpid()))
        return 0;
    return time_us < 1000 * PINGS ? 1 : time_us / 1000 / PINGS;
}

void service_open(struct service *ret_service)
{
    const char *name = getenv("NOTIFY_SOCKET");

    *ret_service = (struct service){.fd = -1};
    if (name != NULL && parse_address(name, ret_service)) {
        ret_service->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ret_service->every_ms = ping_every_ms();
    }
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
}

void service_close(struct service *service)
{
    if (service->fd >= 0)
        (void)close(service->fd);
    service->fd = -1;
}

void service_tell(const struct service *service, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    int length;
    ssize_t sent;

    if (service->fd < 0)
        return;
    va_start(arguments, format);
    length = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    do
        sent = sendto(service->fd, message, strlen(message), MSG_NOSIGNAL,
                      (const struct sockaddr *)&service->address, service->address_length);
    while (sent < 0 && errno == EINTR);
}

bool service_is_due(const struct service *service, int64_t now_ms)
{
    return service->fd >= 0 && service->every_ms > 0 && now_ms >= service->next_ms;
}

bool service_look(struct service *service, struct writer *writer, int64_t now_ms)
{
    uint64_t beats = writer_beats(writer);
    bool has_moved = beats != service->beats;

    service->beats = beats;
    service->next_ms = now_ms + service->every_ms;
    writer_nudge(writer);
    return has_moved;
}
