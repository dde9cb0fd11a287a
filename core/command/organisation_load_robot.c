/* load: robots and their estimates. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/command/command.h"
#include "core/command/nouns.h"
#include "core/command/organisation_load.h"
#include "core/store/operation.h"
#include "core/store/period.h"
#include "core/store/timing.h"
#include "scorecards/agreement.h"

enum { NUMBER_TEXT = 48, LINE_MOST = REASON_MAX > BY_MAX ? REASON_MAX : BY_MAX };

/* An estimate of the file, and where it is. */
struct place {
    struct loading *loading;
    size_t robot;
    size_t estimate;
    const struct robot *before; /* NULL: a new robot */
    bool *is_used;              /* per estimate of `before`: the file has it */
    int64_t robot_id;
    int64_t *signed_ids; /* versions that the file has signed now */
    size_t signed_count;
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

static int load_who(struct loading *loading, const struct file_robot *file,
                    const struct robot *before, int64_t *robot_id, struct fault *fault)
{
    int result;

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
    result = robot_put(loading->call->store, file->slug, file->name, file->is_external,
                       file->is_one_off, robot_id, fault);
    if (result < 0 || before == NULL)
        return result;
    load_put_robot(&loading->was, before->name, before->is_external, before->is_one_off);
    load_put_robot(&loading->becomes, file->name, file->is_external, file->is_one_off);
    return load_note(loading, "robot", file->slug, fault);
}

static int check_operations(struct loading *loading, const struct file_robot *file,
                            const struct robot *robot, struct fault *fault)
{
    struct operation_list before = {.count = 0};
    struct operation_list after = {.count = 0};
    bool is_changed;
    int result = operation_list_copy(robot->operations, robot->operation_count, &before, fault);

    if (result == 0)
        result = operation_list_copy(file->operations, file->operation_count, &after, fault);
    if (result == 0)
        result = need_open_operation(loading->call->store, robot->slug, &before, &after,
                                     &is_changed, fault);
    operation_list_release(&before);
    operation_list_release(&after);
    return result;
}

static int load_operations(struct loading *loading, const struct file_robot *file,
                           const struct robot *before, int64_t robot_id, struct fault *fault)
{
    int result;

    if (before != NULL && same_operations(file, before))
        return 0;
    result = before != NULL ? check_operations(loading, file, before, fault) : 0;
    if (result == 0)
        result = robot_operations_set(loading->call->store, robot_id, file->operations,
                                      file->operation_count, fault);
    if (result < 0 || before == NULL)
        return result;
    load_put_operations(&loading->was, before->operations, before->operation_count);
    load_put_operations(&loading->becomes, file->operations, file->operation_count);
    return load_note(loading, "operation", file->slug, fault);
}

/* The store keeps what a person wrote without what reads like a CPR number (robot.h), so that is
 * what the file's line is held against: or the same file would be another estimate each time. */
static bool is_kept_as(const char *kept, const char *line)
{
    char hidden[LINE_MOST + 1];

    if (strlen(line) > LINE_MOST) /* the parser lets none through */
        return false;
    cpr_hide(line, hidden);
    return strcmp(kept != NULL ? kept : "", hidden) == 0;
}

/* What the file does not say is as it is. */
static bool same_ground(const struct estimate *before, const struct file_estimate *file)
{
    char kept[TIMINGS_TEXT_MAX] = "";
    struct timings timings;

    if (file->timings != NULL && timings_read(file->timings, &timings, NULL) == 0)
        timings_write(&timings, kept);
    return (file->task == NULL || is_kept_as(before->task, file->task)) &&
           (file->method == NULL || is_kept_as(before->method, file->method)) &&
           (file->timings == NULL || strcmp(before->timings, kept) == 0) &&
           (file->booked_from == 0 || before->signed_by == NULL ||
            before->booking_from == file->booked_from);
}

static bool same_worth(const struct estimate *before, const struct file_estimate *file)
{
    return before->kind == file->kind && before->from_day == file->from_day &&
           before->hundredths == file->hundredths && is_kept_as(before->set_by, file->set_by) &&
           is_kept_as(before->reason, file->reason) && same_ground(before, file);
}

static bool same_signature(const struct estimate *before, const struct file_estimate *file)
{
    if (before->signed_by == NULL || file->signed_by == NULL)
        return before->signed_by == NULL && file->signed_by == NULL;
    return is_kept_as(before->signed_by, file->signed_by) && before->signed_day == file->signed_day;
}

/* What the store has of an estimate of the file. */
struct found {
    size_t same;                      /* index of the same version; the count: none */
    size_t unsigned_same;             /* the same but unsigned, where the file has a signature */
    const struct estimate *is_signed; /* the signed one of its day */
    const struct estimate *of_day;    /* the newest version of its day */
};

static struct found find_estimate(const struct place *place, const struct file_estimate *file)
{
    const struct robot *before = place->before;
    size_t count = before != NULL ? before->estimate_count : 0;
    struct found found = {.same = count, .unsigned_same = count};
    size_t i;

