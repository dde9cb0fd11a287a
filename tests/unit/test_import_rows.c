/* Rows of an import as programs send them: in order, once, and within what a file may hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "tests/unit/command_caller.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */

static const char TOWN[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],\"departments\":[],"
    "\"robots\":[{\"id\":\"r\",\"name\":\"R\",\"runs\":\"external\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}]}]}";

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

static int64_t number_in(struct json *answer, const char *member)
{
    int64_t number = -1;

    assert_true(json_int64(json_member(answer, member), &number));
    return number;
}

/* How many of its rows are applied. */
static int64_t begin(int rows)
{
    char arguments[256];
    struct json *answer;
    int64_t applied;

    (void)snprintf(arguments, sizeof arguments,
                   "{\"file\":\"t.csv\",\"rows\":%d,\"content_hash\":\"%064d\"}", rows, 1);
    answer = caller_do(&caller, "import begin", NULL, arguments);
    applied = number_in(answer, "applied");
    json_free(answer);
    return applied;
}

/* The rows of a file of `half` rows that were not done and as many that were. */
static void write_rows(char *target, size_t size, int half, int first, int count)
{
    int length = snprintf(target, size, "{\"import\":1,\"first\":%d,\"rows\":[", first);
    int i;

    for (i = first; i < first + count; i++)
        length += snprintf(target + length, size - (size_t)length,
                           "%s[%d,\"r\",\"R-%d\",1746100000000,\"%s\",null,null]",
                           i == first ? "" : ",", i + 2, i, i < half ? "business" : "done");
    (void)snprintf(target + length, size - (size_t)length, "]}");
}

static int64_t send(int half, int first, int count)
{
    char arguments[1024];
    struct json *answer;
    int64_t taken;

    write_rows(arguments, sizeof arguments, half, first, count);
    answer = caller_do(&caller, "import rows", NULL, arguments);
    taken = number_in(answer, "taken");
    json_free(answer);
    return taken;
}

static void finish(int64_t new_rows, int64_t not_done)
{
    struct json *answer = caller_do(&caller, "import finish", NULL, "{\"import\":1}");

    assert_int_equal(number_in(answer, "new"), new_rows);
    assert_int_equal(number_in(answer, "not_done"), not_done);
    assert_int_equal(number_in(answer, "repeated"), 0);
    json_free(answer);
}

static void verify(void)
{
    struct json *answer = caller_read(&caller, "verify", "{}");

    assert_true(json_bool(json_member(answer, "ok")));
    json_free(answer);
}

static void two_clients_of_one_file_end_well(void **state)
{
    int half = 4;
    int first;

    (void)state;
    assert_int_equal(begin(2 * half), 0);
    assert_int_equal(begin(2 * half), 0);
    for (first = 0; first < 2 * half; first += 2) {
        assert_int_equal(send(half, first, 2), 2);
        assert_int_equal(send(half, first, 2), 0);
    }
    finish(half, half);
    finish(half, half);
    verify();
}

/* The last chunk of one that was killed is read after another has begun to go on. */
static void a_late_chunk_of_a_dead_client_counts_once(void **state)
{
    (void)state;
    (void)begin(8);
    assert_int_equal(send(4, 0, 2), 2);
    assert_int_equal(begin(8), 2);
    assert_int_equal(send(4, 2, 2), 2); /* the dead one's */
    assert_int_equal(send(4, 2, 3), 1);
    assert_int_equal(send(4, 5, 3), 3);
    finish(4, 4);
    assert_int_equal(send(4, 0, 8), 0);
    verify();
}

static void rows_that_are_missing_are_named(void **state)
{
    char arguments[1024];

    (void)state;
    (void)begin(8);
    assert_int_equal(send(4, 0, 2), 2);
    write_rows(arguments, sizeof arguments, 4, 3, 2);
    assert_string_equal(caller_refused(&caller, "import rows", NULL, arguments),
                        "line 5: it is row 4 of import 1, of which only 2 rows were applied; "
                        "those between are missing");
    assert_int_equal(begin(8), 2);
}

static void expect_row(const char *row, const char *error)
{
    char arguments[512];

    (void)snprintf(arguments, sizeof arguments, "{\"import\":1,\"first\":0,\"rows\":[%s]}", row);
    if (error == NULL)
        caller_must(&caller, "import rows", NULL, arguments);
    else if (strcmp(caller_refused(&caller, "import rows", NULL, arguments), error) != 0)
        fail_msg("%s: %s", row, caller.error);
}

