/*
 * task_view.h - a task as it is shown: with what it is worth, to all or to one department.
 *
 * The worth is scorecards/task_value.h's; here it only becomes members of a result:
 *   "counted"   done, not taken back, and with a signed estimate of its day: one of the tasks of
 *               `savings`
 *   "share"     only when a department is asked for: its part of the task, 0 to 1
 *   "minutes"   saved (the share's); 0 for what was not done or was taken back; null for a task
 *               without a signed estimate of its day
 *   "kroner"    as minutes; exact in all sums, shown with four decimals
 *
 * Threads: one.
 */
#ifndef AUTOMAGI_COMMAND_TASK_VIEW_H
#define AUTOMAGI_COMMAND_TASK_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "scorecards/task_value.h"

struct fault;
struct json_writer;
struct store;

/* What values tasks; task_view_close() it. */
struct task_view {
    struct organisation organisation;
    struct robot_list robots;
    const struct robot *robot; /* of the last task; they come run by run */
    bool is_of_department;
    size_t place; /* the department's, as task_department_place() */
};

/* What one task is worth. */
struct task_worth {
    int64_t millionths; /* the share; SHARE_WHOLE without a department */
    bool is_counted;
    bool is_uncounted; /* done, not taken back, and without a signed estimate */
    struct task_amount amount;
};

/* department: an id or "tvaergaaende"; NULL: none is asked for. -ENOENT when it is not there. */
int task_view_open(struct task_view *view, struct store *store, const char *department,
                   struct fault *fault) __attribute__((warn_unused_result));
/* Takes a zeroed one. */
void task_view_close(struct task_view *view);

/* -EBADMSG: a robot that is not there; -ERANGE: too large. */
int task_view_value(struct task_view *view, const struct task_record *task,
                    struct task_worth *ret_worth, struct fault *fault)
    __attribute__((warn_unused_result));

/* The members of a task, into an object that is begun. */
void task_view_put(const struct task_view *view, struct json_writer *writer,
                   const struct task_record *task, const struct task_worth *worth);
/* "minutes" and "kroner" of an amount. */
void task_view_put_amount(struct json_writer *writer, const struct task_amount *amount);

#endif
