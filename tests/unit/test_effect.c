/* What a change would do, said before it is made; and a change that is tried and undone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/unit/command_caller.h"

enum { EFFECTS_MAX = 8192 };

static const int64_t NOON = INT64_C(1750000000000); /* 2025-06-15T17:06:40+02:00 */

static const char definition[] = "{\"id\":\"r\",\"plugin\":\"ok\",\"triggers\":[{\"cron\":\"30 6 * "
                                 "* *\"},{\"cron\":\"0 6 1 1 *\"}]}";

/* The effects, "|" between them. */
static const char *effects_of(struct caller *caller, const char *command, const char *arguments)
{
    static char effects[EFFECTS_MAX];
    struct fault fault = {.text = ""};
    struct json *given = NULL;
    struct json *answer = NULL;
    const struct json *effect;
    struct text text;
    size_t used = 0;

    text_init(&text, COMMAND_REPLY_MAX);
    if (json_parse(arguments, strlen(arguments), COMMAND_REQUEST_MAX, &given, &fault) < 0 ||
        command_check_arguments(command_find(command), given, &fault) < 0 ||
        command_preview(caller->store, command_find(command), given, &text, &fault) < 0)
        fail_msg("%s: %s", command, fault.text);
    assert_int_equal(
        json_parse(text_string(&text), text.length, COMMAND_REPLY_MAX, &answer, &fault), 0);
    effects[0] = '\0';
    for (effect = json_first(json_member(answer, "effects")); effect != NULL;
         effect = json_next(effect))
        used += (size_t)snprintf(effects + used, sizeof effects - used, "%s%s", used > 0 ? "|" : "",
                                 json_string(effect));
    json_free(answer);
    json_free(given);
    text_release(&text);
    return effects;
}

static void install(struct caller *caller, const char *text)
{
    char *file = caller_file("robot.json", text);

    caller_must(caller, "robot add", NULL, file);
    free(file);
}

static void open_installed(struct caller *caller)
{
    caller_open_loaded(caller, NOON, caller_town);
    caller_plant_plugin(caller);
    install(caller, definition);
}

static void a_pause_says_what_waits(void **state)
{
    struct caller caller;

    (void)state;
    open_installed(&caller);
    assert_string_equal(effects_of(&caller, "robot pause", "{\"robot\":\"r\"}"),
                        "its next start by the clock, 06:30 tomorrow, will be skipped");
    caller_must(&caller, "queue add", NULL, "{\"robot\":\"r\",\"reference\":\"A-1\"}");
    caller_must(&caller, "queue add", NULL,
                "{\"robot\":\"r\",\"reference\":\"A-2\",\"deadline\":\"2025-06-16 14:00\"}");
    caller_must(&caller, "run", NULL, "{\"robot\":\"r\"}");
    assert_string_equal(effects_of(&caller, "robot pause", "{\"robot\":\"r\"}"),
                        "2 items on its queue will wait until it is resumed; the next deadline is "
                        "14:00 tomorrow|"
                        "1 run has not begun and will wait until it is resumed|"
                        "its next start by the clock, 06:30 tomorrow, will be skipped");
    caller_must(&caller, "robot pause", NULL, "{\"robot\":\"r\"}");
    assert_string_equal(effects_of(&caller, "robot pause", "{\"robot\":\"r\"}"), "");
    assert_string_equal(effects_of(&caller, "robot resume", "{\"robot\":\"r\"}"), "");
    caller_close(&caller);
}

static void an_end_says_what_is_left(void **state)
{
    struct caller caller;

    (void)state;
    open_installed(&caller);
    caller_must(&caller, "queue add", NULL, "{\"robot\":\"r\",\"reference\":\"A-1\"}");
    assert_string_equal(
        effects_of(&caller, "robot retire", "{\"robot\":\"r\",\"on\":\"2025-06-16\"}"),
        "it starts no more after 2025-06-16|"
        "1 item on its queue will stay undone if it is not done by then");
    assert_string_equal(
        effects_of(&caller, "robot retire", "{\"robot\":\"r\",\"on\":\"2025-06-14\"}"),
        "it has no day of operation left: 2025-06-14 is past|"
        "1 item on its queue will stay undone|"
        "its next start by the clock, 06:30 tomorrow, will not come");
    assert_non_null(strstr(effects_of(&caller, "robot remove", "{\"robot\":\"r\"}"),
                           "its definition, 2 triggers, shares"));
    assert_string_equal(effects_of(&caller, "queue drop", "{\"item\":1,\"reason\":\"x\"}"),
                        "item 1 will not be done");
    assert_string_equal(effects_of(&caller, "queue drop", "{\"item\":[1,2],\"reason\":\"x\"}"),
                        "2 items will not be done");
    caller_close(&caller);
}

