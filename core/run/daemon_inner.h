/*
 * daemon_inner.h - private to the daemon's loop: to the files that are named below. Everything here
 * belongs to the loop's thread, except what a job carries to the writer.
 *
 * A run lives in the loop from dispatch until its end is durable. It is over when three
 * things are known: the host has said ENDED (the kernel has no process of it left), its
 * channel was read to the end, and every job it caused has come back.
 */
#ifndef AUTOMAGI_RUN_DAEMON_INNER_H
#define AUTOMAGI_RUN_DAEMON_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/run/after.h"
#include "core/run/daemon.h"
#include "core/run/definition.h"
#include "core/run/dispatch.h"
#include "core/run/host_process.h"
#include "core/run/service.h"
#include "core/run/triggers.h"
#include "core/run/wire.h"
#include "core/schedule/rest.h"
#include "core/store/home_author.h"
#include "core/store/item.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/writer.h"

enum {
    MACHINE_RUNS_MAX = 128, /* runs alive at once, all robots together */
    RUN_JOBS_MAX = 512,     /* of one run at the writer before it is not read for a while */
    RUN_COST_MAX = 2097152, /* bytes of items likewise */
    ITEM_COST_LEAST = 1024, /* an item is work, however short */
    RUN_WINDOWS_MAX = 64,   /* that one run may open: each is a key file on the disk */
    HOST_IDLE_MS = 60000,   /* a host without runs is ended after this */
    HOST_START_MS = 10000,  /* HELLO and READY must come within this */
    HOST_AGAIN_MS = 500,    /* before a host is tried again for which there was no room; doubles */
    FIRES_AHEAD_MS = 3600000, /* a clock that is set back by more was wrong */
    WAITS_NOTED_MS = 250,     /* a run that waits longer says why */
    QUEUED_MOST = 100,        /* runs of one robot that triggers let wait */
    PARK_AHEAD_MS = 1000,     /* before a time that is known the host is up and a child waits */
    PARK_KEEP_MS = 5000,      /* after it the child is let go */
    FIRE_LEAD_MS = 3,         /* a fire is made durable so long before its time; its run waits */
    DROP_MAKE_MS = 600000,    /* a warehouse drop is made by then, or its maker is ended */
    DROP_KEEP_MS = 60000,     /* made, and no run takes it: then it is let go */
    KILL_PATIENCE_MS = 5000,  /* after KILL the run must be gone, or its host is killed */
    OWED_VAIN_MOST = 60, /* runs in a row that fail in vain, and bring another: more than a night */
    STRAY_TERM_MS = 500  /* a SIGTERM to all reaches the daemon so long after a run */
};

struct daemon;
struct drop; /* drop.c */
struct host;
struct robot_entry;

/* What epoll's data points at: the first member of everything that is watched. */
struct watch {
    void (*ready)(struct daemon *daemon, struct watch *watch, uint32_t events);
    int fd;
};

/* One robot as the loop knows it. Entries are never freed while the daemon runs. */
struct robot_entry {
    struct robot_entry *next;
    int64_t id;
    char slug[64];
    bool is_known; /* still in the registry */
    bool is_paused;
    enum gate_item red_item; /* of its gate; 0: none */
    bool is_installed;       /* definition is valid */
    struct robot_operation *operations;
    size_t operation_count;
    char *definition_text;
    char *definition_folder; /* where it lay */
    struct definition definition;
    struct host *host; /* the one that takes new runs; NULL: none */
    unsigned live;     /* runs between dispatch and durable end */
    unsigned queued;   /* runs pending, or being made */
    unsigned owed;     /* of these: run_is_owed() */
    struct pending_run *pending_first, *pending_last;
    int64_t newest_run; /* run ids only grow: one at or below this was seen before */
    int64_t
        left_out; /* ... but from this one on there may be some that dispatch_leave() left; 0: none */
    int64_t looked_from;   /* likewise, while the registry's runs are taken */
    int64_t retry_ms;      /* wall: earliest deferred item; 0 none */
    int64_t retry_rest_ms; /* wall: no run for that before: fires_rest() */
    uint32_t vain_runs;    /* in a row, that failed before they had begun an item */
    int64_t nominal_ms;    /* wall: of its latest fire, which is recorded FIRE_LEAD_MS ahead */
    int64_t host_again_ms, host_delay_ms; /* monotonic: no run begins before; 0 none */
    unsigned host_tries;                  /* in a row that were in vain: host_try_again() */
    unsigned host_tries_alike;            /* of these the last, each with ... */
    unsigned host_tries_most;             /* ... so many at most */
    bool
        is_queue_full; /* a run was ended for that: the next collects nothing, and makes room. After the
                         * daemon's end it is so again while a run_is_for_full_queue() waits */
    int64_t
        crowded_run;  /* the latest that is asked again for a full queue: until it is through, runs
                            * go one at a time, each with the room the last has made; 0: none is */
    uint64_t started; /* number of its latest start among all: who waited longest is first */
    uint64_t judged_turn;  /* of the loop: its first pending run cannot start in this turn */
    int64_t park_until_ms; /* monotonic: a child is wanted, or kept, so long; 0: none is */
    int parked_fd;         /* the channel of a child that waits for START; -1: none */
    int64_t parked_ticket;
    struct host *parked_host;
    char host_reason[REST_REASON_MAX]; /* why there was no host */
    struct drop *drop; /* the warehouse's, for its next run; NULL: it never read one */
    int64_t waits_run; /* that run has it in the store why it waits */
    char waits[REST_REASON_MAX];
};

