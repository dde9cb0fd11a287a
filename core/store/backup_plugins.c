/* The plugins of an installation by name and digest: code is not put into a backup. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/backup_inner.h"

enum { CHUNK = 8192, ENTRIES_MAX = 100000 };

static const char SUFFIX[] = ".so";

static bool is_plugin(const char *name)
{
    size_t length = strlen(name);

    return length > sizeof SUFFIX - 1 && length <= BACKUP_FILE_NAME_MAX &&
           strcmp(name + length - (sizeof SUFFIX - 1), SUFFIX) == 0 && text_is_line(name, length);
}

/* 0, 1 for what is no regular file that can be read (nor can a robot), or negative. */
static int digest(int folder_fd, const char *name, struct backup_plugin *plugin)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    unsigned char chunk[CHUNK];
    struct stat about;
    ssize_t length = 0;
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return 1;
    if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)) {
        (void)close(fd);
        return 1;
    }
    (void)crypto_hash_sha256_init(&state);
    while ((length = read(fd, chunk, sizeof chunk)) > 0) {
        (void)crypto_hash_sha256_update(&state, chunk, (unsigned long long)length);
        plugin->size_bytes += length;
    }
    (void)crypto_hash_sha256_final(&state, hash);
    (void)close(fd);
    backup_hex(hash, sizeof hash, plugin->sha256);
    (void)text_copy(plugin->file, sizeof plugin->file, name);
    return length < 0 ? 1 : 0;
}

static int by_name(const void *left, const void *right)
{
    const struct backup_plugin *a = left;
    const struct backup_plugin *b = right;

    return strcmp(a->file, b->file);
}

static void fill(DIR *folder, struct backup_manifest *manifest)
{
    const struct dirent *entry;
    int entries = 0;

    while (manifest->plugin_count < BACKUP_PLUGINS_MAX && entries++ < ENTRIES_MAX &&
           (entry = readdir(folder)) != NULL) {
        struct backup_plugin *plugin = &manifest->plugins[manifest->plugin_count];

        *plugin = (struct backup_plugin){.file = ""};
        if (is_plugin(entry->d_name) && digest(dirfd(folder), entry->d_name, plugin) == 0)
            manifest->plugin_count++;
    }
    qsort(manifest->plugins, manifest->plugin_count, sizeof *manifest->plugins, by_name);
}

int backup_plugins_list(const char *home, struct backup_manifest *manifest, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    DIR *folder;

    if (!file_join(path, sizeof path, home, "plugins"))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long; use a shorter one", home);
    folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT
                   ? 0
                   : fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
    manifest->plugins = calloc(BACKUP_PLUGINS_MAX, sizeof *manifest->plugins);
    if (manifest->plugins != NULL)
        fill(folder, manifest);
    (void)closedir(folder);
    return manifest->plugins != NULL ? 0 : fault_no_memory(fault);
}
