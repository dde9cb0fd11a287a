/*
 * load: which versions of the file value late bookings alone.
 *
 * "booked_from" is a fact of the store it was booked in: the adjustments that go with it are not in the
 * file. In a home that did not close those months it would leave their tasks at the old value, with nothing
 * booked for the difference.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/organisation_load.h"
#include "core/store/period.h"

/* A version of the file, or a part of one. */
struct booked {
    int32_t from_day, booked_from;
    bool has_booked,
        has_whole; /* the home has just this one: with that booked_from, or with none */
    bool is_replaced;
};

/* The booked_from that holds here. What a home took over as valuing everything stays so when it has
 * closed those months since. */
static int32_t settle(const struct booked *version, int32_t open_from)
{
    if (version->booked_from == 0 || version->has_booked)
        return version->booked_from;
    return !version->has_whole && version->booked_from <= open_from ? version->booked_from : 0;
}

/* Where a later decision on the same day values everything now, the earlier ones value nothing. */
static void settle_each(struct booked *versions, size_t count, int32_t open_from)
{
    size_t i;
    size_t j;

    for (i = 0; i < count; i++) {
        if (versions[i].booked_from == 0 || settle(&versions[i], open_from) != 0)
            continue;
        for (j = 0; j < count; j++)
            if (versions[j].from_day == versions[i].from_day &&
                versions[j].booked_from < versions[i].booked_from)
                versions[j].is_replaced = true;
    }
    for (i = 0; i < count; i++)
        versions[i].booked_from = settle(&versions[i], open_from);
}

static bool has_rate(const struct organisation *before, const struct rate *rate, int32_t booking)
{
    size_t i;

    for (i = 0; i < before->rate_count; i++)
        if (before->rates[i].from_day == rate->from_day &&
            before->rates[i].booking_from == booking &&
            before->rates[i].ore_per_hour == rate->ore_per_hour)
            return true;
    return false;
}

/* They stay in their order: what values everything now has nothing of its day before it. */
static int settle_rates(struct loading *loading, int32_t open_from, struct fault *fault)
{
    struct organisation_file *file = &loading->file;
    struct booked *versions = calloc(file->rate_count + 1, sizeof(*versions));
    size_t kept = 0;
    size_t i;

    if (versions == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < file->rate_count; i++)
        versions[i] = (struct booked){
            .from_day = file->rates[i].from_day,
            .booked_from = file->rates[i].booking_from,
            .has_booked = has_rate(&loading->before, &file->rates[i], file->rates[i].booking_from),
            .has_whole = has_rate(&loading->before, &file->rates[i], 0),
        };
    settle_each(versions, file->rate_count, open_from);
    for (i = 0; i < file->rate_count; i++) {
        if (versions[i].is_replaced)
            continue;
        file->rates[kept] = file->rates[i];
        file->rates[kept++].booking_from = versions[i].booked_from;
    }
    file->rate_count = kept;
    free(versions);
    return 0;
}

static bool has_end(const struct organisation *before, const struct file_department *file,
                    int32_t booking)
{
    const struct department *home = organisation_department(before, file->slug);
    size_t i;
    size_t j;

    if (home == NULL || home->successor_count != file->successor_count)
        return false;
    for (i = 0; i < file->successor_count; i++) {
        const struct department *into =
            organisation_department(before, file->successors[i].department);

        for (j = 0; into != NULL && j < home->successor_count; j++)
            if (home->successors[j].successor_id == into->id &&
                home->successors[j].millionths == file->successors[i].millionths &&
                home->successors[j].from_day == file->end_day &&
                home->successors[j].booking_from == booking)
                break;
        if (into == NULL || j == home->successor_count)
            return false;
    }
    return true;
}

static void settle_ends(struct loading *loading, int32_t open_from)
{
    struct organisation_file *file = &loading->file;
    size_t i;

    for (i = 0; i < file->department_count; i++) {
        struct file_department *department = &file->departments[i];
        const struct booked version = {
            .from_day = department->end_day,
            .booked_from = department->end_booking_from,
            .has_booked = has_end(&loading->before, department, department->end_booking_from),
            .has_whole = has_end(&loading->before, department, 0),
        };

        department->end_booking_from = settle(&version, open_from);
    }
}

