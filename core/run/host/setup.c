/* setup.c - what the daemon tells a host before anything else. */
#include "core/run/host/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/run/wire.h"

enum { LIMIT_MOST = 1 << 30, ID_MOST = 2147483646 };

static int parse_limits(const struct json *limits, struct host_limits *ret, struct fault *fault)
{
    static const char *const members[] = {"memory_mib", "cpu_s",   "file_mib", "open_files",
                                          "processes",  "log_kib", NULL};
    struct {
        const char *name;
        int64_t *value;
    } const all[] = {{"memory_mib", &ret->memory_mib}, {"cpu_s", &ret->cpu_s},
                     {"file_mib", &ret->file_mib},     {"open_files", &ret->open_files},
                     {"processes", &ret->processes},   {"log_kib", &ret->log_kib}};
    size_t i;
    int r;

    if (limits) {
        r = json_only(limits, members, "setup.limits", fault);
        for (i = 0; i < sizeof(all) / sizeof(all[0]) && r == 0; i++)
            r = json_may_int64(limits, all[i].name, "setup.limits", 0, LIMIT_MOST, all[i].value,
                               fault);
        if (r < 0)
            return r;
    }
    if (ret->log_kib == 0)
        ret->log_kib = WIRE_LOG_KIB;
    return 0;
}

static int parse_folders(const struct json *folders, struct host_setup *setup, struct fault *fault)
{
    const struct json *folder;
    struct host_folder *target;

    for (folder = json_first(folders); folder; folder = json_next(folder)) {
        if (setup->folder_count == PLUGIN_FOLDERS_MAX)
            return fault_set(fault, -EINVAL, "setup.folders: more than %d", PLUGIN_FOLDERS_MAX);
        target = &setup->folders[setup->folder_count];
        target->name = json_name(folder);
        target->path = json_string(folder);
        target->fd = -1;
        if (!target->path)
            return fault_set(fault, -EINVAL, "setup.folders.%s: must be a path", target->name);
        setup->folder_count++;
    }
    return 0;
}

int host_setup_parse(const char *json, size_t length, struct host_setup *ret_setup,
                     struct fault *fault)
{
    static const char *const members[] = {"robot",   "plugin",     "outer_uid",  "outer_gid",
                                          "as_root", "folders",    "log_folder", "work_folder",
                                          "limits",  "clear_work", NULL};
    struct host_setup setup = {.log_fd = -1, .work_fd = -1};
    int64_t uid = 0;
    int64_t gid = 0;
    int r;

    r = json_parse(json, length, WIRE_SETUP_MAX, &setup.document, fault);
    if (r < 0)
        return r;
    r = json_only(setup.document, members, "setup", fault);
    if (r == 0)
        r = json_need_string(setup.document, "robot", "setup", &setup.robot, fault);
    if (r == 0)
        r = json_need_string(setup.document, "plugin", "setup", &setup.plugin, fault);
    if (r == 0)
        r = json_need_string(setup.document, "log_folder", "setup", &setup.log_folder, fault);
    if (r == 0)
        r = json_need_string(setup.document, "work_folder", "setup", &setup.work_folder, fault);
    if (r == 0)
        r = json_need_int64(setup.document, "outer_uid", "setup", 0, ID_MOST, &uid, fault);
    if (r == 0)
        r = json_need_int64(setup.document, "outer_gid", "setup", 0, ID_MOST, &gid, fault);
    if (r == 0)
        r = json_may_bool(setup.document, "as_root", "setup", &setup.as_root, fault);
    if (r == 0)
        r = json_may_bool(setup.document, "clear_work", "setup", &setup.clear_work, fault);
    if (r == 0)
        r = parse_folders(json_member(setup.document, "folders"), &setup, fault);
    if (r == 0)
        r = parse_limits(json_member(setup.document, "limits"), &setup.limits, fault);
    if (r < 0) {
        json_free(setup.document);
        return r;
    }
    setup.outer_uid = (uid_t)uid;
    setup.outer_gid = (gid_t)gid;
    *ret_setup = setup;
    return 0;
}

static int open_folder(const char *what, const char *path, int flags, int *ret_fd,
                       struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);

    if (fd < 0)
        return fault_set(fault, -errno, "%s: %s cannot be opened: %s", what, path, strerror(errno));
    *ret_fd = fd;
    return 0;
}

int host_setup_open_folders(struct host_setup *setup, struct fault *fault)
{
    struct stat status;
    size_t i;
    int r;

    for (i = 0; i < setup->folder_count; i++) {
        struct host_folder *folder = &setup->folders[i];

        r = open_folder("granted folder", folder->path, 0, &folder->fd, fault);
        if (r < 0)
            return fault_prefix(fault, r, "folders.%s", folder->name);
        if (fstat(folder->fd, &status) == 0) {
            folder->device = status.st_dev;
            folder->inode = status.st_ino;
        }
    }
    r = open_folder("work folder", setup->work_folder, O_NOFOLLOW, &setup->work_fd, fault);
    if (r < 0)
        return r;
    setup->kept_end = setup->work_fd + 1;
    for (i = 0; i < setup->folder_count; i++)
        if (setup->folders[i].fd >= setup->kept_end)
            return fault_set(fault, -EINVAL, "a descriptor was open that should not be");
    return open_folder("log folder", setup->log_folder, O_NOFOLLOW, &setup->log_fd, fault);
}

bool host_setup_is_current(const struct host_setup *setup)
{
    struct stat now;
    size_t i;

    for (i = 0; i < setup->folder_count; i++) {
        const struct host_folder *folder = &setup->folders[i];

        /* Also false where the robot's user may not look: a new host opens it with more rights. */
        if (stat(folder->path, &now) < 0 || now.st_dev != folder->device ||
            now.st_ino != folder->inode)
            return false;
    }
    return true;
}

void host_setup_release(struct host_setup *setup)
{
    size_t i;

    if (!setup)
        return;
    for (i = 0; i < setup->folder_count; i++)
        if (setup->folders[i].fd >= 0)
            (void)close(setup->folders[i].fd);
    if (setup->work_fd >= 0)
        (void)close(setup->work_fd);
    if (setup->log_fd >= 0)
        (void)close(setup->log_fd);
    json_free(setup->document);
    memset(setup, 0, sizeof(*setup));
    setup->log_fd = -1;
    setup->work_fd = -1;
}
