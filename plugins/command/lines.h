/*
 * lines.h - the lines of JSON between the plugin and the program it runs.
 *
 * One JSON object per line, at most LINES_LINE_MAX bytes with the newline, in both
 * directions. What comes from the program is foreign: it is checked for UTF-8,
 * control characters, depth, size, unknown and repeated members before it is used,
 * and whatever is wrong is said in half a Danish sentence.
 *
 * Threads: no shared state.
 */
#ifndef COMMAND_LINES_H
#define COMMAND_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "automagi.h"

enum {
    LINES_LINE_MAX = 128 * 1024,
    LINES_DEPTH_MAX = 8,
    LINES_MEMBERS_MAX = 16,
    LINES_PROBLEM_MAX = 200
};

/* Bytes from the program, cut into lines. */
struct lines {
    char *bytes; /* LINES_LINE_MAX */
    size_t start;
    size_t used;
};

/* 0 or -ENOMEM. lines_release() takes zeroed lines. */
int lines_init(struct lines *lines);
void lines_release(struct lines *lines);
/* Where and how many bytes may be read into now; then tell how many came. At least
 * one fits whenever lines_next() has given 0. */
char *lines_room(struct lines *lines, size_t *ret_size);
void lines_add(struct lines *lines, size_t count);
/* 1 with a line without its end (valid until the next lines_room()), 0 when more
 * bytes are needed, -E2BIG when a line is too long. */
int lines_next(struct lines *lines, const char **ret_line, size_t *ret_length);
/* Is there anything that was not taken yet? */
bool lines_pending(const struct lines *lines);

/* Makes `text` one line of UTF-8, in place: control characters become blanks, and it ends
 * before the first byte that is none (as where something was cut inside a character). */
void lines_cut(char *text);

enum message_kind {
    MESSAGE_ADD,       /* {"add":{"reference":..,"payload":..,"priority":..,"business_date":..,
                        * "deadline":..,"not_before":..}} */
    MESSAGE_COLLECTED, /* {"collected":true} */
    MESSAGE_DONE,      /* {"done":true,"note":..,"department":..} */
    MESSAGE_BUSINESS,  /* {"business":"sentence","department":..} */
    MESSAGE_TRANSIENT, /* {"transient":"why"} */
    MESSAGE_BROKEN     /* {"broken":"why"} */
};

/* What the program said. */
struct message {
    enum message_kind kind;
    char note[AG_NOTE_MAX]; /* one line; a longer one is cut at a character */
    char department[AG_DEPARTMENT_MAX];
    char reference[AG_REFERENCE_MAX];
    char *payload; /* of an add; else NULL */
    int32_t priority;
    int32_t business_day;
    int64_t deadline_ms, not_before_ms; /* 0: none */
};

/* Reads one line. 0, or -EINVAL (-ENOMEM) with `problem`. message_release() after either. */
int message_read(struct message *message, const char *line, size_t length,
                 char problem[LINES_PROBLEM_MAX]);
void message_release(struct message *message);

/* The requests, with their newline; free() them. collect and perform have the run's input as
 * "input", when the host knows of inputs and the run has one. NULL: out of memory, or the
 * line would be over LINES_LINE_MAX. */
char *request_collect(const struct ag_host *host);
char *request_perform(const struct ag_host *host, const struct ag_item *item);
char *request_end(void);

#endif
