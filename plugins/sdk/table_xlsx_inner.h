/*
 * table_xlsx_inner.h - what the readers of XLSX's parts share; no part of what plugins see.
 *
 * An XLSX file is a ZIP archive of XML parts. Each part is unpacked and parsed as a stream (SAX),
 * so no document is ever in memory; what is kept are the texts, the formats and the cells.
 *
 * Every function answers 0 or a negative errno with its sentence in the book's `problem`.
 *
 * Threads: a book belongs to one.
 */
#ifndef AG_TABLE_XLSX_INNER_H
#define AG_TABLE_XLSX_INNER_H

#include <zip.h>

#include "table_inner.h"

enum {
    AG_XLSX_ROW_MAX = 1048576,  /* a sheet's last row in Excel */
    AG_XLSX_COLUMN_MAX = 16384, /* and column: XFD */
    AG_XLSX_NAME_MAX = 512,     /* of a part or sheet, with the NUL */
    AG_XLSX_CELL_NAME_MAX = 16
};

/* What a number is shown as. */
enum ag_xlsx_format {
    AG_XLSX_PLAIN,
    AG_XLSX_DAY,
    AG_XLSX_DAY_TIME,
    AG_XLSX_TIME,
    AG_XLSX_HOURS /* a time that counts on after 24 hours */
};

struct ag_xlsx {
    const struct ag_table_limits *limits;
    struct ag_table *table;
    char *problem;
    zip_t *archive;
    size_t file_length;
    size_t unpacked;   /* bytes of all parts so far */
    uint32_t *strings; /* places of the shared strings in the table's text */
    size_t string_count;
    size_t string_room;
    uint8_t *formats; /* of each cell style, an enum ag_xlsx_format */
    size_t format_count;
    size_t format_room;
    bool is_1904; /* days are counted from 1904 */
};

/* An element begins. Attributes are libxml2's: five pointers each. */
struct ag_xlsx_tag {
    const char *name; /* without prefix */
    const unsigned char *const *attributes;
    int attribute_count;
};

/* What is told of a part, in its order. A callback that answers below 0 has written the problem,
 * and nothing more is told. `end` and `text` may be NULL. */
struct ag_xlsx_listener {
    int (*start)(void *context, const struct ag_xlsx_tag *tag);
    int (*text)(void *context, const char *text, size_t length);
    int (*end)(void *context, const char *name);
    void *context;
};

/* ---- table_part.c: the archive and its parts */

/* Opens the archive in `bytes`, which must stay until ag_xlsx_close(). */
int ag_xlsx_open(struct ag_xlsx *book, const char *bytes, size_t length);
void ag_xlsx_close(struct ag_xlsx *book);

/* Unpacks and parses the part of that name. -ENOENT, without a sentence: there is none. */
int ag_xlsx_parse(struct ag_xlsx *book, const char *part, const struct ag_xlsx_listener *listener);

/* Copies an attribute's value, "" when there is none. False when it is too long: "" as well. */
bool ag_xlsx_attribute(const struct ag_xlsx_tag *tag, const char *name, char *target, size_t size);

/* An attribute that is a number of 0 to `most`; `otherwise` when it is none. */
uint32_t ag_xlsx_number(const struct ag_xlsx_tag *tag, const char *name, uint32_t most,
                        uint32_t otherwise);

/* ---- table_strings.c: texts */

/* Appends text to a buffer, of at most the limits' cell_bytes. */
struct ag_xlsx_text {
    char *bytes;
    size_t length;
    size_t room;
};
int ag_xlsx_text_add(struct ag_xlsx *book, struct ag_xlsx_text *text, const char *bytes,
                     size_t length);

/* Decodes the _x000D_ of a text in place (ECMA-376 part 1, 22.9.2.19: ST_Xstring) and puts it
 * into the table's text. */
int ag_xlsx_keep(struct ag_xlsx *book, struct ag_xlsx_text *text, size_t *ret_place);

/* Reads the part with the shared strings; none is no fault. */
int ag_xlsx_read_strings(struct ag_xlsx *book, const char *part);

/* ---- table_formats.c: how numbers are shown */

/* Reads the part with the styles; none is no fault. */
int ag_xlsx_read_formats(struct ag_xlsx *book, const char *part);

/* What a format code such as "dd-mm-yyyy" makes of a number. */
enum ag_xlsx_format ag_xlsx_format_of(const char *code);

/* Writes the number in `text` as the format shows it, "" when it is shown as a number: also
 * a day that no calendar has, or outside 1900 to 2199. */
enum { AG_XLSX_SHOWN_MAX = 32 };
void ag_xlsx_show(const struct ag_xlsx *book, enum ag_xlsx_format format, const char *text,
                  char target[AG_XLSX_SHOWN_MAX]);

/* ---- table_sheet.c: rows and cells */

int ag_xlsx_read_sheet(struct ag_xlsx *book, const char *part);

#endif
