/*
 * tags.h - a document's start tags, looked at before an XML parser is.
 *
 * libxml2 holds each attribute of a start tag, and each namespace declared there, against all
 * before it, and does so before it tells anybody that there is a tag: one tag that fills a
 * file of 4 MiB costs it minutes. So tags are counted here, in one pass over the bytes.
 *
 * Threads: no state.
 */
#ifndef INVOICE_CHECK_TAGS_H
#define INVOICE_CHECK_TAGS_H

#include <stddef.h>

enum { TAGS_ATTRIBUTES_MAX = 64 }; /* of one start tag, declarations of namespaces among them */

/* The line, from 1, of the first start tag that has more than TAGS_ATTRIBUTES_MAX; 0 when
 * there is none. `bytes` are in a character set in which ASCII is ASCII.
 *
 * Quotes are respected; comments, CDATA sections and instructions are not: a bad character
 * inside one ends it for libxml2, which reads on and takes what comes for tags. What looks
 * like a start tag there counts as one, then. No parser takes more for a tag than is counted
 * here: none goes past a '<', not even in quotes, nor on after an attribute without '='. */
size_t tags_crowded(const char *bytes, size_t size);

#endif
