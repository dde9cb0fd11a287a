/*
 * explain_net.h - a row of `net` opened: each cost, what was saved, each gain, and the payback.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_EXPLAIN_NET_H
#define AUTOMAGI_SCORECARDS_EXPLAIN_NET_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/store/cost.h"
#include "scorecards/explain_money.h"
#include "scorecards/net.h"

struct fault;
struct store;

/* A cost that counts in the range. */
struct explain_net_cost {
    int64_t id;
    enum cost_kind kind;
    const struct robot *robot;
    const struct department *bearer; /* NULL: of no single one */
    int32_t from_day, to_day;        /* as entered; COST_NO_END */
    int64_t ore, hours;              /* as entered: of running cost per month */
    int32_t months;                  /* of the range that it counts in; of development 1 */
    int32_t last_month;              /* of these */
    int32_t first_booking, last_booking;
    int128 kroner; /* of the range, × TASK_KRONER_SCALE */
    char *what, *by_whom;
};

struct explain_net {
    struct explain_money money; /* what was saved and gained */
    int32_t from_day, to_day;
    struct net_row row;             /* as `net` shows it */
    struct explain_net_cost *costs; /* by id */
    size_t cost_count;
    int128 development, running; /* sums of the costs */
};

/* Of query the robot, or the department, or neither (the total); figure is not looked at. In one view. -EINVAL:
 * robot and department at once, or as net_read(); -EBADMSG: the parts are not the figure; else as
 * explain_money_read(). */
int explain_net_read(struct store *store, const struct explain_query *query, int32_t today,
                     struct explain_net *ret_net, struct fault *fault)
    __attribute__((warn_unused_result));
/* saved + gains - development - running of the parts, exact. */
int128 explain_net_exact(const struct explain_net *net);
void explain_net_release(struct explain_net *net);

#endif
