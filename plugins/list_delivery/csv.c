#include "csv.h"

#include <stdint.h>
#include <string.h>

#include "danish.h"

bool csv_is_formula(const char *text)
{
    int64_t number;
    int32_t day;

    if (text[0] == '\0' || strchr("=+-@\t\r\n", text[0]) == NULL)
        return false;
    return !ag_danish_number(text, 6, &number) && !ag_danish_day(text, &day);
}

void csv_cell(FILE *stream, const char *text, bool first, bool guard)
{
    bool formula = guard && csv_is_formula(text);
    size_t length = strlen(text);
    bool quoted = strpbrk(text, ";\"\r\n\t") != NULL ||
                  (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));

    if (!first)
        (void)putc(';', stream);
    if (quoted)
        (void)putc('"', stream);
    if (formula)
        (void)putc('\'', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)putc('"', stream);
        (void)putc(*text, stream);
    }
    if (quoted)
        (void)putc('"', stream);
}
