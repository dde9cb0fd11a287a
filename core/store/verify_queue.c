/* Corrections and leases. */
#include "core/store/verify_inner.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/fault.h"
#include "core/store/id_set.h"
#include "core/store/run_record.h"

struct corrections {
    struct verify *verify;
    struct recount *days;
};

/* Both NULL, or the same number. */
static bool is_same(sqlite3_stmt *row, int left, int right)
{
    return sqlite3_column_type(row, left) == sqlite3_column_type(row, right) &&
           sqlite3_column_int64(row, left) == sqlite3_column_int64(row, right);
}

/* Why the correction is wrong, or NULL. */
static const char *wrong_correction(const struct verify *verify, sqlite3_stmt *row)
{
    if (sqlite3_column_type(row, 6) == SQLITE_NULL)
        return "but the ledger has no such task";
    if (!is_same(row, 1, 6) || !is_same(row, 2, 7))
        return "but the ledger's task is of another attempt";
    if (sqlite3_column_type(row, 8) == SQLITE_NULL)
        return "but there is no such attempt";
    if (!is_same(row, 3, 8) || !is_same(row, 4, 9))
        return "with another day or department than the attempt has";
    if (verify_booking_wrong(verify, sqlite3_column_int(row, 3), sqlite3_column_int(row, 5)) !=
        NULL)
        return "in a month in which it cannot be booked";
    return NULL;
}

static int take_correction(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct corrections *corrections = context;
    struct recount_key key = {
        .robot_id = sqlite3_column_int64(row, 0),
        .period = sqlite3_column_int(row, 3),
        .department_id = sqlite3_column_int64(row, 4),
        .booking = sqlite3_column_int(row, 5),
        .outcome = ATTEMPT_UNDONE,
    };
    const char *wrong = wrong_correction(corrections->verify, row);
    char robot[64];

    corrections->verify->report.corrections++;
    if (wrong != NULL)
        verify_say(corrections->verify,
                   "correction: it takes back run %" PRId64 ", attempt %" PRId64 " of robot %s, %s",
                   (int64_t)sqlite3_column_int64(row, 1), (int64_t)sqlite3_column_int64(row, 2),
                   verify_robot(corrections->verify, key.robot_id, robot), wrong);
    return recount_add(corrections->days, &key, 1, 0, fault);
}

int verify_corrections(struct verify *verify, struct recount *days, struct fault *fault)
{
    static const char SQL[] =
        "SELECT c.robot_id, c.run_id, c.seq, c.day, c.department_id, c.booking, "
        "l.run_id, l.seq, a.day, a.department_id FROM correction c "
        "LEFT JOIN ledger l ON l.robot_id = c.robot_id AND l.window = c.window AND "
        "l.ref_hash = c.ref_hash "
        "LEFT JOIN attempt a ON a.run_id = c.run_id AND a.seq = c.seq";
    struct corrections corrections = {.verify = verify, .days = days};

    return sql_each(verify->store, SQL, take_correction, &corrections, fault);
}

/* Why the lease is wrong, or NULL. */
static const char *wrong_lease(sqlite3_stmt *row)
{
    if (sqlite3_column_type(row, 3) == SQLITE_NULL)
        return "which is not there";
    if (sqlite3_column_int(row, 3) != RUN_RUNNING)
        return "which is not running";
    if (!is_same(row, 2, 4))
        return "with another fence than the run has";
    if (!is_same(row, 1, 5))
        return "which is another robot's";
    return NULL;
}

static int take_lease(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const char *wrong = wrong_lease(row);
    char robot[64];

    (void)fault;
    if (wrong != NULL)
        verify_say(context, "lease: items of robot %s are leased by run %" PRId64 ", %s",
                   verify_robot(context, sqlite3_column_int64(row, 1), robot),
                   (int64_t)sqlite3_column_int64(row, 0), wrong);
    return 0;
}

struct leased {
    struct verify *verify;
    struct id_set ids;
};

static int take_leased(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct leased *leased = context;
    int64_t id = sqlite3_column_int64(row, 0);
    int64_t run_id = sqlite3_column_int64(row, 1);

    if (id_set_reserve(&leased->ids, 1) < 0)
        return fault_no_memory(fault);
    if (id_set_has(&leased->ids, id))
        verify_say(leased->verify, "lease: item %" PRId64 " is leased twice, also by run %" PRId64,
                   id, run_id);
    else
        id_set_add(&leased->ids, id);
    if (!is_same(row, 2, 3))
        verify_say(leased->verify,
                   "lease: item %" PRId64 " is leased by run %" PRId64 ", which is another robot's",
                   id, run_id);
    return 0;
}

int verify_leases(struct verify *verify, struct fault *fault)
{
    static const char LEASES[] = "SELECT l.run_id, l.robot_id, l.fence, r.state, r.fence, "
                                 "r.robot_id FROM lease l LEFT JOIN run r ON r.id = l.run_id";
    static const char ITEMS[] =
        "SELECT i.id, l.run_id, l.robot_id, i.robot_id FROM lease l "
        "CROSS JOIN json_each(l.items) j CROSS JOIN item i WHERE i.id = j.value AND i.state = 0";
    struct leased leased = {.verify = verify};
    int result = sql_each(verify->store, LEASES, take_lease, verify, fault);

    if (result == 0)
        result = sql_each(verify->store, ITEMS, take_leased, &leased, fault);
    id_set_release(&leased.ids);
    return result;
}
