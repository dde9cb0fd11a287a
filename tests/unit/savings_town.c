#include "tests/unit/savings_town.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/budget.h"
#include "core/store/cost.h"
#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

static void need(int result, const struct fault *fault)
{
    if (result < 0)
        fail_msg("%s", fault->text);
}

static void begin(struct town *town)
{
    struct fault fault = {.text = ""};

    need(store_begin(town->store, &fault), &fault);
}

static void commit(struct town *town)
{
    struct fault fault = {.text = ""};

    need(store_commit(town->store, &fault), &fault);
}

void town_open(struct town *town)
{
    struct fault fault = {.text = ""};

    *town = (struct town){.robots = 0};
    temp_home_install(town->home);
    need(store_open(town->home, STORE_WRITE, &town->store, &fault), &fault);
    need(clock_set_zone("Europe/Copenhagen", &fault), &fault);
    begin(town);
    need(organisation_set(town->store, "Town", "Europe/Copenhagen", 1924, &fault), &fault);
    commit(town);
    need(store_open(town->home, STORE_READ, &town->reader, &fault), &fault);
}

void town_close(struct town *town)
{
    store_close(town->reader);
    store_close(town->store);
    assert_int_equal(temp_home_remove(town->home), 0);
}

int32_t town_day(const char *text)
{
    int32_t day = 0;

    assert_true(clock_parse_day(text, &day));
    return day;
}

void town_rate(struct town *town, int32_t from_day, int64_t ore)
{
    struct fault fault = {.text = ""};

    begin(town);
    need(rate_set(town->store, &(struct rate){.from_day = from_day, .ore_per_hour = ore}, &fault),
         &fault);
    commit(town);
}

int64_t town_department(struct town *town, const char *slug, const char *name)
{
    struct fault fault = {.text = ""};
    int64_t id = 0;

    begin(town);
    need(department_put(town->store, slug, ++town->departments, &id, &fault), &fault);
    need(department_name_set(town->store, id, town_day("2020-01-01"), name, &fault), &fault);
    commit(town);
    return id;
}

void town_department_name(struct town *town, int64_t department, int32_t from_day, const char *name)
{
    struct fault fault = {.text = ""};

    begin(town);
    need(department_name_set(town->store, department, from_day, name, &fault), &fault);
    commit(town);
}

int64_t town_robot(struct town *town, const char *slug)
{
    struct fault fault = {.text = ""};
    int64_t id = 0;

    begin(town);
    need(robot_put(town->store, slug, slug, true, false, &id, &fault), &fault);
    assert_in_range(id, 1, TOWN_ROBOTS - 1);
    need(
        run_create(town->store, id, RUN_BY_IMPORT, "test", clock_now_ms(), &town->runs[id], &fault),
        &fault);
    town->robots++;
    commit(town);
    return id;
}

void town_shares(struct town *town, int64_t robot, const struct robot_share *shares, size_t count)
{
    struct fault fault = {.text = ""};

    begin(town);
    need(robot_shares_set(town->store, robot, shares, count, &fault), &fault);
    commit(town);
}

void town_operations(struct town *town, int64_t robot, const struct robot_operation *operations,
                     size_t count)
{
    struct fault fault = {.text = ""};

    begin(town);
    need(robot_operations_set(town->store, robot, operations, count, &fault), &fault);
    commit(town);
}

void town_operate(struct town *town, int64_t robot, int32_t from_day)
{
    town_operations(town, robot, &(struct robot_operation){from_day, ROBOT_NO_END}, 1);
}

int64_t town_estimate(struct town *town, int64_t robot, int32_t from_day, int64_t hundredths,
                      int is_signed)
{
    struct fault fault = {.text = ""};
    int64_t id = 0;
    int result;

    begin(town);
    result = estimate_set(
        town->store, robot,
        &(struct estimate_new){
            .from_day = from_day, .hundredths = hundredths, .set_by = "owner", .reason = "test"},
        &id, &fault);
    need(result, &fault);
    if (is_signed)
        result = estimate_sign(town->store, id, "head", from_day, &fault);
    if (result == -EEXIST) {
        store_rollback(town->store);
        return 0;
    }
    need(result, &fault);
    commit(town);
    return id;
}

int64_t town_plain_robot(struct town *town, const char *slug, int64_t department,
                         int64_t hundredths)
{
    struct robot_share share = {town_day("2025-01-01"), department, SHARE_WHOLE, 0};
    int64_t robot = town_robot(town, slug);

    if (department != 0)
        town_shares(town, robot, &share, 1);
    if (hundredths >= 0)
        town_estimate(town, robot, town_day("2025-01-01"), hundredths, 1);
    return robot;
}

/* Of a task's number: any 16 bytes do for the ledger. */
static void hash_of(int64_t task, unsigned char hash[static 16])
{
    memset(hash, 0, 16);
    memcpy(hash, &task, sizeof task);
}

int64_t town_tasks(struct town *town, int64_t robot, int32_t day, int64_t department, int64_t count)
{
    struct fault fault = {.text = ""};
    struct attempt attempt = {
        .robot_id = robot,
        .run_id = town->runs[robot],
        .outcome = ATTEMPT_DONE,
        .completed_ms = (int64_t)day * 86400000 + 43200000,
        .duration_ms = 1000,
        .department_id = department,
        .masked = "*",
    };
    int64_t first = town->tasks + 1;
    int64_t i;

    begin(town);
    for (i = 0; i < count; i++) {
        unsigned char hash[16];
        bool counted = false;

        attempt.seq = ++town->tasks;
        hash_of(attempt.seq, hash);
        need(ledger_record(town->store, &attempt, 0, hash, &counted, &fault), &fault);
        assert_true(counted);
    }
    commit(town);
    return first;
}

