/* child.c - what happens inside a run's own process. */
#include "core/run/host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/run/host/channel.h"
#include "core/run/host/child_services.h"
#include "core/run/host/confine.h"
#include "core/run/host/run_signals.h"
#include "core/run/host/setup.h"

/* An item that was handed out; its texts lie in `leased_texts`, each with its NUL. */
struct leased {
    int64_t id;
    uint32_t attempt;
    uint32_t probe;
    int32_t priority;
    int32_t business_day;
    int64_t deadline_ms;
    size_t reference_at;
    size_t payload_at;
};

static struct leased *leased; /* as many as are asked for; from the first item on */
static struct text leased_texts;

/* What START asks of the run. */
struct wanted {
    uint32_t lease; /* items at a time */
    bool skip_collect;
};

/* How the run ends: what END says. */
struct ending {
    enum wire_outcome outcome;
    bool has_collected;
    char note[AG_NOTE_MAX];
};

static struct ending ending;
static struct ag_result result;
static struct child_place *place; /* the host's, for when nothing else tells where this was */

/* A callback has returned: in the run's process, or in a copy of it that the plugin forked and let return. The
 * copy would do the same items beside it, over the same channel: it ends here, as with _exit(). */
static void came_back(const char *callback)
{
    if (!run_is_first()) {
        services_log(
            AG_LOG_ERROR,
            "a copy of the run's process came back from %s(), and was ended: it must _exit()",
            callback);
        _exit(RUN_EXIT_PROTOCOL);
    }
    place->step = WIRE_IN_NONE;
}

static void end_with(enum wire_outcome outcome, const char *note)
{
    ending.outcome = outcome;
    (void)text_copy(ending.note, sizeof(ending.note), note);
}

/* What open() and collect() returned. False when the run ends here. */
static bool accept_step(const char *step, int32_t value, const char *note)
{
    char odd[128];

    if (value == AG_OK)
        return true;
    if (value == AG_STOPPED && run_is_stopping()) {
        end_with(WIRE_STOPPED, "");
    } else if (value == AG_TRANSIENT || value == AG_BROKEN) {
        end_with(value == AG_TRANSIENT ? WIRE_TRANSIENT : WIRE_BROKEN,
                 services_line(note, AG_NOTE_MAX, WIRE_NOTE_MAX));
    } else {
        (void)snprintf(odd, sizeof(odd), "%s() returned %" PRId32 ", which it may not", step,
                       value);
        end_with(WIRE_BROKEN, odd);
    }
    return false;
}

/* Of which there is none of that name: the item waits for a person, as with any other that there is not. */
static void unknown_department(char department[static AG_DEPARTMENT_MAX])
{
    (void)text_copy(department, AG_DEPARTMENT_MAX, "?");
    services_log(AG_LOG_WARN, "the result's department is not a line of text");
}

/* `is_last`: the run's next frame follows at once, and this one goes out with it. */
static void send_result(int64_t id, enum wire_outcome outcome, int64_t begun_ms,
                        int64_t duration_ms, bool is_last)
{
    struct wire_frame *frame;
    char department[AG_DEPARTMENT_MAX];
    size_t length = strnlen(result.department, sizeof(result.department));
    const char *note;

    department[0] = '\0';
    if (length < sizeof(department) && text_is_line(result.department, length))
        (void)text_copy(department, sizeof(department), result.department);
    else
        unknown_department(department);
    note = services_line(result.note, sizeof(result.note), WIRE_NOTE_MAX);
    services_hold_added(); /* what follows from an item is on the queue before that is done */
    frame = channel_frame(WIRE_RESULT);
    frame->item = id;
    frame->outcome = outcome;
    frame->begun_ms = begun_ms;
    frame->duration_ms = duration_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)duration_ms;
    frame->department = wire_string(department);
    frame->note = wire_string(note);
    if (is_last)
        services_hold();
    else
        services_send();
    if (outcome == WIRE_BROKEN)
        end_with(WIRE_BROKEN, note);
}

