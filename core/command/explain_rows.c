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
#include "core/command/nouns.h"
#include "core/command/robot_show.h"
#include "scorecards/explain.h"
#include "scorecards/savings.h"

enum { WORDS_MAX = 4096, MINUTE_DIGITS = 2, ORE_DIGITS = 2, SHARE_DIGITS = 6, PERCENT_DIGITS = 4 };

/* ---- numbers ---- */

static void put_nothing(struct json_writer *writer, const char *name)
{
    result_text(writer, name, NULL);
}

static void put_since(struct json_writer *writer, int32_t day)
{
    result_day(writer, "since", day);
}

static void put_kroner(struct json_writer *writer, int128 exact)
{
    result_decimal(writer, "kroner",
                   decimal_divide_half_up(exact, TASK_KRONER_SCALE / EXPLAIN_PARTS),
                   EXPLAIN_DIGITS);
}

/* The four figures of a row, exact; what a part has none of is left empty. */
static void put_amount(struct json_writer *writer, const struct saved_amount *amount)
{
    bool is_counted = amount->tasks != 0 || amount->helped != 0 || amount->minutes != 0;

    if (amount->tasks != 0)
        result_decimal(writer, "tasks", amount->tasks, SHARE_DIGITS);
    else
        put_nothing(writer, "tasks");
    if (amount->uncounted != 0)
        result_decimal(writer, "uncounted", amount->uncounted, SHARE_DIGITS);
    else
        put_nothing(writer, "uncounted");
    if (is_counted) {
        result_decimal(writer, "minutes", amount->minutes, TASK_MINUTE_DIGITS);
        put_kroner(writer, amount->kroner);
    } else {
        put_nothing(writer, "minutes");
        put_nothing(writer, "kroner");
    }
}

static void append_percent(struct text *words, int64_t millionths)
{
    char percent[DECIMAL_TEXT_MAX];

    decimal_format(millionths, PERCENT_DIGITS, percent, sizeof percent);
    text_printf(words, "%s %%", percent);
}

static void append_day(struct text *words, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    text_append_string(words, text);
}

static void append_month(struct text *words, int32_t month)
{
    char text[CLOCK_MONTH_TEXT];

    clock_format_month(month, text);
    text_append_string(words, text);
}

static void append_decimal(struct text *words, int128 scaled, unsigned digits)
{
    char text[DECIMAL_TEXT_MAX];

    decimal_format(scaled, digits, text, sizeof text);
    text_append_string(words, text);
}

/* "": nothing was said. */
static void append_reason(struct text *words, const char *reason)
{
    if (reason != NULL && reason[0] != '\0')
        text_printf(words, ": %s", reason);
}

/* ---- rows ---- */

struct table {
    struct command_call *call;
    struct json_writer *writer;
    const struct explain *explain;
    struct text words;
    const struct estimate *estimate; /* what was last said, so that it is said once */
    const struct rate *rate;
    const struct robot_share *share;
    int64_t department_id, millionths;
};

static void begin_row(struct table *table, const char *what, const struct robot *robot)
{
    json_begin_object(table->writer);
    result_text(table->writer, "what", what);
    result_text(table->writer, "robot", robot != NULL ? robot->slug : NULL);
    text_clear(&table->words);
}

static void end_row(struct table *table)
{
    result_text(table->writer, "words", text_string(&table->words));
    json_end_object(table->writer);
}

static void put_figure(struct table *table)
{
    const struct explain *explain = table->explain;

    begin_row(table, "figure", explain->robot);
    put_since(table->writer, explain->cells.from_day);
    result_int(table->writer, "tasks", explain->tasks);
    result_int(table->writer, "uncounted", explain->uncounted);
    result_decimal(table->writer, "minutes", explain->of_cells.minutes, TASK_MINUTE_DIGITS);
    result_int(table->writer, "kroner", explain->kroner);
    text_append_string(&table->words, "to ");
    append_day(&table->words, explain->cells.to_day);
    text_printf(&table->words, ", %s%s",
                explain->name[0] != '\0' ? explain->name : "the whole organisation",
                explain->is_row ? ", as `savings` shows it" : ", rounded for itself");
    if (explain->of_cells.disputed != 0) {
        text_append_string(&table->words, "; ");
        append_decimal(&table->words,
                       decimal_divide_half_up(explain->of_cells.disputed, TASK_KRONER_SCALE), 0);
        text_append_string(&table->words, " kroner of it are contested");
    }
    end_row(table);
}

static void say_part(struct table *table, const struct explain_part *part)
{
    struct text *words = &table->words;

    text_printf(words, "%" PRId64 " %s x ", part->count,
                part->kind == EXPLAIN_HELP ? "handed over to a person" : "tasks");
    if (part->estimate != NULL) {
        append_decimal(words, part->estimate->hundredths, MINUTE_DIGITS);
        text_append_string(words, " min");
    } else {
        text_append_string(words, "no signed estimate");
    }
    if (table->explain->is_of_department) {
        text_append_string(words, " x ");
        append_percent(words, part->millionths);
    }
    if (part->estimate != NULL && part->rate != NULL) {
        text_append_string(words, " x ");
        append_decimal(words, part->rate->ore_per_hour, ORE_DIGITS);
        text_append_string(words, " kr/hour");
    }
    text_append_string(words, ", done to ");
    append_day(words, part->last_day);
    if (part->is_taken_back)
        text_append_string(words, "; taken back");
    if (part->late_booking != 0) {
        text_append_string(words, "; late, booked in ");
        append_month(words, part->late_booking);
    }
}

