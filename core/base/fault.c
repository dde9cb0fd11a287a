#include "core/base/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/utf8.h"

enum {
    ROOM = FAULT_TEXT_MAX - 1,
    ROOM_BEFORE_DOTS = ROOM - 3,
    UNIT_MAX = 13 /* a character of four bytes, or three escaped ones */
};

/* One character as it is shown; returns the bytes of `source` it stands for. */
static size_t show_character(const char *source, size_t length, char unit[static UNIT_MAX])
{
    uint32_t character = 0;
    size_t size = utf8_decode(source, length, &character);
    size_t i;

    if (size == 0 || utf8_is_control(character) || utf8_is_unseen(character)) {
        size = size == 0 ? 1 : size;
        for (i = 0; i < size; i++)
            (void)snprintf(unit + 4 * i, UNIT_MAX - 4 * i, "\\x%02X",
                           (unsigned)(unsigned char)source[i]);
        return size;
    }
    memcpy(unit, source, size);
    unit[size] = '\0';
    return size;
}

/* `source` must not overlap the fault. */
static void show(struct fault *fault, const char *source)
{
    size_t length = strlen(source);
    size_t from = 0;
    size_t to = 0;
    size_t cut = 0; /* the last border with room for the dots */

    while (from < length) {
        char unit[UNIT_MAX];
        size_t taken = show_character(source + from, length - from, unit);
        size_t size = strlen(unit);

        if (to + size > ROOM) {
            memcpy(fault->text + cut, "...", sizeof "...");
            return;
        }
        memcpy(fault->text + to, unit, size);
        from += taken;
        to += size;
        if (to <= ROOM_BEFORE_DOTS)
            cut = to;
    }
    fault->text[to] = '\0';
}

__attribute__((format(printf, 2, 0))) static void say(struct fault *fault, const char *format,
                                                      va_list arguments)
{
    /* Longer than a fault, so that what vsnprintf() cuts is never shown. */
    char raw[FAULT_TEXT_MAX + 8];

    if (fault == NULL)
        return;
    if (vsnprintf(raw, sizeof raw, format, arguments) < 0)
        (void)snprintf(raw, sizeof raw, "%s", format);
    show(fault, raw);
}

int fault_set(struct fault *fault, int code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(fault, format, arguments);
    va_end(arguments);
    return code;
}

int fault_broken(struct fault *fault, int broken, const char *format, ...)
{
    va_list arguments;

    if (broken == -ENOMEM)
        return fault_no_memory(fault);
    va_start(arguments, format);
    say(fault, format, arguments);
    va_end(arguments);
    return broken;
}

int fault_prefix(struct fault *fault, int code, const char *format, ...)
{
    char raw[2 * FAULT_TEXT_MAX + 16];
    va_list arguments;
    size_t length;

    if (fault == NULL)
        return code;
    va_start(arguments, format);
    if (vsnprintf(raw, FAULT_TEXT_MAX + 8, format, arguments) < 0)
        (void)snprintf(raw, FAULT_TEXT_MAX + 8, "%s", format);
    va_end(arguments);
    length = strlen(raw);
    if (fault->text[0] != '\0') {
        memcpy(raw + length, ": ", 2);
        memcpy(raw + length + 2, fault->text, strlen(fault->text) + 1);
    }
    show(fault, raw);
    return code;
}

int fault_no_memory(struct fault *fault)
{
    return fault_set(fault, -ENOMEM, "out of memory");
}

_Noreturn void fault_end_no_memory(void)
{
    char line[FAULT_TEXT_MAX];
    int length =
        snprintf(line, sizeof line, "%.200s: out of memory\n", program_invocation_short_name);

    if (write(STDERR_FILENO, line, (size_t)length) < 0) {
        /* nobody is left to be told */
    }
    _exit(1);
}
