/*
 * load_town.h - a small organisation.json, loaded as it is or with one thing exchanged.
 */
#ifndef AUTOMAGI_TESTS_LOAD_TOWN_H
#define AUTOMAGI_TESTS_LOAD_TOWN_H

#include <stddef.h>

#include "tests/unit/command_caller.h"

struct json;

/* Small enough to be spoiled in one place. It has 7 things: the organisation, a rate, departments
 * a and b, a budget, robots r and form. */
extern const char load_town_text[];

/* The clock stands still at 2025-06-15; an installation with nothing loaded. */
void load_town_open(struct caller *caller);
void load_town_close(struct caller *caller);
/* What `load` answers; json_free() it. The file is called town.json. */
struct json *load_town(struct caller *caller, const char *text);
/* The town with `from` exchanged for `to`. */
struct json *load_town_changed(struct caller *caller, const char *from, const char *to);
void load_town_no_change(struct caller *caller, const char *text);
/* A task of the robot that was done, "2025-05-02T12:00:00+02:00"; one of each minute. */
void load_town_task(struct caller *caller, const char *robot, const char *instant);

/* A row of the answer; NULL: null. */
struct load_row {
    const char *change, *what, *id, *before, *after;
};
/* Exactly these. */
void load_town_rows(const struct json *answer, const struct load_row *rows, size_t count);
#define EXPECT_ROWS(answer, ...)                                                                   \
    load_town_rows(answer, (const struct load_row[]){__VA_ARGS__},                                 \
                   sizeof((const struct load_row[]){__VA_ARGS__}) / sizeof(struct load_row))

#endif
