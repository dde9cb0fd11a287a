/*
 * Any bytes are records within their limits, or a fault that names a line; how they are cut into reads makes
 * no difference; and what is read is written and read again as the same. The first byte is the cut.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/csv.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "tests/fuzz/target.h"

struct drip {
    struct csv_bytes bytes;
    size_t step;
};

static const struct csv_format format = {
    .separator = ',', .columns = 8, .field_max = 300, .record_max = 1000};

static ssize_t drip_source(void *context, char *target, size_t size, struct fault *fault)
{
    struct drip *drip = context;

    return csv_from_bytes(&drip->bytes, target, size < drip->step ? size : drip->step, fault);
}

static void record_hold(const struct csv_record *record, int64_t line_before, struct text *written)
{
    unsigned i;

    must(record->line > line_before && record->count >= 1 && record->count <= format.columns);
    for (i = 0; i < record->count; i++) {
        must(strlen(record->fields[i]) == record->lengths[i]);
        must(record->lengths[i] <= format.field_max);
        must(text_is_utf8(record->fields[i], record->lengths[i]));
        if (i > 0)
            text_append_char(written, ',');
        csv_append(written, record->fields[i], false);
    }
    if (record->count == 1 && record->lengths[0] == 0)
        text_append_string(written, "\"\""); /* an empty line would be none */
    text_append_string(written, "\r\n");
}

/* Writes what is read, behind a mark of its own, for that of the input may be followed by another; false when it ends in a fault. */
static bool read_all(const char *bytes, size_t size, size_t step, struct text *written)
{
    struct drip drip = {{bytes, size}, step};
    struct csv_reader *reader = NULL;
    struct csv_record record;
    struct fault fault = {.text = ""};
    int64_t line = 0;
    int result = csv_open(&format, drip_source, &drip, &reader, &fault);

    must(result == 0);
    text_append_string(written, "\xEF\xBB\xBF");
    while ((result = csv_next(reader, &record, &fault)) > 0) {
        record_hold(&record, line, written);
        line = record.line;
    }
    if (result < 0) {
        must_be_fault(&fault);
        must(strncmp(fault.text, "line ", 5) == 0);
        text_append_string(written, fault.text);
    }
    csv_close(reader);
    return result == 0;
}

static void header_hold(const char *bytes, size_t size)
{
    static const char *const names[] = {"robot", "reference", "note"};
    static const struct csv_header header = {names, 3, 2, "robot,reference",
                                             "robot,reference,note"};
    struct csv_bytes source = {bytes, size};
    struct csv_reader *reader = NULL;
    struct fault fault = {.text = ""};
    int positions[3];
    unsigned fields = 0;
    int i;

    must(csv_open(&format, csv_from_bytes, &source, &reader, &fault) == 0);
    if (csv_take_header(reader, &header, positions, &fields, &fault) < 0)
        must_be_fault(&fault);
    else
        for (i = 0; i < 3; i++)
            must(positions[i] < (int)fields && (i >= 2 || positions[i] >= 0));
    csv_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text whole;
    struct text other;

    if (size == 0)
        return 0;
    text_init(&whole, SIZE_MAX);
    text_init(&other, SIZE_MAX);
    if (read_all((const char *)data + 1, size - 1, SIZE_MAX, &whole)) {
        must(read_all(text_string(&whole), whole.length, SIZE_MAX, &other));
        must_be_same(&whole, &other);
        text_clear(&other);
    }
    (void)read_all((const char *)data + 1, size - 1, (size_t)data[0] % 64 + 1, &other);
    must_be_same(&whole, &other);
    header_hold((const char *)data + 1, size - 1);
    text_release(&whole);
    text_release(&other);
    return 0;
}
