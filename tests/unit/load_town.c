#include "tests/unit/load_town.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/store/ledger.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "tests/standins/sample_text.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */

const char load_town_text[] =
    "{\"organisation\":\"Town\",\"time_zone\":\"Europe/Copenhagen\",\"hours_per_fte\":1924,"
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}],"
    "\"also_called\":[\"Aa\"]},"
    "{\"id\":\"b\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}],\"also_called\":[]}],"
    "\"budgets\":[{\"department\":\"a\",\"year\":2026,\"kroner\":24000}],"
    "\"robots\":[{\"id\":\"r\",\"name\":\"R\",\"runs\":\"plugin\",\"one_off\":false,"
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],"
    "\"departments\":[{\"id\":\"a\",\"share\":\"0.5\",\"from\":\"2025-04-01\"},"
    "{\"id\":\"b\",\"share\":\"0.25\",\"from\":\"2025-04-01\"}],"
    "\"estimates\":[{\"minutes\":2.5,\"from\":\"2025-04-01\",\"set_by\":\"Owner\","
    "\"signed_by\":\"Head\",\"signed_on\":\"2025-04-02\",\"reason\":\"measured\"}]},"
    "{\"id\":\"form\",\"name\":\"Form\",\"runs\":\"external\",\"one_off\":true,"
    "\"operation\":[],\"departments\":[],"
    "\"estimates\":[{\"minutes\":1,\"from\":\"2025-04-01\",\"set_by\":\"Owner\"}]}]}";

void load_town_open(struct caller *caller)
{
    clock_pretend(NOW_MS);
    caller_open(caller);
}

void load_town_close(struct caller *caller)
{
    caller_close(caller);
    clock_pretend(0);
}

struct json *load_town(struct caller *caller, const char *text)
{
    char *arguments = caller_file("town.json", text);
    struct json *answer = caller_do(caller, "load", NULL, arguments);

    free(arguments);
    return answer;
}

struct json *load_town_changed(struct caller *caller, const char *from, const char *to)
{
    char *text = sample_text_replace(strdup(load_town_text), from, to);
    struct json *answer = load_town(caller, text);

    free(text);
    return answer;
}

void load_town_no_change(struct caller *caller, const char *text)
{
    struct json *answer = load_town(caller, text);

    assert_string_equal(caller_message(answer), "Town: no change");
    assert_int_equal(json_count(json_member(answer, "rows")), 0);
    assert_false(caller->effects.robots_changed);
    json_free(answer);
}

void load_town_task(struct caller *caller, const char *robot, const char *instant)
{
    struct fault fault = {.text = ""};
    struct attempt attempt = {.seq = 1, .duration_ms = -1, .masked = "*1"};
    bool is_counted = false;

    assert_true(clock_parse_instant(instant, &attempt.completed_ms));
    assert_int_equal(store_begin(caller->store, &fault), 0);
    if (robot_find(caller->store, robot, &attempt.robot_id, &fault) < 0 ||
        run_create(caller->store, attempt.robot_id, RUN_BY_IMPORT, "tester", NOW_MS,
                   &attempt.run_id, &fault) < 0 ||
        ledger_record(caller->store, &attempt, 2025, (const unsigned char *)instant, &is_counted,
                      &fault) < 0 ||
        store_commit(caller->store, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_true(is_counted);
}

static void expect_cell(const struct json *answer, size_t index, const char *member,
                        const char *expected)
{
    const char *cell = caller_cell(answer, index, member);

    if (strcmp(cell, expected != NULL ? expected : "null") != 0)
        fail_msg("row %zu, %s: expected \"%s\", got \"%s\"", index, member,
                 expected != NULL ? expected : "null", cell);
}

static void expect_row(const struct json *answer, size_t index, const struct load_row *row)
{
    expect_cell(answer, index, "change", row->change);
    expect_cell(answer, index, "what", row->what);
    expect_cell(answer, index, "id", row->id);
    expect_cell(answer, index, "before", row->before);
    expect_cell(answer, index, "after", row->after);
}

void load_town_rows(const struct json *answer, const struct load_row *rows, size_t count)
{
    size_t i;

    assert_int_equal(json_count(json_member(answer, "rows")), count);
    for (i = 0; i < count; i++)
        expect_row(answer, i, &rows[i]);
}
