/* What the parts of a figure rest on, and the form of its rows. */
#include <errno.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/explain_rows.h"
#include "core/command/explain_rows_inner.h"
#include "core/command/nouns.h"
#include "core/command/robot_show.h"
#include "core/store/dispute.h"

void explain_append_percent(struct text *words, int64_t millionths)
{
    char percent[DECIMAL_TEXT_MAX];

    decimal_format(millionths, PERCENT_DIGITS, percent, sizeof percent);
    text_printf(words, "%s %%", percent);
}

void explain_append_day(struct text *words, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    text_append_string(words, text);
}

void explain_append_month(struct text *words, int32_t month)
{
    char text[CLOCK_MONTH_TEXT];

    clock_format_month(month, text);
    text_append_string(words, text);
}

void explain_append_decimal(struct text *words, int128 scaled, unsigned digits)
{
    char text[DECIMAL_TEXT_MAX];

    decimal_format(scaled, digits, text, sizeof text);
    text_append_string(words, text);
}

void explain_append_range(struct text *words, int32_t from, int32_t to)
{
    text_append_string(words, "booked ");
    explain_append_day(words, from);
    text_append_string(words, " to ");
    explain_append_day(words, to);
}

static int128 shown_kroner(int128 exact)
{
    return decimal_divide_half_up(exact, TASK_KRONER_SCALE / EXPLAIN_PARTS);
}

void explain_append_kroner(struct text *words, int128 exact)
{
    explain_append_decimal(words, shown_kroner(exact), EXPLAIN_DIGITS);
}

void explain_put_kroner(struct json_writer *writer, const char *name, int128 exact)
{
    result_decimal(writer, name, shown_kroner(exact), EXPLAIN_DIGITS);
}

/* "": nothing was said. */
void explain_append_reason(struct text *words, const char *reason)
{
    if (reason != NULL && reason[0] != '\0')
        text_printf(words, ": %s", reason);
}

void explain_begin_row(struct explain_table *table, const char *what, const struct robot *robot)
{
    json_begin_object(table->writer);
    result_text(table->writer, "what", what);
    result_text(table->writer, "robot", robot != NULL ? robot->slug : NULL);
    text_clear(&table->words);
}

void explain_end_row(struct explain_table *table)
{
    result_text(table->writer, "words", text_string(&table->words));
    json_end_object(table->writer);
}

void explain_put_since(struct json_writer *writer, int32_t day)
{
    result_day(writer, "since", day);
}

static void put_signature(struct explain_table *table, const struct explain_part *part)
{
    const struct estimate *estimate = part->estimate;
    int32_t entered;

    explain_begin_row(table, "  signature", part->robot);
    explain_put_since(table->writer, estimate->signed_day);
    text_append_string(&table->words, "signed ");
    explain_append_day(&table->words, estimate->signed_day);
    text_printf(&table->words, " by %s", estimate->signed_by);
    if (estimate_entered_late(estimate, &entered)) {
        text_append_string(&table->words, ", entered here on ");
        explain_append_day(&table->words, entered);
    }
    if (estimate->signed_day > estimate->from_day)
        text_append_string(&table->words, "; retroactive: signed after it began");
    if (estimate->booking_from != 0) {
        text_append_string(&table->words, "; values what is booked from ");
        explain_append_month(&table->words, estimate->booking_from);
    }
    explain_end_row(table);
}

static int put_dispute(const struct dispute *dispute, void *context)
{
    struct explain_table *table = context;

    explain_begin_row(table, "  dispute", table->robot);
    explain_put_since(table->writer, clock_local_day(dispute->at_ms));
    text_append_string(&table->words, "contested ");
    explain_append_day(&table->words, clock_local_day(dispute->at_ms));
    text_printf(&table->words, " by %s", dispute->by_whom);
    if (dispute->hundredths >= 0) {
        text_append_string(&table->words, ", who holds ");
        explain_append_decimal(&table->words, dispute->hundredths, MINUTE_DIGITS);
        text_append_string(&table->words, " min to be right");
    }
    explain_append_reason(&table->words, dispute->reason);
    text_append_string(&table->words, "; not answered yet, and the figure stands until it is");
    explain_end_row(table);
    return 0;
}

