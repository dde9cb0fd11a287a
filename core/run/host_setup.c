/* What a host is told before it loads the plugin: who it becomes, its folders and limits. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/run/daemon_inner.h"
#include "core/run/run_identity.h"

/* HOME/logs and HOME/work are made with the home; whoever removed one while it is served keeps no run from its robot, least of
 * all the one that work which was cut off goes on with. In the home that is held, wherever its path leads by now. */
static int make_robot_folder(const struct daemon *daemon, const char *kind, const char *slug,
                             char target[4096], struct fault *fault)
{
    const char *home = daemon->settings->home;
    struct fault why;
    char folder[4096];
    int result = 0;

    if (!file_join(folder, sizeof(folder), kind, slug) || !file_join(target, 4096, home, folder))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", home);
    result = file_make_folder(daemon->home_fd, folder, 0700, &why);
    if (result == -ENOENT) {
        result = file_make_folder(daemon->home_fd, kind, 0700, &why);
        if (result == 0)
            result = file_make_folder(daemon->home_fd, folder, 0700, &why);
    }
    return result < 0 ? fault_set(fault, result, "%s/%s", home, why.text) : 0;
}

/* Then what lies in the robot's work folder was left behind by one that was killed. */
static bool is_only_host(const struct daemon *daemon, const struct host *host)
{
    const struct host *other;

    for (other = daemon->hosts; other != NULL; other = other->next) {
        if (other != host && other->robot == host->robot && other->state != HOST_GONE)
            return false;
    }
    return true;
}

static void put_limits(struct json_writer *writer, const struct definition *definition)
{
    json_key(writer, "limits");
    json_begin_object(writer);
    json_key(writer, "memory_mib");
    json_put_int(writer, definition->memory_mib);
    json_key(writer, "cpu_s");
    json_put_int(writer, definition->cpu_s);
    json_key(writer, "file_mib");
    json_put_int(writer, definition->file_mib);
    json_key(writer, "open_files");
    json_put_int(writer, definition->open_files);
    json_key(writer, "processes");
    json_put_int(writer, definition->processes);
    json_key(writer, "log_kib");
    json_put_int(writer, definition->log_kib);
    json_end_object(writer);
}

static void put_string(struct json_writer *writer, const char *name, const char *value)
{
    json_key(writer, name);
    json_put_string(writer, value);
}

static void write_setup(const struct daemon *daemon, const struct host *host,
                        const char *log_folder, const char *work_folder, struct text *target)
{
    const struct definition *definition = &host->robot->definition;
    struct run_identity identity = run_identity_of(host->robot->id);
    struct json_writer writer;
    size_t i;

    json_writer_init(&writer, target);
    json_begin_object(&writer);
    put_string(&writer, "robot", host->robot->slug);
    put_string(&writer, "plugin", host->plugin_path);
    json_key(&writer, "outer_uid");
    json_put_int(&writer, identity.uid);
    json_key(&writer, "outer_gid");
    json_put_int(&writer, identity.gid);
    json_key(&writer, "as_root");
    json_put_bool(&writer, identity.as_root);
    put_string(&writer, "log_folder", log_folder);
    put_string(&writer, "work_folder", work_folder);
    json_key(&writer, "clear_work");
    json_put_bool(&writer, is_only_host(daemon, host));
    json_key(&writer, "folders");
    json_begin_object(&writer);
    for (i = 0; i < definition->folder_count; i++)
        put_string(&writer, definition->folders[i].name, definition->folders[i].path);
    json_end_object(&writer);
    put_limits(&writer, definition);
    json_end_object(&writer);
}

int host_send_setup(struct daemon *daemon, struct host *host, struct fault *fault)
{
    char log_folder[4096];
    char work_folder[4096];
    struct text setup;
    int result = make_robot_folder(daemon, "logs", host->robot->slug, log_folder, fault);

    if (result == 0)
        result = make_robot_folder(daemon, "work", host->robot->slug, work_folder, fault);
    if (result < 0)
        return result;
    text_init(&setup, WIRE_CONFIGURATION_MAX);
    write_setup(daemon, host, log_folder, work_folder, &setup);
    wire_frame_init(&daemon->out, WIRE_SETUP);
    daemon->out.text = wire_string(text_string(&setup));
    result = setup.broken != 0 ? setup.broken : host_send(daemon, host, &daemon->out, -1);
    text_release(&setup);
    if (result < 0)
        return fault_set(fault, result, "robot %s: its host cannot be set up: %s",
                         host->robot->slug, strerror(-result));
    return 0;
}
