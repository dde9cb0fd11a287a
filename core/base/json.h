/*
 * json.h - checked reading of JSON, and a writer that streams it.
 *
 * Reading is done by cJSON behind this header. Before cJSON sees a document
 * it is checked for size, depth (64), grammar (RFC 8259), UTF-8, NUL, and numbers
 * that are too large or longer than 60 characters; after it, for duplicate names. Names are compared with case. Integers beyond 2^53 are not exact in
 * cJSON: pass ids that can be larger as strings.
 *
 * Threads: a document belongs to one thread at a time. The process keeps LC_NUMERIC
 * at "C": cJSON and printf() use its decimal point.
 */
#ifndef AUTOMAGI_BASE_JSON_H
#define AUTOMAGI_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct json; /* a value inside a document; really a cJSON node */
struct text;

enum { JSON_DEPTH_MAX = 64 };

const char *json_library_version(void); /* of cJSON, "1.7.15" */

/* Parses exactly one value. On failure the fault names line and column.
 * -EINVAL malformed or duplicate name, -E2BIG over `limit` bytes or too deep,
 * -ENOMEM. json_free() what comes back. */
int json_parse(const char *bytes, size_t length, size_t limit, struct json **ret_document,
               struct fault *fault) __attribute__((warn_unused_result));
/* Frees a whole document (the root only). Takes NULL. */
void json_free(struct json *document);

bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_string(const struct json *value);
bool json_is_number(const struct json *value);
bool json_is_bool(const struct json *value);
bool json_is_null(const struct json *value);

/* The member, or NULL when absent (or `object` is not an object). */
const struct json *json_member(const struct json *object, const char *name);
/* Walks the members of an object or the elements of an array:
 * for (v = json_first(c); v; v = json_next(v)). */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *value);
size_t json_count(const struct json *container);
const char *json_name(const struct json *member); /* "" for elements */

/* Borrowed; NULL when not a string. (All of these take NULL, as json_member() gives.) */
const char *json_string(const struct json *value);
/* False when not a number that is whole and within ±2^53. */
bool json_int64(const struct json *value, int64_t *ret_value);
double json_double(const struct json *value); /* 0 when not a number */
/* A number that is written with a point or an exponent, as it is written ("24.000"); of any
 * other value NULL. Borrowed. */
const char *json_number_text(const struct json *value);
bool json_bool(const struct json *value);

/* The value as exact decimal (string "342.07" or number 342.07), with at most
 * `digits` decimals, scaled by 10^digits; see decimal.h. A number is read from
 * its shortest decimal form. */
bool json_decimal(const struct json *value, unsigned digits, int64_t *ret_scaled);

/* Members that must or may be there. Each getter below returns 0 or
 * -EINVAL with a fault that starts with `where` ("robots[3]") and names the
 * member and what was expected. */
int json_need_string(const struct json *object, const char *name, const char *where,
                     const char **ret_value, struct fault *fault);
/* Written in digits alone. */
int json_need_int64(const struct json *object, const char *name, const char *where, int64_t least,
                    int64_t most, int64_t *ret_value, struct fault *fault);
/* Written in digits alone: 24.000 is JSON for 24, and to many people 24 thousand. -EINVAL with a fault
 * that begins with `label` when it is not; 0 also for what is no whole number. */
int json_need_digits(const struct json *value, const char *label, struct fault *fault)
    __attribute__((warn_unused_result));
/* As above, but an absent or null member leaves *ret_value as it was. */
int json_may_string(const struct json *object, const char *name, const char *where,
                    const char **ret_value, struct fault *fault);
int json_may_int64(const struct json *object, const char *name, const char *where, int64_t least,
                   int64_t most, int64_t *ret_value, struct fault *fault);
int json_may_bool(const struct json *object, const char *name, const char *where, bool *ret_value,
                  struct fault *fault);
/* Refuses members that are not in the NULL-terminated list: a misspelt member
 * must not be ignored in silence. */
int json_only(const struct json *object, const char *const *names, const char *where,
              struct fault *fault);

/* Appends the value as compact JSON text; members in their order. Whole numbers
 * are written as integers, others in their shortest form. 0 or target->broken. */
int json_print(const struct json *value, struct text *target) __attribute__((warn_unused_result));

/*
 * Writing: appends to a text, with commas and escapes kept right.
 *   json_begin_object(&w); json_key(&w, "id"); json_put_int(&w, 7); json_end_object(&w);
 * Errors show in target->broken; also -E2BIG for more than 64 levels, and -EINVAL when a key
 * has no value, which whoever was to write it could not. Bytes of a
 * string that are not UTF-8 are written as U+FFFD.
 */
struct json_writer {
    struct text *target;
    unsigned depth;
    uint64_t has_member; /* a bit per depth: a comma is due */
    bool after_key;
};

void json_writer_init(struct json_writer *writer, struct text *target);
void json_begin_object(struct json_writer *writer);
void json_end_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end_array(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *name);
void json_put_string(struct json_writer *writer, const char *string); /* NULL gives null */
void json_put_int(struct json_writer *writer, int64_t value);
void json_put_bool(struct json_writer *writer, bool value);
void json_put_null(struct json_writer *writer);
/* A number already in JSON's form, such as decimal_format() makes. */
void json_put_number_text(struct json_writer *writer, const char *number);
/* A whole value already in JSON's form. */
void json_put_raw(struct json_writer *writer, const char *json);

#endif