static int put_estimate_rows(struct explain_table *table, const struct explain_part *part,
                             struct fault *fault)
{
    const struct estimate *estimate = part->estimate;
    struct text *words = &table->words;

    if (estimate == NULL || estimate == table->estimate)
        return 0;
    table->estimate = estimate;
    table->robot = part->robot;
    explain_begin_row(table, "  estimate", part->robot);
    explain_put_since(table->writer, estimate->from_day);
    result_int(table->writer, "estimate_id", estimate->id);
    explain_append_decimal(words, estimate->hundredths, MINUTE_DIGITS);
    text_printf(words, " min per %s, valid from ",
                estimate->kind == ESTIMATE_HANDOVER ? "handover" : "task");
    explain_append_day(words, estimate->from_day);
    text_printf(words, ", set by %s on ", estimate->set_by);
    explain_append_day(words, clock_local_day(estimate->set_ms));
    explain_append_reason(words, estimate->reason);
    if (estimate->task[0] != '\0')
        text_printf(words, "; a task is: %s", estimate->task);
    if (estimate->method[0] != '\0')
        text_printf(words, "; found by: %s", estimate->method);
    if (estimate->timings[0] != '\0')
        text_printf(words, "; timed: %s", estimate->timings);
    explain_end_row(table);
    if (estimate->signed_by != NULL)
        put_signature(table, part);
    return dispute_each(table->call->store,
                        &(struct dispute_filter){.estimate_id = estimate->id, .is_open = true},
                        put_dispute, table, fault);
}

static void put_rate(struct explain_table *table, const struct explain_part *part)
{
    if (part->rate == NULL || part->rate == table->rate || part->estimate == NULL ||
        (table->explain->query.figure != EXPLAIN_KRONER &&
         table->explain->query.figure != EXPLAIN_DISPUTED))
        return;
    table->rate = part->rate;
    explain_begin_row(table, "  rate", NULL);
    explain_put_since(table->writer, part->rate->from_day);
    explain_append_decimal(&table->words, part->rate->ore_per_hour, ORE_DIGITS);
    text_append_string(&table->words, " kroner per hour, valid from ");
    explain_append_day(&table->words, part->rate->from_day);
    explain_end_row(table);
}

static int say_route(const struct explain_route *route, void *context)
{
    struct explain_table *table = context;
    struct text *words = &table->words;

    if (words->length > 0)
        text_append_string(words, "; ");
    if (route->department == NULL) {
        explain_append_percent(words, route->millionths);
        text_append_string(words, " that no department's share takes");
        return 0;
    }
    explain_append_percent(words, route->millionths);
    if (route->is_own && route->from_day == 0)
        text_append_string(words, ", for the task itself names this department");
    else if (route->is_own)
        text_append_string(words, ", this department's share of the robot");
    else
        text_printf(words, " through %s, which it succeeds%s", route->department->slug,
                    route->from_day == 0 ? " and which the task names" : "");
    return 0;
}

static void put_share(struct explain_table *table, const struct explain_part *part)
{
    if (!table->explain->is_of_department ||
        (part->share == table->share && part->department_id == table->department_id &&
         part->millionths == table->millionths))
        return;
    table->share = part->share;
    table->department_id = part->department_id;
    table->millionths = part->millionths;
    explain_begin_row(table, "  share", part->robot);
    if (part->share != NULL)
        explain_put_since(table->writer, part->share->from_day);
    (void)explain_each_route(table->explain, part, say_route, table);
    if (part->share != NULL) {
        text_append_string(&table->words, "; valid from ");
        explain_append_day(&table->words, part->share->from_day);
    }
    explain_end_row(table);
}

int explain_put_basis(struct explain_table *table, const struct explain_part *part,
                      struct fault *fault)
{
    int result = put_estimate_rows(table, part, fault);

    put_rate(table, part);
    put_share(table, part);
    return result;
}
