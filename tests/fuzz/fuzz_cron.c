/*
 * Any text is a schedule or a fault that names a field. A schedule's fires go forward, on whole minutes, and its
 * description is a line of text. The first byte chooses the zone, the next four the moment to start from.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/schedule/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 5, FIRES = 20, ZONES = 4, DESCRIBED_MOST = 8192 };

static const struct zone *zone_of(uint8_t number)
{
    static const char *const names[ZONES] = {"Europe/Copenhagen", "Australia/Lord_Howe",
                                             "Pacific/Apia", "America/Havana"};
    static struct zone *zones[ZONES];
    int i = number % ZONES;

    if (zones[i] == NULL && zone_open(names[i], &zones[i], NULL) < 0)
        abort();
    return zones[i];
}

static void check_fires(const struct cron *cron, const struct zone *zone, int64_t at)
{
    int i;

    for (i = 0; i < FIRES; i++) {
        int64_t next = cron_next(cron, zone, at);

        if (next == 0)
            break;
        if (next <= at || next % 60000 != 0)
            abort();
        if (cron_next(cron, zone, next - 1) != next ||
            cron_next(cron, zone, at + (next - at) / 2) != next)
            abort();
        at = next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cron cron;
    struct fault fault = {.text = ""};
    struct text words;
    char written[256];
    uint32_t minute = 0;

    if (size < HEAD || size >= sizeof written)
        return 0;
    memcpy(written, data + HEAD, size - HEAD);
    written[size - HEAD] = '\0';
    memcpy(&minute, data + 1, sizeof minute);
    if (cron_parse(written, &cron, &fault) < 0) {
        if (fault.text[0] == '\0')
            abort();
        return 0;
    }
    check_fires(&cron, zone_of(data[0]), (int64_t)minute % 121000000 * 60000);
    text_init(&words, DESCRIBED_MOST);
    cron_describe(&cron, &words);
    if (words.broken != 0 || !text_is_line(words.bytes, words.length))
        abort();
    text_release(&words);
    return 0;
}
