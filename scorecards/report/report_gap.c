/* Why a department is where it is, in words: how sure, which robots, what waits. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "scorecards/report/report_inner.h"

enum { MONTHS_OF_YEAR = 12, ORE_PER_KRONE = 100 };

const char *report_gap_hours(struct composing *composing, int64_t kroner)
{
    int64_t rate = composing->figures.ranking.gap.ore_per_hour;

    if (rate <= 0)
        return "";
    return shown_plural(composing,
                        (int64_t)decimal_divide_half_up((int128)kroner * ORE_PER_KRONE, rate),
                        WORDS_REPORT_HOUR, WORDS_REPORT_HOURS);
}

bool report_year_is_over(const struct composing *composing)
{
    const struct forecast_query *query = &composing->figures.ranking.gap.forecast.query;

    return clock_month_of_day(query->as_of + 1) / MONTHS_OF_YEAR > query->year;
}

const char *report_gap_sure(struct composing *composing, const struct gap_row *row)
{
    const struct forecast_row *forecast = row->forecast;
    enum words id = WORDS_REPORT_SURE_NO_TARGET;

    if (report_year_is_over(composing) && row->certainty != GAP_NO_TARGET)
        return report_word(composing,
                           row->gap > 0 ? WORDS_REPORT_SURE_MISSED : WORDS_REPORT_SURE_MET);
    switch (row->certainty) {
    case GAP_NO_TARGET:
        break;
    case GAP_REACHED:
        id = WORDS_REPORT_SURE_REACHED;
        break;
    case GAP_LIKELY:
        id = WORDS_REPORT_SURE_LIKELY;
        break;
    case GAP_UNLIKELY:
        id = WORDS_REPORT_SURE_UNLIKELY;
        break;
    case GAP_OUT_OF_REACH:
        id = WORDS_REPORT_SURE_OUT_OF_REACH;
        break;
    }
    return SAY(composing, id, shown_kroner(composing, forecast->low_to_date),
               shown_kroner(composing, forecast->high_to_date),
               shown_kroner(composing, forecast->budget));
}

/* Of the robot as a whole, whatever its shares. */
static const char *why_something(struct composing *composing, const struct forecast_part *part)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    const struct forecast_robot *forecast = &gap->forecast.robots[part->robot];
    const struct robot *robot = robot_list_find(report_robots(composing), forecast->id);
    const struct estimate *estimate =
        robot != NULL ? robot_estimate_on(robot, gap->forecast.query.as_of) : NULL;

    if (estimate == NULL)
        return "";
    return SAY(composing, WORDS_REPORT_WHY_BRINGS,
               shown_short(composing, forecast->tasks_per_month_hundredths, 2),
               shown_minutes(composing, estimate->hundredths));
}

static const char *why_of(struct composing *composing, const struct forecast_part *part)
{
    switch (part->why) {
    case FORECAST_BRINGS:
        return why_something(composing, part);
    case FORECAST_ONE_OFF:
        return report_word(composing, WORDS_REPORT_WHY_ONE_OFF);
    case FORECAST_NOT_BEGUN:
        return part->why_day == 0
                   ? report_word(composing, WORDS_REPORT_WHY_NOT_BEGUN)
                   : SAY(composing, WORDS_REPORT_WHY_BEGINS, shown_day(composing, part->why_day));
    case FORECAST_ENDED:
        return SAY(composing, WORDS_REPORT_WHY_ENDED, shown_day(composing, part->why_day));
    case FORECAST_SUSPENDED:
        return report_word(composing, WORDS_REPORT_WHY_SUSPENDED);
    case FORECAST_NO_MONTH:
        return report_word(composing, WORDS_REPORT_WHY_NO_MONTH);
    case FORECAST_UNSIGNED:
        return SAY(composing, WORDS_REPORT_WHY_UNSIGNED, shown_count(composing, part->tasks));
    case FORECAST_NO_TASKS:
        return report_word(composing, part->saved != 0 ? WORDS_REPORT_WHY_NO_MORE_TASKS
                                                       : WORDS_REPORT_WHY_NO_TASKS);
    }
    return "";
}

static const char *say_dispute(struct composing *composing, const struct forecast_part *part)
{
    if (part->dispute_id == 0)
        return "";
    if (part->dispute_hundredths < 0)
        return report_word(composing, WORDS_REPORT_WHY_DISPUTED);
    return SAY(composing, WORDS_REPORT_WHY_DISPUTED_AT,
               shown_minutes(composing, part->dispute_hundredths),
               shown_kroner(composing, part->kroner_if_right));
}

static const char *say_waiting(struct composing *composing, const struct forecast_part *part)
{
    if (!part->is_signable)
        return "";
    return SAY(
        composing, WORDS_REPORT_WHY_WAITS, shown_minutes(composing, part->minutes_hundredths),
        shown_day(composing, part->signable_from), shown_kroner(composing, part->kroner_if_signed));
}

const char *report_gap_why(struct composing *composing, const struct forecast_part *part)
{
    return report_both(
        composing, why_of(composing, part),
        report_both(composing, say_dispute(composing, part), say_waiting(composing, part)));
}

