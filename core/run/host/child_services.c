/* child_services.c - what a plugin may call, and the frames behind it. */
#include "core/run/host/child_services.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/run/host/added_item.h"
#include "core/run/host/channel.h"
#include "core/run/host/child.h"
#include "core/run/host/run_signals.h"
#include "core/run/host/setup.h"

enum {
    LOG_TEXT_MAX = 8000,
    ADDED_BYTES_MAX = WIRE_FRAME_MAX - 64, /* less the frame's own fields */
    LINE_SOURCE_MAX = 4096
};

struct added {
    size_t reference_at; /* in `strings` */
    size_t payload_at;
    struct wire_item item; /* its texts' lengths are right, their bytes the plugin's own */
};

static struct {
    struct ag_host host;
    const struct host_setup *setup;
    const struct child_place *place;
    int work_folder; /* -1 until asked for */
    int warehouse;   /* -1: none */
    struct text strings;
    struct added *added; /* WIRE_ITEMS_MAX, from the first add() on */
    uint32_t count;
    size_t frame_bytes;
    bool is_owed;    /* something was sent that is not known to be durable */
    bool is_waiting; /* for FLUSHED */
    bool has_added;  /* since ITEMS came */
    bool has_refused;
} services;

/* What channel_send() and its like returned. */
static void check_sent(int r)
{
    if (r == -EMSGSIZE || r == -EINVAL || r == -ENOMEM) {
        services_log(AG_LOG_ERROR, "a frame cannot be sent: %s", strerror(-r));
        _exit(RUN_EXIT_PROTOCOL);
    }
    if (r < 0)
        _exit(RUN_EXIT_CHANNEL);
}

void services_send(void)
{
    check_sent(channel_send(RUN_CHANNEL_FD));
}

void services_hold(void)
{
    check_sent(channel_hold(RUN_CHANNEL_FD));
}

void services_send_held(void)
{
    check_sent(channel_send_held(RUN_CHANNEL_FD));
}

static const struct wire_frame *receive(enum wire_type type, int *ret_fd)
{
    const struct wire_frame *frame = NULL;
    int r = channel_receive(RUN_CHANNEL_FD, 0, ret_fd, &frame);

    if (r == 0 && frame->type == type)
        return frame;
    if (r < 0 && r != -EPROTO)
        _exit(RUN_EXIT_CHANNEL);
    services_log(AG_LOG_ERROR, "the daemon sent a frame that may not come here");
    _exit(RUN_EXIT_PROTOCOL);
}

const struct wire_frame *services_receive(enum wire_type type)
{
    return receive(type, NULL);
}

const struct wire_frame *services_receive_start(int *ret_fd)
{
    return receive(WIRE_START, ret_fd);
}

static void write_line(const char *line, size_t length)
{
    ssize_t n;

    while (length > 0) {
        n = write(STDOUT_FILENO, line, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* the plugin closed it: its own choice */
        line += n;
        length -= (size_t)n;
    }
}

__attribute__((format(printf, 2, 0))) static void log_text(int level, const char *format,
                                                           va_list arguments)
{
    static const char *const names[] = {"debug: ", "info: ", "warn: ", "error: "};
    static char line[LOG_TEXT_MAX + 16]; /* a run has one thread that may come here */
    const char *name = level >= AG_LOG_DEBUG && level <= AG_LOG_ERROR ? names[level] : names[1];
    size_t start = strlen(name);
    size_t length;
    size_t i;
    int n;

    memcpy(line, name, start);
    n = vsnprintf(line + start, LOG_TEXT_MAX, format, arguments);
    if (n < 0)
        return;
    length = start + ((size_t)n < LOG_TEXT_MAX ? (size_t)n : LOG_TEXT_MAX - 1);
    for (i = start; i < length; i++) /* one call, one line */
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    line[length++] = '\n';
    write_line(line, length);
}

void services_log(int level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_text(level, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 3, 4))) static void host_log(void *run, int level, const char *format,
                                                           ...)
{
    va_list arguments;

    (void)run;
    va_start(arguments, format);
    log_text(level, format, arguments);
    va_end(arguments);
}

static int host_stopping(void *run)
{
    (void)run;
    return run_is_stopping();
}

const char *services_line(const char *text, size_t size, size_t most)
{
    static struct text safe;
    static char line[WIRE_NOTE_MAX + 1];
    static char source[LINE_SOURCE_MAX]; /* seldom needed: then a stack's pages are spared */
    size_t length = strnlen(text, size < sizeof(source) ? size : sizeof(source));
    size_t i;

    if (length == 0)
        return "";
    if (!text_is_line(text, length)) {
        memcpy(source, text, length);
        for (i = 0; i < length; i++)
            if ((unsigned char)source[i] < 0x20)
                source[i] = ' ';
        text = source;
    }
    if (safe.limit == 0)
        text_init(&safe, sizeof(source) * 4);
    text_clear(&safe);
    log_redact(text, length, &safe);
    (void)text_copy(line, most < sizeof(line) ? most + 1 : sizeof(line), text_string(&safe));
    return line;
}

/* Whether there was anything; then channel_frame() is it. */
static bool frame_added(void)
{
    struct wire_frame *frame;
    struct wire_item *item;
    uint32_t i;

    if (services.count == 0)
        return false;
    frame = channel_frame(WIRE_ADD);
    frame->count = services.count;
    for (i = 0; i < services.count; i++) {
        item = &frame->items[i];
        *item = services.added[i].item;
        item->reference.bytes = services.strings.bytes + services.added[i].reference_at;
        item->payload.bytes = services.strings.bytes + services.added[i].payload_at;
    }
    return true;
}

static void added_is_sent(void)
{
    services.count = 0;
    services.frame_bytes = 0;
    text_clear(&services.strings);
    services.is_owed = true;
}

