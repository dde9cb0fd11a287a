/* organisation.json: its robots. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/command/organisation_file.h"
#include "core/store/timing.h"

#define HUNDREDTHS_MOST INT64_C(10000000)

static int by_operation_day(const void *left, const void *right)
{
    const struct robot_operation *one = left;
    const struct robot_operation *other = right;

    return (one->from_day > other->from_day) - (one->from_day < other->from_day);
}

static int parse_operation(const struct json *value, const char *where,
                           struct robot_operation *operation, struct fault *fault)
{
    static const char *const members[] = {"from", "to", NULL};
    const struct json *to = json_member(value, "to");
    int result = json_only(value, members, where, fault);

    operation->to_day = ROBOT_NO_END;
    if (result == 0)
        result = file_need_day(value, "from", where, &operation->from_day, fault);
    if (result == 0 && to != NULL && !json_is_null(to))
        result = file_need_day(value, "to", where, &operation->to_day, fault);
    if (result == 0 && operation->to_day < operation->from_day)
        result = fault_set(fault, -EINVAL, "%s.to: lies before \"from\"", where);
    return result;
}

static int parse_operations(const struct json *object, const char *where, struct file_robot *robot,
                            struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    char inner[FILE_WHERE_MAX];
    size_t count;
    size_t i = 0;
    int result = file_may_array(object, "operation", where, FILE_LIST_MAX, &array, &count, fault);

    if (result < 0 || array == NULL)
        return result;
    robot->has_operations = true;
    robot->operations = calloc(count + 1, sizeof(*robot->operations));
    if (robot->operations == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value), i++) {
        (void)snprintf(inner, sizeof(inner), "%s.operation[%zu]", where, i);
        result = parse_operation(value, inner, &robot->operations[i], fault);
    }
    if (result < 0)
        return result;
    robot->operation_count = count;
    qsort(robot->operations, count, sizeof(*robot->operations), by_operation_day);
    for (i = 1; i < count; i++)
        if (robot->operations[i].from_day <= robot->operations[i - 1].to_day)
            return fault_set(fault, -EINVAL, "%s.operation: two intervals overlap", where);
    return 0;
}

/* The shares of each from-date add up to at most 1, and name each department once. */
static int check_shares(const struct file_robot *robot, const char *where, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    char sum_text[48];
    size_t i;
    size_t j;

    for (i = 0; i < robot->share_count; i++) {
        int64_t sum = 0;

        clock_format_day(robot->shares[i].from_day, day);
        for (j = 0; j < robot->share_count; j++) {
            if (robot->shares[j].from_day != robot->shares[i].from_day ||
                robot->shares[j].booking_from != robot->shares[i].booking_from)
                continue;
            sum += robot->shares[j].millionths;
            if (j < i && strcmp(robot->shares[j].department, robot->shares[i].department) == 0)
                return fault_set(fault, -EINVAL,
                                 "%s.departments[%zu]: \"%s\" has a share from %s already", where,
                                 i, robot->shares[i].department, day);
        }
        if (sum > SHARE_WHOLE) {
            decimal_format(sum, FILE_SHARE_DIGITS, sum_text, sizeof(sum_text));
            return fault_set(
                fault, -EINVAL,
                "%s.departments: the shares from %s add up to %s; at most 1 is allowed", where, day,
                sum_text);
        }
    }
    return 0;
}

static int parse_share(const struct json *value, const char *where,
                       const struct organisation_file *file, const struct organisation *known,
                       struct file_share *share, struct fault *fault)
{
    static const char *const members[] = {"id", "share", "from", "booked_from", NULL};
    char inner[FILE_WHERE_MAX + 4];
    int result = json_only(value, members, where, fault);

    share->department = "";
    (void)snprintf(inner, sizeof(inner), "%s.id", where);
    if (result == 0)
        result = file_need_slug(value, "id", where, &share->department, fault);
    if (result == 0)
        result = file_need_department(file, known, share->department, inner, fault);
    if (result == 0)
        result = file_need_share(value, where, &share->millionths, fault);
    if (result == 0)
        result = file_need_day(value, "from", where, &share->from_day, fault);
    if (result == 0)
        result = file_may_booking(value, where, share->from_day, &share->booking_from, fault);
    return result;
}

