/*
 * nouns.h - the commands of each noun, for the table, and what their files share.
 */
#ifndef AUTOMAGI_COMMAND_NOUNS_H
#define AUTOMAGI_COMMAND_NOUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/command/command.h"
#include "core/store/robot.h"

struct definition;
struct fault;
struct json;
struct json_writer;
struct plugin_note;
struct run_record;
struct system;

enum { LIMIT_MOST = 100000, BY_MAX = 127, REASON_MAX = 1000 };

/* The ends of the lists in a command's specification. */
#define ARGUMENTS_END                                                                              \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define COLUMNS_END                                                                                \
    {                                                                                              \
        .member = NULL                                                                             \
    }

/* Arguments that many commands have. */
#define ROBOT_ARGUMENT                                                                             \
    {                                                                                              \
        .name = "robot", .kind = ARGUMENT_ROBOT, .is_positional = true, .is_required = true,       \
        .value = "ROBOT", .help = "the robot's id"                                                 \
    }
#define BY_ARGUMENT(words)                                                                         \
    {                                                                                              \
        .name = "by", .kind = ARGUMENT_TEXT, .is_required = true, .value = "NAME",                 \
        .help = (words), .most = BY_MAX                                                            \
    }
#define LIMIT_ARGUMENT(words)                                                                      \
    {                                                                                              \
        .name = "limit", .kind = ARGUMENT_NUMBER, .value = "N", .help = (words), .least = 1,       \
        .most = LIMIT_MOST                                                                         \
    }
/* The days that call_range() reads, or a month or year of them. of_year: help of --year. */
#define RANGE_ARGUMENTS(of_year)                                                                   \
    {.name = "from",                                                                               \
     .kind = ARGUMENT_DAY,                                                                         \
     .value = "DATE",                                                                              \
     .help = "from that day on (the first task)"},                                                 \
        {.name = "to",                                                                             \
         .kind = ARGUMENT_DAY,                                                                     \
         .value = "DATE",                                                                          \
         .help = "up to and with that day (all booked)"},                                          \
        {.name = "month", .kind = ARGUMENT_TEXT, .value = "YYYY-MM", .help = "of that month"},     \
    {                                                                                              \
        .name = "year", .kind = ARGUMENT_NUMBER, .value = "YEAR", .help = (of_year),               \
        .least = 1900, .most = 2199                                                                \
    }
#define REASON_ARGUMENT(needed)                                                                    \
    {                                                                                              \
        .name = "reason", .kind = ARGUMENT_TEXT, .is_required = (needed), .value = "TEXT",         \
        .help = "why, for whoever looks later", .most = REASON_MAX                                 \
    }
/* For period_admit(). */
#define BOOK_DIFFERENCE_ARGUMENT                                                                   \
    {                                                                                              \
        .name = "book-difference", .kind = ARGUMENT_FLAG,                                          \
        .help = "also from a day in a closed month: book what it changes in the oldest open one",  \
        .needs = "reason"                                                                          \
    }

extern const struct command command_init, command_serve, command_status, command_verify,
    command_doctor, command_doctor_version;
extern const struct command command_backup, command_backup_made, command_restore, command_upgrade;
extern const struct command command_plugin_list, command_plugin_check, command_plugin_new;
extern const struct command command_robot_list, command_robot_show, command_robot_add,
    command_robot_pause, command_robot_resume, command_robot_operate, command_robot_suspend,
    command_robot_retire, command_robot_remove;
extern const struct command command_trigger_list, command_trigger_show, command_trigger_add,
    command_trigger_next, command_trigger_remove;
extern const struct command command_calendar_list, command_calendar_add, command_calendar_put,
    command_calendar_show, command_calendar_remove;
extern const struct command command_system_list, command_system_set, command_system_remove;
extern const struct command command_limit_list, command_limit_set, command_limit_remove;
extern const struct command command_run, command_runs, command_tail, command_stop;
extern const struct command command_queue_list, command_queue_add, command_queue_retry,
    command_queue_done, command_queue_drop, command_queue_defer;
