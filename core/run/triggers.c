/* What the loop holds of triggers: schedules of cron in a compact set, the others one by one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/zone.h"
#include "core/run/daemon_inner.h"

enum { MINUTES_PER_DAY = 1440 };

struct reading {
    struct trigger_set *set;
    struct fault *fault;
    int64_t now_ms;
    size_t newest_rule; /* triggers of a robot often follow each other */
};

int64_t trigger_next(const struct trigger_entry *trigger, int64_t after_ms)
{
    switch (trigger->rule->kind) {
    case TRIGGER_CRON:
        return cron_next(&trigger->cron, trigger->zone, after_ms);
    case TRIGGER_ONCE:
        return trigger->rule->at_ms > after_ms ? trigger->rule->at_ms : 0;
    case TRIGGER_AFTER:
    case TRIGGER_DEPTH:
    case TRIGGER_AGE:
        break;
    }
    return 0;
}

int32_t trigger_day(const struct trigger_entry *trigger, int64_t wall_ms, int *ret_minute)
{
    const struct zone *zone = trigger->zone != NULL ? trigger->zone : clock_zone();
    int64_t utc_s = wall_ms / 1000;
    int64_t minute = (utc_s + zone_offset_s(zone, utc_s)) / 60; /* no schedule before 1970 */

    if (ret_minute != NULL)
        *ret_minute = (int)(minute % MINUTES_PER_DAY);
    return (int32_t)(minute / MINUTES_PER_DAY);
}

/* Grown one by one: there are few of what is kept so. */
static void *grow(void *items, size_t count, size_t size)
{
    return reallocarray(items, count + 1, size);
}

static int find_zone(struct reading *reading, const char *name, const struct zone **ret_zone)
{
    struct trigger_set *set = reading->set;
    struct zone **zones;
    size_t i;
    int result;

    *ret_zone = NULL;
    if (name[0] == '\0')
        return 0;
    for (i = 0; i < set->zone_count; i++) {
        if (strcmp(zone_name(set->zones[i]), name) == 0) {
            *ret_zone = set->zones[i];
            return 0;
        }
    }
    zones = grow(set->zones, set->zone_count, sizeof(struct zone *));
    if (zones == NULL)
        return fault_no_memory(reading->fault);
    set->zones = zones;
    result = zone_open(name, &zones[set->zone_count], reading->fault);
    if (result == 0)
        *ret_zone = zones[set->zone_count++];
    return result;
}

/* A rule as triggers have it in common. */
static bool is_rule(const struct rule_entry *entry, int64_t robot_id,
                    const struct trigger_rule *rule)
{
    return entry->robot_id == robot_id && trigger_rule_equal(&entry->rule, rule);
}

static int keep_rule(struct reading *reading, const struct trigger *trigger, uint32_t *ret_index)
{
    struct trigger_set *set = reading->set;
    struct trigger_rule rule = trigger->rule;
    struct rule_entry **rules;
    struct rule_entry *entry;
    size_t i;
    int result;

    rule.cron[0] = '\0';
    if (reading->newest_rule < set->rule_count &&
        is_rule(set->rules[reading->newest_rule], trigger->robot_id, &rule)) {
        *ret_index = (uint32_t)reading->newest_rule;
        return 0;
    }
    for (i = 0; i < set->rule_count && !is_rule(set->rules[i], trigger->robot_id, &rule);)
        i++;
    if (i == set->rule_count) {
        rules = grow(set->rules, set->rule_count, sizeof(struct rule_entry *));
        entry = calloc(1, sizeof(*entry));
        if (rules != NULL)
            set->rules = rules;
        if (rules == NULL || entry == NULL) {
            free(entry);
            return fault_no_memory(reading->fault);
        }
        entry->robot_id = trigger->robot_id;
        entry->rule = rule;
        result = find_zone(reading, rule.zone, &entry->zone);
        if (result < 0) {
            free(entry);
            return result;
        }
        rules[set->rule_count++] = entry;
    }
    reading->newest_rule = i;
    *ret_index = (uint32_t)i;
    return 0;
}

static int keep_ahead(struct reading *reading, const struct trigger *trigger)
{
    struct trigger_set *set = reading->set;
    struct trigger_ahead *aheads;
    char ahead[CLOCK_INSTANT_TEXT];

    if (trigger->ahead_ms == 0)
        return 0;
    aheads = grow(set->aheads, set->ahead_count, sizeof(*aheads));
    if (aheads == NULL)
        return fault_no_memory(reading->fault);
    set->aheads = aheads;
    aheads[set->ahead_count++] = (struct trigger_ahead){trigger->id, trigger->ahead_ms};
    clock_format_instant(trigger->ahead_ms, ahead);
    log_about(LOG_LEVEL_WARN, &(struct log_about){.trigger = trigger->id},
              "trigger %lld has fired for %s, which is still to come: the clock was wrong then or "
              "is now; it does not wait for that",
              (long long)trigger->id, ahead);
    return 0;
}

