/* Making a store: complete under another name, then renamed. */
#include "core/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store_inner.h"
#include "core/store/store_version.h"

enum { INSTALLATION_SIZE = 16 };

static const char NEW_NAME[] = "automagi.db.new";
static const char NAME[] = "automagi.db";

static int refuse_existing(const char *home, struct fault *fault)
{
    return fault_set(fault, -EEXIST, "%s/%s: is there already; it was left as it is", home, NAME);
}

static int failed(const char *home, const char *what, int error, struct fault *fault)
{
    return fault_set(fault, -error, "%s/%s: %s: %s; look at the folder's rights and room", home,
                     NEW_NAME, what, strerror(error));
}

static void remove_leftovers(int folder_fd)
{
    (void)unlinkat(folder_fd, "automagi.db.new", 0);
    (void)unlinkat(folder_fd, "automagi.db.new-journal", 0);
    (void)unlinkat(folder_fd, "automagi.db.new-wal", 0);
    (void)unlinkat(folder_fd, "automagi.db.new-shm", 0);
}

/* SQLite would make it readable for others; its journals take the file's mode. */
static int make_empty(const char *home, int folder_fd, struct fault *fault)
{
    int fd =
        openat(folder_fd, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return failed(home, "cannot be made", errno, fault);
    (void)close(fd);
    return 0;
}

static int insert_row(struct store *store, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO store(id, version, min_reader, min_writer, installation, "
        "created_ms, generation) VALUES(1, ?1, ?4, ?5, ?2, ?3, 0)";
    const struct store_version *newest = store_version(STORE_VERSION);
    unsigned char installation[INSTALLATION_SIZE];
    sqlite3_stmt *statement = NULL;
    int result;

    if (getrandom(installation, sizeof installation, 0) != (ssize_t)sizeof installation)
        return failed(store->home, "the system gave no random bytes", errno, fault);
    result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, STORE_VERSION);
        sql_bind_blob(statement, 2, installation, sizeof installation);
        sqlite3_bind_int64(statement, 3, clock_now_ms());
        sqlite3_bind_int64(statement, 4, newest->min_reader);
        sqlite3_bind_int64(statement, 5, newest->min_writer);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int insert_mark(struct store *store, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO demo(id, made_ms) VALUES(1, ?1)";

    return sql_run_numbers(store, SQL, clock_now_ms(), 0, fault);
}

/* The header must be in the file itself, so WAL comes last. */
static int fill(struct store *store, struct fault *fault)
{
    int result = store_open_file(store, NEW_NAME, fault);

    if (result == 0)
        result = store_insist(store, "PRAGMA synchronous = FULL", "PRAGMA synchronous", 2, fault);
    if (result == 0)
        result = store_insist(store, "PRAGMA page_size = 4096", "PRAGMA page_size", 4096, fault);
    if (result == 0)
        result = store_insist(store, "PRAGMA auto_vacuum = NONE", "PRAGMA auto_vacuum", 0, fault);
    if (result == 0)
        result = store_insist(store, "PRAGMA application_id = 0x41474d49", "PRAGMA application_id",
                              STORE_APPLICATION_ID, fault);
    if (result == 0)
        result = store_begin(store, fault);
    if (result == 0)
        result = store_schema_apply(store, fault);
    if (result == 0)
        result = insert_row(store, fault);
    if (result == 0 && store->is_demo)
        result = insert_mark(store, fault);
    if (result == 0)
        result = store_commit(store, fault);
    if (result == 0)
        result = store_set_journal(store, fault);
    return result;
}

static int make_file(const char *home, int folder_fd, bool is_demo, struct fault *fault)
{
    struct store *store = NULL;
    int result = make_empty(home, folder_fd, fault);

    if (result < 0)
        return result;
    store = store_new(home, STORE_WRITE);
    if (store == NULL)
        return fault_no_memory(fault);
    store->is_demo = is_demo;
    result = fill(store, fault);
    store_close(store);
    return result;
}

/* The handle is closed by now: closing a descriptor of ours drops no lock of SQLite's. */
static int make_durable(const char *home, int folder_fd, struct fault *fault)
{
    int fd = openat(folder_fd, NEW_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int error = fd < 0 || fsync(fd) < 0 ? errno : 0;

    if (fd >= 0)
        (void)close(fd);
    return error != 0 ? failed(home, "did not reach the disk", error, fault) : 0;
}

static int give_name(const char *home, int folder_fd, struct fault *fault)
{
    int moved = renameat2(folder_fd, NEW_NAME, folder_fd, NAME, RENAME_NOREPLACE);

    if (moved < 0 && errno == EEXIST)
        return refuse_existing(home, fault);
    /* Not every file system can do this; there the home's lock keeps others out. */
    if (moved < 0 && (errno == EINVAL || errno == ENOSYS))
        moved = renameat(folder_fd, NEW_NAME, folder_fd, NAME);
    if (moved < 0 || fsync(folder_fd) < 0)
        return failed(home, "did not get its name", errno, fault);
    return 0;
}

/* Leaves the log and its index beside the store, for readers that may not make them. */
static int leave_log(const char *home, struct fault *fault)
{
    struct store *store = store_new(home, STORE_WRITE);
    int result;

    if (store == NULL)
        return fault_no_memory(fault);
    result = store_open_file(store, NAME, fault);
    if (result == 0)
        result = store_set_connection(store, fault);
    if (result == 0)
        result = store_set_journal(store, fault);
    if (result == 0)
        result = store_view_begin(store, fault);
    store_close(store);
    return result;
}

static int create_in(const char *home, int folder_fd, bool is_demo, struct fault *fault)
{
    struct stat about;
    int result = 0;

    if (fstatat(folder_fd, NAME, &about, AT_SYMLINK_NOFOLLOW) == 0)
        return refuse_existing(home, fault);
    remove_leftovers(folder_fd);
    result = make_file(home, folder_fd, is_demo, fault);
    if (result == 0)
        result = make_durable(home, folder_fd, fault);
    if (result == 0)
        result = give_name(home, folder_fd, fault);
    remove_leftovers(folder_fd); /* SQLite's journal too, which it may have failed to remove */
    return result == 0 ? leave_log(home, fault) : result;
}

static int create(const char *home, bool is_demo, struct fault *fault)
{
    char resolved[STORE_PATH_MAX];
    int result = store_resolve_home(home, resolved, fault);
    int folder_fd;

    if (result < 0)
        return result;
    folder_fd = open(resolved, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s; use the account that owns it",
                         home, strerror(errno));
    result = create_in(resolved, folder_fd, is_demo, fault);
    (void)close(folder_fd);
    return result;
}

int store_create(const char *home, struct fault *fault)
{
    return create(home, false, fault);
}

int store_create_demo(const char *home, struct fault *fault)
{
    return create(home, true, fault);
}
