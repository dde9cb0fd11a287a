/*
 * account.h - whose process this is.
 */
#ifndef AUTOMAGI_BASE_ACCOUNT_H
#define AUTOMAGI_BASE_ACCOUNT_H

#include <stddef.h>

/* The name of the account that the process runs as; "uid 1000" when it has none, or none can be told. */
void account_name(char *target, size_t size);

#endif
