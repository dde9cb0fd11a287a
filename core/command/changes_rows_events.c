/* What happened beside the kroner between two ranges. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/changes_rows.h"
#include "core/command/nouns.h"
#include "core/store/budget.h"
#include "core/store/dispute.h"
#include "core/store/period.h"
#include "scorecards/changes.h"
#include "scorecards/task_value.h"

enum { WORDS_MAX = 8192, MINUTE_DIGITS = 2 };

struct table {
    const struct command_call *call;
    struct json_writer *writer;
    const struct changes *changes;
    struct text words;
    int32_t first, last, day; /* months that one person closed on one day, not told yet; 0: none */
    struct text closed_by;
};

static void append_day(struct text *words, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    text_append_string(words, text);
}

static void append_minutes(struct text *words, int64_t hundredths)
{
    char text[DECIMAL_TEXT_MAX];

    decimal_format(hundredths, MINUTE_DIGITS, text, sizeof text);
    text_printf(words, "%s min", text);
}

static void put_row(struct table *table, const char *id, const char *what)
{
    json_begin_object(table->writer);
    result_text(table->writer, "id", id);
    result_text(table->writer, "what", what);
    result_text(table->writer, "kroner", NULL);
    result_text(table->writer, "words", text_string(&table->words));
    json_end_object(table->writer);
    text_clear(&table->words);
}

/* After the last day before, up to the last day after. */
static bool is_between(const struct table *table, int32_t day)
{
    return day > table->changes->query.to_before && day <= table->changes->query.to_after;
}

/* People read and answer when a range is over: what they did since counts. */
static bool is_since(const struct table *table, int64_t at_ms)
{
    return clock_local_day(at_ms) > table->changes->query.to_before;
}

/* ---- robots ---- */

/* Whose share of a robot is looked for. */
struct looking {
    size_t place;
    bool is_served;
};

static int look_at_share(size_t place, int64_t millionths, void *context)
{
    struct looking *looking = context;

    looking->is_served = looking->is_served || (place == looking->place && millionths > 0);
    return 0;
}

/* Of a department's rows are those of the robots that serve it on the last day. */
static bool is_robot_asked(const struct table *table, const struct robot *robot)
{
    const struct organisation *organisation = &table->changes->after.organisation;
    const char *asked = argument_text(table->call, "department", NULL);
    struct valuation at = valuation_of(table->changes->query.to_after, BOOKING_LATEST);
    struct looking looking = {.place = organisation->department_count};
    const struct department *department;

    if (asked == NULL)
        return true;
    department = organisation_department(organisation, asked);
    if (department != NULL)
        looking.place = task_department_place(organisation, department->id);
    (void)task_shares_each(organisation, robot, 0, &at, look_at_share, &looking);
    return looking.is_served;
}

static bool waits_for_signature(const struct robot *robot, const struct estimate *estimate)
{
    size_t i;

    if (estimate->signed_by != NULL)
        return false;
    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].signed_by != NULL && robot->estimates[i].kind == estimate->kind &&
            robot->estimates[i].from_day == estimate->from_day)
            return false;
    return true;
}

static void put_unsigned(struct table *table, const struct robot *robot)
{
    size_t i;

    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];

        if (!waits_for_signature(robot, estimate) || !is_since(table, estimate->set_ms))
            continue;
        append_minutes(&table->words, estimate->hundredths);
        text_append_string(&table->words, " from ");
        append_day(&table->words, estimate->from_day);
        text_printf(&table->words, " waits for a signature, set by %s on ", estimate->set_by);
        append_day(&table->words, clock_local_day(estimate->set_ms));
        put_row(table, robot->slug, "signature");
    }
}

static void put_operations(struct table *table, const struct robot *robot)
{
    size_t i;

    for (i = 0; i < robot->operation_count; i++) {
        const struct robot_operation *operation = &robot->operations[i];

        if (is_between(table, operation->from_day)) {
            text_append_string(&table->words,
                               i == 0 ? "in operation from " : "in operation again from ");
            append_day(&table->words, operation->from_day);
            put_row(table, robot->slug, "robot");
        }
        if (operation->to_day != ROBOT_NO_END && is_between(table, operation->to_day + 1)) {
            text_append_string(&table->words, i + 1 < robot->operation_count
                                                  ? "suspended after "
                                                  : "out of operation after ");
            append_day(&table->words, operation->to_day);
            put_row(table, robot->slug, "robot");
        }
    }
}

static void put_robots(struct table *table)
{
    const struct robot_list *robots = &table->changes->after.robots;
    size_t i;

    for (i = 0; i < robots->count; i++) {
        if (!is_robot_asked(table, &robots->robots[i]))
            continue;
        put_operations(table, &robots->robots[i]);
        put_unsigned(table, &robots->robots[i]);
    }
}

/* ---- departments ---- */

