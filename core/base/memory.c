#include "core/base/memory.h"

static _Thread_local bool lacks;

void memory_lack(void)
{
    lacks = true;
}

bool memory_lacked(void)
{
    bool lacked = lacks;

    lacks = false;
    return lacked;
}
