/* What is refused before it is used, and before anything is changed. */
#include "core/store/store_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fault.h"
#include "core/store/store_version.h"

enum {
    HEADER_SIZE = 100,
    HEADER_PAGE_SIZE = 16,     /* 2 bytes; 1 means 65536 */
    HEADER_WRITE_VERSION = 18, /* 1 rollback journal, 2 WAL */
    HEADER_READ_VERSION = 19,
    HEADER_CHANGES = 24,
    HEADER_PAGES = 28,
    HEADER_SCHEMA_FORMAT = 44, /* SQLite knows 1 to 4 */
    SCHEMA_FORMAT_MOST = 4,
    HEADER_APPLICATION_ID = 68,
    HEADER_PAGES_VALID_FOR = 92, /* the page count holds when equal to HEADER_CHANGES */
    WAL_HEADER_SIZE = 32,
    WAL_FRAME_HEADER_SIZE = 24
};

#define ADVICE_DAMAGED "keep a copy of it as it is, and restore the latest backup"

int store_check_file(const struct store *store, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    struct stat about;
    int result = store_path(store, "automagi.db", path, fault);

    if (result < 0)
        return result;
    /* No descriptor of our own: closing one would drop SQLite's locks on the file. */
    if (lstat(path, &about) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return fault_set(fault, -ENOENT, "%s: there is no store; make one with `automagi init`",
                             path);
        return fault_set(fault, -errno, "%s: cannot be looked at: %s; use the account that owns it",
                         path, strerror(errno));
    }
    if (S_ISLNK(about.st_mode))
        return fault_set(fault, -EINVAL,
                         "%s: is a symbolic link; put the store itself there, or give the folder "
                         "it lies in as the home",
                         path);
    if (!S_ISREG(about.st_mode))
        return fault_set(fault, -EINVAL,
                         "%s: is not a regular file, so not a store; give another home", path);
    return 0;
}

static uint32_t read_32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* 0 when it is none that SQLite knows. */
static int64_t page_size_of(const unsigned char header[static HEADER_SIZE])
{
    int64_t size = (int64_t)header[HEADER_PAGE_SIZE] << 8 | (int64_t)header[HEADER_PAGE_SIZE + 1];

    if (size == 1)
        return 65536;
    return size >= 512 && (size & (size - 1)) == 0 ? size : 0;
}

static int damaged(const struct store *store, const char *what, struct fault *fault)
{
    return fault_set(fault, -EBADMSG, "%s/automagi.db: is damaged: %s; " ADVICE_DAMAGED,
                     store->home, what);
}

