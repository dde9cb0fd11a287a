/*
 * explain_rows.h - what makes a figure, as rows: the part of `explain` that puts it in words.
 *
 * Every row has "what", "robot", "since" (a day; the words say which), "tasks", "uncounted", "helped", "minutes", "kroner",
 * "words";
 * null where it has none. What it is:
 *   figure      as `savings` shows it
 *   part N      tasks valued alike; more members: "part", "from", "to" (first and last day of
 *               completion), "booked" (month, when late), "count", "share", "estimate" (as `estimate
 *               history` has it), "rate_per_hour", "rate_since"
 *   estimate, signature, dispute, rate, share    what the part above rests on
 *   adjustment N  counter-entry of a version that came late, with its cause
 *   contested   of `disputed`, per open dispute: "dispute","estimate_id","by","stands" (kroner under the
 *               version), "holds_right" (minutes) and "if_right" (kroner at them) when said; no part of
 *               the sum
 *   rounding    the figure less the exact sum
 *   months      which are closed
 *   task, taken back, help    one each: "part", "run", "seq", "reference", "completed",
 *               "booking_month", "share"
 *   not listed  how many tasks more there are
 */
#ifndef AUTOMAGI_COMMAND_EXPLAIN_ROWS_H
#define AUTOMAGI_COMMAND_EXPLAIN_ROWS_H

#include <stdbool.h>
#include <stdint.h>

struct command_call;
struct explain;
struct explain_entry;
struct fault;
struct json_writer;

enum { EXPLAIN_DIGITS = 4, EXPLAIN_PARTS = 10000 };

/* All rows but those of tasks. */
int explain_rows_parts(struct command_call *call, const struct explain *explain,
                       struct fault *fault) __attribute__((warn_unused_result));
void explain_rows_entry(struct json_writer *writer, const struct explain *explain,
                        const struct explain_entry *entry);
/* has_more_room: more than were listed could be. */
void explain_rows_rest(struct json_writer *writer, int64_t count, bool has_more_room);

#endif
