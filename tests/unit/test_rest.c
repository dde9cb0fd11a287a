/* When nothing is to start: days off of calendars, quiet hours of systems. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/schedule/rest.h"
#include "core/store/calendar.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

static struct fault fault;
static struct zone *copenhagen;

static int open_zone(void **state)
{
    (void)state;
    return zone_open("Europe/Copenhagen", &copenhagen, &fault);
}

static int close_zone(void **state)
{
    (void)state;
    zone_close(copenhagen);
    return 0;
}

static int64_t at(const char *instant)
{
    int64_t wall_ms = 0;

    assert_true(clock_parse_instant(instant, &wall_ms));
    return wall_ms;
}

static int32_t day(const char *text)
{
    int32_t number = 0;

    assert_true(clock_parse_day(text, &number));
    return number;
}

/* opens "": it is open at `now`. */
static void expect_opens(const char *closed, const char *now, const char *opens)
{
    struct quiet quiet;
    int64_t until_ms;

    assert_int_equal(quiet_parse(closed, &quiet, &fault), 0);
    until_ms = quiet_until(&quiet, copenhagen, at(now));
    if (until_ms != (opens[0] == '\0' ? 0 : at(opens)))
        fail_msg("%s at %s: until %lld", closed, now, (long long)until_ms);
}

static void nights_and_weekends_are_closed(void **state)
{
    static const char usual[] = "18:00-06:00, sat, sun";

    (void)state;
    expect_opens("", "2026-11-21T12:00+01:00", "");
    expect_opens(usual, "2026-11-20T12:00+01:00", "");
    expect_opens(usual, "2026-11-19T17:59:59.999+01:00", "");
    expect_opens(usual, "2026-11-19T18:00+01:00", "2026-11-20T06:00+01:00");
    expect_opens(usual, "2026-11-20T05:59:59.999+01:00", "2026-11-20T06:00+01:00");
    expect_opens(usual, "2026-11-20T06:00+01:00", "");
    /* Friday's night, two whole days, Sunday's night: one after the other. */
    expect_opens(usual, "2026-11-20T18:00+01:00", "2026-11-23T06:00+01:00");
    expect_opens("sun 00:00-12:00", "2026-11-22T00:00+01:00", "2026-11-22T12:00+01:00");
    expect_opens("sun 00:00-12:00", "2026-11-21T23:59+01:00", "");
    /* Over midnight only from the days named. */
    expect_opens("fri 22:00-02:00", "2026-11-21T01:59+01:00", "2026-11-21T02:00+01:00");
    expect_opens("fri 22:00-02:00", "2026-11-20T01:59+01:00", "");
    expect_opens("mon-fri 12:00-12:30", "2026-11-20T12:00+01:00", "2026-11-20T12:30+01:00");
    expect_opens("fri-mon", "2026-11-20T12:00+01:00", "2026-11-24T00:00+01:00");
    expect_opens("22:00-24:00", "2026-11-20T23:00+01:00", "2026-11-21T00:00+01:00");
}

static void always_closed_never_opens(void **state)
{
    struct quiet quiet;

    (void)state;
    assert_int_equal(quiet_parse("00:00-24:00", &quiet, &fault), 0);
    assert_true(quiet_until(&quiet, copenhagen, at("2026-11-20T12:00+01:00")) == INT64_MAX);
    assert_int_equal(quiet_parse("06:00-06:00", &quiet, &fault), 0);
    assert_true(quiet_until(&quiet, copenhagen, at("2026-11-20T12:00+01:00")) == INT64_MAX);
}

