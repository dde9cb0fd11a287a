/* Handovers against the attempts they were made of, the ledger, and the notes of imports that took them back; and in
 * which month things are booked. */
#include "core/store/verify_inner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/date_note.h"
#include "core/store/list.h"

const char *verify_booking_wrong(const struct verify *verify, int32_t day, int32_t booking)
{
    int32_t month = clock_month_of_day(day);

    if (booking < month)
        return "it is booked before its own month";
    if (booking > month && booking > verify->open_from)
        return "it is booked in a later month than its own and the oldest open one";
    return NULL;
}

/* A task of an import, by whose note a handover in another window was taken back. */
struct done_elsewhere {
    int64_t handed_run_id, handed_seq;
    int64_t robot_id, window;
    int64_t run_id, seq;
    bool is_met;
};

struct handovers {
    struct verify *verify;
    struct done_elsewhere *elsewhere; /* by handed_run_id and handed_seq */
    size_t elsewhere_count;
    struct recount *days;
    int64_t robot_id, window; /* of the one before */
    bool has_window;
};

/* Both NULL, or the same number. */
static bool is_same(sqlite3_stmt *row, int left, int right)
{
    return sqlite3_column_type(row, left) == sqlite3_column_type(row, right) &&
           sqlite3_column_int64(row, left) == sqlite3_column_int64(row, right);
}

static bool is_null(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL;
}

static int keep_elsewhere(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct handovers *handovers = context;
    struct done_elsewhere done = {.robot_id = sqlite3_column_int64(row, 0),
                                  .run_id = sqlite3_column_int64(row, 1),
                                  .seq = sqlite3_column_int64(row, 2)};
    enum robot_window kind = verify_window_kind(handovers->verify, done.robot_id);
    struct done_elsewhere *grown;
    int result = 0;

    if (!handover_note_read(sql_text(row, 4), &done.handed_run_id, &done.handed_seq))
        return 0;
    if (kind != 0)
        done.window = robot_window_of(kind, sqlite3_column_int(row, 3));
    grown =
        list_grow(handovers->elsewhere, handovers->elsewhere_count, sizeof *grown, &result, fault);
    if (grown == NULL)
        return result;
    handovers->elsewhere = grown;
    handovers->elsewhere[handovers->elsewhere_count++] = done;
    return 0;
}

static int compare_elsewhere(const void *left, const void *right)
{
    const struct done_elsewhere *a = left;
    const struct done_elsewhere *b = right;

    if (a->handed_run_id != b->handed_run_id)
        return a->handed_run_id < b->handed_run_id ? -1 : 1;
    return (a->handed_seq > b->handed_seq) - (a->handed_seq < b->handed_seq);
}

static int read_elsewhere(struct handovers *handovers, struct fault *fault)
{
    /* As in verify_dates(). */
    static const char SQL[] = "SELECT r.robot_id, a.run_id, a.seq, a.day, n.note FROM run r "
                              "CROSS JOIN attempt_note n ON n.run_id = r.id "
                              "CROSS JOIN attempt a ON a.run_id = n.run_id AND a.seq = n.seq "
                              "AND a.outcome = 0 WHERE r.cause = 4 AND r.id > 0";
    int result = sql_each(handovers->verify->store, SQL, keep_elsewhere, handovers, fault);

    if (result == 0 && handovers->elsewhere_count > 0)
        qsort(handovers->elsewhere, handovers->elsewhere_count, sizeof *handovers->elsewhere,
              compare_elsewhere);
    return result;
}

/* NULL: no import says that it took the handover back. */
static struct done_elsewhere *find_elsewhere(const struct handovers *handovers, sqlite3_stmt *row)
{
    struct done_elsewhere sought = {.handed_run_id = sqlite3_column_int64(row, 3),
                                    .handed_seq = sqlite3_column_int64(row, 4)};

    if (handovers->elsewhere_count == 0)
        return NULL;
    return bsearch(&sought, handovers->elsewhere, handovers->elsewhere_count,
                   sizeof *handovers->elsewhere, compare_elsewhere);
}

/* Does it stand as it should, by the ledger and by what imports say? Why not, or NULL. */
static const char *wrong_standing(sqlite3_stmt *row, struct done_elsewhere *elsewhere)
{
    bool stands = is_null(row, 8);

    if (elsewhere != NULL && !elsewhere->is_met &&
        elsewhere->robot_id == sqlite3_column_int64(row, 0) &&
        elsewhere->window != sqlite3_column_int64(row, 1))
        elsewhere->is_met = !stands;
    if (stands && elsewhere != NULL)
        return "it stands, though an import took it back";
    if (stands && !is_null(row, 14))
        return "it stands, though its reference was done";
    if (!stands && is_null(row, 14) && (elsewhere == NULL || !elsewhere->is_met))
        return "it is taken back, though its reference was never done";
    return NULL;
}

