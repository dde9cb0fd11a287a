/*
 * scorecard.h - what people enter on a robot's scorecard: indicators of quality, service and
 * well-being, the gate, and the settings that scores are made by.
 *
 * Saving and time are no entries: they are computed (scorecards/scorecard.h), as are all scores.
 *
 * An indicator has a baseline, then a target, then an actual value. Each change is a new version;
 * none is ever rewritten, so a score of an earlier day stays what it was. What nobody but its setter
 * has approved yet is shown as not approved.
 *
 * Threads: as the store. What writes belongs inside a transaction. Texts are kept without CPR numbers (line.h).
 */
#ifndef AUTOMAGI_STORE_SCORECARD_H
#define AUTOMAGI_STORE_SCORECARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

/* The five benefits, in the order in which they are always shown. */
enum scorecard_parameter {
    SCORECARD_SAVING = 1,    /* realised saving */
    SCORECARD_TIME = 2,      /* time released */
    SCORECARD_QUALITY = 3,   /* better quality: data quality, legal certainty */
    SCORECARD_SERVICE = 4,   /* better service to citizens */
    SCORECARD_WELLBEING = 5, /* higher well-being among staff */
};
enum { SCORECARD_PARAMETERS = 5, SCORE_MOST = 5, INDICATOR_SLOTS = 2 };
/* "saving", "time", "quality", "service", "wellbeing". */
const char *scorecard_parameter_word(enum scorecard_parameter parameter);
enum scorecard_parameter scorecard_parameter_of(const char *word); /* 0: no such word */

enum indicator_status {
    INDICATOR_IN_USE = 1,
    INDICATOR_NOT_RELEVANT =
        2,              /* the parameter means nothing for this robot: no score, which is not 0 */
    INDICATOR_ENDED = 3 /* not measured any more; the other slot stands alone */
};

/* How well an actual value is known; it caps the score (scorecards/score_rule.h). */
enum evidence {
    EVIDENCE_JUDGEMENT = 0, /* E0: the owner's judgement */
    EVIDENCE_SAMPLE = 1,    /* E1: a sample or a short survey */
    EVIDENCE_MEASURED = 2   /* E2: measured before and after */
};

#define INDICATOR_NONE  INT64_MIN        /* of a value or a count of answers: not there */
#define INDICATOR_SCALE INT64_C(1000000) /* values are millionths of the unit */
enum { INDICATOR_DIGITS = 6 };           /* ... as decimals */
#define INDICATOR_MOST (INT64_C(1000000000) * INDICATOR_SCALE)
/* Well-being is never a person's: fewer answers are not kept. */
enum { WELLBEING_LEAST_ANSWERS = 5, REVIEW_MONTHS_MOST = 6 };

struct measured_value {
    int64_t value; /* INDICATOR_NONE: not there, and then the others mean nothing */
    int32_t day;
    int64_t answers; /* n; INDICATOR_NONE: not said */
};

struct indicator {
    int64_t id;
    int64_t robot_id;
    enum scorecard_parameter parameter;
    int slot;    /* 1 or 2 */
    int version; /* 1, 2, ... */
    int32_t from_day;
    enum indicator_status status;
    const char *title, *unit;
    bool is_lower_better; /* direction */
    struct measured_value baseline;
    const char *baseline_method;
    struct measured_value target; /* without answers */
    struct measured_value actual;
    enum evidence evidence;
    const char *link; /* to the evidence; "": none */
    const char *owner;
    int32_t review_day; /* INT32_MIN: none (not relevant, ended) */
    const char *comment;
    const char *set_by;
    int64_t set_ms;
    const char *approved_by; /* NULL: nobody yet */
    int64_t approved_ms;
};

struct indicator_list {
    struct indicator *indicators; /* by robot, parameter, slot, version */
    size_t count;
    char **texts; /* of all */
    size_t text_count;
};
/* All versions of all robots. indicator_list_release(). Readers. */
int indicator_list_read(struct store *store, struct indicator_list *ret_list, struct fault *fault)
    __attribute__((warn_unused_result));
void indicator_list_release(struct indicator_list *list);
/* The version that holds on a day: the last whose from_day is on or before it. NULL: none. Borrowed. */
const struct indicator *indicator_on(const struct indicator_list *list, int64_t robot_id,
                                     enum scorecard_parameter parameter, int slot, int32_t day);
/* Had somebody approved that version by the end of the day? */
bool indicator_is_approved(const struct indicator *indicator, int32_t day);

