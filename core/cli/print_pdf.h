/*
 * print_pdf.h - a page of HTML printed as PDF, by the program automagi-print.
 *
 * The command line itself talks to no browser and opens no connection: the page goes to
 * automagi-print, which lies beside this program or where `make install` puts it, and the PDF
 * comes back. Blocks until that is done, a few seconds.
 */
#ifndef AUTOMAGI_CLI_PRINT_PDF_H
#define AUTOMAGI_CLI_PRINT_PDF_H

#include <stdbool.h>

#include "core/base/text.h"

struct fault;

enum {
    PRINT_PDF_HTML_MAX = 64 * 1024 * 1024, /* automagi-print takes and gives no more */
    PRINT_PDF_MAX = 64 * 1024 * 1024
};

/* Prints on A4, in landscape where the page does not say otherwise. ret_pdf: initialised by the caller,
 * whose limit it keeps (PRINT_PDF_MAX is enough for every PDF); what it held is forgotten. What automagi-print has to say of a PDF that it made goes to stderr.
 *   -ENOENT       no browser, or no automagi-print: write the HTML instead, the fault says what to install
 *   -E2BIG        the page or the PDF is too large
 *   -EIO          the browser did not do it; the fault says why
 * and errnos of memory and processes. */
int cli_print_pdf(const struct text *html, bool is_landscape, struct text *ret_pdf,
                  struct fault *fault) __attribute__((warn_unused_result));

#endif
