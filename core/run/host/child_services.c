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
#include "core/base/fault.h"
#include "core/base/log.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "core/run/host/channel.h"
#include "core/run/host/run_signals.h"
#include "core/run/host/setup.h"

enum {
    LOG_TEXT_MAX = 8000,
    ADDED_BYTES_MAX = WIRE_FRAME_MAX - 64, /* less the frame's own fields */
    PRIORITY_MOST = 1000,
    LINE_SOURCE_MAX = 4096,
    DAY_MS = 86400000,
    TIME_DAYS_MOST = 3653, /* ITEM_AHEAD_DAYS of store/item.h, which lies out of sight */
    RUN_DAYS_MOST = 8      /* timeouts.run_s is a week at most */
};

/* The size of struct ag_item in ABI 1.0: none is smaller. */
#define ITEM_SIZE_LEAST (offsetof(struct ag_item, payload) + sizeof(((struct ag_item *)0)->payload))

struct added {
    size_t reference_at; /* in `strings` */
    size_t payload_at;
    struct wire_item item; /* its texts' lengths are right, their bytes not yet */
};

static struct {
    struct ag_host host;
    const struct host_setup *setup;
    int work_folder; /* -1 until asked for */
    int warehouse;   /* -1: none */
    struct text strings;
    struct added *added; /* WIRE_ITEMS_MAX, from the first add() on */
    uint32_t count;
    size_t frame_bytes;
    bool is_owed;    /* something was sent that is not known to be durable */
    bool is_waiting; /* for FLUSHED */
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
}

/* The daemon asks the same when the item reaches it, which may be as late as the run's end. */
static bool is_near(int32_t business_day)
{
    int32_t today;

    if (business_day == 0)
        return true;
    today = (int32_t)(clock_now_ms() / DAY_MS); /* of UTC: what local time is, is not asked here */
    return clock_is_business_day(business_day, today) &&
           clock_is_business_day(business_day, today + RUN_DAYS_MOST);
}

/* Times of items are asked about by the daemon as well, later; what is near there is near here. */
static bool is_time_near(int64_t at_ms)
{
    int64_t now_ms = clock_now_ms();
    int64_t far_ms = TIME_DAYS_MOST * (int64_t)DAY_MS;

    return at_ms == 0 || (at_ms > 0 && at_ms <= now_ms + far_ms &&
                          at_ms >= now_ms - far_ms + RUN_DAYS_MOST * (int64_t)DAY_MS);
}

/* What was added to struct ag_item after ABI 1.0; 0 from a plugin that was built without. */
static int64_t deadline_of(const struct ag_item *item)
{
    return AG_HAS(item, struct ag_item, deadline_ms) ? item->deadline_ms : 0;
}

static int64_t not_before_of(const struct ag_item *item)
{
    int64_t at_ms = AG_HAS(item, struct ag_item, not_before_ms) ? item->not_before_ms : 0;

    return at_ms < 0 || at_ms > clock_now_ms() ? at_ms : 0; /* long past is as good as at once */
}

static int32_t check_times(const struct ag_item *item)
{
    if (is_time_near(deadline_of(item)) && is_time_near(not_before_of(item)))
        return AG_OK;
    services_log(AG_LOG_ERROR,
                 "add: the deadline %" PRId64 " or the not_before %" PRId64
                 " of \"%s\" is over ten years from now; they are milliseconds since 1970",
                 deadline_of(item), not_before_of(item),
                 services_line(item->reference, AG_REFERENCE_MAX, WIRE_REFERENCE_MAX));
    return AG_BROKEN;
}

