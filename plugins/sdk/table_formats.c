#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "danish.h"
#include "table_xlsx_inner.h"

enum {
    FORMAT_IDS = 65536, /* Excel's own are under 164, a file's from there on */
    STYLES_MAX = 65536, /* of a workbook in Excel */
    CODE_MAX = 2048,    /* Excel allows 255 characters */
    SECONDS_A_DAY = 86400,
    SECONDS_AN_HOUR = 3600
};

/* Serial numbers of 1970-01-01. Excel believes that 1900 was a leap year, as Lotus 1-2-3 did: its
 * day 60 is a 29 February that never was, and the days before it lie one later. */
enum { EPOCH_1900 = 25569, EPOCH_1904 = 24107, DAY_THAT_NEVER_WAS = 60 };

struct formats {
    struct ag_xlsx *book;
    uint8_t *kinds; /* of each format's id */
    bool is_in_cell_styles;
};

/* What the letters of a format code showed so far. */
struct letters {
    bool has_day;
    bool has_month; /* or minutes: that depends on the others */
    bool has_time;
    bool has_hours; /* [h] */
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static void take_letter(char c, struct letters *letters)
{
    c = lower(c);
    letters->has_day = letters->has_day || c == 'y' || c == 'd';
    letters->has_month = letters->has_month || c == 'm';
    letters->has_time = letters->has_time || c == 'h' || c == 's';
}

/* [h], [mm] and [ss] count on; other brackets are colours, languages and conditions. Returns the
 * closing bracket, or the last character. */
static const char *take_bracket(const char *code, struct letters *letters)
{
    const char *end = strchr(code, ']');
    char first = lower(code[1]);
    const char *at;

    if (end == NULL)
        return code + strlen(code) - 1;
    if (first != 'h' && first != 'm' && first != 's')
        return end;
    for (at = code + 1; at < end; at++) {
        if (lower(*at) != first)
            return end;
    }
    letters->has_time = true;
    letters->has_hours = true;
    return end;
}

enum ag_xlsx_format ag_xlsx_format_of(const char *code)
{
    struct letters letters = {false, false, false, false};

