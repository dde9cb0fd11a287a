/*
 * period.h - closing a month: its figures are frozen, hashed, and recounted ever after.
 *
 * A period is a calendar month. Months are closed in order, from the first in which a task is booked,
 * once they have ended; none is opened again. A closed month's figures are the exact cells
 * (saved_cells.h) booked in it, adjustments with them, added up by robot and department. What belongs to it
 * and comes later is valued by its completion date and booked in the oldest open month. What a version
 * that values only from a later booking month on makes of it is booked there when it is closed.
 *
 * The hash is SHA-256 over this text, lines ended by \n, fields separated by one space:
 *
 *   automagi period
 *   month 2026-03
 *   previous HASH           of the month before, 64 small hex digits; of the first month 64 zeros
 *   ROBOT DEPARTMENT TASKS UNCOUNTED HELPED MINUTES KRONER      a line per figure that is not 0
 *
 * ROBOT and DEPARTMENT are ids as people write them ("tvaergaaende" for no single department), in the order of their
 * numbers in the store, tvaergaaende first; amounts are whole decimal numbers: counts in
 * millionths, minutes × TASK_MINUTE_SCALE, kroner × TASK_KRONER_SCALE. So whoever has kept one hash can
 * tell that no closed month up to it was changed.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_PERIOD_H
#define AUTOMAGI_SCORECARDS_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/store/period.h"
#include "scorecards/saved_cells.h"

struct fault;
struct store;

enum { PERIOD_HEX = 2 * PERIOD_HASH_SIZE + 1 };

struct period_month {
    int32_t month;
    bool is_closed;
    int64_t closed_ms;
    char closed_by[256];
    unsigned char hash[PERIOD_HASH_SIZE];
    struct saved_amount amount; /* closed: as frozen. Exact */
    int64_t robots;             /* with a figure */
    int128 late;                /* tasks × SHARE_WHOLE: completed in an earlier month */
    int64_t adjustments;        /* robots and months of completion that were adjusted in it */
    int128 adjusted;            /* kroner × TASK_KRONER_SCALE; in the amount as well */
};

/* May the month be closed, and what would that freeze? In one view, or what the writer's transaction has. -EPERM, and
 * what to do: out of order, closed, not ended, nothing booked, or a task on a day that has no rate. */
int period_look(struct store *store, int32_t month, int64_t now_ms, struct period_month *ret_month,
                struct fault *fault) __attribute__((warn_unused_result));
/* Closes it; belongs inside a transaction. With a December the year's surpluses are credited to
 * the common pool (pool.h). As period_look(); -EINVAL: `by` is no name. */
int period_close(struct store *store, int32_t month, const char *by, int64_t now_ms,
                 struct period_month *ret_month, struct fault *fault)
    __attribute__((warn_unused_result));

/* Every month from the first with something booked to that of today or the last booked. */
struct period_list {
    struct period_month *months;
    size_t count;
};
int period_list_read(struct store *store, int32_t today, struct period_list *ret_list,
                     struct fault *fault) __attribute__((warn_unused_result));
void period_list_release(struct period_list *list);

/* 64 small hex digits. */
void period_hex(const unsigned char *hash, char target[static PERIOD_HEX]);

struct period_report {
    int64_t periods, figures; /* looked at */
    int64_t differences;
};
/* Called for each difference (at most 1,000), with one line that says what, where. */
typedef void period_difference_callback(const char *difference, void *context);
/*
 * Over one view: months are closed without a gap; each hash is that of the figures kept and the hash
 * before; the figures are what rollups, versions and adjustments give today; and for each
 * robot, department and month of completion, what is booked in closed months as they value it,
 * plus all adjustments, is its value as everything is known now (difference.h says why). 0 also when
 * differences were found.
 */
int period_verify(struct store *store, period_difference_callback *callback, void *context,
                  struct period_report *ret_report, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
