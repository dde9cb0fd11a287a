#include "core/run/definition.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/json_schema.h"
#include "core/base/text.h"
#include "core/run/definition_trigger.h"
#include "core/run/plugin_file.h"
#include "core/run/wire.h"

enum { DEFINITION_SYSTEMS_MAX = 16, PRIORITY_MOST = 100 };

static const char WHERE[] = "robot.json";

static const char *const MEMBERS[] = {
    "id",       "plugin",        "configuration",  "folders", "triggers",  "window", "attempts",
    "lease",    "retry_delay_s", "retry_most_s",   "limit",   "timeouts",  "limits", "systems",
    "priority", "pause_after",   "retention_days", "warm",    "warehouse", NULL};

static int need_slug(const struct json *root, const char *name, char target[64],
                     struct fault *fault)
{
    const char *value = NULL;
    int result = json_need_string(root, name, WHERE, &value, fault);

    if (result < 0)
        return result;
    if (!text_is_slug(value))
        return fault_set(fault, -EINVAL,
                         "%s: \"%s\" must be small letters, digits, - and _, not \"%.80s\"", WHERE,
                         name, value);
    (void)text_copy(target, 64, value);
    return 0;
}

static int may_u32(const struct json *object, const char *name, const char *where, int64_t least,
                   int64_t most, uint32_t *value, struct fault *fault)
{
    int64_t number = *value;
    int result = json_may_int64(object, name, where, least, most, &number, fault);

    if (result == 0)
        *value = (uint32_t)number;
    return result;
}

static int read_window(const struct json *root, struct definition *definition, struct fault *fault)
{
    static const char *const words[] = {"day", "month", "year", "ever"};
    const char *word = "year";
    size_t i;
    int result = json_may_string(root, "window", WHERE, &word, fault);

    if (result < 0)
        return result;
    for (i = 0; i < 4; i++) {
        if (strcmp(word, words[i]) == 0) {
            definition->window = (enum robot_window)(i + 1);
            return 0;
        }
    }
    return fault_set(fault, -EINVAL,
                     "%s: \"window\" must be day, month, year or ever, not \"%.40s\"", WHERE, word);
}

static int read_folder(const struct json *member, const char *folder,
                       struct definition_folder *target, struct fault *fault)
{
    const char *path = json_string(member);

    if (!text_is_slug(json_name(member)) || path == NULL || path[0] == '\0' || strlen(path) >= 1024)
        return fault_set(fault, -EINVAL, "%s: folders.%.60s: expected a name and a path", WHERE,
                         json_name(member));
    (void)text_copy(target->name, sizeof(target->name), json_name(member));
    if (path[0] == '/')
        (void)text_copy(target->path, sizeof(target->path), path);
    else if (!file_join(target->path, sizeof(target->path), folder, path))
        return fault_set(fault, -EINVAL, "%s: folders.%s: the path is too long", WHERE,
                         target->name);
    return 0;
}

static int read_folders(const struct json *root, const char *folder, struct definition *definition,
                        struct fault *fault)
{
    const struct json *folders = json_member(root, "folders");
    const struct json *member;
    int result = 0;

    if (folders == NULL)
        return 0;
    if (!json_is_object(folders) || json_count(folders) > DEFINITION_FOLDERS_MAX)
        return fault_set(fault, -EINVAL, "%s: \"folders\" must be an object of at most %d folders",
                         WHERE, DEFINITION_FOLDERS_MAX);
    definition->folders = calloc(json_count(folders) + 1, sizeof(*definition->folders));
    if (definition->folders == NULL)
        return fault_no_memory(fault);
    for (member = json_first(folders); member != NULL && result == 0; member = json_next(member)) {
        result = read_folder(member, folder, &definition->folders[definition->folder_count], fault);
        if (result == 0)
            definition->folder_count++;
    }
    return result;
}

static int read_trigger(const struct json *trigger, const struct definition *definition,
                        struct fault *fault)
{
    struct trigger_rule *rule = &definition->triggers[definition->trigger_count];
    char where[64];
    size_t i;
    int result;

    (void)snprintf(where, sizeof(where), "%s triggers[%zu]", WHERE, definition->trigger_count);
    result = trigger_rule_read(trigger, where, rule, fault);
    if (result < 0)
        return result;
    if (rule->kind == TRIGGER_AFTER && strcmp(rule->after, definition->id) == 0)
        return fault_set(fault, -EINVAL, "%s: %s cannot start after itself", where, rule->after);
    for (i = 0; i < definition->trigger_count; i++)
        if (trigger_rule_equal(&definition->triggers[i], rule))
            return fault_set(fault, -EINVAL, "%s: is the same as triggers[%zu]; take one out",
                             where, i);
    return 0;
}