static bool is_zeroed(const unsigned char *bytes, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Pages that only the log holds are not in the file yet: after a crash in the midst of
 * a checkpoint the header may count them already. */
static int check_size(const struct store *store, const unsigned char header[static HEADER_SIZE],
                      int64_t size, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    struct stat about;
    int64_t page_size = page_size_of(header);
    int64_t frames = 0;
    int result = store_path(store, "automagi.db-wal", path, fault);

    if (result < 0)
        return result;
    if (page_size == 0 ||
        read_32(header + HEADER_CHANGES) != read_32(header + HEADER_PAGES_VALID_FOR))
        return 0;
    if (lstat(path, &about) == 0 && about.st_size > WAL_HEADER_SIZE)
        frames = ((int64_t)about.st_size - WAL_HEADER_SIZE) / (WAL_FRAME_HEADER_SIZE + page_size);
    if (size / page_size + frames >= (int64_t)read_32(header + HEADER_PAGES))
        return 0;
    return fault_set(fault, -EBADMSG,
                     "%s/automagi.db: is damaged: it was cut off (%" PRId64 " pages of %" PRIu32
                     "); " ADVICE_DAMAGED,
                     store->home, size / page_size, read_32(header + HEADER_PAGES));
}

static int check_fields(const struct store *store, const unsigned char header[static HEADER_SIZE],
                        struct fault *fault)
{
    if (is_zeroed(header, HEADER_SIZE))
        return damaged(store, "its beginning is all zeros", fault);
    if (memcmp(header, "SQLite format 3", 16) != 0)
        return fault_set(fault, -EBADMSG,
                         "%s/automagi.db: is no SQLite file: it is damaged or something else; "
                         "restore the latest backup, or give another home",
                         store->home);
    if (page_size_of(header) == 0 || header[HEADER_WRITE_VERSION] < 1 ||
        header[HEADER_WRITE_VERSION] > 2 || header[HEADER_READ_VERSION] < 1 ||
        header[HEADER_READ_VERSION] > 2)
        return damaged(store, "its header holds impossible values", fault);
    if (read_32(header + HEADER_APPLICATION_ID) != STORE_APPLICATION_ID)
        return fault_set(fault, -EINVAL,
                         "%s/automagi.db: is not a store of Automagi but another program's "
                         "database; give another home",
                         store->home);
    if (read_32(header + HEADER_SCHEMA_FORMAT) > SCHEMA_FORMAT_MOST)
        return damaged(store, "its header holds impossible values", fault);
    return 0;
}

int store_check_header(struct store *store, struct fault *fault)
{
    unsigned char header[HEADER_SIZE];
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int code = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    int result;

    if (code != SQLITE_OK || file == NULL || file->pMethods == NULL)
        return sql_fault(store, SQLITE_CANTOPEN, fault);
    code = file->pMethods->xFileSize(file, &size);
    if (code == SQLITE_OK && size == 0)
        return damaged(store, "it is empty", fault);
    if (code == SQLITE_OK && size < HEADER_SIZE)
        return damaged(store, "it was cut off within its header", fault);
    if (code == SQLITE_OK)
        code = file->pMethods->xRead(file, header, HEADER_SIZE, 0);
    if (code != SQLITE_OK)
        return sql_fault(store, code, fault);
    result = check_fields(store, header, fault);
    return result == 0 ? check_size(store, header, size, fault) : result;
}

struct versions {
    int64_t version;
    int64_t least; /* min_reader or min_writer, as the mode asks */
    int64_t generation;
    bool is_there;
};

static int read_versions(struct store *store, struct versions *ret_versions, struct fault *fault)
{
    static const char SQL[] =
        "SELECT version, min_reader, min_writer, generation FROM store WHERE id = 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0) {
        ret_versions->version = sqlite3_column_int64(statement, 0);
        ret_versions->least = sqlite3_column_int64(statement, store->mode == STORE_READ ? 1 : 2);
        ret_versions->generation = sqlite3_column_int64(statement, 3);
        ret_versions->is_there = true;
        result = 0;
    }
    sql_done(statement);
    return result;
}

/* A later version that lets us in has tables and columns that we need not know. */
static int check_schema(struct store *store, int64_t version, struct fault *fault)
{
    const struct store_version *next = store_version(version + 1);
    bool is_right = true;
    int result = 0;

    if (version <= STORE_VERSION)
        result = store_has_schema(store, version, &is_right, fault);
    if (result == 0 && !is_right && next != NULL && next->was_unmarked)
        result = store_has_schema(store, next->version, &is_right, fault);
    if (result == 0 && !is_right)
        result = damaged(store, "its tables are not those of its version", fault);
    return result;
}

int store_check_contents(struct store *store, struct fault *fault)
{
    struct versions versions = {0};
    int result = read_versions(store, &versions, fault);

    if (result < 0)
        return result;
    if (!versions.is_there || versions.version < 1)
        return damaged(store, "it does not say its version", fault);
    if (versions.least > STORE_VERSION)
        return fault_set(fault, -EPROTO,
                         "%s/automagi.db: has version %" PRId64
                         " and needs a program that knows version %" PRId64
                         "; this one knows %d: install a newer Automagi",
                         store->home, versions.version, versions.least, STORE_VERSION);
    result = check_schema(store, versions.version, fault);
    if (result == 0 && (versions.generation < 0 || versions.generation >= INT32_MAX))
        return damaged(store, "its generation is out of range", fault);
    store->version = versions.version;
    store->generation = versions.generation;
    return result;
}
