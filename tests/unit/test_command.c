/* Commands: what is refused, what is applied, what is audited. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/run_record.h"
#include "tests/unit/command_caller.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */
#define TODAY  "2025-06-15"

static struct caller caller;

static int open_caller(void **state)
{
    (void)state;
    caller_open_loaded(&caller, NOW_MS, caller_town);
    return 0;
}

static int close_caller(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

static void expect_error(const char *command, const char *by, const char *arguments, int status,
                         const char *part)
{
    const char *error = caller_refused(&caller, command, by, arguments);

    if (strstr(error, part) == NULL)
        fail_msg("%s: expected \"%s\" in \"%s\"", command, part, error);
    assert_int_equal(caller.status, status);
}

static void expect_message(const char *command, const char *by, const char *arguments,
                           const char *message)
{
    struct json *answer = caller_do(&caller, command, by, arguments);

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

static void install(const char *definition)
{
    char *arguments = caller_file("robot.json", definition);

    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
}

static void requests_are_checked(void **state)
{
    static const struct {
        const char *request, *error;
    } cases[] = {
        {"", "line 1"},
        {"{", "line 1"},
        {"[]", "request"},
        {"{}", "command"},
        {"{\"command\":\"frob\"}", "not a command that changes"},
        {"{\"command\":\"runs\"}", "not a command that changes"},
        {"{\"command\":\"serve\"}", "not a command that changes"},
        {"{\"command\":\"robot pause\"}", "ROBOT is missing"},
        {"{\"command\":\"robot pause\",\"arguments\":[]}", "must be an object"},
        {"{\"command\":\"robot pause\",\"arguments\":{\"robot\":\"r\"},\"x\":1}", "x"},
        {"{\"command\":\"robot pause\",\"arguments\":{\"robot\":\"r\"},\"by\":\" x\"}", "--by"},
        {"{\"command\":\"robot pause\",\"arguments\":{\"robot\":\"r\",\"on\":\"x\"}}",
         "unknown option --on"},
        {"{\"command\":\"robot retire\",\"arguments\":{\"robot\":\"r\",\"on\":\"1 May\"}}",
         "--on: expected a date"},
        {"{\"command\":\"load\",\"arguments\":{\"file\":\"x\"}}", "file"},
        {"{\"command\":\"estimate set\",\"arguments\":{\"robot\":\"r\",\"minutes\":\"1\","
         "\"from\":\"2025-01-01\"}}",
         "--by is missing"},
    };
    struct command_effects effects;
    struct text reply;
    size_t i;

    (void)state;
    text_init(&reply, COMMAND_REPLY_MAX);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(command_execute(caller.store, cases[i].request, strlen(cases[i].request),
                                    "tester", &reply, &effects) < 0);
        if (strstr(text_string(&reply), cases[i].error) == NULL ||
            strstr(text_string(&reply), "\"status\":2") == NULL)
            fail_msg("%s gave %s", cases[i].request, text_string(&reply));
    }
    text_release(&reply);
}

static void robots_pause_and_resume(void **state)
{
    struct json *answer;

    (void)state;
    expect_error("robot pause", NULL, "{\"robot\":\"nobody\"}", 1, "nobody");
    expect_message("robot resume", NULL, "{\"robot\":\"r\"}",
                   "r: no change, it is not paused; it does not start: it is not installed, "
                   "`automagi robot add FILE` does that");
    assert_false(caller.effects.robots_changed);
    expect_message(
        "robot pause", NULL, "{\"robot\":\"r\"}",
        "r is paused; it does not start: it is not installed, `automagi robot add FILE` does that");
    assert_true(caller.effects.robots_changed);
    expect_message("robot pause", NULL, "{\"robot\":\"r\"}",
                   "r: no change, it is paused already; it does not start: it is not installed, "
                   "`automagi robot add FILE` does that");
    expect_message("robot retire", NULL, "{\"robot\":\"r\",\"on\":\"2025-06-01\"}",
                   "r retires: its last day of operation is 2025-06-01; where organisation.json "
                   "has it, put it there too (`automagi export`), or the next load takes it back");
    answer = caller_read(&caller, "robot list", "{}");
    assert_string_equal(caller_cell(answer, 0, "state"), "retired");
    assert_string_equal(caller_cell(answer, 0, "departments"), "a 0.5, tvaergaaende 0.5");
    assert_string_equal(caller_cell(answer, 1, "state"), "external");
    assert_string_equal(caller_cell(answer, 1, "departments"), "tvaergaaende");
    json_free(answer);
}

static void estimates_are_set_and_signed(void **state)
{
    struct json *answer;

    (void)state;
    expect_error("estimate sign", NULL, "{\"robot\":\"r\",\"by\":\"Head\"}", 1,
                 "no unsigned estimate");
    expect_error("estimate set", NULL,
                 "{\"robot\":\"r\",\"minutes\":\"2.555\",\"from\":\"2025-05-01\",\"by\":\"Owner\"}",
                 2, "--minutes");
    caller_must(&caller, "estimate set", NULL,
                "{\"robot\":\"r\",\"minutes\":\"2.5\",\"from\":\"2025-05-01\",\"by\":\"Owner\"}");
    answer = caller_read(&caller, "robot list", "{}");
    assert_string_equal(caller_cell(answer, 0, "estimate"), "unsigned");
    json_free(answer);
    expect_error("estimate sign", NULL, "{\"robot\":\"r\",\"by\":\"owner\"}", 1, "cannot sign");
    expect_error("estimate sign", NULL, "{\"robot\":\"r\",\"by\":\"Head\",\"on\":\"2025-06-16\"}",
                 1, "lies ahead");
    expect_message("estimate sign", NULL, "{\"robot\":\"r\",\"by\":\"Head\"}",
                   "r: 2.5 minutes per task from 2025-05-01, signed by Head; retroactive: it "
                   "counts from its date; the agreement is document 1");
    expect_error("estimate set", NULL,
                 "{\"robot\":\"r\",\"minutes\":\"9\",\"from\":\"2025-05-01\",\"by\":\"Owner\"}", 1,
                 "is signed by Head on " TODAY);
    caller_must(&caller, "estimate set", NULL,
                "{\"robot\":\"r\",\"minutes\":\"3\",\"from\":\"2025-07-01\",\"by\":\"Owner\"}");
    caller_must(&caller, "estimate set", NULL,
                "{\"robot\":\"r\",\"minutes\":\"4\",\"from\":\"2025-08-01\",\"by\":\"Owner\"}");
    expect_error("estimate sign", NULL, "{\"robot\":\"r\",\"by\":\"Head\"}", 1,
                 "say which with --from");
    expect_message("estimate sign", NULL,
                   "{\"robot\":\"r\",\"by\":\"DEMO head\",\"from\":\"2025-08-01\"}",
                   "r: 4 minutes per task from 2025-08-01, signed by DEMO head; "
                   "the agreement is document 2");
    answer = caller_read(&caller, "estimate history", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(answer, 0, "signature"), "signed, retroactive");
    assert_string_equal(caller_cell(answer, 1, "signature"), "unsigned");
    assert_string_equal(caller_cell(answer, 2, "signed_by"), "DEMO head");
    json_free(answer);
}

static void runs_need_a_robot_that_can(void **state)
{
    (void)state;
    expect_error("run", NULL, "{\"robot\":\"r\"}", 1, "not installed");
    expect_error("run", NULL, "{\"robot\":\"form\"}", 1, "runs elsewhere");
    caller_plant_plugin(&caller);
    install("{\"id\":\"r\",\"plugin\":\"ok\"}");
    caller_must(&caller, "robot pause", NULL, "{\"robot\":\"r\"}");
    expect_error("run", NULL, "{\"robot\":\"r\"}", 1, "is paused");
    caller_must(&caller, "robot resume", NULL, "{\"robot\":\"r\"}");
    caller_must(&caller, "robot retire", NULL, "{\"robot\":\"r\",\"on\":\"2025-06-14\"}");
    expect_error("run", NULL, "{\"robot\":\"r\"}", 1, "not in operation today");
}

static void runs_are_queued_and_stopped(void **state)
{
    struct json *answer;

    (void)state;
    caller_plant_plugin(&caller);
    install("{\"id\":\"r\",\"plugin\":\"ok\"}");
    expect_message("run", "Anna", "{\"robot\":\"r\"}", "run 1 of r is queued");
    assert_int_equal(caller.effects.run_created, 1);
    expect_message("stop", "Bo", "{\"run\":1}", "run 1 of r is stopped; it had not begun");
    assert_int_equal(caller.effects.run_stop, 1);
    expect_error("stop", NULL, "{\"run\":1}", 1, "has ended already");
    expect_error("stop", NULL, "{\"run\":7}", 1, "7");
    answer = caller_read(&caller, "runs", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(answer, 0, "asked_by"), "Anna");
    assert_string_equal(caller_cell(answer, 0, "state"), run_ending_word(RUN_STOPPED));
    assert_string_equal(caller_cell(answer, 0, "note"), "stopped before it began, by Bo");
    json_free(answer);
    expect_message("run", "Bo 010203 1234", "{\"robot\":\"r\"}", "run 2 of r is queued");
    answer = caller_read(&caller, "runs", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(answer, 0, "asked_by"), "Bo [CPR]");
    json_free(answer);
    answer = caller_read(&caller, "audit", "{\"limit\":1}");
    assert_string_equal(caller_cell(answer, 0, "by"), "Bo [CPR]");
    json_free(answer);
}

static void definitions_are_checked(void **state)
{
    static const struct {
        const char *definition, *error;
    } cases[] = {
        {"{\"id\":\"r\"}", "plugin"},
        {"{\"id\":\"r\",\"plugin\":\"nothing_such\"}", "was not found"},
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"configuration\":{\"x\":1}}", "takes no configuration"},
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"folders\":{\"in\":\"in\"}}", "does not ask for"},
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"triggers\":[{\"cron\":\"x\"}]}", "robot.json"},
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"retry_most_s\":29}", "is below \"retry_delay_s\""},
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"retry_most_s\":604801}", "retry_most_s"},
        {"{\"id\":\"new\",\"plugin\":\"ok\"}", "no robot is called new"},
        {"{\"id\":\"form\",\"plugin\":\"ok\"}", "runs elsewhere"},
    };
    size_t i;

    (void)state;
    caller_plant_plugin(&caller);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *arguments = caller_file("robot.json", cases[i].definition);

        expect_error("robot add", NULL, arguments, 1, cases[i].error);
        free(arguments);
    }
}

