/*
 * Any bytes are rows or a fault that names a line; and how they are cut into reads makes no
 * difference. The first byte chooses the cut.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/task_csv.h"

#define NOW_MS INT64_C(1767222000000) /* 2026-01-01 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct drip {
    struct csv_bytes bytes;
    size_t step;
};

static ssize_t drip_source(void *context, char *target, size_t size, struct fault *fault)
{
    struct drip *drip = context;

    return csv_from_bytes(&drip->bytes, target, size < drip->step ? size : drip->step, fault);
}

static void check_row(const struct task_row *row, int64_t line)
{
    if (row->line <= line || row->completed_ms > NOW_MS + 86400000 || row->duration_ms < -1)
        abort();
    if (!text_is_slug(row->robot) || !text_is_line(row->reference, strlen(row->reference)) ||
        row->reference[0] == '\0' || strlen(row->reference) > 255)
        abort();
    if (row->department != NULL && !text_is_slug(row->department))
        abort();
    if (row->business_day != 0 &&
        !clock_is_business_day(row->business_day, clock_local_day(NOW_MS)))
        abort();
    (void)task_outcome_word(row->outcome);
}

static void check_fault(const struct fault *fault, struct text *shown)
{
    if (strncmp(fault->text, "line ", 5) != 0)
        abort();
    text_append_string(shown, fault->text);
}

/* All rows as text, with what is wrong. */
static void read_all(const uint8_t *data, size_t size, size_t step, struct text *shown)
{
    struct drip drip = {{(const char *)data, size}, step};
    struct task_csv *reader = NULL;
    struct task_row row = {0};
    struct fault fault = {.text = ""};
    int64_t line = 1;
    int result = task_csv_open(drip_source, &drip, NOW_MS, &reader, &fault);

    if (result < 0)
        check_fault(&fault, shown);
    while (result >= 0 || (result == -EINVAL && reader != NULL)) {
        result = task_csv_next(reader, &row, &fault);
        if (result == 0)
            break;
        if (result < 0) {
            check_fault(&fault, shown);
            continue; /* a wrong line is not the end, what is no CSV is */
        }
        check_row(&row, line);
        line = row.line;
        text_printf(shown, "%lld %s %s %lld %d %lld %s %d\n", (long long)row.line, row.robot,
                    row.reference, (long long)row.completed_ms, (int)row.outcome,
                    (long long)row.duration_ms, row.department == NULL ? "" : row.department,
                    (int)row.business_day);
    }
    task_csv_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text whole;
    struct text dripped;

    if (size == 0)
        return 0;
    text_init(&whole, SIZE_MAX);
    text_init(&dripped, SIZE_MAX);
    read_all(data + 1, size - 1, SIZE_MAX, &whole);
    read_all(data + 1, size - 1, (size_t)data[0] % 64 + 1, &dripped);
    if (whole.length != dripped.length ||
        (whole.length > 0 && memcmp(whole.bytes, dripped.bytes, whole.length) != 0))
        abort();
    text_release(&whole);
    text_release(&dripped);
    return 0;
}
