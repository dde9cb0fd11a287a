/*
 * signed_document.h - what was signed, word for word as it stood then.
 *
 * A document is plain UTF-8 text of whole lines, in Danish, for the people who sign it. It is never
 * changed nor removed; its SHA-256 is kept beside it, and verify.h holds one against the other.
 *
 * Threads: as the store. signed_document_add() belongs inside a transaction.
 */
#ifndef AUTOMAGI_STORE_SIGNED_DOCUMENT_H
#define AUTOMAGI_STORE_SIGNED_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

enum signed_document_kind {
    DOCUMENT_ANY = 0,       /* of signed_document_each() alone */
    DOCUMENT_AGREEMENT = 1, /* on an estimate; the subject is a robot */
    DOCUMENT_ROUND = 2      /* a department's yearly round; the subject is a department */
};
/* "agreement", "round"; "?" for what is none. */
const char *signed_document_kind_word(enum signed_document_kind kind);

enum { DOCUMENT_BODY_MAX = 1024 * 1024, DOCUMENT_HASH_SIZE = 32 };

struct signed_document {
    int64_t id;
    enum signed_document_kind kind;
    char *subject; /* slug */
    char *title;
    char *body; /* NULL in signed_document_each() */
    unsigned char sha256[DOCUMENT_HASH_SIZE];
    char *signed_by;
    int32_t signed_day;
    int64_t made_ms;
};

struct signed_document_new {
    enum signed_document_kind kind;
    const char *subject;
    const char *title;
    const char *body; /* kept as it is: made of what the store keeps, so without CPR numbers */
    const char *signed_by;
    int32_t signed_day;
    int64_t made_ms;
};

/* *ret_id is its number. -EINVAL: no such kind, a title or name that is no line, or a body that is
 * empty, too long, no UTF-8, has controls or does not end its last line. */
int signed_document_add(struct store *store, const struct signed_document_new *document,
                        int64_t *ret_id, struct fault *fault) __attribute__((warn_unused_result));

typedef int signed_document_each_callback(const struct signed_document *document, void *context);
/* Newest first, without bodies, until the callback gives something else than 0, which is returned.
 * DOCUMENT_ANY and subject NULL: all. What the document points to lives as long as the call. Readers. */
int signed_document_each(struct store *store, enum signed_document_kind kind, const char *subject,
                         signed_document_each_callback *callback, void *context,
                         struct fault *fault) __attribute__((warn_unused_result));

/* signed_document_release() what comes back. -ENOENT: there is none. Readers. */
int signed_document_read(struct store *store, int64_t id, struct signed_document *ret_document,
                         struct fault *fault) __attribute__((warn_unused_result));
/* The newest of that title; *ret_id is 0 when there is none. Readers. */
int signed_document_find(struct store *store, enum signed_document_kind kind, const char *subject,
                         const char *title, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
void signed_document_release(struct signed_document *document);

#endif
