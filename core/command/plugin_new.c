/* plugin new: a folder with a plugin that compiles at once, from plugins/sdk/template. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/doctor.h"
#include "core/command/nouns.h"

#include "plugin_template.h"

enum {
    NAME_MIN = 2,
    NAME_MOST = 63,
    PATH_SIZE = 4096,
    FILE_MOST = 65536,
    FILE_MODE = 0644,
    FOLDER_MODE = 0755
};

/* In texts and in names of files: "my_plugin" is the plugin's, "my-plugin" the robot's, "My plugin"
 * the title's place. */
static const struct {
    const char *path;
    const char *text;
} files[] = {
    {"my_plugin.c", TEMPLATE_PLUGIN},      {"test_my_plugin.c", TEMPLATE_TEST},
    {"Makefile", TEMPLATE_MAKEFILE},       {"robot.json", TEMPLATE_ROBOT},
    {"input/sample.txt", TEMPLATE_SAMPLE}, {"automagi.h", TEMPLATE_SDK},
};

struct naming {
    const char *plugin;
    char robot[NAME_MOST + 1]; /* with - for _ */
};

static int plugin_new_check(const struct json *arguments, struct fault *fault)
{
    const char *name = json_string(json_member(arguments, "name"));
    size_t length = strlen(name);

    if (length < NAME_MIN || length > NAME_MOST || name[0] < 'a' || name[0] > 'z' ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return fault_set(fault, -EINVAL,
                         "\"%.80s\" cannot be a plugin's name: a small letter, then small letters, "
                         "digits and _, %d to %d of them in all",
                         name, NAME_MIN, NAME_MOST);
    return 0;
}

static void fill_in(const char *text, const struct naming *naming, struct text *target)
{
    static const size_t length = sizeof("my_plugin") - 1;

    text_clear(target);
    while (*text != '\0') {
        if (strncmp(text, "my_plugin", length) == 0 || strncmp(text, "My plugin", length) == 0)
            text_append_string(target, naming->plugin);
        else if (strncmp(text, "my-plugin", length) == 0)
            text_append_string(target, naming->robot);
        else {
            text_append_char(target, *text++);
            continue;
        }
        text += length;
    }
}

static int write_files(int folder_fd, const struct naming *naming, struct fault *fault)
{
    struct text path;
    struct text text;
    size_t i;
    int result = file_make_folder(folder_fd, "input", FOLDER_MODE, fault);

    text_init(&path, PATH_SIZE);
    text_init(&text, FILE_MOST);
    for (i = 0; i < sizeof(files) / sizeof(files[0]) && result == 0; i++) {
        fill_in(files[i].path, naming, &path);
        if (strcmp(files[i].path, "automagi.h") == 0) { /* as it is */
            text_clear(&text);
            text_append_string(&text, files[i].text);
        } else {
            fill_in(files[i].text, naming, &text);
        }
        result = path.broken != 0 || text.broken != 0
                     ? fault_no_memory(fault)
                     : file_write(folder_fd, text_string(&path), text.bytes, text.length, FILE_MODE,
                                  fault);
    }
    text_release(&path);
    text_release(&text);
    return result;
}

static int make_folder(const char *folder, int *ret_fd, struct fault *fault)
{
    int fd;

    if (mkdir(folder, FOLDER_MODE) < 0)
        return fault_set(fault, -errno,
                         errno == EEXIST ? "%s is there already: give another name, or --folder"
                                         : "%s cannot be made%s%s",
                         folder, ": ", strerror(errno));
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: %s", folder, strerror(errno));
    *ret_fd = fd;
    return 0;
}

static void answer(struct command_call *call, const struct naming *naming, const char *folder)
{
    char command[2 * PATH_SIZE];
    char quoted[DOCTOR_FIX_MAX]; /* commands are there to be copied */

    doctor_quote(folder, quoted);
    json_begin_object(call->result);
    result_message(call->result,
                   "%s holds the plugin %s and the robot %s; next, with AUTOMAGI_HOME set:", folder,
                   naming->plugin, naming->robot);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    json_begin_object(call->result);
    (void)snprintf(command, sizeof(command), "make -C %s test install", quoted);
    result_text(call->result, "command", command);
    result_text(call->result, "does", "compiles and tries it, and puts it into the installation");
    json_end_object(call->result);
    json_begin_object(call->result);
    (void)snprintf(command, sizeof(command), "automagi robot add %s/robot.json --name %s", quoted,
                   naming->robot);
    result_text(call->result, "command", command);
    result_text(call->result, "does", "installs its robot");
    json_end_object(call->result);
    json_begin_object(call->result);
    (void)snprintf(command, sizeof(command), "automagi run %s --wait", naming->robot);
    result_text(call->result, "command", command);
    result_text(call->result, "does", "runs it on input/ (while `automagi serve` goes on)");
    json_end_object(call->result);
    json_end_array(call->result);
    json_end_object(call->result);
}

static int plugin_new_apply(struct command_call *call, struct fault *fault)
{
    struct naming naming = {.plugin = argument_text(call, "name", "")};
    const char *folder = argument_text(call, "folder", naming.plugin);
    char *at;
    int fd = -1;
    int result;

    (void)text_copy(naming.robot, sizeof(naming.robot), naming.plugin);
    for (at = naming.robot; *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
    result = make_folder(folder, &fd, fault);
    if (result < 0)
        return result;
    result = write_files(fd, &naming, fault);
    (void)close(fd);
    if (result < 0)
        return fault_prefix(fault, result, "%s is not whole; remove it", folder);
    answer(call, &naming, folder);
    return 0;
}

static const struct argument arguments[] = {
    {.name = "name",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "NAME",
     .help = "the plugin's id: small letters, digits and _"},
    {.name = "folder",
     .kind = ARGUMENT_TEXT,
     .value = "DIR",
     .help = "the folder to make (NAME, here)",
     .source = SOURCE_PATH},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "command", .heading = "command"},
    {.member = "does", .heading = "does"},
    COLUMNS_END,
};

const struct command command_plugin_new = {
    .name = "plugin new",
    .summary = "make a folder with a plugin in C that compiles and runs at once",
    .help = "The plugin's source, a Makefile, a robot.json, a sample input, a test that needs no\n"
            "installation, and the contract automagi.h. An existing folder is refused.",
    .kind = COMMAND_FREE,
    .arguments = arguments,
    .check = plugin_new_check,
    .columns = columns,
    .apply = plugin_new_apply,
};
