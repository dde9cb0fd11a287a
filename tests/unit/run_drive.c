#include "tests/unit/run_drive.h"

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/store/reference_key.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { HOUR_MS = 3600000, IMPORT_SEQ = 1000 };

struct run_drive driven;

static void name_of(int ref, char target[static 40])
{
    (void)snprintf(target, 40, "W%" PRId64 "-%d", driven.ways, ref);
}

/* The class that it has, now that its run is faced; the new one's plugin may be another. */
static void face(int run)
{
    driven.queue.policy.side_effects =
        run > 0 && driven.model.becomes != 0 ? driven.model.becomes : driven.model.side_effects;
    driven.queue.run_id = driven.run_ids[run];
    driven.queue.fence = driven.fences[run];
}

/* ---- what the store is asked to do */

static void start(int run)
{
    queue_begin(&driven.queue);
    queue_run(&driven.queue);
    driven.run_ids[run] = driven.queue.run_id;
    driven.fences[run] = driven.queue.fence;
    face(run);
    queue_need(&driven.queue,
               robot_side_effects_begin(driven.queue.store, driven.queue.policy.robot_id,
                                        driven.queue.run_id, driven.queue.policy.side_effects,
                                        &driven.queue.fault));
}

/* What is handed out, and whether it is asked about, is what the model will tell. */
static void lease(int run, int more)
{
    int ref;
    size_t count;
    size_t i = 0;

    queue_begin(&driven.queue);
    face(run);
    count = queue_lease(&driven.queue, 1 + (uint32_t)more);
    for (ref = 0; ref < MODEL_REFS; ref++) {
        if (!driven.at.tells_held[ref])
            continue;
        if (i >= count)
            fail_msg("reference %d was not handed out", ref + 1);
        assert_int_equal(driven.queue.leased[i].id, driven.item_ids[ref]);
        assert_int_equal(driven.queue.leased[i].is_uncertain, driven.at.tells_held[ref] == 2);
        assert_int_equal(driven.queue.leased[i].attempt, driven.at.next.attempts[ref] + 1);
        i++;
    }
    assert_int_equal(count, i);
}

static void deliver(int run, int ref, enum model_taken expected)
{
    static const enum item_taken taken[] = {[MODEL_TAKEN_COUNTED] = ITEM_TAKEN_COUNTED,
                                            [MODEL_TAKEN_REPEATED] = ITEM_TAKEN_REPEATED,
                                            [MODEL_TAKEN_LATE] = ITEM_TAKEN_LATE};

    queue_begin(&driven.queue);
    face(run);
    driven.queue.seq = (uint32_t)ref; /* the same frame has the same number */
    assert_int_equal(queue_result(&driven.queue, driven.item_ids[ref], DONE), taken[expected]);
}

static void release(int run, enum item_begun begun, const char *why, enum run_ending ending)
{
    face(run);
    driven.queue.why = why;
    (void)queue_release(&driven.queue, begun);
    driven.queue.why = NULL;
    queue_need(&driven.queue, run_end(driven.queue.store, driven.queue.run_id, ending, NULL,
                                      driven.queue.now_ms, &driven.queue.fault));
}

static void end(int run, int is_any)
{
    bool is_finished = driven.at.process[run] == MODEL_FINISHED;

    queue_begin(&driven.queue);
    if (is_finished)
        release(run, ITEM_BEGUN_NONE, NULL, RUN_DONE);
    else
        release(run, is_any ? ITEM_BEGUN_ANY : ITEM_BEGUN_FIRST, "signal 9", RUN_FAILED);
}

