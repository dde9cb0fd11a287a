#include "core/command/backlog_csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/csv.h"
#include "core/base/name.h"
#include "core/base/reference.h"
#include "core/base/text.h"

enum place { COLUMN_TITLE, COLUMN_STATUS, COLUMN_DEPARTMENT, COLUMN_COUNT };
enum { FIELD_MAX = 1024, RECORD_MAX = 4096 };

#define HEADER "title,status,department_as_printed"

static const char *const column_names[COLUMN_COUNT] = {"title", "status", "department_as_printed"};

static const struct {
    const char *words;
    enum idea_status status;
} statuses[] = {
    {"Ønsker/idéer", IDEA_WISH},
    {"Under udvikling", IDEA_DEVELOPMENT},
    {"I drift", IDEA_OPERATION},
    {"Afvist", IDEA_REJECTED},
};
enum { STATUSES = sizeof statuses / sizeof statuses[0] };

struct reading {
    struct csv_reader *csv;
    unsigned count;             /* columns in the header */
    int position[COLUMN_COUNT]; /* of a column in the file; -1: not there */
    char *folded[STATUSES];
    struct backlog_lines *lines;
};

static int take_header(struct reading *reading, struct fault *fault)
{
    static const struct csv_header header = {column_names, COLUMN_COUNT, COLUMN_COUNT, HEADER,
                                             HEADER};

    return csv_take_header(reading->csv, &header, reading->position, &reading->count, fault);
}

/* ---- a line ---- */

static int take_status(const struct reading *reading, const char *words, int64_t line,
                       enum idea_status *ret_status, struct fault *fault)
{
    char *folded = name_fold(words);
    size_t i;

    if (folded == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < STATUSES; i++)
        if (strcmp(folded, reading->folded[i]) == 0)
            break;
    free(folded);
    if (i == STATUSES)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": the status \"%.*s\" is none of Ønsker/idéer, Under "
                         "udvikling, I drift, Afvist",
                         line, csv_shown(words), words);
    *ret_status = statuses[i].status;
    return 0;
}

_Static_assert((int)IDEA_TITLE_MAX <= (int)REFERENCE_MAX &&
                   (int)BACKLOG_DEPARTMENT_MAX <= (int)REFERENCE_MAX,
               "what is normalised has room");

/* As it is kept and compared: another program may write other blanks around it, or the same letters in another
 * way. It must be fit to be kept. */
static int take_text(const char *what, const char *string, size_t most, int64_t line,
                     char target[static REFERENCE_MAX + 1], struct fault *fault)
{
    size_t length = strlen(string);
    int result;

    target[0] = '\0';
    if (length > most)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": the %s has %zu bytes; shorten it to at most %zu", line,
                         what, length, most);
    if (!text_is_line(string, length))
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": the %s must be one line without control characters",
                         line, what);
    if (cpr_is_in(string, length))
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": the %s holds what reads as a CPR number; take it out",
                         line, what);
    if (string[strspn(string, " ")] == '\0')
        return 0;
    result = reference_compose(string, target, NULL);
    return result != -EINVAL ? result
                             : fault_set(fault, result,
                                         "line %" PRId64 ": the %s is blank, or too long once its "
                                         "letters are composed",
                                         line, what);
}

static int check_twice(const struct backlog_lines *lines, const struct backlog_line *line,
                       struct fault *fault)
{
    size_t i;

    for (i = 0; i < lines->count; i++)
        if (strcmp(lines->lines[i].title, line->title) == 0 &&
            strcmp(lines->lines[i].department, line->department) == 0)
            return fault_set(fault, -EINVAL,
                             "line %" PRId64 ": title and department are those of line %" PRId64
                             "; keep one of them",
                             line->line, lines->lines[i].line);
    return 0;
}

/* The texts of a line. */
struct cells {
    char title[REFERENCE_MAX + 1], department[REFERENCE_MAX + 1];
};

static int check_record(const struct reading *reading, const struct csv_record *record,
                        struct backlog_line *line, struct cells *ret_cells, struct fault *fault)
{
    const char *title;
    const char *department;
    int result;

    if (record->count != reading->count)
        return fault_set(fault, -EINVAL, "line %" PRId64 ": %u columns where the first line has %u",
                         record->line, record->count, reading->count);
    title = record->fields[reading->position[COLUMN_TITLE]];
    department = record->fields[reading->position[COLUMN_DEPARTMENT]];
    result = take_text("title", title, IDEA_TITLE_MAX, record->line, ret_cells->title, fault);
    if (result == 0 && ret_cells->title[0] == '\0')
        result = fault_set(fault, -EINVAL, "line %" PRId64 ": the title is missing; give it",
                           record->line);
    if (result == 0)
        result = take_text("department", department, BACKLOG_DEPARTMENT_MAX, record->line,
                           ret_cells->department, fault);
    if (result == 0)
        result = take_status(reading, record->fields[reading->position[COLUMN_STATUS]],
                             record->line, &line->status, fault);
    return result;
}