static int read_triggers(const struct json *root, struct definition *definition,
                         struct fault *fault)
{
    const struct json *triggers = json_member(root, "triggers");
    const struct json *trigger;
    int result = 0;

    if (triggers == NULL)
        return 0;
    if (!json_is_array(triggers))
        return fault_set(
            fault, -EINVAL,
            "%s: \"triggers\" must be an array of objects such as {\"cron\": \"30 6 * * "
            "mon-fri\"}",
            WHERE);
    if (json_count(triggers) > DEFINITION_TRIGGERS_MAX)
        return fault_set(fault, -EINVAL, "%s: at most %d triggers", WHERE, DEFINITION_TRIGGERS_MAX);
    definition->triggers = calloc(json_count(triggers) + 1, sizeof(*definition->triggers));
    if (definition->triggers == NULL)
        return fault_no_memory(fault);
    for (trigger = json_first(triggers); trigger != NULL && result == 0;
         trigger = json_next(trigger)) {
        result = read_trigger(trigger, definition, fault);
        definition->trigger_count += result == 0;
    }
    return result;
}

static int read_systems(const struct json *root, struct definition *definition, struct fault *fault)
{
    const struct json *systems = json_member(root, "systems");
    const struct json *system;
    size_t i;

    if (systems == NULL)
        return 0;
    if (!json_is_array(systems) || json_count(systems) > DEFINITION_SYSTEMS_MAX)
        return fault_set(fault, -EINVAL,
                         "%s: \"systems\" must be an array of at most %d systems' ids", WHERE,
                         DEFINITION_SYSTEMS_MAX);
    definition->systems = calloc(json_count(systems) + 1, sizeof(*definition->systems));
    if (definition->systems == NULL)
        return fault_no_memory(fault);
    for (system = json_first(systems); system != NULL; system = json_next(system)) {
        const char *slug = json_string(system);

        if (slug == NULL || !text_is_slug(slug))
            return fault_set(fault, -EINVAL,
                             "%s: \"systems\" must be ids of small letters, digits, - and _, as "
                             "`automagi system list` shows them",
                             WHERE);
        for (i = 0; i < definition->system_count; i++)
            if (strcmp(definition->systems[i], slug) == 0)
                return fault_set(fault, -EINVAL, "%s: \"systems\" has %s twice", WHERE, slug);
        (void)text_copy(definition->systems[definition->system_count++], CALENDAR_SLUG_MAX, slug);
    }
    return 0;
}

static int read_timeouts(const struct json *root, struct definition *definition,
                         struct fault *fault)
{
    static const char *const members[] = {"run_s", "item_s", "stop_s", NULL};
    static const char where[] = "robot.json timeouts";
    const struct json *timeouts = json_member(root, "timeouts");
    int result;

    if (timeouts == NULL)
        return 0;
    result = json_only(timeouts, members, where, fault);
    if (result == 0)
        result = may_u32(timeouts, "run_s", where, 1, 604800, &definition->run_timeout_s, fault);
    if (result == 0)
        result = may_u32(timeouts, "item_s", where, 1, 604800, &definition->item_timeout_s, fault);
    if (result == 0)
        result = may_u32(timeouts, "stop_s", where, 0, 600, &definition->stop_grace_s, fault);
    return result;
}

static int read_limits(const struct json *root, struct definition *definition, struct fault *fault)
{
    static const char *const members[] = {"memory_mib",  "cpu_s",     "file_mib",
                                          "open_files",  "processes", "log_kib",
                                          "queue_items", "queue_mib", NULL};
    static const char where[] = "robot.json limits";
    const struct json *limits = json_member(root, "limits");
    int result;

    if (limits == NULL)
        return 0;
    result = json_only(limits, members, where, fault);
    if (result == 0)
        result = may_u32(limits, "memory_mib", where, 16, 1048576, &definition->memory_mib, fault);
    if (result == 0)
        result = may_u32(limits, "cpu_s", where, 1, 604800, &definition->cpu_s, fault);
    if (result == 0)
        result = may_u32(limits, "file_mib", where, 1, 1048576, &definition->file_mib, fault);
    if (result == 0)
        result = may_u32(limits, "open_files", where, 16, 65536, &definition->open_files, fault);
    if (result == 0)
        result = may_u32(limits, "processes", where, 1, 4096, &definition->processes, fault);
    if (result == 0)
        result = may_u32(limits, "log_kib", where, 1, 1048576, &definition->log_kib, fault);
    if (result == 0)
        result =
            may_u32(limits, "queue_items", where, 1, 10000000, &definition->queue_items, fault);
    if (result == 0)
        result = may_u32(limits, "queue_mib", where, 1, 1048576, &definition->queue_mib, fault);
    return result;
}

