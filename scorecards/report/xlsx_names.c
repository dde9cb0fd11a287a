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

static size_t units_of(const char *text)
{
    size_t units = 0;

    while (*text != '\0')
        units += next_small(&text) >= FIRST_OF_TWO_UNITS ? 2 : 1;
    return units;
}

/* What is too long ends after a word, with an ellipsis. */
static struct xlsx_name cut_to(const char *title, size_t units)
{
    struct xlsx_name name;
    const char *blank;
    size_t length;

    if (units_of(title) <= units)
        return cleaned(title, units);
    name = cleaned(title, units - 1);
    length = strlen(name.text);
    blank = strrchr(name.text, ' ');
    if (blank != NULL && (size_t)(blank - name.text) > length / 2)
        length = (size_t)(blank - name.text);
    while (length > 0 && strchr(" ,;.", name.text[length - 1]) != NULL)
        length--;
    (void)snprintf(name.text + length, sizeof name.text - length, "…");
    return name;
}

static bool is_alone(const struct document_table *table)
{
    const struct document *document = table->document;
    size_t i;

    for (i = 0; i < document->table_count; i++)
        if (document->tables[i] != table && !document->tables[i]->is_of_page &&
            strcmp(document->tables[i]->title, table->title) == 0)
            return false;
    return true;
}

static const struct document_section *section_of(const struct document_table *table)
{
    const struct document *document = table->document;
    size_t i;
    size_t j;

    for (i = 0; i < document->section_count; i++)
        for (j = 0; j < document->sections[i].block_count; j++)
            if (document->sections[i].blocks[j].table == table)
                return &document->sections[i];
    return NULL;
}

void xlsx_title_put(const struct document_table *table, struct text *target)
{
    const struct document_section *section = is_alone(table) ? NULL : section_of(table);

    text_append_string(target, table->title);
    if (section != NULL)
        text_printf(target, " – %s", section->title);
}

static void put_named(const struct document_table *table, struct text *target)
{
    if (cleaned(table->title, XLSX_NAME_UNITS).text[0] != '\0')
        xlsx_title_put(table, target);
    else
        text_append_string(target, table->id);
}

/* What a table's sheet is called, if it were as long as it likes. */
static void put_title(const struct document_table *table, struct text *title)
{
    text_clear(title);
    put_named(table, title);
    if (!is_mistaken(cleaned(text_string(title), XLSX_NAME_UNITS).text))
        return;
    text_clear(title);
    text_printf(title, "%s ", words(table->document->language, WORDS_WORKBOOK_SHEET));
    put_named(table, title);
}

static struct xlsx_name told_apart(const struct xlsx_name *names, size_t count, const char *title)
{
    struct xlsx_name name = cut_to(title, XLSX_NAME_UNITS);
    unsigned number;

    for (number = 2; is_taken(names, count, name.text); number++) {
        char ending[16];
        size_t length;

        (void)snprintf(ending, sizeof ending, " (%u)", number);
        name = cut_to(title, XLSX_NAME_UNITS - strlen(ending));
        length = strlen(name.text);
        (void)text_copy(name.text + length, sizeof name.text - length, ending);
    }
    return name;
}

void xlsx_names(const struct document *document, struct xlsx_name *names)
{
    struct text title;
    size_t i;

    text_init(&title, DOCUMENT_BYTES_MAX);
    names[0] = cleaned(words(document->language, WORDS_WORKBOOK_CONTENTS), XLSX_NAME_UNITS);
    for (i = 0; i < document->table_count; i++) {
        if (document->tables[i]->is_of_page)
            continue;
        put_title(document->tables[i], &title);
        names[i + 1] = told_apart(names, i + 1, text_string(&title));
    }
    text_release(&title);
}
