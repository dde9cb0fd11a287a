/* load: robots and their estimates. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/organisation_load.h"

enum { NUMBER_TEXT = 48 };

/* An estimate of the file, and where it is. */
struct place {
    struct loading *loading;
    size_t robot;
    size_t estimate;
    const struct robot *before; /* NULL: a new robot */
    bool *is_used;              /* per estimate of `before`: the file has it */
    int64_t robot_id;
};

static bool same_operations(const struct file_robot *file, const struct robot *before)
{
    size_t i;

    if (file->operation_count != before->operation_count)
        return false;
    for (i = 0; i < file->operation_count; i++)
        if (file->operations[i].from_day != before->operations[i].from_day ||
            file->operations[i].to_day != before->operations[i].to_day)
            return false;
    return true;
}

static int64_t department_id(const struct loading *loading, const char *slug)
{
    const struct department *department = organisation_department(&loading->departments, slug);

    return department != NULL ? department->id : 0;
}

static bool has_share(const struct loading *loading, const struct robot *before,
                      const struct file_share *share)
{
    int64_t id = department_id(loading, share->department);
    size_t i;

    for (i = 0; i < before->share_count; i++)
        if (before->shares[i].from_day == share->from_day &&
            before->shares[i].department_id == id &&
            before->shares[i].millionths == share->millionths)
            return true;
    return false;
}

/* Each is there once on either side, so as many and each found is the same. */
static bool same_shares(const struct loading *loading, const struct file_robot *file,
                        const struct robot *before)
{
    size_t i;

    if (file->share_count != before->share_count)
        return false;
    for (i = 0; i < file->share_count; i++)
        if (!has_share(loading, before, &file->shares[i]))
            return false;
    return true;
}

static int set_shares(struct loading *loading, const struct file_robot *file, int64_t robot_id,
                      struct fault *fault)
{
    struct robot_share *shares = calloc(file->share_count + 1, sizeof(*shares));
    size_t i;
    int result;

    if (shares == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < file->share_count; i++)
        shares[i] = (struct robot_share){
            .from_day = file->shares[i].from_day,
            .department_id = department_id(loading, file->shares[i].department),
            .millionths = file->shares[i].millionths,
        };
    result = robot_shares_set(loading->call->store, robot_id, shares, file->share_count, fault);
    free(shares);
    return result;
}

static int load_who(struct loading *loading, const struct file_robot *file,
                    const struct robot *before, int64_t *robot_id, bool *is_changed,
                    struct fault *fault)
{
    if (before != NULL && file->is_external && before->plugin != NULL)
        return fault_set(fault, -EPERM,
                         "%s has a definition (plugin %s), so it cannot be \"external\"; give what "
                         "runs elsewhere an id of its own",
                         file->slug, before->plugin);
    if (before != NULL && strcmp(before->name, file->name) == 0 &&
        before->is_external == file->is_external && before->is_one_off == file->is_one_off) {
        *robot_id = before->id;
        return 0;
    }
    *is_changed = true;
    return robot_put(loading->call->store, file->slug, file->name, file->is_external,
                     file->is_one_off, robot_id, fault);
}

static bool same_worth(const struct estimate *before, const struct file_estimate *file)
{
    return before->from_day == file->from_day && before->hundredths == file->hundredths &&
           strcmp(before->set_by, file->set_by) == 0 &&
           strcmp(before->reason != NULL ? before->reason : "", file->reason) == 0;
}

static bool same_signature(const struct estimate *before, const struct file_estimate *file)
{
    if (before->signed_by == NULL || file->signed_by == NULL)
        return before->signed_by == NULL && file->signed_by == NULL;
    return strcmp(before->signed_by, file->signed_by) == 0 &&
           before->signed_day == file->signed_day;
}

/* What the store has of an estimate of the file. */
struct found {
    size_t same;                      /* index of the same version; the count: none */
    size_t unsigned_same;             /* the same but unsigned, where the file has a signature */
    const struct estimate *is_signed; /* the signed one of its day */
    bool has_day;
};

static struct found find_estimate(const struct place *place, const struct file_estimate *file)
{
    const struct robot *before = place->before;
    size_t count = before != NULL ? before->estimate_count : 0;
    struct found found = {.same = count, .unsigned_same = count};
    size_t i;

