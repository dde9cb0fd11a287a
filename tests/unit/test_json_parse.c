#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"

/* Parses from memory of exactly that size, so that the sanitiser sees any read beyond it. */
static int parse_bytes(const char *bytes, size_t length, struct json **ret_document,
                       struct fault *fault)
{
    char *exact = malloc(length > 0 ? length : 1);
    int result;

    assert_non_null(exact);
    memcpy(exact, bytes, length);
    result = json_parse(exact, length, 1 << 26, ret_document, fault);
    free(exact);
    return result;
}

static struct json *parse(const char *string)
{
    struct json *document = NULL;
    struct fault fault = {0};

    if (parse_bytes(string, strlen(string), &document, &fault) != 0)
        fail_msg("%s: %s", string, fault.text);
    return document;
}

static void refuse(const char *string, int code, const char *place)
{
    struct json *document = NULL;
    struct fault fault = {0};

    assert_int_equal(parse_bytes(string, strlen(string), &document, &fault), code);
    assert_null(document);
    if (strncmp(fault.text, place, strlen(place)) != 0)
        fail_msg("%s: '%s' does not start with '%s'", string, fault.text, place);
}

static void takes_json(void **state)
{
    static const char *const good[] = {
        "null",
        " true ",
        "\r\n\tfalse",
        "0",
        "-0",
        "-0.5e-10",
        "1E+2",
        "123456789012345678901234567890123456789012345678901234567890",
        "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e6\\uD83D\\uDE00\"",
        "\"blåbær \x7f \xc2\x85\"",
        "[]",
        "[ ]",
        "{}",
        "{ }",
        "[1,[2,[3]],{\"a\":{}}]",
        "{\"a\":1,\"A\":2,\"\":3}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "[{\"a\":1},{\"a\":2}]",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof good / sizeof good[0]; i++)
        json_free(parse(good[i]));
    json_free(NULL);
}

static void refuses_syntax(void **state)
{
    (void)state;
    refuse("", -EINVAL, "line 1, column 1");
    refuse("  \n ", -EINVAL, "line 2, column 2");
    refuse("nul", -EINVAL, "line 1, column 1");
    refuse("True", -EINVAL, "line 1, column 1");
    refuse("nullx", -EINVAL, "line 1, column 5: more");
    refuse("1 2", -EINVAL, "line 1, column 3: more");
    refuse("{} {}", -EINVAL, "line 1, column 4: more");
    refuse("{}\n\n,", -EINVAL, "line 3, column 1: more");
    refuse("[1,]", -EINVAL, "line 1, column 4");
    refuse("[,1]", -EINVAL, "line 1, column 2");
    refuse("[1 2]", -EINVAL, "line 1, column 4: ',' or ']'");
    refuse("[1", -EINVAL, "line 1, column 3");
    refuse("[1}", -EINVAL, "line 1, column 3");
    refuse("[", -EINVAL, "line 1, column 2");
    refuse("]", -EINVAL, "line 1, column 1");
    refuse("{\"a\":1,}", -EINVAL, "line 1, column 8: a member name");
    refuse("{\"a\":1]", -EINVAL, "line 1, column 7: ',' or '}'");
    refuse("{\"a\" 1}", -EINVAL, "line 1, column 6: ':'");
    refuse("{\"a\":}", -EINVAL, "line 1, column 6");
    refuse("{a:1}", -EINVAL, "line 1, column 2: a member name");
    refuse("{'a':1}", -EINVAL, "line 1, column 2");
    refuse("{1:1}", -EINVAL, "line 1, column 2");
    refuse("{", -EINVAL, "line 1, column 2");
    refuse("[1] // x", -EINVAL, "line 1, column 5");
    refuse("/* */ 1", -EINVAL, "line 1, column 1");
    refuse("NaN", -EINVAL, "line 1, column 1");
    refuse("{\n  \"æøå\": x\n}", -EINVAL, "line 2, column 10: a value");
    refuse("\v1", -EINVAL, "line 1, column 1");
    refuse("\xef\xbb\xbf{}", -EINVAL, "line 1, column 1: byte order mark");
}

static void refuses_numbers(void **state)
{
    static const char *const bad[] = {
        "01",     "-",         "-x",
        "+1",     ".5",        "1.",
        "1.x",    "1e",        "1e+",
        "-01",    "0x10",      "1e999",
        "-1e999", "--1",       "1_000",
        "1-2",    "-Infinity", "1234567890123456789012345678901234567890123456789012345678901"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse(bad[i], -EINVAL, "line 1, column ");
    refuse("[1, 1e999]", -EINVAL, "line 1, column 5: number too large");
    refuse("[1, 1.x]", -EINVAL, "line 1, column 7: a digit");
}

static void refuses_strings(void **state)
{
    struct json *document = NULL;
    struct fault fault = {0};

    (void)state;
    refuse("\"abc", -EINVAL, "line 1, column 1: string without");
    refuse("\"abc\\", -EINVAL, "line 1, column 5: unknown escape");
    refuse("\"abc\\\"", -EINVAL, "line 1, column 1: string without");
    refuse("\"\\x41\"", -EINVAL, "line 1, column 2: unknown escape");
    refuse("\"\\u00e\"", -EINVAL, "line 1, column 2: unknown escape");
    refuse("\"\\u", -EINVAL, "line 1, column 2: unknown escape");
    refuse("\"a\\u0000b\"", -EINVAL, "line 1, column 3: NUL");
    refuse("{\"a\\u0000b\":1}", -EINVAL, "line 1, column 4: NUL");
    refuse("\"\\uD83D\"", -EINVAL, "line 1, column 2: half a surrogate");
    refuse("\"\\uD83Dx\"", -EINVAL, "line 1, column 2: half a surrogate");
    refuse("\"\\uD83D\\u0041\"", -EINVAL, "line 1, column 2: half a surrogate");
    refuse("\"\\uDE00\"", -EINVAL, "line 1, column 2: half a surrogate");
    refuse("\"\\uD83D\\uDE", -EINVAL, "line 1, column 2: half a surrogate");
    refuse("\"a\nb\"", -EINVAL, "line 1, column 3: control");
    refuse("\"a\tb\"", -EINVAL, "line 1, column 3: control");
    refuse("\"bl\xe5\"", -EINVAL, "line 1, column 4: not valid UTF-8");
    refuse("\"\xed\xa0\x80\"", -EINVAL, "line 1, column 2: not valid UTF-8");
    refuse("\"\xc0\x80\"", -EINVAL, "line 1, column 2: not valid UTF-8");
    refuse("\xff", -EINVAL, "line 1, column 1");
    assert_int_equal(parse_bytes("\"a\0b\"", 5, &document, &fault), -EINVAL);
    assert_string_equal(fault.text,
                        "line 1, column 3: control character in a string; write it as \\u00XX");
    assert_int_equal(parse_bytes("{}\0", 3, &document, NULL), -EINVAL);
    assert_int_equal(parse_bytes("\0{}", 3, &document, NULL), -EINVAL);
}

static void refuses_size(void **state)
{
    struct json *document = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(json_parse("[1]", 3, 2, &document, &fault), -E2BIG);
    assert_string_equal(fault.text, "the JSON is 3 bytes; at most 2 are allowed");
    assert_int_equal(json_parse("[1]", 3, 3, &document, &fault), 0);
    json_free(document);
}

static void refuses_depth(void **state)
{
    char text[2 * 65 * 5 + 1];
    size_t level;
    int pass;

    (void)state;
    for (pass = 0; pass < 4; pass++) {
        size_t depth = pass % 2 == 0 ? 64 : 65;
        const char *open = pass < 2 ? "[" : "{\"a\":";
        const char *close = pass < 2 ? "]" : "}";

        text[0] = '\0';
        for (level = 0; level < depth; level++)
            strncat(text, open, sizeof text - strlen(text) - 1);
        if (pass >= 2)
            strncat(text, "1", sizeof text - strlen(text) - 1);
        for (level = 0; level < depth; level++)
            strncat(text, close, sizeof text - strlen(text) - 1);
        if (depth == 64)
            json_free(parse(text));
        else
            refuse(text, -E2BIG, pass < 2 ? "line 1, column 65: " : "line 1, column 321: ");
    }
}

static void survives_hostile_depth(void **state)
{
    size_t length = 8 << 20;
    char *text = malloc(length);
    struct json *document = NULL;
    struct fault fault = {0};

    (void)state;
    assert_non_null(text);
    memset(text, '[', length);
    assert_int_equal(json_parse(text, length, length, &document, &fault), -E2BIG);
    free(text);
}

static void refuses_duplicates(void **state)
{
    (void)state;
    refuse("{\"a\":1,\"a\":2}", -EINVAL, "line 1, column 8: the member \"a\" is there twice");
    refuse("{\"a\":1,\n \"\\u0061\":2}", -EINVAL, "line 2, column 2: the member \"a\"");
    refuse("[{\"x\":{\"x\":1}},{\"b\":[{\"c\":1}],\n\"z\":{\"k\":0,\"q\":1,\"k\":2}}]", -EINVAL,
           "line 2, column 18: the member \"k\"");
    refuse("{\"\":1,\"\":2}", -EINVAL, "line 1, column 7: the member \"\"");
    refuse("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"c\":2}",
           -EINVAL, "line 1, column 56: the member \"c\"");
    refuse("{\"a\":1,\"a\":{\"b\":1,\"b\":2}}", -EINVAL, "line 1, column ");
}

/* A quadratic check would take hours here. */
static void checks_huge_objects_fast(void **state)
{
    enum { MEMBERS = 300000 };
    size_t size = MEMBERS * 16 + 64;
    char *text = malloc(size);
    size_t length = 0;
    struct json *document = NULL;
    struct fault fault = {0};
    int i;

    (void)state;
    assert_non_null(text);
    text[length++] = '{';
    for (i = 0; i < MEMBERS; i++)
        length += (size_t)snprintf(text + length, size - length, "\"m%d\":0,", i);
    (void)snprintf(text + length, size - length, "\"z\":0}");
    assert_int_equal(json_parse(text, strlen(text), size, &document, &fault), 0);
    assert_int_equal(json_count(document), MEMBERS + 1);
    json_free(document);
    document = NULL;
    (void)snprintf(text + length, size - length, "\"m7\":0}");
    assert_int_equal(json_parse(text, strlen(text), size, &document, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "\"m7\" is there twice"));
    assert_null(document);
    free(text);
}

/* Every prefix, and every document with one byte changed, is refused or taken, never read beyond. */
static void survives_mutations(void **state)
{
    static const char text[] = "{\"a\":[1,-2.5e3,\"\\u00e6\\uD83D\\uDE00\\n\",true,null],\"b\":{}}";
    static const char bytes[] = "\0\"\\{}[],:u0-.e \n\x80\xff";
    char copy[sizeof text];
    size_t at;
    size_t byte;

    (void)state;
    for (at = 0; at < sizeof text - 1; at++) {
        struct json *document = NULL;

        assert_int_equal(parse_bytes(text, at, &document, NULL), -EINVAL);
        for (byte = 0; byte < sizeof bytes - 1; byte++) {
            memcpy(copy, text, sizeof text);
            copy[at] = bytes[byte];
            document = NULL;
            (void)!parse_bytes(copy, sizeof text - 1, &document, NULL);
            json_free(document);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_json),
        cmocka_unit_test(refuses_syntax),
        cmocka_unit_test(refuses_numbers),
        cmocka_unit_test(refuses_strings),
        cmocka_unit_test(refuses_size),
        cmocka_unit_test(refuses_depth),
        cmocka_unit_test(survives_hostile_depth),
        cmocka_unit_test(refuses_duplicates),
        cmocka_unit_test(checks_huge_objects_fast),
        cmocka_unit_test(survives_mutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
