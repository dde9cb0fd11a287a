/* json_schema_validate(): a value held against a schema that was checked. */
#include "core/base/json_schema.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_inner.h"
#include "core/base/json_place.h"
#include "core/base/json_schema_inner.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

enum { CHOICES_MAX = 300 };

static const struct {
    const char *word;
    const char *name;
} types[] = {
    [JSON_TYPE_NONE] = {"", "nothing"},
    [JSON_TYPE_STRING] = {"string", "a string"},
    [JSON_TYPE_INTEGER] = {"integer", "a whole number"},
    [JSON_TYPE_NUMBER] = {"number", "a number"},
    [JSON_TYPE_BOOLEAN] = {"boolean", "true or false"},
    [JSON_TYPE_ARRAY] = {"array", "an array"},
    [JSON_TYPE_OBJECT] = {"object", "an object"},
};

enum json_type json_schema_type(const struct json *schema)
{
    const char *word = json_string(json_member(schema, "type"));
    enum json_type type;

    if (word == NULL)
        return JSON_TYPE_NONE;
    for (type = JSON_TYPE_STRING; type <= JSON_TYPE_OBJECT; type++)
        if (strcmp(types[type].word, word) == 0)
            return type;
    return JSON_TYPE_NONE;
}

const char *json_schema_type_name(enum json_type type)
{
    return types[type].name;
}

bool json_schema_has_type(const struct json *value, enum json_type type)
{
    int64_t whole;

    switch (type) {
    case JSON_TYPE_STRING:
        return json_is_string(value);
    case JSON_TYPE_INTEGER:
        return json_int64(value, &whole);
    case JSON_TYPE_NUMBER:
        return json_is_number(value);
    case JSON_TYPE_BOOLEAN:
        return json_is_bool(value);
    case JSON_TYPE_ARRAY:
        return json_is_array(value);
    case JSON_TYPE_OBJECT:
        return json_is_object(value);
    case JSON_TYPE_NONE:
        break;
    }
    return false;
}

bool json_schema_same(const struct json *a, const struct json *b)
{
    if (json_is_string(a) && json_is_string(b))
        return strcmp(json_string(a), json_string(b)) == 0;
    if (json_is_number(a) && json_is_number(b))
        return json_double(a) == json_double(b);
    return json_is_bool(a) && json_is_bool(b) && json_bool(a) == json_bool(b);
}

/* Ends what did not fit in "...". */
static void put_dots(char *target, size_t size)
{
    size_t room = size - sizeof "...";
    size_t length = strlen(target);

    if (length > room)
        length = utf8_border(target, room);
    memcpy(target + length, "...", sizeof "...");
}

/* A value for a person, short; size at least 4. */
static void show(const struct json *value, char *target, size_t size)
{
    struct text text;

    text_init(&text, 4096);
    if (json_print(value, &text) != 0)
        (void)text_copy(target, size, json_kind(value));
    else if (!text_copy(target, size, text_string(&text)))
        put_dots(target, size);
    text_release(&text);
}

static int hold_enum(const struct json *list, const struct json *value, struct json_place *place,
                     struct fault *fault)
{
    char choices[CHOICES_MAX];
    char found[64];
    const struct json *choice;

    if (list == NULL)
        return 0;
    for (choice = json_first(list); choice != NULL; choice = json_next(choice))
        if (json_schema_same(choice, value))
            return 0;
    show(list, choices, sizeof choices);
    show(value, found, sizeof found);
    return json_place_refuse(place, fault, "expected one of %s, found %s", choices, found);
}

static int hold_count(const struct json *schema, const char *least_keyword,
                      const char *most_keyword, const char *unit, size_t count,
                      struct json_place *place, struct fault *fault)
{
    int64_t bound = 0;

    if (json_int64(json_member(schema, least_keyword), &bound) && (int64_t)count < bound)
        return json_place_refuse(place, fault, "expected at least %" PRId64 " %s, found %zu", bound,
                                 unit, count);
    if (json_int64(json_member(schema, most_keyword), &bound) && (int64_t)count > bound)
        return json_place_refuse(place, fault, "expected at most %" PRId64 " %s, found %zu", bound,
                                 unit, count);
    return 0;
}

static int hold_bounds(const struct json *schema, const struct json *value,
                       struct json_place *place, struct fault *fault)
{
    const struct json *least = json_member(schema, "minimum");
    const struct json *most = json_member(schema, "maximum");
    const struct json *broken = NULL;
    char bound[JSON_NUMBER_SIZE];
    char found[JSON_NUMBER_SIZE];