/* -EINVAL: the line is wrong, which was noted; the next can be read. */
static int take_record(struct reading *reading, const struct csv_record *record,
                       struct fault *fault)
{
    struct backlog_lines *lines = reading->lines;
    struct backlog_line line = {.line = record->line};
    struct cells cells;
    int result = check_record(reading, record, &line, &cells, fault);

    if (result < 0)
        return result;
    if (lines->count == BACKLOG_LINES_MAX)
        return fault_set(fault, -E2BIG, "line %" PRId64 ": over %d ideas; split the file",
                         record->line, BACKLOG_LINES_MAX);
    line.title = strdup(cells.title);
    line.department = strdup(cells.department);
    if (line.title == NULL || line.department == NULL)
        result = fault_no_memory(fault);
    else
        result = check_twice(lines, &line, fault);
    if (result < 0) {
        free(line.title);
        free(line.department);
        return result;
    }
    lines->lines[lines->count++] = line;
    return 0;
}

static void note_wrong(struct backlog_wrong *wrong, const struct fault *fault)
{
    if (wrong->count < BACKLOG_WRONG_SHOWN)
        wrong->faults[wrong->count] = *fault;
    wrong->count++;
}

static int take_lines(struct reading *reading, struct fault *fault)
{
    struct csv_record record;
    int result = 1;

    while (result > 0) {
        result = csv_next(reading->csv, &record, fault);
        if (result <= 0)
            break;
        result = take_record(reading, &record, fault);
        if (result == -EINVAL)
            note_wrong(&reading->lines->wrong, fault);
        if (result == 0 || result == -EINVAL)
            result = 1;
    }
    if (result == -EINVAL) /* no CSV: nothing behind it can be read */
        note_wrong(&reading->lines->wrong, fault);
    return result;
}

/* One line for all that is wrong. */
static int conclude(const struct backlog_wrong *wrong, struct fault *fault)
{
    if (wrong->count == 1)
        return fault_set(fault, -EINVAL, "%s", wrong->faults[0].text);
    return fault_set(fault, -EINVAL, "%zu lines are wrong; nothing was loaded", wrong->count);
}

int backlog_csv_read(const char *bytes, size_t length, struct backlog_lines *ret_lines,
                     struct fault *fault)
{
    /* One column more than are known, so that the message can name it. */
    static const struct csv_format format = {.separator = ',',
                                             .columns = COLUMN_COUNT + 1,
                                             .field_max = FIELD_MAX,
                                             .record_max = RECORD_MAX};
    struct csv_bytes source = {bytes, length};
    struct reading reading = {.lines = ret_lines};
    struct fault found = {.text = ""};
    size_t i;
    int result;

    *ret_lines = (struct backlog_lines){.count = 0};
    ret_lines->lines = calloc(BACKLOG_LINES_MAX, sizeof *ret_lines->lines);
    ret_lines->wrong.faults = calloc(BACKLOG_WRONG_SHOWN, sizeof *ret_lines->wrong.faults);
    result =
        ret_lines->lines != NULL && ret_lines->wrong.faults != NULL ? 0 : fault_no_memory(&found);
    for (i = 0; i < STATUSES && result == 0; i++) {
        reading.folded[i] = name_fold(statuses[i].words);
        if (reading.folded[i] == NULL)
            result = fault_no_memory(&found);
    }
    if (result == 0)
        result = csv_open(&format, csv_from_bytes, &source, &reading.csv, &found);
    if (result == 0)
        result = take_header(&reading, &found);
    if (result == 0)
        result = take_lines(&reading, &found);
    for (i = 0; i < STATUSES; i++)
        free(reading.folded[i]);
    csv_close(reading.csv);
    if (ret_lines->wrong.count > 0 && (result == 0 || result == -EINVAL))
        return conclude(&ret_lines->wrong, fault);
    if (result < 0 && fault != NULL)
        *fault = found;
    return result == -E2BIG ? -EINVAL : result;
}

void backlog_lines_release(struct backlog_lines *lines)
{
    size_t i;

    if (lines == NULL)
        return;
    for (i = 0; i < lines->count; i++) {
        free(lines->lines[i].title);
        free(lines->lines[i].department);
    }
    free(lines->lines);
    free(lines->wrong.faults);
    *lines = (struct backlog_lines){.count = 0};
}
