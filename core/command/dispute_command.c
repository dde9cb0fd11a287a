/* estimate dispute | answer | withdraw | disputes: who holds other minutes to be right, and what was
 * said to it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/detail.h"
#include "core/command/estimate_version.h"
#include "core/command/nouns.h"
#include "core/store/dispute.h"
#include "core/store/organisation.h"
#include "scorecards/robot_saved.h"

enum { MINUTE_DIGITS = 2, LIMIT_USUAL = 50 };

void put_dispute_members(struct json_writer *writer, const struct dispute *dispute)
{
    bool is_open = dispute->answer == NULL;

    result_int(writer, "dispute", dispute->id);
    if (dispute->hundredths >= 0) {
        result_decimal(writer, "held", dispute->hundredths, MINUTE_DIGITS);
    } else {
        json_key(writer, "held");
        json_put_null(writer);
    }
    result_text(writer, "by", dispute->by_whom);
    result_instant(writer, "at", dispute->at_ms);
    result_day(writer, "on", clock_local_day(dispute->at_ms));
    result_text(writer, "reason", dispute->reason);
    result_text(writer, "state",
                is_open                 ? "open"
                : dispute->is_withdrawn ? "withdrawn"
                                        : "answered");
    result_text(writer, "answer", is_open || dispute->is_withdrawn ? NULL : dispute->answer);
    result_text(writer, "answered_by", dispute->answered_by);
    result_instant(writer, "answered", dispute->answered_ms);
}

/* ---------------------------------------------------------------- estimate dispute */

static int dispute(struct command_call *call, const struct robot *robot, struct fault *fault)
{
    const struct estimate *estimate = NULL;
    struct dispute_new new = {.hundredths = -1,
                              .reason = argument_text(call, "reason", ""),
                              .by_whom = call->by,
                              .now_ms = call->now_ms};
    char minutes[DECIMAL_TEXT_MAX];
    char from[CLOCK_DAY_TEXT];
    int64_t id = 0;
    int result = estimate_find_meant(call, robot, &estimate, fault);

    if (result < 0)
        return result;
    call_minutes(call, &new.hundredths);
    new.estimate_id = estimate->id;
    result = dispute_add(call->store, &new, &id, fault);
    if (result < 0)
        return result;
    detail_int(call, "dispute", id);
    detail_int(call, "version", estimate->id);
    decimal_format(estimate->hundredths, MINUTE_DIGITS, minutes, sizeof(minutes));
    clock_format_day(estimate->from_day, from);
    result_only_message(call,
                        "dispute %" PRId64
                        ": %s holds the %s minutes of %s from %s to be wrong; no "
                        "figure changes, and it stands beside them until somebody else answers it "
                        "(`automagi estimate answer %" PRId64 " --answer TEXT --by NAME`)",
                        id, call->by, minutes, robot->slug, from, id);
    return 0;
}

static int estimate_dispute_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = dispute(call, robot, fault);
    robot_list_release(&list);
    return result;
}

static const struct argument dispute_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "reason",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "what is wrong with it",
     .most = REASON_MAX},
    BY_ARGUMENT("who disputes it"),
    {.name = "minutes", .kind = ARGUMENT_DECIMAL, .value = "N", .help = "what is held to be right"},
    ESTIMATE_VERSION_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_estimate_dispute = {
    .name = "estimate dispute",
    .summary = "record that somebody holds an estimate to be wrong; no figure changes",
    .help =
        "It stands beside the figures until somebody else answers it (`automagi estimate answer`)\n"
        "or who made it takes it back (`automagi estimate withdraw`).\n"
        "\n"
        "  automagi estimate dispute mona-mangelliste --reason \"it takes two minutes\" \\\n"
        "      --minutes 2 --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = dispute_arguments,
    .check = minutes_check,
    .apply = estimate_dispute_apply,
};

/* ---------------------------------------------------------------- answer, withdraw */

