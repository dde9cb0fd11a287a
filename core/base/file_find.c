/* Looking for a file in a list of folders. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"

enum { PATH_SIZE = 4096 };

bool file_find(const char *folders, const char *name, int mode, char *target, size_t size)
{
    const char *at = folders;
    char folder[PATH_SIZE];

    while (*at != '\0') {
        size_t length = strcspn(at, ":");

        if (length > 0 && length < sizeof(folder)) {
            memcpy(folder, at, length);
            folder[length] = '\0';
            if (file_join(target, size, folder, name) && access(target, mode) == 0)
                return true;
        }
        at += length;
        at += *at == ':';
    }
    if (size > 0)
        target[0] = '\0';
    return false;
}

bool file_find_program(const char *name, char *target, size_t size)
{
    const char *path = getenv("PATH");

    return file_find(path != NULL ? path : "/usr/bin:/bin", name, X_OK, target, size);
}
