/* A cron as it is written. */
#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/schedule/cron_inner.h"

enum field_id { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };
enum { NAME_MAX_BYTES = 12, NTH_MOST = 5, BANK_DAYS_MOST = 23, BEFORE_LAST_MOST = 30 };

#define LISTS "with lists (1,2), ranges (1-5) and steps (*/5, 1-9/2)"

struct field {
    const char *name;
    int least, most;
    int cycle; /* a range may pass the end: how many values there are; 0: it may not */
    const char *allowed;
};

static const struct field fields[FIELDS] = {
    {"minute", 0, 59, 0, "* or numbers 0-59, " LISTS},
    {"hour", 0, 23, 0, "* or numbers 0-23, " LISTS},
    {"day of month", 1, 31, 0,
     "* or numbers 1-31, " LISTS
     "; L, L-3 (before the last day), 15W (the nearest Monday to Friday), "
     "LW, 3B (the third bank day), LB, LB-1"},
    {"month", 1, 12, 12, "* or numbers 1-12 or names (jan, maj, december), " LISTS},
    {"weekday", 0, 7, 7,
     "* or numbers 0-7 (0 and 7 are Sunday) or names (mon, søn, friday), " LISTS
     "; fri#2 (the second of the month), friL (the last)"},
};

struct name {
    const char *name;
    int value;
};

static const struct name months[] = {
    {"jan", 1},      {"january", 1},   {"januar", 1},   {"feb", 2},       {"february", 2},
    {"februar", 2},  {"mar", 3},       {"march", 3},    {"marts", 3},     {"apr", 4},
    {"april", 4},    {"may", 5},       {"maj", 5},      {"jun", 6},       {"june", 6},
    {"juni", 6},     {"jul", 7},       {"july", 7},     {"juli", 7},      {"aug", 8},
    {"august", 8},   {"sep", 9},       {"sept", 9},     {"september", 9}, {"oct", 10},
    {"october", 10}, {"okt", 10},      {"oktober", 10}, {"nov", 11},      {"november", 11},
    {"dec", 12},     {"december", 12}, {NULL, 0},
};

static const struct name weekdays[] = {
    {"sun", 0},    {"sunday", 0},    {"søn", 0},     {"søndag", 0}, {"son", 0},      {"sondag", 0},
    {"soen", 0},   {"soendag", 0},   {"mon", 1},     {"monday", 1}, {"man", 1},      {"mandag", 1},
    {"tue", 2},    {"tues", 2},      {"tuesday", 2}, {"tir", 2},    {"tirs", 2},     {"tirsdag", 2},
    {"wed", 3},    {"wednesday", 3}, {"ons", 3},     {"onsdag", 3}, {"thu", 4},      {"thur", 4},
    {"thurs", 4},  {"thursday", 4},  {"tor", 4},     {"tors", 4},   {"torsdag", 4},  {"fri", 5},
    {"friday", 5}, {"fre", 5},       {"fredag", 5},  {"sat", 6},    {"saturday", 6}, {"lør", 6},
    {"lørdag", 6}, {"lor", 6},       {"lordag", 6},  {"loer", 6},   {"loerdag", 6},  {NULL, 0},
};

static const struct {
    const char *word, *fields;
} words[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};

