#include "core/store/period.h"

#include <errno.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/sql.h"

int period_open_from(struct store *store, int32_t *ret_month, struct fault *fault)
{
    static const char SQL[] = "SELECT coalesce(max(month) + 1, 0) FROM period";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0) {
        *ret_month = sqlite3_column_int(statement, 0);
        result = 0;
    }
    sql_done(statement);
    return result;
}

int period_admit(struct store *store, const char *what, int32_t from_day, bool books_difference,
                 int32_t *ret_booking_from, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    char open[CLOCK_DAY_TEXT];
    int32_t open_from = 0;
    int result = period_open_from(store, &open_from, fault);

    if (result < 0)
        return result;
    if (clock_month_of_day(from_day) >= open_from) {
        *ret_booking_from = 0;
        return 0;
    }
    if (books_difference) {
        *ret_booking_from = open_from;
        return 0;
    }
    clock_format_day(from_day, day);
    clock_format_day(clock_first_day_of_month(open_from), open);
    return fault_set(fault, -EPERM,
                     "%s would change from %s, in a month that is closed; begin it on %s or later, "
                     "or book what it changes in the oldest open month with --book-difference",
                     what, day, open);
}
