/*
 * queue_model.h - what must come of a robot's items, in as few words as it can be said; beside the
 * store's own way of doing it, in test_store_model.c.
 */
#ifndef AUTOMAGI_TESTS_UNIT_QUEUE_MODEL_H
#define AUTOMAGI_TESTS_UNIT_QUEUE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/store/item.h"
#include "core/store/ledger.h"

struct queue;

enum { MODEL_REFERENCES = 24, MODEL_ABSENT = -1 };

struct model_item {
    int state; /* enum item_state, or MODEL_ABSENT */
    int64_t id;
    int32_t priority;
    int payload;
    unsigned attempts; /* that ended */
    int doubt;         /* 1: uncertain, HARMLESS, UNDECIDED */
    int64_t due_ms;
    int64_t deadline_ms; /* 0: none */
    unsigned lost_runs;
    bool is_quarantined;
    bool is_counted;
    bool is_undone;
    bool is_handed_over, is_taken_back; /* ended with a person once; and was done after that */
};

struct model_robot {
    int64_t robot_id;
    int64_t run_id, fence, import_run_id;
    uint32_t seq;
    struct model_item items[MODEL_REFERENCES];
    int leased[MODEL_REFERENCES]; /* in the order of handing out */
    int leased_count;
    int64_t outcomes[ATTEMPT_UNHELPED + 1];
    int64_t late;
};

/* It was done: counts once, and is no help any more. */
void model_done(struct model_robot *robot, struct model_item *item);
/* Its run has done it: it leaves the queue, unless its task was taken back: then a person is told. */
void model_left(struct model_item *item);
/* It ended with a person. */
void model_handed_over(struct model_robot *robot, struct model_item *item);
/* Its tries begin anew, and nothing is held against it that a person was told of. When that person put it off it
 * may still have been done. */
void model_begin_anew(struct model_item *item);
void model_put_off(struct model_item *item);
/* Its turn comes, of a manual robot: true when it waits instead, for it may have been done. */
bool model_waits_undecided(struct model_item *item, int side_effects);
/* A result other than done. */
void model_doubt_after(struct model_item *item, int outcome, int side_effects);
/* Which of the ready ones is handed out next; -1: none is ready. */
int model_best_ready(const struct model_robot *robot);
/* It was begun when the run ended that the queue releases. */
void model_release_begun(struct model_item *item, const struct queue *queue);
struct item_outlook model_outlook(const struct model_robot *robot, int64_t now_ms);

/* A number that any difference in lost runs, quarantine, deadline and due time changes, but for
 * chance. */
int64_t model_marks(const struct model_robot *robot);

#endif
