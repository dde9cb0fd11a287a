/* Items of a robot that does not start: who puts one on its queue is told so, and so is who asks why. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/json.h"
#include "tests/unit/why_home.h"

#define OVER "over does not start now: it is retired, its operation has ended"

static void expect_message(const char *command, const char *arguments, const char *message)
{
    struct json *answer = caller_do(&caller, command, "Bo", arguments);

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

/* Items 1, 2, 3 of a robot that is retired; 2 is dropped, 3 is for tomorrow. */
static void add_three(void)
{
    why_install("{\"id\":\"over\",\"plugin\":\"ok\"}");
    expect_message("queue add", "{\"robot\":\"over\",\"reference\":\"a\"}",
                   "item 1 is on the queue of over; " OVER);
    expect_message("queue add", "{\"robot\":\"over\",\"reference\":\"b\"}",
                   "item 2 is on the queue of over; " OVER);
    expect_message("queue add",
                   "{\"robot\":\"over\",\"reference\":\"c\",\"not-before\":\"2025-06-17 06:00\"}",
                   "item 3 is on the queue of over; " OVER);
    caller_must(&caller, "queue drop", NULL, "{\"item\":[2],\"reason\":\"twice\"}");
}

static void what_is_put_there_is_said_to_wait(void **state)
{
    (void)state;
    add_three();
    expect_message("queue retry", "{\"item\":[2]}",
                   "item 2 is ready again, for its robot's next run; " OVER);
    expect_message("queue retry", "{\"item\":[3]}", "item 3 is due now; " OVER);
    expect_message("queue defer",
                   "{\"robot\":\"over\",\"state\":\"ready\",\"until\":\"2025-06-17 06:00\","
                   "\"reason\":\"closed\"}",
                   "2 items are put off; " OVER);
    expect_message(
        "queue retry", "{\"robot\":\"over\",\"state\":\"deferred\"}",
        "2 items are ready again, for their robot's next run; 2 of them are due now; " OVER);
    expect_message("queue drop", "{\"item\":[1],\"reason\":\"closed\"}", "item 1 is dropped");
}

static void of_several_robots_one_is_named(void **state)
{
    (void)state;
    add_three();
    caller_must(&caller, "queue add", NULL,
                "{\"robot\":\"r\",\"reference\":\"d\",\"not-before\":\"2025-06-17 06:00\"}");
    expect_message("queue retry", "{\"item\":[3,4]}",
                   "2 items are ready again, for their robot's next run; 2 of them are due now, "
                   "and 1 bring it; " OVER);
    caller_must(&caller, "robot pause", "Anna", "{\"robot\":\"r\"}");
    expect_message("queue add", "{\"robot\":\"r\",\"reference\":\"e\"}",
                   "item 5 is on the queue of r; r does not start now: it is paused, `automagi "
                   "robot resume` lets it start");
    expect_message("queue defer",
                   "{\"item\":[3,4],\"until\":\"2025-06-17 06:00\",\"reason\":\"closed\"}",
                   "2 items are put off; " OVER
                   "; nor do others of their robots, `automagi why` says of each why");
    caller_must(&caller, "robot resume", "Anna", "{\"robot\":\"r\"}");
    expect_message("queue retry", "{\"item\":[4]}", "item 4 is due now, and brings a run");
}

/* Its operation begins on the first of September. */
static void what_is_due_when_it_has_begun_does_not_wait(void **state)
{
    (void)state;
    why_install("{\"id\":\"late\",\"plugin\":\"ok\"}");
    expect_message("queue add",
                   "{\"robot\":\"late\",\"reference\":\"a\",\"not-before\":\"2025-08-31 12:00\"}",
                   "item 1 is on the queue of late; late does not start now: it is not begun, its "
                   "operation starts later");
    expect_message("queue add",
                   "{\"robot\":\"late\",\"reference\":\"b\",\"not-before\":\"2025-09-01 12:00\"}",
                   "item 2 is on the queue of late");
    expect_message("queue defer",
                   "{\"item\":[1],\"until\":\"2025-09-01 06:00\",\"reason\":\"closed\"}",
                   "item 1 is put off");
    expect_why("late", "not begun",
               "late: it is not begun, its operation starts later; it has 2 items that nothing "
               "does (0 ready, 2 deferred)");
}

static void why_says_what_lies_there(void **state)
{
    (void)state;
    add_three();
    expect_why("over", "retired",
               "over: it is retired, its operation has ended; it has 2 items that nothing does (1 "
               "ready, 1 deferred)");
    caller_must(&caller, "robot pause", "Anna", "{\"robot\":\"r\"}");
    caller_must(&caller, "queue add", NULL, "{\"robot\":\"r\",\"reference\":\"d\"}");
    expect_why("r", "paused",
               "r: it is paused by Anna since 08:00; `automagi robot resume r` lets it start; it "
               "has 1 item that nothing does (1 ready, 0 deferred)");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, why_open, why_close)
    static const struct CMUnitTest tests[] = {
        TEST(what_is_put_there_is_said_to_wait),
        TEST(of_several_robots_one_is_named),
        TEST(what_is_due_when_it_has_begun_does_not_wait),
        TEST(why_says_what_lies_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
