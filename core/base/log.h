/*
 * log.h - what the programs say on stderr or to the journal, and the one redactor.
 *
 * One event is one line, in one of three forms:
 *   text     "2025-04-01T09:30:00+02:00 info automagid: text"
 *   JSON     {"time":"2025-04-01T09:30:00+02:00","level":"info","program":"automagid",
 *            "message":"text","robot":"franco","run":17}
 *   journal  an entry of systemd's journal: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and of what is
 *            known AUTOMAGI_ROBOT, AUTOMAGI_RUN, AUTOMAGI_TRIGGER (journal.h)
 * Before log_use() it is text. What an event is about stands in its text too, so that each
 * form can be read alone. Everything that is logged, of ours or of a robot, passes log_redact().
 *
 * From log_use() on, as in the daemon, nobody who does not read can hold the program up: a pipe or a stream socket that
 * has no room left gets 10 ms, and none more while it stays so; a line that finds no room is dropped. Before the next one
 * that does, a line says how many were lost. That is asked with poll(2) before each PIPE_BUF bytes and not by
 * O_NONBLOCK, which would be so for all who share the stderr; so another process that fills the same pipe in between
 * can still make us wait. Files and terminals are written as ever. Before log_use(), so in the command line's programs,
 * a line waits for its reader.
 *
 * Threads: log_line() and log_about() may be called from any thread; lines are told one at a time. A line is
 * one write(), but for one of more than PIPE_BUF bytes to a pipe or a socket. The
 * other two belong before the first thread. A child that was forked beside other threads tells nothing.
 */
#ifndef AUTOMAGI_BASE_LOG_H
#define AUTOMAGI_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format {
    LOG_FORMAT_AUTO, /* text on a terminal, entries when stderr is the journal, else JSON */
    LOG_FORMAT_TEXT,
    LOG_FORMAT_JSON
};

/* What an event is about; what is NULL or 0 is not known. */
struct log_about {
    const char *robot; /* its id, "franco-fakturatjek-momentum" */
    int64_t run;
    int64_t trigger;
};

/* The program's name in each line (borrowed) and the least level shown. */
void log_start(const char *program, enum log_level least);
/* "debug", "info", "warn", "error". False for any other word. */
bool log_level_of(const char *word, enum log_level *ret_level);
/* Would an event of that level be written? For what costs something to say. Any thread. */
bool log_shows(enum log_level level);
/* "auto", "text", "json". False for any other word. */
bool log_format_of(const char *word, enum log_format *ret_format);
/* How events are written from now on. journal: the journal's socket (JOURNAL_SOCKET), borrowed; it
 * is used for LOG_FORMAT_AUTO alone, and only when stderr leads to the journal. */
void log_use(enum log_format format, const char *journal);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_about(enum log_level level, const struct log_about *about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * redact.c. Appends `length` bytes of a line to `target`, made safe to store and show:
 * - civil registration numbers (CPR), in whatever form cpr.h says, become "[CPR]"; that
 *   takes no more bytes than the number did;
 * - control characters, unseen ones (utf8_is_unseen()) and bytes that are not UTF-8 become \xNN
 *   (a tab stays).
 */
void log_redact(const char *bytes, size_t length, struct text *target);

#endif