extern const struct command command_load, command_export, command_export_warehouse;
extern const struct command command_task_import, command_task_list, command_task_show;
extern const struct command command_import_list, command_import_begin, command_import_rows,
    command_import_finish, command_import_end;
extern const struct command command_estimate_set, command_estimate_sign, command_estimate_history;
extern const struct command command_rate_list, command_rate_set;
extern const struct command command_budget_list, command_budget_set, command_budget_realise,
    command_budget_realised;
extern const struct command command_cost_list, command_cost_add, command_cost_stop;
extern const struct command command_gain_list, command_gain_add;
extern const struct command command_pool_list, command_pool_spend;
extern const struct command command_estimate_agreement, command_estimate_dispute,
    command_estimate_answer, command_estimate_withdraw, command_estimate_disputes;
extern const struct command command_document_list, command_document_show;
extern const struct command command_backlog_list, command_backlog_add, command_backlog_change,
    command_backlog_approve, command_backlog_move;
extern const struct command command_backlog_load, command_backlog_take;
extern const struct command command_backlog_show, command_backlog_score, command_backlog_answer;
extern const struct command command_gap;
extern const struct command command_report;
extern const struct command command_scorecard, command_scorecard_history;
extern const struct command command_scorecard_set, command_scorecard_approve,
    command_scorecard_indicators, command_scorecard_gate, command_scorecard_gates,
    command_scorecard_settings, command_scorecard_bands, command_scorecard_weights;
extern const struct command command_round_list, command_round_show, command_round_approve;
extern const struct command command_period_list, command_period_close, command_period_verify;
extern const struct command command_department_list, command_department_add,
    command_department_rename, command_department_area, command_department_merge,
    command_department_split;
extern const struct command command_share_set, command_share_list, command_key_set,
    command_key_list;
extern const struct command command_why;
extern const struct command command_savings, command_net, command_audit;
extern const struct command command_forecast;
extern const struct command command_explain, command_changes;
extern const struct command command_completion;

/* robot_find.c. The robot of the argument `name`, with the list that owns it
 * (robot_list_release()); sets the call's subject. -ENOENT names it and what to do. */
int call_robot(struct command_call *call, const char *name, struct robot_list *ret_list,
               const struct robot **ret_robot, struct fault *fault)
    __attribute__((warn_unused_result));
/* As above where the argument may be absent: then *ret_id is 0. */
int call_robot_id(struct command_call *call, const char *name, int64_t *ret_id, struct fault *fault)
    __attribute__((warn_unused_result));
/* Members "state", robot_state_word(), and "state_words": "paused by automagid: after 5 failed runs in a row". */
void put_robot_state(struct json_writer *writer, const struct robot *robot, int32_t today);
/* Why a robot would not start even when nobody has paused it; NULL: it would. A literal. */
const char *robot_kept_from_starting(const struct robot *robot, int32_t today);
/* Why nothing does now what is on its queue and due on that day (today, or later): as above, or that it is paused.
 * NULL: it starts, or does so by then. A literal. */
const char *robot_keeps_waiting(const struct robot *robot, int32_t today, int32_t due_day);
/* "; r does not start now: it is retired, ...", behind what was put on its queue; "" when it starts. */
enum { KEPT_REMARK_MAX = ROBOT_SLUG_MAX + 160 };
void robot_kept_remark(const struct robot *robot, int32_t today, int32_t due_day,
                       char ret_remark[static KEPT_REMARK_MAX]);
/* "3 items that nothing does (1 ready, 2 deferred)": what a robot that does not start has before it. */
enum { KEPT_ITEMS_MAX = 128 };
void kept_items_words(int64_t ready, int64_t deferred, char ret_words[static KEPT_ITEMS_MAX]);
/* robot_change.c. robot.json, its plugin's note, and one held against the other. -EINVAL and the errno of
 * the plugin's file; the caller releases both in any case. */
