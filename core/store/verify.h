/*
 * verify.h - recounts everything and says what differs.
 */
#ifndef AUTOMAGI_STORE_VERIFY_H
#define AUTOMAGI_STORE_VERIFY_H

#include <stdint.h>

struct fault;
struct store;

struct verify_report {
    int64_t attempts, tasks, corrections, items, rollup_rows; /* looked at */
    int64_t differences;
};
/* Called for each difference found (at most 1,000), with one line that says what, where. */
typedef void verify_callback(const char *difference, void *context);

/*
 * Over a reader's view: the database's own integrity check; every rollup row against a
 * recount of the attempts and corrections (by a hash over one scan, not by GROUP BY,
 * which sorts); attempts' days against their completion; ledger against attempts both ways;
 * corrections against the ledger; runs' counts; what imports say of their rows; leases against
 * running runs; keys against their fingerprints; foreign keys. 0 also when differences were
 * found: see report.
 */
int verify_store(struct store *store, verify_callback *callback, void *context,
                 struct verify_report *ret_report, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
