/* poison.c - a plugin that is ended by one item, and does all others. It finds the poison first, then
 * work for later and work with a deadline. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugins/sdk/automagi.h"

enum { LATER_MS = 1500, HOUR_MS = 3600000 };

static volatile int *volatile nowhere;

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    struct timespec now = {0, 0};
    struct ag_item poison = {
        .size = (uint32_t)sizeof(poison), .reference = "poison", .payload = "", .priority = 1};
    struct ag_item plain = {.size = (uint32_t)sizeof(plain), .reference = "plain", .payload = ""};
    struct ag_item urgent = {
        .size = (uint32_t)sizeof(urgent), .reference = "urgent", .payload = ""};
    struct ag_item later = {.size = (uint32_t)sizeof(later), .reference = "later", .payload = ""};
    int64_t now_ms;

    (void)state;
    (void)note;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    urgent.deadline_ms = now_ms + HOUR_MS;
    later.not_before_ms = now_ms + LATER_MS;
    (void)host->add(host->run, &poison);
    (void)host->add(host->run, &plain);
    (void)host->add(host->run, &urgent);
    (void)host->add(host->run, &later);
    return AG_OK;
}

/* The sanitizers would tell of it in their own way. */
__attribute__((no_sanitize("undefined", "address"))) static int32_t
perform(const struct ag_host *host, void *state, const struct ag_item *item,
        struct ag_result *result)
{
    (void)state;
    if (strcmp(item->reference, "poison") == 0)
        *nowhere = 1;
    host->log(host->run, AG_LOG_INFO, "did %s", item->reference);
    (void)snprintf(result->note, sizeof(result->note), "%s, %s a deadline", item->reference,
                   item->deadline_ms > 0 ? "with" : "without");
    return AG_OK;
}

AG_NOTE("{\"id\": \"poison\", \"version\": \"1\", \"title\": \"Poison\", "
        "\"side_effects\": \"idempotent\"}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .collect = collect,
                                                    .perform = perform};
