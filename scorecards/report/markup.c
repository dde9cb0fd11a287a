#include "scorecards/report/markup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/text.h"
#include "core/base/utf8.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Controls, the two that are no characters of XML, and what hides or turns around. */
static bool is_unfit(uint32_t character)
{
    return utf8_is_control(character) || character == 0xFFFE || character == 0xFFFF ||
           (utf8_is_unseen(character) && !utf8_is_joiner(character));
}

/* The character at `string` and how many bytes it takes; at least one. What cannot stand there is U+FFFD. */
static size_t next_character(const char *string, uint32_t *ret_character)
{
    size_t length = utf8_decode(string, strnlen(string, 4), ret_character);

    if (length == 0) {
        *ret_character = 0xFFFD;
        return 1;
    }
    if (*ret_character == '\t' || *ret_character == '\n' || *ret_character == '\r')
        *ret_character = ' ';
    else if (is_unfit(*ret_character))
        *ret_character = 0xFFFD;
    return length;
}

/* What stands for the character in markup; NULL: itself. */
static const char *reference_of(uint32_t character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case ' ':
        return " ";
    case 0xFFFD:
        return replacement;
    default:
        return NULL;
    }
}

void markup_put(struct text *target, const char *string)
{
    while (*string != '\0') {
        uint32_t character;
        size_t length = next_character(string, &character);
        const char *reference = reference_of(character);

        if (reference != NULL)
            text_append_string(target, reference);
        else
            text_append(target, string, length);
        string += length;
    }
}

void markup_put_style(struct text *target, const char *string)
{
    while (*string != '\0') {
        uint32_t character;
        size_t length = next_character(string, &character);

        if (character == 0xFFFD || (character < 0x80 && strchr("\\\"'<>&", (int)character) != NULL))
            text_printf(target, "\\%06x", (unsigned)character);
        else if (character == ' ')
            text_append_char(target, ' ');
        else
            text_append(target, string, length);
        string += length;
    }
}
