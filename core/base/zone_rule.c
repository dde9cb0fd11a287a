/* The footer of a zone's file: POSIX's form of TZ, as RFC 8536 extends it. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/zone_inner.h"

enum { HOURS_MOST = 24, HOURS_MOST_OF_DATE = 167, NAME_LEAST = 3, NAME_MOST = 32 };

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "CEST" or "<+0330>" */
static bool take_name(const char **at)
{
    const char *from = *at;
    bool is_quoted = *from == '<';
    size_t length = 0;

    if (is_quoted)
        from++;
    while (is_letter(from[length]) ||
           (is_quoted && (is_digit(from[length]) || from[length] == '+' || from[length] == '-')))
        length++;
    if (length < NAME_LEAST || length > NAME_MOST || (is_quoted && from[length] != '>'))
        return false;
    *at = from + length + is_quoted;
    return true;
}

static bool take_number(const char **at, int least, int most, int *ret_number)
{
    int number = 0;
    int digits = 0;

    for (; is_digit(**at) && digits < 4; (*at)++, digits++)
        number = number * 10 + (**at - '0');
    *ret_number = number;
    return digits > 0 && number >= least && number <= most;
}

/* "[+-]hh[:mm[:ss]]" */
static bool take_time(const char **at, int hours_most, int32_t *ret_s)
{
    int sign = **at == '-' ? -1 : 1;
    int parts[3] = {0, 0, 0};
    int i;

    if (**at == '-' || **at == '+')
        (*at)++;
    if (!take_number(at, 0, hours_most, &parts[0]))
        return false;
    for (i = 1; i < 3 && **at == ':'; i++) {
        (*at)++;
        if (!take_number(at, 0, 59, &parts[i]))
            return false;
    }
    *ret_s = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct zone_date *date)
{
    bool is_good;

    date->at_s = 2 * 3600;
    if (!take_char(at, ','))
        return false;
    if (take_char(at, 'M')) {
        date->form = 'M';
        is_good = take_number(at, 1, 12, &date->month) && take_char(at, '.') &&
                  take_number(at, 1, 5, &date->week) && take_char(at, '.') &&
                  take_number(at, 0, 6, &date->day);
    } else if (take_char(at, 'J')) {
        date->form = 'J';
        is_good = take_number(at, 1, 365, &date->day);
    } else {
        date->form = 'n';
        is_good = take_number(at, 0, 365, &date->day);
    }
    return is_good && (!take_char(at, '/') || take_time(at, HOURS_MOST_OF_DATE, &date->at_s));
}

bool zone_rule_parse(const char *text, struct zone_rule *ret_rule)
{
    struct zone_rule rule;
    int32_t west_s = 0;

    memset(&rule, 0, sizeof rule);
    if (!take_name(&text) || !take_time(&text, HOURS_MOST, &west_s))
        return false;
    rule.standard_s = -west_s;
    if (*text != '\0') {
        rule.has_summer = true;
        west_s -= 3600;
        if (!take_name(&text) || (*text != ',' && !take_time(&text, HOURS_MOST, &west_s)))
            return false;
        rule.summer_s = -west_s;
        if (!take_date(&text, &rule.begin) || !take_date(&text, &rule.end) || *text != '\0')
            return false;
    }
    *ret_rule = rule;
    return true;
}

static int32_t date_in(const struct zone_date *date, int year)
{
    int32_t first = clock_day(year, 1, 1);
    int32_t last;

    switch (date->form) {
    case 'J':
        return first + date->day - 1 +
               (date->day >= 60 && clock_last_day_of_month(year * 12 + 1) - first == 59 ? 1 : 0);
    case 'n':
        return first + date->day;
    default: /* 'M' */
        first = clock_day(year, date->month, 1);
        last = clock_last_day_of_month(year * 12 + date->month - 1);
        first += (date->day - clock_weekday(first) + 7) % 7 + (date->week - 1) * 7;
        return first > last ? first - 7 : first;
    }
}

void zone_rule_year(const struct zone_rule *rule, int year, struct zone_change ret_changes[2])
{
    struct zone_change begin = {.offset_s = rule->summer_s};
    struct zone_change end = {.offset_s = rule->standard_s};

    begin.at_s =
        (int64_t)date_in(&rule->begin, year) * ZONE_DAY_S + rule->begin.at_s - rule->standard_s;
    end.at_s = (int64_t)date_in(&rule->end, year) * ZONE_DAY_S + rule->end.at_s - rule->summer_s;
    ret_changes[0] = begin.at_s < end.at_s ? begin : end;
    ret_changes[1] = begin.at_s < end.at_s ? end : begin;
}
