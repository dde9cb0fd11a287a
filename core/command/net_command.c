/* net: what robots bring when what they cost is taken off. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/money.h"
#include "scorecards/net.h"

static enum savings_by grouping(const char *by)
{
    if (strcmp(by, "department") == 0)
        return SAVINGS_BY_DEPARTMENT;
    return strcmp(by, "month") == 0 ? SAVINGS_BY_MONTH : SAVINGS_BY_ROBOT;
}

static void put_payback(struct json_writer *writer, const struct net_payback *payback)
{
    char month[CLOCK_MONTH_TEXT] = "";
    char words[MONEY_NUMBER] = "";

    if (payback->month != 0)
        clock_format_month(payback->month, month);
    money_payback_words(payback, words, sizeof words);
    result_text_or_null(writer, "payback", words);
    result_text_or_null(writer, "payback_month", month);
    result_text(writer, "payback_state", net_payback_word(payback->state));
}

static void put_numbers(struct json_writer *writer, const struct net *net,
                        const struct net_row *row)
{
    result_int(writer, "development", row->development);
    result_int(writer, "running", row->running);
    result_int(writer, "saved", row->saved);
    result_int(writer, "released", row->released);
    result_int(writer, "realised", row->realised);
    result_int(writer, "gains", row->gains);
    result_int(writer, "net", row->net);
    if (net->by == SAVINGS_BY_MONTH)
        result_int(writer, "cumulated", row->cumulated);
    if (net->by != SAVINGS_BY_MONTH || row == &net->total)
        put_payback(writer, &row->payback);
}

static void put_net(struct json_writer *writer, const struct net *net, const char *by)
{
    size_t i;

    json_begin_object(writer);
    result_day(writer, "from", net->from_day);
    result_day(writer, "to", net->to_day);
    result_text(writer, "by", by);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < net->row_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", net->rows[i].id);
        result_text(writer, "name", net->rows[i].name);
        put_numbers(writer, net, &net->rows[i]);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_key(writer, "total");
    json_begin_object(writer);
    put_numbers(writer, net, &net->total);
    json_end_object(writer);
    json_end_object(writer);
}

static int net_apply(struct command_call *call, struct fault *fault)
{
    const char *by = argument_text(call, "by", "robot");
    struct net_query query = {
        .from_day = INT32_MIN, .to_day = INT32_MAX, .by = grouping(by), .today = call_today(call)};
    struct net net = {.rows = NULL};
    int result;

    (void)argument_day(call, "from", &query.from_day);
    (void)argument_day(call, "to", &query.to_day);
    result = net_read(call->store, &query, &net, fault);
    if (result < 0)
        return result;
    put_net(call->result, &net, by);
    net_release(&net);
    return 0;
}

static const struct argument arguments[] = {
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "from that day on (the first task, cost or gain)"},
    {.name = "to",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "up to and with that day (the end of this month)"},
    {.name = "by",
     .kind = ARGUMENT_CHOICE,
     .choices = "robot|department|month",
     .value = "WHAT",
     .help = "a row per robot (usual), department or month"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id"},
    {.member = "name", .heading = "name"},
    {.member = "development", .heading = "development", .is_right = true},
    {.member = "running", .heading = "running", .is_right = true},
    {.member = "released", .heading = "released", .is_right = true},
    {.member = "realised", .heading = "realised", .is_right = true},
    {.member = "gains", .heading = "gains", .is_right = true},
    {.member = "net", .heading = "net", .is_right = true},
    {.member = "cumulated", .heading = "cumulated", .is_right = true},
    {.member = "payback", .heading = "payback"},
    COLUMNS_END,
};

const struct command command_net = {
    .name = "net",
    .summary = "what robots save, less what they cost, and when they have paid for themselves",
    .help =
        "net = released + realised + gains - development - running, in kroner. What is saved is "
        "that\n"
        "of `automagi savings`; gains are direct ones. development = kroner + hours x the\n"
        "rate of the day, once; running = kroner + hours x the rate, of each month, whole.\n"
        "By department a cost is in the row of who bears it. What was booked late counts at the\n"
        "end of the month it is booked in. Each column adds up to its total, and each row too: a\n"
        "column is rounded to whole kroner by itself, and net is made of the rounded ones, so it "
        "can\n"
        "differ by a few kroner from the exact amount, which `automagi explain net` has.\n"
        "\n"
        "payback: the first month in which the net since the beginning is 0 or more and stays so.\n"
        "Expected: what is missing / the pace, which is the mean of saved + gains - running of "
        "the\n"
        "last complete months in operation, at most 12 (development comes once, so it is in what\n"
        "is missing and not in the pace). Never at today's pace: the pace is 0 or less, or the\n"
        "robot ends before. No payback is shown where there is no cost.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "no robots yet",
    .apply = net_apply,
};