static int parse_shares(const struct json *object, const char *where,
                        const struct organisation_file *file, const struct organisation *known,
                        struct file_robot *robot, struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    char inner[FILE_WHERE_MAX];
    size_t count;
    size_t i = 0;
    int result = file_may_array(object, "departments", where, FILE_LIST_MAX, &array, &count, fault);

    if (result < 0 || array == NULL)
        return result;
    robot->has_shares = true;
    robot->shares = calloc(count + 1, sizeof(*robot->shares));
    if (robot->shares == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value), i++) {
        (void)snprintf(inner, sizeof(inner), "%s.departments[%zu]", where, i);
        result = parse_share(value, inner, file, known, &robot->shares[i], fault);
    }
    robot->share_count = i;
    return result == 0 ? check_shares(robot, where, fault) : result;
}

static int parse_signature(const struct json *value, const char *where,
                           struct file_estimate *estimate, struct fault *fault)
{
    const struct json *by = json_member(value, "signed_by");
    const struct json *on = json_member(value, "signed_on");
    bool has_by = by != NULL && !json_is_null(by);
    bool has_on = on != NULL && !json_is_null(on);
    int result;

    if (!has_by && !has_on)
        return 0;
    if (has_by != has_on)
        return fault_set(fault, -EINVAL,
                         "%s.%s: missing; an estimate has both signed_by and "
                         "signed_on, or neither",
                         where, has_by ? "signed_on" : "signed_by");
    result = file_need_line(value, "signed_by", where, BY_MAX, &estimate->signed_by, fault);
    if (result == 0)
        result = file_need_day(value, "signed_on", where, &estimate->signed_day, fault);
    if (result == 0 && strcmp(estimate->signed_by, estimate->set_by) == 0)
        result =
            fault_set(fault, -EINVAL, "%s.signed_by: \"%s\" set this estimate and cannot sign it",
                      where, estimate->set_by);
    return result;
}

static int may_line(const struct json *value, const char *name, const char *where,
                    const char **line, struct fault *fault)
{
    const struct json *member = json_member(value, name);

    if (member == NULL || json_is_null(member))
        return 0;
    if (json_string(member) != NULL && json_string(member)[0] == '\0') {
        *line = "";
        return 0;
    }
    return file_need_line(value, name, where, REASON_MAX, line, fault);
}

static int parse_booked_from(const struct json *value, const char *where,
                             struct file_estimate *estimate, struct fault *fault)
{
    int result = file_may_booking(value, where, estimate->from_day, &estimate->booked_from, fault);

    if (result == 0 && estimate->booked_from != 0 && estimate->signed_by == NULL)
        result = fault_set(fault, -EINVAL,
                           "%s.booked_from: expected of an estimate that is signed alone", where);
    return result;
}

/* What it is an estimate of, and how it was found. */
static int parse_ground(const struct json *value, const char *where, struct file_estimate *estimate,
                        struct fault *fault)
{
    const char *kind = "task";
    struct timings timings;
    int result = json_may_string(value, "for", where, &kind, fault);

    if (result == 0 && kind != NULL && strcmp(kind, "task") != 0 && strcmp(kind, "handover") != 0)
        result = fault_set(fault, -EINVAL,
                           "%s.for: expected \"task\" or \"handover\", not \"%.40s\"", where, kind);
    if (result < 0)
        return result;
    estimate->kind =
        kind != NULL && strcmp(kind, "handover") == 0 ? ESTIMATE_HANDOVER : ESTIMATE_TASK;
    result = may_line(value, "task", where, &estimate->task, fault);
    if (result == 0)
        result = may_line(value, "method", where, &estimate->method, fault);
    if (result == 0)
        result = json_may_string(value, "timings", where, &estimate->timings, fault);
    if (result == 0 && estimate->timings != NULL) {
        result = timings_read(estimate->timings, &timings, fault);
        if (result < 0)
            (void)fault_prefix(fault, result, "%s.timings", where);
    }
    return result;
}

static int parse_estimate(const struct json *value, const char *where,
                          struct file_estimate *estimate, struct fault *fault)
{
    static const char *const members[] = {"minutes",   "from",    "set_by",      "signed_by",
                                          "signed_on", "reason",  "for",         "task",
                                          "method",    "timings", "booked_from", NULL};
    static const struct file_decimal minutes = {FILE_MINUTE_DIGITS, 0, HUNDREDTHS_MOST,
                                                "minutes from 0 to 100000 with at most two "
                                                "decimals"};
    int result = json_only(value, members, where, fault);

