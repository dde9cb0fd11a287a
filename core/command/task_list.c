/*
 * task list: the tasks that a figure is made of, newest first. The answer:
 *   "rows"   a task each, as task_view.h has it
 *   "more"   there are more than the limit
 *   "total"  of the rows, when there are any: "tasks" (counted) and "uncounted_tasks", as in
 *            `savings` but whole also when a department has a share of them; "share", the sum of
 *            the counted ones' shares, when a department is asked for; "minutes", "kroner"
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/reference.h"
#include "core/command/nouns.h"
#include "core/command/task_view.h"
#include "core/store/reference_key.h"

enum { LIMIT_USUAL = 50, SHARE_DIGITS = 6, NORMALISED_SIZE = 256 };

struct listing {
    struct command_call *call;
    struct fault *fault;
    struct task_view view;
    struct row_list rows;
    bool only_uncounted;
    int64_t counted, uncounted; /* of those shown */
    int64_t millionths;         /* of the counted ones */
    struct task_amount total;
    int64_t erased; /* windows in which the reference could not be looked for */
};

/* Adds a task that is shown. */
static int add_up(struct listing *listing, const struct task_worth *worth)
{
    listing->uncounted += worth->is_uncounted;
    if (!worth->is_counted)
        return 0;
    listing->counted++;
    listing->millionths += worth->millionths;
    if (!task_amount_add(&listing->total, &worth->amount))
        return fault_set(listing->fault, -ERANGE, "the tasks are worth too much to be added up");
    return 0;
}

/* What is said when nothing is shown. */
static void put_nothing(const struct listing *listing)
{
    struct json_writer *writer = listing->call->result;
    const char *robot = argument_text(listing->call, "robot", "");

    if (argument_text(listing->call, "reference", NULL) == NULL)
        result_message(writer, "no tasks");
    else if (listing->erased == 0)
        result_message(writer, "no counted task of %s has this reference", robot);
    else
        result_message(writer,
                       "no counted task of %s has this reference; in %" PRId64
                       " of its windows the references have been erased",
                       robot, listing->erased);
}

/* A task's share and estimate are not the store's to know, so what is asked for by them is picked
 * here, and the limit counts what was picked. */
static int list_task(const struct task_record *task, void *context)
{
    struct listing *listing = context;
    struct json_writer *writer;
    struct task_worth worth;
    int result = task_view_value(&listing->view, task, &worth, listing->fault);

    if (result < 0)
        return result;
    if (worth.millionths == 0 || (listing->only_uncounted && !worth.is_uncounted))
        return 0;
    writer = rows_next(&listing->rows);
    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    task_view_put(&listing->view, writer, task, &worth);
    json_end_object(writer);
    return add_up(listing, &worth);
}

static void put_end(const struct listing *listing)
{
    struct json_writer *writer = listing->call->result;

    if (listing->rows.count == 0) {
        put_nothing(listing);
        return;
    }
    json_key(writer, "total");
    json_begin_object(writer);
    result_int(writer, "tasks", listing->counted);
    result_int(writer, "uncounted_tasks", listing->uncounted);
    if (listing->view.is_of_department)
        result_decimal(writer, "share", listing->millionths, SHARE_DIGITS);
    task_view_put_amount(writer, &listing->total);
    json_end_object(writer);
}

static int each_task(struct listing *listing, const struct task_filter *filter)
{
    const char *reference = argument_text(listing->call, "reference", NULL);
    struct store *store = listing->call->store;
    char normalised[NORMALISED_SIZE];
    int result;

    if (reference == NULL)
        return task_each(store, filter, list_task, listing, listing->fault);
    result = reference_compose(reference, normalised, listing->fault);
    if (result < 0)
        return fault_prefix(listing->fault, result, "--reference");
    return task_each_of_reference(store, filter, normalised, list_task, listing, &listing->erased,
                                  listing->fault);
}

