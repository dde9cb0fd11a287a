#include "tests/unit/each_call.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/ledger.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/standins/wrapped_calls.h"
#include "tests/unit/queue_home.h"

enum { CALLS_MAX = 2000 };

/* All that ledger, lease and rollup keep. An item that is due is as good as ready. */
static const char IMAGE[] =
    "SELECT json_array("
    "(SELECT json_group_array(json_array(run_id, seq, outcome, day, department_id, booking)) "
    "FROM attempt), "
    "(SELECT json_group_array(json_array(run_id, seq, note)) FROM attempt_note), "
    "(SELECT json_group_array(json_array(robot_id, window, hex(ref_hash), run_id)) FROM ledger), "
    "(SELECT json_group_array(json_array(run_id, seq, booking)) FROM correction), "
    "(SELECT json_group_array(json_array(run_id, seq, booking, back_booking)) FROM handover), "
    "(SELECT json_group_array(json_array(day, robot_id, booking, department_id, outcome, count, "
    "duration_ms)) FROM rollup_day), "
    "(SELECT json_group_array(json_array(month, robot_id, booking, department_id, outcome, count, "
    "duration_ms)) FROM rollup_month), "
    "(SELECT json_group_array(json_array(id, done, business, failed, first_day, last_day)) "
    "FROM run), "
    "(SELECT json_group_array(json_array(run_id, fence, items)) FROM lease "
    "WHERE items <> '[]'), "
    "(SELECT json_group_array(json_array(run_id, item_id)) FROM late_result), "
    "(SELECT json_group_array(json_array(id, iif(due_ms <= ?1, 0, state), "
    "iif(due_ms <= ?1, NULL, due_ms), attempts, uncertain, note)) FROM item))";

struct way {
    enum wrapped_call kind;
    int code;
};

static char *image_of(struct queue *queue)
{
    sqlite3_stmt *statement = NULL;
    char *image = NULL;

    if (sqlite3_prepare_v2(queue->store->db, IMAGE, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(queue->store->db));
    assert_int_equal(sqlite3_bind_int64(statement, 1, queue->now_ms), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    image = strdup((const char *)sqlite3_column_text(statement, 0));
    (void)sqlite3_finalize(statement);
    assert_non_null(image);
    return image;
}

static void same_image(struct queue *queue, const char *before)
{
    char *after = image_of(queue);

    assert_string_equal(after, before);
    free(after);
}

/* As the writer sees it: after these nothing of the transaction is kept. */
static bool ends_transaction(int result)
{
    return result == -ENOMEM || result == -EIO || result == -ENOSPC || result == -EBADMSG;
}

/* False when there was no such call. */
static bool fails_at(struct queue *queue, each_call_act *act, struct way way, long call)
{
    char *before;
    int result;

    queue_crash(queue);
    queue_begin(queue);
    before = image_of(queue);
    queue->fault.text[0] = '\0';
    wrapped_calls_fail(way.kind, call, way.code);
    result = act(queue);
    wrapped_calls_heal();
    if (wrapped_calls_have_failed()) {
        if (result >= 0 || queue->fault.text[0] == '\0' || strchr(queue->fault.text, '\n') != NULL)
            fail_msg("call %ld of kind %d failed: %d, '%s'", call, way.kind, result,
                     queue->fault.text);
        if (!ends_transaction(result)) {
            queue_need(queue, rollup_flush(queue->store, &queue->fault));
            same_image(queue, before);
        }
        store_rollback(queue->store);
        if (queue->store->has_failed)
            queue_crash(queue); /* such a handle may only be closed */
        same_image(queue, before);
        queue_begin(queue);
        result = act(queue);
    }
    queue_need(queue, result);
    store_rollback(queue->store);
    same_image(queue, before);
    free(before);
    return wrapped_calls_have_failed();
}

void each_call_fails(struct queue *queue, each_call_act *act, unsigned least)
{
    static const struct way ways[] = {
        {WRAPPED_PREPARE, SQLITE_NOMEM}, {WRAPPED_PREPARE, SQLITE_INTERRUPT},
        {WRAPPED_STEP, SQLITE_NOMEM},    {WRAPPED_STEP, SQLITE_INTERRUPT},
        {WRAPPED_STEP, SQLITE_FULL},     {WRAPPED_COLUMN, 0},
        {WRAPPED_ALLOCATION, 0},
    };
    unsigned failed = 0;
    size_t i;

    for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        long call;

        for (call = 1; fails_at(queue, act, ways[i], call); call++)
            assert_true(call < CALLS_MAX);
        failed += (unsigned)call - 1;
    }
    if (failed < least)
        fail_msg("%u calls failed", failed);
    queue_begin(queue);
    queue_need(queue, act(queue));
    queue_commit(queue);
}

void each_call_roll_back(struct queue *queue)
{
    assert_int_equal(sqlite3_exec(queue->store->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
}