enum host_state { HOST_STARTING, HOST_LOADING, HOST_READY, HOST_DRAINING, HOST_GONE };

#define HOST_HANGS INT64_MAX

struct host {
    struct watch control; /* first */
    struct watch ending;  /* the pidfd */
    struct host *next;
    struct robot_entry *robot;
    struct host_process process;
    enum host_state state;
    unsigned live;    /* runs on it */
    unsigned tickets; /* children forked ahead of which nothing has been heard */
    int side_effects;
    unsigned char hash[WIRE_HASH_SIZE];
    char plugin_path[4096];
    struct stat plugin_stat; /* of the file when it was started */
    uint64_t looked_turn;    /* of the loop: the plugin's file was looked at */
    uint64_t checked_turn;   /* of the loop: its folders are known to be current */
    int64_t check_ms;        /* monotonic: its answer about them is due; 0: it was not asked;
                              * HOST_HANGS: it did not come */
    int64_t deadline_ms;     /* monotonic: of start, or of idleness */
    char refusal[FAULT_TEXT_MAX];
    bool is_hung_up; /* it lived on with its end of the channel closed, and was killed for that */
    bool is_for_want_of_room; /* it could not be set up, but may be later; so host_is_stillborn() */
    unsigned tries;           /* host_try_again(), when it fails; 0: the next would too */
};

/* A frame that waits for the channel to take it. */
struct frame_out {
    struct frame_out *next;
    size_t length;
    char bytes[];
};