int robot_definition_read(const char *home, const char *text, const char *folder,
                          struct definition *definition, struct plugin_note *note,
                          struct fault *fault) __attribute__((warn_unused_result));
/* 0 when the robot can be run and queued for: it is installed. Else -EINVAL. */
int robot_need_installed(const struct robot *robot, struct fault *fault)
    __attribute__((warn_unused_result));
/* 0 when robots can run here; -EPERM in a demo home. */
int need_real_home(const struct store *store, struct fault *fault)
    __attribute__((warn_unused_result));
/* -EPERM, with what to do, when its gate is red. */
int robot_need_gate(const struct robot *robot, struct fault *fault)
    __attribute__((warn_unused_result));
/* "; its gate is red: dpia, so it does not start", behind what else was done; "" when it is not. */
enum { GATE_REMARK_MAX = GATE_WORDS_MAX + 32 };
void robot_gate_remark(const struct robot *robot, char ret_remark[static GATE_REMARK_MAX]);
/* Who asks: --by, or the account. */
const char *call_asker(const struct command_call *call);
int32_t call_today(const struct command_call *call);
/* --on of what was decided or has come: absent: today. -EINVAL when it lies ahead. */
int call_day_past(const struct command_call *call, int32_t *ret_day, struct fault *fault)
    __attribute__((warn_unused_result));

/* closed_month.c. 0 when the month of the day is open. -EPERM with a fault that begins with `what`
 * ("the name of kfe"): a command that cannot book a difference changes nothing that is closed. */
int need_open_month(struct store *store, const char *what, int32_t from_day, struct fault *fault)
    __attribute__((warn_unused_result));

/* robot_operate.c. The same of the first day on which a robot's operation changes. */
struct operation_list;
int need_open_operation(struct store *store, const char *slug, const struct operation_list *before,
                        const struct operation_list *after, bool *ret_is_changed,
                        struct fault *fault) __attribute__((warn_unused_result));

/* share_command.c. "; closed months stay as they are, and the difference is booked in 2026-08: 2 counter-entries";
 * nothing for booking_from 0. */
void put_booked(struct text *target, int64_t booked, int32_t booking_from);

/* instant.c. A time as a person writes it: ISO 8601 with offset, or local time of the organisation
 * without ("2026-12-01 14:00", a T for the blank, seconds). -EINVAL naming the argument: no such
 * form, or a local time that is not there or there twice because the clocks are changed. Absent:
 * *ret_ms stays. */
enum { INSTANT_TEXT_MAX = 40 };
int call_instant(const struct command_call *call, const char *name, int64_t *ret_ms,
                 struct fault *fault) __attribute__((warn_unused_result));
/* Its form alone, which needs no zone; -EINVAL as above. Absent: 0. */
int instant_check(const struct json *arguments, const char *name, struct fault *fault)
    __attribute__((warn_unused_result));
/* queue_command.c. The state a word of --state names (enum item_state, ITEM_STATE_); any other:
 * ITEM_STATE_OPEN. */
int queue_state_of(const char *word);
/* system_command.c. A system by its id; its own id is 0 when there is none. */
int system_find(struct store *store, const char *slug, struct system *ret_system,
                struct fault *fault) __attribute__((warn_unused_result));
/* The systems that the definition names exist. -EINVAL names the one that does not. */
int systems_check(struct store *store, const struct definition *definition, struct fault *fault)
    __attribute__((warn_unused_result));

/* run_shown.c. Does a daemon listen at the home's socket? False too while one still starts. */
bool home_is_reached(const char *home);
/* Does a daemon serve the home? As above; and one whose socket and lock's file were both removed does, as any program is
 * taken to that has the store to write without the lock's file. */
bool home_is_served(const char *home);
/* Does one serve it whose lock's file somebody removed (another may be in its place, which names whom it likes)?
 * *ret_pid: the daemon's, or 0 when it is not known, as in a process namespace that is not seen from here. */