    estimate->reason = "";
    if (result == 0)
        result = file_need_decimal(value, "minutes", where, &minutes, &estimate->hundredths, fault);
    if (result == 0)
        result = file_need_day(value, "from", where, &estimate->from_day, fault);
    if (result == 0)
        result = file_need_line(value, "set_by", where, BY_MAX, &estimate->set_by, fault);
    if (result == 0)
        result = may_line(value, "reason", where, &estimate->reason, fault);
    if (result == 0)
        result = parse_ground(value, where, estimate, fault);
    if (result == 0)
        result = parse_signature(value, where, estimate, fault);
    return result == 0 ? parse_booked_from(value, where, estimate, fault) : result;
}

static int parse_estimates(const struct json *object, const char *where, struct file_robot *robot,
                           struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    char inner[FILE_WHERE_MAX];
    size_t count;
    size_t i = 0;
    size_t j;
    int result = file_may_array(object, "estimates", where, FILE_LIST_MAX, &array, &count, fault);

    if (result < 0)
        return result;
    robot->estimates = calloc(count + 1, sizeof(*robot->estimates));
    if (robot->estimates == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value), i++) {
        (void)snprintf(inner, sizeof(inner), "%s.estimates[%zu]", where, i);
        result = parse_estimate(value, inner, &robot->estimates[i], fault);
        for (j = 0; j < i && result == 0; j++)
            if (robot->estimates[i].signed_by != NULL && robot->estimates[j].signed_by != NULL &&
                robot->estimates[i].kind == robot->estimates[j].kind &&
                robot->estimates[i].from_day == robot->estimates[j].from_day)
                result = fault_set(fault, -EINVAL,
                                   "%s.from: estimates[%zu] is signed from the same day", inner, j);
    }
    robot->estimate_count = count;
    return result;
}

static int parse_who(const struct json *value, const char *where, struct file_robot *robot,
                     struct fault *fault)
{
    static const char *const members[] = {"id",        "name",        "runs",      "one_off",
                                          "operation", "departments", "estimates", NULL};
    const char *runs = NULL;
    int result = json_only(value, members, where, fault);

    if (result == 0)
        result = file_need_slug(value, "id", where, &robot->slug, fault);
    if (result == 0)
        result = file_need_name(value, "name", where, ROBOT_NAME_MAX, &robot->name, fault);
    if (result == 0)
        result = json_need_string(value, "runs", where, &runs, fault);
    if (result == 0 && strcmp(runs, "plugin") != 0 && strcmp(runs, "external") != 0)
        result =
            fault_set(fault, -EINVAL, "%s.runs: expected \"plugin\" or \"external\", not \"%.40s\"",
                      where, runs);
    if (result == 0)
        result = json_may_bool(value, "one_off", where, &robot->is_one_off, fault);
    if (result == 0)
        robot->is_external = strcmp(runs, "external") == 0;
    return result;
}

static int parse_robot(const struct json *value, struct organisation_file *file,
                       const struct organisation *known, struct fault *fault)
{
    struct file_robot *robot = &file->robots[file->robot_count];
    char where[FILE_WHERE_MAX / 2];
    size_t i;
    int result;

    (void)snprintf(where, sizeof(where), "robots[%zu]", file->robot_count);
    result = parse_who(value, where, robot, fault);
    for (i = 0; i < file->robot_count && result == 0; i++)
        if (strcmp(file->robots[i].slug, robot->slug) == 0)
            result = fault_set(fault, -EINVAL, "%s.id: \"%s\" is robots[%zu] already", where,
                               robot->slug, i);
    file->robot_count++;
    if (result == 0)
        result = parse_operations(value, where, robot, fault);
    if (result == 0)
        result = parse_shares(value, where, file, known, robot, fault);
    if (result == 0)
        result = parse_estimates(value, where, robot, fault);
    return result;
}

int file_parse_robots(struct organisation_file *file, const struct organisation *known,
                      struct fault *fault)
{
    const struct json *array;
    const struct json *value;
    size_t count;
    int result =
        file_may_array(file->document, "robots", "", FILE_ROBOTS_MAX, &array, &count, fault);

    if (result < 0)
        return result;
    file->robots = calloc(count + 1, sizeof(*file->robots));
    if (file->robots == NULL)
        return fault_no_memory(fault);
    for (value = json_first(array); value != NULL && result == 0; value = json_next(value))
        result = parse_robot(value, file, known, fault);
    return result;
}

void file_robot_release(struct file_robot *robot)
{
    free(robot->operations);
    free(robot->shares);
    free(robot->estimates);
}