/* AG_OK, or why the plugin's item cannot be taken, with a line in the log. */
static int32_t check_item(const struct ag_item *item, size_t *ret_reference, size_t *ret_payload)
{
    char normalised[REFERENCE_MAX + 1];
    struct fault fault;

    if (!item || item->size < ITEM_SIZE_LEAST || !item->reference || !item->payload) {
        services_log(AG_LOG_ERROR, "add: the item's size is not set, or its texts are NULL");
        return AG_BROKEN;
    }
    *ret_reference = strnlen(item->reference, AG_REFERENCE_MAX);
    *ret_payload = strnlen(item->payload, AG_PAYLOAD_MAX);
    if (*ret_reference > WIRE_REFERENCE_MAX || *ret_payload > WIRE_PAYLOAD_MAX) {
        services_log(AG_LOG_ERROR, "add: a reference over %d or a payload over %d bytes",
                     WIRE_REFERENCE_MAX, WIRE_PAYLOAD_MAX);
        return AG_TOO_BIG;
    }
    if (*ret_reference == 0 || !text_is_line(item->reference, *ret_reference)) {
        services_log(AG_LOG_ERROR, "add: the reference \"%s\" must be one line of UTF-8, not empty",
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX));
        return AG_BROKEN;
    }
    /* What the store would refuse is this item's fault, and not the run's. */
    if (reference_normalise(item->reference, normalised, &fault) < 0) {
        services_log(AG_LOG_ERROR, "add: \"%s\": %s",
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX),
                     fault.text);
        return AG_BROKEN;
    }
    if (!text_is_utf8(item->payload, *ret_payload)) {
        services_log(AG_LOG_ERROR, "add: the payload of \"%s\" is not UTF-8",
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX));
        return AG_BROKEN;
    }
    if (item->priority < -PRIORITY_MOST || item->priority > PRIORITY_MOST) {
        services_log(AG_LOG_ERROR, "add: the priority %d of \"%s\" is not within -%d to %d",
                     (int)item->priority,
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX),
                     PRIORITY_MOST, PRIORITY_MOST);
        return AG_BROKEN;
    }
    if (!is_near(item->business_day)) {
        services_log(AG_LOG_ERROR,
                     "add: the business day %d of \"%s\" is over ten years back or two ahead",
                     (int)item->business_day,
                     services_line(item->reference, *ret_reference, WIRE_REFERENCE_MAX));
        return AG_BROKEN;
    }
    return check_times(item);
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

static int32_t host_add(void *run, const struct ag_item *item)
{
    struct added *added;
    size_t reference = 0;
    size_t payload = 0;
    size_t size;
    int32_t outcome;

    (void)run;
    if (!may_call("add"))
        return AG_BROKEN;
    if (run_is_stopping())
        return AG_STOPPED;
    outcome = check_item(item, &reference, &payload);
    if (outcome != AG_OK)
        return outcome;
    if (!services.added)
        services.added = malloc(WIRE_ITEMS_MAX * sizeof(*services.added)); /* not all is touched */
    if (!services.added)
        out_of_memory();
    added = &services.added[services.count];
    memset(added, 0, sizeof(*added));
    added->item.reference.length = (uint32_t)reference;
    added->item.payload.length = (uint32_t)payload;
    size = wire_item_size(&added->item);
    if (services.frame_bytes + size > ADDED_BYTES_MAX) {
        send_added();
        added = memmove(&services.added[0], added, sizeof(*added));
    }
    added->item.priority = item->priority;
    added->item.business_day = item->business_day;
    added->item.deadline_ms = deadline_of(item);
    added->item.not_before_ms = not_before_of(item);
    added->item.added_ms = clock_now_ms(); /* it may be another day when it is sent */
    added->reference_at = services.strings.length;
    added->payload_at = services.strings.length + reference;
    text_append(&services.strings, item->reference, reference);
    text_append(&services.strings, item->payload, payload);
    if (services.strings.broken)
        out_of_memory();
    services.frame_bytes += size;
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
                                     const char *configuration, const char *input, int warehouse_fd)
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
    services.work_folder = -1;
    services.warehouse = warehouse_fd;
    text_init(&services.strings, ADDED_BYTES_MAX);
    return &services.host;
}