bool home_lock_is_gone(const char *home, int64_t *ret_pid);
/* Does a program have the lock, and nobody listens? A daemon that starts, or waits before it serves, is such a one, and so is a
 * command for as long as it writes by itself. *ret_pid: that process, or 0 when it is not known. */
bool home_is_held(const char *home, int64_t *ret_pid);
/* All that may be then, in one sentence: nobody can tell from here which it is, and to start another would be in vain. */
enum { HOLDER_WORDS_MAX = 256 };
void home_holder_words(int64_t pid, char ret_words[static HOLDER_WORDS_MAX]);
/* Is the socket's file there? A daemon that ends in order removes it. */
bool home_has_socket(const char *home);
/* Its daemon is gone, and it with it: the store hears of that at the next start. Imports need
 * no daemon. */
bool run_is_orphan(const struct run_record *run, bool is_served);
/* How it goes on or ended ("lost" for an orphan, or "stopped" when that was asked for), and the member "note". */
void result_run_state(struct json_writer *writer, const char *name, const struct run_record *run,
                      bool is_served);
void result_run_note(struct json_writer *writer, const struct run_record *run, bool is_served);

/* run_hold.c. What a run of the robot asked for now would wait for: a closed system, a limit that is reached, earlier runs;
 * "": nothing that the store knows of. */
enum { RUN_HOLD_MAX = 256 };
int run_hold(struct store *store, const struct robot *robot, int64_t now_ms,
             char ret_words[static RUN_HOLD_MAX], struct fault *fault)
    __attribute__((warn_unused_result));

/* result.c: members of a result. */
void result_text(struct json_writer *writer, const char *name, const char *value);
/* As above; "" is null. */
void result_text_or_null(struct json_writer *writer, const char *name, const char *value);
void result_int(struct json_writer *writer, const char *name, int64_t value);
void result_bool(struct json_writer *writer, const char *name, bool value);
void result_day(struct json_writer *writer, const char *name, int32_t day);
/* "2025-06", null for 0. */
void result_month(struct json_writer *writer, const char *name, int32_t month);
/* null for 0. */
void result_instant(struct json_writer *writer, const char *name, int64_t at_ms);
/* A JSON number, exact. */
void result_decimal(struct json_writer *writer, const char *name, int128 scaled, unsigned digits);
void result_message(struct json_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* rows.c: the rows of an answer, at most --limit of them, else the usual number. */
struct row_list {
    struct command_call *call;
    int64_t limit, count;
    bool has_more;
};
/* Begins the answer. Returns how many to ask the store for: one more than are shown, which tells
 * that there are more. */
int64_t rows_begin(struct row_list *rows, struct command_call *call, int64_t usual);
/* Where the next row goes, an object; NULL: no row is shown any more, so stop (ROWS_FULL). */
struct json_writer *rows_next(struct row_list *rows);
enum { ROWS_FULL = 1 }; /* what ends the store's _each functions without a failure */
/* Ends the answer; "more" is true when there are more. The first ends the rows alone, so that other
 * members can follow. */
void rows_end_list(struct row_list *rows);
void rows_end(struct row_list *rows);

/* Behind what was set by hand and can be in organisation.json too, which says more than it: `has` is what the file then has. */
#define UNTIL_NEXT_LOAD(has)                                                                       \
    "; where organisation.json has " has                                                           \
    ", put it there too (`automagi export`), or the next load takes it back"

/* {"message":...}: all that many commands answer. */
void result_only_message(struct command_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Of a command with --from, --to, --month and --year (range.c). The check: -EINVAL when more than one way is taken. */
int range_check(const struct json *arguments, struct fault *fault)
    __attribute__((warn_unused_result));
/* INT32_MIN and INT32_MAX where nothing is said. */
void call_range(const struct command_call *call, int32_t *ret_from_day, int32_t *ret_to_day);

#endif
