/* Figures of a random organisation opened down to their tasks, and held against an earlier range. */
#include "tests/unit/random_organisation.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "tests/unit/random_inner.h"

/* Which takes as long as living does, so only some are asked. */
enum { ARGUMENTS_MOST = 256, OPENED_ONE_OF = 6 };

/* Everything, a year, a month, or days that cut months. */
static void draw_range(struct random_organisation *town, char from[static CLOCK_DAY_TEXT],
                       char to[static CLOCK_DAY_TEXT])
{
    int32_t first = clock_day(2024, 9, 1) + (int32_t)chance(town, 600);
    int32_t last = first + (int32_t)chance(town, 200);

    switch (chance(town, 4)) {
    case 0:
        first = clock_day(2024, 1, 1);
        last = clock_day(2027, 12, 31);
        break;
    case 1:
        first = clock_day(2025, 1, 1);
        last = clock_day(2025, 12, 31);
        break;
    case 2:
        first = clock_first_day_of_month(clock_month_of_day(first));
        last = clock_last_day_of_month(clock_month_of_day(first));
        break;
    default:
        break;
    }
    clock_format_day(first, from);
    clock_format_day(last, to);
}

/* department, robot: 0 none; one department more than there are is Tværgående. */
static void ask_figure(struct random_organisation *town, struct text *question, const char *figure,
                       int64_t department, int64_t robot)
{
    char arguments[ARGUMENTS_MOST];
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];
    char of_department[40] = "";
    char of_robot[40] = "";

    draw_range(town, from, to);
    if (department > town->departments)
        (void)snprintf(of_department, sizeof of_department, ",\"department\":\"tvaergaaende\"");
    else if (department > 0)
        (void)snprintf(of_department, sizeof of_department, ",\"department\":\"d%" PRId64 "\"",
                       department);
    if (robot > 0)
        (void)snprintf(of_robot, sizeof of_robot, ",\"robot\":\"r%" PRId64 "\"", robot);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"figure\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"tasks\":%d%s%s}", figure,
                   from, to, chance(town, 4) == 0 ? 3 : 0, of_department, of_robot);
    put_check(town, question, "explain", arguments);
}

/* Of a department (one more than there are: Tværgående), a robot, or all. */
static void ask_forecast_opened(struct random_organisation *town, struct text *question)
{
    char arguments[ARGUMENTS_MOST];
    char as_of[CLOCK_DAY_TEXT];
    char whose[48] = "";
    int64_t number = chance(town, 2 + town->departments);

    if (number > town->departments)
        (void)snprintf(whose, sizeof whose, ",\"department\":\"tvaergaaende\"");
    else if (number > 0)
        (void)snprintf(whose, sizeof whose, ",\"department\":\"d%" PRId64 "\"", number);
    else if (chance(town, 2) == 0)
        (void)snprintf(whose, sizeof whose, ",\"robot\":\"r%" PRId64 "\"",
                       1 + chance(town, town->robots));
    clock_format_day(clock_day(2024, 12, 31) + (int32_t)chance(town, 500), as_of);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"figure\":\"forecast\",\"year\":%d,\"as-of\":\"%s\"%s}",
                   2025 + (int)chance(town, 2), as_of, whose);
    put_check(town, question, "explain", arguments);
}

static void ask_changes(struct random_organisation *town, struct text *question, const char *by)
{
    char arguments[ARGUMENTS_MOST];
    char days[4][CLOCK_DAY_TEXT];
    int32_t middle = clock_day(2024, 12, 1) + (int32_t)chance(town, 400);

    if (chance(town, 2) == 0)
        middle = clock_first_day_of_month(clock_month_of_day(middle));
    clock_format_day(middle - 1 - (int32_t)chance(town, 150), days[0]);
    clock_format_day(middle - 1, days[1]);
    clock_format_day(middle + (int32_t)chance(town, 2) * 31, days[2]);
    clock_format_day(middle + 31 + (int32_t)chance(town, 150), days[3]);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"before-from\":\"%s\",\"before-to\":\"%s\",\"from\":\"%s\",\"to\":\"%s\","
                   "\"by\":\"%s\"}",
                   days[0], days[1], days[2], days[3], by);
    put_check(town, question, "changes", arguments);
}

static const char *draw_figure(struct random_organisation *town)
{
    static const char *const figures[] = {"kroner", "kroner", "minutes", "tasks", "uncounted"};

    return figures[chance(town, sizeof figures / sizeof *figures)];
}

/* What stands beside the savings, of a department, a robot, both, or all. */
static void ask_beside(struct random_organisation *town, struct text *question)
{
    static const char *const figures[] = {"realised", "released", "gains", "helped", "disputed"};
    int64_t department = chance(town, town->departments + 2);
    int64_t robot = chance(town, town->robots + 1);

    ask_figure(town, question, figures[chance(town, sizeof figures / sizeof *figures)], department,
               robot);
    ask_figure(town, question, "net", department, department == 0 ? robot : 0);
}

void ask_opened(struct random_organisation *town, struct text *question)
{
    int64_t department;
    int64_t robot;

    if (chance(town, OPENED_ONE_OF) != 0)
        return;
    ask_figure(town, question, draw_figure(town), 0, 0);
    for (department = 1; department <= town->departments + 1; department++)
        ask_figure(town, question, draw_figure(town), department, 0);
    for (robot = 1; robot <= town->robots; robot++)
        ask_figure(town, question, draw_figure(town), 0, robot);
    ask_figure(town, question, draw_figure(town), 1 + chance(town, town->departments + 1),
               1 + chance(town, town->robots));
    ask_beside(town, question);
    ask_beside(town, question);
    ask_forecast_opened(town, question);
    ask_forecast_opened(town, question);
    ask_changes(town, question, "department");
    ask_changes(town, question, "robot");
}