/* By the command line, before it sends: the writer does not wait for folders. */
static void granted_folders_are_looked_at(void **state)
{
    static const struct {
        const char *definition, *error; /* NULL: nothing is said */
    } cases[] = {
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"folders\":{\"in\":\"/nowhere/at/all\"}}",
         "robot.json: folders.in: /nowhere/at/all: No such file or directory; make the "
         "folder first"},
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"folders\":{\"in\":\"/dev/null\"}}",
         "robot.json: folders.in: /dev/null is not a folder"},
        {"{\"id\":\"r\",\"plugin\":\"ok\",\"folders\":{\"in\":\"/\"}}", NULL},
        {"{\"id\":\"r\"}", NULL}, /* refused when it is carried out */
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = caller_file("robot.json", cases[i].definition);
        struct json *arguments = NULL;
        struct fault fault = {.text = ""};

        assert_int_equal(json_parse(text, strlen(text), 65536, &arguments, &fault), 0);
        assert_int_equal(command_find("robot add")->look(arguments, &fault),
                         cases[i].error != NULL ? -EIO : 0);
        assert_string_equal(fault.text, cases[i].error != NULL ? cases[i].error : "");
        json_free(arguments);
        free(text);
    }
}

static void robots_are_added_changed_and_new(void **state)
{
    static const char plain[] = "{\"id\":\"r\",\"plugin\":\"ok\"}";
    static const char timed[] =
        "{\"id\":\"r\",\"plugin\":\"ok\",\"triggers\":[{\"cron\":\"0 6 * * *\"}]}";
    static const char fresh[] =
        "{\"file\":{\"path\":\"x.json\",\"folder\":\"/tmp\","
        "\"text\":\"{\\\"id\\\":\\\"n\\\",\\\"plugin\\\":\\\"ok\\\"}\"},\"name\":\"Nina\"}";
    char *arguments = caller_file("robot.json", plain);
    const struct json *trigger;
    struct json *answer;

    (void)state;
    caller_plant_plugin(&caller);
    expect_message("robot add", NULL, arguments, "r is installed: plugin ok 1, 0 triggers");
    assert_true(caller.effects.robots_changed);
    expect_message("robot add", NULL, arguments, "r: no change");
    assert_false(caller.effects.robots_changed);
    free(arguments);
    arguments = caller_file("robot.json", timed);
    expect_message("robot add", NULL, arguments, "r is changed: plugin ok 1, 1 trigger");
    free(arguments);
    answer = caller_read(&caller, "robot show", "{\"robot\":\"r\"}");
    trigger = json_first(json_member(answer, "triggers"));
    assert_string_equal(json_string(json_member(trigger, "cron")), "0 6 * * *");
    assert_string_equal(json_string(json_member(trigger, "next")), "2025-06-16T06:00:00+02:00");
    assert_string_equal(json_string(json_member(answer, "state")), "active");
    json_free(answer);
    expect_message("robot add", NULL, fresh, "n is new and installed: plugin ok 1, 0 triggers");
    answer = caller_read(&caller, "robot list", "{}");
    assert_string_equal(caller_cell(answer, 2, "name"), "Nina");
    assert_string_equal(caller_cell(answer, 2, "state"), "active");
    assert_string_equal(caller_cell(answer, 2, "departments"), "tvaergaaende");
    json_free(answer);
}