struct run {
    struct watch channel; /* first */
    struct run *next;
    struct daemon *daemon;
    struct robot_entry *robot;
    struct host *host;
    int64_t id;
    int64_t ticket;   /* its child was forked ahead under this; 0: it was not */
    bool is_unnamed;  /* ... and its host is still to be told whose it is */
    int64_t fence;    /* the writer's alone: set by the start job, read by those after it */
    uint64_t windows; /* the writer's: opened so far */
    bool has_input; /* kept in the store until its first lease, which says that it has collected */
    bool skips_collect; /* ... which it does not: another run is then asked the same */
    bool
        is_needless; /* the writer's, by its start: what it was made for is not there any more (hold.h) */
    bool is_unborn;  /* it has no process, for want of room: another run begins in its place */
    bool is_short;   /* what it asked the writer lacked room that comes again: likewise */
    bool is_full;    /* its robot's queue was, for what it added */
    bool is_refused; /* the writer's: one of its ADDs was; nothing after it is taken */
    char plugin[64]; /* as it was begun: the robot's definition may be another by now */
    struct item_policy policy;
    struct robot_hold hold;         /* the writer's, by its start: it may not begin (hold.h) */
    enum run_cause cause;           /* the writer's, set by the start job */
    int64_t asked_first_ms;         /* likewise: run_asked_first() */
    int64_t begun_ms;               /* monotonic */
    int64_t started_ms;             /* wall: the same */
    int64_t done, business, failed; /* results that are durable */
    uint32_t seq;                   /* of the last result taken */
    unsigned leased;                /* handed out and without a result */
    unsigned lease_count;
    int64_t lease_ids[WIRE_ITEMS_MAX]; /* of the last lease, in the order of their results */
    unsigned jobs;                     /* at the writer */
    size_t cost;                       /* of what it adds: at the writer */
    int64_t added;                     /* new items so far */
    bool is_asking;                    /* LEASE or FLUSH is at the writer: one at a time */
    bool has_asked;                    /* for items, and what was due by then is ready */
    bool is_denied; /* it asked for items after it was told to stop, and was given none */
    bool is_rested; /* it asked for items while a system that it meets was closed */
    bool has_said_end;
    bool has_said_collected; /* END: its input is not to be asked again */
    bool is_step_known;   /* its host has told `step` and `begun`; else it may have been anywhere */
    bool is_violation;    /* it broke the protocol: nothing more is taken from it */
    bool is_in_paused;    /* too many of its jobs wait: not read for a while */
    bool is_process_gone; /* ENDED came, or its host is gone */
    bool is_channel_read; /* end of file */
    bool is_given_up;     /* killed, and does not go: not waited for when the daemon stops */
    bool is_ending;       /* the end job is at the writer */
    bool is_out_watched;  /* EPOLLOUT asked for */
    int said_outcome;     /* of END */
    char note[WIRE_NOTE_MAX + 1];
    int status;             /* as from wait4() */
    uint32_t step;          /* enum wire_step: where its process was when it ended */
    uint32_t begun;         /* items, of all that it was given, by its own account when it ended */
    char place[64];         /* the same in words: " in perform() of item 7"; "": nowhere */
    enum run_ending forced; /* why it was stopped: RUN_STOPPED, RUN_TIMED_OUT, RUN_CUT_SHORT */
    int64_t run_deadline_ms, item_deadline_ms; /* monotonic; 0 none */
    int64_t term_ms;                           /* TERM was sent */
    int64_t kill_ms;                           /* KILL was sent */
    int64_t stray_ms;                          /* supervise_awaits_order(): for so long */
    struct frame_out *out_first, *out_last;
    struct end_job *end; /* run_end.c; made with the run: no run lacks memory to end */
};

/* A system that robots meet. */
struct system_entry {
    char slug[CALENDAR_SLUG_MAX];
    struct quiet quiet;
};

struct plugin_limit {
    char plugin[64];
    int runs;
};

struct client;  /* command_server.c */
struct run_job; /* run_job.h */

struct daemon {
    int audit_result; /* negative: a start or stop is not in the audit */
    const struct daemon_settings *settings;
    struct writer *writer;
    int epoll_fd;
    struct service service;
    struct watch writer_watch, signal_watch, listen_watch, timer_watch;
    struct robot_entry *robots;
    struct trigger_set triggers;
    uint32_t parked_minute; /* children were asked for, for the schedules of this minute */
    int64_t zones_ms;       /* monotonic: time zones' files are looked at next */
    struct calendar_set *calendars;
    struct system_entry *systems;
    size_t system_count;
    struct plugin_limit *plugin_limits;
    size_t plugin_limit_count;
    unsigned machine_runs; /* most runs at once */
    uint64_t starts;       /* of runs, so far */
    int64_t tickets;       /* given so far */
    unsigned unnamed;      /* runs that are */
    struct host *hosts;
    struct run *runs;
    struct run *graves; /* runs and hosts freed after the events in hand */
    struct host *host_graves;
    struct client *clients;
    struct client *client_graves;
    int spare_fd;     /* given up to tell a caller that there is none; -1: not to be had now */
    bool is_refusing; /* callers, for want of descriptors: the log has said so */
    unsigned live;
    int64_t next_deadline_ms; /* monotonic; INT64_MAX none: no deadline is earlier */
    uint64_t turn;            /* of the loop; from 1 */
    int64_t wall_ms;          /* when triggers were last looked at */
    int64_t wall_at_ms;       /* and by the clock that nobody sets */
    int64_t opens_ms;         /* wall: a system opens that a run waits for; 0 none */
    int64_t queues_ms;        /* monotonic: queues are looked at for triggers next; 0 never */
    int64_t retention_ms;     /* monotonic: when old payloads are looked for next */
    bool is_short;            /* the kernel lacked memory or descriptors in this turn */
    bool is_stopping;
    enum writer_stall stall;   /* what the writer waits for */
    int64_t stalled_ms;        /* monotonic: since then */
    int64_t clock_back_ms;     /* what it left behind is put right with the next registry job */
    bool is_registry_wanted;   /* a registry job is to be submitted */
    bool is_registry_waiting;  /* one is at the writer */
    int64_t registry_again_ms; /* monotonic: one is submitted again, as one failed; 0 none */
    int64_t registry_delay_ms; /* after that; grows */
    char account[64];
    char packet[WIRE_FRAME_MAX]; /* received here; one at a time */
    struct wire_frame frame;     /* the one received */
    struct wire_frame out;       /* the one being sent: too large for a stack */
    struct text encoded;
    int hosts_file;                  /* HOME/hosts, append; -1: it must be written anew */
    char mark[HOME_AUTHOR_MARK_MAX]; /* home_author_mark() */
    int home_fd;                     /* home_hold(), for the loop */
};

