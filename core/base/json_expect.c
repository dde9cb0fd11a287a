/* The getters of json.h that say what is wrong. */
#include "core/base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json_inner.h"
#include "core/base/text.h"

enum { KNOWN_MAX = 400, LABEL_MAX = 256 };

const char *json_kind(const struct json *value)
{
    if (value == NULL)
        return "nothing";
    if (json_is_object(value))
        return "an object";
    if (json_is_array(value))
        return "an array";
    if (json_is_string(value))
        return "a string";
    if (json_is_number(value))
        return "a number";
    return json_is_bool(value) ? (json_bool(value) ? "true" : "false") : "null";
}

const char *json_dot(const char *where)
{
    return where[0] != '\0' ? "." : "";
}

static int refuse(const struct json *found, const char *name, const char *where,
                  const char *expected, struct fault *fault)
{
    return fault_set(fault, -EINVAL, "%s%s%s: expected %s, found %s", where, json_dot(where), name,
                     expected, json_kind(found));
}

int json_need_string(const struct json *object, const char *name, const char *where,
                     const char **ret_value, struct fault *fault)
{
    const struct json *member = json_member(object, name);

    if (!json_is_string(member))
        return refuse(member, name, where, "a string", fault);
    *ret_value = json_string(member);
    return 0;
}

int json_need_digits(const struct json *value, const char *label, struct fault *fault)
{
    const char *text = json_number_text(value);
    int64_t whole;

    if (text == NULL || !json_int64(value, &whole))
        return 0;
    if (strpbrk(text, "eE") != NULL)
        return fault_set(fault, -EINVAL,
                         "%s: %s has an exponent; write the whole number in digits alone", label,
                         text);
    return fault_set(fault, -EINVAL,
                     "%s: %s could mean two things, for its point may set off decimals or "
                     "thousands; write the whole number in digits alone",
                     label, text);
}

int json_need_int64(const struct json *object, const char *name, const char *where, int64_t least,
                    int64_t most, int64_t *ret_value, struct fault *fault)
{
    const struct json *member = json_member(object, name);
    char found[JSON_NUMBER_SIZE];
    char label[LABEL_MAX];
    int64_t value = 0;

    (void)snprintf(label, sizeof label, "%s%s%s", where, json_dot(where), name);
    if (json_need_digits(member, label, fault) < 0)
        return -EINVAL;
    if (json_int64(member, &value) && value >= least && value <= most) {
        *ret_value = value;
        return 0;
    }
    if (json_is_number(member))
        json_format_number(json_double(member), found);
    return fault_set(fault, -EINVAL,
                     "%s%s%s: expected a whole number from %" PRId64 " to %" PRId64 ", found %s",
                     where, json_dot(where), name, least, most,
                     json_is_number(member) ? found : json_kind(member));
}

static bool is_absent(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, name);

    return member == NULL || json_is_null(member);
}

int json_may_string(const struct json *object, const char *name, const char *where,
                    const char **ret_value, struct fault *fault)
{
    return is_absent(object, name) ? 0 : json_need_string(object, name, where, ret_value, fault);
}

int json_may_int64(const struct json *object, const char *name, const char *where, int64_t least,
                   int64_t most, int64_t *ret_value, struct fault *fault)
{
    if (is_absent(object, name))
        return 0;
    return json_need_int64(object, name, where, least, most, ret_value, fault);
}

int json_may_bool(const struct json *object, const char *name, const char *where, bool *ret_value,
                  struct fault *fault)
{
    const struct json *member = json_member(object, name);

    if (is_absent(object, name))
        return 0;
    if (!json_is_bool(member))
        return refuse(member, name, where, "true or false", fault);
    *ret_value = json_bool(member);
    return 0;
}

static bool is_listed(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static int refuse_member(const char *name, const char *const *names, const char *where,
                         struct fault *fault)
{
    char known[KNOWN_MAX];
    size_t length = 0;
    bool all = true;
    size_t i;

    known[0] = '\0';
    for (i = 0; names[i] != NULL && all; i++) {
        all = text_copy(known + length, sizeof known - length, i > 0 ? ", " : "");
        length += strlen(known + length);
        all = all && text_copy(known + length, sizeof known - length, names[i]);
        length += strlen(known + length);
    }
    return fault_set(fault, -EINVAL, "%s%s%.200s: is not a member known here; known are: %s%s",
                     where, json_dot(where), name, known, all ? "" : "...");
}

int json_only(const struct json *object, const char *const *names, const char *where,
              struct fault *fault)
{
    const struct json *member;

    if (!json_is_object(object))
        return fault_set(fault, -EINVAL, "%s%sexpected an object, found %s", where,
                         where[0] != '\0' ? ": " : "", json_kind(object));
    for (member = json_first(object); member != NULL; member = json_next(member))
        if (!is_listed(names, json_name(member)))
            return refuse_member(json_name(member), names, where, fault);
    return 0;
}
