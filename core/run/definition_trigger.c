#include "core/run/definition_trigger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/schedule/cron.h"
#include "core/store/trigger.h"

enum {
    DEPTH_MOST = 10000000,
    AGE_MOST_S = 31536000,
    NOT_ON_MOST = 16,
    LOCAL_LENGTH = 16, /* "2026-12-01T06:30" */
    MINUTES_OF_DAY = 1440
};

static const char *const MEMBERS[] = {
    "cron",   "once",    "after",         "when",    "queue_depth", "queue_age_s", "zone",
    "not_on", "misfire", "misfire_limit", "overlap", "expected_by", "input",       NULL};

struct reading {
    const struct json *object;
    const char *where;
    struct trigger_rule *rule;
    struct zone *zone; /* owned; NULL: the organisation's */
    struct fault *fault;
};

static int refuse(const struct reading *reading, const char *member, const char *expected)
{
    const char *found = json_string(json_member(reading->object, member));

    if (found != NULL)
        return fault_set(reading->fault, -EINVAL, "%s: \"%s\" must be %s, not \"%.80s\"",
                         reading->where, member, expected, found);
    return fault_set(reading->fault, -EINVAL, "%s: \"%s\" must be %s", reading->where, member,
                     expected);
}

/* What starts the robot: exactly one. */
static int read_kind(struct reading *reading)
{
    static const struct {
        const char *member;
        enum trigger_kind kind;
    } kinds[] = {{"cron", TRIGGER_CRON},
                 {"once", TRIGGER_ONCE},
                 {"after", TRIGGER_AFTER},
                 {"queue_depth", TRIGGER_DEPTH},
                 {"queue_age_s", TRIGGER_AGE}};
    const char *found = NULL;
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (json_member(reading->object, kinds[i].member) == NULL)
            continue;
        if (found != NULL)
            return fault_set(reading->fault, -EINVAL,
                             "%s: has both \"%s\" and \"%s\"; make two triggers of it",
                             reading->where, found, kinds[i].member);
        found = kinds[i].member;
        trigger_rule_init(reading->rule, kinds[i].kind);
    }
    if (found == NULL)
        return fault_set(reading->fault, -EINVAL,
                         "%s: says not when; give it one of cron, once, after, queue_depth and "
                         "queue_age_s",
                         reading->where);
    return 0;
}

