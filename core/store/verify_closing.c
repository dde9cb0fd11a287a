/*
 * Months that were closed, against the record of who did what. A hash covers the months before it, so
 * the last one could be taken away, or all be made anew, without a trace in the months themselves.
 */
#include "core/store/verify_inner.h"

static int take_closing(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    if (sqlite3_column_int(row, 1) != 0)
        verify_say(context,
                   "period %s: the audit says that it was closed, but it is not among the closed "
                   "months",
                   sql_text(row, 0));
    else
        verify_say(context, "period %s: the audit says that it was closed with another hash",
                   sql_text(row, 0));
    return 0;
}

int verify_closings(struct verify *verify, struct fault *fault)
{
    /* A hash that looked like a CPR number was hidden. */
    static const char SQL[] =
        "SELECT a.subject, p.month IS NULL FROM audit a LEFT JOIN period p ON p.month = "
        "CAST(substr(a.subject, 1, 4) AS INTEGER) * 12 + "
        "CAST(substr(a.subject, 6, 2) AS INTEGER) - 1 "
        "WHERE a.action = 'period close' AND (p.month IS NULL OR "
        "instr(a.detail, lower(hex(p.hash))) + instr(a.detail, '[CPR]') = 0) ORDER BY a.id";

    return sql_each(verify->store, SQL, take_closing, verify, fault);
}
