#include <stdarg.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"

enum { MESSAGE_MAX = 1024 };

void result_text(struct json_writer *writer, const char *name, const char *value)
{
    json_key(writer, name);
    json_put_string(writer, value);
}

void result_text_or_null(struct json_writer *writer, const char *name, const char *value)
{
    result_text(writer, name, value != NULL && value[0] != '\0' ? value : NULL);
}

void result_int(struct json_writer *writer, const char *name, int64_t value)
{
    json_key(writer, name);
    json_put_int(writer, value);
}

void result_bool(struct json_writer *writer, const char *name, bool value)
{
    json_key(writer, name);
    json_put_bool(writer, value);
}

void result_day(struct json_writer *writer, const char *name, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    result_text(writer, name, text);
}

void result_month(struct json_writer *writer, const char *name, int32_t month)
{
    char text[CLOCK_MONTH_TEXT] = "";

    if (month != 0)
        clock_format_month(month, text);
    result_text_or_null(writer, name, text);
}

void result_instant(struct json_writer *writer, const char *name, int64_t at_ms)
{
    char text[CLOCK_INSTANT_TEXT] = "";

    if (at_ms != 0)
        clock_format_instant(at_ms, text);
    result_text_or_null(writer, name, text);
}

void result_decimal(struct json_writer *writer, const char *name, int128 scaled, unsigned digits)
{
    char text[DECIMAL_TEXT_MAX];

    decimal_format(scaled, digits, text, sizeof(text));
    json_key(writer, name);
    json_put_number_text(writer, text);
}

static void put_message(struct json_writer *writer, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void put_message(struct json_writer *writer, const char *format, va_list arguments)
{
    char text[MESSAGE_MAX];

    (void)vsnprintf(text, sizeof(text), format, arguments);
    result_text(writer, "message", text);
}

void result_message(struct json_writer *writer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    put_message(writer, format, arguments);
    va_end(arguments);
}

void result_only_message(struct command_call *call, const char *format, ...)
{
    va_list arguments;

    json_begin_object(call->result);
    va_start(arguments, format);
    put_message(call->result, format, arguments);
    va_end(arguments);
    json_end_object(call->result);
}
