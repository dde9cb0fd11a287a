/* cost list | add | stop: what robots cost to make and to run. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/store/cost.h"
#include "core/store/period.h"

static int list_cost(const struct cost *cost, void *context)
{
    struct money_listing *listing = context;
    struct json_writer *writer = listing->call->result;

    if (listing->robot_id != 0 && cost->robot_id != listing->robot_id)
        return 0;
    json_begin_object(writer);
    result_int(writer, "id", cost->id);
    result_text(writer, "robot", money_robot_slug(listing, cost->robot_id));
    result_text(writer, "kind", cost_kind_word(cost->kind));
    result_day(writer, "from", cost->from_day);
    if (cost->to_day != COST_NO_END)
        result_day(writer, "to", cost->to_day);
    else
        result_text(writer, "to", NULL);
    result_amount(writer, "kroner", cost->ore);
    result_amount(writer, "hours", cost->hours);
    result_text(writer, "borne_by", money_department_slug(&listing->organisation, cost->bearer_id));
    result_month(writer, "booked_from",
                 cost->booking_from > clock_month_of_day(cost->from_day) ? cost->booking_from : 0);
    result_text(writer, "what", cost->what);
    result_text(writer, "by", cost->by_whom);
    json_end_object(writer);
    return 0;
}

static int list_costs(struct money_listing *listing, struct fault *fault)
{
    return cost_each(listing->call->store, list_cost, listing, fault);
}

static int cost_list_apply(struct command_call *call, struct fault *fault)
{
    struct money_listing listing = {.call = call};
    int result = call_robot_id(call, "robot", &listing.robot_id, fault);

    return result == 0 ? money_list(&listing, list_costs, NULL, fault) : result;
}

static int check_amounts(const struct json *arguments, const char *kroner, struct fault *fault)
{
    int64_t ore = 0;
    int64_t hours = 0;
    int result = amount_check(arguments, kroner, COST_ORE_MOST, &ore, fault);

    if (result == 0)
        result = amount_check(arguments, "hours", COST_HOURS_MOST, &hours, fault);
    if (result == 0 && ore == 0 && hours == 0)
        result =
            fault_set(fault, -EINVAL, "the cost is nothing: give --hours, --%s or both", kroner);
    return result;
}

static int cost_add_check(const struct json *arguments, struct fault *fault)
{
    bool is_development = json_bool(json_member(arguments, "development"));

    if (is_development == json_bool(json_member(arguments, "running")))
        return fault_set(fault, -EINVAL,
                         "say either --development, which comes once, or --running, which comes "
                         "every month");
    if (is_development) {
        if (json_member(arguments, "on") == NULL)
            return fault_set(fault, -EINVAL, "--development needs --on DATE");
        if (json_member(arguments, "monthly") != NULL || json_member(arguments, "from") != NULL ||
            json_member(arguments, "to") != NULL)
            return fault_set(fault, -EINVAL,
                             "--monthly, --from and --to are of running cost; development has "
                             "--kroner and --on");
        return check_amounts(arguments, "kroner", fault);
    }
    if (json_member(arguments, "from") == NULL)
        return fault_set(fault, -EINVAL, "--running needs --from DATE");
    if (json_member(arguments, "kroner") != NULL || json_member(arguments, "on") != NULL)
        return fault_set(fault, -EINVAL,
                         "--kroner and --on are of development; running cost has --monthly and "
                         "--from");
    return check_amounts(arguments, "monthly", fault);
}

static int take_cost(struct command_call *call, struct cost *cost, struct fault *fault)
{
    bool is_development = argument_flag(call, "development");

    cost->ore = call_amount(call, is_development ? "kroner" : "monthly");
    cost->hours = call_amount(call, "hours");
    cost->kind = is_development ? COST_DEVELOPMENT : COST_RUNNING;
    cost->to_day = COST_NO_END;
    (void)argument_day(call, is_development ? "on" : "from", &cost->from_day);
    (void)argument_day(call, "to", &cost->to_day);
    return call_department_id(call, "borne-by", true, &cost->bearer_id, fault);
}

/* Hours without a rate would be worth nothing, and nobody would see it. */
static int need_rate(struct command_call *call, const struct cost *cost, struct fault *fault)
{
    struct organisation organisation = {.name = NULL};
    char day[CLOCK_DAY_TEXT];
    int result = cost->hours != 0 ? organisation_read(call->store, &organisation, fault) : 0;

    if (result == 0 && cost->hours != 0 &&
        organisation_rate_on(&organisation, cost->from_day) == 0) {
        clock_format_day(cost->from_day, day);
        result =
            fault_set(fault, -EINVAL,
                      "--hours: there is no hourly rate on %s; `automagi rate list` shows when "
                      "the first begins",
                      day);
    }
    organisation_release(&organisation);
    return result;
}

static int answer_add(struct command_call *call, const struct cost *cost, int64_t id,
                      struct fault *fault)
{
    char words[MONEY_NUMBER * 2];
    int32_t month = clock_month_of_day(cost->from_day);
    int32_t open_from = 0;
    int result = period_open_from(call->store, &open_from, fault);

