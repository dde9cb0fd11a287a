/*
 * fill_store HOME ROWS [ordered] - history for a benchmark: ROWS counted tasks of the home's robots,
 * spread over the last two years, by the store's own functions. ordered: the references' hashes
 * ascend, so that a hundred million rows are written in minutes; what reads them does not look at
 * their order.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "core/store/reference_key.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { DAYS = 730, PER_COMMIT = 20000, DAY_MS = 86400000 };

struct filling {
    int64_t rows;
    bool is_ordered;
    int64_t *runs;    /* by robot */
    int64_t *windows; /* by robot: the last that has a key */
};

/* Big-endian, so that they ascend; never all zero. */
static void count_hash(int64_t row, unsigned char hash[static REFERENCE_HASH_SIZE])
{
    int i;

    for (i = 0; i < REFERENCE_HASH_SIZE; i++)
        hash[i] = i < 8 ? (unsigned char)(row >> (56 - 8 * i)) : 0xA5;
}

static int put_task(struct store *store, const struct robot *robot, size_t place,
                    struct filling *filling, int64_t row, struct fault *fault)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    char reference[32];
    int64_t rows = filling->rows;
    int64_t run_id = filling->runs[place];
    int64_t back = (rows - row) * DAYS / rows + 1;
    struct attempt attempt = {.robot_id = robot->id,
                              .run_id = run_id,
                              .seq = row + 1,
                              .completed_ms = clock_now_ms() - back * DAY_MS,
                              .duration_ms = row * 7919 % 900,
                              .masked = "*0042"};
    int64_t window = robot_window_of(robot->window, clock_local_day(attempt.completed_ms));
    bool counted = false;
    int result = 0;

    (void)snprintf(reference, sizeof reference, "%lld", (long long)row);
    if (!filling->is_ordered || filling->windows[place] != window)
        result = reference_hash(store, robot->id, robot->window, window, reference, hash, fault);
    filling->windows[place] = window;
    if (filling->is_ordered)
        count_hash(row, hash);
    if (result == 0)
        result = ledger_record(store, &attempt, window, hash, &counted, fault);
    return result;
}

static int fill(struct store *store, const struct robot_list *robots, struct filling *filling,
                struct fault *fault)
{
    int64_t rows = filling->rows;
    int64_t *runs = filling->runs;
    int64_t row;
    size_t i;
    int result = store_begin(store, fault);

    for (i = 0; i < robots->count && result == 0; i++)
        result = run_create(store, robots->robots[i].id, RUN_BY_IMPORT, "bench", clock_now_ms(),
                            &runs[i], fault);
    for (row = 0; robots->count > 0 && row < rows && result == 0; row++) {
        i = (size_t)row % robots->count;
        result = put_task(store, &robots->robots[i], i, filling, row, fault);
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
    return result;
}

int main(int argc, char **argv)
{
    struct store *store = NULL;
    struct robot_list robots = {NULL, 0};
    struct fault fault = {""};
    struct filling filling = {.is_ordered = argc == 4};
    int result;

    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: fill_store HOME ROWS [ordered]\n");
        return 2;
    }
    result = store_open(argv[1], STORE_WRITE, &store, &fault);
    if (result == 0)
        result = robot_list_read(store, &robots, &fault);
    filling.rows = strtoll(argv[2], NULL, 10);
    filling.runs = calloc(robots.count + 1, sizeof *filling.runs);
    filling.windows = calloc(robots.count + 1, sizeof *filling.windows);
    if (result == 0 && (filling.runs == NULL || filling.windows == NULL))
        result = fault_no_memory(&fault);
    if (result == 0)
        result = fill(store, &robots, &filling, &fault);
    free(filling.runs);
    free(filling.windows);
    robot_list_release(&robots);
    store_close(store);
    if (result < 0)
        fprintf(stderr, "fill_store: %s\n", fault.text);
    return result < 0 ? 1 : 0;
}
