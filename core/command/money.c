#include "core/command/money.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/store/cost.h"
#include "scorecards/net.h"
#include "scorecards/savings.h"

/* "12.000": one who sets off thousands with a point means a thousand times what one who sets off decimals does. */
static bool is_ambiguous(const char *text)
{
    const char *point = strchr(text, '.');

    return point != NULL && strspn(point + 1, "0123456789") == 3 && point[4] == '\0';
}

int amount_check(const struct json *arguments, const char *name, int64_t most, int64_t *ret_scaled,
                 struct fault *fault)
{
    const char *text = json_string(json_member(arguments, name));
    int64_t scaled = 0;

    if (text != NULL && is_ambiguous(text))
        return fault_set(fault, -EINVAL,
                         "--%s: %.60s could mean two things, for its point may set off decimals or "
                         "thousands; write it without the point, or with at most two decimals",
                         name, text);
    if (text != NULL &&
        (!decimal_parse(text, MONEY_DIGITS, &scaled) || scaled > most || scaled < -most))
        return fault_set(fault, -EINVAL,
                         "--%s: expected at most %" PRId64 " with at most two decimals, such as "
                         "1250.50, not \"%.60s\"",
                         name, most / 100, text);
    *ret_scaled = scaled;
    return 0;
}

int nothing_check(int64_t amount, struct fault *fault)
{
    return amount != 0 ? 0 : fault_set(fault, -EINVAL, "--kroner: expected an amount other than 0");
}

int64_t call_amount(const struct command_call *call, const char *name)
{
    struct fault ignored;
    int64_t scaled = 0;

    if (amount_check(call->arguments, name, COST_ORE_MOST, &scaled, &ignored) < 0)
        return 0;
    return scaled;
}

int call_department_id(const struct command_call *call, const char *name, bool may_be_cross,
                       int64_t *ret_id, struct fault *fault)
{
    const char *slug = argument_text(call, name, NULL);

    *ret_id = 0;
    if (slug == NULL)
        return 0;
    if (strcmp(slug, SAVINGS_CROSS_ID) == 0)
        return may_be_cross
                   ? 0
                   : fault_set(fault, -EINVAL,
                               "%s is no department and has no budget; name a department", slug);
    return department_find(call->store, slug, ret_id, fault);
}

const char *money_department_slug(const struct organisation *organisation, int64_t department_id)
{
    const struct department *department =
        organisation_department_by_id(organisation, department_id);

    return department != NULL ? department->slug : SAVINGS_CROSS_ID;
}

void result_amount(struct json_writer *writer, const char *name, int64_t scaled)
{
    result_decimal(writer, name, scaled, MONEY_DIGITS);
}

const char *money_robot_slug(const struct money_listing *listing, int64_t robot_id)
{
    const struct robot *robot = robot_list_find_id(&listing->robots, robot_id);

    return robot != NULL ? robot->slug : "";
}

int money_list(struct money_listing *listing, money_rows_callback *rows,
               money_total_callback *total, struct fault *fault)
{
    struct json_writer *writer = listing->call->result;
    int result = organisation_read(listing->call->store, &listing->organisation, fault);

    if (result == 0)
        result = robot_list_read(listing->call->store, &listing->robots, fault);
    if (result == 0) {
        json_begin_object(writer);
        json_key(writer, "rows");
        json_begin_array(writer);
        result = rows(listing, fault);
        json_end_array(writer);
        if (listing->has_total) {
            json_key(writer, "total");
            json_begin_object(writer);
            total(listing);
            json_end_object(writer);
        }
        json_end_object(writer);
    }
    organisation_release(&listing->organisation);
    robot_list_release(&listing->robots);
    return result;
}

void money_booking_words(int32_t month, int32_t booking, char *target, size_t size)
{
    char text[CLOCK_MONTH_TEXT];

    target[0] = '\0';
    if (booking <= month)
        return;
    clock_format_month(booking, text);
    (void)snprintf(target, size, "; its month is closed, so it is booked in %s", text);
}

void money_payback_words(const struct net_payback *payback, char *target, size_t size)
{
    char month[CLOCK_MONTH_TEXT] = "";

    target[0] = '\0';
    if (payback->month != 0)
        clock_format_month(payback->month, month);
    switch (payback->state) {
    case NET_PAYBACK_NONE:
        break;
    case NET_PAYBACK_REACHED:
        (void)snprintf(target, size, "%s", month);
        break;
    case NET_PAYBACK_EXPECTED:
        (void)snprintf(target, size, "%s expected", month);
        break;
    case NET_PAYBACK_NEVER:
        (void)snprintf(target, size, "never at today's pace");
        break;
    case NET_PAYBACK_UNKNOWN:
        (void)snprintf(target, size, "not known yet");
        break;
    }
}
