/*
 * Any text is quiet hours, days of a calendar, or a trigger, as its first byte says, or a fault of one line. What a
 * trigger is read as is the same when it is read again.
 */
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/command/calendar_days.h"
#include "core/run/definition_trigger.h"
#include "core/schedule/rest.h"
#include "core/store/trigger.h"
#include "tests/fuzz/target.h"

#define NOW_MS INT64_C(1767222000000) /* 2026-01-01 */
enum { TEXT_MOST = 4096 };

static void quiet_hold(const char *string)
{
    static struct zone *zone;
    struct fault fault = {.text = ""};
    struct quiet quiet;
    int64_t until_ms;

    if (zone == NULL)
        must(zone_open("Europe/Copenhagen", &zone, NULL) == 0);
    if (quiet_parse(string, &quiet, &fault) < 0) {
        must_be_fault(&fault);
        return;
    }
    must(quiet.count <= QUIET_ENTRIES_MAX);
    until_ms = quiet_until(&quiet, zone, NOW_MS);
    must(until_ms == 0 || until_ms > NOW_MS);
    if (until_ms != 0 && until_ms != INT64_MAX)
        must(quiet_until(&quiet, zone, until_ms) == 0);
}

static void span_hold(const char *string)
{
    struct calendar_span span = {0};

    if (day_span_read(string, strlen(string), &span))
        must(span.from_day <= span.to_day);
}

static void days_hold(const struct json *document)
{
    struct day_list days = {0};
    struct fault fault = {.text = ""};
    size_t i;

    if (day_list_of_json(document, &days, &fault) < 0)
        must_be_fault(&fault);
    for (i = 0; i < days.count; i++) {
        must(days.entries[i].from_day <= days.entries[i].to_day);
        must_be_line(days.entries[i].name);
    }
    day_list_release(&days);
}

static void trigger_hold(const struct json *document)
{
    struct trigger_rule rule;
    struct trigger_rule again;
    struct fault fault = {.text = ""};

    if (trigger_rule_read(document, "trigger", &rule, &fault) < 0) {
        must_be_fault(&fault);
        must(strncmp(fault.text, "trigger", strlen("trigger")) == 0);
        return;
    }
    must(trigger_rule_read(document, "trigger", &again, &fault) == 0);
    must(trigger_rule_equal(&rule, &again));
    must(rule.expected_minute == TRIGGER_NO_MINUTE ||
         (rule.expected_minute >= 0 && rule.expected_minute < 24 * 60));
    must(rule.misfire_limit <= TRIGGER_MISFIRE_MOST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char string[TEXT_MOST];
    struct json *document = NULL;

    if (size == 0 || size > sizeof string)
        return 0;
    memcpy(string, data + 1, size - 1);
    string[size - 1] = '\0';
    switch (data[0] % 4) {
    case 0:
        quiet_hold(string);
        break;
    case 1:
        span_hold(string);
        break;
    default:
        if (json_parse(string, size - 1, TEXT_MOST, &document, NULL) < 0)
            break;
        if (data[0] % 4 == 2)
            days_hold(document);
        else
            trigger_hold(document);
    }
    json_free(document);
    return 0;
}
