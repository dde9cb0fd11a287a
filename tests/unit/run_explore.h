/*
 * run_explore.h - every state that run_model.h can come to, the nearest first.
 */
#ifndef AUTOMAGI_TESTS_UNIT_RUN_EXPLORE_H
#define AUTOMAGI_TESTS_UNIT_RUN_EXPLORE_H

#include "tests/unit/run_model.h"

enum { EXPLORE_DEPTH_MAX = 96 };

struct explored {
    size_t states, transitions, depth;
    const char *broken; /* NULL: all that was looked at holds */
    size_t length;      /* of the shortest way to where it does not */
    struct model_step way[EXPLORE_DEPTH_MAX];
};

/* Ends when an invariant does not hold, or all were visited. False: there are more than `most` states. */
bool explore(const struct model *model, size_t most, struct explored *ret_explored);
/* Ways from the beginning that go over each transition there is, each the shortest to where it is; the callback gives
 * 0 to go on. Negative: there is no room. */
typedef int explore_callback(const struct model_step *way, size_t length, void *context);
int explore_ways(const struct model *model, size_t most, explore_callback *callback, void *context);
/* Prints the way, a step a line. */
void explore_show(const struct explored *explored);

#endif
