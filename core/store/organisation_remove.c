/* What `load` takes away again when the file no longer has it. */
#include "core/store/organisation.h"

#include "core/store/sql.h"

int rate_remove(struct store *store, int32_t from_day, int32_t booking_from, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM rate WHERE from_day = ?1 AND booking_from = ?2";

    return sql_run_numbers(store, SQL, from_day, booking_from, fault);
}

int department_name_remove(struct store *store, int64_t department_id, int32_t from_day,
                           struct fault *fault)
{
    static const char SQL[] =
        "DELETE FROM department_name WHERE department_id = ?1 AND from_day = ?2";

    return sql_run_numbers(store, SQL, department_id, from_day, fault);
}

int budget_remove(struct store *store, int64_t department_id, int32_t year, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM budget WHERE department_id = ?1 AND year = ?2";

    return sql_run_numbers(store, SQL, department_id, year, fault);
}
