/* The mark of a home in which everything is invented: when it is set, where it is shown, what it forbids. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/backup.h"
#include "core/store/home.h"
#include "core/store/restore.h"
#include "scorecards/warehouse.h"
#include "tests/unit/command_caller.h"

static const char MARKS[] = "SELECT count(*) FROM demo";

static struct caller demo; /* a demo home with caller_town in it */
static struct caller real; /* the same in a home that is none */
static char outside[TEMP_HOME_PATH];
static struct fault fault;

static void open_demo(struct caller *caller)
{
    bool made = false;

    *caller = (struct caller){.store = NULL};
    assert_int_equal(temp_home_make(caller->home), 0);
    if (home_init_demo(caller->home, &made, &fault) < 0)
        fail_msg("%s", fault.text);
    assert_true(made);
    caller->store = temp_home_open(caller->home);
}

static int set_up(void **state)
{
    char *town = caller_file("town.json", caller_town);

    (void)state;
    fault.text[0] = '\0';
    open_demo(&demo);
    caller_open(&real);
    caller_must(&demo, "load", NULL, town);
    caller_must(&real, "load", NULL, town);
    free(town);
    return temp_home_make(outside);
}

static int tear_down(void **state)
{
    (void)state;
    caller_close(&demo);
    caller_close(&real);
    return temp_home_remove(outside);
}

static bool is_marked(const struct json *answer)
{
    return json_bool(json_member(answer, "demo"));
}

static void the_mark_is_set_at_the_making(void **state)
{
    struct store *reader = NULL;

    (void)state;
    assert_int_equal(temp_home_ask(demo.home, MARKS), 1);
    assert_int_equal(temp_home_ask(real.home, MARKS), 0);
    assert_true(store_is_demo(demo.store));
    assert_false(store_is_demo(real.store));
    assert_int_equal(store_open(demo.home, STORE_READ, &reader, &fault), 0);
    assert_true(store_is_demo(reader));
    store_close(reader);
}

static void a_demo_home_stays_one(void **state)
{
    bool made = true;

    (void)state;
    assert_int_equal(home_init(demo.home, &made, &fault), 0);
    assert_false(made);
    made = true;
    assert_int_equal(home_init_demo(demo.home, &made, &fault), 0);
    assert_false(made);
    assert_int_equal(temp_home_ask(demo.home, MARKS), 1);
}

static void a_real_home_never_becomes_one(void **state)
{
    bool made = false;

    (void)state;
    assert_int_equal(home_init_demo(real.home, &made, &fault), -EEXIST);
    assert_false(made);
    assert_non_null(strstr(fault.text, real.home));
    assert_non_null(strstr(fault.text, "none becomes a demo home"));
    assert_int_equal(temp_home_ask(real.home, MARKS), 0);
}

static bool needs_nothing(const struct command *command)
{
    const struct argument *argument;

    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++)
        if (argument->is_required)
            return false;
    return command->kind == COMMAND_READS;
}

static void every_answer_says_so(void **state)
{
    const struct command *const *command;
    size_t asked = 0;

    (void)state;
    for (command = command_table; *command != NULL; command++) {
        struct json *answer;

        if (!needs_nothing(*command))
            continue;
        answer = caller_read(&demo, (*command)->name, "{}");
        if (!is_marked(answer))
            fail_msg("%s does not say so", (*command)->name);
        json_free(answer);
        answer = caller_read(&real, (*command)->name, "{}");
        if (json_member(answer, "demo") != NULL)
            fail_msg("%s of a real home", (*command)->name);
        json_free(answer);
        asked++;
    }
    assert_true(asked > 25);
}

static void changes_say_so(void **state)
{
    static const char ARGUMENTS[] = "{\"department\":\"a\",\"year\":2026,\"kroner\":1000,"
                                    "\"by\":\"Somebody\",\"reason\":\"Budget 2026\"}";
    struct json *answer = caller_do(&demo, "budget set", NULL, ARGUMENTS);

    (void)state;
    assert_true(is_marked(answer));
    assert_true(caller_message(answer)[0] != '\0');
    json_free(answer);
    answer = caller_do(&real, "budget set", NULL, ARGUMENTS);
    assert_null(json_member(answer, "demo"));
    json_free(answer);
}

static void no_robot_runs(void **state)
{
    char *definition = caller_file("robot.json", "{\"id\":\"r\",\"plugin\":\"ok\"}");

    (void)state;
    caller_plant_plugin(&demo);
    caller_plant_plugin(&real);
    caller_refused_with(&demo, "robot add", NULL, definition, "is a demo home");
    caller_must(&real, "robot add", NULL, definition);
    caller_refused_with(&demo, "run", NULL, "{\"robot\":\"r\"}", "is a demo home");
    assert_int_equal(
        temp_home_ask(demo.home, "SELECT count(*) FROM robot WHERE plugin IS NOT NULL"), 0);
    assert_int_equal(temp_home_ask(demo.home, "SELECT count(*) FROM run"), 0);
    free(definition);
}

