#include "core/command/explain_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/explain_rows_inner.h"
#include "core/command/nouns.h"
#include "core/command/robot_show.h"
#include "core/store/dispute.h"
#include "core/store/period.h"
#include "scorecards/explain.h"
#include "scorecards/savings.h"

/* ---- numbers ---- */

static void put_nothing(struct json_writer *writer, const char *name)
{
    result_text(writer, name, NULL);
}

/* The four figures of a row, exact; what a part has none of is left empty. */
static void put_amount(struct json_writer *writer, const struct saved_amount *amount)
{
    bool is_counted = amount->tasks != 0 || amount->helped != 0 || amount->minutes != 0 ||
                      amount->kroner != 0; /* of another rate alone */

    if (amount->tasks != 0)
        result_decimal(writer, "tasks", amount->tasks, SHARE_DIGITS);
    else
        put_nothing(writer, "tasks");
    if (amount->uncounted != 0)
        result_decimal(writer, "uncounted", amount->uncounted, SHARE_DIGITS);
    else
        put_nothing(writer, "uncounted");
    if (amount->helped != 0)
        result_decimal(writer, "helped", amount->helped, SHARE_DIGITS);
    else
        put_nothing(writer, "helped");
    if (is_counted) {
        result_decimal(writer, "minutes", amount->minutes, TASK_MINUTE_DIGITS);
        explain_put_kroner(writer, "kroner", amount->kroner);
    } else {
        put_nothing(writer, "minutes");
        put_nothing(writer, "kroner");
    }
}

/* ---- rows ---- */

/* Of what is contested or helped that alone: the rest is no part of it. */
static void put_figures(struct json_writer *writer, const struct explain *explain)
{
    switch (explain->query.figure) {
    case EXPLAIN_HELPED:
        result_int(writer, "helped", explain->helped);
        return;
    case EXPLAIN_DISPUTED:
        result_int(writer, "kroner", explain->disputed);
        return;
    case EXPLAIN_KRONER:
    case EXPLAIN_MINUTES:
    case EXPLAIN_TASKS:
    case EXPLAIN_UNCOUNTED:
        break;
    }
    result_int(writer, "tasks", explain->tasks);
    result_int(writer, "uncounted", explain->uncounted);
    result_decimal(writer, "minutes", explain->of_cells.minutes, TASK_MINUTE_DIGITS);
    result_int(writer, "kroner", explain->kroner);
}

static void put_figure(struct explain_table *table)
{
    const struct explain *explain = table->explain;

    explain_begin_row(table, "figure", explain->robot);
    explain_put_since(table->writer, explain->cells.from_day);
    put_figures(table->writer, explain);
    explain_append_range(&table->words, explain->cells.from_day, explain->cells.to_day);
    text_printf(&table->words, ", %s, as `savings` shows it",
                explain->name[0] != '\0' ? explain->name : "the whole organisation");
    if (explain->query.figure == EXPLAIN_DISPUTED) {
        text_printf(&table->words, "; of %" PRId64 " kroner saved", explain->kroner);
    } else if (explain->of_cells.disputed != 0 && explain->query.figure != EXPLAIN_HELPED) {
        text_append_string(&table->words, "; ");
        explain_append_decimal(
            &table->words, decimal_divide_half_up(explain->of_cells.disputed, TASK_KRONER_SCALE),
            0);
        text_append_string(&table->words, " kroner of it are contested");
    }
    explain_end_row(table);
}

