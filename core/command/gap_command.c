/* gap: how far each department is from its target, why, and which ideas would close it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/forecast_shown.h"
#include "core/command/nouns.h"
#include "scorecards/gap.h"

enum {
    WORDS_MAX = 2048,
    MONTHS_OF_YEAR = 12,
    MINUTE_DIGITS = 2,
    YEAR_LEAST = 1900,
    YEAR_MOST = 2199
};

/* Approved ones and wishes apart: only the former are decided. */
static void say_ideas(struct text *words, const struct gap_row *row)
{
    size_t wishes = row->idea_count - row->decided_count;
    bool is_closed = row->idea_kroner >= row->gap;

    if (row->decided_count > 0)
        text_printf(words, "; %zu approved idea%s would bring %" PRId64, row->decided_count,
                    row->decided_count == 1 ? "" : "s", row->decided_kroner);
    if (row->decided_count > 0 && row->decided_kroner >= row->gap) {
        text_append_string(words, ", which closes it");
        is_closed = false; /* that is said */
    }
    if (wishes > 0)
        text_printf(words, "%s %zu wish%s %s%" PRId64, row->decided_count > 0 ? "," : ";", wishes,
                    wishes == 1 ? "" : "es", row->decided_count > 0 ? "" : "would bring ",
                    row->idea_kroner - row->decided_kroner);
    if (wishes > 0 && is_closed)
        text_append_string(words, row->decided_count > 0 ? ", which together close it"
                                                         : ", which closes it");
    if (row->wordless_count > 0)
        text_printf(words, "; %zu idea%s no hours", row->wordless_count,
                    row->wordless_count == 1 ? " says" : "s say");
    else if (row->idea_count == 0)
        text_append_string(words, "; no idea says what it would save");
}

/* How sure it is, and what would close a gap. */
static void say_department(struct text *words, const struct gap *gap, const struct gap_row *row)
{
    const struct forecast_row *forecast = row->forecast;
    int32_t as_of = gap->forecast.query.as_of;
    bool is_over = clock_month_of_day(as_of + 1) / MONTHS_OF_YEAR > gap->forecast.query.year;

    if (row->gap > 0 && row->part_count == 0)
        text_append_string(words, "no robot serves it");
    else if (row->certainty == GAP_NO_TARGET)
        text_append_string(words, gap_certainty_words(row->certainty));
    else if (is_over)
        text_append_string(words, row->gap > 0 ? "the year is over, and it was not reached"
                                               : "the year is over, and it was reached");
    else
        text_printf(words, "80 %%: between %" PRId64 " and %" PRId64 "; %s", forecast->low_to_date,
                    forecast->high_to_date, gap_certainty_words(row->certainty));
    if (row->gap > 0)
        say_ideas(words, row);
}

static void put_department(struct json_writer *writer, const struct gap *gap,
                           const struct gap_row *row)
{
    const struct forecast_row *forecast = row->forecast;
    struct text words;

    text_init(&words, WORDS_MAX);
    say_department(&words, gap, row);
    json_begin_object(writer);
    result_text(writer, "what", "department");
    result_text(writer, "id", forecast->id);
    result_text(writer, "name", forecast->name);
    result_int(writer, "budget", forecast->budget);
    result_int(writer, "saved", forecast->saved);
    result_int(writer, "expected", forecast->kroner_to_date);
    result_int(writer, "forecast", forecast->kroner);
    forecast_put_percent(writer, "percent", &forecast->percent_to_date, 0);
    result_int(writer, "low", forecast->low_to_date);
    result_int(writer, "high", forecast->high_to_date);
    result_int(writer, "gap", row->gap);
    result_text(writer, "words", text_string(&words));
    json_end_object(writer);
    text_release(&words);
}

static void say_waiting(struct text *words, const struct forecast_part *part)
{
    char minutes[DECIMAL_TEXT_MAX];
    char from[CLOCK_DAY_TEXT];

    decimal_format(part->minutes_hundredths, MINUTE_DIGITS, minutes, sizeof minutes);
    clock_format_day(part->signable_from, from);
    text_printf(words,
                "%sthe version from %s waits for its signature: at %s min it would bring %" PRId64,
                words->length > 0 ? "; " : "", from, minutes, part->kroner_if_signed);
    if (part->why == FORECAST_UNSIGNED)
        text_printf(words, ", with its %" PRId64 " tasks so far", part->tasks);
}

