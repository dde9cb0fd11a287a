/* What is wrong with single rows of small tables. */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/verify_inner.h"

static int take_shares(sqlite3_stmt *row, void *context, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    char robot[64];

    (void)fault;
    clock_format_day(sqlite3_column_int(row, 1), day);
    verify_say(context, "robot %s: its shares from %s are %" PRId64 " millionths of the whole",
               verify_robot(context, sqlite3_column_int64(row, 0), robot), day,
               (int64_t)sqlite3_column_int64(row, 2));
    return 0;
}

static int take_successors(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    if (sqlite3_column_int64(row, 2) != 1)
        verify_say(context, "department %s: it ends on more than one day", sql_text(row, 0));
    else
        verify_say(context,
                   "department %s: what goes to its successors is %" PRId64
                   " millionths of the whole",
                   sql_text(row, 0), (int64_t)sqlite3_column_int64(row, 1));
    return 0;
}

static int take_keys(sqlite3_stmt *row, void *context, struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];

    (void)fault;
    clock_format_day(sqlite3_column_int(row, 0), day);
    verify_say(context, "the distribution keys from %s are %" PRId64 " millionths of the whole",
               day, (int64_t)sqlite3_column_int64(row, 1));
    return 0;
}

static int take_note(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    verify_say(context, "note: run %" PRId64 " has one of attempt %" PRId64 ", but no such attempt",
               (int64_t)sqlite3_column_int64(row, 0), (int64_t)sqlite3_column_int64(row, 1));
    return 0;
}

static int take_number(sqlite3_stmt *row, void *context, struct fault *fault)
{
    int64_t last = sqlite3_column_int64(row, 0);
    int64_t given = sqlite3_column_int64(row, 1);

    (void)fault;
    if (given > last)
        verify_say(context,
                   "item: the last number given is said to be %" PRId64 ", but there is item "
                   "%" PRId64,
                   last, given);
    return 0;
}

/* What somebody signed must be what they signed. */
static int take_document(sqlite3_stmt *row, void *context, struct fault *fault)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    const char *body = sql_text(row, 1);
    const void *kept = sql_blob(row, 2);

    (void)fault;
    (void)crypto_hash_sha256(hash, (const unsigned char *)body,
                             (unsigned long long)sqlite3_column_bytes(row, 1));
    if (kept == NULL || sqlite3_column_bytes(row, 2) != (int)sizeof hash ||
        memcmp(kept, hash, sizeof hash) != 0)
        verify_say(context, "document %" PRId64 ": its text is not the one whose SHA-256 was kept",
                   (int64_t)sqlite3_column_int64(row, 0));
    return 0;
}

int verify_tables(struct verify *verify, struct fault *fault)
{
    static const char SHARES[] =
        "SELECT robot_id, from_day, sum(millionths) FROM robot_share "
        "GROUP BY robot_id, from_day, booking_from HAVING sum(millionths) > 1000000";
    static const char SUCCESSORS[] =
        "SELECT coalesce(d.slug, s.department_id), sum(s.millionths), "
        "count(DISTINCT s.from_day * 100000 + s.booking_from) "
        "FROM department_successor s LEFT JOIN department d ON d.id = s.department_id "
        "GROUP BY s.department_id HAVING sum(s.millionths) <> 1000000 OR "
        "count(DISTINCT s.from_day * 100000 + s.booking_from) <> 1";
    static const char KEYS[] = "SELECT from_day, sum(millionths) FROM distribution_key "
                               "GROUP BY from_day HAVING sum(millionths) > 1000000";
    static const char NOTES[] =
        "SELECT n.run_id, n.seq FROM attempt_note n LEFT JOIN attempt a ON a.run_id = n.run_id "
        "AND a.seq = n.seq WHERE a.run_id IS NULL";
    static const char NUMBERS[] = "SELECT coalesce((SELECT last FROM item_number), 0), "
                                  "coalesce((SELECT max(id) FROM item), 0)";
    static const char DOCUMENTS[] = "SELECT id, body, sha256 FROM document";
    int result = sql_each(verify->store, SHARES, take_shares, verify, fault);

    if (result == 0)
        result = sql_each(verify->store, SUCCESSORS, take_successors, verify, fault);
    if (result == 0)
        result = sql_each(verify->store, KEYS, take_keys, verify, fault);
    if (result == 0)
        result = sql_each(verify->store, NOTES, take_note, verify, fault);
    if (result == 0)
        result = sql_each(verify->store, NUMBERS, take_number, verify, fault);
    if (result == 0)
        result = sql_each(verify->store, DOCUMENTS, take_document, verify, fault);
    return result;
}
