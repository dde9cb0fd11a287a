/*
 * ubl.h - a UBL document as a tree, read with suspicion.
 *
 * The document comes from outside the house. Refused before libxml2 sees it: a
 * start tag with more attributes than tags.h allows. Refused while parsing, before
 * libxml2 has built anything of it: any DTD (so no entities of the document's
 * own, internal or external), more than UBL_NODES_MAX nodes and attributes,
 * deeper than UBL_DEPTH_MAX, more than UBL_SPACES_MAX namespaces in one place (each
 * prefix is sought among them). The first error is the last thing that is read. So
 * any UBL_SIZE_MAX bytes take under a second. Nothing is ever fetched.
 *
 * Reading the tree is done through a reader that remembers the first problem:
 * after one, every function gives nothing, so that a run of calls is checked
 * once at the end. A problem is half a Danish sentence with the line it
 * concerns, masked (mask.h) and fit for a note.
 *
 * Threads: a reader belongs to one thread. Memory: ubl_close() frees all.
 */
#ifndef INVOICE_CHECK_UBL_H
#define INVOICE_CHECK_UBL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

enum {
    UBL_SIZE_MAX = 4 * 1024 * 1024, /* bytes */
    UBL_NODES_MAX = 200000,
    UBL_DEPTH_MAX = 40,
    UBL_SPACES_MAX = 256, /* namespaces declared on an element and those around it */
    UBL_PROBLEM_MAX = 400
};

#define UBL_SPACE       "urn:oasis:names:specification:ubl:schema:xsd:"
#define UBL_INVOICE     UBL_SPACE "Invoice-2"
#define UBL_CREDIT_NOTE UBL_SPACE "CreditNote-2"
#define UBL_CBC         UBL_SPACE "CommonBasicComponents-2"
#define UBL_CAC         UBL_SPACE "CommonAggregateComponents-2"

struct ubl {
    xmlDoc *document;
    bool failed;
    char problem[UBL_PROBLEM_MAX]; /* "" until failed */
};

/* An attribute to look for, without prefix, and what was found. */
struct ubl_attribute {
    const char *name;
    char text[64];
};

/* Parses. 0, or -EINVAL with ubl->problem set. ubl_close() in either case. */
int ubl_open(struct ubl *ubl, const void *bytes, size_t size);
void ubl_close(struct ubl *ubl);

/* The first problem stands; later ones are ignored. `node` may be NULL. */
void ubl_fail(struct ubl *ubl, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The child element cac:`name` after `previous` (NULL: the first), or NULL.
 * `parent` may be NULL: then there is none. */
const xmlNode *ubl_part(const struct ubl *ubl, const xmlNode *parent, const char *name,
                        const xmlNode *previous);
/* The only child cac:`name`, or NULL. Two of them is a problem: a reader that
 * takes the first and one that takes the last would see two invoices. */
const xmlNode *ubl_only_part(struct ubl *ubl, const xmlNode *parent, const char *name);

/* The text of the only child cbc:`name`, without blanks at the ends; "" when
 * absent. True when there is text. Over `size` bytes with the NUL, or elements
 * inside, is a problem. */
bool ubl_text(struct ubl *ubl, const xmlNode *parent, const char *name, char *target, size_t size);
/* As above, and the text of its attribute `attribute->name` ("" when absent). */
bool ubl_text_with(struct ubl *ubl, const xmlNode *parent, const char *name, char *target,
                   size_t size, struct ubl_attribute *attribute);
/* The only child cbc:`name` as a day. False when absent. */
bool ubl_day(struct ubl *ubl, const xmlNode *parent, const char *name, int32_t *ret_day);
/* The only child cbc:`name` as a percent (money.h). False when absent. */
bool ubl_percent(struct ubl *ubl, const xmlNode *parent, const char *name, int32_t *ret_percent);
/* The only child cbc:`name` as øre, and its currencyID. False when absent. */
bool ubl_money(struct ubl *ubl, const xmlNode *parent, const char *name, int64_t *ret_oere,
               char ret_currency[8]);

#endif
