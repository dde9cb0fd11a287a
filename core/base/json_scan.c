/*
 * The check before cJSON sees a document. cJSON takes more than JSON (raw
 * control characters, "01", "1."), ends strings at an escaped NUL, and does
 * not say where an error is; this does not.
 */
#include "core/base/json_inner.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

enum expecting {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END,
    EXPECT_NAME,
    EXPECT_NAME_OR_END,
    EXPECT_COMMA_OR_END
};

struct scan {
    const char *bytes;
    size_t length;
    size_t at;
    unsigned depth;
    uint64_t in_object; /* a bit per depth */
    enum expecting expecting;
    bool has_marks;   /* a number with a point or an exponent was seen */
    size_t names;     /* member names seen */
    size_t stop_name; /* stop before this one */
    struct fault *fault;
};

static void find_place(const struct scan *scan, size_t *ret_line, size_t *ret_column)
{
    size_t line = 1;
    size_t column = 1;
    size_t i;

    for (i = 0; i < scan->at && i < scan->length; i++) {
        if (scan->bytes[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)scan->bytes[i] & 0xc0U) != 0x80U) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

static int refuse(const struct scan *scan, int code, const char *what)
{
    size_t line;
    size_t column;

    find_place(scan, &line, &column);
    return fault_set(scan->fault, code, "line %zu, column %zu: %s", line, column, what);
}

/* The byte at the place of reading, or NUL at the end (NUL is valid nowhere). */
static char peek(const struct scan *scan)
{
    return scan->at < scan->length ? scan->bytes[scan->at] : '\0';
}

static void skip_space(struct scan *scan)
{
    char c = peek(scan);

    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        scan->at++;
        c = peek(scan);
    }
}

/* Four hexadecimal digits at `at`, or -1. */
static int32_t read_hex(const struct scan *scan, size_t at)
{
    int32_t value = 0;
    size_t i;

    if (at > scan->length || scan->length - at < 4)
        return -1;
    for (i = at; i < at + 4; i++) {
        char c = scan->bytes[i];

        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
    }
    return value;
}

/* At a backslash. */
static int scan_escape(struct scan *scan)
{
    char kind = scan->at + 1 < scan->length ? scan->bytes[scan->at + 1] : '\0';
    int32_t unit;

    if (kind != '\0' && strchr("\"\\/bfnrt", kind) != NULL) {
        scan->at += 2;
        return 0;
    }
    unit = kind == 'u' ? read_hex(scan, scan->at + 2) : -1;
    if (unit < 0)
        return refuse(scan, -EINVAL, "unknown escape in a string");
    if (unit == 0)
        return refuse(scan, -EINVAL, "NUL (\\u0000) is not allowed in a string");
    if (unit >= 0xd800 && unit <= 0xdbff) {
        const char *next = scan->bytes + scan->at + 6;
        int32_t low = -1;

        if (scan->length - scan->at >= 12 && next[0] == '\\' && next[1] == 'u')
            low = read_hex(scan, scan->at + 8);
        if (low < 0xdc00 || low > 0xdfff)
            return refuse(scan, -EINVAL, "half a surrogate pair in a string");
        scan->at += 12;
        return 0;
    }
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return refuse(scan, -EINVAL, "half a surrogate pair in a string");
    scan->at += 6;
    return 0;
}

/* At the opening quote. */
static int scan_string(struct scan *scan)
{
    size_t start = scan->at++;

    while (scan->at < scan->length) {
        uint32_t character = 0;
        size_t size;

        if (scan->bytes[scan->at] == '"') {
            scan->at++;
            return 0;
        }
        if (scan->bytes[scan->at] == '\\') {
            int result = scan_escape(scan);

            if (result < 0)
                return result;
            continue;
        }
        size = utf8_decode(scan->bytes + scan->at, scan->length - scan->at, &character);
        if (size == 0)
            return refuse(scan, -EINVAL, "not valid UTF-8");
        if (character < 0x20)
            return refuse(scan, -EINVAL, "control character in a string; write it as \\u00XX");
        scan->at += size;
    }
    scan->at = start;
    return refuse(scan, -EINVAL, "string without an end");
}

static bool skip_digits(struct scan *scan)
{
    size_t start = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at > start;
}

static bool skip_number(struct scan *scan)
{
    if (peek(scan) == '-')
        scan->at++;
    if (peek(scan) == '0')
        scan->at++;
    else if (!skip_digits(scan))
        return false;
    if (peek(scan) == '.') {
        scan->at++;
        if (!skip_digits(scan))
            return false;
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        if (!skip_digits(scan))
            return false;
    }
    return true;
}

