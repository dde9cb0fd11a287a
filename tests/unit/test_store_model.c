/*
 * Random operations on the queues of three robots, one of each class of side effects, beside a
 * small model of what must come of them. After each batch everything is recounted: by the model,
 * and by verify.h. The seed is printed; AUTOMAGI_SEED repeats a run, AUTOMAGI_STEPS makes it longer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/store/reference_key.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/queue_model.h"

enum { ROBOTS = 3, NAME_SIZE = 24 };

static struct model_robot model[ROBOTS], committed[ROBOTS], at_part[ROBOTS];
static struct queue queue;
static uint64_t seed;
static uint32_t next_line;

static unsigned roll(unsigned sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % sides;
}

static void face(struct model_robot *robot)
{
    queue.policy.robot_id = robot->robot_id;
    queue.policy.side_effects = IDEMPOTENT + (int)(robot - model);
    queue.policy.attempts = robot == model ? 2 : 3; /* with two, more are quarantined */
    queue.run_id = robot->run_id;
    queue.fence = robot->fence;
    queue.seq = robot->seq;
}

static void new_run(struct model_robot *robot)
{
    face(robot);
    queue_run(&queue);
    robot->run_id = queue.run_id;
    robot->fence = queue.fence;
    robot->seq = 0;
    robot->leased_count = 0;
}

static void name_of(int reference, char target[static NAME_SIZE])
{
    (void)snprintf(target, NAME_SIZE, "REF-%d", reference);
}

static void add(struct model_robot *robot)
{
    int reference = (int)roll(MODEL_REFERENCES);
    struct model_item *item = &robot->items[reference];
    char name[NAME_SIZE];
    char payload[24];
    int version = (int)roll(3);
    struct item_new new = {
        .reference = name, .payload = payload, .priority = (int32_t)roll(3), .business_day = 20000};
    bool is_new = item->state == MODEL_ABSENT && (!item->is_counted || item->is_undone);
    bool is_renewed = item->state == ITEM_WAITING && /* a dropped one keeps its payload */
                      (item->doubt == 0 || item->doubt == HARMLESS) && item->payload != version &&
                      !item->is_counted;
    int64_t id;

    if (roll(2) == 0)
        new.deadline_ms = queue.now_ms - 5 + roll(10);
    if (roll(4) == 0)
        new.not_before_ms = queue.now_ms + roll(2000);
    name_of(reference, name);
    (void)snprintf(payload, sizeof payload, "payload %d", version);
    id = queue_add_item(&queue, &new);
    assert_int_equal(id != 0, is_new || is_renewed);
    if (id == 0)
        return;
    if (is_renewed)
        assert_int_equal(id, item->id);
    item->id = id;
    item->state = new.not_before_ms > queue.now_ms ? ITEM_DEFERRED : ITEM_READY;
    item->priority = new.priority;
    item->payload = version;
    item->deadline_ms = new.deadline_ms;
    item->due_ms = new.not_before_ms;
    model_begin_anew(item);
    if (item->is_undone) { /* it would be done for nothing */
        item->state = ITEM_WAITING;
        item->doubt = UNDECIDED;
    }
}

static void lease(struct model_robot *robot)
{
    size_t want = roll(6);
    size_t count = queue_lease(&queue, (uint32_t)want);
    size_t i;
    int best;

    for (i = 0; i < MODEL_REFERENCES; i++) {
        struct model_item *item = &robot->items[i];

        if (item->state == ITEM_DEFERRED && item->due_ms <= queue.now_ms)
            item->state = ITEM_READY;
    }
    for (i = 0; i < want && (best = model_best_ready(robot)) >= 0;) {
        struct model_item *item = &robot->items[best];
        char name[NAME_SIZE];

        if (model_waits_undecided(item, queue.policy.side_effects))
            continue;
        name_of(best, name);
        assert_true(i < count);
        assert_int_equal(queue.leased[i].id, item->id);
        assert_string_equal(queue.leased[i].reference, name);
        assert_int_equal(queue.leased[i].payload[8] - '0', item->payload);
        assert_int_equal(queue.leased[i].deadline_ms, item->deadline_ms);
        assert_int_equal(queue.leased[i].attempt, item->attempts + 1);
        assert_int_equal(queue.leased[i].is_uncertain,
                         item->doubt != 0 && queue.policy.side_effects == PROBEABLE);
        item->state = ITEM_LEASED;
        robot->leased[robot->leased_count++] = best;
        i++;
    }
    assert_int_equal(count, i);
    assert_int_equal(queue.more, model_best_ready(robot) >= 0);
}

