/*
 * check.h - the rules an invoice is held against. No files, no XML, no host.
 *
 * The rules are tried in the order of enum check_verdict; the first that fails
 * gives the verdict and one Danish sentence for a caseworker: which document,
 * what is wrong with figures, and what to do.
 *
 * Threads: no state.
 */
#ifndef INVOICE_CHECK_CHECK_H
#define INVOICE_CHECK_CHECK_H

#include "grants.h"
#include "invoice.h"
#include "settings.h"

enum { CHECK_NOTE_MAX = 1024 };

enum check_verdict {
    CHECK_PASSED = 0,
    CHECK_FORMAT,        /* CustomizationID or the type code is not known */
    CHECK_CURRENCY,      /* not the robot's, or amounts in several */
    CHECK_CASE,          /* no case reference */
    CHECK_GLN,           /* the customer's EAN number: missing, wrong, not the robot's */
    CHECK_LINES,         /* the lines do not add up to LineExtensionAmount */
    CHECK_VAT,           /* VAT sums, within 1.00 per line */
    CHECK_TOTALS,        /* allowances, TaxInclusiveAmount, PayableAmount */
    CHECK_TAX_EXCLUSIVE, /* TaxExclusiveAmount: VAT in OIOUBL 2.x, net in EN 16931 */
    CHECK_GRANT,         /* no grant for case and supplier */
    CHECK_PERIOD,        /* outside every grant */
    CHECK_AMOUNT,        /* over the grant, in another currency, or negative */
    CHECK_DUPLICATE,     /* the same number with other content */
    CHECK_ALIKE,         /* another number for what may be the same work */
    CHECK_CREDIT_NOTE    /* always a person's */
};

/* What else is in the inbox; file names, masked. identity.h says when two are the same. */
struct check_others {
    const char *twin;         /* a file with the same key and other content; NULL */
    const char *alike;        /* a file with the same work under another number; NULL */
    const char *alike_number; /* the number there, as printed */
};

/* Tries all rules. `note` is one masked line: the sentence, or "ok ..." */
enum check_verdict check_invoice(const struct invoice *invoice, const struct settings *settings,
                                 const struct grants *grants, const struct check_others *others,
                                 char note[CHECK_NOTE_MAX]);

/* The case: the first reference, in the order of the settings, that can be one. In `invoice`;
 * NULL when there is none. */
const char *check_case(const struct invoice *invoice, const struct settings *settings);

/* The check digit of a GLN's first 12 digits (mod 10), '0' to '9'. */
char check_gln_digit(const char *gln);

#endif
