/*
 * scorecard_shown.h - scores in words, bars and numbers, for the commands that show scorecards.
 */
#ifndef AUTOMAGI_COMMAND_SCORECARD_SHOWN_H
#define AUTOMAGI_COMMAND_SCORECARD_SHOWN_H

#include <stddef.h>
#include <stdint.h>

#include "scorecards/scorecard.h"

struct command_call;
struct fault;
struct json_writer;
struct text;

/* --as-of; absent: today. -EINVAL when it lies ahead: nothing is known of it. */
#define AS_OF_ARGUMENT                                                                             \
    {                                                                                              \
        .name = "as-of", .kind = ARGUMENT_DAY, .value = "DATE",                                    \
        .help = "as things stood at the end of that day (today)"                                   \
    }
int call_as_of(const struct command_call *call, int32_t *ret_day, struct fault *fault)
    __attribute__((warn_unused_result));

enum { SCORE_SHOWN_MAX = 48 };
/* "4 ████·", greyed "4 ▒▒▒▒·" when it is overdue; "-" open, "n/a" not relevant. */
void score_shown(const struct score *score, char target[static SCORE_SHOWN_MAX]);
/* Members of five scores: "saving" (points, or null) and "saving_shown" of each, and "scores" with all that is
 * known of each. */
void scorecard_put_scores(struct json_writer *writer, const struct score *scores);
/* Members of one: "state", "points" (or null), "worsened", "overdue", "capped", "approved". */
void score_put(struct json_writer *writer, const struct score *score);
/* "worsened, overdue for review, not approved"; nothing where there is nothing to say. */
void score_add_marks(struct text *words, const struct score *score);

/* "red", "open", or "green" when each item is that or not relevant; and what is: "red: dpia; open: 2 of 6". */
const char *gate_word(const struct gate *gate);
void gate_add_words(struct text *words, const struct gate *gate);

/* Members of an indicator, without its robot (scorecard_indicators.c), as of the end of a day: whether its review
 * has passed, who had approved it. */
void scorecard_put_indicator(struct json_writer *writer, const struct indicator *indicator,
                             int32_t day);

/* scorecard_card.c: the rows of one robot, where each point comes from. */
void scorecard_put_card(struct json_writer *writer, const struct scorecard *card, int32_t as_of);
/* scorecard_words.c: what they say. */
void scorecard_say_amounts(struct text *words, const struct scorecard *card,
                           enum scorecard_parameter parameter);
void scorecard_say_parameter(struct text *words, const struct scorecard *card,
                             enum scorecard_parameter parameter);
void scorecard_say_expected(struct text *words, const struct scorecard *card,
                            enum scorecard_parameter parameter);
void scorecard_say_indicator(struct text *words, const struct scorecard_indicator *slot);
const char *expectation_word(enum expectation expectation); /* "below"; "" of none */
/* "4 complete months in operation, 2025-02 to 2025-05, confidence B". */
void scorecard_say_months(struct text *words, const struct scorecard *card);

#endif
