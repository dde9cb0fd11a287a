/*
 * report.h - the report a board reads: what it says, and in which order.
 *
 *   1 summary       the period in five sentences; what the mark DEMO means where it is
 *   2 changes       what changed since the period before, and why (changes.h)
 *   3 status        robots by state; months closed; what is unsigned, disputed, overdue
 *   4 savings       tasks, hours, kroner by department, with uncounted and disputed ones; by month
 *   5 robots        each with its estimate, who set and signed it
 *   6 forecast      against budget, with intervals; the four percentages; which department is furthest and why
 *   7 scorecards    all robots, five small bars each; then a page of each robot
 *   8 backlog       the quadrant, the order, what should be built next and why
 *   9 net           what it costs and brings, payback
 *  10 definitions   every word and rule that stands above
 * Each figure is that of savings.h, forecast.h, gap.h, changes.h, net.h, scorecard.h, priority.h: nothing is
 * computed here. The pages of robots stand last, after the definitions, as an appendix.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_REPORT_H
#define AUTOMAGI_SCORECARDS_REPORT_REPORT_H

#include <stdint.h>

#include "core/base/language.h"

struct document;
struct fault;
struct store;

struct report_query {
    int32_t from_day, to_day; /* inclusive; report_usual_range() */
    /* What it is held against; INT32_MIN: report_range_before(). It ends before from_day. */
    int32_t before_from, before_to;
    int32_t as_of; /* of forecast, scorecards, backlog */
    int32_t year;  /* of forecast and targets */
    enum language language;
    const char *robot; /* slug: its scorecard's page alone; NULL: the whole report */
};

/* The year that today's last complete month lies in, up to that month. */
void report_usual_range(int32_t today, int32_t *ret_from_day, int32_t *ret_to_day);

/* What a range is held against: the same months of the year before, when it is some months from January on; the months
 * before it, as many as it has, when it is whole months else; or as many days. */
void report_range_before(int32_t from_day, int32_t to_day, int32_t *ret_from_day,
                         int32_t *ret_to_day);

/* In one view of the store; the document is initialised here and released by the caller in any case.
 * -EINVAL: the range; -ENOENT: no such robot; else as the figures' own. */
int report_compose(struct store *store, const struct report_query *query,
                   struct document *ret_document, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
