/*
 * scorecard.h - what a robot brings, in five benefits side by side; never one headline figure alone.
 *
 * As of a day (its end). Saving and time are those of a year, from the complete months in operation among
 * the last SCORECARD_MONTHS calendar months (forecast.h says when a month is complete and in operation):
 *   time    minutes saved in them / months × 12 / 60, by booking
 *   saving  (realised + gains - running cost) in them / months × 12; without a budget record and without
 *           a gain nothing is realised, and that is said beside the hours
 * Of a one-off robot they are what it brought in those months, not a year's. Confidence as of a forecast.
 * Rounded half up, once; score_rule.h makes points of what is then shown.
 *   without such a month (not begun, begun this month, out of operation for a year) both are open: no points
 *   with one, both are given, 0 too: also of a robot whose estimate nobody has signed, for until then nothing counts
 *   (R8); is_signed and uncounted_tasks say why
 *   they need no review and no approval but the estimate's signature, so those marks are never set on them
 * What is recorded after the day about the time until then is in (late signatures, late budget records), as in
 * forecast.h; so the figures are those of `savings` and `net` for the same months.
 *
 * Quality, service and well-being: the versions of indicators that hold on the day, approved or not. A parameter
 * scores what is measured: an indicator that lacks a value is left out where the other has all; not relevant is
 * only what is said to be and has no indicator in use. One that has ended says nothing any more. An indicator
 * whose review day has passed is overdue: its score is shown greyed, and still counts as what was last known.
 *
 * Expected against measured: a robot that came of an idea has the idea's expected scores beside its own (of several
 * ideas: the oldest that has any), as they stood when its first day of operation was over, or were first said after
 * that (idea_score_promised()): what is said of the idea later does not change them. From SCORECARD_HELD_MONTHS after
 * that day, that day included, they are held against the scores of the day, by its bands and versions: below low,
 * within, above high.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_SCORECARD_H
#define AUTOMAGI_SCORECARDS_SCORECARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/store/idea.h"
#include "core/store/robot.h"
#include "core/store/scorecard.h"
#include "scorecards/score_rule.h"

struct fault;
struct store;

enum { SCORECARD_MONTHS = 12, SCORECARD_HELD_MONTHS = 6 };

struct score {
    enum score_state state; /* SCORE_OPEN: nothing is known, no points; which is not 0 points */
    int points;             /* 0-5 of SCORE_GIVEN */
    bool is_worsened, is_overdue, is_capped;
    bool is_unapproved; /* nobody but its setter has approved it */
};

struct scorecard_indicator {
    const struct indicator *indicator; /* NULL: the slot is empty */
    struct attainment attainment;      /* of one in use */
    bool is_overdue;
    bool is_unapproved; /* nobody had approved this version by the end of the day */
};

enum expectation {
    EXPECTED_NOTHING, /* the idea said nothing, or there is none */
    EXPECTED_LATER,   /* held_day has not come */
    EXPECTED_UNKNOWN, /* it has, and nothing was measured */
    EXPECTED_BELOW,
    EXPECTED_WITHIN,
    EXPECTED_ABOVE
};

struct scorecard {
    const struct robot *robot; /* in scorecard_list.robots */
    struct score scores[SCORECARD_PARAMETERS];
    /* Of a year, in øre and in hundredths of an hour; what they are made of, of those months. */
    int32_t months;               /* complete months in operation they come from; 0: none yet */
    int32_t from_month, to_month; /* the first and the last of them; 0 of none */
    char confidence;              /* 'A', 'B', 'C'; ' ' for none */
    int64_t saving_ore, hundredths_of_hours;
    int64_t realised_ore, gains_ore, running_ore; /* in those months, not a year's */
    int64_t released_ore;                         /* saved and not realised, in those months */
    bool has_budget_record;                       /* some of it is realised */
    int128 minutes;                               /* × TASK_MINUTE_SCALE, exact, in those months */
    int64_t tasks, uncounted_tasks;               /* in those months; without a signed estimate */
    bool is_signed;                               /* an estimate is signed on the day */
    struct scorecard_indicator indicators[SCORECARD_PARAMETERS][INDICATOR_SLOTS];
    struct gate gate;
    /* Expected. */
    const struct idea *idea;                 /* it came of; NULL: none */
    const struct idea_scores *wanted;        /* NULL: nothing was expected in points */
    int32_t live_day;                        /* first of operation; INT32_MIN: none */
    int32_t held_day;                        /* live_day and SCORECARD_HELD_MONTHS months */
    struct score held[SCORECARD_PARAMETERS]; /* of held_day, once that is over */
    enum expectation expectation[SCORECARD_PARAMETERS];
};

struct scorecard_list {
    int32_t as_of;
    struct robot_list robots;
    struct indicator_list indicators;
    struct idea_list ideas;
    struct idea_score_list idea_scores;
    struct scorecard *cards; /* of every robot, also of external ones, in their order */
    size_t count;
};
/* In one view. robot_id 0: all; else one card, in a list of all robots (-ENOENT). scorecard_list_release(). -ERANGE
 * when a sum does not fit; -E2BIG: robots × months, from the oldest that has to be held, are too many. */
int scorecard_list_read(struct store *store, int64_t robot_id, int32_t as_of,
                        struct scorecard_list *ret_list, struct fault *fault)
    __attribute__((warn_unused_result));
void scorecard_list_release(struct scorecard_list *list);

/* How scores became what they are: those of the ends of the last `quarters` quarters before as_of and of as_of,
 * oldest first; without the first ones of which nothing was known. -EINVAL: more quarters than there is room for. */
struct scorecard_point {
    int32_t day;
    struct score scores[SCORECARD_PARAMETERS];
};
enum { SCORECARD_POINTS_MAX = 41 };
int scorecard_history(struct store *store, int64_t robot_id, int32_t as_of, int quarters,
                      struct scorecard_point points[static SCORECARD_POINTS_MAX], size_t *ret_count,
                      struct fault *fault) __attribute__((warn_unused_result));

#endif