    if (result < 0)
        return result;
    detail_int(call, "entry", id);
    money_booking_words(month, open_from, words, sizeof words);
    result_only_message(call, "cost %" PRId64 ": %s of %s%s", id, cost_kind_word(cost->kind),
                        call->subject, words);
    return 0;
}

static int cost_add_apply(struct command_call *call, struct fault *fault)
{
    struct cost cost = {.what = argument_text(call, "what", ""),
                        .by_whom = call_asker(call),
                        .at_ms = call->now_ms};
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int64_t id = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = take_cost(call, &cost, fault);
    if (result == 0) {
        cost.robot_id = robot->id;
        result = need_rate(call, &cost, fault);
    }
    if (result == 0)
        result = cost_add(call->store, &cost, &id, fault);
    if (result == 0)
        result = answer_add(call, &cost, id, fault);
    robot_list_release(&list);
    return result;
}

static int cost_stop_apply(struct command_call *call, struct fault *fault)
{
    int64_t id = argument_number(call, "id", 0);
    char day[CLOCK_DAY_TEXT];
    int32_t on = call_today(call);
    int result;

    (void)argument_day(call, "on", &on);
    result = cost_stop(call->store, id, on, fault);
    if (result < 0)
        return result;
    (void)snprintf(call->subject, sizeof call->subject, "cost %" PRId64, id);
    clock_format_day(on, day);
    result_only_message(call, "cost %" PRId64 " ends: %s is its last day", id, day);
    return 0;
}

static const struct argument list_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of that one alone"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "cost", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "kind", .heading = "kind"},
    {.member = "from", .heading = "from"},
    {.member = "to", .heading = "to"},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "hours", .heading = "hours", .is_right = true},
    {.member = "borne_by", .heading = "borne by"},
    {.member = "booked_from", .heading = "booked from"},
    {.member = "what", .heading = "what"},
    {.member = "by", .heading = "entered by"},
    COLUMNS_END,
};

const struct command command_cost_list = {
    .name = "cost list",
    .summary = "what robots cost to make and to run, entry by entry",
    .help = "kroner and hours of running cost are per month. `automagi net` holds them against\n"
            "what robots save.",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = columns,
    .empty = "no cost yet; see `automagi cost add --help`",
    .apply = cost_list_apply,
};

static const struct argument add_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "development", .kind = ARGUMENT_FLAG, .help = "cost of making it, which comes once"},
    {.name = "running", .kind = ARGUMENT_FLAG, .help = "cost of every month"},
    {.name = "kroner", .kind = ARGUMENT_DECIMAL, .value = "N", .help = "of development"},
    {.name = "monthly", .kind = ARGUMENT_DECIMAL, .value = "N", .help = "kroner per month"},
    {.name = "hours",
     .kind = ARGUMENT_DECIMAL,
     .value = "N",
     .help = "people's hours, worth the rate of the day; of running cost per month"},
    {.name = "on", .kind = ARGUMENT_DAY, .value = "DATE", .help = "development: when"},
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "running: first day"},
    {.name = "to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "running: last day (goes on)"},
    {.name = "borne-by",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "DEPARTMENT",
     .help = "who pays: a department, or tvaergaaende",
     .source = SOURCE_DEPARTMENT},
    {.name = "what",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TEXT",
     .help = "what it is for",
     .most = MONEY_ABOUT_MAX},
    BY_ARGUMENT("who enters it"),
    ARGUMENTS_END,
};

const struct command command_cost_add = {
    .name = "cost add",
    .summary = "what a robot costs to make, or to run",
    .help = "Development comes once, on a day. Running cost is that of each month with a day from\n"
            "--from to --to, whole.\n"
            "\n"
            "Hours are worth the rate of the day: that of --on, or the month's first day in the\n"
            "interval. Entries are never changed: a mistake is taken back with negative amounts.\n"
            "Cost of months that are closed is booked in the oldest open month.\n"
            "\n"
            "  automagi cost add mona-mangelliste --development --hours 40 --kroner 5000 \\\n"
            "      --on 2026-01-15 --borne-by aess --what \"made by the team\" --by NAME\n"
            "  automagi cost add mona-mangelliste --running --monthly 350.50 --hours 2 \\\n"
            "      --from 2026-02-01 --borne-by tvaergaaende --what licence --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .check = cost_add_check,
    .apply = cost_add_apply,
};

static const struct argument stop_arguments[] = {
    {.name = "id",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "ID",
     .help = "number of the entry, see `automagi cost list`",
     .least = 1,
     .most = INT64_MAX,
     .source = SOURCE_RUNNING_COST},
    {.name = "on", .kind = ARGUMENT_DAY, .value = "DATE", .help = "its last day (today)"},
    BY_ARGUMENT("who enters it"),
    ARGUMENTS_END,
};

const struct command command_cost_stop = {
    .name = "cost stop",
    .summary = "end a running cost",
    .help =
        "The month of the last day is the last that costs, and costs whole. Closed months stay\n"
        "as they were signed off.",
    .kind = COMMAND_CHANGES,
    .arguments = stop_arguments,
    .apply = cost_stop_apply,
};
