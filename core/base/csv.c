#include "core/base/csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/text.h"

enum { INPUT_SIZE = 65536, END = -1, FAILED = -2 };

/* Where in a field the reader stands. */
enum place {
    PLACE_START,  /* nothing of it read */
    PLACE_PLAIN,  /* unquoted */
    PLACE_QUOTED, /* between the quotes */
    PLACE_CLOSED  /* after the closing quote */
};

struct csv_reader {
    struct csv_format format;
    csv_source *source;
    void *context;
    int64_t line;       /* the line being read */
    int64_t first_line; /* where the record begins */
    size_t input_at, input_length;
    size_t field_start; /* in `record` */
    bool has_begun;     /* the byte order mark was looked for */
    bool has_ended;     /* the source gave 0 */
    unsigned count;
    struct text record; /* the fields' text, each with a NUL */
    size_t *offsets;    /* of each field in `record` */
    size_t *lengths;
    const char **fields;
    char input[INPUT_SIZE];
};

int csv_open(const struct csv_format *format, csv_source *source, void *context,
             struct csv_reader **ret_reader, struct fault *fault)
{
    struct csv_reader *reader;
    char separator = format->separator;

    if (separator <= 0 || separator == '"' || separator == '\r' || separator == '\n' ||
        format->columns < 1 || format->columns > CSV_COLUMNS_MAX || format->record_max < 1 ||
        format->record_max > CSV_RECORD_MAX)
        return fault_set(fault, -EINVAL, "a CSV format outside its bounds");
    reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return fault_no_memory(fault);
    reader->format = *format;
    reader->source = source;
    reader->context = context;
    reader->line = 1;
    text_init(&reader->record, format->record_max + format->columns);
    reader->offsets = calloc(format->columns, sizeof *reader->offsets);
    reader->lengths = calloc(format->columns, sizeof *reader->lengths);
    reader->fields = calloc(format->columns, sizeof *reader->fields);
    if (reader->offsets == NULL || reader->lengths == NULL || reader->fields == NULL) {
        csv_close(reader);
        return fault_no_memory(fault);
    }
    *ret_reader = reader;
    return 0;
}

void csv_close(struct csv_reader *reader)
{
    if (reader == NULL)
        return;
    text_release(&reader->record);
    free(reader->offsets);
    free(reader->lengths);
    free(reader->fields);
    free(reader);
}

/* More input: true when there is any; else *ret_result is 0 at the end or the error. */
static bool refill(struct csv_reader *reader, int *ret_result, struct fault *fault)
{
    ssize_t length = 0;

    if (!reader->has_ended)
        length = reader->source(reader->context, reader->input, sizeof reader->input, fault);
    reader->input_at = 0;
    reader->input_length = length > 0 ? (size_t)length : 0;
    if (length <= 0) {
        reader->has_ended = true;
        *ret_result = (int)length;
    }
    return length > 0;
}

/* The next byte without taking it, or END, or FAILED. */
static int peek(struct csv_reader *reader, int *ret_result, struct fault *fault)
{
    if (reader->input_at == reader->input_length && !refill(reader, ret_result, fault))
        return *ret_result < 0 ? FAILED : END;
    return (unsigned char)reader->input[reader->input_at];
}

/* Skips EF BB BF. A part of it is not UTF-8 and is refused with its record. */
static int skip_mark(struct csv_reader *reader, struct fault *fault)
{
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    int result = 0;
    size_t i;

    reader->has_begun = true;
    for (i = 0; i < sizeof mark; i++) {
        if (peek(reader, &result, fault) != mark[i])
            break;
        reader->input_at++;
    }
    if (result < 0)
        return result;
    if (i > 0 && i < sizeof mark)
        text_append(&reader->record, mark, i);
    return 0;
}

static int refuse(const struct csv_reader *reader, struct fault *fault, const char *what)
{
    return fault_set(fault, -EINVAL, "line %" PRId64 ": %s", reader->line, what);
}

static int check_record(const struct csv_reader *reader, struct fault *fault)
{
    if (reader->record.broken == -E2BIG)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": longer than %zu bytes; is a quote not closed?",
                         reader->first_line, reader->format.record_max);
    return reader->record.broken != 0 ? fault_no_memory(fault) : 0;
}

static int end_field(struct csv_reader *reader, struct fault *fault)
{
    size_t length = reader->record.length - reader->field_start;
    const char *bytes = text_string(&reader->record) + reader->field_start;

    if (reader->count == reader->format.columns)
        return fault_set(fault, -EINVAL, "line %" PRId64 ": more than %u columns",
                         reader->first_line, reader->format.columns);
    if (length > reader->format.field_max)
        return fault_set(fault, -EINVAL, "line %" PRId64 ": column %u is longer than %zu bytes",
                         reader->first_line, reader->count + 1, reader->format.field_max);
    if (!text_is_utf8(bytes, length))
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": column %u is not UTF-8 text; save the file as UTF-8",
                         reader->first_line, reader->count + 1);
    reader->offsets[reader->count] = reader->field_start;
    reader->lengths[reader->count++] = length;
    text_append_char(&reader->record, '\0');
    reader->field_start = reader->record.length;
    return check_record(reader, fault);
}