    for (i = count; i-- > 0;) {
        const struct estimate *old = &before->estimates[i];

        if (old->kind != file->kind || old->from_day != file->from_day)
            continue;
        if (found.of_day == NULL)
            found.of_day = old;
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
        place->robot, place->estimate, place->loading->file.robots[place->robot].slug, from,
        minutes, is_signed->signed_by, on);
}

static int note_estimate(const struct place *place, const struct estimate *old,
                         const struct file_estimate *new, const char *what, struct fault *fault)
{
    struct loading *loading = place->loading;

    if (place->before == NULL)
        return 0; /* the robot's own row has them all */
    if (old != NULL)
        load_put_estimate(&loading->was, &(struct file_estimate){
                                             .from_day = old->from_day,
                                             .hundredths = old->hundredths,
                                             .set_by = old->set_by,
                                             .reason = old->reason,
                                             .signed_by = old->signed_by,
                                             .signed_day = old->signed_day,
                                             .kind = old->kind,
                                             .task = old->task,
                                             .method = old->method,
                                             .timings = old->timings,
                                         });
    load_put_estimate(&loading->becomes, new);
    return load_note(loading, what, place->before->slug, fault);
}

/* What is signed values tasks from its date on, and a closed month is not to move: a file does not
 * book differences. */
static int sign_estimate(struct place *place, const struct file_estimate *file, int64_t id,
                         struct fault *fault)
{
    struct estimate_signature signature = {.signed_by = file->signed_by,
                                           .signed_day = file->signed_day,
                                           .booking_from = file->booked_from};
    const char *slug = place->loading->file.robots[place->robot].slug;
    char from[CLOCK_DAY_TEXT];
    int32_t open_from = 0;
    int result = period_open_from(place->loading->call->store, &open_from, fault);

