/*
 * explain.h - a figure opened: the parts it is added up from, and the tasks under each part.
 *
 *   struct explain explain = {0};
 *   result = explain_read(store, &query, &explain, fault);      the parts, and their sum
 *   result = explain_each_entry(store, &explain, take, context, fault);    the tasks, and their sum
 *   explain_release(&explain);
 *
 * A part is a run of tasks that are valued alike: by the same version of the estimate, rate and
 * shares, booked alike, with the same sign (negative: taken back). Counter-entries of versions
 * that came late (adjustments) are parts of their own. Three sums are made, each its own way, and must
 * be one number: of the cells that `savings` shows (month sums where it can), of the parts (day sums),
 * of the entries (one by one). Whatever differs is damage, and is said.
 *
 * Which days are in a range: as in savings.h, by booking.
 *
 * Threads: as the store. Both reads belong inside one view, so that nothing comes between.
 */
#ifndef AUTOMAGI_SCORECARDS_EXPLAIN_H
#define AUTOMAGI_SCORECARDS_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/period.h"
#include "scorecards/saved_cells.h"
#include "scorecards/task_value.h"

struct fault;
struct store;

enum explain_figure {
    EXPLAIN_KRONER,
    EXPLAIN_MINUTES,
    EXPLAIN_TASKS,
    EXPLAIN_UNCOUNTED,
    EXPLAIN_HELPED,  /* references that ended with a person */
    EXPLAIN_DISPUTED /* kroner under an estimate that somebody contests */
};

struct explain_query {
    enum explain_figure figure;
    int32_t from_day, to_day; /* as savings_read() */
    const char *department;   /* slug, or SAVINGS_CROSS_ID; NULL: all */
    const char *robot;        /* slug; NULL: all */
};

enum explain_kind { EXPLAIN_DONE, EXPLAIN_HELP, EXPLAIN_ADJUSTMENT };

struct explain_part {
    enum explain_kind kind;
    const struct robot *robot;
    int32_t first_day, last_day; /* of completion, of the tasks there are */
    int32_t late_booking;        /* month, when it is not that of completion; 0: booked in time */
    int64_t department_id;       /* the tasks' own; 0: the robot's shares decide */
    bool is_taken_back;
    bool is_outside;                 /* on days on which its robot was not in operation */
    int64_t millionths;              /* of each task: the department's; SHARE_WHOLE without one */
    const struct estimate *estimate; /* NULL: none is signed, uncounted; or an adjustment */
    const struct rate *rate;         /* NULL: none, or an adjustment */
    const struct robot_share *share; /* those that divide it; only of a department's figure */
    size_t share_count;
    struct valuation at;          /* of one of its days: they are all valued alike */
    int64_t count;                /* whole tasks; negative: taken back; of an adjustment 0 */
    struct saved_amount amount;   /* exact */
    struct adjustment adjustment; /* parts NULL */
    char *reason, *by_whom;       /* of the adjustment */
};

struct explain {
    struct explain_query query;
    struct saved_cells cells; /* from_day, to_day, organisation, robots: what parts point into */
    const struct robot *robot;
    bool is_of_department;
    size_t place;
    char name[256];             /* of department or robot, as on the last day; "": all */
    struct explain_part *parts; /* by robot, estimate, day; adjustments last */
    size_t part_count;
    struct saved_amount of_cells, of_parts; /* exact; equal, or explain_read() has failed */
    /* As `savings` shows them: a department's among all, a robot's among all robots, of both the
     * department's of `savings --robot`. */
    int64_t kroner, tasks, uncounted, helped, disputed, realised, released, gains;
};

/* Its own view unless one is open. -ENOENT: no such department or robot; -EINVAL: the range;
 * -EBADMSG: the sums differ; -ERANGE. */
int explain_read(struct store *store, const struct explain_query *query,
                 struct explain *ret_explain, struct fault *fault)
    __attribute__((warn_unused_result));
void explain_release(struct explain *explain);

/* The figure that was asked for, in what it is counted in: its exact sum, and what 1 is. */
int128 explain_exact(enum explain_figure figure, const struct saved_amount *amount);
int128 explain_scale(enum explain_figure figure);
/* As shown: whole, but minutes, which are exact (× TASK_MINUTE_SCALE). */
int128 explain_shown(const struct explain *explain);
/* Is the part some of the figure? Uncounted tasks are shown (with 0) beside minutes and kroner. */
bool explain_is_of_figure(enum explain_figure figure, const struct explain_part *part);

/* What a contested part would be at so many hundredths of a minute in place of its estimate's: exact, and
 * counted nowhere. -ERANGE. */
int explain_as_if(const struct explain_part *part, int64_t hundredths,
                  struct task_amount *ret_amount) __attribute__((warn_unused_result));

/* By which ways a department comes to its part of each task. */
struct explain_route {
    const struct department *department; /* whose share it is, or whom the task names; NULL: what no
                                          * department's share takes */
    bool is_own;                         /* else it is a successor of that department */
    int32_t from_day;                    /* of the shares; 0: none, the task names its department */
    int64_t given;                       /* millionths of the share */
    int64_t millionths;                  /* of it, those that come here */
};
typedef int explain_route_callback(const struct explain_route *route, void *context);
/* None unless a department's figure is opened. Ends at the first result that is not 0. */
int explain_each_route(const struct explain *explain, const struct explain_part *part,
                       explain_route_callback *take, void *context);

/* One task, or one that was taken back, or help in part. */
struct explain_entry {
    int64_t run_id, seq;
    const char *robot; /* slug */
    size_t part;       /* its place in explain->parts */
    int32_t day, booking;
    int64_t completed_ms;
    const char *masked;
    const char *reason, *by_whom; /* of a counter-entry; else "" */
    int64_t at_ms;
    bool is_help, is_taken_back;
    int64_t millionths;
    struct saved_amount amount;
};
typedef int explain_entry_callback(const struct explain_entry *entry, void *context);
/* Calls `take` for every entry of the figure's parts: taken back and help first, then tasks, newest
 * first; a result that is not 0 ends it and is returned. Then holds their sum (and the adjustments)
 * against that of the parts: -EBADMSG when they differ. Cost: explain_cost() tasks are read. */
int explain_each_entry(struct store *store, const struct explain *explain,
                       explain_entry_callback *take, void *context, struct saved_amount *ret_sum,
                       struct fault *fault) __attribute__((warn_unused_result));
/* How many tasks explain_each_entry() reads unless it is ended: those of the range, of a department those
 * of the robots that have a part in it, also what they did for others. A million takes about a second. */
int64_t explain_cost(const struct explain *explain);

#endif