void town_undo(struct town *town, int64_t robot, int64_t task)
{
    struct fault fault = {.text = ""};
    unsigned char hash[16];

    hash_of(task, hash);
    begin(town);
    need(ledger_undo(town->store,
                     &(struct ledger_reversal){robot, 0, hash, "test", town->runs[robot], "test",
                                               clock_now_ms()},
                     &fault),
         &fault);
    commit(town);
}

void town_target(struct town *town, int64_t department, int32_t year, int32_t from_day,
                 int64_t kroner)
{
    struct budget_new target = {.department_id = department,
                                .year = year,
                                .from_day = from_day,
                                .kroner = kroner,
                                .set_by = "Invented Person",
                                .reason = ""};
    struct fault fault = {.text = ""};

    begin(town);
    need(budget_set(town->store, &target, &fault), &fault);
    commit(town);
}

void town_reduction(struct town *town, int64_t department, int64_t robot, int32_t year,
                    int64_t kroner)
{
    struct budget_reduction reduction = {
        .department_id = department,
        .robot_id = robot,
        .year = year,
        .kroner = kroner,
        .decided_day = town_day("2025-01-01"),
        .document = "DEMO decision",
        .by_whom = "DEMO council",
    };
    struct fault fault = {.text = ""};
    int64_t id = 0;

    begin(town);
    need(budget_reduction_add(town->store, &reduction, &id, &fault), &fault);
    commit(town);
}

void town_gain(struct town *town, int64_t robot, int32_t day, int64_t department, int64_t ore)
{
    struct gain gain = {
        .robot_id = robot,
        .day = day,
        .department_id = department,
        .ore = ore,
        .what = "DEMO wrong payments",
        .document = "DEMO note",
        .by_whom = "DEMO owner",
    };
    struct fault fault = {.text = ""};
    int64_t id = 0;

    begin(town);
    need(gain_add(town->store, &gain, &id, &fault), &fault);
    commit(town);
}

void town_plant(struct town *town, const char *format, ...)
{
    char path[TEMP_HOME_PATH + 16];
    char statements[1024];
    sqlite3 *db = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(statements, sizeof statements, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof statements - 1);
    (void)snprintf(path, sizeof path, "%s/automagi.db", town->home);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, statements, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

void town_book(struct town *town, int64_t robot, int32_t day, int32_t booking,
               enum attempt_outcome outcome, int count)
{
    static const char ROW[] = "VALUES(%d,%d,%d,0,%d,%d,0) ON CONFLICT DO UPDATE SET count = count "
                              "+ excluded.count;";
    char rows[512];
    int length = snprintf(rows, sizeof rows, "INSERT INTO rollup_day ");

    length += snprintf(rows + length, sizeof rows - (size_t)length, ROW, day, (int)robot, booking,
                       (int)outcome, count);
    length += snprintf(rows + length, sizeof rows - (size_t)length, "INSERT INTO rollup_month ");
    (void)snprintf(rows + length, sizeof rows - (size_t)length, ROW, clock_month_of_day(day),
                   (int)robot, booking, (int)outcome, count);
    town_plant(town, "%s", rows);
}

void town_savings(struct town *town, int32_t from_day, int32_t to_day, enum savings_by by,
                  struct savings *ret_savings)
{
    town_ask(town, &(struct savings_query){.from_day = from_day, .to_day = to_day, .by = by},
             ret_savings);
}

void town_ask(struct town *town, const struct savings_query *query, struct savings *ret_savings)
{
    struct fault fault = {.text = ""};

    need(savings_read(town->reader, query, ret_savings, &fault), &fault);
}

const struct savings_row *town_row(const struct savings *savings, const char *id)
{
    size_t i;

    for (i = 0; i < savings->row_count; i++)
        if (strcmp(savings->rows[i].id, id) == 0)
            return &savings->rows[i];
    return NULL;
}

static void check_row(const struct savings_row *row, const struct town_expected *expected)
{
    if (row->tasks != expected->tasks || row->uncounted_tasks != expected->uncounted ||
        row->minutes != expected->hundredths * (int128)(TASK_MINUTE_SCALE / 100) ||
        row->kroner != expected->kroner)
        fail_msg("%s: %lld tasks, %lld uncounted, %lld hundredths of minutes, %lld kroner",
                 expected->id, (long long)row->tasks, (long long)row->uncounted_tasks,
                 (long long)(row->minutes / (TASK_MINUTE_SCALE / 100)), (long long)row->kroner);
}

void town_check(struct town *town, const char *from, const char *to, enum savings_by by,
                const struct town_expected *expected, size_t count)
{
    struct savings savings = {0};
    size_t i;

    town_savings(town, from == NULL ? INT32_MIN : town_day(from),
                 to == NULL ? INT32_MAX : town_day(to), by, &savings);
    assert_int_equal(savings.row_count + 1, count);
    for (i = 0; i + 1 < count; i++) {
        assert_string_equal(savings.rows[i].id, expected[i].id);
        check_row(&savings.rows[i], &expected[i]);
    }
    check_row(&savings.total, &expected[count - 1]);
    assert_string_equal(savings.total.id, "");
    savings_release(&savings);
}

void town_check_ids(const struct savings *savings, const char *const *ids, size_t count)
{
    size_t i;

    assert_int_equal(savings->row_count, count);
    for (i = 0; i < count; i++)
        assert_string_equal(savings->rows[i].id, ids[i]);
}
