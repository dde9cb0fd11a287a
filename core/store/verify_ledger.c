/*
 * Every task has one attempt that was done, and the reverse. The two sets are compared by
 * sums; only in buckets whose sums differ are the rows themselves looked at.
 */
#include "core/store/verify_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/date_note.h"

/* Rows held at once by the pass that names them (40 bytes each). */
enum { ROWS_MAX = 1 << 20 };

static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

uint64_t task_mix(const struct task_name *task)
{
    uint64_t robot = (uint64_t)task->robot_id;

    if (task->window != 0)
        robot ^= mix((uint64_t)task->window);
    return mix((uint64_t)task->run_id ^ mix((uint64_t)task->seq ^ mix(robot)));
}

static size_t bucket_of(uint64_t mixed)
{
    return (size_t)(mixed >> 52);
}
_Static_assert(VERIFY_BUCKETS == 1 << 12, "the upper 12 bits are the bucket");

void tally_add(struct tally *tally, const struct task_name *task)
{
    uint64_t mixed = task_mix(task);
    size_t bucket = bucket_of(mixed);

    tally->sums[bucket] += mixed;
    tally->counts[bucket]++;
}

static void tally_take_off(struct tally *tally, const struct task_name *task)
{
    uint64_t mixed = task_mix(task);
    size_t bucket = bucket_of(mixed);

    tally->sums[bucket] -= mixed;
    tally->counts[bucket]--;
}

struct dates {
    const struct verify *verify;
    struct tally *done;
};

static int take_date(sqlite3_stmt *row, void *context, struct fault *fault)
{
    const struct dates *dates = context;
    struct task_name task = {.robot_id = sqlite3_column_int64(row, 0),
                             .run_id = sqlite3_column_int64(row, 1),
                             .seq = sqlite3_column_int64(row, 2)};
    enum robot_window kind = verify_window_kind(dates->verify, task.robot_id);
    int32_t business_day = 0;

    (void)fault;
    if (kind == 0 || !date_note_read(sql_text(row, 4), &business_day))
        return 0;
    task.window = robot_window_of(kind, sqlite3_column_int(row, 3));
    tally_take_off(dates->done, &task);
    task.window = robot_window_of(kind, business_day);
    tally_add(dates->done, &task);
    return 0;
}

int verify_dates(struct verify *verify, struct tally *done, struct fault *fault)
{
    /* Imports are few, and their notes stand together. */
    static const char SQL[] =
        "SELECT r.robot_id, a.run_id, a.seq, a.day, n.note FROM run r "
        "CROSS JOIN attempt_note n ON n.run_id = r.id "
        "CROSS JOIN attempt a ON a.run_id = n.run_id AND a.seq = n.seq AND a.outcome = 0 "
        "WHERE r.cause = 4 AND r.id > 0";
    struct dates dates = {.verify = verify, .done = done};

    return sql_each(verify->store, SQL, take_date, &dates, fault);
}

struct precise_row {
    struct task_name task;
    bool is_ledger;
};

struct precise {
    struct verify *verify;
    bool chosen[VERIFY_BUCKETS];
    struct precise_row *rows;
    size_t count;
    size_t capacity;
    bool is_ledger; /* which side is being read */
};

/* As it is (ledger), or as the attempt's day decides it, the row's fourth column, or its note, the fifth. */
static int64_t window_of(const struct verify *verify, const struct task_name *task,
                         sqlite3_stmt *row, bool is_ledger)
{
    enum robot_window kind;
    int32_t day;

    if (!id_set_has(&verify->import_runs, task->run_id))
        return 0;
    if (is_ledger)
        return sqlite3_column_int64(row, 3);
    kind = verify_window_kind(verify, task->robot_id);
    if (!date_note_read(sql_text(row, 4), &day))
        day = sqlite3_column_int(row, 3);
    return kind != 0 ? robot_window_of(kind, day) : 0;
}

static int take_precise(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct precise *precise = context;
    struct task_name task = {.robot_id = sqlite3_column_int64(row, 0),
                             .run_id = sqlite3_column_int64(row, 1),
                             .seq = sqlite3_column_int64(row, 2)};

    task.window = window_of(precise->verify, &task, row, precise->is_ledger);
    if (!precise->chosen[bucket_of(task_mix(&task))])
        return 0;
    if (precise->count == precise->capacity)
        return fault_set(fault, -EBADMSG, "the store changed while it was looked at; verify again");
    precise->rows[precise->count++] =
        (struct precise_row){.task = task, .is_ledger = precise->is_ledger};
    return 0;
}

static int compare_names(const struct task_name *a, const struct task_name *b)
{
    if (a->robot_id != b->robot_id)
        return a->robot_id < b->robot_id ? -1 : 1;
    if (a->run_id != b->run_id)
        return a->run_id < b->run_id ? -1 : 1;
    if (a->seq != b->seq)
        return a->seq < b->seq ? -1 : 1;
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct precise_row *left = a;
    const struct precise_row *right = b;

    return compare_names(&left->task, &right->task);
}

