/* What a person is shown of robots and runs, and what is true of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/store/item.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "tests/unit/command_caller.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */

static const char TOWN[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]}],"
    "\"robots\":[{\"id\":\"r\",\"name\":\"R\",\"runs\":\"plugin\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}]},"
    "{\"id\":\"form\",\"name\":\"Form\",\"runs\":\"external\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":\"2025-05-31\"}]}]}";

static struct caller caller;

static int open_caller(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, TOWN);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

/* A run that has started, as the daemon leaves it when it is killed. */
static int64_t leave_running(enum run_cause cause)
{
    static const unsigned char hash[32] = {1};
    struct fault fault = {.text = ""};
    int64_t id = 0;
    int64_t fence = 0;

    if (store_begin(caller.store, &fault) < 0 ||
        run_create(caller.store, 1, cause, "tester", NOW_MS, &id, &fault) < 0 ||
        run_start(caller.store, id, hash, NOW_MS, &fence, &fault) < 0 ||
        store_commit(caller.store, &fault) < 0)
        fail_msg("%s", fault.text);
    return id;
}

static void a_run_without_its_daemon_is_lost(void **state)
{
    struct json *answer;

    (void)state;
    (void)leave_running(RUN_BY_HAND);
    answer = caller_read(&caller, "status", "{\"all\":true}");
    assert_non_null(strstr(caller_message(answer),
                           "automagid is not running: it ended without order and 1 run was lost "
                           "with it; start it with `automagi serve`, and the work goes on; "));
    assert_string_equal(json_string(json_member(answer, "daemon")), "not running");
    assert_true(json_is_null(json_member(answer, "pid")));
    assert_string_equal(caller_cell(answer, 0, "run_state"), "lost");
    json_free(answer);
    answer = caller_read(&caller, "runs", "{}");
    assert_string_equal(caller_cell(answer, 0, "state"), "lost");
    assert_non_null(strstr(caller_cell(answer, 0, "note"), "when `automagi serve` starts"));
    json_free(answer);
    answer = caller_read(&caller, "robot show", "{\"robot\":\"r\"}");
    assert_string_equal(
        json_string(json_member(json_first(json_member(answer, "last_runs")), "state")), "lost");
    json_free(answer);
}

/* An import goes on without a daemon. */
static void an_import_is_not_lost(void **state)
{
    struct json *answer;

    (void)state;
    (void)leave_running(RUN_BY_IMPORT);
    answer = caller_read(&caller, "status", "{\"all\":true}");
    assert_non_null(strstr(caller_message(answer), "automagid is not running; start it"));
    assert_string_equal(caller_cell(answer, 0, "run_state"), "running");
    json_free(answer);
}

static void expect(const char *command, const char *arguments, const char *message)
{
    struct json *answer = caller_do(&caller, command, NULL, arguments);

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

static void install(void)
{
    struct fault fault = {.text = ""};
    const struct robot definition = {.window = WINDOW_YEAR,
                                     .plugin = (char[]){"ok"},
                                     .side_effects = 3,
                                     .definition = (char[]){"{}"},
                                     .folder = (char[]){"/"}};

    if (store_begin(caller.store, &fault) < 0 ||
        robot_install(caller.store, 1, &definition, &fault) < 0 ||
        store_commit(caller.store, &fault) < 0)
        fail_msg("%s", fault.text);
}

static void a_robot_that_does_not_start_is_not_called_active(void **state)
{
    (void)state;
    expect("robot pause", "{\"robot\":\"r\"}",
           "r is paused; it does not start: it is not installed, `automagi robot add FILE` does "
           "that");
    install();
    expect("robot resume", "{\"robot\":\"r\"}", "r is active again");
    expect("robot pause", "{\"robot\":\"r\"}", "r is paused: no new run of it starts");
    expect("robot retire", "{\"robot\":\"r\",\"on\":\"2025-06-01\"}",
           "r retires: its last day of operation is 2025-06-01; where organisation.json has it, "
           "put it there too (`automagi export`), or the next load takes it back");
    assert_non_null(strstr(
        caller_refused(&caller, "robot retire", NULL, "{\"robot\":\"r\",\"on\":\"2025-06-02\"}"),
        "r ends on 2025-06-01 already"));
    expect("robot resume", "{\"robot\":\"r\"}",
           "r is not paused any more; it does not start: it is retired, its operation has ended");
    expect("robot resume", "{\"robot\":\"r\"}",
           "r: no change, it is not paused; it does not start: it is retired, its operation has "
           "ended");
}

static void nobodys_share_is_shown(void **state)
{
    struct json *answer = caller_read(&caller, "robot show", "{\"robot\":\"r\"}");
    const struct json *share = json_first(json_member(answer, "departments"));

    (void)state;
    assert_string_equal(json_string(json_member(share, "id")), "tvaergaaende");
    json_free(answer);
}

static void only_a_robot_that_did_nothing_is_removed(void **state)
{
    struct json *answer;
    const char *error;

    (void)state;
    caller_must(&caller, "estimate set", NULL,
                "{\"robot\":\"r\",\"minutes\":\"2\",\"from\":\"2025-04-01\",\"by\":\"Owner\"}");
    caller_must(&caller, "estimate set", NULL,
                "{\"robot\":\"form\",\"minutes\":\"2\",\"from\":\"2025-04-01\",\"by\":\"Owner\"}");
    caller_must(&caller, "estimate sign", NULL, "{\"robot\":\"form\",\"by\":\"Head\"}");
    error = caller_refused(&caller, "robot remove", NULL, "{\"robot\":\"form\"}");
    assert_string_equal(error, "form cannot be removed: it has a signed estimate, and what a robot "
                               "did is kept; `automagi robot retire form --on DATE` ends it");
    expect("robot remove", "{\"robot\":\"r\"}", "r is removed");
    assert_true(caller.effects.robots_changed);
    error = caller_refused(&caller, "robot remove", NULL, "{\"robot\":\"r\"}");
    assert_non_null(strstr(error, "there is no robot"));
    answer = caller_read(&caller, "audit", "{}");
    assert_string_equal(caller_cell(answer, 0, "action"), "robot remove");
    assert_string_equal(caller_cell(answer, 0, "subject"), "r");
    json_free(answer);
    answer = caller_read(&caller, "verify", "{}");
    assert_true(json_bool(json_member(answer, "ok")));
    json_free(answer);
}

static void a_run_or_an_item_keeps_its_robot(void **state)
{
    struct item_policy policy = {.robot_id = 1,
                                 .window = WINDOW_YEAR,
                                 .side_effects = 3,
                                 .attempts = 3,
                                 .retry_delay_ms = 1000};
    struct item_new item = {.reference = "A", .payload = "p"};
    struct fault fault = {.text = ""};
    int64_t id = 0;

    (void)state;
    if (store_begin(caller.store, &fault) < 0 ||
        item_add(caller.store, &policy, &item, NOW_MS, &id, &fault) < 0 ||
        store_commit(caller.store, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_non_null(strstr(caller_refused(&caller, "robot remove", NULL, "{\"robot\":\"r\"}"),
                           "it has items on its queue"));
    (void)leave_running(RUN_BY_IMPORT);
    assert_non_null(strstr(caller_refused(&caller, "robot remove", NULL, "{\"robot\":\"r\"}"),
                           "it has runs or imported tasks"));
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(a_run_without_its_daemon_is_lost),
        EACH(an_import_is_not_lost),
        EACH(a_robot_that_does_not_start_is_not_called_active),
        EACH(nobodys_share_is_shown),
        EACH(only_a_robot_that_did_nothing_is_removed),
        EACH(a_run_or_an_item_keeps_its_robot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
