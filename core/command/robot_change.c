/* robot add | pause | resume | retire | remove. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/doctor.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/run/definition.h"
#include "core/run/plugin_file.h"
#include "core/store/operation.h"
#include "core/store/store.h"

enum { PATH_SIZE = 4096 };

static int same_text(const char *one, const char *other)
{
    return one != NULL && other != NULL && strcmp(one, other) == 0;
}

int need_real_home(const struct store *store, struct fault *fault)
{
    if (!store_is_demo(store))
        return 0;
    return fault_set(fault, -EPERM,
                     "%s is a demo home, where everything is invented and no robot runs; use "
                     "another home, made by `automagi init`",
                     store_home(store));
}

/* Twice parsed: the first says which plugin, whose side effects decide defaults of the second. */
int robot_definition_read(const char *home, const char *text, const char *folder,
                          struct definition *definition, struct plugin_note *note,
                          struct fault *fault)
{
    char path[PATH_SIZE];
    int result;

    result = definition_parse(text, strlen(text), folder, PLUGIN_MANUAL, definition, fault);
    if (result == 0)
        result = plugin_locate(home, definition->plugin, path, fault);
    if (result == 0)
        result = plugin_file_describe(path, note, NULL, fault);
    if (result < 0)
        return result;
    definition_release(definition);
    result =
        definition_parse(text, strlen(text), folder, (int)note->side_effects, definition, fault);
    if (result == 0)
        result = definition_check(definition, note, fault);
    return result;
}

/* A robot that organisation.json does not have yet: in operation from today, of no department. */
static int make_robot(struct command_call *call, const char *slug, const char *name,
                      struct fault *fault)
{
    struct robot_operation operation = {.from_day = call_today(call), .to_day = ROBOT_NO_END};
    int64_t id = 0;
    int result;

    result = robot_put(call->store, slug, name, false, false, &id, fault);
    return result == 0 ? robot_operations_set(call->store, id, &operation, 1, fault) : result;
}

/* The robot as the store has it, made when --name says so. */
static int need_robot(struct command_call *call, const struct robot_list *list, const char *slug,
                      const struct robot **ret_robot, bool *ret_is_new, struct fault *fault)
{
    const char *name = argument_text(call, "name", NULL);
    const struct robot *robot = robot_list_find(list, slug);
    char quoted[DOCTOR_FIX_MAX];

    *ret_is_new = robot == NULL;
    if (robot == NULL && name == NULL) {
        const char *folder;
        const char *path;

        (void)argument_file(call, "file", &path, &folder);
        doctor_quote(path, quoted);
        return fault_set(fault, -ENOENT,
                         "no robot is called %s; load it with organisation.json, or make it new: "
                         "automagi robot add %s --name 'A name for people'",
                         slug, quoted);
    }
    if (robot != NULL && name != NULL && strcmp(robot->name, name) != 0)
        return fault_set(fault, -EEXIST,
                         "%s is known as \"%s\"; leave --name out, names are changed by `automagi "
                         "load`",
                         slug, robot->name);
    if (robot != NULL && robot->is_external)
        return fault_set(
            fault, -EINVAL,
            "%s runs elsewhere (\"runs\": \"external\" in organisation.json); change that "
            "first",
            slug);
    *ret_robot = robot;
    return robot == NULL ? make_robot(call, slug, name, fault) : 0;
}

static int install(struct command_call *call, int64_t robot_id, const struct definition *definition,
                   const struct plugin_note *note, const char *text, const char *folder,
                   struct fault *fault)
{
    struct trigger_origin origin = {false, call_asker(call), call->now_ms};
    struct robot robot = {0};
    struct text copies;
    int result;