/* The moment after which its times are owed. */
static int64_t begin_of(const struct trigger *trigger, int64_t now_ms)
{
    if (trigger->last_nominal_ms != 0)
        return trigger->last_nominal_ms;
    return trigger->since_ms < now_ms ? trigger->since_ms : now_ms;
}

static int keep_schedule(struct reading *reading, const struct trigger *trigger)
{
    struct due_schedule schedule = {
        .id = (uint32_t)trigger->id,
        .last_minute = trigger->last_nominal_ms == 0 ? 0 : due_minute(trigger->last_nominal_ms)};
    const struct rule_entry *rule;
    int64_t next_ms;
    int result;

    if (trigger->id >= UINT32_MAX)
        return fault_set(reading->fault, -E2BIG, "trigger %lld: the number is too large",
                         (long long)trigger->id);
    result = cron_parse(trigger->rule.cron, &schedule.cron, reading->fault);
    if (result == 0)
        result = keep_rule(reading, trigger, &schedule.rule);
    if (result < 0)
        return result;
    rule = reading->set->rules[schedule.rule];
    next_ms = cron_next(&schedule.cron, rule->zone, begin_of(trigger, reading->now_ms));
    return due_add(&reading->set->due, &schedule, due_minute(next_ms), reading->fault);
}

static int keep_other(struct reading *reading, const struct trigger *trigger)
{
    struct trigger_set *set = reading->set;
    struct trigger_entry *others = grow(set->others, set->other_count, sizeof(*others));
    int64_t *robots = grow(set->other_robots, set->other_count, sizeof(*robots));
    struct trigger_rule *rule = malloc(sizeof(*rule));
    struct trigger_entry entry = {.id = trigger->id,
                                  .rule = rule,
                                  .last_nominal_ms = trigger->last_nominal_ms,
                                  .ahead_ms = trigger->ahead_ms};
    int result;

    if (others != NULL)
        set->others = others;
    if (robots != NULL)
        set->other_robots = robots;
    if (others == NULL || robots == NULL || rule == NULL) {
        free(rule);
        return fault_no_memory(reading->fault);
    }
    *rule = trigger->rule;
    result = find_zone(reading, rule->zone, &entry.zone);
    if (result < 0) {
        free(rule);
        return result;
    }
    entry.next_ms = trigger_next(&entry, trigger->last_nominal_ms != 0 ? trigger->last_nominal_ms
                                                                       : trigger->since_ms - 1);
    robots[set->other_count] = trigger->robot_id;
    others[set->other_count++] = entry;
    return 0;
}

static int keep_trigger(const struct trigger *trigger, void *context)
{
    struct reading *reading = context;
    int result = keep_ahead(reading, trigger);

    if (result == 0)
        result = trigger->rule.kind == TRIGGER_CRON ? keep_schedule(reading, trigger)
                                                    : keep_other(reading, trigger);
    if (result == -EINVAL) { /* was checked when it was added; kept out rather than guessed at */
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.trigger = trigger->id}, "trigger %lld: %s",
                  (long long)trigger->id, reading->fault->text);
        return 0;
    }
    return result;
}

int trigger_set_read(struct trigger_set *set, struct store *store, struct fault *fault)
{
    struct reading reading = {.set = set, .fault = fault, .now_ms = clock_now_ms()};
    int result;

    memset(set, 0, sizeof(*set));
    due_init(&set->due);
    result = trigger_each(store, 0, keep_trigger, &reading, fault);
    due_build(&set->due);
    return result;
}

void trigger_set_release(struct trigger_set *set)
{
    size_t i;

    due_release(&set->due);
    for (i = 0; i < set->rule_count; i++)
        free(set->rules[i]);
    for (i = 0; i < set->zone_count; i++)
        zone_close(set->zones[i]);
    for (i = 0; i < set->other_count; i++)
        free((void *)(uintptr_t)set->others[i].rule);
    free(set->rules);
    free(set->zones);
    free(set->others);
    free(set->other_robots);
    free(set->aheads);
    memset(set, 0, sizeof(*set));
}

void trigger_of_schedule(const struct trigger_set *set, const struct due_schedule *schedule,
                         uint32_t next_minute, struct trigger_entry *ret_trigger)
{
    const struct rule_entry *rule = set->rules[schedule->rule];
    size_t i;

    *ret_trigger = (struct trigger_entry){
        .id = schedule->id,
        .robot = rule->robot,
        .rule = &rule->rule,
        .zone = rule->zone,
        .cron = schedule->cron,
        .next_ms = next_minute == DUE_NEVER ? 0 : due_ms(next_minute),
        .last_nominal_ms = schedule->last_minute == 0 ? 0 : due_ms(schedule->last_minute),
    };
    for (i = 0; i < set->ahead_count; i++) {
        if (set->aheads[i].trigger_id == schedule->id)
            ret_trigger->ahead_ms = set->aheads[i].ahead_ms;
    }
}

