/*
 * Attempts, newest first: runs from the newest, and in each its attempts from the last. Both
 * are the order of an index, so nothing is sorted and a limit ends it early; runs without an
 * attempt in the days that are asked for are passed over.
 */
#include <errno.h>
#include <inttypes.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/batch.h"
#include "core/store/sql.h"

enum { KEPT = 1 };

#define TASK_COLUMNS                                                                               \
    "SELECT a.run_id, a.seq, u.robot_id, r.slug, a.outcome, c.run_id, a.day, a.booking, "          \
    "a.completed_ms, a.duration_ms, d.slug, a.masked, n.note, a.department_id "
#define TASK_TABLES                                                                                \
    "CROSS JOIN attempt a CROSS JOIN robot r "                                                     \
    "LEFT JOIN correction c ON a.outcome = 0 AND c.run_id = a.run_id AND c.seq = a.seq "           \
    "LEFT JOIN department d ON d.id = a.department_id "                                            \
    "LEFT JOIN attempt_note n ON n.run_id = a.run_id AND n.seq = a.seq "                           \
    "WHERE a.run_id = u.id AND r.id = u.robot_id "                                                 \
    "AND u.last_day >= ?1 AND u.first_day <= ?2 AND a.day BETWEEN ?1 AND ?2 "                      \
    "AND (?3 = 0 OR (a.outcome = 0 AND c.run_id IS NULL)) "
#define TASK_ORDER "ORDER BY u.id DESC, a.seq DESC LIMIT ?4"

static void read_task(sqlite3_stmt *row, struct task_record *task)
{
    task->run_id = sqlite3_column_int64(row, 0);
    task->seq = sqlite3_column_int64(row, 1);
    task->robot_id = sqlite3_column_int64(row, 2);
    (void)text_copy(task->robot, sizeof task->robot, sql_text(row, 3));
    task->outcome = (enum attempt_outcome)sqlite3_column_int(row, 4);
    task->is_undone = sqlite3_column_type(row, 5) != SQLITE_NULL;
    task->day = sqlite3_column_int(row, 6);
    task->booking = sqlite3_column_type(row, 7) != SQLITE_NULL ? sqlite3_column_int(row, 7)
                                                               : clock_month_of_day(task->day);
    task->completed_ms = sqlite3_column_int64(row, 8);
    task->duration_ms =
        sqlite3_column_type(row, 9) != SQLITE_NULL ? sqlite3_column_int64(row, 9) : -1;
    (void)text_copy(task->department, sizeof task->department, sql_text(row, 10));
    (void)text_copy(task->masked, sizeof task->masked, sql_text(row, 11));
    (void)text_copy(task->note, sizeof task->note, sql_text(row, 12));
    task->department_id = sqlite3_column_int64(row, 13);
}

/* Binds what the statement asks for, which is a part of this. */
static void bind_filter(sqlite3_stmt *statement, const struct task_filter *filter, int64_t seq)
{
    int count = sqlite3_bind_parameter_count(statement);

    sqlite3_bind_int(statement, 1, filter->from_day);
    sqlite3_bind_int(statement, 2, filter->to_day);
    sqlite3_bind_int(statement, 3, filter->only_counted);
    sqlite3_bind_int64(statement, 4, filter->limit);
    if (count >= 5 && filter->robots != NULL)
        sql_bind_text(statement, 5, filter->robots);
    else if (count >= 5)
        sqlite3_bind_int64(statement, 5, filter->robot_id);
    if (count >= 6)
        sqlite3_bind_int64(statement, 6, filter->run_id);
    if (count >= 7)
        sqlite3_bind_int64(statement, 7, seq);
}

static int each(struct store *store, const char *text, const struct task_filter *filter,
                int64_t seq, task_each_callback *callback, void *context, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    struct task_record task;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, text, &statement, fault);
    if (result < 0)
        return result;
    bind_filter(statement, filter, seq);
    while ((result = sql_step(store, statement, fault)) > 0) {
        read_task(statement, &task);
        result = callback(&task, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int task_each(struct store *store, const struct task_filter *filter, task_each_callback *callback,
              void *context, struct fault *fault)
{
    static const char OF_ALL[] = TASK_COLUMNS "FROM run u " TASK_TABLES TASK_ORDER;
    static const char OF_ROBOT[] =
        TASK_COLUMNS "FROM run u " TASK_TABLES "AND u.robot_id = ?5 " TASK_ORDER;
    static const char OF_RUN[] = TASK_COLUMNS
        "FROM run u " TASK_TABLES "AND u.id = ?6 AND (?5 = 0 OR u.robot_id = ?5) " TASK_ORDER;
    static const char OF_ROBOTS[] = TASK_COLUMNS
        "FROM run u " TASK_TABLES "AND instr(?5, ',' || u.robot_id || ',') > 0 " TASK_ORDER;
    const char *text = filter->robot_id != 0 ? OF_ROBOT : OF_ALL;

    if (filter->robots != NULL)
        text = OF_ROBOTS;
    if (filter->run_id != 0)
        text = OF_RUN;
    return each(store, text, filter, 0, callback, context, fault);
}

static int keep(const struct task_record *task, void *context)
{
    *(struct task_record *)context = *task;
    return KEPT;
}

int task_read(struct store *store, int64_t run_id, int64_t seq, struct task_record *ret_task,
              struct fault *fault)
{
    static const char ONE[] =
        TASK_COLUMNS "FROM run u " TASK_TABLES "AND u.id = ?6 AND a.seq = ?7 " TASK_ORDER;
    struct task_filter filter = {
        .run_id = run_id, .from_day = INT32_MIN, .to_day = INT32_MAX, .limit = 1};
    struct task_record task = {.run_id = 0};
    int result = each(store, ONE, &filter, seq, keep, &task, fault);

    if (result == 0 && task.run_id == 0)
        result = fault_set(fault, -ENOENT,
                           "run %" PRId64 " has no attempt %" PRId64
                           "; see `automagi task list --run %" PRId64 " --all`",
                           run_id, seq, run_id);
    if (result == 0)
        *ret_task = task;
    return result;
}
