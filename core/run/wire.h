/*
 * wire.h - the frames between the daemon, a host and a run.
 *
 * Both channels are AF_UNIX SOCK_SEQPACKET socket pairs: one frame is one
 * packet, so borders are the kernel's. A frame is a 4-byte type followed by its
 * fields in order: u32, i64 as little-endian bytes, text as u32 length and
 * bytes. Every reader checks every byte: a frame with an unknown type, a
 * length over its limit, bytes left over or missing, or text that is not
 * UTF-8 is a violation (-EPROTO), and whoever sent it is ended.
 *
 *   control channel, daemon <-> host
 *     SETUP   d>h  json                   what the host needs to know: see below
 *     HELLO   h>d  hash, note             the plugin file as read: BLAKE2b-256, note's JSON
 *     LOAD    d>h                         the daemon accepts it: drop rights, load
 *     READY   h>d                         loaded, may be sent runs
 *     REFUSED h>d  text                   cannot be used, and why; the host then ends
 *     RUN     d>h  run                    fork a child; carries the run's socket (SCM_RIGHTS)
 *     STOP    d>h  run                    SIGTERM to everything in the run
 *     KILL    d>h  run                    SIGKILL to everything in the run
 *     CHECK   d>h                         are the granted folders still those at their paths?
 *                                         answered by READY (yes), or CHECK (no, or it cannot tell)
 *     NAME    d>h  run, item              the child forked ahead as ticket `run` is run `item`
 *     ENDED   h>d  run, status, cpu, rss, log, step, count   the child is gone; nothing of it is left
 *                                         (status < 0: -errno, it could not be forked); step: where
 *                                         it was by its own account (enum wire_step); count: items that
 *                                         it has begun since START, by its own account
 *   (A host ends when the control channel is closed, and with it all its runs.)
 *
 *   A run can be forked ahead of a time that is known: RUN then carries a ticket, a number from
 *   WIRE_TICKET_FIRST on, and the child waits for START, which says what run it is. NAME is sent
 *   before START. An ENDED that crosses it still tells of the ticket.
 *
 *   run channel, daemon <-> child
 *     START   d>c  run, robot, lease, skip_collect, input, configuration; carries the warehouse drop
 *                  when the robot reads one (SCM_RIGHTS: sealed memory)
 *     ADD     c>d  count, items           items found; committed in the order sent, and before the
 *                                         RESULT of the item that brought them
 *     FLUSH   c>d                         answered by FLUSHED when all ADDs are durable
 *     FLUSHED d>c  added                  so many items were new so far
 *     LEASE   c>d  want                   answered by ITEMS when the lease is durable
 *     ITEMS   d>c  count, last, items     last = 0 (WIRE_MORE_FRAMES): another ITEMS frame
 *                                         follows; 1 (WIRE_MORE_ITEMS): ask again when these
 *                                         are done; 2 (WIRE_NO_MORE): nothing else is ready,
 *                                         but for what is added from now on
 *     RESULT  c>d  item, outcome, begun, duration, department, note
 *     END     c>d  outcome, collected, note
 *                                         the last frame of a child that ends in order; it exits.
 *                                         collected = 1: collect() was over when a stop was asked for
 *   (One request, FLUSH or LEASE, at a time: a child reads the whole answer before the next.)
 *   (The writer does the jobs of a run in order, so ITEMS acknowledges every RESULT sent before its LEASE:
 *   nothing is acknowledged before it is durable. When an ADD was refused nothing behind it is taken, or answered:
 *   the run is ended. Items are done in the order they came, and a
 *   RESULT is sent before anything of the plugin is called for the next: so of those without a
 *   RESULT only the first can have been begun, and after END none. What a plugin puts in the channel's place
 *   takes results that were sent all the same, so those that ENDED counts were begun as well. END needs no answer, for a child would do
 *   nothing with it: what was sent lies in the socket, where the sender's death does not touch
 *   it, and the daemon reads to its end before it closes the run. Should the daemon die before that
 *   is durable, the items are leased in the store and their outcome is uncertain, just as when
 *   it dies with the child waiting.)
 *
 * SETUP's json:
 *   {"robot": slug, "plugin": path of the .so, "outer_uid": n, "outer_gid": n (whom the
 *    runs are outside; when the daemon is root, ids of the robot's own, never 0),
 *    "as_root": bool (the host starts as uid 0 and must change to outer_uid; else it starts
 *    in a fresh user namespace that only needs its map), "log_folder": path,
 *    "work_folder": path (both there, the robot's own; the host covers the latter with one in
 *    memory where it can), "clear_work": bool (what is in it a killed host left: it goes first),
 *    "folders": {name: path},
 *    "limits": {"memory_mib", "cpu_s", "file_mib", "open_files", "processes", "log_kib"}}
 * A limit of 0, or left out, is no limit (log_kib: WIRE_LOG_KIB). "processes" counts the
 * processes of all the robot's runs together, as the kernel does.
 *
 * Threads: none of this is shared.
 */
