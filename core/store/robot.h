/*
 * robot.h - robots: who they are, when they operate, whom they serve, what a
 * task of theirs is worth, and the definition they run by.
 */
#ifndef AUTOMAGI_STORE_ROBOT_H
#define AUTOMAGI_STORE_ROBOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/scorecard.h"

struct fault;
struct store;

enum { ROBOT_SLUG_MAX = 64, ROBOT_NAME_MAX = 200, SHARE_WHOLE = 1000000 };

/* The bucket of the business date in which a reference counts once. */
enum robot_window { WINDOW_DAY = 1, WINDOW_MONTH = 2, WINDOW_YEAR = 3, WINDOW_EVER = 4 };

struct robot_operation {
    int32_t from_day;
    int32_t to_day; /* inclusive; ROBOT_NO_END when none is known */
};
#define ROBOT_NO_END INT32_MAX

struct robot_share {
    int32_t from_day;
    int64_t department_id;
    int64_t millionths;
    int32_t booking_from; /* as of every version: organisation.h */
};

enum estimate_kind {
    ESTIMATE_TASK = 1,    /* minutes a person would have used on a task that was done */
    ESTIMATE_HANDOVER = 2 /* minutes the robot saves on one that a person must finish */
};
/* "task", "handover". */
const char *estimate_kind_word(enum estimate_kind kind);

struct estimate {
    int64_t id;
    enum estimate_kind kind;
    int32_t from_day;
    int32_t booking_from;
    int64_t hundredths; /* of a minute per task */
    int64_t set_ms;
    char *set_by;
    char *reason;
    char *task;         /* what one task is; these three "" when nobody said it */
    char *method;       /* how the minutes were found */
    char *timings;      /* sample timings in minutes, "3.5,4,2.75" */
    char *signed_by;    /* NULL: unsigned */
    int32_t signed_day; /* when signed */
    int64_t dispute_id; /* the oldest that nobody has answered (dispute.h); 0: none */
};

struct robot {
    int64_t id;
    char *slug;
    char *name;
    bool is_external; /* something else runs it; its tasks are imported */
    bool is_one_off;
    bool is_paused;
    char *paused_by; /* these three NULL or 0 when it is not paused, or nothing was said */
    char *paused_reason;
    int64_t paused_ms;
    enum gate_item red_item; /* the first of its gate that is red, which holds its runs; 0: none */
    int failures;            /* runs in a row that did not end in order */
    enum robot_window window;
    char *plugin;                       /* NULL: not installed */
    int side_effects;                   /* enum plugin_side_effects; 0 when not installed */
    char *definition;                   /* robot.json's text; NULL when not installed */
    char *folder;                       /* where robot.json lay */
    struct robot_operation *operations; /* by from_day */
    size_t operation_count;
    struct robot_share *shares; /* by from_day, booking_from, then department order */
    size_t share_count;
    struct estimate *estimates; /* by from_day, then id */
    size_t estimate_count;
};

struct robot_list {
    struct robot *robots; /* in their order */
    size_t count;
};

/* All robots with all their versions. robot_list_release() frees it. */
int robot_list_read(struct store *store, struct robot_list *ret_list, struct fault *fault)
    __attribute__((warn_unused_result));
/* One robot, as a list of one; of none when there is no such robot. */
int robot_list_read_one(struct store *store, int64_t robot_id, struct robot_list *ret_list,
                        struct fault *fault) __attribute__((warn_unused_result));
void robot_list_release(struct robot_list *list);
/* NULL when unknown. Borrowed. */
const struct robot *robot_list_find(const struct robot_list *list, const char *slug);
const struct robot *robot_list_find_id(const struct robot_list *list, int64_t id);

/* The id of a robot; -ENOENT with a fault that names it and what to do. */
int robot_find(struct store *store, const char *slug, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));

/* Is the day inside an operating interval? A robot with no interval has not begun. */
bool robot_operates_on(const struct robot *robot, int32_t day);
/* Does it operate on the day, and is to run here, but is not installed? */
bool robot_lacks_plugin_on(const struct robot *robot, int32_t day);
/* "active", "blocked" (its gate is red), "paused", "not installed", "external", "not begun", "suspended",
 * "retired". */
const char *robot_state_word(const struct robot *robot, int32_t today);
/* The signed estimate valid on a day, or NULL (then its tasks are uncounted): the latest
 * signed version that began on or before it; an unsigned version replaces nothing. As what is
 * booked in `booking` is valued: a version with a later booking_from is passed over. */
const struct estimate *robot_estimate_for(const struct robot *robot, enum estimate_kind kind,
                                          int32_t day, int32_t booking);
/* The same for tasks and BOOKING_LATEST. */
const struct estimate *robot_estimate_on(const struct robot *robot, int32_t day);
/* The shares valid on a day: all those with the latest from_day on or before it (of one day: with
 * the latest booking_from). *ret_first and the count point into robot->shares; 0 when none (all
 * is Tværgående). Versions with a later booking_from than `booking` are passed over. */
size_t robot_shares_for(const struct robot *robot, int32_t day, int32_t booking,
                        const struct robot_share **ret_first);
