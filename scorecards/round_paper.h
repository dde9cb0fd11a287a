/*
 * round_paper.h - the yearly round: what a head of department approves, as one document.
 *
 * Once a year the head of a department approves the estimated gains and the priorities of the
 * department's ideas. The document says the year's target and forecast with its interval, each robot
 * that serves the department with its signed estimate and forecast, and the ideas in the order of
 * gap.h. As paper.h lays it out; without a signature it is a draft and marked so.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_ROUND_PAPER_H
#define AUTOMAGI_SCORECARDS_ROUND_PAPER_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;
struct text;

enum { ROUND_PAPER_MAX = 1024 * 1024, ROUND_TITLE_MAX = 160 };

struct round_paper {
    int64_t department_id;
    int32_t year, as_of;
    const char *signed_by; /* NULL: a draft */
};

/* "Årlig godkendelse 2026 for ds" */
void round_paper_title(const char *department, int32_t year, char target[static ROUND_TITLE_MAX]);
/* Appends the text to an empty `target`. -ENOENT: there is no such department; -E2BIG, -ENOMEM. */
int round_paper_compose(struct store *store, const struct round_paper *paper, struct text *target,
                        struct fault *fault) __attribute__((warn_unused_result));

#endif
