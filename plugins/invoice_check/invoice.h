/*
 * invoice.h - one invoice or credit note, read out of its XML.
 *
 * Read here is what the rules of check.h need, and no more: free text, names
 * and line descriptions, where citizens are mentioned, are never copied. What is
 * needed to know *which* document it is must be there and be well-formed, and
 * every amount must be a number; what is wrong beyond that is the rules' business.
 *
 * Threads: no shared state. Memory: invoice_release().
 */
#ifndef INVOICE_CHECK_INVOICE_H
#define INVOICE_CHECK_INVOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INVOICE_LINES_MAX = 2000,
    INVOICE_TAXES_MAX = 64,   /* VAT subtotals, and allowances with charges */
    INVOICE_PERIODS_MAX = 64, /* in one place */
    INVOICE_NUMBER_MAX = 96,  /* bytes with the NUL; as the next two */
    INVOICE_REFERENCE_MAX = 128,
    INVOICE_CUSTOMIZATION_MAX = 256,
    INVOICE_PROBLEM_MAX = 400
};

/* Which rules the totals follow; said by CustomizationID, for the namespace
 * is the same. The trap: in OIOUBL 2.x TaxExclusiveAmount is the VAT, in
 * EN 16931 (Peppol) it is the amount without VAT. Rounding differs as well:
 * OIOUBL has it inside TaxInclusiveAmount, EN 16931 only in PayableAmount. */
enum invoice_rules { INVOICE_RULES_UNKNOWN, INVOICE_RULES_OIOUBL2, INVOICE_RULES_EN16931 };

/* Where a case reference may stand, see settings.h for the order. */
enum invoice_source {
    INVOICE_SOURCE_CONTACT, /* AccountingCustomerParty/Party/Contact/ID (OIOUBL) */
    INVOICE_SOURCE_BUYER,   /* BuyerReference (EN 16931 BT-10, which has no Contact/ID) */
    INVOICE_SOURCE_ORDER,   /* OrderReference/ID */
    INVOICE_SOURCE_COST,    /* AccountingCost */
    INVOICE_SOURCE_COUNT
};

struct invoice_amount {
    bool given;
    int64_t oere;
};

/* A line, or an allowance (negative) or charge on the whole document. */
struct invoice_line {
    char id[32];
    int64_t net;
    struct invoice_amount tax; /* the VAT printed on the line (OIOUBL) */
    bool has_percent;
    int32_t percent; /* money.h */
};

struct invoice_tax {
    struct invoice_amount taxable;
    int64_t amount;
    bool has_percent;
    int32_t percent;
};

struct invoice {
    bool credit_note; /* 381, or the root CreditNote */
    enum invoice_rules rules;
    char customization[INVOICE_CUSTOMIZATION_MAX];
    char number[INVOICE_NUMBER_MAX];
    char type[8]; /* "380", "381" or what is printed */
    int32_t issued;
    char currency[8];
    char stray_currency[8]; /* the first amount in another one; "" */
    char supplier_cvr[9];
    char gln[48]; /* the customer's endpoint and its schemeID, as printed */
    char gln_scheme[64];
    char sources[INVOICE_SOURCE_COUNT][INVOICE_REFERENCE_MAX];
    char credited[INVOICE_NUMBER_MAX]; /* the invoice a credit note concerns; "" */
    bool has_period;                   /* the union of the document's and its lines' periods */
    int32_t from, to;
    char other_tax[32]; /* the first tax that is not VAT; "" */

    struct invoice_line *lines;
    size_t line_count;
    struct invoice_line *charges;
    size_t charge_count;
    struct invoice_tax *taxes;
    size_t tax_count;
    struct invoice_amount tax_total;
    struct invoice_amount line_extension, tax_exclusive, tax_inclusive;
    struct invoice_amount allowance_total, charge_total, prepaid, rounding, payable;
};

/* Reads a document of at most UBL_SIZE_MAX bytes. 0, or -EINVAL with `problem`: half a
 * Danish sentence that says what and on which line. invoice_release() after either. */
int invoice_read(struct invoice *invoice, const void *bytes, size_t size,
                 char problem[INVOICE_PROBLEM_MAX]);
/* Takes NULL or a zeroed invoice. */
void invoice_release(struct invoice *invoice);

#endif
