/* The audit: one row per command, what it says, and how it is searched. */
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
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/store/audit.h"
#include "tests/unit/command_caller.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */

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

static void every_change_is_audited_once(void **state)
{
    struct json *answer;

    (void)state;
    caller_must(&caller, "estimate set", NULL,
                "{\"robot\":\"r\",\"minutes\":\"1\",\"from\":\"2025-05-01\",\"by\":\"Owner\","
                "\"reason\":\"as 010190-1234 asked\"}");
    caller_must(&caller, "robot pause", "Anna", "{\"robot\":\"r\"}");
    (void)caller_refused(&caller, "robot pause", "Anna", "{\"robot\":\"x\"}");
    answer = caller_read(&caller, "audit", "{}");
    assert_int_equal(json_count(json_member(answer, "rows")), 3);
    assert_string_equal(caller_cell(answer, 0, "action"), "robot pause");
    assert_string_equal(caller_cell(answer, 0, "by"), "Anna");
    assert_string_equal(caller_cell(answer, 0, "account"), "tester");
    assert_string_equal(caller_cell(answer, 0, "subject"), "r");
    assert_string_equal(caller_cell(answer, 1, "by"), "Owner");
    assert_string_equal(caller_cell(answer, 1, "detail"),
                        "{\"robot\":\"r\",\"minutes\":\"1\",\"from\":\"2025-05-01\","
                        "\"reason\":\"as [CPR] asked\",\"by\":\"Owner\",\"version\":1}");
    assert_string_equal(caller_cell(answer, 2, "action"), "load");
    json_free(answer);
}

/* The newest audit row's detail; free() it. */
static char *newest_detail(void)
{
    struct json *answer = caller_read(&caller, "audit", "{\"limit\":1}");
    struct text text;

    text_init(&text, COMMAND_REPLY_MAX);
    assert_int_equal(
        json_print(json_member(json_first(json_member(answer, "rows")), "detail"), &text), 0);
    json_free(answer);
    return text_take(&text);
}

static void expect_detail(const char *command, const char *arguments, const char *expected)
{
    char *detail;

    caller_must(&caller, command, NULL, arguments);
    detail = newest_detail();
    assert_string_equal(detail, expected);
    free(detail);
}

#define PLAIN_R      "{\"id\":\"r\",\"plugin\":\"ok\"}"
#define PLAIN_R_HASH "1e9da22efd05ef62b285d58dfac4e48526f636ea4bcdbbf664c2f34a8a69c313"

static void the_audit_says_what_changed(void **state)
{
    char *arguments = caller_file("robot.json", PLAIN_R);

    (void)state;
    caller_plant_plugin(&caller);
    expect_detail("robot add", arguments,
                  "{\"file\":\"robot.json\",\"robot\":\"r\",\"plugin\":\"ok\","
                  "\"plugin_version\":\"1\",\"definition_sha256\":\"" PLAIN_R_HASH "\","
                  "\"definition_sha256_before\":null}");
    expect_detail("robot add", arguments,
                  "{\"file\":\"robot.json\",\"robot\":\"r\",\"plugin\":\"ok\","
                  "\"plugin_version\":\"1\",\"definition_sha256\":\"" PLAIN_R_HASH "\","
                  "\"no_change\":true}");
    free(arguments);
    expect_detail("robot pause", "{\"robot\":\"r\"}", "{\"robot\":\"r\",\"before\":\"active\"}");
    expect_detail("robot pause", "{\"robot\":\"r\"}", "{\"robot\":\"r\",\"no_change\":true}");
    expect_detail("robot resume", "{\"robot\":\"r\"}", "{\"robot\":\"r\",\"before\":\"paused\"}");
    expect_detail("robot retire", "{\"robot\":\"r\",\"on\":\"2025-06-30\"}",
                  "{\"robot\":\"r\",\"on\":\"2025-06-30\",\"last_day_before\":null}");
    expect_detail("robot retire", "{\"robot\":\"r\",\"on\":\"2025-06-20\"}",
                  "{\"robot\":\"r\",\"on\":\"2025-06-20\",\"last_day_before\":\"2025-06-30\"}");
    expect_detail("queue add",
                  "{\"robot\":\"r\",\"reference\":\"invoice 4711 77\",\"payload\":\"secret\"}",
                  "{\"robot\":\"r\",\"masked\":\"*1 77\",\"item\":1}");
    expect_detail("queue add", "{\"robot\":\"r\",\"reference\":\"invoice 4711 77\"}",
                  "{\"robot\":\"r\",\"masked\":\"*1 77\",\"no_change\":true}");
    expect_detail("estimate set",
                  "{\"robot\":\"r\",\"minutes\":\"2.5\",\"from\":\"2025-05-01\",\"by\":\"Owner\"}",
                  "{\"robot\":\"r\",\"minutes\":\"2.5\",\"from\":\"2025-05-01\",\"by\":\"Owner\","
                  "\"version\":1}");
    expect_detail("estimate sign", "{\"robot\":\"r\",\"by\":\"Head\"}",
                  "{\"robot\":\"r\",\"by\":\"Head\",\"version\":1,"
                  "\"valid_from\":\"2025-05-01\",\"minutes\":\"2.5\",\"document\":1}");
}

