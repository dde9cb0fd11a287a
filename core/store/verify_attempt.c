/* One scan of all attempts in order, beside the runs they belong to. */
#include "core/store/verify_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/reference_key.h"
#include "core/store/run_record.h"

enum { OUTCOMES = ATTEMPT_UNDONE, ZONE_MOVE_MAX_MS = 3 * 60 * 60 * 1000 };

struct scan {
    struct verify *verify;
    struct recount *days;
    struct tally *done;
    sqlite3_stmt *runs;
    bool has_run;
    int64_t run_id;
    int64_t robot_id;
    enum robot_window kind; /* of the robot */
    bool is_import;
    int64_t missing_run_id;   /* said already */
    int64_t counts[OUTCOMES]; /* of the run's attempts */
    int32_t first_day;        /* of them; INT32_MAX: there are none */
    int32_t last_day;
    int32_t day; /* of the attempt before, and its month */
    int32_t month;
};

static int next_run(struct scan *scan, struct fault *fault)
{
    int result = sql_step(scan->verify->store, scan->runs, fault);

    if (result < 0)
        return result;
    scan->has_run = result > 0;
    if (scan->has_run) {
        scan->run_id = sqlite3_column_int64(scan->runs, 0);
        scan->robot_id = sqlite3_column_int64(scan->runs, 1);
        scan->kind = verify_window_kind(scan->verify, scan->robot_id);
        scan->is_import = sqlite3_column_int(scan->runs, 9) == RUN_BY_IMPORT;
        memset(scan->counts, 0, sizeof scan->counts);
        scan->first_day = INT32_MAX;
        scan->last_day = INT32_MIN;
    }
    return 0;
}

static void check_count(struct scan *scan, const char *what, int column, int64_t counted)
{
    int64_t said = sqlite3_column_int64(scan->runs, column);
    char robot[64];

    if (said != counted)
        verify_say(scan->verify,
                   "run %" PRId64 " of robot %s: it says %" PRId64 " %s, its attempts are %" PRId64,
                   scan->run_id, verify_robot(scan->verify, scan->robot_id, robot), said, what,
                   counted);
}

static bool is_day(sqlite3_stmt *row, int column, int32_t day, bool is_known)
{
    if (!is_known)
        return sqlite3_column_type(row, column) == SQLITE_NULL;
    return sqlite3_column_type(row, column) != SQLITE_NULL &&
           sqlite3_column_int64(row, column) == day;
}

static bool is_null(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL;
}

const char *verify_run_wrong(sqlite3_stmt *row, int first_column, bool has_attempts)
{
    int state = sqlite3_column_int(row, first_column);
    int ending = sqlite3_column_int(row, first_column + 1);
    int cause = sqlite3_column_int(row, first_column + 2);
    bool has_fence = sqlite3_column_int64(row, first_column + 3) != 0;
    bool has_started = !is_null(row, first_column + 4);
    bool has_ended = !is_null(row, first_column + 5);

    switch (state) {
    case RUN_QUEUED:
        if (has_fence || has_started || has_attempts)
            return "it is queued, but it has begun";
        break;
    case RUN_RUNNING:
        if (!has_started || (!has_fence && cause != RUN_BY_IMPORT))
            return "it is running, but it has not begun";
        break;
    case RUN_ENDED:
        return ending >= RUN_DONE && ending <= RUN_CUT_SHORT && has_ended
                   ? NULL
                   : "it has ended, but not how or when";
    default:
        return "its state is none";
    }
    return ending != 0 || has_ended ? "it has not ended, but says how or when" : NULL;
}

/* Lists by date pass over runs by these days: a wrong one hides tasks. */
static void check_days(struct scan *scan)
{
    bool has_attempts = scan->first_day != INT32_MAX;
    char robot[64];

    if (!is_day(scan->runs, 5, scan->first_day, has_attempts) ||
        !is_day(scan->runs, 6, scan->last_day, has_attempts))
        verify_say(scan->verify,
                   "run %" PRId64 " of robot %s: its first and last day are not those of its "
                   "attempts",
                   scan->run_id, verify_robot(scan->verify, scan->robot_id, robot));
}

