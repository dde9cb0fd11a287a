#include "core/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

enum {
    MESSAGE_MAX = 4096,
    LINE_LIMIT = 4 * MESSAGE_MAX + 512 /* every byte may become \xNN */
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

/* A cut message may end in the middle of a CPR number, which would then not
 * be known for one; so a number at the cut goes too. */
static void cut_message(char message[static MESSAGE_MAX])
{
    size_t length = utf8_border(message, MESSAGE_MAX - sizeof "...");

    length -= cpr_unfinished(message, length);
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
