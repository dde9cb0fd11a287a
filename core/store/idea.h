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

#define IDEA_UNKNOWN   (-1)               /* of hours and priority: not said */
#define IDEA_NO_DAY    INT32_MIN          /* of go_live_day: not planned */
#define IDEA_HOURS_MAX INT64_C(100000000) /* in hundredths: a million hours a year */

struct idea {
    int64_t id;
    const char *title; /* texts of a list are the list's */
    enum idea_status status;
    int64_t department_id;      /* 0: of no single one */
    const char *sender, *owner; /* owner "": nobody yet */
    const char *description;
    int64_t hours;           /* expected per year, in hundredths */
    int32_t go_live_day;     /* from then on it saves */
    int64_t priority;        /* the department's own order, 1 first */
    int64_t robot_id;        /* what became of it; 0: none */
    const char *approved_by; /* NULL: nobody */
    int32_t approved_day;
    const char *answer; /* to the sender; NULL: none */
    int64_t made_ms, changed_ms;
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
 * answer and times is written. -EPERM: of an approved idea title, description and department stay,
 * and its approver does not become its owner. */
int idea_put(struct store *store, const struct idea *idea, int64_t now_ms, int64_t *ret_id,
             struct fault *fault) __attribute__((warn_unused_result));
/* The head of department approves a wish. -EPERM: who sent or owns it cannot; -EALREADY: it is no
 * wish any more. answer NULL: none. */
int idea_approve(struct store *store, const struct idea *idea, const char *by, int32_t day,
                 const char *answer, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));
/* Another status; a wish is not approved any more. robot_id 0: as it was; answer NULL: as it was. -EPERM: development or operation
 * before the approval; a rejection without an answer to the sender. */
int idea_move(struct store *store, const struct idea *idea, enum idea_status status,
              int64_t robot_id, const char *answer, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
