#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/language.h"

#define NB "\u00a0"
#define M  "\u2212"

static void numbers(void **state)
{
    static const struct {
        int64_t scaled;
        unsigned digits;
        const char *danish, *english, *danish_short;
    } cases[] = {
        {0, 0, "0", "0", "0"},
        {0, 2, "0,00", "0.00", "0"},
        {7, 0, "7", "7", "7"},
        {999, 0, "999", "999", "999"},
        {1000, 0, "1.000", "1,000", "1.000"},
        {301894, 0, "301.894", "301,894", "301.894"},
        {1234567, 0, "1.234.567", "1,234,567", "1.234.567"},
        {-1, 0, M "1", M "1", M "1"},
        {-999, 0, M "999", M "999", M "999"},
        {-1000, 0, M "1.000", M "1,000", M "1.000"},
        {-5, 1, M "0,5", M "0.5", M "0,5"},
        {5, 1, "0,5", "0.5", "0,5"},
        {250, 2, "2,50", "2.50", "2,5"},
        {34207, 2, "342,07", "342.07", "342,07"},
        {100000, 2, "1.000,00", "1,000.00", "1.000"},
        {123456789, 3, "123.456,789", "123,456.789", "123.456,789"},
        {1, 18, "0,000000000000000001", "0.000000000000000001", "0,000000000000000001"},
        {1, 40, "0,000000000000000001", "0.000000000000000001", "0,000000000000000001"},
        {INT64_MAX, 0, "9.223.372.036.854.775.807", "9,223,372,036,854,775,807",
         "9.223.372.036.854.775.807"},
        {INT64_MIN, 0, M "9.223.372.036.854.775.808", M "9,223,372,036,854,775,808",
         M "9.223.372.036.854.775.808"},
        {INT64_MIN, 18, M "9,223372036854775808", M "9.223372036854775808",
         M "9,223372036854775808"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t scaled = cases[i].scaled;
        unsigned digits = cases[i].digits;

        assert_string_equal(language_number(LANGUAGE_DANISH, scaled, digits).text, cases[i].danish);
        assert_string_equal(language_number(LANGUAGE_ENGLISH, scaled, digits).text,
                            cases[i].english);
        assert_string_equal(language_number_short(LANGUAGE_DANISH, scaled, digits).text,
                            cases[i].danish_short);
    }
}

static void numbers_of_128_bits(void **state)
{
    int128 most = (int128)(((__extension__(unsigned __int128) 1) << 127) - 1);

    (void)state;
    assert_string_equal(language_number(LANGUAGE_DANISH, most, 0).text,
                        "170.141.183.460.469.231.731.687.303.715.884.105.727");
    assert_string_equal(language_number(LANGUAGE_ENGLISH, -most - 1, 2).text,
                        M "1,701,411,834,604,692,317,316,873,037,158,841,057.28");
    assert_string_equal(language_number(LANGUAGE_DANISH, -most - 1, 18).text,
                        M "170.141.183.460.469.231.731,687303715884105728");
}

static void amounts(void **state)
{
    (void)state;
    assert_string_equal(language_kroner(LANGUAGE_DANISH, 301894).text, "301.894" NB "kr.");
    assert_string_equal(language_kroner(LANGUAGE_ENGLISH, 301894).text, "DKK" NB "301,894");
    assert_string_equal(language_kroner(LANGUAGE_DANISH, -5).text, M "5" NB "kr.");
    assert_string_equal(language_kroner(LANGUAGE_ENGLISH, -5).text, "DKK" NB M "5");
    assert_string_equal(language_kroner(LANGUAGE_DANISH, INT64_MIN).text,
                        M "9.223.372.036.854.775.808" NB "kr.");
    assert_string_equal(language_ore(LANGUAGE_DANISH, 34207).text, "342,07" NB "kr.");
    assert_string_equal(language_ore(LANGUAGE_ENGLISH, -50).text, "DKK" NB M "0.50");
    assert_string_equal(language_percent(LANGUAGE_DANISH, 125, 1).text, "12,5" NB "%");
    assert_string_equal(language_percent(LANGUAGE_ENGLISH, 125, 1).text, "12.5%");
    assert_string_equal(language_percent(LANGUAGE_DANISH, -100, 0).text, M "100" NB "%");
    assert_string_equal(language_percent_short(LANGUAGE_DANISH, 500000, 4).text, "50" NB "%");
    assert_string_equal(language_percent_short(LANGUAGE_ENGLISH, 333333, 4).text, "33.3333%");
}

static void days_and_times(void **state)
{
    int32_t day = clock_day(2025, 4, 1);

    (void)state;
    assert_string_equal(language_tag(LANGUAGE_DANISH), "da");
    assert_string_equal(language_tag(LANGUAGE_ENGLISH), "en");
    assert_string_equal(language_day(LANGUAGE_DANISH, day).text, "1. april 2025");
    assert_string_equal(language_day(LANGUAGE_ENGLISH, day).text, "1 April 2025");
    assert_string_equal(language_day_short(LANGUAGE_DANISH, day).text, "01.04.2025");
    assert_string_equal(language_day_short(LANGUAGE_ENGLISH, day).text, "2025-04-01");
    assert_string_equal(language_time(LANGUAGE_DANISH, 14 * 60 + 30).text, "kl. 14.30");
    assert_string_equal(language_time(LANGUAGE_ENGLISH, 14 * 60 + 30).text, "14:30");
    assert_string_equal(language_time(LANGUAGE_DANISH, 9 * 60 + 5).text, "kl. 9.05");
    assert_string_equal(language_time(LANGUAGE_ENGLISH, 9 * 60 + 5).text, "09:05");
    assert_string_equal(language_time(LANGUAGE_DANISH, 0).text, "kl. 0.00");
    (void)language_day(LANGUAGE_DANISH, INT32_MIN);
    (void)language_day(LANGUAGE_DANISH, INT32_MAX);
}

static void months(void **state)
{
    static const struct {
        const char *danish, *english, *danish_short, *english_short;
    } names[] = {
        {"januar 2025", "January 2025", "jan. 25", "Jan 25"},
        {"februar 2025", "February 2025", "feb. 25", "Feb 25"},
        {"marts 2025", "March 2025", "mar. 25", "Mar 25"},
        {"april 2025", "April 2025", "apr. 25", "Apr 25"},
        {"maj 2025", "May 2025", "maj 25", "May 25"},
        {"juni 2025", "June 2025", "jun. 25", "Jun 25"},
        {"juli 2025", "July 2025", "jul. 25", "Jul 25"},
        {"august 2025", "August 2025", "aug. 25", "Aug 25"},
        {"september 2025", "September 2025", "sep. 25", "Sep 25"},
        {"oktober 2025", "October 2025", "okt. 25", "Oct 25"},
        {"november 2025", "November 2025", "nov. 25", "Nov 25"},
        {"december 2025", "December 2025", "dec. 25", "Dec 25"},
    };
    int32_t i;

    (void)state;
    for (i = 0; i < 12; i++) {
        int32_t month = 2025 * 12 + i;

        assert_string_equal(language_month(LANGUAGE_DANISH, month).text, names[i].danish);
        assert_string_equal(language_month(LANGUAGE_ENGLISH, month).text, names[i].english);
        assert_string_equal(language_month_short(LANGUAGE_DANISH, month).text,
                            names[i].danish_short);
        assert_string_equal(language_month_short(LANGUAGE_ENGLISH, month).text,
                            names[i].english_short);
    }
    assert_string_equal(language_month_short(LANGUAGE_DANISH, 2000 * 12).text, "jan. 00");
    assert_string_equal(language_month(LANGUAGE_DANISH, -1).text, "december -1");
    (void)language_month(LANGUAGE_DANISH, INT32_MIN);
    (void)language_month_short(LANGUAGE_DANISH, INT32_MAX);
}

static void weeks_over_new_year(void **state)
{
    static const struct {
        int year, month, day;
        const char *danish, *english;
    } cases[] = {
        {2026, 11, 21, "uge 47 2026", "week 47, 2026"},
        {2024, 12, 29, "uge 52 2024", "week 52, 2024"},
        {2024, 12, 30, "uge 1 2025", "week 1, 2025"},
        {2027, 1, 3, "uge 53 2026", "week 53, 2026"},
        {2027, 1, 4, "uge 1 2027", "week 1, 2027"},
        {2023, 1, 1, "uge 52 2022", "week 52, 2022"},
        {2021, 1, 1, "uge 53 2020", "week 53, 2020"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t day = clock_day(cases[i].year, cases[i].month, cases[i].day);

        assert_string_equal(language_week(LANGUAGE_DANISH, day).text, cases[i].danish);
        assert_string_equal(language_week(LANGUAGE_ENGLISH, day).text, cases[i].english);
    }
}

static void counts_of_things(void **state)
{
    static const struct {
        int64_t count;
        const char *text;
    } cases[] = {{0, "0 robotter"},       {1, "1 robot"},    {2, "2 robotter"},
                 {21, "21 robotter"},     {-1, M "1 robot"}, {-2, M "2 robotter"},
                 {1001, "1.001 robotter"}};
    static const char long_word[] = "ærøærøærøærøærøærøærøærøærøærøærøærøærøærøærøærøærøærø";
    struct language_text cut;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(
            language_plural(LANGUAGE_DANISH, cases[i].count, "robot", "robotter").text,
            cases[i].text);
    cut = language_plural(LANGUAGE_DANISH, 1, long_word, "");
    assert_true(strlen(cut.text) >= LANGUAGE_TEXT_MAX - 2);
    assert_memory_equal(cut.text + 2, long_word, strlen(cut.text) - 2);
    assert_true((cut.text[strlen(cut.text) - 1] & 0xc0) != 0xc0);
}

/* Written out as it has to be. */
static const char *const ORDER[] = {
    "",       " Anna", "(uden navn)", "2. sal",    "007",      "10. sal", "Anders",
    "anders", "André", "Andrea",      "Andrés",    "Anna",     "Anna Bo", "Anna-Bo",
    "Annabo", "Bent",  "Zenia",       "Ægir",      "ægir",     "Ägir",    "Ærø",
    "Øjvind", "Østen", "Östen",       "Åbenrå",    "Aabenraa", "Åge",     "åge",
    "Aage",   "Århus", "Århus 2",     "Aarhus 02", "Århus 10", "Ωmega",
};

static int compare_places(const void *left, const void *right)
{
    return language_compare(*(const char *const *)left, *(const char *const *)right);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void names_in_their_order(void **state)
{
    enum { COUNT = sizeof ORDER / sizeof ORDER[0] };
    const char *mixed[COUNT];
    size_t i;
    size_t j;

    (void)state;
    for (i = 0; i < COUNT; i++)
        for (j = 0; j < COUNT; j++) {
            int found = sign(language_compare(ORDER[i], ORDER[j]));

            if (found != (i > j) - (i < j))
                fail_msg("'%s' and '%s': %d", ORDER[i], ORDER[j], found);
        }
    for (i = 0; i < COUNT; i++)
        mixed[i] = ORDER[i * 7 % COUNT];
    qsort(mixed, COUNT, sizeof mixed[0], compare_places);
    for (i = 0; i < COUNT; i++)
        assert_string_equal(mixed[i], ORDER[i]);
}

static void robots_by_their_number(void **state)
{
    (void)state;
    assert_true(language_compare("Robot 2", "Robot 10") < 0);
    assert_true(language_compare("Robot 2", "robot 2") < 0);
    assert_true(language_compare("Robot 02", "Robot 3") < 0);
    assert_true(language_compare("Robot 99999999999999999999999998",
                                 "Robot 99999999999999999999999999") < 0);
    assert_int_equal(language_compare("Robot 2", "Robot 2"), 0);
    assert_true(language_compare("Robot 02", "Robot 2") != 0);
}

/* Marks that follow their letter; bytes that are no text. */
static void other_ways_to_write(void **state)
{
    (void)state;
    assert_true(language_compare("Z", "A\u030age") < 0);
    assert_true(language_compare("A\u030age", "A\u030ah") < 0);
    assert_true(language_compare("O\u0308st", "Ås") < 0);
    assert_true(language_compare("e\u0301t", "eu") < 0);
    assert_true(language_compare("Müller", "Mynte") < 0);
    assert_true(language_compare("\xff", "\xfe") > 0);
    assert_true(language_compare("z", "\xff") < 0);
    assert_true(language_compare("a\xc3", "a") > 0);
}

/* Whatever locale the process has. */
static void no_locale_changes_it(void **state)
{
    static const char *const locales[] = {"da_DK.UTF-8", "de_DE.UTF-8", "C.UTF-8", "tr_TR.UTF-8"};
    size_t i;

    for (i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        (void)setlocale(LC_ALL, locales[i]);
        numbers(state);
        amounts(state);
        months(state);
        names_in_their_order(state);
    }
    (void)setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(numbers_of_128_bits),
        cmocka_unit_test(amounts),
        cmocka_unit_test(days_and_times),
        cmocka_unit_test(months),
        cmocka_unit_test(weeks_over_new_year),
        cmocka_unit_test(counts_of_things),
        cmocka_unit_test(names_in_their_order),
        cmocka_unit_test(robots_by_their_number),
        cmocka_unit_test(other_ways_to_write),
        cmocka_unit_test(no_locale_changes_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
