/* Files of keys, in and out of a backup's place. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/backup_inner.h"

int backup_key_read(int folder_fd, const char *name, unsigned char ret_key[static BACKUP_KEY_SIZE],
                    struct fault *fault)
{
    unsigned char more;
    ssize_t length;
    int result = 0;
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 && errno == ENOENT)
        return 1;
    if (fd < 0 && errno == ENOTDIR) /* whoever erases a key leaves its folder one */
        return fault_set(fault, -ENOTDIR,
                         "%s: cannot be opened: a folder in its path is none; put the right "
                         "folder back first",
                         name);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s; see to its rights", name,
                         strerror(errno));
    length = read(fd, ret_key, BACKUP_KEY_SIZE);
    if (length < 0)
        result = fault_set(fault, -errno, "%s: cannot be read: %s", name, strerror(errno));
    else if (length != BACKUP_KEY_SIZE || read(fd, &more, 1) != 0)
        result = fault_set(fault, -EBADMSG,
                           "%s: is not a key of %d bytes; put the right file back first", name,
                           BACKUP_KEY_SIZE);
    (void)close(fd);
    return result;
}

static int make_folders(int folder_fd, const char *name, struct fault *fault)
{
    char folder[BACKUP_KEY_NAME_MAX];
    char *slash;
    int result = file_make_folder(folder_fd, "keys", 0700, fault);

    if (result == 0 && !text_copy(folder, sizeof folder, name))
        result = fault_set(fault, -ENAMETOOLONG, "%.80s: is no key", name);
    if (result < 0)
        return result;
    slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
    return file_make_folder(folder_fd, folder, 0700, fault);
}

int backup_key_write(int folder_fd, const char *name,
                     const unsigned char key[static BACKUP_KEY_SIZE], struct fault *fault)
{
    int result = make_folders(folder_fd, name, fault);
    int fd;

    if (result < 0)
        return result;
    fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be made: %s", name, strerror(errno));
    errno = 0;
    if (write(fd, key, BACKUP_KEY_SIZE) != BACKUP_KEY_SIZE)
        result = fault_set(fault, errno != 0 ? -errno : -ENOSPC, "%s: cannot be written: %s", name,
                           strerror(errno != 0 ? errno : ENOSPC));
    (void)close(fd);
    return result;
}

bool backup_key_is_name(const char *name)
{
    static const char WINDOW[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    char slug[ROBOT_SLUG_MAX + BACKUP_WINDOW_TEXT];
    char *window;

    if (strncmp(name, "keys/", 5) != 0 || !text_copy(slug, sizeof slug, name + 5))
        return false;
    window = strchr(slug, '/');
    if (window == NULL)
        return false;
    *window++ = '\0';
    return text_is_slug(slug) && window[0] != '\0' && window[0] != '-' &&
           strlen(window) < BACKUP_WINDOW_TEXT && window[strspn(window, WINDOW)] == '\0';
}
