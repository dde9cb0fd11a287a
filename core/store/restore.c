/* A backup unpacked and proved, and the plugins that it wants. */
#include "core/store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/restore_inner.h"
#include "core/store/upgrade_inner.h"

static int open_file(const char *path, int *ret_fd, int64_t *ret_size, struct fault *fault)
{
    struct stat about;
    int result = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &about) < 0)
        result = fault_set(fault, -errno, "%s: cannot be looked at: %s", path, strerror(errno));
    else if (!S_ISREG(about.st_mode))
        result = fault_set(fault, -EBADMSG, "%s: is not a regular file, so no backup", path);
    if (result < 0) {
        (void)close(fd);
        return result;
    }
    *ret_fd = fd;
    *ret_size = about.st_size;
    return 0;
}

/* What the file says of itself must be what is found. */
static int check_counts(const struct backup_manifest *said, const struct backup_manifest *found,
                        const char *path, struct fault *fault)
{
    if (said->tasks == found->tasks && said->items == found->items && said->keys == found->keys &&
        said->keys_gone == found->keys_gone && said->newest_ms == found->newest_ms &&
        strcmp(said->installation, found->installation) == 0)
        return 0;
    return fault_set(fault, -EBADMSG,
                     "%s: is no whole backup: what is in it is not what it says of itself; use "
                     "another copy of it",
                     path);
}

/* One that an earlier program made: it is the same that it says of itself also afterwards. */
static int bring_up(struct restore *restore, const char *path,
                    const struct backup_progress *progress, struct fault *fault)
{
    int result = upgrade_place(&restore->place, progress, &restore->report.version, fault);

    return result < 0 ? fault_prefix(fault, result, "%s", path) : 0;
}

static int unpack(struct restore *restore, int fd, const char *path,
                  const struct backup_progress *progress, struct fault *fault)
{
    struct backup_manifest found = {.program = ""};
    struct backup_manifest *manifest = &restore->report.manifest;
    int result = backup_read_seal(fd, path, progress, restore->report.sha256, fault);

    if (result == 0)
        result = backup_read_members(fd, path, &restore->place, progress, manifest, fault);
    if (result < 0)
        return result;
    result = backup_tell(progress, "proving", 0, 0, fault);
    if (result == 0)
        result = bring_up(restore, path, progress, fault);
    if (result == 0)
        result = backup_prove(&restore->place, path, progress, &found, fault);
    if (result == 0)
        result = backup_tell(progress, "proved", 0, 0, fault);
    return result == 0 ? check_counts(manifest, &found, path, fault) : result;
}

int restore_open(const char *path, const char *folder, const struct backup_progress *progress,
                 struct restore **ret_restore, struct fault *fault)
{
    struct restore *restore = calloc(1, sizeof *restore);
    int64_t begun_ms = clock_monotonic_ms();
    int fd = -1;
    int result;

    if (restore == NULL)
        return fault_no_memory(fault);
    restore->place = (struct backup_place){.parent_fd = -1, .fd = -1};
    result = open_file(path, &fd, &restore->report.size_bytes, fault);
    if (result == 0)
        result = backup_place_make(folder, &restore->place, fault);
    if (result == 0)
        result = unpack(restore, fd, path, progress, fault);
    if (fd >= 0)
        (void)close(fd);
    restore->report.took_ms = clock_monotonic_ms() - begun_ms;
    if (result == 0)
        *ret_restore = restore;
    else
        restore_close(restore);
    return result;
}

void restore_close(struct restore *restore)
{
    if (restore == NULL)
        return;
    backup_place_release(&restore->place);
    backup_report_release(&restore->report);
    free(restore);
}

const struct backup_report *restore_report(const struct restore *restore)
{
    return &restore->report;
}

const char *restore_home(const struct restore *restore)
{
    return restore->place.path;
}

int64_t restore_plugins(const struct restore *restore, const char *home, int64_t *ret_others,
                        char ret_first[static BACKUP_FILE_NAME_MAX + 1])
{
    const struct backup_manifest *copy = &restore->report.manifest;
    struct backup_manifest there = {.program = ""};
    int64_t count = 0;
    size_t i;
    size_t k;

    *ret_others = 0;
    ret_first[0] = '\0';
    /* What cannot be read is as good as absent. */
    if (backup_plugins_list(home, &there, NULL) < 0)
        there.plugin_count = 0;
    for (i = 0; i < copy->plugin_count; i++) {
        for (k = 0; k < there.plugin_count; k++)
            if (strcmp(copy->plugins[i].file, there.plugins[k].file) == 0)
                break;
        if (k < there.plugin_count && strcmp(copy->plugins[i].sha256, there.plugins[k].sha256) == 0)
            continue;
        *ret_others += k < there.plugin_count;
        if (count++ == 0)
            (void)text_copy(ret_first, BACKUP_FILE_NAME_MAX + 1, copy->plugins[i].file);
    }
    backup_manifest_release(&there);
    return count;
}
