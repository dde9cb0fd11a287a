#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"

static void writes(void **state)
{
    struct json_writer w;
    struct text text;

    (void)state;
    text_init(&text, 4096);
    json_writer_init(&w, &text);
    json_begin_object(&w);
    json_key(&w, "id");
    json_put_int(&w, 7);
    json_key(&w, "list");
    json_begin_array(&w);
    json_put_int(&w, INT64_MIN);
    json_put_bool(&w, true);
    json_put_bool(&w, false);
    json_put_null(&w);
    json_begin_object(&w);
    json_end_object(&w);
    json_begin_array(&w);
    json_end_array(&w);
    json_begin_object(&w);
    json_key(&w, "a");
    json_put_string(&w, NULL);
    json_end_object(&w);
    json_end_array(&w);
    json_key(&w, "rate");
    json_put_number_text(&w, "342.07");
    json_key(&w, "raw");
    json_put_raw(&w, "[1,2]");
    json_key(&w, "");
    json_put_string(&w, "");
    json_end_object(&w);
    assert_int_equal(text.broken, 0);
    assert_string_equal(text_string(&text),
                        "{\"id\":7,\"list\":[-9223372036854775808,true,false,null,{},[],"
                        "{\"a\":null}],\"rate\":342.07,\"raw\":[1,2],\"\":\"\"}");
    text_release(&text);
}

static void check_string(const char *string, const char *expected)
{
    struct json_writer w;
    struct text text;

    text_init(&text, 4096);
    json_writer_init(&w, &text);
    json_put_string(&w, string);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void escapes(void **state)
{
    (void)state;
    check_string("plain", "\"plain\"");
    check_string("\"\\/", "\"\\\"\\\\/\"");
    check_string("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    check_string("\x01x\x1f\x7f", "\"\\u0001x\\u001f\x7f\"");
    check_string("blåbær\xf0\x9f\x98\x80", "\"blåbær\xf0\x9f\x98\x80\"");
    check_string("a\xff"
                 "b\xe2\x82",
                 "\"a\xef\xbf\xbd"
                 "b\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void keeps_depth(void **state)
{
    struct json_writer w;
    struct text text;
    int i;

    (void)state;
    text_init(&text, 4096);
    json_writer_init(&w, &text);
    for (i = 0; i < JSON_DEPTH_MAX; i++) {
        json_begin_array(&w);
        json_put_int(&w, 1);
    }
    for (i = 0; i < JSON_DEPTH_MAX; i++)
        json_end_array(&w);
    assert_int_equal(text.broken, 0);
    assert_int_equal(text.length, 64 * 4 - 1);
    json_writer_init(&w, &text);
    for (i = 0; i < JSON_DEPTH_MAX + 10; i++)
        json_begin_array(&w);
    for (i = 0; i < JSON_DEPTH_MAX + 10; i++) {
        json_put_int(&w, 1);
        json_end_array(&w);
    }
    assert_int_equal(text.broken, -E2BIG);
    text_release(&text);
}

static void check_print(const char *string, const char *expected)
{
    struct json *document = NULL;
    struct json *again = NULL;
    struct text text;

    text_init(&text, 4096);
    assert_int_equal(json_parse(string, strlen(string), 4096, &document, NULL), 0);
    assert_int_equal(json_print(document, &text), 0);
    assert_string_equal(text_string(&text), expected);
    assert_int_equal(json_parse(text.bytes, text.length, 4096, &again, NULL), 0);
    json_free(again);
    json_free(document);
    text_release(&text);
}

static void prints(void **state)
{
    (void)state;
    check_print(" { \"b\" : [ 1 , { } , [ ] ] , \"a\" : null } ", "{\"b\":[1,{},[]],\"a\":null}");
    check_print("[true,false,\"\\u00e6\\n\\\"\"]", "[true,false,\"æ\\n\\\"\"]");
    check_print("{\"q\\\"\":{\"\":1}}", "{\"q\\\"\":{\"\":1}}");
    check_print("[-0,0.0,1e3,-2.50,9007199254740992]", "[0,0,1000,-2.5,9007199254740992]");
    check_print("[0.1,342.07,1e-7,1e300,0.30000000000000004,5e-324]",
                "[0.1,342.07,1e-07,1e+300,0.30000000000000004,4.94065645841247e-324]");
    check_print("[0.1234567890123456]", "[0.1234567890123456]");
}

static void prints_parts_and_limits(void **state)
{
    static const char string[] = "{\"a\":[1,2],\"b\":3}";
    struct json *document = NULL;
    struct text text;

    (void)state;
    assert_int_equal(json_parse(string, strlen(string), 4096, &document, NULL), 0);
    text_init(&text, 8);
    text_append_string(&text, ">>");
    assert_int_equal(json_print(json_member(document, "a"), &text), 0);
    assert_string_equal(text_string(&text), ">>[1,2]");
    assert_int_equal(json_print(document, &text), -E2BIG);
    text_release(&text);
    json_free(document);
}

static void prints_the_deepest(void **state)
{
    char string[2 * JSON_DEPTH_MAX + 1];

    (void)state;
    memset(string, '[', JSON_DEPTH_MAX);
    memset(string + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    string[sizeof string - 1] = '\0';
    check_print(string, string);
}

/* As when whoever was to write the value has failed: it is said, and nothing ends the program. */
static void a_key_without_a_value_breaks_the_text(void **state)
{
    int is_key;

    (void)state;
    for (is_key = 0; is_key < 2; is_key++) {
        struct json_writer writer;
        struct text text;

        text_init(&text, 1000);
        json_writer_init(&writer, &text);
        json_begin_object(&writer);
        json_key(&writer, "a");
        if (is_key)
            json_key(&writer, "b");
        json_end_object(&writer);
        assert_int_equal(text.broken, -EINVAL);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes),
        cmocka_unit_test(a_key_without_a_value_breaks_the_text),
        cmocka_unit_test(escapes),
        cmocka_unit_test(keeps_depth),
        cmocka_unit_test(prints),
        cmocka_unit_test(prints_parts_and_limits),
        cmocka_unit_test(prints_the_deepest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