/* The same for BOOKING_LATEST. */
size_t robot_shares_on(const struct robot *robot, int32_t day,
                       const struct robot_share **ret_first);

/* Makes the robot or changes its name and kind; position only when made. */
int robot_put(struct store *store, const char *slug, const char *name, bool is_external,
              bool is_one_off, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Replaces all operating intervals. -EINVAL when they overlap or end before they begin. */
int robot_operations_set(struct store *store, int64_t robot_id,
                         const struct robot_operation *operations, size_t count,
                         struct fault *fault) __attribute__((warn_unused_result));
/* Replaces all shares. -EINVAL when the shares of one from_day sum to over 1. */
int robot_shares_set(struct store *store, int64_t robot_id, const struct robot_share *shares,
                     size_t count, struct fault *fault) __attribute__((warn_unused_result));
/* by and reason may be NULL; without CPR numbers in the store. */
int robot_pause(struct store *store, int64_t robot_id, const char *by, const char *reason,
                int64_t now_ms, struct fault *fault) __attribute__((warn_unused_result));
/* Its failures in a row begin anew. */
int robot_resume(struct store *store, int64_t robot_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* What keeps its runs from starting. */
struct robot_hold {
    bool is_paused;
    enum gate_item red_item; /* as in struct robot */
};
/* As the store has it now: what was read before may be older than a pause or a gate that has been answered. 1: something
 * keeps them; 0: nothing does. */
int robot_hold_read(struct store *store, int64_t robot_id, struct robot_hold *ret_hold,
                    struct fault *fault) __attribute__((warn_unused_result));
/* A run of it has ended: in order, or not. *ret_failures: how many in a row have not. */
int robot_failure_count(struct store *store, int64_t robot_id, bool has_failed, int *ret_failures,
                        struct fault *fault) __attribute__((warn_unused_result));
/* Ends the operating interval that holds or follows `last_day`, inclusive, and removes later
 * ones. -EINVAL when the robot did not operate by then. */
int robot_retire(struct store *store, int64_t robot_id, int32_t last_day, struct fault *fault)
    __attribute__((warn_unused_result));
/* Takes away a robot that never did anything, with its definition, triggers, shares, gate, unsigned
 * estimates and unapproved indicators. -EBUSY says what it did: a run, an import, an item, a signed estimate, an
 * approved indicator, money. */
int robot_remove(struct store *store, int64_t robot_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Installs or replaces the definition. -EBUSY with a fault when the window kind changes though
 * the robot has a window's key, as it has since its first item, task or imported row, or a run goes
 * on, which may add one: it would let a reference count again. Its triggers: trigger_define(). Of
 * a run that goes on the class of side effects stays when it asks for more care. */
int robot_install(struct store *store, int64_t robot_id, const struct robot *definition,
                  struct fault *fault) __attribute__((warn_unused_result));
/* The class of side effects (enum plugin_side_effects; a higher one asks for more care) of the plugin that
 * a run has just begun with, which may be newer than the definition. The robot's is the highest of those
 * whose runs go on, for a daemon that finds these lost has nothing else to go by. */
int robot_side_effects_begin(struct store *store, int64_t robot_id, int64_t run_id,
                             int side_effects, struct fault *fault)
    __attribute__((warn_unused_result));
/* Is that the robot's window, for a run that begins? -EINVAL when it has become another. */
int robot_window_check(struct store *store, int64_t robot_id, enum robot_window kind,
                       struct fault *fault) __attribute__((warn_unused_result));

struct estimate_new {
    int32_t from_day;
    int64_t hundredths; /* of a minute per task */
    const char *set_by;
    const char *reason;
    enum estimate_kind kind;             /* 0: ESTIMATE_TASK */
    const char *task, *method, *timings; /* NULL: not said */
};

/* A new, unsigned version of the estimate; the reason may be "". *ret_id is its number. -EINVAL
 * also for timings that timing.h does not take. Texts are kept without CPR numbers (cpr.h), here and by estimate_sign(). */
int estimate_set(struct store *store, int64_t robot_id, const struct estimate_new *estimate,
                 int64_t *ret_id, struct fault *fault) __attribute__((warn_unused_result));
/* Signs it. -EPERM: the setter cannot sign; -EALREADY: it is signed; -EEXIST: another
 * signed version has the same valid-from. signed_day is when it was signed. */
int estimate_sign(struct store *store, int64_t estimate_id, const char *signed_by,
                  int32_t signed_day, struct fault *fault) __attribute__((warn_unused_result));

struct estimate_signature {
    const char *signed_by;
    int32_t signed_day;
    int32_t booking_from; /* as period_admit() gives it */
};
/* As above, for a version whose date lies in a closed month, too. */
int estimate_sign_booked(struct store *store, int64_t estimate_id,
                         const struct estimate_signature *signature, struct fault *fault)
    __attribute__((warn_unused_result));

/* The window a business day falls in: the day, the month, the year, or 0. */
int64_t robot_window_of(enum robot_window kind, int32_t business_day);
/* "2025-04-01", "2025-04", "2025", "ever": for messages and key files. */
void robot_window_name(enum robot_window kind, int64_t window, char *target, size_t size);

#endif
