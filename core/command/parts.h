/*
 * parts.h - parts of a whole that people write as "bae=0.5,bf=0.3": departments and what each has.
 *
 * Threads: a list belongs to its caller.
 */
#ifndef AUTOMAGI_COMMAND_PARTS_H
#define AUTOMAGI_COMMAND_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/store/organisation.h"

struct fault;
struct json;
struct text;

enum { PARTS_TEXT_MAX = 4000, PARTS_MAX = 64, PART_SLUG_MAX = 64 };

struct part {
    char slug[PART_SLUG_MAX];
    int64_t millionths;
    const struct department *department; /* parts_find() */
};

struct part_list {
    struct part parts[PARTS_MAX];
    size_t count;
    int64_t sum; /* of the millionths */
};

/* The argument's form, without a store. -EINVAL with a fault that names the argument: not
 * ID=SHARE, a share that is not from 0 to 1 with at most six decimals, a department twice, more
 * than PARTS_MAX, or more than 1 together. Absent: no parts. */
int parts_read(const struct json *arguments, const char *name, struct part_list *ret_list,
               struct fault *fault) __attribute__((warn_unused_result));
/* The same of ids alone, "bae,bf": each has 0. */
int parts_read_ids(const struct json *arguments, const char *name, struct part_list *ret_list,
                   struct fault *fault) __attribute__((warn_unused_result));

/* A department by its id. -ENOENT names it, the nearest, and what to do. Borrowed. */
int department_named(const struct organisation *organisation, const char *slug,
                     const struct department **ret_department, struct fault *fault)
    __attribute__((warn_unused_result));
/* "kfe 0.6, bf 0.4". */
void parts_words(const struct part_list *list, struct text *target);
/* Looks up each part's department. -ENOENT; -EINVAL: it has ended by the day, and into what. */
int parts_find(struct part_list *list, const struct organisation *organisation, int32_t day,
               struct fault *fault) __attribute__((warn_unused_result));
/* -EINVAL when the department has ended by the day: its successors are named. */
int department_need_going_on(const struct organisation *organisation,
                             const struct department *department, int32_t day, struct fault *fault)
    __attribute__((warn_unused_result));
/* -EPERM when the department has ended by the day and its budget of the year is its successors', who are named. */
int department_need_target(const struct organisation *organisation,
                           const struct department *department, int32_t year, int32_t day,
                           struct fault *fault) __attribute__((warn_unused_result));
/* "kfe 0.6, bf 0.4"; "kfe" alone when it has all. */
void successors_words(const struct organisation *organisation, const struct department *department,
                      struct text *target);

#endif
