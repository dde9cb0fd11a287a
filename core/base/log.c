#include "core/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/journal.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

enum {
    MESSAGE_MAX = 4096,
    SAFE_MAX = 4 * MESSAGE_MAX, /* every byte may become \xNN */
    ROBOT_MAX = 256,
    LINE_LIMIT = 2 * SAFE_MAX + 4096, /* every \ of it may become two in JSON */
    PATIENCE_MS = 10                  /* a reader that is merely behind */
};

/* One event, with all texts redacted. */
struct event {
    enum log_level level;
    char instant[CLOCK_INSTANT_TEXT];
    struct text message;
    struct text robot; /* empty: not known */
    int64_t run, trigger;
};

static const char *program_name = "automagi";
static enum log_level least_shown = LOG_LEVEL_INFO;
static bool is_json;
static const char *journal_path; /* with journal_fd; NULL: stderr it is */
static int journal_fd = -1;
static bool is_bounded; /* log_use(): no reader of stderr may hold the program up */

/* A pipe has room for one writer only, so one line at a time; with it go the next two. */
static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;
static int64_t lost;    /* lines since one was written */
static bool is_partial; /* the last one found room for its beginning alone */

void log_start(const char *program, enum log_level least)
{
    program_name = program;
    least_shown = least;
}

bool log_level_of(const char *word, enum log_level *ret_level)
{
    static const char *const words[] = {"debug", "info", "warn", "error"};
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

bool log_shows(enum log_level level)
{
    return level >= least_shown;
}

bool log_format_of(const char *word, enum log_format *ret_format)
{
    static const char *const words[] = {"auto", "text", "json"};
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_format = (enum log_format)i;
            return true;
        }
    }
    return false;
}

void log_use(enum log_format format, const char *journal)
{
    bool is_auto = format == LOG_FORMAT_AUTO;

    is_bounded = true;
    if (journal_fd >= 0)
        (void)close(journal_fd);
    journal_fd = -1;
    journal_path = NULL;
    is_json = format == LOG_FORMAT_JSON || (is_auto && isatty(STDERR_FILENO) == 0);
    if (!is_auto || journal == NULL || !journal_is_at(STDERR_FILENO))
        return;
    journal_fd = journal_open();
    if (journal_fd >= 0)
        journal_path = journal;
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

/* syslog(3)'s numbers. */
static int level_priority(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_DEBUG:
        return 7;
    case LOG_LEVEL_INFO:
        return 6;
    case LOG_LEVEL_WARN:
        return 4;
    case LOG_LEVEL_ERROR:
        return 3;
    }
    return 3;
}

/* A cut message may end in the middle of a CPR number, which would then not
 * be known for one; so a number at the cut goes too. */
static void cut_message(char message[static MESSAGE_MAX])
{
    size_t length = utf8_border(message, MESSAGE_MAX - sizeof "...");

    length -= cpr_unfinished(message, length);
    memcpy(message + length, "...", sizeof "...");
}

/* Does somebody have to read what is written, before there is room for more? */
static bool has_reader(void)
{
    struct stat about;

    return fstat(STDERR_FILENO, &about) == 0 &&
           (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode));
}

/* A pipe or a stream that can be written has room for PIPE_BUF bytes; or it has no reader, which write(2) says at once. */
static bool has_room(void)
{
    struct pollfd watched = {.fd = STDERR_FILENO, .events = POLLOUT};
    int ready;

    do
        ready = poll(&watched, 1, lost > 0 ? 0 : PATIENCE_MS);
    while (ready < 0 && errno == EINTR);
    return ready == 1;
}

/* Not by O_NONBLOCK: that would be so for everybody who has the same stderr, the shell that started us too. *written: how
 * much went. */
static bool write_bytes(const char *bytes, size_t length, size_t *written)
{
    bool can_fill = is_bounded && has_reader();

    for (*written = 0; *written < length;) {
        size_t piece = length - *written;
        ssize_t count;

        if (can_fill && piece > PIPE_BUF)
            piece = PIPE_BUF;
        if (can_fill && !has_room())
            return false;
        count = write(STDERR_FILENO, bytes + *written, piece);
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0)
            *written += (size_t)count;
    }
    return true;
}

/* False: it is lost, whole or in part. */
static bool write_line(const char *line, size_t length)
{
    size_t written;

    if (is_partial && !write_bytes("\n", 1, &written))
        return false;
    is_partial = false;
    if (write_bytes(line, length, &written))
        return true;
    is_partial = written > 0;
    return false;
}

static void put_text(const struct event *event, struct text *line)
{
    text_printf(line, "%s %s %.64s: ", event->instant, level_name(event->level), program_name);
    text_append(line, event->message.bytes, event->message.length);
}