static void say_part(struct explain_table *table, const struct explain_part *part)
{
    struct text *words = &table->words;

    text_printf(words, "%" PRId64 " %s x ", part->count,
                part->kind == EXPLAIN_HELP ? "handed over to a person" : "tasks");
    if (part->estimate != NULL) {
        explain_append_decimal(words, part->estimate->hundredths, MINUTE_DIGITS);
        text_append_string(words, " min");
    } else {
        text_append_string(words, part->kind == EXPLAIN_HELP
                                      ? "no signed estimate of the kind handover, so 0 min"
                                      : "no signed estimate");
    }
    if (table->explain->is_of_department) {
        text_append_string(words, " x ");
        explain_append_percent(words, part->millionths);
    }
    if (part->estimate != NULL && part->rate != NULL) {
        text_append_string(words, " x ");
        explain_append_decimal(words, part->rate->ore_per_hour, ORE_DIGITS);
        text_append_string(words, " kr/hour");
    }
    text_append_string(words, ", first task ");
    explain_append_day(words, part->first_day);
    text_append_string(words, ", last ");
    explain_append_day(words, part->last_day);
    if (part->is_taken_back)
        text_append_string(words, "; taken back");
    if (part->is_outside)
        text_append_string(words, "; outside its operation");
    if (part->late_booking != 0) {
        text_append_string(words, "; late, booked in ");
        explain_append_month(words, part->late_booking);
    }
}

/* What only programs read. */
static void put_part_members(struct explain_table *table, const struct explain_part *part)
{
    struct json_writer *writer = table->writer;
    char month[CLOCK_MONTH_TEXT] = "";

    result_day(writer, "from", part->first_day);
    result_day(writer, "to", part->last_day);
    if (part->late_booking != 0)
        clock_format_month(part->late_booking, month);
    result_text_or_null(writer, "booked", month);
    result_int(writer, "count", part->count);
    result_decimal(writer, "share", part->millionths, SHARE_DIGITS);
    json_key(writer, "estimate");
    if (part->estimate != NULL) {
        json_begin_object(writer);
        put_estimate_members(writer, part->estimate);
        json_end_object(writer);
    } else {
        json_put_null(writer);
    }
    if (part->rate == NULL)
        return;
    result_decimal(writer, "rate_per_hour", part->rate->ore_per_hour, ORE_DIGITS);
    result_day(writer, "rate_since", part->rate->from_day);
}

static void put_part(struct explain_table *table, const struct explain_part *part, size_t number)
{
    char what[32];

    (void)snprintf(what, sizeof what, "part %zu", number);
    explain_begin_row(table, what, part->robot);
    result_int(table->writer, "part", (int64_t)number);
    explain_put_since(table->writer, part->first_day);
    put_amount(table->writer, &part->amount);
    put_part_members(table, part);
    say_part(table, part);
    explain_end_row(table);
}

/* ---- and the rest ---- */

static void put_adjustment(struct explain_table *table, const struct explain_part *part,
                           size_t number)
{
    const struct adjustment *adjustment = &part->adjustment;
    char what[48];

    (void)snprintf(what, sizeof what, "adjustment %" PRId64, adjustment->id);
    explain_begin_row(table, what, part->robot);
    result_int(table->writer, "part", (int64_t)number);
    explain_put_since(table->writer, part->first_day);
    put_amount(table->writer, &part->amount);
    text_append_string(&table->words, "for tasks of ");
    explain_append_month(&table->words, adjustment->month);
    text_append_string(&table->words, ", closed by then; booked in ");
    explain_append_month(&table->words, adjustment->booking);
    text_printf(&table->words, " because of %s from ",
                adjustment->cause == ADJUSTMENT_ESTIMATE     ? "another estimate"
                : adjustment->cause == ADJUSTMENT_RATE       ? "another rate"
                : adjustment->cause == ADJUSTMENT_SHARE      ? "other shares"
                : adjustment->cause == ADJUSTMENT_DEPARTMENT ? "a merge or split"
                                                             : "something");
    explain_append_day(&table->words, adjustment->from_day);
    text_printf(&table->words, ", by %s", adjustment->by_whom);
    explain_append_reason(&table->words, adjustment->reason);
    explain_end_row(table);
}

