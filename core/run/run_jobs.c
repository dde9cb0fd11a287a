#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/hold.h"
#include "core/run/run_job.h"
#include "core/store/reference_key.h"
#include "core/store/store.h"

enum { ADD_SLICE_MS = 25, ITEMS_PER_LOOK = 16 };

struct run_job *run_job_of(struct writer_job *job)
{
    return (struct run_job *)(void *)job;
}

void run_job_finished(struct writer_job *base, int result, const struct fault *fault)
{
    struct run_job *job = run_job_of(base);
    struct run *run = job->run;

    if (result >= 0)
        log_damaged(run->robot->slug, run->id, &job->damaged);
    run->is_short = run->is_short || host_is_for_want_of_room(result);
    if (result < 0)
        run_violation(run->daemon, run, fault->text);
    else if (job->problem[0] != '\0')
        run_violation(run->daemon, run, job->problem);
    run_job_done(run->daemon, run);
    free(base);
}

void run_job_submit(struct run *run, struct run_job *job, bool is_patient)
{
    job->run = run;
    job->asks_due = run->robot->definition.limit > 1;
    run->jobs++;
    job->job.is_patient = is_patient;
    writer_submit(run->daemon->writer, &job->job);
}

int run_job_look_due(struct run_job *job, struct store *store, struct fault *fault)
{
    int result = 0;

    if (job->asks_due)
        result = item_next_due(store, job->run->policy.robot_id, &job->due_ms, fault);
    job->is_due_known = job->asks_due && result == 0;
    return result;
}

void run_job_due_known(const struct run_job *job)
{
    if (!job->is_due_known)
        return;
    job->run->robot->retry_ms = job->due_ms;
    fires_arm(job->run->daemon);
}

int run_job_keep_problem(struct run_job *job, int result, const struct fault *fault)
{
    if (result == -EINVAL || result == -ENOKEY || result == -EEXIST || result == -ENOENT ||
        result == -EDQUOT || result == -EKEYREJECTED) {
        (void)text_copy(job->problem, sizeof(job->problem), fault->text);
        return 0;
    }
    return result;
}

/* ---- start */

static int apply_start(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct run *run = run_job_of(base)->run;
    struct run_record record;
    int result = robot_hold_read(store, run->policy.robot_id, &run->hold, fault);

    if (result > 0) /* the loop did not know of it */
        return 0;
    if (result == 0)
        result = run_read(store, run->id, &record, fault);
    if (result == 0)
        result = hold_look(store, &record, &run->is_needless, fault);
    if (result == 0)
        run->cause = record.cause;
    if (result == 0 && run->is_needless)
        return 0;
    if (result == 0)
        result = robot_window_check(store, run->policy.robot_id, run->policy.window, fault);
    if (result == 0)
        result = run_start(store, run->id, run->host->hash, clock_now_ms(), &run->fence, fault);
    /* No run starts without its line in the audit, nor without what becomes of its items if it is lost. */
    if (result == 0) {
        run->asked_first_ms = run_asked_first(&record);
        result = store_half_done(audit_run_start(store, run, fault));
    }
    if (result == 0)
        result = store_half_done(robot_side_effects_begin(store, run->policy.robot_id, run->id,
                                                          run->policy.side_effects, fault));
    return result;
}

static void finished_start(struct writer_job *base, int result, const struct fault *fault)
{
    struct run *run = run_job_of(base)->run;

    if (result == 0 && (hold_keeps(&run->hold) || run->is_needless))
        hold_run(run);
    else if (result == 0 && run_job_of(base)->problem[0] == '\0')
        log_about(LOG_LEVEL_INFO, &(struct log_about){.robot = run->robot->slug, .run = run->id},
                  "run %lld of %s has begun (%s)", (long long)run->id, run->robot->slug,
                  run_cause_word(run->cause));
    run_job_finished(base, result, fault);
}

struct run_job *job_start_new(void)
{
    return calloc(1, sizeof(struct run_job));
}