/* What the loop knew of a schedule holds; the next times of all are in the heap alone. */
struct known_times {
    const struct trigger_set *old;
    const uint32_t *next; /* by the index of the old schedules */
};

static uint32_t next_known(const struct due_schedule *schedule, uint32_t minute, void *context)
{
    const struct known_times *known = context;
    const struct due_schedule *old = due_find(&known->old->due, schedule->id);
    uint32_t next;

    if (old == NULL)
        return minute;
    next = known->next[old - known->old->due.schedules];
    return next == DUE_NEVER ? minute : next;
}

static void keep_known(const struct trigger_set *old, struct trigger_set *set)
{
    uint32_t *next = calloc(old->due.count + 1, sizeof(*next));
    struct known_times known = {old, next};
    size_t i;

    for (i = 0; i < set->due.count; i++) {
        const struct due_schedule *before = due_find(&old->due, set->due.schedules[i].id);

        if (before != NULL)
            set->due.schedules[i].last_minute = before->last_minute;
    }
    if (next == NULL)
        return; /* times since the last record are due again, and have theirs */
    for (i = 0; i < old->due.count; i++)
        next[old->due.heap[i].index] = old->due.heap[i].minute;
    due_rebuild(&set->due, next_known, &known);
    free(next);
}

static void keep_known_others(const struct trigger_set *old, struct trigger_set *set)
{
    size_t at = 0;
    size_t i;

    for (i = 0; i < set->other_count; i++) {
        struct trigger_entry *trigger = &set->others[i];

        while (at < old->other_count && old->others[at].id < trigger->id)
            at++; /* both are in the order of their ids */
        if (at == old->other_count || old->others[at].id != trigger->id)
            continue;
        trigger->next_ms = old->others[at].next_ms;
        trigger->parked_ms = old->others[at].parked_ms;
        trigger->last_nominal_ms = old->others[at].last_nominal_ms;
    }
}

void trigger_set_take(struct daemon *daemon, struct trigger_set *set)
{
    size_t i;

    for (i = 0; i < set->rule_count; i++)
        set->rules[i]->robot = registry_find(daemon, set->rules[i]->robot_id);
    for (i = 0; i < set->other_count; i++)
        set->others[i].robot = registry_find(daemon, set->other_robots[i]);
    if (daemon->triggers.due.count > 0)
        keep_known(&daemon->triggers, set);
    keep_known_others(&daemon->triggers, set);
    trigger_set_release(&daemon->triggers);
    daemon->triggers = *set;
    memset(set, 0, sizeof(*set));
}

struct rebuilding {
    struct trigger_set *set;
    int64_t now_ms;
};

static uint32_t next_from_now(const struct due_schedule *schedule, uint32_t minute, void *context)
{
    const struct rebuilding *rebuilding = context;
    const struct rule_entry *rule = rebuilding->set->rules[schedule->rule];

    (void)minute;
    return due_minute(cron_next(&schedule->cron, rule->zone, rebuilding->now_ms));
}

void trigger_set_rebuild(struct daemon *daemon, int64_t now_ms)
{
    struct trigger_set *set = &daemon->triggers;
    struct rebuilding rebuilding = {set, now_ms};
    size_t i;

    for (i = 0; i < set->due.count; i++) {
        if (due_ms(set->due.schedules[i].last_minute) > now_ms)
            set->due.schedules[i].last_minute = 0;
    }
    due_rebuild(&set->due, next_from_now, &rebuilding);
    for (i = 0; i < set->other_count; i++) {
        struct trigger_entry *trigger = &set->others[i];

        if (trigger->rule->kind != TRIGGER_ONCE)
            continue;
        trigger->next_ms = trigger->last_nominal_ms == 0 ? trigger->rule->at_ms : 0;
    }
    daemon->parked_minute = 0;
}

bool trigger_set_renew_zones(struct trigger_set *set)
{
    struct fault fault;
    bool has_changed = clock_renew_zone(&fault) > 0;
    size_t i;
    size_t k;

    for (i = 0; i < set->zone_count; i++) {
        struct zone *zone = NULL;

        if (!zone_is_outdated(set->zones[i]) ||
            zone_open(zone_name(set->zones[i]), &zone, &fault) < 0)
            continue;
        for (k = 0; k < set->rule_count; k++) {
            if (set->rules[k]->zone == set->zones[i])
                set->rules[k]->zone = zone;
        }
        for (k = 0; k < set->other_count; k++) {
            if (set->others[k].zone == set->zones[i])
                set->others[k].zone = zone;
        }
        zone_close(set->zones[i]);
        set->zones[i] = zone;
        has_changed = true;
    }
    return has_changed;
}