static int scan_number(struct scan *scan)
{
    size_t start = scan->at;
    char number[JSON_NUMBER_MAX + 1];
    size_t size;

    if (!skip_number(scan))
        return refuse(scan, -EINVAL, "a digit is missing in a number");
    size = scan->at - start;
    if (size > JSON_NUMBER_MAX) {
        scan->at = start;
        return refuse(scan, -EINVAL, "number of more than 60 characters");
    }
    memcpy(number, scan->bytes + start, size);
    number[size] = '\0';
    scan->has_marks = scan->has_marks || strpbrk(number, ".eE") != NULL;
    if (!isfinite(strtod(number, NULL))) {
        scan->at = start;
        return refuse(scan, -EINVAL, "number too large");
    }
    return 0;
}

static int scan_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t size = strlen(words[i]);

        if (scan->length - scan->at >= size &&
            memcmp(scan->bytes + scan->at, words[i], size) == 0) {
            scan->at += size;
            return 0;
        }
    }
    return refuse(scan, -EINVAL, scan->at < scan->length ? "a value was expected" : "cut short");
}

static int open_container(struct scan *scan, bool object)
{
    uint64_t bit;

    if (scan->depth == JSON_DEPTH_MAX)
        return refuse(scan, -E2BIG, "more than 64 levels deep");
    bit = UINT64_C(1) << scan->depth++;
    scan->in_object = object ? scan->in_object | bit : scan->in_object & ~bit;
    scan->expecting = object ? EXPECT_NAME_OR_END : EXPECT_VALUE_OR_END;
    scan->at++;
    return 0;
}

static bool in_object(const struct scan *scan)
{
    return (scan->in_object >> (scan->depth - 1) & 1) != 0;
}

static void close_container(struct scan *scan)
{
    scan->depth--;
    scan->at++;
    scan->expecting = EXPECT_COMMA_OR_END;
}

static int scan_value(struct scan *scan)
{
    char c = peek(scan);

    if (c == '{' || c == '[')
        return open_container(scan, c == '{');
    scan->expecting = EXPECT_COMMA_OR_END;
    if (c == '"')
        return scan_string(scan);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(scan);
    return scan_word(scan);
}

static int scan_name(struct scan *scan)
{
    int result;

    if (peek(scan) != '"')
        return refuse(scan, -EINVAL, "a member name in double quotes was expected");
    if (scan->names == scan->stop_name)
        return 1;
    scan->names++;
    result = scan_string(scan);
    if (result < 0)
        return result;
    skip_space(scan);
    if (peek(scan) != ':')
        return refuse(scan, -EINVAL, "':' was expected");
    scan->at++;
    scan->expecting = EXPECT_VALUE;
    return 0;
}

static int scan_comma_or_end(struct scan *scan)
{
    bool object = in_object(scan);

    if (peek(scan) == ',') {
        scan->at++;
        scan->expecting = object ? EXPECT_NAME : EXPECT_VALUE;
        return 0;
    }
    if (peek(scan) != (object ? '}' : ']'))
        return refuse(scan, -EINVAL,
                      object ? "',' or '}' was expected" : "',' or ']' was expected");
    close_container(scan);
    return 0;
}

static int scan_step(struct scan *scan)
{
    switch (scan->expecting) {
    case EXPECT_VALUE_OR_END:
        if (peek(scan) == ']') {
            close_container(scan);
            return 0;
        }
        return scan_value(scan);
    case EXPECT_VALUE:
        return scan_value(scan);
    case EXPECT_NAME_OR_END:
        if (peek(scan) == '}') {
            close_container(scan);
            return 0;
        }
        return scan_name(scan);
    case EXPECT_NAME:
        return scan_name(scan);
    case EXPECT_COMMA_OR_END:
        return scan_comma_or_end(scan);
    }
    return -EINVAL;
}

/* 0 at the end of the value, 1 at the name to stop at. */
static int scan_document(struct scan *scan)
{
    int result;

    do {
        skip_space(scan);
        result = scan_step(scan);
        if (result != 0)
            return result;
    } while (scan->depth > 0 || scan->expecting != EXPECT_COMMA_OR_END);
    skip_space(scan);
    return 0;
}

int json_scan(const char *bytes, size_t length, bool *ret_has_marks, struct fault *fault)
{
    struct scan scan = {.bytes = bytes, .length = length, .stop_name = SIZE_MAX, .fault = fault};
    int result;

    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        return refuse(&scan, -EINVAL, "byte order mark; save the file as UTF-8 without it");
    result = scan_document(&scan);
    if (result == 0 && scan.at < scan.length)
        return refuse(&scan, -EINVAL, "more text after the end of the value");
    if (result == 0)
        *ret_has_marks = scan.has_marks;
    return result;
}

void json_scan_place_of_name(const char *bytes, size_t length, size_t nth, size_t *ret_line,
                             size_t *ret_column)
{
    struct scan scan = {.bytes = bytes, .length = length, .stop_name = nth};

    (void)scan_document(&scan);
    find_place(&scan, ret_line, ret_column);
}
