/* The days of an iCalendar file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/cli/ics.h"

static struct fault fault;

static int set_zone(void **state)
{
    (void)state;
    return clock_set_zone("Europe/Copenhagen", &fault);
}

static int32_t day(const char *text)
{
    int32_t number = 0;

    assert_true(clock_parse_day(text, &number));
    return number;
}

static int read_days(const char *text, struct day_list *days)
{
    return ics_read(text, strlen(text), day("2025-01-01"), day("2027-12-31"), days, &fault);
}

#define CALENDAR(events) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines)     "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n"

/* expected: "2026-12-24..2027-01-01 Name\n" per entry. */
static void expect_days(const char *text, const char *expected)
{
    struct day_list days = {0};
    struct text found;
    size_t i;

    if (read_days(text, &days) < 0)
        fail_msg("%s", fault.text);
    text_init(&found, 65536);
    for (i = 0; i < days.count; i++) {
        char from[CLOCK_DAY_TEXT];
        char to[CLOCK_DAY_TEXT];

        clock_format_day(days.entries[i].from_day, from);
        clock_format_day(days.entries[i].to_day, to);
        text_printf(&found, "%s..%s %s\n", from, to, days.entries[i].name);
    }
    assert_string_equal(text_string(&found), expected);
    text_release(&found);
    day_list_release(&days);
}

/* Or, where the processor is slow, what a file's seconds on it may have ended before. */
static void expect_refused_or(const char *text, const char *why, const char *slow)
{
    struct day_list days = {0};

    assert_int_equal(read_days(text, &days), -EINVAL);
    if (strstr(fault.text, why) == NULL && strstr(fault.text, slow) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", why, fault.text);
}

static void expect_refused(const char *text, const char *why)
{
    expect_refused_or(text, why, why);
}

static void whole_days_end_before_their_end(void **state)
{
    (void)state;
    expect_days(CALENDAR(EVENT("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20270102\r\n"
                               "SUMMARY:Juleferie\r\n")
                             EVENT("DTSTART;VALUE=DATE:20260605\r\nSUMMARY:Grundlovsdag\r\n")
                                 EVENT("DTSTART;VALUE=DATE:20260701\r\nDURATION:P2D\r\n")),
                "2026-06-05..2026-06-05 Grundlovsdag\n2026-07-01..2026-07-02 closed\n"
                "2026-12-24..2027-01-01 Juleferie\n");
}

static void times_are_the_local_days_they_touch(void **state)
{
    (void)state;
    expect_days(
        CALENDAR(EVENT("DTSTART:20260810T223000Z\r\nDURATION:PT2H\r\nSUMMARY:utc\r\n") EVENT(
            "DTSTART:20260301T220000\r\nDTEND:20260302T000000\r\nSUMMARY:to "
            "midnight\r\n")
                     EVENT("DTSTART:20260303T220000\r\nDTEND:20260304T000100\r\nSUMMARY:over "
                           "midnight\r\n") EVENT("DTSTART:20260305T120000\r\nSUMMARY:moment\r\n")),
        "2026-03-01..2026-03-01 to midnight\n2026-03-03..2026-03-04 over midnight\n"
        "2026-03-05..2026-03-05 moment\n2026-08-11..2026-08-11 utc\n");
}

static void names_are_one_line_of_utf8(void **state)
{
    (void)state;
    /* Folded in the middle of a character, as RFC 5545 allows. */
    expect_days(CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nSUMMARY:Nyt\xc3\r\n \xa5r\\, "
                               "fri\\n  igen\r\n")),
                "2026-01-01..2026-01-01 Nytår, fri igen\n");
    expect_days("\xef\xbb\xbf" CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nSUMMARY:\r\n")),
                "2026-01-01..2026-01-01 closed\n");
}

static void repeated_days_are_expanded_in_the_span_alone(void **state)
{
    (void)state;
    expect_days(CALENDAR(EVENT("DTSTART;VALUE=DATE:20200605\r\nRRULE:FREQ=YEARLY\r\n"
                               "EXDATE;VALUE=DATE:20260605\r\nRDATE;VALUE=DATE:20260607\r\n"
                               "SUMMARY:y\r\n")),
                "2025-06-05..2025-06-05 y\n2026-06-07..2026-06-07 y\n2027-06-05..2027-06-05 y\n");
    expect_days(
        CALENDAR(EVENT("DTSTART:20260105T220000\r\nDTEND:20260105T230000\r\n"
                       "RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE:20260112T220000\r\nUID:u\r\n"
                       "SUMMARY:w\r\n")
                     EVENT("UID:u\r\nRECURRENCE-ID:20260119T220000\r\nDTSTART:20260121T100000\r\n"
                           "SUMMARY:moved\r\n")
                         EVENT("UID:u\r\nRECURRENCE-ID:20260126T220000\r\nSTATUS:CANCELLED\r\n"
                               "DTSTART:20260126T220000\r\nSUMMARY:gone\r\n")),
        "2026-01-05..2026-01-05 w\n2026-01-21..2026-01-21 moved\n");
    expect_days(CALENDAR(EVENT("DTSTART;VALUE=DATE:20300101\r\nSUMMARY:far\r\n")
                             EVENT("STATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20260101\r\n")),
                "");
}

