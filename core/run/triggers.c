/* What the loop holds of triggers: schedules of cron in a compact set, the others one by one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/zone.h"
#include "core/run/daemon_inner.h"

enum { POLICIES_LOOKED_AT = 64 };

struct reading {
    struct trigger_set *set;
    struct fault *fault;
    int64_t now_ms;
};

int64_t trigger_next(const struct trigger_entry *trigger, int64_t after_ms)
{
    switch (trigger->policy->kind) {
    case TRIGGER_CRON:
        return cron_next(&trigger->cron, trigger->zone, after_ms);
    case TRIGGER_ONCE:
        return trigger->policy->at_ms > after_ms ? trigger->policy->at_ms : 0;
    case TRIGGER_AFTER:
    case TRIGGER_DEPTH:
    case TRIGGER_AGE:
        break;
    }
    return 0;
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
    set->lacks_zone = set->lacks_zone || result == -EINVAL;
    return result;
}

static bool is_same_text(const char *kept, const char *text)
{
    return strcmp(kept != NULL ? kept : "", text) == 0;
}

/* Triggers of a robot often follow each other, so only the latest are looked at; one that is kept
 * twice does no harm. */
static bool find_policy(const struct trigger_set *set, const struct trigger *trigger,
                        const struct zone *zone, uint32_t *ret_index)
{
    const struct trigger_rule *rule = &trigger->rule;
    size_t i = set->policy_count;
    size_t least = i > POLICIES_LOOKED_AT ? i - POLICIES_LOOKED_AT : 0;

    while (i-- > least) {
        const struct trigger_policy *policy = &set->policies[i];

        if (policy->robot_id == trigger->robot_id && policy->kind == rule->kind &&
            rule->kind == TRIGGER_CRON && policy->zone == zone &&
            policy->misfire == rule->misfire && policy->misfire_limit == rule->misfire_limit &&
            policy->overlap == rule->overlap && policy->expected_minute == rule->expected_minute &&
            is_same_text(policy->not_on, rule->not_on)) {
            *ret_index = (uint32_t)i;
            return true;
        }
    }
    return false;
}

static int keep_policy(struct reading *reading, const struct trigger *trigger, uint32_t *ret_index)
{
    struct trigger_set *set = reading->set;
    const struct trigger_rule *rule = &trigger->rule;
    const struct zone *zone = NULL;
    struct trigger_policy *policies = set->policies;
    char *not_on = NULL;
    int result = find_zone(reading, rule->zone, &zone);

    if (result < 0 || find_policy(set, trigger, zone, ret_index))
        return result;
    if (set->policy_count == set->policy_room) {
        set->policy_room += set->policy_room / 8 + 16;
        policies = reallocarray(policies, set->policy_room, sizeof(*policies));
        if (policies == NULL)
            return fault_no_memory(reading->fault);
        set->policies = policies;
    }
    if (rule->not_on[0] != '\0') {
        not_on = strdup(rule->not_on);
        if (not_on == NULL)
            return fault_no_memory(reading->fault);
    }
    policies[set->policy_count] = (struct trigger_policy){
        .kind = rule->kind,
        .misfire = rule->misfire,
        .overlap = rule->overlap,
        .misfire_limit = rule->misfire_limit,
        .expected_minute = rule->expected_minute,
        .at_ms = rule->at_ms,
        .threshold = rule->threshold,
        .not_on = not_on,
        .zone = zone,
        .robot_id = trigger->robot_id,
    };
    *ret_index = (uint32_t)set->policy_count++;
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
    int64_t next_ms;
    int result;

    if (trigger->id >= UINT32_MAX)
        return fault_set(reading->fault, -E2BIG, "trigger %lld: the number is too large",
                         (long long)trigger->id);
    result = cron_parse(trigger->rule.cron, &schedule.cron, reading->fault);
    if (result == 0)
        result = keep_policy(reading, trigger, &schedule.rule);
    if (result < 0)
        return result;
    next_ms = cron_next(&schedule.cron, reading->set->policies[schedule.rule].zone,
                        begin_of(trigger, reading->now_ms));
    return due_add(&reading->set->due, &schedule, due_minute(next_ms), reading->fault);
}

static int keep_other(struct reading *reading, const struct trigger *trigger)
{
    struct trigger_set *set = reading->set;
    struct trigger_entry *others = grow(set->others, set->other_count, sizeof(*others));
    int64_t last_ms = trigger->last_nominal_ms;
    uint32_t index = 0;
    int result;

    if (others == NULL)
        return fault_no_memory(reading->fault);
    set->others = others;
    result = keep_policy(reading, trigger, &index);
    if (result < 0)
        return result;
    if (trigger->rule.kind == TRIGGER_ONCE &&
        trigger->rule.at_ms <= begin_of(trigger, reading->now_ms))
        last_ms = trigger->rule.at_ms; /* over before it was made, when not by a fire */
    others[set->other_count++] = (struct trigger_entry){
        .id = trigger->id,
        .policy_index = index,
        .next_ms = last_ms != 0 || trigger->rule.kind != TRIGGER_ONCE ? 0 : trigger->rule.at_ms,
        .last_nominal_ms = last_ms,
        .ahead_ms = trigger->ahead_ms,
    };
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
    for (i = 0; i < set->policy_count; i++)
        free(set->policies[i].not_on);
    for (i = 0; i < set->zone_count; i++)
        zone_close(set->zones[i]);
    free(set->policies);
    free(set->zones);
    free(set->others);
    free(set->aheads);
    memset(set, 0, sizeof(*set));
}

void trigger_of_schedule(const struct trigger_set *set, const struct due_schedule *schedule,
                         uint32_t next_minute, struct trigger_entry *ret_trigger)
{
    const struct trigger_policy *policy = &set->policies[schedule->rule];
    size_t i;

    *ret_trigger = (struct trigger_entry){
        .id = schedule->id,
        .robot = policy->robot,
        .policy = policy,
        .policy_index = schedule->rule,
        .zone = policy->zone,
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

    for (i = 0; i < set->policy_count; i++)
        set->policies[i].robot = i > 0 && set->policies[i].robot_id == set->policies[i - 1].robot_id
                                     ? set->policies[i - 1].robot
                                     : registry_find(daemon, set->policies[i].robot_id);
    for (i = 0; i < set->other_count; i++) {
        struct trigger_policy *policy = &set->policies[set->others[i].policy_index];

        set->others[i].policy = policy;
        set->others[i].robot = policy->robot;
        set->others[i].zone = policy->zone;
    }
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
    const struct zone *zone = rebuilding->set->policies[schedule->rule].zone;

    (void)minute;
    return due_minute(cron_next(&schedule->cron, zone, rebuilding->now_ms));
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

        if (trigger->policy->kind == TRIGGER_ONCE)
            trigger->next_ms = trigger->last_nominal_ms == 0 ? trigger->policy->at_ms : 0;
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
        for (k = 0; k < set->policy_count; k++) {
            if (set->policies[k].zone == set->zones[i])
                set->policies[k].zone = zone;
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