/* So that the column adds up to the figure. */
static void put_rounding(struct explain_table *table)
{
    const struct explain *explain = table->explain;
    int128 exact = explain_exact(explain->query.figure, &explain->of_cells);
    int128 difference = explain_shown(explain) * TASK_KRONER_SCALE - exact;

    if ((explain->query.figure != EXPLAIN_KRONER && explain->query.figure != EXPLAIN_DISPUTED) ||
        difference == 0)
        return;
    explain_begin_row(table, "rounding", NULL);
    explain_put_kroner(table->writer, "kroner", difference);
    if (explain_shown(explain) != decimal_divide_half_up(exact, TASK_KRONER_SCALE))
        text_printf(&table->words, "%s krone by rounding, so that the table adds up to its total",
                    difference > 0 ? "+1" : "-1");
    else
        text_append_string(&table->words, "to whole kroner, once, at the end");
    explain_end_row(table);
}

static void say_months(struct explain_table *table, int32_t first, int32_t last)
{
    explain_append_month(&table->words, first);
    if (last != first) {
        text_append_string(&table->words, " to ");
        explain_append_month(&table->words, last);
    }
}

/* Who closed the last of the range's months, and when. */
static int take_closing(const struct period *period, void *context)
{
    struct explain_table *table = context;
    const struct saved_cells *cells = &table->explain->cells;
    int32_t last = clock_month_of_day(cells->to_day);

    if (period->month != (cells->open_from <= last ? cells->open_from - 1 : last))
        return 0;
    text_append_string(&table->words, ", ");
    explain_append_month(&table->words, period->month);
    text_printf(&table->words, " by %s on ", period->closed_by);
    explain_append_day(&table->words, clock_local_day(period->closed_ms));
    return 0;
}

static int put_months(struct explain_table *table, struct fault *fault)
{
    const struct saved_cells *cells = &table->explain->cells;
    int32_t first = clock_month_of_day(cells->from_day);
    int32_t last = clock_month_of_day(cells->to_day);
    int32_t open = cells->open_from > first ? cells->open_from : first;
    int result = 0;

    explain_begin_row(table, "months", NULL);
    if (open > first) {
        say_months(table, first, open <= last ? open - 1 : last);
        text_append_string(&table->words, " closed: frozen, nothing moves them any more");
        result = period_each(table->call->store, take_closing, table, fault);
    }
    if (open > first && open <= last)
        text_append_string(&table->words, "; ");
    if (open <= last) {
        say_months(table, open, last);
        text_append_string(&table->words, " open: what comes or is signed may still change them");
    }
    explain_end_row(table);
    return result;
}

static int put_parts(struct explain_table *table, struct fault *fault)
{
    const struct explain *explain = table->explain;
    size_t i;
    int result = 0;

    for (i = 0; i < explain->part_count && result == 0; i++) {
        const struct explain_part *part = &explain->parts[i];

        if (!explain_is_of_figure(explain->query.figure, part))
            continue;
        if (part->kind == EXPLAIN_ADJUSTMENT) {
            put_adjustment(table, part, i + 1);
            continue;
        }
        put_part(table, part, i + 1);
        result = explain_put_basis(table, part, fault);
    }
    return result;
}

/* What stands under a contested version, and what it would be: beside the parts, and no part of the sum. */
static int put_contested(const struct dispute *dispute, void *context)
{
    struct explain_table *table = context;
    const struct explain *explain = table->explain;
    const struct robot *robot = NULL;
    struct task_amount sums[2] = {{0}}; /* as it stands, and as they hold right */
    struct task_amount amount;
    size_t i;

    for (i = 0; i < explain->part_count; i++) {
        const struct explain_part *part = &explain->parts[i];

        if (part->estimate == NULL || part->estimate->id != dispute->estimate_id)
            continue;
        robot = part->robot;
        amount = (struct task_amount){part->amount.minutes, part->amount.kroner};
        if (!task_amount_add(&sums[0], &amount) ||
            explain_as_if(part, dispute->hundredths < 0 ? 0 : dispute->hundredths, &amount) < 0 ||
            !task_amount_add(&sums[1], &amount))
            return fault_set(table->fault, -ERANGE, "what is contested is too large to add up");
    }
    if (robot == NULL)
        return 0;
    explain_begin_row(table, "contested", robot);
    explain_put_since(table->writer, clock_local_day(dispute->at_ms));
    result_int(table->writer, "dispute", dispute->id);
    result_int(table->writer, "estimate_id", dispute->estimate_id);
    result_text(table->writer, "by", dispute->by_whom);
    explain_put_kroner(table->writer, "stands", sums[0].kroner);
    text_append_string(&table->words, "not counted here: ");
    explain_append_kroner(&table->words, sums[0].kroner);
    text_printf(&table->words, " kroner stand under the version that %s contested on ",
                dispute->by_whom);
    explain_append_day(&table->words, clock_local_day(dispute->at_ms));
    if (dispute->hundredths >= 0) {
        result_decimal(table->writer, "holds_right", dispute->hundredths, MINUTE_DIGITS);
        explain_put_kroner(table->writer, "if_right", sums[1].kroner);
        text_append_string(&table->words, "; at their ");
        explain_append_decimal(&table->words, dispute->hundredths, MINUTE_DIGITS);
        text_append_string(&table->words, " min they would be ");
        explain_append_kroner(&table->words, sums[1].kroner);
    } else {
        text_append_string(&table->words, ", who says no other minutes");
    }
    explain_end_row(table);
    return 0;
}