static int read_numbers(const struct json *root, int side_effects, struct definition *definition,
                        struct fault *fault)
{
    int64_t priority = 0;
    int result;

    definition->attempts = 3;
    definition->retry_delay_s = 30;
    definition->retry_most_s = 3600;
    /* What is leased and not reported when the daemon dies is uncertain; when a person has to
     * look at each such item, it had better be one. */
    definition->lease = side_effects == PLUGIN_MANUAL ? 1 : 16;
    definition->limit = 1;
    definition->pause_after = 5;
    definition->is_warmed = true;
    definition->run_timeout_s = 3600;
    definition->item_timeout_s = 300;
    definition->stop_grace_s = 10;
    definition->memory_mib = 1024;
    definition->cpu_s = 3600;
    definition->file_mib = 256;
    definition->open_files = 256;
    definition->processes = 64;
    definition->log_kib = 1024;
    definition->queue_items = 100000;
    definition->queue_mib = 256;
    definition->retention_days = 30;
    result = may_u32(root, "attempts", WHERE, 1, 100, &definition->attempts, fault);
    if (result == 0)
        result = may_u32(root, "retry_delay_s", WHERE, 1, 3600, &definition->retry_delay_s, fault);
    if (result == 0)
        result = may_u32(root, "retry_most_s", WHERE, 1, 604800, &definition->retry_most_s, fault);
    if (result == 0 && definition->retry_most_s < definition->retry_delay_s)
        result =
            fault_set(fault, -EINVAL, "%s: \"retry_most_s\" is below \"retry_delay_s\"", WHERE);
    if (result == 0)
        result = may_u32(root, "lease", WHERE, 1, WIRE_ITEMS_MAX, &definition->lease, fault);
    if (result == 0)
        result = may_u32(root, "limit", WHERE, 1, 64, &definition->limit, fault);
    if (result == 0)
        result = may_u32(root, "pause_after", WHERE, 0, 1000, &definition->pause_after, fault);
    if (result == 0)
        result = json_may_bool(root, "warm", WHERE, &definition->is_warmed, fault);
    if (result == 0)
        result = json_may_bool(root, "warehouse", WHERE, &definition->reads_warehouse, fault);
    if (result == 0)
        result = json_may_int64(root, "priority", WHERE, -PRIORITY_MOST, PRIORITY_MOST, &priority,
                                fault);
    definition->priority = (int32_t)priority;
    if (result == 0)
        result =
            may_u32(root, "retention_days", WHERE, 0, 36500, &definition->retention_days, fault);
    return result;
}

static int read_configuration(const struct json *root, struct definition *definition,
                              struct fault *fault)
{
    const struct json *configuration = json_member(root, "configuration");
    struct text text;
    int result = 0;

    text_init(&text, WIRE_CONFIGURATION_MAX);
    if (configuration == NULL)
        text_append_string(&text, "{}");
    else if (!json_is_object(configuration))
        result = fault_set(fault, -EINVAL, "%s: \"configuration\" must be an object", WHERE);
    else
        result = json_print(configuration, &text);
    if (result == 0) {
        definition->configuration = text_take(&text);
        if (definition->configuration == NULL)
            result = fault_no_memory(fault);
    }
    text_release(&text);
    return result;
}

int definition_parse(const char *text, size_t length, const char *folder, int side_effects,
                     struct definition *ret_definition, struct fault *fault)
{
    struct json *root = NULL;
    struct definition definition;
    int result;

    memset(&definition, 0, sizeof(definition));
    result = json_parse(text, length, DEFINITION_MAX, &root, fault);
    if (result < 0)
        return fault_prefix(fault, result, "%s", WHERE);
    if (!json_is_object(root))
        result = fault_set(fault, -EINVAL, "%s: expected an object", WHERE);
    if (result == 0)
        result = json_only(root, MEMBERS, WHERE, fault);
    if (result == 0)
        result = need_slug(root, "id", definition.id, fault);
    if (result == 0)
        result = need_slug(root, "plugin", definition.plugin, fault);
    if (result == 0)
        result = read_window(root, &definition, fault);
    if (result == 0)
        result = read_numbers(root, side_effects, &definition, fault);
    if (result == 0)
        result = read_timeouts(root, &definition, fault);
    if (result == 0)
        result = read_limits(root, &definition, fault);
    if (result == 0)
        result = read_folders(root, folder, &definition, fault);
    if (result == 0)
        result = read_triggers(root, &definition, fault);
    if (result == 0)
        result = read_systems(root, &definition, fault);
    if (result == 0)
        result = read_configuration(root, &definition, fault);
    json_free(root);
    if (result == 0)
        *ret_definition = definition;
    else
        definition_release(&definition);
    return result;
}