/* What only programs read. */
static void put_part_members(struct table *table, const struct explain_part *part)
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
    if (part->estimate != NULL)
        put_estimate(writer, part->estimate);
    else
        json_put_null(writer);
    if (part->rate == NULL)
        return;
    result_decimal(writer, "rate_per_hour", part->rate->ore_per_hour, ORE_DIGITS);
    result_day(writer, "rate_since", part->rate->from_day);
}

static void put_part(struct table *table, const struct explain_part *part, size_t number)
{
    char what[32];

    (void)snprintf(what, sizeof what, "part %zu", number);
    begin_row(table, what, part->robot);
    result_int(table->writer, "part", (int64_t)number);
    put_since(table->writer, part->first_day);
    put_amount(table->writer, &part->amount);
    put_part_members(table, part);
    say_part(table, part);
    end_row(table);
}

/* ---- what a part rests on ---- */

static void put_signature(struct table *table, const struct explain_part *part)
{
    const struct estimate *estimate = part->estimate;

    begin_row(table, "  signature", part->robot);
    put_since(table->writer, estimate->signed_day);
    text_printf(&table->words, "of that estimate, by %s", estimate->signed_by);
    if (estimate->signed_day > estimate->from_day)
        text_append_string(&table->words, "; retroactive: signed after it began");
    if (estimate->booking_from != 0) {
        text_append_string(&table->words, "; values what is booked from ");
        append_month(&table->words, estimate->booking_from);
    }
    end_row(table);
}

static void put_estimate_rows(struct table *table, const struct explain_part *part)
{
    const struct estimate *estimate = part->estimate;
    struct text *words = &table->words;

    if (estimate == NULL || estimate == table->estimate)
        return;
    table->estimate = estimate;
    begin_row(table, "  estimate", part->robot);
    put_since(table->writer, estimate->from_day);
    result_int(table->writer, "estimate_id", estimate->id);
    append_decimal(words, estimate->hundredths, MINUTE_DIGITS);
    text_printf(words, " min per %s, set by %s on ",
                estimate->kind == ESTIMATE_HANDOVER ? "handover" : "task", estimate->set_by);
    append_day(words, clock_local_day(estimate->set_ms));
    append_reason(words, estimate->reason);
    if (estimate->task[0] != '\0')
        text_printf(words, "; a task is: %s", estimate->task);
    if (estimate->method[0] != '\0')
        text_printf(words, "; found by: %s", estimate->method);
    if (estimate->timings[0] != '\0')
        text_printf(words, "; timed: %s", estimate->timings);
    end_row(table);
    if (estimate->signed_by != NULL)
        put_signature(table, part);
}

static void put_rate(struct table *table, const struct explain_part *part)
{
    if (part->rate == NULL || part->rate == table->rate || part->estimate == NULL ||
        table->explain->query.figure != EXPLAIN_KRONER)
        return;
    table->rate = part->rate;
    begin_row(table, "  rate", NULL);
    put_since(table->writer, part->rate->from_day);
    append_decimal(&table->words, part->rate->ore_per_hour, ORE_DIGITS);
    text_append_string(&table->words, " kroner per hour");
    end_row(table);
}

static int say_route(const struct explain_route *route, void *context)
{
    struct table *table = context;
    struct text *words = &table->words;

    if (words->length > 0)
        text_append_string(words, "; ");
    if (route->department == NULL) {
        append_percent(words, route->millionths);
        text_append_string(words, " that no department's share takes");
        return 0;
    }
    append_percent(words, route->millionths);
    if (route->is_own && route->from_day == 0)
        text_append_string(words, ", for the task itself names this department");
    else if (route->is_own)
        text_append_string(words, ", this department's share of the robot");
    else
        text_printf(words, " through %s, which it succeeds%s", route->department->slug,
                    route->from_day == 0 ? " and which the task names" : "");
    return 0;
}

static void put_share(struct table *table, const struct explain_part *part)
{
    if (!table->explain->is_of_department ||
        (part->share == table->share && part->department_id == table->department_id &&
         part->millionths == table->millionths))
        return;
    table->share = part->share;
    table->department_id = part->department_id;
    table->millionths = part->millionths;
    begin_row(table, "  share", part->robot);
    if (part->share != NULL)
        put_since(table->writer, part->share->from_day);
    (void)explain_each_route(table->explain, part, say_route, table);
    end_row(table);
}

/* ---- and the rest ---- */