static void hours_jump_with_the_clock(void **state)
{
    (void)state;
    /* 2026-03-29: 02:00 becomes 03:00. What ends in the gap ends where the clock goes on. */
    expect_opens("01:00-02:30", "2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00");
    expect_opens("01:00-04:00", "2026-03-29T01:30+01:00", "2026-03-29T04:00+02:00");
    expect_opens("02:00-03:00", "2026-03-29T01:59+01:00", "");
    /* 2026-10-25: 03:00 becomes 02:00. The hour is there twice, and closed twice. */
    expect_opens("02:00-02:30", "2026-10-25T02:15+02:00", "2026-10-25T02:30+02:00");
    expect_opens("02:00-02:30", "2026-10-25T02:45+02:00", "");
    expect_opens("02:00-02:30", "2026-10-25T02:15+01:00", "2026-10-25T02:30+01:00");
    expect_opens("01:00-03:00", "2026-10-25T01:30+02:00", "2026-10-25T03:00+01:00");
}

static void days_have_danish_names_too(void **state)
{
    struct quiet english;
    struct quiet danish;

    (void)state;
    assert_int_equal(quiet_parse("mon, TUESDAY, wed 01:00-02:00, fri-sun", &english, &fault), 0);
    assert_int_equal(quiet_parse("man,tirsdag,ons  01:00-02:00,fre-søn", &danish, &fault), 0);
    assert_int_equal(english.count, 4);
    assert_memory_equal(&english, &danish, sizeof(english.entries[0]) * 4);
    assert_int_equal(english.entries[3].weekdays, 1 | 1 << 5 | 1 << 6);
}

static void what_is_no_hour_is_refused(void **state)
{
    static const char *const wrong[] = {",",
                                        "sat,",
                                        "18:00",
                                        "18-06",
                                        "18:00-6:00",
                                        "24:00-01:00",
                                        "00:00-24:01",
                                        "00:60-01:00",
                                        "xyz",
                                        "mon-",
                                        "-mon",
                                        "mon-xyz",
                                        "sat sun",
                                        "18:00-06:00 sat",
                                        "mon 18:00-06:00 x",
                                        "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"};
    struct quiet quiet;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (quiet_parse(wrong[i], &quiet, &fault) != -EINVAL)
            fail_msg("\"%s\" was not refused", wrong[i]);
    assert_int_equal(quiet_parse("sat,sat,sat,sat,sat,sat,sat,sat,sat,sat,sat,sat,sat,sat,sat,sat,"
                                 "sat",
                                 &quiet, &fault),
                     -EINVAL);
    assert_non_null(strstr(fault.text, "at most 16"));
}

static void expect_off(const struct calendar_set *set, const char *not_on, const char *date,
                       const char *expected)
{
    char reason[REST_REASON_MAX] = "";
    bool is_off = calendar_day_off(set, not_on, day(date), reason);

    assert_int_equal(is_off, expected[0] != '\0');
    assert_string_equal(reason, expected);
}

static void computed_calendars_are_always_there(void **state)
{
    (void)state;
    expect_off(NULL, "", "2026-11-21", "");
    expect_off(NULL, "weekends", "2026-11-21", "Saturday (weekends)");
    expect_off(NULL, "weekends", "2026-11-20", "");
    expect_off(NULL, "danish-holidays", "2026-04-03", "langfredag (danish-holidays)");
    expect_off(NULL, "danish-bank-holidays", "2026-06-05", "grundlovsdag (danish-bank-holidays)");
    expect_off(NULL, "danish-bank-holidays", "2026-06-06", "");
    expect_off(NULL, "week-42", "2026-10-12", "week 42");
    expect_off(NULL, "week-42", "2026-10-18", "week 42");
    expect_off(NULL, "week-42", "2026-10-19", "");
    expect_off(NULL, "week-53", "2027-01-03", "week 53"); /* of 2026 */
    expect_off(NULL, "week-42,weekends", "2026-11-22", "Sunday (weekends)");
    expect_off(NULL, "no-such", "2026-11-22", "");
    assert_true(calendar_is_known(NULL, "week-1"));
    assert_false(calendar_is_known(NULL, "week-01"));
    assert_false(calendar_is_known(NULL, "week-54"));
    assert_false(calendar_is_known(NULL, "week-0"));
    assert_false(calendar_is_computed("week-"));
}

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", #call, fault.text);                                                 \
    } while (0)

