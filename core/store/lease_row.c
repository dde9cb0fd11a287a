/* What a row of the table `item` says of a leased one. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/store/batch.h"
#include "core/store/sql.h"

/* A number that is none of them is no reason to be careless. */
static enum item_doubt doubt_of(int number)
{
    return number == ITEM_CERTAIN || number == ITEM_HARMLESS || number == ITEM_COUNTED
               ? (enum item_doubt)number
               : ITEM_UNCERTAIN;
}

bool leases_is_dated(struct sqlite3_stmt *row, int column, int32_t business_day, int64_t created_ms)
{
    return sqlite3_column_type(row, column) != SQLITE_NULL
               ? sqlite3_column_int(row, column) != 0
               : business_day != clock_local_day(created_ms);
}

int leases_read_item(struct sqlite3_stmt *row, int first, struct leased_item *ret_item,
                     struct fault *fault)
{
    const unsigned char *hash = NULL;
    int result = ready_hash(row, first + 6, &hash, fault);

    if (result < 0)
        return result;
    memset(ret_item, 0, sizeof *ret_item);
    if (hash != NULL)
        memcpy(ret_item->hash, hash, REFERENCE_HASH_SIZE);
    ret_item->is_damaged = hash == NULL;
    ret_item->id = sqlite3_column_int64(row, first);
    ret_item->window = sqlite3_column_int64(row, first + 1);
    ret_item->priority = sqlite3_column_int(row, first + 2);
    ret_item->business_day = sqlite3_column_int(row, first + 3);
    ret_item->attempts = (uint32_t)sqlite3_column_int64(row, first + 4);
    ret_item->doubt = doubt_of(sqlite3_column_int(row, first + 5));
    (void)text_copy(ret_item->masked, sizeof ret_item->masked, sql_text(row, first + 7));
    ret_item->lost_runs = (uint32_t)sqlite3_column_int64(row, first + 8);
    ret_item->is_dated = leases_is_dated(row, first + 10, ret_item->business_day,
                                         sqlite3_column_int64(row, first + 9));
    return 0;
}