static void result_clear(void)
{
    result.size = (uint32_t)sizeof(result);
    result.reserved = 0;
    result.note[0] = '\0';
    result.department[0] = '\0';
}

static enum wire_outcome outcome_odd(const char *step, int32_t value)
{
    (void)snprintf(result.note, sizeof(result.note), "%s() returned %" PRId32 ", which it may not",
                   step, value);
    return WIRE_BROKEN;
}

static enum wire_outcome probe_item(const struct ag_plugin *plugin, const struct ag_host *host,
                                    void *state, const struct ag_item *item)
{
    int32_t value;

    if (!plugin->probe) {
        (void)text_copy(result.note, sizeof(result.note), "the plugin has no probe()");
        return WIRE_UNKNOWN;
    }
    place->step = WIRE_IN_PROBE;
    value = plugin->probe(host, state, item, &result);
    came_back("probe");
    switch (value) {
    case AG_OK:
        return WIRE_DONE;
    case AG_NOT_DONE:
        return WIRE_NOT_DONE;
    case AG_UNKNOWN:
        return WIRE_UNKNOWN;
    case AG_TRANSIENT:
        return WIRE_TRANSIENT;
    case AG_BROKEN:
        return WIRE_BROKEN;
    }
    return outcome_odd("probe", value);
}

static enum wire_outcome perform_item(const struct ag_plugin *plugin, const struct ag_host *host,
                                      void *state, const struct ag_item *item)
{
    int32_t value;

    place->step = WIRE_IN_PERFORM;
    value = plugin->perform(host, state, item, &result);
    came_back("perform");
    switch (value) {
    case AG_OK:
        return WIRE_DONE;
    case AG_BUSINESS:
        return WIRE_BUSINESS;
    case AG_TRANSIENT:
        return WIRE_TRANSIENT;
    case AG_BROKEN:
        return WIRE_BROKEN;
    }
    return outcome_odd("perform", value);
}

/* False when the run must end here. */
static bool do_item(const struct ag_plugin *plugin, const struct ag_host *host, void *state,
                    const struct leased *leased_item, bool is_last)
{
    const struct ag_item item = {
        .size = (uint32_t)sizeof(item),
        .attempt = leased_item->attempt,
        .priority = leased_item->priority,
        .business_day = leased_item->business_day,
        .reference = leased_texts.bytes + leased_item->reference_at,
        .payload = leased_texts.bytes + leased_item->payload_at,
        .deadline_ms = leased_item->deadline_ms,
    };
    enum wire_outcome outcome = WIRE_NOT_DONE;
    int64_t begun_ms = clock_now_ms();
    int64_t start_ms = clock_monotonic_ms();
    int64_t duration_ms;

    /* What the plugin put in the channel's place would be given this result and those that follow. */
    if (!channel_is_own(RUN_CHANNEL_FD))
        _exit(RUN_EXIT_CHANNEL);
    place->begun++;
    result_clear();
    if (leased_item->probe)
        outcome = probe_item(plugin, host, state, &item);
    if (outcome == WIRE_NOT_DONE) {
        result_clear();
        outcome = perform_item(plugin, host, state, &item);
    }
    duration_ms = clock_monotonic_ms() - start_ms;
    is_last = is_last || outcome == WIRE_BROKEN;
    if (is_last)
        (void)fflush(NULL); /* here, so that nothing of the plugin is left to do when it is kept */
    send_result(leased_item->id, outcome, begun_ms, duration_ms, is_last);
    return outcome != WIRE_BROKEN;
}

static size_t keep_text(const struct wire_text *text)
{
    size_t at = leased_texts.length;

    text_append(&leased_texts, text->bytes, text->length);
    text_append_char(&leased_texts, '\0');
    return at;
}

/* Asks for items and takes in all frames of the answer, so that the channel is free for
 * host->flush() and the daemon does not wait for a slow item. The number of items. */
