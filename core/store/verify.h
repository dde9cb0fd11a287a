/*
 * verify.h - recounts everything and says what differs.
 */
#ifndef AUTOMAGI_STORE_VERIFY_H
#define AUTOMAGI_STORE_VERIFY_H

#include <stdint.h>

struct fault;
struct store;

struct verify_report {
    int64_t attempts, tasks, corrections, handovers, items, rollup_rows; /* looked at */
    int64_t differences;
};
/* Called for each difference found (at most 1,000), with one line that says what, where. */
typedef void verify_callback(const char *difference, void *context);

/*
 * Over a reader's view: the database's own integrity check; every rollup row against a
 * recount of the attempts and corrections (by a hash over one scan, not by GROUP BY,
 * which sorts); attempts' days against their completion; ledger against attempts both ways;
 * corrections and handovers against the ledger; months of booking; runs' states and counts; what imports say of their rows; leases
 * against running runs; windows of ledger and items against the keys the store knows and their
 * robots' kind (of items and imports also against the day); open items against the ledger, and
 * what is sealed in them against their hashes; keys against their fingerprints; shares, notes,
 * numbers of items; documents against their hashes; entries about money that do not fit; foreign
 * keys. 0 also when differences were found: see report.
 *
 * Memory: per item, robot and import; none per task. A task of a run says nothing of its
 * business date, so one moved to another window of its robot that has a key is not found.
 */
int verify_store(struct store *store, verify_callback *callback, void *context,
                 struct verify_report *ret_report, struct fault *fault)
    __attribute__((warn_unused_result));
/* Of all that the keys alone: is each that the store knows gone, or the right one? Reads their files. 0 also when some are
 * wrong: the callback is told; -EIO, -ENOMEM, or as sql_step(). */
int verify_store_keys(struct store *store, verify_callback *callback, void *context,
                      struct fault *fault) __attribute__((warn_unused_result));

#endif
