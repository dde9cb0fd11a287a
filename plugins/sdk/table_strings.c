#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "table_xlsx_inner.h"

enum { ESCAPE_LENGTH = 7 }; /* _x000D_ */

/* The shared strings on their way. */
struct strings {
    struct ag_xlsx *book;
    struct ag_xlsx_text text;
    bool is_in_item;
    bool is_in_text;
    bool is_in_phonetic; /* how Japanese names are spoken: no part of the text */
};

int ag_xlsx_text_add(struct ag_xlsx *book, struct ag_xlsx_text *text, const char *bytes,
                     size_t length)
{
    void *moved = text->bytes;

    if (length > book->limits->cell_bytes - text->length)
        return ag_table_fail(book->problem, -E2BIG,
                             "en celle i Excel-filen er over %zu byte; gør dens tekst kortere",
                             book->limits->cell_bytes);
    if (ag_table_reserve(&moved, &text->room, text->length, length + 1, 1) < 0)
        return ag_table_no_memory(book->problem);
    text->bytes = moved;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
    return 0;
}

/* The character that an escape at `at` stands for; 0 when there is none. */
static uint32_t escaped(const char *at, const char *end)
{
    uint32_t code = 0;
    int i;

    if (end - at < ESCAPE_LENGTH || at[0] != '_' || at[1] != 'x' || at[ESCAPE_LENGTH - 1] != '_')
        return 0;
    for (i = 2; i < ESCAPE_LENGTH - 1; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = at[i] == '\0'
                                ? NULL
                                : strchr(digits, at[i] | ('A' <= at[i] && at[i] <= 'F' ? 0x20 : 0));

        if (digit == NULL)
            return 0;
        code = code << 4 | (uint32_t)(digit - digits);
    }
    return code >= 0xd800 && code < 0xe000 ? 0 : code; /* half a character is no text */
}

int ag_xlsx_keep(struct ag_xlsx *book, struct ag_xlsx_text *text, size_t *ret_place)
{
    struct ag_table *table = book->table;
    void *moved = table->text;
    const char *at, *end;
    size_t place = table->text_length;

    if (text->length == 0) {
        *ret_place = 0;
        return 0;
    }
    if (place + text->length + 1 >= AG_TABLE_TEXT_MAX)
        return ag_table_fail(book->problem, -E2BIG,
                             "Excel-filens tekst er for stor; del den i flere filer");
    if (ag_table_reserve(&moved, &table->text_room, place, text->length + 1, 1) < 0)
        return ag_table_no_memory(book->problem);
    table->text = moved;
    end = text->bytes + text->length;
    for (at = text->bytes; at < end;) {
        uint32_t code = escaped(at, end);

        if (code == 0) {
            table->text[table->text_length++] = *at++;
        } else {
            table->text_length += (size_t)utf8proc_encode_char(
                (utf8proc_int32_t)code, (utf8proc_uint8_t *)table->text + table->text_length);
            at += ESCAPE_LENGTH;
        }
    }
    table->text[table->text_length++] = '\0';
    *ret_place = place;
    return 0;
}

static int on_start(void *context, const struct ag_xlsx_tag *tag)
{
    struct strings *strings = context;

    if (strcmp(tag->name, "si") == 0) {
        strings->is_in_item = true;
        strings->text.length = 0;
    } else if (strcmp(tag->name, "rPh") == 0) {
        strings->is_in_phonetic = true;
    } else if (strcmp(tag->name, "t") == 0) {
        strings->is_in_text = strings->is_in_item && !strings->is_in_phonetic;
    }
    return 0;
}

static int on_text(void *context, const char *text, size_t length)
{
    struct strings *strings = context;

    return strings->is_in_text ? ag_xlsx_text_add(strings->book, &strings->text, text, length) : 0;
}

static int item_end(struct strings *strings)
{
    struct ag_xlsx *book = strings->book;
    void *moved = book->strings;
    size_t place;
    int result;

    strings->is_in_item = false;
    if (book->string_count >= book->limits->cells)
        return ag_table_fail(book->problem, -E2BIG,
                             "Excel-filen har over %zu tekster; del den i flere filer",
                             book->limits->cells);
    result = ag_xlsx_keep(book, &strings->text, &place);
    if (result < 0)
        return result;
    if (ag_table_reserve(&moved, &book->string_room, book->string_count, 1, sizeof(uint32_t)) < 0)
        return ag_table_no_memory(book->problem);
    book->strings = moved;
    book->strings[book->string_count++] = (uint32_t)place;
    return 0;
}

static int on_end(void *context, const char *name)
{
    struct strings *strings = context;

    if (strcmp(name, "t") == 0)
        strings->is_in_text = false;
    else if (strcmp(name, "rPh") == 0)
        strings->is_in_phonetic = false;
    else if (strcmp(name, "si") == 0 && strings->is_in_item)
        return item_end(strings);
    return 0;
}

int ag_xlsx_read_strings(struct ag_xlsx *book, const char *part)
{
    struct strings strings = {.book = book};
    struct ag_xlsx_listener listener = {on_start, on_text, on_end, &strings};
    int result = ag_xlsx_parse(book, part, &listener);

    free(strings.text.bytes);
    return result == -ENOENT ? 0 : result;
}