static uint32_t lease_items(uint32_t want, enum wire_last *ret_last)
{
    const struct wire_frame *frame;
    const struct wire_item *item;
    uint32_t count = 0;
    uint32_t i;

    services_hold_added();
    channel_frame(WIRE_LEASE)->count = want;
    services_send();
    text_clear(&leased_texts);
    do {
        frame = services_receive(WIRE_ITEMS);
        if (frame->count > want - count) {
            services_log(AG_LOG_ERROR, "the daemon sent more items than were asked for");
            _exit(RUN_EXIT_PROTOCOL);
        }
        if (!leased && frame->count > 0)
            leased = calloc(want, sizeof(*leased));
        for (i = 0; i < frame->count && leased; i++, count++) {
            item = &frame->items[i];
            leased[count].id = item->id;
            leased[count].attempt = item->attempt;
            leased[count].probe = item->probe;
            leased[count].priority = item->priority;
            leased[count].business_day = item->business_day;
            leased[count].deadline_ms = item->deadline_ms;
            leased[count].reference_at = keep_text(&item->reference);
            leased[count].payload_at = keep_text(&item->payload);
        }
    } while (frame->last == WIRE_MORE_FRAMES);
    if (leased_texts.broken || (!leased && frame->count > 0)) {
        services_log(AG_LOG_ERROR, "out of memory for the items (limits.memory_mib)");
        _exit(RUN_EXIT_MEMORY);
    }
    services_all_durable();
    *ret_last = (enum wire_last)frame->last;
    return count;
}

static void do_items(const struct ag_plugin *plugin, const struct ag_host *host, void *state,
                     uint32_t want)
{
    enum wire_last last = WIRE_MORE_ITEMS;
    uint32_t count;
    uint32_t i;

    /* What the last of them brought is ready too, and it may be that nothing else starts a run for it. */
    while (last == WIRE_MORE_ITEMS || services_has_added()) {
        if (run_is_stopping()) {
            end_with(WIRE_STOPPED, "");
            return;
        }
        count = lease_items(want, &last);
        if (count == 0)
            return;
        for (i = 0; i < count; i++) {
            if (run_is_stopping()) { /* with items in hand that were not begun */
                end_with(WIRE_STOPPED, "");
                return;
            }
            if (!do_item(plugin, host, state, &leased[i], i + 1 == count))
                return;
        }
    }
}

static bool may_go_on(const struct ag_plugin *plugin, const struct ag_host *host, void **state,
                      char note[static AG_NOTE_MAX])
{
    int32_t value;

    if (!plugin->open)
        return true;
    place->step = WIRE_IN_OPEN;
    value = plugin->open(host, state, note);
    came_back("open");
    return accept_step("open", value, note);
}

static bool may_do_items(const struct ag_plugin *plugin, const struct ag_host *host, void *state,
                         const struct wanted *wanted, char note[static AG_NOTE_MAX])
{
    int32_t value;

    if (!plugin->collect || wanted->skip_collect)
        return true;
    place->step = WIRE_IN_COLLECT;
    value = plugin->collect(host, state, note);
    came_back("collect");
    /* One that was asked to stop returns soon, and may have left some to the next. */
    ending.has_collected = value == AG_OK && !run_is_stopping();
    return accept_step("collect", value, note);
}

static void run_plugin(const struct ag_plugin *plugin, const struct ag_host *host,
                       const struct wanted *wanted)
{
    static char note[AG_NOTE_MAX];
    void *state = NULL;

    if (run_is_stopping()) {
        end_with(WIRE_STOPPED, "");
        return;
    }
    if (!may_go_on(plugin, host, &state, note))
        return;
    note[0] = '\0';
    if (may_do_items(plugin, host, state, wanted, note))
        do_items(plugin, host, state, wanted->lease);
    services_make_durable();
    if (!plugin->close)
        return;
    services_send_held(); /* close() may take its time, or crash */
    place->step = WIRE_IN_CLOSE;
    plugin->close(host, state);
    came_back("close");
}

