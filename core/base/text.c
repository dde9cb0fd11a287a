#include "core/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/utf8.h"

enum { FIRST_CAPACITY = 64, SLUG_MAX = 63 };

void text_init(struct text *text, size_t limit)
{
    *text = (struct text){.limit = limit};
}

void text_release(struct text *text)
{
    if (text == NULL)
        return;
    free(text->bytes);
    *text = (struct text){0};
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->broken = 0;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

/* Room for `more` bytes and the NUL; false when the text is or turns broken. */
static bool reserve(struct text *text, size_t more)
{
    size_t needed;
    size_t capacity;
    char *bytes;

    if (text->broken != 0)
        return false;
    if (more > text->limit - text->length || more >= SIZE_MAX - text->length) {
        text->broken = -E2BIG;
        return false;
    }
    needed = text->length + more + 1;
    if (needed <= text->capacity)
        return true;
    capacity = text->capacity > SIZE_MAX / 2 ? needed : text->capacity * 2;
    if (capacity < FIRST_CAPACITY)
        capacity = FIRST_CAPACITY;
    if (capacity > text->limit && text->limit < SIZE_MAX)
        capacity = text->limit + 1;
    if (capacity < needed)
        capacity = needed;
    bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) {
        text->broken = -ENOMEM;
        memory_lack();
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void text_append(struct text *text, const void *bytes, size_t length)
{
    if (length == 0 || !reserve(text, length))
        return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_append_string(struct text *text, const char *string)
{
    text_append(text, string, strlen(string));
}

void text_append_char(struct text *text, char character)
{
    text_append(text, &character, 1);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 && text->broken == 0)
        text->broken = errno == EOVERFLOW ? -E2BIG : -ENOMEM;
    if (length <= 0 || !reserve(text, (size_t)length))
        return;
    va_start(arguments, format);
    (void)vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

const char *text_string(const struct text *text)
{
    return text->bytes != NULL ? text->bytes : "";
}

char *text_take(struct text *text)
{
    char *bytes;

    if (text->broken != 0)
        return NULL;
    bytes = text->bytes != NULL ? text->bytes : calloc(1, 1);
    if (bytes != NULL)
        text_init(text, text->limit);
    return bytes;
}

bool text_copy(char *target, size_t size, const char *source)
{
    size_t length = strlen(source);
    bool fits = length < size;

    if (size == 0)
        return false;
    if (!fits)
        length = utf8_border(source, size - 1);
    memcpy(target, source, length);
    target[length] = '\0';
    return fits;
}

/* What is refused in names that people read, and in what is shown to them. */
static bool is_of_a_line(uint32_t character)
{
    return !utf8_is_control(character) && (!utf8_is_unseen(character) || utf8_is_joiner(character));
}

static bool is_text(const char *bytes, size_t length, bool controls_too)
{
    size_t at = 0;

    while (at < length) {
        uint32_t character = 0;
        size_t size = utf8_decode(bytes + at, length - at, &character);

        if (size == 0 || character == 0 || (!controls_too && !is_of_a_line(character)))
            return false;
        at += size;
    }
    return true;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    return is_text(bytes, length, true);
}

bool text_is_line(const char *bytes, size_t length)
{
    return is_text(bytes, length, false);
}

size_t text_columns(const char *string)
{
    size_t left = strlen(string);
    size_t columns = 0;

    while (left > 0) {
        uint32_t character = 0;
        size_t size = utf8_decode(string, left, &character);

        if (size == 0)
            size = 1;
        string += size;
        left -= size;
        columns++;
    }
    return columns;
}

size_t text_fit(const char *string, size_t columns)
{
    size_t length = strlen(string);
    size_t at = 0;

    for (; columns > 0 && at < length; columns--) {
        uint32_t character = 0;
        size_t size = utf8_decode(string + at, length - at, &character);

        at += size > 0 ? size : 1;
    }
    return at;
}

bool text_is_slug(const char *string)
{
    size_t i;

    if (string[0] < 'a' || string[0] > 'z')
        return false;
    for (i = 1; string[i] != '\0'; i++) {
        char c = string[i];

        if (i >= SLUG_MAX)
            return false;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return true;
}

bool text_to_int64(const char *string, int64_t least, int64_t most, int64_t *ret_value)
{
    bool negative = string[0] == '-';
    int64_t value = 0; /* kept negative: INT64_MIN has no positive */

    if (negative)
        string++;
    if (*string == '\0')
        return false;
    for (; *string != '\0'; string++) {
        if (*string < '0' || *string > '9')
            return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *string - '0', &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, value, &value))
        return false;
    if (value < least || value > most)
        return false;
    *ret_value = value;
    return true;
}
