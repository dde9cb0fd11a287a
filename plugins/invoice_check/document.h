/*
 * document.h - one file of the folder: read, and named for the queue.
 *
 * A file that cannot be read as an invoice is not an error of the robot's. It is
 * in quarantine: it gets an item of its own, and a person.
 *
 * Threads: no shared state. Memory: document_release().
 */
#ifndef INVOICE_CHECK_DOCUMENT_H
#define INVOICE_CHECK_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "identity.h"
#include "invoice.h"

enum {
    DOCUMENT_NAME_MAX = 256,      /* a file's name, with the NUL */
    DOCUMENT_PAYLOAD_MAX = 1024,  /* three bytes for each of a name's, and the rest */
    DOCUMENT_REFERENCE_MAX = 256, /* AG_REFERENCE_MAX */
    DOCUMENT_PLAIN_MAX = 100,     /* a file's name in a reference */
    DOCUMENT_SHOWN_MAX = 160      /* a file's name in a sentence */
};

struct document {
    uint64_t hash;   /* inbox_hash() of the bytes; 0 when they could not be had */
    bool quarantine; /* then invoice is empty, and problem says why */
    char problem[INVOICE_PROBLEM_MAX];
    struct invoice invoice;
};

/* Reads `name` in `folder`. 0 (also for quarantine), -ENOENT when it is gone, -ENOMEM,
 * or what the system said, which may pass. document_release() after any. */
int document_load(struct document *document, int folder, const char *name);
/* Takes NULL or a zeroed document. */
void document_release(struct document *document);

/* The item's reference. Of an invoice: identity_reference(). A second document of one identity with
 * other bytes gets "dublet" and a hash of them before its number: a queue knows a reference
 * once, and it must not be lost there. In quarantine (`identity` is not read): "file|<hash of the bytes>|<name>",
 * for names come again as well, with a hash for a name that is no plain ASCII, over
 * DOCUMENT_PLAIN_MAX or masked. All of it is ASCII: the queue may store other
 * characters in more bytes, and what then is too long ends the run, for all files. */
void document_reference(const struct document *document, const struct identity *identity,
                        const char *name, bool second, char target[DOCUMENT_REFERENCE_MAX]);

/* Is that such a second document's reference? It is one as long as the first lies beside it, and when that is
 * gone the file has the other reference: work is only done under that, or one file would count as two tasks. */
bool document_is_second(const struct document *document, const char *reference);

/* The item's payload, "file=<name>&fnv1a=<16 hex digits>", the name percent-encoded.
 * A file that was changed gives another payload. */
void document_payload(const char *name, uint64_t hash, char target[DOCUMENT_PAYLOAD_MAX]);
/* Reads it back. -EINVAL when it is not of that form. */
int document_payload_read(const char *payload, char ret_name[DOCUMENT_NAME_MAX],
                          uint64_t *ret_hash);

#endif
