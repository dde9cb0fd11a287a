#include "core/cli/ics_lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/fault.h"

enum { DEPTH_MAX = 8, NAME_SIZE = 32 };

struct scan {
    struct ics_lines lines;
    char open[DEPTH_MAX][NAME_SIZE]; /* components that have begun and not ended */
    int open_lines[DEPTH_MAX];
    int depth;
    int line;         /* of the file */
    size_t line_from; /* where the content line begins in the unfolded text */
    int begun_on;     /* the line of the file it begins on */
    struct fault *fault;
};

static int refuse(const struct scan *scan, int line, const char *what)
{
    return fault_set(scan->fault, -EINVAL, "line %d: %s", line, what);
}

static int begin_component(struct scan *scan, const char *name)
{
    if (scan->depth == DEPTH_MAX)
        return refuse(scan, scan->begun_on, "components lie too deep in one another");
    if (scan->depth == 0 && strcasecmp(name, "VCALENDAR") != 0)
        return refuse(scan, scan->begun_on,
                      "not an iCalendar file: it must begin with BEGIN:VCALENDAR");
    if (strcasecmp(name, "VEVENT") == 0) {
        if (scan->depth != 1)
            return refuse(scan, scan->begun_on, "an event inside something other than a calendar");
        if (scan->lines.event_count == ICS_EVENTS_MAX)
            return refuse(scan, scan->begun_on, "more than 10000 events; split the file");
        scan->lines.events[scan->lines.event_count++] = scan->begun_on;
    }
    if (!text_copy(scan->open[scan->depth], NAME_SIZE, name))
        return refuse(scan, scan->begun_on, "a component's name is too long");
    scan->open_lines[scan->depth++] = scan->begun_on;
    return 0;
}

static int end_component(struct scan *scan, const char *name)
{
    if (scan->depth == 0 || strcasecmp(scan->open[scan->depth - 1], name) != 0)
        return refuse(scan, scan->begun_on, "an END that ends nothing that has begun");
    scan->depth--;
    return 0;
}

/* A content line is whole. */
static int take_line(struct scan *scan)
{
    struct text *unfolded = &scan->lines.unfolded;
    const char *line = text_string(unfolded) + scan->line_from;
    size_t length = unfolded->length - scan->line_from;
    char name[2 * NAME_SIZE];
    bool is_begin;

    if (length == 0)
        return 0;
    if (!text_is_utf8(line, length))
        return refuse(scan, scan->begun_on, "not UTF-8 text; save the file as UTF-8");
    is_begin = strncasecmp(line, "BEGIN:", strlen("BEGIN:")) == 0;
    if (!is_begin && strncasecmp(line, "END:", strlen("END:")) != 0)
        return scan->depth == 0
                   ? refuse(scan, scan->begun_on,
                            "not an iCalendar file: it must begin with BEGIN:VCALENDAR")
                   : 0;
    line = strchr(line, ':') + 1;
    (void)snprintf(name, sizeof(name), "%s", line);
    for (length = strlen(name); length > 0 && isspace((unsigned char)name[length - 1]); length--)
        name[length - 1] = '\0';
    return is_begin ? begin_component(scan, name) : end_component(scan, name);
}

/* A line of the file: a content line of its own, or what goes on of the one before. */
static int add_line(struct scan *scan, const char *line, size_t length)
{
    struct text *unfolded = &scan->lines.unfolded;
    int result = 0;

    if (++scan->line > ICS_LINES_MAX)
        return refuse(scan, scan->line, "more than 200000 lines; split the file");
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length > 0 && (line[0] == ' ' || line[0] == '\t') && scan->begun_on != 0) {
        text_append(unfolded, line + 1, length - 1);
        return 0;
    }
    if (scan->begun_on != 0) {
        result = take_line(scan);
        text_append_char(unfolded, '\n');
    }
    scan->line_from = unfolded->length;
    scan->begun_on = scan->line;
    text_append(unfolded, line, length);
    return result;
}

static int scan_all(struct scan *scan, const char *text, size_t length)
{
    const char *end = text + length;
    int result = 0;

    while (text < end && result == 0) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline != NULL ? newline : end;

        result = add_line(scan, text, (size_t)(line_end - text));
        text = newline != NULL ? newline + 1 : end;
    }
    if (result == 0 && scan->begun_on != 0) {
        result = take_line(scan);
        text_append_char(&scan->lines.unfolded, '\n');
    }
    if (result < 0)
        return result;
    if (scan->lines.unfolded.broken != 0)
        return fault_no_memory(scan->fault);
    if (scan->depth > 0)
        return fault_set(scan->fault, -EINVAL,
                         "line %d: %s has begun here and does not end: the file is not whole",
                         scan->open_lines[scan->depth - 1], scan->open[scan->depth - 1]);
    if (scan->lines.unfolded.length <= 1)
        return refuse(scan, 1, "the file is empty");
    return 0;
}

int ics_lines_read(const char *text, size_t length, struct ics_lines *ret_lines,
                   struct fault *fault)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct scan scan = {.fault = fault};
    int result;

    if (length > ICS_SIZE_MAX)
        return fault_set(fault, -E2BIG, "larger than 4 MiB; split it");
    if (length >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (memchr(text, '\0', length) != NULL)
        return fault_set(fault, -EINVAL, "line 1: not a text file");
    text_init(&scan.lines.unfolded, ICS_SIZE_MAX + 16);
    scan.lines.events = calloc(ICS_EVENTS_MAX, sizeof(*scan.lines.events));
    result = scan.lines.events == NULL ? fault_no_memory(fault) : scan_all(&scan, text, length);
    if (result < 0)
        ics_lines_release(&scan.lines);
    else
        *ret_lines = scan.lines;
    return result;
}

void ics_lines_release(struct ics_lines *lines)
{
    text_release(&lines->unfolded);
    free(lines->events);
    *lines = (struct ics_lines){0};
}
