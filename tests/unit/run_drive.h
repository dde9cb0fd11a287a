/*
 * run_drive.h - the store's own functions, called in the order of a way of run_model.h.
 *
 * Every function ends the test when the store answers or keeps anything else than the model.
 */
#ifndef AUTOMAGI_TESTS_UNIT_RUN_DRIVE_H
#define AUTOMAGI_TESTS_UNIT_RUN_DRIVE_H

#include "tests/unit/queue_home.h"
#include "tests/unit/run_model.h"

struct run_drive {
    struct queue queue; /* opened and closed by the test */
    struct model model;
    struct model_state at;
    int64_t run_ids[MODEL_RUNS], fences[MODEL_RUNS], item_ids[MODEL_REFS];
    int64_t import_run_id, imports; /* rows of it */
    int64_t ways, late;             /* results that came late */
};
extern struct run_drive driven;

/* With an installation for this class of side effects. */
void drive_open(const struct model *model);
void drive_close(void);
/* A way begins with two new items. */
void drive_begin(void);
/* One step, which must be one that can happen; nothing is compared. */
void drive_step(struct model_step step);
/* All that the store keeps of the way. */
void drive_compare(void);
/* Whatever the way left is ended, so that the next begins with nothing. */
void drive_end(void);

int64_t drive_ask(const char *query, int64_t first, int64_t second);

#endif
