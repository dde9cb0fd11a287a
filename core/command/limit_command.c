/* limit list | set | remove: how many runs at once, of the machine and of a plugin's robots. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/store/calendar.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { RUNS_MOST = 1000 };

struct listing {
    struct command_call *call;
    struct robot_list robots;
    const char *plugin; /* "": of the machine */
    int64_t running, queued;
    bool is_served, has_machine;
    struct fault *fault;
};

static int count_run(const struct run_record *run, void *context)
{
    struct listing *listing = context;
    const struct robot *robot = robot_list_find_id(&listing->robots, run->robot_id);

    if (robot == NULL || run_is_orphan(run, listing->is_served) ||
        (listing->plugin[0] != '\0' &&
         (robot->plugin == NULL || strcmp(robot->plugin, listing->plugin) != 0)))
        return 0;
    listing->running += run->state == RUN_RUNNING;
    listing->queued += run->state == RUN_QUEUED;
    return 0;
}

/* runs 0: none is set. */
static int put_limit(struct listing *listing, const char *plugin, int runs)
{
    struct json_writer *writer = listing->call->result;
    int result;

    listing->plugin = plugin;
    listing->running = 0;
    listing->queued = 0;
    result = run_each_open(listing->call->store, count_run, listing, listing->fault);
    json_begin_object(writer);
    result_text(writer, "of", plugin[0] != '\0' ? plugin : "the machine");
    result_text(writer, "plugin", plugin[0] != '\0' ? plugin : NULL);
    json_key(writer, "runs");
    if (runs != 0)
        json_put_int(writer, runs);
    else
        json_put_null(writer);
    result_int(writer, "running", listing->running);
    result_int(writer, "waiting", listing->queued);
    json_end_object(writer);
    return result;
}

static int list_limit(const char *plugin, int runs, void *context)
{
    struct listing *listing = context;
    int result = 0;

    /* The machine's comes first, and always. */
    if (!listing->has_machine && plugin[0] != '\0')
        result = put_limit(listing, "", 0);
    listing->has_machine = true;
    return result == 0 ? put_limit(listing, plugin, runs) : result;
}

static int limit_list_apply(struct command_call *call, struct fault *fault)
{
    struct listing listing = {.call = call, .fault = fault};
    int result = robot_list_read(call->store, &listing.robots, fault);

    listing.is_served = home_is_served(store_home(call->store));
    if (result == 0) {
        json_begin_object(call->result);
        json_key(call->result, "rows");
        json_begin_array(call->result);
        result = run_limit_each(call->store, list_limit, &listing, fault);
        if (result == 0 && !listing.has_machine)
            result = put_limit(&listing, "", 0);
        json_end_array(call->result);
        json_end_object(call->result);
    }
    robot_list_release(&listing.robots);
    return result;
}

struct limit {
    const char *plugin;
    int runs;
};

static int find_limit(const char *plugin, int runs, void *context)
{
    struct limit *limit = context;

    if (strcmp(plugin, limit->plugin) == 0)
        limit->runs = runs;
    return 0;
}

/* Whose limit, and what it was. */
static int take_limit(struct command_call *call, struct limit *limit, struct fault *fault)
{
    const char *plugin = argument_text(call, "plugin", NULL);

    if ((plugin != NULL) == argument_flag(call, "machine"))
        return fault_set(fault, -EINVAL, "say whose limit: either --machine or --plugin PLUGIN");
    if (plugin != NULL && !text_is_slug(plugin))
        return fault_set(fault, -EINVAL, "--plugin: expected a plugin's id, not \"%.80s\"", plugin);
    *limit = (struct limit){.plugin = plugin != NULL ? plugin : ""};
    (void)text_copy(call->subject, sizeof(call->subject), plugin != NULL ? plugin : "machine");
    return run_limit_each(call->store, find_limit, limit, fault);
}

static int limit_set_apply(struct command_call *call, struct fault *fault)
{
    int runs = (int)argument_number(call, "runs", 0);
    struct limit limit = {"", 0};
    int result = take_limit(call, &limit, fault);

    if (result == 0)
        result = run_limit_set(call->store, limit.plugin, runs, fault);
    if (result < 0)
        return result;
    if (limit.runs != 0)
        detail_int(call, "runs_before", limit.runs);
    call->effects.robots_changed = true;
    if (limit.plugin[0] != '\0')
        result_only_message(call, "at most %d run%s at once of all robots of the plugin %s", runs,
                            runs == 1 ? "" : "s", limit.plugin);
    else
        result_only_message(call, "at most %d run%s at once on this machine", runs,
                            runs == 1 ? "" : "s");
    return 0;
}

static int limit_remove_apply(struct command_call *call, struct fault *fault)
{
    struct limit limit = {"", 0};
    int result = take_limit(call, &limit, fault);

    if (result == 0 && limit.runs == 0)
        result = fault_set(fault, -ENOENT,
                           "no limit is set there; `automagi limit list` shows those there are");
    if (result == 0)
        result = run_limit_set(call->store, limit.plugin, 0, fault);
    if (result < 0)
        return result;
    detail_int(call, "runs_before", limit.runs);
    call->effects.robots_changed = true;
    result_only_message(call, "the limit of %s is removed; it was %d",
                        limit.plugin[0] != '\0' ? limit.plugin : "the machine", limit.runs);
    return 0;
}

static const struct column columns[] = {
    {.member = "of", .heading = "limit of"},
    {.member = "runs", .heading = "runs at once", .is_right = true},
    {.member = "running", .heading = "running", .is_right = true},
    {.member = "waiting", .heading = "runs that wait", .is_right = true},
    COLUMNS_END,
};

const struct command command_limit_list = {
    .name = "limit list",
    .summary = "how many runs there may be at once, and how many there are",
    .help = "Besides these there is each robot's own: \"limit\" in its robot.json (1).",
    .kind = COMMAND_READS,
    .columns = columns,
    .empty = "no limits",
    .apply = limit_list_apply,
};

#define MACHINE_ARGUMENT                                                                           \
    {                                                                                              \
        .name = "machine", .kind = ARGUMENT_FLAG, .help = "of all robots together"                 \
    }
#define PLUGIN_ARGUMENT                                                                            \
    {                                                                                              \
        .name = "plugin", .kind = ARGUMENT_TEXT, .value = "PLUGIN",                                \
        .help = "of all robots of this plugin", .most = CALENDAR_SLUG_MAX - 1,                     \
        .source = SOURCE_PLUGIN                                                                    \
    }

static const struct argument set_arguments[] = {
    MACHINE_ARGUMENT,
    PLUGIN_ARGUMENT,
    {.name = "runs",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .value = "N",
     .help = "at most so many at once",
     .least = 1,
     .most = RUNS_MOST},
    ARGUMENTS_END,
};

const struct command command_limit_set = {
    .name = "limit set",
    .summary = "at most so many runs at once: on this machine, or of a plugin's robots",
    .help =
        "A run that would be one too many waits; `automagi why ROBOT` says so. What goes on goes\n"
        "on. Which waiting run comes first is for \"priority\" in robot.json to say.",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .apply = limit_set_apply,
};

static const struct argument remove_arguments[] = {MACHINE_ARGUMENT, PLUGIN_ARGUMENT,
                                                   ARGUMENTS_END};

const struct command command_limit_remove = {
    .name = "limit remove",
    .summary = "take a limit away",
    .kind = COMMAND_CHANGES,
    .arguments = remove_arguments,
    .apply = limit_remove_apply,
};
