/*
 * inbox.h - the folder invoices lie in: its names in order, and one file's bytes.
 *
 * Nothing is followed out of the folder: names hold no '/', links are not
 * opened, and only regular files are read. Nothing is changed or removed.
 *
 * Threads: no shared state. Memory: inbox_release(), and free() of bytes.
 */
#ifndef INVOICE_CHECK_INBOX_H
#define INVOICE_CHECK_INBOX_H

#include <stddef.h>
#include <stdint.h>

enum { INBOX_FILES_MAX = 5000, INBOX_PROBLEM_MAX = 300 };

struct inbox {
    char **names; /* sorted by byte */
    size_t count;
};

/* The names in `folder` that end in ".xml" (any case), but for hidden ones. A name
 * is left out while its file was changed less than `settle_s` seconds ago. 0, or a
 * negative errno with `problem`, one Danish sentence: -E2BIG over
 * INBOX_FILES_MAX, else what the system said. inbox_release() after either. */
int inbox_list(struct inbox *inbox, int folder, int64_t settle_s, char problem[INBOX_PROBLEM_MAX]);
/* Takes NULL or a zeroed inbox. */
void inbox_release(struct inbox *inbox);

/* A file's bytes, at most `limit`; free() them. A file of 0 bytes gives an allocated
 * block as well. -ENOENT, -EFBIG over the limit, -EINVAL not a regular file
 * or not a plain name, or what the system said. */
int inbox_read(int folder, const char *name, size_t limit, char **ret_bytes, size_t *ret_size);

/* FNV-1a, 64 bits, of a file's bytes. It tells whether a file is still the one that
 * was seen, against mistakes and late writes. It is no defence against somebody
 * who may write in the folder: that person can as well send an invoice. Nothing is
 * decided by it but to involve a person, so no cryptography is linked in for it. */
uint64_t inbox_hash(const void *bytes, size_t size);

#endif
