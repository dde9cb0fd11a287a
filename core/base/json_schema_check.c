/* json_schema_check(): is a schema within the subset? */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_inner.h"
#include "core/base/json_place.h"
#include "core/base/json_schema.h"
#include "core/base/json_schema_inner.h"

/* Longest string or list a schema may speak of. */
#define LENGTH_MOST INT64_C(1000000000)

static int check_node(const struct json *schema, struct json_place *place, struct fault *fault);

/* As json_place_refuse(), at the keyword. */
static int refuse_keyword(struct json_place *place, const char *keyword, const char *expected,
                          const struct json *found, struct fault *fault)
{
    size_t before = json_place_enter(place, keyword);
    int result =
        json_place_refuse(place, fault, "expected %s, found %s", expected, json_kind(found));

    json_place_leave(place, before);
    return result;
}

static const char *const *keywords_of(enum json_type type)
{
#define COMMON "type", "title", "description", "default"
    static const char *const none[] = {COMMON, NULL};
    static const char *const string[] = {COMMON, "enum", "minLength", "maxLength", NULL};
    static const char *const number[] = {COMMON, "enum", "minimum", "maximum", NULL};
    static const char *const boolean[] = {COMMON, "enum", NULL};
    static const char *const array[] = {COMMON, "items", "minItems", "maxItems", NULL};
    static const char *const object[] = {COMMON, "properties", "required", "additionalProperties",
                                         NULL};
#undef COMMON

    switch (type) {
    case JSON_TYPE_STRING:
        return string;
    case JSON_TYPE_INTEGER:
    case JSON_TYPE_NUMBER:
        return number;
    case JSON_TYPE_BOOLEAN:
        return boolean;
    case JSON_TYPE_ARRAY:
        return array;
    case JSON_TYPE_OBJECT:
        return object;
    case JSON_TYPE_NONE:
        return none;
    }
    return none;
}

static int check_text(const struct json *schema, const char *keyword, struct json_place *place,
                      struct fault *fault)
{
    const struct json *text = json_member(schema, keyword);

    if (text == NULL || json_is_string(text))
        return 0;
    return refuse_keyword(place, keyword, "a string", text, fault);
}

/* minLength and maxLength, or minItems and maxItems: absent, or in order. */
static int check_lengths(const struct json *schema, const char *least_keyword,
                         const char *most_keyword, struct json_place *place, struct fault *fault)
{
    const struct json *least = json_member(schema, least_keyword);
    const struct json *most = json_member(schema, most_keyword);
    int64_t from = 0;
    int64_t to = LENGTH_MOST;

    if (least != NULL && (!json_int64(least, &from) || from < 0 || from > LENGTH_MOST))
        return refuse_keyword(place, least_keyword, "a whole number from 0 to 1000000000", least,
                              fault);
    if (most != NULL && (!json_int64(most, &to) || to < 0 || to > LENGTH_MOST))
        return refuse_keyword(place, most_keyword, "a whole number from 0 to 1000000000", most,
                              fault);
    if (from > to)
        return refuse_keyword(place, most_keyword, "no less than the minimum", most, fault);
    return 0;
}

static int check_bounds(const struct json *schema, enum json_type type, struct json_place *place,
                        struct fault *fault)
{
    const struct json *least = json_member(schema, "minimum");
    const struct json *most = json_member(schema, "maximum");
    const char *expected = json_schema_type_name(type);

    if (least != NULL && !json_schema_has_type(least, type))
        return refuse_keyword(place, "minimum", expected, least, fault);
    if (most != NULL && !json_schema_has_type(most, type))
        return refuse_keyword(place, "maximum", expected, most, fault);
    if (least != NULL && most != NULL && json_double(least) > json_double(most))
        return refuse_keyword(place, "maximum", "no less than the minimum", most, fault);
    return 0;
}

static int check_enum(const struct json *schema, enum json_type type, struct json_place *place,
                      struct fault *fault)
{
    const struct json *list = json_member(schema, "enum");
    const struct json *value;

    if (list == NULL)
        return 0;
    if (!json_is_array(list) || json_first(list) == NULL)
        return refuse_keyword(place, "enum", "an array with something in it",
                              json_is_array(list) ? NULL : list, fault);
    for (value = json_first(list); value != NULL; value = json_next(value))
        if (!json_schema_has_type(value, type))
            return refuse_keyword(place, "enum", json_schema_type_name(type), value, fault);
    return 0;
}

static int check_properties(const struct json *schema, struct json_place *place,
                            struct fault *fault)
{
    const struct json *properties = json_member(schema, "properties");
    const struct json *property;
    size_t before;
    int result = 0;

