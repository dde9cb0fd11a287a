#include "scorecards/task_value.h"

struct task_value task_value_on(const struct organisation *organisation, const struct robot *robot,
                                int32_t day)
{
    const struct estimate *estimate = robot_estimate_on(robot, day);
    struct task_value value = {.is_signed = estimate != NULL,
                               .ore_per_hour = organisation_rate_on(organisation, day)};

    if (estimate != NULL)
        value.hundredths = estimate->hundredths;
    return value;
}

bool task_value_of(const struct task_value *value, int128 millionths,
                   struct task_amount *ret_amount)
{
    struct task_amount amount;

    if (__builtin_mul_overflow(millionths, (int128)value->hundredths, &amount.minutes) ||
        __builtin_mul_overflow(amount.minutes, (int128)value->ore_per_hour, &amount.kroner))
        return false;
    *ret_amount = amount;
    return true;
}

bool task_amount_add(struct task_amount *sum, const struct task_amount *amount)
{
    return !__builtin_add_overflow(sum->minutes, amount->minutes, &sum->minutes) &&
           !__builtin_add_overflow(sum->kroner, amount->kroner, &sum->kroner);
}

size_t task_department_place(const struct organisation *organisation, int64_t department_id)
{
    const struct department *department =
        organisation_department_by_id(organisation, department_id);

    if (department == NULL)
        return organisation->department_count;
    return (size_t)(department - organisation->departments);
}

int task_shares_each(const struct organisation *organisation, const struct robot *robot,
                     int64_t department_id, int32_t day, task_share_callback *take, void *context)
{
    const struct robot_share *share = NULL;
    int64_t rest = SHARE_WHOLE;
    size_t count;
    int result = 0;

    if (department_id != 0)
        return take(task_department_place(organisation, department_id), rest, context);
    count = robot_shares_on(robot, day, &share);
    for (; count > 0 && result == 0; count--, share++) {
        result = take(task_department_place(organisation, share->department_id), share->millionths,
                      context);
        rest -= share->millionths;
    }
    if (result == 0 && rest != 0)
        result = take(organisation->department_count, rest, context);
    return result;
}
