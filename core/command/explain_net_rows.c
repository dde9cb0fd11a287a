#include "core/command/explain_net_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/explain_money_rows.h"
#include "core/command/explain_rows_inner.h"
#include "core/command/money.h"
#include "core/command/nouns.h"
#include "scorecards/explain_net.h"

static void put_figure(struct explain_table *table, const struct explain_net *net)
{
    const struct net_row *row = &net->row;
    const char *name = net->money.explain.name;
    char payback[MONEY_NUMBER];

    money_payback_words(&row->payback, payback, sizeof payback);
    explain_begin_row(table, "figure", net->money.explain.robot);
    explain_put_since(table->writer, net->from_day);
    result_int(table->writer, "kroner", row->net);
    result_int(table->writer, "development", row->development);
    result_int(table->writer, "running", row->running);
    result_int(table->writer, "saved", row->saved);
    result_int(table->writer, "released", row->released);
    result_int(table->writer, "realised", row->realised);
    result_int(table->writer, "gains", row->gains);
    result_text_or_null(table->writer, "payback", payback);
    explain_append_range(&table->words, net->from_day, net->to_day);
    text_printf(&table->words,
                ", %s, as `net` shows it: saved %" PRId64 " + gains %" PRId64
                " - development %" PRId64 " - running %" PRId64,
                name[0] != '\0' ? name : "the whole organisation", row->saved, row->gains,
                row->development, row->running);
    explain_end_row(table);
}

static void put_saved(struct explain_table *table, const struct explain_net *net)
{
    explain_begin_row(table, "saved", net->money.explain.robot);
    explain_put_since(table->writer, net->from_day);
    explain_put_kroner(table->writer, "kroner", net->money.saved);
    explain_append_range(&table->words, net->from_day, net->to_day);
    text_printf(&table->words,
                ": released %" PRId64 " + realised %" PRId64
                "; `automagi explain kroner` and `explain realised` open it",
                net->row.released, net->row.realised);
    explain_end_row(table);
}

static void say_cost(struct text *words, const struct explain_net_cost *cost)
{
    bool is_running = cost->kind == COST_RUNNING;

    text_printf(words, "%s: %s: ", cost_kind_word(cost->kind), cost->what);
    explain_append_decimal(words, cost->ore, ORE_DIGITS);
    text_append_string(words, " kroner");
    if (cost->hours != 0) {
        text_append_string(words, " + ");
        explain_append_decimal(words, cost->hours, MONEY_DIGITS);
        text_append_string(words, " hours x the rate of the day");
    }
    text_append_string(words, is_running ? " a month since " : ", on ");
    explain_append_day(words, cost->from_day);
    if (is_running) {
        text_printf(words, ", %d month%s of it", (int)cost->months, cost->months == 1 ? "" : "s");
    }
    text_printf(words, "; borne by %s, entered by %s, booked in ",
                cost->bearer != NULL ? cost->bearer->slug : "no single department", cost->by_whom);
    explain_append_month(words, cost->first_booking);
    if (cost->last_booking != cost->first_booking) {
        text_append_string(words, " to ");
        explain_append_month(words, cost->last_booking);
    }
}

static void put_cost(struct explain_table *table, const struct explain_net_cost *cost)
{
    char what[32];

    (void)snprintf(what, sizeof what, "cost %" PRId64, cost->id);
    explain_begin_row(table, what, cost->robot);
    explain_put_since(table->writer, cost->from_day);
    explain_put_kroner(table->writer, "kroner", -cost->kroner);
    result_text(table->writer, "kind", cost_kind_word(cost->kind));
    result_int(table->writer, "months", cost->months);
    result_text(table->writer, "bearer", cost->bearer != NULL ? cost->bearer->slug : NULL);
    result_text(table->writer, "by", cost->by_whom);
    result_month(table->writer, "first_booked", cost->first_booking);
    result_month(table->writer, "last_booked", cost->last_booking);
    say_cost(&table->words, cost);
    explain_end_row(table);
}

static void put_payback(struct explain_table *table, const struct explain_net *net)
{
    struct text *words = &table->words;
    char payback[MONEY_NUMBER];

    money_payback_words(&net->row.payback, payback, sizeof payback);
    explain_begin_row(table, "payback", net->money.explain.robot);
    switch (net->row.payback.state) {
    case NET_PAYBACK_NONE:
        text_append_string(words, "no cost was entered, so there is nothing to pay back");
        break;
    case NET_PAYBACK_REACHED:
        text_printf(words, "%s: the first month since which net from the beginning is 0 or more",
                    payback);
        break;
    case NET_PAYBACK_EXPECTED:
        text_printf(words, "%s, at the mean of saved + gains - running of the last complete months",
                    payback);
        break;
    case NET_PAYBACK_NEVER:
        text_printf(words, "%s: it is 0 or less, or the robot ends before", payback);
        break;
    case NET_PAYBACK_UNKNOWN:
        text_printf(words, "%s: no complete month in operation tells the pace", payback);
        break;
    }
    explain_end_row(table);
}

static void put_rows(struct explain_table *table, const struct explain_net *net)
{
    size_t i;

    put_figure(table, net);
    put_saved(table, net);
    for (i = 0; i < net->money.gain_count; i++)
        explain_put_gain(table, &net->money.gains[i], net->money.explain.is_of_department);
    for (i = 0; i < net->cost_count; i++)
        put_cost(table, &net->costs[i]);
    explain_put_rounding(table, net->row.net, explain_net_exact(net));
    put_payback(table, net);
}

static void put_answer(struct explain_table *table, const struct explain_net *net)
{
    struct json_writer *writer = table->writer;
    const struct explain *explain = &net->money.explain;
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];

    clock_format_day(net->from_day, from);
    clock_format_day(net->to_day, to);
    json_begin_object(writer);
    result_text(writer, "figure", "net");
    result_day(writer, "from", net->from_day);
    result_day(writer, "to", net->to_day);
    result_text(writer, "department", explain->query.department);
    result_text(writer, "robot", explain->query.robot);
    result_message(writer,
                   "%" PRId64
                   " kroner net%s%s, booked %s to %s: net = saved + gains - development - "
                   "running, each as its rows say, from exact sums; the rows add up to it",
                   net->row.net, explain->name[0] != '\0' ? " of " : "", explain->name, from, to);
    json_key(writer, "rows");
    json_begin_array(writer);
    put_rows(table, net);
    json_end_array(writer);
    json_key(writer, "check");
    json_begin_object(writer);
    explain_put_kroner(writer, "sum_of_parts", explain_net_exact(net));
    result_int(writer, "figure", net->row.net);
    json_end_object(writer);
    json_end_object(writer);
}

int explain_net_answer(struct command_call *call, const struct explain_query *query,
                       struct fault *fault)
{
    struct explain_net net = {.cost_count = 0};
    struct explain_table table = {.call = call, .writer = call->result, .fault = fault};
    int result = explain_net_read(call->store, query, call_today(call), &net, fault);

    if (result < 0)
        return result;
    text_init(&table.words, WORDS_MAX);
    put_answer(&table, &net);
    if (table.words.broken < 0)
        result = fault_broken(fault, table.words.broken, "the explanation is too long");
    text_release(&table.words);
    explain_net_release(&net);
    return result;
}