    if (least != NULL && json_double(value) < json_double(least))
        broken = least;
    else if (most != NULL && json_double(value) > json_double(most))
        broken = most;
    if (broken == NULL)
        return 0;
    json_format_number(json_double(broken), bound);
    json_format_number(json_double(value), found);
    return json_place_refuse(place, fault, "expected at %s %s, found %s",
                             broken == least ? "least" : "most", bound, found);
}

static int hold_array(const struct json *schema, const struct json *value, struct json_place *place,
                      struct fault *fault)
{
    const struct json *items = json_member(schema, "items");
    const struct json *element;
    size_t index = 0;
    int result;

    result =
        hold_count(schema, "minItems", "maxItems", "elements", json_count(value), place, fault);
    for (element = json_first(value); element != NULL && result == 0;
         element = json_next(element)) {
        size_t before = json_place_enter_element(place, index++);

        result = json_schema_hold(items, element, place, fault);
        json_place_leave(place, before);
    }
    return result;
}

static void list_names(const struct json *properties, char target[static CHOICES_MAX])
{
    const struct json *property;
    size_t length = 0;
    bool fits = true;

    target[0] = '\0';
    for (property = json_first(properties); property != NULL && fits;
         property = json_next(property)) {
        fits = text_copy(target + length, CHOICES_MAX - length, length > 0 ? ", " : "");
        length += strlen(target + length);
        fits = fits && text_copy(target + length, CHOICES_MAX - length, json_name(property));
        length += strlen(target + length);
    }
    if (!fits)
        put_dots(target, CHOICES_MAX);
}

static int hold_members(const struct json *properties, const struct json *value,
                        struct json_place *place, struct fault *fault)
{
    const struct json *member;
    int result = 0;

    for (member = json_first(value); member != NULL && result == 0; member = json_next(member)) {
        const struct json *schema = json_member(properties, json_name(member));
        size_t before = json_place_enter(place, json_name(member));

        if (schema != NULL) {
            result = json_schema_hold(schema, member, place, fault);
        } else {
            char names[CHOICES_MAX];

            list_names(properties, names);
            result = json_place_refuse(place, fault, "expected one of (%s), found an unknown name",
                                       names);
        }
        json_place_leave(place, before);
    }
    return result;
}

static int hold_object(const struct json *schema, const struct json *value,
                       struct json_place *place, struct fault *fault)
{
    const struct json *properties = json_member(schema, "properties");
    const struct json *required;
    int result = hold_members(properties, value, place, fault);

    for (required = json_first(json_member(schema, "required")); required != NULL && result == 0;
         required = json_next(required)) {
        const char *name = json_string(required);

        if (json_member(value, name) == NULL) {
            size_t before = json_place_enter(place, name);
            enum json_type type = json_schema_type(json_member(properties, name));

            result = json_place_refuse(place, fault, "expected %s, found nothing",
                                       json_schema_type_name(type));
            json_place_leave(place, before);
        }
    }
    return result;
}

/* Recursion is bounded by JSON_DEPTH_MAX, as schema and value were parsed. */
int json_schema_hold(const struct json *schema, const struct json *value, struct json_place *place,
                     struct fault *fault)
{
    enum json_type type = json_schema_type(schema);
    int result;

    if (!json_schema_has_type(value, type)) {
        char found[JSON_NUMBER_SIZE];

        if (json_is_number(value))
            json_format_number(json_double(value), found);
        return json_place_refuse(place, fault, "expected %s, found %s", json_schema_type_name(type),
                                 json_is_number(value) ? found : json_kind(value));
    }
    result = hold_enum(json_member(schema, "enum"), value, place, fault);
    if (result < 0)
        return result;
    switch (type) {
    case JSON_TYPE_STRING:
        return hold_count(schema, "minLength", "maxLength", "characters",
                          text_columns(json_string(value)), place, fault);
    case JSON_TYPE_INTEGER:
    case JSON_TYPE_NUMBER:
        return hold_bounds(schema, value, place, fault);
    case JSON_TYPE_ARRAY:
        return hold_array(schema, value, place, fault);
    case JSON_TYPE_OBJECT:
        return hold_object(schema, value, place, fault);
    case JSON_TYPE_BOOLEAN:
    case JSON_TYPE_NONE:
        break;
    }
    return 0;
}

int json_schema_validate(const struct json *schema, const struct json *value, const char *where,
                         struct fault *fault)
{
    struct json_place place;

    json_place_init(&place, where);
    return json_schema_hold(schema, value, &place, fault);
}