static int answer(struct command_call *call, const char *text, struct fault *fault)
{
    struct dispute_answer answer = {.id = argument_number(call, "dispute", 0),
                                    .answer = text,
                                    .by_whom = call->by,
                                    .now_ms = call->now_ms};
    int64_t estimate_id = 0;
    int result;

    (void)snprintf(call->subject, sizeof(call->subject), "%" PRId64, answer.id);
    result = dispute_answer(call->store, &answer, &estimate_id, fault);
    if (result < 0)
        return result;
    detail_int(call, "version", estimate_id);
    result_only_message(call, "dispute %" PRId64 " is %s by %s", answer.id,
                        text != NULL ? "answered" : "withdrawn", call->by);
    return 0;
}

static int estimate_answer_apply(struct command_call *call, struct fault *fault)
{
    return answer(call, argument_text(call, "answer", ""), fault);
}

static int estimate_withdraw_apply(struct command_call *call, struct fault *fault)
{
    return answer(call, NULL, fault);
}

#define DISPUTE_ARGUMENT                                                                           \
    {                                                                                              \
        .name = "dispute", .kind = ARGUMENT_NUMBER, .is_positional = true, .is_required = true,    \
        .value = "ID", .help = "its number, as `automagi estimate disputes` shows it", .least = 1, \
        .most = INT64_MAX, .source = SOURCE_OPEN_DISPUTE                                           \
    }

static const struct argument answer_arguments[] = {
    DISPUTE_ARGUMENT,
    {.name = "answer",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "what is said to it",
     .most = REASON_MAX},
    BY_ARGUMENT("who answers; not who disputes"),
    ARGUMENTS_END,
};

const struct command command_estimate_answer = {
    .name = "estimate answer",
    .summary = "answer a dispute; minutes change only by another version that is set and signed",
    .kind = COMMAND_CHANGES,
    .arguments = answer_arguments,
    .apply = estimate_answer_apply,
};

static const struct argument withdraw_arguments[] = {
    DISPUTE_ARGUMENT,
    BY_ARGUMENT("who made it"),
    ARGUMENTS_END,
};

const struct command command_estimate_withdraw = {
    .name = "estimate withdraw",
    .summary = "take a dispute back, by who made it; that it was made stays on record",
    .kind = COMMAND_CHANGES,
    .arguments = withdraw_arguments,
    .apply = estimate_withdraw_apply,
};

/* ---------------------------------------------------------------- estimate disputes */

struct listing {
    struct row_list rows;
    struct robot_list robots;
    int32_t year_from, year_to;
    struct disputed_part *parts; /* one per dispute shown, in their order */
    size_t count, at;
};

static const struct robot *robot_of(const struct listing *listing, const struct dispute *dispute,
                                    const struct estimate **ret_estimate)
{
    const struct robot *robot = robot_list_find_id(&listing->robots, dispute->robot_id);
    size_t i;

    *ret_estimate = NULL;
    for (i = 0; robot != NULL && i < robot->estimate_count; i++)
        if (robot->estimates[i].id == dispute->estimate_id)
            *ret_estimate = &robot->estimates[i];
    return *ret_estimate != NULL ? robot : NULL;
}

/* The days of this year on which the version is the valid one. */
static struct disputed_part part_of(const struct listing *listing, const struct robot *robot,
                                    const struct estimate *estimate)
{
    struct disputed_part part = {.from_day = 1};
    size_t i;

    if (robot == NULL || estimate->signed_by == NULL)
        return part;
    part = (struct disputed_part){.robot_id = robot->id,
                                  .from_day = listing->year_from > estimate->from_day
                                                  ? listing->year_from
                                                  : estimate->from_day,
                                  .to_day = listing->year_to};
    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *next = &robot->estimates[i];

        if (next->kind == estimate->kind && next->signed_by != NULL &&
            next->from_day > estimate->from_day && next->from_day <= part.to_day)
            part.to_day = next->from_day - 1;
    }
    return part;
}

static int take_part(const struct dispute *dispute, void *context)
{
    struct listing *listing = context;
    const struct estimate *estimate;
    const struct robot *robot = robot_of(listing, dispute, &estimate);

    if ((int64_t)listing->count == listing->rows.limit)
        return ROWS_FULL;
    listing->parts[listing->count++] = part_of(listing, robot, estimate);
    return 0;
}

