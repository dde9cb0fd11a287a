/* sealed_plugin.c - a plugin's file as a copy that nobody can change any more. */
#include "core/run/host/sealed_plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "plugins/sdk/automagi.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* The struct as it was in ABI 1.0; an older one is not possible. */
#define PLUGIN_SIZE_LEAST                                                                          \
    (offsetof(struct ag_plugin, close) + sizeof(((struct ag_plugin *)0)->close))

static int open_source(const char *path, int *ret_fd, struct fault *fault)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 && errno == ELOOP)
        return fault_set(fault, -ELOOP, "%s: is a symbolic link; put the file itself there", path);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        (void)close(fd);
        return fault_set(fault, -ENOEXEC, "%s: is not a regular file", path);
    }
    if ((status.st_mode & S_IWOTH) != 0) {
        (void)close(fd);
        return fault_set(fault, -EPERM,
                         "%s: may be written by everybody, so nobody knows whose it is; chmod o-w",
                         path);
    }
    if (status.st_size > PLUGIN_FILE_MAX) {
        (void)close(fd);
        return fault_set(fault, -E2BIG, "%s: is larger than %d MiB", path,
                         PLUGIN_FILE_MAX / (1024 * 1024));
    }
    *ret_fd = fd;
    return 0;
}

/* A memory file that will not be run as a program; old kernels do not know the flag. */
static int make_memory_file(void)
{
    int fd = memfd_create("plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd;
}

static int copy_and_seal(int source, int target, size_t *ret_length)
{
    size_t total = 0;
    ssize_t n;

    for (;;) {
        /* One byte more than allowed, so that a file that grows is noticed. */
        n = sendfile(target, source, NULL, (size_t)PLUGIN_FILE_MAX + 1 - total);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        total += (size_t)n;
        if (total > PLUGIN_FILE_MAX)
            return -E2BIG;
    }
    if (fcntl(target, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        return -errno;
    *ret_length = total;
    return total > 0 ? 0 : -ENODATA;
}

static int examine(struct sealed_plugin *plugin, const char *bytes, size_t length, const char *path,
                   struct fault *fault)
{
    struct plugin_note note = {0};
    const char *found = NULL;
    int r;

    plugin_file_hash(bytes, length, plugin->hash);
    r = plugin_file_find_note(bytes, length, path, &found, &plugin->note_length, fault);
    if (r == 0)
        r = plugin_note_parse(found, plugin->note_length, path, &note, fault);
    if (r == 0)
        r = plugin_note_check_name(&note, path, fault);
    if (r < 0)
        goto out;
    plugin->side_effects = note.side_effects;
    plugin->note = malloc(plugin->note_length + 1);
    if (!plugin->note) {
        r = fault_no_memory(fault);
        goto out;
    }
    memcpy(plugin->note, found, plugin->note_length);
    plugin->note[plugin->note_length] = '\0';
out:
    plugin_note_release(&note);
    return r;
}

int sealed_plugin_read(const char *path, struct sealed_plugin *ret_plugin, struct fault *fault)
{
    struct sealed_plugin plugin = {.fd = -1};
    void *mapped = MAP_FAILED;
    size_t length = 0;
    int source = -1;
    int r;

    r = open_source(path, &source, fault);
    if (r < 0)
        return r;
    plugin.fd = make_memory_file();
    r = plugin.fd < 0 ? -errno : copy_and_seal(source, plugin.fd, &length);
    if (r == 0) {
        mapped = mmap(NULL, length, PROT_READ, MAP_PRIVATE, plugin.fd, 0);
        if (mapped == MAP_FAILED)
            r = -errno;
    }
    if (r < 0) {
        r = fault_set(fault, r, "%s: cannot be copied to sealed memory: %s", path,
                      r == -ENODATA ? "it is empty" : strerror(-r));
        goto out;
    }
    r = examine(&plugin, mapped, length, path, fault);
    if (r < 0)
        goto out;
    *ret_plugin = plugin;
    plugin.fd = -1;
    plugin.note = NULL;
out:
    if (mapped != MAP_FAILED)
        (void)munmap(mapped, length);
    (void)close(source);
    sealed_plugin_release(&plugin);
    return r;
}

/* What a symbol stands for may be any number. One in a hole between two segments is not told, and ends the host. */
static bool lies_in(void *library, const char *at)
{
    struct link_map *own = NULL;
    void *found = NULL;
    Dl_info about;

    return dlinfo(library, RTLD_DI_LINKMAP, &own) == 0 &&
           dladdr1(at, &about, &found, RTLD_DL_LINKMAP) != 0 && found == own;
}

static bool can_be_read(void *library, const struct ag_plugin *exported)
{
    return (uintptr_t)exported % alignof(struct ag_plugin) == 0 &&
           lies_in(library, (const char *)exported) &&
           lies_in(library, (const char *)exported + PLUGIN_SIZE_LEAST - 1);
}

/* Why the host cannot work with what the plugin exports; 0 when it can. */
static int check_exported(const struct ag_plugin *exported, enum plugin_side_effects side_effects,
                          const char *path, struct fault *fault)
{
    if (exported->magic != AG_ABI_MAGIC)
        return fault_set(fault, -ENOEXEC,
                         "%s: automagi_plugin begins with 0x%08x, not with AG_PLUGIN_HEADER", path,
                         (unsigned)exported->magic);
    if (exported->abi >> 16 != AG_ABI_MAJOR)
        return fault_set(fault, -ENOEXEC,
                         "%s: is built for version %u of the plugin interface, this is version "
                         "%u; build it again with this version's automagi.h",
                         path, (unsigned)(exported->abi >> 16), AG_ABI_MAJOR);
    if (exported->size < PLUGIN_SIZE_LEAST)
        return fault_set(fault, -ENOEXEC,
                         "%s: automagi_plugin is %u bytes, at least %zu are needed; use "
                         "AG_PLUGIN_HEADER",
                         path, (unsigned)exported->size, PLUGIN_SIZE_LEAST);
    if (!exported->perform)
        return fault_set(fault, -ENOEXEC, "%s: has no perform()", path);
    if (side_effects == PLUGIN_PROBEABLE && !exported->probe)
        return fault_set(fault, -ENOEXEC,
                         "%s: says its side effects are \"probeable\", but has no probe()", path);
    return 0;
}

int sealed_plugin_load(struct sealed_plugin *plugin, const char *path, struct fault *fault)
{
    const struct ag_plugin *exported;
    const char *why;
    void *library;
    char name[64];
    int r;

    (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", plugin->fd);
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        why = dlerror();
        return fault_set(fault, -ENOEXEC, "%s: cannot be loaded: %s", path, why ? why : "?");
    }
    exported = dlsym(library, "automagi_plugin");
    if (!exported)
        return fault_set(fault, -ENOEXEC,
                         "%s: does not export automagi_plugin; define it with AG_EXPORT", path);
    if (!can_be_read(library, exported))
        return fault_set(
            fault, -ENOEXEC,
            "%s: automagi_plugin is no struct that lies in the plugin; define it with AG_EXPORT",
            path);
    r = check_exported(exported, plugin->side_effects, path, fault);
    if (r < 0)
        return r;
    plugin->plugin = exported;
    (void)close(plugin->fd); /* the mapping holds the memory */
    plugin->fd = -1;
    return 0;
}

void sealed_plugin_release(struct sealed_plugin *plugin)
{
    if (!plugin)
        return;
    if (plugin->fd >= 0)
        (void)close(plugin->fd);
    free(plugin->note);
    memset(plugin, 0, sizeof(*plugin));
    plugin->fd = -1;
}
