/*
 * round.h - which departments have approved their year's estimated gains and priorities.
 *
 * Threads: as the store. round_put() belongs inside a transaction.
 */
#ifndef AUTOMAGI_STORE_ROUND_H
#define AUTOMAGI_STORE_ROUND_H

#include <stdint.h>

struct fault;
struct store;

/* The approval by its latest document; earlier documents stay (signed_document.h). */
int round_put(struct store *store, int64_t department_id, int32_t year, int64_t document_id,
              struct fault *fault) __attribute__((warn_unused_result));
/* *ret_document_id is 0 when the round is not approved. Readers. */
int round_find(struct store *store, int64_t department_id, int32_t year, int64_t *ret_document_id,
               struct fault *fault) __attribute__((warn_unused_result));

#endif
