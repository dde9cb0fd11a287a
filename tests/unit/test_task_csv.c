#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/task_csv.h"

#define HEADER "robot,reference,completed_at,outcome"

static int64_t instant(const char *text)
{
    int64_t ms = 0;

    assert_true(clock_parse_instant(text, &ms));
    return ms;
}

static int64_t now(void)
{
    return instant("2025-06-15T12:00:00+02:00");
}

static void reads_all_columns(void **state)
{
    static const char file[] = "\xef\xbb\xbf" HEADER ",duration_ms,department\r\n"
                               "ove-overskud,F-1,2025-04-01T09:30:00+02:00,done,1200,bae\r\n"
                               "slette_jette,\"a, \"\"b\"\"\",2025-04-01T07:30:00.5Z,business,,\r\n"
                               "\r\n"
                               "r2,  c  ,2025-04-01 07:30Z,failed,0,\r\n"
                               "r2,\"d\",2025-06-16T12:00:00+02:00,undone,31622400000,x";
    struct csv_bytes bytes = {file, sizeof file - 1};
    struct task_csv *reader = NULL;
    struct task_row row;

    (void)state;
    assert_int_equal(task_csv_open(csv_from_bytes, &bytes, now(), &reader, NULL), 0);
    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_int_equal(row.line, 2);
    assert_string_equal(row.robot, "ove-overskud");
    assert_string_equal(row.reference, "F-1");
    assert_int_equal(row.completed_ms, instant("2025-04-01T07:30:00Z"));
    assert_int_equal(row.outcome, IMPORT_DONE);
    assert_int_equal(row.duration_ms, 1200);
    assert_string_equal(row.department, "bae");

    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_int_equal(row.line, 3);
    assert_string_equal(row.reference, "a, \"b\"");
    assert_int_equal(row.completed_ms, instant("2025-04-01T07:30:00.5Z"));
    assert_int_equal(row.outcome, IMPORT_BUSINESS);
    assert_int_equal(row.duration_ms, -1);
    assert_null(row.department);

    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_int_equal(row.line, 5);
    assert_string_equal(row.reference, "c");
    assert_int_equal(row.outcome, IMPORT_FAILED);
    assert_int_equal(row.duration_ms, 0);

    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_int_equal(row.outcome, IMPORT_UNDONE);
    assert_int_equal(row.duration_ms, INT64_C(31622400000));
    assert_int_equal(task_csv_next(reader, &row, NULL), 0);
    task_csv_close(reader);
}

static void reads_business_dates(void **state)
{
    static const char file[] = HEADER ",business_date\na,r,2025-04-01T09:30Z,done,2024-12-30\n"
                                      "a,r,2025-04-01T09:30Z,done,\n";
    struct csv_bytes bytes = {file, sizeof file - 1};
    struct task_csv *reader = NULL;
    struct task_row row;

    (void)state;
    assert_int_equal(task_csv_open(csv_from_bytes, &bytes, now(), &reader, NULL), 0);
    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_int_equal(row.business_day, clock_day(2024, 12, 30));
    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_int_equal(row.business_day, 0);
    task_csv_close(reader);
}

static void takes_columns_in_any_order(void **state)
{
    static const char file[] = "department,outcome,reference,robot,completed_at\n"
                               ",done,r,a,2025-04-01T09:30:00+02:00\n";
    struct csv_bytes bytes = {file, sizeof file - 1};
    struct task_csv *reader = NULL;
    struct task_row row;

    (void)state;
    assert_int_equal(task_csv_open(csv_from_bytes, &bytes, now(), &reader, NULL), 0);
    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_string_equal(row.robot, "a");
    assert_string_equal(row.reference, "r");
    assert_int_equal(row.duration_ms, -1);
    assert_null(row.department);
    assert_int_equal(task_csv_next(reader, &row, NULL), 0);
    task_csv_close(reader);
}

/* The same text in another Unicode form is the same reference. */
static void references_are_normalised(void **state)
{
    static const char file[] = HEADER "\na,\"\xc3\xa5\",2025-04-01T09:30Z,done\n"
                                      "a,a\xcc\x8a,2025-04-01T09:30Z,done\n";
    struct csv_bytes bytes = {file, sizeof file - 1};
    struct task_csv *reader = NULL;
    struct task_row row;

    (void)state;
    assert_int_equal(task_csv_open(csv_from_bytes, &bytes, now(), &reader, NULL), 0);
    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_string_equal(row.reference, "\xc3\xa5");
    assert_int_equal(task_csv_next(reader, &row, NULL), 1);
    assert_string_equal(row.reference, "\xc3\xa5");
    task_csv_close(reader);
}

/* The fault of the first wrong line. */
static void check_refusal(const char *file, const char *expected)
{
    struct csv_bytes bytes = {file, strlen(file)};
    struct task_csv *reader = NULL;
    struct task_row row;
    struct fault fault = {.text = ""};
    int result = task_csv_open(csv_from_bytes, &bytes, now(), &reader, &fault);

    while (result == 0 && task_csv_next(reader, &row, &fault) > 0)
        ;
    task_csv_close(reader);
    if (strncmp(fault.text, expected, strlen(expected)) != 0)
        fail_msg("\"%s\": %s", file, fault.text);
}

