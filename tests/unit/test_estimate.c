#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct store *store;
static struct robot_list list;
static int64_t robot_id;

static int set_up(void **state)
{
    (void)state;
    if (temp_home_make(home) < 0)
        return -1;
    temp_home_create(home);
    store = temp_home_open(home);
    if (store_begin(store, &fault) < 0)
        return -1;
    return robot_put(store, "ove", "Ove", false, false, &robot_id, &fault);
}

static int tear_down(void **state)
{
    (void)state;
    robot_list_release(&list);
    store_close(store);
    return temp_home_remove(home);
}

static const struct robot *read_robot(void)
{
    robot_list_release(&list);
    if (robot_list_read(store, &list, &fault) != 0)
        fail_msg("%s", fault.text);
    return &list.robots[0];
}

/* And who set it cannot sign under a number that is no longer seen. */
static void keeps_no_cpr_numbers(void **state)
{
    int64_t id = 0;

    (void)state;
    assert_int_equal(estimate_set(store, robot_id,
                                  &(struct estimate_new){.from_day = 20000,
                                                         .hundredths = 100,
                                                         .set_by = "Ane 010203-1234",
                                                         .reason = "som 010203 1234 sagde"},
                                  &id, &fault),
                     0);
    assert_string_equal(read_robot()->estimates[0].set_by, "Ane [CPR]");
    assert_string_equal(read_robot()->estimates[0].reason, "som [CPR] sagde");
    assert_int_equal(estimate_sign(store, id, "Ane 010203-1234", 20001, &fault), -EPERM);
    assert_int_equal(estimate_sign(store, id, "Bo 010203-1234", 20001, &fault), 0);
    assert_string_equal(read_robot()->estimates[0].signed_by, "Bo [CPR]");
}

static int64_t set(int32_t from_day, int64_t hundredths)
{
    int64_t id = 0;

    if (estimate_set(store, robot_id,
                     &(struct estimate_new){.from_day = from_day,
                                            .hundredths = hundredths,
                                            .set_by = "Ane",
                                            .reason = "measured"},
                     &id, &fault) != 0)
        fail_msg("%s", fault.text);
    return id;
}

static void sign(int64_t id)
{
    if (estimate_sign(store, id, "Bo", 20000, &fault) != 0)
        fail_msg("%s", fault.text);
}

static void test_set_is_unsigned(void **state)
{
    const struct estimate *estimate;
    int64_t id;

    (void)state;
    clock_pretend(INT64_C(1750000000000));
    id = set(100, 250);
    clock_pretend(0);
    assert_int_equal(read_robot()->estimate_count, 1);
    estimate = &read_robot()->estimates[0];
    assert_int_equal(estimate->id, id);
    assert_int_equal(estimate->from_day, 100);
    assert_int_equal(estimate->hundredths, 250);
    assert_int_equal(estimate->set_ms, INT64_C(1750000000000));
    assert_string_equal(estimate->set_by, "Ane");
    assert_string_equal(estimate->reason, "measured");
    assert_null(estimate->signed_by);
    assert_null(robot_estimate_on(read_robot(), 100));
}

static void test_the_latest_signed_one_holds(void **state)
{
    int64_t first = set(100, 1000);
    int64_t second = set(200, 500);
    int64_t third = set(300, 100);

    (void)state;
    sign(first);
    sign(third);
    assert_null(robot_estimate_on(read_robot(), 99));
    assert_int_equal(robot_estimate_on(read_robot(), 100)->id, first);
    /* An unsigned version replaces nothing. */
    assert_int_equal(robot_estimate_on(read_robot(), 250)->id, first);
    assert_int_equal(robot_estimate_on(read_robot(), 300)->id, third);
    sign(second);
    assert_int_equal(robot_estimate_on(read_robot(), 250)->id, second);
    assert_string_equal(robot_estimate_on(read_robot(), 250)->signed_by, "Bo");
    assert_int_equal(robot_estimate_on(read_robot(), 250)->signed_day, 20000);
}

static void test_one_signature_for_a_day(void **state)
{
    int64_t first = set(100, 1000);
    int64_t second = set(100, 2000);
    int64_t third = set(100, 3000);

    (void)state;
    assert_true(first < second && second < third);
    sign(second);
    assert_int_equal(estimate_sign(store, first, "Bo", 20000, &fault), -EEXIST);
    assert_non_null(strstr(fault.text, "1970-04-11"));
    assert_int_equal(estimate_sign(store, third, "Bo", 20000, &fault), -EEXIST);
    assert_int_equal(estimate_sign(store, second, "Bo", 20001, &fault), -EALREADY);
    assert_int_equal(robot_estimate_on(read_robot(), 100)->id, second);
    assert_int_equal(robot_estimate_on(read_robot(), 100)->signed_day, 20000);
    /* Another unsigned version may be set all the same. */
    assert_true(set(100, 4000) > third);
    assert_int_equal(robot_estimate_on(read_robot(), 100)->hundredths, 2000);
}

