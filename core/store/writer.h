/*
 * writer.h - group commit: one thread that owns the store.
 *
 * Whoever wants something changed hands in a job. The writer takes all jobs that
 * wait, applies them in one transaction, commits once, and only then
 * hands them back. Under load a commit is shared by hundreds of jobs; a lone
 * job is committed at once, nobody waits for company.
 *
 *   loop:   writer_submit(writer, &job)        any number, never blocks on the disk
 *   writer: BEGIN, job->apply()..., COMMIT
 *   loop:   writer_fd() becomes readable, writer_collect() calls job->finished() for each, in the
 *           order in which they were applied
 *
 * Jobs are applied in the order of submission, but for this: work that comes in masses (runs') is
 * `is_patient`, and what others ask for goes before it, whenever it came. So patient jobs keep
 * their order among themselves, and none of them overtakes a job that was submitted before it;
 * at most one transaction's time goes before the first of them that is older than the rest. A
 * transaction ends when it has taken a while; a job that is long itself says so
 * (`is_unfinished`).
 *
 * A job that fails with a fault of its own (-EINVAL and the like) must have
 * changed nothing, or be `is_part` (then it is undone alone). -EIO, -ENOSPC, -ENOMEM, -EBADMSG,
 * a store that cannot be written any more, or a failed begin or commit is fatal: every job of the
 * batch is handed back with that error, later jobs too, and writer_failed() tells; the daemon then
 * ends, for a failed fsync is never retried on the same handle.
 *
 * It is no failure when the disk is full, or another program has locked the store: the writer waits,
 * in the midst of a transaction if need be, acknowledges nothing meanwhile, and goes on by itself.
 * writer_stalled() says so; jobs that are `is_refusable` and not yet applied come back with -ENOSPC
 * or -EBUSY. Only one that is told to end gives up, after a while, which then is fatal.
 *
 * Nothing is acknowledged from files that others do not see: at each transaction's end, and every five seconds when nothing
 * is to be done, it looks whether the store's own are still there (store_check_files()). When one beside automagi.db is
 * gone all is saved in that, what the transaction held is handed back as done, and then it is as after a fatal failure; when
 * automagi.db itself is gone, it is as that at once.
 *
 * Threads: submit, collect, nudge and stop belong to one thread (the loop's); apply runs on
 * the writer's. Ownership of a job is the writer's from submit until finished().
 */
#ifndef AUTOMAGI_STORE_WRITER_H
#define AUTOMAGI_STORE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;
struct writer;

struct writer_job {
    struct writer_job *next; /* the writer's */
    /* On the writer's thread, inside a transaction. 0 or negative errno. */
    int (*apply)(struct writer_job *job, struct store *store, struct fault *fault);
    /* On the loop's thread, after COMMIT (result 0) or failure. Frees the job. */
    void (*finished)(struct writer_job *job, int result, const struct fault *fault);
    bool is_part;
    bool is_patient;
    bool is_refusable; /* somebody waits for the answer who can come again */
    uint64_t number;   /* the writer's: in the order of submission */
    unsigned weight;   /* how many small jobs it is like; 0: one */
    /* Set by apply() to be called once more, in the next transaction, before any later patient
     * job. Of patient jobs that are no part alone. */
    bool is_unfinished;
    int result;          /* the writer's */
    struct fault *fault; /* the writer's; set on failure only */
};

/* Takes the open store over and starts the thread. */
int writer_start(struct store *store, struct writer **ret_writer, struct fault *fault)
    __attribute__((warn_unused_result));
int writer_fd(const struct writer *writer); /* readable: writer_collect() has work */
void writer_submit(struct writer *writer, struct writer_job *job);
/* Between the two a writer that sleeps is not woken: what is submitted together shares a commit. */
void writer_hold(struct writer *writer);
void writer_release(struct writer *writer);
/* Calls finished() of all jobs that came back. */
void writer_collect(struct writer *writer);
/* Does the thread move? The count grows with each job, each transaction begun or waited for, and
 * now and then in the midst of a long statement; not while one sync or checkpoint goes on. */
uint64_t writer_beats(const struct writer *writer);
/* A thread that waits for jobs wakes and adds a beat; one that works adds its own. Never waits for
 * the disk. */
void writer_nudge(struct writer *writer);
/* Jobs submitted and not yet handed back. */
unsigned writer_waiting(const struct writer *writer);
/* The fatal fault's text, or NULL. */
const char *writer_failed(const struct writer *writer);
/* What it waits for. writer_fd() becomes readable when this changes. */
enum writer_stall { WRITER_MOVES, WRITER_WAITS_FOR_ROOM, WRITER_WAITS_FOR_LOCK };
enum writer_stall writer_stalled(const struct writer *writer);
/* One line of it, for those who are refused meanwhile; their result. */
int writer_stall_fault(const struct writer *writer, enum writer_stall why, struct fault *fault);
/* It is to end soon: it waits for nothing longer than some seconds, nor for room to begin with. */
void writer_hurry(struct writer *writer);
/* Applies what waits, ends the thread, collects, closes the store. What a finished() still submits
 * then comes back with -ECANCELED. Takes NULL. */
void writer_stop(struct writer *writer);

#endif
