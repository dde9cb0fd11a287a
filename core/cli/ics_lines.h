/*
 * ics_lines.h - the lines of an iCalendar file, before libical sees them: unfolded, and their
 * components one inside the other.
 */
#ifndef AUTOMAGI_CLI_ICS_LINES_H
#define AUTOMAGI_CLI_ICS_LINES_H

#include <stddef.h>

#include "core/base/text.h"
#include "core/cli/ics.h"

struct fault;

/* ics_lines_release() it. */
struct ics_lines {
    struct text unfolded; /* a line per content line, ends with LF */
    int *events;          /* the line of the file on which each event begins */
    size_t event_count;
};

/* -EINVAL: "line N: " and what is wrong: no calendar, a component that does not end where it should, not
 * UTF-8, over a limit of ics.h. */
int ics_lines_read(const char *text, size_t length, struct ics_lines *ret_lines,
                   struct fault *fault) __attribute__((warn_unused_result));
void ics_lines_release(struct ics_lines *lines);

#endif