static void import_it(int ref)
{
    struct attempt attempt = {.robot_id = driven.queue.policy.robot_id,
                              .run_id = driven.import_run_id,
                              .seq = IMPORT_SEQ + ++driven.imports,
                              .completed_ms = driven.queue.now_ms,
                              .duration_ms = 10,
                              .masked = "*"};
    unsigned char hash[REFERENCE_HASH_SIZE];
    enum item_counted_is is = ITEM_COUNTED_NOT_OPEN;
    bool is_counted = false;
    bool waited = false;
    char name[40];

    queue_begin(&driven.queue);
    name_of(ref, name);
    queue_need(&driven.queue, reference_hash(driven.queue.store, driven.queue.policy.robot_id,
                                             WINDOW_EVER, 0, name, hash, &driven.queue.fault));
    queue_need(&driven.queue, ledger_record(driven.queue.store, &attempt, 0, hash, &is_counted,
                                            &driven.queue.fault));
    assert_int_equal(is_counted, driven.at.seen.ledger[ref] == 0);
    if (is_counted)
        queue_need(&driven.queue,
                   item_counted(driven.queue.store,
                                &(struct item_counted){.robot_id = driven.queue.policy.robot_id,
                                                       .ref_hash = hash,
                                                       .by = "a file",
                                                       .now_ms = driven.queue.now_ms},
                                &is, &waited, &driven.queue.fault));
    assert_int_equal(is == ITEM_COUNTED_LEASED,
                     is_counted && driven.at.seen.item[ref] == MODEL_LEASED);
}

static void answer(int ref, enum model_step_kind kind)
{
    queue_begin(&driven.queue);
    if (kind == STEP_RETRY)
        queue_need(&driven.queue, item_retry(driven.queue.store, driven.item_ids[ref], "Bo", NULL,
                                             driven.queue.now_ms, &driven.queue.fault));
    else if (kind == STEP_BY_HAND)
        queue_need(&driven.queue,
                   item_done_by_hand(driven.queue.store, driven.item_ids[ref], "note",
                                     driven.queue.now_ms, &driven.queue.fault));
    else
        queue_need(&driven.queue, item_drop(driven.queue.store, driven.item_ids[ref], "note",
                                            driven.queue.now_ms, &driven.queue.fault));
}

/* The daemon's start after queue_crash(); `before` is what the model had then. */
static void recover(const struct model_state *before)
{
    int run;

    queue_begin(&driven.queue);
    for (run = 0; run < MODEL_RUNS; run++)
        if (before->seen.run[run] == MODEL_RUNNING)
            release(run, ITEM_BEGUN_ANY, NULL, RUN_LOST);
    queue_commit(&driven.queue);
}

static void do_step(struct model_step step, enum model_taken taken,
                    const struct model_state *before)
{
    switch ((enum model_step_kind)step.kind) {
    case STEP_START:
        start(step.a);
        break;
    case STEP_LEASE:
        lease(step.a, step.b);
        break;
    case STEP_DELIVER:
        deliver(step.a, step.b, taken);
        driven.late += taken == MODEL_TAKEN_LATE;
        break;
    case STEP_END:
        end(step.a, step.b);
        break;
    case STEP_IMPORT:
        import_it(step.a);
        break;
    case STEP_RETRY:
    case STEP_BY_HAND:
    case STEP_DROP:
        answer(step.a, (enum model_step_kind)step.kind);
        break;
    case STEP_COMMIT:
        queue_commit(&driven.queue);
        break;
    case STEP_RECOVER:
        recover(before);
        break;
    case STEP_KILL_DAEMON:
    case STEP_CUT_POWER:
        queue_crash(&driven.queue);
        break;
    case STEP_SYNC:
    case STEP_ACT:
    case STEP_SEND:
    case STEP_DOUBLE:
    case STEP_FINISH:
    case STEP_KILL_RUN:
    case MODEL_STEP_KINDS:
        break; /* the store hears nothing of it */
    }
}

/* ---- what it keeps */

int64_t drive_ask(const char *query, int64_t first, int64_t second)
{
    return queue_ask_with(&driven.queue, query, first, second);
}

