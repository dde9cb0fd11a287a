/*
 * print.h - one page of HTML to PDF, from the start of a browser to its end.
 *
 * The PDF is tagged (headings, tables, figures with their texts), has the page's title and language, and
 * its headings as bookmarks. No script of the page runs, and nothing is fetched from a network.
 */
#ifndef AUTOMAGI_PRINT_PRINT_H
#define AUTOMAGI_PRINT_PRINT_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct text;

struct print_order {
    const struct text *html;
    bool is_landscape;   /* of A4; a page that says its own size (@page) gets that */
    int stop_fd;         /* readable: stop; -1: never */
    int64_t deadline_ms; /* of clock_monotonic_ms() */
};

/* ret_pdf: initialised by the caller, whose limit it keeps; what it held is forgotten. *ret_unconfined:
 * Chromium could not start its sandbox here, and printed without it. When it returns, no process and no file
 * of the browser is left.
 * -ENOENT: no browser; -ECANCELED: stopped; -ETIMEDOUT; others: the fault says why. */
int print_page(const struct print_order *order, struct text *ret_pdf, bool *ret_unconfined,
               struct fault *fault) __attribute__((warn_unused_result));

#endif
