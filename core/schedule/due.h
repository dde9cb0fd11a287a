/*
 * due.h - the schedules that a program holds, and which is due next.
 *
 * Made for a million of them: each takes 60 bytes, and a list that grows has at most a sixteenth of room to
 * spare; due_build() gives that back. A heap of four branches, whose entries carry their minute, so that finding the
 * next one looks at little memory.
 *
 * Times are minutes since 1970 (UTC) in 32 bits, to the year 10136.
 *
 * Use: due_init(), due_add() for each in the order of their ids, due_build(); then, again and again, due_first() and
 * due_replace_first(). When the clock was set or a zone has changed: due_rebuild().
 *
 * Threads: a set belongs to one. Ownership: due_release() frees it.
 */
#ifndef AUTOMAGI_SCHEDULE_DUE_H
#define AUTOMAGI_SCHEDULE_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/schedule/cron.h"

struct fault;
struct zone;

enum { DUE_MOST = 10000000 }; /* schedules in a set */

#define DUE_NEVER UINT32_MAX /* as a next time */

struct due_schedule {
    struct cron cron;
    uint32_t id;          /* of its trigger */
    uint32_t rule;        /* the holder's: zone and policies */
    uint32_t last_minute; /* the newest time it has a record of; 0: none */
};

struct due_entry {
    uint32_t minute;
    uint32_t index; /* into schedules */
};

struct due {
    struct due_schedule *schedules; /* ascending ids */
    struct due_entry *heap;         /* as many */
    size_t count;
    size_t capacity;
};

void due_init(struct due *due);
void due_release(struct due *due);

/* Room for so many in all: a list whose length is known is made in one piece. -ENOMEM, -E2BIG. */
int due_reserve(struct due *due, size_t count, struct fault *fault)
    __attribute__((warn_unused_result));
/* -EINVAL when the id does not follow the last one's, -E2BIG over DUE_MOST, -ENOMEM. Until due_build() nothing else
 * may be asked. */
int due_add(struct due *due, const struct due_schedule *schedule, uint32_t next_minute,
            struct fault *fault) __attribute__((warn_unused_result));
/* Orders what was added, and gives back spare memory. */
void due_build(struct due *due);

/* The earliest and its minute; NULL when the set is empty, or all are never due. Borrowed until the set changes;
 * last_minute and rule may be written. */
struct due_schedule *due_first(const struct due *due, uint32_t *ret_minute);
/* The next time of what due_first() gives. */
void due_replace_first(struct due *due, uint32_t next_minute);

/* Every schedule of the earliest minute. The callback must not change the set. */
typedef void due_each_callback(const struct due_schedule *schedule, uint32_t minute, void *context);
void due_each_first(const struct due *due, due_each_callback *callback, void *context);

/* By its id, NULL when it is not there. */
struct due_schedule *due_find(const struct due *due, uint32_t id);

/* Every next time anew, in the order of ids. */
typedef uint32_t due_next_callback(const struct due_schedule *schedule, uint32_t old_minute,
                                   void *context);
void due_rebuild(struct due *due, due_next_callback *callback, void *context);

/* cron_next() in minutes; DUE_NEVER for its 0. */
uint32_t due_next(const struct cron *cron, const struct zone *zone, uint32_t after_minute);

/* Of milliseconds: rounded down; DUE_NEVER for 0 (cron_next()'s never) and less. */
uint32_t due_minute(int64_t wall_ms);
int64_t due_ms(uint32_t minute);

#endif