static void say_task(struct verify *verify, const struct task_name *task, size_t tasks,
                     size_t attempts, bool is_one_window)
{
    char robot[64];

    if (tasks == attempts && is_one_window)
        return;
    (void)verify_robot(verify, task->robot_id, robot);
    if (tasks == attempts)
        verify_say(verify,
                   "ledger: run %" PRId64 ", attempt %" PRId64
                   " of robot %s is counted in another window than that of its day",
                   task->run_id, task->seq, robot);
    else if (attempts == 0)
        verify_say(verify,
                   "ledger: robot %s has a task of run %" PRId64 ", attempt %" PRId64
                   ", but that run has no such attempt that was done",
                   robot, task->run_id, task->seq);
    else if (tasks == 0)
        verify_say(verify,
                   "attempt: run %" PRId64 ", attempt %" PRId64
                   " of robot %s was done and counted, but the ledger has no task for it",
                   task->run_id, task->seq, robot);
    else
        verify_say(verify,
                   "ledger: run %" PRId64 ", attempt %" PRId64 " of robot %s is counted %zu times",
                   task->run_id, task->seq, robot, tasks);
}

static void say_rows(struct precise *precise)
{
    size_t from = 0;

    if (precise->count == 0)
        return;
    qsort(precise->rows, precise->count, sizeof *precise->rows, compare_rows);
    while (from < precise->count) {
        size_t sides[2] = {0, 0};
        bool is_one_window = true;
        size_t to = from;

        for (; to < precise->count &&
               compare_names(&precise->rows[from].task, &precise->rows[to].task) == 0;
             to++) {
            sides[precise->rows[to].is_ledger]++;
            is_one_window =
                is_one_window && precise->rows[to].task.window == precise->rows[from].task.window;
        }
        say_task(precise->verify, &precise->rows[from].task, sides[1], sides[0], is_one_window);
        from = to;
    }
}

/* Names the rows of the chosen buckets. */
static int look_closely(struct precise *precise, struct fault *fault)
{
    static const char LEDGER[] = "SELECT robot_id, run_id, seq, window FROM ledger";
    static const char ATTEMPTS[] =
        "SELECT r.robot_id, a.run_id, a.seq, a.day, n.note FROM attempt a "
        "LEFT JOIN run r ON r.id = a.run_id LEFT JOIN attempt_note n ON "
        "n.run_id = a.run_id AND n.seq = a.seq WHERE a.outcome = 0";
    int result = 0;

    precise->rows = calloc(precise->capacity, sizeof *precise->rows);
    if (precise->rows == NULL)
        return fault_no_memory(fault);
    precise->is_ledger = true;
    result = sql_each(precise->verify->store, LEDGER, take_precise, precise, fault);
    precise->is_ledger = false;
    if (result == 0)
        result = sql_each(precise->verify->store, ATTEMPTS, take_precise, precise, fault);
    if (result == 0)
        say_rows(precise);
    free(precise->rows);
    return result;
}

/* As many of the differing buckets as memory is granted for; the others are counted. */
static void choose(struct precise *precise, const struct tally *done, const struct tally *tasks)
{
    size_t left_out = 0;
    size_t i;

    for (i = 0; i < VERIFY_BUCKETS; i++) {
        size_t rows = (size_t)done->counts[i] + tasks->counts[i];

        if (done->sums[i] == tasks->sums[i] && done->counts[i] == tasks->counts[i])
            continue;
        precise->chosen[i] = rows <= ROWS_MAX - precise->capacity;
        if (precise->chosen[i])
            precise->capacity += rows;
        else
            left_out++;
    }
    for (i = 0; i < left_out; i++)
        verify_say(precise->verify, "ledger and attempts: they differ in so much that not all is "
                                    "named; mend what is, and verify again");
}

struct tallying {
    struct verify *verify;
    struct tally *tasks;
    int64_t robot_id, window; /* of the task before */
};

/* The ledger comes by robot and window: each window is looked at once. */
static int take_task(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct tallying *tallying = context;
    struct verify *verify = tallying->verify;
    struct task_name task = {.robot_id = sqlite3_column_int64(row, 0),
                             .run_id = sqlite3_column_int64(row, 1),
                             .seq = sqlite3_column_int64(row, 2)};
    int64_t window = sqlite3_column_int64(row, 3);
    bool is_next = verify->report.tasks++ == 0 || task.robot_id != tallying->robot_id ||
                   window != tallying->window;
    const void *hash = sql_blob(row, 4);
    char robot[64];

    if (!verify_is_hash(hash, (size_t)sqlite3_column_bytes(row, 4)))
        verify_say(verify,
                   "ledger: run %" PRId64 ", attempt %" PRId64
                   " of robot %s: its reference's hash is none",
                   task.run_id, task.seq, verify_robot(verify, task.robot_id, robot));
    task.window = window_of(verify, &task, row, true);
    tally_add(tallying->tasks, &task);
    tallying->robot_id = task.robot_id;
    tallying->window = window;
    return is_next ? verify_window(verify, "ledger", task.robot_id, window, fault) : 0;
}

int verify_ledger(struct verify *verify, const struct tally *done, struct fault *fault)
{
    static const char SQL[] =
        "SELECT robot_id, run_id, seq, window, ref_hash FROM ledger ORDER BY robot_id, window";
    struct tallying tallying = {.verify = verify};
    struct precise *precise = NULL;
    int result = 0;

    tallying.tasks = calloc(1, sizeof *tallying.tasks);
    precise = calloc(1, sizeof *precise);
    if (tallying.tasks == NULL || precise == NULL) {
        result = fault_no_memory(fault);
        goto out;
    }
    precise->verify = verify;
    result = sql_each(verify->store, SQL, take_task, &tallying, fault);
    if (result == 0)
        choose(precise, done, tallying.tasks);
    if (result == 0 && precise->capacity > 0)
        result = look_closely(precise, fault);
out:
    free(tallying.tasks);
    free(precise);
    return result;
}