/* daemon.c */
int daemon_watch(struct daemon *daemon, struct watch *watch, uint32_t events);
void daemon_rewatch(struct daemon *daemon, struct watch *watch, uint32_t events);
/* Removes the watch and closes its descriptor. */
void daemon_unwatch(struct daemon *daemon, struct watch *watch);
/* Tells the service manager that loop and writer go on, when that is due (service.h). */
void daemon_ping(struct daemon *daemon);
/* Something must be looked at no later than this (monotonic). */
void daemon_deadline(struct daemon *daemon, int64_t deadline_ms);
/* A send failed so: true when it is tried again as soon as the descriptor is writable, for nobody reads now, or
 * the kernel has no memory now. */
bool daemon_sends_later(struct daemon *daemon, int error);

/* stall.c: the writer waits, and so does all that would have to be recorded */
void stall_look(struct daemon *daemon);
bool is_stalled(const struct daemon *daemon);

/* registry.c */
void registry_refresh(struct daemon *daemon);
/* Again, when it is time to after one that failed, or that found a time zone missing. */
void registry_due(struct daemon *daemon);
/* After a delay: it could not be read, or what it tells of not be kept, for want of memory. */
void registry_later(struct daemon *daemon);
struct robot_entry *registry_find(struct daemon *daemon, int64_t robot_id);
bool robot_entry_operates(const struct robot_entry *robot, int32_t day);
/* That time, when it is in operation then; else when it next begins to be: 0 never, as far as is known. */
int64_t robot_entry_operates_from(const struct robot_entry *robot, int64_t at_ms);

/* fires.c: cron and once triggers, and retries */
/* Before the first of them is read: from here on a clock that is set back is seen. */
void fires_begin(struct daemon *daemon);
void fires_arm(struct daemon *daemon);
/* A run ended before it began: it was refused, or stopped while it waited. What is deferred still
 * wakes the robot, but not again at once. */
void fires_rest(struct robot_entry *robot);
/* A run failed before it was handed an item: what is due is not the cause, and would else wake the
 * robot for another such run at once, and so on. It rests longer each time. */
void fires_rest_vain(struct robot_entry *robot);
/* Nothing but time keeps a run from being made for what is on the robot's queue: its limit leaves room beside those that go
 * on, and none waits, or goes on and has not asked for items yet. That one takes what is due when it does, and another
 * would find nothing: so one at a time begins, however much is due. The limits of its plugin and the machine are asked when
 * the run is there (rest_for_limit()). */
bool fires_may_add(const struct daemon *daemon, const struct robot_entry *robot);
/* It rests now. */
bool fires_rests(const struct robot_entry *robot, int64_t now_ms);
void fires_due(struct daemon *daemon);
void fires_timer(struct daemon *daemon, struct watch *watch, uint32_t events);
/* Looks about once a minute whether a time zone's file has changed. */
void fires_zones_due(struct daemon *daemon);
/* Looks now. */
void fires_zones_look(struct daemon *daemon);

/* rest_reason.c: what keeps a robot from starting. All give true and one line of why. */
/* At this time by itself: it is not installed, paused, not in operation, its gate is red, or its calendar is off. */
bool rest_at(const struct daemon *daemon, const struct trigger_entry *trigger, int64_t nominal_ms,
             char ret_reason[static REST_REASON_MAX]);
/* Now, for its overlap policy. */
bool rest_for_overlap(const struct daemon *daemon, const struct trigger_entry *trigger,
                      char ret_reason[static REST_REASON_MAX]);
/* A system that it meets is closed: until *ret_until_ms (wall). */
bool rest_for_system(const struct daemon *daemon, const struct robot_entry *robot, int64_t now_ms,
                     int64_t *ret_until_ms, char ret_reason[static REST_REASON_MAX]);
/* There are as many runs as there may be: of the robot, its plugin or the machine. */
bool rest_for_limit(const struct daemon *daemon, const struct robot_entry *robot,
                    char ret_reason[static REST_REASON_MAX]);

