/*
 * department_end.h - what `department merge` and `department split` share: what an end moves.
 *
 * Threads: a plan belongs to its caller.
 */
#ifndef AUTOMAGI_COMMAND_DEPARTMENT_END_H
#define AUTOMAGI_COMMAND_DEPARTMENT_END_H

#include <stddef.h>
#include <stdint.h>

#include "core/store/organisation.h"

struct command_call;
struct fault;

enum { MOVE_SLUG_MAX = 64 };

/* A department that ends, and into what. */
struct ending {
    const struct organisation *organisation;
    const struct department *department;
    const struct department_successor *successors;
    size_t count;
    int32_t from_day;
    int32_t budget_day; /* the same, but never in a closed month: what targets were there stays */
};

/* What the newest version of a budget was and becomes. */
struct budget_move {
    char slug[MOVE_SLUG_MAX];
    int32_t year;
    int64_t before, after;
};

/* budget_plan_release() it. */
struct budget_plan {
    struct budget_new *writes; /* set_by and reason are whoever writes it */
    size_t write_count, write_room;
    struct budget_move *moves;
    size_t move_count, move_room;
};

/* Adds what becomes of the budgets of years that are not over on ending->budget_day: from that day
 * on the department's is 0, and its successors have theirs and their parts of it, in whole kroner
 * that add up (largest remainder). Versions that were dated later are moved as well, and before the day
 * every budget stays what it was. Years without one of the department's, or with 0, stay as they
 * are. -ENOMEM, -ERANGE. */
int budget_plan_end(struct budget_plan *plan, const struct ending *ending, struct fault *fault)
    __attribute__((warn_unused_result));
/* Writes what was planned since the first `done` writes. */
int budget_plan_write(const struct budget_plan *plan, size_t done, struct command_call *call,
                      const char *reason, struct fault *fault) __attribute__((warn_unused_result));
void budget_plan_release(struct budget_plan *plan);

#endif
