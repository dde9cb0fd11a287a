/* load with departments in another order: what was divided stays, to the last millionth. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/unit/load_town.h"

/* All of the robot is old's, which goes into a, b and c by parts that later leave an odd millionth. */
static const char town_text[] =
    "{\"organisation\":\"Town\",\"time_zone\":\"Europe/Copenhagen\",\"hours_per_fte\":1924,"
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":["
    "{\"id\":\"old\",\"names\":[{\"name\":\"Old\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"b\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"c\",\"names\":[{\"name\":\"C\",\"from\":\"2025-01-01\"}]}],"
    "\"robots\":[{\"id\":\"r\",\"name\":\"R\",\"runs\":\"plugin\",\"one_off\":false,"
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],"
    "\"departments\":[{\"id\":\"old\",\"share\":\"1\",\"from\":\"2025-04-01\"}],"
    "\"estimates\":[{\"minutes\":2.5,\"from\":\"2025-04-01\",\"set_by\":\"Owner\","
    "\"signed_by\":\"Head\",\"signed_on\":\"2025-04-02\",\"reason\":\"measured\"}]}]}";

/* The same departments from the last to the first, and only some of them. */
static const char reversed[] =
    "{\"organisation\":\"Town\",\"departments\":["
    "{\"id\":\"c\",\"names\":[{\"name\":\"C\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"b\",\"names\":[{\"name\":\"B\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]},"
    "{\"id\":\"old\",\"names\":[{\"name\":\"Old\",\"from\":\"2025-01-01\"}]}]}";
static const char some[] = "{\"organisation\":\"Town\",\"departments\":["
                           "{\"id\":\"c\",\"names\":[{\"name\":\"C\",\"from\":\"2025-01-01\"}]}]}";

static struct caller caller;

static void must(const char *command, const char *arguments)
{
    caller_must(&caller, command, "Invented Person", caller_quoted(arguments));
}

/* A task, a gain and a cost of so many kroner that a millionth is nine of them, in a closed month. */
static int open_town(void **state)
{
    (void)state;
    load_town_open(&caller);
    json_free(load_town(&caller, town_text));
    must("department split",
         "{'department':'old','into':'a=0.333333,b=0.666667','from':'2025-04-03','by':'X Y'}");
    must("department split", "{'department':'a','into':'b=0.5,c=0.5','from':'2025-04-04',"
                             "'by':'X Y'}");
    load_town_task(&caller, "r", "2025-04-20T12:00:00+02:00");
    must("gain add",
         "{'robot':'r','kroner':'9000000','on':'2025-04-21','what':'w','document':'d','by':'X Y'}");
    must("cost add", "{'robot':'r','development':true,'kroner':'9000000','on':'2025-04-22',"
                     "'hours':'1','borne-by':'old','what':'w','by':'X Y'}");
    must("period close", "{'month':'2025-04','by':'X Y'}");
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    load_town_close(&caller);
    return 0;
}

/* What a table says of a department, whichever its row is. */
static void put_cell(struct text *target, const struct json *answer, const char *id,
                     const char *member)
{
    size_t count = json_count(json_member(answer, "rows"));
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(caller_cell(answer, i, "id"), id) == 0)
            text_printf(target, "%s %s %s\n", id, member, caller_cell(answer, i, member));
}

/* free() it. */
static char *figures(void)
{
    static const char *const ids[] = {"old", "a", "b", "c", "tvaergaaende"};
    struct json *savings =
        caller_read(&caller, "savings", caller_quoted("{'from':'2025-04-01','to':'2025-04-30'}"));
    struct json *net = caller_read(
        &caller, "net", caller_quoted("{'by':'department','from':'2025-04-01','to':'2025-04-30'}"));
    struct text text;
    size_t i;

    text_init(&text, 4096);
    for (i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        put_cell(&text, savings, ids[i], "minutes");
        put_cell(&text, savings, ids[i], "gains");
        put_cell(&text, net, ids[i], "development");
    }
    json_free(savings);
    json_free(net);
    return text_take(&text);
}

static void expect_no_difference(void)
{
    struct json *answer = caller_read(&caller, "period verify", "{}");

    if (json_count(json_member(answer, "rows")) != 0)
        fail_msg("period verify: %s", caller_cell(answer, 0, "difference"));
    json_free(answer);
}

static void the_odd_millionth_stays_where_it_was(void **state)
{
    static const char *const files[] = {reversed, some};
    char *before = figures();
    size_t i;

    (void)state;
    /* The odd one of the third is b's, which was made before c: and so are its nine kroner. */
    assert_non_null(strstr(before, "b gains 7500006\n"));
    assert_non_null(strstr(before, "c gains 1499994\n"));
    assert_non_null(strstr(before, "b development 7500"));
    expect_no_difference();
    for (i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *after;

        json_free(load_town(&caller, files[i]));
        after = figures();
        assert_string_equal(before, after);
        free(after);
        expect_no_difference();
    }
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_odd_millionth_stays_where_it_was, open_town,
                                        close_town),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
