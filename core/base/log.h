/*
 * log.h - what the programs say on stderr, and the one redactor.
 *
 * One line per event: "2025-04-01T09:30:00+02:00 info automagid: text".
 * Everything that is logged, of ours or of a robot, passes log_redact().
 *
 * Threads: log_line() may be called from any thread; a line is one write().
 */
#ifndef AUTOMAGI_BASE_LOG_H
#define AUTOMAGI_BASE_LOG_H

#include <stddef.h>

struct text;

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* The program's name in each line (borrowed) and the least level shown. */
void log_start(const char *program, enum log_level least);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Appends `length` bytes of a line to `target`, made safe to store and show:
 * - civil registration numbers (CPR), in whatever form cpr.h says, become "[CPR]"; that
 *   takes no more bytes than the number did;
 * - control characters, unseen ones (utf8_is_unseen()) and bytes that are not UTF-8 become \xNN
 *   (a tab stays).
 */
void log_redact(const char *bytes, size_t length, struct text *target);

#endif
