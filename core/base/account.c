#include "core/base/account.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/text.h"

enum { PASSWD_MAX = 4096, LOOK_UP_BYTES = 1 << 16 };

/* glibc (2.36) uses what it could not allocate when it looks up its first name. */
static bool has_memory(void)
{
    char *bytes = malloc(LOOK_UP_BYTES);
    volatile char *there = bytes; /* or the compiler does without it */

    if (bytes == NULL)
        return false;
    *there = '\0';
    free(bytes);
    return true;
}

int account_name(char *target, size_t size)
{
    struct passwd *found = NULL;
    struct passwd entry;
    char space[PASSWD_MAX];
    int code = has_memory() ? getpwuid_r(geteuid(), &entry, space, sizeof(space), &found) : ENOMEM;

    if (code == ENOMEM)
        return -ENOMEM;
    if (code == 0 && found != NULL)
        (void)text_copy(target, size, found->pw_name);
    else
        (void)snprintf(target, size, "uid %lu", (unsigned long)geteuid());
    return 0;
}
