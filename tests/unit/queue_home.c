#include "tests/unit/queue_home.h"

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/store/backoff.h"
#include "core/store/reference_key.h"
#include "core/store/run_record.h"
#include "core/store/sql.h"
#include "core/store/trigger.h"
#include "core/store/verify.h"

static const int64_t NOW_MS = INT64_C(1743501600000); /* 2025-04-01 12:00 in Copenhagen */

void queue_need(struct queue *queue, int result)
{
    if (result < 0)
        fail_msg("%d: %s", result, queue->fault.text);
}

static void open_store(struct queue *queue)
{
    queue_need(queue, store_open(queue->home, STORE_WRITE, &queue->store, &queue->fault));
}

int64_t queue_robot(struct queue *queue, const char *slug, enum robot_window window)
{
    static char plugin[] = "test";
    struct robot definition = {
        .window = window, .plugin = plugin, .side_effects = queue->policy.side_effects};
    int64_t robot_id = 0;

    queue_begin(queue);
    queue_need(queue, robot_put(queue->store, slug, slug, false, false, &robot_id, &queue->fault));
    queue_need(queue, robot_install(queue->store, robot_id, &definition, &queue->fault));
    queue_commit(queue);
    return robot_id;
}

void queue_key(struct queue *queue, int64_t robot_id, enum robot_window kind, int64_t window)
{
    unsigned char hash[REFERENCE_HASH_SIZE];

    queue_need(queue,
               reference_hash(queue->store, robot_id, kind, window, "x", hash, &queue->fault));
}

void queue_open(struct queue *queue, enum robot_window window, int side_effects)
{
    memset(queue, 0, sizeof *queue);
    queue->now_ms = NOW_MS;
    clock_pretend(queue->now_ms);
    backoff_pretend(BACKOFF_PARTS);
    temp_home_install(queue->home);
    open_store(queue);
    queue->policy = (struct item_policy){
        .window = window, .side_effects = side_effects, .attempts = 3, .retry_delay_ms = 1000};
    queue->policy.robot_id = queue_robot(queue, "franco", window);
    queue_begin(queue);
    queue_run(queue);
    queue_commit(queue);
}

void queue_close(struct queue *queue)
{
    store_close(queue->store);
    assert_int_equal(temp_home_remove(queue->home), 0);
    clock_pretend(0);
    backoff_pretend(-1);
}

void queue_crash(struct queue *queue)
{
    store_close(queue->store);
    open_store(queue);
}

static void start_run(struct queue *queue, enum run_cause cause, int64_t *ret_run_id,
                      int64_t *ret_fence)
{
    static const unsigned char plugin_hash[32] = {1};

    queue_need(queue, run_create(queue->store, queue->policy.robot_id, cause, "test", queue->now_ms,
                                 ret_run_id, &queue->fault));
    queue_need(queue, run_start(queue->store, *ret_run_id, plugin_hash, queue->now_ms, ret_fence,
                                &queue->fault));
}

int64_t queue_import(struct queue *queue)
{
    int64_t run_id = 0;
    int64_t fence = 0;

    start_run(queue, RUN_BY_IMPORT, &run_id, &fence);
    return run_id;
}

void queue_run(struct queue *queue)
{
    start_run(queue, RUN_BY_HAND, &queue->run_id, &queue->fence);
    queue->seq = 0;
}

void queue_begin(struct queue *queue)
{
    queue_need(queue, store_begin(queue->store, &queue->fault));
}

void queue_commit(struct queue *queue)
{
    queue_need(queue, store_commit(queue->store, &queue->fault));
}

int64_t queue_add_item(struct queue *queue, const struct item_new *item)
{
    int64_t id = -1;

    queue_need(queue,
               item_add(queue->store, &queue->policy, item, queue->now_ms, &id, &queue->fault));
    assert_true(id >= 0);
    return id;
}

int64_t queue_add(struct queue *queue, const char *reference, const char *payload)
{
    struct item_new item = {.reference = reference, .payload = payload};

    return queue_add_item(queue, &item);
}

static int keep(const struct item_lease *item, void *context)
{
    struct queue *queue = context;
    struct queue_leased *leased = &queue->leased[queue->leased_count++];

    assert_true(queue->leased_count <= QUEUE_LEASED_MAX);
    leased->id = item->id;
    leased->attempt = item->attempt;
    leased->is_uncertain = item->is_uncertain;
    leased->priority = item->priority;
    leased->business_day = item->business_day;
    leased->deadline_ms = item->deadline_ms;
    (void)text_copy(leased->reference, sizeof leased->reference, item->reference);
    (void)text_copy(leased->payload, sizeof leased->payload, item->payload);
    return 0;
}

size_t queue_lease(struct queue *queue, uint32_t want)
{
    queue->leased_count = 0;
    queue_need(queue, item_lease(queue->store, &queue->policy,
                                 &(struct item_lease_request){queue->run_id, queue->fence, want,
                                                              queue->now_ms},
                                 keep, queue, &queue->more, &queue->fault));
    return queue->leased_count;
}

enum item_taken queue_result(struct queue *queue, int64_t item_id, int outcome)
{
    struct item_result result = {
        .item_id = item_id,
        .run_id = queue->run_id,
        .fence = queue->fence,
        .seq = ++queue->seq,
        .outcome = outcome,
        .completed_ms = queue->now_ms,
        .duration_ms = 10,
        .note = outcome == DONE ? NULL : "why",
    };
    enum item_taken taken = ITEM_TAKEN_LATE;

