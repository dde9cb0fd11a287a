/*
 * json_schema_inner.h - what the two halves of json_schema.h share.
 */
#ifndef AUTOMAGI_BASE_JSON_SCHEMA_INNER_H
#define AUTOMAGI_BASE_JSON_SCHEMA_INNER_H

#include <stdbool.h>

struct fault;
struct json;
struct json_place;

enum json_type {
    JSON_TYPE_NONE, /* absent, or not one of ours */
    JSON_TYPE_STRING,
    JSON_TYPE_INTEGER,
    JSON_TYPE_NUMBER,
    JSON_TYPE_BOOLEAN,
    JSON_TYPE_ARRAY,
    JSON_TYPE_OBJECT
};

enum json_type json_schema_type(const struct json *schema);
/* "a string", ... */
const char *json_schema_type_name(enum json_type type);
bool json_schema_has_type(const struct json *value, enum json_type type);
/* Equal strings, numbers, or booleans. */
bool json_schema_same(const struct json *a, const struct json *b);

/* json_schema_validate() from a place on; the schema is one that was checked. */
int json_schema_hold(const struct json *schema, const struct json *value, struct json_place *place,
                     struct fault *fault) __attribute__((warn_unused_result));

#endif