/* park.c: hosts are warmed and children forked ahead of a time that is known */
/* The robot's host is brought up, and a child waits, for a run that is due at this time (wall). */
void park_ahead(struct daemon *daemon, struct robot_entry *robot, int64_t nominal_ms);
/* Its host has become ready. */
void park_now(struct daemon *daemon, struct robot_entry *robot);
/* Gives the waiting child to a run: its channel and ticket. False: none waits. */
bool park_take(struct robot_entry *robot, struct run *run);
/* Lets the waiting child go: its host is, or its time has passed. */
void park_drop(struct robot_entry *robot);
void park_due(struct daemon *daemon);

/* drop.c: the warehouse drop that a robot reads, made for its next run */
/* 0: there is one, or the robot reads none. -EAGAIN: not yet; any other: it cannot be made; then with one
 * line of why. Begins to make it. */
int drop_need(struct daemon *daemon, struct robot_entry *robot, char ret_reason[FAULT_TEXT_MAX]);
/* Gives it away, sealed: close() it. -1: the robot reads none. */
int drop_take(struct robot_entry *robot);
void drop_due(struct daemon *daemon);
/* The daemon ends. */
void drop_stop(struct daemon *daemon);

/* host_again.c. Is that errno one of the machine and not of the robot, that passes? */
bool host_is_for_want_of_room(int result);
/* There was no room for a host just now: later, with a growing delay. */
void host_put_off(struct daemon *daemon, struct robot_entry *robot, const char *reason);
/* The same of what may last. False, and nothing is put off, when so many in a row were in vain. What is given another
 * number is another reason, and has its own tries; but reasons that take turns end as well. */
enum { HOST_TRIES_FEW = 4, HOST_TRIES_MANY = 20 /* seven minutes: not the plugin's doing */ };
bool host_try_again(struct daemon *daemon, struct robot_entry *robot, const char *reason,
                    unsigned tries);
void host_has_come(struct robot_entry *robot);
/* host_process_start() with the program of hosts. -EAGAIN too while that is missing or not whole, as while another is
 * installed: that is no run's fault. Namespaces that are not allowed are not waited for. */
int host_start_program(const struct daemon *daemon, struct host *host, struct fault *fault);
/* It ended before it had taken SETUP, and so before it looked at a plugin: likewise. Puts its robot's runs off. */
void host_is_stillborn(const struct daemon *daemon, struct host *host);
/* Did it? The kernel tells of one that left SETUP unread, once: before the channel is read. */
void host_look_at_birth(const struct daemon *daemon, struct host *host);
/* Was the plugin's file made or changed some seconds ago? Then it may be one that is just being copied. */
bool host_plugin_is_new(const struct host *host);

/* host_control.c */
/* Starts the robot's host; *ret_host tells later how that went. -EAGAIN when the system had no room
 * just now (memory, descriptors, processes), or the program of hosts is not whole: nothing is wrong with the robot.
 * -EBUSY: its last host hangs. -ENOENT: its plugin was not found. */
int host_start(struct daemon *daemon, struct robot_entry *robot, struct host **ret_host,
               struct fault *fault);
int host_send(struct daemon *daemon, struct host *host, struct wire_frame *frame, int passed_fd);
/* host_setup.c: makes the robot's folders, and sends SETUP. */
int host_send_setup(struct daemon *daemon, struct host *host, struct fault *fault);
void host_drain(struct daemon *daemon, struct host *host);
void host_kill(struct daemon *daemon, struct host *host);
/* Is it what the robot's next run needs? Looks at the plugin's file. */
bool host_is_current(const struct daemon *daemon, struct host *host);
/* May a run be sent to it now? One with granted folders is asked first whether they are still
 * those at their paths: a network share that is gone must hold up nobody but its robot. */
bool host_may_start(struct daemon *daemon, struct host *host);
/* It does not come up, or does not answer: its robot's runs are put off, and in the end refused. */
void host_look_at_silence(struct daemon *daemon, struct host *host, int64_t now_ms);
/* A run of it is over. */
void host_release(struct daemon *daemon, struct host *host);

