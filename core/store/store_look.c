/* The database looked at from outside: its own check, and the library below. */
#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/store_inner.h"

static int take_line(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const struct store *store = context;
    const char *line = sql_text(row, 0);

    if (strcmp(line, "ok") == 0)
        return 0;
    return fault_set(fault, -EBADMSG, "%s/automagi.db: is damaged: %.300s", store->home, line);
}

int store_quick_check(struct store *store, struct fault *fault)
{
    return sql_each(store, "PRAGMA quick_check(1)", take_line, store, fault);
}

const char *store_library_version(int *ret_number)
{
    *ret_number = sqlite3_libversion_number();
    return sqlite3_libversion();
}