    for (i = count; i-- > 0;) {
        const struct estimate *old = &before->estimates[i];

        if (old->from_day != file->from_day)
            continue;
        found.has_day = true;
        if (old->signed_by != NULL)
            found.is_signed = old;
        if (place->is_used[i] || !same_worth(old, file))
            continue;
        if (same_signature(old, file))
            found.same = i;
        else if (old->signed_by == NULL)
            found.unsigned_same = i;
        else if (file->signed_by == NULL && found.same == count)
            found.same = i; /* signed since: an absent signature takes none back */
    }
    return found;
}

static int refuse_signed(const struct place *place, const struct estimate *is_signed,
                         struct fault *fault)
{
    char from[CLOCK_DAY_TEXT];
    char on[CLOCK_DAY_TEXT];
    char minutes[NUMBER_TEXT];

    clock_format_day(is_signed->from_day, from);
    clock_format_day(is_signed->signed_day, on);
    decimal_format(is_signed->hundredths, FILE_MINUTE_DIGITS, minutes, sizeof(minutes));
    return fault_set(
        fault, -EPERM,
        "robots[%zu].estimates[%zu]: the estimate of %s from %s is signed (%s minutes, "
        "by %s on %s) and stays as it is; give a new one a later \"from\"",
        place->robot, place->estimate, place->before->slug, from, minutes, is_signed->signed_by,
        on);
}

static int load_estimate(struct place *place, const struct file_estimate *file, struct fault *fault)
{
    struct load_tally *tally = &place->loading->tallies[LOAD_ESTIMATES];
    struct found found = find_estimate(place, file);
    size_t count = place->before != NULL ? place->before->estimate_count : 0;
    int64_t id = 0;
    int result = 0;

    if (found.same < count) {
        place->is_used[found.same] = true;
        tally->unchanged++;
        return 0;
    }
    if (found.is_signed != NULL)
        return refuse_signed(place, found.is_signed, fault);
    *(found.has_day ? &tally->changed : &tally->added) += 1;
    if (found.unsigned_same < count) {
        place->is_used[found.unsigned_same] = true;
        id = place->before->estimates[found.unsigned_same].id;
    } else {
        result = estimate_set(
            place->loading->call->store, place->robot_id,
            &(struct estimate_new){file->from_day, file->hundredths, file->set_by, file->reason},
            &id, fault);
    }
    if (result == 0 && file->signed_by != NULL)
        result = estimate_sign(place->loading->call->store, id, file->signed_by, file->signed_day,
                               fault);
    return result < 0 ? fault_prefix(fault, result, "robots[%zu].estimates[%zu]", place->robot,
                                     place->estimate)
                      : 0;
}

static int load_estimates(struct loading *loading, size_t index, const struct robot *before,
                          int64_t robot_id, struct fault *fault)
{
    const struct file_robot *file = &loading->file.robots[index];
    size_t count = before != NULL ? before->estimate_count : 0;
    struct place place = {
        .loading = loading, .robot = index, .before = before, .robot_id = robot_id};
    int result = 0;

    place.is_used = calloc(count + 1, sizeof(*place.is_used));
    if (place.is_used == NULL)
        return fault_no_memory(fault);
    for (; place.estimate < file->estimate_count && result == 0; place.estimate++)
        result = load_estimate(&place, &file->estimates[place.estimate], fault);
    free(place.is_used);
    return result;
}

static int load_robot(struct loading *loading, size_t index, struct fault *fault)
{
    const struct file_robot *file = &loading->file.robots[index];
    const struct robot *before = robot_list_find(&loading->robots, file->slug);
    struct load_tally *tally = &loading->tallies[LOAD_ROBOTS];
    bool is_changed = false;
    int64_t id = 0;
    int result = load_who(loading, file, before, &id, &is_changed, fault);

    if (result == 0 && file->has_operations && (before == NULL || !same_operations(file, before))) {
        is_changed = true;
        result = robot_operations_set(loading->call->store, id, file->operations,
                                      file->operation_count, fault);
    }
    if (result == 0 && file->has_shares &&
        (before == NULL || !same_shares(loading, file, before))) {
        is_changed = true;
        result = set_shares(loading, file, id, fault);
    }
    if (result < 0)
        return fault_prefix(fault, result, "robots[%zu]", index);
    *(before == NULL ? &tally->added : is_changed ? &tally->changed : &tally->unchanged) += 1;
    return load_estimates(loading, index, before, id, fault);
}

int load_robots(struct loading *loading, struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; i < loading->file.robot_count && result == 0; i++)
        result = load_robot(loading, i, fault);
    return result;
}
