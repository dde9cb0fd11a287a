#include "tests/unit/lease_steps.h"

#include <stdio.h>

static int keep(const struct item_lease *item, void *context)
{
    struct lease_steps *steps = context;

    (void)item;
    steps->count++;
    return steps->count == 2 ? steps->end : 0;
}

int lease_steps_try(struct queue *queue, uint32_t want, struct lease_steps *steps)
{
    struct item_lease_request request = {queue->run_id, queue->fence, want, queue->now_ms};

    return item_lease(queue->store, &queue->policy, &request, keep, steps, &queue->more,
                      &queue->fault);
}

int64_t lease_steps_add(struct queue *queue, int count, int64_t not_before_ms)
{
    int64_t first = 0;
    int i;

    queue_begin(queue);
    for (i = 0; i < count; i++) {
        char reference[32];
        struct item_new item = {
            .reference = reference, .payload = "p", .not_before_ms = not_before_ms};
        int64_t id;

        (void)snprintf(reference, sizeof reference, "%c%d", not_before_ms != 0 ? 'D' : 'A', i);
        id = queue_add_item(queue, &item);
        if (first == 0)
            first = id;
    }
    queue_commit(queue);
    return first;
}

void lease_steps_lease(struct queue *queue, uint32_t want)
{
    queue_begin(queue);
    (void)queue_lease(queue, want);
    queue_commit(queue);
}

int lease_steps_take(struct queue *queue, size_t index, int outcome, const char *note)
{
    struct item_result result = {
        .item_id = queue->leased[index].id,
        .run_id = queue->run_id,
        .fence = queue->fence,
        .seq = (uint32_t)index + 1,
        .outcome = outcome,
        .completed_ms = queue->now_ms,
        .note = note,
    };
    enum item_taken taken = ITEM_TAKEN_LATE;

    return item_take_result(queue->store, &queue->policy, &result, &taken, &queue->fault);
}

int lease_steps_release(struct queue *queue, enum item_begun begun)
{
    struct item_release asked = {queue->run_id, begun, "signal 11", queue->now_ms};

    return item_release_run(queue->store, &queue->policy, &asked, &queue->released, &queue->fault);
}

int64_t lease_steps_in_state(struct queue *queue, enum item_state state)
{
    return queue_ask_with(queue, "SELECT count(*) FROM item WHERE state = ?1", state, 0);
}
