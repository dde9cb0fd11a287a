/*
 * fill_store HOME ROWS - history for a benchmark: ROWS counted tasks of the home's robots, spread
 * over the last two years, by the store's own functions.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "core/store/reference_key.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { DAYS = 730, PER_COMMIT = 20000, DAY_MS = 86400000 };

static int put_task(struct store *store, const struct robot *robot, int64_t run_id, int64_t row,
                    int64_t rows, struct fault *fault)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    char reference[32];
    int64_t back = (rows - row) * DAYS / rows + 1;
    struct attempt attempt = {.robot_id = robot->id,
                              .run_id = run_id,
                              .seq = row + 1,
                              .completed_ms = clock_now_ms() - back * DAY_MS,
                              .duration_ms = row * 7919 % 900,
                              .masked = "*0042"};
    int64_t window = robot_window_of(robot->window, clock_local_day(attempt.completed_ms));
    bool counted = false;
    int result;

    (void)snprintf(reference, sizeof reference, "%lld", (long long)row);
    result = reference_hash(store, robot->id, robot->window, window, reference, hash, fault);
    if (result == 0)
        result = ledger_record(store, &attempt, window, hash, &counted, fault);
    return result;
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
        i = (size_t)row % robots->count;
        result = put_task(store, &robots->robots[i], runs[i], row, rows, fault);
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
