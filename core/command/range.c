/* The days a figure is of: --month, or --year, or --from and --to. */
#include <errno.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"

int range_check(const struct json *arguments, struct fault *fault)
{
    const char *month = json_string(json_member(arguments, "month"));
    int is_dated = json_member(arguments, "from") != NULL || json_member(arguments, "to") != NULL;
    int32_t number;

    if (is_dated + (month != NULL) + (json_member(arguments, "year") != NULL) > 1)
        return fault_set(fault, -EINVAL, "give one range: --month, or --year, or --from and --to");
    if (month != NULL && !clock_parse_month(month, &number))
        return fault_set(fault, -EINVAL, "--month: expected YYYY-MM, not \"%.40s\"", month);
    return 0;
}

void call_range(const struct command_call *call, int32_t *ret_from_day, int32_t *ret_to_day)
{
    const char *month = argument_text(call, "month", NULL);
    int64_t year = argument_number(call, "year", 0);
    int32_t number = 0;

    *ret_from_day = INT32_MIN;
    *ret_to_day = INT32_MAX;
    (void)argument_day(call, "from", ret_from_day);
    (void)argument_day(call, "to", ret_to_day);
    if (month != NULL && clock_parse_month(month, &number)) {
        *ret_from_day = clock_first_day_of_month(number);
        *ret_to_day = clock_last_day_of_month(number);
    } else if (year != 0) {
        *ret_from_day = clock_day((int)year, 1, 1);
        *ret_to_day = clock_day((int)year, 12, 31);
    }
}
