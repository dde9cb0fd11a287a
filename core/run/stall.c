/*
 * The writer waits for room on the disk, or for a program that has locked the store. Nothing can be
 * recorded meanwhile, so nothing is begun: commands are refused, no run starts, triggers keep quiet.
 * Runs that go on wait by themselves, for what they ask is not answered, and that is no fault of theirs:
 * the time-outs of those that asked stand still. One that asks nothing is ended as ever: it may be what
 * holds the room. Times of triggers that passed are made up for as after a time when the
 * daemon was down.
 */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"

static void begin(struct daemon *daemon, enum writer_stall why)
{
    struct fault fault;

    daemon->stalled_ms = clock_monotonic_ms();
    (void)writer_stall_fault(daemon->writer, why, &fault);
    log_line(LOG_LEVEL_WARN, "the store cannot be written: %s", fault.text);
    service_tell(&daemon->service, "STATUS=waits: %s", fault.text);
}

/* What was handed out with the job that had waited has its time from now: not that of the wait as well. */
static int64_t put_off(int64_t deadline_ms, uint32_t timeout_s, int64_t now_ms, int64_t lasted_ms)
{
    int64_t latest_ms = now_ms + (int64_t)timeout_s * 1000;

    return deadline_ms + lasted_ms < latest_ms ? deadline_ms + lasted_ms : latest_ms;
}

static void end(struct daemon *daemon)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t lasted_ms = now_ms - daemon->stalled_ms;
    struct run *run;

    for (run = daemon->runs; run != NULL; run = run->next) {
        const struct definition *definition = &run->robot->definition;

        run->run_deadline_ms =
            put_off(run->run_deadline_ms, definition->run_timeout_s, now_ms, lasted_ms);
        if (run->item_deadline_ms != 0)
            run->item_deadline_ms =
                put_off(run->item_deadline_ms, definition->item_timeout_s, now_ms, lasted_ms);
    }
    log_line(LOG_LEVEL_INFO, "the store can be written again, after %lld s: work goes on",
             (long long)(lasted_ms / 1000));
    daemon->next_deadline_ms = 0; /* all that kept quiet is looked at */
    fires_due(daemon);
}

void stall_look(struct daemon *daemon)
{
    enum writer_stall why = writer_stalled(daemon->writer);
    enum writer_stall before = daemon->stall;

    daemon->stall = why;
    if (before == WRITER_MOVES && why != WRITER_MOVES)
        begin(daemon, why);
    else if (before != WRITER_MOVES && why == WRITER_MOVES)
        end(daemon);
}

bool is_stalled(const struct daemon *daemon)
{
    return daemon->stall != WRITER_MOVES;
}
