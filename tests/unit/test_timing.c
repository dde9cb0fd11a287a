#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/timing.h"

static struct fault fault;

static void reads(const char *text, size_t count, int64_t mean, int64_t twice_median)
{
    struct timings timings;

    if (timings_read(text, &timings, &fault) != 0)
        fail_msg("%s", fault.text);
    assert_int_equal(timings.count, count);
    assert_int_equal(timings.mean, mean);
    assert_int_equal(timings.twice_median, twice_median);
}

static void mean_and_median_are_exact(void **state)
{
    (void)state;
    reads("", 0, 0, 0);
    reads("3.5", 1, 350, 700);
    reads("3.5,4,2.75", 3, 342, 700);
    reads("3.5,4", 2, 375, 750);
    reads("0.01,0.02", 2, 2, 3); /* the mean rounded half up; the median a half hundredth */
    reads("9,1,1,1", 4, 300, 200);
}

static void they_are_kept_in_one_form(void **state)
{
    char text[TIMINGS_TEXT_MAX];
    struct timings timings;

    (void)state;
    assert_int_equal(timings_read(" 3.50, 4.0 ,2.75", &timings, &fault), 0);
    timings_write(&timings, text);
    assert_string_equal(text, "3.5,4,2.75");
    assert_int_equal(timings_read("", &timings, &fault), 0);
    timings_write(&timings, text);
    assert_string_equal(text, "");
}

static void what_is_no_timing_is_named(void **state)
{
    static const char *const wrong[] = {
        ",",   "3,", "3,,4",  "-1",  "0",         "x",    "1e3",
        "3;4", " ",  "3.555", "1 2", "100000.01", "3,4x", "00000000000000000000000000000000001"};
    struct timings timings;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (timings_read(wrong[i], &timings, &fault) != -EINVAL)
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(timings_read("3,4x", &timings, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "timing 2 is \"4x\""));
}

static void the_longest_fits(void **state)
{
    char text[TIMINGS_TEXT_MAX + 16] = "";
    char again[TIMINGS_TEXT_MAX];
    struct timings timings;
    size_t i;

    (void)state;
    for (i = 0; i < TIMINGS_MAX; i++)
        (void)strncat(text, i > 0 ? ",99999.99" : "99999.99", 10);
    assert_int_equal(timings_read(text, &timings, &fault), 0);
    timings_write(&timings, again);
    assert_string_equal(again, text);
    assert_int_equal(timings.mean, 9999999);
    (void)strncat(text, ",1", 3);
    assert_int_equal(timings_read(text, &timings, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "100"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_and_median_are_exact),
        cmocka_unit_test(they_are_kept_in_one_form),
        cmocka_unit_test(what_is_no_timing_is_named),
        cmocka_unit_test(the_longest_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