    queue_need(queue,
               item_take_result(queue->store, &queue->policy, &result, &taken, &queue->fault));
    return taken;
}

int64_t queue_release(struct queue *queue, enum item_begun begun)
{
    queue_need(queue, item_release_run(
                          queue->store, &queue->policy,
                          &(struct item_release){queue->run_id, begun, queue->why, queue->now_ms},
                          &queue->released, &queue->fault));
    return queue->released.waiting;
}

int64_t queue_ask(struct queue *queue, const char *query)
{
    return queue_ask_with(queue, query, 0, 0);
}

int64_t queue_ask_with(struct queue *queue, const char *query, int64_t first, int64_t second)
{
    sqlite3_stmt *statement = NULL;
    int64_t answer = INT64_MIN;

    if (!sqlite3_get_autocommit(queue->store->db))
        queue_need(queue, rollup_flush(queue->store, &queue->fault));
    if (sqlite3_prepare_v2(queue->store->db, query, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", query, sqlite3_errmsg(queue->store->db));
    (void)sqlite3_bind_int64(statement, 1, first); /* when it has one */
    (void)sqlite3_bind_int64(statement, 2, second);
    if (sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return answer;
}

int64_t queue_sum(struct queue *queue, enum attempt_outcome outcome)
{
    int64_t days = queue_ask_with(
        queue, "SELECT coalesce(sum(count), 0) FROM rollup_day WHERE outcome = ?1", outcome, 0);
    int64_t months = queue_ask_with(
        queue, "SELECT coalesce(sum(count), 0) FROM rollup_month WHERE outcome = ?1", outcome, 0);

    assert_int_equal(days, months);
    return days;
}

static void say(const char *difference, void *context)
{
    (void)context;
    print_error("verify: %s\n", difference);
}

void queue_verify(struct queue *queue)
{
    struct verify_report report = {0};
    struct store *reader = NULL;

    queue_need(queue, store_open(queue->home, STORE_READ, &reader, &queue->fault));
    queue_need(queue, verify_store(reader, say, NULL, &report, &queue->fault));
    store_close(reader);
    assert_int_equal(report.differences, 0);
}

void queue_triggers(struct queue *queue, const char *const *crons, size_t count)
{
    struct trigger_origin origin = {false, "test", queue->now_ms};
    struct trigger_rule rules[8];
    size_t i;

    assert_true(count <= 8);
    for (i = 0; i < count; i++) {
        trigger_rule_init(&rules[i], TRIGGER_CRON);
        assert_true(text_copy(rules[i].cron, sizeof rules[i].cron, crons[i]));
    }
    origin.now_ms = clock_now_ms();
    queue_need(queue, trigger_define(queue->store, queue->policy.robot_id, rules, count, &origin,
                                     &queue->fault));
}

void queue_at_old_year(struct queue *queue)
{
    queue->now_ms = INT64_C(1735685400000);
    clock_pretend(queue->now_ms);
    assert_int_equal(clock_local_day(queue->now_ms), clock_day(2024, 12, 31));
}

void queue_at_new_year(struct queue *queue)
{
    queue->now_ms = INT64_C(1735686600000);
    clock_pretend(queue->now_ms);
    assert_int_equal(clock_local_day(queue->now_ms), clock_day(2025, 1, 1));
}

void queue_start_anew(struct queue *queue)
{
    queue_commit(queue);
    queue_crash(queue);
    queue_begin(queue);
}

void queue_move_key(struct queue *queue, const char *from, const char *to)
{
    char here[128];
    char there[128];

    (void)snprintf(here, sizeof here, "%s/%s", queue->home, from);
    (void)snprintf(there, sizeof there, "%s/%s", queue->home, to);
    queue_commit(queue);
    assert_int_equal(rename(here, there), 0);
    queue_begin(queue);
}

void queue_done_by_hand(struct queue *queue, int64_t item_id)
{
    queue_need(queue,
               item_done_by_hand(queue->store, item_id, "by me", queue->now_ms, &queue->fault));
}

void queue_put_off(struct queue *queue, int64_t item_id)
{
    struct item_put_off later = {
        .until_ms = queue->now_ms + 1000, .by = "Bo", .reason = "later", .now_ms = queue->now_ms};

    queue_need(queue, item_defer(queue->store, item_id, &later, &queue->fault));
}

void queue_drop(struct queue *queue, int64_t item_id)
{
    queue_need(queue, item_drop(queue->store, item_id, "not ours", queue->now_ms, &queue->fault));
}

void queue_note(struct queue *queue, int64_t item_id, const char *begins)
{
    char query[512];

    (void)snprintf(query, sizeof query,
                   "SELECT count(*) FROM item WHERE id = ?1 AND note LIKE '%s%%'", begins);
    if (queue_ask_with(queue, query, item_id, 0) != 1)
        fail_msg("the note does not begin with: %s", begins);
}

int64_t queue_state(struct queue *queue, int64_t item_id)
{
    return queue_ask_with(queue, "SELECT state FROM item WHERE id = ?1", item_id, 0);
}