static int put_row(const struct dispute *dispute, void *context)
{
    struct listing *listing = context;
    struct json_writer *writer = rows_next(&listing->rows);
    const struct estimate *estimate;
    const struct robot *robot = robot_of(listing, dispute, &estimate);

    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    result_text(writer, "robot", robot != NULL ? robot->slug : NULL);
    if (robot != NULL) {
        result_text(writer, "for", estimate_kind_word(estimate->kind));
        result_int(writer, "version", estimate->id);
        result_day(writer, "from", estimate->from_day);
        result_decimal(writer, "minutes", estimate->hundredths, MINUTE_DIGITS);
    }
    put_dispute_members(writer, dispute);
    json_key(writer, "kroner");
    if (dispute->answer == NULL)
        json_put_int(writer, robot_kroner(listing->parts[listing->at].kroner));
    else
        json_put_null(writer); /* nothing is disputed any more */
    json_end_object(writer);
    listing->at++;
    return 0;
}

static int list_disputes(struct listing *listing, const struct dispute_filter *filter,
                         struct fault *fault)
{
    struct command_call *call = listing->rows.call;
    int result = dispute_each(call->store, filter, take_part, listing, fault);

    if (result >= 0)
        result = robot_saved_disputed(call->store, listing->parts, listing->count, fault);
    if (result == 0)
        result = dispute_each(call->store, filter, put_row, listing, fault);
    if (result < 0)
        return result;
    rows_end(&listing->rows);
    return 0;
}

static int estimate_disputes_apply(struct command_call *call, struct fault *fault)
{
    struct listing listing = {.count = 0};
    struct dispute_filter filter = {.is_open = !argument_flag(call, "all")};
    int year;
    int month;
    int day;
    int result = call_robot_id(call, "robot", &filter.robot_id, fault);

    clock_civil(call_today(call), &year, &month, &day);
    listing.year_from = clock_day(year, 1, 1);
    listing.year_to = clock_day(year, 12, 31);
    (void)rows_begin(&listing.rows, call, LIMIT_USUAL);
    listing.parts = calloc((size_t)listing.rows.limit, sizeof(*listing.parts));
    if (result == 0 && listing.parts == NULL)
        result = fault_no_memory(fault);
    if (result == 0)
        result = robot_list_read(call->store, &listing.robots, fault);
    if (result == 0)
        result = list_disputes(&listing, &filter, fault);
    free(listing.parts);
    robot_list_release(&listing.robots);
    return result;
}

static const struct argument disputes_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "only that robot's"},
    {.name = "all", .kind = ARGUMENT_FLAG, .help = "also those that were answered or withdrawn"},
    LIMIT_ARGUMENT("at most so many (50)"),
    ARGUMENTS_END,
};

static const struct column disputes_columns[] = {
    {.member = "dispute", .heading = "dispute", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "for", .heading = "for"},
    {.member = "from", .heading = "version from"},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "held", .heading = "held right", .is_right = true},
    {.member = "by", .heading = "by"},
    {.member = "on", .heading = "on"},
    {.member = "kroner", .heading = "kroner this year", .is_right = true},
    {.member = "state", .heading = "state", .is_state = true},
    {.member = "reason", .heading = "reason"},
    {.member = "answer", .heading = "answer"},
    COLUMNS_END,
};

const struct command command_estimate_disputes = {
    .name = "estimate disputes",
    .summary = "estimates that somebody contests, oldest first, and the kroner they stand beside",
    .help =
        "Kroner: what the robot saved this year under the contested version, counted like all\n"
        "other savings. They are marked and not taken off: only another signed version changes\n"
        "a figure. `automagi doctor` names disputes that wait for over 60 days.",
    .kind = COMMAND_READS,
    .arguments = disputes_arguments,
    .columns = disputes_columns,
    .empty = "no estimate is disputed",
    .apply = estimate_disputes_apply,
};
