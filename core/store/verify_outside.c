/* Keys, and what SQLite itself can check. */
#include "core/store/verify_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/key_file.h"
#include "core/store/reference_key.h"

/* Is there a file where the key should be, whatever is in it? 1, 0, or negative errno when the disk does not say. */
static int has_file(const struct store *store, const struct window_key *key, enum robot_window kind,
                    struct fault *fault)
{
    char path[STORE_PATH_MAX];
    int result;

    if (key_file_path(store, key, kind, path, NULL) < 0)
        return 0;
    result = file_is_there(AT_FDCWD, path);
    return result < 0
               ? fault_set(fault, result, "%s: cannot be looked at: %s", path, strerror(-result))
               : result;
}

/* 0 good, 1 gone (or never made: the fault says so), or what else is wrong with it. */
static int check_key(struct verify *verify, sqlite3_stmt *row, struct fault *fault)
{
    enum robot_window kind = (enum robot_window)sqlite3_column_int(row, 2);
    struct window_key key = {.robot_id = sqlite3_column_int64(row, 0),
                             .window = sqlite3_column_int64(row, 1)};
    int is_there = 0;
    int result;

    (void)text_copy(key.slug, sizeof key.slug, sql_text(row, 3));
    result = reference_key_check(verify->store, key.robot_id, kind, key.window, fault);
    if (result == -ENOKEY)
        is_there = has_file(verify->store, &key, kind, fault);
    if (is_there < 0)
        return is_there;
    return result == -ENOENT || (result == -ENOKEY && is_there == 0) ? 1 : result;
}

static int take_key(sqlite3_stmt *row, void *context, struct fault *fault)
{
    int result = check_key(context, row, fault);

    if (result == -ENOMEM || result == -EIO)
        return result;
    if (result < 0)
        verify_say(context, "key: %s", fault->text);
    return 0;
}

/* Of a window with items that wait to be worked on. A wrong key was said already. */
static int take_needed_key(sqlite3_stmt *row, void *context, struct fault *fault)
{
    int result = check_key(context, row, fault);

    if (result == -ENOMEM || result == -EIO)
        return result;
    if (result > 0)
        verify_say(context, "key: items on the queue of robot %s cannot be opened: %s",
                   sql_text(row, 3), fault->text);
    return 0;
}

int verify_known_keys(struct verify *verify, struct fault *fault)
{
    static const char KEYS[] = "SELECT k.robot_id, k.window, r.window_kind, r.slug "
                               "FROM reference_key k JOIN robot r ON r.id = k.robot_id";

    return sql_each(verify->store, KEYS, take_key, verify, fault);
}

int verify_keys(struct verify *verify, struct fault *fault)
{
    static const char NEEDED[] =
        "SELECT DISTINCT i.robot_id, i.window, r.window_kind, r.slug FROM item i "
        "JOIN robot r ON r.id = i.robot_id WHERE i.state IN (0, 2, 3) AND i.sealed IS NOT NULL";
    int result = verify_known_keys(verify, fault);

    if (result == 0)
        result = sql_each(verify->store, NEEDED, take_needed_key, verify, fault);
    return result;
}

static int take_foreign_key(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    if (sqlite3_column_type(row, 1) == SQLITE_NULL)
        verify_say(context, "%s: a row refers to a row of %s that is not there", sql_text(row, 0),
                   sql_text(row, 2));
    else
        verify_say(context, "%s: row %" PRId64 " refers to a row of %s that is not there",
                   sql_text(row, 0), (int64_t)sqlite3_column_int64(row, 1), sql_text(row, 2));
    return 0;
}

int verify_foreign_keys(struct verify *verify, struct fault *fault)
{
    static const char SQL[] = "PRAGMA foreign_key_check";

    return sql_each(verify->store, SQL, take_foreign_key, verify, fault);
}

static int take_integrity(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const char *text = sql_text(row, 0);

    (void)fault;
    if (strcmp(text, "ok") != 0)
        verify_say(context, "the database's own check: %s", text);
    return 0;
}

int verify_integrity(struct verify *verify, struct fault *fault)
{
    static const char SQL[] = "PRAGMA integrity_check(1000)";

    return sql_each(verify->store, SQL, take_integrity, verify, fault);
}
