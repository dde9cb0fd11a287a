/*
 * trigger.h - why a robot starts by itself, as it is stored.
 *
 * When a trigger's times are is fixed once it is made: to change that, remove it and add another. Its
 * number is never given again, for its fires are kept by it. robot.json's triggers belong to the
 * definition (`robot add` replaces them); those of `trigger add` stay.
 *
 * Threads: the store's.
 */
#ifndef AUTOMAGI_STORE_TRIGGER_H
#define AUTOMAGI_STORE_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/robot.h"

struct fault;
struct store;

enum {
    TRIGGER_CRON_MAX = 128, /* bytes with the NUL, as all that follow */
    TRIGGER_ZONE_MAX = 64,
    TRIGGER_NOT_ON_MAX = 512,
    TRIGGER_INPUT_MAX = 1024,
    TRIGGER_MISFIRE_MOST = 1000,
    TRIGGER_NO_MINUTE = -1,
    TRIGGERS_MOST = 64,         /* of one robot, from robot.json and added */
    TRIGGER_FOLLOWERS_MOST = 64 /* of one robot: triggers of others that start after it */
};

enum trigger_kind {
    TRIGGER_CRON = 1,
    TRIGGER_ONCE = 2,
    TRIGGER_AFTER = 3, /* another robot's run has ended */
    TRIGGER_DEPTH = 4, /* so many items are ready on its own queue */
    TRIGGER_AGE = 5    /* the oldest ready item has been so for so long */
};

/* What becomes of times at which nobody was there. */
enum trigger_misfire {
    MISFIRE_SKIP = 1, /* none runs */
    MISFIRE_ONCE = 2, /* the newest runs, if it is less than a day old */
    MISFIRE_ALL = 3   /* the newest `misfire_limit` run, one after another */
};

/* What becomes of a time while a run of the robot goes on or waits. */
enum trigger_overlap {
    OVERLAP_SKIP = 1, /* it is skipped */
    OVERLAP_QUEUE =
        2, /* it waits for its turn; another time is skipped while one waits, but not one that run_is_owed() */
    OVERLAP_ALLOW = 3 /* it runs beside, as far as the limits allow, and else waits */
};

enum trigger_after { AFTER_DONE = 1, AFTER_FAILED = 2, AFTER_EITHER = 3 };

/* A value; trigger_rule_init() gives the defaults. Unused members are as there. */
struct trigger_rule {
    enum trigger_kind kind;
    char cron[TRIGGER_CRON_MAX];
    int64_t at_ms;
    char after[ROBOT_SLUG_MAX]; /* the other robot */
    enum trigger_after after_ending;
    int64_t threshold;               /* depth: items; age: seconds */
    char zone[TRIGGER_ZONE_MAX];     /* "": the organisation's */
    char not_on[TRIGGER_NOT_ON_MAX]; /* calendars, "a,b", sorted, none twice; "": every day */
    enum trigger_misfire misfire;
    int misfire_limit;
    enum trigger_overlap overlap;
    int expected_minute; /* of the local day of the nominal time, or of the next when that is
                          * later; TRIGGER_NO_MINUTE: not said */
    char input[TRIGGER_INPUT_MAX]; /* JSON object for its runs; "": none */
};

struct trigger {
    int64_t id;
    int64_t robot_id;
    struct trigger_rule rule;
    bool is_added; /* by `trigger add`; else robot.json's */
    char made_by[128];
    int64_t since_ms;        /* when it was made; trigger_right_clock() */
    int64_t last_nominal_ms; /* newest fire that is not of a missed time and at most an hour
                              * ahead of the clock, 0 when none */
    int64_t ahead_ms;        /* newest one further ahead, 0 when none: a clock was wrong */
};

void trigger_rule_init(struct trigger_rule *rule, enum trigger_kind kind);
bool trigger_rule_equal(const struct trigger_rule *a, const struct trigger_rule *b);
/* "cron", "once", "after", "depth", "age"; "skip", "once", "all"; "skip", "queue", "allow";
 * "done", "failed", "either": the words of robot.json, commands and JSON. */
const char *trigger_kind_word(enum trigger_kind kind);
const char *trigger_misfire_word(enum trigger_misfire misfire);
const char *trigger_overlap_word(enum trigger_overlap overlap);
const char *trigger_after_word(enum trigger_after after);
/* The reverse; false for another word. */
bool trigger_misfire_of(const char *word, enum trigger_misfire *ret_misfire);
bool trigger_overlap_of(const char *word, enum trigger_overlap *ret_overlap);
bool trigger_after_of(const char *word, enum trigger_after *ret_after);

