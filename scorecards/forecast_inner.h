/*
 * forecast_inner.h - what the files of forecast.h, backtest.h, explain_forecast.h and scorecard.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_FORECAST_INNER_H
#define AUTOMAGI_SCORECARDS_FORECAST_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "scorecards/forecast.h"
#include "scorecards/forecast_interval.h"
#include "scorecards/fraction.h"
#include "scorecards/task_value.h"

struct fault;
struct saved_cells;
struct store;

/* Tasks that were done in a month, less those taken back. */
struct forecast_count {
    int32_t month;         /* of completion */
    int64_t department_id; /* the tasks' own; 0: the robot's shares decide */
    int64_t count;
};

/* Of one robot, by month; a month and department may come more than once. */
struct forecast_history {
    struct forecast_count *counts;
    size_t count, room;
};

/* All that forecasts are made from, whatever their day. Zeroed is empty. */
struct forecast_basis {
    struct organisation organisation;
    struct robot_list robots;
    struct forecast_history *histories; /* of each robot */
    size_t places;                      /* departments and Tværgående */
};
/* Inside the caller's view. forecast_basis_release() in any case. */
int forecast_basis_read(struct store *store, struct forecast_basis *basis, struct fault *fault)
    __attribute__((warn_unused_result));
void forecast_basis_release(struct forecast_basis *basis);

/* The last month that is over at the end of the day. */
int32_t forecast_complete_month(int32_t day);
/* The year's first month that is not over on the as-of day; after the year: behind it. */
int32_t forecast_left_from(const struct forecast_query *query);
/* What the year's months before that one saved, by booking. None: nothing is read. */
int forecast_saved_read(struct store *store, const struct forecast_query *query,
                        struct saved_cells *ret_cells, struct fault *fault)
    __attribute__((warn_unused_result));
/* Months from..to with a day inside an operating interval. */
int32_t forecast_months_in(const struct robot *robot, int32_t from_month, int32_t to_month);
bool forecast_operates_in(const struct robot *robot, int32_t month);
/* Does the organisation's rule give anything: no one-off, and it operates after the day? */
bool forecast_goes_on(const struct robot *robot, int32_t as_of);

/* What a robot's history says of its months to come. */
struct forecast_outlook {
    int32_t months; /* in operation up to the as-of day: the denominator */
    int64_t tasks;  /* in them */
    struct task_value value;
    int128 *parts;  /* of each place: tasks × SHARE_WHOLE in them */
    double *series; /* of each place and, last, of the whole: tasks of each of the months */
    double *units;  /* of each of these: forecast_interval.h; 0: it has no part in the robot */
};
/* Zeroed. forecast_outlook_release() in any case. -ENOMEM, -ERANGE. */
int forecast_outlook_read(const struct forecast_basis *basis, size_t robot,
                          const struct forecast_query *query, struct forecast_outlook *outlook,
                          struct fault *fault) __attribute__((warn_unused_result));
/* The same of the robot's months in operation among between[0]..between[1], both included, whatever the as-of day. */
int forecast_outlook_between(const struct forecast_basis *basis, size_t robot,
                             const struct forecast_query *query, const int32_t *between,
                             struct forecast_outlook *outlook, struct fault *fault)
    __attribute__((warn_unused_result));
void forecast_outlook_release(struct forecast_outlook *outlook);
/* Why it brings the part it does (parts as in the outlook, of one place or added up). *ret_day: as
 * forecast_part.why_day, or 0. */
enum forecast_why forecast_why_of(const struct robot *robot, const struct forecast_query *query,
                                  const struct forecast_outlook *outlook, int128 parts,
                                  int32_t *ret_day);
/* What one department would have of a robot by another version of its estimate. */
struct forecast_version {
    const struct forecast_basis *basis;
    const struct forecast_query *query;
    const struct saved_cells *cells; /* of forecast_saved_read() */
    const struct robot *robot;       /* of the basis */
    const struct forecast_outlook *outlook;
    const struct forecast_part *part; /* its place and robot */
    mpq_srcptr to_date;               /* exactly what it is as it stands */
};
/* The latest version that waits for its signature and would value months of the year, or NULL. */
const struct estimate *forecast_version_signable(const struct robot *robot,
                                                 const struct forecast_query *query);
/* to_date, were the version signed and of so many hundredths, half up. -ERANGE. */
int forecast_version_to_date(const struct forecast_version *version,
                             const struct estimate *estimate, int64_t hundredths,
                             int64_t *ret_kroner) __attribute__((warn_unused_result));

/* What `months` months to come give to a place, exactly; both are set. */
void forecast_outlook_amount(const struct forecast_outlook *outlook, size_t place, int32_t months,
                             mpq_ptr minutes_hundredths, mpq_ptr kroner);
/* Its error in kroner; place = basis->places: of the whole. */
struct forecast_error forecast_outlook_error(const struct forecast_outlook *outlook, size_t place,
                                             int32_t months);

/* The interval around a forecast that was rounded to `kroner`; `before` is what is certain. */
void forecast_bounds(const struct forecast_error *error, double before, int64_t kroner,
                     int64_t *ret_low, int64_t *ret_high);

#endif
