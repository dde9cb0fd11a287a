#include "fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "danish.h"
#include "text.h"

static const char *const names[FILL_ALL] = {"{unit}", "{receiver}", "{date}",       "{month}",
                                            "{year}", "{day}",      "{month_name}", "{rows}"};

/* The index of the name that `text` begins with, or FILL_ALL. */
static unsigned name_at(const char *text)
{
    unsigned i;

    for (i = 0; i < FILL_ALL; i++) {
        if (strncmp(text, names[i], strlen(names[i])) == 0)
            break;
    }
    return i;
}

bool fill_is_valid(const char *text, unsigned count)
{
    for (; *text != '\0'; text++) {
        if (*text == '{' && name_at(text) >= count)
            return false;
    }
    return true;
}

/* "a/b": the length of the first part. */
static size_t part_length(const char *text)
{
    return strcspn(text, "/");
}

static bool part_has(const char *part, size_t length, const char *name)
{
    return memmem(part, length, name, strlen(name)) != NULL;
}

bool fill_is_path(const char *text)
{
    bool tells_units_apart = false;
    unsigned parts = 0;

    if (!fill_is_valid(text, FILL_PATH_PARTS))
        return false;
    for (;;) {
        size_t length = part_length(text);

        if (length == 0 || ++parts > FILL_PARTS_MAX)
            return false;
        if (part_has(text, length, names[0]) && !part_has(text, length, names[1]))
            tells_units_apart = true;
        if (text[length] == '\0')
            return tells_units_apart;
        text += length + 1;
    }
}

static void value_write(FILE *stream, unsigned name, const struct fill *fill)
{
    char iso[CALENDAR_ISO_MAX], danish[AG_DANISH_DAY_TEXT_MAX], month[CALENDAR_MONTH_NAME_MAX];

    calendar_iso(fill->day, iso);
    if (name == 0) {
        (void)fputs(fill->unit, stream);
    } else if (name == 1) {
        (void)fputs(fill->receiver, stream);
    } else if (name == 2) {
        (void)fputs(iso, stream);
    } else if (name == 3) {
        (void)fprintf(stream, "%.7s", iso);
    } else if (name == 4) {
        (void)fprintf(stream, "%.4s", iso);
    } else if (name == 5) {
        ag_danish_day_text(fill->day, danish);
        (void)fputs(danish, stream);
    } else if (name == 6) {
        calendar_month_name(fill->day, month);
        (void)fputs(month, stream);
    } else {
        (void)fprintf(stream, "%zu", fill->rows);
    }
}

static char *filled(const char *text, size_t length, const struct fill *fill)
{
    const char *end = text + length;
    char *bytes = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&bytes, &size);
    bool failed;

    if (stream == NULL)
        return NULL;
    while (text < end) {
        unsigned name = name_at(text);

        if (name < FILL_ALL) {
            value_write(stream, name, fill);
            text += strlen(names[name]);
        } else {
            (void)putc(*text++, stream);
        }
    }
    failed = ferror(stream) != 0;
    failed = fclose(stream) != 0 || failed;
    if (failed) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

char *fill_text(const char *text, const struct fill *fill)
{
    return filled(text, strlen(text), fill);
}

bool fill_path(const char *text, const struct fill *fill, char target[FILL_PATH_MAX])
{
    char name[TEXT_NAME_MAX];
    size_t used = 0;

    for (;;) {
        size_t length = part_length(text);
        char *part = filled(text, length, fill);
        bool fits = part != NULL && text_file_name(part, name);

        free(part);
        if (!fits || used + strlen(name) + 2 > FILL_PATH_MAX)
            return false;
        memcpy(target + used, name, strlen(name));
        used += strlen(name);
        if (text[length] == '\0')
            break;
        target[used++] = '/';
        text += length + 1;
    }
    target[used] = '\0';
    return true;
}
