/* Fields as they are written. */
#include <string.h>

#include "core/base/csv.h"
#include "core/base/text.h"

void csv_append(struct text *target, const char *field, bool is_guarded)
{
    bool is_quoted = strpbrk(field, ",\"\r\n") != NULL;

    if (is_quoted)
        text_append_char(target, '"');
    if (is_guarded && field[0] != '\0' && strchr("=+-@\t\r", field[0]) != NULL)
        text_append_char(target, '\'');
    for (; *field != '\0'; field++) {
        if (*field == '"')
            text_append_char(target, '"');
        text_append_char(target, *field);
    }
    if (is_quoted)
        text_append_char(target, '"');
}
