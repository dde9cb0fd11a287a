/*
 * idea.h - the backlog: ideas for robots, until they are one or are turned down.
 *
 * An idea goes from wish to approved (the head of department said yes, rule R9: before development
 * starts), in development, in operation; or it is rejected, with an answer to whoever sent it.
 * What it is expected to save is hours per year; kroner are worked out by scorecards/gap.h.
 *
 * Threads: as the store. What writes belongs inside a transaction. Texts are kept without CPR
 * numbers (cpr.h).
 */
#ifndef AUTOMAGI_STORE_IDEA_H
#define AUTOMAGI_STORE_IDEA_H

#include <stddef.h>
#include <stdint.h>

#include "core/store/scorecard.h"

struct fault;
struct store;

enum idea_status {
    IDEA_WISH = 1,
    IDEA_APPROVED = 2,
    IDEA_DEVELOPMENT = 3,
    IDEA_OPERATION = 4,
    IDEA_REJECTED = 5
};
/* "wish", "approved", "development", "operation", "rejected". */
const char *idea_status_word(enum idea_status status);
/* In a sentence, after "is": "a wish", "approved", "in development", "in operation", "rejected". */
const char *idea_status_phrase(enum idea_status status);
/* 0: no such word. */
enum idea_status idea_status_of(const char *word);

enum { IDEA_TITLE_MAX = 200 };            /* bytes that commands take of a title */
#define IDEA_UNKNOWN   (-1)               /* of hours and priority: not said */
#define IDEA_NO_DAY    INT32_MIN          /* of go_live_day: not planned */
#define IDEA_HOURS_MAX INT64_C(100000000) /* in hundredths: a million hours a year */

struct idea {
    int64_t id;
    const char *title; /* texts of a list are the list's */
    enum idea_status status;
    int64_t department_id; /* 0: of no single one */
    const char
        *department_text; /* as printed in the list it came from: an area or an old name; "" */
    const char *sender, *owner; /* owner "": nobody yet */
    const char *description;
    int64_t hours;           /* expected per year, in hundredths */
    int32_t go_live_day;     /* from then on it saves */
    int64_t priority;        /* the department's own order, 1 first */
    int64_t robot_id;        /* what became of it; 0: none */
    const char *approved_by; /* NULL: nobody */
    int32_t approved_day;
    const char *answer; /* to the sender; NULL: none */
    const char *answered_by;
    int64_t answered_ms;
    int64_t made_ms, changed_ms;
    enum gate_item
        red_item; /* the first of its gate that is red, which keeps it from being built or operated; 0: none */
};

struct idea_list {
    struct idea *ideas; /* by department order (of none last), priority (without last), id */
    size_t count;
    char **texts; /* of all ideas */
    size_t text_count;
};
/* All ideas. idea_list_release(). Readers. */
int idea_list_read(struct store *store, struct idea_list *ret_list, struct fault *fault)
    __attribute__((warn_unused_result));
void idea_list_release(struct idea_list *list);
/* NULL: there is none. Borrowed. */
const struct idea *idea_list_find(const struct idea_list *list, int64_t id);

/* A new idea or, with its id, what an idea becomes: every member but id, robot_id, the approval,
 * answer, gate and times is written. -EPERM: of an approved idea title, description and department stay,
 * and its approver does not become its owner. */
int idea_put(struct store *store, const struct idea *idea, int64_t now_ms, int64_t *ret_id,
             struct fault *fault) __attribute__((warn_unused_result));
/* The head of department approves a wish; or it is recorded that one did, of what a list brought as in
 * development or operation, which it stays. -EPERM: who sent or owns it cannot; -EALREADY: it is
 * approved or rejected. answer NULL: none. */
int idea_approve(struct store *store, const struct idea *idea, const char *by, int32_t day,
                 const char *answer, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));
struct idea_reply {
    int64_t robot_id;   /* what became of it; 0: as it was */
    const char *answer; /* to the sender; NULL: as it was */
    const char *by;     /* who answers */
    int64_t now_ms;
};
/* Another status; a wish is not approved any more. -EPERM: development or operation before the approval or with a
 * red gate; a rejection without an answer to the sender. */
int idea_move(struct store *store, const struct idea *idea, enum idea_status status,
              const struct idea_reply *reply, struct fault *fault)
    __attribute__((warn_unused_result));

/* An answer to the sender, whatever the status; the last one stands. -EINVAL: a text or a name that is none. */
int idea_answer(struct store *store, const struct idea *idea, const char *answer, const char *by,
                int64_t now_ms, struct fault *fault) __attribute__((warn_unused_result));

/* ---- what it is expected to be (scorecards/priority.h ranks by it) ---- */

enum ease {
    EASE_RULES = 1,      /* the work follows rules */
    EASE_DIGITAL = 2,    /* what it works on is digital */
    EASE_STRUCTURED = 3, /* ... and structured */
    EASE_STABILITY = 4,  /* of the process and the systems */
    EASE_INTERFACE =
        5 /* 5 documented API, 4 file or report, 3 stable web page, 2 moving web page, 1 desktop only */
};
enum { EASES = 5, EASE_MOST = 5, IDEA_SYSTEMS_MOST = 50 };
/* "rules", "digital", "structured", "stability", "interface". */
const char *ease_word(enum ease ease);

enum score_state {
    SCORE_OPEN, /* nobody has said */
    SCORE_GIVEN,
    SCORE_NOT_RELEVANT /* which is not 0 */
};
struct expected_score {
    enum score_state state;
    int low, likely, high; /* 0-5 */
};
struct idea_scores {
    int64_t idea_id;
    struct expected_score expected[SCORECARD_PARAMETERS]; /* of parameter i + 1 */
    int ease[EASES];                                      /* of ease i + 1; -1: nobody has said */
    int systems;                                          /* that it meets; -1: nobody has said */
    const char *by_whom;                                  /* of the newest; NULL: none */
    int64_t at_ms;
};
struct idea_score_list {
    struct idea_scores *scores; /* one of each idea that has any, by id */
    size_t count;
    char **texts;
    size_t text_count;
};
/* As they stood at the end of an instant (INT64_MAX: now). idea_score_list_release(). Readers. */
int idea_score_list_read(struct store *store, int64_t at_ms, struct idea_score_list *ret_list,
                         struct fault *fault) __attribute__((warn_unused_result));
void idea_score_list_release(struct idea_score_list *list);
/* NULL: nothing is said of it. Borrowed. */
const struct idea_scores *idea_score_list_find(const struct idea_score_list *list, int64_t idea_id);
/* What the idea of the scores promised, written over their `expected`: of each benefit what stood when it began
 * (an instant), so that nobody makes what was measured what was expected; of what was first said later, as it
 * stood IDEA_SECOND_THOUGHT_MS after that. Nothing that was said after at_ms. Readers. */
#define IDEA_SECOND_THOUGHT_MS INT64_C(86400000)
int idea_score_promised(struct store *store, int64_t begun_ms, int64_t at_ms,
                        struct idea_scores *scores, struct fault *fault)
    __attribute__((warn_unused_result));
/* Adds what is said: SCORE_OPEN and -1 leave what was. -EINVAL for a number outside its scale or low > likely > high. */
int idea_score(struct store *store, const struct idea_scores *scores, const char *by,
               int64_t now_ms, struct fault *fault) __attribute__((warn_unused_result));

#endif
