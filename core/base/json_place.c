#include "core/base/json_place.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"

enum { MESSAGE_MAX = 600 };

static void append(struct json_place *place, const char *string)
{
    (void)text_copy(place->text + place->length, sizeof place->text - place->length, string);
    place->length += strlen(place->text + place->length);
}

void json_place_init(struct json_place *place, const char *where)
{
    place->length = 0;
    append(place, where);
}

size_t json_place_enter(struct json_place *place, const char *name)
{
    size_t before = place->length;

    if (before > 0)
        append(place, ".");
    append(place, name);
    return before;
}

size_t json_place_enter_element(struct json_place *place, size_t index)
{
    size_t before = place->length;
    char element[32];

    (void)snprintf(element, sizeof element, "[%zu]", index);
    append(place, element);
    return before;
}

void json_place_leave(struct json_place *place, size_t length)
{
    place->length = length;
    place->text[length] = '\0';
}

int json_place_refuse(const struct json_place *place, struct fault *fault, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(message, sizeof message, format, arguments) < 0)
        message[0] = '\0';
    va_end(arguments);
    return fault_set(fault, -EINVAL, "%s%s%s", place->text, place->length > 0 ? ": " : "", message);
}