static void test_the_setter_cannot_sign(void **state)
{
    int64_t id = set(100, 1000);

    (void)state;
    assert_int_equal(estimate_sign(store, id, "Ane", 20000, &fault), -EPERM);
    assert_non_null(strstr(fault.text, "head of department"));
    assert_int_equal(estimate_sign(store, id, "ANE", 20000, &fault), -EPERM);
    assert_int_equal(estimate_sign(store, id, " an e ", 20000, &fault), -EPERM);
    assert_int_equal(estimate_sign(store, id, "", 20000, &fault), -EINVAL);
    assert_int_equal(estimate_sign(store, id, NULL, 20000, &fault), -EINVAL);
    assert_null(robot_estimate_on(read_robot(), 100));
    assert_int_equal(estimate_sign(store, id, "Anette", 20000, &fault), 0);
}

/* Each was another person to a comparison of letters. */
static void another_spelling_is_no_other_person(void **state)
{
    static const char *const same[] = {
        "Anna Hansen.",
        "Anna-Hansen",
        "Hansen, Anna",
        "\xd0\x90nna Hansen",
        "Anna\xe1\x9a\x80Hansen",
        "Anna\xe2\xa0\x80Hansen",
        "Anna Hansen 010203-1234",
        "anna\xc2\xadhansen",
        "Ann\xce\xb1 Hansen",
    };
    static const char *const nobody[] = {" ", "\xc2\xa0", "\xe3\x85\xa4", ".", "--", "010203-1234"};
    int64_t id = 0;
    size_t i;

    (void)state;
    assert_int_equal(estimate_set(store, robot_id,
                                  &(struct estimate_new){.from_day = 100,
                                                         .hundredths = 100,
                                                         .set_by = "Anna Hansen",
                                                         .reason = "x"},
                                  &id, &fault),
                     0);
    for (i = 0; i < sizeof same / sizeof same[0]; i++)
        if (estimate_sign(store, id, same[i], 20000, &fault) != -EPERM)
            fail_msg("signed by \"%s\"", same[i]);
    for (i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
        if (estimate_sign(store, id, nobody[i], 20000, &fault) != -EINVAL)
            fail_msg("signed by \"%s\"", nobody[i]);
    assert_int_equal(estimate_sign(store, id, "Hanne Ansen", 20000, &fault), 0);
}

static void test_estimates_are_checked(void **state)
{
    int64_t id = 0;

    (void)state;
    assert_int_equal(
        estimate_set(
            store, robot_id,
            &(struct estimate_new){.from_day = 1, .hundredths = -1, .set_by = "Ane", .reason = "x"},
            &id, &fault),
        -EINVAL);
    assert_int_equal(
        estimate_set(store, robot_id,
                     &(struct estimate_new){
                         .from_day = 1, .hundredths = INT64_MAX, .set_by = "Ane", .reason = "x"},
                     &id, &fault),
        -EINVAL);
    assert_int_equal(estimate_set(store, robot_id,
                                  &(struct estimate_new){
                                      .from_day = 1, .hundredths = 1, .set_by = "", .reason = "x"},
                                  &id, &fault),
                     -EINVAL);
    assert_int_equal(
        estimate_set(store, robot_id,
                     &(struct estimate_new){
                         .from_day = 1, .hundredths = 1, .set_by = "Ane", .reason = "a\tb"},
                     &id, &fault),
        -EINVAL);
    assert_int_equal(
        estimate_set(
            store, 99,
            &(struct estimate_new){.from_day = 1, .hundredths = 1, .set_by = "Ane", .reason = "x"},
            &id, &fault),
        -EINVAL);
    assert_int_equal(id, 0);
    assert_int_equal(estimate_sign(store, 99, "Bo", 20000, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "99"));
    assert_int_equal(
        estimate_set(
            store, robot_id,
            &(struct estimate_new){.from_day = 1, .hundredths = 0, .set_by = "Ane", .reason = ""},
            &id, &fault),
        0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_no_cpr_numbers),         TEST(test_the_latest_signed_one_holds),
        TEST(test_set_is_unsigned),         TEST(test_the_latest_signed_one_holds),
        TEST(test_one_signature_for_a_day), TEST(test_the_setter_cannot_sign),
        TEST(test_estimates_are_checked),   TEST(another_spelling_is_no_other_person),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
