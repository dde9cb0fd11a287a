#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "table_inner.h"

enum { UTF8_MOST = 3, LEAD_OF_LATIN = 0xc3 };

/* What Windows-1252 has in 0x80 to 0x9f; 0: nothing. (iconv() would load a module from a file in
 * every run for these.) */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

/* The bytes of a file that are still to be read. */
struct source {
    const unsigned char *bytes;
    size_t length;
    size_t at;
    unsigned line;
};

static int text_room(struct ag_table *table, size_t most, char *problem)
{
    if (most >= AG_TABLE_TEXT_MAX - 2)
        return ag_table_fail(problem, -E2BIG, "filen er for stor; del den i flere filer");
    table->text = malloc(most + 2);
    if (table->text == NULL)
        return ag_table_no_memory(problem);
    table->text[0] = '\0';
    table->text_length = 1;
    return 0;
}

static void text_add(struct ag_table *table, uint32_t code)
{
    if (code < 0x80)
        table->text[table->text_length++] = (char)code;
    else
        table->text_length += (size_t)utf8proc_encode_char(
            (utf8proc_int32_t)code, (utf8proc_uint8_t *)table->text + table->text_length);
}

/* The next character; -1 when the bytes there are none. */
static int32_t utf8_next(struct source *source)
{
    utf8proc_int32_t code = source->bytes[source->at];
    utf8proc_ssize_t used = 1;

    if (code >= 0x80)
        used = utf8proc_iterate(source->bytes + source->at,
                                (utf8proc_ssize_t)(source->length - source->at), &code);
    if (used <= 0)
        return -1;
    source->at += (size_t)used;
    source->line += code == '\n';
    return code;
}

static bool has_latin_pairs(const struct source *source)
{
    size_t i;

    for (i = 0; i + 1 < source->length; i++) {
        if (source->bytes[i] == LEAD_OF_LATIN && (source->bytes[i + 1] & 0xc0) == 0x80)
            return true;
    }
    return false;
}

static int nul_found(unsigned line, char *problem)
{
    return ag_table_fail(problem, -EINVAL,
                         "linje %u: der er et nultegn, så filen er ikke ren tekst; gem den som "
                         "CSV i UTF-8",
                         line);
}

static int decode_1252(struct ag_table *table, struct source *source, char *problem)
{
    int result = text_room(table, source->length * UTF8_MOST, problem);

    if (result < 0)
        return result;
    for (source->at = 0, source->line = 1; source->at < source->length; source->at++) {
        uint32_t code = source->bytes[source->at];

        if (code == 0)
            return nul_found(source->line, problem);
        if (code >= 0x80 && code < 0xa0)
            code = windows_1252[code - 0x80];
        if (code == 0)
            return ag_table_fail(problem, -EINVAL,
                                 "linje %u: der er et tegn, som hverken er UTF-8 eller "
                                 "Windows-1252; gem filen som CSV i UTF-8",
                                 source->line);
        source->line += code == '\n';
        text_add(table, code);
    }
    return 0;
}

static int decode_8_bits(struct ag_table *table, struct source *source, bool is_marked,
                         char *problem)
{
    size_t start = source->at;
    int32_t code = 1;
    int result;

    while (source->at < source->length && code > 0)
        code = utf8_next(source);
    if (code == 0)
        return nul_found(source->line, problem);
    if (code < 0) {
        if (is_marked || has_latin_pairs(source)) /* Windows-1252 would make "Ã¦" of every "æ" */
            return ag_table_fail(problem, -EINVAL,
                                 "linje %u: filen er i UTF-8, men her er et tegn, der ikke er; "
                                 "hent filen igen, eller gem den som CSV i UTF-8",
                                 source->line);
        return decode_1252(table, source, problem);
    }
    result = text_room(table, source->length - start, problem);
    if (result < 0)
        return result;
    memcpy(table->text + 1, source->bytes + start, source->length - start);
    table->text_length += source->length - start;
    return 0;
}

/* The next two bytes; -1 at the end, also when there is one byte left. */
static int32_t unit_next(struct source *source, bool is_big)
{
    const unsigned char *at = source->bytes + source->at;

    if (source->length - source->at < 2)
        return -1;
    source->at += 2;
    return is_big ? at[0] << 8 | at[1] : at[1] << 8 | at[0];
}

static int decode_utf16(struct ag_table *table, struct source *source, bool is_big, char *problem)
{
    int result = text_room(table, source->length / 2 * UTF8_MOST, problem);

    if (result < 0)
        return result;
    while (source->at < source->length) {
        int32_t code = unit_next(source, is_big);

        if (code == 0)
            return nul_found(source->line, problem);
        if (code >= 0xd800 && code < 0xdc00) {
            int32_t low = unit_next(source, is_big);

            code = low >= 0xdc00 && low < 0xe000
                       ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
                       : -1;
        } else if (code >= 0xdc00 && code < 0xe000) {
            code = -1;
        }
        if (code < 0)
            return ag_table_fail(problem, -EINVAL,
                                 "linje %u: filen er i UTF-16, men her er et tegn, der ikke er; "
                                 "gem den som CSV i UTF-8",
                                 source->line);
        source->line += code == '\n';
        text_add(table, (uint32_t)code);
    }
    return 0;
}

int ag_table_decode(struct ag_table *table, const char *bytes, size_t length,
                    char problem[AG_TABLE_PROBLEM_MAX])
{
    struct source source = {(const unsigned char *)bytes, length, 0, 1};
    int result;

    if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)) {
        source.at = 2;
        result = decode_utf16(table, &source, source.bytes[0] == 0xfe, problem);
    } else {
        bool is_marked = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;

        source.at = is_marked ? 3 : 0;
        result = decode_8_bits(table, &source, is_marked, problem);
    }
    if (result == 0)
        table->text[table->text_length] = '\0';
    return result;
}