static void refuses_headers(void **state)
{
    static const char *const cases[][2] = {
        {"", "line 1: the file is empty"},
        {"\n\n", "line 1: the file is empty"},
        {"robot,reference,completed_at\n", "line 1: the column outcome is missing"},
        {"\nrobot,reference,completed_at\n", "line 2: the column outcome is missing"},
        {HEADER ",minutes\n", "line 1: the column \"minutes\" is unknown"},
        {HEADER ",\n", "line 1: the column \"\" is unknown"},
        {"Robot,reference,completed_at,outcome\n", "line 1: the column \"Robot\" is unknown"},
        {" robot,reference,completed_at,outcome\n", "line 1: the column \" robot\" is unknown"},
        {HEADER ",robot\n", "line 1: the column robot is there twice"},
        {"robot;reference;completed_at;outcome\n",
         "line 1: the columns are separated by semicolons"},
        {HEADER ",duration_ms,department,business_date,a,b\n", "line 1: more than 8 columns"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refusal(cases[i][0], cases[i][1]);
}

#define GOOD HEADER ",duration_ms,department\na,r,2025-04-01T09:30Z,done,,\n"

#define DATED HEADER ",business_date\na,r,2025-04-01T09:30Z,done,"

static void refuses_lines_by_number(void **state)
{
    static const char *const cases[][2] = {
        {GOOD "a,r,2025-04-01T09:30Z,done\n", "line 3: 4 columns where the first line has 6"},
        {GOOD "a,r,2025-04-01T09:30Z,done,,,\n", "line 3: 7 columns where"},
        {GOOD "\nA B,r,2025-04-01T09:30Z,done,,\n", "line 4: \"A B\" is not a robot's id"},
        {GOOD ",r,2025-04-01T09:30Z,done,,\n", "line 3: \"\" is not a robot's id"},
        {GOOD "a,,2025-04-01T09:30Z,done,,\n", "line 3: "},
        {GOOD "a,\"  \",2025-04-01T09:30Z,done,,\n", "line 3: "},
        {GOOD "a,\"x\ny\",2025-04-01T09:30Z,done,,\n", "line 3: "},
        {GOOD "a,r,2025-04-01T09:30,done,,\n", "line 3: completed_at \"2025-04-01T09:30\" is not"},
        {GOOD "a,r,2025-02-29T09:30Z,done,,\n", "line 3: completed_at"},
        {GOOD "a,r,,done,,\n", "line 3: completed_at \"\" is not"},
        {GOOD "a,r,2025-06-16T12:00:01+02:00,done,,\n",
         "line 3: completed_at 2025-06-16T12:00:01+02:00 is in the future"},
        {GOOD "a,r,2025-04-01T09:30Z,Done,,\n", "line 3: the outcome \"Done\" is none of"},
        {GOOD "a,r,2025-04-01T09:30Z,,,\n", "line 3: the outcome \"\" is none of"},
        {GOOD "a,r,2025-04-01T09:30Z,done,1.5,\n", "line 3: duration_ms \"1.5\" is not"},
        {GOOD "a,r,2025-04-01T09:30Z,done,-1,\n", "line 3: duration_ms"},
        {GOOD "a,r,2025-04-01T09:30Z,done,31622400001,\n", "line 3: duration_ms"},
        {GOOD "a,r,2025-04-01T09:30Z,done,,Økonomi\n", "line 3: \"Økonomi\" is not a department"},
        {DATED "tomorrow\n", "line 2: business_date \"tomorrow\" is not a date such as 2025-"},
        {DATED "2025-02-29\n", "line 2: business_date \"2025-02-29\" is not"},
        {DATED "2015-06-14\n", "line 2: the business date must lie between 2015-06-15 and "},
        {DATED "2027-06-17\n", "line 2: the business date must lie between"},
        {GOOD "a,\"r,2025-04-01T09:30Z,done,,\n", "line 3: a quote is not closed"},
        {GOOD "a,r\xff,2025-04-01T09:30Z,done,,\n", "line 3: column 2 is not UTF-8"},
    };
    char reference[2048];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refusal(cases[i][0], cases[i][1]);
    (void)snprintf(reference, sizeof reference, GOOD "a,%0256d,2025-04-01T09:30Z,done,,\n", 1);
    check_refusal(reference, "line 3: ");
    (void)snprintf(reference, sizeof reference, GOOD "a,%01025d,2025-04-01T09:30Z,done,,\n", 1);
    check_refusal(reference, "line 3: column 2 is longer than 1024 bytes");
}

/* A wrong line is one line; what is not CSV is the end. */
static void goes_on_after_a_wrong_line(void **state)
{
    static const char file[] = GOOD "a,r,yesterday,done,,\na,r,2025-04-01T09:30Z\n"
                                    "a,last,2025-04-01T09:30Z,done,,\na,\"x";
    struct csv_bytes bytes = {file, sizeof file - 1};
    struct task_csv *reader = NULL;
    struct task_row row;
    struct fault fault = {.text = ""};

    (void)state;
    assert_int_equal(task_csv_open(csv_from_bytes, &bytes, now(), &reader, NULL), 0);
    assert_int_equal(task_csv_next(reader, &row, &fault), 1);
    assert_int_equal(task_csv_next(reader, &row, &fault), -EINVAL);
    assert_int_equal(task_csv_next(reader, &row, &fault), -EINVAL);
    assert_int_equal(task_csv_next(reader, &row, &fault), 1);
    assert_string_equal(row.reference, "last");
    assert_int_equal(task_csv_next(reader, &row, &fault), -EILSEQ);
    assert_int_equal(strncmp(fault.text, "line 6: ", 8), 0);
    task_csv_close(reader);
}

static void names_outcomes(void **state)
{
    (void)state;
    assert_string_equal(task_outcome_word(IMPORT_DONE), "done");
    assert_string_equal(task_outcome_word(IMPORT_UNDONE), "undone");
    task_csv_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_columns),
        cmocka_unit_test(reads_business_dates),
        cmocka_unit_test(takes_columns_in_any_order),
        cmocka_unit_test(references_are_normalised),
        cmocka_unit_test(refuses_headers),
        cmocka_unit_test(refuses_lines_by_number),
        cmocka_unit_test(goes_on_after_a_wrong_line),
        cmocka_unit_test(names_outcomes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