void job_start(struct run *run, struct run_job *job)
{
    run->begun_ms = clock_monotonic_ms();
    run->started_ms = clock_now_ms();
    job->job.apply = apply_start;
    job->job.finished = finished_start;
    run_job_submit(run, job, false); /* what a person says of the run finds it started */
}

/* ---- add and flush */

struct add_job {
    struct run_job base; /* first */
    uint32_t count;
    uint32_t next; /* the first that is not yet added */
    int64_t added;
    size_t cost;
    bool is_full; /* the robot's queue */
    struct item_new items[];
};

/* Its start may have been refused, because a person stopped it before, or it is held. The fence is the writer's. */
static int need_started(const struct run *run, struct fault *fault)
{
    return run->fence != 0 ? 0
                           : fault_set(fault, -EINVAL,
                                       "run %lld has not begun, so nothing is "
                                       "taken from it",
                                       (long long)run->id);
}

/* One item. The key of a new window is a file, and as slow as the disk. */
static int add_one(struct add_job *job, struct store *store, int64_t now_ms, struct fault *fault)
{
    struct run *run = job->base.run;
    uint64_t opened = reference_windows_opened(store);
    int64_t id = 0;
    int result;

    job->items[job->next].asked_ms = run->asked_first_ms;
    result = item_add(store, &run->policy, &job->items[job->next], now_ms, &id, fault);
    opened = reference_windows_opened(store) - opened;
    run->windows += opened;
    if (result == 0 && id != 0)
        job->added++;
    if (result == 0 && opened > 0 && run->windows > RUN_WINDOWS_MAX)
        result = fault_set(fault, -EINVAL,
                           "it opened more than %d windows; see its items' business dates, or give "
                           "the robot a longer \"window\"",
                           RUN_WINDOWS_MAX);
    return result;
}

static int apply_add(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct add_job *job = (struct add_job *)(void *)base;
    struct run *run = job->base.run;
    int64_t now_ms = clock_now_ms();
    int64_t until_ms = clock_monotonic_ms() + ADD_SLICE_MS;
    uint64_t opened = reference_windows_opened(store);
    int result = need_started(run, fault);

    for (; job->next < job->count && result == 0 && !run->is_refused; job->next++) {
        if ((job->next % ITEMS_PER_LOOK == 0 || reference_windows_opened(store) != opened) &&
            clock_monotonic_ms() >= until_ms) {
            base->is_unfinished = true;
            return 0;
        }
        result = add_one(job, store, now_ms, fault);
    }
    run->is_refused = run->is_refused || result < 0;
    job->is_full = result == -EDQUOT;
    return run_job_keep_problem(&job->base, result, fault);
}

static void finished_add(struct writer_job *base, int result, const struct fault *fault)
{
    struct add_job *job = (struct add_job *)(void *)base;

    if (result == 0)
        job->base.run->added += job->added;
    job->base.run->is_full = job->base.run->is_full || job->is_full;
    if (job->is_full)
        job->base.run->robot->is_queue_full = true; /* its next run makes room */
    job->base.run->cost -= job->cost;
    run_job_finished(base, result, fault);
}

static const char *keep_text(char **end, struct wire_text text)
{
    char *copy = *end;

    if (text.length > 0)
        memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    *end = copy + text.length + 1;
    return copy;
}

/* What the run says, held against our clock: in its life. */
static int64_t added_at(const struct run *run, int64_t said_ms, int64_t now_ms)
{
    int64_t at_ms = said_ms > run->started_ms ? said_ms : run->started_ms;

    return at_ms < now_ms ? at_ms : now_ms; /* a clock that was set back */
}

