/*
 * account.h - whose process this is.
 */
#ifndef AUTOMAGI_BASE_ACCOUNT_H
#define AUTOMAGI_BASE_ACCOUNT_H

#include <stddef.h>

/* The name of the account that the process runs as; "uid 1000" when it has none. 0, or -ENOMEM: it cannot be told. */
int account_name(char *target, size_t size) __attribute__((warn_unused_result));

#endif
