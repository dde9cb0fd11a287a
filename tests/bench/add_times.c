/*
 * add_times HOME FIRST_MS STAGGER_MS EVERY_MS COUNT ROBOT... - gives each robot COUNT triggers of
 * kind `once` in the place of those it has, in a store that no daemon has open: the first robot's
 * at FIRST_MS (since 1970), the next one's STAGGER_MS later and so on, and each again EVERY_MS
 * later.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

struct times {
    int64_t first_ms, stagger_ms, every_ms, count;
};

struct held {
    int64_t ids[TRIGGERS_MOST];
    size_t count;
};

static int hold(const struct trigger *trigger, void *context)
{
    struct held *held = context;

    if (held->count < TRIGGERS_MOST)
        held->ids[held->count++] = trigger->id;
    return 0;
}

static int replace(struct store *store, const char *robot, const struct times *times,
                   int64_t first_ms, struct fault *fault)
{
    const struct trigger_origin origin = {
        .is_added = true, .made_by = "bench", .now_ms = clock_now_ms()};
    struct trigger_rule rule;
    struct held held = {.count = 0};
    int64_t robot_id = 0;
    int64_t i;
    int result = robot_find(store, robot, &robot_id, fault);

    if (result == 0)
        result = trigger_each(store, robot_id, hold, &held, fault);
    while (held.count > 0 && result == 0)
        result = trigger_remove(store, held.ids[--held.count], fault);
    for (i = 0; i < times->count && result == 0; i++) {
        int64_t id;

        trigger_rule_init(&rule, TRIGGER_ONCE);
        rule.at_ms = first_ms + i * times->every_ms;
        result = trigger_add(store, robot_id, &rule, &origin, &id, fault);
    }
    return result;
}

int main(int argc, char **argv)
{
    struct store *store = NULL;
    struct fault fault = {""};
    struct times times = {0};
    int result;
    int i;

    if (argc < 7 || !text_to_int64(argv[2], 1, INT64_MAX, &times.first_ms) ||
        !text_to_int64(argv[3], 0, 60000, &times.stagger_ms) ||
        !text_to_int64(argv[4], 1, 60000, &times.every_ms) ||
        !text_to_int64(argv[5], 1, TRIGGERS_MOST, &times.count)) {
        fprintf(stderr, "usage: add_times HOME FIRST_MS STAGGER_MS EVERY_MS COUNT ROBOT...\n");
        return 2;
    }
    result = store_open(argv[1], STORE_WRITE, &store, &fault);
    if (result == 0)
        result = store_begin(store, &fault);
    for (i = 6; i < argc && result == 0; i++)
        result =
            replace(store, argv[i], &times, times.first_ms + (i - 6) * times.stagger_ms, &fault);
    if (result == 0)
        result = store_commit(store, &fault);
    store_close(store);
    if (result < 0)
        fprintf(stderr, "add_times: %s\n", fault.text);
    return result < 0 ? 1 : 0;
}