static int list_tasks(struct listing *listing, const struct task_filter *filter)
{
    int result;

    (void)rows_begin(&listing->rows, listing->call, LIMIT_USUAL);
    result = each_task(listing, filter);
    rows_end_list(&listing->rows);
    if (result == 0)
        put_end(listing);
    json_end_object(listing->call->result);
    return result;
}

static int task_list_apply(struct command_call *call, struct fault *fault)
{
    struct task_filter filter = {
        .run_id = argument_number(call, "run", 0),
        .from_day = INT32_MIN,
        .to_day = INT32_MAX,
        .only_counted = !argument_flag(call, "all"),
        .limit = INT64_MAX, /* list_task() ends it */
    };
    struct listing listing = {
        .call = call,
        .fault = fault,
        .only_uncounted = argument_flag(call, "uncounted"),
    };
    int result;

    (void)argument_day(call, "from", &filter.from_day);
    (void)argument_day(call, "to", &filter.to_day);
    result = call_robot_id(call, "robot", &filter.robot_id, fault);
    if (result == 0)
        result = task_view_open(&listing.view, call->store, argument_text(call, "department", NULL),
                                fault);
    if (result == 0)
        result = list_tasks(&listing, &filter);
    task_view_close(&listing.view);
    return result;
}

static const struct argument arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of this robot alone"},
    {.name = "run",
     .kind = ARGUMENT_NUMBER,
     .value = "RUN",
     .help = "of this run alone",
     .least = 1,
     .most = INT32_MAX,
     .source = SOURCE_RUN},
    {.name = "reference",
     .kind = ARGUMENT_TEXT,
     .value = "REF",
     .help = "of this reference, counted or taken back; needs --robot",
     .needs = "robot",
     .is_private = true},
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "of which some share is this department's, or tvaergaaende's",
     .source = SOURCE_DEPARTMENT},
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "completed on or after it"},
    {.name = "to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "completed on or before it"},
    {.name = "uncounted",
     .kind = ARGUMENT_FLAG,
     .help = "done, but without a signed estimate of the day"},
    {.name = "all",
     .kind = ARGUMENT_FLAG,
     .help = "also what was not done, repeated, or taken back"},
    LIMIT_ARGUMENT("at most so many (50)"),
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "run", .heading = "run", .is_right = true},
    {.member = "seq", .heading = "seq", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "completed", .heading = "completed"},
    {.member = "outcome", .heading = "outcome", .is_state = true},
    {.member = "reference", .heading = "reference"},
    {.member = "department", .heading = "department"},
    {.member = "share", .heading = "share", .is_right = true},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "duration_ms", .heading = "ms", .is_right = true},
    {.member = "note", .heading = "note"},
    COLUMNS_END,
};

const struct command command_task_list = {
    .name = "task list",
    .summary = "the newest tasks, what each saves, and their sum",
    .help =
        "minutes is the signed estimate of the day, kroner that at the rate of the day; both are\n"
        "empty for an uncounted task, and 0 for what was not done or was taken back. With\n"
        "--department they are the department's share of the task: that of the day, or all of it\n"
        "when the task has a department of its own. kroner is shown to four decimals; sums are\n"
        "made of the exact amounts, so the tasks of a range add up to what its `savings` have of\n"
        "tasks, which is rounded once, at the end; what was handed over, by a signed estimate of\n"
        "that, and counter-entries for closed months are in `savings` besides. The total is that\n"
        "of the tasks shown.\n"
        "\n"
        "--from and --to are days of completion. `savings` counts by booking: a task that came "
        "when\n"
        "its month was closed counts on the last day of the month it was booked in, and one taken\n"
        "back later counts until then. Where that is so, `automagi explain` lists what a figure "
        "of\n"
        "`savings` is made of, with the same --from and --to.\n"
        "\n"
        "--reference finds the tasks of a robot by what only a hash is kept of: those that were\n"
        "counted, one for each window, also when taken back. Of what was not done (business, "
        "failed)\n"
        "only the mask is kept, and in a window whose key was destroyed nothing is found.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .apply = task_list_apply,
};
