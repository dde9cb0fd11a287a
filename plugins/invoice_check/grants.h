/*
 * grants.h - the table of what has been granted, from a CSV file.
 *
 *   case;supplier_cvr;from;to;amount;currency
 *   MOM-2026-0101;99999991;2026-01-01;2026-06-30;15000,00;DKK
 *
 * The first line is exactly the above. Strict, for a table that is read half is
 * worse than one that is refused: UTF-8 (a BOM is fine), LF or CRLF, six
 * fields, no quotes, no empty lines, no thousands marks, the declared decimal
 * mark. Several grants for one case and supplier are fine.
 *
 * The amount is the most one invoice may be on; the table says nothing of
 * what has been used already.
 *
 * Threads: no shared state. Memory: grants_release().
 */
#ifndef INVOICE_CHECK_GRANTS_H
#define INVOICE_CHECK_GRANTS_H

#include <stddef.h>
#include <stdint.h>

enum {
    GRANTS_SIZE_MAX = 8 * 1024 * 1024, /* bytes */
    GRANTS_LINE_MAX = 512,             /* bytes without the line end */
    GRANTS_MAX = 50000,
    GRANTS_CASE_MAX = 64, /* bytes with the NUL */
    GRANTS_PROBLEM_MAX = 300
};

struct grant {
    char case_id[GRANTS_CASE_MAX];
    char supplier_cvr[9];
    char currency[4];
    int32_t from, to; /* days, both included */
    int64_t amount;   /* øre */
    uint32_t line;
};

struct grants {
    struct grant *list;
    size_t count;
};

/* Reads the table. `mark` is ',' or '.'. 0, or -EINVAL with `problem`: "linje 7: ..." in
 * Danish, masked. grants_release() after either. */
int grants_parse(struct grants *grants, const char *bytes, size_t size, char mark,
                 char problem[GRANTS_PROBLEM_MAX]);
/* Takes NULL or zeroed grants. */
void grants_release(struct grants *grants);

/* The next grant for the case and supplier after `previous` (NULL: the
 * first), in the table's order; NULL when there is none. */
const struct grant *grants_next(const struct grants *grants, const char *case_id,
                                const char *supplier_cvr, const struct grant *previous);

#endif
