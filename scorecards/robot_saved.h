/*
 * robot_saved.h - what is counted of one robot, for whoever changes what its tasks are worth.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_ROBOT_SAVED_H
#define AUTOMAGI_SCORECARDS_ROBOT_SAVED_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"

struct fault;
struct store;

/* Exact, × TASK_KRONER_SCALE; robot_kroner() rounds. */
struct robot_saved {
    int128 closed;   /* booked in closed months */
    int128 open;     /* booked in months that are not closed */
    int128 adjusted; /* of `open`: counter-entries of versions that were dated into closed months */
    int32_t open_from; /* the oldest open month; 0: none is closed */
};

/* Of all its tasks. In the writer's transaction: with what that has done so far. -ERANGE when a sum
 * does not fit 128 bits. */
int robot_saved_read(struct store *store, int64_t robot_id, struct robot_saved *ret_saved,
                     struct fault *fault) __attribute__((warn_unused_result));

/* What a robot saved on days of completion from..to under an estimate that somebody contests, of
 * whatever kind: as all versions known now value it, which is what was closed with its counter-entries
 * (difference.h). */
struct disputed_part {
    int64_t robot_id;
    int32_t from_day, to_day; /* from > to: none, 0 */
    int128 kroner;            /* × TASK_KRONER_SCALE; filled in */
};
/* One reading for each range of days that differs. */
int robot_saved_disputed(struct store *store, struct disputed_part *parts, size_t count,
                         struct fault *fault) __attribute__((warn_unused_result));

/* Whole kroner, half up. */
int64_t robot_kroner(int128 exact);

#endif
