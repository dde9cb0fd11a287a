#include "core/base/cpr.h"

#include <stdint.h>
#include <string.h>

#include "core/base/utf8.h"

enum { PARTS = 4, DIGITS = 10, CHARACTER_BYTES_MAX = 4 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static bool is_separator(uint32_t character)
{
    switch (character) {
    case ' ':
    case '\t':
    case '-':
    case '.':
    case '/':
    case 0xA0:   /* NBSP */
    case 0xAD:   /* soft hyphen */
    case 0x202F: /* narrow NBSP */
    case 0x2060: /* word joiner */
    case 0x2212: /* minus */
    case 0xFEFF: /* NBSP of no width */
        return true;
    default: /* spaces, marks of no width, hyphens and dashes */
        return character >= 0x2000 && character <= 0x2015;
    }
}

/* "\x09" written out, as fault.h and log.h do: its digits are not the start of the number that
 * follows. */
static bool ends_in_escape(const char *bytes, size_t length)
{
    const char *at;

    if (length < 4)
        return false;
    at = bytes + length - 4;
    return at[0] == '\\' && at[1] == 'x' && is_hex(at[2]) && is_hex(at[3]);
}

/* In Windows-1252, which programs of others still write: NBSP, soft hyphen, dashes. */
static bool is_foreign_separator(char byte)
{
    switch ((unsigned char)byte) {
    case 0x96:
    case 0x97:
    case 0xA0:
    case 0xAD:
        return true;
    default:
        return false;
    }
}

static void skip_separators(const char *bytes, size_t length, size_t *at)
{
    size_t i;

    for (i = 0; i < CPR_SEPARATORS_MAX && *at < length; i++) {
        uint32_t character = 0;
        size_t size = utf8_decode(bytes + *at, length - *at, &character);

        if (size == 0 ? !is_foreign_separator(bytes[*at]) : !is_separator(character))
            return;
        *at += size == 0 ? 1 : size;
    }
}

enum found {
    NONE,
    WHOLE,
    OPEN /* none yet: the bytes end within it */
};

/* A character of which only the first bytes are there, perhaps. */
static bool may_be_cut(const char *bytes, size_t left)
{
    return left < CHARACTER_BYTES_MAX && ((unsigned char)bytes[0] & 0x80) != 0;
}

static bool is_start(const char *bytes, size_t at)
{
    return is_digit(bytes[at]) &&
           (at == 0 || !is_digit(bytes[at - 1]) || ends_in_escape(bytes, at));
}

/* The one number that begins at bytes[at], and where it ends. */
static enum found look(const char *bytes, size_t length, size_t at, size_t *ret_end)
{
    static const size_t digits[PARTS] = {2, 2, 2, 4};
    int values[PARTS] = {0, 0, 0, 0};
    size_t end = at;
    size_t part;
    size_t i;

    if (!is_start(bytes, at))
        return NONE;
    for (part = 0; part < PARTS; part++) {
        if (part > 0)
            skip_separators(bytes, length, &end);
        for (i = 0; i < digits[part]; i++, end++) {
            if (end == length || may_be_cut(bytes + end, length - end))
                return OPEN;
            if (!is_digit(bytes[end]))
                return NONE;
            values[part] = 10 * values[part] + (bytes[end] - '0');
        }
    }
    if ((end < length && is_digit(bytes[end])) || values[1] < 1 || values[1] > 12 ||
        values[0] % 60 < 1 || values[0] % 60 > 31)
        return NONE;
    *ret_end = end;
    return WHOLE;
}

size_t cpr_at(const char *bytes, size_t length, size_t at)
{
    size_t further = 0;
    size_t end = at;
    size_t i;

    if (at >= length || look(bytes, length, at, &end) != WHOLE)
        return 0;
    for (i = at + 1; i < end; i++)
        if (look(bytes, length, i, &further) == WHOLE && further > end)
            end = further;
    return end - at;
}

bool cpr_is_in(const char *bytes, size_t length)
{
    size_t end = 0;
    size_t at;

    for (at = 0; at + DIGITS <= length; at++)
        if (look(bytes, length, at, &end) == WHOLE)
            return true;
    return false;
}

void cpr_hide(const char *string, char *target)
{
    static const char shown[] = "[CPR]";
    size_t length = strlen(string);
    size_t at = 0;

    while (at < length) {
        size_t size = cpr_at(string, length, at);

        if (size == 0) {
            *target++ = string[at++];
        } else {
            memcpy(target, shown, sizeof shown - 1);
            target += sizeof shown - 1;
            at += size;
        }
    }
    *target = '\0';
}

size_t cpr_unfinished(const char *bytes, size_t length)
{
    size_t least = length > CPR_UNFINISHED_MAX ? length - CPR_UNFINISHED_MAX : 0;
    size_t start = length > CPR_BYTES_MAX ? length - CPR_BYTES_MAX : 0;
    size_t at;

    for (; start < length; start++) {
        size_t end = 0;
        enum found found = look(bytes, length, start, &end);

        if (found == OPEN || (found == WHOLE && end == length))
            break;
    }
    /* Nor is one to be cut that is whole. */
    for (at = start; start < length && at > least; at--) {
        size_t end = 0;

        if (look(bytes, length, at - 1, &end) == WHOLE && end > start)
            start = at - 1;
    }
    return length - start;
}
