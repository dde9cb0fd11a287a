#include "core/store/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/name.h"
#include "core/base/text.h"

int line_check(const char *what, const char *string, struct fault *fault)
{
    size_t length = string != NULL ? strlen(string) : 0;

    if (length == 0)
        return fault_set(fault, -EINVAL, "%s is missing; give it", what);
    if (length > LINE_BYTES_MAX)
        return fault_set(fault, -EINVAL, "%s has %zu bytes; shorten it to at most %d", what, length,
                         LINE_BYTES_MAX);
    if (!text_is_line(string, length))
        return fault_set(fault, -EINVAL,
                         "%s must be one line of UTF-8 without control characters: \"%.100s\"",
                         what, string);
    return 0;
}

int line_check_clean(const char *what, const char *string, struct fault *fault)
{
    int result = line_check(what, string, fault);

    if (result == 0 && cpr_is_in(string, strlen(string)))
        result = fault_set(fault, -EINVAL,
                           "%s holds what reads like a CPR number; write it without", what);
    return result;
}

int line_take(const char *what, const char *string, char ret_line[static LINE_BYTES_MAX + 1],
              struct fault *fault)
{
    int result = line_check(what, string, fault);

    if (result == 0)
        cpr_hide(string, ret_line);
    return result;
}

int line_take_name(const char *what, const char *name, char ret_line[static LINE_BYTES_MAX + 1],
                   struct fault *fault)
{
    int result = line_take(what, name, ret_line, fault);

    if (result < 0)
        return result;
    result = name_is_somebody(ret_line);
    if (result == 0)
        return fault_set(fault, -EINVAL, "%s: \"%.100s\" is nobody's name; give one with letters",
                         what, ret_line);
    return result < 0 ? fault_no_memory(fault) : 0;
}

int line_same_name(const char *left, const char *right, bool *ret_same, struct fault *fault)
{
    char *one = name_fold(left);
    char *other = name_fold(right);
    int result = 0;

    if (one != NULL && other != NULL)
        *ret_same = strcmp(one, other) == 0;
    else
        result = fault_no_memory(fault);
    free(one);
    free(other);
    return result;
}