static void days_in_a_row_of_a_name_are_one_entry(void **state)
{
    (void)state;
    expect_days(CALENDAR(EVENT("DTSTART;VALUE=DATE:20260102\r\nSUMMARY:a\r\n")
                             EVENT("DTSTART;VALUE=DATE:20260101\r\nSUMMARY:a\r\n")
                                 EVENT("DTSTART;VALUE=DATE:20260101\r\nSUMMARY:a\r\n")
                                     EVENT("DTSTART;VALUE=DATE:20260103\r\nSUMMARY:b\r\n")),
                "2026-01-01..2026-01-02 a\n2026-01-03..2026-01-03 b\n");
}

static void wrong_files_are_refused_by_line(void **state)
{
    (void)state;
    expect_refused("", "line 1: the file is empty");
    expect_refused("robot,reference\n", "line 1: not an iCalendar file");
    expect_refused("BEGIN:VEVENT\nEND:VEVENT\n", "line 1: not an iCalendar file");
    expect_refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "line 2: VEVENT has begun here");
    expect_refused("BEGIN:VCALENDAR\nEND:VEVENT\n", "line 2: an END");
    expect_refused("BEGIN:VCALENDAR\nBEGIN:X\nBEGIN:VEVENT\nEND:VEVENT\nEND:X\nEND:VCALENDAR\n",
                   "line 3: an event inside");
    expect_refused(CALENDAR("X-NAME:\xff\r\n"), "line 3: not UTF-8");
    expect_refused(CALENDAR(EVENT("SUMMARY:x\r\n")), "line 3: the event that begins here has no "
                                                     "start");
    expect_refused(CALENDAR(EVENT("DTSTART:yesterday\r\n")), "line 3: the event that begins here");
    expect_refused(CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\n")
                                EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=XX\r\n")),
                   "line 6: the event that begins here has a RRULE that cannot be read");
    expect_refused(CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=SECONDLY\r\n")),
                   "repeats many times a day");
    expect_refused(CALENDAR(EVENT("UID:a\r\nDTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=WEEKLY\r\n")
                                EVENT("UID:a\r\nDTSTART;VALUE=DATE:20260113\r\n"
                                      "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260112\r\n")),
                   "line 8: the event that begins here moves those after it too");
    expect_refused(CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nEXRULE:FREQ=YEARLY\r\n")),
                   "EXRULE");
    expect_refused(CALENDAR(EVENT("DTSTART;VALUE=DATE:20260105\r\nDTEND;VALUE=DATE:20260101\r\n")),
                   "ends before it begins");
    expect_refused(CALENDAR(EVENT("DTSTART;VALUE=DATE:20200101\r\nDTEND;VALUE=DATE:20280101\r\n")),
                   "more than 1000 days");
}

/* What libical would try every second of every day for, or every day of six hundred years for, many times over. */
static void repetitions_without_a_day_end(void **state)
{
    struct text text;
    int i;

    (void)state;
    expect_refused(CALENDAR(EVENT("DTSTART:20260101T000000Z\r\nRRULE:FREQ=DAILY;BYHOUR=1,2;"
                                  "BYMONTH=2;BYMONTHDAY=30\r\n")),
                   "repeats many times a day");
    expect_refused(CALENDAR(EVENT("DTSTART:20260101T000000Z\r\nRRULE:FREQ=DAILY;BYSECOND=1,2;"
                                  "BYMONTH=2;BYMONTHDAY=30\r\n")),
                   "repeats many times a day");
    text_init(&text, ICS_SIZE_MAX);
    text_append_string(&text, "BEGIN:VCALENDAR\n");
    for (i = 0; i < 5000; i++)
        text_append_string(&text, "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\n"
                                  "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\n");
    text_append_string(&text, "END:VCALENDAR\n");
    expect_refused(text_string(&text), "has a repetition (RRULE) that takes too long to follow");
    text_release(&text);
}

static void there_are_limits(void **state)
{
    struct day_list days = {0};
    struct text text;
    int i;

    (void)state;
    text_init(&text, ICS_SIZE_MAX + 1000);
    text_append_string(&text, "BEGIN:VCALENDAR\n");
    for (i = 0; i <= ICS_EVENTS_MAX; i++)
        text_append_string(&text, "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\n");
    text_append_string(&text, "END:VCALENDAR\n");
    expect_refused(text_string(&text), "more than 10000 events");
    while (text.length <= ICS_SIZE_MAX)
        text_append_string(&text, "X-FILL:0123456789012345678901234567890123456789\n");
    assert_int_equal(read_days(text_string(&text), &days), -E2BIG);
    text_release(&text);
    expect_refused_or(CALENDAR(EVENT("DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ=DAILY\r\n") EVENT(
                          "DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ=DAILY\r\n")
                                   EVENT("DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ=DAILY\r\n")
                                       EVENT("DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ=DAILY\r\n")
                                           EVENT("DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ="
                                                 "DAILY\r\n")),
                      "more than 200000 times", "takes too long to follow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_days_end_before_their_end),
        cmocka_unit_test(times_are_the_local_days_they_touch),
        cmocka_unit_test(names_are_one_line_of_utf8),
        cmocka_unit_test(repeated_days_are_expanded_in_the_span_alone),
        cmocka_unit_test(days_in_a_row_of_a_name_are_one_entry),
        cmocka_unit_test(wrong_files_are_refused_by_line),
        cmocka_unit_test(repetitions_without_a_day_end),
        cmocka_unit_test(there_are_limits),
    };

    return cmocka_run_group_tests(tests, set_zone, NULL);
}
