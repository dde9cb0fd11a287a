/* What may not begin in a month that is closed. */
#include <errno.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/nouns.h"
#include "core/store/period.h"

int need_open_month(struct store *store, const char *what, int32_t from_day, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    char open[CLOCK_DAY_TEXT];
    int32_t open_from = 0;
    int result = period_open_from(store, &open_from, fault);

    if (result < 0 || clock_month_of_day(from_day) >= open_from)
        return result;
    clock_format_day(from_day, day);
    clock_format_day(clock_first_day_of_month(open_from), open);
    return fault_set(fault, -EPERM,
                     "%s would change from %s, in a month that is closed, and what is closed does "
                     "not move; let it change on %s or later",
                     what, day, open);
}