/* The bytes at hand that are plain text in this place, in one go. */
static int take_text(struct csv_reader *reader, enum place place, struct fault *fault)
{
    const char *from = reader->input + reader->input_at;
    const char *end = reader->input + reader->input_length;
    const char *at = from;
    char separator = reader->format.separator;

    if (place == PLACE_QUOTED) {
        for (; at < end && *at != '"'; at++)
            reader->line += *at == '\n';
    } else {
        while (at < end && *at != '"' && *at != separator && *at != '\n' && *at != '\r')
            at++;
    }
    text_append(&reader->record, from, (size_t)(at - from));
    reader->input_at += (size_t)(at - from);
    return check_record(reader, fault);
}

/* A quote, in any place. */
static int take_quote(struct csv_reader *reader, enum place *place, struct fault *fault)
{
    if (*place == PLACE_PLAIN)
        return refuse(reader, fault,
                      "a quote inside an unquoted field; put the field in quotes and double it");
    reader->input_at++;
    if (*place == PLACE_CLOSED)
        text_append_char(&reader->record, '"'); /* it was doubled */
    *place = *place == PLACE_QUOTED ? PLACE_CLOSED : PLACE_QUOTED;
    return 0;
}

/* LF, or CR LF. */
static int take_line_end(struct csv_reader *reader, struct fault *fault)
{
    int result = 0;
    bool is_bare = reader->input[reader->input_at++] == '\r';

    if (is_bare) {
        int next = peek(reader, &result, fault);

        if (next == FAILED)
            return result;
        if (next != '\n')
            return refuse(reader, fault, "a carriage return without a line feed");
        reader->input_at++;
    }
    return 0;
}

/* One byte or a stretch of them. 1: the record has ended, 0: it goes on. */
static int take_step(struct csv_reader *reader, enum place *place, int byte, struct fault *fault)
{
    int result;

    if (*place == PLACE_QUOTED && byte != '"') {
        if (byte == END)
            return fault_set(fault, -EINVAL, "line %" PRId64 ": a quote is not closed",
                             reader->first_line);
        return take_text(reader, *place, fault);
    }
    if (byte == '"')
        return take_quote(reader, place, fault);
    if (byte == END || byte == '\n' || byte == '\r') {
        result = byte == END ? 0 : take_line_end(reader, fault);
        if (result == 0)
            result = end_field(reader, fault);
        if (byte != END)
            reader->line++;
        return result < 0 ? result : 1;
    }
    if (byte == reader->format.separator) {
        reader->input_at++;
        *place = PLACE_START;
        return end_field(reader, fault);
    }
    if (*place == PLACE_CLOSED)
        return refuse(reader, fault, "text after a closing quote");
    *place = PLACE_PLAIN;
    return take_text(reader, *place, fault);
}

static int take_record(struct csv_reader *reader, struct fault *fault)
{
    enum place place = reader->record.length > 0 ? PLACE_PLAIN : PLACE_START;
    int result = 0;

    reader->first_line = reader->line;
    while (result == 0) {
        int byte = peek(reader, &result, fault);

        if (byte == FAILED)
            return result;
        result = take_step(reader, &place, byte, fault);
    }
    return result;
}

/* Empty lines at hand; 1: a record follows, 0: the end. */
static int skip_empty_lines(struct csv_reader *reader, struct fault *fault)
{
    int result = 0;
    int byte;

    while ((byte = peek(reader, &result, fault)) == '\n' || byte == '\r') {
        result = take_line_end(reader, fault);
        if (result < 0)
            return result;
        reader->line++;
    }
    if (byte == FAILED)
        return result;
    return byte != END;
}

int csv_next(struct csv_reader *reader, struct csv_record *ret_record, struct fault *fault)
{
    int result = 0;
    unsigned i;

    text_clear(&reader->record);
    reader->count = 0;
    reader->field_start = 0;
    if (!reader->has_begun)
        result = skip_mark(reader, fault);
    if (result == 0 && reader->record.length == 0) {
        result = skip_empty_lines(reader, fault);
        if (result <= 0)
            return result;
    }
    if (result >= 0)
        result = take_record(reader, fault);
    if (result < 0)
        return result;
    for (i = 0; i < reader->count; i++)
        reader->fields[i] = text_string(&reader->record) + reader->offsets[i];
    ret_record->line = reader->first_line;
    ret_record->count = reader->count;
    ret_record->fields = reader->fields;
    ret_record->lengths = reader->lengths;
    return 1;
}

ssize_t csv_from_bytes(void *context, char *target, size_t size, struct fault *fault)
{
    struct csv_bytes *from = context;
    size_t length = from->length < size ? from->length : size;

    (void)fault;
    if (length > 0)
        memcpy(target, from->bytes, length);
    from->bytes += length;
    from->length -= length;
    return (ssize_t)length;
}

ssize_t csv_from_file(void *context, char *target, size_t size, struct fault *fault)
{
    const int *fd = context;
    ssize_t length;

    do
        length = read(*fd, target, size);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return fault_set(fault, -errno, "the file cannot be read: %s", strerror(errno));
    return length;
}