/* What is being read. */
struct reader {
    const char *at;
    const char *item; /* where the item began that is read */
    enum field_id id;
    uint64_t bits; /* of the plain values of this field */
    bool has_step;
    struct cron *cron;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends_item(char c)
{
    return c == '\0' || c == ',' || is_blank(c);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Digits, at most three: no field needs more. */
static bool take_number(struct reader *reader, int least, int most, int *ret_number)
{
    int number = 0;
    int digits = 0;

    for (; *reader->at >= '0' && *reader->at <= '9' && digits < 4; reader->at++, digits++)
        number = number * 10 + (*reader->at - '0');
    *ret_number = number;
    return digits > 0 && digits < 4 && number >= least && number <= most;
}

static bool take_letter(struct reader *reader, char letter)
{
    if (lower(*reader->at) != letter)
        return false;
    reader->at++;
    return true;
}

static bool find_name(const struct name *names, const char *text, size_t length, int *ret_value)
{
    for (; names->name != NULL; names++) {
        if (strlen(names->name) == length && memcmp(names->name, text, length) == 0) {
            *ret_value = names->value;
            return true;
        }
    }
    return false;
}

/* A name, in small letters; the L of "friL" stays. */
static bool take_name(struct reader *reader, const struct name *names, int *ret_value)
{
    char text[NAME_MAX_BYTES];
    size_t length = 0;

    for (; length < sizeof text; length++) {
        char c = lower(reader->at[length]);

        if (!((c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80))
            break;
        if (length > 0 && (unsigned char)text[length - 1] == 0xc3 && (unsigned char)c == 0x98)
            c = (char)0xb8; /* Ø, ø */
        text[length] = c;
    }
    if (find_name(names, text, length, ret_value)) {
        reader->at += length;
        return true;
    }
    if (length > 1 && text[length - 1] == 'l' && find_name(names, text, length - 1, ret_value)) {
        reader->at += length - 1;
        return true;
    }
    return false;
}

static bool take_value(struct reader *reader, int *ret_value)
{
    const struct field *field = &fields[reader->id];

    if (*reader->at >= '0' && *reader->at <= '9')
        return take_number(reader, field->least, field->most, ret_value);
    if (reader->id == MONTH)
        return take_name(reader, months, ret_value);
    return reader->id == WEEKDAY && take_name(reader, weekdays, ret_value);
}

/* After an L that stands for the last day: "-3", "W", "B", "B-1", or nothing. */
static bool take_last(struct reader *reader)
{
    struct cron *cron = reader->cron;
    bool is_bank = false;
    int before = 0;

    if (take_letter(reader, 'w')) {
        cron->workdays |= 1;
        return true;
    }
    is_bank = take_letter(reader, 'b');
    if (take_letter(reader, '-') &&
        !take_number(reader, 1, is_bank ? BANK_DAYS_MOST - 1 : BEFORE_LAST_MOST, &before))
        return false;
    if (is_bank)
        cron->bank_days_before_last |= UINT32_C(1) << before;
    else
        cron->days_before_last |= UINT32_C(1) << before;
    return true;
}

/* What follows a value to make it another: "15W", "3B", "fri#2", "friL". 1 when one did, 0 when
 * none, -1 when it is wrong. */
static int take_form(struct reader *reader, int value)
{
    struct cron *cron = reader->cron;
    int nth = 0;

    if (reader->id == DAY && take_letter(reader, 'w')) {
        cron->workdays |= UINT32_C(1) << value;
        return 1;
    }
    if (reader->id == DAY && take_letter(reader, 'b')) {
        if (value > BANK_DAYS_MOST)
            return -1;
        cron->bank_days = (cron->bank_days | UINT32_C(1) << (value - 1)) & 0x7fffff;
        return 1;
    }
    if (reader->id == WEEKDAY && take_letter(reader, '#')) {
        if (!take_number(reader, 1, NTH_MOST, &nth))
            return -1;
        cron->nth[nth - 1] = (uint8_t)(cron->nth[nth - 1] | 1U << value % 7);
        return 1;
    }
    if (reader->id == WEEKDAY && take_letter(reader, 'l')) {
        cron->nth[CRON_NTH_LAST] = (uint8_t)(cron->nth[CRON_NTH_LAST] | 1U << value % 7);
        return 1;
    }
    return 0;
}

static void add_range(struct reader *reader, int from, int to, int step)
{
    const struct field *field = &fields[reader->id];

    for (; from <= to; from += step) {
        int value = from;

        if (field->cycle != 0)
            value = (from - field->least) % field->cycle + field->least;
        reader->bits |= UINT64_C(1) << value;
    }
}

/* "*", "7", "6-18", each but the number alone with "/2"; or a form with a letter. */
static bool take_item(struct reader *reader)
{
    const struct field *field = &fields[reader->id];
    int from = field->least;
    int to = field->most;
    int step = 1;
    bool is_range = true;

    reader->item = reader->at;
    if (reader->id == DAY && take_letter(reader, 'l'))
        return take_last(reader) && ends_item(*reader->at);
    if (!take_letter(reader, '*')) {
        int form;

        if (!take_value(reader, &from))
            return false;
        form = take_form(reader, from);
        if (form != 0)
            return form > 0 && ends_item(*reader->at);
        is_range = take_letter(reader, '-');
        to = from;
        if (is_range && !take_value(reader, &to))
            return false;
    }
    if (is_range && take_letter(reader, '/')) {
        if (!take_number(reader, 1, 999, &step))
            return false;
        reader->has_step = true;
    }
    if (from > to) {
        if (field->cycle == 0)
            return false;
        to += field->cycle;
    }
    add_range(reader, from, to, step);
    return ends_item(*reader->at);
}

static void keep_field(struct reader *reader, bool has_star)
{
    struct cron *cron = reader->cron;

    switch (reader->id) {
    case MINUTE:
        cron->minutes[0] = (uint32_t)(reader->bits & ((1U << CRON_HALF_HOUR) - 1));
        cron->minutes[1] = (uint32_t)(reader->bits >> CRON_HALF_HOUR);
        break;
    case HOUR:
        cron->hours = reader->bits & CRON_ALL_HOURS;
        cron->is_hour_wild = has_star || reader->has_step;
        break;
    case DAY:
        cron->days = (uint32_t)reader->bits;
        cron->any_day = has_star;
        break;
    case MONTH:
        cron->months = (uint16_t)reader->bits;
        break;
    case WEEKDAY:
        cron->weekdays = reader->bits & CRON_ALL_WEEKDAYS;
        cron->any_weekday = has_star;
        break;
    case FIELDS:
        break;
    }
}

static bool take_field(struct reader *reader)
{
    bool has_star;

    while (is_blank(*reader->at))
        reader->at++;
    reader->bits = 0;
    reader->has_step = false;
    has_star = *reader->at == '*';
    while (take_item(reader)) {
        if (*reader->at != ',') {
            keep_field(reader, has_star);
            return true;
        }
        reader->at++;
    }
    return false;
}

static int refuse(const struct reader *reader, const char *text, struct fault *fault)
{
    const struct field *field = &fields[reader->id];
    size_t length = 0;

    while (!ends_item(reader->item[length]))
        length++;
    if (length == 0)
        return fault_set(fault, -EINVAL, "the schedule \"%.128s\": the %s is missing; give %s",
                         text, field->name, field->allowed);
    return fault_set(fault, -EINVAL, "the schedule \"%.128s\": the %s has \"%.*s\"; give %s", text,
                     field->name, (int)length, reader->item, field->allowed);
}

/* The fields that a word stands for; NULL when it is none. */
static const char *fields_of_word(const char *text)
{
    size_t length = strcspn(text, " \t");
    size_t i;

    if (text[length + strspn(text + length, " \t")] != '\0')
        return NULL;
    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t same = 0;

        while (same < length && lower(text[same]) == words[i].word[same])
            same++;
        if (same == length && words[i].word[same] == '\0')
            return words[i].fields;
    }
    return NULL;
}

int cron_parse(const char *text, struct cron *ret_cron, struct fault *fault)
{
    struct cron cron;
    struct reader reader = {.at = text, .cron = &cron};
    int i;

    memset(&cron, 0, sizeof cron);
    if (strlen(text) >= CRON_TEXT_MAX)
        return fault_set(fault, -EINVAL,
                         "the schedule \"%.40s...\" is longer than %d bytes; make two of it", text,
                         CRON_TEXT_MAX - 1);
    while (is_blank(*reader.at))
        reader.at++;
    if (*reader.at == '@') {
        reader.at = fields_of_word(reader.at);
        if (reader.at == NULL)
            return fault_set(fault, -EINVAL,
                             "the schedule \"%.128s\" is no word that is known; give @yearly, "
                             "@annually, @monthly, @weekly, @daily, @midnight or @hourly, or five "
                             "fields: minute, hour, day of month, month, weekday",
                             text);
    }
    for (i = 0; i < FIELDS; i++) {
        reader.id = (enum field_id)i;
        if (!take_field(&reader))
            return refuse(&reader, text, fault);
    }
    while (is_blank(*reader.at))
        reader.at++;
    if (*reader.at != '\0')
        return fault_set(fault, -EINVAL,
                         "the schedule \"%.128s\" has more than its five fields: minute, hour, "
                         "day of month, month, weekday",
                         text);
    *ret_cron = cron;
    return 0;
}