/* In the order of their numbers. robot_id 0: of all robots. The callback returns 0 to go on. */
typedef int trigger_each_callback(const struct trigger *trigger, void *context);
int trigger_each(struct store *store, int64_t robot_id, trigger_each_callback *callback,
                 void *context, struct fault *fault) __attribute__((warn_unused_result));
/* Those of kind TRIGGER_AFTER that wait for this robot. */
int trigger_each_after(struct store *store, int64_t robot_id, trigger_each_callback *callback,
                       void *context, struct fault *fault) __attribute__((warn_unused_result));
/* -ENOENT names it and what to do. */
int trigger_read(struct store *store, int64_t id, struct trigger *ret_trigger, struct fault *fault)
    __attribute__((warn_unused_result));

/* Who makes a trigger, and when. */
struct trigger_origin {
    bool is_added;
    const char *made_by;
    int64_t now_ms;
};

/* -ENOENT: the robot it is to start after is not there; -EEXIST: the robot has the same already;
 * -E2BIG: it has TRIGGERS_MOST, or TRIGGER_FOLLOWERS_MOST start after that other. What the members say is the caller's to have checked. */
int trigger_add(struct store *store, int64_t robot_id, const struct trigger_rule *rule,
                const struct trigger_origin *origin, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Its fires stay. */
int trigger_remove(struct store *store, int64_t id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Its rule becomes this one, which has the same times: of cron or once, with the same zone. */
int trigger_change(struct store *store, int64_t id, const struct trigger_rule *rule,
                   struct fault *fault) __attribute__((warn_unused_result));
/* A clock that stood ahead was set right: a schedule that was made by it was made now, or its times until that clock's
 * would never be owed. A time once that was over when it was made stays over. A clock that shows a time before the home was
 * made is behind: nothing is changed, for all times since then would be owed. */
int trigger_right_clock(struct store *store, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));
/* Makes the robot's triggers of robot.json these. Those that stay, and those of which something else than their
 * times changes, keep their number, and so their fires, when they were made and what they owe; added ones are left
 * alone. */
int trigger_define(struct store *store, int64_t robot_id, const struct trigger_rule *rules,
                   size_t count, const struct trigger_origin *origin, struct fault *fault)
    __attribute__((warn_unused_result));

/* Those that trigger_define() would remove: what they owe is the caller's to record before. The callback returns 0 to go
 * on. */
int trigger_define_gone(struct store *store, int64_t robot_id, const struct trigger_rule *rules,
                        size_t count, trigger_each_callback *callback, void *context,
                        struct fault *fault) __attribute__((warn_unused_result));

/* ---- fires: one per trigger and nominal time */

/* Why a time was skipped that nobody was there for. A run may still take such a record over: the
 * clock was ahead when it was written. */
#define FIRE_MISSED      "automagid was not running"
#define FIRE_MISSED_REST FIRE_MISSED "; later times until it ran again are not listed one by one"

/* ... and whose trigger went before a daemon could look at it. */
#define FIRE_GONE      "the trigger was replaced or removed"
#define FIRE_GONE_REST FIRE_GONE "; later times are not listed one by one"

struct fire {
    int64_t trigger_id;
    int64_t nominal_ms;
    int64_t run_id;      /* 0: skipped */
    const char *skipped; /* the reason; "" when it ran */
};

/* The fire's record and its run; -EEXIST when that time has fired or was skipped already (then
 * nothing changes); -ENOENT when the trigger is gone. cause follows from the trigger's kind.
 * expected_ms 0: not said. */
int fire_run(struct store *store, const struct fire *fire, int64_t expected_ms, int64_t now_ms,
             int64_t *ret_run_id, struct fault *fault) __attribute__((warn_unused_result));
/* The record of a time that does not run: fire->skipped says why. -EEXIST as above. */
int fire_skip(struct store *store, const struct fire *fire, struct fault *fault)
    __attribute__((warn_unused_result));
/* The newest time until then that has its record, of whatever kind; 0: there is none. */
int fire_newest(struct store *store, int64_t trigger_id, int64_t until_ms, int64_t *ret_nominal_ms,
                struct fault *fault) __attribute__((warn_unused_result));
/* Of the triggers that the robot has, newest first. */
typedef int fire_each_callback(const struct fire *fire, void *context);
int fire_each(struct store *store, int64_t robot_id, int64_t limit, fire_each_callback *callback,
              void *context, struct fault *fault) __attribute__((warn_unused_result));

#endif
