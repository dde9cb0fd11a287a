#include "tests/standins/failing_memory.h"

#include <sqlite3.h>
#include <stddef.h>

static struct {
    long left; /* allocations until one fails; 0: none does */
    bool is_for_good;
    bool has_failed;
} memory;

static sqlite3_mem_methods real;

static bool fails(void)
{
    if (memory.left == 0)
        return false;
    if (memory.has_failed)
        return memory.is_for_good;
    if (--memory.left > 0)
        return false;
    memory.left = 1;
    memory.has_failed = true;
    return true;
}

static void *give(int size)
{
    return fails() ? NULL : real.xMalloc(size);
}

static void *resize(void *bytes, int size)
{
    return fails() ? NULL : real.xRealloc(bytes, size);
}

int failing_memory_use(void)
{
    sqlite3_mem_methods ours;
    int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);

    if (code != SQLITE_OK)
        return code;
    ours = real;
    ours.xMalloc = give;
    ours.xRealloc = resize;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}

void failing_memory_fail(long call, bool is_for_good)
{
    memory.left = call;
    memory.is_for_good = is_for_good;
    memory.has_failed = false;
}

void failing_memory_heal(void)
{
    memory.left = 0;
}

bool failing_memory_has_failed(void)
{
    return memory.has_failed;
}
