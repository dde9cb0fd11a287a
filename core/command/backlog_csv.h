/*
 * backlog_csv.h - a list of ideas as the organisation keeps it: what its lines may hold.
 *
 * The format is fixed: header title,status,department_as_printed in any order, separated by commas, UTF-8.
 * The status is one of "Ønsker/idéer", "Under udvikling", "I drift", "Afvist", however its case is written.
 * Title and department are kept without blanks around them and composed (NFC), so that the same list from another
 * program is the same. The department is any text, also none: what it means is backlog_load.c's. The daemon never reads such a
 * file; it is sent what was read.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_COMMAND_BACKLOG_CSV_H
#define AUTOMAGI_COMMAND_BACKLOG_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/fault.h"
#include "core/store/idea.h"

enum {
    BACKLOG_FILE_MAX = 1024 * 1024,
    BACKLOG_LINES_MAX = 2000, /* ideas of a file */
    BACKLOG_WRONG_SHOWN = 20,
    BACKLOG_DEPARTMENT_MAX = 200 /* bytes */
};

struct backlog_line {
    int64_t line;
    enum idea_status status;
    char *title, *department;
};
/* What is wrong: a line of text each, "line N: ...", as many as are kept. */
struct backlog_wrong {
    size_t count;         /* also those that are not kept */
    struct fault *faults; /* room for BACKLOG_WRONG_SHOWN */
};
struct backlog_lines {
    struct backlog_line *lines;
    size_t count;
    struct backlog_wrong wrong;
};

/* The whole file. backlog_lines_release() in any case. -EINVAL: something is wrong with it; of one line that
 * is the fault, of several the fault says how many. -ENOMEM. */
int backlog_csv_read(const char *bytes, size_t length, struct backlog_lines *ret_lines,
                     struct fault *fault) __attribute__((warn_unused_result));
void backlog_lines_release(struct backlog_lines *lines);

#endif
