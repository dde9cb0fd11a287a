#include "core/base/language.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"

#define HARD_BLANK "\u00a0"
#define MINUS      "\u2212"

enum { DIGITS_MAX = 18, GROUP = 3, MONTHS_OF_YEAR = 12, MINUTES_OF_HOUR = 60, CENTURY = 100 };
enum { PLAIN_MAX = 40 /* the digits of 2^127 are 39 */ };

__extension__ typedef unsigned __int128 uint128;

static const char *const MONTHS[LANGUAGES][MONTHS_OF_YEAR] = {
    {"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
     "november", "december"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September",
     "October", "November", "December"}};
static const char *const SHORT_MONTHS[LANGUAGES][MONTHS_OF_YEAR] = {
    {"jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."},
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}};

const char *language_tag(enum language language)
{
    return language == LANGUAGE_DANISH ? "da" : "en";
}

/* Both parts, the second cut at the border of a character when there is no room. */
static struct language_text joined(const char *left, const char *right)
{
    struct language_text joined = {""};
    size_t length;

    (void)text_copy(joined.text, sizeof joined.text, left);
    length = strlen(joined.text);
    (void)text_copy(joined.text + length, sizeof joined.text - length, right);
    return joined;
}

/* The digits of a number without its sign, at least `least` of them: how many. */
static size_t put_digits(int128 number, size_t least, char target[static PLAIN_MAX])
{
    uint128 rest = number < 0 ? -(uint128)number : (uint128)number;
    char reversed[PLAIN_MAX];
    size_t length = 0;
    size_t i;

    for (; rest > 0 || length < least; rest /= 10)
        reversed[length++] = (char)('0' + (char)(rest % 10));
    for (i = 0; i < length; i++)
        target[i] = reversed[length - 1 - i];
    return length;
}

/* `shown` of the `digits` decimals. */
static struct language_text number_of(enum language language, int128 scaled, unsigned digits,
                                      unsigned shown)
{
    const char *group = language == LANGUAGE_DANISH ? "." : ",";
    const char *point = language == LANGUAGE_DANISH ? "," : ".";
    struct language_text number = {""};
    char plain[PLAIN_MAX];
    size_t length = put_digits(scaled, (size_t)digits + 1, plain);
    size_t whole = length - digits;
    size_t used = 0;
    size_t i;

    if (scaled < 0) {
        memcpy(number.text, MINUS, sizeof MINUS - 1);
        used = sizeof MINUS - 1;
    }
    for (i = 0; i < whole + shown; i++) {
        if (i == whole)
            number.text[used++] = *point;
        else if (i > 0 && i < whole && (whole - i) % GROUP == 0)
            number.text[used++] = *group;
        number.text[used++] = plain[i];
    }
    number.text[used] = '\0';
    return number;
}

struct language_text language_number(enum language language, int128 scaled, unsigned digits)
{
    unsigned held = digits < DIGITS_MAX ? digits : DIGITS_MAX;

    return number_of(language, scaled, held, held);
}

struct language_text language_number_short(enum language language, int128 scaled, unsigned digits)
{
    unsigned held = digits < DIGITS_MAX ? digits : DIGITS_MAX;
    unsigned shown = held;
    int128 rest = scaled;

    for (; shown > 0 && rest % 10 == 0; rest /= 10)
        shown--;
    return number_of(language, scaled, held, shown);
}

static struct language_text amount(enum language language, int64_t scaled, unsigned digits)
{
    struct language_text number = language_number(language, scaled, digits);

    return language == LANGUAGE_DANISH ? joined(number.text, HARD_BLANK "kr.")
                                       : joined("DKK" HARD_BLANK, number.text);
}

struct language_text language_kroner(enum language language, int64_t kroner)
{
    return amount(language, kroner, 0);
}

struct language_text language_ore(enum language language, int64_t ore)
{
    return amount(language, ore, 2);
}

static struct language_text with_percent(enum language language, struct language_text number)
{
    return joined(number.text, language == LANGUAGE_DANISH ? HARD_BLANK "%" : "%");
}

struct language_text language_percent(enum language language, int64_t scaled, unsigned digits)
{
    return with_percent(language, language_number(language, scaled, digits));
}

struct language_text language_percent_short(enum language language, int64_t scaled, unsigned digits)
{
    return with_percent(language, language_number_short(language, scaled, digits));
}

struct language_text language_day(enum language language, int32_t day)
{
    struct language_text text;
    int year;
    int month;
    int day_of_month;

    clock_civil(day, &year, &month, &day_of_month);
    (void)snprintf(text.text, sizeof text.text,
                   language == LANGUAGE_DANISH ? "%d. %s %d" : "%d %s %d", day_of_month,
                   MONTHS[language][month - 1], year);
    return text;
}

struct language_text language_day_short(enum language language, int32_t day)
{
    struct language_text text;
    int year;
    int month;
    int day_of_month;

    clock_civil(day, &year, &month, &day_of_month);
    if (language == LANGUAGE_DANISH)
        (void)snprintf(text.text, sizeof text.text, "%02d.%02d.%d", day_of_month, month, year);
    else
        (void)snprintf(text.text, sizeof text.text, "%d-%02d-%02d", year, month, day_of_month);
    return text;
}

/* The names of a month and its year, before which a month's number is below 0. */
static const char *month_in(const char *const names[static MONTHS_OF_YEAR], int32_t month,
                            int32_t *ret_year)
{
    int32_t of_year = month % MONTHS_OF_YEAR;

    if (of_year < 0)
        of_year += MONTHS_OF_YEAR;
    *ret_year = (int32_t)(((int64_t)month - of_year) / MONTHS_OF_YEAR);
    return names[of_year];
}

struct language_text language_month(enum language language, int32_t month)
{
    struct language_text text;
    int32_t year;
    const char *name = month_in(MONTHS[language], month, &year);

    (void)snprintf(text.text, sizeof text.text, "%s %" PRId32, name, year);
    return text;
}

struct language_text language_month_short(enum language language, int32_t month)
{
    struct language_text text;
    int32_t year;
    const char *name = month_in(SHORT_MONTHS[language], month, &year);

    (void)snprintf(text.text, sizeof text.text, "%s %02" PRId32, name,
                   ((year % CENTURY) + CENTURY) % CENTURY);
    return text;
}

struct language_text language_week(enum language language, int32_t day)
{
    struct language_text text;
    int year;
    int week;

    clock_iso_week(day, &year, &week);
    (void)snprintf(text.text, sizeof text.text,
                   language == LANGUAGE_DANISH ? "uge %d %d" : "week %d, %d", week, year);
    return text;
}

struct language_text language_time(enum language language, int minute)
{
    struct language_text text;

    (void)snprintf(text.text, sizeof text.text,
                   language == LANGUAGE_DANISH ? "kl. %d.%02d" : "%02d:%02d",
                   minute / MINUTES_OF_HOUR, minute % MINUTES_OF_HOUR);
    return text;
}

struct language_text language_plural(enum language language, int64_t count, const char *one,
                                     const char *many)
{
    struct language_text number = joined(language_number(language, count, 0).text, " ");

    return joined(number.text, count == 1 || count == -1 ? one : many);
}
