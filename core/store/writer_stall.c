/* The writer waits: for room on the disk, or for another program that has locked the store. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/store/room.h"
#include "core/store/store.h"
#include "core/store/writer_inner.h"

enum {
    STEP_MS = 100,
    LOCK_PATIENCE_MS = 10000, /* most locks are gone by then, and nobody need hear of them */
    LOOK_MS = 200,            /* between looks at how much is free */
    HURRY_MS = 20000,         /* so long it waits when it is to end */
    TIMES_TO_GO_ON = 3 /* as much must be free as it takes to stop, so that it does not go on and
                           * stop all the time */
};

enum writer_stall writer_stalled(const struct writer *writer)
{
    return (enum writer_stall)atomic_load(&writer->stall);
}

void writer_hurry(struct writer *writer)
{
    int_fast64_t never = 0;

    (void)atomic_compare_exchange_strong(&writer->hurried_ms, &never, clock_monotonic_ms());
}

int writer_stall_fault(const struct writer *writer, enum writer_stall why, struct fault *fault)
{
    const char *home = store_home(writer->store);

    if (why == WRITER_WAITS_FOR_LOCK)
        return fault_set(
            fault, -EBUSY,
            "%s/automagi.db: another program has locked it, so nothing was changed; end "
            "that program (`fuser -v %s/automagi.db` names it), or try again later; "
            "robots wait, and go on by themselves",
            home, home);
    return fault_set(fault, -ENOSPC,
                     "%s: the disk is full, so nothing was changed; make room (`df -h %s`) and try "
                     "again; robots wait, and go on by themselves",
                     home, home);
}

static void set(struct writer *writer, enum writer_stall why)
{
    struct job_list none;

    list_init(&none);
    if (atomic_exchange(&writer->stall, (int)why) != (int)why)
        writer_hand_back(writer, &none);
}

static void take_refusable(struct job_list *from, struct job_list *refused)
{
    struct job_list kept;
    struct writer_job *job = from->first;

    list_init(&kept);
    while (job != NULL) {
        struct writer_job *next = job->next;

        list_append(job->is_refusable ? refused : &kept, job);
        job = next;
    }
    list_init(from);
    if (kept.first != NULL) {
        from->first = kept.first;
        from->end = kept.end;
    }
}

static void refuse(struct writer *writer, enum writer_stall why)
{
    struct job_list refused;
    struct writer_job *job;
    struct fault fault;

    list_init(&refused);
    take_refusable(&writer->taken->prompt, &refused);
    pthread_mutex_lock(&writer->mutex);
    take_refusable(&writer->queue.prompt, &refused);
    pthread_mutex_unlock(&writer->mutex);
    for (job = refused.first; job != NULL; job = job->next) {
        job->result = writer_stall_fault(writer, why, &fault);
        writer_keep_fault(job, &fault);
    }
    if (refused.first != NULL)
        writer_hand_back(writer, &refused);
}

bool writer_stall(struct writer *writer, enum writer_stall why)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t hurried_ms = atomic_load(&writer->hurried_ms);

    if (writer->stalled_ms == 0)
        writer->stalled_ms = now_ms;
    if (why == WRITER_WAITS_FOR_ROOM || now_ms - writer->stalled_ms >= LOCK_PATIENCE_MS) {
        set(writer, why);
        refuse(writer, why);
    }
    if (hurried_ms != 0 && now_ms - hurried_ms > HURRY_MS && now_ms - writer->stalled_ms > HURRY_MS)
        return false;
    writer_beat(writer);
    (void)poll(NULL, 0, STEP_MS);
    return true;
}

/* A log that is gone is saved, however long that takes: with the process what was acknowledged would go, too. */
int writer_check_files(struct writer *writer, struct fault *fault)
{
    int result;

    while ((result = store_check_files(writer->store, fault)) == -EBUSY &&
           writer_stall(writer, WRITER_WAITS_FOR_LOCK))
        continue;
    return result;
}

/* In the midst of a transaction, which the half of the reserve lets come to its end. */
bool writer_stall_for_room(void *context)
{
    struct writer *writer = context;

    room_reserve_halve(store_home(writer->store));
    return writer_stall(writer, WRITER_WAITS_FOR_ROOM);
}

static void wait_for_room(struct writer *writer)
{
    while (atomic_load(&writer->hurried_ms) == 0 &&
           room_is_short(store_home(writer->store), TIMES_TO_GO_ON))
        (void)writer_stall(writer, WRITER_WAITS_FOR_ROOM);
    room_reserve_refill(store_home(writer->store));
}

/* A look costs little, but not as little as a small transaction. */
void writer_need_room(struct writer *writer)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms - writer->room_looked_ms < LOOK_MS && writer->room_looked_ms != 0)
        return;
    writer->room_looked_ms = now_ms;
    if (room_is_short(store_home(writer->store), 1))
        wait_for_room(writer);
    else
        room_reserve_refill(store_home(writer->store)); /* there may have been no room before */
}

/* Not before there is room for more: the next write would stall again. */
void writer_go_on(struct writer *writer)
{
    if (writer_stalled(writer) == WRITER_WAITS_FOR_ROOM)
        wait_for_room(writer);
    writer->stalled_ms = 0;
    set(writer, WRITER_MOVES);
}