static void take_off(struct model_robot *robot, int at)
{
    robot->leased_count--;
    memmove(&robot->leased[at], &robot->leased[at + 1],
            (size_t)(robot->leased_count - at) * sizeof robot->leased[0]);
}

static void expect_outcome(struct model_robot *robot, struct model_item *item, int outcome,
                           enum item_taken taken)
{
    static const enum attempt_outcome recorded[] = {
        ATTEMPT_DONE, ATTEMPT_BUSINESS, ATTEMPT_TRANSIENT, ATTEMPT_FAILED, ATTEMPT_UNKNOWN};

    if (outcome == DONE) {
        assert_int_equal(taken, item->is_counted ? ITEM_TAKEN_REPEATED : ITEM_TAKEN_COUNTED);
        model_done(robot, item);
        model_left(item);
        return;
    }
    robot->outcomes[recorded[outcome]]++;
    if (outcome == BUSINESS)
        model_handed_over(robot, item);
    item->attempts++;
    model_doubt_after(item, outcome, queue.policy.side_effects);
    if ((outcome == TRANSIENT || (outcome == BROKEN && queue.policy.side_effects != MANUAL)) &&
        item->attempts < queue.policy.attempts) {
        assert_int_equal(taken, ITEM_TAKEN_RETRY);
        item->state = ITEM_DEFERRED;
        item->due_ms = queue.now_ms + (1000 << (item->attempts - 1));
        return;
    }
    assert_int_equal(taken, ITEM_TAKEN_WAITING);
    item->state = ITEM_WAITING;
}

static void result(struct model_robot *robot)
{
    int outcome = roll(2) == 0 ? DONE : (int)roll(5);
    int at;
    struct model_item *item;

    if (robot->leased_count == 0)
        return;
    at = roll(4) == 0 ? (int)roll((unsigned)robot->leased_count) : 0;
    item = &robot->items[robot->leased[at]];
    expect_outcome(robot, item, outcome, queue_result(&queue, item->id, outcome));
    take_off(robot, at);
    robot->seq = queue.seq;
}

/* From a run, a fence or for an item that is not it. */
static void stale_result(struct model_robot *robot)
{
    int64_t id = robot->items[roll(MODEL_REFERENCES)].id;

    if (roll(2) == 0)
        queue.fence -= 1 + roll(2);
    else if (roll(2) == 0)
        queue.run_id--;
    else
        id += 1000000;
    assert_int_equal(queue_result(&queue, id, (int)roll(5)), ITEM_TAKEN_LATE);
    robot->late++;
}

static void end_run(struct model_robot *robot, enum item_begun begun)
{
    int64_t waiting = 0;
    int i;

    for (i = 0; i < robot->leased_count; i++) {
        struct model_item *item = &robot->items[robot->leased[i]];

        item->state = ITEM_READY;
        if (begun == ITEM_BEGUN_ANY || (begun == ITEM_BEGUN_FIRST && i == 0))
            model_release_begun(item, &queue);
        waiting += item->state == ITEM_WAITING;
    }
    assert_int_equal(queue_release(&queue, begun), waiting);
    queue_need(&queue,
               run_end(queue.store, robot->run_id, RUN_DONE, NULL, queue.now_ms, &queue.fault));
    new_run(robot);
}

static void end_any(struct model_robot *robot)
{
    static const enum item_begun begun[] = {ITEM_BEGUN_NONE, ITEM_BEGUN_FIRST, ITEM_BEGUN_FIRST,
                                            ITEM_BEGUN_ANY};

    queue.why = roll(4) == 0 ? NULL : "signal 11";
    end_run(robot, begun[roll(4)]);
    queue.why = NULL;
}

