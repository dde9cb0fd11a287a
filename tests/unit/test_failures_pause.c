/* Too many failures in a row pause a robot, whatever words its plugin has for the last. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/run/after.h"
#include "tests/unit/loop_home.h"

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    loop_install("0 0 1 1 *");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* Fails until it is paused, for that reason. */
static void fail_with(const char *note)
{
    bool is_paused = false;
    int failures;

    queue_begin(&queue);
    for (failures = 0; failures < 100 && !is_paused; failures++)
        queue_need(&queue, failure_counted(queue.store, queue.policy.robot_id, RUN_FAILED, note,
                                           &is_paused, &queue.fault));
    queue_commit(&queue);
    assert_true(is_paused);
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot WHERE slug = 'franco'"), 1);
}

static int64_t says(const char *words)
{
    char query[256];

    (void)snprintf(
        query, sizeof query,
        "SELECT count(*) FROM robot WHERE slug = 'franco' AND paused_reason LIKE '%%%s%%'", words);
    return queue_ask(&queue, query);
}

/* Where it is cut a character has its second byte, or its first. */
static void who_says_much_in_danish_is_paused(void **state)
{
    char note[1024] = "x";
    size_t i;

    (void)state;
    for (i = 1; i < 900; i += 2)
        (void)memcpy(note + i, "\xc3\xb8", 3);
    fail_with(note);
    assert_int_equal(says("the last: xøøø"), 1);
}

static void who_says_the_same_from_another_byte_is_paused(void **state)
{
    char note[1024] = "";
    size_t i;

    (void)state;
    for (i = 0; i < 900; i += 2)
        (void)memcpy(note + i, "\xc3\xb8", 3);
    fail_with(note);
    assert_int_equal(says("the last: øøø"), 1);
}

static void who_says_no_words_is_paused(void **state)
{
    (void)state;
    fail_with("half a character: \xc3");
    assert_int_equal(says("runs in a row have failed"), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(who_says_much_in_danish_is_paused),
        TEST(who_says_the_same_from_another_byte_is_paused),
        TEST(who_says_no_words_is_paused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
