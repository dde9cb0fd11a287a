/*
 * witness.h - a plugin that keeps a record of its own of what its run did and what it was told, to be
 * held against the store after a kill. It lies in the file `said` of the granted folder "out", a line
 * for each, written by one call; a line that was cut short has no " ." at its end:
 *
 *   B run                 open() was called
 *   F run first count     so many items from `first` on are durable: flush() said so, or an item was
 *                         handed out, which is not before all that collect() added is
 *   P run case done       probe() was asked, and answered done (1) or not done (0)
 *   E run case            the effect on the outside world: after it the case is done
 *   T run case outcome    its result is durable: what proves it came after (see told())
 *
 * What is done: each case once, but one in 29 is for a person and one in 31 fails the first time, and
 * these have no effect. Included once by witness_manual.c, witness_idempotent.c and
 * witness_probeable.c, which differ in WITNESS_ID and WITNESS_CLASS alone.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

enum {
    LEASE_MOST = 16,
    FOR_A_PERSON = 29,
    FAILS_FIRST = 31,
    FOLLOWED = 4,          /* one case in so many adds another, where the configuration wants it */
    FOLLOWING = 5000000,   /* whose number is so much higher */
    SHARE = 16,            /* a run begins so many times its number's share of its items */
    REFERENCE_BEFORE = 17, /* "reference---case-" */
};

/* What was done and not yet told, the oldest first. */
static struct {
    long number;
    int outcome;
} untold[LEASE_MOST];
static int untold_count;
static long added_first;
static long added_count;

static long configured(const struct ag_host *host, const char *member, long fallback)
{
    const char *at = strstr(host->configuration, member);

    return at != NULL ? strtol(at + strlen(member), NULL, 10) : fallback;
}

/* False when it cannot be written: then nothing may go on. */
__attribute__((format(printf, 2, 3))) static int say(const struct ag_host *host, const char *format,
                                                     ...)
{
    char line[128] = "\n"; /* so that one that was cut short spoils no other */
    va_list arguments;
    int length;
    int fd;
    int is_written;

    va_start(arguments, format);
    length = 1 + vsnprintf(line + 1, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    fd = openat(host->folder(host->run, "out"), "said", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                0666);
    is_written = fd >= 0 && write(fd, line, (size_t)length) == length;
    if (fd >= 0)
        close(fd);
    return is_written;
}

/* The results of all but the `left` youngest are durable by now. */
static int told(const struct ag_host *host, int left)
{
    int is_written = 1;
    int i;

    for (i = 0; i < untold_count - left && is_written; i++)
        is_written =
            say(host, "T %" PRId64 " %ld %d .", host->run_id, untold[i].number, untold[i].outcome);
    if (i > 0) {
        memmove(untold, untold + i, (size_t)(untold_count - i) * sizeof(untold[0]));
        untold_count -= i;
    }
    return is_written;
}

static int added_are_durable(const struct ag_host *host)
{
    long count = added_count;

    added_count = 0;
    return count == 0 || say(host, "F %" PRId64 " %ld %ld .", host->run_id, added_first, count);
}

static int32_t add(const struct ag_host *host, long number)
{
    struct ag_item item = {.size = (uint32_t)sizeof(item), .payload = "work"};
    char reference[64];

    (void)snprintf(reference, sizeof(reference), "reference---case-%07ld", number);
    item.reference = reference;
    item.business_day = 20700;
    return host->add(host->run, &item);
}

static int32_t unwritten(char note[AG_NOTE_MAX])
{
    (void)snprintf(note, AG_NOTE_MAX, "the folder out cannot be written");
    return AG_BROKEN;
}

static int32_t open_run(const struct ag_host *host, void **state, char note[AG_NOTE_MAX])
{
    (void)state;
    return say(host, "B %" PRId64 " .", host->run_id) ? AG_OK : unwritten(note);
}

/* The ranges of two runs overlap, and so do those of two robots. */
static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    long count = configured(host, "\"items\":", 8);
    int32_t result = AG_OK;
    long i;

    (void)state;
    added_first = (long)host->run_id * count / SHARE;
    for (i = 0; i < count && result == AG_OK; i++)
        result = add(host, added_first + i);
    added_count = i;
    if (result == AG_OK && host->run_id % 2 == 0)
        result = host->flush(host->run);
    if (result == AG_OK && host->run_id % 2 == 0 && !added_are_durable(host))
        return unwritten(note);
    return result == AG_STOPPED ? AG_STOPPED : result == AG_OK ? AG_OK : AG_BROKEN;
}

