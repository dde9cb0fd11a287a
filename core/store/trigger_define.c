/* robot.json's triggers become those of another robot.json: what stays, what changes and what goes. */
#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/trigger.h"

struct change {
    int64_t id;
    const struct trigger_rule *rule; /* what it becomes; NULL: it goes */
};

struct plan {
    const struct trigger_rule *rules;
    size_t count;
    bool is_kept[TRIGGERS_MOST]; /* per rule: a trigger that is there has it, or gets it */
    struct change changes[TRIGGERS_MOST];
    size_t change_count;
};

static int sort_own(const struct trigger *trigger, void *context)
{
    struct plan *plan = context;
    size_t i;

    for (i = 0; i < plan->count; i++) {
        if (trigger_rule_equal(&trigger->rule, &plan->rules[i])) {
            plan->is_kept[i] = true;
            return 0;
        }
    }
    if (!trigger->is_added && plan->change_count < TRIGGERS_MOST)
        plan->changes[plan->change_count++] = (struct change){trigger->id, NULL};
    return 0;
}

/* Then it is the same trigger, whatever else is said of its times: its records are of them, and so is what it owes. */
static bool has_same_times(const struct trigger_rule *a, const struct trigger_rule *b)
{
    return (a->kind == TRIGGER_CRON || a->kind == TRIGGER_ONCE) && a->kind == b->kind &&
           strcmp(a->cron, b->cron) == 0 && a->at_ms == b->at_ms && strcmp(a->zone, b->zone) == 0;
}

static int choose_rule(struct store *store, struct plan *plan, struct change *change,
                       struct fault *fault)
{
    struct trigger trigger;
    size_t i;
    int result = trigger_read(store, change->id, &trigger, fault);

    for (i = 0; i < plan->count && result == 0 && change->rule == NULL; i++) {
        if (!plan->is_kept[i] && has_same_times(&trigger.rule, &plan->rules[i])) {
            plan->is_kept[i] = true;
            change->rule = &plan->rules[i];
        }
    }
    return result;
}

static int make_plan(struct store *store, int64_t robot_id, struct plan *plan, struct fault *fault)
{
    size_t i;
    int result = 0;

    if (plan->count > TRIGGERS_MOST)
        return fault_set(fault, -E2BIG, "a robot has %zu triggers; give at most %d", plan->count,
                         TRIGGERS_MOST);
    result = trigger_each(store, robot_id, sort_own, plan, fault);
    for (i = 0; i < plan->change_count && result == 0; i++)
        result = choose_rule(store, plan, &plan->changes[i], fault);
    return result;
}

int trigger_define(struct store *store, int64_t robot_id, const struct trigger_rule *rules,
                   size_t count, const struct trigger_origin *origin, struct fault *fault)
{
    struct plan plan = {.rules = rules, .count = count};
    int64_t id = 0;
    size_t i;
    int result = make_plan(store, robot_id, &plan, fault);

    for (i = 0; i < plan.change_count && result == 0; i++) {
        const struct change *change = &plan.changes[i];

        result = change->rule == NULL ? trigger_remove(store, change->id, fault)
                                      : trigger_change(store, change->id, change->rule, fault);
    }
    for (i = 0; i < count && result == 0; i++) {
        if (!plan.is_kept[i])
            result = trigger_add(store, robot_id, &rules[i], origin, &id, fault);
    }
    return result;
}

int trigger_define_gone(struct store *store, int64_t robot_id, const struct trigger_rule *rules,
                        size_t count, trigger_each_callback *callback, void *context,
                        struct fault *fault)
{
    struct plan plan = {.rules = rules, .count = count};
    struct trigger trigger;
    size_t i;
    int result = make_plan(store, robot_id, &plan, fault);

    for (i = 0; i < plan.change_count && result == 0; i++) {
        if (plan.changes[i].rule != NULL)
            continue;
        result = trigger_read(store, plan.changes[i].id, &trigger, fault);
        if (result == 0)
            result = callback(&trigger, context);
    }
    return result < 0 ? result : 0;
}
