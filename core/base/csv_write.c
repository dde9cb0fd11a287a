/* Fields as they are written. */
#include <string.h>

#include "core/base/csv.h"
#include "core/base/text.h"

/* Would a spreadsheet compute a cell that begins here? Blanks and quotes before it may fall away. */
static bool is_computed(const char *text)
{
    text += strspn(text, " \"");
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

/* Where a cell may begin, also when the file is read with another separator than it has, and quotes that stand
 * inside a cell then are none. */
static bool begins_cell(const char *field, const char *at)
{
    return at == field || strchr(";\t\r\n", at[-1]) != NULL;
}

void csv_append(struct text *target, const char *field, bool is_guarded)
{
    bool is_quoted = strpbrk(field, ",\"\r\n") != NULL;
    const char *at;

    if (is_quoted)
        text_append_char(target, '"');
    for (at = field; *at != '\0'; at++) {
        if (is_guarded && begins_cell(field, at) && is_computed(at))
            text_append_char(target, '\'');
        if (*at == '"')
            text_append_char(target, '"');
        text_append_char(target, *at);
    }
    if (is_quoted)
        text_append_char(target, '"');
}
