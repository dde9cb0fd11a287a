#include "core/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

enum {
    MESSAGE_MAX = 4096,
    LINE_LIMIT = 4 * MESSAGE_MAX + 512, /* every byte may become \xNN */
    SHORT_CPR = 10,
    LONG_CPR = 11
};

static const char *program_name = "automagi";
static enum log_level least_shown = LOG_LEVEL_INFO;

void log_start(const char *program, enum log_level least)
{
    program_name = program;
    least_shown = least;
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_DEBUG:
        return "debug";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_WARN:
        return "warn";
    case LOG_LEVEL_ERROR:
        return "error";
    }
    return "error";
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* A cut message may end in the middle of a CPR number, which would then not
 * be known for one; so a number at the cut goes too. */
static void cut_message(char message[static MESSAGE_MAX])
{
    size_t length = utf8_border(message, MESSAGE_MAX - sizeof "...");

    while (length > 0 && (is_digit(message[length - 1]) || message[length - 1] == '-'))
        length--;
    memcpy(message + length, "...", sizeof "...");
}

static void write_line(const char *line, size_t length)
{
    ssize_t written;

    do
        written = write(STDERR_FILENO, line, length);
    while (written < 0 && errno == EINTR);
}

void log_line(enum log_level level, const char *format, ...)
{
    static const char no_memory[] = "error: a log line was lost, out of memory\n";
    int saved_errno = errno;
    char message[MESSAGE_MAX];
    char instant[CLOCK_INSTANT_TEXT];
    struct text line;
    va_list arguments;
    int length;

    if (level < least_shown)
        return;
    va_start(arguments, format);
    length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0)
        (void)snprintf(message, sizeof message, "%s", format);
    else if ((size_t)length >= sizeof message)
        cut_message(message);

    text_init(&line, LINE_LIMIT);
    clock_format_instant(clock_now_ms(), instant);
    text_printf(&line, "%s %s %.64s: ", instant, level_name(level), program_name);
    log_redact(message, strlen(message), &line);
    text_append_char(&line, '\n');
    if (line.broken == 0)
        write_line(line.bytes, line.length);
    else
        write_line(no_memory, sizeof no_memory - 1);
    text_release(&line);
    errno = saved_errno;
}

/* "\x09" written out, as fault.h and this file do: its digits are not the
 * start of the number that follows. */
static bool ends_in_escape(const char *bytes, size_t length)
{
    const char *at;

    if (length < 4)
        return false;
    at = bytes + length - 4;
    return at[0] == '\\' && at[1] == 'x' && is_hex(at[2]) && is_hex(at[3]);
}

static int two_digits(const char *bytes)
{
    return (bytes[0] - '0') * 10 + (bytes[1] - '0');
}

static bool all_digits(const char *bytes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (!is_digit(bytes[i]))
            return false;
    return true;
}

/* The length of the CPR number at bytes[at], or 0. */
static size_t cpr_at(const char *bytes, size_t length, size_t at)
{
    const char *start = bytes + at;
    size_t left = length - at;
    size_t size;
    int day;
    int month;

    if (left < SHORT_CPR || !all_digits(start, 6))
        return 0;
    if (at > 0 && is_digit(bytes[at - 1]) && !ends_in_escape(bytes, at))
        return 0;
    size = start[6] == '-' ? LONG_CPR : SHORT_CPR;
    if (left < size || !all_digits(start + size - 4, 4))
        return 0;
    if (left > size && is_digit(start[size]))
        return 0;
    day = two_digits(start);
    month = two_digits(start + 2);
    if (month < 1 || month > 12)
        return 0;
    return (day >= 1 && day <= 31) || (day >= 61 && day <= 91) ? size : 0;
}

static void append_escaped(struct text *target, const char *bytes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        text_printf(target, "\\x%02X", (unsigned)(unsigned char)bytes[i]);
}

static bool is_shown(uint32_t character)
{
    return !utf8_is_control(character) && !utf8_is_unseen(character);
}

void log_redact(const char *bytes, size_t length, struct text *target)
{
    size_t at = 0;
    size_t clean = 0; /* what lies between here and `at` is shown as it is */

    while (at < length) {
        uint32_t character = 0;
        size_t size = cpr_at(bytes, length, at);
        bool is_cpr = size != 0;

        if (!is_cpr) {
            size = utf8_decode(bytes + at, length - at, &character);
            if (size != 0 && (character == '\t' || is_shown(character))) {
                at += size;
                continue;
            }
        }
        if (at > clean)
            text_append(target, bytes + clean, at - clean);
        if (is_cpr)
            text_append_string(target, "[CPR]");
        else
            append_escaped(target, bytes + at, size == 0 ? 1 : size);
        at += size == 0 ? 1 : size;
        clean = at;
    }
    if (at > clean)
        text_append(target, bytes + clean, at - clean);
}
