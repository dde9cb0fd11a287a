/*
 * organisation_load.h - what the files of `load` share.
 *
 * Each part compares the file with the store as it was, writes what differs, and notes every
 * change as a row of the answer.
 */
#ifndef AUTOMAGI_COMMAND_ORGANISATION_LOAD_H
#define AUTOMAGI_COMMAND_ORGANISATION_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "core/command/change_list.h"
#include "core/command/organisation_file.h"
#include "scorecards/savings.h"

struct command_call;
struct fault;

/* What is counted when the load begins, and when it ends. */
struct load_counted {
    struct savings by_department;
    struct savings by_robot;
};

struct loading {
    struct command_call *call;
    struct organisation_file file;
    struct organisation before;
    struct organisation departments; /* read again when they are all there */
    struct robot_list robots;        /* as they were */
    struct text was, becomes;        /* of the change in hand; CHANGE_TEXT_MAX */
    struct change_list changes;
    bool has_tasks; /* else `counted` is not asked for */
    struct load_counted counted_before, counted_after;
    struct change_list effects; /* on what is counted */
};

/* Notes the change whose texts are in `was` and `becomes`, and empties them. */
int load_note(struct loading *loading, const char *what, const char *id, struct fault *fault)
    __attribute__((warn_unused_result));

/* organisation_load_booking.c: which booked_from of the file hold here, by the rule of
 * organisation_file.h. Changes `file`; before anything is compared with it. */
int load_settle_bookings(struct loading *loading, struct fault *fault)
    __attribute__((warn_unused_result));
/* organisation_load_department.c */
int load_departments(struct loading *loading, struct fault *fault)
    __attribute__((warn_unused_result));
/* organisation_load_area.c: areas, what lies under them, ends of departments, distribution keys. */
int load_reorganisations(struct loading *loading, struct fault *fault)
    __attribute__((warn_unused_result));
/* organisation_load_budget.c */
int load_budgets(struct loading *loading, struct fault *fault) __attribute__((warn_unused_result));
/* organisation_load_robot.c */
int load_robots(struct loading *loading, struct fault *fault) __attribute__((warn_unused_result));
/* organisation_load_share.c. before: NULL for a new robot, whose own row says them. */
int load_shares(struct loading *loading, const struct file_robot *file, const struct robot *before,
                int64_t robot_id, struct fault *fault) __attribute__((warn_unused_result));
/* organisation_load_rate.c. Refuses a rate that is in use and would change. */
int load_rates(struct loading *loading, struct fault *fault) __attribute__((warn_unused_result));

/* organisation_load_savings.c. Before anything is changed; costs nothing when there are no tasks. */
int load_count_before(struct loading *loading, struct fault *fault)
    __attribute__((warn_unused_result));
/* When all is changed: fills `effects`, a row per department and robot whose savings differ. */
int load_count_after(struct loading *loading, struct fault *fault)
    __attribute__((warn_unused_result));
/* "; what is counted already ...", or nothing. */
void load_put_effect(const struct loading *loading, struct text *target);

/* organisation_load_text.c: how things are said in the rows; appended to what is there. */
void load_put_rate(struct text *target, const struct rate *rate);
void load_put_name(struct text *target, int32_t from_day, const char *name);
void load_put_aliases(struct text *target, char *const *aliases, size_t count);
void load_put_robot(struct text *target, const char *name, bool is_external, bool is_one_off);
void load_put_operations(struct text *target, const struct robot_operation *operations,
                         size_t count);
/* By from_day. */
void load_put_shares(struct text *target, const struct organisation *organisation,
                     const struct robot_share *shares, size_t count);
void load_put_estimate(struct text *target, const struct file_estimate *estimate);

#endif
