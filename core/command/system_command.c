/* system list | set | remove: what robots meet, and when it is closed. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/run/definition.h"
#include "core/schedule/rest.h"

enum { ROBOTS_TEXT_MAX = 65536 };

static const char NEVER[] = "never"; /* in place of quiet hours: always open */

struct finding {
    const char *slug;
    struct system system; /* id 0: not found */
    int64_t count;
};

static int look_at_system(const struct system *system, void *context)
{
    struct finding *finding = context;

    finding->count++;
    if (strcmp(system->slug, finding->slug) == 0)
        finding->system = *system;
    return 0;
}

int system_find(struct store *store, const char *slug, struct system *ret_system,
                struct fault *fault)
{
    struct finding finding = {.slug = slug};
    int result = system_each(store, look_at_system, &finding, fault);

    if (result == 0)
        *ret_system = finding.system;
    return result;
}

/* Does the robot's definition name the system? */
static bool meets(const struct robot *robot, const char *slug)
{
    const struct json *name;
    struct json *document = NULL;
    struct fault ignored;
    bool is_met = false;

    if (robot->definition == NULL || json_parse(robot->definition, strlen(robot->definition),
                                                DEFINITION_MAX, &document, &ignored) < 0)
        return false;
    for (name = json_first(json_member(document, "systems")); name != NULL; name = json_next(name))
        is_met = is_met || (json_string(name) != NULL && strcmp(json_string(name), slug) == 0);
    json_free(document);
    return is_met;
}

int systems_check(struct store *store, const struct definition *definition, struct fault *fault)
{
    struct system system = {0};
    size_t i;
    int result = 0;

    for (i = 0; i < definition->system_count && result == 0; i++) {
        result = system_find(store, definition->systems[i], &system, fault);
        if (result == 0 && system.id == 0)
            result = fault_set(fault, -EINVAL,
                               "robot.json: there is no system \"%s\"; `automagi system set %s` "
                               "makes it",
                               definition->systems[i], definition->systems[i]);
    }
    return result;
}

struct listing {
    struct command_call *call;
    struct robot_list robots;
};

static void put_state(struct json_writer *writer, const struct system *system, int64_t now_ms)
{
    struct fault ignored;
    struct quiet quiet;
    int64_t until_ms = 0;

    if (quiet_parse(system->closed, &quiet, &ignored) == 0)
        until_ms = quiet_until(&quiet, NULL, now_ms);
    result_text(writer, "state", until_ms == 0 ? "open" : "closed");
    result_instant(writer, "until", until_ms == INT64_MAX ? 0 : until_ms);
}

static int list_system(const struct system *system, void *context)
{
    const struct listing *listing = context;
    struct json_writer *writer = listing->call->result;
    struct text robots;
    size_t i;

    text_init(&robots, ROBOTS_TEXT_MAX);
    for (i = 0; i < listing->robots.count; i++)
        if (meets(&listing->robots.robots[i], system->slug))
            text_printf(&robots, "%s%s", robots.length > 0 ? ", " : "",
                        listing->robots.robots[i].slug);
    json_begin_object(writer);
    result_text(writer, "id", system->slug);
    result_text(writer, "title", system->name);
    result_text(writer, "closed", system->closed[0] != '\0' ? system->closed : NEVER);
    put_state(writer, system, listing->call->now_ms);
    result_text_or_null(writer, "robots", text_string(&robots));
    json_end_object(writer);
    text_release(&robots);
    return 0;
}

static int system_list_apply(struct command_call *call, struct fault *fault)
{
    struct listing listing = {.call = call};
    int result = robot_list_read(call->store, &listing.robots, fault);

    if (result == 0) {
        json_begin_object(call->result);
        json_key(call->result, "rows");
        json_begin_array(call->result);
        result = system_each(call->store, list_system, &listing, fault);
        json_end_array(call->result);
        json_end_object(call->result);
    }
    robot_list_release(&listing.robots);
    return result;
}

static int take_slug(struct command_call *call, const char **ret_slug, struct fault *fault)
{
    const char *slug = argument_text(call, "system", "");

    if (!text_is_slug(slug))
        return fault_set(fault, -EINVAL,
                         "SYSTEM: expected an id of small letters, digits, - and _, not \"%.80s\"",
                         slug);
    (void)text_copy(call->subject, sizeof(call->subject), slug);
    *ret_slug = slug;
    return 0;
}

static void answer_set(struct command_call *call, const char *slug, const char *closed)
{
    struct fault ignored;
    struct quiet quiet;
    char moment[CLOCK_INSTANT_TEXT];
    int64_t until_ms = 0;

    if (quiet_parse(closed, &quiet, &ignored) == 0)
        until_ms = quiet_until(&quiet, NULL, call->now_ms);
    if (closed[0] == '\0')
        result_only_message(call, "%s is always open", slug);
    else if (until_ms == 0)
        result_only_message(call, "%s is closed %s; it is open now", slug, closed);
    else if (until_ms == INT64_MAX)
        result_only_message(call, "%s is closed %s; that leaves no time at which it is open", slug,
                            closed);
    else {
        clock_format_instant(until_ms, moment);
        result_only_message(call, "%s is closed %s; it opens at %s", slug, closed, moment);
    }
}

