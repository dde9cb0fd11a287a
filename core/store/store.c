#include "core/store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/store/home.h"
#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "core/store/store_inner.h"

enum { PROGRESS_STEPS = 1000000, INDEX_LOOK_MS = 10, INDEX_WAIT_MS = 2000 /* as for a lock */ };

static atomic_uint handles; /* of this process */

_Static_assert(STORE_PATH_MAX >= PATH_MAX, "realpath() fits");

/* The statistics cost a lock at each allocation. In a process that has used SQLite before this
 * changes nothing, which is harmless. */
static void configure_once(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct store *store_new(const char *home, enum store_mode mode)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct store *store = calloc(1, sizeof *store);

    (void)pthread_once(&once, configure_once);
    if (store == NULL)
        return NULL;
    (void)atomic_fetch_add(&handles, 1);
    store->mode = mode;
    store->home_fd = -1;
    (void)text_copy(store->home, sizeof store->home, home);
    return store;
}

int store_path(const struct store *store, const char *name, char *target, struct fault *fault)
{
    if (!file_join(target, STORE_PATH_MAX, store->home, name))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long; use a shorter one",
                         store->home);
    return 0;
}

int store_open_file(struct store *store, const char *name, struct fault *fault)
{
    char path[STORE_PATH_MAX];
    int access = store->mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int result = store_path(store, name, path, fault);
    int code;

    if (result < 0)
        return result;
    code = sqlite3_open_v2(
        path, &store->db,
        access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL);
    if (code != SQLITE_OK)
        return sql_fault(store, code, fault);
    if (store->mode == STORE_WRITE && sqlite3_db_readonly(store->db, "main") != 0)
        return fault_set(fault, -EACCES,
                         "%s: cannot be written; use the account that owns it, on a disk that can "
                         "be written",
                         path);
    return 0;
}

int store_resolve_home(const char *home, char *target, struct fault *fault)
{
    char *resolved = realpath(home, NULL);
    bool fits;

    if (resolved == NULL && (errno == ENOENT || errno == ENOTDIR))
        return fault_set(fault, -ENOENT,
                         "%s: there is no installation; make one with `automagi init`", home);
    if (resolved == NULL)
        return fault_set(fault, -errno, "%s: cannot be opened: %s; use the account that owns it",
                         home, strerror(errno));
    fits = text_copy(target, STORE_PATH_MAX, resolved);
    free(resolved);
    if (!fits)
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long; use a shorter one", home);
    return 0;
}

/* A writer that dies takes its generation with it, so no fence is ever given twice. */
static int raise_generation(struct store *store, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE store SET generation = generation + 1 WHERE id = 1 RETURNING generation";
    sqlite3_stmt *statement = NULL;
    int result = store_begin(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0) {
        store->generation = sqlite3_column_int64(statement, 0);
        result = 0;
    }
    sql_done(statement);
    if (result == 0)
        result = store_commit(store, fault);
    return result;
}

/* The first version has no such mark. */
static int read_mark(struct store *store, struct fault *fault)
{
    static const char IS_THERE[] = "SELECT count(*) FROM sqlite_schema WHERE name = 'demo'";
    int64_t marks = 0;
    int result = store_ask_int(store, IS_THERE, &marks, fault);

    if (result == 0 && marks > 0)
        result = store_ask_int(store, "SELECT count(*) FROM demo", &marks, fault);
    store->is_demo = marks > 0;
    return result;
}

static int use_time_zone(struct store *store, struct fault *fault)
{
    static const char SQL[] = "SELECT time_zone FROM organisation WHERE id = 1";
    const char *zone = ORGANISATION_TIME_ZONE;
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0)
        result = sql_step(store, statement, fault);
    if (result > 0)
        zone = sql_text(statement, 0);
    if (result >= 0)
        result = memory_lacked() ? fault_no_memory(fault) : clock_set_zone(zone, fault);
    sql_done(statement);
    return result;
}

/* Closing any descriptor of the index would end SQLite's own locks of it in this process. */
static bool is_alone(void)
{
    return atomic_load(&handles) == 1;
}

/* A writer that is killed between what it wrote into the log and what it wrote into the index leaves the two apart, too,
 * until those who read by that index have ended: most do so at once. */
static int check_index(const struct store *store, struct store_log_end *end, struct fault *fault)
{
    static const struct timespec moment = {.tv_nsec = INDEX_LOOK_MS * 1000000L};
    int64_t until_ms = clock_monotonic_ms() + INDEX_WAIT_MS;
    int result = store_check_index(store, end, fault);

    while (result == -EBUSY && clock_monotonic_ms() < until_ms) {
        (void)nanosleep(&moment, NULL);
        result = store_check_log(store, end, fault);
        if (result == 0)
            result = store_check_index(store, end, fault);
    }
    return result;
}