static void expect_count(const char *arguments, size_t count)
{
    struct json *answer = caller_read(&caller, "audit", arguments);

    if (json_count(json_member(answer, "rows")) != count)
        fail_msg("%s: %zu rows, expected %zu", arguments, json_count(json_member(answer, "rows")),
                 count);
    json_free(answer);
}

/* Just before and after a local midnight, in summer: 22:00 UTC. */
#define MIDNIGHT_MS INT64_C(1750024800000) /* 2025-06-16T00:00:00+02:00 */

static void the_audit_is_searched(void **state)
{
    (void)state;
    caller_must(&caller, "robot pause", "Anna", "{\"robot\":\"r\"}"); /* 2025-06-15, as the load */
    clock_pretend(MIDNIGHT_MS - 1);
    caller_must(&caller, "robot resume", "Bo", "{\"robot\":\"r\"}");
    clock_pretend(MIDNIGHT_MS);
    caller_must(&caller, "robot pause", "Bo", "{\"robot\":\"form\"}");
    expect_count("{}", 4);
    expect_count("{\"from\":\"2025-06-16\"}", 1);
    expect_count("{\"to\":\"2025-06-15\"}", 3);
    expect_count("{\"from\":\"2025-06-15\",\"to\":\"2025-06-15\"}", 3);
    expect_count("{\"to\":\"2025-06-14\"}", 0);
    expect_count("{\"action\":\"robot pause\"}", 2);
    expect_count("{\"action\":\"robot\"}", 3);
    expect_count("{\"action\":\"rob\"}", 0);
    expect_count("{\"action\":\"%\"}", 0);
    expect_count("{\"subject\":\"r\"}", 2);
    expect_count("{\"subject\":\"town.json\"}", 1);
    expect_count("{\"who\":\"Bo\"}", 2);
    expect_count("{\"who\":\"tester\"}", 4);
    expect_count("{\"who\":\"bo' OR '1\"}", 0);
    expect_count("{\"who\":\"Bo\",\"action\":\"robot\",\"subject\":\"form\"}", 1);
    expect_count("{\"to\":\"2025-06-15\",\"limit\":2}", 2);
}

static bool has_more(const char *command, const char *arguments)
{
    struct json *answer = caller_read(&caller, command, arguments);
    bool is_more = json_bool(json_member(answer, "more"));

    json_free(answer);
    return is_more;
}

