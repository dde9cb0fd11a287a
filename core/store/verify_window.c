/* Robots' windows: of which kind, and whether each that is in use has its key. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/list.h"
#include "core/store/run_record.h"
#include "core/store/verify_inner.h"

/* Business dates that work can have: 1900 to 2199. A window of another kind is mostly outside. */
enum { FIRST_DAY = -25567, LAST_DAY = 84005 };

static int take_robot(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct verify *verify = context;
    int result = 0;
    struct verify_robot *grown =
        list_grow(verify->robots, verify->robot_count, sizeof *verify->robots, &result, fault);

    if (grown == NULL)
        return result;
    verify->robots = grown;
    verify->robots[verify->robot_count++] = (struct verify_robot){
        .id = sqlite3_column_int64(row, 0), .kind = (enum robot_window)sqlite3_column_int(row, 1)};
    return 0;
}

static int take_import_run(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct verify *verify = context;

    if (id_set_reserve(&verify->import_runs, 1) < 0)
        return fault_no_memory(fault);
    id_set_add(&verify->import_runs, sqlite3_column_int64(row, 0));
    return 0;
}

int verify_window_prepare(struct verify *verify, struct fault *fault)
{
    static const char ROBOTS[] = "SELECT id, window_kind FROM robot ORDER BY id";
    static const char RUNS[] = "SELECT id FROM run WHERE cause = 4 AND id > 0";
    int result = sql_each(verify->store, ROBOTS, take_robot, verify, fault);

    _Static_assert(RUN_BY_IMPORT == 4, "cause");
    if (result == 0)
        result = sql_each(verify->store, RUNS, take_import_run, verify, fault);
    return result;
}

enum robot_window verify_window_kind(const struct verify *verify, int64_t robot_id)
{
    size_t from = 0;
    size_t to = verify->robot_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (verify->robots[middle].id == robot_id)
            return verify->robots[middle].kind;
        if (verify->robots[middle].id < robot_id)
            from = middle + 1;
        else
            to = middle;
    }
    return (enum robot_window)0;
}

/* 1 when the store knows a key of the window. */
static int has_key(struct verify *verify, int64_t robot_id, int64_t window, struct fault *fault)
{
    static const char SQL[] = "SELECT 1 FROM reference_key WHERE robot_id = ?1 AND window = ?2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(verify->store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        sqlite3_bind_int64(statement, 2, window);
        result = sql_step(verify->store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int verify_window(struct verify *verify, const char *what, int64_t robot_id, int64_t window,
                  struct fault *fault)
{
    enum robot_window kind = verify_window_kind(verify, robot_id);
    int result = has_key(verify, robot_id, window, fault);
    char robot[64];

    if (result < 0)
        return result;
    (void)verify_robot(verify, robot_id, robot);
    if (result == 0)
        verify_say(verify,
                   "%s: robot %s has something in window number %" PRId64
                   ", of which the store knows no key",
                   what, robot, window);
    if (kind == 0)
        verify_say(verify, "%s: robot %s is not there", what, robot);
    else if (window < robot_window_of(kind, FIRST_DAY) || window > robot_window_of(kind, LAST_DAY))
        verify_say(verify,
                   "%s: robot %s has something in window number %" PRId64
                   ", which is none of its kind",
                   what, robot, window);
    return 0;
}
