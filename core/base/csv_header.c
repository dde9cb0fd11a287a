/* The first record of files whose columns have names. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/csv.h"
#include "core/base/fault.h"

enum { SHOWN_MAX = 60 };

int csv_shown(const char *value)
{
    size_t length = strlen(value);

    return (int)(length < SHOWN_MAX ? length : SHOWN_MAX);
}

static int take_column(const struct csv_header *header, const struct csv_record *record,
                       unsigned at, int *position, struct fault *fault)
{
    const char *name = record->fields[at];
    int i;

    for (i = 0; i < header->count; i++)
        if (strcmp(name, header->names[i]) == 0)
            break;
    if (i == header->count && strchr(name, ';') != NULL)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": the columns are separated by semicolons; they must be "
                         "separated by commas",
                         record->line);
    if (i == header->count)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": the column \"%.*s\" is unknown; the columns are %s",
                         record->line, csv_shown(name), name, header->known);
    if (position[i] >= 0)
        return fault_set(fault, -EINVAL, "line %" PRId64 ": the column %s is there twice",
                         record->line, name);
    position[i] = (int)at;
    return 0;
}

int csv_take_header(struct csv_reader *reader, const struct csv_header *header, int *ret_position,
                    unsigned *ret_fields, struct fault *fault)
{
    struct csv_record record;
    int result = csv_next(reader, &record, fault);
    unsigned at;
    int i;

    if (result < 0)
        return result;
    if (result == 0)
        return fault_set(fault, -EINVAL, "line 1: the file is empty; its first line must be %s",
                         header->needed);
    for (i = 0; i < header->count; i++)
        ret_position[i] = -1;
    for (at = 0; at < record.count; at++) {
        result = take_column(header, &record, at, ret_position, fault);
        if (result < 0)
            return result;
    }
    for (i = 0; i < header->required; i++)
        if (ret_position[i] < 0)
            return fault_set(fault, -EINVAL,
                             "line %" PRId64
                             ": the column %s is missing; the first line must be %s",
                             record.line, header->names[i], header->needed);
    *ret_fields = record.count;
    return 0;
}
