/*
 * savings_inner.h - what the files of savings.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_SAVINGS_INNER_H
#define AUTOMAGI_SCORECARDS_SAVINGS_INNER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "scorecards/savings.h"

struct fault;

/* The exact sums of each row, before anything is rounded. */
struct savings_sums {
    const struct organisation *organisation;
    const struct robot_list *robots;
    enum savings_by by;
    int32_t from_day, to_day;
    size_t count;      /* rows */
    int128 *tasks;     /* × SHARE_WHOLE; all four are one allocation, from here on */
    int128 *uncounted; /* × SHARE_WHOLE */
    int128 *minutes;   /* × TASK_MINUTE_SCALE */
    int128 *kroner;    /* × TASK_KRONER_SCALE */
};

/* Tasks that are alike: same robot, department, booking, and valued as on one day. */
struct savings_part {
    const struct robot *robot;
    int64_t department_id; /* 0: the robot's shares decide */
    int32_t day;
    int32_t booking;
    int64_t count; /* negative: taken back */
};

/* organisation, robots, by and the days are set. -ENOMEM. */
int savings_sums_init(struct savings_sums *sums, struct fault *fault)
    __attribute__((warn_unused_result));
void savings_sums_release(struct savings_sums *sums);
/* -ERANGE when a sum does not fit 128 bits. */
int savings_sums_add(struct savings_sums *sums, const struct savings_part *part,
                     struct fault *fault) __attribute__((warn_unused_result));
/* Names and rounds. -ENOMEM, -ERANGE. */
int savings_sums_finish(const struct savings_sums *sums, struct savings *ret_savings,
                        struct fault *fault) __attribute__((warn_unused_result));

#endif
