/*
 * automagi.h - the contract between Automagi and a plugin.
 *
 * A plugin is one shared object that knows how to do one kind of work. A
 * robot is a plugin with a configuration; many robots can use one plugin. The
 * plugin exports one data symbol, `automagi_plugin`, carries a note that says
 * what it is, and links to nothing of Automagi: all it may call arrives in
 * `struct ag_host`.
 *
 * One run of a robot is one process of its own: collect() finds work and puts
 * items on the robot's queue; perform() does one item at a time. A run that
 * crashes costs at most the items in hand; what becomes of those is decided by
 * the class of side effects in the note.
 *
 * Threads: every callback and every host call belongs to the run's first
 * thread. Text is UTF-8, NUL-terminated, and borrowed for the duration of
 * the call unless said otherwise.
 *
 * Processes: what a callback forks ends with _exit(), or becomes another program. Of struct ag_host it may
 * call log() alone; a copy that comes back from the callback is ended, with a line in the run's log.
 *
 * Growing this file: append to the end of a struct and raise AG_ABI_MINOR.
 * Any other change raises AG_ABI_MAJOR. tests/unit/test_abi.c pins every offset.
 */
#ifndef AUTOMAGI_H
#define AUTOMAGI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AG_ABI_MAGIC 0x494d4741u /* "AGMI" */
#define AG_ABI_MAJOR 1u
#define AG_ABI_MINOR 2u
#define AG_ABI       (AG_ABI_MAJOR << 16 | AG_ABI_MINOR)

/* Limits, in bytes with the NUL. */
#define AG_REFERENCE_MAX  256
#define AG_PAYLOAD_MAX    65536 /* larger data stays in a file; put its name here */
#define AG_NOTE_MAX       1024
#define AG_DEPARTMENT_MAX 64

/* Was `member` known to whoever filled in *p? Ask before using anything newer
 * than the minor version you need. */
#define AG_HAS(p, type, member) ((p)->size >= offsetof(type, member) + sizeof((p)->member))

/* How a callback or a host call ended. Values never change meaning. */
enum {
    AG_OK = 0,
    AG_BUSINESS = 1,  /* perform: for certain not done; a person must look. Say why in the note */
    AG_TRANSIENT = 2, /* perform: not now (timeout, locked); retried with back-off */
    AG_BROKEN = 3,    /* the robot cannot go on, or tell what it did; ends the run. Say why */
    AG_UNKNOWN = 4,   /* probe: cannot tell; the item waits for a person */
    AG_NOT_DONE = 5,  /* probe: it was not done; it is performed again */
    AG_DENIED = 6,    /* host call: not granted to this robot */
    AG_TOO_BIG = 7,   /* host call: over a limit of this file */
    AG_STOPPED = 8    /* host call: the run is being stopped; return soon */
};

enum { AG_LOG_DEBUG = 0, AG_LOG_INFO = 1, AG_LOG_WARN = 2, AG_LOG_ERROR = 3 };

/* One unit of work. The reference says which one it is: a case number, an
 * invoice's supplier and number. The same reference counts once in the robot's
 * window, however often it is seen. */
struct ag_item {
    uint32_t size;
    uint32_t attempt;     /* set by the host: 1 on the first try */
    int32_t priority;     /* higher first; 0 is usual; -1000 to 1000 */
    int32_t business_day; /* days since 1970-01-01 of the date the work belongs to (the
                           * invoice's date), at most ten years back or two ahead; decides the
                           * window. 0 = the day on which add() is called; but while an item with the
                           * reference is open, it is that one */
    const char *reference;
    const char *payload; /* any text; "" is fine. Kept sealed until the item is closed */

    /* Since 1.1. Milliseconds since 1970 UTC, 0 = none; within ten years of now. */
    int64_t deadline_ms;   /* when it should be done by: of the same priority the earliest is
                            * done first. One that has passed is done all the same, and shown */
    int64_t not_before_ms; /* add(): not handed out before; the robot gets a run then. In
                            * perform() and probe() always 0 */
};

/* What perform() or probe() leaves behind, beside its return value. */
struct ag_result {
    uint32_t size;
    uint32_t reserved;
    char note[AG_NOTE_MAX];             /* one sentence for a person; "" when there is none */
    char department[AG_DEPARTMENT_MAX]; /* id of the department this task belongs to; "" =
                                         * the robot's shares decide; one that there is not, or
                                         * no line of text: the item waits for a person */
};

/* What the host lends for one run. Pass `run` back as first argument. */
struct ag_host {
    uint32_t size;
    uint32_t abi;
    void *run;

    /* The robot's configuration: JSON that holds the note's schema, with
     * defaults not filled in. Borrowed for the run. */
    const char *configuration;
    /* The robot's id and the run's number, for messages. */
    const char *robot;
    int64_t run_id;

    /* A line in the run's log. */
    void (*log)(void *run, int level, const char *format, ...)
#ifdef __GNUC__
        __attribute__((format(printf, 3, 4)))
#endif
        ;
    /* Non-zero: a stop was asked for, return soon. Cheap; poll it in loops. */
    int (*stopping)(void *run);

