/* load: how what it changes is said. */
#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/command/organisation_load.h"

enum { NUMBER_TEXT = 48 };

static void put_day(struct text *target, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    text_append_string(target, text);
}

static void put_number(struct text *target, int64_t scaled, unsigned digits)
{
    char text[NUMBER_TEXT];

    decimal_format(scaled, digits, text, sizeof(text));
    text_append_string(target, text);
}

static void put_from(struct text *target, int32_t day)
{
    text_append_string(target, "from ");
    put_day(target, day);
    text_append_string(target, ": ");
}

void load_put_rate(struct text *target, const struct rate *rate)
{
    put_from(target, rate->from_day);
    put_number(target, rate->ore_per_hour, FILE_RATE_DIGITS);
    text_append_string(target, " kr/hour");
}

void load_put_name(struct text *target, int32_t from_day, const char *name)
{
    put_from(target, from_day);
    text_append_string(target, name);
}

void load_put_aliases(struct text *target, char *const *aliases, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        text_printf(target, "%s%s", i > 0 ? ", " : "", aliases[i]);
}

void load_put_robot(struct text *target, const char *name, bool is_external, bool is_one_off)
{
    text_printf(target, "%s, %s%s", name, is_external ? "external" : "plugin",
                is_one_off ? ", one-off" : "");
}

void load_put_operations(struct text *target, const struct robot_operation *operations,
                         size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (i > 0)
            text_append_string(target, ", ");
        put_day(target, operations[i].from_day);
        text_append_string(target, "..");
        if (operations[i].to_day != ROBOT_NO_END)
            put_day(target, operations[i].to_day);
    }
}

void load_put_shares(struct text *target, const struct organisation *organisation,
                     const struct robot_share *shares, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const struct department *department =
            organisation_department_by_id(organisation, shares[i].department_id);

        if (i == 0 || shares[i].from_day != shares[i - 1].from_day) {
            text_append_string(target, i > 0 ? "; " : "");
            put_from(target, shares[i].from_day);
        } else {
            text_append_string(target, ", ");
        }
        text_printf(target, "%s ", department != NULL ? department->slug : SAVINGS_CROSS_ID);
        put_number(target, shares[i].millionths, FILE_SHARE_DIGITS);
    }
}

void load_put_estimate(struct text *target, const struct file_estimate *estimate)
{
    put_from(target, estimate->from_day);
    put_number(target, estimate->hundredths, FILE_MINUTE_DIGITS);
    text_printf(target, " minutes%s, set by %s, ",
                estimate->kind == ESTIMATE_HANDOVER ? " per handover" : "", estimate->set_by);
    if (estimate->signed_by != NULL) {
        text_printf(target, "signed by %s on ", estimate->signed_by);
        put_day(target, estimate->signed_day);
    } else {
        text_append_string(target, "unsigned");
    }
    if (estimate->reason != NULL && estimate->reason[0] != '\0')
        text_printf(target, " (%s)", estimate->reason);
    if (estimate->task != NULL && estimate->task[0] != '\0')
        text_printf(target, "; a task: %s", estimate->task);
    if (estimate->method != NULL && estimate->method[0] != '\0')
        text_printf(target, "; method: %s", estimate->method);
    if (estimate->timings != NULL && estimate->timings[0] != '\0')
        text_printf(target, "; timings: %s", estimate->timings);
}
