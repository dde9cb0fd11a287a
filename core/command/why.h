/*
 * why.h - why a robot did not run, or why what it has to do waits: what is gathered, and the sentence.
 *
 * From the store and the files alone, so it is the same with the daemon and without it.
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_COMMAND_WHY_H
#define AUTOMAGI_COMMAND_WHY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/fault.h"
#include "core/schedule/rest.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/scorecard.h"
#include "core/store/trigger.h"

struct text;

enum { WHY_SENTENCE_MAX = 1023 };

/* What holds the robot, in the order in which one hides the next. */
enum why_cause {
    WHY_EXTERNAL,
    WHY_RETIRED,
    WHY_NOT_INSTALLED,
    WHY_SUSPENDED,
    WHY_NOT_BEGUN,
    WHY_GATE, /* its gate is red */
    WHY_PAUSED,
    WHY_PLUGIN, /* refused: not there, another one, the configuration does not fit it */
    WHY_DAEMON, /* not running */
    WHY_WAITS,  /* a queued run: the daemon wrote why */
    WHY_RUNS,   /* nothing holds it */
    WHY_ZONE, /* a trigger's time zone is unknown here: it starts nothing until that is put right */
    WHY_BACKOFF, /* items wait for their next try */
    WHY_SKIPPED, /* its newest time was skipped */
    WHY_AFTER,   /* it waits for another robot */
    WHY_QUEUE,   /* its queue is not deep or old enough */
    WHY_NO_TRIGGER,
    WHY_NOTHING /* it ran, or its first time is yet to come */
};

/* The triggers that have no times, of which the sentence names the first. */
struct why_after {
    bool is_there;
    struct trigger_rule rule;
    struct run_record last; /* the other robot's newest; id 0: none */
};

struct why {
    const struct robot *robot;
    struct gate gate;
    int64_t now_ms;
    int32_t today;
    bool is_served, is_held; /* home_is_held(), by process `holder` */
    int64_t holder;
    struct fault plugin;      /* why it is refused; "" when it is not */
    struct run_record queued; /* the oldest; id 0: none */
    struct run_record running;
    struct run_record stuck; /* the oldest that goes on though it was killed: its note says so */
    struct run_record last;  /* the newest that has ended */
    int64_t runs_queued;
    int64_t skipped_ms; /* newest time of a trigger that was skipped, 0: the newest one ran */
    char skipped[REST_REASON_MAX];
    int64_t next_ms;                 /* the next time that will run, 0: none */
    char today_off[REST_REASON_MAX]; /* why a time of today does not run; "" */
    int64_t triggers;
    int64_t times;    /* of them with times */
    int64_t zoneless; /* a trigger that trigger_lacks_zone(), 0: none */
    char zone[TRIGGER_ZONE_MAX];
    struct why_after after;
    struct trigger_rule queue; /* kind 0: none */
    int64_t ready, leased, deferred, waiting;
    int64_t overdue; /* open ones */
    int64_t next_try_ms;
    int64_t oldest_ms; /* since when the oldest of the ready ones has been so; 0: not known */
};

/* why_cause.c */
enum why_cause why_cause(const struct why *why);
/* "paused", "limit", ...: for programs. */
const char *why_cause_word(enum why_cause cause);
/* One sentence that is true now. */
void why_sentence(const struct why *why, struct text *target);
/* Is a run late now, or was the newest? The moment it was expected by, else 0. */
int64_t why_late_ms(const struct why *why);

#endif
