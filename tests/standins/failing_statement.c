#include "tests/standins/failing_statement.h"

#include <sqlite3.h>
#include <stddef.h>
#include <unistd.h>

static struct {
    long deny_left, die_left; /* until one fails; 0: none does */
    bool has_denied;
} statements;

static int authorise(void *context, int action, const char *first, const char *second,
                     const char *schema, const char *inner)
{
    (void)context, (void)action, (void)first, (void)second, (void)schema, (void)inner;
    if (statements.deny_left == 0 || --statements.deny_left > 0)
        return SQLITE_OK;
    statements.has_denied = true;
    return SQLITE_DENY;
}

static int begin(unsigned kind, void *context, void *statement, void *text)
{
    (void)kind, (void)context, (void)statement, (void)text;
    if (statements.die_left != 0 && --statements.die_left == 0)
        _exit(FAILING_STATEMENT_DEATH);
    return 0;
}

static int watch(sqlite3 *db, const char **ret_error, const void *api)
{
    int code = sqlite3_set_authorizer(db, authorise, NULL);

    (void)ret_error, (void)api;
    return code == SQLITE_OK ? sqlite3_trace_v2(db, SQLITE_TRACE_STMT, begin, NULL) : code;
}

int failing_statement_use(void)
{
    return sqlite3_auto_extension((void (*)(void))watch);
}

void failing_statement_deny(long part)
{
    statements.deny_left = part;
    statements.has_denied = false;
}

void failing_statement_die(long statement)
{
    statements.die_left = statement;
}

void failing_statement_heal(void)
{
    statements.deny_left = 0;
    statements.die_left = 0;
}

bool failing_statement_has_denied(void)
{
    return statements.has_denied;
}
