#include "tests/unit/random_organisation.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/store/ledger.h"
#include "core/store/run_record.h"
#include "tests/unit/random_inner.h"

/* MONEY_ONE_OF: looking is what takes time. */
enum { DAY_MS = 86400000, STEPS = 26, TEXT_MOST = 1 << 20, MONEY_ONE_OF = 4 };

int64_t chance(struct random_organisation *town, int64_t below)
{
    town->seed ^= town->seed << 13;
    town->seed ^= town->seed >> 7;
    town->seed ^= town->seed << 17;
    return (int64_t)(town->seed % (uint64_t)below);
}

int32_t today(const struct random_organisation *town)
{
    return clock_local_day(town->now_ms);
}

bool decide(struct random_organisation *town, const char *command, const char *by,
            const char *arguments)
{
    struct json *reply = caller_ask(&town->caller, command, by, arguments);
    bool is_taken = json_bool(json_member(reply, "ok"));

    if (is_taken)
        town->accepted++;
    else
        town->refused++;
    if (!is_taken && getenv("RANDOM_SHOW") != NULL)
        print_message("%s %s: %s\n", command, arguments, json_string(json_member(reply, "error")));
    json_free(reply);
    return is_taken;
}

static void read_into(struct random_organisation *town, const char *command, const char *arguments,
                      struct text *target)
{
    struct fault fault = {.text = ""};
    struct json *given = NULL;

    if (json_parse(arguments, strlen(arguments), TEXT_MOST, &given, &fault) < 0 ||
        command_read(town->caller.store, command_find(command), given, target, &fault) < 0)
        fail_msg("%s %s: %s", command, arguments, fault.text);
    json_free(given);
}

static void format_range(int32_t from_day, int32_t to_day, const char *by, char *target,
                         size_t size)
{
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];

    clock_format_day(from_day, from);
    clock_format_day(to_day, to);
    (void)snprintf(target, size, "{\"by\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", by, from, to);
}

/* What a later decision must leave alone; what is contested or realised is said beside it. */
static void put_row(struct text *target, const struct json *row)
{
    static const char *const members[] = {"id",           "tasks",   "uncounted_tasks",
                                          "helped_tasks", "minutes", "kroner"};
    size_t i;

    for (i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *member = json_member(row, members[i]);

        text_append_char(target, ' ');
        if (member != NULL)
            assert_int_equal(json_print(member, target), 0);
    }
    text_append_char(target, '\n');
}

char *savings_text(struct random_organisation *town, int32_t from_day, int32_t to_day)
{
    struct fault fault = {.text = ""};
    struct json *answer = NULL;
    const struct json *row;
    char arguments[128];
    struct text answered;
    struct text text;

    if (from_day == INT32_MIN)
        from_day = clock_day(2023, 1, 1);
    format_range(from_day, to_day, "department", arguments, sizeof arguments);
    text_init(&answered, TEXT_MOST);
    text_init(&text, TEXT_MOST);
    read_into(town, "savings", arguments, &answered);
    assert_int_equal(json_parse(answered.bytes, answered.length, TEXT_MOST, &answer, &fault), 0);
    for (row = json_first(json_member(answer, "rows")); row != NULL; row = json_next(row))
        put_row(&text, row);
    put_row(&text, json_member(answer, "total"));
    json_free(answer);
    text_release(&answered);
    return text_take(&text);
}

/* ---- how it begins */

static void put_robot(struct random_organisation *town, struct text *file, int64_t robot)
{
    int64_t shares = chance(town, 4);
    int64_t minutes = chance(town, 3500);
    int64_t i;

    text_printf(file,
                "%s{\"id\":\"r%" PRId64 "\",\"name\":\"R\",\"runs\":\"external\",\"one_off\":%s,"
                "\"operation\":[{\"from\":\"2024-%02d-%02d\",\"to\":null}],\"departments\":[",
                robot > 1 ? "," : "", robot, chance(town, 8) == 0 ? "true" : "false",
                (int)chance(town, 12) + 1, (int)chance(town, 28) + 1);
    for (i = 0; i < shares && i < town->departments; i++)
        text_printf(file,
                    "%s{\"id\":\"d%" PRId64 "\",\"share\":\"0.%03d\",\"from\":\"2024-01-01\"}",
                    i > 0 ? "," : "", i + 1, (int)chance(town, 1000 / shares));
    text_append_string(file, "],\"estimates\":[");
    if (chance(town, 5) > 0)
        text_printf(file,
                    "{\"minutes\":%d.%02d,\"from\":\"2024-%02d-01\",\"set_by\":\"DEMO owner\","
                    "\"signed_by\":\"DEMO head\",\"signed_on\":\"2024-12-01\",\"reason\":\"DEMO\"}",
                    (int)minutes / 100, (int)minutes % 100, (int)chance(town, 12) + 1);
    text_append_string(file, "]}");
}