/* Another case, added when this one is done. Its being durable says the same of all results before it. */
static int32_t follow(const struct ag_host *host, long number)
{
    if (configured(host, "\"follow\":", 0) == 0 || number >= FOLLOWING || number % FOLLOWED != 0)
        return AG_OK;
    added_first = number + FOLLOWING;
    added_count = 1;
    if (add(host, added_first) != AG_OK || host->flush(host->run) != AG_OK) {
        added_count = 0; /* it is being stopped */
        return AG_OK;
    }
    return added_are_durable(host) && told(host, 0) ? AG_OK : AG_BROKEN;
}

static int outcome_of(const struct ag_item *item, long number)
{
    if (number % FOR_A_PERSON == 5)
        return AG_BUSINESS;
    return number % FAILS_FIRST == 7 && item->attempt == 1 ? AG_TRANSIENT : AG_OK;
}

/* The system outside: a file with a byte for each case, so that it can be asked at once. */
static int effect(const struct ag_host *host, long number)
{
    int fd = openat(host->folder(host->run, "out"), "done", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    int is_written = fd >= 0 && pwrite(fd, "1", 1, number) == 1;

    if (fd >= 0)
        close(fd);
    return is_written && say(host, "E %" PRId64 " %ld .", host->run_id, number);
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    long us = configured(host, "\"us\":", 1000);
    struct timespec pause = {us / 1000000, us % 1000000 * 1000};
    long number = strtol(item->reference + REFERENCE_BEFORE, NULL, 10);
    int outcome = outcome_of(item, number);
    int lease = (int)configured(host, "\"lease\":", 1);

    (void)state;
    /* A lease has at most so many: the one that many back was in an earlier one, and this one was
     * not handed out before that one's result was durable. */
    if (!added_are_durable(host) || !told(host, lease - 1))
        return unwritten(result->note);
    if (outcome == AG_OK && !effect(host, number))
        return unwritten(result->note);
    (void)nanosleep(&pause, NULL);
    if (follow(host, number) != AG_OK)
        return unwritten(result->note);
    untold[untold_count].number = number;
    untold[untold_count++].outcome = outcome;
    if (outcome != AG_OK)
        (void)snprintf(result->note, sizeof(result->note), "as its number wants it");
    return outcome;
}

#ifdef WITNESS_PROBE
static int is_done(const struct ag_host *host, long number)
{
    int fd = openat(host->folder(host->run, "out"), "done", O_RDONLY | O_CLOEXEC);
    char byte = '\0';
    int found = fd >= 0 && pread(fd, &byte, 1, number) == 1 && byte == '1';

    if (fd >= 0)
        close(fd);
    return found;
}

static int32_t probe(const struct ag_host *host, void *state, const struct ag_item *item,
                     struct ag_result *result)
{
    long number = strtol(item->reference + REFERENCE_BEFORE, NULL, 10);
    int lease = (int)configured(host, "\"lease\":", 1);
    int done = is_done(host, number);

    (void)state;
    if (!added_are_durable(host) || !told(host, lease - 1) ||
        !say(host, "P %" PRId64 " %ld %d .", host->run_id, number, done))
        return unwritten(result->note);
    if (!done)
        return AG_NOT_DONE;
    untold[untold_count].number = number;
    untold[untold_count++].outcome = AG_OK;
    return AG_OK;
}
#endif

AG_NOTE("{\"id\":\"" WITNESS_ID
        "\",\"version\":\"1\",\"title\":\"Witness\",\"side_effects\":\"" WITNESS_CLASS
        "\",\"folders\":{\"out\":\"its record\"},\"configuration\":{\"type\":\"object\","
        "\"properties\":{\"items\":{\"type\":\"integer\"},\"us\":{\"type\":\"integer\"},"
        "\"lease\":{\"type\":\"integer\"},\"follow\":{\"type\":\"integer\"}}}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {
    AG_PLUGIN_HEADER, .open = open_run, .collect = collect, .perform = perform,
#ifdef WITNESS_PROBE
    .probe = probe,
#endif
};