    /* struct robot owns its texts: one block for the copies. */
    text_init(&copies, 2 * DEFINITION_MAX + PATH_SIZE);
    text_append(&copies, text, strlen(text) + 1);
    text_append(&copies, folder, strlen(folder) + 1);
    text_append(&copies, definition->plugin, strlen(definition->plugin) + 1);
    if (copies.broken != 0) {
        text_release(&copies);
        return fault_no_memory(fault);
    }
    robot.window = definition->window;
    robot.side_effects = (int)note->side_effects;
    robot.definition = copies.bytes;
    robot.folder = robot.definition + strlen(text) + 1;
    robot.plugin = robot.folder + strlen(folder) + 1;
    result = trigger_rules_check(call->store, definition->id, definition->triggers,
                                 definition->trigger_count, fault);
    if (result == 0)
        result = systems_check(call->store, definition, fault);
    if (result == 0)
        result = robot_install(call->store, robot_id, &robot, fault);
    if (result == 0)
        result = trigger_define(call->store, robot_id, definition->triggers,
                                definition->trigger_count, &origin, fault);
    text_release(&copies);
    return result;
}

static bool is_unchanged(const struct robot *robot, const struct definition *definition,
                         const struct plugin_note *note, const char *text, const char *folder)
{
    return same_text(robot->definition, text) && same_text(robot->folder, folder) &&
           same_text(robot->plugin, definition->plugin) &&
           robot->side_effects == (int)note->side_effects && robot->window == definition->window;
}

static int add(struct command_call *call, const struct definition *definition,
               const struct plugin_note *note, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    const char *path;
    const char *folder;
    const char *text = argument_file(call, "file", &path, &folder);
    bool is_new = false;
    int64_t id = 0;
    int result;

    result = robot_list_read(call->store, &list, fault);
    if (result == 0)
        result = need_robot(call, &list, definition->id, &robot, &is_new, fault);
    if (result < 0)
        goto out;
    detail_text(call, "robot", definition->id);
    detail_text(call, "plugin", note->id);
    detail_text(call, "plugin_version", note->version);
    detail_sha256(call, "definition_sha256", text);
    if (robot != NULL && is_unchanged(robot, definition, note, text, folder)) {
        detail_bool(call, "no_change", true);
        result_only_message(call, "%s: no change", robot->slug);
        goto out;
    }
    detail_sha256(call, "definition_sha256_before", robot != NULL ? robot->definition : NULL);
    if (robot != NULL)
        result = triggers_owed_settle(call, robot, definition->triggers, definition->trigger_count,
                                      OWED_SKIP, fault);
    if (result == 0)
        result = robot_find(call->store, definition->id, &id, fault);
    if (result == 0)
        result = install(call, id, definition, note, text, folder, fault);
    if (result < 0)
        goto out;
    call->effects.robots_changed = true;
    result_only_message(call, "%s %s: plugin %s %s, %zu trigger%s", definition->id,
                        is_new                                   ? "is new and installed"
                        : robot != NULL && robot->plugin != NULL ? "is changed"
                                                                 : "is installed",
                        note->id, note->version, definition->trigger_count,
                        definition->trigger_count == 1 ? "" : "s");
out:
    robot_list_release(&list);
    return result;
}

static int check_folders(const struct definition *definition, struct fault *fault)
{
    struct stat status;
    size_t i;

    for (i = 0; i < definition->folder_count; i++) {
        const struct definition_folder *folder = &definition->folders[i];

        if (stat(folder->path, &status) < 0)
            return fault_set(fault, -errno, "robot.json folders.%s: %s: %s; make the folder first",
                             folder->name, folder->path, strerror(errno));
        if (!S_ISDIR(status.st_mode))
            return fault_set(fault, -ENOTDIR, "robot.json folders.%s: %s is not a folder",
                             folder->name, folder->path);
    }
    return 0;
}

/* Faults of a definition say "robot.json"; here its path is known. */
static int name_file(const char *path, int code, struct fault *fault)
{
    static const char WHERE[] = "robot.json";
    struct fault copy = *fault;
    const char *rest = copy.text;

    if (strncmp(rest, WHERE, sizeof(WHERE) - 1) == 0)
        rest += sizeof(WHERE) - 1 + strspn(rest + sizeof(WHERE) - 1, ": ");
    return fault_set(fault, code, "%.300s: %s", path, rest);
}

/* A folder that is not there is better found now than by the first run, at night. Not on the
 * writer: a network share that is gone would hold up everything that is written. */