int explain_rows_parts(struct command_call *call, const struct explain *explain,
                       struct fault *fault)
{
    struct explain_table table = {
        .call = call, .writer = call->result, .explain = explain, .fault = fault};
    int result;

    text_init(&table.words, WORDS_MAX);
    put_figure(&table);
    result = put_parts(&table, fault);
    put_rounding(&table);
    if (result == 0 && explain->query.figure == EXPLAIN_DISPUTED)
        result = dispute_each(call->store, &(struct dispute_filter){.is_open = true}, put_contested,
                              &table, fault);
    if (result == 0)
        result = put_months(&table, fault);
    if (result == 0 && table.words.broken < 0)
        result = fault_broken(fault, table.words.broken, "the explanation is too long");
    text_release(&table.words);
    return result;
}

void explain_rows_entry(struct json_writer *writer, const struct explain *explain,
                        const struct explain_entry *entry)
{
    const char *what = entry->is_help ? "help" : "task";
    char month[CLOCK_MONTH_TEXT];
    struct text words;

    (void)explain;
    text_init(&words, WORDS_MAX);
    clock_format_month(entry->booking, month);
    json_begin_object(writer);
    result_text(writer, "what", entry->is_taken_back ? "taken back" : what);
    result_int(writer, "part", (int64_t)entry->part + 1);
    result_text(writer, "robot", entry->robot);
    explain_put_since(writer, entry->day);
    put_amount(writer, &entry->amount);
    result_int(writer, "run", entry->run_id);
    result_int(writer, "seq", entry->seq);
    result_instant(writer, "completed", entry->completed_ms);
    result_text_or_null(writer, "reference", entry->masked);
    result_text(writer, "booking_month", month);
    result_decimal(writer, "share", entry->millionths, SHARE_DIGITS);
    text_printf(&words, "completed: %s, run %" PRId64 " seq %" PRId64 ", part %zu",
                entry->masked != NULL ? entry->masked : "", entry->run_id, entry->seq,
                entry->part + 1);
    if (entry->booking != clock_month_of_day(entry->day))
        text_printf(&words, ", booked in %s", month);
    if (entry->by_whom != NULL && entry->by_whom[0] != '\0')
        text_printf(&words, ", by %s", entry->by_whom);
    explain_append_reason(&words, entry->reason);
    result_text(writer, "words", text_string(&words));
    json_end_object(writer);
    text_release(&words);
}

void explain_rows_rest(struct json_writer *writer, int64_t count, bool has_more_room)
{
    char words[128];

    (void)snprintf(words, sizeof words, "%" PRId64 " tasks more; %s", count,
                   has_more_room
                       ? "--tasks 0 lists them"
                       : "that is more than one answer holds: ask for fewer days, or a robot");
    json_begin_object(writer);
    result_text(writer, "what", "not listed");
    result_text(writer, "words", words);
    json_end_object(writer);
}
