/* What people decide: each by its command, and nothing before its day may move. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "tests/unit/random_inner.h"

enum { ARGUMENTS_MOST = 512 };

/* A day that a version begins on: mostly near, sometimes long past, sometimes ahead. */
static int32_t some_day(struct random_organisation *town)
{
    return today(town) + 20 - (int32_t)chance(town, chance(town, 3) == 0 ? 250 : 60);
}

static const char *difference(struct random_organisation *town)
{
    return chance(town, 2) == 0 ? ",\"book-difference\":true" : "";
}

/* Carries it out, and holds what lies before `from`, every other time. */
static void decide_from(struct random_organisation *town, const char *command, const char *by,
                        const char *arguments, int32_t from)
{
    bool is_held = chance(town, 2) == 0; /* looking is what takes time */
    char *before = is_held ? savings_text(town, INT32_MIN, from - 1) : NULL;
    bool is_taken = decide(town, command, by, arguments);
    char *after = is_held && is_taken ? savings_text(town, INT32_MIN, from - 1) : NULL;

    if (after != NULL)
        assert_string_equal(before, after);
    free(before);
    free(after);
}

static void estimate(struct random_organisation *town)
{
    int64_t robot = 1 + chance(town, town->robots);
    int32_t from = some_day(town);
    const char *kind = chance(town, 4) == 0 ? "handover" : "task";
    char arguments[ARGUMENTS_MOST];
    char day[CLOCK_DAY_TEXT];

    clock_format_day(from, day);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r%" PRId64 "\",\"minutes\":\"%d.%02d\",\"from\":\"%s\","
                   "\"for\":\"%s\",\"by\":\"Invented Owner\",\"reason\":\"test\"}",
                   robot, (int)chance(town, 40), (int)chance(town, 100), day, kind);
    decide_from(town, "estimate set", NULL, arguments, from);
    if (chance(town, 5) == 0)
        return;
    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r%" PRId64 "\",\"from\":\"%s\",\"for\":\"%s\","
                   "\"by\":\"Invented Head\"%s}",
                   robot, day, kind, difference(town));
    decide_from(town, "estimate sign", NULL, arguments, from);
}

static void dispute(struct random_organisation *town)
{
    char arguments[ARGUMENTS_MOST];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r%" PRId64 "\",\"reason\":\"test\",\"by\":\"Invented Leader\"}",
                   1 + chance(town, town->robots));
    decide_from(town, "estimate dispute", NULL, arguments, today(town) + 1);
}

static void rate(struct random_organisation *town)
{
    int32_t from = some_day(town);
    char arguments[ARGUMENTS_MOST];
    char day[CLOCK_DAY_TEXT];

    clock_format_day(from, day);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"from\":\"%s\",\"kroner\":\"%d.%02d\",\"by\":\"Invented Person\"%s}", day,
                   300 + (int)chance(town, 100), (int)chance(town, 100), difference(town));
    decide_from(town, "rate set", NULL, arguments, from);
}

static void share(struct random_organisation *town)
{
    int32_t from = some_day(town);
    int first = 1 + (int)chance(town, 999998);
    int second = 1 + (int)chance(town, 1000000 - first);
    char arguments[ARGUMENTS_MOST];
    char day[CLOCK_DAY_TEXT];

    clock_format_day(from, day);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r%" PRId64 "\",\"from\":\"%s\",\"share\":\"d1=0.%06d,d2=0.%06d\","
                   "\"reason\":\"test\"%s}",
                   1 + chance(town, town->robots), day, first, second, difference(town));
    decide_from(town, "share set", NULL, arguments, from);
}

static void budget(struct random_organisation *town)
{
    char arguments[ARGUMENTS_MOST];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"department\":\"d%" PRId64 "\",\"year\":%d,\"kroner\":%d,"
                   "\"by\":\"Invented Person\",\"reason\":\"test\"}",
                   1 + chance(town, town->departments), 2025 + (int)chance(town, 2),
                   (int)chance(town, 3000) - 200);
    decide_from(town, "budget set", NULL, arguments, today(town) + 1);
}

