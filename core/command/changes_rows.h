/*
 * changes_rows.h - the difference between two ranges in words: the rows of `changes`.
 *
 * Members of a row: "id" (department or robot; "" of all), "what", "kroner" (whole; null where
 * none are moved), "words"; of a reason also "reason", "robot", "exact" (kroner to four decimals).
 *   figure      before -> after; its kroner are the difference
 *   tasks, backdated, estimate, rate, share, late, adjustment   a reason
 *   rounding    what whole kroner leave
 *   forecast    of the year, as of the last day of each range; its reasons are "forecast tasks",
 *               "forecast estimate", "forecast rate", "forecast share"; departments and total
 * and without kroner: signature, dispute, answer, robot, budget, name, closed.
 */
#ifndef AUTOMAGI_COMMAND_CHANGES_ROWS_H
#define AUTOMAGI_COMMAND_CHANGES_ROWS_H

#include <stdbool.h>

struct changes;
struct command_call;
struct fault;

/* Is a row of this department (id) asked for? All are without --department. */
bool changes_is_asked(const struct command_call *call, const char *id);

/* The rows with kroner, by department or robot. */
int changes_rows_reasons(struct command_call *call, const struct changes *changes, bool by_robot,
                         struct fault *fault) __attribute__((warn_unused_result));
/* The forecast's (changes_rows_forecast.c). */
int changes_rows_forecast(struct command_call *call, const struct changes *changes,
                          struct fault *fault) __attribute__((warn_unused_result));
/* Those without (changes_rows_events.c). */
int changes_rows_events(struct command_call *call, const struct changes *changes,
                        struct fault *fault) __attribute__((warn_unused_result));

#endif
