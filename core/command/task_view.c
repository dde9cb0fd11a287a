#include "core/command/task_view.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "scorecards/savings.h"

enum { SHARE_DIGITS = 6, KRONER_DIGITS = 4, KRONER_PARTS = 10000 };

static int find_place(struct task_view *view, const char *slug, struct fault *fault)
{
    const struct department *department = NULL;
    int result = savings_department(&view->organisation, slug, &department, fault);

    if (result < 0)
        return result;
    view->is_of_department = true;
    view->place =
        task_department_place(&view->organisation, department != NULL ? department->id : 0);
    return 0;
}

int task_view_open(struct task_view *view, struct store *store, const char *department,
                   struct fault *fault)
{
    int result;

    *view = (struct task_view){.robot = NULL};
    result = organisation_read(store, &view->organisation, fault);
    if (result == 0)
        result = robot_list_read(store, &view->robots, fault);
    if (result == 0 && department != NULL)
        result = find_place(view, department, fault);
    return result;
}

void task_view_close(struct task_view *view)
{
    robot_list_release(&view->robots);
    organisation_release(&view->organisation);
}

int task_view_value(struct task_view *view, const struct task_record *task,
                    struct task_worth *ret_worth, struct fault *fault)
{
    struct task_worth worth = {.millionths = SHARE_WHOLE};
    struct valuation at = valuation_of(task->day, task->booking);
    struct task_value value;

    if (view->robot == NULL || view->robot->id != task->robot_id)
        view->robot = robot_list_find_id(&view->robots, task->robot_id);
    if (view->robot == NULL)
        return fault_set(fault, -EBADMSG,
                         "run %" PRId64 " is of a robot that is not there; run `automagi verify`",
                         task->run_id);
    if (view->is_of_department)
        worth.millionths =
            task_shares_at(&view->organisation, view->robot, task->department_id, &at, view->place);
    if (task->outcome == ATTEMPT_DONE && !task->is_undone) {
        value = task_value_on(&view->organisation, view->robot, ESTIMATE_TASK, &at);
        worth.is_counted = value.is_signed;
        worth.is_uncounted = !value.is_signed;
        if (value.is_signed && !task_value_of(&value, worth.millionths, &worth.amount))
            return fault_set(fault, -ERANGE, "a task of %s is worth too much to be added up",
                             task->robot);
    }
    *ret_worth = worth;
    return 0;
}

void task_view_put_amount(struct json_writer *writer, const struct task_amount *amount)
{
    result_decimal(writer, "minutes", amount->minutes, TASK_MINUTE_DIGITS);
    result_decimal(writer, "kroner",
                   decimal_divide_half_up(amount->kroner, TASK_KRONER_SCALE / KRONER_PARTS),
                   KRONER_DIGITS);
}

static void put_worth(const struct task_view *view, struct json_writer *writer,
                      const struct task_worth *worth)
{
    if (view->is_of_department)
        result_decimal(writer, "share", worth->millionths, SHARE_DIGITS);
    if (!worth->is_uncounted) {
        task_view_put_amount(writer, &worth->amount);
        return;
    }
    result_text(writer, "minutes", NULL);
    result_text(writer, "kroner", NULL);
}

void task_view_put(const struct task_view *view, struct json_writer *writer,
                   const struct task_record *task, const struct task_worth *worth)
{
    char month[CLOCK_MONTH_TEXT];

    clock_format_month(task->booking, month);
    result_int(writer, "run", task->run_id);
    result_int(writer, "seq", task->seq);
    result_text(writer, "robot", task->robot);
    result_instant(writer, "completed", task->completed_ms);
    result_text(writer, "outcome",
                task->is_undone ? "undone" : attempt_outcome_word(task->outcome));
    result_bool(writer, "counted", worth->is_counted);
    result_text(writer, "booking_month", month);
    result_text_or_null(writer, "department", task->department);
    put_worth(view, writer, worth);
    if (task->duration_ms >= 0)
        result_int(writer, "duration_ms", task->duration_ms);
    else
        result_text(writer, "duration_ms", NULL);
    result_text_or_null(writer, "reference", task->masked);
    result_text_or_null(writer, "note", task->note);
}