static void queues_are_worked_by_hand(void **state)
{
    static const char add[] =
        "{\"robot\":\"r\",\"reference\":\"010190-1234\",\"payload\":\"secret\"}";
    struct json *answer;

    (void)state;
    expect_error("queue add", NULL, add, 1, "not installed");
    caller_plant_plugin(&caller);
    install("{\"id\":\"r\",\"plugin\":\"ok\"}");
    expect_message("queue add", NULL, add, "item 1 is on the queue of r");
    expect_message("queue add", NULL, add,
                   "r: no change, an item with this reference is open, done or closed already");
    answer = caller_read(&caller, "queue list", "{\"state\":\"ready\"}");
    assert_string_equal(caller_cell(answer, 0, "reference"), "*");
    assert_string_equal(caller_cell(answer, 0, "business_date"), TODAY);
    json_free(answer);
    answer = caller_read(&caller, "audit", "{\"limit\":1}");
    assert_string_equal(caller_cell(answer, 0, "detail"),
                        "{\"robot\":\"r\",\"masked\":\"*\",\"no_change\":true}");
    json_free(answer);
    expect_error("queue drop", NULL, "{\"item\":1}", 2, "--reason is missing");
    expect_message("queue drop", NULL, "{\"item\":1,\"reason\":\"not ours\"}", "item 1 is dropped");
    expect_message("queue retry", NULL, "{\"item\":1}",
                   "item 1 is ready again, for its robot's next run");
    answer = caller_read(&caller, "queue list", "{}");
    assert_non_null(strstr(caller_cell(answer, 0, "note"), "by order of tester; was "));
    json_free(answer);
    expect_message("queue done", NULL, "{\"item\":1}",
                   "item 1 is closed as done by hand; it counts nothing");
    expect_error("queue retry", NULL, "{\"item\":9}", 1, "9");
    answer = caller_read(&caller, "queue list", "{}");
    assert_int_equal(json_count(json_member(answer, "rows")), 0);
    json_free(answer);
}

