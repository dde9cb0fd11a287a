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
    char *arguments = caller_file("town.json", TOWN);

    (void)state;
    clock_pretend(NOW_MS);
    caller_open(&caller);
    caller_must(&caller, "load", NULL, arguments);
    free(arguments);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    caller_close(&caller);
    clock_pretend(0);
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
    answer = caller_read(&caller, "status", "{}");
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
    answer = caller_read(&caller, "status", "{}");
    assert_non_null(strstr(caller_message(answer), "automagid is not running; start it"));
    assert_string_equal(caller_cell(answer, 0, "run_state"), "running");
    json_free(answer);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(a_run_without_its_daemon_is_lost),
        EACH(an_import_is_not_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
