#include "core/command/task_csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "core/store/item.h"
#include "core/store/reference_key.h"

enum { FIELD_MAX = 1024, RECORD_MAX = 8192, REFERENCE_SIZE = 256 };

enum column {
    COLUMN_ROBOT,
    COLUMN_REFERENCE,
    COLUMN_COMPLETED_AT,
    COLUMN_OUTCOME,
    COLUMN_DURATION_MS, /* from here on: may be left out */
    COLUMN_DEPARTMENT,
    COLUMN_BUSINESS_DATE,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
    "robot", "reference", "completed_at", "outcome", "duration_ms", "department", "business_date",
};

static const char *const outcome_words[] = {"done", "business", "failed", "undone"};
enum { OUTCOMES = sizeof outcome_words / sizeof *outcome_words };

struct task_csv {
    struct csv_reader *csv;
    int64_t now_ms;
    unsigned count;             /* columns in the header */
    int position[COLUMN_COUNT]; /* of a column in the file; -1: not there */
    char reference[REFERENCE_SIZE];
};

const char *task_outcome_word(enum import_outcome outcome)
{
    return outcome_words[outcome];
}

static int take_header(struct task_csv *reader, struct fault *fault)
{
    static const struct csv_header header = {column_names, COLUMN_COUNT, COLUMN_DURATION_MS,
                                             "robot,reference,completed_at,outcome",
                                             "robot,reference,completed_at,outcome and, when "
                                             "wanted, duration_ms,department,business_date"};

    return csv_take_header(reader->csv, &header, reader->position, &reader->count, fault);
}

int task_csv_open(csv_source *source, void *context, int64_t now_ms, struct task_csv **ret_reader,
                  struct fault *fault)
{
    /* One column more than are known, so that the message can name it. */
    static const struct csv_format format = {.separator = ',',
                                             .columns = COLUMN_COUNT + 1,
                                             .field_max = FIELD_MAX,
                                             .record_max = RECORD_MAX};
    struct task_csv *reader = calloc(1, sizeof *reader);
    int result;

    if (reader == NULL)
        return fault_no_memory(fault);
    reader->now_ms = now_ms;
    result = csv_open(&format, source, context, &reader->csv, fault);
    if (result == 0)
        result = take_header(reader, fault);
    if (result < 0) {
        task_csv_close(reader);
        return result;
    }
    *ret_reader = reader;
    return 0;
}

void task_csv_close(struct task_csv *reader)
{
    if (reader == NULL)
        return;
    csv_close(reader->csv);
    free(reader);
}

/* "" for a column that is not in the file. */
static const char *field(const struct task_csv *reader, const struct csv_record *record,
                         enum column column)
{
    return reader->position[column] < 0 ? "" : record->fields[reader->position[column]];
}

static int take_completed_at(const struct task_csv *reader, const struct csv_record *record,
                             struct task_row *row, struct fault *fault)
{
    const char *text = field(reader, record, COLUMN_COMPLETED_AT);

    if (!clock_parse_instant(text, &row->completed_ms))
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": completed_at \"%.*s\" is not a time with an offset, "
                         "such as 2025-04-01T09:30:00+02:00",
                         record->line, csv_shown(text), text);
    if (row->completed_ms > reader->now_ms + IMPORT_AHEAD_MAX_MS)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": completed_at %s is in the future; only what is done "
                         "can be imported",
                         record->line, text);
    return 0;
}

static bool find_outcome(const char *word, enum import_outcome *ret_outcome)
{
    int i;

    for (i = 0; i < OUTCOMES; i++)
        if (strcmp(word, outcome_words[i]) == 0) {
            *ret_outcome = (enum import_outcome)i;
            return true;
        }
    return false;
}

static int take_outcome(const struct task_csv *reader, const struct csv_record *record,
                        struct task_row *row, struct fault *fault)
{
    const char *word = field(reader, record, COLUMN_OUTCOME);

    if (find_outcome(word, &row->outcome))
        return 0;
    return fault_set(fault, -EINVAL,
                     "line %" PRId64 ": the outcome \"%.*s\" is none of done, business, failed, "
                     "undone",
                     record->line, csv_shown(word), word);
}

static int take_business_date(const struct task_csv *reader, const struct csv_record *record,
                              struct task_row *row, struct fault *fault)
{
    const char *text = field(reader, record, COLUMN_BUSINESS_DATE);
    int result;

    row->business_day = 0;
    if (*text == '\0')
        return 0;
    if (!clock_parse_day(text, &row->business_day))
        return fault_set(fault, -EINVAL,
                         "line %" PRId64
                         ": business_date \"%.*s\" is not a date such as 2025-04-01",
                         record->line, csv_shown(text), text);
    result = item_check_business_day(row->business_day, reader->now_ms, fault);
    return result < 0 ? fault_prefix(fault, result, "line %" PRId64, record->line) : 0;
}

/* An outcome that is none is told of later. */
static int take_reference(struct task_csv *reader, const struct csv_record *record,
                          struct task_row *row, struct fault *fault)
{
    enum import_outcome outcome = IMPORT_DONE;
    int result;

    (void)find_outcome(field(reader, record, COLUMN_OUTCOME), &outcome);
    result = import_reference(outcome, field(reader, record, COLUMN_REFERENCE), reader->reference,
                              fault);
    if (result < 0)
        return fault_prefix(fault, result, "line %" PRId64, record->line);
    row->reference = reader->reference;
    return 0;
}

static int take_row(struct task_csv *reader, const struct csv_record *record, struct task_row *row,
                    struct fault *fault)
{
    const char *duration = field(reader, record, COLUMN_DURATION_MS);
    const char *department = field(reader, record, COLUMN_DEPARTMENT);
    int result;

    row->line = record->line;
    row->robot = field(reader, record, COLUMN_ROBOT);
    if (!text_is_slug(row->robot))
        return fault_set(fault, -EINVAL, "line %" PRId64 ": \"%.*s\" is not a robot's id",
                         record->line, csv_shown(row->robot), row->robot);
    result = take_reference(reader, record, row, fault);
    if (result == 0)
        result = take_completed_at(reader, record, row, fault);
    if (result == 0)
        result = take_outcome(reader, record, row, fault);
    if (result < 0)
        return result;
    row->duration_ms = -1;
    if (*duration != '\0' && !text_to_int64(duration, 0, IMPORT_DURATION_MAX_MS, &row->duration_ms))
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": duration_ms \"%.*s\" is not a whole number of "
                         "milliseconds from 0 to %" PRId64,
                         record->line, csv_shown(duration), duration, IMPORT_DURATION_MAX_MS);
    if (*department != '\0' && !text_is_slug(department))
        return fault_set(fault, -EINVAL, "line %" PRId64 ": \"%.*s\" is not a department's id",
                         record->line, csv_shown(department), department);
    row->department = *department != '\0' ? department : NULL;
    return take_business_date(reader, record, row, fault);
}

int task_csv_next(struct task_csv *reader, struct task_row *ret_row, struct fault *fault)
{
    struct csv_record record;
    struct task_row row;
    int result = csv_next(reader->csv, &record, fault);

    if (result <= 0)
        return result == -EINVAL ? -EILSEQ : result;
    if (record.count != reader->count)
        return fault_set(fault, -EINVAL, "line %" PRId64 ": %u columns where the first line has %u",
                         record.line, record.count, reader->count);
    result = take_row(reader, &record, &row, fault);
    if (result < 0)
        return result;
    *ret_row = row;
    return 1;
}
