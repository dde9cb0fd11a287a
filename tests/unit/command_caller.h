/*
 * command_caller.h - commands carried out on an installation of a test's own.
 */
#ifndef AUTOMAGI_TESTS_COMMAND_CALLER_H
#define AUTOMAGI_TESTS_COMMAND_CALLER_H

#include "core/command/command.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

struct json;

struct caller {
    char home[TEMP_HOME_PATH];
    struct store *store;
    struct command_effects effects; /* of the last command */
    int status;                     /* of the last refusal: 1 or 2 */
    char error[1024];
};

/* A small organisation: the robots r (active, half of it department a's) and form (external). */
extern const char caller_town[];

void caller_open(struct caller *caller);
/* With this as the time, and an organisation.json loaded. */
void caller_open_loaded(struct caller *caller, int64_t now_ms, const char *organisation);
/* The clock runs again. */
void caller_close(struct caller *caller);

/* The whole reply to a command that changes, in a transaction of its own, refused or not ("ok"). json_free() it. */
struct json *caller_ask(struct caller *caller, const char *command, const char *by,
                        const char *arguments);
/* A command that changes, in a transaction of its own. arguments: JSON. What it answers; the
 * test ends when it is refused. json_free() it. */
struct json *caller_do(struct caller *caller, const char *command, const char *by,
                       const char *arguments);
/* As above, and forgets the answer. */
void caller_must(struct caller *caller, const char *command, const char *by, const char *arguments);
/* The refusal, which is also kept in caller->error; the test ends when there is none. */
const char *caller_refused(struct caller *caller, const char *command, const char *by,
                           const char *arguments);
/* Holds that it is refused and that the refusal has this in it. */
void caller_refused_with(struct caller *caller, const char *command, const char *by,
                         const char *arguments, const char *part);
/* Arguments whose quotes are written '; valid until the next call. */
const char *caller_quoted(const char *arguments);
/* A command that reads. */
struct json *caller_read(struct caller *caller, const char *command, const char *arguments);

/* {"file":{"path":path,"folder":"/tmp","text":content}}; free() it. */
char *caller_file(const char *path, const char *content);
/* rows[index].member of an answer as text (numbers too); valid until the eighth call after. */
const char *caller_cell(const struct json *answer, size_t index, const char *member);
const char *caller_message(const struct json *answer);

/* The test plugin ok, put where the installation looks first. */
void caller_plant_plugin(const struct caller *caller);

#endif
