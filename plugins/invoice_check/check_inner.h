/*
 * check_inner.h - what check.c and check_amounts.c share; for those two alone.
 */
#ifndef INVOICE_CHECK_CHECK_INNER_H
#define INVOICE_CHECK_CHECK_INNER_H

#include <stdbool.h>

#include "check.h"
#include "money.h"

/* What the rules hand on to each other. */
struct checking {
    const struct invoice *invoice;
    const struct settings *settings;
    const struct grants *grants;
    const struct check_others *others;
    const char *case_id;       /* set by rule_case */
    int64_t net;               /* set by check_totals: without VAT, after allowances */
    int64_t gross;             /* set by check_totals: with VAT */
    const struct grant *grant; /* set by rule_period */
    char *note;
};

/* An amount or a day as text, to be used inside one printf. */
struct shown {
    char text[MONEY_TEXT_MAX];
};

/* `oere` in the invoice's currency. */
struct shown check_money(const struct checking *checking, int64_t oere);
/* "faktura" or "kreditnota". */
const char *check_noun(const struct checking *checking);

/* Writes the sentence for a person ("Faktura 17 fra CVR 99999991: " and then
 * `format`); gives false, so that a rule can return it. */
bool check_person(struct checking *checking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The rules about sums: true when the rule holds, else check_person()'s false. */
bool check_lines(struct checking *checking);
bool check_vat(struct checking *checking);
bool check_totals(struct checking *checking);
bool check_tax_exclusive(struct checking *checking);

#endif
