/*
 * organisation_load.h - what the two files of `load` share.
 */
#ifndef AUTOMAGI_COMMAND_ORGANISATION_LOAD_H
#define AUTOMAGI_COMMAND_ORGANISATION_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command/organisation_file.h"

struct command_call;
struct fault;

enum load_kind {
    LOAD_ORGANISATION,
    LOAD_RATES,
    LOAD_DEPARTMENTS,
    LOAD_BUDGETS,
    LOAD_ROBOTS,
    LOAD_ESTIMATES,
    LOAD_KINDS
};

struct load_tally {
    int64_t added, changed, removed, unchanged;
};

struct loading {
    struct command_call *call;
    struct organisation_file file;
    struct organisation before;
    struct organisation departments; /* read again when they are all there */
    struct robot_list robots;        /* as they were */
    struct load_tally tallies[LOAD_KINDS];
};

/* organisation_load_robot.c */
int load_robots(struct loading *loading, struct fault *fault) __attribute__((warn_unused_result));
/* organisation_load_rate.c. Refuses a rate that is in use and would change. */
int load_rates(struct loading *loading, struct fault *fault) __attribute__((warn_unused_result));

#endif
