/* Any bytes are a list of ideas that can be kept, or a fault that names a line. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/backlog_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *string, size_t most)
{
    size_t length = strlen(string);

    if (length > most || !text_is_line(string, length) || cpr_is_in(string, length))
        abort();
}

static void check_lines(const struct backlog_lines *lines)
{
    int64_t before = 1;
    size_t i;

    for (i = 0; i < lines->count; i++) {
        const struct backlog_line *line = &lines->lines[i];

        if (line->line <= before || line->title[0] == '\0' || line->status < IDEA_WISH ||
            line->status > IDEA_REJECTED || line->status == IDEA_APPROVED)
            abort();
        check_text(line->title, IDEA_TITLE_MAX);
        check_text(line->department, BACKLOG_DEPARTMENT_MAX);
        before = line->line;
    }
}

static void check_fault(const struct fault *fault, const struct backlog_wrong *wrong)
{
    size_t i;

    for (i = 0; i < wrong->count && i < BACKLOG_WRONG_SHOWN; i++)
        if (strncmp(wrong->faults[i].text, "line ", 5) != 0)
            abort();
    if (wrong->count < 2 && strncmp(fault->text, "line ", 5) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct backlog_lines lines;
    struct fault fault = {.text = ""};
    int result = backlog_csv_read((const char *)data, size, &lines, &fault);

    check_lines(&lines);
    if (result == -EINVAL)
        check_fault(&fault, &lines.wrong);
    else if (result != 0 || lines.wrong.count > 0)
        abort();
    backlog_lines_release(&lines);
    return 0;
}