static int robot_add_look(const struct json *arguments, struct fault *fault)
{
    const struct command_call call = {.arguments = arguments};
    struct definition definition = {0};
    struct fault ignored;
    const char *path;
    const char *folder;
    const char *text = argument_file(&call, "file", &path, &folder);
    int result = 0;

    /* A definition that is wrong is refused, with its reason, where it is held against its plugin. */
    if (definition_parse(text, strlen(text), folder, PLUGIN_MANUAL, &definition, &ignored) == 0)
        result = check_folders(&definition, fault);
    definition_release(&definition);
    return result < 0 ? name_file(path, -EIO, fault) : 0;
}

static int robot_add_apply(struct command_call *call, struct fault *fault)
{
    struct definition definition = {0};
    struct plugin_note note = {0};
    const char *path;
    const char *folder;
    const char *text = argument_file(call, "file", &path, &folder);
    int result = need_real_home(call->store, fault);

    if (result < 0)
        return result;
    result =
        robot_definition_read(store_home(call->store), text, folder, &definition, &note, fault);
    if (result < 0) {
        /* Never a disk's own errno: the writer would take it for the store's. */
        result = name_file(path, -EINVAL, fault);
    } else {
        (void)text_copy(call->subject, sizeof(call->subject), definition.id);
        result = add(call, &definition, &note, fault);
    }
    definition_release(&definition);
    plugin_note_release(&note);
    return result;
}

static int set_pause(struct command_call *call, bool is_paused, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    const char *kept = NULL;
    const char *what = is_paused ? "is paused" : "is not paused any more";
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result < 0)
        return result;
    kept = robot_kept_from_starting(robot, call_today(call));
    if (robot->is_paused == is_paused) {
        detail_bool(call, "no_change", true);
        result_only_message(call, "%s: no change, it %s%s%s", robot->slug,
                            is_paused ? "is paused already" : "is not paused",
                            kept != NULL ? "; it does not start: " : "", kept != NULL ? kept : "");
    } else {
        result = is_paused ? robot_pause(call->store, robot->id, call_asker(call),
                                         argument_text(call, "reason", NULL), call->now_ms, fault)
                           : robot_resume(call->store, robot->id, fault);
        call->effects.robots_changed = true;
        detail_text(call, "before", is_paused ? "active" : "paused");
        if (kept != NULL)
            result_only_message(call, "%s %s; it does not start: %s", robot->slug, what, kept);
        else
            result_only_message(call, "%s is %s", robot->slug,
                                is_paused ? "paused: no new run of it starts" : "active again");
    }
    robot_list_release(&list);
    return result;
}

static int robot_pause_apply(struct command_call *call, struct fault *fault)
{
    return set_pause(call, true, fault);
}

static int robot_resume_apply(struct command_call *call, struct fault *fault)
{
    return set_pause(call, false, fault);
}

/* Retiring only shortens. */
static int refuse_later_end(const struct robot *robot, int32_t day, struct fault *fault)
{
    char text[CLOCK_DAY_TEXT];
    int32_t last;

    if (robot->operation_count == 0)
        return 0;
    last = robot->operations[robot->operation_count - 1].to_day;
    if (last >= day)
        return 0;
    clock_format_day(last, text);
    return fault_set(fault, -EINVAL,
                     "%s ends on %s already; `automagi robot operate %s` lets it go on "
                     "longer",
                     robot->slug, text, robot->slug);
}

/* The first day that changes, the one after its last, lies in an open month. */
static int check_open(struct command_call *call, const struct robot *robot, int32_t last_day,
                      struct fault *fault)
{
    struct robot_operation rest = {.from_day = last_day + 1, .to_day = ROBOT_NO_END};
    struct operation_list before = {.count = 0};
    struct operation_list after = {.count = 0};
    bool is_changed;
    int result = operation_list_copy(robot->operations, robot->operation_count, &before, fault);

    if (result == 0)
        result =
            operation_list_cut(robot->operations, robot->operation_count, &rest, &after, fault);
    if (result == 0)
        result = need_open_operation(call->store, robot->slug, &before, &after, &is_changed, fault);
    operation_list_release(&before);
    operation_list_release(&after);
    return result;
}

