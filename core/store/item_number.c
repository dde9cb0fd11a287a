/* Numbers of items: counted in memory, and written once for each transaction. */
#include "core/store/batch.h"
#include "core/store/sql.h"

static int read_last(struct rollup_batch *batch, struct fault *fault)
{
    static const char SQL[] = "SELECT max(coalesce((SELECT last FROM item_number), 0), "
                              "coalesce((SELECT max(id) FROM item), 0))";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(batch->store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(batch->store, statement, fault);
    if (result > 0) {
        batch->numbers.last = sqlite3_column_int64(statement, 0);
        batch->numbers.is_known = true;
        result = 0;
    }
    sql_done(statement);
    return result;
}

int item_number_next(struct rollup_batch *batch, int64_t *ret_id, struct fault *fault)
{
    int result = batch->numbers.is_known ? 0 : read_last(batch, fault);

    if (result == 0) {
        batch->numbers.is_due = true;
        *ret_id = ++batch->numbers.last;
    }
    return result;
}

int item_numbers_flush(struct rollup_batch *batch, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO item_number(id, last) VALUES(1, ?1) ON CONFLICT DO UPDATE SET last = ?1";
    sqlite3_stmt *statement = NULL;
    int result;

    if (!batch->numbers.is_due)
        return 0;
    result = sql_use(batch->store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, batch->numbers.last);
        result = sql_run(batch->store, statement, fault);
    }
    sql_done(statement);
    batch->numbers.is_due = false;
    return result;
}

void item_numbers_discard(struct rollup_batch *batch)
{
    batch->numbers = (struct item_numbers){.is_known = false};
}