/* "06:30": the minute of the day, -1 when it is none. */
static int minute_of(const char *text)
{
    int hour;
    int minute;

    if (strlen(text) != 5 || strspn(text, "0123456789:") != 5 || text[2] != ':' ||
        memchr(text, ':', 2) != NULL || text[3] == ':' || text[4] == ':')
        return -1;
    hour = (text[0] - '0') * 10 + text[1] - '0';
    minute = (text[3] - '0') * 10 + text[4] - '0';
    return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

/* The same question as cron's, so that a time in a gap or an overlap gets the same answer. */
static int64_t local_instant(const struct reading *reading, int32_t day, int minute)
{
    char text[TRIGGER_CRON_MAX];
    struct cron cron;
    int year;
    int month;
    int day_of_month;

    clock_civil(day, &year, &month, &day_of_month);
    (void)snprintf(text, sizeof(text), "%d %d %d %d *", minute % 60, minute / 60, day_of_month,
                   month);
    if (cron_parse(text, &cron, reading->fault) < 0)
        return 0;
    return cron_next(&cron, reading->zone, ((int64_t)day - 2) * 86400000);
}

static int read_once(struct reading *reading)
{
    static const char expected[] =
        "a time such as 2026-12-01T06:30, or with an offset 2026-12-01T06:30+01:00";
    const char *text = json_string(json_member(reading->object, "once"));
    char day_text[CLOCK_DAY_TEXT] = "";
    int32_t day = 0;
    int minute = -1;

    if (text == NULL)
        return refuse(reading, "once", expected);
    if (clock_parse_instant(text, &reading->rule->at_ms))
        return reading->rule->at_ms > 0 ? 0 : refuse(reading, "once", "later than 1970");
    if (strlen(text) == LOCAL_LENGTH && (text[10] == 'T' || text[10] == ' ')) {
        memcpy(day_text, text, CLOCK_DAY_TEXT - 1);
        minute = minute_of(text + CLOCK_DAY_TEXT);
    }
    if (minute < 0 || !clock_parse_day(day_text, &day) || day < 1)
        return refuse(reading, "once", expected);
    reading->rule->at_ms = local_instant(reading, day, minute);
    return reading->rule->at_ms != 0 ? 0 : refuse(reading, "once", expected);
}

static int read_cron(struct reading *reading)
{
    struct trigger_rule *rule = reading->rule;
    const char *text = json_string(json_member(reading->object, "cron"));
    struct cron cron;
    int result;

    if (text == NULL)
        return refuse(reading, "cron", "a text such as \"30 6 * * mon-fri\"");
    result = cron_parse(text, &cron, reading->fault);
    if (result < 0)
        return fault_prefix(reading->fault, result, "%s", reading->where);
    if (!text_copy(rule->cron, sizeof(rule->cron), text))
        return fault_set(reading->fault, -EINVAL, "%s: the cron \"%.40s...\" is too long",
                         reading->where, text);
    return 0;
}

static int read_after(struct reading *reading)
{
    struct trigger_rule *rule = reading->rule;
    const char *text = json_string(json_member(reading->object, "after"));
    const char *when = "done";
    int result;

    if (text == NULL || !text_is_slug(text))
        return refuse(reading, "after", "another robot's id");
    (void)text_copy(rule->after, sizeof(rule->after), text);
    result = json_may_string(reading->object, "when", reading->where, &when, reading->fault);
    if (result == 0 && !trigger_after_of(when, &rule->after_ending))
        result = refuse(reading, "when", "done, failed or either");
    return result;
}

static int read_start(struct reading *reading)
{
    struct trigger_rule *rule = reading->rule;

    switch (rule->kind) {
    case TRIGGER_CRON:
        return read_cron(reading);
    case TRIGGER_ONCE:
        return read_once(reading);
    case TRIGGER_AFTER:
        return read_after(reading);
    case TRIGGER_DEPTH:
        return json_need_int64(reading->object, "queue_depth", reading->where, 1, DEPTH_MOST,
                               &rule->threshold, reading->fault);
    case TRIGGER_AGE:
        return json_need_int64(reading->object, "queue_age_s", reading->where, 1, AGE_MOST_S,
                               &rule->threshold, reading->fault);
    }
    return -EINVAL;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static int read_not_on(struct reading *reading)
{
    static const char expected[] =
        "an array of at most 16 calendars such as \"danish-holidays\" and \"week-42\"";
    const struct json *list = json_member(reading->object, "not_on");
    const char *names[NOT_ON_MOST];
    const struct json *name;
    struct text text;
    size_t count = 0;
    size_t i;
    int result = 0;

    if (list == NULL)
        return 0;
    if (!json_is_array(list) || json_count(list) > NOT_ON_MOST)
        return refuse(reading, "not_on", expected);
    for (name = json_first(list); name != NULL; name = json_next(name)) {
        names[count] = json_string(name);
        if (names[count] == NULL || !text_is_slug(names[count]))
            return refuse(reading, "not_on", expected);
        count++;
    }
    qsort(names, count, sizeof(names[0]), compare_names);
    text_init(&text, TRIGGER_NOT_ON_MAX - 1);
    for (i = 0; i < count; i++) {
        if (i > 0 && strcmp(names[i - 1], names[i]) == 0)
            continue;
        text_append_string(&text, text.length > 0 ? "," : "");
        text_append_string(&text, names[i]);
    }
    if (text.broken != 0)
        result = refuse(reading, "not_on", "shorter: at most 511 characters together");
    else
        (void)text_copy(reading->rule->not_on, TRIGGER_NOT_ON_MAX, text_string(&text));
    text_release(&text);
    return result;
}

static int read_input(struct reading *reading)
{
    const struct json *input = json_member(reading->object, "input");
    struct text text;
    int result = 0;

    if (input == NULL)
        return 0;
    text_init(&text, TRIGGER_INPUT_MAX - 1);
    if (!json_is_object(input) || json_print(input, &text) < 0)
        result = refuse(reading, "input", "an object of at most 1023 bytes");
    else
        (void)text_copy(reading->rule->input, TRIGGER_INPUT_MAX, text_string(&text));
    text_release(&text);
    return result;
}

static int read_zone(struct reading *reading)
{
    const char *zone = NULL;
    int result = json_may_string(reading->object, "zone", reading->where, &zone, reading->fault);

    if (result < 0 || zone == NULL)
        return result;
    if (!text_copy(reading->rule->zone, TRIGGER_ZONE_MAX, zone))
        return refuse(reading, "zone", "a time zone such as Europe/Copenhagen");
    result = zone_open(zone, &reading->zone, reading->fault);
    return result < 0 ? fault_prefix(reading->fault, result, "%s", reading->where) : 0;
}

static bool has_times(const struct trigger_rule *rule)
{
    return rule->kind == TRIGGER_CRON || rule->kind == TRIGGER_ONCE;
}

static int read_misfire(struct reading *reading)
{
    struct trigger_rule *rule = reading->rule;
    bool has_limit = json_member(reading->object, "misfire_limit") != NULL;
    const char *misfire = trigger_misfire_word(rule->misfire);
    int64_t limit = rule->misfire_limit;
    int result;

    if (!has_times(rule) && (has_limit || json_member(reading->object, "misfire") != NULL))
        return fault_set(reading->fault, -EINVAL,
                         "%s: \"misfire\" is of cron and once alone: the others have no times that "
                         "can be missed",
                         reading->where);
    result = json_may_string(reading->object, "misfire", reading->where, &misfire, reading->fault);
    if (result == 0 && !trigger_misfire_of(misfire, &rule->misfire))
        result = refuse(reading, "misfire", "skip, once or all");
    if (result == 0 && has_limit && rule->misfire != MISFIRE_ALL)
        result =
            fault_set(reading->fault, -EINVAL,
                      "%s: \"misfire_limit\" needs \"misfire\": \"all\" beside it", reading->where);
    if (result == 0)
        result = json_may_int64(reading->object, "misfire_limit", reading->where, 1,
                                TRIGGER_MISFIRE_MOST, &limit, reading->fault);
    rule->misfire_limit = (int)limit;
    return result;
}

static int read_rest(struct reading *reading)
{
    struct trigger_rule *rule = reading->rule;
    const char *overlap = trigger_overlap_word(rule->overlap);
    const char *expected_by = NULL;
    int result;

    result = json_may_string(reading->object, "overlap", reading->where, &overlap, reading->fault);
    if (result == 0 && !trigger_overlap_of(overlap, &rule->overlap))
        result = refuse(reading, "overlap", "skip, queue or allow");
    if (result == 0)
        result = json_may_string(reading->object, "expected_by", reading->where, &expected_by,
                                 reading->fault);
    if (result == 0 && expected_by != NULL) {
        rule->expected_minute = minute_of(expected_by);
        if (rule->expected_minute < 0)
            result = refuse(reading, "expected_by", "a time of the day such as 07:00");
    }
    if (result == 0 && json_member(reading->object, "when") != NULL && rule->kind != TRIGGER_AFTER)
        result = fault_set(reading->fault, -EINVAL, "%s: \"when\" needs \"after\" beside it",
                           reading->where);
    return result;
}

int trigger_rule_read(const struct json *object, const char *where, struct trigger_rule *ret_rule,
                      struct fault *fault)
{
    struct trigger_rule rule;
    struct reading reading = {object, where, &rule, NULL, fault};
    int result;

    if (!json_is_object(object))
        return fault_set(fault, -EINVAL,
                         "%s: expected an object such as {\"cron\": \"30 6 * * mon-fri\"}", where);
    result = json_only(object, MEMBERS, where, fault);
    if (result == 0)
        result = read_kind(&reading);
    if (result == 0) /* before the time, which may be local in it */
        result = read_zone(&reading);
    if (result == 0)
        result = read_start(&reading);
    if (result == 0)
        result = read_not_on(&reading);
    if (result == 0)
        result = read_misfire(&reading);
    if (result == 0)
        result = read_rest(&reading);
    if (result == 0)
        result = read_input(&reading);
    if (result == 0)
        *ret_rule = rule;
    zone_close(reading.zone);
    return result;
}
