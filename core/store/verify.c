#include "core/store/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/period.h"
#include "core/store/reference_key.h"
#include "core/store/verify_inner.h"

enum { SAY_SIZE = 1024 };

void verify_say(struct verify *verify, const char *format, ...)
{
    char line[SAY_SIZE];
    va_list arguments;

    if (verify->report.differences++ >= VERIFY_SAY_MAX)
        return;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    verify->callback(line, verify->context);
}

bool verify_is_hash(const void *bytes, size_t length)
{
    static const unsigned char zero[REFERENCE_HASH_SIZE];

    return bytes != NULL && length == sizeof zero && memcmp(bytes, zero, sizeof zero) != 0;
}

const char *verify_robot(struct verify *verify, int64_t robot_id, char target[static 64])
{
    static const char SQL[] = "SELECT slug FROM robot WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(verify->store, SQL, &statement, NULL);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(verify->store, statement, NULL);
    }
    if (result > 0)
        (void)text_copy(target, 64, sql_text(statement, 0));
    else
        (void)snprintf(target, 64, "number %" PRId64, robot_id);
    sql_done(statement);
    return target;
}

/* A damaged table is a difference, and no reason not to look at the others. */
static int judge(struct verify *verify, int result, const struct fault *damage, struct fault *fault)
{
    if (result == -EBADMSG) {
        verify_say(verify, "%s", damage->text);
        return 0;
    }
    if (result < 0)
        return fault_set(fault, result, "%s", damage->text);
    return 0;
}

/* What needs the attempts: their sums, the ledger. The sums are only worth comparing
 * when all that goes into them could be read. */
static int verify_record(struct verify *verify, struct fault *fault)
{
    struct recount days = {0};
    struct tally *done = calloc(1, sizeof *done);
    int result;

    if (done == NULL)
        return fault_no_memory(fault);
    result = period_open_from(verify->store, &verify->open_from, fault);
    if (result == 0)
        result = verify_attempts(verify, &days, done, fault);
    if (result == 0)
        result = verify_ledger(verify, done, fault);
    if (result == 0)
        result = verify_corrections(verify, &days, fault);
    if (result == 0)
        result = verify_handovers(verify, &days, fault);
    if (result == 0)
        result = verify_sums(verify, &days, fault);
    recount_release(&days);
    free(done);
    return result;
}

static int verify_all(struct verify *verify, struct fault *fault)
{
    static int (*const checks[])(struct verify *, struct fault *) = {
        verify_integrity, verify_foreign_keys, verify_window_prepare,
        verify_record,    verify_imports,      verify_items,
        verify_leases,    verify_tables,       verify_money,
        verify_closings,  verify_keys};
    int result = 0;
    size_t i;

    for (i = 0; i < sizeof checks / sizeof checks[0] && result == 0; i++) {
        struct fault damage = {{0}};

        result = checks[i](verify, &damage);
        result = judge(verify, result, &damage, fault);
    }
    return result;
}

int verify_store(struct store *store, verify_callback *callback, void *context,
                 struct verify_report *ret_report, struct fault *fault)
{
    struct verify verify = {.store = store, .callback = callback, .context = context};
    bool entered = false;
    int result = store_view_enter(store, &entered, fault);

    if (result == 0)
        result = verify_all(&verify, fault);
    store_view_leave(store, entered);
    free(verify.robots);
    id_set_release(&verify.import_runs);
    if (result == 0)
        *ret_report = verify.report;
    return result;
}

int verify_store_keys(struct store *store, verify_callback *callback, void *context,
                      struct fault *fault)
{
    struct verify verify = {.store = store, .callback = callback, .context = context};

    return verify_known_keys(&verify, fault);
}
