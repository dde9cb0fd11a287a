#include "mask.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of the one sign at `text` that may stand inside a CPR number, or 0. */
static size_t separator(const char *text)
{
    if (*text == '-' || *text == ' ' || *text == '.' || *text == '/')
        return 1;
    if (strncmp(text, "\xc2\xa0", 2) == 0)
        return 2; /* no-break space */
    if (strncmp(text, "\xe2\x80", 2) == 0 &&
        (text[2] == '\x90' || text[2] == '\x91' || text[2] == '\x92' || text[2] == '\x93'))
        return 3; /* hyphens and the en dash */
    return 0;
}

/* Length of the CPR-like text that starts at `text`, or 0. */
static size_t cpr_length(const char *text)
{
    const char *at = text;
    int digits[10];
    size_t count = 0;
    int day, month;

    while (count < 10) {
        size_t step;
        unsigned skipped = 0;

        if (is_digit(*at)) {
            digits[count++] = *at++ - '0';
            continue;
        }
        if (count != 2 && count != 4 && count != 6)
            return 0;
        /* One sign inside the date, up to three before the last four. */
        while ((step = separator(at)) != 0 && skipped < (count == 6 ? 3u : 1u)) {
            at += step;
            skipped++;
        }
        if (skipped == 0 || !is_digit(*at))
            return 0;
    }
    if (is_digit(*at))
        return 0;
    day = digits[0] * 10 + digits[1];
    month = digits[2] * 10 + digits[3];
    if (day > 60)
        day -= 60;
    return day >= 1 && day <= 31 && month >= 1 && month <= 12 ? (size_t)(at - text) : 0;
}

bool mask_cpr(char *text)
{
    bool found = false;
    char *at = text;

    while (*at != '\0') {
        size_t length = is_digit(*at) ? cpr_length(at) : 0;
        size_t i;

        for (i = 0; i < length; i++) {
            if (is_digit(at[i]))
                at[i] = 'X';
        }
        found = found || length > 0;
        if (length > 0) {
            at += length;
            continue;
        }
        /* Only the start of a run of digits may start a number. */
        if (is_digit(*at)) {
            while (is_digit(*at))
                at++;
        } else {
            at++;
        }
    }
    return found;
}

/* Length of the well-formed UTF-8 character at `text`, 0 when it is not one
 * or is a control character. */
static size_t character(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    size_t length = b[0] < 0x80 ? 1 : b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    size_t i;

    if (b[0] < 0x20 || b[0] == 0x7f || (b[0] >= 0x80 && b[0] < 0xc2) || b[0] > 0xf4)
        return 0;
    for (i = 1; i < length; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    }
    /* C1 controls, overlong forms, surrogates, beyond U+10FFFF. */
    if ((b[0] == 0xc2 && b[1] < 0xa0) || (b[0] == 0xe0 && b[1] < 0xa0) ||
        (b[0] == 0xed && b[1] > 0x9f) || (b[0] == 0xf0 && b[1] < 0x90) ||
        (b[0] == 0xf4 && b[1] > 0x8f))
        return 0;
    return length;
}

bool mask_line(const char *text, char *target, size_t size)
{
    bool changed = false;
    size_t used = 0;

    memset(target, 0, size);
    while (*text != '\0') {
        size_t length = character(text);
        size_t step = length == 0 ? 1 : length;

        if (used + step >= size) {
            changed = true;
            /* Half a CPR number would no longer be known as one. */
            while (used > 0 && (is_digit(target[used - 1]) || separator(target + used - 1) != 0))
                target[--used] = '\0';
            break;
        }
        if (length == 0) {
            target[used] = '?';
            changed = true;
        } else {
            memcpy(target + used, text, length);
        }
        used += step;
        text += step;
    }
    return mask_cpr(target) || changed;
}