static void say_dispute(struct text *words, const struct forecast_part *part)
{
    char minutes[DECIMAL_TEXT_MAX];

    text_printf(words, "%scontested by dispute %" PRId64, words->length > 0 ? "; " : "",
                part->dispute_id);
    if (part->dispute_hundredths < 0) {
        text_append_string(words, ", which says no minutes");
        return;
    }
    decimal_format(part->dispute_hundredths, MINUTE_DIGITS, minutes, sizeof minutes);
    text_printf(words, ": at %s min it would bring %" PRId64, minutes, part->kroner_if_right);
}

/* None of this is counted: the row stands as the estimate does that is signed. */
static void say_part(struct text *words, const struct forecast_part *part)
{
    if (part->why == FORECAST_UNSIGNED && part->is_signable)
        text_append_string(words, "no signed estimate");
    else if (part->why == FORECAST_NO_TASKS && part->saved != 0)
        text_append_string(words, "nothing is foreseen of it for the months left");
    else
        forecast_add_why(words, part->why, part->why_day);
    if (part->dispute_id != 0)
        say_dispute(words, part);
    if (part->is_signable)
        say_waiting(words, part);
}

/* A robot's id stands below its department's, its parts in the same columns. */
static void put_robot(struct json_writer *writer, const struct gap *gap,
                      const struct forecast_part *part)
{
    const struct forecast_robot *robot = &gap->forecast.robots[part->robot];
    struct text words;

    text_init(&words, WORDS_MAX);
    say_part(&words, part);
    json_begin_object(writer);
    result_text(writer, "what", "robot");
    result_text(writer, "id", robot->id);
    result_text(writer, "name", robot->name);
    result_int(writer, "saved", part->saved);
    result_int(writer, "expected", part->kroner_to_date);
    result_int(writer, "forecast", part->kroner);
    if (part->is_signable) {
        if (part->why == FORECAST_UNSIGNED)
            result_int(writer, "tasks_unsigned", part->tasks);
        result_day(writer, "signable_from", part->signable_from);
        result_decimal(writer, "signable_minutes", part->minutes_hundredths, MINUTE_DIGITS);
        result_int(writer, "kroner_if_signed", part->kroner_if_signed);
    }
    if (part->dispute_id != 0)
        result_int(writer, "dispute", part->dispute_id);
    if (part->dispute_id != 0 && part->dispute_hundredths >= 0) {
        result_decimal(writer, "dispute_minutes", part->dispute_hundredths, MINUTE_DIGITS);
        result_int(writer, "kroner_if_right", part->kroner_if_right);
    }
    result_text_or_null(writer, "words", text_string(&words));
    json_end_object(writer);
    text_release(&words);
}

static void put_idea(struct json_writer *writer, const struct gap_idea *idea)
{
    char id[32];
    char words[WORDS_MAX];

    (void)snprintf(id, sizeof id, "idea %" PRId64, idea->idea->id);
    (void)snprintf(words, sizeof words, "%s; %" PRId64 " kroner a year, %d month%s of it%s%s",
                   idea_status_phrase(idea->idea->status), idea->kroner_per_year, (int)idea->months,
                   idea->months == 1 ? "" : "s", idea->is_planned ? "" : ", no date yet",
                   idea->closes ? "; closes the gap" : "");
    json_begin_object(writer);
    result_text(writer, "what", "idea");
    result_text(writer, "id", id);
    result_text(writer, "name", idea->idea->title);
    result_int(writer, "brings", idea->kroner);
    result_int(writer, "brings_per_year", idea->kroner_per_year);
    result_int(writer, "months", idea->months);
    result_bool(writer, "planned", idea->is_planned);
    result_bool(writer, "closes", idea->closes);
    result_text(writer, "words", words);
    json_end_object(writer);
}

/* A sentence about the department that was asked about, else about the furthest of all. */
static void put_message(struct json_writer *writer, const struct gap *gap, const char *department)
{
    const struct gap_row *row = gap->row_count > 0 ? &gap->rows[0] : NULL;
    int year = gap->forecast.query.year;
    char as_of[CLOCK_DAY_TEXT];
    struct text text;
    size_t i;

    for (i = 0; i < gap->row_count && department != NULL; i++)
        if (strcmp(department, gap->rows[i].forecast->id) == 0)
            row = &gap->rows[i];
    text_init(&text, WORDS_MAX);
    clock_format_day(gap->forecast.query.as_of, as_of);
    text_printf(&text, "%d, as of %s: ", year, as_of);
    if (row == NULL || (row->gap == 0 && department == NULL)) {
        text_append_string(&text, "no department is below its target");
    } else {
        text_printf(&text, "%s %s: %" PRId64, row->forecast->name,
                    row->gap == 0        ? "is not below its target"
                    : department == NULL ? "is furthest from its target"
                                         : "is below its target",
                    row->forecast->kroner_to_date);
        if (row->certainty != GAP_NO_TARGET)
            text_printf(&text, " of %" PRId64, row->forecast->budget);
        text_printf(&text, " kroner expected, %" PRId64 " saved in the months that are over",
                    row->forecast->saved);
        if (row->gap > 0)
            text_printf(&text, ", %" PRId64 " short", row->gap);
        text_append_string(&text, "; ");
        say_department(&text, gap, row);
        text_printf(&text, "; why: `automagi explain forecast --department %s --year %d`",
                    row->forecast->id, year);
    }
    result_text(writer, "message", text_string(&text));
    text_release(&text);
}