/*
 * A new version, the whole of it: its id, version and approval are not looked at. -EINVAL names what
 * is wrong with it: a target or an actual value without a baseline, a target equal to the baseline or on the
 * wrong side of it, a day that lies ahead of a value or behind a target, a review more than
 * REVIEW_MONTHS_MOST ahead or past, well-being with fewer than WELLBEING_LEAST_ANSWERS answers or
 * without their number, evidence above E0 without a link, a text that is no line or holds a CPR number.
 * today: from_day of the version.
 */
int indicator_put(struct store *store, const struct indicator *indicator, int32_t today,
                  int64_t now_ms, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* -EPERM: who set it cannot approve it, nor who set the robot's estimate; -EALREADY: approved. */
int indicator_approve(struct store *store, const struct indicator *indicator, const char *by,
                      int64_t now_ms, struct fault *fault) __attribute__((warn_unused_result));

/* ---- the gate ---- */

enum gate_item {
    GATE_LEGAL_BASIS = 1,
    GATE_DPIA = 2,
    GATE_AUTOMATED_DECISION =
        3, /* GDPR art. 22: a robot that decides about a person proposes, a person approves */
    GATE_PROCESSING_AGREEMENT = 4,
    GATE_SUPPLIER_CONSENT = 5, /* to access by a robot */
    GATE_ARCHIVE_DUTY = 6
};
enum { GATE_ITEMS = 6 };
/* GATE_RED blocks the start: core/run/rest_reason.c holds a robot's runs, and an idea goes neither into
 * development nor into operation. What nobody has looked at is 0, shown as open, and blocks nothing. */
enum gate_state { GATE_GREEN = 1, GATE_RED = 2, GATE_NOT_RELEVANT = 3 };
/* "legal-basis", "dpia", "automated-decision", "processing-agreement", "supplier-consent", "archive-duty". */
const char *gate_item_word(enum gate_item item);
enum gate_item gate_item_of(const char *word); /* 0: no such word */
const char *
gate_state_word(enum gate_state state); /* "green", "red", "not-relevant"; of 0 "open" */

/* Of whom: one of the two is 0. */
struct gate_subject {
    int64_t robot_id, idea_id;
};
struct gate_entry {
    enum gate_state state; /* 0: open */
    int64_t at_ms;
    char *note, *by_whom; /* NULL: open */
};
struct gate {
    struct gate_entry items[GATE_ITEMS]; /* of item i + 1 */
};
/* As it stood at the end of an instant (INT64_MAX: now). gate_release(). Readers. */
int gate_read(struct store *store, const struct gate_subject *subject, int64_t at_ms,
              struct gate *ret_gate, struct fault *fault) __attribute__((warn_unused_result));
void gate_release(struct gate *gate);
/* The first that is red; 0: none. */
enum gate_item gate_red(const struct gate *gate);
/* "its gate is red: dpia", which is said wherever one holds something. */
enum { GATE_WORDS_MAX = 64 };
void gate_red_words(enum gate_item item, char ret_words[static GATE_WORDS_MAX]);
struct gate_change {
    struct gate_subject subject;
    enum gate_item item;
    enum gate_state state;
    const char *note; /* of green and red not empty: where it is found, or what is missing */
    const char *by_whom;
    int64_t now_ms;
};
int gate_set(struct store *store, const struct gate_change *change, struct fault *fault)
    __attribute__((warn_unused_result));
/* The red items of every robot that has one (struct robot has the first). Until the callback gives something else than 0. */
typedef int gate_each_callback(int64_t robot_id, enum gate_item item, void *context);
int gate_each_red(struct store *store, gate_each_callback *callback, void *context,
                  struct fault *fault) __attribute__((warn_unused_result));

/* ---- settings ---- */

/* From which amount on the score is 2, 3, 4 and 5: øre or hundredths of an hour, a year. */
struct score_band {
    int64_t least[4];
};
/* Of saving: 5,000, 15,000, 40,000, 100,000 kroner; of time: 10, 30, 75, 200 hours, until others are set. */
int score_band_on(struct store *store, enum scorecard_parameter parameter, int32_t day,
                  struct score_band *ret_band, struct fault *fault)
    __attribute__((warn_unused_result));
/* -EINVAL when they do not rise. Hold from today on. */
int score_band_set(struct store *store, enum scorecard_parameter parameter,
                   const struct score_band *band, int32_t today, const char *by, int64_t now_ms,
                   struct fault *fault) __attribute__((warn_unused_result));

/* What each parameter weighs in an idea's benefit; 1 each until others are set. */
struct score_weights {
    int64_t of[SCORECARD_PARAMETERS];
};
int score_weights_on(struct store *store, int32_t day, struct score_weights *ret_weights,
                     struct fault *fault) __attribute__((warn_unused_result));
/* -EINVAL: all are 0, or one is outside 0-1000. */
int score_weights_set(struct store *store, const struct score_weights *weights, int32_t today,
                      const char *by, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