static const char *paper_of(struct caller *caller, struct json **ret_answer)
{
    *ret_answer = caller_read(caller, "estimate agreement", "{\"robot\":\"r\"}");
    return json_string(json_member(*ret_answer, "text"));
}

static void papers_say_so(void **state)
{
    static const char MARK[] = "*** DEMO - ALT I DETTE DOKUMENT ER OPDIGTET ***\n";
    static const char ARGUMENTS[] =
        "{\"robot\":\"r\",\"minutes\":\"3\",\"from\":\"2025-04-01\",\"by\":\"Owner\"}";
    struct json *answer = NULL;

    (void)state;
    caller_must(&demo, "estimate set", NULL, ARGUMENTS);
    caller_must(&real, "estimate set", NULL, ARGUMENTS);
    assert_int_equal(strncmp(paper_of(&demo, &answer), MARK, sizeof(MARK) - 1), 0);
    json_free(answer);
    assert_null(strstr(paper_of(&real, &answer), "DEMO"));
    json_free(answer);
    caller_must(&demo, "estimate sign", NULL, "{\"robot\":\"r\",\"by\":\"Head\"}");
    assert_int_equal(temp_home_ask(demo.home, "SELECT count(*) FROM document WHERE body LIKE "
                                              "'*** DEMO - ALT I DETTE DOKUMENT ER OPDIGTET%'"),
                     1);
    answer = caller_read(&demo, "round show", "{\"department\":\"a\",\"year\":2026}");
    assert_int_equal(strncmp(json_string(json_member(answer, "text")), MARK, sizeof(MARK) - 1), 0);
    json_free(answer);
}

/* How many of its two descriptions say so. */
static int marks_of_drop(struct store *store)
{
    struct warehouse warehouse = {.count = 0};
    int marks = 0;
    size_t i;

    if (warehouse_compose(store, &warehouse, &fault) < 0)
        fail_msg("%s", fault.text);
    for (i = warehouse.count - 2; i < warehouse.count; i++)
        marks += strstr(text_string(&warehouse.files[i].bytes), "\"demo\":") != NULL;
    warehouse_release(&warehouse);
    return marks;
}

static void drops_say_so(void **state)
{
    (void)state;
    assert_int_equal(marks_of_drop(demo.store), 2);
    assert_int_equal(marks_of_drop(real.store), 0);
}

static const char *at(const char *name)
{
    return temp_home_path(outside, name);
}

/* A copy of one home put in the place of another; under no lock, for nobody else is there. */
static int put_copy(const struct caller *source, const char *home)
{
    const struct restore_asker asker = {.account = "tester", .path = at("copy")};
    struct backup_report report = {.size_bytes = 0};
    char aside[RESTORE_ASIDE_MAX];
    struct restore *restore = NULL;
    int result;

    (void)unlink(at("copy"));
    if (backup_make(source->home, at("copy"), NULL, &report, &fault) < 0)
        fail_msg("%s", fault.text);
    backup_report_release(&report);
    if (restore_prepare_home(home, &fault) < 0 ||
        restore_open(at("copy"), home, NULL, &restore, &fault) < 0)
        fail_msg("%s", fault.text);
    result = restore_put(restore, home, &asker, aside, &fault);
    restore_close(restore);
    return result;
}

static void a_copy_keeps_the_mark(void **state)
{
    char home[TEMP_HOME_PATH + 8];
    struct store *store = NULL;

    (void)state;
    assert_true(text_copy(home, sizeof home, at("copied")));
    assert_int_equal(put_copy(&demo, home), 0);
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_true(store_is_demo(store));
    store_close(store);
    assert_int_equal(put_copy(&demo, demo.home), 0);
    assert_int_equal(temp_home_ask(demo.home, MARKS), 1);
}

static void a_copy_of_the_other_kind_is_refused(void **state)
{
    (void)state;
    assert_int_equal(put_copy(&demo, real.home), -EPERM);
    assert_non_null(strstr(fault.text, "is a demo home"));
    assert_int_equal(temp_home_ask(real.home, MARKS), 0);
    assert_false(restore_is_due(real.home));
    assert_int_equal(put_copy(&real, demo.home), -EPERM);
    assert_int_equal(temp_home_ask(demo.home, MARKS), 1);
    assert_false(restore_is_due(demo.home));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_mark_is_set_at_the_making, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_demo_home_stays_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_real_home_never_becomes_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_answer_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_robot_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(papers_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(drops_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_keeps_the_mark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_of_the_other_kind_is_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
