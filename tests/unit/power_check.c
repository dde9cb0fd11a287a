#include "tests/unit/power_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/home.h"
#include "core/store/item.h"
#include "core/store/reference_key.h"
#include "core/store/restore.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "core/store/verify.h"
#include "tests/unit/power_work.h"

enum {
    FACTS_MAX = 32768, /* a slow machine cuts more slowly, and its daemon works on meanwhile */
    ID_SIZE = 40,
    SQL_SIZE = 256,
    PATH_SIZE = 256,
    PROVED_MAX = 512,
    BACKUPS_MAX = 32
};

struct fact {
    char id[ID_SIZE];
    char sql[SQL_SIZE];
    bool is_gone;
};

struct facts {
    size_t count;
    struct fact facts[FACTS_MAX];
};

struct power_check {
    size_t heard; /* bytes */
    bool is_made, is_restoring;
    struct facts now, copied; /* copied: as the last backup has them */
    char backups[BACKUPS_MAX][ID_SIZE];
    size_t backup_count;
    uint64_t proved[PROVED_MAX]; /* backups' files that are good */
    size_t proved_count;
    struct power_checked figures;
    struct fault fault;
    char why[512];
};

struct power_check *power_check_new(void)
{
    struct power_check *check = calloc(1, sizeof *check);

    if (check == NULL)
        exit(2);
    clock_pretend(INT64_C(1000) * POWER_NOW_S + INT64_C(40) * 24 * 60 * 60 * 1000);
    return check;
}

void power_check_free(struct power_check *check)
{
    free(check);
}

struct power_checked power_check_figures(const struct power_check *check)
{
    return check->figures;
}

/* ---- what was said */

static struct fact *find_fact(struct facts *facts, const char *id)
{
    size_t i;

    for (i = facts->count; i-- > 0;)
        if (strcmp(facts->facts[i].id, id) == 0)
            return &facts->facts[i];
    return NULL;
}

static void add_fact(struct facts *facts, const char *id, const char *sql)
{
    struct fact *fact = find_fact(facts, id);

    if (fact == NULL && facts->count < FACTS_MAX)
        fact = &facts->facts[facts->count++];
    if (fact == NULL || !text_copy(fact->id, sizeof fact->id, id) ||
        !text_copy(fact->sql, sizeof fact->sql, sql)) {
        (void)fprintf(stderr, "power_check: no room for %s %s\n", id, sql);
        exit(2);
    }
    fact->is_gone = false;
}

static void be_restored(struct power_check *check)
{
    check->is_restoring = false;
    memcpy(&check->now, &check->copied, sizeof check->now);
    add_fact(&check->now, "restore", "SELECT count(*) FROM audit WHERE action = 'restore'");
}

/* What is leased is given back without a word. */
static void resume(struct power_check *check, long restores)
{
    size_t i;

    if (restores > (find_fact(&check->now, "restore") != NULL))
        be_restored(check);
    check->is_restoring = false;
    for (i = 0; i < check->now.count; i++)
        if (strncmp(check->now.facts[i].id, "lease-", 6) == 0)
            check->now.facts[i].is_gone = true;
}

static void hear_line(struct power_check *check, char *line)
{
    char *id = strchr(line, ' ');
    char *sql = NULL;
    struct fact *fact;

    if (id != NULL)
        sql = strchr(++id, ' ');
    if (line[0] == '+' && sql != NULL) {
        *sql++ = '\0';
        add_fact(&check->now, id, sql);
        check->figures.acknowledged++;
    } else if (line[0] == '-' && id != NULL) {
        fact = find_fact(&check->now, id);
        if (fact != NULL)
            fact->is_gone = true;
    } else if (strcmp(line, "made") == 0) {
        check->is_made = true;
    } else if (strcmp(line, "backing up") == 0) {
        memcpy(&check->copied, &check->now, sizeof check->now);
    } else if (id != NULL && strncmp(line, "backup ", 7) == 0 &&
               check->backup_count < BACKUPS_MAX) {
        (void)text_copy(check->backups[check->backup_count++], ID_SIZE, id);
        check->figures.acknowledged++;
    } else if (strcmp(line, "restore") == 0) {
        check->is_restoring = true;
    } else if (strcmp(line, "restored") == 0) {
        be_restored(check);
    } else if (id != NULL && strncmp(line, "resumed ", 8) == 0) {
        resume(check, strtol(id, NULL, 10));
    } else {
        (void)fprintf(stderr, "power_check: '%s' says nothing\n", line);
        exit(2);
    }
}

