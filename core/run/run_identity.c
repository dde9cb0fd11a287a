#include "core/run/run_identity.h"

#include <stdio.h>
#include <unistd.h>

/* Does this user namespace have the id at all? */
static bool is_mapped(unsigned long id)
{
    unsigned long inside, outside, count;
    bool found = false;
    FILE *map = fopen("/proc/self/uid_map", "re");

    if (map == NULL)
        return false;
    while (!found && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3)
        found = id >= inside && id - inside < count;
    (void)fclose(map);
    return found;
}

struct run_identity run_identity_of(int64_t robot_id)
{
    struct run_identity identity = {geteuid(), getegid(), false};

    if (identity.uid != 0)
        return identity;
    identity.as_root = true;
    identity.uid = (uid_t)(RUN_UID_BASE + robot_id);
    if (!is_mapped(identity.uid))
        identity.uid = (uid_t)(RUN_UID_SMALL + robot_id % RUN_UID_SMALL_COUNT);
    identity.gid = identity.uid;
    return identity;
}
