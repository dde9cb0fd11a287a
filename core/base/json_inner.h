/*
 * json_inner.h - what the files of json.h share; not for others.
 */
#ifndef AUTOMAGI_BASE_JSON_INNER_H
#define AUTOMAGI_BASE_JSON_INNER_H

#include <stdbool.h>
#include <stddef.h>

struct fault;
struct json;

enum {
    JSON_NUMBER_MAX = 60,  /* bytes of a number; cJSON before 1.7.19 reads no more than 63 */
    JSON_NUMBER_SIZE = 32, /* for json_format_number() */
    JSON_DECIMAL_SIZE = 64 /* for json_format_decimal() */
};

/* Is this one JSON document as RFC 8259 has it, within our depth, its strings
 * free of NUL? Linear in time, not recursive. -EINVAL or -E2BIG (depth) with a
 * fault that names line and column. *ret_has_marks: a number has a point or an exponent. */
int json_scan(const char *bytes, size_t length, bool *ret_has_marks, struct fault *fault)
    __attribute__((warn_unused_result));

/* Line and column of the nth (from 0) member name of a document that passed
 * json_scan(), in the order of the text. */
void json_scan_place_of_name(const char *bytes, size_t length, size_t nth, size_t *ret_line,
                             size_t *ret_column);

/* The shortest form that reads back as the same number; whole numbers within
 * 2^53 without an exponent. */
void json_format_number(double number, char target[static JSON_NUMBER_SIZE]);
/* The same digits without an exponent, for decimal_parse(). False beyond 10^±30. */
bool json_format_decimal(double number, char target[static JSON_DECIMAL_SIZE]);

/* "a string", "null", ...; "nothing" for NULL. */
const char *json_kind(const struct json *value);

/* "." between a place and a member, or "" when the place is "". */
const char *json_dot(const char *where);

#endif