void definition_release(struct definition *definition)
{
    if (definition == NULL)
        return;
    free(definition->configuration);
    free(definition->folders);
    free(definition->triggers);
    free(definition->systems);
    memset(definition, 0, sizeof(*definition));
}

static bool is_granted(const struct definition *definition, const char *name)
{
    size_t i;

    for (i = 0; i < definition->folder_count; i++) {
        if (strcmp(definition->folders[i].name, name) == 0)
            return true;
    }
    return false;
}

static int check_folders(const struct definition *definition, const struct plugin_note *note,
                         struct fault *fault)
{
    const struct json *asked;
    size_t i;

    for (asked = json_first(note->folders); asked != NULL; asked = json_next(asked)) {
        if (!is_granted(definition, json_name(asked)))
            return fault_set(fault, -EINVAL,
                             "%s: the plugin %s asks for the folder \"%s\" (%s); add it to "
                             "\"folders\"",
                             WHERE, note->id, json_name(asked), json_string(asked));
    }
    for (i = 0; i < definition->folder_count; i++) {
        if (note->folders == NULL ||
            json_member(note->folders, definition->folders[i].name) == NULL)
            return fault_set(fault, -EINVAL,
                             "%s: the plugin %s does not ask for the folder \"%s\"; remove it",
                             WHERE, note->id, definition->folders[i].name);
    }
    return 0;
}

static int check_warehouse(const struct definition *definition, const struct plugin_note *note,
                           struct fault *fault)
{
    if (note->warehouse != NULL && !definition->reads_warehouse)
        return fault_set(fault, -EINVAL,
                         "%s: the plugin %s asks for the warehouse drop (%s); add \"warehouse\": "
                         "true",
                         WHERE, note->id, note->warehouse);
    if (note->warehouse == NULL && definition->reads_warehouse)
        return fault_set(fault, -EINVAL,
                         "%s: the plugin %s does not ask for the warehouse drop; remove "
                         "\"warehouse\"",
                         WHERE, note->id);
    return 0;
}

int definition_check(const struct definition *definition, const struct plugin_note *note,
                     struct fault *fault)
{
    struct json *configuration = NULL;
    int result;

    if (strcmp(definition->plugin, note->id) != 0)
        return fault_set(fault, -EINVAL, "%s: asks for the plugin %s, the file says it is %s",
                         WHERE, definition->plugin, note->id);
    result = check_folders(definition, note, fault);
    if (result == 0)
        result = check_warehouse(definition, note, fault);
    if (result < 0)
        return result;
    result = json_parse(definition->configuration, strlen(definition->configuration),
                        WIRE_CONFIGURATION_MAX, &configuration, fault);
    if (result < 0)
        return result;
    if (note->configuration != NULL)
        result = json_schema_validate(note->configuration, configuration,
                                      "robot.json configuration", fault);
    else if (json_count(configuration) != 0)
        result =
            fault_set(fault, -EINVAL, "%s: the plugin %s takes no configuration", WHERE, note->id);
    json_free(configuration);
    return result;
}

void definition_policy(const struct definition *definition, int64_t robot_id, int side_effects,
                       struct item_policy *ret_policy)
{
    *ret_policy = (struct item_policy){
        .robot_id = robot_id,
        .window = definition->window,
        .side_effects = side_effects,
        .attempts = definition->attempts,
        .retry_delay_ms = (int64_t)definition->retry_delay_s * 1000,
        .retry_most_ms = (int64_t)definition->retry_most_s * 1000,
        .queue_items = definition->queue_items,
        .queue_mib = definition->queue_mib,
    };
}

void definition_policy_of(const struct robot *robot, struct item_policy *ret_policy)
{
    struct definition definition = {0};
    struct fault ignored = {""};

    *ret_policy = (struct item_policy){.robot_id = robot->id,
                                       .window = robot->window,
                                       .side_effects = PLUGIN_MANUAL,
                                       .attempts = 1};
    if (robot->definition == NULL ||
        definition_parse(robot->definition, strlen(robot->definition),
                         robot->folder != NULL ? robot->folder : "/", robot->side_effects,
                         &definition, &ignored) < 0)
        return;
    definition_policy(&definition, robot->id, robot->side_effects, ret_policy);
    definition_release(&definition);
}
