/* load: whom a robot serves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/nouns.h"
#include "core/command/organisation_load.h"

enum { WHAT_MAX = ROBOT_SLUG_MAX + 32 };

struct robot_shares {
    const struct robot_share *shares;
    size_t count;
};

/* A share, and where its department stands in tables. */
struct placed_share {
    struct robot_share share;
    size_t place;
};

static int compare_placed(const void *left, const void *right)
{
    const struct placed_share *a = left;
    const struct placed_share *b = right;

    if (a->share.from_day != b->share.from_day)
        return a->share.from_day < b->share.from_day ? -1 : 1;
    if (a->share.booking_from != b->share.booking_from)
        return a->share.booking_from < b->share.booking_from ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* By from_day, then the order of departments. */
static int sort_shares(const struct loading *loading, struct robot_share *shares, size_t count,
                       struct fault *fault)
{
    const struct organisation *organisation = &loading->departments;
    struct placed_share *placed = calloc(count + 1, sizeof(*placed));
    size_t i;

    if (placed == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < count; i++) {
        const struct department *department =
            organisation_department_by_id(organisation, shares[i].department_id);

        placed[i].share = shares[i];
        if (department != NULL)
            placed[i].place = (size_t)(department - organisation->departments);
    }
    qsort(placed, count, sizeof(*placed), compare_placed);
    for (i = 0; i < count; i++)
        shares[i] = placed[i].share;
    free(placed);
    return 0;
}

/* How many are of the first one's version. */
static size_t of_first_version(const struct robot_share *shares, size_t count)
{
    size_t same = 0;

    while (same < count && shares[same].from_day == shares[0].from_day &&
           shares[same].booking_from == shares[0].booking_from)
        same++;
    return same;
}

static bool same_shares(const struct robot_share *one, size_t one_count,
                        const struct robot_share *other, size_t other_count)
{
    size_t i;

    if (one_count != other_count)
        return false;
    for (i = 0; i < one_count; i++)
        if (one[i].from_day != other[i].from_day ||
            one[i].department_id != other[i].department_id ||
            one[i].booking_from != other[i].booking_from ||
            one[i].millionths != other[i].millionths)
            return false;
    return true;
}

/* Which of two versions comes first; 0: they are one. */
static int compare_versions(const struct robot_share *one, const struct robot_share *other)
{
    return compare_placed(&(struct placed_share){.share = *one},
                          &(struct placed_share){.share = *other});
}

/* Both sorted: a row per version whose shares differ, in open months alone. */
static int note_shares(struct loading *loading, const char *slug, struct robot_shares old,
                       struct robot_shares new, struct fault *fault)
{
    char what[WHAT_MAX];
    int result = 0;

    (void)snprintf(what, sizeof(what), "the shares of %s", slug);
    while ((old.count > 0 || new.count > 0) && result == 0) {
        size_t olds = of_first_version(old.shares, old.count);
        size_t news = of_first_version(new.shares, new.count);

        if (olds > 0 && news > 0 && compare_versions(old.shares, new.shares) != 0)
            *(compare_versions(old.shares, new.shares) < 0 ? &news : &olds) = 0;
        if (!same_shares(old.shares, olds, new.shares, news)) {
            result = need_open_month(loading->call->store, what,
                                     (olds > 0 ? old : new).shares[0].from_day, fault);
            if (result < 0)
                return result;
            load_put_shares(&loading->was, &loading->departments, old.shares, olds);
            load_put_shares(&loading->becomes, &loading->departments, new.shares, news);
            result = load_note(loading, "share", slug, fault);
        }
        old.shares += olds;
        old.count -= olds;
        new.shares += news;
        new.count -= news;
    }
    return result;
}

static int read_shares(const struct loading *loading, const struct file_robot *file,
                       struct robot_share *shares, struct fault *fault)
{
    size_t i;

    for (i = 0; i < file->share_count; i++) {
        const struct department *department =
            organisation_department(&loading->departments, file->shares[i].department);

        shares[i] = (struct robot_share){
            .from_day = file->shares[i].from_day,
            .department_id = department != NULL ? department->id : 0,
            .millionths = file->shares[i].millionths,
            .booking_from = file->shares[i].booking_from,
        };
    }
    return sort_shares(loading, shares, file->share_count, fault);
}

int load_shares(struct loading *loading, const struct file_robot *file, const struct robot *before,
                int64_t robot_id, struct fault *fault)
{
    size_t old_count = before != NULL ? before->share_count : 0;
    struct robot_share *old = calloc(old_count + 1, sizeof(*old));
    struct robot_share *new = calloc(file->share_count + 1, sizeof(*new));
    int result;

    if (old == NULL || new == NULL) {
        result = fault_no_memory(fault);
        goto out;
    }
    if (old_count > 0)
        memcpy(old, before->shares, old_count * sizeof(*old));
    result = sort_shares(loading, old, old_count, fault);
    if (result == 0)
        result = read_shares(loading, file, new, fault);
    if (result < 0 || same_shares(old, old_count, new, file->share_count))
        goto out;
    result = robot_shares_set(loading->call->store, robot_id, new, file->share_count, fault);
    if (result == 0 && before != NULL)
        result = note_shares(loading, file->slug, (struct robot_shares){old, old_count},
                             (struct robot_shares){new, file->share_count}, fault);
out:
    free(old);
    free(new);
    return result;
}