/* What a writer is about to write does not fit either. One may also have come while a reader looked. */
static int check_log(const struct store *store, struct fault *fault)
{
    bool is_reader = store->mode == STORE_READ;
    struct store_log_end end;
    int result = 0;

    if (!is_reader || !home_is_locked(store->home))
        result = store_check_log(store, &end, fault);
    if (result == -EBADMSG && is_reader) /* it has gone again, perhaps */
        result = store_check_log(store, &end, fault);
    if (result == 0 && !is_reader && is_alone())
        result = check_index(store, &end, fault);
    return result == -EBADMSG && is_reader && home_is_locked(store->home) ? 0 : result;
}

static int open_checked(struct store *store, const char *home, struct fault *fault)
{
    int result = store_resolve_home(home, store->home, fault);

    if (result == 0)
        result = home_hold(store->home, &store->home_fd, fault);
    if (result == 0)
        result = store_check_file(store, fault);
    if (result == 0)
        result = check_log(store, fault);
    if (result == 0)
        result = store_open_file(store, "automagi.db", fault);
    if (result == 0)
        result = store_check_header(store, fault);
    if (result == 0)
        result = store_set_connection(store, fault);
    if (result == 0)
        result = store_check_contents(store, fault);
    return result;
}

static int refuse_older(const struct store *store, struct fault *fault)
{
    return fault_set(
        fault, -EPROTONOSUPPORT,
        "%s/automagi.db: has version %" PRId64
        ", of an earlier Automagi, and this one works with %d: `automagi upgrade` brings "
        "it there, as automagid does when it starts",
        store->home, store->version, STORE_VERSION);
}

/* The journal is set when nothing is refused any more. */
static int open_store(const char *home, enum store_mode mode, bool takes_older,
                      struct store **ret_store, struct fault *fault)
{
    struct store *store = store_new(home, mode);
    int result;

    if (store == NULL)
        return fault_no_memory(fault);
    result = open_checked(store, home, fault);
    if (result == 0 && store->version < STORE_VERSION && !takes_older)
        result = refuse_older(store, fault);
    if (result == 0)
        result = store_set_journal(store, fault);
    if (result == 0 && mode == STORE_WRITE && !takes_older)
        result = raise_generation(store, fault);
    if (result == 0 && mode == STORE_WRITE && !takes_older)
        result = store_hold_files(store, fault);
    if (result == 0)
        result = read_mark(store, fault);
    if (result == 0)
        result = use_time_zone(store, fault);
    if (result < 0)
        store_close(store);
    else
        *ret_store = store;
    return result;
}

int store_open(const char *home, enum store_mode mode, struct store **ret_store,
               struct fault *fault)
{
    return open_store(home, mode, false, ret_store, fault);
}

int store_open_any(const char *home, enum store_mode mode, struct store **ret_store,
                   struct fault *fault)
{
    return open_store(home, mode, true, ret_store, fault);
}

void store_close(struct store *store)
{
    sqlite3_stmt *statement;

    if (store == NULL)
        return;
    if (store->db != NULL)
        store_rollback(store);
    key_cache_free(store->keys);
    rollup_batch_free(store->rollup);
    while (store->db != NULL && (statement = sqlite3_next_stmt(store->db, NULL)) != NULL)
        (void)sqlite3_finalize(statement);
    /* The checkpoint at close would be the retry of what failed. */
    if (store->db != NULL && store->has_failed)
        (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    (void)sqlite3_close(store->db);
    if (store->home_fd >= 0)
        (void)close(store->home_fd);
    (void)atomic_fetch_sub(&handles, 1);
    free(store);
}

const char *store_home(const struct store *store)
{
    return store->home;
}

int store_check_place(const struct store *store, struct fault *fault)
{
    return home_check_held(store->home, store->home_fd, fault);
}

bool store_is_replaced(const struct store *store)
{
    int has_moved = 0;

    (void)sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    return has_moved != 0;
}

int64_t store_generation(const struct store *store)
{
    return store->generation;
}

bool store_is_demo(const struct store *store)
{
    return store->is_demo;
}

/* Anything but 0 would end the statement. */
static int tell_progress(void *context)
{
    const struct store *store = context;

    store->progress(store->progress_context);
    return 0;
}

void store_on_progress(struct store *store, void (*progress)(void *context), void *context)
{
    store->progress = progress;
    store->progress_context = context;
    sqlite3_progress_handler(store->db, PROGRESS_STEPS, tell_progress, store);
}

void store_release_memory(struct store *store)
{
    (void)sqlite3_db_release_memory(store->db);
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}
