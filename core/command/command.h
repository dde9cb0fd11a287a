/*
 * command.h - everything that changes state, and everything that is asked.
 *
 * One table (command_table) feeds execution, the command line's parsing and help, and
 * later the API. A command that changes runs in the daemon's writer, or, without a
 * daemon, in the command line under the home's lock: the same code. One that only
 * reads runs where it is asked, on a read-only store.
 *
 * A command decodes its arguments (checked against their specification before), authorises,
 * applies, and is audited, in one transaction.
 */
#ifndef AUTOMAGI_COMMAND_COMMAND_H
#define AUTOMAGI_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/run/daemon.h"

struct fault;
struct store;
struct text;

enum argument_kind {
    ARGUMENT_TEXT,
    ARGUMENT_ROBOT,  /* a robot's id */
    ARGUMENT_NUMBER, /* whole */
    ARGUMENT_NUMBERS, /* positional and the last of these: one or more: an array, or a number alone */
    ARGUMENT_DECIMAL, /* passed as text, "2.5" */
    ARGUMENT_DAY,     /* YYYY-MM-DD */
    ARGUMENT_FLAG,    /* no value; true */
    ARGUMENT_CHOICE,  /* one of `choices`, separated by | */
    ARGUMENT_FILE,    /* the command line reads it: arguments hold {"path","folder","text"} */
    ARGUMENT_JSON,    /* an object of at most `most` bytes; on the command line JSON, or @FILE */
    ARGUMENT_LIST     /* an array; only in what programs send each other */
};

/* Where the values of an argument are found while it is typed; more is known of some kinds. */
enum argument_source {
    SOURCE_NONE,
    SOURCE_PATH, /* files and folders */
    SOURCE_RUN,
    SOURCE_OPEN_RUN, /* one that has not ended */
    SOURCE_OPEN_ITEM,
    SOURCE_DEPARTMENT,
    SOURCE_CALENDAR,     /* also the computed ones */
    SOURCE_OWN_CALENDAR, /* those that were added */
    SOURCE_TRIGGER,
    SOURCE_ADDED_TRIGGER, /* by `trigger add` */
    SOURCE_SYSTEM,
    SOURCE_PLUGIN, /* of installed robots */
    SOURCE_OPEN_DISPUTE,
    SOURCE_DOCUMENT,
    SOURCE_IDEA,
    SOURCE_RUNNING_COST /* that goes on */
};

struct argument {
    const char *name; /* "minutes"; the option is --minutes */
    enum argument_kind kind;
    bool is_positional;
    bool is_required;
    const char *choices;
    const char *value; /* how help names the value: "DATE" */
    const char *help;
    const char *needs;   /* means nothing without this other argument; NULL: stands alone */
    bool is_repeated;    /* may be given several times: its values with commas between them. A
                          * positional one is the last: it takes all words that are left */
    bool is_private;     /* may name a person: never in the audit; any text, also empty */
    int64_t least, most; /* of a number, both 0: any; `most` also bytes of a text */
    enum argument_source source;
    const char
        *in_folder; /* of an ARGUMENT_FILE: a folder that is given stands for this file in it */
};

/* A column of the rows a command gives: member of each row, heading, alignment. */
struct column {
    const char *member;
    const char *heading;
    bool is_right;    /* numbers */
    bool is_state;    /* a word such as "failed", which a terminal shows in its colour */
    bool drops_zero;  /* a table has it only when it is not 0 in every row */
    bool is_csv_only; /* too much for a table's width */
    unsigned most;    /* characters shown in a table, the rest is "…"; 0: all */
    bool fits;  /* the last, of text: what the others leave of 120 where there is no terminal */
    bool wraps; /* the last, of text: goes on below itself, within the terminal's width or 120, and
                 * begins a line where the others leave too little. The message above is broken too */
    const char *null; /* what a table shows of a null; NULL: nothing */
};

enum command_kind {
    COMMAND_READS,   /* a read-only store is enough */
    COMMAND_CHANGES, /* belongs on the writer; audited */
    COMMAND_PART,    /* as above, but a part of a larger command that is audited itself */
    COMMAND_FREE,    /* needs no store and no home; call->store is NULL */
    COMMAND_LOCAL    /* the command line does it (core/cli); apply is NULL */
};

struct command_call {
    struct store *store;
    const struct json *arguments; /* object; checked against the specification */
    const char *account;          /* the operating system's account */
    const char *by;               /* --by NAME (also as the command's own argument), or NULL */
    int64_t now_ms;
    struct json_writer *result; /* write one value: an object */
    struct command_effects effects;
    char subject[256];          /* for the audit; set by the command: what it was done to */
    struct json_writer *detail; /* of its audit row; NULL: it has none. See detail.h */
};

