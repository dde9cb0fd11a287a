/*
 * explain_net_rows.h - `explain net` in words: a row of `net`.
 *
 * The answer: "figure","from","to","department","robot", "message" (the figure and its formula),
 * "check" {"sum_of_parts","figure"}, and "rows", as explain_rows.h has them; their kroner add up to net:
 *   figure, rounding  as there; more members of the figure: "development","running","saved","released",
 *                     "realised","gains","payback"
 *   saved             what `explain kroner` opens
 *   gain N            as explain_money_rows.h has it
 *   cost N            entry N, negative: "kind","months","bearer","by","first_booked","last_booked"
 *   payback           when it has paid for itself, in words
 */
#ifndef AUTOMAGI_COMMAND_EXPLAIN_NET_ROWS_H
#define AUTOMAGI_COMMAND_EXPLAIN_NET_ROWS_H

struct command_call;
struct explain_query;
struct fault;

/* The whole answer; query->figure is not looked at. */
int explain_net_answer(struct command_call *call, const struct explain_query *query,
                       struct fault *fault) __attribute__((warn_unused_result));

#endif
