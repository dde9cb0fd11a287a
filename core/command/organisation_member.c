/* Members of organisation.json, one at a time. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/organisation_file.h"

static const char *dot(const char *where)
{
    return where[0] != '\0' ? "." : "";
}

int file_need_day(const struct json *object, const char *name, const char *where, int32_t *ret_day,
                  struct fault *fault)
{
    const char *text = NULL;
    int result = json_need_string(object, name, where, &text, fault);

    if (result == 0 && !clock_parse_day(text, ret_day))
        result = fault_set(fault, -EINVAL,
                           "%s%s%s: expected a date that exists, as YYYY-MM-DD, not \"%.40s\"",
                           where, dot(where), name, text);
    return result;
}

int file_may_booking(const struct json *object, const char *where, int32_t from_day,
                     int32_t *ret_month, struct fault *fault)
{
    const char *text = NULL;
    int32_t month = 0;
    int result = json_may_string(object, "booked_from", where, &text, fault);

    if (result < 0 || text == NULL)
        return result;
    if (!clock_parse_month(text, &month) || month <= clock_month_of_day(from_day))
        return fault_set(fault, -EINVAL,
                         "%s%sbooked_from: expected a month as YYYY-MM after that of \"from\", not "
                         "\"%.40s\"",
                         where, dot(where), text);
    *ret_month = month;
    return 0;
}

int file_refuse_same_day(const char *where, int32_t day, struct fault *fault)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    return fault_set(fault, -EINVAL, "%s: two begin on %s; keep one", where, text);
}

int file_need_share(const struct json *object, const char *where, int64_t *ret_millionths,
                    struct fault *fault)
{
    static const struct file_decimal part = {
        FILE_SHARE_DIGITS, 0, SHARE_WHOLE,
        "a share from 0 to 1 with at most six decimals, such as \"0.5\""};

    return file_need_decimal(object, "share", where, &part, ret_millionths, fault);
}

int file_need_line(const struct json *object, const char *name, const char *where, size_t most,
                   const char **ret_line, struct fault *fault)
{
    const char *text = NULL;
    size_t length;
    int result = json_need_string(object, name, where, &text, fault);

    if (result < 0)
        return result;
    length = strlen(text);
    if (length == 0 || length > most || !text_is_line(text, length) || text[0] == ' ' ||
        text[length - 1] == ' ')
        return fault_set(fault, -EINVAL,
                         "%s%s%s: expected one line of 1 to %zu bytes without space around it",
                         where, dot(where), name, most);
    *ret_line = text;
    return 0;
}

int file_need_name(const struct json *object, const char *name, const char *where, size_t most,
                   const char **ret_name, struct fault *fault)
{
    const char *text = NULL;
    int result = file_need_line(object, name, where, most, &text, fault);

    if (result == 0 && text != NULL && cpr_is_in(text, strlen(text)))
        result = fault_set(fault, -EINVAL, "%s%s%s: holds a CPR number; take it out", where,
                           dot(where), name);
    if (result == 0)
        *ret_name = text;
    return result;
}

int file_need_slug(const struct json *object, const char *name, const char *where,
                   const char **ret_slug, struct fault *fault)
{
    const char *text = NULL;
    int result = json_need_string(object, name, where, &text, fault);

    if (result < 0)
        return result;
    if (!text_is_slug(text))
        return fault_set(fault, -EINVAL,
                         "%s%s%s: expected a small letter and then at most 62 small letters, "
                         "digits, - or _, not \"%.80s\"",
                         where, dot(where), name, text);
    *ret_slug = text;
    return 0;
}

int file_need_decimal(const struct json *object, const char *name, const char *where,
                      const struct file_decimal *kind, int64_t *ret_scaled, struct fault *fault)
{
    int64_t scaled;

    if (!json_decimal(json_member(object, name), kind->digits, &scaled) || scaled < kind->least ||
        scaled > kind->most)
        return fault_set(fault, -EINVAL, "%s%s%s: expected %s", where, dot(where), name,
                         kind->expected);
    *ret_scaled = scaled;
    return 0;
}

int file_may_array(const struct json *object, const char *name, const char *where, size_t most,
                   const struct json **ret_array, size_t *ret_count, struct fault *fault)
{
    const struct json *array = json_member(object, name);

    *ret_array = array;
    *ret_count = 0;
    if (array == NULL)
        return 0;
    if (!json_is_array(array))
        return fault_set(fault, -EINVAL, "%s%s%s: expected an array", where, dot(where), name);
    *ret_count = json_count(array);
    if (*ret_count > most)
        return fault_set(fault, -E2BIG, "%s%s%s: %zu elements; at most %zu are taken", where,
                         dot(where), name, *ret_count, most);
    return 0;
}

int file_need_department(const struct organisation_file *file, const struct organisation *known,
                         const char *slug, const char *where, struct fault *fault)
{
    size_t i;

    for (i = 0; i < file->department_count; i++)
        if (strcmp(file->departments[i].slug, slug) == 0)
            return 0;
    if (organisation_department(known, slug) != NULL)
        return 0;
    return fault_set(fault, -EINVAL,
                     "%s: no department has the id \"%.64s\"; add it to departments", where, slug);
}
