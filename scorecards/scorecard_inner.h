/*
 * scorecard_inner.h - what the files of scorecard.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_SCORECARD_INNER_H
#define AUTOMAGI_SCORECARDS_SCORECARD_INNER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "scorecards/scorecard.h"

struct fault;
struct store;

/* What one robot brought and cost in one month, by booking. */
struct scorecard_sum {
    int128 tasks, uncounted; /* × SHARE_WHOLE */
    int128 minutes;          /* × TASK_MINUTE_SCALE */
    int128 kroner, realised; /* × TASK_KRONER_SCALE, as the next two */
    int128 gains, running;
};
/* Of months of robots. Zeroed is empty. */
struct scorecard_sums {
    int32_t first_month;
    size_t months;
    size_t robots;            /* all of the list */
    size_t only;              /* the only one of them that has sums; SIZE_MAX: all have */
    struct scorecard_sum *of; /* robots (or one) × months */
};
/* Months first..last, of the robots of the list or of one of them. In the caller's view. scorecard_sums_release()
 * in any case. -E2BIG: too many months; -ERANGE. */
int scorecard_sums_read(struct store *store, size_t only, int32_t first_month, int32_t last_month,
                        struct scorecard_sums *sums, struct fault *fault)
    __attribute__((warn_unused_result));
void scorecard_sums_release(struct scorecard_sums *sums);
/* The first month that a scorecard of the day counts, whether the robot was in operation in it or not. */
int32_t scorecard_first_month(int32_t day);
/* Fills the amounts of a card whose robot is that of the place. -ERANGE. */
int scorecard_amounts(const struct scorecard_sums *sums, size_t robot, int32_t day,
                      struct scorecard *card) __attribute__((warn_unused_result));

/* From which amounts on points are given on a day; the last day that was asked for is kept. */
struct scorecard_bands {
    int32_t day; /* INT32_MIN: none was asked for yet */
    struct score_band saving, time;
};
/* What cards of days are made from. */
struct scorecard_basis {
    struct store *store;
    const struct robot_list *robots;
    const struct indicator_list *indicators;
    struct scorecard_sums sums;
    struct scorecard_bands bands;
};
/* Amounts, indicators and scores of a robot at the end of a day. The rest of the card stays. */
int scorecard_fill(struct scorecard_basis *basis, size_t robot, int32_t day, struct scorecard *card,
                   struct fault *fault) __attribute__((warn_unused_result));

#endif