static void check_state(struct scan *scan)
{
    const char *wrong = verify_run_wrong(scan->runs, 7, scan->first_day != INT32_MAX);
    char robot[64];

    if (wrong != NULL)
        verify_say(scan->verify, "run %" PRId64 " of robot %s: %s", scan->run_id,
                   verify_robot(scan->verify, scan->robot_id, robot), wrong);
}

static void end_run(struct scan *scan)
{
    check_state(scan);
    check_days(scan);
    check_count(scan, "done", 2, scan->counts[ATTEMPT_DONE] + scan->counts[ATTEMPT_REPEATED]);
    check_count(scan, "business", 3, scan->counts[ATTEMPT_BUSINESS]);
    check_count(scan, "failed", 4,
                scan->counts[ATTEMPT_TRANSIENT] + scan->counts[ATTEMPT_FAILED] +
                    scan->counts[ATTEMPT_UNKNOWN]);
}

/* Makes the attempt's run the current one. */
static int find_run(struct scan *scan, int64_t run_id, bool *ret_found, struct fault *fault)
{
    int result = 0;

    while (result == 0 && scan->has_run && scan->run_id < run_id) {
        end_run(scan);
        result = next_run(scan, fault);
    }
    *ret_found = scan->has_run && scan->run_id == run_id;
    if (result == 0 && !*ret_found && scan->missing_run_id != run_id) {
        scan->missing_run_id = run_id;
        verify_say(scan->verify, "attempt: there are attempts of run %" PRId64 ", but no such run",
                   run_id);
    }
    return result;
}

static int32_t month_of(struct scan *scan, int32_t day)
{
    if (day != scan->day || scan->month == 0) {
        scan->day = day;
        scan->month = clock_month_of_day(day);
    }
    return scan->month;
}

static void count_attempt(struct scan *scan, const struct recount_key *key)
{
    scan->counts[key->outcome]++;
    if (key->period < scan->first_day)
        scan->first_day = key->period;
    if (key->period > scan->last_day)
        scan->last_day = key->period;
}

/* The stored day is the truth: it was found with the zone data of its time, and later data may move
 * the local clock of that instant, as when summer time ends for good: by an hour or two. So only
 * what was completed within three hours of the day's begin or end may have another day now. To
 * allow a whole day would pass over every move across a midnight, also that of a month. */
static bool is_completed_on(int64_t completed_ms, int32_t day)
{
    int32_t today = clock_local_day(completed_ms);
    int64_t moved_ms = today < day ? ZONE_MOVE_MAX_MS : -ZONE_MOVE_MAX_MS;

    return today == day || (!__builtin_add_overflow(completed_ms, moved_ms, &moved_ms) &&
                            clock_local_day(moved_ms) == day);
}

static void check_completion(struct verify *verify, const struct task_name *task,
                             int64_t completed_ms, int32_t day)
{
    char completed[CLOCK_INSTANT_TEXT];
    char stored[CLOCK_DAY_TEXT];

    if (is_completed_on(completed_ms, day))
        return;
    clock_format_instant(completed_ms, completed);
    clock_format_day(day, stored);
    verify_say(verify,
               "attempt: run %" PRId64 ", attempt %" PRId64 " was completed at %s (%" PRId64
               " ms), but is counted on %s",
               task->run_id, task->seq, completed, completed_ms, stored);
}

static void check_booking(struct verify *verify, const struct task_name *task,
                          const struct recount_key *key)
{
    const char *wrong = verify_booking_wrong(verify, key->period, key->booking);

    if (wrong != NULL)
        verify_say(verify, "attempt: run %" PRId64 ", attempt %" PRId64 ": %s", task->run_id,
                   task->seq, wrong);
}

/* A number of one of this store's own things. None is NULL: a 0 would be read as none by some and as
 * a number by others. */
static bool is_none_or_some(sqlite3_stmt *row, int column, int64_t most)
{
    int64_t value = sqlite3_column_int64(row, column);

    return is_null(row, column) || (value > 0 && value <= most);
}

