/* What robots did, day by day: the sums that the store keeps. */
#include <errno.h>

#include "core/base/fault.h"
#include "core/store/ledger.h"
#include "scorecards/warehouse_inner.h"

enum { OUTCOMES = ATTEMPT_UNHELPED + 1 };

/* Rows come by day, robot, booking, department and outcome: those of one group follow one another. */
struct group {
    const struct warehouse_source *source;
    struct warehouse_rows *rows;
    struct fault *fault;
    struct rollup_row key; /* of the rows gathered */
    bool is_open;
    int64_t counts[OUTCOMES];
    int64_t duration_ms;
};

static int put_group(struct group *group)
{
    static const enum attempt_outcome ORDER[] = {
        ATTEMPT_DONE,    ATTEMPT_REPEATED, ATTEMPT_BUSINESS, ATTEMPT_TRANSIENT, ATTEMPT_FAILED,
        ATTEMPT_UNKNOWN, ATTEMPT_UNDONE,   ATTEMPT_HELPED,   ATTEMPT_UNHELPED,
    };
    const struct robot *robot =
        robot_list_find_id(&group->source->cells.robots, group->key.robot_id);
    const struct department *department =
        organisation_department_by_id(&group->source->cells.organisation, group->key.department_id);
    size_t i;

    if (!group->is_open)
        return 0;
    if (robot == NULL)
        return fault_set(group->fault, -EBADMSG,
                         "the sums name robot number %lld, which is not there; run automagi verify",
                         (long long)group->key.robot_id);
    warehouse_row_begin(group->rows);
    warehouse_put_day(group->rows, group->key.period);
    warehouse_put_text(group->rows, robot->slug);
    warehouse_put_text(group->rows, department != NULL ? department->slug : "");
    warehouse_put_month(group->rows, group->key.booking);
    for (i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++)
        warehouse_put_int(group->rows, group->counts[ORDER[i]]);
    warehouse_put_int(group->rows, group->duration_ms);
    warehouse_row_end(group->rows);
    return 0;
}

static int take_row(const struct rollup_row *row, void *context)
{
    struct group *group = context;
    int result = 0;

    if (!group->is_open || row->period != group->key.period ||
        row->robot_id != group->key.robot_id || row->booking != group->key.booking ||
        row->department_id != group->key.department_id) {
        result = put_group(group);
        *group = (struct group){.source = group->source,
                                .rows = group->rows,
                                .fault = group->fault,
                                .key = *row,
                                .is_open = true};
    }
    if (result == 0 && (unsigned)row->outcome < OUTCOMES) {
        group->counts[row->outcome] += row->count;
        if (__builtin_add_overflow(group->duration_ms, row->duration_ms, &group->duration_ms))
            result = fault_set(group->fault, -ERANGE,
                               "the durations of a day are too large to add "
                               "up; run automagi verify");
    }
    return result;
}

int warehouse_write_days(const struct warehouse_source *source, struct warehouse_rows *rows,
                         struct fault *fault)
{
    struct group group = {.source = source, .rows = rows, .fault = fault};
    int result = rollup_each_day(source->store, INT32_MIN, INT32_MAX, take_row, &group, fault);

    return result == 0 ? put_group(&group) : result;
}