static void put_organisation(struct random_organisation *town, struct text *file)
{
    int64_t i;

    text_append_string(file, "{\"organisation\":\"Town\",\"rates\":[{\"from\":\"2024-01-01\","
                             "\"kroner_per_hour\":\"342.07\"}],\"departments\":[");
    for (i = 1; i <= town->departments; i++)
        text_printf(file,
                    "%s{\"id\":\"d%" PRId64
                    "\",\"names\":[{\"name\":\"D\",\"from\":\"2024-01-01\"}]}",
                    i > 1 ? "," : "", i);
    text_append_string(file, "],\"budgets\":[");
    for (i = 1; i <= town->departments; i++)
        text_printf(
            file, "%s{\"department\":\"d%" PRId64 "\",\"year\":2025,\"kroner\":%" PRId64 "}",
            i > 1 ? "," : "", i, chance(town, 4) == 0 ? -chance(town, 3) : chance(town, 3000));
    text_append_string(file, "],\"robots\":[");
    for (i = 1; i <= town->robots; i++)
        put_robot(town, file, i);
    text_append_string(file, "]}");
}

static void begin(struct random_organisation *town)
{
    struct fault fault = {.text = ""};
    struct text file;
    int64_t i;

    town->departments = 2 + chance(town, 4);
    town->robots = 1 + chance(town, 4);
    town->now_ms = (int64_t)clock_day(2025, 1, 2) * DAY_MS + DAY_MS / 2;
    text_init(&file, TEXT_MOST);
    put_organisation(town, &file);
    caller_open_loaded(&town->caller, town->now_ms, text_string(&file));
    text_release(&file);
    assert_int_equal(store_begin(town->caller.store, &fault), 0);
    for (i = 1; i <= town->robots; i++)
        assert_int_equal(run_create(town->caller.store, i, RUN_BY_IMPORT, "test", town->now_ms,
                                    &town->runs[i], &fault),
                         0);
    assert_int_equal(store_commit(town->caller.store, &fault), 0);
}

/* ---- what robots do */

static void hash_of(int64_t number, unsigned char hash[static 16])
{
    memset(hash, 0, 16);
    memcpy(hash, &number, sizeof number);
}

static void record(struct random_organisation *town, const struct random_task *task, int32_t day,
                   enum attempt_outcome outcome)
{
    struct fault fault = {.text = ""};
    unsigned char hash[16];
    bool is_counted = false;
    struct attempt attempt = {
        .robot_id = task->robot,
        .run_id = task->run,
        .seq = ++town->sequences[task->robot],
        .outcome = outcome,
        .completed_ms = (int64_t)day * DAY_MS + chance(town, DAY_MS),
        .duration_ms = 1000,
        .department_id = chance(town, 4) == 0 ? 1 + chance(town, town->departments) : 0,
        .masked = "*",
    };

    hash_of(task->number, hash);
    if (attempt.completed_ms > town->now_ms)
        attempt.completed_ms = town->now_ms;
    if (ledger_record(town->caller.store, &attempt, 0, hash, &is_counted, &fault) < 0)
        fail_msg("%s", fault.text);
}

/* New work, some of it late, some of it a person's; and what was a person's is done after all. */
static void work(struct random_organisation *town)
{
    struct fault fault = {.text = ""};
    int64_t count = 1 + chance(town, 6);

    assert_int_equal(store_begin(town->caller.store, &fault), 0);
    for (; count > 0 && town->task_count < RANDOM_TASKS_MAX; count--) {
        struct random_task *task = &town->tasks[town->task_count];
        size_t again = town->task_count > 0 ? (size_t)chance(town, (int64_t)town->task_count) : 0;
        int32_t day = today(town) - (int32_t)chance(town, chance(town, 4) == 0 ? 120 : 10);

        if (town->task_count > 0 && chance(town, 4) == 0) {
            record(town, &town->tasks[again], day,
                   chance(town, 3) == 0 ? ATTEMPT_BUSINESS : ATTEMPT_DONE);
            town->tasks[again].is_done = 1;
            continue;
        }
        task->robot = 1 + chance(town, town->robots);
        task->run = town->runs[task->robot];
        task->number = (int64_t)++town->task_count;
        task->is_done = chance(town, 5) > 0;
        record(town, task, day, task->is_done ? ATTEMPT_DONE : ATTEMPT_BUSINESS);
    }
    assert_int_equal(store_commit(town->caller.store, &fault), 0);
}

static void take_back(struct random_organisation *town)
{
    struct fault fault = {.text = ""};
    struct random_task *task;
    unsigned char hash[16];
    int result;

    if (town->task_count == 0)
        return;
    task = &town->tasks[chance(town, (int64_t)town->task_count)];
    hash_of(task->number, hash);
    assert_int_equal(store_begin(town->caller.store, &fault), 0);
    result = ledger_undo(
        town->caller.store,
        &(struct ledger_reversal){task->robot, 0, hash, "test", task->run, "test", town->now_ms},
        &fault);
    if (result == 0)
        assert_int_equal(store_commit(town->caller.store, &fault), 0);
    else
        store_rollback(town->caller.store);
    assert_true(result == 0 || result == -ENOENT || result == -EALREADY);
}

