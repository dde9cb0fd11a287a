/*
 * triggers.h - private to the daemon: all triggers as the loop holds them.
 *
 * Those of cron are schedules in a compact set (due.h), for there can be a million; the others are
 * looked at one by one. Everything belongs to the loop's thread but trigger_set_read().
 */
#ifndef AUTOMAGI_RUN_TRIGGERS_H
#define AUTOMAGI_RUN_TRIGGERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/schedule/cron.h"
#include "core/schedule/due.h"
#include "core/store/trigger.h"

struct daemon;
struct fault;
struct robot_entry;
struct store;
struct zone;

/* What becomes of a time. Triggers of a robot often have it in common: of a million schedules there
 * are few. */
struct trigger_policy {
    enum trigger_kind kind;
    enum trigger_misfire misfire;
    enum trigger_overlap overlap;
    int misfire_limit;
    int expected_minute;
    int64_t at_ms, threshold;
    char *not_on; /* NULL: no calendar */
    const struct zone *zone;
    int64_t robot_id;
    struct robot_entry *robot;
};

/* A trigger as it is looked at. Those of cron are made of a schedule for the while (triggers.c). */
struct trigger_entry {
    int64_t id;
    struct robot_entry *robot; /* NULL: not known */
    const struct trigger_policy *policy;
    uint32_t policy_index;
    const struct zone *zone; /* NULL: the organisation's */
    struct cron cron;        /* of TRIGGER_CRON */
    int64_t next_ms;         /* 0: never */
    int64_t parked_ms;       /* the time for which a child was asked; not of cron */
    int64_t last_nominal_ms; /* newest record that is not ahead, 0 none */
    int64_t ahead_ms;        /* as read: newest record that lies ahead, 0 none */
};

/* A record that lies ahead of the clock: it was wrong then, or is now. */
struct trigger_ahead {
    int64_t trigger_id, ahead_ms;
};

/* All triggers. */
struct trigger_set {
    struct due due; /* of cron; the rule is an index */
    struct trigger_policy *policies;
    size_t policy_count, policy_room;
    struct zone **zones;
    size_t zone_count;
    struct trigger_entry *others; /* of other kinds, by id; each has a policy of its own */
    size_t other_count;
    struct trigger_ahead *aheads; /* usually none */
    size_t ahead_count;
    /* A trigger was kept out, for its time zone cannot be read. trigger_lacks_zone() in core/command/trigger_shown.h
     * says the same of each. */
    bool lacks_zone;
};

/* On the writer's thread: all triggers of the store, each with the time it is due next:
 * a time since its last record is due at once, and one without a record begins when it was made, or
 * now if that is still to come. -EMFILE or -ENFILE: a time zone cannot be opened now. */
int trigger_set_read(struct trigger_set *set, struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));
void trigger_set_release(struct trigger_set *set);
/* Puts the set in the place of the daemon's, which is released. A trigger that the loop knew goes on
 * where it was: the store has not heard yet of fires that are at the writer. */
void trigger_set_take(struct daemon *daemon, struct trigger_set *set);
/* The trigger of a schedule. */
void trigger_of_schedule(const struct trigger_set *set, const struct due_schedule *schedule,
                         uint32_t next_minute, struct trigger_entry *ret_trigger);
/* Every next time anew, from now: the clock was set, or a time zone's file has changed. */
void trigger_set_rebuild(struct daemon *daemon, int64_t now_ms);
/* Asks whether a time zone's file has changed, and reads it. True: it has. */
bool trigger_set_renew_zones(struct trigger_set *set);
/* The trigger's next time after a moment; 0: none. */
int64_t trigger_next(const struct trigger_entry *trigger, int64_t after_ms);

/* missed.c: the trigger is due. Records the times that were missed, and gives those that are to
 * fire now by its misfire policy, oldest first: at most `most`. */
size_t missed_pass_over(struct daemon *daemon, struct trigger_entry *trigger, int64_t now_ms,
                        int64_t *ret_times, size_t most);

/* queue_triggers.c: triggers by depth and age of a queue */
void queue_triggers_due(struct daemon *daemon);
/* A queue may have changed: look soon. */
void queue_triggers_look(struct daemon *daemon);

#endif