int job_add(struct run *run, const struct wire_frame *frame)
{
    size_t size = sizeof(struct add_job) + frame->count * sizeof(struct item_new);
    int64_t now_ms = clock_now_ms();
    struct add_job *job;
    char *end;
    uint32_t i;

    for (i = 0; i < frame->count; i++)
        size += (size_t)frame->items[i].reference.length + frame->items[i].payload.length + 2;
    job = calloc(1, size);
    if (job == NULL)
        return -ENOMEM;
    job->count = frame->count;
    end = (char *)&job->items[frame->count];
    for (i = 0; i < frame->count; i++) {
        job->items[i].reference = keep_text(&end, frame->items[i].reference);
        job->items[i].payload = keep_text(&end, frame->items[i].payload);
        job->items[i].priority = frame->items[i].priority;
        job->items[i].business_day = frame->items[i].business_day;
        job->items[i].deadline_ms = frame->items[i].deadline_ms;
        job->items[i].not_before_ms = frame->items[i].not_before_ms;
        job->items[i].added_ms = added_at(run, frame->items[i].added_ms, now_ms);
    }
    job->cost = size > frame->count * (size_t)ITEM_COST_LEAST
                    ? size
                    : frame->count * (size_t)ITEM_COST_LEAST;
    run->cost += job->cost;
    job->base.job.weight = frame->count;
    job->base.job.apply = apply_add;
    job->base.job.finished = finished_add;
    run_job_submit(run, &job->base, true);
    return 0;
}

static int apply_nothing(struct writer_job *base, struct store *store, struct fault *fault)
{
    (void)base;
    (void)store;
    (void)fault;
    return 0;
}

/* All that it sent before has come back and is durable; or was refused, and then the run is being ended and is not
 * answered. */
static void answer(struct writer_job *base, int result, const struct fault *fault)
{
    struct run *run = run_job_of(base)->run;

    run->is_asking = false;
    if (result == 0 && !run->is_violation)
        (void)run_send_frame(run->daemon, run, &run->daemon->out);
    run_job_finished(base, result, fault);
}

static void finished_flush(struct writer_job *base, int result, const struct fault *fault)
{
    struct run *run = run_job_of(base)->run;

    wire_frame_init(&run->daemon->out, WIRE_FLUSHED);
    run->daemon->out.count = (uint32_t)run->added;
    answer(base, result, fault);
}

static void finished_denial(struct writer_job *base, int result, const struct fault *fault)
{
    struct run *run = run_job_of(base)->run;

    wire_frame_init(&run->daemon->out, WIRE_ITEMS);
    run->daemon->out.last = WIRE_NO_MORE;
    answer(base, result, fault);
}

/* A run asks for items when collect() is over, and what that added is in the store before this: what its input
 * asks for is there, whether it is given items or not. One that is asked again has an input in the store, if an empty one. */
static int drop_input(const struct run *run, struct store *store, struct fault *fault)
{
    return (run->has_input || run->asked_first_ms != 0) && !run->skips_collect && !run->is_refused
               ? run_input_drop(store, run->id, fault)
               : 0;
}

static int apply_denial(struct writer_job *base, struct store *store, struct fault *fault)
{
    return drop_input(run_job_of(base)->run, store, fault);
}

static int ask(struct run *run, int (*apply)(struct writer_job *, struct store *, struct fault *),
               void (*finished)(struct writer_job *, int, const struct fault *))
{
    struct run_job *job = calloc(1, sizeof(*job));

    if (job == NULL)
        return -ENOMEM;
    job->job.apply = apply;
    job->job.finished = finished;
    run->is_asking = true;
    run_job_submit(run, job, true);
    return 0;
}

int job_flush(struct run *run)
{
    return ask(run, apply_nothing, finished_flush);
}

int job_deny(struct run *run)
{
    return ask(run, apply_denial, finished_denial);
}

/* ---- lease */

struct lease_job {
    struct run_job base; /* first */
    uint32_t want;
    uint32_t count;
    bool more;
    struct text arena; /* references and payloads, each with its NUL */
    struct wire_item items[];
};

