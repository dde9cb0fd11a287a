#include "core/store/aside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"

enum { STAMP_SIZE = 24, NUMBER_MOST = 999 };

static void write_stamp(char target[static STAMP_SIZE])
{
    time_t now_s = (time_t)(clock_now_ms() / 1000);
    struct tm parts;

    if (gmtime_r(&now_s, &parts) == NULL ||
        strftime(target, STAMP_SIZE, "%Y%m%dT%H%M%SZ", &parts) == 0)
        (void)snprintf(target, STAMP_SIZE, "%" PRId64, clock_now_ms());
}

int aside_choose(int home_fd, const char *prefix, char ret_name[static ASIDE_NAME_MAX],
                 struct fault *fault)
{
    char stamp[STAMP_SIZE];
    char name[ASIDE_NAME_MAX];
    int is_there;
    int i;

    write_stamp(stamp);
    (void)snprintf(name, sizeof name, "%.32s%s", prefix, stamp);
    for (i = 2; (is_there = file_is_there(home_fd, name)) > 0; i++) {
        if (i > NUMBER_MOST)
            return fault_set(fault, -EEXIST, "%s: is there already; remove old ones", name);
        (void)snprintf(name, sizeof name, "%.32s%s-%d", prefix, stamp, i);
    }
    if (is_there < 0) /* in one that is there its files would be replaced */
        return fault_set(fault, is_there, "%s: cannot be looked at: %s; see to its disk", name,
                         strerror(-is_there));
    (void)text_copy(ret_name, ASIDE_NAME_MAX, name);
    return 0;
}

bool aside_is_name(const char *name)
{
    return strncmp(name, ASIDE_RESTORE, sizeof ASIDE_RESTORE - 1) == 0 ||
           strncmp(name, ASIDE_UPGRADE, sizeof ASIDE_UPGRADE - 1) == 0;
}
