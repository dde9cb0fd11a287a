/*
 * words.h - every text that a report or a page shows, in Danish and in English, in one catalogue.
 *
 * The catalogue is words_*.def (words_all.def names them), a line each: WORDS(NAME, "dansk", "English"). Both are
 * always there, so a missing translation does not compile. {1} to {9} stand for what is filled in. Text, not
 * markup: renderers escape it. No blank begins or ends one: what stands beside it says how.
 *
 *   words_put(&text, language, WORDS_REPORT_PERIOD, (const char *[]){from.text, to.text});
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_WORDS_H
#define AUTOMAGI_SCORECARDS_REPORT_WORDS_H

#include "core/base/language.h"
#include "core/store/scorecard.h"
#include "scorecards/priority.h"

struct text;

enum words {
#define WORDS(name, danish, english) WORDS_##name,
#include "scorecards/report/words_all.def"
#undef WORDS
    WORDS_COUNT
};

/* As it is; of one without {1}. Static. */
const char *words(enum language language, enum words id);
/* Filled in, appended; its full stop falls away after one that was filled in ("12 kr."). arguments: as many as its
 * highest {n}. */
void words_put(struct text *target, enum language language, enum words id,
               const char *const *arguments);

/* The names of what code counts in. Static. */
const char *words_parameter(enum language language, enum scorecard_parameter parameter);
const char *words_gate_item(enum language language, enum gate_item item);
const char *words_gate_state(enum language language, enum gate_state state); /* 0: open */
const char *words_evidence(enum language language, enum evidence evidence);
const char *words_ease(enum language language, enum ease ease);
const char *words_quadrant(enum language language, enum quadrant quadrant);
const char *words_idea_status(enum language language, enum idea_status status);
const char *words_certainty(enum language language, enum gap_certainty certainty);

#endif