static void a_removed_trigger_says_its_next_time(void **state)
{
    struct caller caller;

    (void)state;
    open_installed(&caller);
    caller_must(&caller, "trigger add", NULL, "{\"robot\":\"r\",\"cron\":\"0 9 * * *\"}");
    assert_string_equal(effects_of(&caller, "trigger remove", "{\"trigger\":3}"),
                        "r does not start any more at 09:00 every day|"
                        "its next time was 09:00 tomorrow");
    assert_string_equal(effects_of(&caller, "trigger remove", "{\"trigger\":9}"), "");
    caller_close(&caller);
}

static void another_definition_says_what_it_replaces(void **state)
{
    struct caller caller;
    char *same;
    char *other;

    (void)state;
    caller_open_loaded(&caller, NOON, caller_town);
    caller_plant_plugin(&caller);
    same = caller_file("robot.json", definition);
    other = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\",\"attempts\":7}");
    assert_string_equal(effects_of(&caller, "robot add", same), "");
    install(&caller, definition);
    caller_must(&caller, "run", NULL, "{\"robot\":\"r\"}");
    assert_string_equal(effects_of(&caller, "robot add", same), "");
    assert_string_equal(effects_of(&caller, "robot add", other),
                        "the definition that r has is replaced|"
                        "1 run has not begun and will use the new one");
    free(same);
    free(other);
    caller_close(&caller);
}

/* Answered as if it had been done, and -ECANCELED, on which its caller undoes it. */
static void a_trial_is_answered_and_undone(void **state)
{
    static const char request[] =
        "{\"command\":\"run\",\"arguments\":{\"robot\":\"r\"},\"trial\":true}";
    struct command_effects effects = {.run_created = 1};
    struct fault fault = {.text = ""};
    struct caller caller;
    struct json *answer;
    struct text reply;

    (void)state;
    open_installed(&caller);
    text_init(&reply, COMMAND_REPLY_MAX);
    assert_int_equal(store_begin(caller.store, &fault), 0);
    assert_int_equal(
        command_execute(caller.store, request, strlen(request), "tester", &reply, &effects),
        -ECANCELED);
    store_rollback(caller.store);
    assert_non_null(strstr(text_string(&reply), "\"ok\":true"));
    assert_non_null(strstr(text_string(&reply), "run 1 of r is queued"));
    assert_int_equal(effects.run_created, 0);
    text_release(&reply);
    answer = caller_read(&caller, "runs", "{}");
    assert_null(json_first(json_member(answer, "rows")));
    json_free(answer);
    caller_must(&caller, "run", NULL, "{\"robot\":\"r\"}");
    caller_close(&caller);
}

/* Of its two rows one is sent. */
static void begin_import(struct caller *caller)
{
    caller_must(caller, "import begin", "Anna",
                "{\"file\":\"t.csv\",\"rows\":2,\"content_hash\":"
                "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}");
    caller_must(caller, "import rows", NULL,
                "{\"import\":1,\"first\":0,\"rows\":[[2,\"r\",\"x\",1746100000000,\"done\","
                "null,null]]}");
}

static void a_close_says_which_import_is_not_finished(void **state)
{
    static const char close[] = "{\"month\":\"2025-05\",\"by\":\"Anna\"}";
    struct caller caller;

    (void)state;
    caller_open_loaded(&caller, NOON, caller_town);
    begin_import(&caller);
    assert_non_null(strstr(effects_of(&caller, "period close", close),
                           "|1 import is not finished; the newest, import 1 of t.csv, has 1 of its "
                           "2 rows in: what it still has of the month would be booked in 2025-06"));
    caller_must(&caller, "import rows", NULL,
                "{\"import\":1,\"first\":1,\"rows\":[[3,\"r\",\"y\",1746100000000,\"done\","
                "null,null]]}");
    caller_must(&caller, "import finish", NULL, "{\"import\":1}");
    assert_null(strstr(effects_of(&caller, "period close", close), "import"));
    caller_close(&caller);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_says_what_waits),
        cmocka_unit_test(an_end_says_what_is_left),
        cmocka_unit_test(a_removed_trigger_says_its_next_time),
        cmocka_unit_test(another_definition_says_what_it_replaces),
        cmocka_unit_test(a_close_says_which_import_is_not_finished),
        cmocka_unit_test(a_trial_is_answered_and_undone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
