/* What an installation has that a copy, which is to take its place, has not. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/restore_inner.h"
#include "core/store/sql.h"
#include "core/store/store_inner.h"

struct comparing {
    struct store *home; /* maybe of an earlier version */
    struct store *copy;
    int home_fd;
    int copy_fd;
    struct restore_difference *difference;
};

/* Named by the store that is there, gone from its folder, and in the copy. */
static int compare_key(const char *name, void *context, struct fault *fault)
{
    struct comparing *comparing = context;
    struct restore_difference *difference = comparing->difference;
    int there = file_is_there(comparing->home_fd, name);
    int kept = there == 0 ? file_is_there(comparing->copy_fd, name) : 0;
    int unseen = there < 0 ? there : kept;

    if (unseen < 0)
        return fault_set(fault, unseen, "%s: cannot be looked at: %s", name, strerror(-unseen));
    if (kept == 0)
        return 0;
    if (difference->keys_back++ == 0)
        (void)text_copy(difference->key_back, sizeof difference->key_back, name);
    return 0;
}

static int compare_keys(struct comparing *comparing, struct fault *fault)
{
    const char *home = comparing->home->home;
    int result;

    comparing->home_fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (comparing->home_fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", home, strerror(errno));
    result = backup_each_key(comparing->home, compare_key, comparing, fault);
    (void)close(comparing->home_fd);
    return result;
}

/* One of two reads in the same order that are gone through side by side. */
struct side {
    struct store *store;
    sqlite3_stmt *row;
    bool has_row;
};

static int side_next(struct side *side, struct fault *fault)
{
    int result = sql_step(side->store, side->row, fault);

    side->has_row = result > 0;
    return result < 0 ? result : 0;
}

static int side_begin(struct side *side, const char *text, struct fault *fault)
{
    int result = sql_use(side->store, text, &side->row, fault);

    return result == 0 ? side_next(side, fault) : result;
}

/* As SQLite orders them. */
static int compare_bytes(sqlite3_stmt *one, sqlite3_stmt *other, int column)
{
    size_t length = (size_t)sqlite3_column_bytes(one, column);
    size_t other_length = (size_t)sqlite3_column_bytes(other, column);
    size_t both = length < other_length ? length : other_length;
    const void *bytes = sql_blob(one, column);
    const void *other_bytes = sql_blob(other, column);
    int order = 0;

    if (bytes != NULL && other_bytes != NULL)
        order = memcmp(bytes, other_bytes, both);
    return order != 0 ? order : (length > other_length) - (length < other_length);
}

static int compare_rows(sqlite3_stmt *one, sqlite3_stmt *other)
{
    int columns = sqlite3_column_count(one);
    int order = 0;
    int i;

    for (i = 0; i < columns && order == 0; i++) {
        int64_t number = sqlite3_column_int64(one, i);
        int64_t other_number = sqlite3_column_int64(other, i);

        if (sqlite3_column_type(one, i) == SQLITE_BLOB)
            order = compare_bytes(one, other, i);
        else
            order = (number > other_number) - (number < other_number);
    }
    return order;
}

/* Rows of the home's that the copy has not. Their numbers say nothing of it: a copy need not be what the home was once, for
 * another may have been restored, or worked in, since. */
static int count_lacking(const struct comparing *comparing, const char *text, int64_t *ret_count,
                         struct fault *fault)
{
    struct side there = {.store = comparing->home};
    struct side kept = {.store = comparing->copy};
    int64_t count = 0;
    int result = side_begin(&there, text, fault);

    if (result == 0)
        result = side_begin(&kept, text, fault);
    while (result == 0 && there.has_row) {
        int order = kept.has_row ? compare_rows(there.row, kept.row) : -1;

        count += order < 0;
        if (order >= 0)
            result = side_next(&kept, fault);
        if (order <= 0 && result == 0)
            result = side_next(&there, fault);
    }
    sql_done(kept.row);
    sql_done(there.row);
    if (result == 0)
        *ret_count = count;
    return result;
}

/* By reference: two that lived on from one copy have given the same number to different items. */
static int look_for_closed(sqlite3_stmt *row, void *context, struct fault *fault)
{
    /* Closed; `state <> 0` is for the index. */
    static const char SQL[] = "SELECT count(*) FROM item WHERE robot_id = ?1 AND window = ?2 AND "
                              "ref_hash = ?3 AND state <> 0 AND state IN (4, 5)";
    struct comparing *comparing = context;
    sqlite3_stmt *statement = NULL;
    int64_t closed = 0;
    int result = sql_use(comparing->home, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, sqlite3_column_int64(row, 0));
        sqlite3_bind_int64(statement, 2, sqlite3_column_int64(row, 1));
        sql_bind_blob(statement, 3, sql_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2));
        result = sql_step_number(comparing->home, statement, &closed, fault);
    }
    sql_done(statement);
    if (result == 0 && closed > 0) {
        comparing->difference->reopened++;
        comparing->difference->reopened_ready += sqlite3_column_int(row, 3) != 3;
    }
    return result;
}