/* The same limits as in a file, whoever sends the rows. */
static void rows_beyond_the_limits_are_refused(void **state)
{
    static const char *const cases[][2] = {
        {"[0,\"r\",\"x\",1746100000000,\"done\",null,null]",
         "import rows: the line of a row is 0, lines begin with 1"},
        {"[-7,\"r\",\"x\",1746100000000,\"done\",null,null]",
         "import rows: the line of a row is -7, lines begin with 1"},
        {"[2,\"r\",\"x\",1750086400001,\"done\",null,null]",
         "line 2: completed_ms 1750086400001 is in the future; only what is done can be imported"},
        {"[2,\"r\",\"x\",9007199254740991,\"failed\",null,null]",
         "line 2: completed_ms 9007199254740991 is in the future; only what is done can be "
         "imported"},
        {"[2,\"r\",\"x\",-9007199254740991,\"undone\",null,null]",
         "line 2: completed_ms -9007199254740991 lies before the first day that has an hourly "
         "rate"},
        {"[2,\"r\",\"x\",1735685999999,\"done\",null,null]", /* midnight in Copenhagen, less 1 ms */
         "line 2: completed_ms 1735685999999 lies before the first day that has an hourly rate"},
        {"[2,\"r\",\"x\",1746100000000,\"done\",-1,null]",
         "line 2: duration_ms -1 is not from 0 to 31622400000"},
        {"[2,\"r\",\"x\",1746100000000,\"done\",31622400001,null]",
         "line 2: duration_ms 31622400001 is not from 0 to 31622400000"},
        {"[2,\"r\",\"x\",1746100000000,\"done\",null,null,\"2015-06-14\"]",
         "line 2: the business date must lie between 2015-06-15 and 2027-06-16"},
        {"[2,\"r\",\"x\",1746100000000,\"done\",null,null,\"2025\"]",
         "import rows: a row is not of the form asked for"},
        {"[2,\"r\",\"x\",1746100000000,\"done\",null,null,\"2025-01-01\",null]",
         "import rows: a row is not of the form asked for"},
    };
    size_t i;

    (void)state;
    assert_int_equal(begin(1), 0);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_row(cases[i][0], cases[i][1]);
    assert_int_equal(begin(1), 0);
}

static void rows_at_the_limits_are_taken(void **state)
{
    (void)state;
    (void)begin(2);
    expect_row("[1,\"r\",\"x\",1750086400000,\"done\",31622400000,null],"
               "[2,\"r\",\"y\",1735686000000,\"done\",0,null]",
               NULL);
    finish(2, 0);
    verify();
}

/* A robot counts a reference once in a year: that of the date that the work belongs to. */
static void a_business_date_decides_the_window(void **state)
{
    struct json *answer;

    (void)state;
    (void)begin(5);
    /* 1746100000000 is in 2025 */
    expect_row("[2,\"r\",\"x\",1746100000000,\"done\",null,null,\"2024-12-30\"],"
               "[3,\"r\",\"x\",1746200000000,\"done\",null,null,\"2024-01-01\"],"
               "[4,\"r\",\"x\",1746300000000,\"done\",null,null],"
               "[5,\"r\",\"x\",1746300000000,\"done\",null,null,\"2025-12-31\"],"
               "[6,\"r\",\"x\",1746400000000,\"undone\",null,null,\"2024-06-30\"]",
               NULL);
    answer = caller_do(&caller, "import finish", NULL, "{\"import\":1}");
    assert_int_equal(number_in(answer, "new"), 2);
    assert_int_equal(number_in(answer, "repeated"), 2);
    assert_int_equal(number_in(answer, "undone"), 1);
    json_free(answer);
    verify();
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_caller, close_caller)
    const struct CMUnitTest tests[] = {
        EACH(two_clients_of_one_file_end_well), EACH(a_late_chunk_of_a_dead_client_counts_once),
        EACH(rows_that_are_missing_are_named),  EACH(rows_beyond_the_limits_are_refused),
        EACH(rows_at_the_limits_are_taken),     EACH(a_business_date_decides_the_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