void power_check_hear(struct power_check *check, const char *said, size_t length)
{
    char line[2048];
    const char *end;

    while (check->heard < length &&
           (end = memchr(said + check->heard, '\n', length - check->heard)) != NULL) {
        size_t size = (size_t)(end - said) - check->heard;

        if (size >= sizeof line)
            exit(2);
        memcpy(line, said + check->heard, size);
        line[size] = '\0';
        check->heard += size + 1;
        hear_line(check, line);
    }
}

/* ---- what is there */

static bool wrong(struct power_check *check, const char *what, const char *how)
{
    if (check->why[0] == '\0')
        (void)snprintf(check->why, sizeof check->why, "%s: %s", what, how);
    return false;
}

static bool works(struct power_check *check, const char *what, int result)
{
    return result >= 0 || wrong(check, what, check->fault.text);
}

/* INT64_MIN: no row. */
static int64_t ask(struct power_check *check, struct store *store, const char *query)
{
    sqlite3_stmt *statement = NULL;
    int64_t answer = INT64_MIN;

    if (sqlite3_prepare_v2(store->db, query, -1, &statement, NULL) != SQLITE_OK)
        (void)wrong(check, query, sqlite3_errmsg(store->db));
    else if (sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return answer;
}

static bool check_facts(struct power_check *check, struct store *store)
{
    bool is_old = check->is_restoring &&
                  ask(check, store, "SELECT count(*) FROM audit WHERE action = 'restore'") <=
                      (find_fact(&check->now, "restore") != NULL);
    const struct facts *facts = check->is_restoring && !is_old ? &check->copied : &check->now;
    size_t i;

    for (i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->facts[i];

        if (fact->is_gone)
            continue;
        check->figures.acknowledgements++;
        if (ask(check, store, fact->sql) < 1)
            return wrong(check, "ACKNOWLEDGED AND LOST", fact->id);
    }
    return true;
}

static void say_difference(const char *difference, void *context)
{
    (void)wrong(context, "verify", difference);
}

static bool check_sums(struct power_check *check, const char *home)
{
    struct verify_report report = {.differences = 0};
    struct store *reader = NULL;
    bool is_good =
        works(check, "a reader", store_open(home, STORE_READ, &reader, &check->fault)) &&
        works(check, "verify", verify_store(reader, say_difference, check, &report, &check->fault));

    store_close(reader);
    return is_good && report.differences == 0;
}

/* A window whose key is lost is one whose tasks cannot be told from each other any more. */
static bool check_keys(struct power_check *check, struct store *store)
{
    sqlite3_stmt *statement = NULL;
    bool is_good = true;

    if (sqlite3_prepare_v2(store->db,
                           "SELECT k.robot_id, r.window_kind, k.window FROM reference_key k JOIN "
                           "robot r ON r.id = k.robot_id",
                           -1, &statement, NULL) != SQLITE_OK)
        return wrong(check, "keys", sqlite3_errmsg(store->db));
    while (is_good && sqlite3_step(statement) == SQLITE_ROW)
        is_good = works(check, "A KEY IS LOST",
                        reference_key_check(store, sqlite3_column_int64(statement, 0),
                                            (enum robot_window)sqlite3_column_int(statement, 1),
                                            sqlite3_column_int64(statement, 2), &check->fault));
    (void)sqlite3_finalize(statement);
    return is_good;
}

static bool check_backup(struct power_check *check, const char *root, const char *name,
                         bool is_acknowledged)
{
    char path[PATH_SIZE];
    unsigned char hash[crypto_generichash_BYTES];
    struct restore *restore = NULL;
    struct text bytes;
    uint64_t short_hash;
    size_t i;
    int result;

    if (!file_join(path, sizeof path, root, name) || access(path, F_OK) != 0)
        return !is_acknowledged || wrong(check, "A BACKUP IS LOST", name);
    text_init(&bytes, 1 << 26);
    result = file_read(AT_FDCWD, path, &bytes, &check->fault);
    if (result == 0)
        (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.bytes,
                                 bytes.length, NULL, 0);
    text_release(&bytes);
    if (result < 0)
        return wrong(check, "A BACKUP IS NOT WHOLE", check->fault.text);
    memcpy(&short_hash, hash, sizeof short_hash);
    for (i = 0; i < check->proved_count; i++)
        if (check->proved[i] == short_hash)
            return true;
    result = restore_open(path, root, NULL, &restore, &check->fault);
    restore_close(restore);
    if (result < 0)
        return wrong(check, "A BACKUP IS NOT WHOLE", check->fault.text);
    check->figures.backups++;
    if (check->proved_count < PROVED_MAX)
        check->proved[check->proved_count++] = short_hash;
    return true;
}

/* Also one that was not acknowledged yet, once it has its name. */
static bool check_backups(struct power_check *check, const char *root)
{
    char name[ID_SIZE];
    size_t i;

    for (i = 0; i < check->backup_count; i++)
        if (!check_backup(check, root, check->backups[i], true))
            return false;
    (void)snprintf(name, sizeof name, "backup-%zu", check->backup_count + 1);
    return check_backup(check, root, name, false);
}

/* ---- going on */

struct lost {
    int64_t runs[8];
    size_t count;
};

static int gather(const struct run_record *run, void *context)
{
    struct lost *lost = context;

    if (run->state == RUN_RUNNING && lost->count < sizeof lost->runs / sizeof lost->runs[0])
        lost->runs[lost->count++] = run->id;
    return 0;
}

static int count_leased(const struct item_lease *item, void *context)
{
    (void)item;
    ++*(int64_t *)context;
    return 0;
}

/* As the daemon's start and its next run would. */
static int take_up(struct store *store, int64_t robot_id, struct fault *fault)
{
    static const unsigned char plugin_hash[32] = {2};
    struct item_policy policy = {
        .robot_id = robot_id, .window = WINDOW_DAY, .side_effects = 1, .attempts = 3};
    struct item_new item = {.reference = "AFTER", .payload = "p", .business_day = 20300};
    struct lost lost = {.count = 0};
    struct item_released released;
    int64_t now_ms = clock_now_ms(), id = 0, run_id = 0, fence = 0, leased = 0;
    bool more = false;
    int result = run_each_open(store, gather, &lost, fault);
    size_t i;

    for (i = 0; i < lost.count && result >= 0; i++) {
        result = item_release_run(
            store, &policy, &(struct item_release){lost.runs[i], ITEM_BEGUN_ANY, NULL, now_ms},
            &released, fault);
        if (result == 0)
            result = run_end(store, lost.runs[i], RUN_LOST, "cut", now_ms, fault);
    }
    if (result >= 0)
        result = item_add(store, &policy, &item, now_ms, &id, fault);
    if (result == 0)
        result = run_create(store, robot_id, RUN_BY_HAND, "test", now_ms, &run_id, fault);
    if (result == 0)
        result = run_start(store, run_id, plugin_hash, now_ms, &fence, fault);
    if (result == 0)
        result =
            item_lease(store, &policy, &(struct item_lease_request){run_id, fence, 1000, now_ms},
                       count_leased, &leased, &more, fault);
    if (result == 0)
        result = item_release_run(store, &policy,
                                  &(struct item_release){run_id, ITEM_BEGUN_NONE, NULL, now_ms},
                                  &released, fault);
    if (result == 0)
        result = run_end(store, run_id, RUN_DONE, NULL, now_ms, fault);
    return result == 0 && leased == 0
               ? fault_set(fault, -EIO, "the item that was added was not handed out")
               : result;
}

static bool go_on(struct power_check *check, struct store *store)
{
    int64_t robot_id =
        ask(check, store, "SELECT id FROM robot WHERE slug = 'franco' AND plugin = 'test'");

    if (robot_id == INT64_MIN)
        return true; /* it was not installed yet */
    return works(check, "going on", store_begin(store, &check->fault)) &&
           works(check, "going on", take_up(store, robot_id, &check->fault)) &&
           works(check, "going on", store_commit(store, &check->fault));
}

/* ---- all of it */

static bool check_store(struct power_check *check, const char *home, bool goes_on)
{
    struct store *store = NULL;
    bool is_good =
        works(check, "the store", store_open(home, STORE_WRITE, &store, &check->fault)) &&
        check_facts(check, store) && check_keys(check, store) && check_sums(check, home);

    if (is_good && goes_on)
        is_good = go_on(check, store) && check_sums(check, home);
    store_close(store);
    return is_good;
}

bool power_check_laid(struct power_check *check, const char *root, bool goes_on, char *ret_why,
                      size_t size)
{
    char home[PATH_SIZE];
    struct stat about;
    bool made = false;
    struct home_lock lock = HOME_UNLOCKED;
    bool is_good;

    check->why[0] = '\0';
    check->fault.text[0] = '\0';
    is_good = file_join(home, sizeof home, root, "home");
    if (check->is_made && stat(home, &about) < 0)
        is_good = wrong(check, "ACKNOWLEDGED AND LOST", "the installation");
    /* One that was cut short is made, as whoever gave the order would. */
    is_good = is_good && works(check, "init", home_init(home, &made, &check->fault));
    if (made && check->is_made)
        is_good = wrong(check, "ACKNOWLEDGED AND LOST", "the store");
    is_good = is_good && works(check, "the lock", home_lock(home, &lock, &check->fault)) &&
              check_store(check, home, goes_on) && check_backups(check, root);
    home_unlock(&lock);
    (void)text_copy(ret_why, size, check->why);
    return is_good;
}
