/* What sheets are called. */
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "core/base/utf8.h"
#include "scorecards/report/words.h"
#include "scorecards/report/xlsx_inner.h"

enum { FIRST_OF_TWO_UNITS = 0x10000, NO_CHARACTER = 0xfffe };

/* Spreadsheets keep it for themselves. */
static const char RESERVED[] = "History";

static uint32_t next_small(const char **at)
{
    uint32_t character = 0;
    size_t size = utf8_decode(*at, strlen(*at), &character);

    *at += size > 0 ? size : 1;
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)character);
}

/* As a spreadsheet compares them: without case. */
static bool is_same(const char *left, const char *right)
{
    while (*left != '\0' && *right != '\0')
        if (next_small(&left) != next_small(&right))
            return false;
    return *left == *right;
}

static bool is_taken(const struct xlsx_name *names, size_t count, const char *name)
{
    size_t i;

    if (is_same(name, RESERVED))
        return true;
    for (i = 0; i < count; i++)
        if (is_same(names[i].text, name))
            return true;
    return false;
}

static bool is_refused(uint32_t character)
{
    return utf8_is_control(character) || utf8_is_unseen(character) ||
           (character & NO_CHARACTER) == NO_CHARACTER ||
           (character < 0x80 && strchr("[]:*?/\\", (int)character) != NULL);
}

/* At most `units` of UTF-16 of it; refused characters are blanks. Neither a blank nor an apostrophe begins or
 * ends it. */
static struct xlsx_name cleaned(const char *title, size_t units)
{
    struct xlsx_name name = {""};
    size_t length = 0;

    while (*title != '\0') {
        uint32_t character = 0;
        size_t size = utf8_decode(title, strlen(title), &character);
        size_t width = character >= FIRST_OF_TWO_UNITS ? 2 : 1;

        if (width > units || size == 0)
            break;
        if (is_refused(character))
            character = ' ';
        if (character == ' ' && length > 0)
            name.text[length++] = ' ';
        else if (character != ' ' && (length > 0 || character != '\'')) {
            memcpy(name.text + length, title, size);
            length += size;
        }
        units -= width;
        title += size;
    }
    while (length > 0 && strchr(" '", name.text[length - 1]) != NULL)
        length--;
    name.text[length] = '\0';
    return name;
}

static bool is_of_a_reference(const char *name)
{
    return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.")] ==
           '\0';
}

/* A name that could be a cell or a value ("A1", "2025", "R") has to stand in quotes in the workbook's own
 * references, and the library quotes it only for its blanks and signs. */
static bool is_mistaken(const char *name)
{
    static const char *const others[] = {"r", "c", "rc", "true", "false"};
    size_t i;

    if (!is_of_a_reference(name))
        return false;
    for (i = 0; i < sizeof others / sizeof others[0]; i++)
        if (is_same(name, others[i]))
            return true;
    return strpbrk(name, "0123456789") != NULL;
}

/* What a table's sheet is called if no other one is. */
static struct xlsx_name name_of(const struct document_table *table)
{
    enum language language = table->document->language;
    struct xlsx_name name = cleaned(table->title, XLSX_NAME_UNITS);
    struct xlsx_name quoted;

    if (name.text[0] == '\0')
        name = cleaned(table->id, XLSX_NAME_UNITS);
    if (!is_mistaken(name.text))
        return name;
    (void)snprintf(quoted.text, sizeof quoted.text, "%.20s %.*s",
                   words(language, WORDS_WORKBOOK_SHEET), XLSX_NAME_UNITS, name.text);
    return cleaned(quoted.text, XLSX_NAME_UNITS);
}

static struct xlsx_name told_apart(const struct xlsx_name *names, size_t count, const char *title)
{
    struct xlsx_name name = cleaned(title, XLSX_NAME_UNITS);
    unsigned number;

    for (number = 2; is_taken(names, count, name.text); number++) {
        char ending[16];
        size_t length;

        (void)snprintf(ending, sizeof ending, " (%u)", number);
        name = cleaned(title, XLSX_NAME_UNITS - strlen(ending));
        length = strlen(name.text);
        (void)text_copy(name.text + length, sizeof name.text - length, ending);
    }
    return name;
}

void xlsx_names(const struct document *document, struct xlsx_name *names)
{
    size_t i;

    names[0] = cleaned(words(document->language, WORDS_WORKBOOK_CONTENTS), XLSX_NAME_UNITS);
    for (i = 0; i < document->table_count; i++)
        names[i + 1] = told_apart(names, i + 1, name_of(document->tables[i]).text);
}
