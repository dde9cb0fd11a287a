#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/json_schema.h"
#include "core/base/text.h"

static struct json *parse(const char *string)
{
    struct json *document = NULL;
    struct fault fault = {0};

    if (json_parse(string, strlen(string), 1 << 20, &document, &fault) != 0)
        fail_msg("%s: %s", string, fault.text);
    return document;
}

static void check_schema(const char *string, const char *expected)
{
    struct json *schema = parse(string);
    struct fault fault = {0};
    int result = json_schema_check(schema, &fault);

    if (result != (expected == NULL ? 0 : -EINVAL) ||
        (expected != NULL && strncmp(fault.text, expected, strlen(expected)) != 0))
        fail_msg("%s: '%s', expected '%s'", string, fault.text, expected != NULL ? expected : "");
    json_free(schema);
}

static void check_value(const char *schema_text, const char *value_text, const char *expected)
{
    struct json *schema = parse(schema_text);
    struct json *value = parse(value_text);
    struct fault fault = {0};
    int result;

    assert_int_equal(json_schema_check(schema, &fault), 0);
    result = json_schema_validate(schema, value, "config", &fault);
    assert_int_equal(result, expected == NULL ? 0 : -EINVAL);
    if (expected != NULL)
        assert_string_equal(fault.text, expected);
    json_free(schema);
    json_free(value);
}

static void takes_schemas(void **state)
{
    (void)state;
    check_schema("{\"type\":\"string\"}", NULL);
    check_schema("{\"type\":\"string\",\"title\":\"T\",\"description\":\"D\",\"default\":\"ab\","
                 "\"minLength\":1,\"maxLength\":2,\"enum\":[\"ab\",\"c\"]}",
                 NULL);
    check_schema("{\"type\":\"integer\",\"minimum\":-3,\"maximum\":-3,\"default\":-3}", NULL);
    check_schema("{\"type\":\"number\",\"minimum\":0.5,\"enum\":[0.5,1]}", NULL);
    check_schema("{\"type\":\"boolean\",\"default\":false}", NULL);
    check_schema("{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":0,"
                 "\"maxItems\":3,\"default\":[\"x\"]}",
                 NULL);
    check_schema("{\"type\":\"object\"}", NULL);
    check_schema("{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"a\"],"
                 "\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{}}}}",
                 NULL);
}

static void refuses_schemas(void **state)
{
    (void)state;
    check_schema("[]", "expected a schema (an object), found an array");
    check_schema("{}", "type: expected string, integer, ");
    check_schema("{\"type\":\"null\"}", "type: expected string");
    check_schema("{\"type\":\"\"}", "type: expected string");
    check_schema("{\"type\":[\"string\"]}", "type: expected string");
    check_schema("{\"type\":\"string\",\"pattern\":\"x\"}", "pattern: is not a member known here");
    check_schema("{\"type\":\"string\",\"minimum\":1}", "minimum: is not a member known here");
    check_schema("{\"type\":\"integer\",\"minLength\":1}", "minLength: is not");
    check_schema("{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"enum\":[[]]}",
                 "enum: is not");
    check_schema("{\"type\":\"string\",\"title\":1}", "title: expected a string, found a number");
    check_schema("{\"type\":\"string\",\"description\":null}", "description: expected a string");
    check_schema("{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"strng\"}}}",
                 "properties.x.type: expected ");
    check_schema("{\"type\":\"object\",\"properties\":{\"x\":1}}",
                 "properties.x: expected a schema (an object), found a number");
    check_schema("{\"type\":\"object\",\"properties\":[]}", "properties: expected an object");
    check_schema("{\"type\":\"object\",\"additionalProperties\":true}",
                 "additionalProperties: expected false, found true");
    check_schema("{\"type\":\"object\",\"additionalProperties\":{}}", "additionalProperties: ");
    check_schema("{\"type\":\"object\",\"required\":\"a\"}", "required: expected an array");
    check_schema("{\"type\":\"object\",\"required\":[1]}", "required[0]: expected a string");
    check_schema("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},"
                 "\"required\":[\"a\",\"b\"]}",
                 "required[1]: expected one of the properties, found \"b\"");
    check_schema("{\"type\":\"array\"}", "items: expected a schema (an object), found nothing");
    check_schema("{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{}}}",
                 "items.items.type: ");
}

static void refuses_bounds(void **state)
{
    (void)state;
    check_schema("{\"type\":\"string\",\"minLength\":-1}", "minLength: expected a whole number");
    check_schema("{\"type\":\"string\",\"maxLength\":1.5}", "maxLength: expected a whole number");
    check_schema("{\"type\":\"string\",\"maxLength\":1e10}", "maxLength: expected a whole number");
    check_schema("{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}",
                 "maxLength: expected no less");
    check_schema("{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":\"1\"}",
                 "minItems: expected a whole number");
    check_schema("{\"type\":\"integer\",\"minimum\":0.5}", "minimum: expected a whole number");
    check_schema("{\"type\":\"number\",\"maximum\":\"1\"}", "maximum: expected a number");
    check_schema("{\"type\":\"number\",\"minimum\":2,\"maximum\":1}", "maximum: expected no less");
    check_schema("{\"type\":\"string\",\"enum\":[]}", "enum: expected an array with something");
    check_schema("{\"type\":\"string\",\"enum\":\"a\"}", "enum: expected an array with something");
    check_schema("{\"type\":\"string\",\"enum\":[\"a\",1]}",
                 "enum: expected a string, found a number");
    check_schema("{\"type\":\"integer\",\"enum\":[1.5]}", "enum: expected a whole number");
    check_schema("{\"type\":\"integer\",\"maximum\":3,\"default\":4}",
                 "default: expected at most 3, found 4");
    check_schema("{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\",\"default\":1}}}",
                 "properties.x.default: expected a string, found 1");
    check_schema("{\"type\":\"object\",\"default\":{\"q\":1}}", "default.q: ");
}

