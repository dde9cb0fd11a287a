#include "scorecards/task_value.h"

#include "core/store/department.h"

/* Merges and splits one after another that are followed; a department's end that would bring
 * circles or more is refused. */
enum { SUCCESSION_MAX = DEPARTMENT_STEPS_MAX, PARTS_MAX = DEPARTMENT_PARTS_MAX };

struct valuation valuation_of(int32_t day, int32_t booking)
{
    return (struct valuation){
        .estimate_day = day, .rate_day = day, .share_day = day, .booking = booking};
}

struct task_value task_value_on(const struct organisation *organisation, const struct robot *robot,
                                enum estimate_kind kind, const struct valuation *at)
{
    const struct estimate *estimate =
        robot_estimate_for(robot, kind, at->estimate_day, at->booking);
    struct task_value value = {
        .is_signed = estimate != NULL,
        .estimate = estimate,
        .ore_per_hour = organisation_rate_for(organisation, at->rate_day, at->booking),
    };

    if (estimate != NULL) {
        value.hundredths = estimate->hundredths;
        value.is_disputed = estimate->dispute_id != 0;
    }
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

/* A department's millionths on their way to whoever has them at last. */
struct giving {
    const struct organisation *organisation;
    const struct valuation *at;
    task_share_callback *take;
    void *context;
    int steps; /* merges and splits still followed */
};

/* Each part rounded down; what is then missing goes one each to the largest fractions. */
static void divide(const struct department *department, int64_t millionths, int64_t *parts)
{
    int64_t fractions[PARTS_MAX];
    int64_t missing = millionths;
    size_t count = department->successor_count;
    size_t i;

    for (i = 0; i < count; i++) {
        int64_t exact = millionths * department->successors[i].millionths;

        parts[i] = exact / SHARE_WHOLE;
        fractions[i] = exact % SHARE_WHOLE;
        missing -= parts[i];
    }
    for (; missing > 0; missing--) {
        size_t largest = 0;

        for (i = 1; i < count; i++)
            if (fractions[i] > fractions[largest])
                largest = i;
        fractions[largest] = -1;
        parts[largest]++;
    }
}

static bool has_ended(const struct department *department, const struct valuation *at)
{
    return department->successor_count > 0 && department->successor_count <= PARTS_MAX &&
           department->successors[0].from_day <= at->share_day &&
           department->successors[0].booking_from <= at->booking;
}

static int give(const struct giving *giving, int64_t department_id, int64_t millionths)
{
    const struct organisation *organisation = giving->organisation;
    size_t place = task_department_place(organisation, department_id);
    struct giving next = *giving;
    int64_t parts[PARTS_MAX];
    int result = 0;
    size_t i;

    if (giving->steps == 0 || place == organisation->department_count ||
        !has_ended(&organisation->departments[place], giving->at))
        return giving->take(place, millionths, giving->context);
    next.steps--;
    divide(&organisation->departments[place], millionths, parts);
    for (i = 0; i < organisation->departments[place].successor_count && result == 0; i++)
        if (parts[i] != 0)
            result =
                give(&next, organisation->departments[place].successors[i].successor_id, parts[i]);
    return result;
}

int task_successors_each(const struct organisation *organisation, int64_t department_id,
                         int64_t millionths, const struct valuation *at, task_share_callback *take,
                         void *context)
{
    struct giving giving = {organisation, at, take, context, SUCCESSION_MAX};

    return give(&giving, department_id, millionths);
}

int task_shares_each(const struct organisation *organisation, const struct robot *robot,
                     int64_t department_id, const struct valuation *at, task_share_callback *take,
                     void *context)
{
    struct giving giving = {organisation, at, take, context, SUCCESSION_MAX};
    const struct robot_share *share = NULL;
    int64_t rest = SHARE_WHOLE;
    size_t count;
    int result = 0;

    if (department_id != 0)
        return give(&giving, department_id, rest);
    count = robot_shares_for(robot, at->share_day, at->booking, &share);
    for (; count > 0 && result == 0; count--, share++) {
        result = give(&giving, share->department_id, share->millionths);
        rest -= share->millionths;
    }
    if (result == 0 && rest != 0)
        result = take(organisation->department_count, rest, context);
    return result;
}

struct sharing {
    size_t place;
    int64_t millionths;
};

static int add_share(size_t place, int64_t millionths, void *context)
{
    struct sharing *sharing = context;

    if (place == sharing->place)
        sharing->millionths += millionths;
    return 0;
}

int64_t task_shares_at(const struct organisation *organisation, const struct robot *robot,
                       int64_t department_id, const struct valuation *at, size_t place)
{
    struct sharing sharing = {.place = place};

    (void)task_shares_each(organisation, robot, department_id, at, add_share, &sharing);
    return sharing.millionths;
}

int64_t task_successors_at(const struct organisation *organisation, int64_t department_id,
                           int64_t millionths, const struct valuation *at, size_t place)
{
    struct sharing sharing = {.place = place};

    (void)task_successors_each(organisation, department_id, millionths, at, add_share, &sharing);
    return sharing.millionths;
}
