#include "core/store/date_note.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"

#define BEGINS "business date "

void date_note_write(int32_t business_day, const char *rest, char *target, size_t size)
{
    bool has_rest = rest != NULL && rest[0] != '\0';
    char day[CLOCK_DAY_TEXT];
    int length;

    clock_format_day(business_day, day);
    length = snprintf(target, size, BEGINS "%s%s", day, has_rest ? "; " : "");
    if (has_rest && length > 0 && (size_t)length < size)
        (void)text_copy(target + length, size - (size_t)length, rest);
}

bool date_note_read(const char *note, int32_t *ret_business_day)
{
    size_t length = sizeof BEGINS - 1;
    char day[CLOCK_DAY_TEXT];

    if (note == NULL || strncmp(note, BEGINS, length) != 0 ||
        strcspn(note + length, ";") != sizeof day - 1)
        return false;
    memcpy(day, note + length, sizeof day - 1);
    day[sizeof day - 1] = '\0';
    return clock_parse_day(day, ret_business_day);
}
