/*
 * net.h - what robots bring when what they cost is taken off, and when they have paid for themselves.
 *
 *   development = kroner + hours × the rate of the day; once, on its day
 *   running     = (kroner + hours × the rate) of each month that has a day in the interval, whole;
 *                 the rate is that of the month's first day inside it
 *   saved       = what savings.h gives, released and realised together; and so are gains
 *   net         = saved + gains - development - running
 * (rules R2, R12, R13 and R14 of the organisation; domain.md, edge case 12).
 *
 * By department: a cost is whose who bears it (its successors' when it has ended), a gain that of its
 * department, or divided by the robot's shares of the day.
 *
 * Which days are in a range, as in saved_cells.h: what is booked in its own month counts on its day
 * (running cost: the month's first day in the interval), what was booked late on the last day of its booking
 * month. Hours are valued by the rate as the booking month sees it, so a closed month never moves.
 *
 * Amounts are exact until they are shown: each column is rounded once (decimal_apportion()), its rows
 * add up to its total, and net is the difference of the shown numbers, so each row adds up as well.
 * So net is not its exact amount rounded: that of the total is at most 2 kroner beside it, of a row less than 4.
 *
 * Payback is found from exact amounts by booking month since the beginning, whatever the range's first
 * day, up to the end of today's month or the range's last day, whichever is earlier ("now"):
 *   reached   the first month in which the cumulated net is >= 0 and stays so until now
 *   expected  not yet: now + what is missing / the pace, in months, rounded up. The pace is the mean of
 *             saved + gains - running of the last up to 12 complete months in operation; development comes
 *             once and is in what is missing, not in the pace
 *   never     the pace is not above 0, or the robot's operation ends before
 */
#ifndef AUTOMAGI_SCORECARDS_NET_H
#define AUTOMAGI_SCORECARDS_NET_H

#include <stddef.h>
#include <stdint.h>

#include "scorecards/savings.h"

struct fault;
struct store;

enum net_payback_state {
    NET_PAYBACK_NONE, /* nothing to pay back: no cost; a row by month has none either */
    NET_PAYBACK_REACHED,
    NET_PAYBACK_EXPECTED,
    NET_PAYBACK_NEVER,
    NET_PAYBACK_UNKNOWN /* not yet, and no complete month in operation tells the pace */
};
const char *net_payback_word(enum net_payback_state state); /* "none", "reached", ... */

struct net_payback {
    enum net_payback_state state;
    int32_t month; /* of reached and expected; else 0 */
};

struct net_row {
    char id[64];
    char name[256];
    /* Kroner; what was taken back may be negative. */
    int64_t development, running, saved, gains, net;
    int64_t released, realised; /* of what is saved: savings.h */
    int64_t cumulated;          /* by month: net of the range's months up to it; else 0 */
    struct net_payback payback;
};

struct net {
    int32_t from_day, to_day; /* inclusive */
    enum savings_by by;
    struct net_row *rows; /* net_release(); as savings.h orders them */
    size_t row_count;
    struct net_row total; /* id and name "" */
};

struct net_query {
    int32_t from_day;   /* INT32_MIN: from the first task, cost or gain */
    int32_t to_day;     /* INT32_MAX: to the end of today's month */
    enum savings_by by; /* robot, department or month */
    int32_t today;
};

/* Reads inside one view of the store, its own unless one is open. -EINVAL: from_day > to_day, another axis,
 * or a range of more than 4800 months; -ERANGE when a sum does not fit. */
int net_read(struct store *store, const struct net_query *query, struct net *ret_net,
             struct fault *fault) __attribute__((warn_unused_result));
void net_release(struct net *net);

#endif