static int system_set_check(const struct json *arguments, struct fault *fault)
{
    const char *closed = json_string(json_member(arguments, "closed"));
    struct quiet quiet;

    if (closed == NULL || strcmp(closed, NEVER) == 0 || quiet_parse(closed, &quiet, fault) == 0)
        return 0;
    return fault_prefix(fault, -EINVAL, "--closed");
}

static int system_set_apply(struct command_call *call, struct fault *fault)
{
    struct finding finding = {.count = 0};
    char name[CALENDAR_NAME_MAX];
    const char *slug = "";
    const char *closed;
    int result = take_slug(call, &slug, fault);

    finding.slug = slug;
    if (result == 0)
        result = system_each(call->store, look_at_system, &finding, fault);
    if (result < 0)
        return result;
    if (finding.system.id == 0 && finding.count >= SYSTEMS_MOST)
        return fault_set(fault, -EINVAL, "there are %d systems, which is the most: remove one",
                         SYSTEMS_MOST);
    closed = argument_text(call, "closed", finding.system.closed);
    if (strcmp(closed, NEVER) == 0)
        closed = "";
    cpr_hide(argument_text(call, "title", finding.system.id != 0 ? finding.system.name : slug),
             name);
    if (finding.system.id != 0) {
        detail_text(call, "title_before", finding.system.name);
        detail_text(call, "closed_before", finding.system.closed);
    }
    result = system_put(call->store, slug, name, closed, fault);
    if (result < 0)
        return result;
    call->effects.robots_changed = true;
    answer_set(call, slug, closed);
    return 0;
}

static int system_remove_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list robots = {0};
    struct system system = {0};
    const char *slug = "";
    size_t i;
    int result = take_slug(call, &slug, fault);

    if (result == 0)
        result = robot_list_read(call->store, &robots, fault);
    for (i = 0; i < robots.count && result == 0; i++)
        if (meets(&robots.robots[i], slug))
            result = fault_set(fault, -EINVAL,
                               "%s meets %s: take it out of \"systems\" in its robot.json and add "
                               "that again first",
                               robots.robots[i].slug, slug);
    if (result == 0)
        result = system_find(call->store, slug, &system, fault);
    if (result == 0)
        result = system_remove(call->store, slug, fault);
    if (result == 0) {
        call->effects.robots_changed = true;
        detail_text(call, "title_before", system.name);
        detail_text(call, "closed_before", system.closed);
        result_only_message(call, "%s is removed", slug);
    }
    robot_list_release(&robots);
    return result;
}

static const struct column columns[] = {
    {.member = "id", .heading = "system"},
    {.member = "title", .heading = "title"},
    {.member = "closed", .heading = "closed"},
    {.member = "state", .heading = "now"},
    {.member = "until", .heading = "until"},
    {.member = "robots", .heading = "robots"},
    COLUMNS_END,
};

const struct command command_system_list = {
    .name = "system list",
    .summary = "systems that robots meet, when they are closed, and how they are now",
    .kind = COMMAND_READS,
    .columns = columns,
    .empty = "no systems; see `automagi system set --help`",
    .apply = system_list_apply,
};

#define SYSTEM_ARGUMENT                                                                            \
    {                                                                                              \
        .name = "system", .kind = ARGUMENT_TEXT, .is_positional = true, .is_required = true,       \
        .value = "SYSTEM", .help = "its id, as robot.json's \"systems\" names it",                 \
        .most = CALENDAR_SLUG_MAX - 1, .source = SOURCE_SYSTEM                                     \
    }

static const struct argument set_arguments[] = {
    SYSTEM_ARGUMENT,
    {.name = "closed",
     .kind = ARGUMENT_TEXT,
     .value = "HOURS",
     .help = "its quiet hours, or never",
     .most = SYSTEM_CLOSED_MAX - 1},
    {.name = "title",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "how it is called",
     .most = CALENDAR_NAME_MAX - 1},
    ARGUMENTS_END,
};

const struct command command_system_set = {
    .name = "system set",
    .summary = "a system that robots meet: make it, or change when it is closed",
    .help = "While a system is closed no run of a robot that names it in robot.json (\"systems\")\n"
            "starts, and a run that goes on is given no more items. Nothing fails: it waits.\n"
            "\n"
            "  --closed \"18:00-06:00, sat, sun\"   at night and at weekends\n"
            "  --closed \"mon-fri 12:00-12:30\"     while it is busy\n"
            "  --closed \"sun 00:00-12:00\"\n"
            "\n"
            "Local hours to 24:00; over midnight they end on the next day. Weekdays in English or\n"
            "Danish. What is not said stays as it was.",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .check = system_set_check,
    .apply = system_set_apply,
};

static const struct argument remove_arguments[] = {SYSTEM_ARGUMENT, ARGUMENTS_END};

const struct command command_system_remove = {
    .name = "system remove",
    .summary = "take away a system that no robot names",
    .kind = COMMAND_CHANGES,
    .arguments = remove_arguments,
    .apply = system_remove_apply,
};
