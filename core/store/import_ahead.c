/* Rows that were seen before, and rows of what was counted by a clock that stood ahead. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/date_note.h"
#include "core/store/import_inner.h"
#include "core/store/list.h"
#include "core/store/sql.h"

enum { ROW_TEXT_MAX = ITEM_REFERENCE_MAX + 64 };

/* Of the row's contents: known by the window that it would be counted in. */
static int hash_row(struct store *store, const struct applying *applying,
                    unsigned char ret_hash[static REFERENCE_HASH_SIZE], struct fault *fault)
{
    const struct import_row *row = applying->row;
    char text[ROW_TEXT_MAX];

    /* No reference has a line break in it: this is the hash of none. */
    (void)snprintf(text, sizeof text, "%s\n%" PRId64 "\n%d", applying->reference, row->completed_ms,
                   (int)row->outcome);
    return reference_hash(store, row->robot_id, applying->held->kind, applying->window, text,
                          ret_hash, fault);
}

/* 1 when the statement, of a row's robot, window and hash, gives or changes one. */
static int run_seen(struct store *store, const char *sql, const struct applying *applying,
                    struct fault *fault)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    sqlite3_stmt *statement = NULL;
    int result = hash_row(store, applying, hash, fault);

    if (result == 0)
        result = sql_use(store, sql, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, applying->row->robot_id);
        sqlite3_bind_int64(statement, 2, applying->window);
        sql_bind_blob(statement, 3, hash, REFERENCE_HASH_SIZE);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int import_see(struct store *store, const struct applying *applying, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO import_seen(robot_id, window, row_hash) "
                              "VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING";
    int result = run_seen(store, SQL, applying, fault);

    return result < 0 ? result : sql_changes(store) == 0;
}

static int was_seen(struct store *store, const struct applying *applying, struct fault *fault)
{
    static const char SQL[] = "SELECT 1 FROM import_seen "
                              "WHERE robot_id = ?1 AND window = ?2 AND row_hash = ?3";

    return run_seen(store, SQL, applying, fault);
}

static int add_span(struct import_progress *held, const struct ahead_span *span,
                    struct fault *fault)
{
    struct ahead_span *grown;
    int result = 0;

    grown = list_grow(held->spans, held->span_count, sizeof *held->spans, &result, fault);
    if (grown == NULL)
        return result;
    held->spans = grown;
    held->spans[held->span_count++] = *span;
    return 0;
}

static int keep_span(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct ahead_span span = {.robot_id = sqlite3_column_int64(row, 0)};

    return ahead_note_read(sql_text(row, 1), &span.from_day, &span.to_day)
               ? add_span(context, &span, fault)
               : 0;
}

/* One too many, when the note is rolled back, is looked for in vain. */
void import_day_noted(struct rollup_batch *batch, int64_t robot_id, int32_t day)
{
    struct ahead_span span = {.robot_id = robot_id, .from_day = day, .to_day = day};
    struct import_progress *held = batch->progress;
    struct fault ignored = {""};
    size_t i;

    if (held == NULL || !held->has_spans)
        return;
    for (i = 0; i < held->span_count; i++)
        if (held->spans[i].robot_id == robot_id && held->spans[i].from_day <= day &&
            day <= held->spans[i].to_day)
            return;
    held->has_spans = add_span(held, &span, &ignored) == 0; /* or they are read anew */
}

/* 1 when the robot did something in the row's window that a clock ahead counted in a later one. There is mostly no such
 * thing, and the windows between the row's and now's need not be looked into. */
static int is_in_span(struct store *store, const struct applying *applying, struct fault *fault)
{
    static const char SQL[] =
        "SELECT DISTINCT r.robot_id, substr(n.note, 1, 42) FROM attempt_note n "
        "CROSS JOIN run r ON r.id = n.run_id "
        "WHERE n.note >= 'clock ahead, ' AND n.note < 'clock ahead-'";
    struct import_progress *held = applying->held;
    size_t i;
    int result = 0;

    if (!held->has_spans)
        result = sql_each(store, SQL, keep_span, held, fault);
    held->has_spans = result == 0;
    for (i = 0; i < held->span_count && result == 0; i++)
        result = held->spans[i].robot_id == applying->row->robot_id &&
                 robot_window_of(held->kind, held->spans[i].from_day) <= applying->window &&
                 applying->window <= robot_window_of(held->kind, held->spans[i].to_day);
    return result;
}

struct item_sought import_sought(const struct applying *applying)
{
    return (struct item_sought){.robot_id = applying->row->robot_id,
                                .kind = applying->held->kind,
                                .window = applying->window,
                                .is_dated = applying->row->business_day != 0,
                                .reference = applying->reference};
}

int import_look_ahead(struct store *store, const struct applying *applying,
                      struct item_sought *sought, struct fault *fault)
{
    int64_t now = import_window(applying->held->kind, 0, applying->now_ms);
    int64_t after = applying->window;
    struct item_known known = {.kept_id = 0};
    int result = 0;

    if (now > after || sought->is_dated) {
        result = is_in_span(store, applying, fault);
        if (result == 0 && sought->is_dated)
            return 0;
        if (result == 0)
            after = now;
    }
    if (result >= 0)
        result = item_look_ahead(store, sought, now > sought->window ? now : sought->window, after,
                                 &known, fault);
    return result > 0 ? known.is_done : result;
}

int import_has_ahead(struct store *store, const struct import_row *row, enum robot_window kind,
                     int64_t now_ms, struct import_progress **spans, struct fault *fault)
{
    struct applying applying = {.row = row, .now_ms = now_ms};
    struct item_sought task;
    struct fault ignored = {""};
    int result = import_reference(row->outcome, row->reference, applying.reference, fault);

    if (result < 0)
        return result;
    if (*spans == NULL)
        *spans = calloc(1, sizeof **spans);
    if (*spans == NULL)
        return fault_no_memory(fault);
    applying.held = *spans;
    applying.held->kind = kind;
    applying.window = import_window(kind, row->business_day, row->completed_ms);
    task = import_sought(&applying);
    return import_look_ahead(store, &applying, &task, &ignored) > 0;
}

void import_spans_free(struct import_progress *spans)
{
    import_progress_free(spans);
}

/* 1 when the kept item is deferred or waits: its work is yet to be done. */
static int is_open(struct store *store, int64_t id, struct fault *fault)
{
    static const char SQL[] = "SELECT 1 FROM item WHERE id = ?1 AND state IN (2, 3)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int import_was_ahead(struct store *store, const struct applying *applying,
                     const unsigned char *ref_hash, struct fault *fault)
{
    struct item_sought here = import_sought(applying);
    struct item_sought ahead = here;
    struct item_known known = {.kept_id = 0};
    int result = import_look_ahead(store, applying, &ahead, fault);

    if (result < 0)
        return result;
    if (result == 0)
        return was_seen(store, applying, fault);
    memcpy(here.hash, ref_hash, sizeof here.hash);
    result = item_look_here(store, &here, &known, fault);
    if (result == 0 && known.kept_id != 0)
        result = is_open(store, known.kept_id, fault);
    if (result != 0 || known.is_ready || known.is_done)
        return result < 0 ? result : 0;
    result = import_see(store, applying, fault);
    return result < 0 ? result : 1;
}
