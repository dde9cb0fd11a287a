/* When a robot has paid for itself. */
#include "scorecards/net_inner.h"

enum { FORESEEN_MOST = 1200 }; /* a hundred years: beyond it is never */

const char *net_payback_word(enum net_payback_state state)
{
    switch (state) {
    case NET_PAYBACK_NONE:
        return "none";
    case NET_PAYBACK_REACHED:
        return "reached";
    case NET_PAYBACK_EXPECTED:
        return "expected";
    case NET_PAYBACK_NEVER:
        return "never";
    case NET_PAYBACK_UNKNOWN:
        return "unknown";
    }
    return "?";
}

/* The cumulated net of now, and the first month from which it never was below 0; `count` for none. Months
 * before the first amount are none. */
static size_t find_reached(const struct net_series *series, int128 *ret_cumulated)
{
    size_t reached = series->count;
    bool has_begun = false;
    int128 cumulated = 0;
    size_t i;

    for (i = 0; i < series->count; i++) {
        cumulated += series->net[i];
        has_begun = has_begun || series->net[i] != 0;
        if (cumulated < 0 || !has_begun)
            reached = series->count;
        else if (reached == series->count)
            reached = i;
    }
    *ret_cumulated = cumulated;
    return reached;
}

static struct net_payback foresee(const struct net_series *series, int128 missing)
{
    struct net_payback payback = {.state = NET_PAYBACK_NEVER};
    int128 sum = 0;
    int128 months;
    int used = 0;
    size_t i;

    for (i = series->complete; i > 0 && used < NET_PACE_MONTHS; i--) {
        if (!series->operates[i - 1])
            continue;
        sum += series->pace[i - 1];
        used++;
    }
    if (used == 0)
        payback.state = NET_PAYBACK_UNKNOWN;
    if (sum <= 0)
        return payback;
    months = -decimal_divide_floor(-missing * used, sum);
    payback.month = series->first_month + (int32_t)series->count - 1;
    if (months > FORESEEN_MOST || payback.month + (int32_t)months > series->last_month)
        return (struct net_payback){.state = NET_PAYBACK_NEVER};
    payback.state = NET_PAYBACK_EXPECTED;
    payback.month += (int32_t)months;
    return payback;
}

struct net_payback net_payback_of(const struct net_series *series)
{
    int128 cumulated = 0;
    size_t reached = find_reached(series, &cumulated);

    if (!series->has_cost)
        return (struct net_payback){.state = NET_PAYBACK_NONE};
    if (reached < series->count)
        return (struct net_payback){.state = NET_PAYBACK_REACHED,
                                    .month = series->first_month + (int32_t)reached};
    return foresee(series, -cumulated);
}
