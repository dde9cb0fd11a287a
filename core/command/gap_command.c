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

enum { WORDS_MAX = 256, MINUTE_DIGITS = 2, YEAR_LEAST = 1900, YEAR_MOST = 2199 };

static void put_words(struct json_writer *writer, const struct gap_row *row)
{
    char words[WORDS_MAX];

    if (row->gap == 0)
        (void)snprintf(words, sizeof words, "%s", gap_certainty_words(row->certainty));
    else if (row->idea_count == 0)
        (void)snprintf(words, sizeof words, "%s; no idea says what it would save",
                       gap_certainty_words(row->certainty));
    else
        (void)snprintf(words, sizeof words, "%s; %zu idea%s would bring %" PRId64 "%s",
                       gap_certainty_words(row->certainty), row->idea_count,
                       row->idea_count == 1 ? "" : "s", row->idea_kroner,
                       row->idea_kroner >= row->gap ? ", which closes it" : "");
    result_text(writer, "words", words);
}

static void put_department(struct json_writer *writer, const struct gap_row *row)
{
    json_begin_object(writer);
    result_text(writer, "what", "department");
    result_text(writer, "id", row->forecast->id);
    result_text(writer, "name", row->forecast->name);
    result_int(writer, "budget", row->forecast->budget);
    result_int(writer, "forecast", row->forecast->kroner);
    forecast_put_percent(writer, "percent", &row->forecast->percent, 0);
    result_int(writer, "low", row->forecast->low);
    result_int(writer, "high", row->forecast->high);
    result_int(writer, "gap", row->gap);
    put_words(writer, row);
    json_end_object(writer);
}

static void say_part(struct text *words, const struct forecast_part *part)
{
    char minutes[DECIMAL_TEXT_MAX];

    if (!part->is_signable) {
        forecast_add_why(words, part->why, part->why_day);
        return;
    }
    decimal_format(part->minutes_hundredths, MINUTE_DIGITS, minutes, sizeof minutes);
    text_printf(words,
                "no signed estimate; not counted: `estimate sign` at %s min, with its %" PRId64
                " tasks so far, would bring %" PRId64,
                minutes, part->tasks, part->kroner_if_signed);
}

/* A robot's id stands below its department's, its part in the column of the forecast. */
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
    result_int(writer, "forecast", part->kroner);
    if (part->is_signable) {
        result_int(writer, "tasks_unsigned", part->tasks);
        result_int(writer, "kroner_if_signed", part->kroner_if_signed);
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

static void put_message(struct json_writer *writer, const struct gap *gap)
{
    const struct gap_row *first = gap->row_count > 0 ? &gap->rows[0] : NULL;
    char as_of[CLOCK_DAY_TEXT];

    clock_format_day(gap->forecast.query.as_of, as_of);
    if (first == NULL || first->gap == 0)
        result_message(writer, "%d, as of %s: no department is below its target",
                       (int)gap->forecast.query.year, as_of);
    else
        result_message(writer,
                       "%d, as of %s: %s is furthest from its target: %" PRId64 " of %" PRId64
                       " kroner, %" PRId64
                       " short; why: `automagi explain forecast --department %s "
                       "--year %d`",
                       (int)gap->forecast.query.year, as_of, first->forecast->name,
                       first->forecast->kroner, first->forecast->budget, first->gap,
                       first->forecast->id, (int)gap->forecast.query.year);
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
    put_message(writer, gap);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < gap->row_count; i++) {
        if (department != NULL && strcmp(department, gap->rows[i].forecast->id) != 0)
            continue;
        put_department(writer, &gap->rows[i]);
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
    {.member = "what", .heading = "what"},
    {.member = "id", .heading = "id", .most = 20},
    {.member = "name", .heading = "name", .most = 18},
    {.member = "budget", .heading = "target", .is_right = true},
    {.member = "forecast", .heading = "forecast", .is_right = true},
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
        "gap = target - forecast (`automagi forecast`, the organisation's rule); the furthest\n"
        "first. How sure: the forecast's 80 % interval (low and high, with --format json or csv).\n"
        "Below a department with a gap stand the robots that serve it: their parts add up to its\n"
        "forecast, and one that brings 0 says why. What an estimate would bring that only waits\n"
        "for its signature is said, and counted nowhere. Then come the department's ideas\n"
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
