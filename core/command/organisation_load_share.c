/* load: whom a robot serves. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/organisation_load.h"

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

/* How many begin on the first one's day. */
static size_t of_first_day(const struct robot_share *shares, size_t count)
{
    size_t same = 0;

    while (same < count && shares[same].from_day == shares[0].from_day)
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
            one[i].millionths != other[i].millionths)
            return false;
    return true;
}

/* Both sorted: a row per from_day whose shares differ. */
static int note_shares(struct loading *loading, const char *slug, struct robot_shares old,
                       struct robot_shares new, struct fault *fault)
{
    int result = 0;

    while ((old.count > 0 || new.count > 0) && result == 0) {
        size_t olds = of_first_day(old.shares, old.count);
        size_t news = of_first_day(new.shares, new.count);

        if (olds > 0 && news > 0 && old.shares[0].from_day != new.shares[0].from_day)
            *(old.shares[0].from_day < new.shares[0].from_day ? &news : &olds) = 0;
        if (!same_shares(old.shares, olds, new.shares, news)) {
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
