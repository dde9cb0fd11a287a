/*
 * agreement.h - what process owner and head of department agree on: an estimate as a document.
 *
 * Danish plain text of whole lines of at most PAPER_COLUMNS characters, the same for the same version
 * as long as nothing is changed. It says what a task is, the minutes and how they were found, what
 * figure they make and by which formula (savings.h R1, R2, R8), what it replaces, and who answers for it.
 * Of a version that is not signed it is a draft, marked as such at its head, its sections and its end,
 * so that no page of it can be taken for a signed one.
 *
 * Threads: nothing here is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_AGREEMENT_H
#define AUTOMAGI_SCORECARDS_AGREEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/store/organisation.h"
#include "core/store/robot.h"

struct fault;
struct store;
struct text;

enum { AGREEMENT_MAX = 256 * 1024, AGREEMENT_TITLE_MAX = 160 };

struct agreement {
    const struct organisation *organisation;
    const struct robot *robot;
    const struct estimate *estimate; /* one of the robot's; signed or not */
    const char
        *taken_from;     /* the file that it was taken over from, signature and all; NULL: none */
    int32_t entered_day; /* when it is kept, where that is after the signature's date; 0: not */
};

/* "Minuttal for mona-mangelliste fra 2025-04-01, version 7": by this a version's document is found
 * (signed_document_find()), for a version has a number of its own. */
void agreement_title(const struct robot *robot, const struct estimate *estimate,
                     char target[static AGREEMENT_TITLE_MAX]);

/* Appends the text to an empty `target`. Reads the version's disputes. -E2BIG or -ENOMEM with a
 * fault. */
int agreement_compose(struct store *store, const struct agreement *agreement, struct text *target,
                      struct fault *fault) __attribute__((warn_unused_result));

/* The document of a version that was signed: composed and kept (signed_document.h). *ret_id is its number. */
int agreement_keep(struct store *store, const struct agreement *agreement, int64_t now_ms,
                   int64_t *ret_id, struct fault *fault) __attribute__((warn_unused_result));

#endif
