/* In which windows each robot has open items: few, so a sorted list. */
#include "core/store/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOWS_LEAST = 16, WINDOWS_MAX = 1 << 20 };

void open_windows_release(struct open_windows *windows)
{
    free(windows->list);
    *windows = (struct open_windows){0};
}

int open_windows_reserve(struct open_windows *windows)
{
    size_t capacity = windows->capacity > 0 ? 2 * windows->capacity : WINDOWS_LEAST;
    struct open_window *list;

    if (windows->count < windows->capacity)
        return 0;
    list = capacity <= WINDOWS_MAX ? reallocarray(windows->list, capacity, sizeof *list) : NULL;
    if (list == NULL)
        return -ENOMEM;
    windows->list = list;
    windows->capacity = capacity;
    return 0;
}

/* The place of the first that is not before it. */
static size_t place_of(const struct open_windows *windows, int64_t robot_id, int64_t window)
{
    size_t low = 0;
    size_t high = windows->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct open_window *at = &windows->list[middle];

        if (at->robot_id < robot_id || (at->robot_id == robot_id && at->window < window))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct open_windows *windows, size_t place, int64_t robot_id,
                  int64_t window)
{
    return place < windows->count && windows->list[place].robot_id == robot_id &&
           windows->list[place].window == window;
}

void open_windows_add(struct open_windows *windows, int64_t robot_id, int64_t window)
{
    size_t place = place_of(windows, robot_id, window);
    struct open_window *at = &windows->list[place];

    if (!is_at(windows, place, robot_id, window)) {
        memmove(at + 1, at, (windows->count - place) * sizeof *at);
        *at = (struct open_window){.robot_id = robot_id, .window = window};
        windows->count++;
    }
    at->items++;
}

void open_windows_remove(struct open_windows *windows, int64_t robot_id, int64_t window)
{
    size_t place = place_of(windows, robot_id, window);
    struct open_window *at = windows->list + place;

    if (!is_at(windows, place, robot_id, window) || --at->items > 0)
        return;
    windows->count--;
    memmove(at, at + 1, (windows->count - place) * sizeof *at);
}

size_t open_windows_of(const struct open_windows *windows, int64_t robot_id,
                       const struct open_window **ret_first)
{
    size_t first = place_of(windows, robot_id, INT64_MIN);
    size_t count = 0;

    while (first + count < windows->count && windows->list[first + count].robot_id == robot_id)
        count++;
    *ret_first = windows->list + first;
    return count;
}
