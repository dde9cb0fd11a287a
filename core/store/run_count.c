/* The counts of a run, for lists: kept in memory, so that a result costs its run no write. */
#include "core/store/batch.h"

#include <errno.h>
#include <stdlib.h>

#include "core/store/sql.h"

enum { RUNS_MAX = 256 }; /* of one batch, before they are written early */

struct run_count {
    int64_t run_id;
    int64_t done, business, failed;
    int32_t first_day, last_day;
};

struct run_counts {
    struct run_count runs[RUNS_MAX];
    size_t used;
    size_t last; /* whom the last attempt belonged to */
};

int run_counts_make(struct run_counts **ret_counts)
{
    *ret_counts = calloc(1, sizeof **ret_counts);
    return *ret_counts != NULL ? 0 : -ENOMEM;
}

void run_counts_free(struct run_counts *counts)
{
    free(counts);
}

void run_counts_discard(struct run_counts *counts)
{
    counts->used = 0;
    counts->last = 0;
}

static struct run_count *find(struct run_counts *counts, int64_t run_id)
{
    size_t i;

    if (counts->last < counts->used && counts->runs[counts->last].run_id == run_id)
        return &counts->runs[counts->last];
    for (i = 0; i < counts->used; i++) {
        if (counts->runs[i].run_id == run_id) {
            counts->last = i;
            return &counts->runs[i];
        }
    }
    return NULL;
}

static void count(struct run_count *run, enum attempt_outcome outcome)
{
    switch (outcome) {
    case ATTEMPT_DONE:
    case ATTEMPT_REPEATED:
        run->done++;
        break;
    case ATTEMPT_BUSINESS:
        run->business++;
        break;
    case ATTEMPT_TRANSIENT:
    case ATTEMPT_FAILED:
    case ATTEMPT_UNKNOWN:
        run->failed++;
        break;
    case ATTEMPT_UNDONE: /* of another run's task */
    case ATTEMPT_HELPED: /* beside its business */
    case ATTEMPT_UNHELPED:
        break;
    }
}

int run_counts_add(struct rollup_batch *batch, int64_t run_id, enum attempt_outcome outcome,
                   int32_t day, struct fault *fault)
{
    struct run_counts *counts = batch->counts;
    struct run_count *run = find(counts, run_id);

    if (run == NULL) {
        if (counts->used == RUNS_MAX) {
            int result = run_counts_flush(batch, fault);

            if (result < 0)
                return result;
        }
        counts->last = counts->used++;
        run = &counts->runs[counts->last];
        *run = (struct run_count){.run_id = run_id, .first_day = day, .last_day = day};
    }
    if (day < run->first_day)
        run->first_day = day;
    if (day > run->last_day)
        run->last_day = day;
    count(run, outcome);
    return 0;
}

int run_counts_flush(struct rollup_batch *batch, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE run SET done = done + ?2, business = business + ?3, failed = failed + ?4, "
        "first_day = min(coalesce(first_day, ?5), ?5), last_day = max(coalesce(last_day, ?6), ?6) "
        "WHERE id = ?1";
    struct run_counts *counts = batch->counts;
    sqlite3_stmt *statement = NULL;
    int result = 0;
    size_t i;

    if (counts->used == 0)
        return 0;
    result = sql_use(batch->store, SQL, &statement, fault);
    for (i = 0; i < counts->used && result == 0; i++) {
        const struct run_count *run = &counts->runs[i];

        sqlite3_bind_int64(statement, 1, run->run_id);
        sqlite3_bind_int64(statement, 2, run->done);
        sqlite3_bind_int64(statement, 3, run->business);
        sqlite3_bind_int64(statement, 4, run->failed);
        sqlite3_bind_int(statement, 5, run->first_day);
        sqlite3_bind_int(statement, 6, run->last_day);
        result = sql_run(batch->store, statement, fault);
    }
    sql_done(statement);
    run_counts_discard(counts);
    return store_half_done(result);
}
