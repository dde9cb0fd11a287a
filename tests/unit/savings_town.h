/*
 * savings_town.h - a small organisation in a store of its own, for tests of savings.
 *
 * Every function is a transaction, and ends the test when it fails. Days are written
 * "2025-04-01".
 */
#ifndef AUTOMAGI_TESTS_SAVINGS_TOWN_H
#define AUTOMAGI_TESTS_SAVINGS_TOWN_H

#include <stddef.h>
#include <stdint.h>

#include "core/store/ledger.h"
#include "core/store/robot.h"
#include "scorecards/savings.h"
#include "tests/unit/temp_home.h"

enum { TOWN_ROBOTS = 64 };

struct town {
    char home[TEMP_HOME_PATH];
    struct store *store, *reader;
    int64_t departments, robots; /* so many were made */
    int64_t runs[TOWN_ROBOTS];   /* of each robot's tasks, by the robot's id */
    int64_t tasks;               /* so many were done; a task's number is its place, from 1 */
};

void town_open(struct town *town);
void town_close(struct town *town);

int32_t town_day(const char *text);
void town_rate(struct town *town, int32_t from_day, int64_t ore);
/* Gives its id. */
int64_t town_department(struct town *town, const char *slug, const char *name);
void town_department_name(struct town *town, int64_t department, int32_t from_day,
                          const char *name);
int64_t town_robot(struct town *town, const char *slug);
/* Replaces all its shares. */
void town_shares(struct town *town, int64_t robot, const struct robot_share *shares, size_t count);
/* Replaces all intervals of its operation. */
void town_operations(struct town *town, int64_t robot, const struct robot_operation *operations,
                     size_t count);
/* In operation from that day on, and never otherwise. */
void town_operate(struct town *town, int64_t robot, int32_t from_day);
/* Gives the version's number. 0 when a signed version of that day is there. */
int64_t town_estimate(struct town *town, int64_t robot, int32_t from_day, int64_t hundredths,
                      int is_signed);
/* A robot whose whole share (department 0: none) and signed estimate (hundredths below 0: none) hold
 * from 2025-01-01. */
int64_t town_plain_robot(struct town *town, const char *slug, int64_t department,
                         int64_t hundredths);
/* `count` tasks completed at noon of the day; department 0: the shares decide. Gives the
 * first one's number. */
int64_t town_tasks(struct town *town, int64_t robot, int32_t day, int64_t department,
                   int64_t count);
void town_undo(struct town *town, int64_t robot, int64_t task);
/* What it has to save in the year, as decided on from_day. */
void town_target(struct town *town, int64_t department, int32_t year, int32_t from_day,
                 int64_t kroner);
/* The department's budget of the year was cut; robot 0: because of whatever robot. */
void town_reduction(struct town *town, int64_t department, int64_t robot, int32_t year,
                    int64_t kroner);
/* department 0: the shares decide. */
void town_gain(struct town *town, int64_t robot, int32_t day, int64_t department, int64_t ore);
/* Statements that are carried out as they stand: what commands do not make, or not yet. */
void town_plant(struct town *town, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `count` more of an outcome, completed on the day and booked in the month; no task is made. */
void town_book(struct town *town, int64_t robot, int32_t day, int32_t booking,
               enum attempt_outcome outcome, int count);
/* savings_read() by the reader. savings_release(). */
void town_savings(struct town *town, int32_t from_day, int32_t to_day, enum savings_by by,
                  struct savings *ret_savings);
void town_ask(struct town *town, const struct savings_query *query, struct savings *ret_savings);
/* One row of a table; minutes in hundredths. The last one is the total, whatever its id. */
struct town_expected {
    const char *id;
    int64_t tasks, uncounted, hundredths, kroner;
};
/* from and to as days are written; NULL: open. */
void town_check(struct town *town, const char *from, const char *to, enum savings_by by,
                const struct town_expected *expected, size_t count);
#define TOWN_CHECK(town, from, to, by, ...)                                                        \
    town_check(town, from, to, by, (const struct town_expected[]){__VA_ARGS__},                    \
               sizeof((const struct town_expected[]){__VA_ARGS__}) / sizeof(struct town_expected))
/* Are these the rows' ids, and no others? */
void town_check_ids(const struct savings *savings, const char *const *ids, size_t count);
#define TOWN_CHECK_IDS(savings, ...)                                                               \
    town_check_ids(savings, (const char *const[]){__VA_ARGS__},                                    \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
/* NULL when there is no such row. */
const struct savings_row *town_row(const struct savings *savings, const char *id);

#endif