/* Spans may lie over one another, and the longest is not the last to begin. */
static void own_calendars_are_found_by_day(void **state)
{
    struct calendar_set *set = NULL;
    struct store *store = NULL;
    char home[TEMP_HOME_PATH];
    int64_t id = 0;
    const struct calendar_span spans[] = {
        {day("2026-07-01"), day("2026-07-31"), "Summer"},
        {day("2026-07-10"), day("2026-07-10"), "Painting"},
        {day("2026-12-24"), day("2026-12-24"), "Closed"},
    };

    (void)state;
    temp_home_install(home);
    MUST(store_open(home, STORE_WRITE, &store, &fault));
    MUST(store_begin(store, &fault));
    MUST(calendar_put(store, "town", "Town", "by hand", 1, &id, &fault));
    MUST(calendar_spans_add(store, id, spans, 3, &fault));
    MUST(calendar_put(store, "empty", "Empty", "by hand", 1, &id, &fault));
    MUST(store_commit(store, &fault));
    MUST(calendar_set_read(store, &set, &fault));
    expect_off(set, "town", "2026-06-30", "");
    expect_off(set, "town", "2026-07-01", "Summer (town)");
    expect_off(set, "town", "2026-07-10", "Summer (town)");
    expect_off(set, "town", "2026-07-11", "Summer (town)");
    expect_off(set, "town", "2026-08-01", "");
    expect_off(set, "empty,town", "2026-12-24", "Closed (town)");
    expect_off(set, "empty", "2026-12-24", "");
    assert_true(calendar_is_known(set, "empty"));
    assert_false(calendar_is_known(set, "tow"));
    calendar_set_free(set);
    store_close(store);
    assert_int_equal(temp_home_remove(home), 0);
}

/* A name that is too long for a reason is cut between letters: of two names one has a letter at the place. */
static void a_long_name_is_cut_between_letters(void **state)
{
    struct calendar_set *set = NULL;
    struct store *store = NULL;
    char home[TEMP_HOME_PATH];
    char names[2][CALENDAR_NAME_MAX];
    char reason[REST_REASON_MAX] = "";
    struct calendar_span spans[2];
    int64_t id = 0;
    int i;

    (void)state;
    temp_home_install(home);
    for (i = 0; i < 2; i++) {
        size_t byte;

        for (byte = (size_t)i; byte + 2 < sizeof names[i]; byte += 2)
            memcpy(names[i] + byte, "å", 2);
        names[i][byte] = '\0';
        memset(names[i], 'x', (size_t)i);
        spans[i] = (struct calendar_span){day("2026-07-01") + i, day("2026-07-01") + i, names[i]};
    }
    MUST(store_open(home, STORE_WRITE, &store, &fault));
    MUST(store_begin(store, &fault));
    MUST(calendar_put(store, "town", "Town", "by hand", 1, &id, &fault));
    MUST(calendar_spans_add(store, id, spans, 2, &fault));
    MUST(store_commit(store, &fault));
    MUST(calendar_set_read(store, &set, &fault));
    for (i = 0; i < 2; i++) {
        assert_true(calendar_day_off(set, "town", day("2026-07-01") + i, reason));
        assert_non_null(strstr(reason, "å (town)"));
        assert_true(text_is_line(reason, strlen(reason)));
    }
    calendar_set_free(set);
    store_close(store);
    assert_int_equal(temp_home_remove(home), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nights_and_weekends_are_closed),
        cmocka_unit_test(always_closed_never_opens),
        cmocka_unit_test(hours_jump_with_the_clock),
        cmocka_unit_test(days_have_danish_names_too),
        cmocka_unit_test(what_is_no_hour_is_refused),
        cmocka_unit_test(computed_calendars_are_always_there),
        cmocka_unit_test(own_calendars_are_found_by_day),
        cmocka_unit_test(a_long_name_is_cut_between_letters),
    };

    return cmocka_run_group_tests(tests, open_zone, close_zone);
}