static void check_numbers(struct verify *verify, const struct task_name *task, sqlite3_stmt *row)
{
    const char *wrong = NULL;

    if (!is_none_or_some(row, 5, INT64_MAX))
        wrong = "department";
    else if (!is_none_or_some(row, 6, INT32_MAX))
        wrong = "month of booking";
    else if (sqlite3_column_int64(row, 3) != sqlite3_column_int(row, 3))
        wrong = "day";
    if (wrong != NULL)
        verify_say(verify,
                   "attempt: run %" PRId64 ", attempt %" PRId64
                   " names a %s that cannot be, instead of one or none",
                   task->run_id, task->seq, wrong);
}

static int take_attempt(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct scan *scan = context;
    struct task_name task = {.run_id = sqlite3_column_int64(row, 0),
                             .seq = sqlite3_column_int64(row, 1)};
    struct recount_key key = {.outcome = sqlite3_column_int(row, 2),
                              .period = sqlite3_column_int(row, 3),
                              .department_id = sqlite3_column_int64(row, 5)};
    bool found = false;
    const char *masked;
    int result = find_run(scan, task.run_id, &found, fault);

    if (result < 0)
        return result;
    scan->verify->report.attempts++;
    if (key.outcome < 0 || key.outcome >= OUTCOMES) {
        verify_say(scan->verify,
                   "attempt: run %" PRId64 ", attempt %" PRId64 " has the outcome %" PRId32
                   ", which is none",
                   task.run_id, task.seq, key.outcome);
        return 0;
    }
    /* Blob functions: they neither copy nor convert the text. */
    masked = sql_blob(row, 7);
    if (!reference_is_masked(masked, masked != NULL ? (size_t)sqlite3_column_bytes(row, 7) : 0,
                             found ? scan->kind : (enum robot_window)0))
        verify_say(scan->verify,
                   "attempt: run %" PRId64 ", attempt %" PRId64
                   " has no mask, or shows more of its reference than a mask may",
                   task.run_id, task.seq);
    check_numbers(scan->verify, &task, row);
    check_completion(scan->verify, &task, sqlite3_column_int64(row, 8), key.period);
    task.robot_id = key.robot_id = found ? scan->robot_id : 0;
    if (found)
        count_attempt(scan, &key);
    if (found && scan->is_import && scan->kind != 0 && key.outcome == ATTEMPT_DONE)
        task.window = robot_window_of(scan->kind, key.period);
    if (key.outcome == ATTEMPT_DONE)
        tally_add(scan->done, &task);
    key.booking = sqlite3_column_int(row, 6); /* 0 is NULL: it is the year 0 */
    if (key.booking == 0)
        key.booking = month_of(scan, key.period);
    else
        check_booking(scan->verify, &task, &key);
    return recount_add(scan->days, &key, 1, sqlite3_column_int64(row, 4), fault);
}

int verify_attempts(struct verify *verify, struct recount *days, struct tally *done,
                    struct fault *fault)
{
    static const char RUNS[] =
        "SELECT id, robot_id, done, business, failed, first_day, last_day, " VERIFY_RUN_COLUMNS
        " FROM run ORDER BY id";
    static const char ATTEMPTS[] =
        "SELECT run_id, seq, outcome, day, duration_ms, department_id, booking, masked, "
        "completed_ms FROM attempt ORDER BY run_id, seq";
    struct scan scan = {.verify = verify, .days = days, .done = done, .missing_run_id = INT64_MIN};
    int result = sql_use(verify->store, RUNS, &scan.runs, fault);

    if (result == 0)
        result = next_run(&scan, fault);
    if (result == 0)
        result = sql_each(verify->store, ATTEMPTS, take_attempt, &scan, fault);
    while (result == 0 && scan.has_run) {
        end_run(&scan);
        result = next_run(&scan, fault);
    }
    sql_done(scan.runs);
    return result == 0 ? verify_dates(verify, done, fault) : result;
}