static void holds_scalars(void **state)
{
    (void)state;
    check_value("{\"type\":\"string\"}", "\"\"", NULL);
    check_value("{\"type\":\"string\"}", "1.5", "config: expected a string, found 1.5");
    check_value("{\"type\":\"string\"}", "null", "config: expected a string, found null");
    check_value("{\"type\":\"string\",\"minLength\":2}", "\"æ\"",
                "config: expected at least 2 characters, found 1");
    check_value("{\"type\":\"string\",\"maxLength\":2}", "\"æøå\"",
                "config: expected at most 2 characters, found 3");
    check_value("{\"type\":\"string\",\"minLength\":3,\"maxLength\":3}", "\"æøå\"", NULL);
    check_value("{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}", "\"b\"", NULL);
    check_value("{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}", "\"B\"",
                "config: expected one of [\"a\",\"b\"], found \"B\"");
    check_value("{\"type\":\"integer\"}", "2.0", NULL);
    check_value("{\"type\":\"integer\"}", "2.5", "config: expected a whole number, found 2.5");
    check_value("{\"type\":\"integer\"}", "1e17", "config: expected a whole number, found 1e+17");
    check_value("{\"type\":\"integer\"}", "\"2\"",
                "config: expected a whole number, found a string");
    check_value("{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}", "1", NULL);
    check_value("{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}", "9", NULL);
    check_value("{\"type\":\"integer\",\"minimum\":1}", "0",
                "config: expected at least 1, found 0");
    check_value("{\"type\":\"number\",\"maximum\":0.5}", "0.6",
                "config: expected at most 0.5, found 0.6");
    check_value("{\"type\":\"number\",\"enum\":[1,2.5]}", "2.50", NULL);
    check_value("{\"type\":\"number\"}", "true", "config: expected a number, found true");
    check_value("{\"type\":\"boolean\"}", "false", NULL);
    check_value("{\"type\":\"boolean\",\"enum\":[true]}", "false",
                "config: expected one of [true], found false");
    check_value("{\"type\":\"boolean\"}", "0", "config: expected true or false, found 0");
}

static void holds_containers(void **state)
{
    static const char schema[] =
        "{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{"
        "\"name\":{\"type\":\"string\"},"
        "\"list\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"items\":{\"type\":\"object\","
        "\"properties\":{\"n\":{\"type\":\"integer\"}}}}}}";

    (void)state;
    check_value(schema, "{\"name\":\"x\"}", NULL);
    check_value(schema, "{\"name\":\"x\",\"list\":[{},{\"n\":1},{}]}", NULL);
    check_value(schema, "{}", "config.name: expected a string, found nothing");
    check_value(schema, "[]", "config: expected an object, found an array");
    check_value(schema, "{\"name\":\"x\",\"nmae\":1}",
                "config.nmae: expected one of (name, list), found an unknown name");
    check_value(schema, "{\"name\":\"x\",\"list\":[]}",
                "config.list: expected at least 1 elements, found 0");
    check_value(schema, "{\"name\":\"x\",\"list\":[{},{},{},{}]}",
                "config.list: expected at most 3 elements, found 4");
    check_value(schema, "{\"name\":\"x\",\"list\":[{},{\"n\":\"1\"}]}",
                "config.list[1].n: expected a whole number, found a string");
    check_value(schema, "{\"name\":\"x\",\"list\":[1]}",
                "config.list[0]: expected an object, found 1");
    check_value("{\"type\":\"object\"}", "{\"a\":1}",
                "config.a: expected one of (), found an unknown name");
}

static void check_cut(const char *schema_text, const char *value_text, const char *part)
{
    struct json *schema = parse(schema_text);
    struct json *value = parse(value_text);
    struct fault fault = {0};

    assert_int_equal(json_schema_check(schema, &fault), 0);
    assert_int_equal(json_schema_validate(schema, value, "config", &fault), -EINVAL);
    if (strstr(fault.text, part) == NULL || !text_is_utf8(fault.text, strlen(fault.text)))
        fail_msg("'%s' does not hold '%s'", fault.text, part);
    json_free(schema);
    json_free(value);
}

/* Long names and lists are cut, not overrun. */
static void survives_long_names(void **state)
{
    struct text schema;
    struct text choices;
    struct text value;
    int i;

    (void)state;
    text_init(&schema, 1 << 16);
    text_init(&choices, 1 << 16);
    text_init(&value, 1 << 16);
    text_append_string(&schema, "{\"type\":\"object\",\"properties\":{");
    text_append_string(&choices, "{\"type\":\"string\",\"enum\":[\"x\"");
    text_append_string(&value, "{\"");
    for (i = 0; i < 150; i++) {
        text_printf(&schema, "%s\"property_number_%d\":{\"type\":\"string\"}", i > 0 ? "," : "", i);
        text_printf(&choices, ",\"blåbær_%d\"", i);
        text_append_string(&value, "et meget langt navn på et felt");
    }
    text_append_string(&schema, "}}");
    text_append_string(&choices, "]}");
    text_append_string(&value, "\":1}");
    check_cut(text_string(&schema), text_string(&value), "...), found an unknown name");
    check_cut(text_string(&schema), text_string(&value), "config.et meget langt");
    check_cut(text_string(&choices), "\"y\"", "..., found \"y\"");
    text_release(&schema);
    text_release(&choices);
    text_release(&value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_schemas),    cmocka_unit_test(refuses_schemas),
        cmocka_unit_test(refuses_bounds),   cmocka_unit_test(holds_scalars),
        cmocka_unit_test(holds_containers), cmocka_unit_test(survives_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
