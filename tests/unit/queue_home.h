/*
 * queue_home.h - an installation with one robot and its queue, for tests of the store's core.
 *
 * Every function ends the test when what it does fails. Time stands still at `now_ms`
 * (2025-04-01 12:00 in Copenhagen) unless a test moves it. Back-off is without its spread.
 */
#ifndef AUTOMAGI_TESTS_UNIT_QUEUE_HOME_H
#define AUTOMAGI_TESTS_UNIT_QUEUE_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/fault.h"
#include "core/store/item.h"
#include "core/store/ledger.h"
#include "tests/unit/temp_home.h"

enum { QUEUE_LEASED_MAX = 2048 };

/* enum plugin_side_effects' numbers. */
enum { IDEMPOTENT = 1, PROBEABLE = 2, MANUAL = 3 };
/* enum wire_outcome's numbers. */
enum { DONE = 0, BUSINESS = 1, TRANSIENT = 2, BROKEN = 3, UNKNOWN = 4 };
/* enum item_doubt's; 1: uncertain. */
enum { HARMLESS = 2, UNDECIDED = 3 };

struct queue_leased {
    int64_t id;
    uint32_t attempt;
    bool is_uncertain;
    int32_t priority;
    int32_t business_day;
    int64_t deadline_ms;
    char reference[256];
    char payload[256];
};

struct queue {
    char home[TEMP_HOME_PATH];
    struct store *store;
    struct fault fault;
    struct item_policy policy;
    int64_t now_ms;
    int64_t run_id;
    int64_t fence;
    uint32_t seq;
    const char *why; /* what queue_release() says went wrong with the run; NULL: nothing */
    struct queue_leased leased[QUEUE_LEASED_MAX]; /* by the last queue_lease() */
    size_t leased_count;
    struct item_released released; /* by the last queue_release() */
    bool more;
};

/* With a robot, and a run of it that has started. */
void queue_open(struct queue *queue, enum robot_window window, int side_effects);
void queue_close(struct queue *queue);
/* As after a crash: what was not committed is gone, the store is opened anew. */
void queue_crash(struct queue *queue);
/* As a daemon does that starts again: what was done so far is committed; in a transaction, before and after. */
void queue_start_anew(struct queue *queue);
/* A key's file, or a folder of them, to another name in the home; in a transaction, before and after. */
void queue_move_key(struct queue *queue, const char *from, const char *to);
/* Another robot of the same kind; gives its id. */
int64_t queue_robot(struct queue *queue, const char *slug, enum robot_window window);
/* Makes the window's key, for what is recorded in it past the queue; within a transaction. */
void queue_key(struct queue *queue, int64_t robot_id, enum robot_window kind, int64_t window);
/* A new run of the policy's robot, started; becomes the queue's run. */
void queue_run(struct queue *queue);
/* A run for what an import would count, started; the queue's run stays what it is. */
int64_t queue_import(struct queue *queue);

/* 31 December 2024, 23:50, and twenty minutes later: the end of a day, a month and a year. */
void queue_at_old_year(struct queue *queue);
void queue_at_new_year(struct queue *queue);

void queue_begin(struct queue *queue);
void queue_commit(struct queue *queue);

/* These belong between queue_begin() and queue_commit(). */
/* The robot's cron triggers are these, as robot.json would say. */
void queue_triggers(struct queue *queue, const char *const *crons, size_t count);
int64_t queue_add(struct queue *queue, const char *reference, const char *payload);
int64_t queue_add_item(struct queue *queue, const struct item_new *item);
size_t queue_lease(struct queue *queue, uint32_t want);
enum item_taken queue_result(struct queue *queue, int64_t item_id, int outcome);
int64_t queue_release(struct queue *queue, enum item_begun begun);

/* What a person decides; within a transaction. Put off: for a second. */
void queue_done_by_hand(struct queue *queue, int64_t item_id);
void queue_put_off(struct queue *queue, int64_t item_id);
void queue_drop(struct queue *queue, int64_t item_id); /* "not ours" */
/* enum item_state; INT64_MIN when it is not there. */
int64_t queue_state(struct queue *queue, int64_t item_id);
/* Its note begins so. */
void queue_note(struct queue *queue, int64_t item_id, const char *begins);
/* The first column of the first row, of all that is written and due; INT64_MIN for none. */
int64_t queue_ask(struct queue *queue, const char *query);
/* With values for ?1 and ?2. */
int64_t queue_ask_with(struct queue *queue, const char *query, int64_t first, int64_t second);
/* What the sums by day hold of an outcome, which those by month must hold too. */
int64_t queue_sum(struct queue *queue, enum attempt_outcome outcome);
/* Recounts everything (verify.h); outside a transaction. */
void queue_verify(struct queue *queue);
void queue_need(struct queue *queue, int result);

#endif