struct command {
    const char *name;    /* "robot pause" */
    const char *summary; /* one line for lists; NULL: only programs send it, help is silent */
    const char *help;    /* paragraphs for --help; NULL: the summary is enough */
    enum command_kind kind;
    bool has_own_view;                /* apply opens its view of the store itself */
    const struct argument *arguments; /* ends with name NULL; NULL: none */
    const struct column *columns;     /* of result.rows; ends with member NULL; NULL: no rows */
    const struct column *
        labels; /* how a table heads members of an object without rows whose own names say something else
                                       * there; ends with member NULL; NULL: all as they are named */
    const char *empty; /* what is said when there are no rows: "no runs yet" */
    /* 0, or negative errno with a fault (then nothing it did stays). The result is an object:
     *   "rows"     array of objects, shown as a table by `columns`
     *   "message"  one line shown before them
     *   "total"    an object with the members of a row, shown below the table
     *   "empty"    what is said when there are no rows, in the place of the command's own
     *   "more"     true: --limit left rows out; with a table or CSV a line on stderr says so
     *   "text"     without columns and message: lines of a document, printed as they are and
     *              nothing beside them
     *   "ok"       false: the result is shown, "message" as an error; exit status 1
     *   "demo"     true, added to every answer of a demo home: a line above a table says so
     * Without columns and message the whole object is shown, member by member. --format json
     * prints the object as it is. */
    int (*apply)(struct command_call *call, struct fault *fault);
    /* What is wrong with the arguments beyond their kinds and can be seen without a store or a file of the user's, in the
     * command line as in the daemon: wrong usage. -EINVAL with a fault. NULL: nothing. */
    int (*check)(const struct json *arguments, struct fault *fault);
    /* Of a command that changes: what the command line looks at before it sends it, such as files
     * the writer must not wait for. Negative errno with a fault: it is not sent. NULL: nothing. The
     * arguments are checked. */
    int (*look)(const struct json *arguments, struct fault *fault);
    /* What it would do to work that waits or goes on: sentences, for whoever is asked whether it
     * shall be done (effect.h). It reads alone. NULL: nothing that anybody must be asked about. */
    int (*preview)(struct command_call *call, struct fault *fault);
    bool is_asked; /* what it would answer is shown first, and asked about, if it has rows */
};

/* The table, ordered as help shows it; ends with NULL. */
extern const struct command *const command_table[];

const struct command *command_find(const char *name);

/* Checks arguments against the specification: unknown, missing, wrong kind, without what they need; days "from" that lie
 * after "to"; what the command itself checks. -EINVAL: wrong usage (exit status 2). */
int command_check_arguments(const struct command *command, const struct json *arguments,
                            struct fault *fault) __attribute__((warn_unused_result));

/* Runs a command that reads (in one view of the store, unless it has its own) or is free of it (store NULL). `result`
 * receives its JSON. */
int command_read(struct store *store, const struct command *command, const struct json *arguments,
                 struct text *result, struct fault *fault) __attribute__((warn_unused_result));

/* What the command would do: {"effects":["27 items on its queue will wait ...",...]}; an empty
 * list of a command without a preview. `arguments` are checked; the store is only read. */
int command_preview(struct store *store, const struct command *command,
                    const struct json *arguments, struct text *result, struct fault *fault)
    __attribute__((warn_unused_result));

/* daemon_execute: a whole request, inside a transaction of the caller's. The reply is always
 * written. When it returns negative the caller undoes what was begun: the daemon's job is a part
 * of the writer's transaction (writer.h), the command line rolls back. So a request with
 * "trial": true is answered as if it had been carried out, and -ECANCELED is returned. */
int command_execute(struct store *store, const char *request, size_t length, const char *account,
                    struct text *reply, struct command_effects *ret_effects);

/* Argument getters; what is absent leaves the fallback. */
const char *argument_text(const struct command_call *call, const char *name, const char *fallback);
int64_t argument_number(const struct command_call *call, const char *name, int64_t fallback);
bool argument_flag(const struct command_call *call, const char *name);
bool argument_day(const struct command_call *call, const char *name, int32_t *ret_day);
/* ARGUMENT_JSON's object as compact text in an initialised `target`; false when it was not given. -E2BIG shows in
 * target->broken. */
bool argument_json(const struct command_call *call, const char *name, struct text *target);
/* ARGUMENT_FILE's parts. */
const char *argument_file(const struct command_call *call, const char *name, const char **ret_path,
                          const char **ret_folder);

#endif