    /* The first section alone: it is the one of positive numbers. */
    for (; *code != '\0' && *code != ';'; code++) {
        if (*code == '"') {
            code = strchr(code + 1, '"');
            if (code == NULL)
                break;
        } else if (*code == '[') {
            code = take_bracket(code, &letters);
        } else if (*code == '\\' || *code == '_' || *code == '*') {
            if (code[1] == '\0')
                break;
            code++; /* the next character stands for itself, or for its width */
        } else {
            take_letter(*code, &letters);
        }
    }
    if (letters.has_day || (letters.has_month && !letters.has_time))
        return letters.has_time ? AG_XLSX_DAY_TIME : AG_XLSX_DAY;
    if (letters.has_hours)
        return AG_XLSX_HOURS;
    return letters.has_time ? AG_XLSX_TIME : AG_XLSX_PLAIN;
}

/* The formats that every workbook has (ECMA-376 part 1, 18.8.30: numFmt). */
static void set_built_in(uint8_t *kinds)
{
    size_t id;

    for (id = 14; id <= 17; id++)
        kinds[id] = AG_XLSX_DAY;
    for (id = 18; id <= 21; id++)
        kinds[id] = AG_XLSX_TIME;
    kinds[22] = AG_XLSX_DAY_TIME;
    kinds[45] = AG_XLSX_TIME;
    kinds[46] = AG_XLSX_HOURS;
    kinds[47] = AG_XLSX_TIME;
}

static int style_add(struct ag_xlsx *book, uint8_t kind)
{
    void *moved = book->formats;

    if (book->format_count >= STYLES_MAX)
        return ag_table_fail(book->problem, -E2BIG,
                             "Excel-filen har over %d formater; gem arket alene i en ny fil",
                             (int)STYLES_MAX);
    if (ag_table_reserve(&moved, &book->format_room, book->format_count, 1, 1) < 0)
        return ag_table_no_memory(book->problem);
    book->formats = moved;
    book->formats[book->format_count++] = kind;
    return 0;
}

static int on_start(void *context, const struct ag_xlsx_tag *tag)
{
    struct formats *formats = context;
    char code[CODE_MAX];
    uint32_t id;

    if (strcmp(tag->name, "cellXfs") == 0) {
        formats->is_in_cell_styles = true;
    } else if (strcmp(tag->name, "numFmt") == 0) {
        id = ag_xlsx_number(tag, "numFmtId", FORMAT_IDS - 1, 0);
        if (id != 0 && ag_xlsx_attribute(tag, "formatCode", code, sizeof(code)))
            formats->kinds[id] = (uint8_t)ag_xlsx_format_of(code);
    } else if (formats->is_in_cell_styles && strcmp(tag->name, "xf") == 0) {
        id = ag_xlsx_number(tag, "numFmtId", FORMAT_IDS - 1, 0);
        return style_add(formats->book, formats->kinds[id]);
    }
    return 0;
}

static int on_end(void *context, const char *name)
{
    struct formats *formats = context;

    if (strcmp(name, "cellXfs") == 0)
        formats->is_in_cell_styles = false;
    return 0;
}

int ag_xlsx_read_formats(struct ag_xlsx *book, const char *part)
{
    struct formats formats = {.book = book, .kinds = calloc(FORMAT_IDS, 1)};
    struct ag_xlsx_listener listener = {on_start, NULL, on_end, &formats};
    int result;

    if (formats.kinds == NULL)
        return ag_table_no_memory(book->problem);
    set_built_in(formats.kinds);
    result = ag_xlsx_parse(book, part, &listener);
    free(formats.kinds);
    return result == -ENOENT ? 0 : result;
}

/* "yyyy-mm-dd", or "" for a serial number that is no day. */
static void show_day(const struct ag_xlsx *book, int64_t serial, char target[AG_XLSX_SHOWN_MAX])
{
    char danish[AG_DANISH_DAY_TEXT_MAX];
    int64_t day = serial - (book->is_1904 ? EPOCH_1904 : EPOCH_1900);
    int32_t known;

    target[0] = '\0';
    if (!book->is_1904 && serial <= DAY_THAT_NEVER_WAS)
        day = serial >= 1 && serial < DAY_THAT_NEVER_WAS ? day + 1 : INT32_MIN;
    if (day < INT32_MIN || day > INT32_MAX)
        return;
    ag_danish_day_text((int32_t)day, danish);
    if (ag_danish_day(danish, &known))
        (void)snprintf(target, AG_XLSX_SHOWN_MAX, "%.4s-%.2s-%.2s", danish + 6, danish + 3, danish);
}

void ag_xlsx_show(const struct ag_xlsx *book, enum ag_xlsx_format format, const char *text,
                  char target[AG_XLSX_SHOWN_MAX])
{
    int64_t seconds, time;
    size_t used = 0;

    target[0] = '\0';
    if (format == AG_XLSX_PLAIN || !ag_table_plain_seconds(text, &seconds))
        return;
    time = seconds % SECONDS_A_DAY;
    if (format == AG_XLSX_DAY || format == AG_XLSX_DAY_TIME) {
        show_day(book, seconds / SECONDS_A_DAY, target);
        if (target[0] == '\0' || time == 0 || format == AG_XLSX_DAY)
            return;
        used = strlen(target);
        target[used++] = ' ';
    } else if (format == AG_XLSX_HOURS) {
        time = seconds;
    }
    (void)snprintf(target + used, AG_XLSX_SHOWN_MAX - used, "%02lld:%02lld:%02lld",
                   (long long)(time / SECONDS_AN_HOUR), (long long)(time / 60 % 60),
                   (long long)(time % 60));
}