/* Has the home the version that this share of the file belongs to, with this booking? */
static bool has_shares(const struct organisation *before, const struct robot *home,
                       const struct file_robot *file, const struct file_share *one, int32_t booking)
{
    size_t homes = 0;
    size_t i;
    size_t j;

    for (i = 0; i < home->share_count; i++)
        homes +=
            home->shares[i].from_day == one->from_day && home->shares[i].booking_from == booking
                ? 1U
                : 0U;
    for (i = 0; i < file->share_count; i++) {
        const struct file_share *share = &file->shares[i];
        const struct department *department;

        if (share->from_day != one->from_day || share->booking_from != one->booking_from)
            continue;
        department = organisation_department(before, share->department);
        for (j = 0; department != NULL && j < home->share_count; j++)
            if (home->shares[j].from_day == one->from_day &&
                home->shares[j].booking_from == booking &&
                home->shares[j].department_id == department->id &&
                home->shares[j].millionths == share->millionths)
                break;
        if (department == NULL || j == home->share_count || homes-- == 0)
            return false;
    }
    return homes == 0;
}

static int settle_shares(struct loading *loading, struct file_robot *file, int32_t open_from,
                         struct fault *fault)
{
    const struct robot *home = robot_list_find(&loading->robots, file->slug);
    struct booked *versions = calloc(file->share_count + 1, sizeof(*versions));
    size_t kept = 0;
    size_t i;

    if (versions == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < file->share_count; i++) {
        const struct file_share *share = &file->shares[i];

        versions[i] =
            (struct booked){.from_day = share->from_day, .booked_from = share->booking_from};
        if (home == NULL || share->booking_from == 0)
            continue;
        versions[i].has_booked =
            has_shares(&loading->before, home, file, share, share->booking_from);
        versions[i].has_whole = has_shares(&loading->before, home, file, share, 0);
    }
    settle_each(versions, file->share_count, open_from);
    for (i = 0; i < file->share_count; i++) {
        if (versions[i].is_replaced)
            continue;
        file->shares[kept] = file->shares[i];
        file->shares[kept++].booking_from = versions[i].booked_from;
    }
    file->share_count = kept;
    free(versions);
    return 0;
}

static bool has_estimate(const struct robot *home, const struct file_estimate *file,
                         int32_t booking)
{
    size_t i;

    for (i = 0; home != NULL && i < home->estimate_count; i++)
        if (home->estimates[i].signed_by != NULL && home->estimates[i].kind == file->kind &&
            home->estimates[i].from_day == file->from_day &&
            home->estimates[i].hundredths == file->hundredths &&
            home->estimates[i].booking_from == booking)
            return true;
    return false;
}

/* A day has one signed estimate of a kind, so none is replaced. */
static void settle_estimates(const struct loading *loading, struct file_robot *file,
                             int32_t open_from)
{
    const struct robot *home = robot_list_find(&loading->robots, file->slug);
    size_t i;

    for (i = 0; i < file->estimate_count; i++) {
        struct file_estimate *estimate = &file->estimates[i];
        const struct booked version = {
            .from_day = estimate->from_day,
            .booked_from = estimate->booked_from,
            .has_booked = has_estimate(home, estimate, estimate->booked_from),
            .has_whole = has_estimate(home, estimate, 0),
        };

        estimate->booked_from = settle(&version, open_from);
    }
}

int load_settle_bookings(struct loading *loading, struct fault *fault)
{
    struct organisation_file *file = &loading->file;
    int32_t open_from = 0;
    size_t i;
    int result = period_open_from(loading->call->store, &open_from, fault);

    if (result < 0)
        return result;
    result = settle_rates(loading, open_from, fault);
    settle_ends(loading, open_from);
    for (i = 0; i < file->robot_count && result == 0; i++) {
        result = settle_shares(loading, &file->robots[i], open_from, fault);
        settle_estimates(loading, &file->robots[i], open_from);
    }
    return result;
}