static int robot_retire_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    char text[CLOCK_DAY_TEXT];
    int32_t day = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0 && argument_day(call, "on", &day))
        result = refuse_later_end(robot, day, fault);
    if (result == 0)
        result = check_open(call, robot, day, fault);
    if (result == 0)
        result = robot_retire(call->store, robot->id, day, fault);
    if (result == 0) {
        if (robot->operation_count > 0)
            detail_day(call, "last_day_before",
                       robot->operations[robot->operation_count - 1].to_day);
        clock_format_day(day, text);
        call->effects.robots_changed = true;
        result_only_message(call,
                            "%s retires: its last day of operation is %s" UNTIL_NEXT_LOAD("it"),
                            robot->slug, text);
    }
    robot_list_release(&list);
    return result;
}

static int robot_remove_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0) {
        result = robot_remove(call->store, robot->id, fault);
        if (result == -EBUSY)
            result = fault_set(fault, -EINVAL,
                               "%s cannot be removed: %.200s; `automagi robot retire %s --on DATE` "
                               "ends it",
                               robot->slug, fault->text, robot->slug);
        call->effects.robots_changed = true;
        result_only_message(call, "%s is removed", robot->slug);
    }
    robot_list_release(&list);
    return result;
}

static const struct argument add_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_FILE,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "the robot's definition, robot.json, or the folder it lies in",
     .in_folder = "robot.json"},
    {.name = "name",
     .kind = ARGUMENT_TEXT,
     .value = "NAME",
     .help = "make a robot that organisation.json does not have: in operation from today",
     .most = ROBOT_NAME_MAX},
    ARGUMENTS_END,
};

const struct command command_robot_add = {
    .name = "robot add",
    .summary = "install a robot's definition, or change it",
    .help = "The robot must be known from organisation.json, or be made new with --name. The\n"
            "definition is held against its plugin's configuration schema and folders first.\n"
            "Adding the same definition again changes nothing. What a trigger has missed\n"
            "is made up for when its cron or once, and its zone, stay; else it is skipped.",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .look = robot_add_look,
    .preview = robot_add_preview,
    .apply = robot_add_apply,
};

static const struct argument robot_arguments[] = {ROBOT_ARGUMENT, ARGUMENTS_END};

static const struct argument pause_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "reason",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "why, for `why`, `robot list` and whoever looks later",
     .most = REASON_MAX},
    ARGUMENTS_END,
};

const struct command command_robot_pause = {
    .name = "robot pause",
    .summary = "start no new run of it",
    .help = "A run that goes on is not stopped (see `stop`). Triggers that come due are skipped.",
    .kind = COMMAND_CHANGES,
    .arguments = pause_arguments,
    .preview = robot_pause_preview,
    .apply = robot_pause_apply,
};

const struct command command_robot_resume = {
    .name = "robot resume",
    .summary = "let a paused robot start again",
    .kind = COMMAND_CHANGES,
    .arguments = robot_arguments,
    .apply = robot_resume_apply,
};

static const struct argument retire_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "on",
     .kind = ARGUMENT_DAY,
     .is_required = true,
     .value = "DATE",
     .help = "its last day of operation"},
    ARGUMENTS_END,
};

const struct command command_robot_retire = {
    .name = "robot retire",
    .summary = "end a robot's operation; what it did stays counted",
    .kind = COMMAND_CHANGES,
    .arguments = retire_arguments,
    .preview = robot_retire_preview,
    .apply = robot_retire_apply,
};

const struct command command_robot_remove = {
    .name = "robot remove",
    .summary = "take away a robot that was made by mistake and never did anything",
    .help = "One that has a run, an imported task, an item on its queue or a signed estimate is\n"
            "refused: see `robot retire`. Take it out of organisation.json too, or the next\n"
            "`automagi load` makes it again.",
    .kind = COMMAND_CHANGES,
    .arguments = robot_arguments,
    .preview = robot_remove_preview,
    .apply = robot_remove_apply,
};