    if (result < 0)
        return result;
    if (file->signed_day > call_today(place->loading->call))
        return fault_set(fault, -EINVAL, "signed_on lies ahead; load it when it is signed");
    clock_format_day(file->from_day, from);
    if (clock_month_of_day(file->from_day) < open_from)
        return fault_set(fault, -EPERM,
                         "the estimate of %s from %s is signed and begins in a month that is "
                         "closed; load it without signed_by and signed_on, and sign it with "
                         "`automagi estimate sign %s --from %s --by NAME --book-difference`",
                         slug, from, slug, from);
    place->signed_ids[place->signed_count++] = id;
    return estimate_sign_booked(place->loading->call->store, id, &signature, fault);
}

static int put_estimate(struct place *place, const struct found *found,
                        const struct file_estimate *file, struct fault *fault)
{
    struct store *store = place->loading->call->store;
    const struct estimate *before = place->before != NULL ? place->before->estimates : NULL;
    bool is_there = before != NULL && found->unsigned_same < place->before->estimate_count;
    int64_t id = 0;
    int result = 0;

    if (is_there) {
        place->is_used[found->unsigned_same] = true;
        id = before[found->unsigned_same].id;
    } else {
        result = estimate_set(store, place->robot_id,
                              &(struct estimate_new){.from_day = file->from_day,
                                                     .hundredths = file->hundredths,
                                                     .set_by = file->set_by,
                                                     .reason = file->reason,
                                                     .kind = file->kind,
                                                     .task = file->task,
                                                     .method = file->method,
                                                     .timings = file->timings},
                              &id, fault);
    }
    if (result == 0 && file->signed_by != NULL)
        result = sign_estimate(place, file, id, fault);
    if (result < 0)
        return result;
    return is_there ? note_estimate(place, &before[found->unsigned_same], file, "signature", fault)
                    : note_estimate(place, found->of_day, file, "estimate", fault);
}

static int load_estimate(struct place *place, const struct file_estimate *file, struct fault *fault)
{
    struct found found = find_estimate(place, file);
    size_t count = place->before != NULL ? place->before->estimate_count : 0;
    int result;

    if (found.same < count && place->is_used != NULL) {
        place->is_used[found.same] = true;
        return 0;
    }
    if (found.is_signed != NULL)
        return refuse_signed(place, found.is_signed, fault);
    result = put_estimate(place, &found, file, fault);
    return result < 0 ? fault_prefix(fault, result, "robots[%zu].estimates[%zu]", place->robot,
                                     place->estimate)
                      : 0;
}

/* Whoever asks for what was agreed is shown that it was taken over, and from where. */
static int keep_agreements(const struct place *place, struct fault *fault)
{
    struct command_call *call = place->loading->call;
    const char *name = strrchr(call->subject, '/');
    char taken_from[sizeof(call->subject)];
    struct agreement agreement = {.organisation = &place->loading->departments,
                                  .taken_from = taken_from};
    struct robot_list list = {0};
    int64_t document = 0;
    size_t i;
    size_t j;
    int result = robot_list_read_one(call->store, place->robot_id, &list, fault);

    name = name != NULL ? name + 1 : call->subject;
    cpr_hide(text_is_line(name, strlen(name)) ? name : "organisation.json", taken_from);
    agreement.robot = list.robots;
    for (i = 0; result == 0 && list.count > 0 && i < list.robots[0].estimate_count; i++) {
        agreement.estimate = &list.robots[0].estimates[i];
        for (j = 0; j < place->signed_count && result == 0; j++)
            if (place->signed_ids[j] == agreement.estimate->id)
                result = agreement_keep(call->store, &agreement, call->now_ms, &document, fault);
    }
    robot_list_release(&list);
    return result;
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
    place.signed_ids = calloc(file->estimate_count + 1, sizeof(*place.signed_ids));
    if (place.is_used == NULL || place.signed_ids == NULL)
        result = fault_no_memory(fault);
    for (; place.estimate < file->estimate_count && result == 0; place.estimate++)
        result = load_estimate(&place, &file->estimates[place.estimate], fault);
    if (result == 0 && place.signed_count > 0)
        result = keep_agreements(&place, fault);
    free(place.is_used);
    free(place.signed_ids);
    return result;
}

/* One row for all of it. */
static int note_robot(struct loading *loading, const struct file_robot *file, int64_t robot_id,
                      struct fault *fault)
{
    struct text *text = &loading->becomes;
    struct robot_list list = {0};
    int result = robot_list_read_one(loading->call->store, robot_id, &list, fault);
    size_t i;

    if (result < 0)
        return result;
    load_put_robot(text, file->name, file->is_external, file->is_one_off);
    for (i = 0; i < list.count; i++) {
        text_append_string(text, list.robots[i].operation_count > 0 ? "; " : "");
        load_put_operations(text, list.robots[i].operations, list.robots[i].operation_count);
        text_append_string(text, list.robots[i].share_count > 0 ? "; " : "");
        load_put_shares(text, &loading->departments, list.robots[i].shares,
                        list.robots[i].share_count);
    }
    for (i = 0; i < file->estimate_count; i++) {
        text_append_string(text, "; ");
        load_put_estimate(text, &file->estimates[i]);
    }
    robot_list_release(&list);
    return load_note(loading, "robot", file->slug, fault);
}

static int load_robot(struct loading *loading, size_t index, struct fault *fault)
{
    const struct file_robot *file = &loading->file.robots[index];
    const struct robot *before = robot_list_find(&loading->robots, file->slug);
    int64_t id = 0;
    int result = load_who(loading, file, before, &id, fault);

    if (result == 0 && file->has_operations)
        result = load_operations(loading, file, before, id, fault);
    if (result == 0 && file->has_shares)
        result = load_shares(loading, file, before, id, fault);
    if (result == 0 && before == NULL)
        result = note_robot(loading, file, id, fault);
    if (result < 0)
        return fault_prefix(fault, result, "robots[%zu]", index);
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
