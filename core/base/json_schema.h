/*
 * json_schema.h - a robot's configuration held against its plugin's schema.
 *
 * The subset of JSON Schema that a form can be drawn from: type (string,
 * integer, number, boolean, array, object), properties, required, enum,
 * minimum, maximum, minLength, maxLength, minItems, maxItems, items, default, title,
 * description, additionalProperties (only false is allowed, and is the default).
 */
#ifndef AUTOMAGI_BASE_JSON_SCHEMA_H
#define AUTOMAGI_BASE_JSON_SCHEMA_H

struct fault;
struct json;

/* Is `schema` within the subset? -EINVAL names the place ("properties.x.type"). */
int json_schema_check(const struct json *schema, struct fault *fault)
    __attribute__((warn_unused_result));

/* Does `value` hold `schema` (which passed json_schema_check)? -EINVAL with
 * "<where>.<path>: expected ..., found ...". */
int json_schema_validate(const struct json *schema, const struct json *value, const char *where,
                         struct fault *fault) __attribute__((warn_unused_result));

#endif
