/* One transaction for each version, or none of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/audit.h"
#include "core/store/store_inner.h"
#include "core/store/store_version.h"
#include "core/store/upgrade_inner.h"

enum { KEPT_MAX = 64, DETAIL_MAX = 1024, SUBJECT_TEXT = 32 };

struct step {
    struct store *store;
    const struct store_version *to;
    const struct upgrade_asker *asker; /* NULL: no audit */
    const char *copy;
    const struct backup_progress *progress;
    int64_t kept[KEPT_MAX];
};

/* Of what another program has done since it was opened, too: this is asked within the transaction. */
static int check_version(struct step *step, bool *ret_is_marked_only, struct fault *fault)
{
    struct store *store = step->store;
    const struct store_version *to = step->to;
    bool is_before = false;
    bool is_after = false;
    int64_t version = 0;
    int result = store_ask_int(store, "SELECT version FROM store WHERE id = 1", &version, fault);

    if (result == 0 && version != to->version - 1)
        result =
            fault_set(fault, -EBUSY, "%s/automagi.db: another program has changed it; try again",
                      store->home);
    if (result == 0)
        result = store_has_schema(store, version, &is_before, fault);
    if (result == 0 && to->was_unmarked)
        result = store_has_schema(store, to->version, &is_after, fault);
    if (result == 0 && !is_before && !is_after)
        result = fault_set(fault, -EBADMSG,
                           "%s/automagi.db: its tables are not those of version %" PRId64,
                           store->home, version);
    *ret_is_marked_only = is_after;
    return result;
}

static int note_kept(struct step *step, struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; step->to->kept[i] != NULL && result == 0; i++)
        result = i < KEPT_MAX
                     ? store_ask_int(step->store, step->to->kept[i], &step->kept[i], fault)
                     : fault_set(fault, -E2BIG, "more than %d queries of what is kept", KEPT_MAX);
    return result;
}

static int check_kept(struct step *step, struct fault *fault)
{
    int64_t found = 0;
    int result = 0;
    size_t i;

    for (i = 0; step->to->kept[i] != NULL && result == 0; i++) {
        result = store_ask_int(step->store, step->to->kept[i], &found, fault);
        if (result == 0 && found != step->kept[i])
            result = fault_set(fault, -EBADMSG,
                               "%s/automagi.db: not all came over (%.80s: %" PRId64 " of %" PRId64
                               "); it is as it was, please report this mistake in the program",
                               step->store->home, step->to->kept[i], found, step->kept[i]);
    }
    return result;
}

static int take_violation(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const struct store *store = context;

    return fault_set(
        fault, -EBADMSG,
        "%s/automagi.db: row %s of %s refers to what is not in %s; keep a copy of it as it "
        "is, and restore the latest backup",
        store->home, sql_text(row, 1), sql_text(row, 0), sql_text(row, 2));
}

static int check_references(struct step *step, struct fault *fault)
{
    return sql_each(step->store, "PRAGMA foreign_key_check", take_violation, step->store, fault);
}

static int check_schema(struct step *step, struct fault *fault)
{
    bool is_right = false;
    int result = store_has_schema(step->store, step->to->version, &is_right, fault);

    if (result == 0 && !is_right)
        result = fault_set(fault, -EBADMSG,
                           "%s/automagi.db: did not come out as version %" PRId64
                           "; it is as it was, please report this mistake in the program",
                           step->store->home, step->to->version);
    return result;
}

static int tell(void *context, struct fault *fault)
{
    const struct step *step = context;

    return backup_tell(step->progress, "upgrading", 0, 0, fault);
}

static int change_tables(struct step *step, struct fault *fault)
{
    int result = note_kept(step, fault);

    if (result == 0)
        result = store_run_statements(step->store, step->to->upgrade, tell, step, fault);
    if (result == 0)
        result = check_schema(step, fault);
    if (result == 0)
        result = check_kept(step, fault);
    return result == 0 ? check_references(step, fault) : result;
}

static int set_version(struct step *step, struct fault *fault)
{
    static const char SQL[] =
        "UPDATE store SET version = ?1, min_reader = ?2, min_writer = ?3 WHERE id = 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(step->store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, step->to->version);
        sqlite3_bind_int64(statement, 2, step->to->min_reader);
        sqlite3_bind_int64(statement, 3, step->to->min_writer);
        result = sql_run(step->store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int add_audit(const struct step *step, struct fault *fault)
{
    char subject[SUBJECT_TEXT];
    struct audit_record record = {.action = "upgrade", .subject = subject};
    struct json_writer writer;
    struct text text;
    int result;

    if (step->asker == NULL)
        return 0;
    (void)snprintf(subject, sizeof subject, "version %" PRId64, step->to->version);
    text_init(&text, DETAIL_MAX);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    json_key(&writer, "from");
    json_put_int(&writer, step->to->version - 1);
    json_key(&writer, "to");
    json_put_int(&writer, step->to->version);
    json_key(&writer, "copy");
    json_put_string(&writer, step->copy);
    json_end_object(&writer);
    record.account = step->asker->account;
    record.by_whom = step->asker->by;
    record.detail = text_string(&text);
    result = text.broken != 0 ? fault_no_memory(fault) : audit_add(step->store, &record, fault);
    text_release(&text);
    return result;
}

static int take_step(struct step *step, struct fault *fault)
{
    bool is_marked_only = false;
    int result = store_begin(step->store, fault);

    if (result == 0)
        result = check_version(step, &is_marked_only, fault);
    if (result == 0 && !is_marked_only)
        result = change_tables(step, fault);
    if (result == 0)
        result = set_version(step, fault);
    if (result == 0)
        result = add_audit(step, fault);
    if (result == 0)
        result = store_commit(step->store, fault);
    if (result == 0)
        step->store->version = step->to->version;
    else
        store_rollback(step->store);
    return result;
}

static void tell_on(void *context)
{
    const struct step *step = context;

    step->progress->show(step->progress->context, "upgrading", 0, 0);
}

/* SQLite cannot switch references off within a transaction; a table that takes the place of another would take with it
 * what refers to that, or be followed by it to the name it had before. */
static int loosen_references(struct store *store, struct fault *fault)
{
    int result = store_insist(store, "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys", 0, fault);

    if (result == 0)
        result = store_insist(store, "PRAGMA legacy_alter_table = ON", "PRAGMA legacy_alter_table",
                              1, fault);
    return result;
}

int upgrade_steps(struct store *store, const struct upgrade_asker *asker, const char *copy,
                  const struct backup_progress *progress, struct fault *fault)
{
    struct step step = {.store = store, .asker = asker, .copy = copy, .progress = progress};
    int result = loosen_references(store, fault);

    if (progress != NULL && progress->show != NULL)
        store_on_progress(store, tell_on, &step);
    while (result == 0 && store->version < STORE_VERSION) {
        step.to = store_version(store->version + 1);
        result = take_step(&step, fault);
    }
    sqlite3_progress_handler(store->db, 0, NULL, NULL);
    return result;
}

int upgrade_place(const struct backup_place *place, const struct backup_progress *progress,
                  int64_t *ret_version, struct fault *fault)
{
    struct store *store = NULL;
    int result = upgrade_look(place->path, ret_version, fault);

    if (result < 0 || *ret_version >= STORE_VERSION)
        return result;
    result = store_open_any(place->path, STORE_WRITE, &store, fault);
    if (result == 0)
        result = upgrade_steps(store, NULL, "", progress, fault);
    if (result == 0)
        result = store_empty_log(store, fault);
    store_close(store);
    if (result == 0)
        backup_place_drop_log(place);
    return result;
}