static void savings_have_the_agreed_form(void **state)
{
#define NOTHING                                                                                    \
    "\"tasks\":0,\"uncounted_tasks\":0,\"minutes\":0,\"kroner\":0,"                                \
    "\"helped_tasks\":0,\"disputed\":0,\"released\":0,\"realised\":0,\"gains\":0"
    struct json *answer =
        caller_read(&caller, "savings", "{\"from\":\"2025-04-01\",\"to\":\"2025-06-30\"}");
    struct text text;

    (void)state;
    text_init(&text, 4096);
    assert_int_equal(json_print(answer, &text), 0);
    assert_string_equal(text_string(&text),
                        "{\"from\":\"2025-04-01\",\"to\":\"2025-06-30\",\"by\":\"department\","
                        "\"rows\":[{\"id\":\"a\",\"name\":\"A\"," NOTHING
                        "},{\"id\":\"tvaergaaende\",\"name\":\"Tværgående\"," NOTHING
                        "}],\"total\":{" NOTHING "}}");
#undef NOTHING
    text_release(&text);
    json_free(answer);
    answer = caller_read(&caller, "savings",
                         "{\"from\":\"2025-04-01\",\"to\":\"2025-06-30\",\"by\":\"month\"}");
    assert_string_equal(caller_cell(answer, 2, "id"), "2025-06");
    json_free(answer);
}