static void person(struct model_robot *robot)
{
    static const int states[] = {ITEM_READY, ITEM_DONE_BY_HAND, ITEM_DROPPED, ITEM_DEFERRED};
    struct model_item *item = &robot->items[roll(MODEL_REFERENCES)];
    struct item_put_off put_off = {queue.now_ms + 1 + roll(2000), "Bo", "why", queue.now_ms};
    unsigned what = roll(4);
    bool is_closed = item->state == ITEM_DONE_BY_HAND || item->state == ITEM_DROPPED;
    int expected = is_closed ? -EINVAL : 0;
    int code;

    if (what == 0)
        code = item_retry(queue.store, item->id, "Bo", NULL, queue.now_ms, &queue.fault);
    else if (what == 1)
        code = item_done_by_hand(queue.store, item->id, "note", queue.now_ms, &queue.fault);
    else if (what == 2)
        code = item_drop(queue.store, item->id, "note", queue.now_ms, &queue.fault);
    else
        code = item_defer(queue.store, item->id, &put_off, &queue.fault);
    if (what == 0)
        expected = item->state == ITEM_WAITING || item->state == ITEM_DEFERRED ||
                           item->state == ITEM_DROPPED
                       ? 0
                       : -EINVAL;
    if (item->state == MODEL_ABSENT)
        expected = -ENOENT;
    if (item->state == ITEM_LEASED)
        expected = -EBUSY;
    if (what == 0 && item->state == ITEM_DEFERRED) {
        expected = ITEM_RETRY_IS_DUE;
        put_off.until_ms = queue.now_ms;
    }
    assert_int_equal(code, expected);
    if (code < 0)
        return;
    if (what == 0)
        model_begin_anew(item);
    else if (what == 3 && item->state == ITEM_WAITING)
        model_put_off(item);
    item->is_quarantined = false;
    item->due_ms = put_off.until_ms;
    item->state = code == ITEM_RETRY_IS_DUE ? ITEM_DEFERRED : states[what];
}

/* As an import would. */
static void record(struct model_robot *robot)
{
    int reference = (int)roll(MODEL_REFERENCES);
    struct model_item *item = &robot->items[reference];
    struct attempt attempt = {.robot_id = robot->robot_id,
                              .run_id = robot->import_run_id,
                              .seq = 1000000 + ++next_line,
                              .completed_ms = queue.now_ms,
                              .duration_ms = 10,
                              .masked = "*"};
    unsigned char hash[REFERENCE_HASH_SIZE];
    bool is_counted = false;
    char name[NAME_SIZE];
    int code;

    name_of(reference, name);
    queue_need(&queue, reference_hash(queue.store, robot->robot_id, WINDOW_EVER, 0, name, hash,
                                      &queue.fault));
    if (roll(3) > 0) {
        queue_need(&queue,
                   ledger_record(queue.store, &attempt, 0, hash, &is_counted, &queue.fault));
        assert_int_equal(is_counted, !item->is_counted);
        model_done(robot, item);
        return;
    }
    code = ledger_undo(
        queue.store,
        &(struct ledger_reversal){robot->robot_id, 0, hash, "wrong", 0, "Bo", queue.now_ms},
        &queue.fault);
    assert_int_equal(code, !item->is_counted ? -ENOENT : item->is_undone ? -EALREADY : 0);
    if (code == 0) {
        item->is_undone = true;
        robot->outcomes[ATTEMPT_UNDONE]++;
    }
}

static void operate(void)
{
    struct model_robot *robot = &model[roll(ROBOTS)];
    unsigned what = roll(100);

    face(robot);
    if (what < 30)
        add(robot);
    else if (what < 45)
        lease(robot);
    else if (what < 75)
        result(robot);
    else if (what < 78)
        stale_result(robot);
    else if (what < 85)
        end_any(robot);
    else if (what < 92)
        person(robot);
    else if (what < 97)
        record(robot);
    else
        queue.now_ms += roll(3000);
}

static void recount_outlook(const struct model_robot *robot)
{
    struct item_outlook expected = model_outlook(robot, queue.now_ms);
    struct item_outlook outlook;

    queue_need(&queue,
               item_outlook(queue.store, robot->robot_id, queue.now_ms, &outlook, &queue.fault));
    assert_memory_equal(&outlook, &expected, sizeof expected);
}

static void recount_marks(const struct model_robot *robot)
{
    assert_int_equal(
        queue_ask_with(&queue,
                       "SELECT coalesce(sum(id * (lost_runs + 10 * quarantined) + "
                       "coalesce(deadline_ms, 0) + 3 * coalesce(due_ms, 0)), 0) FROM item "
                       "WHERE robot_id = ?1",
                       robot->robot_id, 0),
        model_marks(robot));
}

