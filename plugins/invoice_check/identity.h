/*
 * identity.h - when two documents are the same invoice, and when they are suspiciously alike.
 *
 * A supplier's numbers are not to be relied upon: they are written in several ways ("01001",
 * "1001 ."), begin again after a change of system, and are reused by mistake. So there are three
 * questions:
 *
 *   key       who sent it, and which number it has: type, CVR, number. Two with one key in the
 *             inbox: a person must say which of them counts.
 *   document  is it the one that was here before? The key, and the date, the amount to be paid,
 *             its currency and the case references. It is in the queue's reference: an invoice that is
 *             sent again, be it with other bytes, is known, also when its file has been moved out;
 *             another one under a number that was used is work of its own. Were the
 *             number alone the reference, that one would never be seen by anybody.
 *   work      is it perhaps the same work under another number? Type, CVR, case, amount,
 *             currency, and the period, or the date where no period is given. Equal amounts
 *             month after month have different periods.
 *
 * Texts are compared folded (identity_fold). Every field in which a case may stand is part of
 * `document`, so that robot.json's case_fields do not change who an invoice is.
 *
 * Threads: no state.
 */
#ifndef INVOICE_CHECK_IDENTITY_H
#define INVOICE_CHECK_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "invoice.h"

enum {
    IDENTITY_KEY_MAX = INVOICE_NUMBER_MAX + 16,
    IDENTITY_LETTERS_MAX = 17,
    IDENTITY_BETWEEN_MAX = 32,
    IDENTITY_REFERENCE_MAX = IDENTITY_KEY_MAX + IDENTITY_LETTERS_MAX + IDENTITY_BETWEEN_MAX
};

struct identity {
    char key[IDENTITY_KEY_MAX];      /* "<380 or 381>|<CVR>|<number, folded>", unmasked */
    char number[INVOICE_NUMBER_MAX]; /* as it is printed, unmasked */
    uint64_t document;
    uint64_t work; /* 0: there is no case, so it is like no other */
};

/* `case_id` is the case the rules found (check.h); NULL: none. */
void identity_read(const struct invoice *invoice, const char *case_id, struct identity *ret);

/* "<380 or 381>|<CVR>|<document as letters>|<between><number, folded>", in ASCII, CPR numbers
 * masked. The number is last, for of a reference people are shown the end. What is not ASCII
 * in it is shown as '?': the queue may store such characters in more bytes. `between` is
 * at most IDENTITY_BETWEEN_MAX bytes. */
void identity_reference(const struct identity *identity, const char *between,
                        char target[IDENTITY_REFERENCE_MAX]);

/* Capitals (A-Z and Latin-1), without spaces, punctuation and what is not seen, and without zeros
 * in front. Where nothing is left, the text is taken as it is. `size` counts the NUL; what is over it
 * is cut. */
void identity_fold(const char *text, char *target, size_t size);

/* A hash as 16 letters, a to p: digits could look like a CPR number, and be masked. */
void identity_letters(uint64_t hash, char target[IDENTITY_LETTERS_MAX]);

#endif
