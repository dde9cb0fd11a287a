/* A time as a person writes it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"

enum { MINUTE_MS = 60000, DAY_MS = 86400000 };

/* Whether an instant is what a local clock shows as `local_ms`, counted as if it were UTC. */
static bool is_shown(int64_t at_ms, int64_t local_ms)
{
    int32_t day = 0;
    int minute = 0;
    int offset = 0;

    clock_local_minute(at_ms, &day, &minute, &offset);
    return at_ms + offset * (int64_t)MINUTE_MS == local_ms;
}

static int64_t offset_at(int64_t at_ms)
{
    int32_t day = 0;
    int minute = 0;
    int offset = 0;

    clock_local_minute(at_ms, &day, &minute, &offset);
    return offset * (int64_t)MINUTE_MS;
}

/* A zone changes its clock at most once in two days: one of the offsets of the day before and
 * of the day after is right, both, or none. */
static int find_local(const char *name, const char *text, int64_t local_ms, int64_t *ret_ms,
                      struct fault *fault)
{
    int64_t first_ms = local_ms - offset_at(local_ms - DAY_MS);
    int64_t second_ms = local_ms - offset_at(local_ms + DAY_MS);
    bool is_first = is_shown(first_ms, local_ms);
    bool is_second = is_shown(second_ms, local_ms);

    if (is_first && is_second && first_ms != second_ms)
        return fault_set(fault, -EINVAL,
                         "--%s: \"%.40s\" comes twice that night, when the clocks are put back; "
                         "write the offset too, as in 2026-10-25T02:30+02:00",
                         name, text);
    if (!is_first && !is_second)
        return fault_set(fault, -EINVAL,
                         "--%s: there is no \"%.40s\": the clocks are put forward past it", name,
                         text);
    *ret_ms = is_first ? first_ms : second_ms;
    return 0;
}

/* By its form alone: an instant, or local time, as if it were UTC. */
static bool read_form(const char *text, bool *ret_is_local, int64_t *ret_ms)
{
    char as_utc[INSTANT_TEXT_MAX + 2];

    if (strlen(text) > INSTANT_TEXT_MAX)
        return false;
    *ret_is_local = !clock_parse_instant(text, ret_ms);
    (void)snprintf(as_utc, sizeof as_utc, "%sZ", text);
    return !*ret_is_local || clock_parse_instant(as_utc, ret_ms);
}

static int refuse_form(const char *name, const char *text, struct fault *fault)
{
    return fault_set(fault, -EINVAL,
                     "--%s: expected a time as 2026-12-01T14:00+01:00, or local time as "
                     "\"2026-12-01 14:00\", not \"%.40s\"",
                     name, text);
}

int instant_check(const struct json *arguments, const char *name, struct fault *fault)
{
    const char *text = json_string(json_member(arguments, name));
    bool is_local;
    int64_t at_ms;

    return text == NULL || read_form(text, &is_local, &at_ms) ? 0 : refuse_form(name, text, fault);
}

int call_instant(const struct command_call *call, const char *name, int64_t *ret_ms,
                 struct fault *fault)
{
    const char *text = argument_text(call, name, NULL);
    bool is_local;
    int64_t at_ms = 0;

    if (text == NULL)
        return 0;
    if (!read_form(text, &is_local, &at_ms))
        return refuse_form(name, text, fault);
    if (!is_local) {
        *ret_ms = at_ms;
        return 0;
    }
    return find_local(name, text, at_ms, ret_ms, fault);
}
