/* Is the store in a place whole, and what does it hold? */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/backup_inner.h"
#include "core/store/sql.h"
#include "core/store/verify.h"

enum { INSTALLATION_SIZE = 16 };

void backup_hex(const unsigned char *bytes, size_t length, char *target)
{
    static const char DIGITS[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < length; i++) {
        target[2 * i] = DIGITS[bytes[i] >> 4];
        target[2 * i + 1] = DIGITS[bytes[i] & 15];
    }
    target[2 * length] = '\0';
}

int backup_identify(struct store *store, char ret_installation[static BACKUP_INSTALLATION_TEXT],
                    int64_t *ret_tasks, struct fault *fault)
{
    static const char SQL[] =
        "SELECT installation, (SELECT count(*) FROM ledger) FROM store WHERE id = 1";
    sqlite3_stmt *statement = NULL;
    const void *installation;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    installation = result > 0 ? sql_blob(statement, 0) : NULL;
    if (result > 0 && installation == NULL && memory_lacked()) {
        result = fault_no_memory(fault);
    } else if (installation != NULL && sqlite3_column_bytes(statement, 0) == INSTALLATION_SIZE) {
        backup_hex(installation, INSTALLATION_SIZE, ret_installation);
        *ret_tasks = sqlite3_column_int64(statement, 1);
        result = 0;
    } else if (result >= 0) {
        result = fault_set(fault, -EBADMSG, "the store does not say which installation it is");
    }
    sql_done(statement);
    return result;
}

static int ask(struct store *store, const char *text, int64_t *ret_value, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, text, &statement, fault);

    if (result == 0)
        result = sql_step_number(store, statement, ret_value, fault);
    sql_done(statement);
    return result;
}

struct counting {
    int folder_fd;
    struct backup_manifest *manifest;
};

static int count_key(const char *name, void *context, struct fault *fault)
{
    struct counting *counting = context;
    int is_there = file_is_there(counting->folder_fd, name);

    if (is_there < 0)
        return fault_set(fault, is_there, "%s: cannot be looked at: %s", name, strerror(-is_there));
    counting->manifest->keys += is_there;
    counting->manifest->keys_gone += !is_there;
    return 0;
}

static int count(struct store *store, const struct backup_place *place,
                 struct backup_manifest *manifest, struct fault *fault)
{
    /* enum item_state: ready (or leased), deferred, waiting */
    static const char ITEMS[] = "SELECT count(*) FROM item WHERE state IN (0, 2, 3)";
    static const char NEWEST[] = "SELECT ifnull(max(completed_ms), 0) FROM attempt";
    struct counting counting = {place->fd, manifest};
    int result = backup_identify(store, manifest->installation, &manifest->tasks, fault);

    if (result == 0)
        result = ask(store, ITEMS, &manifest->items, fault);
    if (result == 0)
        result = ask(store, NEWEST, &manifest->newest_ms, fault);
    if (result == 0)
        result = backup_each_key(store, count_key, &counting, fault);
    return result;
}

/* The first difference is what is said of all. */
static void keep_first(const char *difference, void *context)
{
    struct fault *first = context;

    if (first->text[0] == '\0')
        (void)fault_set(first, -EBADMSG, "%s", difference);
}

static int recount(struct store *store, const struct backup_progress *progress, struct fault *fault)
{
    struct verify_report report = {0};
    struct fault first = {.text = ""};
    int64_t above = 0; /* differences in what the layers above have frozen */
    int result = verify_store(store, keep_first, &first, &report, fault);

    if (result == 0 && progress != NULL && progress->recount != NULL)
        result = progress->recount(store, keep_first, &first, &above, fault);
    if (result == 0 && report.differences + above > 0)
        result =
            fault_set(fault, -EBADMSG,
                      "the copy does not add up (%" PRId64
                      " differences): %.400s; run `automagi verify` in the installation it is of",
                      report.differences + above, first.text);
    return result;
}

int backup_prove(const struct backup_place *place, const char *what,
                 const struct backup_progress *progress, struct backup_manifest *ret_manifest,
                 struct fault *fault)
{
    struct backup_manifest found = {.program = ""};
    struct store *store = NULL;
    int result = store_open(place->path, STORE_READ, &store, fault);

    if (result == 0)
        result = recount(store, progress, fault);
    if (result == 0)
        result = count(store, place, &found, fault);
    store_close(store);
    backup_place_drop_log(place);
    if (result < 0)
        return fault_prefix(fault, result, "%s", what);
    ret_manifest->tasks = found.tasks;
    ret_manifest->items = found.items;
    ret_manifest->newest_ms = found.newest_ms;
    ret_manifest->keys = found.keys;
    ret_manifest->keys_gone = found.keys_gone;
    (void)text_copy(ret_manifest->installation, sizeof ret_manifest->installation,
                    found.installation);
    return 0;
}
