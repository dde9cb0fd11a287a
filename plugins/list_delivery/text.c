#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t text_character(const char *text)
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

size_t text_width(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Length of the blank at `text`, or 0. */
static size_t blank(const char *text)
{
    if (*text == ' ' || *text == '\t')
        return 1;
    return strncmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

char *text_trimmed(const char *text)
{
    const char *end;

    while (blank(text) != 0)
        text += blank(text);
    end = text + strlen(text);
    for (;;) {
        if (end - text >= 1 && blank(end - 1) == 1)
            end--;
        else if (end - text >= 2 && blank(end - 2) == 2)
            end -= 2;
        else
            break;
    }
    return strndup(text, (size_t)(end - text));
}

/* Length of what may stand between a CPR number's date and the rest: also the dashes and blanks that word processors
 * put in place of a hyphen and a space. 0: it is none. */
static size_t between_length(const char *text)
{
    static const char *const signs[] = {
        "-",
        " ",
        ".",
        "/",
        "\xc2\xa0",     /* no-break space */
        "\xc2\xad",     /* soft hyphen */
        "\xe2\x80\x90", /* hyphen, no-break hyphen, figure dash, en dash, em dash */
        "\xe2\x80\x91",
        "\xe2\x80\x92",
        "\xe2\x80\x93",
        "\xe2\x80\x94",
        "\xe2\x88\x92", /* minus */
    };
    size_t i;

    for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strncmp(text, signs[i], strlen(signs[i])) == 0)
            return strlen(signs[i]);
    }
    return 0;
}

/* Does a CPR number start at `text`? */
static bool cpr_starts(const char *text)
{
    int digits[10];
    size_t count = 0;
    int between = 0;
    int day, month;

    while (count < 10) {
        size_t length = is_digit(*text) ? 1 : between_length(text);

        if (is_digit(*text)) {
            digits[count++] = *text - '0';
            between = 0;
        } else if (length == 0 || ++between > 3 || (count != 2 && count != 4 && count != 6)) {
            return false;
        }
        text += length;
    }
    day = digits[0] * 10 + digits[1];
    month = digits[2] * 10 + digits[3];
    if (day > 60)
        day -= 60;
    return !is_digit(*text) && day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

bool text_has_cpr(const char *text)
{
    bool inside = false; /* a run of digits: only its start may start a number */

    for (; *text != '\0'; text++) {
        if (is_digit(*text) && !inside && cpr_starts(text))
            return true;
        inside = is_digit(*text);
    }
    return false;
}

void text_shown(const char *text, char target[TEXT_SHOWN_MAX])
{
    static const char cut[] = "...";
    bool masked = text_has_cpr(text);
    size_t used = 0;

    while (*text != '\0') {
        size_t length = text_character(text);
        size_t step = length == 0 ? 1 : length;

        if (used + step + sizeof(cut) > TEXT_SHOWN_MAX) {
            memcpy(target + used, cut, sizeof(cut));
            return;
        }
        if (length == 0)
            target[used] = '?';
        else
            memcpy(target + used, text, step);
        if (masked && is_digit(target[used]))
            target[used] = 'X';
        used += step;
        text += step;
    }
    target[used] = '\0';
}

bool text_file_name(const char *text, char target[TEXT_NAME_MAX])
{
    size_t length = strlen(text);
    size_t used = 0;
    size_t i;

    if (length == 0 || length >= TEXT_NAME_MAX)
        return false;
    while (*text != '\0') {
        size_t step = text_character(text);

        if (step == 0 || strchr("/\\:*?\"<>|", *text) != NULL) {
            target[used++] = '_';
            text++;
            continue;
        }
        memcpy(target + used, text, step);
        used += step;
        text += step;
    }
    target[used] = '\0';
    /* Hidden files, "..", and the ends that Windows takes away. */
    for (i = 0; i < used && (target[i] == '.' || target[i] == ' '); i++)
        target[i] = '_';
    for (i = used; i > 0 && (target[i - 1] == '.' || target[i - 1] == ' '); i--)
        target[i - 1] = '_';
    return true;
}

char *text_file_key(const char *text)
{
    char name[TEXT_NAME_MAX];
    utf8proc_uint8_t *key = NULL;

    if (!text_file_name(text, name) ||
        utf8proc_map((const utf8proc_uint8_t *)name, 0, &key,
                     (utf8proc_option_t)(UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                         UTF8PROC_CASEFOLD)) < 0)
        return NULL;
    return (char *)key;
}
