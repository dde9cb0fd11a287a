/*
 * fill_store HOME ROWS - history for a benchmark: ROWS counted tasks of the home's robots, spread
 * over the last two years, by the store's own functions. The robots' windows are days.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { DAYS = 730, PER_COMMIT = 20000, DAY_MS = 86400000 };

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    return (*state ^ (*state >> 29)) * 0xbf58476d1ce4e5b9u;
}

static int put_task(struct store *store, const struct robot_list *robots, const int64_t *runs,
                    int64_t row, int64_t rows, struct fault *fault)
{
    static uint64_t seed = 1;
    unsigned char hash[16];
    uint64_t low = next_random(&seed);
    uint64_t high = next_random(&seed);
    int64_t back = (rows - row) * DAYS / rows + 1;
    size_t index = (size_t)(low % robots->count);
    struct attempt attempt = {.robot_id = robots->robots[index].id,
                              .run_id = runs[index],
                              .seq = row + 1,
                              .completed_ms = clock_now_ms() - back * DAY_MS,
                              .duration_ms = (int64_t)(high % 900),
                              .masked = "*0042"};
    bool counted = false;

    memcpy(hash, &low, 8);
    memcpy(hash + 8, &high, 8);
    return ledger_record(store, &attempt, clock_local_day(attempt.completed_ms), hash, &counted,
                         fault);
}

static int fill(struct store *store, const struct robot_list *robots, int64_t rows,
                struct fault *fault)
{
    int64_t *runs = calloc(robots->count, sizeof(*runs));
    int64_t row;
    size_t i;
    int result = runs != NULL ? store_begin(store, fault) : -1;

    for (i = 0; i < robots->count && result == 0; i++)
        result = run_create(store, robots->robots[i].id, RUN_BY_IMPORT, "bench", clock_now_ms(),
                            &runs[i], fault);
    for (row = 0; row < rows && result == 0; row++) {
        result = put_task(store, robots, runs, row, rows, fault);
        if (result == 0 && row % PER_COMMIT == PER_COMMIT - 1)
            result = store_commit(store, fault);
        if (result == 0 && row % PER_COMMIT == PER_COMMIT - 1)
            result = store_begin(store, fault);
    }
    for (i = 0; i < robots->count && result == 0; i++) {
        result = run_end(store, runs[i], RUN_DONE, "", clock_now_ms(), fault);
        if (result > 0)
            result = 0;
    }
    if (result == 0)
        result = store_commit(store, fault);
    free(runs);
    return result;
}

int main(int argc, char **argv)
{
    struct store *store = NULL;
    struct robot_list robots = {NULL, 0};
    struct fault fault = {""};
    int result;

    if (argc != 3) {
        fprintf(stderr, "usage: fill_store HOME ROWS\n");
        return 2;
    }
    result = store_open(argv[1], STORE_WRITE, &store, &fault);
    if (result == 0)
        result = robot_list_read(store, &robots, &fault);
    if (result == 0)
        result = fill(store, &robots, strtoll(argv[2], NULL, 10), &fault);
    robot_list_release(&robots);
    store_close(store);
    if (result < 0)
        fprintf(stderr, "fill_store: %s\n", fault.text);
    return result < 0 ? 1 : 0;
}