static int compare_closed(struct comparing *comparing, struct fault *fault)
{
    static const char OPEN[] =
        "SELECT robot_id, window, ref_hash, state FROM item WHERE state IN (0, 2, 3)";
    struct restore_difference *difference = comparing->difference;
    int result;

    difference->reopened = difference->reopened_ready = 0;
    result = sql_each(comparing->copy, OPEN, look_for_closed, comparing, fault);
    if (result < 0)
        difference->reopened = difference->reopened_ready = -1;
    return result;
}

/* In the order of their primary keys, so nothing is sorted. enum item_state: ready (or leased), deferred, waiting. An item
 * that is closed in the copy would not be done. */
static int compare_work(struct comparing *comparing, struct fault *fault)
{
    static const char TASKS[] = "SELECT robot_id, window, ref_hash FROM ledger ORDER BY 1, 2, 3";
    static const char CORRECTIONS[] =
        "SELECT robot_id, window, ref_hash FROM correction ORDER BY 1, 2, 3";
    static const char MONTHS[] = "SELECT month, hash FROM period ORDER BY 1";
    static const char ITEMS[] = "SELECT id, robot_id, window, ref_hash FROM item NOT INDEXED "
                                "WHERE state IN (0, 2, 3) ORDER BY 1";
    struct restore_difference *difference = comparing->difference;
    int result = count_lacking(comparing, TASKS, &difference->tasks, fault);

    if (result == 0)
        result = count_lacking(comparing, CORRECTIONS, &difference->corrections, fault);
    if (result == 0)
        result = count_lacking(comparing, MONTHS, &difference->months, fault);
    if (result == 0)
        result = count_lacking(comparing, ITEMS, &difference->items, fault);
    return result == 0 ? compare_closed(comparing, fault) : result;
}

static int compare_kind(struct comparing *comparing, const struct restore *restore,
                        struct fault *fault)
{
    struct restore_difference *difference = comparing->difference;
    char installation[BACKUP_INSTALLATION_TEXT];
    int64_t tasks = 0;
    int result = backup_identify(comparing->home, installation, &tasks, fault);

    if (result < 0)
        return result;
    difference->is_same = strcmp(installation, restore->report.manifest.installation) == 0;
    difference->is_other_kind = store_is_demo(comparing->home) != store_is_demo(comparing->copy);
    return difference->is_same ? compare_keys(comparing, fault) : 0;
}

void restore_compare(const struct restore *restore, const char *home,
                     struct restore_difference *ret_difference)
{
    struct restore_difference difference = {.tasks = -1,
                                            .corrections = -1,
                                            .months = -1,
                                            .items = -1,
                                            .reopened = -1,
                                            .reopened_ready = -1};
    struct comparing comparing = {.copy_fd = restore->place.fd, .difference = &difference};
    struct fault fault = {.text = ""};
    int result = store_open_any(home, STORE_READ, &comparing.home, &fault);
    bool is_absent = result == -ENOENT;

    if (result == 0)
        result = store_open(restore->place.path, STORE_READ, &comparing.copy, &fault);
    if (result == 0)
        result = compare_kind(&comparing, restore, &fault);
    difference.is_there = result == 0;
    if (result == 0 && difference.is_same)
        result = compare_work(&comparing, &fault);
    store_close(comparing.copy);
    store_close(comparing.home);
    if (result < 0 && !is_absent)
        (void)text_copy(difference.unreadable, sizeof difference.unreadable, fault.text);
    *ret_difference = difference;
}