static int keep_leased(const struct item_lease *item, void *context)
{
    struct lease_job *job = context;
    struct wire_item *target = &job->items[job->count];

    target->id = item->id;
    target->attempt = item->attempt;
    target->probe = item->is_uncertain ? 1 : 0;
    target->priority = item->priority;
    target->business_day = item->business_day;
    target->deadline_ms = item->deadline_ms;
    target->reference.length = (uint32_t)strlen(item->reference);
    target->payload.length = (uint32_t)strlen(item->payload);
    text_append(&job->arena, item->reference, target->reference.length);
    text_append(&job->arena, item->payload, target->payload.length);
    job->count++;
    return job->arena.broken;
}

static int apply_lease(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct lease_job *job = (struct lease_job *)(void *)base;
    struct run *run = job->base.run;
    int result = need_started(run, fault);

    if (run->is_refused) /* it is being ended: what it got now would only count as begun */
        return 0;
    if (result == 0 && run->cause == RUN_BY_RETRY)
        result = item_lease_owed(store, run->id, fault);
    if (result == 0)
        result =
            item_lease(store, &run->policy,
                       &(struct item_lease_request){run->id, run->fence, job->want, clock_now_ms()},
                       keep_leased, job, &job->more, fault);
    if (result == 0)
        result = drop_input(run, store, fault);
    if (result == 0)
        result = run_job_look_due(&job->base, store, fault);
    /* More than one lease makes ready: this run goes on with them. */
    if (job->base.due_ms <= clock_now_ms())
        job->base.due_ms = 0;
    item_damaged_take(store, &job->base.damaged);
    return run_job_keep_problem(&job->base, result, fault);
}

static int send_items(struct lease_job *job)
{
    struct run *run = job->base.run;
    struct daemon *daemon = run->daemon;
    struct wire_frame *frame = &daemon->out;
    const char *at = text_string(&job->arena);
    size_t size = 0;
    uint32_t i;
    int result = 0;

    wire_frame_init(frame, WIRE_ITEMS);
    for (i = 0; i < job->count && result == 0; i++) {
        struct wire_item *item = &job->items[i];

        item->reference.bytes = at;
        item->payload.bytes = at + item->reference.length;
        at = item->payload.bytes + item->payload.length;
        if (frame->count > 0 && size + wire_item_size(item) > WIRE_FRAME_MAX - 64) {
            frame->last = WIRE_MORE_FRAMES;
            result = run_send_frame(daemon, run, frame);
            wire_frame_init(frame, WIRE_ITEMS);
            size = 0;
        }
        frame->items[frame->count++] = *item;
        size += wire_item_size(item);
    }
    frame->last = job->more ? WIRE_MORE_ITEMS : WIRE_NO_MORE;
    return result == 0 ? run_send_frame(daemon, run, frame) : result;
}

static void finished_lease(struct writer_job *base, int result, const struct fault *fault)
{
    struct lease_job *job = (struct lease_job *)(void *)base;
    struct run *run = job->base.run;

    run->is_asking = false;
    if (result == 0 && job->base.problem[0] == '\0') {
        uint32_t i;

        run->has_input = false;
        run->leased = job->count;
        run->lease_count = job->count;
        for (i = 0; i < job->count; i++)
            run->lease_ids[i] = job->items[i].id;
        if (job->count > 0) {
            run->item_deadline_ms =
                clock_monotonic_ms() + (int64_t)run->robot->definition.item_timeout_s * 1000;
            daemon_deadline(run->daemon, run->item_deadline_ms);
        }
        if (!run->is_violation && send_items(job) < 0)
            run_violation(run->daemon, run, "its items could not be sent");
    }
    text_release(&job->arena);
    run->has_asked = true;
    run_job_due_known(&job->base);
    run_job_finished(base, result, fault);
}

int job_lease(struct run *run, uint32_t want)
{
    struct lease_job *job = calloc(1, sizeof(*job) + want * sizeof(job->items[0]));

    if (job == NULL)
        return -ENOMEM;
    job->want = want;
    text_init(&job->arena, (size_t)want * (WIRE_REFERENCE_MAX + WIRE_PAYLOAD_MAX));
    job->base.job.apply = apply_lease;
    job->base.job.finished = finished_lease;
    run->is_asking = true;
    run_job_submit(run, &job->base, true);
    return 0;
}