static void put_json(const struct event *event, struct text *line)
{
    struct json_writer writer;

    json_writer_init(&writer, line);
    json_begin_object(&writer);
    json_key(&writer, "time");
    json_put_string(&writer, event->instant);
    json_key(&writer, "level");
    json_put_string(&writer, level_name(event->level));
    json_key(&writer, "program");
    json_put_string(&writer, program_name);
    json_key(&writer, "message");
    json_put_string(&writer, text_string(&event->message));
    if (event->robot.length > 0) {
        json_key(&writer, "robot");
        json_put_string(&writer, text_string(&event->robot));
    }
    if (event->run != 0) {
        json_key(&writer, "run");
        json_put_int(&writer, event->run);
    }
    if (event->trigger != 0) {
        json_key(&writer, "trigger");
        json_put_int(&writer, event->trigger);
    }
    json_end_object(&writer);
}

static void number_field(struct text *entry, const char *field, int64_t number)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%" PRId64, number);
    journal_field(entry, field, digits);
}

/* False: the journal did not take it. */
static bool tell_journal(const struct event *event)
{
    struct text entry;
    bool is_taken;

    text_init(&entry, LINE_LIMIT);
    number_field(&entry, "PRIORITY", level_priority(event->level));
    journal_field(&entry, "SYSLOG_IDENTIFIER", program_name);
    journal_field(&entry, "MESSAGE", text_string(&event->message));
    if (event->robot.length > 0)
        journal_field(&entry, "AUTOMAGI_ROBOT", text_string(&event->robot));
    if (event->run != 0)
        number_field(&entry, "AUTOMAGI_RUN", event->run);
    if (event->trigger != 0)
        number_field(&entry, "AUTOMAGI_TRIGGER", event->trigger);
    is_taken = journal_send(journal_fd, journal_path, &entry);
    text_release(&entry);
    return is_taken;
}

static bool tell_stderr(const struct event *event)
{
    static const char no_memory[] = "error: a log line was lost, out of memory\n";
    static const char no_memory_json[] =
        "{\"level\":\"error\",\"message\":\"a log line was lost, out of memory\"}\n";
    struct text line;
    bool is_written;

    text_init(&line, LINE_LIMIT);
    if (is_json)
        put_json(event, &line);
    else
        put_text(event, &line);
    text_append_char(&line, '\n');
    if (line.broken == 0 && event->message.broken == 0)
        is_written = write_line(line.bytes, line.length);
    else if (is_json)
        is_written = write_line(no_memory_json, sizeof no_memory_json - 1);
    else
        is_written = write_line(no_memory, sizeof no_memory - 1);
    text_release(&line);
    return is_written;
}

static bool tell(const struct event *event)
{
    if (journal_path != NULL && event->message.broken == 0 && tell_journal(event))
        return true;
    return tell_stderr(event);
}

/* False: there is still no room. */
static bool tell_lost(void)
{
    struct event event = {.level = LOG_LEVEL_WARN};
    bool is_told;

    clock_format_instant(clock_now_ms(), event.instant);
    text_init(&event.message, MESSAGE_MAX);
    text_init(&event.robot, ROBOT_MAX);
    text_printf(&event.message,
                "%" PRId64 " line%s of this log %s lost before this one: nobody read them, or they "
                "could not be written",
                lost, lost == 1 ? "" : "s", lost == 1 ? "was" : "were");
    is_told = tell(&event);
    text_release(&event.message);
    text_release(&event.robot);
    return is_told;
}

/* In their order: those that are lost are told of before the next. */
static void tell_next(const struct event *event)
{
    (void)pthread_mutex_lock(&telling);
    if (lost > 0 && tell_lost())
        lost = 0;
    if (lost > 0 || !tell(event))
        lost++;
    (void)pthread_mutex_unlock(&telling);
}

__attribute__((format(printf, 3, 0))) static void log_event(enum log_level level,
                                                            const struct log_about *about,
                                                            const char *format, va_list arguments)
{
    int saved_errno = errno;
    char message[MESSAGE_MAX];
    struct event event = {.level = level, .run = about->run, .trigger = about->trigger};
    int length = vsnprintf(message, sizeof message, format, arguments);

    if (length < 0)
        (void)snprintf(message, sizeof message, "%s", format);
    else if ((size_t)length >= sizeof message)
        cut_message(message);
    clock_format_instant(clock_now_ms(), event.instant);
    text_init(&event.message, SAFE_MAX);
    text_init(&event.robot, ROBOT_MAX);
    log_redact(message, strlen(message), &event.message);
    if (about->robot != NULL)
        log_redact(about->robot, strlen(about->robot), &event.robot);
    tell_next(&event);
    text_release(&event.message);
    text_release(&event.robot);
    errno = saved_errno;
}

void log_line(enum log_level level, const char *format, ...)
{
    static const struct log_about nothing;
    va_list arguments;

    if (!log_shows(level))
        return;
    va_start(arguments, format);
    log_event(level, &nothing, format, arguments);
    va_end(arguments);
}

void log_about(enum log_level level, const struct log_about *about, const char *format, ...)
{
    va_list arguments;

    if (!log_shows(level))
        return;
    va_start(arguments, format);
    log_event(level, about, format, arguments);
    va_end(arguments);
}
