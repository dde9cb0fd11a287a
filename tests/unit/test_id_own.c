/* Ids that reports give to rows of their own are no robot's, area's or department's: one that is new is refused wherever it
 * comes in, one that was there before stays. */
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
#include "core/store/robot.h"
#include "scorecards/savings.h"
#include "tests/unit/load_town.h"

#define OWN "is what reports call a row of their own; use another"

static const char *const own[] = {"total", SAVINGS_CROSS_ID, SAVINGS_NO_AREA_ID};

enum { OWN_COUNT = sizeof own / sizeof own[0] };

static const char town_format[] =
    "{\"organisation\":\"Town\",\"time_zone\":\"Europe/Copenhagen\",\"hours_per_fte\":1924,"
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"areas\":[{\"id\":\"%s\",\"name\":\"West\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"%s\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]}],"
    "\"robots\":[{\"id\":\"%s\",\"name\":\"R\",\"runs\":\"external\",\"one_off\":false,"
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],\"departments\":[],"
    "\"estimates\":[]}]}";

static struct caller caller;

static int open_town(void **state)
{
    (void)state;
    load_town_open(&caller);
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    load_town_close(&caller);
    return 0;
}

static const char *town(const char *area, const char *department, const char *robot)
{
    static char text[2048];

    (void)snprintf(text, sizeof text, town_format, area, department, robot);
    return text;
}

static void refuse_load(const char *text, const char *what, const char *id)
{
    char *arguments = caller_file("town.json", text);
    char part[256];

    (void)snprintf(part, sizeof part, "the %s's id \"%s\" " OWN, what, id);
    caller_refused_with(&caller, "load", NULL, arguments, part);
    free(arguments);
}

static void load_refuses(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < OWN_COUNT; i++) {
        refuse_load(town(own[i], "b", "r"), "area", own[i]);
        if (strcmp(own[i], SAVINGS_CROSS_ID) != 0) /* load has words of its own for that */
            refuse_load(town("west", own[i], "r"), "department", own[i]);
        refuse_load(town("west", "b", own[i]), "robot", own[i]);
    }
    json_free(load_town(&caller, town("west", "b", "r")));
}

static void commands_refuse(void **state)
{
    char arguments[256];
    struct fault fault = {.text = ""};
    int64_t id = 7;
    size_t i;

    (void)state;
    json_free(load_town(&caller, town("west", "b", "r")));
    for (i = 0; i < OWN_COUNT; i++) {
        (void)snprintf(arguments, sizeof arguments,
                       "{'department':'%s','name':'N','from':'2025-06-01'}", own[i]);
        caller_refused_with(&caller, "department add", "X Y", caller_quoted(arguments), OWN);
        (void)snprintf(arguments, sizeof arguments,
                       "{'department':'a','area':'%s','name':'N','from':'2025-06-01'}", own[i]);
        caller_refused_with(&caller, "department area", "X Y", caller_quoted(arguments), OWN);
        /* What `robot add` makes one with. */
        assert_int_equal(robot_put(caller.store, own[i], "N", false, false, &id, &fault), -EINVAL);
        assert_int_equal(id, 7);
    }
}

/* From before they were refused. */
static void keeps_what_has_one(void **state)
{
    (void)state;
    json_free(load_town(&caller, town("west", "b", "r")));
    temp_home_plant(caller.home, "UPDATE area SET slug = 'uden-omraade' WHERE slug = 'west';"
                                 "UPDATE department SET slug = 'total' WHERE slug = 'b';"
                                 "UPDATE robot SET slug = 'total' WHERE slug = 'r'");
    store_close(caller.store);
    caller.store = NULL;
    assert_int_equal(store_open(caller.home, STORE_WRITE, &caller.store, &(struct fault){""}), 0);
    load_town_no_change(&caller, town("uden-omraade", "total", "total"));
    refuse_load(town("total", "b", "total"), "area", "total");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_town, close_town)
    static const struct CMUnitTest tests[] = {
        EACH(load_refuses),
        EACH(commands_refuse),
        EACH(keeps_what_has_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
