/*
 * net_inner.h - what the files of net.h, explain_net.h and scorecard.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_NET_INNER_H
#define AUTOMAGI_SCORECARDS_NET_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "scorecards/net.h"

enum net_kind { NET_DEVELOPMENT, NET_RUNNING, NET_GAINS, NET_SAVED };
enum { NET_COST_KINDS = 2, /* the first two */ NET_PACE_MONTHS = 12, NET_MONTHS_MAX = 4800 };

/* One amount of one robot and department in one month; costs are positive. */
struct net_part {
    enum net_kind kind;
    int64_t id; /* of the cost or gain */
    size_t robot, place;
    int32_t month;        /* of the cost or gain itself */
    int32_t day, booking; /* it counts on that day, in that month */
    int128 kroner;        /* × TASK_KRONER_SCALE */
};
typedef int net_part_callback(const struct net_part *part, void *context);

/* What people entered, without its texts. Zeroed is empty. */
struct net_entries {
    struct net_entry *entries;
    size_t count, room;
    int32_t first_day; /* on which one begins; INT32_MAX: none */
};
int net_entries_read(struct store *store, struct net_entries *entries, struct fault *fault)
    __attribute__((warn_unused_result));
void net_entries_release(struct net_entries *entries);
/* Each amount that counts on or before to_day; ends at the first result that is not 0, and returns it.
 * An entry of a robot that is not there is passed over. */
int net_entries_each(const struct net_entries *entries, const struct organisation *organisation,
                     const struct robot_list *robots, int32_t to_day, net_part_callback *take,
                     void *context);

/* A row's months from the first to now. */
struct net_series {
    const int128 *net;    /* of each month */
    const int128 *pace;   /* the same without development */
    const bool *operates; /* has the month a day in operation? */
    size_t count;
    size_t complete;     /* so many of them have ended */
    int32_t first_month; /* of net[0] */
    int32_t last_month;  /* of operation, when its end is known; INT32_MAX */
    bool has_cost;
};
struct net_payback net_payback_of(const struct net_series *series);

#endif
