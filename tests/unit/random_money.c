/* Costs, gains, cut budgets and distribution keys by chance; and what of them a closed month keeps. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "tests/unit/random_inner.h"

enum { ARGUMENTS_MOST = 512, TEXT_MOST = 1 << 20 };

#define BY "\"by\":\"Invented Person\"}"

static void cost(struct random_organisation *town, const char *day)
{
    bool is_running = chance(town, 2) == 0;
    char arguments[ARGUMENTS_MOST];

    if (chance(town, 3) == 0)
        (void)snprintf(arguments, sizeof arguments, "{\"id\":%d,\"on\":\"%s\"," BY,
                       1 + (int)chance(town, 6), day);
    else
        (void)snprintf(
            arguments, sizeof arguments,
            "{\"robot\":\"r%" PRId64 "\",%s:\"%d.50\",\"hours\":\"%d.25\",%s:\"%s\","
            "\"borne-by\":\"d%" PRId64 "\",\"what\":\"test\"," BY,
            1 + chance(town, town->robots),
            is_running ? "\"running\":true,\"monthly\"" : "\"development\":true,\"kroner\"",
            (int)chance(town, 900), (int)chance(town, 20), is_running ? "\"from\"" : "\"on\"", day,
            1 + chance(town, town->departments));
    (void)decide(town, arguments[2] == 'i' ? "cost stop" : "cost add", NULL, arguments);
}

static void gain(struct random_organisation *town, const char *day)
{
    char arguments[ARGUMENTS_MOST];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"robot\":\"r%" PRId64 "\",\"kroner\":\"%d.50\",\"on\":\"%s\","
                   "\"what\":\"test\",\"document\":\"test\"," BY,
                   1 + chance(town, town->robots), (int)chance(town, 900), day);
    (void)decide(town, "gain add", NULL, arguments);
}

static void cut(struct random_organisation *town, const char *day)
{
    char arguments[ARGUMENTS_MOST];

    (void)day;
    (void)snprintf(arguments, sizeof arguments,
                   "{\"department\":\"d%" PRId64 "\",\"year\":%d,\"kroner\":%d,"
                   "\"document\":\"test\"," BY,
                   1 + chance(town, town->departments), 2025 + (int)chance(town, 2),
                   (int)chance(town, 3000));
    (void)decide(town, "budget realise", NULL, arguments);
}

static void distribute(struct random_organisation *town, const char *day)
{
    char arguments[ARGUMENTS_MOST];

    (void)snprintf(arguments, sizeof arguments,
                   "{\"from\":\"%s\",\"share\":\"d1=0.%06d\",\"reason\":\"test\"}", day,
                   (int)chance(town, 1000000));
    (void)decide(town, "key set", NULL, arguments);
}

void random_money(struct random_organisation *town)
{
    static void (*const entries[])(struct random_organisation *, const char *) = {cost, cost, gain,
                                                                                  cut, distribute};
    char day[CLOCK_DAY_TEXT];

    clock_format_day(today(town) - (int32_t)chance(town, chance(town, 3) == 0 ? 250 : 30), day);
    entries[chance(town, (int64_t)(sizeof entries / sizeof *entries))](town, day);
}

/* Realised and released change when a budget is cut later; all else stays. */
static void put_kept(struct text *target, const struct json *row)
{
    static const char *const members[] = {"id",    "development", "running",
                                          "saved", "gains",       "kroner"};
    size_t i;

    for (i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *member = json_member(row, members[i]);

        text_append_char(target, ' ');
        if (member != NULL)
            assert_int_equal(json_print(member, target), 0);
    }
    text_append_char(target, '\n');
}

static void put_table(struct random_organisation *town, struct text *target, const char *command,
                      const char *more, int32_t month)
{
    char arguments[ARGUMENTS_MOST];
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];
    const struct json *row;
    struct json *answer;

    clock_format_day(clock_first_day_of_month(month), from);
    clock_format_day(clock_last_day_of_month(month), to);
    (void)snprintf(arguments, sizeof arguments, "{\"from\":\"%s\",\"to\":\"%s\"%s}", from, to,
                   more);
    answer = caller_read(&town->caller, command, arguments);
    for (row = json_first(json_member(answer, "rows")); row != NULL; row = json_next(row))
        put_kept(target, row);
    json_free(answer);
}

char *random_money_text(struct random_organisation *town, int32_t month)
{
    struct text text;

    text_init(&text, TEXT_MOST);
    put_table(town, &text, "net", ",\"by\":\"robot\"", month);
    put_table(town, &text, "net", ",\"by\":\"department\"", month);
    put_table(town, &text, "savings", ",\"spread\":true", month);
    return text_take(&text);
}