/* ---- months */

static void close_month(struct random_organisation *town)
{
    int32_t month = clock_month_of_day(clock_day(2024, 9, 1)) + (int32_t)town->closed_count;
    char arguments[64];
    char text[CLOCK_MONTH_TEXT];

    if (town->closed_count > 0)
        month = town->closed_months[town->closed_count - 1] + 1;
    for (; town->closed_count < RANDOM_MONTHS_MAX; month++) {
        clock_format_month(month, text);
        (void)snprintf(arguments, sizeof arguments, "{\"month\":\"%s\",\"by\":\"Invented Person\"}",
                       text);
        if (decide(town, "period close", NULL, arguments)) {
            town->closed[town->closed_count] =
                savings_text(town, clock_first_day_of_month(month), clock_last_day_of_month(month));
            if (chance(town, MONEY_ONE_OF) == 0)
                town->closed_money[town->closed_count] = random_money_text(town, month);
            town->closed_months[town->closed_count++] = month;
            return;
        }
        if (town->closed_count > 0 || clock_last_day_of_month(month) >= today(town))
            return;
    }
}

static void hold_closed(struct random_organisation *town)
{
    size_t i;

    for (i = 0; i < town->closed_count; i++) {
        int32_t month = town->closed_months[i];
        char *now =
            savings_text(town, clock_first_day_of_month(month), clock_last_day_of_month(month));

        assert_string_equal(now, town->closed[i]);
        free(now);
        if (town->closed_money[i] == NULL)
            continue;
        now = random_money_text(town, month);
        assert_string_equal(now, town->closed_money[i]);
        free(now);
    }
}

void random_organisation_live(struct random_organisation *town, uint64_t seed)
{
    int step;

    *town = (struct random_organisation){.seed = seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
    begin(town);
    for (step = 0; step < STEPS; step++) {
        town->now_ms += (1 + chance(town, 30)) * DAY_MS;
        clock_pretend(town->now_ms);
        work(town);
        if (chance(town, 4) == 0)
            random_import(town);
        if (chance(town, 3) == 0)
            take_back(town);
        if (chance(town, 2) == 0)
            random_decision(town);
        if (chance(town, 2) == 0)
            random_money(town);
        if (chance(town, 8) == 0)
            random_reload(town);
        if (chance(town, 3) == 0)
            close_month(town);
        if (chance(town, 6) == 0)
            close_month(town);
    }
    random_hold_periods(town);
    hold_closed(town);
}

void random_organisation_close(struct random_organisation *town)
{
    size_t i;

    for (i = 0; i < town->closed_count; i++) {
        free(town->closed[i]);
        free(town->closed_money[i]);
    }
    caller_close(&town->caller);
}

/* ---- what is asked of the other side */

void put_check(struct random_organisation *town, struct text *question, const char *kind,
               const char *arguments)
{
    struct text answer;

    text_init(&answer, TEXT_MOST);
    read_into(town, kind, arguments, &answer);
    text_printf(question, "{\"kind\":\"%s\",\"answer\":%s},", kind, text_string(&answer));
    text_release(&answer);
}

static void ask_savings(struct random_organisation *town, struct text *question)
{
    static const char *const axes[] = {"department", "robot", "month", "quarter", "year"};
    char arguments[128];
    size_t i;

    for (i = 0; i < sizeof axes / sizeof *axes; i++) {
        int32_t from = clock_day(2024, 9, 1) + (int32_t)chance(town, 300);

        if (i < 2)
            from = clock_day(2024, 1, 1);
        format_range(from, from + (int32_t)chance(town, i < 2 ? 1200 : 400), axes[i], arguments,
                     sizeof arguments);
        put_check(town, question, "savings", arguments);
    }
}

static void ask_forecasts(struct random_organisation *town, struct text *question)
{
    char arguments[128];
    char day[CLOCK_DAY_TEXT];
    int i;

    for (i = 0; i < 3; i++) {
        int32_t as_of = clock_day(2024, 12, 1) + (int32_t)chance(town, 500);

        if (i == 0)
            as_of = clock_day(2025, 12, 31);
        if (i == 1)
            as_of = clock_last_day_of_month(clock_month_of_day(as_of));
        clock_format_day(as_of, day);
        (void)snprintf(arguments, sizeof arguments, "{\"year\":%d,\"as-of\":\"%s\"}",
                       2025 + (int)(i == 0 ? 0 : chance(town, 2)), day);
        put_check(town, question, "forecast", arguments);
    }
}

void random_organisation_question(struct random_organisation *town, struct text *question)
{
    text_clear(question);
    text_printf(question, "{\"store\":\"%s/automagi.db\",\"checks\":[", town->caller.home);
    ask_savings(town, question);
    ask_forecasts(town, question);
    ask_opened(town, question);
    text_append_string(question, "{\"kind\":\"closed\"}]}");
}