    /* collect(): put an item on the queue. What is already there, or was done, dropped or closed by
     * hand in its window, is left alone; but what waits for a person and comes with another payload is
     * ready again with that, unless it may have been done. What was done in its window, and taken back
     * by an import, is put there once and waits for a person: nothing would count it. Without a
     * business day the window is that of
     * the day on which the item was added, whenever it is closed: one that is open over the end of the
     * window, and done, dropped or closed by hand in the next, is added anew when collect() still lists
     * it. AG_OK when taken over; AG_TOO_BIG or AG_BROKEN when the item is not one that can be; AG_STOPPED
     * in open() and collect() alone, when a stop was asked for: the next run finds it. In perform(),
     * probe() and close() it is taken all the same, for what follows from an item nobody would find
     * again. What is refused is in the run's log, with why. It is durable when flush() has given AG_OK, or the run went on from collect() to
     * its items; a crash before may lose it. In perform() and probe(): the item is not counted as done
     * before what was added for it is durable; a probe() that finds it done adds that itself, if it
     * may be missing. What the queue has no room for ends the run: it has failed, and nothing that it
     * reports after that is taken. */
    int32_t (*add)(void *run, const struct ag_item *item);
    /* Wait until every added item is durable; for a plugin that then removes
     * the item from where it came from. AG_OK, also while the run is being stopped; it says nothing
     * of what add() refused. When the queue refused one it does not come back, for the run is ended.
     * Not to be left by longjmp(), nor called by a signal's handler: the run is ended at the next call. */
    int32_t (*flush)(void *run);

    /* A folder granted to the robot by name in robot.json: a descriptor to use
     * with openat(); -1 when not granted. Borrowed for the run. */
    int (*folder)(void *run, const char *name);
    /* The run's own folder, made on the first call and removed when the run
     * ends; a descriptor, -1 when it cannot be made. Borrowed for the run. */
    int (*work_folder)(void *run);

    /* Since 1.1. What this run was told when it was asked for (`run R --input`, a trigger's
     * "input"): a JSON object, or "" when nothing was said. Borrowed for the run. The plugin
     * `command` hands it on to its program as "input". */
    const char *input;

    /* Since 1.2. The warehouse drop of this run, when the note and robot.json ("warehouse": true) ask for
     * one: a descriptor of memory that nobody can change, a tar (ustar) of plain files with
     * manifest.json as the last; read it with pread() or mmap(). It was made just before the run
     * began, from one view of the store. -1 when not granted. Borrowed for the run. */
    int (*warehouse)(void *run);
};

/* The plugin's half. open, close, collect and probe may be NULL. */
struct ag_plugin {
    uint32_t magic;
    uint32_t abi;
    uint32_t size;
    uint32_t reserved;

    /* Once per run, first. *state comes back in every later call. AG_OK, or AG_BROKEN
     * or AG_TRANSIENT with the reason in note: then the run has failed. */
    int32_t (*open)(const struct ag_host *host, void **state, char note[AG_NOTE_MAX]);
    /* Once per run: find work and host->add() it. As open(). */
    int32_t (*collect)(const struct ag_host *host, void *state, char note[AG_NOTE_MAX]);
    /* Once per item. The durable record that it was begun is made before. AG_OK (done:
     * counted), AG_BUSINESS, AG_TRANSIENT or AG_BROKEN. When it may have been done and must not
     * be done twice: AG_BROKEN. Of a manual plugin it then waits for a person and nothing else;
     * after AG_BUSINESS it is performed again when collect() finds it with another payload. */
    int32_t (*perform)(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result);
    /* For side_effects "probeable": a run ended while this item was begun. Was it
     * done? AG_OK (yes: counted), AG_NOT_DONE, AG_UNKNOWN, AG_TRANSIENT or AG_BROKEN. */
    int32_t (*probe)(const struct ag_host *host, void *state, const struct ag_item *item,
                     struct ag_result *result);
    /* Once, if open() gave AG_OK and the process still lives. */
    void (*close)(const struct ag_host *host, void *state);
};

#define AG_PLUGIN_HEADER                                                                           \
    .magic = AG_ABI_MAGIC, .abi = AG_ABI, .size = (uint32_t)sizeof(struct ag_plugin)

#define AG_EXPORT __attribute__((visibility("default")))

/* The only symbol a plugin exports. */
extern AG_EXPORT const struct ag_plugin automagi_plugin;

/*
 * AG_NOTE(json): what must be known before any code of the plugin runs, in an
 * ELF note (section .note.automagi, name "Automagi", type 1), read without
 * loading. A string literal of JSON, at most 16 KiB:
 *   "id"            [a-z][a-z0-9_]{1,62}, the same as the file's name without .so
 *   "version"       text
 *   "title"         one line
 *   "side_effects"  "idempotent": doing an item twice is as doing it once;
 *                   "probeable": probe() can say whether it was done;
 *                   "manual" (the default): after a crash a person decides
 *   "configuration" JSON Schema (subset: see plugins/README.md) of robot.json's
 *                   "configuration"
 *   "folders"       object: name of each folder the plugin asks for -> what for
 *   "warehouse"     what it reads the warehouse drop for; since 1.2. Left out: it does not
 */
struct ag_note_header {
    uint32_t name_size;
    uint32_t text_size;
    uint32_t type;
    char name[12]; /* "Automagi" and NULs, padded to 4 */
};

#define AG_NOTE_TYPE     1u
#define AG_NOTE_TEXT_MAX 16384

#define AG_NOTE(json)                                                                              \
    static const struct {                                                                          \
        struct ag_note_header header;                                                              \
        char text[sizeof(json)];                                                                   \
    } ag_note __attribute__((used, aligned(4), section(".note.automagi"))) = {                     \
        {9u, (uint32_t)sizeof(json), AG_NOTE_TYPE, "Automagi"}, json}

#ifdef __cplusplus
}
#endif

#endif