/* run_channel.c */
/* input: JSON, or "". Negative errno: nothing was begun, and it may be tried again. */
int run_begin(struct daemon *daemon, struct robot_entry *robot, int64_t run_id, const char *input);
void run_send(struct daemon *daemon, struct run *run, const char *bytes, size_t length);
int run_send_frame(struct daemon *daemon, struct run *run, struct wire_frame *frame);
/* All its processes are gone. */
void run_ended(struct daemon *daemon, struct run *run, int status);
/* Its host says so, but a plugin's constructor can have taken the host's place. False when it was
 * a lie: the run then ends with its host. */
bool run_said_ended(struct daemon *daemon, struct run *run, int status);
/* A job of the run came back. */
void run_job_done(struct daemon *daemon, struct run *run);
/* The run did something the protocol does not allow. */
void run_violation(struct daemon *daemon, struct run *run, const char *what);
struct run *run_find(struct daemon *daemon, int64_t run_id);
/* Tells hosts which run the children became that were forked ahead and have been started. */
void run_name_parked(struct daemon *daemon);
/* Hands its end to the writer when it is over. */
void run_end_when_over(struct run *run);
/* Its end is durable: out of the loop. */
void run_forget(struct daemon *daemon, struct run *run);

/* run_jobs.c, run_result.c: what goes to the writer */
int job_run_create(struct daemon *daemon, struct robot_entry *robot, enum run_cause cause);
/* skipped NULL: it runs. */
int job_fire(struct daemon *daemon, struct trigger_entry *trigger, int64_t nominal_ms,
             const char *skipped);
/* When a run should have ended that begins at `nominal_ms`, the `minute` of the day in its trigger's zone: when the clock there
 * shows `expected_minute` next. 0: TRIGGER_NO_MINUTE. On a day the clocks change it may be an hour off. */
int64_t expected_at(int expected_minute, int minute, int64_t nominal_ms);
/* On the loop: what the end of a run has brought about, when it is durable. */
void run_ending_known(struct daemon *daemon, struct robot_entry *robot, bool is_paused,
                      const struct after_runs *after);
/* Why a queued run waits. */
int job_waits(struct daemon *daemon, struct robot_entry *robot, int64_t run_id, const char *why);
/* NULL: no memory. For the one below, which takes it; else to be freed. */
struct run_job *job_start_new(void);
/* Needs no memory: its host knows of the run by then, so it cannot be made to wait any more. */
void job_start(struct run *run, struct run_job *job);
int job_add(struct run *run, const struct wire_frame *frame);
int job_flush(struct run *run);
int job_lease(struct run *run, uint32_t want);
/* Answers a LEASE with no items, when all that was sent before it is durable: ITEMS says so. */
int job_deny(struct run *run);
int job_result(struct run *run, const struct wire_frame *frame);
/* run_end.c */
/* NULL: no memory. The run's own, which is freed with it. */
struct end_job *job_end_new(void);
void job_end(struct run *run, enum run_ending ending);
/* One line for what was set aside as damaged; nothing when nothing was. */
void log_damaged(const char *robot, int64_t run_id, const struct item_damaged *damaged);
/* A run has not collected, and another has its input (run_create_again()). */
void log_asked_again(const char *robot, int64_t run_id, int64_t again_id);
/* Something about a run that goes on. */
int job_remark(struct daemon *daemon, struct run *run, const char *remark);
/* A run that never started. */
int job_refuse(struct daemon *daemon, struct robot_entry *robot, int64_t run_id,
               const char *reason);

/* command_server.c */
int command_server_open(struct daemon *daemon, struct fault *fault);
void command_server_close(struct daemon *daemon);
/* Frees clients that are gone; after the events in hand. */
void command_server_bury(struct daemon *daemon);

/* retention.c */
void retention_due(struct daemon *daemon);

/* serve_audit.c. "serve start" and "serve stop": hands the writer a row of the audit. */
int serve_audit(struct daemon *daemon, const char *action, struct fault *fault);
/* On the writer's thread, in the transaction of the run's start. */
int audit_run_start(struct store *store, const struct run *run, struct fault *fault);

/* store_upgrade.c: brings a store of an earlier version to this program's (core/store/upgrade.h). Before the writer
 * is, under the home's lock; asked to stop meanwhile it does so, with -ECANCELED. */
int daemon_upgrade_store(struct daemon *daemon, struct fault *fault);

/* recovery.c: ends the runs the last generation left, and gives their items back. A robot whose
 * work was cut off (lost, or the daemon was told to stop) gets a new run, which waits until it may
 * start, unless one that may have to collect goes on with it already; not one whose run a person stopped. */
int recovery_make(struct store *store, struct fault *fault);

#endif