static void compare_item(const struct model_store *store, int ref)
{
    static const int states[] = {
        [MODEL_READY] = ITEM_READY,          [MODEL_LEASED] = ITEM_READY,
        [MODEL_WAITING] = ITEM_WAITING,      [MODEL_DONE] = -1,
        [MODEL_BY_HAND] = ITEM_DONE_BY_HAND, [MODEL_DROPPED] = ITEM_DROPPED};
    int64_t id = driven.item_ids[ref];
    /* What rests until it is due, is ready again: time goes on. */
    int64_t found =
        drive_ask("SELECT CASE state WHEN 2 THEN 0 ELSE state END * 100 + attempts * 10 + "
                  "uncertain FROM item WHERE id = ?1",
                  id, 0);
    int64_t expected =
        states[store->item[ref]] * 100 + store->attempts[ref] * 10 + store->uncertain[ref];
    int run;

    assert_int_equal(found, store->item[ref] == MODEL_DONE ? INT64_MIN : expected);
    for (run = 0; run < MODEL_RUNS; run++) {
        int64_t is_held =
            drive_ask("SELECT count(*) FROM lease l, json_each(l.items) j WHERE l.run_id = "
                      "?1 AND j.value = ?2 AND EXISTS(SELECT 1 FROM item WHERE id = ?2)",
                      driven.run_ids[run], id);

        assert_int_equal(is_held, store->item[ref] == MODEL_LEASED && store->holder[ref] == run);
        assert_int_equal(drive_ask("SELECT count(*) FROM attempt WHERE run_id = ?1 AND seq = ?2",
                                   driven.run_ids[run], ref + 1),
                         store->recorded[run][ref]);
    }
}

static void compare_ledger(const struct model_store *store, int ref)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    bool has = false;
    char name[40];

    name_of(ref, name);
    queue_need(&driven.queue, reference_hash(driven.queue.store, driven.queue.policy.robot_id,
                                             WINDOW_EVER, 0, name, hash, &driven.queue.fault));
    queue_need(&driven.queue, ledger_has(driven.queue.store, driven.queue.policy.robot_id, 0, hash,
                                         &has, &driven.queue.fault));
    assert_int_equal(has, store->ledger[ref]);
}

void drive_compare(void)
{
    const struct model_store *store = driven.at.is_open ? &driven.at.next : &driven.at.seen;
    static const int states[] = {
        [MODEL_QUEUED] = -1, [MODEL_RUNNING] = RUN_RUNNING, [MODEL_ENDED] = RUN_ENDED};
    int i;

    for (i = 0; i < MODEL_REFS; i++) {
        compare_item(store, i);
        compare_ledger(store, i);
    }
    for (i = 0; i < MODEL_RUNS; i++)
        if (store->run[i] != MODEL_QUEUED)
            assert_int_equal(drive_ask("SELECT state FROM run WHERE id = ?1", driven.run_ids[i], 0),
                             states[store->run[i]]);
}

void drive_begin(void)
{
    char name[40];
    int ref;

    driven.ways++;
    model_begin(&driven.model, &driven.at);
    memset(driven.run_ids, 0, sizeof driven.run_ids);
    queue_begin(&driven.queue);
    for (ref = 0; ref < MODEL_REFS; ref++) {
        name_of(ref, name);
        driven.item_ids[ref] = queue_add(&driven.queue, name, "payload");
    }
    queue_commit(&driven.queue);
}

/* Whatever it left is ended, so that the next way begins with nothing. */
void drive_end(void)
{
    int i;

    if (driven.at.is_open)
        store_rollback(driven.queue.store);
    queue_begin(&driven.queue);
    for (i = 0; i < MODEL_RUNS; i++)
        if (driven.at.seen.run[i] == MODEL_RUNNING)
            release(i, ITEM_BEGUN_NONE, NULL, RUN_STOPPED);
    for (i = 0; i < MODEL_REFS; i++)
        if (driven.at.seen.item[i] <= MODEL_WAITING)
            queue_need(&driven.queue, item_drop(driven.queue.store, driven.item_ids[i], "note",
                                                driven.queue.now_ms, &driven.queue.fault));
    queue_commit(&driven.queue);
}

void drive_step(struct model_step step)
{
    struct model_state before = driven.at;
    enum model_taken taken;

    assert_true(model_step(&driven.model, &driven.at, step, &taken));
    driven.queue.now_ms += 2 * HOUR_MS;
    do_step(step, taken, &before);
}

void drive_open(const struct model *model)
{
    driven.model = *model;
    driven.ways = driven.late = 0;
    queue_open(&driven.queue, WINDOW_EVER, model->side_effects);
    driven.queue.policy.attempts = MODEL_ATTEMPTS;
    queue_begin(&driven.queue);
    driven.import_run_id = queue_import(&driven.queue);
    queue_commit(&driven.queue);
}

void drive_close(void)
{
    queue_verify(&driven.queue);
    queue_close(&driven.queue);
}