/* Only 0 to 3, the granted folders and the work folder are left. The raw numbers matter:
 * see host_setup_open_folders(). */
static int take_descriptors(const struct host_setup *setup, int socket_fd, int output_fd)
{
    if (dup2(output_fd, STDOUT_FILENO) < 0 || dup2(output_fd, STDERR_FILENO) < 0 ||
        dup3(socket_fd, RUN_CHANNEL_FD, O_CLOEXEC) < 0)
        return -errno;
    return close_range((unsigned)setup->kept_end, UINT_MAX, 0) < 0 ? -errno : 0;
}

/* A fork has none of a file's pages mapped yet, and would meet them one by one when START comes. */
static int map_file(struct dl_phdr_info *file, size_t size, void *context)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    void *start;
    size_t before;
    unsigned i;

    (void)size;
    (void)context;
    for (i = 0; i < file->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &file->dlpi_phdr[i];
        uintptr_t at = file->dlpi_addr + part->p_vaddr;

        if (part->p_type != PT_LOAD)
            continue;
        before = at & (page - 1); /* a page is mapped as a whole */
        at -= before;
        memcpy(&start, &at, sizeof(start)); /* the linker gives addresses as numbers */
        (void)madvise(start, part->p_memsz + before, MADV_POPULATE_READ); /* else only slower */
    }
    return 0;
}

/* The configuration stays where it was received: it is START's last field. */
static const struct ag_host *begin(const struct host_setup *setup, int64_t run,
                                   struct wanted *ret_wanted)
{
    static char robot[WIRE_ROBOT_MAX + 1];
    int warehouse_fd = -1;
    const struct wire_frame *start = services_receive_start(&warehouse_fd);
    static char *input; /* for the life of the process */

    if (start->run != run && run < WIRE_TICKET_FIRST) {
        services_log(AG_LOG_ERROR, "the daemon began another run on this run's channel");
        _exit(RUN_EXIT_PROTOCOL);
    }
    memcpy(robot, start->robot.bytes, start->robot.length);
    ret_wanted->lease = start->lease;
    ret_wanted->skip_collect = start->skip_collect != 0;
    input = strndup(start->input.length > 0 ? start->input.bytes : "", start->input.length);
    if (input == NULL) {
        services_log(AG_LOG_ERROR, "out of memory for the run's input (limits.memory_mib)");
        _exit(RUN_EXIT_MEMORY);
    }
    channel_keep();
    return services_start(setup, start->run, robot, start->configuration.bytes, input, warehouse_fd,
                          place);
}

_Noreturn void child_main(const struct host_setup *setup, const struct ag_plugin *plugin,
                          const struct child_start *start)
{
    const struct ag_host *host;
    struct wire_frame *frame;
    struct wanted wanted;
    int r;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    place = start->place;
    r = take_descriptors(setup, start->socket_fd, start->output_fd);
    if (r == 0)
        r = channel_own(RUN_CHANNEL_FD);
    if (r == 0)
        r = confine_run(&setup->limits);
    if (r < 0) {
        services_log(AG_LOG_ERROR, "the run's rights cannot be dropped: %s", strerror(-r));
        _exit(RUN_EXIT_CONFINE);
    }
    run_signals_enter();
    if (start->run >=
        WIRE_TICKET_FIRST) /* forked ahead: there is time now, and none when START comes */
        (void)dl_iterate_phdr(map_file, NULL);
    host = begin(setup, start->run, &wanted);
    text_init(&leased_texts, (size_t)WIRE_ITEMS_MAX * (WIRE_REFERENCE_MAX + WIRE_PAYLOAD_MAX + 2));
    run_plugin(plugin, host, &wanted);
    (void)fflush(NULL);
    services_hold_added(); /* by close(), or an open() that failed */
    frame = channel_frame(WIRE_END);
    frame->outcome = ending.outcome;
    frame->collected = ending.has_collected ? 1 : 0;
    frame->note = wire_string(ending.note);
    services_send();
    _exit(0);
}
