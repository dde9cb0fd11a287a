/*
 * cli.h - the program `automagi`: what its files share.
 *
 * Exit status: 0, 1 for a failed operation, 2 for wrong usage. Functions return 0 or a
 * negative errno with a fault; main() makes the line on stderr and the status of it.
 */
#ifndef AUTOMAGI_CLI_CLI_H
#define AUTOMAGI_CLI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/cli/terminal.h"
#include "core/command/command.h"

struct fault;
struct json;
struct run_record;
struct text;

enum cli_status { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };
enum cli_format { CLI_TABLE, CLI_JSON, CLI_CSV }; /* as --format's choices are ordered */

/* One call of the program, understood and checked. cli_request_release() frees it. */
struct cli_request {
    const struct command *command; /* NULL when only help was asked for */
    const char *home;              /* --home or AUTOMAGI_HOME; NULL: not given */
    const char *by;                /* --by; NULL: not given */
    enum cli_format format;
    enum terminal_colour color;
    bool is_agreed; /* --yes */
    bool is_trial;  /* --dry-run */
    bool is_help;
    bool is_version;
    char help_words[64];    /* whose help: "", "robot", "robot add" */
    struct json *arguments; /* an object that passed command_check_arguments() */
};

/* parse.c. Reads files that are arguments. -EINVAL: wrong usage; anything else: a file could
 * not be read. Borrows from argv and the environment. */
int cli_parse(int argc, char *const *argv, struct cli_request *ret_request, struct fault *fault)
    __attribute__((warn_unused_result));
void cli_request_release(struct cli_request *request);
/* parse_words.c. How often an option takes a value does not depend on the command (a test
 * holds it), so that options can be told from command words before the command is known. */
bool cli_option_takes_value(const char *name);
/* Options that stand with every command that cli_has_option(); ends with name NULL. */
extern const struct argument cli_everywhere[];
/* command NULL: with any. */
bool cli_has_option(const struct command *command, const struct argument *option);
/* The command that the words begin with (the longest), and how many words are its name. */
const struct command *cli_find_command(const char *const *words, size_t count, size_t *ret_used);

/*
 * complete.c: what a shell offers while a line is typed, from the table of commands and the
 * installation that the line names. words: the line's words as bash has them (COMP_WORDS: = is a
 * word of its own; quotes as typed), the program first; index: the one in hand. Prints one
 * candidate a line; CLI_COMPLETE_PATH alone where a path is wanted. Never fails, and says nothing
 * else: what cannot be found out is not offered. Reached by `automagi --complete INDEX WORD...`.
 */
#define CLI_COMPLETE_PATH ":path"
void cli_complete(size_t index, size_t count, char *const *words, FILE *target);
/* complete_values.c. The values of an argument, each handed to `offer`; home may be NULL. */
typedef void cli_offer(const char *value, void *context);
void cli_complete_values(const struct argument *argument, const char *home, cli_offer *offer,
                         void *context);

/* manual.c. A manual page of section 1 as scdoc(1) takes it: "automagi", or "automagi-" and a noun;
 * "": their names, a line each. False when there is none. Reached by `automagi --manual [PAGE]`. */
bool cli_manual(const char *page, FILE *target);

/* help.c. words: "" for everything, a noun, or a command. False when there is none. */
bool cli_help(const char *words, FILE *target);

/*
 * output.c. Prints a result as the command's columns and the format ask. `raw` is its JSON text,
 * exact, or NULL. notes: where a table's reader is told that there are more rows (stderr).
 * -ECANCELED: the result says "ok": false; its message is then the fault.
 */
int cli_print_result(const struct command *command, enum cli_format format,
                     const struct json *result, const char *raw, FILE *target, FILE *notes,
                     struct fault *fault) __attribute__((warn_unused_result));
/* {"message":...}, or the message alone when the format is not JSON. */
void cli_print_message(enum cli_format format, const char *message, FILE *target);
/* A line of text; what breaks a terminal is shown escaped. */
void cli_print_line(const char *line, FILE *target);
void cli_append_line(const char *line, struct text *target);
/* output_object.c: an object member by member, for commands without columns; labels may be NULL (command.h). */
void cli_print_object(const struct json *object, const struct column *labels, FILE *target);
void cli_print_object_csv(const struct json *object, FILE *target);
/* A cell's text: "" for nothing and null; yes/no in tables. */
void cli_cell(const struct json *value, enum cli_format format, struct text *target);
/* One CSV field: quoted where RFC 4180 asks, a formula-looking text behind a '. */
void cli_csv_field(const struct json *value, FILE *target);
/* Rows as an aligned table behind `indent`; without columns the members of the first row
 * are the columns. total may be NULL. A column that is empty in every row is left out. On a terminal a last column of text is cut to its width,
 * with … at the end: whole in a pipe and in the other formats. */
int cli_print_table(const struct column *columns, const struct json *rows, const struct json *total,
                    const char *indent, FILE *target) __attribute__((warn_unused_result));

/*
 * session.c, daemon_client.c: where commands that change are carried out. When another program
 * holds the home's lock they are sent to the daemon, else this program takes the lock and runs
 * the same code. Several can be sent one after the other, each in a transaction of its own.
 */
struct cli_session;
enum { CLI_ACCOUNT_MAX = 64 };
/* The operating system's account of this process. 0 or -ENOMEM. */
int cli_account(char ret_account[static CLI_ACCOUNT_MAX], struct fault *fault);
int cli_session_open(const char *home, struct cli_session **ret_session, struct fault *fault)
    __attribute__((warn_unused_result));
