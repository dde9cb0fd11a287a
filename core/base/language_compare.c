/*
 * The order of names: first by their letters, then by marks upon them, then capitals before small letters, and at
 * last by their bytes, so that only the same text is equal.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "core/base/language.h"
#include "core/base/utf8.h"

enum { KEY_STEP = 8 /* room between two characters: for the letters after z */ };
enum { RING = 0x30a, TWO_DOTS = 0x308, NO_CHARACTER = 0x110000, PARTS_MAX = 8 };

/* One letter, number or sign. */
struct element {
    int64_t key;        /* what it is; -1: the end */
    const char *digits; /* of a number: without zeros before it */
    size_t digit_count;
    uint32_t accent; /* which of several ways to write it: 0 the plain one */
    bool is_small;
};

struct reading {
    const char *at, *end;
};

static uint32_t peek(const struct reading *reading, size_t *ret_size)
{
    uint32_t character = 0;

    *ret_size = utf8_decode(reading->at, (size_t)(reading->end - reading->at), &character);
    if (*ret_size == 0 && reading->at < reading->end) {
        *ret_size = 1;
        return NO_CHARACTER + (unsigned char)*reading->at;
    }
    return character;
}

static int64_t letter_after_z(int place)
{
    return (int64_t)'z' * KEY_STEP + place;
}

/* Letters that stand after z, and those that stand for them elsewhere. */
static int64_t danish_letter(uint32_t small)
{
    switch (small) {
    case 0xe6: /* æ */
    case 0xe4: /* ä */
        return letter_after_z(1);
    case 0xf8:  /* ø */
    case 0xf6:  /* ö */
    case 0x151: /* ő */
        return letter_after_z(2);
    case 0xe5: /* å */
        return letter_after_z(3);
    case 0xfc: /* ü */
        return (int64_t)'y' * KEY_STEP;
    default:
        return -1;
    }
}

/* The letter without its marks: é is e. */
static uint32_t without_marks(uint32_t small)
{
    utf8proc_int32_t parts[PARTS_MAX];
    int boundary = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        (utf8proc_int32_t)small, parts, PARTS_MAX,
        (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK), &boundary);

    return count >= 1 && count <= PARTS_MAX ? (uint32_t)parts[0] : small;
}

/* What a mark that follows makes of a letter; the letter itself when it has no place of its own in the alphabet. */
static uint32_t composed(uint32_t small, uint32_t mark)
{
    if (mark == RING && small == 'a')
        return 0xe5;
    if (mark == TWO_DOTS && small == 'a')
        return 0xe4;
    if (mark == TWO_DOTS && small == 'o')
        return 0xf6;
    return mark == TWO_DOTS && small == 'u' ? 0xfc : small;
}

static bool is_mark(uint32_t character)
{
    return character < NO_CHARACTER &&
           utf8proc_category((utf8proc_int32_t)character) == UTF8PROC_CATEGORY_MN;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct element read_number(struct reading *reading)
{
    struct element element = {.key = (int64_t)'0' * KEY_STEP};

    while (reading->at < reading->end && *reading->at == '0')
        reading->at++;
    element.digits = reading->at;
    while (reading->at < reading->end && is_digit(*reading->at))
        reading->at++;
    element.digit_count = (size_t)(reading->at - element.digits);
    return element;
}

static struct element read_letter(struct reading *reading)
{
    struct element element = {.key = -1};
    size_t size;
    uint32_t character = peek(reading, &size);
    uint32_t small = character;
    uint32_t next;

    reading->at += size;
    if (character < NO_CHARACTER)
        small = (uint32_t)utf8proc_tolower((utf8proc_int32_t)character);
    element.is_small = small == character;
    next = peek(reading, &size);
    if (small == 'a' && (next == 'a' || next == 'A')) {
        reading->at += size;
        element.key = danish_letter(0xe5);
        element.accent = 'a';
        return element;
    }
    for (; is_mark(next); next = peek(reading, &size)) {
        small = composed(small, next);
        element.accent = next;
        reading->at += size;
    }
    element.key = danish_letter(small);
    if (element.key >= 0) {
        element.accent = small == 0xe6 || small == 0xf8 || small == 0xe5 ? 0 : small;
        return element;
    }
    next = small < NO_CHARACTER ? without_marks(small) : small;
    if (next != small)
        element.accent = small;
    element.key = (int64_t)next * KEY_STEP;
    return element;
}

static struct element read_element(struct reading *reading)
{
    if (reading->at == reading->end)
        return (struct element){.key = -1};
    return is_digit(*reading->at) ? read_number(reading) : read_letter(reading);
}

static int order(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int compare_elements(const struct element *left, const struct element *right)
{
    int result = order(left->key, right->key);

    if (result != 0 || left->digits == NULL || right->digits == NULL)
        return result;
    if (left->digit_count != right->digit_count)
        return left->digit_count < right->digit_count ? -1 : 1;
    return memcmp(left->digits, right->digits, left->digit_count);
}

int language_compare(const char *left, const char *right)
{
    struct reading left_reading = {left, left + strlen(left)};
    struct reading right_reading = {right, right + strlen(right)};
    struct element of_left;
    struct element of_right;
    int by_accent = 0;
    int by_size = 0;

    do {
        int result;

        of_left = read_element(&left_reading);
        of_right = read_element(&right_reading);
        result = compare_elements(&of_left, &of_right);
        if (result != 0)
            return result;
        if (by_accent == 0)
            by_accent = order(of_left.accent, of_right.accent);
        if (by_size == 0)
            by_size = order(of_left.is_small, of_right.is_small);
    } while (of_left.key >= 0);
    if (by_accent != 0)
        return by_accent;
    return by_size != 0 ? by_size : strcmp(left, right);
}
