/* The writing half of json.h. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_inner.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

enum { DIGITS_LEAST = 15, DIGITS_MOST = 17, EXPONENT_MOST = 30 };

static const char not_utf8[] = "\xef\xbf\xbd"; /* U+FFFD */

/* "-1.25e+02" with the fewest digits that read back as the same number. */
static void format_exponent(double number, char target[static JSON_NUMBER_SIZE])
{
    int digits;

    for (digits = DIGITS_LEAST; digits <= DIGITS_MOST; digits++) {
        double back;

        (void)snprintf(target, JSON_NUMBER_SIZE, "%.*e", digits - 1, number);
        back = strtod(target, NULL);
        if (back == number)
            return;
    }
}

void json_format_number(double number, char target[static JSON_NUMBER_SIZE])
{
    int digits;

    if (number >= -9007199254740992.0 && number <= 9007199254740992.0) {
        int64_t whole = (int64_t)number;

        if ((double)whole == number) {
            (void)snprintf(target, JSON_NUMBER_SIZE, "%" PRId64, whole);
            return;
        }
    }
    for (digits = DIGITS_LEAST; digits <= DIGITS_MOST; digits++) {
        double back;

        (void)snprintf(target, JSON_NUMBER_SIZE, "%.*g", digits, number);
        back = strtod(target, NULL);
        if (back == number)
            return;
    }
}

bool json_format_decimal(double number, char target[static JSON_DECIMAL_SIZE])
{
    char form[JSON_NUMBER_SIZE];
    char digits[JSON_NUMBER_SIZE];
    const char *at = form;
    long count = 0;
    long exponent; /* of the first digit */
    long place;

    format_exponent(number, form);
    if (*at == '-')
        *target++ = *at++;
    for (; *at != 'e' && *at != '\0'; at++)
        if (*at >= '0' && *at <= '9')
            digits[count++] = *at;
    exponent = *at == 'e' ? strtol(at + 1, NULL, 10) : 0;
    if (count == 0 || exponent < -EXPONENT_MOST || exponent > EXPONENT_MOST)
        return false;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    for (place = exponent > 0 ? exponent : 0; place >= 0 || exponent - place < count; place--) {
        long index = exponent - place;

        if (place == -1)
            *target++ = '.';
        *target++ = index >= 0 && index < count ? digits[index] : '0';
    }
    *target = '\0';
    return true;
}

void json_writer_init(struct json_writer *writer, struct text *target)
{
    *writer = (struct json_writer){.target = target};
}

static void before_value(struct json_writer *writer)
{
    uint64_t bit;

    if (writer->after_key) {
        writer->after_key = false;
        return;
    }
    if (writer->depth == 0 || writer->depth > JSON_DEPTH_MAX)
        return;
    bit = UINT64_C(1) << (writer->depth - 1);
    if ((writer->has_member & bit) != 0)
        text_append_char(writer->target, ',');
    writer->has_member |= bit;
}

static void begin(struct json_writer *writer, char bracket)
{
    before_value(writer);
    text_append_char(writer->target, bracket);
    if (writer->depth >= JSON_DEPTH_MAX && writer->target->broken == 0)
        writer->target->broken = -E2BIG;
    if (writer->depth < JSON_DEPTH_MAX)
        writer->has_member &= ~(UINT64_C(1) << writer->depth);
    writer->depth++;
}

/* Whoever was to write the value of a key has failed when it is not there: nobody may believe the rest. */
static void end_key(struct json_writer *writer)
{
    if (writer->after_key && writer->target->broken == 0)
        writer->target->broken = -EINVAL;
    writer->after_key = false;
}

static void end(struct json_writer *writer, char bracket)
{
    assert(writer->depth > 0);
    end_key(writer);
    writer->depth--;
    text_append_char(writer->target, bracket);
}

void json_begin_object(struct json_writer *writer)
{
    begin(writer, '{');
}

void json_end_object(struct json_writer *writer)
{
    end(writer, '}');
}

void json_begin_array(struct json_writer *writer)
{
    begin(writer, '[');
}

void json_end_array(struct json_writer *writer)
{
    end(writer, ']');
}

static void append_escape(struct text *target, char character)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = strchr(plain, character);

    if (found != NULL)
        text_printf(target, "\\%c", letters[found - plain]);
    else
        text_printf(target, "\\u%04x", (unsigned)(unsigned char)character);
}

static void append_quoted(struct text *target, const char *string)
{
    size_t length = strlen(string);
    size_t at = 0;
    size_t clean = 0; /* what lies between here and `at` needs no escape */

    text_append_char(target, '"');
    while (at < length) {
        uint32_t character = 0;
        size_t size = utf8_decode(string + at, length - at, &character);

        if (size != 0 && character >= 0x20 && character != '"' && character != '\\') {
            at += size;
            continue;
        }
        if (at > clean)
            text_append(target, string + clean, at - clean);
        if (size == 0)
            text_append_string(target, not_utf8);
        else
            append_escape(target, string[at]);
        clean = ++at;
    }
    if (at > clean)
        text_append(target, string + clean, at - clean);
    text_append_char(target, '"');
}

void json_key(struct json_writer *writer, const char *name)
{
    end_key(writer);
    before_value(writer);
    append_quoted(writer->target, name);
    text_append_char(writer->target, ':');
    writer->after_key = true;
}

void json_put_string(struct json_writer *writer, const char *string)
{
    if (string == NULL) {
        json_put_null(writer);
        return;
    }
    before_value(writer);
    append_quoted(writer->target, string);
}

void json_put_int(struct json_writer *writer, int64_t value)
{
    before_value(writer);
    text_printf(writer->target, "%" PRId64, value);
}

void json_put_bool(struct json_writer *writer, bool value)
{
    json_put_raw(writer, value ? "true" : "false");
}

void json_put_null(struct json_writer *writer)
{
    json_put_raw(writer, "null");
}

void json_put_number_text(struct json_writer *writer, const char *number)
{
    json_put_raw(writer, number);
}

void json_put_raw(struct json_writer *writer, const char *json)
{
    before_value(writer);
    text_append_string(writer->target, json);
}

static void print_scalar(struct json_writer *writer, const struct json *value)
{
    char number[JSON_NUMBER_SIZE];

    if (json_is_string(value)) {
        json_put_string(writer, json_string(value));
    } else if (json_is_number(value)) {
        json_format_number(json_double(value), number);
        json_put_number_text(writer, number);
    } else if (json_is_bool(value)) {
        json_put_bool(writer, json_bool(value));
    } else {
        json_put_null(writer);
    }
}

/* Recursion is bounded by JSON_DEPTH_MAX. */
static void print_value(struct json_writer *writer, const struct json *value)
{
    bool object = json_is_object(value);
    const struct json *inner;

    if (!object && !json_is_array(value)) {
        print_scalar(writer, value);
        return;
    }
    begin(writer, object ? '{' : '[');
    for (inner = json_first(value); inner != NULL; inner = json_next(inner)) {
        if (object)
            json_key(writer, json_name(inner));
        print_value(writer, inner);
    }
    end(writer, object ? '}' : ']');
}

int json_print(const struct json *value, struct text *target)
{
    struct json_writer writer;

    json_writer_init(&writer, target);
    print_value(&writer, value);
    return target->broken;
}