const char *report_gap_ideas(struct composing *composing, const struct gap_row *row)
{
    const char *kroner = shown_kroner(composing, row->idea_kroner);
    enum words id =
        row->idea_kroner >= row->gap ? WORDS_REPORT_IDEAS_CLOSE : WORDS_REPORT_IDEAS_DO_NOT_CLOSE;

    if (row->idea_count == 0)
        return report_word(composing, WORDS_REPORT_IDEAS_NONE);
    return SAY(
        composing, id,
        shown_plural(composing, (int64_t)row->idea_count, WORDS_REPORT_IDEA, WORDS_REPORT_IDEAS),
        kroner, shown_count(composing, (int64_t)row->decided_count),
        shown_kroner(composing, row->decided_kroner));
}

const char *report_gap_full_year(struct composing *composing, const struct gap_row *row)
{
    const struct forecast_row *forecast = row->forecast;
    int64_t ideas = 0;
    int64_t all;
    size_t i;

    if (row->idea_count == 0)
        return "";
    for (i = 0; i < row->idea_count; i++)
        ideas += row->ideas[i].kroner_per_year;
    all = ideas + forecast->kroner;
    return SAY(composing,
               all >= forecast->budget ? WORDS_REPORT_IDEAS_FULL_YEAR_CLOSE
                                       : WORDS_REPORT_IDEAS_FULL_YEAR_SHORT,
               shown_kroner(composing, ideas), shown_kroner(composing, forecast->kroner),
               shown_kroner(composing, all), shown_kroner(composing, forecast->budget),
               shown_kroner(composing, forecast->budget - all));
}

const char *report_no_robots(struct composing *composing)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    const char *names = "";
    size_t i;

    for (i = 0; i < gap->row_count; i++)
        if (gap->rows[i].gap > 0 && gap->rows[i].part_count == 0)
            names = report_with(composing, names, gap->rows[i].forecast->name);
    return names[0] == '\0' ? "" : SAY(composing, WORDS_REPORT_NO_ROBOTS, names);
}

/* Ended by the day of the figures, and saved something in the year. */
static const char *not_in_forecast(struct composing *composing,
                                   const struct forecast_robot *forecast)
{
    const struct robot *robot = robot_list_find(report_robots(composing), forecast->id);
    const struct robot_operation *last;

    if (robot == NULL || robot->operation_count == 0 || forecast->kroner != 0 ||
        forecast->kroner_to_date == 0)
        return "";
    last = &robot->operations[robot->operation_count - 1];
    if (last->to_day > composing->figures.ranking.gap.forecast.query.as_of)
        return "";
    return SAY(composing, WORDS_REPORT_NOT_IN_FORECAST_IS, forecast->name,
               shown_day(composing, last->to_day),
               shown_kroner(composing, forecast->kroner_to_date));
}

const char *report_expected_or_forecast(struct composing *composing)
{
    const struct forecast *forecast = &composing->figures.ranking.gap.forecast;
    const char *names = "";
    size_t i;

    for (i = 0; i < forecast->robot_count; i++)
        names = report_with(composing, names, not_in_forecast(composing, &forecast->robots[i]));
    return report_both(composing, report_word(composing, WORDS_REPORT_EXPECTED_OR_FORECAST),
                       names[0] == '\0' ? "" : SAY(composing, WORDS_REPORT_NOT_IN_FORECAST, names));
}

const char *report_furthest(struct composing *composing)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    const struct gap_row *row = gap->row_count > 0 ? &gap->rows[0] : NULL;

    if (row == NULL || row->gap == 0)
        return SAY(composing, WORDS_REPORT_NONE_BEHIND,
                   shown_year(composing, gap->forecast.query.year));
    return SAY(composing, WORDS_REPORT_FURTHEST_IS, row->forecast->name,
               shown_kroner(composing, row->forecast->kroner_to_date),
               shown_kroner(composing, row->forecast->budget), shown_kroner(composing, row->gap),
               report_gap_hours(composing, row->gap),
               shown_year(composing, gap->forecast.query.year));
}

const char *report_expected(struct composing *composing)
{
    const struct gap *gap = &composing->figures.ranking.gap;
    const struct forecast *forecast = &gap->forecast;
    const char *year = shown_year(composing, forecast->query.year);
    const char *kroner = shown_kroner(composing, forecast->total.kroner_to_date);
    const char *hours = report_gap_hours(composing, forecast->total.kroner_to_date);
    int64_t targets = 0;
    int64_t behind = 0;
    int64_t missing = 0;
    size_t i;

    for (i = 0; i < gap->row_count; i++) {
        targets += gap->rows[i].certainty != GAP_NO_TARGET;
        behind += gap->rows[i].gap > 0;
        missing += gap->rows[i].gap;
    }
    if (targets == 0)
        return SAY(composing, WORDS_REPORT_EXPECTED_NO_TARGET, year, kroner, hours);
    if (behind == 0)
        return SAY(composing, WORDS_REPORT_EXPECTED_ALL, year, kroner, hours,
                   shown_count(composing, targets));
    return SAY(composing, WORDS_REPORT_EXPECTED_IS, year, kroner, hours,
               shown_count(composing, behind), shown_count(composing, targets),
               shown_kroner(composing, missing));
}