/* Why the handover is wrong, or NULL. */
static const char *wrong_handover(const struct handovers *handovers, sqlite3_stmt *row)
{
    const struct verify *verify = handovers->verify;
    int32_t day = sqlite3_column_int(row, 5);
    int32_t booking = sqlite3_column_int(row, 7);
    int32_t booked = sqlite3_column_int(row, 12);
    const char *wrong = verify_booking_wrong(verify, day, booking);

    if (is_null(row, 9))
        return "there is no such attempt";
    if (sqlite3_column_int(row, 9) != ATTEMPT_BUSINESS)
        return "that attempt did not end with a person";
    if (!is_same(row, 0, 13))
        return "that attempt is another robot's";
    if (!is_same(row, 5, 10) || !is_same(row, 6, 11))
        return "it has another day or department than the attempt";
    if (booking != (is_null(row, 12) ? clock_month_of_day(day) : booked))
        return "it is booked in another month than the attempt";
    if (wrong == NULL && !is_null(row, 8))
        wrong = verify_booking_wrong(verify, day, sqlite3_column_int(row, 8));
    return wrong != NULL ? wrong : wrong_standing(row, find_elsewhere(handovers, row));
}

static int count_handover(struct recount *days, sqlite3_stmt *row, struct fault *fault)
{
    struct recount_key key = {
        .robot_id = sqlite3_column_int64(row, 0),
        .period = sqlite3_column_int(row, 5),
        .department_id = sqlite3_column_int64(row, 6),
        .booking = sqlite3_column_int(row, 7),
        .outcome = ATTEMPT_HELPED,
    };
    int result = recount_add(days, &key, 1, 0, fault);

    if (result < 0 || is_null(row, 8))
        return result;
    key.booking = sqlite3_column_int(row, 8);
    key.outcome = ATTEMPT_UNHELPED;
    return recount_add(days, &key, 1, 0, fault);
}

static int take_handover(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct handovers *handovers = context;
    struct verify *verify = handovers->verify;
    int64_t robot_id = sqlite3_column_int64(row, 0);
    int64_t window = sqlite3_column_int64(row, 1);
    const char *wrong = wrong_handover(handovers, row);
    bool is_next =
        !handovers->has_window || handovers->robot_id != robot_id || handovers->window != window;
    const void *hash = sql_blob(row, 2);
    char robot[64];
    int result;

    verify->report.handovers++;
    if (wrong == NULL && !verify_is_hash(hash, (size_t)sqlite3_column_bytes(row, 2)))
        wrong = "its reference's hash is none";
    if (wrong != NULL)
        verify_say(verify, "handover of run %" PRId64 ", attempt %" PRId64 " of robot %s: %s",
                   (int64_t)sqlite3_column_int64(row, 3), (int64_t)sqlite3_column_int64(row, 4),
                   verify_robot(verify, robot_id, robot), wrong);
    result = count_handover(handovers->days, row, fault);
    handovers->robot_id = robot_id;
    handovers->window = window;
    handovers->has_window = true;
    if (result == 0 && is_next)
        result = verify_window(verify, "handover", robot_id, window, fault);
    return result;
}

/* The note of an import names one that is of another robot or of that very window, is not there, or was taken back by
 * another import. */
static void say_unmet(struct verify *verify, const struct done_elsewhere *done)
{
    char robot[64];

    verify_say(verify,
               "attempt %" PRId64 " of run %" PRId64 " of robot %s: by its note it took back the "
               "handover of run %" PRId64 ", attempt %" PRId64 ", which it did not",
               done->seq, done->run_id, verify_robot(verify, done->robot_id, robot),
               done->handed_run_id, done->handed_seq);
}

static int take_twice(sqlite3_stmt *row, void *context, struct fault *fault)
{
    (void)fault;
    verify_say(context,
               "handover: run %" PRId64 ", attempt %" PRId64 " is handed over %" PRId64 " times",
               (int64_t)sqlite3_column_int64(row, 0), (int64_t)sqlite3_column_int64(row, 1),
               (int64_t)sqlite3_column_int64(row, 2));
    return 0;
}

int verify_handovers(struct verify *verify, struct recount *days, struct fault *fault)
{
    static const char SQL[] =
        "SELECT h.robot_id, h.window, h.ref_hash, h.run_id, h.seq, h.day, h.department_id, "
        "h.booking, h.back_booking, a.outcome, a.day, a.department_id, a.booking, r.robot_id, "
        "l.run_id FROM handover h "
        "LEFT JOIN attempt a ON a.run_id = h.run_id AND a.seq = h.seq "
        "LEFT JOIN run r ON r.id = h.run_id "
        "LEFT JOIN ledger l ON l.robot_id = h.robot_id AND l.window = h.window AND "
        "l.ref_hash = h.ref_hash ORDER BY h.robot_id, h.window";
    static const char TWICE[] = "SELECT run_id, seq, count(*) FROM handover GROUP BY run_id, seq "
                                "HAVING count(*) > 1";
    struct handovers handovers = {.verify = verify, .days = days};
    int result = read_elsewhere(&handovers, fault);
    size_t i;

    if (result == 0)
        result = sql_each(verify->store, SQL, take_handover, &handovers, fault);
    if (result == 0)
        result = sql_each(verify->store, TWICE, take_twice, verify, fault);
    for (i = 0; i < handovers.elsewhere_count && result == 0; i++)
        if (!handovers.elsewhere[i].is_met)
            say_unmet(verify, &handovers.elsewhere[i]);
    free(handovers.elsewhere);
    return result;
}