#ifndef AUTOMAGI_RUN_WIRE_H
#define AUTOMAGI_RUN_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct text;

enum {
    WIRE_FRAME_MAX = 131072, /* bytes in one packet; a socket's default buffer takes it */
    WIRE_ITEMS_MAX = 256,    /* items in one ADD or ITEMS frame */
    WIRE_REFERENCE_MAX = 255,
    WIRE_PAYLOAD_MAX = 65535,
    WIRE_NOTE_MAX = 1023,
    WIRE_DEPARTMENT_MAX = 63,
    WIRE_ROBOT_MAX = 63,
    WIRE_CONFIGURATION_MAX = 65536,
    WIRE_INPUT_MAX = 32768,
    WIRE_SETUP_MAX = 65536,
    WIRE_PLUGIN_NOTE_MAX = 16384, /* HELLO: the note as in the file, without its NUL */
    WIRE_TEXT_MAX = 1023,         /* REFUSED */
    WIRE_HASH_SIZE = 32,
    WIRE_LOG_KIB = 1024
};

enum wire_type {
    WIRE_SETUP = 1,
    WIRE_HELLO,
    WIRE_LOAD,
    WIRE_READY,
    WIRE_REFUSED,
    WIRE_RUN,
    WIRE_STOP,
    WIRE_KILL,
    WIRE_ENDED,
    WIRE_CHECK,
    WIRE_NAME,
    WIRE_START = 32,
    WIRE_ADD,
    WIRE_FLUSH,
    WIRE_FLUSHED,
    WIRE_LEASE,
    WIRE_ITEMS,
    WIRE_RESULT,
    WIRE_END
};

/* No run's number is as large. */
#define WIRE_TICKET_FIRST (INT64_C(1) << 62)

/* How a result or a run ended; the same numbers as AG_OK ... AG_NOT_DONE. */
enum wire_outcome {
    WIRE_DONE = 0,
    WIRE_BUSINESS = 1,
    WIRE_TRANSIENT = 2,
    WIRE_BROKEN = 3,
    WIRE_UNKNOWN = 4,
    WIRE_NOT_DONE = 5, /* of probe(); never sent: the child then performs */
    WIRE_STOPPED = 8   /* END: the run was asked to stop and did */
};

/* What of the plugin a run was in. */
enum wire_step {
    WIRE_IN_NONE = 0, /* nothing of it */
    WIRE_IN_OPEN = 1,
    WIRE_IN_COLLECT = 2,
    WIRE_IN_PERFORM = 3,
    WIRE_IN_PROBE = 4,
    WIRE_IN_CLOSE = 5
};

/* How a run's process exits when it does not end in order: ENDED's status, as a plugin can say itself. */
enum {
    RUN_EXIT_CHANNEL = 70,  /* the channel to the daemon is closed */
    RUN_EXIT_MEMORY = 71,   /* no memory for what the daemon or the plugin handed over */
    RUN_EXIT_PROTOCOL = 76, /* what came over it may not come */
    RUN_EXIT_CONFINE = 77,  /* rights could not be dropped; nothing of the plugin ran */
    RUN_EXIT_ABORT = 134,   /* abort(): 128 + SIGABRT, as a shell shows it */
    RUN_EXIT_CPU = 152      /* the limit of CPU time: 128 + SIGXCPU */
};

enum wire_last { WIRE_MORE_FRAMES = 0, WIRE_MORE_ITEMS = 1, WIRE_NO_MORE = 2 };