static void send_added(void)
{
    if (!frame_added())
        return;
    services_send();
    added_is_sent();
}

void services_hold_added(void)
{
    if (!frame_added())
        return;
    services_hold();
    added_is_sent();
}

/* A plugin that jumped out of flush() has left its answer behind, which is none to the next. */
static void check_waits_for_none(void)
{
    if (!services.is_waiting)
        return;
    services_log(AG_LOG_ERROR,
                 "flush: the one before was left before it had returned (by a jump, or a signal's "
                 "handler calls it): what is durable cannot be told any more");
    _exit(RUN_EXIT_PROTOCOL);
}

void services_make_durable(void)
{
    check_waits_for_none();
    services_hold_added();
    if (!services.is_owed)
        return;
    services.is_waiting = true;
    (void)channel_frame(WIRE_FLUSH);
    services_send();
    (void)services_receive(WIRE_FLUSHED);
    services.is_waiting = false;
    services.is_owed = false;
}

void services_all_durable(void)
{
    services.is_owed = services.count > 0;
    services.has_added = services.count > 0;
}

bool services_has_added(void)
{
    return services.has_added;
}

_Noreturn static void out_of_memory(void)
{
    services_log(AG_LOG_ERROR, "add: out of memory (limits.memory_mib)");
    _exit(RUN_EXIT_MEMORY);
}

/* The channel, and what is due to it, belong to one thread of one process. */
static bool may_call(const char *name)
{
    bool is_first = run_is_first();

    if (is_first && gettid() == getpid())
        return true;
    services_log(AG_LOG_ERROR, "%s: called in %s, which may not", name,
                 is_first ? "another thread than the run's first" : "a copy of the run's process");
    return false;
}

/* What open() and collect() find is found again by the next run. What follows from an item is found by nobody
 * else, and goes out ahead of its result: that is taken as long as the run is there. */
static bool is_left_to_the_next(const struct wire_item *item)
{
    if (!run_is_stopping() ||
        (services.place->step != WIRE_IN_OPEN && services.place->step != WIRE_IN_COLLECT))
        return false;
    if (!services.has_refused) /* one line, however many a loop goes on with */
        services_log(
            AG_LOG_WARN,
            "add: \"%s\" is not taken, nor what open() and collect() add after it: a stop "
            "was asked for, and the next run finds them again",
            services_line(item->reference.bytes, item->reference.length, WIRE_REFERENCE_MAX));
    services.has_refused = true;
    return true;
}

static int32_t host_add(void *run, const struct ag_item *item)
{
    struct wire_item taken;
    struct added *added;
    size_t size;
    int32_t outcome;

    (void)run;
    if (!may_call("add"))
        return AG_BROKEN;
    outcome = added_item_take(item, &taken);
    if (outcome != AG_OK)
        return outcome;
    if (is_left_to_the_next(&taken))
        return AG_STOPPED;
    if (!services.added)
        services.added = malloc(WIRE_ITEMS_MAX * sizeof(*services.added)); /* not all is touched */
    if (!services.added)
        out_of_memory();
    size = wire_item_size(&taken);
    if (services.frame_bytes + size > ADDED_BYTES_MAX)
        send_added();
    taken.added_ms = clock_now_ms(); /* it may be another day when it is sent */
    added = &services.added[services.count];
    added->item = taken;
    added->reference_at = services.strings.length;
    added->payload_at = services.strings.length + taken.reference.length;
    text_append(&services.strings, taken.reference.bytes, taken.reference.length);
    text_append(&services.strings, taken.payload.bytes, taken.payload.length);
    if (services.strings.broken)
        out_of_memory();
    services.frame_bytes += size;
    services.has_added = true;
    if (++services.count == WIRE_ITEMS_MAX)
        send_added();
    return AG_OK;
}

static int32_t host_flush(void *run)
{
    (void)run;
    if (!may_call("flush"))
        return AG_BROKEN;
    /* Also when stopping: the answer is then the truth, and the daemon gives it soon. */
    services_make_durable();
    return AG_OK;
}

static int host_folder(void *run, const char *name)
{
    size_t i;

    (void)run;
    for (i = 0; name && i < services.setup->folder_count; i++)
        if (strcmp(services.setup->folders[i].name, name) == 0)
            return services.setup->folders[i].fd;
    return -1;
}

static int host_work_folder(void *run)
{
    char name[32];

    (void)run;
    if (services.work_folder >= 0)
        return services.work_folder;
    (void)snprintf(name, sizeof(name), "%" PRId64, services.host.run_id);
    if (mkdirat(services.setup->work_fd, name, 0700) == 0)
        services.work_folder =
            openat(services.setup->work_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (services.work_folder < 0)
        services_log(AG_LOG_ERROR, "the run's work folder cannot be made: %s", strerror(errno));
    return services.work_folder;
}

static int host_warehouse(void *run)
{
    (void)run;
    return services.warehouse;
}

const struct ag_host *services_start(const struct host_setup *setup, int64_t run, const char *robot,
                                     const char *configuration, const char *input, int warehouse_fd,
                                     const struct child_place *place)
{
    const struct ag_host host = {
        .size = (uint32_t)sizeof(host),
        .abi = AG_ABI,
        .run = &services,
        .configuration = configuration,
        .robot = robot,
        .run_id = run,
        .log = host_log,
        .stopping = host_stopping,
        .add = host_add,
        .flush = host_flush,
        .folder = host_folder,
        .work_folder = host_work_folder,
        .input = input,
        .warehouse = host_warehouse,
    };

    services.host = host;
    services.setup = setup;
    services.place = place;
    services.work_folder = -1;
    services.warehouse = warehouse_fd;
    text_init(&services.strings, ADDED_BYTES_MAX);
    return &services.host;
}