static void put_gap(struct json_writer *writer, const struct gap *gap, const char *department)
{
    char as_of[CLOCK_DAY_TEXT];
    size_t i;
    size_t j;

    clock_format_day(gap->forecast.query.as_of, as_of);
    json_begin_object(writer);
    result_int(writer, "year", gap->forecast.query.year);
    result_text(writer, "as_of", as_of);
    put_message(writer, gap, department);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < gap->row_count; i++) {
        if (department != NULL && strcmp(department, gap->rows[i].forecast->id) != 0)
            continue;
        put_department(writer, gap, &gap->rows[i]);
        for (j = 0; j < gap->rows[i].part_count; j++)
            put_robot(writer, gap, &gap->rows[i].parts[j]);
        for (j = 0; j < gap->rows[i].idea_count; j++)
            put_idea(writer, &gap->rows[i].ideas[j]);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static int gap_apply(struct command_call *call, struct fault *fault)
{
    const char *department = argument_text(call, "department", NULL);
    struct gap gap = {.row_count = 0};
    int32_t as_of = call_today(call);
    int64_t id = 0;
    int year;
    int month;
    int day;
    int result = department != NULL ? department_find(call->store, department, &id, fault) : 0;

    (void)argument_day(call, "as-of", &as_of);
    clock_civil(as_of, &year, &month, &day);
    if (result == 0)
        result =
            gap_read(call->store, (int32_t)argument_number(call, "year", year), as_of, &gap, fault);
    if (result == 0)
        put_gap(call->result, &gap, department);
    gap_release(&gap);
    return result;
}

static const struct argument arguments[] = {
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .value = "YEAR",
     .help = "the year of the targets (this year)",
     .least = YEAR_LEAST,
     .most = YEAR_MOST},
    {.name = "as-of",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "as things stand on that day (today)"},
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "only this department's row, and its ideas",
     .source = SOURCE_DEPARTMENT},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "what", .heading = "what", .is_csv_only = true},
    {.member = "id", .heading = "id", .most = 20},
    {.member = "name", .heading = "name", .most = 18},
    {.member = "budget", .heading = "target", .is_right = true},
    {.member = "saved", .heading = "saved", .is_right = true},
    {.member = "expected", .heading = "expected", .is_right = true},
    {.member = "forecast", .heading = "forecast", .is_right = true, .is_csv_only = true},
    {.member = "percent", .heading = "%", .is_right = true},
    {.member = "low", .heading = "low", .is_right = true, .is_csv_only = true},
    {.member = "high", .heading = "high", .is_right = true, .is_csv_only = true},
    {.member = "gap", .heading = "gap", .is_right = true},
    {.member = "brings", .heading = "brings", .is_right = true},
    {.member = "words", .heading = "why, and what would close it", .wraps = true},
    COLUMNS_END,
};

const struct command command_gap = {
    .name = "gap",
    .summary = "how far each department is from its target, why, and which ideas would close it",
    .help =
        "gap = target - expected; the furthest first. expected: what the year will have brought, "
        "that\n"
        "is saved (booked in its months that are over, `automagi savings`) and the mean for the "
        "months\n"
        "left. Before the year it is the forecast (`automagi forecast`). How sure: in four cases "
        "of\n"
        "five it will lie between the two numbers said.\n"
        "Below a department with a gap stand the robots that serve it, or did in the year: they "
        "add\n"
        "up to what is expected, and one that brings 0 says why. What a robot would bring by an\n"
        "estimate that waits for its signature, or by the minutes of who contests it, is said, "
        "and\n"
        "counted nowhere. Then come the department's ideas\n"
        "that say hours: kroner in the year = hours a year x rate x months after go-live / 12;\n"
        "an idea without a date counts from next month. Approved ideas come first, then the\n"
        "department's own priority, then what brings most. `automagi explain percent` says why.\n"
        "\n"
        "  automagi gap --year 2027 --department ds",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "no departments yet; `automagi load` takes them",
    .apply = gap_apply,
};
