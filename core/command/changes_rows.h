/*
 * changes_rows.h - the difference between two ranges in words: the rows of `changes`.
 *
 * Members of a row: "id" (department or robot; "" of all), "what", "kroner" (whole; null where
 * none are moved), "words"; of a reason also "reason", "robot", "exact" (kroner to four decimals).
 *   figure      before -> after; its kroner are the difference
 *   tasks, backdated, estimate, rate, share, late, adjustment   a reason
 *   rounding    what whole kroner leave
 * and without kroner: signature, dispute, answer, robot, budget, name.
 */
#ifndef AUTOMAGI_COMMAND_CHANGES_ROWS_H
#define AUTOMAGI_COMMAND_CHANGES_ROWS_H

#include <stdbool.h>

struct changes;
struct command_call;
struct fault;

/* The rows with kroner, by department or robot. */
int changes_rows_reasons(struct command_call *call, const struct changes *changes, bool by_robot,
                         struct fault *fault) __attribute__((warn_unused_result));
/* Those without (changes_rows_events.c). */
int changes_rows_events(struct command_call *call, const struct changes *changes,
                        struct fault *fault) __attribute__((warn_unused_result));

#endif
