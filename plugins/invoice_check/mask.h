/*
 * mask.h - keeps CPR numbers, and bytes no line may hold, out of what is written.
 *
 * Everything the plugin writes (notes, log lines, references) passes through
 * here, for a supplier may put a citizen's number in any field, and in a file's name.
 *
 * Threads: no state.
 */
#ifndef INVOICE_CHECK_MASK_H
#define INVOICE_CHECK_MASK_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces, in place, the digits of everything that looks like a CPR number
 * with 'X': ten digits that begin with a day (or day + 60, a replacement
 * number) and a month, with or without a sign between 2-2-2-4, and with no
 * digit just before or after. Too much is masked rather than too little: an
 * invoice number of that form is masked as well. True when anything was. */
bool mask_cpr(char *text);

/* Copies `text` as one line of UTF-8: control characters and broken UTF-8
 * become '?', too long text is cut at a character, CPR numbers are masked.
 * `size` counts the NUL and is at least 1. True when the copy differs. */
bool mask_line(const char *text, char *target, size_t size);

#endif