static void lists_say_that_there_are_more(void **state)
{
    static const char begin[] =
        "{\"file\":\"t.csv\",\"rows\":2,\"content_hash\":"
        "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}";
    static const char other[] =
        "{\"file\":\"u.csv\",\"rows\":0,\"content_hash\":"
        "\"ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}";
    static const char *const lists[] = {"audit", "runs", "queue list", "task list", "import list"};
    char *arguments = caller_file("robot.json", PLAIN_R);
    size_t i;

    (void)state;
    caller_plant_plugin(&caller);
    caller_must(&caller, "robot add", NULL, arguments);
    free(arguments);
    caller_must(&caller, "queue add", NULL, "{\"robot\":\"r\",\"reference\":\"1\"}");
    caller_must(&caller, "queue add", NULL, "{\"robot\":\"r\",\"reference\":\"2\"}");
    caller_must(&caller, "run", NULL, "{\"robot\":\"r\"}");
    caller_must(&caller, "import begin", NULL, begin);
    caller_must(&caller, "import begin", NULL, other);
    caller_must(
        &caller, "import rows", NULL,
        "{\"import\":1,\"first\":0,\"rows\":[[2,\"r\",\"x\",1746100000000,\"done\",1500,\"a\"],"
        "[3,\"r\",\"y\",1746100000000,\"done\",null,null]]}");
    for (i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct json *answer = caller_read(&caller, lists[i], "{\"limit\":1}");

        assert_int_equal(json_count(json_member(answer, "rows")), 1);
        json_free(answer);
        if (!has_more(lists[i], "{\"limit\":1}"))
            fail_msg("%s does not say that there are more", lists[i]);
        if (has_more(lists[i], "{}"))
            fail_msg("%s says that there are more", lists[i]);
    }
    assert_false(has_more("import list", "{\"limit\":2}"));
}

/* Rows were once written so; they are shown as they are, and the others beside them. */
static void a_row_that_cannot_be_read_hides_no_other(void **state)
{
    static const char twice[] = "{\"robot\":\"r\",\"after\":\"s\",\"after\":\"when s ended\"}";
    struct audit_record record = {
        .account = "tester", .action = "trigger add", .subject = "r", .detail = twice};
    struct fault fault = {.text = ""};
    struct json *answer;

    (void)state;
    assert_int_equal(store_begin(caller.store, &fault), 0);
    assert_int_equal(audit_add(caller.store, &record, &fault), 0);
    record.detail = "not JSON";
    assert_int_equal(audit_add(caller.store, &record, &fault), 0);
    assert_int_equal(store_commit(caller.store, &fault), 0);
    answer = caller_read(&caller, "audit", "{}");
    assert_int_equal(json_count(json_member(answer, "rows")), 3);
    assert_string_equal(caller_cell(answer, 0, "detail"), "not JSON");
    assert_string_equal(caller_cell(answer, 1, "detail"), twice);
    json_free(answer);
}

static void what_a_command_adds_never_takes_an_arguments_name(void **state)
{
    static const struct argument arguments[] = {
        {.name = "after", .kind = ARGUMENT_TEXT}, {.name = "runs", .kind = ARGUMENT_NUMBER}, {0}};
    static const char given[] = "{\"after\":\"s\",\"runs\":2}";
    const struct command command = {.name = "any", .arguments = arguments};
    struct command_call call = {.now_ms = NOW_MS};
    struct fault fault = {.text = ""};
    struct json *document = NULL;
    struct detail detail;

    (void)state;
    assert_int_equal(json_parse(given, strlen(given), sizeof(given), &document, &fault), 0);
    call.arguments = document;
    detail_begin(&detail, &command, &call);
    detail_text(&call, "after", "words");
    detail_int(&call, "runs", 1);
    detail_bool(&call, "before", true);
    assert_string_equal(detail_end(&detail, &command, &call),
                        "{\"after\":\"s\",\"runs\":2,\"found_after\":\"words\","
                        "\"found_runs\":1,\"before\":true}");
    detail_release(&detail);
    json_free(document);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(every_change_is_audited_once),
        EACH(the_audit_says_what_changed),
        EACH(the_audit_is_searched),
        EACH(lists_say_that_there_are_more),
        EACH(a_row_that_cannot_be_read_hides_no_other),
        EACH(what_a_command_adds_never_takes_an_arguments_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
