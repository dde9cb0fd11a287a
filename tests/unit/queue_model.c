#include "tests/unit/queue_model.h"

#include "tests/unit/queue_home.h"

void model_done(struct model_robot *robot, struct model_item *item)
{
    robot->outcomes[item->is_counted ? ATTEMPT_REPEATED : ATTEMPT_DONE]++;
    item->is_counted = true;
    if (item->is_handed_over && !item->is_taken_back) {
        item->is_taken_back = true;
        robot->outcomes[ATTEMPT_UNHELPED]++;
    }
}

void model_left(struct model_item *item)
{
    item->state = item->is_undone ? ITEM_WAITING : MODEL_ABSENT;
    item->attempts += item->is_undone;
    item->doubt = item->is_undone ? UNDECIDED : item->doubt;
}

void model_handed_over(struct model_robot *robot, struct model_item *item)
{
    if (item->is_counted || item->is_handed_over)
        return;
    item->is_handed_over = true;
    robot->outcomes[ATTEMPT_HELPED]++;
}

void model_begin_anew(struct model_item *item)
{
    item->attempts = 0;
    item->lost_runs = 0;
    item->doubt = item->doubt == UNDECIDED ? 0 : item->doubt;
    item->is_quarantined = false;
}

void model_put_off(struct model_item *item)
{
    int doubt = item->doubt;

    model_begin_anew(item);
    item->doubt = doubt;
}

bool model_waits_undecided(struct model_item *item, int side_effects)
{
    if (item->doubt == 0 || side_effects == PROBEABLE ||
        (side_effects == IDEMPOTENT && item->doubt != UNDECIDED))
        return false;
    item->doubt = UNDECIDED;
    item->state = ITEM_WAITING;
    return true;
}

void model_doubt_after(struct model_item *item, int outcome, int side_effects)
{
    if (outcome == UNKNOWN || (outcome == BROKEN && side_effects == MANUAL))
        item->doubt = UNDECIDED;
    else if (outcome == BROKEN && side_effects == PROBEABLE)
        item->doubt = 1;
    else if (side_effects ==
             IDEMPOTENT) /* it need not know, but for what it did not do this time */
        item->doubt = outcome == BUSINESS && item->doubt == 0 ? 0 : HARMLESS;
    else if (outcome == BUSINESS)
        item->doubt = 0;
    else if (item->doubt == UNDECIDED)
        item->doubt = 1;
}

/* Whether the first is handed out before the second, which is ready too. */
static bool is_before(const struct model_item *first, const struct model_item *second)
{
    if (first->priority != second->priority)
        return first->priority > second->priority;
    if ((first->deadline_ms == 0) != (second->deadline_ms == 0))
        return first->deadline_ms != 0;
    if (first->deadline_ms != second->deadline_ms)
        return first->deadline_ms < second->deadline_ms;
    return first->id < second->id;
}

int model_best_ready(const struct model_robot *robot)
{
    int best = -1;
    int i;

    for (i = 0; i < MODEL_REFERENCES; i++) {
        const struct model_item *item = &robot->items[i];

        if (item->state != ITEM_READY)
            continue;
        if (best < 0 || is_before(item, &robot->items[best]))
            best = i;
    }
    return best;
}

void model_release_begun(struct model_item *item, const struct queue *queue)
{
    bool is_manual = queue->policy.side_effects == MANUAL;
    bool has_failed = queue->why != NULL;

    item->attempts++;
    item->lost_runs += has_failed;
    item->doubt = queue->policy.side_effects == IDEMPOTENT ? HARMLESS : 1;
    item->state = has_failed ? ITEM_DEFERRED : ITEM_READY;
    item->due_ms = queue->now_ms + (1000 << (item->attempts - 1));
    if (is_manual || item->attempts >= queue->policy.attempts) {
        item->state = ITEM_WAITING;
        item->doubt = item->doubt == 1 ? UNDECIDED : item->doubt;
        item->is_quarantined = item->lost_runs > 0 && !is_manual;
    }
}

struct item_outlook model_outlook(const struct model_robot *robot, int64_t now_ms)
{
    struct item_outlook expected = {0};
    int i;

    for (i = 0; i < MODEL_REFERENCES; i++) {
        const struct model_item *item = &robot->items[i];

        expected.ready += item->state == ITEM_READY;
        expected.leased += item->state == ITEM_LEASED;
        expected.deferred += item->state == ITEM_DEFERRED;
        expected.waiting += item->state == ITEM_WAITING;
        if (item->state == MODEL_ABSENT || item->state > ITEM_WAITING)
            continue;
        expected.quarantined += item->is_quarantined;
        if (item->deadline_ms != 0 && item->deadline_ms < now_ms)
            expected.overdue++;
        else if (item->deadline_ms != 0 &&
                 (expected.next_deadline_ms == 0 || item->deadline_ms < expected.next_deadline_ms))
            expected.next_deadline_ms = item->deadline_ms;
    }
    return expected;
}

int64_t model_marks(const struct model_robot *robot)
{
    int64_t marks = 0;
    int i;

    for (i = 0; i < MODEL_REFERENCES; i++) {
        const struct model_item *item = &robot->items[i];

        if (item->state == MODEL_ABSENT)
            continue;
        marks += item->id * (item->lost_runs + 10 * item->is_quarantined) + item->deadline_ms;
        marks += item->state == ITEM_DEFERRED ? 3 * item->due_ms : 0;
    }
    return marks;
}