    if (properties == NULL)
        return 0;
    if (!json_is_object(properties))
        return refuse_keyword(place, "properties", "an object", properties, fault);
    before = json_place_enter(place, "properties");
    for (property = json_first(properties); property != NULL && result == 0;
         property = json_next(property)) {
        size_t inner = json_place_enter(place, json_name(property));

        result = check_node(property, place, fault);
        json_place_leave(place, inner);
    }
    json_place_leave(place, before);
    return result;
}

static int check_required(const struct json *schema, struct json_place *place, struct fault *fault)
{
    const struct json *required = json_member(schema, "required");
    const struct json *properties = json_member(schema, "properties");
    const struct json *name;
    size_t index = 0;
    size_t before;
    int result = 0;

    if (required == NULL)
        return 0;
    if (!json_is_array(required))
        return refuse_keyword(place, "required", "an array", required, fault);
    before = json_place_enter(place, "required");
    for (name = json_first(required); name != NULL && result == 0; name = json_next(name)) {
        size_t inner = json_place_enter_element(place, index++);

        if (!json_is_string(name))
            result =
                json_place_refuse(place, fault, "expected a string, found %s", json_kind(name));
        else if (json_member(properties, json_string(name)) == NULL)
            result = json_place_refuse(place, fault, "expected one of the properties, found \"%s\"",
                                       json_string(name));
        json_place_leave(place, inner);
    }
    json_place_leave(place, before);
    return result;
}

static int check_object(const struct json *schema, struct json_place *place, struct fault *fault)
{
    const struct json *more = json_member(schema, "additionalProperties");
    int result = check_properties(schema, place, fault);

    if (result == 0)
        result = check_required(schema, place, fault);
    if (result == 0 && more != NULL && (!json_is_bool(more) || json_bool(more)))
        result = refuse_keyword(place, "additionalProperties", "false", more, fault);
    return result;
}

static int check_array(const struct json *schema, struct json_place *place, struct fault *fault)
{
    int result = check_lengths(schema, "minItems", "maxItems", place, fault);
    size_t before;

    if (result < 0)
        return result;
    before = json_place_enter(place, "items");
    result = check_node(json_member(schema, "items"), place, fault);
    json_place_leave(place, before);
    return result;
}

static int check_type(const struct json *schema, enum json_type type, struct json_place *place,
                      struct fault *fault)
{
    switch (type) {
    case JSON_TYPE_STRING:
        return check_lengths(schema, "minLength", "maxLength", place, fault);
    case JSON_TYPE_INTEGER:
    case JSON_TYPE_NUMBER:
        return check_bounds(schema, type, place, fault);
    case JSON_TYPE_ARRAY:
        return check_array(schema, place, fault);
    case JSON_TYPE_OBJECT:
        return check_object(schema, place, fault);
    case JSON_TYPE_BOOLEAN:
    case JSON_TYPE_NONE:
        break;
    }
    return 0;
}

/* The default must be a value the schema would take. */
static int check_default(const struct json *schema, struct json_place *place, struct fault *fault)
{
    const struct json *value = json_member(schema, "default");
    size_t before;
    int result;

    if (value == NULL)
        return 0;
    before = json_place_enter(place, "default");
    result = json_schema_hold(schema, value, place, fault);
    json_place_leave(place, before);
    return result;
}

/* Recursion is bounded by JSON_DEPTH_MAX, as the schema was parsed. */
static int check_node(const struct json *schema, struct json_place *place, struct fault *fault)
{
    enum json_type type = json_schema_type(schema);
    int result;

    if (!json_is_object(schema))
        return json_place_refuse(place, fault, "expected a schema (an object), found %s",
                                 json_kind(schema));
    if (type == JSON_TYPE_NONE)
        return refuse_keyword(place, "type", "string, integer, number, boolean, array or object",
                              json_member(schema, "type"), fault);
    result = json_only(schema, keywords_of(type), place->text, fault);
    if (result == 0)
        result = check_text(schema, "title", place, fault);
    if (result == 0)
        result = check_text(schema, "description", place, fault);
    if (result == 0)
        result = check_enum(schema, type, place, fault);
    if (result == 0)
        result = check_type(schema, type, place, fault);
    if (result == 0)
        result = check_default(schema, place, fault);
    return result;
}

int json_schema_check(const struct json *schema, struct fault *fault)
{
    struct json_place place;

    json_place_init(&place, "");
    return check_node(schema, &place, fault);
}
