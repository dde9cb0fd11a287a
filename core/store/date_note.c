#include "core/store/date_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"

enum { DAY_LENGTH = CLOCK_DAY_TEXT - 1, NUMBER_TEXT = 20 };

static const char date_begins[] = "business date ";
static const char ahead_begins[] = "clock ahead, done ";
static const char ahead_word[] = "clock ahead, ";
static const char ahead_to[] = " to ";
static const char handover_begins[] = "was handed over: run ";
static const char handover_attempt[] = ", attempt ";

static void add_rest(const char *rest, char *target, size_t size)
{
    size_t length = strlen(target);

    if (rest != NULL && rest[0] != '\0' && size - length > 2) {
        memcpy(target + length, "; ", 3);
        (void)text_copy(target + length + 2, size - length - 2, rest);
    }
}

/* Steps over what stands at *at. */
static bool read_words(const char **at, const char *words)
{
    size_t length = strlen(words);
    bool is_there = strncmp(*at, words, length) == 0;

    if (is_there)
        *at += length;
    return is_there;
}

static bool read_day(const char **at, int32_t *ret_day)
{
    char day[CLOCK_DAY_TEXT];

    if (memchr(*at, '\0', DAY_LENGTH) != NULL)
        return false;
    memcpy(day, *at, DAY_LENGTH);
    day[DAY_LENGTH] = '\0';
    *at += DAY_LENGTH;
    return clock_parse_day(day, ret_day);
}

static bool read_number(const char **at, int64_t *ret_number)
{
    size_t length = strspn(*at, "0123456789");
    char number[NUMBER_TEXT];

    if (length >= sizeof number)
        return false;
    memcpy(number, *at, length);
    number[length] = '\0';
    *at += length;
    return text_to_int64(number, 1, INT64_MAX, ret_number);
}

static bool is_end(const char *at)
{
    return at[0] == '\0' || at[0] == ';';
}

void date_note_write(int32_t business_day, const char *rest, char *target, size_t size)
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(business_day, day);
    (void)snprintf(target, size, "%s%s", date_begins, day);
    add_rest(rest, target, size);
}

bool date_note_read(const char *note, int32_t *ret_business_day)
{
    return note != NULL && read_words(&note, date_begins) && read_day(&note, ret_business_day) &&
           is_end(note);
}

void ahead_note_write(int32_t from_day, int32_t to_day, const char *rest, char *target, size_t size)
{
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];

    clock_format_day(from_day, from);
    clock_format_day(to_day, to);
    (void)snprintf(target, size, "%s%s%s%s", ahead_begins, from, ahead_to, to);
    add_rest(rest, target, size);
}

bool ahead_note_read(const char *note, int32_t *ret_from_day, int32_t *ret_to_day)
{
    return note != NULL && read_words(&note, ahead_begins) && read_day(&note, ret_from_day) &&
           read_words(&note, ahead_to) && read_day(&note, ret_to_day) && is_end(note);
}

void handover_note_write(int64_t run_id, int64_t seq, char target[static DATE_NOTE_MAX])
{
    (void)snprintf(target, DATE_NOTE_MAX, "%s%" PRId64 "%s%" PRId64, handover_begins, run_id,
                   handover_attempt, seq);
}

bool handover_note_read(const char *note, int64_t *ret_run_id, int64_t *ret_seq)
{
    return note != NULL && read_words(&note, handover_begins) && read_number(&note, ret_run_id) &&
           read_words(&note, handover_attempt) && read_number(&note, ret_seq) && is_end(note);
}

const char *date_note_foreign(const char *note, char *target, size_t size)
{
    if (note == NULL || (strncmp(note, date_begins, sizeof date_begins - 1) != 0 &&
                         strncmp(note, ahead_word, sizeof ahead_word - 1) != 0))
        return note;
    (void)text_copy(target, size, "note: ");
    (void)text_copy(target + strlen(target), size - strlen(target), note);
    return target;
}