static void put_adjustment(struct table *table, const struct explain_part *part, size_t number)
{
    const struct adjustment *adjustment = &part->adjustment;
    char what[48];

    (void)snprintf(what, sizeof what, "adjustment %" PRId64, adjustment->id);
    begin_row(table, what, part->robot);
    result_int(table->writer, "part", (int64_t)number);
    put_since(table->writer, part->first_day);
    put_amount(table->writer, &part->amount);
    text_append_string(&table->words, "for tasks of ");
    append_month(&table->words, adjustment->month);
    text_append_string(&table->words, ", closed by then; booked in ");
    append_month(&table->words, adjustment->booking);
    text_printf(&table->words, " because of %s from ",
                adjustment->cause == ADJUSTMENT_ESTIMATE     ? "another estimate"
                : adjustment->cause == ADJUSTMENT_RATE       ? "another rate"
                : adjustment->cause == ADJUSTMENT_SHARE      ? "other shares"
                : adjustment->cause == ADJUSTMENT_DEPARTMENT ? "a merge or split"
                                                             : "something");
    append_day(&table->words, adjustment->from_day);
    text_printf(&table->words, ", by %s", adjustment->by_whom);
    append_reason(&table->words, adjustment->reason);
    end_row(table);
}

/* So that the column adds up to the figure. */
static void put_rounding(struct table *table)
{
    const struct explain *explain = table->explain;
    int128 exact = explain->of_cells.kroner;
    int128 difference = explain->kroner * TASK_KRONER_SCALE - exact;

    if (explain->query.figure != EXPLAIN_KRONER || difference == 0)
        return;
    begin_row(table, "rounding", NULL);
    put_kroner(table->writer, difference);
    if (explain->kroner != decimal_divide_half_up(exact, TASK_KRONER_SCALE))
        text_printf(&table->words, "%s krone by rounding, so that the table adds up to its total",
                    difference > 0 ? "+1" : "-1");
    else
        text_append_string(&table->words, "to whole kroner, once, at the end");
    end_row(table);
}

static void put_months(struct table *table)
{
    const struct explain *explain = table->explain;
    int32_t first = clock_month_of_day(explain->cells.from_day);
    int32_t last = clock_month_of_day(explain->cells.to_day);
    int32_t open = explain->cells.open_from;

    begin_row(table, "months", NULL);
    if (open > first) {
        append_month(&table->words, first);
        text_append_string(&table->words, " to ");
        append_month(&table->words, open <= last ? open - 1 : last);
        text_append_string(&table->words, " closed: frozen, nothing moves them any more");
    }
    if (open > first && open <= last)
        text_append_string(&table->words, "; ");
    if (open <= last) {
        append_month(&table->words, open > first ? open : first);
        text_append_string(&table->words, " to ");
        append_month(&table->words, last);
        text_append_string(&table->words, " open: what comes or is signed may still change them");
    }
    end_row(table);
}

int explain_rows_parts(struct command_call *call, const struct explain *explain,
                       struct fault *fault)
{
    struct table table = {.call = call, .writer = call->result, .explain = explain};
    size_t i;
    int result;

    text_init(&table.words, WORDS_MAX);
    put_figure(&table);
    for (i = 0; i < explain->part_count; i++) {
        const struct explain_part *part = &explain->parts[i];

        if (!explain_is_of_figure(explain->query.figure, part))
            continue;
        if (part->kind == EXPLAIN_ADJUSTMENT) {
            put_adjustment(&table, part, i + 1);
            continue;
        }
        put_part(&table, part, i + 1);
        put_estimate_rows(&table, part);
        put_rate(&table, part);
        put_share(&table, part);
    }
    put_rounding(&table);
    put_months(&table);
    result = table.words.broken;
    text_release(&table.words);
    return result < 0 ? fault_set(fault, result, "the explanation is too long") : 0;
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
    put_since(writer, entry->day);
    put_amount(writer, &entry->amount);
    result_int(writer, "run", entry->run_id);
    result_int(writer, "seq", entry->seq);
    result_instant(writer, "completed", entry->completed_ms);
    result_text_or_null(writer, "reference", entry->masked);
    result_text(writer, "booking_month", month);
    result_decimal(writer, "share", entry->millionths, SHARE_DIGITS);
    text_printf(&words, "%s, run %" PRId64 " seq %" PRId64 ", of part %zu",
                entry->masked != NULL ? entry->masked : "", entry->run_id, entry->seq,
                entry->part + 1);
    if (entry->booking != clock_month_of_day(entry->day))
        text_printf(&words, ", booked in %s", month);
    if (entry->by_whom != NULL && entry->by_whom[0] != '\0')
        text_printf(&words, ", by %s", entry->by_whom);
    append_reason(&words, entry->reason);
    result_text(writer, "words", text_string(&words));
    json_end_object(writer);
    text_release(&words);
}

void explain_rows_rest(struct json_writer *writer, int64_t count)
{
    char words[128];

    (void)snprintf(words, sizeof words, "%" PRId64 " tasks more; --tasks 0 lists them", count);
    json_begin_object(writer);
    result_text(writer, "what", "not listed");
    result_text(writer, "words", words);
    json_end_object(writer);
}
