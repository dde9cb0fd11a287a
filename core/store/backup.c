#include "core/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/store/backup_inner.h"
#include "core/store/store.h"

/* Where the file is to lie: its folder, and its name in it. */
struct target {
    char folder[STORE_PATH_MAX];
    const char *name; /* into the path that was given */
};

static int refuse_existing(const char *path, struct fault *fault)
{
    return fault_set(fault, -EEXIST, "%s: is there already and is left as it is; give another name",
                     path);
}

static int find_target(const char *path, struct target *ret_target, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    struct stat about;
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);

    ret_target->name = slash == NULL ? path : slash + 1;
    if (ret_target->name[0] == '\0' || strcmp(ret_target->name, ".") == 0 ||
        strcmp(ret_target->name, "..") == 0)
        return fault_set(fault, -EISDIR, "%s: is a folder; give the name of a file in it", path);
    if (length >= sizeof ret_target->folder)
        return fault_set(fault, -ENAMETOOLONG, "%.80s...: the path is too long", path);
    memcpy(ret_target->folder, slash == NULL ? "." : path, slash == NULL ? 1 : length);
    ret_target->folder[slash == NULL ? 1 : length] = '\0';
    if (lstat(path, &about) == 0)
        return refuse_existing(path, fault);
    return errno == ENOENT ? 0
                           : fault_set(fault, -errno,
                                       "%s: cannot be made: %s; see that its folder "
                                       "is there and can be written",
                                       path, strerror(errno));
}

static int copy(const char *home, const struct backup_place *place,
                const struct backup_progress *progress, struct backup_manifest *manifest,
                struct fault *fault)
{
    struct store *source = NULL;
    int result = store_open(home, STORE_READ, &source, fault);

    if (result < 0)
        return result;
    manifest->made_ms = clock_now_ms(); /* before the view: what was acknowledged then is in it */
    result = store_view_begin(source, fault);
    if (result == 0) {
        result = backup_copy(source, place, progress, manifest, fault);
        store_view_end(source);
    }
    store_close(source);
    return result;
}

static int measure(const struct backup_place *place, struct backup_manifest *manifest,
                   struct fault *fault)
{
    struct stat about;

    if (fstatat(place->fd, BACKUP_DATABASE, &about, AT_SYMLINK_NOFOLLOW) < 0)
        return fault_set(fault, -errno, "%s: the copy is gone: %s", place->path, strerror(errno));
    manifest->database_bytes = about.st_size;
    return 0;
}

/* From the disk and not from memory, as far as the system does what it is told. */
static int read_back(const struct backup_place *place, const char *path,
                     const struct backup_progress *progress, struct backup_report *report,
                     struct fault *fault)
{
    struct stat about;
    int result = 0;
    int fd = openat(place->fd, "backup", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || fstat(fd, &about) < 0) {
        result = fault_set(fault, -errno, "%s: cannot be read back: %s", path, strerror(errno));
    } else {
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        report->size_bytes = about.st_size;
        result = backup_read_seal(fd, path, progress, report->sha256, fault);
    }
    if (fd >= 0)
        (void)close(fd);
    return result;
}

static int give_name(const struct backup_place *place, const struct target *target,
                     const char *path, struct fault *fault)
{
    int moved = renameat2(place->fd, "backup", place->parent_fd, target->name, RENAME_NOREPLACE);

    /* Not every file system can do this; a link takes no other's place either. */
    if (moved < 0 && (errno == EINVAL || errno == ENOSYS))
        moved = linkat(place->fd, "backup", place->parent_fd, target->name, 0);
    if (moved < 0 && errno == EEXIST)
        return refuse_existing(path, fault);
    if (moved < 0)
        return fault_set(fault, -errno, "%s: did not get its name: %s", path, strerror(errno));
    if (fsync(place->parent_fd) < 0) {
        int error = errno;

        (void)unlinkat(place->parent_fd, target->name, 0); /* ours: the name was free */
        return fault_set(fault, -error, "%s: its name did not reach the disk: %s", path,
                         strerror(error));
    }
    return 0;
}

static int make_in(const char *home, const char *path, const struct backup_place *place,
                   const struct backup_progress *progress, struct backup_report *report,
                   struct fault *fault)
{
    struct backup_manifest counted = {.program = ""};
    struct backup_manifest *manifest = &report->manifest;
    int result = copy(home, place, progress, manifest, fault);

    if (result == 0)
        result = measure(place, manifest, fault);
    if (result == 0)
        result = backup_tell(progress, "proving", 0, 0, fault);
    if (result == 0)
        result = backup_prove(place, path, progress, &counted, fault);
    if (result == 0 && (counted.keys != manifest->keys || counted.keys_gone != manifest->keys_gone))
        result = fault_set(fault, -EBADMSG, "%s: not every key was copied; try again", path);
    if (result < 0)
        return result;
    manifest->tasks = counted.tasks;
    manifest->items = counted.items;
    manifest->newest_ms = counted.newest_ms;
    memcpy(manifest->installation, counted.installation, sizeof manifest->installation);
    result = backup_plugins_list(home, manifest, fault);
    if (result == 0)
        result = backup_file_write(place, manifest, progress, fault);
    if (result < 0)
        return fault_prefix(fault, result, "%s", path);
    return read_back(place, path, progress, report, fault);
}

int backup_make(const char *home, const char *path, const struct backup_progress *progress,
                struct backup_report *ret_report, struct fault *fault)
{
    struct backup_place place = {.parent_fd = -1, .fd = -1};
    struct backup_report report = {.size_bytes = 0};
    struct target target = {.name = NULL};
    int64_t begun_ms = clock_monotonic_ms();
    int result = find_target(path, &target, fault);

    if (result == 0)
        result = backup_place_make(target.folder, &place, fault);
    if (result < 0)
        return result;
    (void)text_copy(report.manifest.program, sizeof report.manifest.program, automagi_version);
    result = make_in(home, path, &place, progress, &report, fault);
    if (result == 0)
        result = give_name(&place, &target, path, fault);
    backup_place_release(&place);
    report.took_ms = clock_monotonic_ms() - begun_ms;
    if (result == 0)
        *ret_report = report;
    else
        backup_report_release(&report);
    return result;
}

void backup_report_release(struct backup_report *report)
{
    if (report != NULL)
        backup_manifest_release(&report->manifest);
}