static void put_names(struct table *table)
{
    const struct organisation *organisation = &table->changes->after.organisation;
    size_t i;
    size_t j;

    for (i = 0; i < organisation->department_count; i++) {
        const struct department *department = &organisation->departments[i];

        for (j = 1; j < department->name_count; j++) {
            if (!is_between(table, department->names[j].from_day) ||
                !changes_is_asked(table->call, department->slug))
                continue;
            text_printf(&table->words, "%s is called %s from ", department->names[j - 1].name,
                        department->names[j].name);
            append_day(&table->words, department->names[j].from_day);
            put_row(table, department->slug, "name");
        }
    }
}

/* ---- what people decided ---- */

static void append_by(struct text *words, const char *by_whom, int64_t at_ms, const char *reason)
{
    text_printf(words, ", by %s on ", by_whom);
    append_day(words, clock_local_day(at_ms));
    if (reason != NULL && reason[0] != '\0')
        text_printf(words, ": %s", reason);
}

/* Versions of one department and year come one after another. */
static int take_budget(const struct budget_version *version, void *context)
{
    struct table *table = context;
    const struct organisation *organisation = &table->changes->after.organisation;
    const struct department *department =
        organisation_department_by_id(organisation, version->department_id);
    int64_t before = 0;

    if (!is_between(table, version->from_day) ||
        !changes_is_asked(table->call, department != NULL ? department->slug : "?"))
        return 0;
    text_printf(&table->words, "target of %d: ", (int)version->year);
    if (organisation_budget_on(organisation, version->department_id, version->year,
                               version->from_day - 1, &before) &&
        before != version->kroner)
        text_printf(&table->words, "%" PRId64 " -> ", before);
    text_printf(&table->words, "%" PRId64 " kroner from ", version->kroner);
    append_day(&table->words, version->from_day);
    append_by(&table->words, version->set_by, version->set_ms, version->reason);
    put_row(table, department != NULL ? department->slug : "?", "budget");
    return 0;
}

static int take_dispute(const struct dispute *dispute, void *context)
{
    struct table *table = context;
    const struct robot *robot =
        robot_list_find_id(&table->changes->after.robots, dispute->robot_id);
    const char *slug = robot != NULL ? robot->slug : "?";

    if (robot != NULL && !is_robot_asked(table, robot))
        return 0;
    if (is_since(table, dispute->at_ms)) {
        text_append_string(&table->words, "the estimate is contested");
        if (dispute->hundredths >= 0) {
            text_append_string(&table->words, ", ");
            append_minutes(&table->words, dispute->hundredths);
            text_append_string(&table->words, " is held to be right");
        }
        append_by(&table->words, dispute->by_whom, dispute->at_ms, dispute->reason);
        put_row(table, slug, "dispute");
    }
    if (dispute->answer != NULL && is_since(table, dispute->answered_ms)) {
        text_append_string(&table->words, "the dispute of its estimate is answered");
        append_by(&table->words, dispute->answered_by, dispute->answered_ms, dispute->answer);
        put_row(table, slug, "answer");
    }
    return 0;
}

static void put_closed(struct table *table)
{
    struct text *words = &table->words;
    char month[CLOCK_MONTH_TEXT];

    if (table->first == 0)
        return;
    clock_format_month(table->first, month);
    text_append_string(words, month);
    if (table->last != table->first) {
        clock_format_month(table->last, month);
        text_printf(words, " to %s closed (%d months)", month,
                    (int)(table->last - table->first + 1));
    } else {
        text_append_string(words, " closed");
    }
    text_printf(words, " by %s on ", text_string(&table->closed_by));
    append_day(words, table->day);
    put_row(table, "", "closed");
    table->first = 0;
}

/* Months come in order and are closed in order. */
static int take_period(const struct period *period, void *context)
{
    struct table *table = context;
    int32_t day = clock_local_day(period->closed_ms);

    if (!is_since(table, period->closed_ms) || !changes_is_asked(table->call, ""))
        return 0;
    if (table->first == 0 || day != table->day ||
        strcmp(period->closed_by, text_string(&table->closed_by)) != 0) {
        put_closed(table);
        table->first = period->month;
        table->day = day;
        text_clear(&table->closed_by);
        text_append_string(&table->closed_by, period->closed_by);
    }
    table->last = period->month;
    return 0;
}

int changes_rows_events(struct command_call *call, const struct changes *changes,
                        struct fault *fault)
{
    struct table table = {.call = call, .writer = call->result, .changes = changes};
    struct dispute_filter all = {.is_open = false};
    int result;

    text_init(&table.words, WORDS_MAX);
    text_init(&table.closed_by, WORDS_MAX);
    put_robots(&table);
    put_names(&table);
    result = budget_version_each(call->store, take_budget, &table, fault);
    if (result == 0)
        result = dispute_each(call->store, &all, take_dispute, &table, fault);
    if (result == 0)
        result = period_each(call->store, take_period, &table, fault);
    put_closed(&table);
    if (result == 0 && table.words.broken < 0)
        result = fault_broken(fault, table.words.broken, "what happened is too long to be told");
    text_release(&table.closed_by);
    text_release(&table.words);
    return result;
}
