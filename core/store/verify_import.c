/* Imports: what each says of its rows against what its runs recorded. */
#include "core/store/verify_inner.h"

#include <inttypes.h>

#include "core/store/import_inner.h"

struct imported {
    int64_t id;
    int64_t rows, applied;
    int64_t new_rows, repeated_rows, not_done_rows, undone_rows, late_rows;
    bool is_finished;
    bool is_given_up; /* its contents have its number behind them */
};

static void check_rows(struct verify *verify, const struct imported *import)
{
    int64_t sum = 0;
    bool fits = !__builtin_add_overflow(import->new_rows, import->repeated_rows, &sum) &&
                !__builtin_add_overflow(sum, import->not_done_rows, &sum) &&
                !__builtin_add_overflow(sum, import->undone_rows, &sum);

    if (!fits || sum != import->applied)
        verify_say(verify,
                   "import %" PRId64 ": it says %" PRId64 " rows were applied, but not that its "
                   "new, repeated, not done and undone rows are as many together",
                   import->id, import->applied);
    if (import->applied < 0 || import->applied > import->rows)
        verify_say(verify,
                   "import %" PRId64 ": it says %" PRId64
                   " rows were applied, its file has %" PRId64,
                   import->id, import->applied, import->rows);
    else if (import->is_finished && !import->is_given_up && import->applied != import->rows)
        verify_say(verify,
                   "import %" PRId64 ": it is finished, but of its %" PRId64 " rows only %" PRId64
                   " were applied",
                   import->id, import->rows, import->applied);
}

static void check_count(struct verify *verify, int64_t import_id, const char *what, int64_t said,
                        int64_t counted)
{
    if (said != counted)
        verify_say(verify,
                   "import %" PRId64 ": it says %" PRId64 " %s rows, its runs recorded %" PRId64,
                   import_id, said, what, counted);
}

static int take_import(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct verify *verify = context;
    struct imported import = {
        .id = sqlite3_column_int64(row, 0),
        .rows = sqlite3_column_int64(row, 1),
        .applied = sqlite3_column_int64(row, 2),
        .new_rows = sqlite3_column_int64(row, 3),
        .repeated_rows = sqlite3_column_int64(row, 4),
        .not_done_rows = sqlite3_column_int64(row, 5),
        .undone_rows = sqlite3_column_int64(row, 6),
        .late_rows = sqlite3_column_int64(row, 11),
        .is_finished = sqlite3_column_type(row, 7) != SQLITE_NULL,
        .is_given_up = sqlite3_column_int64(row, 13) > IMPORT_HASH_SIZE,
    };

    (void)fault;
    check_rows(verify, &import);
    check_count(verify, import.id, "new", import.new_rows, sqlite3_column_int64(row, 8));
    check_count(verify, import.id, "not done", import.not_done_rows, sqlite3_column_int64(row, 9));
    check_count(verify, import.id, "undone", import.undone_rows, sqlite3_column_int64(row, 10));
    check_count(verify, import.id, "late", import.late_rows, sqlite3_column_int64(row, 12));
    return 0;
}

/* Repeated rows leave an attempt only when they were done: they are known as the rest. Attempts are
 * grouped in the order of import_run's key, so that only corrections, which are few, are sorted. */
int verify_imports(struct verify *verify, struct fault *fault)
{
    static const char SQL[] =
        "WITH tried(id, done, not_done, late) AS MATERIALIZED ("
        "SELECT i.import_id, sum(a.outcome = 0), sum(a.outcome IN (2, 4)), "
        "sum(a.outcome = 0 AND a.booking IS NOT NULL) "
        "FROM import_run i CROSS JOIN attempt a WHERE a.run_id = i.run_id GROUP BY i.import_id), "
        "taken(run_id, count, late) AS MATERIALIZED ("
        "SELECT by_run_id, count(*), sum(booking <> strftime('%Y', day * 86400, 'unixepoch') * 12 "
        "+ "
        "strftime('%m', day * 86400, 'unixepoch') - 1) FROM correction WHERE by_run_id IS NOT NULL "
        "GROUP BY "
        "by_run_id), "
        "undone(id, count, late) AS MATERIALIZED ("
        "SELECT i.import_id, sum(k.count), sum(k.late) FROM import_run i JOIN taken k ON k.run_id "
        "= i.run_id "
        "GROUP BY i.import_id) "
        "SELECT m.id, m.rows, m.applied, m.new_rows, m.repeated_rows, m.not_done_rows, "
        "m.undone_rows, m.finished_ms, coalesce(t.done, 0), coalesce(t.not_done, 0), "
        "coalesce(u.count, 0), m.late_rows, coalesce(t.late, 0) + coalesce(u.late, 0), "
        "length(m.content_hash) FROM import "
        "m LEFT JOIN tried t ON t.id = m.id "
        "LEFT JOIN undone u ON u.id = m.id";

    return sql_each(verify->store, SQL, take_import, verify, fault);
}
