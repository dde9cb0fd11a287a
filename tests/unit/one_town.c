#include "tests/unit/one_town.h"

#include "core/base/clock.h"

struct town town;

static int open_at(int64_t now_ms)
{
    clock_pretend(now_ms);
    town_open(&town);
    return 0;
}

int one_town_open(void **state)
{
    (void)state;
    return open_at(INT64_C(1750000000000));
}

int one_town_open_in_2026(void **state)
{
    (void)state;
    return open_at(INT64_C(1767268800000));
}

int one_town_close(void **state)
{
    (void)state;
    town_close(&town);
    clock_pretend(0);
    return 0;
}

int32_t day(const char *text)
{
    return town_day(text);
}