/* A string inside a received frame; not NUL-terminated. */
struct wire_text {
    const char *bytes;
    uint32_t length;
};

/* One item as it travels. In ADD: id, attempt and probe are 0; in ITEMS: not_before and added. */
struct wire_item {
    int64_t id;
    uint32_t attempt;
    uint32_t probe; /* 1: a run ended while it was begun; ask the plugin first */
    int32_t priority;
    int32_t business_day;
    int64_t deadline_ms;   /* 0: none */
    int64_t not_before_ms; /* 0: at once */
    int64_t added_ms;      /* wall clock of the child; the daemon bounds it by its own */
    struct wire_text reference;
    struct wire_text payload;
};

struct wire_frame {
    enum wire_type type;
    int64_t run;
    int64_t item;
    uint32_t count; /* ADD, ITEMS, LEASE (want), FLUSHED (added), ENDED (begun) */
    uint32_t last;
    uint32_t outcome;
    int64_t begun_ms; /* wall clock of the child; the daemon bounds it by its own */
    uint32_t duration_ms;
    int32_t status; /* ENDED: as from wait4(); negative: -errno of the fork */
    int64_t cpu_ms;
    int64_t rss_kib;
    int64_t log_bytes;
    uint32_t step;         /* ENDED: enum wire_step */
    uint32_t lease;        /* START: most items to ask for at a time */
    uint32_t skip_collect; /* START: 1: the queue was full, so this run only works it off */
    uint32_t collected;    /* END: 1: collect() was through before any stop was asked for */
    struct wire_text hash, note, text, robot, configuration, input, department;
    struct wire_item items[WIRE_ITEMS_MAX]; /* the first `count`, in ADD and ITEMS */
};

/*
 * Decodes one packet. Texts in *ret_frame point into `bytes`. 0 or -EPROTO.
 * struct wire_frame is large (about 18 KiB): keep one per reader, not on a
 * deep stack. Only the fields of the type are written. Beside the above it holds
 * that enumerations have a value that may be sent, 64-bit fields are not negative, a
 * reference, robot, note or department is one line (text_is_line()), a reference is
 * not empty, a priority is within ±1000, a new item has no id, attempt or probe, and only a
 * new one waits for a time, or says when it was added.
 */
int wire_decode(const char *bytes, size_t length, struct wire_frame *ret_frame)
    __attribute__((warn_unused_result));

/* Encodes the frame's fields into `target` (cleared first; its limit at least
 * WIRE_FRAME_MAX). -EMSGSIZE when a text or the whole is over its limit, -EINVAL when
 * a number is, -ENOMEM. What texts hold is for the sender to have checked. */
int wire_encode(const struct wire_frame *frame, struct text *target)
    __attribute__((warn_unused_result));

/* Sends an encoded frame on a socket without waiting, with a descriptor (-1: none). Negative errno. */
int wire_pass(int socket_fd, const struct text *encoded, int passed_fd)
    __attribute__((warn_unused_result));

/*
 * Receives one packet and decodes it. `bytes` has WIRE_FRAME_MAX of room; texts in *ret_frame point there.
 * `flags`: 0 waits (through signals), MSG_DONTWAIT does not. ret_fd takes the descriptor that came along, or
 * -1; NULL: none may come. Its length, or:
 *   -EAGAIN      nothing lies there now
 *   -ECONNRESET  the end: the other end is closed, and all that it sent has been received
 *   -EPROTO      a violation: what came is no frame, has no byte or too many, or brought descriptors that
 *                may not come; more can follow
 *   -EIO         the socket cannot be read: what lies there is not known
 */
int wire_receive(int socket_fd, int flags, char *bytes, int *ret_fd, struct wire_frame *ret_frame)
    __attribute__((warn_unused_result));

/* Bytes one item takes in ADD or ITEMS, so that a sender knows when a frame is full. */
size_t wire_item_size(const struct wire_item *item);

/* A frame of this type with nothing else set, without touching items[]. */
void wire_frame_init(struct wire_frame *frame, enum wire_type type);

/* Points at a NUL-terminated string. */
struct wire_text wire_string(const char *string);

#endif