static void rename_one(struct random_organisation *town)
{
    int32_t from = some_day(town);
    char arguments[ARGUMENTS_MOST];
    char day[CLOCK_DAY_TEXT];

    clock_format_day(from, day);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"department\":\"d%" PRId64 "\",\"name\":\"N%d\",\"from\":\"%s\","
                   "\"by\":\"Invented Person\"}",
                   1 + chance(town, town->departments), (int)chance(town, 100), day);
    decide_from(town, "department rename", NULL, arguments, from);
}

static void merge(struct random_organisation *town, int64_t department, int32_t from)
{
    char arguments[ARGUMENTS_MOST];
    char day[CLOCK_DAY_TEXT];

    clock_format_day(from, day);
    (void)snprintf(arguments, sizeof arguments,
                   "{\"departments\":\"d%" PRId64 "\",\"into\":\"d%" PRId64 "\","
                   "\"from\":\"%s\",\"by\":\"Invented Person\"%s}",
                   department, 1 + department % town->departments, day, difference(town));
    decide_from(town, "department merge", NULL, arguments, from);
}

/* Into all others, two or three, so that more than one millionth can be missing. */
static void split(struct random_organisation *town, int64_t department, int32_t from)
{
    int rest = 1000000;
    char arguments[ARGUMENTS_MOST];
    char day[CLOCK_DAY_TEXT];
    struct text into;
    int64_t step;

    clock_format_day(from, day);
    text_init(&into, ARGUMENTS_MOST);
    for (step = 1; step < town->departments; step++) {
        bool is_last = step == town->departments - 1;
        int part = is_last ? rest : 1 + (int)chance(town, rest / 2);

        text_printf(&into, "%sd%" PRId64 "=0.%06d", step > 1 ? "," : "",
                    1 + (department - 1 + step) % town->departments, part);
        rest -= part;
    }
    (void)snprintf(arguments, sizeof arguments,
                   "{\"department\":\"d%" PRId64 "\",\"into\":\"%s\",\"from\":\"%s\","
                   "\"by\":\"Invented Person\"%s}",
                   department, text_string(&into), day, difference(town));
    text_release(&into);
    decide_from(town, "department split", NULL, arguments, from);
}

static void reorganise(struct random_organisation *town)
{
    int64_t department = 1 + chance(town, town->departments);

    if (town->departments == 2 || chance(town, 2) == 0)
        merge(town, department, some_day(town));
    else
        split(town, department, some_day(town));
}

static void operate(struct random_organisation *town)
{
    int32_t from = some_day(town);
    int64_t robot = 1 + chance(town, town->robots);
    char arguments[ARGUMENTS_MOST];
    char day[CLOCK_DAY_TEXT];
    char end[CLOCK_DAY_TEXT];

    clock_format_day(from, day);
    clock_format_day(from + 1 + (int32_t)chance(town, 90), end);
    if (chance(town, 2) == 0) {
        (void)snprintf(arguments, sizeof arguments, "{\"robot\":\"r%" PRId64 "\",\"on\":\"%s\"}",
                       robot, day);
        decide_from(town, "robot retire", NULL, arguments, today(town) + 1);
        return;
    }
    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r%" PRId64 "\",\"from\":\"%s\",\"to\":\"%s\"}", robot, day, end);
    decide_from(town, "robot suspend", NULL, arguments, today(town) + 1);
}

void random_decision(struct random_organisation *town)
{
    static void (*const decisions[])(struct random_organisation *) = {
        estimate, estimate, estimate,   dispute,    rate,    share,
        share,    budget,   rename_one, reorganise, operate,
    };

    decisions[chance(town, (int64_t)(sizeof decisions / sizeof *decisions))](town);
}
