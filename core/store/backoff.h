/*
 * backoff.h - how long an item rests after a try that failed.
 *
 * The delay doubles from the first to a cap; of that, between the half and the whole is taken, evenly
 * spread. Without the spread a hundred items that failed together (a system was down) would
 * all come back in the same second, fail together again, and hit that system each time as one wave.
 * With half of it kept no item comes back sooner than its robot was told to wait. This is "equal
 * jitter" of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). "Full jitter", from 0
 * on, spreads better where hundreds of clients compete; here the robot's runs, one at a time as a
 * rule, already take the items one by one, and a retry after no delay at all is a try thrown away.
 *
 * Threads: any; backoff_pretend() before there is more than one.
 */
#ifndef AUTOMAGI_STORE_BACKOFF_H
#define AUTOMAGI_STORE_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_MOST_MS = 60 * 60 * 1000, BACKOFF_PARTS = 1000 };

/* After so many tries (at least 1). first_ms: before the second try, at least 1 is taken; most_ms:
 * the cap, 0 for BACKOFF_MOST_MS. */
int64_t backoff_delay_ms(int64_t first_ms, int64_t most_ms, uint32_t tries);

/* Tests: the spread is so many thousandths of its range (0: half the delay, 1000: all of it);
 * -1 ends it. */
void backoff_pretend(int parts);

#endif