void cli_session_close(struct cli_session *session);
/* Is it the daemon that carries out? */
bool cli_session_is_daemon(const struct cli_session *session);
/* arguments: an object's JSON text; by may be NULL. *ret_result is json_free()d by the caller.
 * -EINVAL: wrong usage; any other negative errno: the command failed and changed nothing. But when the daemon's answer
 * was lost (-ETIMEDOUT, -ECONNRESET, another errno of the socket) it may have been carried out, and nothing sends it
 * again: the fault says so. */
int cli_session_send(struct cli_session *session, const char *command, const char *arguments,
                     const char *by, struct json **ret_result, struct fault *fault)
    __attribute__((warn_unused_result));
/* As cli_session_send(), but what it did is undone: what it would answer. */
int cli_session_try(struct cli_session *session, const char *command, const char *arguments,
                    const char *by, struct json **ret_result, struct fault *fault)
    __attribute__((warn_unused_result));
/* Has this process changed anything that `automagi audit` shows? Then main() says so of whatever goes
 * wrong when the command is done, for who gives it again would do it twice. What changes a store
 * without a session notes it. */
void cli_note_carried_out(void);
bool cli_was_carried_out(void);

/* daemon_client.c. A connected socket; -ENOENT when nobody listens. */
int daemon_client_connect(const char *home, int *ret_fd, struct fault *fault)
    __attribute__((warn_unused_result));
/* Sends one framed request and waits for its reply. */
int daemon_client_ask(int fd, const struct text *request, struct text *reply, struct fault *fault)
    __attribute__((warn_unused_result));

/* Commands that the command line does itself. 0, or negative errno with a fault. */
/* change.c: one that changes. What it does to work in hand is shown first (command.h, preview): at a
 * terminal it is asked about unless --yes, elsewhere it is part of the answer ("effects" in JSON).
 * --dry-run shows what it would do and answer, and undoes it. -ECANCELED also for a no. */
int cli_change(const struct cli_request *request, struct fault *fault);
/* change.c. Is there a person to ask: at a terminal, in tables, and without --yes and --dry-run? */
bool cli_may_ask(const struct cli_request *request);
/* change.c. Below what it would do: 0: do it; -ECANCELED: no. A signal that is caught is a no: who blocks one, so that it
 * does not come between the question and the wait for its answer, gives the signals that are blocked while it waits; NULL:
 * those that are. */
int cli_ask(const struct cli_request *request, const sigset_t *waiting, struct fault *fault)
    __attribute__((warn_unused_result));
int cli_init(const struct cli_request *request, struct fault *fault);
int cli_serve(const struct cli_request *request, struct fault *fault);
int cli_tail(const struct cli_request *request, struct fault *fault);
/* watch.c: a command that reads, again and again until Ctrl-C, which ends it with 0. */
int cli_watch(const struct cli_request *request, struct fault *fault);
int cli_doctor(const struct cli_request *request, struct fault *fault); /* doctor_cli.c */
int cli_export(const struct cli_request *request, struct fault *fault);
int cli_export_warehouse(const struct cli_request *request, struct fault *fault);
int cli_report(const struct cli_request *request, struct fault *fault);      /* report_cli.c */
int cli_task_import(const struct cli_request *request, struct fault *fault); /* task_import_cli.c */
int cli_backup(const struct cli_request *request, struct fault *fault);      /* backup_cli.c */
int cli_restore(const struct cli_request *request, struct fault *fault);     /* restore_cli.c */
int cli_upgrade(const struct cli_request *request, struct fault *fault);     /* upgrade_cli.c */
/* backup_cli.c. A result that such a command has written, as cli_print_result(). */
int cli_print_written(const struct cli_request *request, const struct text *answer,
                      struct fault *fault) __attribute__((warn_unused_result));
/* backup_cli.c. For the end of a message: so many windows whose key is not in the copy; "" when there are none. */
enum { CLI_KEYS_GONE_MAX = 128 };
void cli_keys_gone(int64_t count, char ret_words[static CLI_KEYS_GONE_MAX]);
int cli_calendar_add(const struct cli_request *request, struct fault *fault); /* calendar_cli.c */
int cli_backlog_load(const struct cli_request *request,
                     struct fault *fault); /* backlog_load_cli.c */
/* run_wait.c. Waits until the run has ended, prints how. -ECANCELED: not done, or the daemon is gone;
 * the fault says how it ended, and only in JSON it is printed too. */
int cli_run_wait(const struct cli_request *request, int64_t run_id, struct fault *fault);
/* The run as it is now, by a store that is open for this look alone: one that stays open keeps an index of its log alive
 * that may be of no use any more. As run_read(). */
int cli_look_at_run(const char *home, int64_t run_id, struct run_record *ret_run,
                    struct fault *fault) __attribute__((warn_unused_result));
/* While waiting for a run: -ECANCELED when nobody holds the home's lock and it has not ended. */
int cli_need_daemon(const char *home, int64_t run_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* The folder this program lies in. target[4096]. */
int cli_program_folder(char *target, struct fault *fault) __attribute__((warn_unused_result));
/* A program of ours beside this one, or where `make install` puts those that are not for people. target[4096].
 * -ENOENT. */
int cli_find_program(const char *name, char *target, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
