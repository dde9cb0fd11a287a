#include "core/store/backoff.h"

#include <sodium.h>

static int pretended = -1;

void backoff_pretend(int parts)
{
    pretended = parts;
}

/* From 0 to `most`, evenly spread. */
static int64_t spread(int64_t most)
{
    /* randombytes_uniform() has 32 bits, and a cap in milliseconds can have more: so in parts. */
    int64_t parts = pretended >= 0 ? pretended : (int64_t)randombytes_uniform(BACKOFF_PARTS + 1);

    return most / BACKOFF_PARTS * parts + most % BACKOFF_PARTS * parts / BACKOFF_PARTS;
}

int64_t backoff_delay_ms(int64_t first_ms, int64_t most_ms, uint32_t tries)
{
    int64_t cap_ms = most_ms > 0 ? most_ms : BACKOFF_MOST_MS;
    int64_t delay_ms = first_ms > 0 ? first_ms : 1;
    uint32_t i;

    for (i = 1; i < tries && delay_ms < cap_ms; i++)
        delay_ms *= 2;
    if (delay_ms > cap_ms)
        delay_ms = cap_ms;
    return delay_ms - delay_ms / 2 + spread(delay_ms / 2);
}
