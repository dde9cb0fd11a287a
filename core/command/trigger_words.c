/* Triggers in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"

enum { DURATION_MAX = 40 };

void duration_words(int64_t seconds, char *target, size_t size)
{
    if (seconds >= 172800 && seconds % 86400 == 0)
        (void)snprintf(target, size, "%" PRId64 " days", seconds / 86400);
    else if (seconds >= 3600 && seconds % 3600 == 0)
        (void)snprintf(target, size, "%" PRId64 " h", seconds / 3600);
    else if (seconds >= 60 && seconds % 60 == 0)
        (void)snprintf(target, size, "%" PRId64 " min", seconds / 60);
    else
        (void)snprintf(target, size, "%" PRId64 " s", seconds);
}

void expected_words(const struct trigger_rule *rule, char ret_words[static 8])
{
    unsigned minute = (unsigned)rule->expected_minute;

    ret_words[0] = '\0';
    if (rule->expected_minute != TRIGGER_NO_MINUTE)
        (void)snprintf(ret_words, 8, "%02u:%02u", minute / 60 % 24, minute % 60);
}

static void after_words(const struct trigger_rule *rule, char words[static TRIGGER_WORDS_MAX])
{
    const char *ending = "";

    switch (rule->after_ending) {
    case AFTER_DONE:
        ending = "ended done";
        break;
    case AFTER_FAILED:
        ending = "failed";
        break;
    case AFTER_EITHER:
        ending = "ended, done or not";
        break;
    }
    (void)snprintf(words, TRIGGER_WORDS_MAX, "when %s has %s", rule->after, ending);
}

static void once_words(const struct trigger_rule *rule, char words[static TRIGGER_WORDS_MAX])
{
    struct zone *zone = NULL;
    struct moment moment;
    struct fault ignored;

    if (rule->zone[0] != '\0' && zone_open(rule->zone, &zone, &ignored) < 0)
        zone = NULL; /* a zone that is gone */
    moment_of(zone != NULL ? zone : clock_zone(), rule->at_ms, &moment);
    (void)snprintf(words, TRIGGER_WORDS_MAX, "once, on %s at %s", moment.day, moment.time);
    zone_close(zone);
}

static void cron_words(const struct trigger_rule *rule, char words[static TRIGGER_WORDS_MAX])
{
    struct cron cron;
    struct text text;
    struct fault ignored;

    text_init(&text, TRIGGER_WORDS_MAX - 1);
    if (cron_parse(rule->cron, &cron, &ignored) == 0)
        cron_describe(&cron, &text);
    if (text.length == 0 || text.broken != 0)
        (void)snprintf(words, TRIGGER_WORDS_MAX, "cron %s", rule->cron);
    else
        (void)text_copy(words, TRIGGER_WORDS_MAX, text_string(&text));
    text_release(&text);
}

void trigger_start_words(const struct trigger_rule *rule, char ret_words[static TRIGGER_WORDS_MAX])
{
    char duration[DURATION_MAX];

    switch (rule->kind) {
    case TRIGGER_CRON:
        cron_words(rule, ret_words);
        break;
    case TRIGGER_ONCE:
        once_words(rule, ret_words);
        break;
    case TRIGGER_AFTER:
        after_words(rule, ret_words);
        break;
    case TRIGGER_DEPTH:
        (void)snprintf(ret_words, TRIGGER_WORDS_MAX, "when %" PRId64 " item%s ready on its queue",
                       rule->threshold, rule->threshold == 1 ? " is" : "s are");
        break;
    case TRIGGER_AGE:
        duration_words(rule->threshold, duration, sizeof(duration));
        (void)snprintf(ret_words, TRIGGER_WORDS_MAX,
                       "when an item has been ready on its queue for %s", duration);
        break;
    }
}

void trigger_words(const struct trigger_rule *rule, char ret_words[static TRIGGER_WORDS_MAX])
{
    const char *name = rule->not_on;
    struct text text;

    trigger_start_words(rule, ret_words);
    text_init(&text, TRIGGER_WORDS_MAX - 1);
    text_append_string(&text, ret_words);
    while (name[0] != '\0') { /* "a,b" as ", not on a or b" */
        size_t length = strcspn(name, ",");

        text_append_string(&text, name == rule->not_on ? ", not on " : " or ");
        text_append(&text, name, length);
        name += length + (name[length] == ',');
    }
    if (rule->zone[0] != '\0')
        text_printf(&text, ", %s time", rule->zone);
    (void)text_copy(ret_words, TRIGGER_WORDS_MAX, text_string(&text));
    text_release(&text);
}

static void put_threshold(struct json_writer *writer, const struct trigger_rule *rule)
{
    result_text(writer, "kind", trigger_kind_word(rule->kind));
    result_text_or_null(writer, "cron", rule->cron);
    result_instant(writer, "once", rule->at_ms);
    result_text_or_null(writer, "after", rule->after);
    result_text(writer, "when",
                rule->kind == TRIGGER_AFTER ? trigger_after_word(rule->after_ending) : NULL);
    json_key(writer, "threshold");
    if (rule->kind == TRIGGER_DEPTH || rule->kind == TRIGGER_AGE)
        json_put_int(writer, rule->threshold);
    else
        json_put_null(writer);
}

void put_trigger_members(struct json_writer *writer, const struct trigger *trigger, int64_t next_ms)
{
    const struct trigger_rule *rule = &trigger->rule;
    char words[TRIGGER_WORDS_MAX];
    char misfire[32];
    char expected[8];

    trigger_start_words(rule, words);
    expected_words(rule, expected);
    (void)snprintf(misfire, sizeof(misfire), "%s", trigger_misfire_word(rule->misfire));
    if (rule->misfire == MISFIRE_ALL)
        (void)snprintf(misfire, sizeof(misfire), "all, at most %d", rule->misfire_limit);
    result_int(writer, "trigger", trigger->id);
    result_text(writer, "starts", words);
    put_threshold(writer, rule);
    result_text(writer, "zone", rule->zone[0] != '\0' ? rule->zone : zone_name(clock_zone()));
    result_text_or_null(writer, "not_on", rule->not_on);
    result_text(writer, "misfire",
                rule->kind == TRIGGER_CRON || rule->kind == TRIGGER_ONCE ? misfire : NULL);
    result_text(writer, "overlap", trigger_overlap_word(rule->overlap));
    result_text_or_null(writer, "expected_by", expected);
    json_key(writer, "input");
    if (rule->input[0] != '\0')
        json_put_raw(writer, rule->input);
    else
        json_put_null(writer);
    result_instant(writer, "next", next_ms);
    result_instant(writer, "last", trigger->last_nominal_ms);
    result_text(writer, "from", trigger->is_added ? trigger->made_by : "robot.json");
    result_instant(writer, "since", trigger->since_ms);
}