static void recount(const struct model_robot *robot)
{
    int64_t id = robot->robot_id;
    int64_t counted = 0;
    int64_t states[ITEM_DROPPED + 1] = {0};
    int i;

    for (i = 0; i < MODEL_REFERENCES; i++) {
        counted += robot->items[i].is_counted;
        if (robot->items[i].state != MODEL_ABSENT)
            states[robot->items[i].state]++;
    }
    states[ITEM_READY] += states[ITEM_LEASED];
    for (i = ITEM_READY; i <= ITEM_DROPPED; i++)
        if (i != ITEM_LEASED)
            assert_int_equal(
                queue_ask_with(
                    &queue, "SELECT count(*) FROM item WHERE robot_id = ?1 AND state = ?2", id, i),
                states[i]);
    assert_int_equal(
        queue_ask_with(&queue,
                       "SELECT count(*) FROM lease l, json_each(l.items) j JOIN item i ON "
                       "i.id = j.value AND i.state = 0 WHERE l.robot_id = ?1",
                       id, 0),
        states[ITEM_LEASED]);
    assert_int_equal(
        queue_ask_with(&queue, "SELECT count(*) FROM ledger WHERE robot_id = ?1", id, 0), counted);
    assert_int_equal(robot->outcomes[ATTEMPT_DONE], counted);
    for (i = ATTEMPT_DONE; i <= ATTEMPT_UNHELPED; i++)
        assert_int_equal(queue_ask_with(&queue,
                                        "SELECT coalesce(sum(count), 0) FROM rollup_day "
                                        "WHERE robot_id = ?1 AND outcome = ?2",
                                        id, i),
                         robot->outcomes[i]);
    assert_int_equal(queue_ask_with(&queue,
                                    "SELECT count(*) FROM attempt a JOIN run u ON u.id = a.run_id "
                                    "WHERE u.robot_id = ?1 AND a.outcome <= ?2",
                                    id, ATTEMPT_UNDONE),
                     robot->outcomes[0] + robot->outcomes[1] + robot->outcomes[2] +
                         robot->outcomes[3] + robot->outcomes[4] + robot->outcomes[5]);
}

/* A part in the midst of the batch; every second is undone. */
static void operate_in_part(void)
{
    bool is_kept = roll(2) == 0;
    unsigned count = roll(8);

    memcpy(at_part, model, sizeof model);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    while (count-- > 0)
        operate();
    queue_need(&queue, store_part_end(queue.store, is_kept, &queue.fault));
    if (!is_kept)
        memcpy(model, at_part, sizeof model);
}

static void batch(void)
{
    unsigned count = 1 + roll(25), end = roll(12);
    int64_t now_ms = queue.now_ms;
    size_t i;

    queue_begin(&queue);
    while (count-- > 0) {
        if (roll(12) == 0)
            operate_in_part();
        else
            operate();
    }
    if (end > 1) {
        queue_commit(&queue);
        memcpy(committed, model, sizeof model);
        return;
    }
    if (end == 1)
        store_rollback(queue.store);
    else
        queue_crash(&queue);
    queue.now_ms = now_ms;
    memcpy(model, committed, sizeof model);
    if (end == 1)
        return;
    queue_begin(&queue); /* the recovery of a daemon */
    for (i = 0; i < ROBOTS; i++) {
        face(&model[i]);
        end_run(&model[i], ITEM_BEGUN_ANY);
    }
    queue_commit(&queue);
    memcpy(committed, model, sizeof model);
}

static void the_store_does_as_the_model(void **state)
{
    const char *given = getenv("AUTOMAGI_SEED");
    const char *length = getenv("AUTOMAGI_STEPS");
    long steps = length != NULL ? strtol(length, NULL, 10) : 600;
    long step;
    size_t i;

    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    seed = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
    for (i = 0; i < ROBOTS; i++) {
        size_t j;

        model[i].robot_id = i == 0 ? queue.policy.robot_id
                                   : queue_robot(&queue, i == 1 ? "second" : "third", WINDOW_EVER);
        for (j = 0; j < MODEL_REFERENCES; j++)
            model[i].items[j].state = MODEL_ABSENT;
        queue_begin(&queue);
        new_run(&model[i]);
        model[i].import_run_id = queue_import(&queue);
        queue_commit(&queue);
    }
    memcpy(committed, model, sizeof model);
    for (step = 0; step < steps; step++) {
        batch();
        for (i = 0; i < ROBOTS; i++) {
            recount(&model[i]);
            recount_outlook(&model[i]);
            recount_marks(&model[i]);
        }
        assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM late_result"),
                         model[0].late + model[1].late + model[2].late);
        if (step % 20 == 0)
            queue_verify(&queue);
    }
    queue_verify(&queue);
    queue_close(&queue);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(the_store_does_as_the_model)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
