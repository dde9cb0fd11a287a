/* plugin list | check: what plugins' files say of themselves. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/run/definition.h"
#include "core/run/plugin_file.h"
#include "core/store/store.h"

enum { PATH_SIZE = 4096, FOLDERS_MAX = 8, FILES_MAX = 1000, ASKED_MAX = 65536 };

static const char *side_effects_word(enum plugin_side_effects side_effects)
{
    switch (side_effects) {
    case PLUGIN_IDEMPOTENT:
        return "idempotent";
    case PLUGIN_PROBEABLE:
        return "probeable";
    case PLUGIN_MANUAL:
        return "manual";
    }
    return "";
}

static void put_note(struct json_writer *writer, const struct plugin_note *note, const char *path)
{
    result_text(writer, "id", note->id);
    result_text(writer, "version", note->version);
    result_text(writer, "title", note->title);
    result_text(writer, "side_effects", side_effects_word(note->side_effects));
    result_text(writer, "path", path);
}

static void list_file(struct command_call *call, const char *path)
{
    struct plugin_note note = {0};
    struct fault refusal = {.text = ""};

    json_begin_object(call->result);
    if (plugin_file_describe(path, &note, NULL, &refusal) == 0) {
        put_note(call->result, &note, path);
        result_text(call->result, "refused", NULL);
    } else {
        result_text(call->result, "id", NULL);
        result_text(call->result, "path", path);
        result_text(call->result, "refused", refusal.text);
    }
    plugin_note_release(&note);
    json_end_object(call->result);
}

static int is_plugin_name(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0;
}

/* A folder that is not there holds no plugins. */
static int list_folder(struct command_call *call, const char *folder, struct fault *fault)
{
    struct dirent **entries = NULL;
    char path[PATH_SIZE];
    int count = scandir(folder, &entries, is_plugin_name, alphasort);
    int i;

    if (count < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return 0;
        return fault_set(fault, -errno, "%s: cannot be read: %s", folder, strerror(errno));
    }
    for (i = 0; i < count; i++) {
        if (i < FILES_MAX && file_join(path, sizeof(path), folder, entries[i]->d_name))
            list_file(call, path);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static int plugin_list_apply(struct command_call *call, struct fault *fault)
{
    const char *home = store_home(call->store);
    char folder[PATH_SIZE];
    unsigned i;
    int result = 0;

    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    for (i = 0; result == 0 && i < FOLDERS_MAX && plugin_folder(home, i, folder); i++)
        if (folder[0] != '\0')
            result = list_folder(call, folder, fault);
    json_end_array(call->result);
    json_key(call->result, "folders");
    json_begin_array(call->result);
    for (i = 0; i < FOLDERS_MAX && plugin_folder(home, i, folder); i++)
        if (folder[0] != '\0')
            json_put_string(call->result, folder);
    json_end_array(call->result);
    json_end_object(call->result);
    return result;
}

/* What robot.json must grant and may configure. */
static int put_asked(struct json_writer *writer, const char *name, const struct json *asked,
                     struct fault *fault)
{
    struct text compact;
    int result = 0;

    json_key(writer, name);
    if (asked == NULL) {
        json_put_null(writer);
        return 0;
    }
    text_init(&compact, ASKED_MAX);
    if (json_print(asked, &compact) < 0)
        result = fault_no_memory(fault);
    else
        json_put_raw(writer, text_string(&compact));
    text_release(&compact);
    return result;
}

static int plugin_check_apply(struct command_call *call, struct fault *fault)
{
    const char *path = argument_text(call, "file", "");
    unsigned char hash[PLUGIN_HASH_SIZE];
    char hex[2 * PLUGIN_HASH_SIZE + 1];
    static const char digits[] = "0123456789abcdef";
    struct plugin_note note = {0};
    size_t i;
    int result = plugin_file_describe(path, &note, hash, fault);

    if (result < 0)
        return result;
    for (i = 0; i < PLUGIN_HASH_SIZE; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    hex[sizeof(hex) - 1] = '\0';
    json_begin_object(call->result);
    put_note(call->result, &note, path);
    result_text(call->result, "hash", hex);
    result = put_asked(call->result, "folders", note.folders, fault);
    if (result == 0)
        result = put_asked(call->result, "configuration", note.configuration, fault);
    if (note.warehouse != NULL)
        result_text(call->result, "warehouse", note.warehouse);
    json_end_object(call->result);
    plugin_note_release(&note);
    return result;
}

static const struct column list_columns[] = {
    {.member = "id", .heading = "plugin"},
    {.member = "version", .heading = "version"},
    {.member = "title", .heading = "title"},
    {.member = "side_effects", .heading = "side effects"},
    {.member = "path", .heading = "file"},
    {.member = "refused", .heading = "refused because"},
    COLUMNS_END,
};

const struct command command_plugin_list = {
    .name = "plugin list",
    .summary = "the plugins that can be found, and what they say of themselves",
    .help = "Looks in HOME/plugins, then beside the programs, then where Automagi is installed. A\n"
            "file that cannot be used is listed with the reason. No plugin is loaded.",
    .kind = COMMAND_READS,
    .columns = list_columns,
    .empty = "no plugins found; put NAME.so into HOME/plugins",
    .apply = plugin_list_apply,
};

static const struct argument check_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "the plugin's shared object (NAME.so)",
     .source = SOURCE_PATH},
    ARGUMENTS_END,
};

const struct command command_plugin_check = {
    .name = "plugin check",
    .summary = "can this file be used as a plugin?",
    .help =
        "Reads the plugin's note without loading it and prints what it says; exit status 1 and\n"
        "the reason when it cannot be used. Needs no installation.",
    .kind = COMMAND_FREE,
    .arguments = check_arguments,
    .apply = plugin_check_apply,
};
