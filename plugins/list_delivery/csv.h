/*
 * csv.h - a table as Danish Excel opens it: UTF-8 with a byte order mark, ';', CRLF.
 *
 * Threads: no state.
 */
#ifndef LIST_DELIVERY_CSV_H
#define LIST_DELIVERY_CSV_H

#include <stdbool.h>
#include <stdio.h>

#define CSV_BYTE_ORDER_MARK "\xef\xbb\xbf"
#define CSV_LINE_END        "\r\n"

/* Would a spreadsheet take it for a formula: does it begin with = + - @, a tab or a line end, without
 * being a number or a day? (OWASP, "CSV Injection".) */
bool csv_is_formula(const char *text);

/* A cell; after the first of a line a ';' stands before it. Quoted when it must be. With `guard` a
 * formula gets an apostrophe in front, which makes it text: for what people open. Without it, for
 * what csv readers read back, bytes stay what they were. */
void csv_cell(FILE *stream, const char *text, bool first, bool guard);

#endif
