#include "core/schedule/due.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"

enum { BRANCHES = 4, CAPACITY_LEAST = 64, MS_PER_MINUTE = 60000, PER_CACHE_LINE = 8 };

_Static_assert(sizeof(struct due_schedule) + sizeof(struct due_entry) <= 60, "bytes of a schedule");

void due_init(struct due *due)
{
    memset(due, 0, sizeof *due);
}

void due_release(struct due *due)
{
    if (due == NULL)
        return;
    free(due->schedules);
    free(due->heap);
    due_init(due);
}

static int resize(struct due *due, size_t capacity)
{
    struct due_schedule *schedules = reallocarray(due->schedules, capacity, sizeof *schedules);
    struct due_entry *heap;

    if (schedules == NULL)
        return -ENOMEM;
    due->schedules = schedules;
    heap = reallocarray(due->heap, capacity, sizeof *heap);
    if (heap == NULL)
        return -ENOMEM;
    due->heap = heap;
    due->capacity = capacity;
    return 0;
}

int due_reserve(struct due *due, size_t count, struct fault *fault)
{
    if (count > DUE_MOST)
        return fault_set(fault, -E2BIG, "%zu schedules are more than the %d that are held", count,
                         (int)DUE_MOST);
    if (count <= due->capacity)
        return 0;
    return resize(due, count) < 0 ? fault_no_memory(fault) : 0;
}

int due_add(struct due *due, const struct due_schedule *schedule, uint32_t next_minute,
            struct fault *fault)
{
    int result = 0;

    if (due->count > 0 && schedule->id <= due->schedules[due->count - 1].id)
        return fault_set(fault, -EINVAL, "the schedule %u does not follow %u", schedule->id,
                         due->schedules[due->count - 1].id);
    if (due->count == due->capacity) {
        size_t capacity = due->capacity + due->capacity / 16 + CAPACITY_LEAST;

        if (capacity > DUE_MOST)
            capacity = due->count < DUE_MOST ? DUE_MOST : due->count + 1;
        result = due_reserve(due, capacity, fault);
    }
    if (result < 0)
        return result;
    due->schedules[due->count] = *schedule;
    due->heap[due->count].minute = next_minute;
    due->heap[due->count].index = (uint32_t)due->count;
    due->count++;
    return 0;
}

/* Equal times in the order of their ids: who was first stays first. */
static bool is_before(struct due_entry a, struct due_entry b)
{
    return a.minute < b.minute || (a.minute == b.minute && a.index < b.index);
}

/* What comes two steps further down lies side by side, and is on its way while this step is made. */
static void fetch_ahead(const struct due_entry *heap, size_t count, size_t at)
{
    size_t from = (at * BRANCHES + 1) * BRANCHES + 1;
    size_t i;

    for (i = 0; i <= (size_t)BRANCHES * BRANCHES && from + i < count; i += PER_CACHE_LINE)
        __builtin_prefetch(&heap[from + i]);
}

static void sift_down(struct due_entry *heap, size_t count, size_t at)
{
    struct due_entry moved = heap[at];

    for (;;) {
        size_t child = at * BRANCHES + 1;
        size_t end = child + BRANCHES < count ? child + BRANCHES : count;
        size_t least = child;

        if (child >= count)
            break;
        fetch_ahead(heap, count, at);
        for (child++; child < end; child++)
            if (is_before(heap[child], heap[least]))
                least = child;
        if (!is_before(heap[least], moved))
            break;
        heap[at] = heap[least];
        at = least;
    }
    heap[at] = moved;
}

static void order(struct due *due)
{
    size_t at;

    if (due->count < 2)
        return;
    for (at = (due->count - 2) / BRANCHES + 1; at > 0; at--)
        sift_down(due->heap, due->count, at - 1);
}

void due_build(struct due *due)
{
    if (due->count > 0 && due->count < due->capacity) {
        due->capacity = due->count;
        (void)resize(due, due->count); /* without memory to move to, what there is stays */
    }
    order(due);
}

struct due_schedule *due_first(const struct due *due, uint32_t *ret_minute)
{
    if (due->count == 0 || due->heap[0].minute == DUE_NEVER)
        return NULL;
    *ret_minute = due->heap[0].minute;
    return &due->schedules[due->heap[0].index];
}

void due_replace_first(struct due *due, uint32_t next_minute)
{
    size_t child;

    if (due->count == 0)
        return;
    due->heap[0].minute = next_minute;
    sift_down(due->heap, due->count, 0);
    for (child = 1; child <= BRANCHES && child < due->count;
         child++) /* one of them is next but one */
        __builtin_prefetch(&due->schedules[due->heap[child].index]);
}

/* Those of one minute lie at the top of the heap: no branch below a later one is looked at. */
static void each_below(const struct due *due, size_t at, due_each_callback *callback, void *context)
{
    size_t child = at * BRANCHES + 1;
    size_t end = child + BRANCHES;

    callback(&due->schedules[due->heap[at].index], due->heap[at].minute, context);
    for (; child < end && child < due->count; child++)
        if (due->heap[child].minute == due->heap[0].minute)
            each_below(due, child, callback, context);
}

void due_each_first(const struct due *due, due_each_callback *callback, void *context)
{
    if (due->count > 0 && due->heap[0].minute != DUE_NEVER)
        each_below(due, 0, callback, context);
}

struct due_schedule *due_find(const struct due *due, uint32_t id)
{
    size_t from = 0;
    size_t to = due->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (due->schedules[middle].id == id)
            return &due->schedules[middle];
        if (due->schedules[middle].id < id)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

/* The heap is first put in the order of the schedules, which it holds each once: its old minutes
 * go where they belong by following the circles that the indices make. */
static void unorder(struct due *due)
{
    size_t at;

    for (at = 0; at < due->count; at++) {
        while (due->heap[at].index != at) {
            struct due_entry here = due->heap[at];

            due->heap[at] = due->heap[here.index];
            due->heap[here.index] = here;
        }
    }
}

void due_rebuild(struct due *due, due_next_callback *callback, void *context)
{
    size_t at;

    unorder(due);
    for (at = 0; at < due->count; at++)
        due->heap[at].minute = callback(&due->schedules[at], due->heap[at].minute, context);
    order(due);
}

uint32_t due_next(const struct cron *cron, const struct zone *zone, uint32_t after_minute)
{
    return due_minute(cron_next(cron, zone, due_ms(after_minute)));
}

uint32_t due_minute(int64_t wall_ms)
{
    int64_t minute = wall_ms / MS_PER_MINUTE;

    return wall_ms <= 0 || minute >= DUE_NEVER ? DUE_NEVER : (uint32_t)minute;
}

int64_t due_ms(uint32_t minute)
{
    return (int64_t)minute * MS_PER_MINUTE;
}
