#include "core/store/backup_manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"

enum { FORMAT = 1 };
#define NUMBER_MAX (INT64_C(1) << 53)

static const char WHERE[] = "the backup's description";

static void put_int(struct json_writer *writer, const char *name, int64_t value)
{
    json_key(writer, name);
    json_put_int(writer, value);
}

static void put_string(struct json_writer *writer, const char *name, const char *value)
{
    json_key(writer, name);
    json_put_string(writer, value);
}

void backup_manifest_write(const struct backup_manifest *manifest, struct text *target)
{
    struct json_writer writer;
    size_t i;

    json_writer_init(&writer, target);
    json_begin_object(&writer);
    put_int(&writer, "format", FORMAT);
    put_string(&writer, "program", manifest->program);
    put_int(&writer, "made_ms", manifest->made_ms);
    put_string(&writer, "installation", manifest->installation);
    put_int(&writer, "database_bytes", manifest->database_bytes);
    put_int(&writer, "tasks", manifest->tasks);
    put_int(&writer, "items", manifest->items);
    put_int(&writer, "newest_ms", manifest->newest_ms);
    put_int(&writer, "keys", manifest->keys);
    put_int(&writer, "keys_gone", manifest->keys_gone);
    json_key(&writer, "plugins");
    json_begin_array(&writer);
    for (i = 0; i < manifest->plugin_count; i++) {
        json_begin_object(&writer);
        put_string(&writer, "file", manifest->plugins[i].file);
        put_int(&writer, "size_bytes", manifest->plugins[i].size_bytes);
        put_string(&writer, "sha256", manifest->plugins[i].sha256);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    text_append_char(target, '\n');
}

/* A text that may be shown: one line, of at most size - 1 bytes. */
static int need_line(const struct json *object, const char *name, const char *where, char *target,
                     size_t size, struct fault *fault)
{
    const char *value = NULL;
    int result = json_need_string(object, name, where, &value, fault);

    if (result == 0 && (!text_is_line(value, strlen(value)) || !text_copy(target, size, value)))
        result = fault_set(fault, -EINVAL, "%s: \"%s\": expected a line of at most %zu bytes",
                           where, name, size - 1);
    return result;
}

/* Hexadecimal digits that fill the target. */
static int need_hex(const struct json *object, const char *name, const char *where, char *target,
                    size_t size, struct fault *fault)
{
    int result = need_line(object, name, where, target, size, fault);

    if (result == 0 && strspn(target, "0123456789abcdef") != size - 1)
        result = fault_set(fault, -EINVAL, "%s: \"%s\": expected %zu hexadecimal digits", where,
                           name, size - 1);
    return result;
}

static int read_plugin(const struct json *value, struct backup_plugin *plugin, struct fault *fault)
{
    static const char *const members[] = {"file", "size_bytes", "sha256", NULL};
    static const char where[] = "the backup's description: plugins[]";
    int result = json_only(value, members, where, fault);

    if (result == 0)
        result = need_line(value, "file", where, plugin->file, sizeof plugin->file, fault);
    if (result == 0 && (plugin->file[0] == '\0' || strchr(plugin->file, '/') != NULL))
        result = fault_set(fault, -EINVAL, "%s: \"file\": expected the name of a file", where);
    if (result == 0)
        result =
            json_need_int64(value, "size_bytes", where, 0, NUMBER_MAX, &plugin->size_bytes, fault);
    if (result == 0)
        result = need_hex(value, "sha256", where, plugin->sha256, sizeof plugin->sha256, fault);
    return result;
}

static int read_plugins(const struct json *list, struct backup_manifest *manifest,
                        struct fault *fault)
{
    const struct json *value;
    size_t count = json_count(list);
    int result = 0;

    if (!json_is_array(list) || count > BACKUP_PLUGINS_MAX)
        return fault_set(fault, -EINVAL, "%s: \"plugins\": expected a list of at most %d", WHERE,
                         BACKUP_PLUGINS_MAX);
    if (count == 0)
        return 0;
    manifest->plugins = calloc(count, sizeof *manifest->plugins);
    if (manifest->plugins == NULL)
        return fault_no_memory(fault);
    for (value = json_first(list); value != NULL && result == 0; value = json_next(value))
        result = read_plugin(value, &manifest->plugins[manifest->plugin_count++], fault);
    return result;
}

static int read_numbers(const struct json *object, struct backup_manifest *manifest,
                        struct fault *fault)
{
    const struct {
        const char *name;
        int64_t least, most;
        int64_t *value;
    } numbers[] = {
        {"made_ms", 0, NUMBER_MAX, &manifest->made_ms},
        {"database_bytes", 1, NUMBER_MAX, &manifest->database_bytes},
        {"tasks", 0, NUMBER_MAX, &manifest->tasks},
        {"items", 0, NUMBER_MAX, &manifest->items},
        {"newest_ms", 0, NUMBER_MAX, &manifest->newest_ms},
        {"keys", 0, BACKUP_KEYS_MAX, &manifest->keys},
        {"keys_gone", 0, BACKUP_KEYS_MAX, &manifest->keys_gone},
    };
    int result = 0;
    size_t i;

    for (i = 0; i < sizeof numbers / sizeof numbers[0] && result == 0; i++)
        result = json_need_int64(object, numbers[i].name, WHERE, numbers[i].least, numbers[i].most,
                                 numbers[i].value, fault);
    return result;
}

static int read_object(const struct json *object, struct backup_manifest *manifest,
                       struct fault *fault)
{
    static const char *const members[] = {"format",         "program",   "made_ms", "installation",
                                          "database_bytes", "tasks",     "items",   "newest_ms",
                                          "keys",           "keys_gone", "plugins", NULL};
    int64_t format = 0;
    int result = json_need_int64(object, "format", WHERE, 1, NUMBER_MAX, &format, fault);

    if (result == 0 && format > FORMAT)
        return fault_set(fault, -EPROTO,
                         "is of format %" PRId64
                         ", this program knows %d: install a newer Automagi",
                         format, FORMAT);
    if (result == 0)
        result = json_only(object, members, WHERE, fault);
    if (result == 0)
        result =
            need_line(object, "program", WHERE, manifest->program, sizeof manifest->program, fault);
    if (result == 0)
        result = need_hex(object, "installation", WHERE, manifest->installation,
                          sizeof manifest->installation, fault);
    if (result == 0)
        result = read_numbers(object, manifest, fault);
    if (result == 0)
        result = read_plugins(json_member(object, "plugins"), manifest, fault);
    return result;
}

int backup_manifest_read(const char *bytes, size_t length, struct backup_manifest *ret_manifest,
                         struct fault *fault)
{
    struct backup_manifest manifest = {.program = ""};
    struct json *document = NULL;
    int result = json_parse(bytes, length, BACKUP_MANIFEST_MAX, &document, fault);

    if (result < 0)
        return fault_prefix(fault, result == -ENOMEM ? result : -EINVAL, "%s", WHERE);
    result = json_is_object(document) ? read_object(document, &manifest, fault)
                                      : fault_set(fault, -EINVAL, "%s: expected an object", WHERE);
    json_free(document);
    if (result == 0)
        *ret_manifest = manifest;
    else
        backup_manifest_release(&manifest);
    return result;
}

void backup_manifest_release(struct backup_manifest *manifest)
{
    if (manifest == NULL)
        return;
    free(manifest->plugins);
    *manifest = (struct backup_manifest){.program = ""};
}