static void the_house_is_shown_and_verified(void **state)
{
    struct json *answer = caller_read(&caller, "status", "{\"all\":true}");

    (void)state;
    assert_non_null(strstr(caller_message(answer),
                           "automagid is not running; start it with `automagi serve`; store "));
    assert_string_equal(caller_cell(answer, 0, "state"), "not installed");
    assert_string_equal(caller_cell(answer, 1, "waiting"), "0");
    json_free(answer);
    answer = caller_read(&caller, "verify", "{}");
    assert_true(json_bool(json_member(answer, "ok")));
    assert_int_equal(json_count(json_member(answer, "rows")), 0);
    json_free(answer);
}

static void imports_are_taken_in_chunks(void **state)
{
    static const char begin[] =
        "{\"file\":\"t.csv\",\"rows\":2,\"content_hash\":"
        "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}";
    struct json *answer;
    int64_t number = 0;

    (void)state;
    expect_error("import begin", NULL, "{\"file\":\"t\",\"rows\":1,\"content_hash\":\"00\"}", 1,
                 "content_hash");
    answer = caller_do(&caller, "import begin", "Anna", begin);
    assert_true(json_int64(json_member(answer, "import"), &number));
    assert_int_equal(number, 1);
    json_free(answer);
    expect_error("import rows", NULL, "{\"import\":1,\"first\":0,\"rows\":[[2,\"r\",\"x\"]]}", 1,
                 "not of the form");
    expect_error(
        "import rows", NULL,
        "{\"import\":1,\"first\":0,\"rows\":[[2,\"q\",\"x\",1746100000000,\"done\",null,null]]}", 1,
        "line 2: no robot is called q");
    expect_error(
        "import rows", NULL,
        "{\"import\":1,\"first\":0,\"rows\":[[2,\"r\",\"x\",1746100000000,\"done\",null,\"z\"]]}",
        1, "line 2: no department is called z");
    caller_must(
        &caller, "import rows", NULL,
        "{\"import\":1,\"first\":0,\"rows\":[[2,\"r\",\"x\",1746100000000,\"done\",1500,\"a\"],"
        "[3,\"form\",\"y\",1746100000000,\"business\",null,null]]}");
    answer = caller_do(&caller, "import finish", NULL, "{\"import\":1}");
    assert_string_equal(json_string(json_member(answer, "file")), "t.csv");
    assert_true(json_int64(json_member(answer, "new"), &number));
    assert_int_equal(number, 1);
    json_free(answer);
    answer = caller_read(&caller, "import list", "{}");
    assert_string_equal(caller_cell(answer, 0, "not_done"), "1");
    assert_string_equal(caller_cell(answer, 0, "by"), "Anna");
    json_free(answer);
    answer = caller_read(&caller, "task list", "{\"robot\":\"r\"}");
    assert_string_equal(caller_cell(answer, 0, "department"), "a");
    assert_string_equal(caller_cell(answer, 0, "duration_ms"), "1500");
    json_free(answer);
    answer = caller_read(&caller, "audit", "{}"); /* load, begin, finish: rows are their record */
    assert_string_equal(caller_cell(answer, 0, "action"), "import finish");
    assert_string_equal(caller_cell(answer, 1, "action"), "import begin");
    json_free(answer);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(requests_are_checked),
        EACH(robots_pause_and_resume),
        EACH(estimates_are_set_and_signed),
        EACH(runs_need_a_robot_that_can),
        EACH(runs_are_queued_and_stopped),
        EACH(definitions_are_checked),
        EACH(granted_folders_are_looked_at),
        EACH(robots_are_added_changed_and_new),
        EACH(queues_are_worked_by_hand),
        EACH(savings_have_the_agreed_form),
        EACH(the_house_is_shown_and_verified),
        EACH(imports_are_taken_in_chunks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
